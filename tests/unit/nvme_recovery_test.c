/* What the driver does when the controller is late, forgets, lies, fails or goes away: every
 * request ends once, data is right, and nothing waits for ever. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/platform.h"
#include "tests/unit/cmocka.h"

#define MS 1000000ull
#define S  1000000000ull

static void add_fault(struct driver *driver, enum sim_fault_kind kind, int opcode, unsigned skip,
		      unsigned count, uint64_t value)
{
	struct sim_fault fault = {.kind = kind,
				  .queue = 1,
				  .opcode = opcode,
				  .skip = skip,
				  .count = count,
				  .value = value,
				  .status = (unsigned)value};

	sim_add_fault(driver->sim, &fault);
}

/* Reads a block that holds its pattern; the time that it took, in error what it returned. */
static uint64_t read_block(struct driver *driver, int *error)
{
	uint8_t bytes[512], expected[512];
	uint64_t start = nvme_time_ns();

	memset(expected, 0x3c, sizeof(expected));
	sim_namespace_write(driver->sim, 1, 5, 1, expected);
	*error = block_read(driver->device, 5, 1, bytes);
	if (!*error)
		assert_memory_equal(bytes, expected, sizeof(bytes));
	return nvme_time_ns() - start;
}

static void assert_works(struct driver *driver)
{
	int error;

	assert_int_equal(nvme_state(driver->controller), NVME_LIVE);
	assert_in_range(read_block(driver, &error), 0, 10 * MS);
	assert_int_equal(error, 0);
	assert_legal(driver);
}

/* Live and at work, or given up, with a line in the log and an error at once for whoever asks. */
static void assert_decided(struct driver *driver)
{
	int error;

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
	assert_in_range(read_block(driver, &error), 0, 1 * MS);
	assert_int_equal(error, -ENODEV);
}

/* An idle machine: polled now and then. */
static void idle(uint64_t ns)
{
	uint64_t start = nvme_time_ns();

	while (nvme_time_ns() - start < ns) {
		nvme_poll_all();
		nvme_relax();
	}
}

static const struct nvme_statistics *statistics(struct driver *driver)
{
	return nvme_statistics(driver->controller);
}

/* Late, but within the deadline: nobody minds. */
static void test_late(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	add_fault(&driver, SIM_DELAY, SIM_ANY, 0, 1, 4 * S);
	assert_in_range(read_block(&driver, &error), 4 * S, 5 * S);
	assert_int_equal(error, 0);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_works(&driver);
	driver_stop(&driver);
}

/* Never: past the deadline it is aborted, and sent again. */
static void test_lost_then_aborted(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	assert_in_range(read_block(&driver, &error), 5 * S, 6 * S);
	assert_int_equal(error, 0);
	assert_int_equal(statistics(&driver)->timeouts, 1);
	assert_int_equal(statistics(&driver)->aborts, 1);
	assert_int_equal(statistics(&driver)->resets, 0);
	assert_logged("no completion in time");
	assert_works(&driver);
	driver_stop(&driver);
}

static void test_timeout_is_an_option(void **state)
{
	struct nvme_options options = {.timeout_ms = 250};
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, &options);
	add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	assert_in_range(read_block(&driver, &error), 250 * MS, 600 * MS);
	assert_int_equal(error, 0);
	driver_stop(&driver);
}

/* Every time: after three repetitions the request fails, named as timed out. */
static void test_lost_for_ever(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	add_fault(&driver, SIM_LOSE, 0x02, 0, SIM_FOREVER, 0);
	assert_in_range(read_block(&driver, &error), 15 * S, 40 * S);
	assert_int_equal(error, -ETIMEDOUT);
	assert_int_equal(sim_fault_hits(driver.sim), 4);
	assert_logged("timed out");
	sim_clear_faults(driver.sim);
	assert_works(&driver);
	driver_stop(&driver);
}

/* Abort does not help: the controller is reset, and the command sent again. */
static void test_lost_beyond_abort(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	add_fault(&driver, SIM_LOSE_HARD, 0x02, 0, 1, 0);
	assert_in_range(read_block(&driver, &error), 5 * S, 8 * S);
	assert_int_equal(error, 0);
	assert_int_equal(statistics(&driver)->resets, 1);
	assert_logged("controller reset: a command could not be aborted");
	assert_logged("back after");
	assert_works(&driver);
	driver_stop(&driver);
}

