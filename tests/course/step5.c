/* Step 5: interrupts. */
#include "tests/course/steps.h"

#include "tests/sim/internal.h"

#define VECTOR 1

static struct driver_controller controller;
static struct driver_namespace namespace;
static uint8_t buffer[65536] __attribute__((aligned(4096)));

static void start(void)
{
	start_admin();
	CALL(driver_identify_controller(&controller));
	CALL(driver_identify_namespace(1, &namespace));
	CALL(driver_interrupts());
	CALL(driver_io_queues());
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

static void test_begin(void)
{
	start();
	expect(seen.interrupt_begins, "platform_interrupt_begin() was not called");
	expect(seen.handler, "no handler is there any more");
	expect(sim_handlers(), "platform_interrupt_begin() was refused: vector 1 is to be had");
}

static void test_create(void)
{
	const uint8_t *entry;

	start();
	entry = machine_executed(0, SIM_CREATE_CQ);
	expect(get32(entry + 44) & 2,
	       "Create I/O Completion Queue had dword 11 %08xh: IEN (bit 1) is 0",
	       get32(entry + 44));
	expect(get32(entry + 44) >> 16 == VECTOR,
	       "Create I/O Completion Queue had dword 11 %08xh: IV is %u, the handler's vector %u",
	       get32(entry + 44), get32(entry + 44) >> 16, VECTOR);
}

static void test_halts(void)
{
	const struct sim_fault slow = {
		.kind = SIM_DELAY, .queue = 1, .opcode = SIM_READ, .value = 10 * MS};
	unsigned before, reads;

	start();
	sim_add_fault(sim, &slow);
	before = seen.relaxes;
	reads = seen.time_reads;
	read_block(1);
	expect(seen.interrupt_waits, "platform_interrupt_wait() was not called");
	expect(seen.relaxes - before < 20 && seen.time_reads - reads < 100,
	       "in 10 ms it called platform_relax() %u times and read the time %u times: it spins",
	       seen.relaxes - before, seen.time_reads - reads);
	expect(call_ns >= 10 * MS && call_ns < 100 * MS, "a read of 10 ms took %llu ms",
	       (unsigned long long)(call_ns / MS));
}

static void test_quick(void)
{
	start();
	for (unsigned i = 0; i < 200; i++) {
		read_block(i);
		expect(call_ns < 100 * MS,
		       "read %u of 200, which the controller ends in 2 us, took %llu ms: its "
		       "interrupt was slept through",
		       i + 1, (unsigned long long)(call_ns / MS));
	}
}

static void test_lost(void)
{
	const struct sim_fault silent = {.kind = SIM_NO_INTERRUPT, .queue = 1, .opcode = SIM_READ};

	start();
	read_block(1);
	sim_add_fault(sim, &silent);
	read_block(2);
	expect(call_ns < 15 * S, "it took %llu ms to look without an interrupt",
	       (unsigned long long)(call_ns / MS));
	read_block(3);
}

static void test_spurious(void)
{
	const struct sim_fault slow = {
		.kind = SIM_DELAY, .queue = 1, .opcode = SIM_READ, .value = 20 * MS};

	start();
	sim_interrupt(sim, VECTOR);
	read_block(1);
	sim_add_fault(sim, &slow);
	sim_interrupt(sim, VECTOR);
	read_block(2);
	expect(call_ns < 1 * S, "a read of 20 ms took %llu ms", (unsigned long long)(call_ns / MS));
}

static void test_none(void)
{
	start();
	for (unsigned i = 0; i < 30; i++)
		read_block(i);
	expect(!seen.interrupt_waits,
	       "platform_interrupt_begin() was refused, and platform_interrupt_wait() called");
}

static void test_large(void)
{
	start();
	for (unsigned i = 0; i < 20; i++) {
		CALL(driver_write(0, 128, buffer));
		CALL(driver_flush());
		CALL(driver_read(0, 128, buffer));
	}
}

static const struct check checks[] = {
	CHECK("5.1", "turns MSI-X on, with a handler for vector 1", "PCI 3.0, section 6.8.2",
	      test_begin),
	CHECK("5.2", "creates the completion queue with IEN and IV", "5.4", test_create),
	CHECK("5.3", "halts while a command takes 10 ms", "3.3.1.2", test_halts),
	CHECK("5.4", "an interrupt that comes before the halt is not slept through", "3.3.1.2",
	      test_quick, .clock_ns = 3 * US),
	CHECK("5.5", "looks at the queue where an interrupt does not come", "3.3.1.2", test_lost),
	CHECK("5.6", "an interrupt for nothing is harmless", "3.3.1.2", test_spurious),
	CHECK("5.7", "polls where there is no MSI-X", "3.3.1.2", test_none,
	      .sim.no_messages = true),
	CHECK("5.8", "writes, flushes and reads", "3.3.1.2", test_large,
	      .sim = {.mdts = 2, .jitter_ns = 30 * US}),
};

const struct step step5 = STEP("5-interrupts.md", checks);
