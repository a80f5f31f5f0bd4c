/* What completions say beside the command they are for, and what it is worth: M, CRD and DNR of the
 * Status Field, SQHD; and when it comes late: while the controller is being reset. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
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
		assert_int_equal(nvme_admin_command(driver.controller,
						    &(struct nvme_passthrough){.command = &features,
									       .reply = &reply}),
				 0);
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

/* What a reset must not throw away: commands that were carried out have ended well, and are not
 * sent again; of commands passed through too. */
static void expect_one_read(struct driver *driver, unsigned count)
{
	assert_int_equal(sim_statistics(driver->sim)->commands[1][NVME_IO_READ], count);
	assert_int_equal(statistics(driver)->resets, 1);
	assert_int_equal(statistics(driver)->retries, 0);
	driver_finish(driver);
}

/* Nobody has looked at the queue since. */
static void test_completed_before_a_reset(void **state)
{
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	reads_start(&reads, &driver, 20);
	sim_advance(10 * MS);
	assert_int_equal(nvme_reset(driver.controller), 0);
	reads_finish(&reads, 0);
	expect_one_read(&driver, 20);
}

/* Between CC.EN = 0 and CSTS.RDY = 0. */
static void test_completed_while_stopping(void **state)
{
	const struct nvme_options modes[] = {
		{.irq = NVME_IRQ_POLL}, {.irq = NVME_IRQ_MSIX}, {.irq = NVME_IRQ_INTX}};

	(void)state;
	for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct sim_config config = {.finishes = true, .latency_ns = 5 * MS};
		static struct reads reads;
		struct driver driver;

		driver_start(&driver, &config, &modes[i]);
		reads_start(&reads, &driver, 20);
		assert_int_equal(nvme_reset(driver.controller), 0);
		reads_finish(&reads, 0);
		expect_one_read(&driver, 20);
	}
}

/* An error that may pass is no end, there as elsewhere: it is sent again behind the reset. */
static void test_failed_while_stopping(void **state)
{
	struct sim_config config = {.finishes = true, .latency_ns = 5 * MS};
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	driver_add_fault(&driver, SIM_STATUS, NVME_IO_READ, 5, 3, 0x006);
	reads_start(&reads, &driver, 20);
	assert_int_equal(nvme_reset(driver.controller), 0);
	reads_finish(&reads, 0);
	assert_int_equal(sim_statistics(driver.sim)->commands[1][NVME_IO_READ], 23);
	driver_finish(&driver);
}

/* While the driver lets it settle: each read takes longer than its deadline (which the simulation
 * may see 320 ms late), and cannot be aborted.
 */
static void test_completed_while_settling(void **state)
{
	struct nvme_options options = {.quirks = NVME_QUIRK_LATE_DOORBELLS | NVME_QUIRK_STICKY_PIN};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, SIM_FOREVER, DEADLINE + 400 * MS);
	driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, SIM_FOREVER, 0);
	assert_read(&driver, 0, DEADLINE, DEADLINE + 1 * S);
	sim_clear_faults(driver.sim);
	expect_one_read(&driver, 1);
}

/* A command passed through is never sent again; where it was carried out it has succeeded. */
static void test_passed_through_and_completed(void **state)
{
	const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 1, .cdw10 = 9};
	struct sim_config config = {.finishes = true};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, NULL);
	driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, 10 * S);
	driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, 1, 0);
	assert_int_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &read,
									      .data = bytes,
									      .size = sizeof(bytes),
									      .timeout_ms = 300}),
		0);
	expect_one_read(&driver, 1);
}

/* It cannot be stopped, and is given up; what it did before has been done. */
static void test_completed_before_the_end(void **state)
{
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	reads_start(&reads, &driver, 20);
	sim_advance(10 * MS);
	sim_set_never_unready(driver.sim, true);
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	reads_finish(&reads, 0);
	sim_set_never_unready(driver.sim, false);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_success_whatever_else_is_set),
      cmocka_unit_test(test_abort_succeeds_with_more), cmocka_unit_test(test_heads_that_go_back),
      cmocka_unit_test(test_heads_that_cannot_be), cmocka_unit_test(test_completed_before_a_reset),
      cmocka_unit_test(test_completed_while_stopping), cmocka_unit_test(test_failed_while_stopping),
      cmocka_unit_test(test_completed_while_settling),
      cmocka_unit_test(test_passed_through_and_completed),
      cmocka_unit_test(test_completed_before_the_end))
