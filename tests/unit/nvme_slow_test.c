/* Controllers that are slow but steady: everything arrives in the end, and nothing is reset. What
 * stands still is found all the same. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define LARGE (4u << 20)

static void expect_no_fault(const struct driver *driver)
{
	assert_int_equal(statistics(driver)->timeouts, 0);
	assert_int_equal(statistics(driver)->aborts, 0);
	assert_int_equal(statistics(driver)->resets, 0);
	assert_int_equal(statistics(driver)->retries, 0);
}

/* One request in many parts, one after the other, at 80 KiB/s: some of them wait for longer than
 * their deadline, but the queue goes on. With commands passed through on top. */
static void test_one_large_request(void **state)
{
	const struct sim_namespace_config namespace = {.block_count = LARGE / 512};
	const struct sim_config config = {.namespaces = &namespace,
					  .namespace_count = 1,
					  .mdts = 1,
					  .fetch_max = 1,
					  .latency_ns = 100 * MS};
	const struct nvme_command one = {.opcode = NVME_IO_READ, .nsid = 1, .cdw10 = 77};
	uint8_t *bytes = malloc(LARGE), *expected = malloc(LARGE);
	struct block_segment segment = {bytes, LARGE};
	struct block_request request = {.operation = BLOCK_READ,
					.count = LARGE / 512,
					.segments = &segment,
					.segment_count = 1};
	struct driver driver;
	uint8_t block[512];
	uint64_t start;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < LARGE; i++)
		expected[i] = (uint8_t)(i * 31 >> 3);
	sim_namespace_write(driver.sim, 1, 0, LARGE / 512, expected);
	start = nvme_time_ns();
	block_submit(driver.device, &request);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){.command = &one,
								    .data = block,
								    .size = sizeof(block)}),
			 0);
	assert_int_equal(block_wait(&request), 0);
	assert_in_range(nvme_time_ns() - start, 50 * S, 60 * S);
	assert_memory_equal(bytes, expected, LARGE);
	assert_memory_equal(block, expected + 77 * 512, sizeof(block));
	expect_no_fault(&driver);
	free(bytes);
	free(expected);
	driver_stop(&driver);
}

/* Each command takes nearly its deadline, one by one, in each queue. */
static void test_almost_late_each_time(void **state)
{
	static const struct sim_config config = {.fetch_max = 1};
	struct nvme_options options = {.queues = 2};
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	driver_add_fault_to(&driver, SIM_ANY, SIM_DELAY, NVME_IO_READ, 0, SIM_FOREVER, 29 * S);
	reads_start(&reads, &driver, 12);
	reads_finish(&reads, 0);
	expect_no_fault(&driver);
	driver_finish(&driver);
}

/* The time of what goes on is counted from its queue's last completion: no sooner, no later. */
static void test_stops_in_the_middle(void **state)
{
	static const struct sim_config config = {.fetch_max = 1, .latency_ns = 10 * S};
	struct nvme_options options = {.admin_timeout_ms = 60000};
	static struct reads reads;
	struct driver driver;
	uint64_t start;

	(void)state;
	driver_start(&driver, &config, &options);
	driver_add_fault(&driver, SIM_LOSE_HARD, NVME_IO_READ, 4, 1, 0);
	start = nvme_time_ns();
	reads_start(&reads, &driver, 6);
	while (!statistics(&driver)->timeouts)
		driver_idle(10 * MS);
	assert_in_range(nvme_time_ns() - start, 70 * S, 70 * S + 100 * MS);
	reads_finish(&reads, 0);
	assert_int_equal(statistics(&driver)->resets, 1);
	driver_stop(&driver);
}

/* Another queue's work is not this one's. */
static void test_one_queue_stands_still(void **state)
{
	struct nvme_options options = {.queues = 2};
	static struct reads reads;
	struct driver driver;
	uint64_t start;

	(void)state;
	driver_start(&driver, NULL, &options);
	driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, IN_TWO_LANES - 1, 0);
	start = nvme_time_ns();
	reads_start(&reads, &driver, IN_TWO_LANES - 1);
	while (!statistics(&driver)->timeouts && nvme_time_ns() - start < 2 * DEADLINE) {
		uint8_t bytes[512];

		assert_int_equal(block_read(driver.device, 9, 1, bytes), 0);
		driver_idle(S);
	}
	assert_in_range(nvme_time_ns() - start, DEADLINE, DEADLINE + 2 * S);
	reads_finish(&reads, 0);
	driver_finish(&driver);
}

/* One command is lost while its queue never rests: it is missed once so many have overtaken it that
 * no order in which a controller takes them explains it. With the Abort that finds it, and without.
 */
static void test_lost_in_a_busy_queue(void **state)
{
	static const enum sim_fault_kind kinds[] = {SIM_LOSE, SIM_LOSE_HARD};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		static struct reads reads;
		struct driver driver;
		uint8_t bytes[512];
		uint64_t start;

		driver_start(&driver, NULL, NULL);
		driver_add_fault(&driver, kinds[i], NVME_IO_READ, 0, 1, 0);
		start = nvme_time_ns();
		reads_start(&reads, &driver, 1);
		while (!reads.requests[0].complete && nvme_time_ns() - start < 150 * S) {
			assert_int_equal(block_read(driver.device, 9, 1, bytes), 0);
			sim_advance(10 * MS);
		}
		assert_true(reads.requests[0].complete);
		assert_in_range(nvme_time_ns() - start, 2 * DEADLINE, 2 * DEADLINE + 2 * S);
		reads_finish(&reads, 0);
		assert_int_equal(statistics(&driver)->aborts, 1);
		assert_int_equal(statistics(&driver)->resets, i);
		driver_finish(&driver);
	}
}

/* Reads are slow and steady, writes fast and many, as behind a back end that throttles the former
 * only: each read is overtaken by thousands of writes, and none is late. */
static void test_overtaken(void **state)
{
	static struct reads reads;
	struct driver driver;
	uint8_t bytes[512] = {0};

	(void)state;
	driver_start(&driver, NULL, NULL);
	for (unsigned i = 0; i < 60; i++)
		driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, (i + 1) * 2 * S);
	reads_start(&reads, &driver, 60);
	while (!reads.requests[59].complete) {
		assert_int_equal(block_write(driver.device, 99, 1, bytes), 0);
		sim_advance(10 * MS);
	}
	reads_finish(&reads, 0);
	expect_no_fault(&driver);
	driver_finish(&driver);
}

/* Completions that are for nobody are no progress. */
static void test_chatter_is_no_progress(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, 1, 0);
	sim_post(driver.sim, 1, (const uint8_t[16]){[12] = 0xff, [13] = 0xff});
	sim_chatter(driver.sim, 1000000);
	assert_read(&driver, 0, DEADLINE, DEADLINE + 2 * S);
	assert_int_equal(statistics(&driver)->aborts, 1);
	sim_chatter(driver.sim, 0);
	driver_finish(&driver);
}

TESTS(cmocka_unit_test(test_one_large_request), cmocka_unit_test(test_almost_late_each_time),
      cmocka_unit_test(test_stops_in_the_middle), cmocka_unit_test(test_one_queue_stands_still),
      cmocka_unit_test(test_chatter_is_no_progress), cmocka_unit_test(test_lost_in_a_busy_queue),
      cmocka_unit_test(test_overtaken))
