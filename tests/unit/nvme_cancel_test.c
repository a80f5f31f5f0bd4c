/* Requests and commands that nobody wants any more (Ctrl-C): they are aborted, nothing more of them
 * is sent, and their memory stays the controller's until it is done with it. */
#include "lib/errno.h"
#include "lib/prng.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define BLOCKS 2048u /* 1 MiB */

/* A read of the whole device in memory of its own, in parts of 8 KiB, of which only four end by
 * themselves. */
struct large {
	struct driver driver;
	uint8_t *bytes;
	struct block_segment segment;
	struct block_request request;
};

static void large_start(struct large *large, unsigned depth, enum sim_fault_kind kind)
{
	static const struct sim_config config = {.mdts = 1, .abort_limit = 3};
	const struct nvme_options options = {.depth = depth};

	memset(large, 0, sizeof(*large));
	driver_start(&large->driver, &config, &options);
	large->bytes = malloc(BLOCKS * 512);
	large->segment = (struct block_segment){large->bytes, BLOCKS * 512};
	large->request = (struct block_request){.operation = BLOCK_READ,
						.count = BLOCKS,
						.segments = &large->segment,
						.segment_count = 1};
	driver_add_fault(&large->driver, kind, NVME_IO_READ, 4, SIM_FOREVER, 2 * S);
	block_submit(large->driver.device, &large->request);
	driver_idle(100 * MS);
	assert_false(large->request.complete);
}

/* Its memory is given back the moment that it has ended: DMA to it would be found. */
static uint64_t large_end(struct large *large, int error)
{
	uint64_t start = nvme_time_ns();

	assert_int_equal(block_wait(&large->request), error);
	free(large->bytes);
	return nvme_time_ns() - start;
}

static void large_stop(struct large *large, unsigned resets)
{
	sim_clear_faults(large->driver.sim);
	assert_int_equal(statistics(&large->driver)->resets, resets);
	driver_stop(&large->driver);
}

/* All that the controller has not begun is aborted, four at a time, however much is in the queue
 * and before it. */
static void test_a_large_request(void **state)
{
	static const unsigned depths[] = {16, 256};

	(void)state;
	for (unsigned i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		struct large large;
		uint8_t bytes[512];
		uint64_t took;

		large_start(&large, depths[i], SIM_LOSE);
		block_cancel(&large.request);
		block_cancel(&large.request);
		took = large_end(&large, -EINTR);
		assert_in_range(took, 0, 100 * MS);
		assert_int_equal(sim_statistics(large.driver.sim)->commands[1][NVME_IO_READ] < 8,
				 1);
		assert_not_logged("Read LBA");
		sim_clear_faults(large.driver.sim);
		assert_int_equal(block_read(large.driver.device, 9, 1, bytes), 0);
		large_stop(&large, 0);
	}
}

/* The Abort does not help: it goes on to its end, and no reset comes of it. */
static void test_abort_does_not_help(void **state)
{
	struct large large;

	(void)state;
	large_start(&large, 16, SIM_DELAY);
	driver_add_fault_to(&large.driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, SIM_FOREVER, 0);
	block_cancel(&large.request);
	assert_in_range(large_end(&large, -EINTR), 1 * S, 2 * S);
	assert_int_equal(sim_statistics(large.driver.sim)->commands[1][NVME_IO_READ], 4 + 15);
	large_stop(&large, 0);
}

/* The Abort is not answered: in the end that resets the controller, and nothing is sent again. */
static void test_abort_is_not_answered(void **state)
{
	struct large large;
	uint64_t reads;

	(void)state;
	large_start(&large, 16, SIM_LOSE_HARD);
	driver_add_fault_to(&large.driver, 0, SIM_LOSE_HARD, NVME_ADMIN_ABORT, 0, SIM_FOREVER, 0);
	block_cancel(&large.request);
	reads = sim_statistics(large.driver.sim)->commands[1][NVME_IO_READ];
	assert_in_range(large_end(&large, -EINTR), 0, 12 * S);
	assert_int_equal(sim_statistics(large.driver.sim)->commands[1][NVME_IO_READ], reads);
	large_stop(&large, 1);
}

