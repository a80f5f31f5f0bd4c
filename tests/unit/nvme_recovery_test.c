/* What the driver does with commands that come late, get lost, are answered wrongly or fail: every
 * request ends once, data is right, and nothing waits for ever. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Late, but within the deadline: nobody minds. */
static void test_late(void **state)
{
	struct driver *driver = *state;

	driver_add_fault(driver, SIM_DELAY, SIM_ANY, 0, 1, 4 * S);
	assert_read(driver, 0, 4 * S, 5 * S);
	assert_int_equal(statistics(driver)->timeouts, 0);
}

/* Never: past the deadline it is aborted, and sent again. */
static void test_lost_then_aborted(void **state)
{
	struct driver *driver = *state;

	driver_add_fault(driver, SIM_LOSE, 0x02, 0, 1, 0);
	assert_read(driver, 0, DEADLINE, DEADLINE + 1 * S);
	assert_int_equal(statistics(driver)->timeouts, 1);
	assert_int_equal(statistics(driver)->aborts, 1);
	assert_int_equal(statistics(driver)->resets, 0);
	assert_logged("no completion in time");
}

static void test_timeout_is_an_option(void **state)
{
	struct nvme_options options = {.timeout_ms = 250};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	driver_add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	assert_read(&driver, 0, 250 * MS, 600 * MS);
	driver_stop(&driver);
}

/* Every time: after three repetitions the request fails, named as timed out. */
static void test_lost_for_ever(void **state)
{
	struct driver *driver = *state;

	driver_add_fault(driver, SIM_LOSE, 0x02, 0, SIM_FOREVER, 0);
	assert_read(driver, -ETIMEDOUT, 3 * DEADLINE, 4 * DEADLINE + 20 * S);
	assert_int_equal(sim_fault_hits(driver->sim), 4);
	assert_logged("timed out");
}

/* Abort does not help: the controller is reset, and the command sent again. */
static void test_lost_beyond_abort(void **state)
{
	struct driver *driver = *state;

	driver_add_fault(driver, SIM_LOSE_HARD, 0x02, 0, 1, 0);
	assert_read(driver, 0, DEADLINE, DEADLINE + 3 * S);
	assert_int_equal(statistics(driver)->resets, 1);
	assert_logged("controller reset: a command could not be aborted");
	assert_logged("back after");
}

/* The Abort itself is lost as well. */
static void test_abort_is_lost(void **state)
{
	struct driver *driver = *state;

	driver_add_fault(driver, SIM_LOSE, 0x02, 0, 1, 0);
	sim_add_fault(driver->sim, &(struct sim_fault){.kind = SIM_LOSE, .opcode = 0x08});
	assert_read(driver, 0, DEADLINE + 1 * S, DEADLINE + 2 * S);
	assert_in_range(statistics(driver)->resets, 1, 2);
}

/* The command completes while its Abort is on the way: it is taken, once. */
static void test_completion_after_abort(void **state)
{
	(void)state;
	for (uint64_t late = 0; late < 2000000; late += 100000) {
		struct driver driver;

		driver_start(&driver, NULL, NULL);
		driver_add_fault(&driver, SIM_DELAY, 0x02, 0, 1, DEADLINE + late);
		sim_add_fault(
			driver.sim,
			&(struct sim_fault){.kind = SIM_DELAY, .opcode = 0x08, .value = 1000000});
		driver_read(&driver, NULL);
		sim_advance(10 * S);
		nvme_poll_all();
		assert_int_equal(statistics(&driver)->resets, 0);
		assert_int_equal(statistics(&driver)->violations, 0);
		driver_finish(&driver);
	}
}

static void test_duplicate(void **state)
{
	struct driver *driver = *state;

	driver_add_fault(driver, SIM_DUPLICATE, SIM_ANY, 3, 40, 0);
	model_exercise(driver->device, 3, 400, 50, 16);
	assert_int_equal(statistics(driver)->violations, 40);
	assert_int_equal(statistics(driver)->resets, 0);
	assert_logged("completion ignored");
}

static void lying_completions(enum sim_fault_kind kind, uint64_t value, bool costs)
{
	struct nvme_options options = {.timeout_ms = 100};
	struct driver driver;

	driver_start(&driver, NULL, &options);
	driver_add_fault(&driver, kind, SIM_ANY, 5, 10, value);
	model_exercise(driver.device, 3, 400, 50, 16);
	assert_true(statistics(&driver)->violations >= 1);
	assert_logged("completion ignored");
	if (!costs)
		assert_int_equal(statistics(&driver)->timeouts, 0);
	driver_finish(&driver);
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
	lying_completions(SIM_WRONG_CID, 5, true); /* a slot that is in use, of late or now */
}

static void test_wrong_sqid(void **state)
{
	(void)state;
	lying_completions(SIM_WRONG_SQID, 0, true);
	lying_completions(SIM_WRONG_SQID, 2, true);
	lying_completions(SIM_WRONG_SQID, 0xffff, true);
}

/* An entry whose phase is not written: nothing behind it is seen either, until a reset. */
static void test_wrong_phase(void **state)
{
	struct nvme_options options = {.timeout_ms = 100};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	driver_add_fault(&driver, SIM_WRONG_PHASE, SIM_ANY, 20, 1, 0);
	model_exercise(driver.device, 3, 200, 20, 16);
	assert_true(statistics(&driver)->resets >= 1);
	driver_finish(&driver);
}

