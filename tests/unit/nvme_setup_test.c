/* From power-on to a block device: the order of the steps, and every capability that a controller
 * may have. */
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

static void run_with_cap(uint64_t cap, unsigned depth, unsigned entries)
{
	struct sim_config config = {.cap = cap};
	struct nvme_options options = {.depth = depth};
	struct driver driver;

	driver_start(&driver, &config, &options);
	assert_non_null(driver.device);
	assert_int_equal(nvme_queue_entries(driver.controller), entries);
	assert_int_equal(sim_queue_size(driver.sim, 1, false), entries);
	assert_int_equal(sim_queue_size(driver.sim, 1, true), entries);
	exercise(&driver);
	driver_stop(&driver);
}

/* Section 3.3.1.1 of the course: admin queues, entry sizes, Set Features Number of Queues, MQES and
 * CQR, completion queue, submission queue; Identify in between as section 3.5.1 has it. */
static void test_order_of_the_six_steps(void **state)
{
	static const char *const steps[] = {
		"write AQA",
		"write ASQ",
		"write ACQ",
		"write CC 00460061", /* entry sizes 2^6 and 2^4, all command sets, enable */
		"read CSTS 00000001",
		"admin Identify nsid 0 cdw10 00000001",
		"admin Identify nsid 0 cdw10 ffff001c",
		"admin Set Features nsid 0 cdw10 00000019 cdw11 00000000",
		"admin Set Features nsid 0 cdw10 00000007",
		"admin Create I/O Completion Queue nsid 0 cdw10 00ff0001 cdw11 0000000",
		"admin Create I/O Submission Queue nsid 0 cdw10 00ff0001 cdw11 00010001",
		"admin Identify nsid 0 cdw10 00000002",
		"admin Identify nsid 1 cdw10 00000003",
		"admin Identify nsid 1 cdw10 00000000",
		NULL,
	};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	assert_order(sim_trace(driver.sim), steps);
	driver_stop(&driver);
}

static void test_firmware_left_it_running(void **state)
{
	static const char *const steps[] = {
		"read CSTS 00000001",
		"write CC 00460000",
		"read CSTS 00000000",
		"write AQA",
		"write CC 00460061",
		"read CSTS 00000001",
		NULL,
	};
	struct sim_config config = {.enabled = true};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_order(sim_trace(driver.sim), steps);
	exercise(&driver);
	driver_stop(&driver);
}

static void test_cap_of_qemu(void **state)
{
	(void)state;
	run_with_cap(SIM_CAP_QEMU, 0, 256);
	run_with_cap(SIM_CAP_QEMU, 2048, 1024);
}

/* MQES 15, CQR, TO 0, doorbells 64 bytes apart, CSS 0 */
static void test_cap_of_the_course(void **state)
{
	(void)state;
	run_with_cap(SIM_CAP_SEED, 0, 16);
}

static void test_every_doorbell_stride(void **state)
{
	(void)state;
	for (unsigned dstrd = 0; dstrd <= 15; dstrd++)
		run_with_cap(sim_cap(63, true, 20, dstrd, 1, 0, 0), 0, 64);
}