/* Others before, between and behind it, in the queue and waiting for it, get all that they asked
 * for. */
static void test_among_others(void **state)
{
	(void)state;
	for (unsigned victim = 0; victim < 12; victim++) {
		struct sim_config config = {.fetch_max = 2};
		struct nvme_options options = {.depth = 4};
		static struct reads reads;
		struct driver driver;

		driver_start(&driver, &config, &options);
		driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, SIM_FOREVER, 10 * MS);
		reads_start(&reads, &driver, 12);
		block_cancel(&reads.requests[victim]);
		for (unsigned i = 0; i < 12; i++) {
			int error = block_wait(&reads.requests[i]);

			if (i != victim || error != -EINTR)
				assert_int_equal(error, 0);
		}
		/* the third is in the queue, where no Abort finds it */
		assert_int_equal(reads.requests[victim].error, victim == 2 ? 0 : -EINTR);
		block_cancel(&reads.requests[victim]); /* it has ended */
		driver_finish(&driver);
	}
}

/* It waits to be sent once more, or fails in a way that would be tried again: it ends. */
static void test_before_a_repetition(void **state)
{
	static struct reads reads;
	struct driver driver;

	(void)state;
	reads_start_delayed(&reads, &driver);
	block_cancel(&reads.requests[0]);
	assert_true(reads.requests[0].complete);
	assert_int_equal(reads.requests[0].error, -EINTR);
	driver_add_fault(&driver, SIM_STATUS, NVME_IO_READ, 0, SIM_FOREVER, 0x006);
	reads_start(&reads, &driver, 1);
	block_cancel(&reads.requests[0]);
	assert_int_equal(block_wait(&reads.requests[0]), -EINTR);
	assert_int_equal(sim_statistics(driver.sim)->commands[1][NVME_IO_READ], 2);
	driver_finish(&driver);
}

/* Commands passed through, of both kinds: who waits is back within half a second, whether the Abort
 * helps or not; what the driver keeps of them goes when they end. */
static void test_commands_passed_through(void **state)
{
	static const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 1, .cdw12 = 7};
	static const struct nvme_command log = {
		.opcode = NVME_ADMIN_GET_LOG_PAGE, .nsid = NVME_NSID_ALL, .cdw10 = 127 << 16 | 2};

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		bool io = i & 1, lost = i & 2, helps = i & 4;
		struct driver driver;
		uint8_t bytes[4096];
		unsigned allocations;
		uint64_t start;
		int error;

		driver_start(&driver, NULL, NULL);
		driver_add_fault_to(&driver, io, lost ? SIM_LOSE : SIM_DELAY,
				    io ? NVME_IO_READ : NVME_ADMIN_GET_LOG_PAGE, 0, 1, 3 * S);
		if (!helps)
			driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, 1, 0);
		allocations = sim_allocations();
		memset(bytes, 0xaa, sizeof(bytes));
		start = nvme_time_ns();
		sim_interrupt_after(1 * S);
		if (io)
			error = nvme_io_command(driver.controller,
						&(struct nvme_passthrough){.command = &read,
									   .data = bytes,
									   .size = 4096});
		else
			error = nvme_admin_command(driver.controller,
						   &(struct nvme_passthrough){.command = &log,
									      .data = bytes,
									      .size = 512});
		sim_interrupt_clear();
		assert_int_equal(error, -EINTR);
		assert_in_range(nvme_time_ns() - start, 1 * S, 1500 * MS);
		if (!helps)
			assert_in_range(sim_allocations(), allocations + 1, allocations + 2);
		driver_idle(40 * S);
		assert_int_equal(sim_allocations(), allocations);
		assert_int_equal(bytes[0], 0xaa);
		/* past its deadline an I/O command is aborted once more, now with success */
		assert_int_equal(statistics(&driver)->resets, lost && !helps && !io);
		driver_finish(&driver);
	}
}

