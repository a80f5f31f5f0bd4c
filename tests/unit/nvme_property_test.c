/* Properties read and written from outside of the driver. */
#include <errno.h>

#include "tests/sim/driver.h"
#include "tests/unit/cmocka.h"

/* What may be set is set, and the driver recovers from it; what holds addresses, or is read only,
 * stays as it is. */
static void test_set_property(void **state)
{
	struct driver driver;
	uint64_t cc, asq, value;
	uint8_t page[4096];

	(void)state;
	driver_start(&driver, NULL, NULL);
	assert_int_equal(nvme_property(driver.controller, NVME_REG_CC, 4, &cc), 0);
	assert_int_equal(nvme_property(driver.controller, NVME_REG_ASQ, 8, &asq), 0);
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_ASQ, 8, 0), -EPERM);
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_CAP, 8, 0), -EPERM);
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_CC + 1, 4, 0), -EPERM);
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_CC, 8, 0), -EINVAL);
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_CC, 4, 1ull << 32), -EINVAL);
	assert_int_equal(nvme_property(driver.controller, NVME_REG_ASQ, 8, &value), 0);
	assert_int_equal(value, asq);
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_CC, 4, cc), 0);
	assert_int_equal(nvme_identify_command(driver.controller, 1, 0, page, NULL), 0);
	sim_remove(driver.sim);
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_CC, 4, cc), -ENODEV);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_set_property))
