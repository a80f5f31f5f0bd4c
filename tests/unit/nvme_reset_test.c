/* Resets, and controllers that do not survive them, go away or come back as another: every request
 * ends once, data is right, and nothing waits for ever. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Live and at work, or given up, with a line in the log and an error at once for whoever asks. */
static void assert_decided(struct driver *driver)
{
	switch (nvme_state(driver->controller)) {
	case NVME_LIVE:
		if (!driver->device->gone)
			assert_works(driver);
		return;
	case NVME_DEAD:
		assert_logged("dead: it could not be reset");
		break;
	default:
		assert_int_equal(nvme_state(driver->controller), NVME_GONE);
		assert_logged("gone: its registers read all ones");
		break;
	}
	assert_read(driver, -ENODEV, 0, 1 * MS);
}

static uint64_t lbas_seen[256];
static unsigned lbas_count;

static void note_lba(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		     size_t size)
{
	(void)context;
	(void)bytes;
	(void)size;
	if (queue && lbas_count < 256)
		lbas_seen[lbas_count++] = command[40] | command[41] << 8;
}

/* What a reset takes back goes out again in the order in which it came. */
static void test_order_survives_a_reset(void **state)
{
	struct sim_config config = {.hooks.data = note_lba, .latency_ns = 100000};
	static uint8_t bytes[200][512];
	struct block_segment segments[200];
	struct block_request requests[200];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	/* the free slots are not in order any more */
	for (unsigned i = 0; i < 200; i++) {
		segments[i] = (struct block_segment){bytes[i], 512};
		requests[i] = (struct block_request){.operation = BLOCK_READ,
						     .lba = 1000 + i,
						     .count = 1,
						     .segments = &segments[i],
						     .segment_count = 1};
		block_submit(driver.device, &requests[i]);
	}
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(block_wait(&requests[i]), 0);
	lbas_count = 0;
	for (unsigned i = 0; i < 200; i++) {
		requests[i].lba = i;
		block_submit(driver.device, &requests[i]);
	}
	assert_int_equal(nvme_reset(driver.controller), 0);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(block_wait(&requests[i]), 0);
	assert_int_equal(lbas_count, 200);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(lbas_seen[i], i);
	driver_stop(&driver);
}

static void test_fatal(void **state)
{
	struct driver *driver = *state;
	struct model *model = model_create(driver->device, 3);

	for (unsigned i = 0; i < 5; i++) {
		driver_add_fault(driver, SIM_FATAL, SIM_ANY, 7 * i, 1, 0);
		model_run(model, 100, 30, 16);
	}
	model_end(model);
	assert_int_equal(statistics(driver)->resets, 5);
	assert_logged("CSTS.CFS");
}

/* CC.EN cleared behind the driver's back: seen by CSTS.RDY, long before any deadline. */
static void test_disabled_by_somebody_else(void **state)
{
	struct driver *driver = *state;

	nvme_write32((char *)sim_bar(driver->sim) + 0x14, 0);
	sim_advance(10 * MS);
	assert_read(driver, 0, 0, 100 * MS);
	assert_int_equal(statistics(driver)->resets, 1);
	assert_int_equal(statistics(driver)->timeouts, 0);
	assert_logged("controller reset: not ready any more (CSTS.RDY)");
	sim_take_violations(driver->sim); /* the command that was sent to it meanwhile */
}

/* Dead: a controller that does not come back from a reset. Every request fails, in time, and the
 * next ones at once. */
static void dead(bool never_ready, bool never_unready)
{
	struct driver driver;
	struct model *model;
	int error;

	driver_start(&driver, NULL, NULL);
	model = model_create(driver.device, 3);
	model->may_fail = true;
	model_start(model, 100, 64);
	sim_set_never_ready(driver.sim, never_ready);
	sim_set_never_unready(driver.sim, never_unready);
	sim_set_fatal(driver.sim);
	model_finish(model, 60 * S);
	assert_true(model->failed > 50);
	model_destroy(model);
	assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
	assert_logged("dead");
	assert_in_range(driver_read(&driver, &error), 0, 1 * MS);
	assert_true(error < 0);
	if (never_unready)
		assert_false(sim_is_bus_master(driver.sim));
	/* it can be brought back once it behaves */
	sim_set_never_ready(driver.sim, false);
	sim_set_never_unready(driver.sim, false);
	sim_power_cut(driver.sim);
	sim_log_clear();
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_true(sim_is_bus_master(driver.sim));
	driver.device = block_find("my_nvme0n1");
	assert_non_null(driver.device);
	driver_finish(&driver);
}