/* One that ends while it is looked at twice has ended well. */
static void test_an_interrupt_in_the_last_moment(void **state)
{
	static const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 1, .cdw10 = 5};
	struct driver driver;
	uint8_t bytes[512], pattern[512];

	(void)state;
	driver_start(&driver, NULL, NULL);
	memset(pattern, 0x5a, sizeof(pattern));
	sim_namespace_write(driver.sim, 1, 5, 1, pattern);
	driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, 100 * MS);
	driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, 1, 0);
	sim_interrupt_after(50 * MS);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){.command = &read,
								    .data = bytes,
								    .size = sizeof(bytes)}),
			 0);
	sim_interrupt_clear();
	assert_memory_equal(bytes, pattern, sizeof(pattern));
	driver_finish(&driver);
}

/* A Format NVM that was left behind: nothing is sent to its namespace before it has ended and the
 * namespace was read again; its blocks may be larger than before. */
static void test_left_behind_a_format(void **state)
{
	static const struct nvme_command format = {
		.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 1, .cdw10 = 3};
	static const struct sim_config config = {.oacs = SIM_OACS_FORMAT};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, NULL);
	driver_add_fault_to(&driver, 0, SIM_DELAY, NVME_ADMIN_FORMAT_NVM, 0, 1, 5 * S);
	driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, 1, 0);
	sim_interrupt_after(1 * S);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &format}),
			 -EINTR);
	sim_interrupt_clear();
	driver_idle(1 * S);
	assert_int_equal(block_read(driver.device, 0, 1, bytes), -ENODEV);
	driver_idle(4 * S);
	driver.device = block_find("my_nvme0n1");
	assert_non_null(driver.device);
	assert_false(driver.device->gone);
	assert_int_equal(statistics(&driver)->resets, 0);
	driver_stop(&driver);
}

/* The same where the namespace is no disk, and only commands passed through
 * reach it. */
static void test_left_behind_a_format_of_no_disk(void **state)
{
	static const struct sim_namespace_config namespaces[] = {
		{.metadata = 0}, {.metadata = 16, .protection = 2, .guard = 3}};
	static const struct nvme_command format = {
		.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 2, .cdw10 = 3};
	static const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 2};
	static const struct sim_config config = {
		.oacs = SIM_OACS_FORMAT, .namespaces = namespaces, .namespace_count = 2};
	uint8_t bytes[512], metadata[16];
	const struct nvme_passthrough passed = {.command = &read,
						.data = bytes,
						.size = sizeof(bytes),
						.metadata = metadata,
						.metadata_size = sizeof(metadata)};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_int_equal(nvme_io_command(driver.controller, &passed), 0);
	driver_add_fault_to(&driver, 0, SIM_DELAY, NVME_ADMIN_FORMAT_NVM, 0, 1, 5 * S);
	driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, 1, 0);
	sim_interrupt_after(1 * S);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &format}),
			 -EINTR);
	sim_interrupt_clear();
	driver_idle(1 * S);
	assert_int_equal(nvme_io_command(driver.controller, &passed), -EINVAL);
	driver_idle(4 * S);
	assert_int_equal(nvme_data_size(driver.controller, true, &read, 0), 4096);
	driver_stop(&driver);
}

/* Left behind, and then the controller goes, or is detached. */
static void test_left_behind_at_the_end(void **state)
{
	static const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 1};

	(void)state;
	for (unsigned gone = 0; gone < 2; gone++) {
		struct driver driver;
		uint8_t bytes[512];

		driver_start(&driver, NULL, NULL);
		driver_add_fault(&driver, SIM_LOSE_HARD, NVME_IO_READ, 0, 1, 0);
		sim_interrupt_after(0);
		assert_int_equal(nvme_io_command(driver.controller,
						 &(struct nvme_passthrough){.command = &read,
									    .data = bytes,
									    .size = sizeof(bytes)}),
				 -EINTR);
		sim_interrupt_clear();
		if (gone)
			sim_remove(driver.sim);
		driver_idle(1 * S);
		driver_stop(&driver);
	}
}

