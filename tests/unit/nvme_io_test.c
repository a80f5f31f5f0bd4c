/* Reads, writes and flushes through the driver: data, order, full queues, errors. */
#include "drivers/nvme/controller.h"
#include "drivers/nvme/io.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

static void run_model(const struct sim_config *config, const struct nvme_options *options,
		      unsigned count, unsigned depth, unsigned blocks_max)
{
	struct driver driver;

	driver_start(&driver, config, options);
	model_exercise(driver.device, 7, count, depth, blocks_max);
	assert_not_logged("completion ignored");
	assert_not_logged("no completion in time");
	driver_stop(&driver);
}

static void test_in_order(void **state)
{
	(void)state;
	run_model(NULL, NULL, 2000, 32, 64);
}

static void test_random_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct sim_config config = {.jitter_ns = 300000, .random = seed};

		run_model(&config, NULL, 1500, 200, 16);
	}
}

static void test_small_queue_large_requests(void **state)
{
	struct sim_config config = {
		.cap = SIM_CAP_SEED, .mdts = 1, .jitter_ns = 50000, .fetch_max = 3};

	(void)state;
	run_model(&config, NULL, 600, 40, 300);
}

static void test_queue_of_two(void **state)
{
	struct sim_config config = {.cap = sim_cap(1, true, 1, 0, 1, 0, 0), .mdts = 1};

	(void)state;
	run_model(&config, NULL, 400, 20, 40);
}

static void test_several_queues(void **state)
{
	struct sim_config config = {.jitter_ns = 100000, .fetch_max = 4};
	struct nvme_options options = {.queues = 5, .depth = 8};

	(void)state;
	run_model(&config, &options, 1500, 100, 30);
}

static void test_blocks_of_4096(void **state)
{
	struct sim_namespace_config ns = {.block_shift = 12, .block_count = 512};
	struct sim_config config = {
		.namespaces = &ns, .namespace_count = 1, .mdts = 5, .jitter_ns = 20000};

	(void)state;
	run_model(&config, NULL, 800, 30, 60);
}

static void test_lists_of_many_pages(void **state)
{
	struct sim_namespace_config ns = {.block_count = 65536};
	struct sim_config config = {.namespaces = &ns, .namespace_count = 1, .sgl = true};
	struct nvme_options options = {.max_transfer = 4 << 20, .depth = 8};

	(void)state;
	for (options.data = NVME_DATA_AUTO; options.data <= NVME_DATA_SGL; options.data++)
		run_model(&config, &options, 30, 3, 20000);
}

/* A model's requests, in small and in large commands; the driver's statistics of them, and how many
 * reads and writes the controller saw. */
static struct nvme_statistics run_data_mode(const struct sim_config *base, enum nvme_data data,
					    uint64_t *commands)
{
	struct nvme_options options = {.data = data, .depth = 32};
	struct sim_config config = *base;
	struct nvme_statistics sum = {0};

	*commands = 0;
	for (config.mdts = 5; config.mdts <= 9; config.mdts += 4) {
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config, &options);
		model = model_create(driver.device, config.mdts);
		model_run(model, 600, 40, 300);
		model_verify(model);
		sum.sgls += statistics(&driver)->sgls;
		sum.bounced += statistics(&driver)->bounced;
		*commands += sim_statistics(driver.sim)->commands[1][NVME_IO_READ] +
			     sim_statistics(driver.sim)->commands[1][NVME_IO_WRITE];
		model_destroy(model);
		driver_stop(&driver);
	}
	return sum;
}

