/* What who is attached to the trace sees: of a program over transport/, and of the driver. */
#include "drivers/nvme/transport/queue.h"
#include "drivers/nvme/transport/trace.h"
#include "tests/sim/driver.h"
#include "tests/unit/cmocka.h"

/* One event a line, doorbells and properties by their offset into the BAR. */
static char events[4096];
static const volatile char *bar;

static void note(const char *format, ...)
{
	size_t length = strlen(events);
	va_list args;

	va_start(args, format);
	vsnprintf(events + length, sizeof(events) - length, format, args);
	va_end(args);
}

static void note_command(const struct nvme_queue *queue, const struct nvme_command *command)
{
	note("queue %u: command %02x\n", queue->id, command->opcode);
}

static void note_completion(const struct nvme_queue *queue, const struct nvme_queue_entry *entry)
{
	note("queue %u: completion of queue %u, status %x\n", queue->id,
	     nvme_queue_entry_sqid(entry), nvme_queue_entry_status(entry));
}

static void note_read(const volatile void *address, unsigned width, uint64_t value)
{
	assert_int_equal(width, 4);
	note("read %tx: %x\n", (const volatile char *)address - bar, (unsigned)value);
}

static void note_write(const volatile void *address, unsigned width, uint64_t value)
{
	assert_int_equal(width, 4);
	note("write %tx: %x\n", (const volatile char *)address - bar, (unsigned)value);
}

static void note_shadow(const struct nvme_queue *queue, bool completion, uint16_t value)
{
	note("shadow %u %s: %x\n", queue->id, completion ? "head" : "tail", value);
}

static void note_interrupt(const volatile void *address, int vector)
{
	assert_ptr_equal(address, bar);
	note("interrupt %d\n", vector);
}

static const struct nvme_trace recorder = {note_command, note_completion, note_read,
					   note_write,	 note_shadow,	  note_interrupt};

static void attach(struct sim_controller *sim)
{
	bar = sim_bar(sim);
	events[0] = 0;
	nvme_trace = &recorder;
}

static void take(struct nvme_queue *queue)
{
	struct nvme_queue_entry entry;

	while (!nvme_queue_take(queue, &entry))
		nvme_relax();
}

/* Commands when the doorbell shows them, completions before they are judged, every register. */
static void test_transport(void **state)
{
	static const struct nvme_command commands[] = {
		{.opcode = NVME_ADMIN_GET_FEATURES, .cid = 1, .cdw10 = 7},
		{.opcode = 0xee, .cid = 2},
	};
	struct sim_controller *sim = sim_create(&(struct sim_config){.tolerant = true});
	struct nvme_registers registers = {.bar = sim_bar(sim), .size = sim_bar_size(sim)};
	struct nvme_queue admin;

	(void)state;
	assert_int_equal(nvme_registers_read(&registers), 0);
	assert_int_equal(nvme_queue_init(&admin, &registers, 0, 4, NULL), 0);
	assert_int_equal(nvme_registers_enable(&registers, &admin, 0x460000), 0);
	attach(sim);
	nvme_queue_push(&admin, &commands[0]);
	nvme_queue_push(&admin, &commands[1]);
	assert_string_equal(events, "");
	nvme_queue_ring_sq(&admin);
	take(&admin);
	take(&admin);
	nvme_queue_ring_cq(&admin);
	nvme_get32(&registers, NVME_REG_CSTS);
	nvme_bar_write(nvme_sq_doorbell(&registers, 3), 0xffff);
	nvme_trace = NULL;
	nvme_get32(&registers, NVME_REG_CSTS);
	assert_string_equal(events, "queue 0: command 0a\n"
				    "queue 0: command ee\n"
				    "write 1000: 2\n"
				    "queue 0: completion of queue 0, status 0\n"
				    "queue 0: completion of queue 0, status 4001\n"
				    "write 1004: 2\n"
				    "read 1c: 1\n"
				    "write 1018: ffff\n");
	sim_take_violations(sim);
	assert_int_equal(nvme_registers_disable(&registers), 0);
	nvme_queue_free(&admin);
	sim_destroy(sim);
}

/* A read of the driver's; where a shadow doorbell suffices there is no write. */
static void expect_read(enum nvme_irq irq, bool shadow, const char *const *words)
{
	struct sim_config config = {.oacs = SIM_OACS_DOORBELLS};
	struct nvme_options options = {.shadow_doorbells = shadow, .irq = irq};
	struct driver driver;
	uint8_t bytes[512];

	driver_start(&driver, &config, &options);
	assert_int_equal(block_read(driver.device, 5, 1, bytes), 0); /* wakes the controller */
	attach(driver.sim);
	assert_int_equal(block_read(driver.device, 5, 1, bytes), 0);
	nvme_trace = NULL;
	assert_order(events, words);
	assert_int_equal(!strstr(events, "write 10"), shadow);
	driver_stop(&driver);
}

