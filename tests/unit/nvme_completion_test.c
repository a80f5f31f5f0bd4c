/* What completions say beside the command they are for, and what it is worth: M, CRD and DNR of the
 * Status Field, SQHD. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/platform.h"
#include "tests/unit/cmocka.h"

/* Bits that are set in the status of each success. */
static uint16_t more_bits;

static bool add_bits(void *context, uint16_t queue, uint8_t entry[16])
{
	uint16_t status = get16(entry + 14) >> 1;

	(void)context;
	(void)queue;
	if (!(status & NVME_STATUS_MASK))
		put16(entry + 14, (uint16_t)((status | more_bits) << 1));
	return true;
}

/* SCT 0 and SC 0 are success, whatever stands beside them: for the data of a read, bounced or not,
 * for all that the driver itself asks at its start, and for commands passed through. */
static void test_success_whatever_else_is_set(void **state)
{
	static const uint16_t rows[] = {NVME_STATUS_MORE, NVME_STATUS_DNR, 0x0800, 0x1800, 0x7800};
	static const struct nvme_command features = {.opcode = NVME_ADMIN_GET_FEATURES,
						     .cdw10 = NVME_FEATURE_NUMBER_OF_QUEUES};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.hooks.completion = add_bits};
		struct nvme_reply reply = {.status = 1};
		uint8_t bytes[513], pattern[512];
		struct driver driver;

		more_bits = rows[i];
		driver_start(&driver, &config, NULL);
		memset(pattern, 0x5a, sizeof(pattern));
		sim_namespace_write(driver.sim, 1, 5, 1, pattern);
		for (unsigned odd = 0; odd < 2; odd++) { /* an odd address is bounced */
			memset(bytes, 0xee, sizeof(bytes));
			assert_int_equal(block_read(driver.device, 5, 1, bytes + odd), 0);
			assert_memory_equal(bytes + odd, pattern, sizeof(pattern));
		}
		assert_int_equal(
			nvme_admin_command(driver.controller, &features, NULL, 0, 0, &reply), 0);
		assert_int_equal(reply.status, 0);
		model_exercise(driver.device, 11, 200, 20, 16);
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_int_equal(statistics(&driver)->retries, 0);
		driver_finish(&driver);
	}
}

/* Behind a failed Abort comes a reset; behind one that has M set and found its command, none. */
static void test_abort_succeeds_with_more(void **state)
{
	struct sim_config config = {.hooks.completion = add_bits};
	struct driver driver;

	(void)state;
	more_bits = NVME_STATUS_MORE | NVME_STATUS_DNR;
	driver_start(&driver, &config, NULL);
	driver_add_fault(&driver, SIM_LOSE, NVME_IO_READ, 0, 1, 0);
	driver_read(&driver, NULL);
	assert_int_equal(statistics(&driver)->aborts, 1);
	assert_int_equal(statistics(&driver)->resets, 0);
	driver_finish(&driver);
}

/* SQHD is the head when the entry was created. Commands that overtake each other report heads that
 * go back from one completion to the next; all are believed. */
static void test_heads_that_go_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct sim_config config = {
			.jitter_ns = 300000, .random = seed, .head_of_fetch = true};
		struct nvme_options options = {.depth = seed & 1 ? 8 : 64};
		struct driver driver;

		driver_start(&driver, &config, &options);
		model_exercise(driver.device, seed, 600, 50, 16);
		assert_int_equal(statistics(&driver)->violations, 0);
		assert_int_equal(statistics(&driver)->timeouts, 0);
		driver_finish(&driver);
	}
}

/* Nor is one that cannot be: nothing hangs on it. */
static void test_heads_that_cannot_be(void **state)
{
	static const uint16_t heads[] = {200, 256, 0xffff};

	(void)state;
	for (unsigned i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct driver driver;

		driver_start(&driver, NULL, NULL);
		driver_add_fault(&driver, SIM_BAD_SQHD, SIM_ANY, 5, 100, heads[i]);
		model_exercise(driver.device, 3, 400, 50, 16);
		assert_int_equal(sim_fault_hits(driver.sim), 100);
		assert_int_equal(statistics(&driver)->violations, 0);
		assert_int_equal(statistics(&driver)->timeouts, 0);
		driver_finish(&driver);
	}
}

TESTS(cmocka_unit_test(test_success_whatever_else_is_set),
      cmocka_unit_test(test_abort_succeeds_with_more), cmocka_unit_test(test_heads_that_go_back),
      cmocka_unit_test(test_heads_that_cannot_be))
