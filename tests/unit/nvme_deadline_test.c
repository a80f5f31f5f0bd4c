/* Deadlines to the letter of docs/recovery.md: how long each step takes, how often it is tried,
 * what is said. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Abort says that it did not find the command: no use in waiting on. */
static void test_abort_finds_nothing(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	driver_add_fault(&driver, SIM_LOSE_HARD, NVME_IO_READ, 0, 1, 0);
	/* deadlines are looked at every 64 turns, of 5 ms each while the simulation stands still */
	assert_read(&driver, 0, DEADLINE, DEADLINE + 350 * MS);
	assert_int_equal(statistics(&driver)->resets, 1);
	assert_works(&driver);
	driver_stop(&driver);
}

/* Abort says nothing: the command has as long as its deadline once more, at most a second. */
static void test_abort_says_nothing(void **state)
{
	static const struct {
		unsigned timeout_ms;
		uint64_t least, most;
	} rows[] = {
		{0, DEADLINE + 1 * S, DEADLINE + 1500 * MS},
		{5000, 6 * S, 6 * S + 500 * MS},
		{250, 500 * MS, 1000 * MS},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nvme_options options = {.timeout_ms = rows[i].timeout_ms};
		struct driver driver;

		driver_start(&driver, NULL, &options);
		driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, 1, 0);
		driver_add_fault_to(&driver, 0, SIM_LOSE, NVME_ADMIN_ABORT, 0, 1, 0);
		assert_read(&driver, 0, rows[i].least, rows[i].most);
		assert_int_equal(statistics(&driver)->resets, 1);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* The command completes while its Abort is on the way: it is taken, once, and what comes next in
 * its slot is not what the Abort was for. */
static void test_completes_while_aborting(void **state)
{
	unsigned by_itself = 0, by_abort = 0;

	(void)state;
	for (uint64_t late = 0; late < 600 * MS; late += 20 * MS) {
		struct driver driver;

		driver_start(&driver, NULL, NULL);
		driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, DEADLINE + late);
		driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, 2 * S);
		driver_add_fault_to(&driver, 0, SIM_DELAY, NVME_ADMIN_ABORT, 0, 1, 100 * MS);
		driver_read(&driver, NULL);
		assert_in_range(statistics(&driver)->aborts, 0, 1);
		by_abort += statistics(&driver)->retries;
		if (statistics(&driver)->aborts && !statistics(&driver)->retries) {
			by_itself++;
			assert_read(&driver, 0, 2 * S, 3 * S);
			assert_int_equal(statistics(&driver)->aborts, 1);
			assert_int_equal(statistics(&driver)->timeouts, 1);
		}
		assert_int_equal(statistics(&driver)->resets, 0);
		assert_int_equal(statistics(&driver)->violations, 0);
		sim_clear_faults(driver.sim);
		assert_works(&driver);
		driver_stop(&driver);
	}
	/* that was about both */
	assert_true(by_itself > 0);
	assert_true(by_abort > 0);
}

/* No more Aborts at a time than the controller takes, and no more than leave room in the queue. */
static void test_aborts_at_a_time(void **state)
{
	static const struct {
		unsigned limit, aborts;
	} rows[] = {{0, 1}, {1, 2}, {255, 8}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.abort_limit = rows[i].limit};
		static struct reads reads;
		struct driver driver;

		driver_start(&driver, &config, NULL);
		driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, 20, 0);
		driver_add_fault_to(&driver, 0, SIM_DELAY, NVME_ADMIN_ABORT, 0, SIM_FOREVER,
				    100 * MS);
		reads_start(&reads, &driver, 20);
		driver_idle(DEADLINE + 50 * MS);
		assert_int_equal(statistics(&driver)->aborts, rows[i].aborts);
		reads_finish(&reads, 0);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* An Abort that has ended makes room for the next, all day long. */
static void test_aborts_one_after_the_other(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	for (unsigned i = 1; i <= 20; i++) {
		driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, 1, 0);
		driver_read(&driver, NULL);
	}
	assert_int_equal(statistics(&driver)->aborts, 20);
	assert_int_equal(statistics(&driver)->resets, 0);
	driver_stop(&driver);
}

static void stand_still(struct block_request *request)
{
	(void)request;
	sim_advance(60 * S);
}

/* The machine stands still between a look at a queue and one at the clock: what has arrived by then
 * is not late. */