static void test_never_ready_again(void **state)
{
	(void)state;
	dead(true, false);
}

static void test_never_stops(void **state)
{
	(void)state;
	dead(false, true);
}

static void test_gone(void **state)
{
	struct driver driver;
	struct model *model;
	uint64_t start;
	int error;

	(void)state;
	for (unsigned skip = 0; skip < 60; skip += 7) {
		driver_start(&driver, NULL, NULL);
		driver_add_fault(&driver, SIM_GONE, SIM_ANY, skip, 1, 0);
		model = model_create(driver.device, skip);
		model->may_fail = true;
		start = nvme_time_ns();
		model_start(model, 100, 64);
		model_finish(model, 6 * S);
		assert_in_range(nvme_time_ns() - start, 0, 6 * S);
		assert_true(model->failed > 0);
		model_destroy(model);
		assert_int_equal(nvme_state(driver.controller), NVME_GONE);
		assert_int_equal(statistics(&driver)->resets, 0);
		assert_logged("all ones");
		driver_read(&driver, &error);
		assert_int_equal(error, -ENODEV);
		assert_int_equal(nvme_reset(driver.controller), -ENODEV);
		driver_stop(&driver);
	}
}

/* In the middle of 1,000 requests: none lost, none completed twice, the data right. */
static void test_reset_under_load(void **state)
{
	(void)state;
	for (unsigned polls = 0; polls < 400; polls += 40) {
		struct sim_config config = {.latency_ns = 200000, .jitter_ns = 400000};
		struct sim_namespace_config ns = {.block_count = 200000};
		struct nvme_options options = {.depth = 1024};
		struct driver driver;
		struct model *model;

		config.namespaces = &ns;
		config.namespace_count = 1;
		driver_start(&driver, &config, &options);
		model = model_create(driver.device, polls);
		model->aligned = true;
		while (model->running < 1000)
			model_start(model, 1000, 8);
		for (unsigned i = 0; i < polls; i++) {
			block_poll(driver.device);
			nvme_relax();
		}
		assert_true(polls > 300 || model->running > 0);
		assert_int_equal(nvme_reset(driver.controller), 0);
		model_finish(model, 20 * S);
		assert_int_equal(statistics(&driver)->violations, 0);
		if (polls == 0)
			assert_in_range(sim_statistics(driver.sim)->dropped, 900, 1100);
		model_run(model, 200, 100, 8);
		model_destroy(model);
		driver_finish(&driver);
	}
}

/* Before a reset under load a controller may be asked to show that it saw its doorbells, and what
 * is in flight may complete; with nothing in flight it is not, and one that does not answer is
 * reset all the same. */
static void test_reset_after_settling(void **state)
{
	(void)state;
	for (unsigned load = 0; load < 3; load++) {
		struct sim_config config = {.latency_ns = 2000000};
		struct nvme_options options = {
			.depth = 64, .quirks = NVME_QUIRK_LATE_DOORBELLS | NVME_QUIRK_STICKY_PIN};
		struct sim_fault lost = {.kind = SIM_LOSE, .opcode = NVME_ADMIN_GET_FEATURES};
		struct driver driver;
		struct model *model;
		uint64_t asked, begun;

		driver_start(&driver, &config, &options);
		model = model_create(driver.device, load);
		if (load)
			model_start(model, 60, 8);
		if (load == 2)
			sim_add_fault(driver.sim, &lost);
		asked = sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_FEATURES];
		begun = nvme_time_ns();
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_in_range(nvme_time_ns() - begun, load == 2 ? 500 * MS : 0, 900 * MS);
		asked = sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_FEATURES] - asked;
		assert_int_equal(asked, load == 1);
		if (load == 1)
			assert_int_equal(sim_statistics(driver.sim)->dropped, 0);
		model_finish(model, 20 * S);
		model_end(model);
		driver_finish(&driver);
	}
}

