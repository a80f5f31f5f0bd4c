/* Starts and resets: what each step is worth when it fails, and what has to be the same
 * behind a reset. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/single.h"

/* A reset wherever the rings stand, an odd number of times around or an even one. */
static void test_reset_anywhere_in_the_ring(void **state)
{
	struct sim_config config = {.cap = SIM_CAP_SEED};
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 50; i++) {
		for (unsigned n = 0; n < i; n++)
			driver_read(&driver, &error);
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_works(&driver);
	}
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_int_equal(statistics(&driver)->violations, 0);
	assert_int_equal(statistics(&driver)->resets, 50);
	driver_stop(&driver);
}

/* QEMU's model has its quirks, by either of its numbers; nobody else has them. */
static void test_whose_quirks(void **state)
{
	const unsigned all = NVME_QUIRK_LATE_DOORBELLS | NVME_QUIRK_STICKY_PIN |
			     NVME_QUIRK_MISSED_SHADOWS | NVME_QUIRK_PIN_OR_SHADOWS |
			     NVME_QUIRK_ZERO_TUPLES | NVME_QUIRK_FUA_IGNORED |
			     NVME_QUIRK_SGL_IN_CMB;

	(void)state;
	assert_int_equal(nvme_quirks(0x1b36, 0x0010), all);
	assert_int_equal(nvme_quirks(0x8086, 0x5845), all);
	assert_int_equal(nvme_quirks(0x1b36, 0x0011), 0);
	assert_int_equal(nvme_quirks(0x144d, 0xa808), 0);
}

/* Where a reset waits for what is in flight, that is all completed by then; what is never completed
 * is not waited for longer than asked. */