static void test_stopped_between_two_looks(void **state)
{
	struct nvme_options options = {.queues = 2};
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	reads_start(&reads, &driver, 20);
	sim_advance(60 * S);
	nvme_poll_all();
	reads_finish(&reads, 0);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, 1 * S);
	driver_add_fault_to(&driver, 2, SIM_DELAY, NVME_IO_READ, 0, 1, 500 * MS);
	reads_start(&reads, &driver, IN_TWO_LANES);
	reads.requests[0].done = reads.requests[IN_TWO_LANES - 1].done = stand_still;
	while (!reads.requests[0].complete || !reads.requests[IN_TWO_LANES - 1].complete)
		driver_idle(MS);
	reads_finish(&reads, 0);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_works(&driver);
	driver_stop(&driver);
}

/* A command that hangs the controller each time is sent four times, and not for ever. */
static const struct sim_fault hanging = {.kind = SIM_LOSE_HARD,
					 .queue = 1,
					 .opcode = NVME_IO_READ,
					 .lba_first = 1000,
					 .lba_last = 1000,
					 .count = SIM_FOREVER};
static struct reads follow_up;
static struct driver *following;

/* At this time the controller is being reset. */
static void follow(struct block_request *request)
{
	(void)request;
	reads_start(&follow_up, following, 3);
}

static void hang_the_controller(bool others, bool followed)
{
	static struct reads reads;
	struct driver driver;
	uint8_t bytes[512];
	const struct block_segment segment = {bytes, sizeof(bytes)};
	struct block_request request = {.operation = BLOCK_READ,
					.lba = 1000,
					.count = 1,
					.segments = &segment,
					.segment_count = 1,
					.done = followed ? follow : NULL};

	driver_start(&driver, NULL, NULL);
	following = &driver;
	follow_up.count = 0;
	sim_add_fault(driver.sim, &hanging);
	block_submit(driver.device, &request);
	reads_start(&reads, &driver, others ? 20 : 0);
	reads_finish(&reads, 0);
	assert_int_equal(block_wait(&request), -ETIMEDOUT);
	reads_finish(&follow_up, 0);
	assert_int_equal(sim_fault_hits(driver.sim), 4);
	assert_int_equal(statistics(&driver)->resets, 4);
	assert_int_equal(statistics(&driver)->timeouts, 4);
	assert_works(&driver);
	driver_stop(&driver);
}

static void test_hangs_the_controller_each_time(void **state)
{
	(void)state;
	hang_the_controller(true, false);
	/* what is asked for at its end waits for the reset's end */
	hang_the_controller(false, true);
}

/* A command that waits for its delay to pass is not forgotten by a reset. */
static void test_reset_during_a_delay(void **state)
{
	static struct reads reads;
	struct driver driver;

	(void)state;
	reads_start_delayed(&reads, &driver);
	assert_int_equal(nvme_reset(driver.controller), 0);
	reads_finish(&reads, 0);
	assert_works(&driver);
	driver_stop(&driver);
}

/* A command that waits for its delay, and whose namespace goes meanwhile, ends without being sent.
 * What its end sends to another namespace has a deadline like any other. */
static void read_lost(struct block_request *request)
{
	(void)request;
	driver_add_fault(following, SIM_LOSE, NVME_IO_READ, 0, 1, 0);
	reads_start(&follow_up, following, 1);
}

static void test_namespace_goes_during_a_delay(void **state)
{
	struct sim_config config = {.namespace_count = 2, .hooks.data = driver_say_delays};
	struct driver driver;
	uint8_t bytes[512];
	const struct block_segment segment = {bytes, sizeof(bytes)};
	struct block_request request = {.operation = BLOCK_READ,
					.count = 1,
					.segments = &segment,
					.segment_count = 1,
					.done = read_lost};
	uint64_t start;

	(void)state;
	driver_start(&driver, &config, NULL);
	following = &driver;
	driver_add_fault(&driver, SIM_STATUS, NVME_IO_READ, 0, 1, 0x006 | SIM_CRD(1));
	block_submit(block_find("my_nvme0n2"), &request);
	driver_idle(50 * MS);
	assert_false(request.complete);
	sim_namespace_attach(driver.sim, 2, false);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	start = nvme_time_ns();
	while (!request.complete)
		driver_idle(MS);
	assert_in_range(nvme_time_ns() - start, 0, 1 * S);
	assert_int_equal(request.error, -ENODEV);
	assert_int_equal(sim_statistics(driver.sim)->commands[1][NVME_IO_READ], 1);
	reads_finish(&follow_up, 0);
	assert_in_range(nvme_time_ns() - start, DEADLINE, DEADLINE + 2 * S);
	driver_stop(&driver);
}