static void test_data_modes(void **state)
{
	const struct sim_config none = {.jitter_ns = 30000};
	const struct sim_config any = {.jitter_ns = 30000, .sgl = true};
	const struct sim_config dwords = {.jitter_ns = 30000, .sgl = true, .sgl_dwords = true};
	const struct sim_config few = {
		.jitter_ns = 30000, .sgl = true, .sgl_dwords = true, .sgl_threshold = 3};
	struct nvme_statistics sum;
	uint64_t commands;

	(void)state;
	for (enum nvme_data data = NVME_DATA_AUTO; data <= NVME_DATA_SGL; data++) {
		sum = run_data_mode(&none, data, &commands);
		assert_int_equal(sum.sgls, 0);
		assert_true(sum.bounced > 0);
	}
	/* PRPs where they fit, and no need to bounce anything where they do not */
	sum = run_data_mode(&any, NVME_DATA_AUTO, &commands);
	assert_in_range(sum.sgls, 1, commands - 1);
	assert_int_equal(sum.bounced, 0);
	sum = run_data_mode(&any, NVME_DATA_PRP, &commands);
	assert_int_equal(sum.sgls, 0);
	assert_true(sum.bounced > 0);
	sum = run_data_mode(&any, NVME_DATA_SGL, &commands);
	assert_int_equal(sum.sgls, commands);
	assert_int_equal(sum.bounced, 0);
	/* an SGL of a bounce buffer is one as well */
	for (unsigned i = 0; i < 2; i++) {
		sum = run_data_mode(i ? &few : &dwords, NVME_DATA_AUTO, &commands);
		assert_in_range(sum.sgls, 1, commands - 1);
		assert_true(sum.bounced > 0);
		sum = run_data_mode(i ? &few : &dwords, NVME_DATA_SGL, &commands);
		assert_int_equal(sum.sgls, commands);
		assert_true(sum.bounced > 0);
	}
}

/* What a reset takes back is sent again as it was, PRPs and SGLs. */
static void test_data_modes_over_a_reset(void **state)
{
	(void)state;
	for (enum nvme_data data = NVME_DATA_AUTO; data <= NVME_DATA_SGL; data++) {
		struct sim_config config = {.sgl = true, .sgl_dwords = true, .latency_ns = 50000};
		struct nvme_options options = {.data = data, .depth = 16};
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config, &options);
		model = model_create(driver.device, data);
		for (unsigned i = 0; i < 10; i++) {
			model_start(model, 40, 100);
			assert_int_equal(nvme_reset(driver.controller), 0);
			model_start(model, 50, 10);
			model_finish(model, 10 * S);
		}
		model_end(model);
		driver_stop(&driver);
	}
}

static void test_shadow_doorbells(void **state)
{
	struct sim_config config = {.oacs = SIM_OACS_DOORBELLS, .jitter_ns = 30000};
	struct nvme_options options = {.shadow_doorbells = true, .queues = 2, .depth = 32};
	struct driver driver;
	struct model *model;

	(void)state;
	driver_start(&driver, &config, &options);
	assert_order(sim_trace(driver.sim), (const char *const[]){"Doorbell Buffer Config", NULL});
	model = model_create(driver.device, 7);
	model_run(model, 3000, 50, 8);
	/* that is what they are for */
	assert_in_range(sim_statistics(driver.sim)->doorbell_writes, 1, 3000);
	model_end(model);
	driver_stop(&driver);
}

/* A sleeping controller is woken by the real doorbell, at once. */
static void test_shadow_doorbell_wakes(void **state)
{
	struct sim_config config = {.oacs = SIM_OACS_DOORBELLS};
	struct nvme_options options = {.shadow_doorbells = true, .depth = 16};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, &options);
	for (unsigned i = 0; i < 500; i++) {
		uint64_t start = nvme_time_ns();

		assert_int_equal(block_read(driver.device, i, 1, bytes), 0);
		assert_in_range(nvme_time_ns() - start, 0, 100000);
		sim_advance(1000000);
	}
	assert_int_equal(statistics(&driver)->stalls, 0);
	driver_stop(&driver);
}