/* Without DNR a status is not the end: three more tries. */
static void test_retry(void **state)
{
	(void)state;
	for (unsigned times = 1; times <= 5; times++) {
		struct driver driver;

		driver_start(&driver, NULL, NULL);
		driver_add_fault(&driver, SIM_STATUS, 0x02, 0, times, 0x006);
		assert_read(&driver, times > 3 ? -EIO : 0, 0, 1 * S);
		assert_int_equal(sim_fault_hits(driver.sim), times > 3 ? 4 : times);
		assert_int_equal(statistics(&driver)->retries, times > 3 ? 3 : times);
		driver_finish(&driver);
	}
}

/* Each request has its own three tries, whichever slot carries it. */
static void test_retries_are_per_request(void **state)
{
	struct nvme_options options = {.depth = 4};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	for (unsigned i = 0; i < 30; i++) {
		driver_add_fault(&driver, SIM_STATUS, 0x02, 0, 2, 0x006);
		driver_read(&driver, NULL);
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
	driver_add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	driver_read(&driver, NULL);
	driver_add_fault(&driver, SIM_STATUS, 0x02, 0, 1, 0x007 | SIM_DNR);
	driver_read(&driver, &error);
	assert_true(error < 0 && error != -ETIMEDOUT);
	driver_stop(&driver);
}

/* CRD names a delay before the repetition; an absurd one is cut short. */
static void test_retry_delay(void **state)
{
	static const uint64_t least[] = {0, 200 * MS, 1000 * MS, 1000 * MS};
	static const uint64_t most[] = {10 * MS, 210 * MS, 1100 * MS, 30000 * MS};

	(void)state;
	for (unsigned crd = 0; crd < 4; crd++) {
		struct sim_config config = {.hooks.data = driver_say_delays};
		struct driver driver;

		driver_start(&driver, &config, NULL);
		driver_add_fault(&driver, SIM_STATUS, 0x02, 0, 1, 0x006 | SIM_CRD(crd));
		assert_read(&driver, 0, least[crd], most[crd]);
		driver_stop(&driver);
	}
}

/* What must not be repeated is not: a command passed through fails when a reset takes it. */
static void test_pass_through_is_not_repeated(void **state)
{
	struct nvme_command command = {.opcode = 0x01, .nsid = 1, .cdw10 = 9};
	struct nvme_reply reply;
	struct driver *driver = *state;
	uint8_t bytes[512] = {1};

	driver_add_fault(driver, SIM_LOSE_HARD, 0x01, 0, 1, 0);
	assert_int_equal(
		nvme_io_command(driver->controller, &(struct nvme_passthrough){.command = &command,
									       .data = bytes,
									       .size = 512,
									       .timeout_ms = 300,
									       .reply = &reply}),
		-ETIMEDOUT);
	assert_int_equal(sim_fault_hits(driver->sim), 1);
	assert_int_equal(sim_statistics(driver->sim)->commands[1][1], 0);
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
	driver_finish(&driver);
}

/* The whole machine stood still for longer than the deadline: what has arrived is not late. */
static void test_stopped_and_continued(void **state)
{
	struct driver *driver = *state;
	struct model *model = model_create(driver->device, 3);

	for (unsigned i = 0; i < 5; i++) {
		model_start(model, 64, 16);
		sim_advance(60 * S);
	}
	model_finish(model, 10 * S);
	assert_int_equal(statistics(driver)->timeouts, 0);
	assert_int_equal(statistics(driver)->resets, 0);
	model_start(model, 64, 16);
	sim_stop(driver->sim, true);
	sim_advance(60 * S);
	sim_stop(driver->sim, false);
	model_finish(model, 60 * S);
	model_end(model);
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
	driver_idle(50 * MS);
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){"admin Get Log Page", "cdw10 007f0002", NULL});
	/* a namespace has gone */
	sim_namespace_attach(driver.sim, 2, false);
	assert_true(sim_event(driver.sim, 2, 0, 4));
	driver_idle(50 * MS);
	assert_null(block_find("my_nvme0n2"));
	assert_int_equal(statistics(&driver)->events, 2);
	/* requests are outstanding all the time */
	for (unsigned i = 0; i < 50; i++) {
		assert_true(sim_event(driver.sim, 1, 0, 2));
		driver_idle(50 * MS);
	}
	/* after a reset too */
	assert_int_equal(nvme_reset(driver.controller), 0);
	driver_idle(1 * MS);
	assert_true(sim_event(driver.sim, 1, 0, 2));
	driver_idle(50 * MS);
	driver_finish(&driver);
}

TESTS(DRIVER_TEST(test_late), DRIVER_TEST(test_lost_then_aborted),
      cmocka_unit_test(test_timeout_is_an_option), DRIVER_TEST(test_lost_for_ever),
      DRIVER_TEST(test_lost_beyond_abort), DRIVER_TEST(test_abort_is_lost),
      cmocka_unit_test(test_completion_after_abort), DRIVER_TEST(test_duplicate),
      cmocka_unit_test(test_unknown_cid), cmocka_unit_test(test_stale),
      cmocka_unit_test(test_wrong_cid), cmocka_unit_test(test_wrong_sqid),
      cmocka_unit_test(test_wrong_phase), cmocka_unit_test(test_retry),
      cmocka_unit_test(test_retries_are_per_request),
      cmocka_unit_test(test_late_once_is_not_late_always), cmocka_unit_test(test_retry_delay),
      DRIVER_TEST(test_pass_through_is_not_repeated), cmocka_unit_test(test_admin_timeout),
      DRIVER_TEST(test_stopped_and_continued), cmocka_unit_test(test_events))
