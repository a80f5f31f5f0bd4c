/* Step 6: when things go wrong. */
#include "tests/course/steps.h"

#include "tests/sim/internal.h"

#define NOT_READY 0x082 /* Namespace Not Ready: may be repeated */
#define UNREAD	  0x281 /* Unrecovered Read Error */

static uint8_t buffer[65536] __attribute__((aligned(4096)));

static void start(void)
{
	start_io();
	machine_buffer(buffer, sizeof(buffer));
}

static void read_block(uint64_t lba)
{
	uint8_t bytes[512];

	memset(bytes, (int)(lba + 1), sizeof(bytes));
	sim_namespace_write(sim, 1, lba, 1, bytes);
	memset(buffer, 0, sizeof(bytes));
	CALL(driver_read(lba, 1, buffer));
	expect(!memcmp(buffer, bytes, sizeof(bytes)), "block %llu was not read",
	       (unsigned long long)lba);
}

static void add_fault(enum sim_fault_kind kind, unsigned status, unsigned count)
{
	const struct sim_fault fault = {
		.kind = kind, .queue = 1, .opcode = SIM_READ, .status = status, .count = count};

	sim_add_fault(sim, &fault);
}

static void test_status(void)
{
	start();
	expect(driver_status() == 0, "driver_status() is %03xh, and no command has failed",
	       driver_status());
	add_fault(SIM_STATUS, UNREAD | SIM_DNR, 1);
	CALL_FAILS(driver_read(3, 1, buffer), EIO);
	expect(driver_status() == UNREAD,
	       "driver_status() is %03xh: the Read ended with SCT 2h, SC 81h", driver_status());
	read_block(4);
}

static void test_repeated(void)
{
	start();
	add_fault(SIM_STATUS, NOT_READY, 1);
	read_block(5);
	expect(machine_executed_count(1, SIM_READ) == 2, "%u Read commands have come",
	       machine_executed_count(1, SIM_READ));
}

static void test_not_repeated(void)
{
	start();
	add_fault(SIM_STATUS, UNREAD | SIM_DNR, 1);
	CALL_FAILS(driver_read(3, 1, buffer), EIO);
	expect(machine_executed_count(1, SIM_READ) == 1,
	       "%u Read commands have come: DNR (Do Not Retry) was 1",
	       machine_executed_count(1, SIM_READ));
}

static void test_repeated_for_ever(void)
{
	start();
	add_fault(SIM_STATUS, NOT_READY, SIM_FOREVER);
	CALL_FAILS(driver_read(3, 1, buffer), EIO);
	expect(machine_executed_count(1, SIM_READ) <= 20, "%u Read commands have come",
	       machine_executed_count(1, SIM_READ));
	sim_clear_faults(sim);
	read_block(4);
}

static void test_abort(void)
{
	unsigned cc_writes;
	const uint8_t *entry;

	start();
	read_block(1);
	cc_writes = seen.cc_writes;
	add_fault(SIM_LOSE, 0, 1);
	CALL_FAILS(driver_read(3, 1, buffer), ETIMEDOUT);
	expect(call_ns >= 5 * S && call_ns < 12 * S, "it gave up after %llu ms, 5,000 are allowed",
	       (unsigned long long)(call_ns / MS));
	entry = machine_executed(0, SIM_ABORT);
	expect(entry, "no Abort (08h) has come");
	expect((get32(entry + 40) & 0xffff) == 1,
	       "Abort had dword 10 %08xh: SQID is %u, the Read's queue 1", get32(entry + 40),
	       get32(entry + 40) & 0xffff);
	expect(!sim_statistics(sim)->dropped && !sim_statistics(sim)->in_flight,
	       "Abort had dword 10 %08xh: CID is %u, which is not the Read's", get32(entry + 40),
	       get32(entry + 40) >> 16);
	expect(seen.cc_writes == cc_writes, "CC was written: the Abort had helped");
	for (unsigned i = 0; i < 100; i++)
		read_block(i);
}

static void test_reset_helps(void)
{
	start();
	read_block(1);
	add_fault(SIM_LOSE_HARD, 0, 1);
	CALL_FAILS(driver_read(3, 1, buffer), ETIMEDOUT);
	expect(sim_statistics(sim)->resets, "the Abort did not help, and CC.EN was never cleared");
	for (unsigned i = 0; i < 100; i++)
		read_block(i);
}

static void test_fatal(void)
{
	start();
	read_block(1);
	add_fault(SIM_FATAL, 0, 1);
	CALL_REFUSES(driver_read(3, 1, buffer));
	expect(call_ns < 15 * S, "it took %llu ms to see CSTS.CFS",
	       (unsigned long long)(call_ns / MS));
	for (unsigned i = 0; i < 100; i++)
		read_block(i);
}

