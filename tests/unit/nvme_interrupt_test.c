/* Interrupts: taken by message and by pin, masked, late, lost, spurious, shared, after a reset; and
 * that waits end by them, not by looking. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Much longer than any spinning, so that only an interrupt can end a wait that soon. */
#define LATENCY (3 * MS)

static const struct nvme_options msix = {.irq = NVME_IRQ_MSIX};
static const struct nvme_options intx = {.irq = NVME_IRQ_INTX};
static const struct nvme_options best = {.irq = NVME_IRQ_BEST};
static const struct nvme_options spin = {.irq = NVME_IRQ_BEST, .spin_us = 200};
static const struct sim_config slow = {.latency_ns = LATENCY};

static uint64_t interrupts(struct driver *driver)
{
	return sim_statistics(driver->sim)->interrupts;
}

static uint64_t lost(struct driver *driver)
{
	return statistics(driver)->lost_interrupts;
}

/* A read waits for its interrupt and for nothing else. */
static void assert_interrupts(struct driver *driver)
{
	uint64_t before = interrupts(driver), lost_before = lost(driver);

	assert_read(driver, 0, LATENCY, LATENCY + 100 * US);
	assert_int_equal(interrupts(driver), before + 1);
	assert_int_equal(lost(driver), lost_before);
	assert_legal(driver);
}

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
		assert_int_equal(
			strstr(strstr(sim_log(), "lost interrupt") + 1, "lost interrupt") != NULL,
			0);
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
	uint8_t bytes[2][512];
	const struct block_segment segments[2] = {{bytes[0], 512}, {bytes[1], 512}};
	struct block_request requests[2];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	holding = driver.sim;
	sim_hold_vector(driver.sim, 1, true);
	sim_add_fault(driver.sim, &later);
	for (unsigned i = 0; i < 2; i++) {
		requests[i] = (struct block_request){.operation = BLOCK_READ,
						     .count = 1,
						     .segments = &segments[i],
						     .segment_count = 1};
		block_submit(driver.device, &requests[i]);
	}
	/* found when the halt ends after 10 ms, a millisecond before the interrupt comes */
	assert_int_equal(block_wait(&requests[0]), 0);
	assert_int_equal(block_wait(&requests[1]), 0);
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

TESTS(cmocka_unit_test(test_msix), cmocka_unit_test(test_intx), cmocka_unit_test(test_poll),
      cmocka_unit_test(test_spin), cmocka_unit_test(test_faster_way),
      cmocka_unit_test(test_fallback), cmocka_unit_test(test_many_queues),
      cmocka_unit_test(test_cpu_vectors), cmocka_unit_test(test_lost), cmocka_unit_test(test_dead),
      cmocka_unit_test(test_masked_vector), cmocka_unit_test(test_spurious),
      cmocka_unit_test(test_shared), cmocka_unit_test(test_storm), cmocka_unit_test(test_reset),
      cmocka_unit_test(test_unplug), cmocka_unit_test(test_deadlines),
      cmocka_unit_test(test_attention), cmocka_unit_test(test_coalescing),
      cmocka_unit_test(test_coalescing_of_many_vectors), cmocka_unit_test(test_stalls),
      cmocka_unit_test(test_lost_now_and_then), cmocka_unit_test(test_late_interrupt))