static void test_in_flight_is_let_end(void **state)
{
	static struct reads reads;

	(void)state;
	for (unsigned lost = 0; lost < 2; lost++) {
		struct sim_config config = {.latency_ns = 2 * MS};
		struct nvme_options options = {.quirks = NVME_QUIRK_LATE_DOORBELLS |
							 NVME_QUIRK_STICKY_PIN};
		struct driver driver;
		uint64_t start;

		driver_start(&driver, &config, &options);
		if (lost)
			sim_add_fault(driver.sim, &(struct sim_fault){.kind = SIM_LOSE_HARD,
								      .queue = 1,
								      .opcode = SIM_ANY});
		reads_start(&reads, &driver, 60);
		start = nvme_time_ns();
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_in_range(nvme_time_ns() - start, lost ? 500 * MS : 0, 800 * MS);
		/* and the request for events */
		assert_in_range(sim_statistics(driver.sim)->dropped, 0, 1 + lost);
		reads_finish(&reads, 0);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* Set-up is tried twice: whichever command of it is lost, or fails for once, the controller is
 * back. */
static void test_set_up_is_tried_twice(void **state)
{
	static const enum sim_fault_kind kinds[] = {SIM_LOSE, SIM_STATUS, SIM_FATAL};
	static struct reads reads;

	(void)state;
	for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		for (unsigned skip = 0; skip < 8; skip++) {
			struct sim_fault fault = {.kind = kinds[kind],
						  .opcode = SIM_ANY,
						  .skip = skip,
						  .status = 0x006};
			struct sim_config config = {.latency_ns = 100000};
			struct driver driver;
			uint64_t start;

			driver_start(&driver, &config, NULL);
			reads_start(&reads, &driver, 20);
			sim_add_fault(driver.sim, &fault);
			start = nvme_time_ns();
			assert_int_equal(nvme_reset(driver.controller), 0);
			/* a command that is lost costs its deadline, nothing else costs much */
			assert_in_range(nvme_time_ns() - start, 0,
					kinds[kind] == SIM_LOSE ? 12 * S : 1 * S);
			assert_int_equal(sim_fault_hits(driver.sim), 1);
			reads_finish(&reads, 0);
			assert_int_equal(statistics(&driver)->resets, 1);
			assert_works(&driver);
			driver_stop(&driver);
		}
	}
}

/* A start, too, survives a command that fails for once. */
static void test_start_repeats_commands(void **state)
{
	(void)state;
	for (unsigned skip = 0; skip < 8; skip++) {
		struct sim_fault fault = {
			.kind = SIM_STATUS, .opcode = SIM_ANY, .skip = skip, .status = 0x006};
		struct sim_controller *sim = sim_create(NULL);
		struct driver driver = {.sim = sim};

		sim_log_clear();
		sim_add_fault(sim, &fault);
		assert_int_equal(driver_attach(sim, NULL, &driver.controller), 0);
		assert_int_equal(sim_fault_hits(sim), 1);
		driver.device = block_find("my_nvme0n1");
		assert_non_null(driver.device);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* What each command of the start is worth when the controller refuses it. */
static void test_refusals_at_the_start(void **state)
{
	static const struct {
		int error;
		bool device;
		const char *message;
	} rows[] = {
		{-EIO, false, "Identify Controller: Internal Error"},
		{0, true, "Identify I/O Command Set: Internal Error"},
		{0, true, "Set Features (I/O Command Set Profile): Internal Error"},
		{0, true, ""}, /* limits: none are said */
		{0, false, "Set Features (Number of Queues): Internal Error"},
		{0, false, "Create I/O Completion Queue: Internal Error"},
		{0, false, "Create I/O Submission Queue: Internal Error"},
		{0, true, ""},			    /* which events */
		{0, true, ""},			    /* the list: they are looked for one by one */
		{0, true, ""},			    /* its descriptors */
		{0, false, "Identify namespace 1"}, /* that one is left out */
	};

	(void)state;
	for (unsigned skip = 0; skip < sizeof(rows) / sizeof(rows[0]); skip++) {
		struct sim_fault fault = {.kind = SIM_STATUS,
					  .opcode = SIM_ANY,
					  .skip = skip,
					  .status = 0x006 | SIM_DNR};
		struct sim_controller *sim = sim_create(NULL);
		struct driver driver = {.sim = sim};

		sim_log_clear();
		sim_add_fault(sim, &fault);
		assert_int_equal(driver_attach(sim, NULL, &driver.controller), rows[skip].error);
		assert_int_equal(block_find("my_nvme0n1") != NULL, rows[skip].device);
		assert_logged(rows[skip].message);
		driver_stop(&driver);
	}
}

/* A start that fails is undone: the controller is off, or cannot reach memory any more. */
static void test_start_is_undone(void **state)
{
	(void)state;
	for (unsigned skip = 0; skip < 8; skip++) {
		struct sim_fault fault = {.kind = SIM_LOSE, .opcode = SIM_ANY, .skip = skip};

		for (unsigned stops = 0; stops < 2; stops++) {
			struct sim_controller *sim = sim_create(NULL);
			const struct nvme_options options = {.bus_master = driver_bus_master};
			struct nvme_controller *controller = NULL;

			sim_log_clear();
			sim_add_fault(sim, &fault);
			sim_set_never_unready(sim, !stops);
			if (!driver_attach(sim, &options, &controller)) {
				nvme_detach(controller, false);
			} else {
				assert_null(controller);
				assert_logged("not used");
			}
			assert_int_equal(sim_is_ready(sim), !stops);
			assert_int_equal(sim_is_bus_master(sim), stops);
			sim_advance(100 * S);
			assert_int_equal(sim_allocations(), 0);
			sim_take_violations(sim);
			sim_destroy(sim);
		}
	}
}

/* What one controller says at first, and another one behind the reset. */
static bool changed;

static void other_serial(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			 size_t size)
{
	(void)context;
	if (changed && queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1 && size == 4096)
		bytes[4 + 19] ^= 1;
}

static uint64_t fewer_entries(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	return changed && offset == 0 ? (value & ~0xffffull) | 15 : value;
}

static bool fewer_queues(void *context, uint16_t queue, uint8_t entry[16])
{
	(void)context;
	if (changed && queue == 0 && get32(entry) == 0x003f003f)
		put32(entry, 0x00010001);
	return true;
}

static void test_another_controller_behind_a_reset(void **state)
{
	static const struct {
		struct sim_hooks hooks;
		const char *message;
	} rows[] = {
		{{.data = other_serial}, "serial number changed"},
		{{.property = fewer_entries}, "grants fewer or smaller queues than before"},
		{{.completion = fewer_queues}, "grants fewer or smaller queues than before"},
	};
	struct nvme_options options = {.queues = 4};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.hooks = rows[i].hooks, .latency_ns = 100000};
		static struct reads reads;
		struct driver driver;
		int error;

		changed = false;
		driver_start(&driver, &config, &options);
		reads_start(&reads, &driver, 20);
		changed = true;
		assert_int_equal(nvme_reset(driver.controller), -EIO);
		reads_finish(&reads, -EIO);
		assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
		assert_logged(rows[i].message);
		driver_read(&driver, &error);
		assert_int_equal(error, -ENODEV);
		driver_stop(&driver);
	}
	changed = false;
}

/* It takes less at a time than before. */
static void smaller_transfers(void *context, uint16_t queue, const uint8_t command[64],
			      uint8_t *bytes, size_t size)
{
	(void)context;
	if (changed && queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1 && size == 4096)
		bytes[77] = 1; /* MDTS */
}

static void test_smaller_transfers_behind_a_reset(void **state)
{
	struct sim_config config = {.hooks.data = smaller_transfers};
	static uint8_t bytes[32768];
	struct driver driver;

	(void)state;
	changed = false;
	driver_start(&driver, &config, NULL);
	changed = true;
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(nvme_transfer_max(driver.controller), 8192);
	assert_int_equal(driver.device->transfer_max, 8192);
	assert_int_equal(block_read(driver.device, 0, 64, bytes), 0);
	assert_int_equal(sim_statistics(driver.sim)->largest_transfer, 8192);
	driver_stop(&driver);
	changed = false;
}

/* It goes while its end is waited for. */
static struct sim_controller *leaving;
static unsigned looks_left;

static uint64_t leave(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	if (offset == SIM_CSTS && looks_left && --looks_left == 0)
		sim_remove(leaving);
	return value;
}

static void test_gone_while_it_stops(void **state)
{
	struct sim_config config = {.hooks.property = leave};
	static struct reads reads;
	struct driver driver;
	uint64_t start;

	(void)state;
	driver_start(&driver, &config, NULL);
	leaving = driver.sim;
	sim_set_never_unready(driver.sim, true);
	reads_start(&reads, &driver, 10);
	looks_left = 10;
	start = nvme_time_ns();
	assert_int_equal(nvme_reset(driver.controller), -ENODEV);
	assert_in_range(nvme_time_ns() - start, 0, 100 * MS);
	assert_int_equal(nvme_state(driver.controller), NVME_GONE);
	reads_finish(&reads, -ENODEV);
	driver_stop(&driver);
}

/* Nobody gets memory back that the controller may still write to. */
static struct sim_controller *writing;

static void assert_no_dma(struct block_request *request)
{
	(void)request;
	assert_false(sim_is_bus_master(writing));
}

static void test_memory_comes_back_behind_bus_mastering(void **state)
{
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, &(struct sim_config){.latency_ns = S}, NULL);
	writing = driver.sim;
	sim_set_never_unready(driver.sim, true);
	reads_start(&reads, &driver, 10);
	for (unsigned i = 0; i < 10; i++)
		reads.requests[i].done = assert_no_dma;
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	reads_finish(&reads, -EIO);
	assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
	driver_stop(&driver);

	/* nor those of a command that has been sent often enough */
	driver_start(&driver, NULL, NULL);
	writing = driver.sim;
	sim_add_fault(driver.sim, &(struct sim_fault){.kind = SIM_LOSE_HARD,
						      .queue = 1,
						      .opcode = SIM_ANY,
						      .count = SIM_FOREVER});
	reads_start(&reads, &driver, 1);
	reads.requests[0].done = assert_no_dma;
	while (statistics(&driver)->resets < 3)
		block_poll(driver.device), nvme_relax();
	sim_set_never_unready(driver.sim, true);
	assert_true(block_wait(&reads.requests[0]) < 0);
	assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
	driver_stop(&driver);
}

