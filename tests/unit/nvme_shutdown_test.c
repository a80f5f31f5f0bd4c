/* The orderly end: Delete Queue commands, CC.SHN, and how long that may take. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

static void test_shutdown(void **state)
{
	static const char *const steps[] = {"write CC 00464061", "read CSTS 00000005",
					    "read CSTS 00000009", NULL};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	sim_trace_clear(driver.sim);
	nvme_shutdown_all();
	assert_order(sim_trace(driver.sim), steps);
	assert_int_equal(nvme_state(driver.controller), NVME_SHUT_DOWN);
	assert_legal(&driver);
	driver_stop(&driver);

	driver_start(&driver, NULL, NULL);
	sim_trace_clear(driver.sim);
	nvme_detach(driver.controller, true);
	driver.controller = NULL;
	assert_order(sim_trace(driver.sim), steps);
	driver_stop(&driver);
}

static void test_shutdown_never_ends(void **state)
{
	struct sim_config config = {.never_shut_down = true};
	struct driver driver;
	uint64_t start;

	(void)state;
	driver_start(&driver, &config, NULL);
	start = nvme_time_ns();
	nvme_shutdown_all();
	assert_in_range(nvme_time_ns() - start, 1000000000, 11000000000);
	assert_logged("shutdown not finished");
	driver_stop(&driver);
}

static uint32_t rtd3e_us;

static void say_rtd3e(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		      size_t size)
{
	(void)context;
	if (queue == 0 && command[0] == 0x06 && command[40] == 1 && size == 4096)
		memcpy(bytes + 88, &rtd3e_us, sizeof(rtd3e_us));
}

/* As slow as RTD3E says, up to a minute; and 5 s where it says nothing, or too little. */
static void test_slow_shutdown(void **state)
{
	static const struct {
		uint32_t rtd3e_us;
		uint64_t takes;
		bool orderly;
	} rows[] = {
		{15000000, 14 * S, true},    {60000000, 59 * S, true}, {UINT32_MAX, 59 * S, true},
		{1000, 4 * S, true},	     {0, 4 * S, true},	       {0, 6 * S, false},
		{UINT32_MAX, 61 * S, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.shutdown_ns = rows[i].takes, .hooks.data = say_rtd3e};
		struct driver driver;

		rtd3e_us = rows[i].rtd3e_us;
		driver_start(&driver, &config, NULL);
		nvme_shutdown_all();
		if (rows[i].orderly)
			assert_not_logged("no orderly shutdown");
		else
			assert_logged("no orderly shutdown");
		driver_stop(&driver);
	}
}

/* The end of a controller: it is off, or cannot reach memory any more, and stays so. */
static void test_detached_is_off(void **state)
{
	(void)state;
	for (unsigned stops = 0; stops < 2; stops++) {
		struct sim_config config = {.latency_ns = 100 * MS};
		static struct reads reads;
		struct driver driver;

		driver_start(&driver, &config, NULL);
		reads_start(&reads, &driver, 10);
		sim_set_never_unready(driver.sim, !stops);
		nvme_detach(driver.controller, false);
		driver.controller = NULL;
		reads_finish(&reads, -ENODEV);
		assert_int_equal(sim_is_ready(driver.sim), !stops);
		assert_int_equal(sim_is_bus_master(driver.sim), stops);
		sim_advance(S);
		driver_stop(&driver);
	}
}

static void test_shut_down_for_good(void **state)
{
	struct driver driver;
	int error;

	(void)state;
	driver_start(&driver, NULL, NULL);
	nvme_shutdown_all();
	assert_int_equal(nvme_reset(driver.controller), -ENODEV);
	assert_int_equal(nvme_state(driver.controller), NVME_SHUT_DOWN);
	driver_read(&driver, &error);
	assert_int_equal(error, -ENODEV);
	driver_stop(&driver);
}

static void shut_down_in_an_hour(void *context, uint16_t queue, const uint8_t command[64],
				 uint8_t *bytes, size_t size)
{
	(void)context;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1 && size == 4096)
		put32(bytes + 88, 0xffffffff); /* RTD3E, in microseconds */
}

static void test_shutdown_of_an_hour(void **state)
{
	struct sim_config config = {.never_shut_down = true, .hooks.data = shut_down_in_an_hour};
	struct driver driver;
	uint64_t start;

	(void)state;
	driver_start(&driver, &config, NULL);
	start = nvme_time_ns();
	nvme_shutdown_all();
	assert_in_range(nvme_time_ns() - start, 60 * S, 61 * S);
	assert_logged("no orderly shutdown");
	assert_false(sim_is_ready(driver.sim));
	driver_stop(&driver);
}

/* What is in flight is waited for, then the queues go before the controller does. */
static void test_shutdown_under_load(void **state)
{
	static const char *const steps[] = {"admin Delete I/O Submission Queue",
					    "admin Delete I/O Completion Queue",
					    "write CC 00464061", NULL};
	struct sim_config config = {.latency_ns = 100 * MS};
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	sim_trace_clear(driver.sim);
	reads_start(&reads, &driver, 40);
	nvme_shutdown_all();
	reads_finish(&reads, 0);
	assert_order(sim_trace(driver.sim), steps);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_shutdown), cmocka_unit_test(test_shutdown_never_ends),
      cmocka_unit_test(test_slow_shutdown), cmocka_unit_test(test_detached_is_off),
      cmocka_unit_test(test_shut_down_for_good), cmocka_unit_test(test_shutdown_of_an_hour),
      cmocka_unit_test(test_shutdown_under_load))
