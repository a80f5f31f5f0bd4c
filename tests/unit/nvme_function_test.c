/* The controller's PCI function: one that sleeps or has forgotten its configuration, and the reset
 * of the function as the last resort. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/unit/cmocka.h"

static void lose(struct driver *driver, uint64_t answer_ns)
{
	sim_lose_configuration(driver->sim, answer_ns);
	sim_log_clear();
}

/* Found in the middle of I/O: everything is sent again. */
static void test_lost_during_io(void **state)
{
	struct driver *driver = *state;
	struct model *model = model_create(driver->device, 7);

	for (unsigned i = 0; i < 10; i++) {
		model_start(model, 40, 16);
		lose(driver, 0);
		model_finish(model, 5 * S);
		assert_logged("controller reset: its PCI function was off");
	}
	model_end(model);
	assert_works(driver);
	assert_int_equal(sim_function_resets(driver->sim), 0);
}

static void test_lost_before_a_reset(void **state)
{
	struct driver *driver = *state;

	lose(driver, 0);
	assert_int_equal(nvme_reset(driver->controller), 0);
	assert_true(sim_is_bus_master(driver->sim));
	assert_works(driver);
}

/* Not even configuration space answers: gone; a reset brings it back once it does. */
static void test_does_not_answer(void **state)
{
	struct driver *driver = *state;
	uint8_t bytes[512];

	lose(driver, 100 * S);
	assert_int_equal(block_read(driver->device, 0, 1, bytes), -ENODEV);
	assert_logged("gone: its registers read all ones");
	assert_int_equal(nvme_reset(driver->controller), -ENODEV);
	sim_advance(100 * S);
	assert_int_equal(nvme_reset(driver->controller), 0);
	driver->device = &nvme_namespace_first(driver->controller)->block;
	assert_works(driver);
}

/* As real ones do: the whole PCI function is reset with its subsystem, and takes its time. */
static void test_subsystem_reset_of_a_forgetful_one(void **state)
{
	const struct sim_config config = {.cap = SIM_CAP_QEMU | 1ull << 36, .forgetful = true};
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, &config, NULL);
	model = model_create(driver.device, 11);
	for (unsigned i = 0; i < 5; i++) {
		model_start(model, 20, 16);
		assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
		model_finish(model, 5 * S);
	}
	model_end(model);
	driver_finish(&driver);
}

static void test_last_resort(void **state)
{
	(void)state;
	for (unsigned offered = 0; offered < 2; offered++) {
		const struct sim_config config = {.function_reset = offered};
		struct driver driver;
		struct reads reads;

		driver_start(&driver, &config, NULL);
		reads_start(&reads, &driver, 10);
		sim_set_never_unready(driver.sim, true);
		assert_int_equal(nvme_reset(driver.controller), offered ? 0 : -EIO);
		assert_int_equal(sim_function_resets(driver.sim), offered);
		reads_finish(&reads, offered ? 0 : -EIO);
		if (offered) {
			assert_logged("reset of its PCI function");
			assert_works(&driver);
		} else {
			assert_logged("dead: it could not be reset");
		}
		driver_stop(&driver);
	}
}

/* Once for each time that it fails again and again, and not without end. */
static void test_only_once(void **state)
{
	const struct sim_config config = {.function_reset = true};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned round = 1; round <= 2; round++) {
		for (unsigned i = 0; i < 100 && nvme_state(driver.controller) == NVME_LIVE; i++) {
			sim_set_fatal(driver.sim);
			sim_advance(S / 10);
			nvme_poll_all();
		}
		assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
		assert_int_equal(sim_function_resets(driver.sim), round);
		assert_int_equal(nvme_reset(driver.controller), 0);
	}
	driver_stop(&driver);
}

/* What somebody has left in a state from which it does not come by itself. */
static void test_at_the_start(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const struct sim_config config = {.function_reset = i & 1,
						  .enabled = true,
						  .never_unready = i < 2,
						  .never_ready = i >= 2};
		struct driver driver;

		if (i & 1) {
			driver_start(&driver, &config, NULL);
			assert_int_equal(sim_function_resets(driver.sim), 1);
			assert_works(&driver);
		} else {
			assert_int_not_equal(driver_try(&driver, &config, NULL), 0);
		}
		driver_stop(&driver);
	}
}

TESTS(DRIVER_TEST(test_lost_during_io), DRIVER_TEST(test_lost_before_a_reset),
      DRIVER_TEST(test_does_not_answer), cmocka_unit_test(test_subsystem_reset_of_a_forgetful_one),
      cmocka_unit_test(test_last_resort), cmocka_unit_test(test_only_once),
      cmocka_unit_test(test_at_the_start))