/* A doorbell is missed: the driver notices within a millisecond or so and rings the real one. */
static void test_missed_shadow_doorbell(void **state)
{
	struct sim_config config = {.oacs = SIM_OACS_DOORBELLS, .doorbell_race = true};
	struct nvme_options options = {.shadow_doorbells = true,
				       .quirks = NVME_QUIRK_MISSED_SHADOWS};
	struct driver driver;
	uint64_t longest = 0;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, &options);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t start = nvme_time_ns(), took;

		assert_int_equal(block_read(driver.device, i % 2048, 1, bytes), 0);
		took = nvme_time_ns() - start;
		longest = took > longest ? took : longest;
		/* the next one comes while the controller goes to sleep */
		sim_advance(17000 + i % 5000);
	}
	assert_in_range(longest, 1, 3000000);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	driver_stop(&driver);
}

/* A ring wraps a few times with exactly one command in it each time. */
static void test_wrap_one_by_one(void **state)
{
	struct sim_config config = {.cap = SIM_CAP_SEED};
	struct driver driver;
	uint8_t bytes[512], back[512];

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 100; i++) {
		memset(bytes, (int)i, sizeof(bytes));
		assert_int_equal(block_write(driver.device, i, 1, bytes), 0);
		assert_int_equal(block_read(driver.device, i, 1, back), 0);
		assert_memory_equal(bytes, back, 512);
	}
	assert_int_equal(nvme_statistics(driver.controller).timeouts, 0);
	driver_stop(&driver);
}

static unsigned completed;

static void count_completion(struct block_request *request)
{
	assert_int_equal(request->error, 0);
	completed++;
}

/* Of one block, into the segment. */
static void submit_read(struct driver *driver, struct block_request *request, uint64_t lba,
			const struct block_segment *segment,
			void (*done)(struct block_request *request))
{
	*request = (struct block_request){.operation = BLOCK_READ,
					  .lba = lba,
					  .count = 1,
					  .segments = segment,
					  .segment_count = 1,
					  .done = done};
	block_submit(driver->device, request);
}

/* The queue holds as many commands as it has entries less one, all in the controller at once. */
static void test_full_queue(void **state)
{
	enum { REQUESTS = 1000 };
	struct block_request *requests = calloc(REQUESTS, sizeof(*requests));
	struct sim_config config = {.latency_ns = 1000000};
	struct nvme_options options = {.depth = 64};
	static uint8_t bytes[512];
	struct block_segment segment = {bytes, 512};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	completed = 0;
	for (unsigned i = 0; i < REQUESTS; i++)
		submit_read(&driver, &requests[i], i, &segment, count_completion);
	for (unsigned i = 0; i < REQUESTS; i++)
		assert_int_equal(block_wait(&requests[i]), 0);
	assert_int_equal(completed, REQUESTS);
	/* and the Asynchronous Event Requests of the admin queue */
	assert_in_range(sim_statistics(driver.sim)->in_flight_max, 63, 63 + 32);
	free(requests);
	driver_stop(&driver);
}

static void test_plug(void **state)
{
	struct block_request requests[10];
	static uint8_t bytes[512];
	struct block_segment segment = {bytes, 512};
	struct driver driver;
	uint64_t before;

	(void)state;
	driver_start(&driver, NULL, NULL);
	before = sim_statistics(driver.sim)->doorbell_writes;
	block_plug(driver.device);
	for (unsigned i = 0; i < 10; i++)
		submit_read(&driver, &requests[i], i, &segment, NULL);
	block_unplug(driver.device);
	assert_int_equal(sim_statistics(driver.sim)->doorbell_writes - before, 1);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(block_wait(&requests[i]), 0);
	driver_stop(&driver);
}