/* The Abort itself is lost as well. */
static void test_abort_is_lost(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	sim_add_fault(driver.sim, &(struct sim_fault){.kind = SIM_LOSE, .opcode = 0x08});
	assert_in_range(read_block(&driver, &error), 5 * S, 20 * S);
	assert_int_equal(error, 0);
	assert_in_range(statistics(&driver)->resets, 1, 2);
	assert_works(&driver);
	driver_stop(&driver);
}

/* The command completes while its Abort is on the way: it is taken, once. */
static void test_completion_after_abort(void **state)
{
	(void)state;
	for (uint64_t late = 0; late < 2000000; late += 100000) {
		struct driver driver;
		int error;

		driver_start(&driver, NULL, NULL);
		add_fault(&driver, SIM_DELAY, 0x02, 0, 1, 5 * S + late);
		sim_add_fault(
			driver.sim,
			&(struct sim_fault){.kind = SIM_DELAY, .opcode = 0x08, .value = 1000000});
		read_block(&driver, &error);
		assert_int_equal(error, 0);
		sim_advance(10 * S);
		nvme_poll_all();
		assert_int_equal(statistics(&driver)->resets, 0);
		assert_int_equal(statistics(&driver)->violations, 0);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

static void test_duplicate(void **state)
{
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, NULL, NULL);
	add_fault(&driver, SIM_DUPLICATE, SIM_ANY, 3, 40, 0);
	model = model_create(driver.device, 3);
	model_run(model, 400, 50, 16);
	model_verify(model);
	model_destroy(model);
	assert_int_equal(statistics(&driver)->violations, 40);
	assert_int_equal(statistics(&driver)->resets, 0);
	assert_logged("completion ignored");
	assert_works(&driver);
	driver_stop(&driver);
}

static void lying_completions(enum sim_fault_kind kind, uint64_t value, bool costs)
{
	struct nvme_options options = {.timeout_ms = 100};
	struct driver driver;
	struct model *model;

	driver_start(&driver, NULL, &options);
	add_fault(&driver, kind, SIM_ANY, 5, 10, value);
	model = model_create(driver.device, 3);
	model->may_fail = true;
	model_run(model, 400, 50, 16);
	assert_int_equal(model->repeated, 0);
	assert_int_equal(model->failed, 0);
	model_verify(model);
	model_destroy(model);
	assert_true(statistics(&driver)->violations >= 1);
	assert_logged("completion ignored");
	if (!costs)
		assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_works(&driver);
	driver_stop(&driver);
}

static void test_unknown_cid(void **state)
{
	(void)state;
	lying_completions(SIM_UNKNOWN_CID, 65536, false);
	lying_completions(SIM_UNKNOWN_CID, 0xffff, false);
	lying_completions(SIM_UNKNOWN_CID, 0x3ff, false);
}

static void test_stale(void **state)
{
	(void)state;
	lying_completions(SIM_STALE, 0, false);
}

static void test_wrong_cid(void **state)
{
	(void)state;
	lying_completions(SIM_WRONG_CID, 65536, true);
}

static void test_wrong_sqid(void **state)
{
	(void)state;
	lying_completions(SIM_WRONG_SQID, 0, true);
	lying_completions(SIM_WRONG_SQID, 2, true);
	lying_completions(SIM_WRONG_SQID, 0xffff, true);
}

static void test_bad_sqhd(void **state)
{
	(void)state;
	lying_completions(SIM_BAD_SQHD, 0xffff, true);
	lying_completions(SIM_BAD_SQHD, 256, true);
}

/* An entry whose phase is not written: nothing behind it is seen either, until a reset. */
static void test_wrong_phase(void **state)
{
	struct nvme_options options = {.timeout_ms = 100};
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, NULL, &options);
	add_fault(&driver, SIM_WRONG_PHASE, SIM_ANY, 20, 1, 0);
	model = model_create(driver.device, 3);
	model_run(model, 200, 20, 16);
	model_verify(model);
	model_destroy(model);
	assert_true(statistics(&driver)->resets >= 1);
	assert_works(&driver);
	driver_stop(&driver);
}