static void test_reset(void)
{
	start();
	for (unsigned turn = 0; turn < 4; turn++) {
		for (unsigned i = 0; i < 5 + 40 * turn; i++)
			read_block(i);
		CALL(driver_reset());
		expect(sim_statistics(sim)->resets == turn + 1, "CC.EN was not cleared");
	}
	read_block(7);
}

static void test_memory(void)
{
	size_t before;

	start();
	CALL(driver_reset());
	before = machine_dma();
	for (unsigned i = 0; i < 10; i++)
		CALL(driver_reset());
	expect(machine_dma() <= before,
	       "10 more resets, and the driver has %zu bytes of DMA memory, before %zu",
	       machine_dma(), before);
}

static void test_gone(void)
{
	start();
	read_block(1);
	sim_remove(sim);
	CALL_REFUSES(driver_read(3, 1, buffer));
	expect(call_ns < 30 * S, "it took %llu ms", (unsigned long long)(call_ns / MS));
	CALL_REFUSES(driver_reset());
}

static void test_reset_fails(void)
{
	start();
	read_block(1);
	sim_set_never_ready(sim, true);
	CALL_FAILS(driver_reset(), ETIMEDOUT);
	sim_set_never_ready(sim, false);
	CALL(driver_reset());
	read_block(2);
}

static void test_nobody(void)
{
	const struct sim_fault stale = {
		.kind = SIM_UNKNOWN_CID, .queue = 1, .opcode = SIM_READ, .value = 0xfff0};

	start();
	sim_add_fault(sim, &stale);
	read_block(1);
	for (unsigned i = 0; i < 100; i++)
		read_block(i);
}

static void test_twice(void)
{
	uint8_t bytes[512];

	start();
	for (unsigned i = 0; i < 40; i++) {
		memset(bytes, (int)(i + 1), sizeof(bytes));
		sim_namespace_write(sim, 1, i, 1, bytes);
		add_fault(SIM_DUPLICATE, 0, 1);
		CALL(driver_read(i, 1, buffer));
		expect(!memcmp(buffer, bytes, sizeof(bytes)),
		       "each command was completed twice, and the second completion of one was "
		       "taken "
		       "for that of the next");
	}
}

static void test_interrupts(void)
{
	static struct driver_controller controller;
	static struct driver_namespace namespace;

	start_admin();
	CALL(driver_identify_controller(&controller));
	CALL(driver_identify_namespace(1, &namespace));
	CALL(driver_interrupts());
	CALL(driver_io_queues());
	machine_buffer(buffer, sizeof(buffer));
	read_block(1);
	add_fault(SIM_LOSE_HARD, 0, 1);
	CALL_FAILS(driver_read(3, 1, buffer), ETIMEDOUT);
	for (unsigned i = 0; i < 50; i++) {
		read_block(i);
		expect(call_ns < 100 * MS, "behind the reset a read took %llu ms",
		       (unsigned long long)(call_ns / MS));
	}
}

static const struct check checks[] = {
	CHECK("6.1", "a status is -EIO, and driver_status() says which", "3.3.3.2.1", test_status),
	CHECK("6.2", "repeats a command that may be repeated", "3.3.3.2.1", test_repeated),
	CHECK("6.3", "repeats none whose status has DNR", "3.3.3.2.1", test_not_repeated),
	CHECK("6.4", "does not repeat for ever", "3.3.3.2.1", test_repeated_for_ever),
	CHECK("6.5", "aborts a command that is not answered", "5.1", test_abort),
	CHECK("6.6", "resets the controller where the Abort does not help", "3.7.2",
	      test_reset_helps),
	CHECK("6.7", "resets it where CSTS.CFS is 1", "3.1.3.6", test_fatal),
	CHECK("6.8", "driver_reset(): everything works as before", "3.7.2", test_reset),
	CHECK("6.9", "needs no more memory with each reset", "3.7.2", test_memory),
	CHECK("6.10", "an error where the controller is gone", "3.1.3.6", test_gone),
	CHECK("6.11", "-ETIMEDOUT where it never gets ready again", "3.1.3.1", test_reset_fails),
	CHECK("6.12", "skips a completion for nobody", "3.3.3.2", test_nobody),
	CHECK("6.13", "skips the second completion of a command", "3.3.3.2", test_twice),
	CHECK("6.14", "interrupts come behind a reset as well", "3.7.2", test_interrupts),
};

const struct step step6 = STEP("6-errors.md", checks);