/* Left behind, and then the controller is shut down: it goes on with what it has until it is
 * stopped, and only then the memory is somebody else's. */
static void test_left_behind_and_shut_down(void **state)
{
	static const struct sim_config config = {.finishes = true};
	static const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 1};
	static const struct nvme_command log = {
		.opcode = NVME_ADMIN_GET_LOG_PAGE, .nsid = NVME_NSID_ALL, .cdw10 = 127 << 16 | 2};

	(void)state;
	for (unsigned io = 0; io < 2; io++) {
		struct driver driver;
		uint8_t bytes[512];
		int error;

		driver_start(&driver, &config, NULL);
		driver_add_fault_to(&driver, io, SIM_DELAY,
				    io ? NVME_IO_READ : NVME_ADMIN_GET_LOG_PAGE, 0, 1, 30 * S);
		driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT, 0, 1, 0);
		driver_add_fault_to(&driver, 0, SIM_STATUS, NVME_ADMIN_DELETE_SQ, 0, 1,
				    NVME_SC_INTERNAL | SIM_DNR);
		sim_interrupt_after(0);
		if (io)
			error = nvme_io_command(driver.controller,
						&(struct nvme_passthrough){.command = &read,
									   .data = bytes,
									   .size = 512});
		else
			error = nvme_admin_command(driver.controller,
						   &(struct nvme_passthrough){.command = &log,
									      .data = bytes,
									      .size = 512});
		assert_int_equal(error, -EINTR);
		sim_interrupt_clear();
		driver_stop(&driver);
	}
}

/* What the driver asks for itself meanwhile, the log page of an event, keeps nobody waiting. */
static void test_while_an_event_is_served(void **state)
{
	static const struct nvme_command read = {.opcode = NVME_IO_READ, .nsid = 1};

	(void)state;
	for (unsigned lost = 0; lost < 2; lost++) {
		struct driver driver;
		uint8_t bytes[512];
		uint64_t start;

		driver_start(&driver, NULL, NULL);
		driver_add_fault_to(&driver, 0, lost ? SIM_LOSE_HARD : SIM_DELAY,
				    NVME_ADMIN_GET_LOG_PAGE, 0, 1, 8 * S);
		driver_add_fault(&driver, SIM_DELAY, NVME_IO_READ, 0, 1, 20 * S);
		sim_advance(1 * MS);
		assert_true(sim_event(driver.sim, 1, 1, 2));
		start = nvme_time_ns();
		sim_interrupt_after(1 * S);
		assert_int_equal(nvme_io_command(driver.controller,
						 &(struct nvme_passthrough){.command = &read,
									    .data = bytes,
									    .size = 512}),
				 -EINTR);
		sim_interrupt_clear();
		assert_in_range(nvme_time_ns() - start, 1 * S, 1500 * MS);
		driver_idle(30 * S);
		assert_int_equal(statistics(&driver)->resets, lost);
		assert_logged("event: temperature threshold");
		/* the next one of its kind comes as well */
		assert_true(sim_event(driver.sim, 1, 1, 2));
		driver_idle(1 * S);
		assert_int_equal(statistics(&driver)->events, 2);
		driver_finish(&driver);
	}
}

/* At random: requests of all sizes are cancelled at any time, among losses, errors and resets. Each
 * ends once, with its data or with -EINTR, and its memory is freed at once. */
struct one {
	struct block_request request;
	struct block_segment segment;
	uint8_t *bytes;
	bool cancelled;
};

static unsigned under_way, ended_well, ended_by_cancel;