/* Without DNR a status is not the end: three more tries. */
static void test_retry(void **state)
{
	(void)state;
	for (unsigned times = 1; times <= 5; times++) {
		struct driver driver;
		int error;

		driver_start(&driver, NULL, NULL);
		add_fault(&driver, SIM_STATUS, 0x02, 0, times, 0x006);
		read_block(&driver, &error);
		assert_int_equal(error, times > 3 ? -EIO : 0);
		assert_int_equal(sim_fault_hits(driver.sim), times > 3 ? 4 : times);
		assert_int_equal(statistics(&driver)->retries, times > 3 ? 3 : times);
		sim_clear_faults(driver.sim);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* Each request has its own three tries, whichever slot carries it. */
static void test_retries_are_per_request(void **state)
{
	struct nvme_options options = {.depth = 4};
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, &options);
	for (unsigned i = 0; i < 30; i++) {
		add_fault(&driver, SIM_STATUS, 0x02, 0, 2, 0x006);
		read_block(&driver, &error);
		assert_int_equal(error, 0);
	}
	assert_int_equal(statistics(&driver)->retries, 60);
	driver_stop(&driver);
}

/* That a slot's last command was late says nothing about the next one in it. */
static void test_late_once_is_not_late_always(void **state)
{
	struct nvme_options options = {.depth = 2};
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, &options);
	add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	read_block(&driver, &error);
	assert_int_equal(error, 0);
	add_fault(&driver, SIM_STATUS, 0x02, 0, 1, 0x007 | SIM_DNR);
	read_block(&driver, &error);
	assert_true(error < 0 && error != -ETIMEDOUT);
	driver_stop(&driver);
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

static void set_delays(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size)
{
	(void)context;
	if (queue == 0 && command[0] == 0x06 && command[40] == 1 && size == 4096) {
		bytes[128] = 2;	 /* CRDT1: 200 ms */
		bytes[130] = 10; /* CRDT2: 1 s */
		bytes[132] = 0xff;
		bytes[133] = 0xff; /* CRDT3: 6553.5 s */
	}
}

/* CRD names a delay before the repetition; an absurd one is cut short. */
static void test_retry_delay(void **state)
{
	static const uint64_t least[] = {0, 200 * MS, 1000 * MS, 1000 * MS};
	static const uint64_t most[] = {10 * MS, 210 * MS, 1100 * MS, 30000 * MS};

	(void)state;
	for (unsigned crd = 0; crd < 4; crd++) {
		struct sim_config config = {.hooks.data = set_delays};
		struct driver driver;
		int error;

		driver_start(&driver, &config, NULL);
		add_fault(&driver, SIM_STATUS, 0x02, 0, 1, 0x006 | SIM_CRD(crd));
		assert_in_range(read_block(&driver, &error), least[crd], most[crd]);
		assert_int_equal(error, 0);
		driver_stop(&driver);
	}
}

static void test_fatal(void **state)
{
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, NULL, NULL);
	model = model_create(driver.device, 3);
	for (unsigned i = 0; i < 5; i++) {
		add_fault(&driver, SIM_FATAL, SIM_ANY, 7 * i, 1, 0);
		model_run(model, 100, 30, 16);
	}
	model_verify(model);
	model_destroy(model);
	assert_int_equal(statistics(&driver)->resets, 5);
	assert_logged("CSTS.CFS");
	assert_works(&driver);
	driver_stop(&driver);
}

/* CC.EN cleared behind the driver's back: seen by CSTS.RDY, long before any deadline. */
static void test_disabled_by_somebody_else(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	nvme_write32((char *)sim_bar(driver.sim) + 0x14, 0);
	sim_advance(10 * MS);
	assert_in_range(read_block(&driver, &error), 0, 100 * MS);
	assert_int_equal(error, 0);
	assert_int_equal(statistics(&driver)->resets, 1);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_logged("controller reset: not ready any more (CSTS.RDY)");
	sim_take_violations(driver.sim); /* the command that was sent to it meanwhile */
	assert_works(&driver);
	driver_stop(&driver);
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
	assert_in_range(read_block(&driver, &error), 0, 1 * MS);
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
	assert_works(&driver);
	driver_stop(&driver);
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
		add_fault(&driver, SIM_GONE, SIM_ANY, skip, 1, 0);
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
		read_block(&driver, &error);
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
		assert_int_equal(model->started, model->finished);
		assert_int_equal(model->failed, 0);
		assert_int_equal(model->repeated, 0);
		assert_int_equal(statistics(&driver)->violations, 0);
		if (polls == 0)
			assert_in_range(sim_statistics(driver.sim)->dropped, 900, 1100);
		model_run(model, 200, 100, 8);
		model_destroy(model);
		assert_works(&driver);
		driver_stop(&driver);
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
		struct nvme_options options = {.depth = 64, .settle_ms = 100};
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
		assert_in_range(nvme_time_ns() - begun, load == 2 ? 100 * MS : 0, 500 * MS);
		asked = sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_FEATURES] - asked;
		assert_int_equal(asked, load == 1);
		if (load == 1)
			assert_int_equal(sim_statistics(driver.sim)->dropped, 0);
		model_finish(model, 20 * S);
		assert_int_equal(model->failed + model->repeated, 0);
		model_verify(model);
		model_destroy(model);
		assert_works(&driver);
		driver_stop(&driver);
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
	model_verify(model);
	model_destroy(model);
	assert_works(&driver);
	driver_stop(&driver);
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
		assert_int_equal(model->failed, 0);
		model_verify(model);
		model_destroy(model);
		sim_clear_faults(driver.sim);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* What must not be repeated is not: a command passed through fails when a reset takes it. */
