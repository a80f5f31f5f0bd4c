/* Interrupt coalescing. */
#include "tests/sim/driver.h"
#include "tests/unit/cmocka.h"

/* Set where the controller takes it, and no error where not. */
static void test_coalescing(void **state)
{
	struct nvme_options options = {
		.irq = NVME_IRQ_MSIX, .coalesce_threshold = 8, .coalesce_time = 2};
	struct sim_config config = {.no_coalescing = true};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, &options);
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){"Create I/O Submission Queue",
					   "feature 08 set to 00000207",
					   "feature 09 set to 00000001", NULL});
	driver_stop(&driver);

	/* Neither is needed where nothing is to be coalesced. */
	for (unsigned irq = NVME_IRQ_POLL; irq <= NVME_IRQ_MSIX; irq++) {
		driver_start(&driver, NULL, &(struct nvme_options){.irq = (enum nvme_irq)irq});
		assert_null(strstr(sim_trace(driver.sim), "feature 08 set"));
		assert_null(strstr(sim_trace(driver.sim), "feature 09 set"));
		driver_stop(&driver);
	}

	/* The pin's one vector belongs to the I/O queue as well. */
	options.irq = NVME_IRQ_INTX;
	driver_start(&driver, NULL, &options);
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){"feature 08 set to 00000207",
					   "feature 09 set to 00000000", NULL});
	driver_stop(&driver);
	options.irq = NVME_IRQ_MSIX;

	assert_not_logged("no interrupt coalescing");
	driver_start(&driver, &config, &options);
	assert_string_equal(nvme_interrupt_kind(driver.controller), "MSI-X");
	assert_logged("no interrupt coalescing: ");
	driver_read(&driver, NULL);
	driver_stop(&driver);
}

/* Each vector of an I/O queue once; one that is refused does not keep the others from it. */
static void test_coalescing_of_many_vectors(void **state)
{
	struct nvme_options options = {.irq = NVME_IRQ_MSIX,
				       .queues = 5,
				       .depth = 16,
				       .coalesce_threshold = 8,
				       .coalesce_time = 2};
	struct sim_config config = {.interrupts = 4};
	const struct sim_fault refusal = {
		.kind = SIM_STATUS, .opcode = 0x09, .skip = 4, .status = 0x002 | SIM_DNR};
	struct driver driver;

	(void)state;
	/* features 19h, 07h, 0bh and 08h pass */
	assert_int_equal(driver_try_with(&driver, &config, &options, &refusal), 0);
	assert_int_equal(sim_fault_hits(driver.sim), 1);
	assert_logged("interrupt coalescing of vector 1: Invalid Field in Command");
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){"feature 08 set to 00000207",
					   "feature 09 set to 00000002",
					   "feature 09 set to 00000003", NULL});
	assert_null(strstr(sim_trace(driver.sim), "feature 09 set to 00000000"));
	assert_legal(&driver);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_coalescing), cmocka_unit_test(test_coalescing_of_many_vectors))
