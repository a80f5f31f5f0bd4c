/* How waits go on with interrupts: by spinning, by halting, by what is faster; and that they end in
 * time whatever the controller does. */
#include "tests/unit/interrupt_driver.h"

static unsigned halts_of(struct driver *driver, unsigned reads)
{
	uint64_t before = sim_halts();

	for (unsigned i = 0; i < reads; i++)
		driver_read(driver, NULL);
	return (unsigned)(sim_halts() - before);
}

/* Asked to spin, a short wait does not halt; a long one does. */
static void test_spin(void **state)
{
	const struct sim_config quick = {.latency_ns = 50 * US};
	struct driver driver;

	(void)state;
	driver_start(&driver, &quick, &spin);
	assert_string_equal(nvme_interrupt_kind(driver.controller), "MSI-X");
	assert_int_equal(halts_of(&driver, 200), 0);
	assert_int_equal(lost(&driver), 0);
	driver_stop(&driver);

	driver_start(&driver, &slow, &spin);
	assert_int_equal(halts_of(&driver, 20), 20);
	assert_read(&driver, 0, LATENCY, LATENCY + 100 * US);
	assert_int_equal(lost(&driver), 0);
	driver_stop(&driver);
}

/* Not told how to wait, the driver does what turns out to be faster, and notices when that
 * changes. */
static void test_faster_way(void **state)
{
	const struct sim_config quick = {.latency_ns = 50 * US};
	struct driver driver;

	(void)state;
	driver_start(&driver, &quick, &best);
	assert_in_range(halts_of(&driver, 1000), 980, 1000);
	sim_wake_time(40 * US);
	halts_of(&driver, 1000);
	assert_in_range(halts_of(&driver, 1000), 0, 20);
	sim_wake_time(0);
	halts_of(&driver, 20000);
	assert_in_range(halts_of(&driver, 1000), 980, 1000);
	assert_int_equal(lost(&driver), 0);
	driver_stop(&driver);

	/* No spinning that outlasts its limit. */
	sim_wake_time(40 * US);
	driver_start(&driver, &slow, &best);
	assert_in_range(halts_of(&driver, 500), 490, 520);
	driver_stop(&driver);

	/* Told to halt: always. */
	driver_start(&driver, &quick, &msix);
	assert_int_equal(halts_of(&driver, 500), 500);
	driver_stop(&driver);
	sim_wake_time(0);
}

/* A controller that fails, a command that is never completed: found as in time as by polling. */
static void test_deadlines(void **state)
{
	static const struct nvme_options options[] = {
		{.irq = NVME_IRQ_MSIX, .timeout_ms = 100},
		{.irq = NVME_IRQ_INTX, .timeout_ms = 100},
		{.irq = NVME_IRQ_BEST, .spin_us = 200, .timeout_ms = 100},
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct sim_fault fault = {.kind = SIM_LOSE, .queue = 1, .opcode = 0x02};
		struct driver driver;

		driver_start(&driver, &slow, &options[i]);
		sim_add_fault(driver.sim, &fault);
		assert_read(&driver, 0, 100 * MS, 140 * MS);
		assert_int_equal(statistics(&driver)->aborts, 1);
		fault.kind = SIM_LOSE_HARD;
		sim_add_fault(driver.sim, &fault);
		assert_read(&driver, 0, 100 * MS, 300 * MS);
		assert_int_equal(statistics(&driver)->resets, 1);
		fault.kind = SIM_FATAL;
		sim_add_fault(driver.sim, &fault);
		assert_read(&driver, 0, 3 * MS, 100 * MS);
		assert_int_equal(statistics(&driver)->resets, 2);
		assert_int_equal(lost(&driver), 0);
		driver_stop(&driver);
	}
}

/* Doorbells that are missed are rung again while the CPU halts, too. */
static void test_stalls(void **state)
{
	struct sim_config config = {.oacs = SIM_OACS_DOORBELLS, .doorbell_race = true};
	struct nvme_options options = {.irq = NVME_IRQ_MSIX,
				       .shadow_doorbells = true,
				       .quirks = NVME_QUIRK_MISSED_SHADOWS};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	for (unsigned i = 0; i < 3000; i++) {
		assert_read(&driver, 0, 0, 5 * MS);
		/* the next one comes while the controller goes to sleep */
		sim_advance(17000 + i % 5000);
	}
	assert_true(statistics(&driver)->stalls > 0);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_int_equal(lost(&driver), 0);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_spin), cmocka_unit_test(test_faster_way),
      cmocka_unit_test(test_deadlines), cmocka_unit_test(test_stalls))