/* The first command behind a reset has its time from then on, and its place in the new queue. */
static void test_reset_while_plugged(void **state)
{
	static uint8_t bytes[512];
	struct block_segment segment = {bytes, 512};
	struct block_request requests[2];
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	block_plug(driver.device);
	for (unsigned i = 0; i < 2; i++) {
		submit_read(&driver, &requests[i], i, &segment, NULL);
		if (i > 0)
			continue;
		sim_advance(driver.controller->io_timeout_ns - 1);
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_false(nvme_lane_of(driver.controller->channels[1])->direct);
	}
	block_unplug(driver.device);
	assert_int_equal(nvme_channel_in_flight(driver.controller->channels[1]), 2);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(block_wait(&requests[i]), 0);
	assert_not_logged("no completion in time");
	driver_stop(&driver);
}

static void test_flush_keeps_data(void **state)
{
	struct sim_config config = {.volatile_cache = true};
	struct driver driver;
	uint8_t bytes[64 * 512], back[512];

	(void)state;
	driver_start(&driver, &config, NULL);
	memset(bytes, 0x11, sizeof(bytes));
	assert_int_equal(block_write(driver.device, 0, 64, bytes), 0);
	assert_int_equal(block_flush(driver.device), 0);
	assert_true(sim_statistics(driver.sim)->commands[1][0] >= 1);
	sim_power_cut(driver.sim);
	for (unsigned i = 0; i < 64; i++) {
		sim_namespace_read(driver.sim, 1, i, 1, back);
		assert_memory_equal(bytes, back, 512);
	}
	nvme_detach(driver.controller, false);
	driver.controller = NULL;
	driver_stop(&driver);
}

/* A status without retry: what the request says, and the line in the log. */
static void expect_failure(struct driver *driver, unsigned opcode, unsigned status, int error,
			   const char *line)
{
	struct sim_fault fault = {
		.kind = SIM_STATUS, .queue = 1, .opcode = (int)opcode, .status = status | SIM_DNR};
	unsigned hits = sim_fault_hits(driver->sim);
	uint8_t bytes[8 * 512] = {0};
	struct block_segment segment = {bytes, sizeof(bytes)};
	struct block_request request = {
		.lba = 1016, .count = 8, .segments = &segment, .segment_count = 1};

	sim_log_clear();
	sim_add_fault(driver->sim, &fault);
	request.operation = opcode == 0x02   ? BLOCK_READ
			    : opcode == 0x01 ? BLOCK_WRITE
					     : BLOCK_FLUSH;
	block_submit(driver->device, &request);
	assert_int_equal(block_wait(&request), error);
	assert_int_equal(request.status, status);
	if (request.operation != BLOCK_FLUSH)
		assert_int_equal(request.error_lba, 1016);
	assert_logged(line);
	assert_int_equal(sim_fault_hits(driver->sim), hits + 1);
	sim_clear_faults(driver->sim);
}