/* CSTS is read all the while: a fatal status does not wait for the deadline. */
static void test_fatal_status_is_found_at_once(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	driver_add_fault(&driver, SIM_FATAL, NVME_IO_READ, 0, 1, 0);
	assert_read(&driver, 0, 0, 500 * MS);
	assert_int_equal(statistics(&driver)->resets, 1);
	driver_stop(&driver);
}

/* Commands passed through have the deadline that they are given, or the one of their queue. */
static void test_deadlines_of_commands_passed_through(void **state)
{
	const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 1, .cdw10 = 9};
	const struct nvme_command features = {.opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = 4};
	struct nvme_options options = {.admin_timeout_ms = 700};
	static const struct {
		bool io;
		unsigned timeout_ms;
		uint64_t least, most;
	} rows[] = {
		{true, 300, 300 * MS, 1000 * MS},
		{true, 0, DEADLINE, DEADLINE + 1 * S},
		{false, 300, 300 * MS, 690 * MS},
		{false, 0, 700 * MS, 1200 * MS},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;
		uint8_t bytes[512];
		uint64_t start;
		int error;

		driver_start(&driver, NULL, &options);
		driver_add_fault_to(&driver, rows[i].io, SIM_LOSE_HARD,
				    rows[i].io ? NVME_IO_READ : NVME_ADMIN_GET_FEATURES, 0, 1, 0);
		start = nvme_time_ns();
		if (rows[i].io)
			error = nvme_io_command(
				driver.controller,
				&(struct nvme_passthrough){.command = &read,
							   .data = bytes,
							   .size = sizeof(bytes),
							   .timeout_ms = rows[i].timeout_ms});
		else
			error = nvme_admin_command(
				driver.controller,
				&(struct nvme_passthrough){.command = &features,
							   .timeout_ms = rows[i].timeout_ms});
		assert_int_equal(error, -ETIMEDOUT);
		assert_in_range(nvme_time_ns() - start, rows[i].least, rows[i].most);
		assert_int_equal(statistics(&driver)->resets, 1);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* Where the status asks for a delay, the controller was told that the driver keeps to it. */
static void test_delays_are_turned_on(void **state)
{
	struct nvme_reply reply;
	struct driver driver;
	uint8_t page[512];

	(void)state;
	for (unsigned delays = 0; delays < 2; delays++) {
		struct sim_config config = {.hooks.data = delays ? driver_say_delays : NULL};

		driver_start(&driver, &config, NULL);
		assert_int_equal(nvme_get_feature(driver.controller, 0x16, 0, 0, 0, page,
						  sizeof(page), &reply),
				 0);
		assert_int_equal(page[0], delays); /* ACRE */
		driver_stop(&driver);
	}
}

/* Twenty lines a second about failed commands; then one says how many were left out. */
static void test_log_is_limited(void **state)
{
	struct driver driver;
	unsigned lines = 0;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	sim_advance(S - nvme_time_ns() % S);
	driver_add_fault(&driver, SIM_STATUS, NVME_IO_READ, 0, SIM_FOREVER, 0x281 | SIM_DNR);
	for (unsigned i = 0; i < 50; i++) {
		driver_read(&driver, &error);
		assert_int_equal(error, -EIO);
	}
	for (const char *at = sim_log(); (at = strstr(at, "Read LBA 5+1: ")); at++)
		lines++;
	assert_int_equal(lines, 20);
	assert_not_logged("more messages like these");
	sim_advance(S);
	driver_read(&driver, &error);
	assert_logged("30 more messages like these");
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_namespace_goes_during_a_delay),
      cmocka_unit_test(test_reset_during_a_delay),
      cmocka_unit_test(test_fatal_status_is_found_at_once),
      cmocka_unit_test(test_abort_finds_nothing), cmocka_unit_test(test_abort_says_nothing),
      cmocka_unit_test(test_completes_while_aborting), cmocka_unit_test(test_aborts_at_a_time),
      cmocka_unit_test(test_aborts_one_after_the_other),
      cmocka_unit_test(test_stopped_between_two_looks),
      cmocka_unit_test(test_hangs_the_controller_each_time),
      cmocka_unit_test(test_deadlines_of_commands_passed_through),
      cmocka_unit_test(test_delays_are_turned_on), cmocka_unit_test(test_log_is_limited))
