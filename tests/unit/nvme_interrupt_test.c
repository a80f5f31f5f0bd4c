/* Interrupts: taken by message and by pin, by as many vectors as there are, spurious, shared, after
 * a reset; and that waits end by them, not by looking. */
#include "lib/errno.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/interrupt_driver.h"

static void every_read_interrupts(const struct nvme_options *options, const char *kind,
				  unsigned vectors)
{
	struct driver driver;

	driver_start(&driver, &slow, options);
	assert_string_equal(nvme_interrupt_kind(driver.controller), kind);
	assert_int_equal(nvme_interrupt_vectors(driver.controller), vectors);
	for (unsigned i = 0; i < 20; i++)
		assert_interrupts(&driver);
	driver_stop(&driver);
	assert_int_equal(sim_handlers(), 0);
}

static void test_msix(void **state)
{
	(void)state;
	every_read_interrupts(&msix, "MSI-X", 2);
}

static void test_intx(void **state)
{
	(void)state;
	every_read_interrupts(&intx, "INTx", 1);
}

static void test_poll(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, &slow, NULL);
	assert_string_equal(nvme_interrupt_kind(driver.controller), "polling");
	driver_read(&driver, NULL);
	assert_int_equal(interrupts(&driver), 0);
	driver_stop(&driver);
}

/* What there is not is done without. */
static void test_fallback(void **state)
{
	struct sim_config config = {.no_messages = true};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &best);
	assert_string_equal(nvme_interrupt_kind(driver.controller), "INTx");
	assert_not_logged("no MSI-X");
	driver_read(&driver, NULL);
	driver_stop(&driver);

	driver_start(&driver, &config, &msix);
	assert_string_equal(nvme_interrupt_kind(driver.controller), "INTx");
	assert_logged("no MSI-X");
	driver_stop(&driver);

	config.no_pin = true;
	driver_start(&driver, &config, &best);
	assert_string_equal(nvme_interrupt_kind(driver.controller), "polling");
	assert_not_logged("no interrupts");
	driver_read(&driver, NULL);
	driver_stop(&driver);

	driver_start(&driver, &config, &intx);
	assert_logged("no interrupts to be had, polling");
	driver_read(&driver, NULL);
	driver_stop(&driver);
}

/* Each queue by its own vector, or fewer vectors than queues, down to one for all. */
static void test_many_queues(void **state)
{
	static const unsigned vectors[] = {1, 2, 3, 17, 64, 65};

	(void)state;
	for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct sim_config config = {.latency_ns = LATENCY, .interrupts = vectors[i]};
		struct nvme_options options = {.irq = NVME_IRQ_MSIX, .queues = 64, .depth = 8};
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config, &options);
		assert_int_equal(nvme_queue_count(driver.controller), 64);
		assert_int_equal(nvme_interrupt_vectors(driver.controller), vectors[i]);
		for (unsigned queue = 0; queue < 65; queue++)
			assert_interrupts(&driver);
		model = model_create(driver.device, i);
		model_run(model, 300, 64, 16);
		model_end(model);
		assert_int_equal(lost(&driver), 0);
		driver_stop(&driver);
	}
}

/* The CPU's vectors are finite: the second controller gets what is left, the third none. */
static void test_cpu_vectors(void **state)
{
	struct sim_config config = {.latency_ns = LATENCY, .cpu_vectors = 5};
	struct nvme_options options = {.irq = NVME_IRQ_BEST, .queues = 3};
	struct driver drivers[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		driver_start(&drivers[i], &config, &options);
		config.no_pin = true;
	}
	assert_int_equal(nvme_interrupt_vectors(drivers[0].controller), 4);
	assert_int_equal(nvme_interrupt_vectors(drivers[1].controller), 1);
	assert_string_equal(nvme_interrupt_kind(drivers[2].controller), "polling");
	for (unsigned i = 0; i < 3; i++)
		driver_read(&drivers[i], NULL);
	for (unsigned i = 0; i < 3; i++) {
		nvme_detach(drivers[i].controller, true);
		assert_legal(&drivers[i]);
		sim_destroy(drivers[i].sim);
	}
	assert_int_equal(sim_handlers(), 0);
	assert_int_equal(sim_allocations(), 0);
}

static void test_spurious(void **state)
{
	static const struct nvme_options *const options[] = {&msix, &intx, &spin, NULL};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct driver driver;
		struct model *model;

		driver_start(&driver, &slow, options[i]);
		for (unsigned vector = 0; vector < 70; vector++)
			sim_interrupt(driver.sim, vector);
		driver_read(&driver, NULL);
		model = model_create(driver.device, i);
		for (unsigned n = 0; n < 200; n++) {
			model_start(model, 16, 8);
			sim_interrupt(driver.sim, n % 3);
			block_poll(model->device);
			nvme_relax();
		}
		model_finish(model, 60 * S);
		model_end(model);
		assert_int_equal(lost(&driver), 0);
		assert_int_equal(statistics(&driver)->violations, 0);
		driver_stop(&driver);
	}
}

