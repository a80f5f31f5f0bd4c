/* When the driver gives up: a command at which the controller fails each time, a controller that
 * fails behind each reset; and when it does not. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/single.h"

/* A command at which the controller fails each time is given up, as one that is lost each time. */
static void test_fatal_each_time(void **state)
{
	struct driver driver;
	struct single bad, good;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, NULL, NULL);
	sim_add_fault(driver.sim, &(struct sim_fault){.kind = SIM_FATAL,
						      .queue = 1,
						      .opcode = 0x02,
						      .lba_first = 7,
						      .lba_last = 7,
						      .count = SIM_FOREVER});
	single_start(&bad, driver.device, BLOCK_READ, 7, 1, bytes);
	assert_int_equal(single_finish(&bad, 60 * S), -EIO);
	assert_int_equal(sim_fault_hits(driver.sim), 4);
	assert_int_equal(nvme_statistics(driver.controller).resets, 4);
	single_start(&good, driver.device, BLOCK_READ, 8, 1, bytes);
	assert_int_equal(single_finish(&good, 60 * S), 0);
	driver_stop(&driver);
}

/* Resets that somebody asks for are no fault of the commands. */
static void test_resets_asked_for(void **state)
{
	struct driver driver;
	struct single one;
	uint8_t bytes[512];

	(void)state;
	single_start_lost(&one, &driver, 10, bytes);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(single_finish(&one, 60 * S), 0);
	driver_stop(&driver);
}

/* A controller that fails again behind each reset ends as dead, and does not fill the console for
 * ever; one that has worked between its failures, or for a while, is given all its chances. */
static void test_fails_behind_each_reset(void **state)
{
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, NULL, NULL);
	for (unsigned kind = 0; kind < 2; kind++) {
		for (unsigned i = 0; i < 50; i++) {
			sim_set_fatal(driver.sim);
			assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
			if (kind)
				sim_advance(600 * S);
		}
	}
	assert_int_equal(nvme_statistics(driver.controller).resets, 100);
	for (unsigned i = 0; i < 100 && nvme_state(driver.controller) == NVME_LIVE; i++) {
		sim_set_fatal(driver.sim);
		sim_advance(S / 10);
		nvme_poll_all();
	}
	assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
	assert_in_range(nvme_statistics(driver.controller).resets, 110, 130);
	assert_logged("dead: it fails again after each reset");
	assert_int_equal(block_read(driver.device, 0, 1, bytes), -ENODEV);
	/* nvme reset begins anew */
	assert_int_equal(nvme_reset(driver.controller), 0);
	for (unsigned i = 0; i < 5; i++) {
		sim_set_fatal(driver.sim);
		assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
	}
	driver_stop(&driver);
}

/* How long its resets take does not matter to that: what counts is how soon behind them it fails.
 */
static void test_fails_behind_slow_resets(void **state)
{
	const struct sim_config config = {.cap = sim_cap(2047, true, 255, 0, 1, 0, 4),
					  .ready_ns = 70 * S};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 30 && nvme_state(driver.controller) == NVME_LIVE; i++) {
		sim_set_fatal(driver.sim);
		sim_advance(S / 10);
		nvme_poll_all();
	}
	assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
	assert_logged("dead: it fails again after each reset");
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_fatal_each_time), cmocka_unit_test(test_resets_asked_for),
      cmocka_unit_test(test_fails_behind_each_reset),
      cmocka_unit_test(test_fails_behind_slow_resets))