static void one_done(struct block_request *request)
{
	struct one *one = request->context;

	under_way--;
	if (request->error)
		assert_int_equal(request->error, one->cancelled ? -EINTR : 0);
	for (size_t i = 0; !request->error && i < one->segment.size; i++)
		if (((uint8_t *)one->segment.address)[i] != (uint8_t)((request->lba + i / 512) * 3))
			fail_msg("wrong data at LBA %llu", (unsigned long long)request->lba);
	ended_well += !request->error;
	ended_by_cancel += request->error != 0;
	free(one->bytes);
	one->bytes = NULL;
}

static void one_start(struct one *one, struct driver *driver, struct prng *prng)
{
	uint64_t count = 1 + prng_below(prng, prng_below(prng, 4) ? 16 : 600);
	unsigned odd = prng_below(prng, 8) == 0;

	if (one->bytes)
		return;
	one->bytes = malloc(count * 512 + odd);
	one->cancelled = false;
	one->segment = (struct block_segment){one->bytes + odd, count * 512};
	one->request = (struct block_request){.operation = BLOCK_READ,
					      .lba = prng_below(prng, BLOCKS - count),
					      .count = count,
					      .segments = &one->segment,
					      .segment_count = 1,
					      .context = one,
					      .done = one_done};
	under_way++;
	block_submit(driver->device, &one->request);
}

static void test_at_random(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct sim_config config = {.mdts = 1,
					    .jitter_ns = 3 * MS,
					    .random = seed,
					    .abort_limit = seed % 3,
					    .finishes = seed & 1};
		struct nvme_options options = {
			.depth = seed & 2 ? 8 : 64, .queues = 1 + seed % 2, .timeout_ms = 50};
		static struct one ones[40];
		struct driver driver;
		struct prng prng;
		uint8_t block[512];

		driver_start(&driver, &config, &options);
		prng_seed(&prng, seed);
		ended_well = ended_by_cancel = 0;
		for (unsigned lba = 0; lba < BLOCKS; lba++) {
			memset(block, (uint8_t)(lba * 3), sizeof(block));
			sim_namespace_write(driver.sim, 1, lba, 1, block);
		}
		for (unsigned step = 0; step < 4000; step++) {
			struct one *one = &ones[prng_below(&prng, 40)];

			if (step % 500 == 100)
				driver_add_fault_to(&driver, SIM_ANY, SIM_LOSE, NVME_IO_READ, 0, 1,
						    0);
			if (step % 500 == 200)
				driver_add_fault_to(&driver, SIM_ANY, SIM_STATUS, NVME_IO_READ, 0,
						    2, 0x006);
			if (step % 500 == 300)
				driver_add_fault_to(&driver, 0, SIM_ABORT_FAILS, NVME_ADMIN_ABORT,
						    0, 5, 0);
			if (step % 1000 == 999)
				assert_int_equal(nvme_reset(driver.controller), 0);
			switch (prng_below(&prng, 4)) {
			case 0:
			case 1:
				one_start(one, &driver, &prng);
				break;
			case 2:
				if (one->bytes) {
					one->cancelled = true;
					block_cancel(&one->request);
				}
				break;
			default:
				nvme_poll_all();
				sim_advance(prng_below(&prng, MS));
			}
		}
		while (under_way)
			driver_idle(MS);
		assert_true(ended_well > 100);
		assert_true(ended_by_cancel > 100);
		driver_finish(&driver);
	}
}

TESTS(cmocka_unit_test(test_at_random), cmocka_unit_test(test_a_large_request),
      cmocka_unit_test(test_abort_does_not_help), cmocka_unit_test(test_abort_is_not_answered),
      cmocka_unit_test(test_among_others), cmocka_unit_test(test_before_a_repetition),
      cmocka_unit_test(test_commands_passed_through),
      cmocka_unit_test(test_an_interrupt_in_the_last_moment),
      cmocka_unit_test(test_left_behind_a_format),
      cmocka_unit_test(test_left_behind_a_format_of_no_disk),
      cmocka_unit_test(test_left_behind_at_the_end),
      cmocka_unit_test(test_left_behind_and_shut_down),
      cmocka_unit_test(test_while_an_event_is_served))