/* A queue that is full, with more waiting, at the time of the reset; on the course's small queue.
 */
static void test_reset_with_a_full_queue(void **state)
{
	struct sim_config config = {.cap = SIM_CAP_SEED, .mdts = 1, .latency_ns = 100000};
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, &config, NULL);
	model = model_create(driver.device, 9);
	for (unsigned i = 0; i < 20; i++) {
		model_start(model, 60, 100);
		for (unsigned turn = 0; turn < i * 10; turn++) {
			block_poll(driver.device);
			nvme_relax();
		}
		assert_int_equal(nvme_reset(driver.controller), 0);
	}
	model_finish(model, 20 * S);
	model_end(model);
	driver_finish(&driver);
}

/* Resets while everything else goes wrong as well. */
static void test_everything_at_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct sim_config config = {
			.jitter_ns = 300000, .random = seed, .oacs = SIM_OACS_DOORBELLS};
		struct nvme_options options = {.timeout_ms = 50,
					       .admin_timeout_ms = 200,
					       .queues = 3,
					       .depth = 32,
					       .shadow_doorbells = seed & 1};
		static const enum sim_fault_kind kinds[] = {
			SIM_LOSE,      SIM_DUPLICATE, SIM_UNKNOWN_CID, SIM_STALE,
			SIM_WRONG_CID, SIM_BAD_SQHD,  SIM_LOSE_HARD,   SIM_FATAL,
		};
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config, &options);
		for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			sim_add_fault(driver.sim,
				      &(struct sim_fault){.kind = kinds[i],
							  .queue = (int)(1 + i % 3),
							  .opcode = SIM_ANY,
							  .skip = 30 * i + (unsigned)seed,
							  .count = 2,
							  .value = 65536});
		model = model_create(driver.device, seed);
		for (unsigned i = 0; i < 5; i++) {
			model_run(model, 400, 80, 32);
			assert_int_equal(nvme_reset(driver.controller), 0);
		}
		model_end(model);
		driver_finish(&driver);
	}
}

static void add_admin_fault(struct driver *driver, enum sim_fault_kind kind, unsigned skip)
{
	struct sim_fault fault = {
		.kind = kind, .opcode = SIM_ANY, .skip = skip, .status = 0x006, .value = 0xffff};

	sim_add_fault(driver->sim, &fault);
}

/* Each command of the start is lost, or fails, in turn. */
static void test_faults_while_starting(void **state)
{
	static const enum sim_fault_kind kinds[] = {SIM_LOSE,	   SIM_STATUS,	  SIM_FATAL,
						    SIM_GONE,	   SIM_WRONG_CID, SIM_BAD_SQHD,
						    SIM_DUPLICATE, SIM_CORRUPT};

	(void)state;
	for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		for (unsigned skip = 0; skip < 10; skip++) {
			struct driver driver = {0};
			uint64_t start = nvme_time_ns();
			int error;

			sim_log_clear();
			driver.sim = sim_create(&(struct sim_config){.tolerant = true});
			add_admin_fault(&driver, kinds[kind], skip);
			error = driver_attach(driver.sim, NULL, &driver.controller);
			assert_in_range(nvme_time_ns() - start, 0, 60 * S);
			if (error)
				assert_null(driver.controller);
			driver_stop(&driver);
			assert_null(block_first());
			assert_null(nvme_first());
		}
	}
}

/* The same while a reset builds everything anew. */
static void test_faults_while_resetting(void **state)
{
	static const enum sim_fault_kind kinds[] = {SIM_LOSE, SIM_STATUS,    SIM_FATAL,
						    SIM_GONE, SIM_WRONG_CID, SIM_DUPLICATE};

	(void)state;
	for (unsigned kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		for (unsigned skip = 0; skip < 9; skip++) {
			struct sim_config config = {.latency_ns = 100000, .tolerant = true};
			struct driver driver;
			struct model *model;

			driver_start(&driver, &config, NULL);
			model = model_create(driver.device, skip);
			model->may_fail = true;
			model_start(model, 100, 16);
			add_admin_fault(&driver, kinds[kind], skip);
			nvme_reset(driver.controller);
			model_finish(model, 120 * S);
			model_destroy(model);
			sim_clear_faults(driver.sim);
			assert_decided(&driver);
			driver_stop(&driver);
		}
	}
}

