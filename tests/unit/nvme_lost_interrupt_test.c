/* Interrupts that are lost, late or masked. */
#include "tests/unit/interrupt_driver.h"

/* One interrupt is lost: found by looking, counted, said once, and nothing else happens. */
static void test_lost(void **state)
{
	static const struct nvme_options *const options[] = {&msix, &intx, &spin};
	const struct sim_fault fault = {
		.kind = SIM_NO_INTERRUPT, .queue = 1, .opcode = 0x02, .count = 3};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct driver driver;

		driver_start(&driver, &slow, options[i]);
		assert_read(&driver, 0, LATENCY, LATENCY + 100 * US);
		sim_add_fault(driver.sim, &fault);
		for (unsigned n = 1; n <= 3; n++) {
			assert_read(&driver, 0, LATENCY, 20 * MS);
			assert_int_equal(lost(&driver), n);
		}
		assert_logged("lost interrupt: vector");
		assert_null(strstr(strstr(sim_log(), "lost interrupt") + 1, "lost interrupt"));
		assert_read(&driver, 0, LATENCY, LATENCY + 100 * US);
		assert_int_equal(lost(&driver), 3);
		assert_int_equal(statistics(&driver)->timeouts, 0);
		assert_int_equal(statistics(&driver)->resets, 0);
		driver_stop(&driver);
	}
}

/* None ever arrives: after some, nobody waits for them any more, until a reset. */
static void test_dead(void **state)
{
	const struct sim_fault fault = {
		.kind = SIM_NO_INTERRUPT, .queue = 1, .opcode = SIM_ANY, .count = SIM_FOREVER};
	struct driver driver;

	(void)state;
	driver_start(&driver, &slow, &msix);
	sim_add_fault(driver.sim, &fault);
	for (unsigned i = 0; i < 16; i++)
		driver_read(&driver, NULL);
	assert_logged("interrupts do not arrive: polling until the next reset");
	assert_read(&driver, 0, LATENCY, LATENCY + 100 * US);
	assert_int_equal(lost(&driver), 16);
	sim_clear_faults(driver.sim);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_interrupts(&driver);
	driver_stop(&driver);
}

/* Some are lost now and then: those that arrive in between are reason enough to go on. */
static void test_lost_now_and_then(void **state)
{
	const struct sim_fault fault = {
		.kind = SIM_NO_INTERRUPT, .queue = 1, .opcode = 0x02, .count = 10};
	struct driver driver;

	(void)state;
	driver_start(&driver, &slow, &msix);
	for (unsigned round = 1; round <= 3; round++) {
		sim_add_fault(driver.sim, &fault);
		for (unsigned i = 0; i < 10; i++)
			driver_read(&driver, NULL);
		assert_int_equal(lost(&driver), 10 * round);
		assert_interrupts(&driver);
	}
	driver_stop(&driver);
}

static struct sim_controller *holding;

/* The second queue's read lets the first one's interrupt go. */
static void let_go(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		   size_t size)
{
	(void)context, (void)command, (void)bytes, (void)size;
	if (queue == 2)
		sim_hold_vector(holding, 1, false);
}

/* An interrupt that is a little behind its completion is not lost. */
static void test_late_interrupt(void **state)
{
	const struct sim_config config = {.latency_ns = 9 * MS, .hooks.data = let_go};
	const struct sim_fault later = {
		.kind = SIM_DELAY, .queue = 2, .value = 2 * MS, .opcode = 0x02};
	struct nvme_options options = {.irq = NVME_IRQ_MSIX, .queues = 2};
	static struct reads reads;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	holding = driver.sim;
	sim_hold_vector(driver.sim, 1, true);
	sim_add_fault(driver.sim, &later);
	/* found when the halt ends after 10 ms, a millisecond before the interrupt comes */
	reads_start(&reads, &driver, IN_TWO_LANES);
	reads_finish(&reads, 0);
	assert_int_equal(lost(&driver), 0);
	assert_not_logged("lost interrupt");
	driver_stop(&driver);
}

/* A vector is masked behind the driver's back while completions arrive. */
static void test_masked_vector(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, &slow, &msix);
	assert_interrupts(&driver);
	sim_hold_vector(driver.sim, 1, true);
	assert_read(&driver, 0, LATENCY, 20 * MS);
	assert_int_equal(lost(&driver), 1);
	assert_true(sim_vector_pending(driver.sim, 1));
	/* It comes now, for nothing. */
	sim_hold_vector(driver.sim, 1, false);
	assert_false(sim_vector_pending(driver.sim, 1));
	assert_interrupts(&driver);
	assert_int_equal(lost(&driver), 1);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_lost), cmocka_unit_test(test_dead),
      cmocka_unit_test(test_lost_now_and_then), cmocka_unit_test(test_late_interrupt),
      cmocka_unit_test(test_masked_vector))
