/* Bus mastering: taken from a controller that nobody has seen stop, and given back last. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/unit/cmocka.h"

static struct sim_controller *watched;
static unsigned early;

static void watch_bus_master(struct nvme_pci *pci, bool on)
{
	/* It may still be working on what was taken away from it. */
	if (on && watched && sim_is_ready(watched))
		early++;
	sim_set_bus_master((struct sim_controller *)pci, on);
}

/* A controller that did not stop, and lost bus mastering for it, gets it back when it has stopped
 * and not before: the memory that it would write to belongs to somebody else by then. */
static void test_bus_mastering_comes_last(void **state)
{
	const struct nvme_options options = {.bus_master = watch_bus_master};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, NULL, &options);
	watched = driver.sim;
	early = 0;
	sim_set_never_unready(driver.sim, true);
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_false(sim_is_bus_master(driver.sim));
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_false(sim_is_bus_master(driver.sim));
	sim_set_never_unready(driver.sim, false);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(early, 0);
	assert_true(sim_is_bus_master(driver.sim));
	assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
	watched = NULL;
	driver_stop(&driver);
}

/* So does one whose registers read all ones: nobody has seen it stop either. */
static void test_gone_loses_bus_mastering(void **state)
{
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, NULL, NULL);
	sim_remove(driver.sim);
	assert_int_equal(block_read(driver.device, 0, 1, bytes), -ENODEV);
	assert_int_equal(nvme_state(driver.controller), NVME_GONE);
	assert_false(sim_is_bus_master(driver.sim));
	sim_plug(driver.sim);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_true(sim_is_bus_master(driver.sim));
	assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_bus_mastering_comes_last),
      cmocka_unit_test(test_gone_loses_bus_mastering))