static void test_subsystem_reset_is_written(void **state)
{
	struct sim_config config = {.cap = SIM_CAP_QEMU | 1ull << 36};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	sim_trace_clear(driver.sim);
	assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){"write NSSR 4e564d65", "write CC 00460061", NULL});
	assert_works(&driver);
	driver_stop(&driver);
}

/* As nvme.h promises. */
static void test_detached_under_a_command(void **state)
{
	struct driver driver;
	struct single one;
	uint8_t bytes[512];

	(void)state;
	single_start_lost(&one, &driver, 1, bytes);
	nvme_detach(driver.controller, false);
	driver.controller = NULL;
	assert_true(one.request.complete);
	assert_int_equal(one.request.error, -ENODEV);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_whose_quirks), cmocka_unit_test(test_in_flight_is_let_end),
      cmocka_unit_test(test_reset_anywhere_in_the_ring),
      cmocka_unit_test(test_set_up_is_tried_twice), cmocka_unit_test(test_start_repeats_commands),
      cmocka_unit_test(test_refusals_at_the_start), cmocka_unit_test(test_start_is_undone),
      cmocka_unit_test(test_another_controller_behind_a_reset),
      cmocka_unit_test(test_smaller_transfers_behind_a_reset),
      cmocka_unit_test(test_gone_while_it_stops),
      cmocka_unit_test(test_memory_comes_back_behind_bus_mastering),
      cmocka_unit_test(test_subsystem_reset_is_written),
      cmocka_unit_test(test_detached_under_a_command))
