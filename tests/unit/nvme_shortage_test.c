/* A start that is not as it should be, but no failure either: queues that are refused, or never
 * answer, memory that does not suffice; and what is said of a controller that cannot be used. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Some I/O that touches queues more than they have entries, with data compared. */
static void exercise(struct driver *driver)
{
	model_exercise(driver->device, 1, 60, 20, 40);
	assert_legal(driver);
}

/* Without I/O queues the admin queue is kept, for commands that may repair the drive; a reset finds
 * out whether they have. */
static void test_queues_are_refused(void **state)
{
	static const struct sim_fault faults[] = {
		{.kind = SIM_STATUS, .opcode = 0x09, .skip = 1, .status = 0x002 | SIM_DNR},
		{.kind = SIM_STATUS, .opcode = 0x05, .status = 0x101 | SIM_DNR},
		{.kind = SIM_STATUS, .opcode = 0x01, .status = 0x101 | SIM_DNR},
	};
	const struct nvme_command flush = {.opcode = 0, .nsid = 1};
	uint8_t page[4096];

	(void)state;
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct nvme_options options = {.queues = 3, .depth = 16};
		struct driver driver;

		assert_int_equal(driver_try_with(&driver, NULL, &options, &faults[i]), 0);
		assert_int_equal(sim_fault_hits(driver.sim), 1);
		assert_logged("has no I/O queues: takes admin commands only");
		assert_int_equal(nvme_state(driver.controller), NVME_LIVE);
		assert_int_equal(nvme_queue_count(driver.controller), 0);
		assert_null(block_first());
		assert_int_equal(sim_queue_size(driver.sim, 1, true), 0);
		assert_int_equal(nvme_identify_command(driver.controller, 1, 0, page, NULL), 0);
		assert_int_equal(nvme_io_command(driver.controller,
						 &(struct nvme_passthrough){.command = &flush}),
				 -EOPNOTSUPP);
		assert_int_equal(nvme_rescan_namespaces(driver.controller), -EOPNOTSUPP);
		driver_idle(1 * S);
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_int_equal(nvme_queue_count(driver.controller), 3);
		driver.device = block_find("my_nvme0n1");
		assert_non_null(driver.device);
		exercise(&driver);
		driver_stop(&driver);
	}
}

/* As many queues, or entries, as memory allows, and the rest of the memory is left for others. */
static void test_memory_for_some_queues(void **state)
{
	static const uint64_t limits[] = {100 << 20, 30 << 20, 10 << 20,
					  3 << 20,   1 << 20,  512 << 10};
	struct nvme_options options = {.queues = 64, .depth = 1024, .max_transfer = 4 << 20};
	unsigned before = 64 * 1024;

	(void)state;
	for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct driver driver;
		unsigned queues, entries;

		sim_limit_memory(limits[i]);
		driver_start(&driver, NULL, &options);
		queues = nvme_queue_count(driver.controller);
		entries = nvme_queue_entries(driver.controller);
		assert_logged(
			"no memory for 64 queues of 1024 entries and 4096 KiB transfers: uses ");
		assert_in_range(queues, 1, 63);
		assert_in_range(queues * entries, 2, before - 1);
		before = queues * entries;
		/* neither hardly any of it nor nearly all */
		if (i < 4)
			assert_in_range(sim_memory(), limits[i] / 8, limits[i] * 3 / 4);
		exercise(&driver);
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_int_equal(nvme_queue_count(driver.controller), queues);
		driver_stop(&driver);
	}
	sim_limit_memory(UINT64_MAX);
}

/* I/O queues that never answer, on a controller which could be told by shadow doorbells. */
static void test_queues_never_answer(void **state)
{
	static const struct {
		unsigned oacs;
		bool shadow, answered, hint;
	} rows[] = {
		{SIM_OACS_DOORBELLS, false, false, true},
		{SIM_OACS_DOORBELLS, true, false, false},
		{SIM_OACS_DOORBELLS, false, true, false},
		{0, false, false, false},
	};
	static const char hint[] = "nvme.shadow=1 is worth trying";
	uint8_t bytes[512];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.oacs = rows[i].oacs};
		struct nvme_options options = {.shadow_doorbells = rows[i].shadow,
					       .timeout_ms = 500};
		struct driver driver;
		const char *at;

		driver_start(&driver, &config, &options);
		if (rows[i].answered)
			assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
		driver_add_fault(&driver, SIM_LOSE_HARD, SIM_ANY, 0, SIM_FOREVER, 0);
		assert_int_not_equal(block_read(driver.device, 0, 1, bytes), 0);
		assert_true(statistics(&driver)->resets > 1);
		at = strstr(sim_log(), hint);
		assert_int_equal(at != NULL, rows[i].hint);
		assert_true(!at || !strstr(at + 1, hint));
		sim_clear_faults(driver.sim);
		driver_stop(&driver);
	}
}

/* A register that reads all ones at any time of the start: the reason is said. */
static unsigned ones_at;
static unsigned ones_after;

static uint64_t read_ones(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	if (offset != ones_at || (ones_after && ones_after--))
		return value;
	return UINT64_MAX;
}

static void test_one_register_of_all_ones(void **state)
{
	static const unsigned offsets[] = {0x00, 0x08, 0x14, 0x1c};
	struct sim_config config = {.hooks.property = read_ones, .enabled = true};
	struct nvme_options options = {.address = "00:04.0"};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned after = 0; after < 4; after++) {
			struct driver driver;

			ones_at = offsets[i];
			ones_after = after;
			if (driver_try(&driver, &config, &options)) {
				assert_logged("my_nvme0: not used: 00:04.0");
				assert_logged("all ones");
			}
			ones_at = UINT32_MAX;
			driver_stop(&driver);
		}
	}
}

/* No memory for one more namespace is no reason to give up the others, or the controller. */
static void test_no_memory_for_a_namespace(void **state)
{
	static const struct sim_namespace_config namespaces[] = {{.nsid = 1},
								 {.nsid = 2, .inactive = true}};
	static const struct sim_config config = {.namespace_count = 2, .namespaces = namespaces};
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 20, 1 * S);
	reads_start(&reads, &driver, 20);
	sim_namespace_attach(driver.sim, 2, true);
	sim_fail_allocations(0);
	assert_int_equal(nvme_reset(driver.controller), 0);
	sim_fail_allocations(-1);
	reads_finish(&reads, 0);
	assert_logged("namespace 2: out of memory");
	assert_null(block_find("my_nvme0n2"));
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_non_null(block_find("my_nvme0n2"));
	driver_finish(&driver);
}

TESTS(cmocka_unit_test(test_queues_are_refused), cmocka_unit_test(test_memory_for_some_queues),
      cmocka_unit_test(test_queues_never_answer), cmocka_unit_test(test_one_register_of_all_ones),
      cmocka_unit_test(test_no_memory_for_a_namespace))