static void test_pass_through_is_not_repeated(void **state)
{
	struct nvme_command command = {.opcode = 0x01, .nsid = 1, .cdw10 = 9};
	struct nvme_reply reply;
	struct driver driver;
	uint8_t bytes[512] = {1};

	(void)state;
	driver_start(&driver, NULL, NULL);
	add_fault(&driver, SIM_LOSE_HARD, 0x01, 0, 1, 0);
	assert_int_equal(nvme_io_command(driver.controller, &command, bytes, 512, 300, &reply),
			 -ETIMEDOUT);
	assert_int_equal(sim_fault_hits(driver.sim), 1);
	assert_int_equal(sim_statistics(driver.sim)->commands[1][1], 0);
	assert_works(&driver);
	driver_stop(&driver);
}

static void test_admin_timeout(void **state)
{
	struct nvme_options options = {.admin_timeout_ms = 500};
	uint8_t page[4096];
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	sim_add_fault(driver.sim,
		      &(struct sim_fault){.kind = SIM_LOSE, .queue = 0, .opcode = 0x06});
	assert_int_equal(nvme_identify_command(driver.controller, 1, 0, page, NULL), -ETIMEDOUT);
	assert_int_equal(statistics(&driver)->resets, 1);
	assert_logged("an admin command was not completed");
	assert_works(&driver);
	driver_stop(&driver);
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
			struct sim_fault fault = {.kind = kinds[kind],
						  .queue = 0,
						  .opcode = SIM_ANY,
						  .skip = skip,
						  .status = 0x006,
						  .value = 0xffff};
			struct driver driver = {0};
			uint64_t start = nvme_time_ns();
			int error;

			sim_log_clear();
			driver.sim = sim_create(&(struct sim_config){.tolerant = true});
			sim_add_fault(driver.sim, &fault);
			error = nvme_attach(sim_bar(driver.sim), sim_bar_size(driver.sim),
					    (struct nvme_pci *)driver.sim, NULL,
					    &driver.controller);
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
			struct sim_fault fault = {.kind = kinds[kind],
						  .queue = 0,
						  .opcode = SIM_ANY,
						  .skip = skip,
						  .status = 0x006,
						  .value = 0xffff};
			struct sim_config config = {.latency_ns = 100000, .tolerant = true};
			struct driver driver;
			struct model *model;

			driver_start(&driver, &config, NULL);
			model = model_create(driver.device, skip);
			model->may_fail = true;
			model_start(model, 100, 16);
			sim_add_fault(driver.sim, &fault);
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
	assert_works(&driver);
	assert_null(strstr(sim_trace(driver.sim), "write NSSR"));
	driver_stop(&driver);
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
			     (const char *const[]){"write NSSR 4e564d65", "write CC 00460001",
						   "admin Identify", NULL});
	}
	model_finish(model, 20 * S);
	assert_int_equal(model->started, model->finished);
	assert_int_equal(model->failed + model->repeated, 0);
	model_verify(model);
	model_destroy(model);
	assert_logged("controller reset: NVM subsystem reset requested");
	assert_works(&driver);
	driver_stop(&driver);
}