static void test_driver(void **state)
{
	static const char *const rung[] = {
		"queue 1: command 02",
		"write 1008: 2",
		"queue 1: completion of queue 1, status 0",
		"write 100c: 2",
		NULL,
	};
	static const char *const shadowed[] = {
		"queue 1: command 02", "shadow 1 tail: 2",
		"interrupt 1",	       "queue 1: completion of queue 1, status 0",
		"shadow 1 head: 2",    NULL,
	};
	static const char *const by_pin[] = {
		"queue 1: command 02",
		"write 1008: 2",
		"interrupt -1",
		"write c: 1",
		"queue 1: completion of queue 1, status 0",
		"write 100c: 2",
		NULL,
	};
	static const char *const by_message[] = {
		"queue 1: command 02", "write 1008: 2",
		"interrupt 1",	       "queue 1: completion of queue 1, status 0",
		"write 100c: 2",       NULL,
	};

	(void)state;
	expect_read(NVME_IRQ_POLL, false, rung);
	expect_read(NVME_IRQ_MSIX, false, by_message);
	expect_read(NVME_IRQ_INTX, false, by_pin);
	expect_read(NVME_IRQ_MSIX, true, shadowed);
}

static unsigned plain, full;

/* Entries of the ring as the controller fetches them: each is one of two commands. */
static void look_at_entry(const struct nvme_queue *queue, const struct nvme_command *command)
{
	(void)queue;
	if (command->opcode == NVME_IO_READ) {
		plain++;
		assert_int_equal(command->cdw2 | command->cdw3 | command->mptr, 0);
		assert_int_equal(command->cdw13 | command->cdw14 | command->cdw15, 0);
		return;
	}
	full++;
	assert_int_equal(command->cdw2, 2);
	assert_int_equal(command->cdw3, 3);
	assert_int_equal(command->cdw13, 13);
	assert_int_equal(command->cdw14, 14);
	assert_int_equal(command->cdw15, 15);
}

/* What one command has in an entry is not the next one's there, wherever in the ring it is. */
static void test_entries(void **state)
{
	static const struct nvme_trace looker = {look_at_entry, note_completion, note_read,
						 note_write,	note_shadow,	 note_interrupt};
	struct nvme_command command = {.opcode = 0xc0,
				       .nsid = 1,
				       .cdw2 = 2,
				       .cdw3 = 3,
				       .cdw13 = 13,
				       .cdw14 = 14,
				       .cdw15 = 15};
	struct nvme_options options = {.depth = 4};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &(struct sim_config){.tolerant = true}, &options);
	nvme_trace = &looker;
	for (unsigned reads = 0; reads < 9; reads++) {
		events[0] = 0;
		assert_int_not_equal(
			nvme_io_command(driver.controller,
					&(struct nvme_passthrough){.command = &command}),
			0);
		for (unsigned i = 0; i < reads; i++)
			assert_int_equal(block_read(driver.device, i, 1, bytes), 0);
	}
	nvme_trace = NULL;
	assert_int_equal(full, 9);
	assert_int_equal(plain, 36);
	driver_stop(&driver);
}

/* Who is attached makes nobody believe more: completions that name another queue are shown, and
 * ignored. */
static void test_lies(void **state)
{
	static const unsigned ids[] = {0, 2, 0xfffe, 0xffff};
	struct nvme_options options = {.timeout_ms = 100};

	(void)state;
	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct driver driver;
		uint8_t bytes[512];
		char line[64];

		driver_start(&driver, NULL, &options);
		driver_add_fault(&driver, SIM_WRONG_SQID, NVME_IO_READ, 0, 1, ids[i]);
		attach(driver.sim);
		block_read(driver.device, 0, 1, bytes);
		nvme_trace = NULL;
		snprintf(line, sizeof(line), "queue 1: completion of queue %u, status 0", ids[i]);
		assert_non_null(strstr(events, line));
		assert_int_equal(nvme_statistics(driver.controller).violations, 1);
		driver_stop(&driver);
	}
}

TESTS(cmocka_unit_test(test_transport), cmocka_unit_test(test_driver),
      cmocka_unit_test(test_entries), cmocka_unit_test(test_lies))