static void test_subsystem_reset(void **state)
{
	struct sim_config config = {.cap = SIM_CAP_QEMU & ~(1ull << 36)};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_int_equal(nvme_subsystem_reset(driver.controller), -EOPNOTSUPP);
	assert_null(strstr(sim_trace(driver.sim), "write NSSR"));
	driver_finish(&driver);
}

/* With commands in flight and more waiting: all are sent again, none is lost or completed twice. */
static void test_subsystem_reset_under_load(void **state)
{
	struct sim_config config = {.cap = SIM_CAP_QEMU | 1ull << 36, .latency_ns = 200000};
	struct nvme_options options = {.depth = 32};
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, &config, &options);
	model = model_create(driver.device, 5);
	for (unsigned i = 0; i < 10; i++) {
		model_start(model, 100, 16);
		for (unsigned turn = 0; turn < i * 20; turn++) {
			block_poll(driver.device);
			nvme_relax();
		}
		assert_true(i > 5 || model->running > 31);
		sim_trace_clear(driver.sim);
		assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
		assert_order(sim_trace(driver.sim),
			     (const char *const[]){"write NSSR 4e564d65", "write CC 00460061",
						   "admin Identify", NULL});
	}
	model_finish(model, 20 * S);
	model_end(model);
	assert_logged("controller reset: NVM subsystem reset requested");
	driver_finish(&driver);
}

/* A controller that is unplugged and plugged again is a new one for nvme_attach(). */
static void test_unplug_and_plug(void **state)
{
	struct driver *driver = *state;
	int error;

	sim_remove(driver->sim);
	driver_read(driver, &error);
	assert_int_equal(error, -ENODEV);
	nvme_detach(driver->controller, true);
	assert_null(block_first());
	sim_plug(driver->sim);
	assert_int_equal(driver_attach(driver->sim, NULL, &driver->controller), 0);
	driver->device = block_find("my_nvme0n1");
}

/* The capabilities are not what they were: the driver does not trust what it knew. */
static uint64_t other_cap(void *context, unsigned offset, uint64_t value)
{
	const uint64_t *cap = context;

	return offset == 0 && *cap ? *cap : value;
}

static void test_capabilities_change_at_reset(void **state)
{
	static const uint64_t caps[] = {
		SIM_CAP_SEED,					/* smaller queues, other stride */
		0,						/* MQES 0 */
		UINT64_MAX,					/* all ones */
		0x0010000000000000ull | (SIM_CAP_QEMU & ~0ull), /* MPSMIN */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		uint64_t cap = 0;
		struct sim_config config = {.hooks = {.context = &cap, .property = other_cap},
					    .tolerant = true};
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config, NULL);
		model = model_create(driver.device, 1);
		model->may_fail = true;
		model_start(model, 100, 16);
		cap = caps[i] ? caps[i] : 1ull << 37;
		nvme_reset(driver.controller);
		model_finish(model, 60 * S);
		model_destroy(model);
		/* the simulation itself keeps its stride and limits: only memory safety and an end
		 * count here */
		sim_take_violations(driver.sim);
		cap = 0;
		nvme_detach(driver.controller, false);
		driver.controller = NULL;
		sim_take_violations(driver.sim);
		driver_stop(&driver);
	}
}

TESTS(cmocka_unit_test(test_order_survives_a_reset), DRIVER_TEST(test_fatal),
      DRIVER_TEST(test_disabled_by_somebody_else), cmocka_unit_test(test_never_ready_again),
      cmocka_unit_test(test_never_stops), cmocka_unit_test(test_gone),
      cmocka_unit_test(test_reset_under_load), cmocka_unit_test(test_reset_after_settling),
      cmocka_unit_test(test_reset_with_a_full_queue), cmocka_unit_test(test_everything_at_once),
      cmocka_unit_test(test_faults_while_starting), cmocka_unit_test(test_faults_while_resetting),
      cmocka_unit_test(test_subsystem_reset), cmocka_unit_test(test_subsystem_reset_under_load),
      DRIVER_TEST(test_unplug_and_plug), cmocka_unit_test(test_capabilities_change_at_reset))