/* Two controllers on one line: each takes its own, neither stops the other. */
static void test_shared(void **state)
{
	struct driver one, two;
	struct model *models[2];

	(void)state;
	driver_start(&one, &slow, &intx);
	driver_start(&two, &slow, &intx);
	for (unsigned i = 0; i < 10; i++) {
		assert_read(&one, 0, LATENCY, LATENCY + 100 * US);
		assert_read(&two, 0, LATENCY, LATENCY + 100 * US);
	}
	models[0] = model_create(one.device, 1);
	models[1] = model_create(two.device, 2);
	for (unsigned n = 0; n < 50; n++) {
		model_start(models[0], 16, 8);
		model_start(models[1], 16, 8);
		for (unsigned i = 0; i < 2; i++)
			model_finish(models[i], 60 * S);
	}
	model_verify(models[0]);
	model_verify(models[1]);
	assert_int_equal(lost(&one) + lost(&two), 0);
	model_destroy(models[0]);
	model_destroy(models[1]);
	nvme_detach(one.controller, true);
	assert_legal(&one);
	sim_destroy(one.sim);
	driver_read(&two, NULL);
	driver_stop(&two);
}

/* Another device holds the line, and it has no driver: the line goes off, the work goes on. */
static void test_storm(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, &slow, &intx);
	assert_interrupts(&driver);
	sim_hold_line(true);
	driver_read(&driver, NULL);
	assert_logged("interrupts were switched off: polling until the next reset");
	assert_read(&driver, 0, LATENCY, LATENCY + 100 * US);
	sim_hold_line(false);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_interrupts(&driver);
	driver_stop(&driver);
}

/* Interrupts work behind every kind of reset; what a reset interrupts is completed. */
static void test_reset(void **state)
{
	static const struct nvme_options *const options[] = {&msix, &intx, &spin};
	const struct sim_config config = {.latency_ns = LATENCY, .cap = SIM_CAP_QEMU | 1ull << 36};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config, options[i]);
		model = model_create(driver.device, i);
		for (unsigned n = 0; n < 5; n++) {
			model_start(model, 32, 16);
			assert_int_equal(nvme_reset(driver.controller), 0);
			model_finish(model, 60 * S);
		}
		/* This one forgets how to interrupt. */
		assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
		model_end(model);
		assert_read(&driver, 0, LATENCY, LATENCY + 100 * US);
		assert_int_equal(lost(&driver), 0);
		driver_stop(&driver);
	}
}

/* Gone: the vectors are given back at once. */
static void test_unplug(void **state)
{
	static const struct nvme_options *const options[] = {&msix, &intx, &spin};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct driver driver;
		uint8_t bytes[512];

		driver_start(&driver, &slow, options[i]);
		assert_true(sim_handlers() > 0);
		sim_remove(driver.sim);
		assert_int_equal(block_read(driver.device, 5, 1, bytes), -ENODEV);
		assert_int_equal(nvme_state(driver.controller), NVME_GONE);
		assert_int_equal(sim_handlers(), 0);
		driver_stop(&driver);
	}
}

/* An event while nobody does I/O asks for attention, by whatever kind. */
static void test_attention(void **state)
{
	static const struct nvme_options *const options[] = {&msix, &intx, &spin};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct driver driver;

		driver_start(&driver, &slow, options[i]);
		driver_read(&driver, NULL);
		nvme_poll_all();
		assert_false(nvme_attention(true));
		sim_advance(50 * MS);
		assert_false(nvme_attention(true));
		assert_true(sim_event(driver.sim, 1, 1, 2));
		sim_advance(10 * US);
		assert_true(nvme_attention(true));
		nvme_poll_all();
		assert_int_equal(statistics(&driver)->events, 1);
		assert_logged("temperature threshold");
		assert_false(nvme_attention(true));
		driver_stop(&driver);
	}
}

TESTS(cmocka_unit_test(test_msix), cmocka_unit_test(test_intx), cmocka_unit_test(test_poll),
      cmocka_unit_test(test_fallback), cmocka_unit_test(test_many_queues),
      cmocka_unit_test(test_cpu_vectors), cmocka_unit_test(test_spurious),
      cmocka_unit_test(test_shared), cmocka_unit_test(test_storm), cmocka_unit_test(test_reset),
      cmocka_unit_test(test_unplug), cmocka_unit_test(test_attention))