static void test_statuses(void **state)
{
	static const struct {
		unsigned opcode, status;
		int error;
		const char *line;
	} rows[] = {
		{0x02, 0x281, -EIO, "Read LBA 1016+8: Unrecovered Read Error (sct 2 sc 81)"},
		{0x01, 0x280, -EIO, "Write LBA 1016+8: Write Fault (sct 2 sc 80)"},
		{0x02, 0x080, 0, "Read LBA 1016+8: LBA Out of Range (sct 0 sc 80)"},
		{0x01, 0x081, -ENOSPC, "Write LBA 1016+8: Capacity Exceeded (sct 0 sc 81)"},
		{0x01, 0x020, 0, "Write LBA 1016+8: Namespace is Write Protected (sct 0 sc 20)"},
		{0x02, 0x00b, 0, "(sct 0 sc 0b)"},
		{0x02, 0x006, -EIO, "Read LBA 1016+8: Internal Error (sct 0 sc 06)"},
		{0x00, 0x006, -EIO, "Internal Error (sct 0 sc 06)"},
		{0x02, 0x7c1, -EIO, "(sct 7 sc c1)"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = rows[i].error;
		struct driver driver;

		driver_start(&driver, NULL, NULL);
		/* where the choice is the driver's it must be that of nvme_status_errno() */
		if (!error)
			error = nvme_status_errno(rows[i].status);
		assert_true(error < 0);
		assert_int_equal(error, nvme_status_errno(rows[i].status));
		expect_failure(&driver, rows[i].opcode, rows[i].status, error, rows[i].line);
		/* the device goes on */
		expect_failure(&driver, rows[i].opcode, rows[i].status, error, rows[i].line);
		driver_stop(&driver);
	}
}

/* One part of a large request fails: the first bad address is named, and all parts have ended when
 * the request does. */
static void test_one_part_fails(void **state)
{
	struct sim_config config = {.mdts = 1, .jitter_ns = 100000};
	struct nvme_options options = {.depth = 16};
	struct sim_fault fault = {.kind = SIM_STATUS,
				  .queue = SIM_ANY,
				  .opcode = 0x02,
				  .lba_first = 700,
				  .lba_last = 1800,
				  .count = SIM_FOREVER,
				  .status = 0x281 | SIM_DNR};
	uint8_t *bytes = malloc(2048 * 512);
	struct block_segment segment = {bytes, 2048 * 512};
	struct block_request request = {
		.operation = BLOCK_READ, .count = 2048, .segments = &segment, .segment_count = 1};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	sim_add_fault(driver.sim, &fault);
	block_submit(driver.device, &request);
	assert_int_equal(block_wait(&request), -EIO);
	assert_int_equal(request.status, 0x281);
	assert_int_equal(request.error_lba, 700 / 16 * 16);
	free(bytes);
	/* behind the bad one only what had been sent with it goes out */
	assert_in_range(sim_statistics(driver.sim)->commands[1][0x02], 700 / 16, 700 / 16 + 30);
	/* nothing of it is still under way: DMA into freed memory would be found */
	sim_advance(10000000);
	nvme_poll_all();
	driver_stop(&driver);
}

/* A bounce buffer comes back from a read that failed, and nothing of what it holds is given out. */
static void test_failed_reads_through_a_bounce_buffer(void **state)
{
	static uint8_t memory[513], zeroes[512], pattern[512];
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	memset(pattern, 0x77, sizeof(pattern));
	sim_namespace_write(driver.sim, 1, 3, 1, pattern);
	for (unsigned i = 0; i < 20; i++) {
		struct sim_fault fault = {
			.kind = SIM_STATUS, .queue = 1, .opcode = 0x02, .status = 0x281 | SIM_DNR};

		assert_int_equal(block_read(driver.device, 3, 1, memory + 1), 0);
		assert_memory_equal(memory + 1, pattern, 512);
		memset(memory, 0, sizeof(memory));
		sim_add_fault(driver.sim, &fault);
		assert_int_equal(block_read(driver.device, 4, 1, memory + 1), -EIO);
		assert_memory_equal(memory + 1, zeroes, 512);
	}
	assert_int_equal(nvme_statistics(driver.controller).bounced, 40);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_in_order), cmocka_unit_test(test_random_order),
      cmocka_unit_test(test_small_queue_large_requests), cmocka_unit_test(test_queue_of_two),
      cmocka_unit_test(test_several_queues), cmocka_unit_test(test_blocks_of_4096),
      cmocka_unit_test(test_lists_of_many_pages), cmocka_unit_test(test_data_modes),
      cmocka_unit_test(test_data_modes_over_a_reset), cmocka_unit_test(test_shadow_doorbells),
      cmocka_unit_test(test_shadow_doorbell_wakes), cmocka_unit_test(test_missed_shadow_doorbell),
      cmocka_unit_test(test_wrap_one_by_one), cmocka_unit_test(test_full_queue),
      cmocka_unit_test(test_plug), cmocka_unit_test(test_reset_while_plugged),
      cmocka_unit_test(test_flush_keeps_data), cmocka_unit_test(test_statuses),
      cmocka_unit_test(test_one_part_fails),
      cmocka_unit_test(test_failed_reads_through_a_bounce_buffer))