static void test_every_kind_of_mqes(void **state)
{
	static const struct {
		unsigned mqes, entries;
	} rows[] = {
		{1, 2},	    {2, 2},	{3, 4},	     {4, 4},	  {6, 4},	{7, 8},
		{14, 8},    {15, 16},	{16, 16},    {100, 64},	  {254, 128},	{255, 256},
		{256, 256}, {511, 256}, {1023, 256}, {4095, 256}, {65535, 256},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_with_cap(sim_cap(rows[i].mqes, true, 20, 0, 1, 0, 4), 0, rows[i].entries);
}

static void test_depths_wished_for(void **state)
{
	static const struct {
		unsigned depth, entries;
	} rows[] = {{1, 2}, {2, 2}, {3, 2}, {4, 4}, {100, 64}, {512, 512}, {1024, 1024}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_with_cap(sim_cap(4095, true, 20, 0, 1, 0, 4), rows[i].depth, rows[i].entries);
}

static void refuse(const struct sim_config *config, int error, const char *message)
{
	struct driver driver;

	assert_int_equal(driver_try(&driver, config, NULL), error);
	assert_null(driver.controller);
	assert_null(nvme_first());
	assert_null(block_first());
	assert_logged(message);
	driver_stop(&driver);
}

static void test_large_pages_are_refused(void **state)
{
	(void)state;
	for (unsigned mpsmin = 1; mpsmin <= 15; mpsmin++) {
		struct sim_config config = {.cap = sim_cap(15, true, 20, 0, 1, mpsmin, 15)};
		char message[64];

		snprintf(message, sizeof(message), "CAP.MPSMIN %u", mpsmin);
		refuse(&config, -EOPNOTSUPP, message);
		assert_logged("only 4 KiB pages are supported");
	}
}

static void test_mqes_0_is_refused(void **state)
{
	struct sim_config config = {.cap = sim_cap(0, true, 20, 0, 1, 0, 0)};

	(void)state;
	refuse(&config, -EOPNOTSUPP, "MQES");
}

static void test_bar_too_small(void **state)
{
	struct sim_config config = {.bar_size = 4096};

	(void)state;
	refuse(&config, -EOPNOTSUPP, "BAR0");
	/* too small for CAP and VS to be read */
	config.bar_size = 8;
	refuse(&config, -EOPNOTSUPP, "BAR0");
	config.cap = sim_cap(63, true, 20, 15, 1, 0, 0);
	config.bar_size = 16384;
	refuse(&config, -EOPNOTSUPP, "BAR0");
}

/* Room for the admin doorbells and for those of some I/O queues. */
static void test_bar_limits_the_queues(void **state)
{
	struct sim_config config = {.cap = sim_cap(63, true, 20, 10, 1, 0, 0), .bar_size = 65536};
	struct nvme_options options = {.queues = 16};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	assert_int_equal(nvme_queue_count(driver.controller), 6);
	exercise(&driver);
	driver_stop(&driver);
}

static void test_all_ones(void **state)
{
	struct sim_controller *sim = sim_create(NULL);
	struct nvme_controller *controller = NULL;

	(void)state;
	sim_log_clear();
	sim_remove(sim);
	assert_int_equal(driver_attach(sim, NULL, &controller), -ENODEV);
	assert_logged("all ones");
	sim_destroy(sim);
	assert_int_equal(sim_allocations(), 0);
}

static void test_ready_times(void **state)
{
	struct driver driver;

	(void)state;
	/* just within CAP.TO */
	driver_start(&driver,
		     &(struct sim_config){.cap = sim_cap(63, true, 4, 0, 1, 0, 0),
					  .ready_ns = 1990000000,
					  .unready_ns = 1990000000,
					  .enabled = true},
		     NULL);
	driver_stop(&driver);
	/* a TO of 0, as the course has it, is no reason to give up at once */
	driver_start(&driver, &(struct sim_config){.cap = SIM_CAP_SEED, .ready_ns = 300000000},
		     NULL);
	driver_stop(&driver);
}

static void test_never_ready(void **state)
{
	struct sim_config config = {.cap = sim_cap(63, true, 4, 0, 1, 0, 0), .never_ready = true};
	uint64_t start = nvme_time_ns(), took;

	(void)state;
	refuse(&config, -ETIMEDOUT, "does not get ready");
	took = nvme_time_ns() - start;
	assert_in_range(took, 2000000000, 9000000000);
}

static void test_never_stops(void **state)
{
	struct sim_config config = {
		.cap = sim_cap(63, true, 4, 0, 1, 0, 0), .enabled = true, .never_unready = true};

	(void)state;
	refuse(&config, -ETIMEDOUT, "does not stop");
}

static void test_fatal_while_starting(void **state)
{
	struct sim_controller *sim = sim_create(&(struct sim_config){.never_ready = true});
	struct nvme_controller *controller = NULL;

	(void)state;
	sim_log_clear();
	sim_set_fatal(sim);
	assert_true(driver_attach(sim, NULL, &controller) < 0);
	assert_logged("atal");
	sim_destroy(sim);
	assert_int_equal(sim_allocations(), 0);
}

static void test_queues_granted(void **state)
{
	struct driver driver;

	(void)state;
	for (unsigned granted = 1; granted <= 64; granted = granted * 2 + 1) {
		struct sim_config config = {.queues = granted};
		struct nvme_options options = {.queues = 8, .depth = 16};

		driver_start(&driver, &config, &options);
		assert_int_equal(nvme_queue_count(driver.controller), granted < 8 ? granted : 8);
		exercise(&driver);
		driver_stop(&driver);
	}
}

/* Fewer queues of one kind than of the other. */
static bool fewer_completion_queues(void *context, uint16_t queue, uint8_t entry[16])
{
	(void)context;
	if (queue == 0 && entry[0] == 63 && entry[2] == 63)
		entry[2] = 2;
	return true;
}

static void test_fewer_completion_queues(void **state)
{
	struct sim_config config = {.hooks.completion = fewer_completion_queues};
	struct nvme_options options = {.queues = 8, .depth = 16};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	assert_int_equal(nvme_queue_count(driver.controller), 3);
	exercise(&driver);
	driver_stop(&driver);
}

static void test_64_queues(void **state)
{
	struct nvme_options options = {.queues = 64, .depth = 4};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	assert_int_equal(nvme_queue_count(driver.controller), 64);
	exercise(&driver);
	driver_stop(&driver);
}

/* It grants more than it can create: the driver works with what it gets. */
static void test_queues_claimed_but_not_there(void **state)
{
	struct sim_config config = {.queues = 2, .queues_claimed = 8, .tolerant = true};
	struct nvme_options options = {.queues = 8, .depth = 16};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	assert_int_equal(nvme_queue_count(driver.controller), 2);
	assert_logged("Create I/O Completion Queue: Invalid Queue Identifier");
	assert_logged("uses 2 of 8 queues");
	assert_works(&driver);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(nvme_queue_count(driver.controller), 2);
	exercise(&driver);
	driver_stop(&driver);
}

static void test_mdts(void **state)
{
	static const unsigned shifts[] = {9, 12};

	(void)state;
	for (unsigned s = 0; s < 2; s++) {
		for (unsigned mdts = 0; mdts <= 10; mdts++) {
			struct sim_namespace_config ns = {.block_shift = shifts[s],
							  .block_count = (8u << 20) >> shifts[s]};
			struct sim_config config = {
				.mdts = mdts, .namespaces = &ns, .namespace_count = 1};
			uint64_t limit = mdts ? 4096ull << mdts : 1 << 20, blocks;
			uint8_t *bytes = malloc(8 << 20), *back = malloc(8 << 20);
			struct driver driver;
			struct prng prng;

			if (limit > 1 << 20)
				limit = 1 << 20; /* the driver's own default */
			driver_start(&driver, &config, NULL);
			assert_int_equal(nvme_transfer_max(driver.controller), limit);
			assert_int_equal(driver.device->transfer_max, limit);
			prng_seed(&prng, mdts);
			prng_fill(&prng, bytes, 8 << 20);
			blocks = limit >> shifts[s];
			for (uint64_t count = blocks - 1; count <= blocks + 1; count++) {
				uint64_t before = sim_statistics(driver.sim)->commands[1][1];

				if (!count)
					continue;
				assert_int_equal(block_write(driver.device, 3, count, bytes), 0);
				assert_int_equal(sim_statistics(driver.sim)->commands[1][1] -
							 before,
						 count > blocks ? 2 : 1);
				memset(back, 0, 8 << 20);
				assert_int_equal(block_read(driver.device, 3, count, back), 0);
				assert_memory_equal(bytes, back, count << shifts[s]);
			}
			assert_int_equal(
				block_write(driver.device, 0, driver.device->block_count, bytes),
				0);
			assert_int_equal(
				block_read(driver.device, 0, driver.device->block_count, back), 0);
			assert_memory_equal(bytes, back, 8 << 20);
			assert_in_range(sim_statistics(driver.sim)->largest_transfer, 1, limit);
			driver_stop(&driver);
			free(bytes);
			free(back);
		}
	}
}

/* A controller, or a hypervisor in front of it, that knows no 64-bit accesses. */
static void test_dwords_only(void **state)
{
	struct sim_config config = {.dwords_only = true};
	struct driver driver;
	uint64_t cap;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_works(&driver);
	assert_int_equal(nvme_property(driver.controller, 0, 8, &cap), 0);
	assert_int_equal(cap, SIM_CAP_QEMU);
	driver_stop(&driver);
}

/* BAR0 leads nowhere: every register reads 0. */
static uint64_t read_0(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	(void)offset;
	(void)value;
	return 0;
}

static void test_all_zeroes(void **state)
{
	struct sim_config config = {.hooks.property = read_0};

	(void)state;
	refuse(&config, -EIO, "does not answer: its registers read 0");
}

/* Memory that runs out at every possible place: an error, nothing kept, nothing illegal. */
static void test_out_of_memory(void **state)
{
	struct sim_config config = {.namespace_count = 3, .oacs = SIM_OACS_DOORBELLS};
	struct nvme_options options = {.queues = 3, .depth = 16, .shadow_doorbells = true};
	struct driver driver;
	unsigned failures = 0;
	int error;

	(void)state;
	for (long after = 0;; after++) {
		sim_fail_allocations(after);
		error = driver_try(&driver, &config, &options);
		sim_fail_allocations(-1);
		if (error) {
			assert_int_equal(error, -ENOMEM);
			assert_logged("out of memory");
			failures++;
		}
		driver_stop(&driver);
		if (!error && after > 200)
			break;
	}
	assert_in_range(failures, 5, 200);
}

TESTS(cmocka_unit_test(test_order_of_the_six_steps),
      cmocka_unit_test(test_firmware_left_it_running), cmocka_unit_test(test_cap_of_qemu),
      cmocka_unit_test(test_cap_of_the_course), cmocka_unit_test(test_every_doorbell_stride),
      cmocka_unit_test(test_every_kind_of_mqes), cmocka_unit_test(test_depths_wished_for),
      cmocka_unit_test(test_large_pages_are_refused), cmocka_unit_test(test_mqes_0_is_refused),
      cmocka_unit_test(test_bar_too_small), cmocka_unit_test(test_bar_limits_the_queues),
      cmocka_unit_test(test_all_ones), cmocka_unit_test(test_ready_times),
      cmocka_unit_test(test_never_ready), cmocka_unit_test(test_never_stops),
      cmocka_unit_test(test_fatal_while_starting), cmocka_unit_test(test_queues_granted),
      cmocka_unit_test(test_fewer_completion_queues), cmocka_unit_test(test_64_queues),
      cmocka_unit_test(test_queues_claimed_but_not_there), cmocka_unit_test(test_mdts),
      cmocka_unit_test(test_dwords_only), cmocka_unit_test(test_all_zeroes),
      cmocka_unit_test(test_out_of_memory))