/* The whole machine stood still for longer than the deadline: what has arrived is not late. */
static void test_stopped_and_continued(void **state)
{
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, NULL, NULL);
	model = model_create(driver.device, 3);
	for (unsigned i = 0; i < 5; i++) {
		model_start(model, 64, 16);
		sim_advance(60 * S);
	}
	model_finish(model, 10 * S);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_int_equal(statistics(&driver)->resets, 0);
	model_start(model, 64, 16);
	sim_stop(driver.sim, true);
	sim_advance(60 * S);
	sim_stop(driver.sim, false);
	model_finish(model, 60 * S);
	model_verify(model);
	model_destroy(model);
	assert_works(&driver);
	driver_stop(&driver);
}

static void test_events(void **state)
{
	struct sim_config config = {.events_limit = 3, .namespace_count = 2};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	sim_trace_clear(driver.sim);
	sim_advance(1 * MS);
	/* SMART: the log is read, so that the event may come again */
	assert_true(sim_event(driver.sim, 1, 1, 2));
	idle(50 * MS);
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){"admin Get Log Page", "cdw10 007f0002", NULL});
	/* a namespace has gone */
	sim_namespace_attach(driver.sim, 2, false);
	assert_true(sim_event(driver.sim, 2, 0, 4));
	idle(50 * MS);
	assert_null(block_find("my_nvme0n2"));
	assert_int_equal(statistics(&driver)->events, 2);
	/* requests are outstanding all the time */
	for (unsigned i = 0; i < 50; i++) {
		assert_true(sim_event(driver.sim, 1, 0, 2));
		idle(50 * MS);
	}
	/* after a reset too */
	assert_int_equal(nvme_reset(driver.controller), 0);
	idle(1 * MS);
	assert_true(sim_event(driver.sim, 1, 0, 2));
	idle(50 * MS);
	assert_works(&driver);
	driver_stop(&driver);
}

/* A controller that is unplugged and plugged again is a new one for nvme_attach(). */
static void test_unplug_and_plug(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	sim_remove(driver.sim);
	read_block(&driver, &error);
	assert_int_equal(error, -ENODEV);
	nvme_detach(driver.controller, true);
	assert_null(block_first());
	sim_plug(driver.sim);
	assert_int_equal(nvme_attach(sim_bar(driver.sim), sim_bar_size(driver.sim),
				     (struct nvme_pci *)driver.sim, NULL, &driver.controller),
			 0);
	driver.device = block_find("my_nvme0n1");
	assert_works(&driver);
	driver_stop(&driver);
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

TESTS(cmocka_unit_test(test_late), cmocka_unit_test(test_lost_then_aborted),
      cmocka_unit_test(test_timeout_is_an_option), cmocka_unit_test(test_lost_for_ever),
      cmocka_unit_test(test_lost_beyond_abort), cmocka_unit_test(test_abort_is_lost),
      cmocka_unit_test(test_completion_after_abort), cmocka_unit_test(test_duplicate),
      cmocka_unit_test(test_unknown_cid), cmocka_unit_test(test_stale),
      cmocka_unit_test(test_wrong_cid), cmocka_unit_test(test_wrong_sqid),
      cmocka_unit_test(test_bad_sqhd), cmocka_unit_test(test_wrong_phase),
      cmocka_unit_test(test_retry), cmocka_unit_test(test_retry_delay),
      cmocka_unit_test(test_late_once_is_not_late_always),
      cmocka_unit_test(test_order_survives_a_reset), cmocka_unit_test(test_retries_are_per_request),
      cmocka_unit_test(test_fatal), cmocka_unit_test(test_disabled_by_somebody_else),
      cmocka_unit_test(test_never_ready_again), cmocka_unit_test(test_never_stops),
      cmocka_unit_test(test_gone), cmocka_unit_test(test_reset_under_load),
      cmocka_unit_test(test_reset_after_settling), cmocka_unit_test(test_reset_with_a_full_queue),
      cmocka_unit_test(test_everything_at_once),
      cmocka_unit_test(test_pass_through_is_not_repeated), cmocka_unit_test(test_admin_timeout),
      cmocka_unit_test(test_faults_while_starting), cmocka_unit_test(test_faults_while_resetting),
      cmocka_unit_test(test_subsystem_reset), cmocka_unit_test(test_subsystem_reset_under_load),
      cmocka_unit_test(test_stopped_and_continued), cmocka_unit_test(test_events),
      cmocka_unit_test(test_unplug_and_plug), cmocka_unit_test(test_capabilities_change_at_reset))
