/* Channels on loan: commands, errors, and what becomes of them when the controller is reset, fails,
 * goes away or is shut down under them. */
#include <stdlib.h>

#include "drivers/nvme/events.h"
#include "drivers/nvme/load.h"
#include "drivers/nvme/load_control.h"
#include "drivers/nvme/poll.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define LOADS 4u
#define DEPTH 32u
#define PAGE  4096u

static const struct nvme_options with_loads = {.loads = LOADS};

struct io {
	struct nvme_load_io io; /* first */
	unsigned ended;
	int error;
	uint16_t status;
};

static void io_done(struct nvme_load_io *io, int error, uint16_t status)
{
	struct io *own = (struct io *)io;

	own->ended++;
	own->error = error;
	own->status = status;
}

/* Data pages: at the end of the test they are given back. */
static uint8_t *pages(unsigned count)
{
	uint64_t bus;
	uint8_t *memory = nvme_dma_alloc((size_t)count * PAGE, &bus);

	assert_non_null(memory);
	return memory;
}

static struct nvme_load *open_load(struct driver *driver, unsigned depth, uint32_t size)
{
	struct nvme_load *load = NULL;

	assert_int_equal(
		nvme_load_open(nvme_namespace_of(driver->device), depth, size, NULL, &load), 0);
	return load;
}

static void start(struct driver *driver)
{
	driver_start(driver, NULL, &with_loads);
}

/* The controller is looked after, as CPU 0 does, while the loop goes on. */
static void finish(struct driver *driver, struct nvme_load *load)
{
	uint64_t begun = nvme_time_ns();

	while (nvme_load_in_flight(load) && nvme_time_ns() - begun < 300 * S) {
		nvme_load_goes_on(load);
		if (!nvme_load_reap(load))
			nvme_relax();
		nvme_poll(driver->controller);
	}
	assert_int_equal(nvme_load_in_flight(load), 0);
}

static struct io command(uint8_t opcode, uint64_t lba, uint32_t blocks, void *data)
{
	return (struct io){.io = {opcode, blocks, lba, data, io_done}, .error = 1};
}

static void send(struct nvme_load *load, struct io *io)
{
	assert_true(nvme_load_send(load, &io->io));
	nvme_load_ring(load);
}

/* Sizes of one page, two, and a list. */
static void test_data(void **state)
{
	struct driver driver;
	struct nvme_load *load;
	uint8_t *out = pages(16), *in = pages(16), *seen = malloc(16 * PAGE);
	struct prng prng;

	(void)state;
	start(&driver);
	prng_seed(&prng, 1);
	load = open_load(&driver, DEPTH, 16 * PAGE);
	for (unsigned blocks = 1; blocks <= 128; blocks += blocks < 16 ? 1 : 37) {
		struct io write = command(NVME_IO_WRITE, 7 * blocks, blocks, out);
		struct io flush = command(NVME_IO_FLUSH, 0, 0, NULL);
		struct io read = command(NVME_IO_READ, 7 * blocks, blocks, in);

		prng_fill(&prng, out, blocks * 512);
		send(load, &write);
		finish(&driver, load);
		send(load, &flush);
		finish(&driver, load);
		sim_namespace_read(driver.sim, 1, 7 * blocks, blocks, seen);
		assert_memory_equal(seen, out, blocks * 512);
		send(load, &read);
		finish(&driver, load);
		assert_memory_equal(in, out, blocks * 512);
		assert_int_equal(write.error | flush.error | read.error, 0);
	}
	nvme_load_close(load);
	nvme_dma_free(out, 16 * PAGE);
	nvme_dma_free(in, 16 * PAGE);
	free(seen);
	driver_finish(&driver);
}

static void test_depth(void **state)
{
	struct driver driver;
	struct nvme_load *load;
	uint8_t *data = pages(1);
	struct io ios[4];

	(void)state;
	start(&driver);
	load = open_load(&driver, 3, 512);
	for (unsigned i = 0; i < 4; i++) {
		ios[i] = command(NVME_IO_READ, i, 1, data);
		assert_int_equal(nvme_load_send(load, &ios[i].io), i < 3);
	}
	nvme_load_ring(load);
	finish(&driver, load);
	assert_int_equal(ios[0].ended + ios[1].ended + ios[2].ended, 3);
	nvme_load_close(load);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

/* As many as there are queue pairs, and their numbers again. */
static void test_queues_run_out(void **state)
{
	struct driver driver;
	struct nvme_load *loads[LOADS], *more;
	struct nvme_namespace *namespace;

	(void)state;
	start(&driver);
	namespace = nvme_namespace_of(driver.device);
	assert_int_equal(nvme_load_queues(driver.controller), LOADS);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned i = 0; i < LOADS; i++)
			loads[i] = open_load(&driver, DEPTH, PAGE);
		assert_int_equal(nvme_load_queues(driver.controller), 0);
		assert_int_equal(nvme_load_open(namespace, 1, 512, NULL, &more), -ENOSPC);
		for (unsigned i = 0; i < LOADS; i++)
			nvme_load_close(loads[(i + turn) % LOADS]);
	}
	assert_int_equal(nvme_load_queues(driver.controller), LOADS);
	driver_finish(&driver);
}

static void test_what_cannot_be_opened(void **state)
{
	const struct nvme_options none = {0};
	struct driver driver;
	struct nvme_load *load;
	struct nvme_namespace *namespace;

	(void)state;
	start(&driver);
	namespace = nvme_namespace_of(driver.device);
	assert_int_equal(nvme_load_open(namespace, 0, 512, NULL, &load), -EINVAL);
	assert_int_equal(nvme_load_open(namespace, 1024, 512, NULL, &load), -EINVAL);
	assert_int_equal(nvme_load_open(namespace, 1, 512 << 20, NULL, &load), -EINVAL);
	driver_finish(&driver);
	driver_start(&driver, NULL, &none);
	namespace = nvme_namespace_of(driver.device);
	assert_int_equal(nvme_load_open(namespace, 1, 512, NULL, &load), -ENOSPC);
	driver_finish(&driver);
}

static void add_fault(struct driver *driver, enum sim_fault_kind kind, unsigned count,
		      uint64_t value)
{
	driver_add_fault_to(driver, 2, kind, NVME_IO_READ, 0, count, value);
}

/* One read with a fault: its error, and how often the controller was reset. */
static void read_with(struct driver *driver, enum sim_fault_kind kind, unsigned count,
		      uint64_t value, int error, unsigned resets)
{
	struct nvme_load *load = open_load(driver, DEPTH, PAGE);
	uint8_t *data = pages(1);
	struct io read = command(NVME_IO_READ, 3, 1, data);
	uint64_t before = statistics(driver)->resets;

	add_fault(driver, kind, count, value);
	send(load, &read);
	finish(driver, load);
	assert_int_equal(read.ended, 1);
	assert_int_equal(read.error, error);
	assert_int_equal(statistics(driver)->resets - before, resets);
	sim_clear_faults(driver->sim);
	nvme_load_close(load);
	nvme_dma_free(data, PAGE);
}

static void test_errors(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	read_with(&driver, SIM_STATUS, 1, NVME_SC_LBA_OUT_OF_RANGE | SIM_DNR, -EINVAL, 0);
	read_with(&driver, SIM_STATUS, 3, NVME_SC_INTERNAL, 0, 0);
	read_with(&driver, SIM_STATUS, 4, NVME_SC_INTERNAL, -EIO, 0);
	assert_int_equal(statistics(&driver)->retries, 6);
	driver_finish(&driver);
}

static void test_lost_completions(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	read_with(&driver, SIM_LOSE_HARD, 1, 0, 0, 1);
	assert_logged("no completion in time");
	read_with(&driver, SIM_LOSE_HARD, 4, 0, -ETIMEDOUT, 4);
	read_with(&driver, SIM_WRONG_CID, 1, 99, 0, 1);
	assert_logged("completions ignored");
	driver_finish(&driver);
}

static void test_fatal(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	read_with(&driver, SIM_FATAL, 1, 0, 0, 1);
	read_with(&driver, SIM_FATAL, 4, 0, -EIO, 4);
	driver_finish(&driver);
}

/* A run of reads at random, with so many commands. */
struct bare {
	struct nvme_load *load;
	struct nvme_load_run run;
};

static void begin_bare(struct bare *bare, struct driver *driver, uint64_t limit)
{
	bare->load = open_load(driver, DEPTH, PAGE);
	bare->run = (struct nvme_load_run){.opcode = NVME_IO_READ,
					   .blocks = 8,
					   .places = 100,
					   .random = true,
					   .data = pages(DEPTH),
					   .limit = limit};
	nvme_load_run_begin(bare->load, &bare->run);
}

static void turn_bare(struct bare *bare, struct driver *driver)
{
	uint64_t before = bare->run.ended;

	nvme_load_run_turn(bare->load, &bare->run);
	if (bare->run.ended == before)
		nvme_relax();
	nvme_poll(driver->controller);
}

static void end_bare(struct bare *bare, struct driver *driver, int error)
{
	uint64_t begun = nvme_time_ns();

	while (nvme_load_in_flight(bare->load) && nvme_time_ns() - begun < 300 * S)
		turn_bare(bare, driver);
	assert_int_equal(nvme_load_in_flight(bare->load), 0);
	assert_int_equal(bare->run.begun, bare->run.ended);
	assert_int_equal(bare->run.error, error);
	nvme_load_close(bare->load);
	nvme_dma_free(bare->run.data, DEPTH * PAGE);
}

static void test_run(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	begin_bare(&bare, &driver, 5000);
	end_bare(&bare, &driver, 0);
	assert_int_equal(bare.run.ended, 5000);
	begin_bare(&bare, &driver, 5); /* fewer than fit */
	end_bare(&bare, &driver, 0);
	assert_int_equal(bare.run.ended, 5);
	begin_bare(&bare, &driver, 0);
	while (bare.run.ended < 1000)
		turn_bare(&bare, &driver);
	nvme_load_run_stop(&bare.run);
	end_bare(&bare, &driver, 0);
	driver_finish(&driver);
}

/* Every place once, in turn, with so many blocks a command. */
static void run_in_turn(uint32_t blocks)
{
	struct driver driver;
	struct nvme_load_run run = {
		.opcode = NVME_IO_WRITE, .blocks = blocks, .lba = 16, .places = 50, .limit = 50};
	struct nvme_load *load;
	uint8_t *data = pages(DEPTH), block[512];

	start(&driver);
	load = open_load(&driver, DEPTH, PAGE);
	memset(data, 0xa5, DEPTH * PAGE);
	run.data = data;
	nvme_load_run_begin(load, &run);
	while (nvme_load_run_turn(load, &run))
		nvme_relax();
	for (uint64_t lba = 15; lba < 16 + 50 * blocks + 1; lba++) {
		sim_namespace_read(driver.sim, 1, lba, 1, block);
		assert_int_equal(block[0] == 0xa5, lba >= 16 && lba < 16 + 50 * blocks);
	}
	nvme_load_close(load);
	nvme_dma_free(data, DEPTH * PAGE);
	driver_finish(&driver);
}

static void test_run_in_turn(void **state)
{
	(void)state;
	run_in_turn(8);
	run_in_turn(3); /* the data of some lie in two pages */
}

static void test_run_with_an_error(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	begin_bare(&bare, &driver, 5000);
	driver_add_fault_to(&driver, 2, SIM_STATUS, NVME_IO_READ, 100, 1,
			    NVME_SC_LBA_OUT_OF_RANGE | SIM_DNR);
	end_bare(&bare, &driver, -EINVAL);
	assert_int_equal(bare.run.errors, 1);
	assert_int_equal(bare.run.status & NVME_STATUS_MASK, NVME_SC_LBA_OUT_OF_RANGE);
	assert_true(bare.run.ended < 5000 && bare.run.error_lba < 800);
	driver_finish(&driver);
}

/* Two loops and the block layer at once, and resets: nothing is lost, nothing comes twice. */
static void test_resets(void **state)
{
	struct driver driver;
	struct bare bare[2];
	uint8_t block[512];

	(void)state;
	start(&driver);
	begin_bare(&bare[0], &driver, 20000);
	begin_bare(&bare[1], &driver, 20000);
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned turn = 0; turn < i % 7; turn++) {
			turn_bare(&bare[0], &driver);
			turn_bare(&bare[1], &driver);
		}
		if (i % 10 == 0)
			assert_int_equal(nvme_reset(driver.controller), 0);
		assert_int_equal(block_read(driver.device, i, 1, block), 0);
	}
	end_bare(&bare[0], &driver, 0);
	end_bare(&bare[1], &driver, 0);
	assert_int_equal(bare[0].run.ended + bare[1].run.ended, 40000);
	assert_int_equal(statistics(&driver)->violations, 0);
	driver_finish(&driver);
}

/* A controller that sees doorbells late is asked something before it is reset, where only a loop
 * has commands in flight as well. */
static void test_late_doorbells(void **state)
{
	const struct nvme_options options = {.loads = LOADS, .quirks = NVME_QUIRK_LATE_DOORBELLS};
	struct sim_config config = {.latency_ns = 100000};
	struct driver driver;
	struct bare bare;

	(void)state;
	driver_start(&driver, &config, &options);
	for (unsigned busy = 0; busy < 2; busy++) {
		uint64_t asked = sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_FEATURES];

		if (busy)
			begin_bare(&bare, &driver, 2000);
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_int_equal(sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_FEATURES] -
					 asked,
				 busy);
	}
	end_bare(&bare, &driver, 0);
	driver_finish(&driver);
}

static void test_shadow_doorbells(void **state)
{
	const struct nvme_options options = {.loads = LOADS, .shadow_doorbells = true};
	struct sim_config config = {.oacs = SIM_OACS_DOORBELLS, .jitter_ns = 30000};
	struct driver driver;
	struct bare bare;

	(void)state;
	driver_start(&driver, &config, &options);
	for (unsigned i = 0; i < 3; i++) {
		begin_bare(&bare, &driver, 2000);
		while (bare.run.ended < 500)
			turn_bare(&bare, &driver);
		assert_int_equal(nvme_reset(driver.controller), 0);
		end_bare(&bare, &driver, 0);
	}
	driver_finish(&driver);
}

/* A doorbell is missed: CPU 0 notices within a millisecond or so and rings the real one. */
static void test_missed_shadow_doorbells(void **state)
{
	const struct nvme_options options = {
		.loads = LOADS, .shadow_doorbells = true, .quirks = NVME_QUIRK_MISSED_SHADOWS};
	struct sim_config config = {.oacs = SIM_OACS_DOORBELLS, .doorbell_race = true};
	struct driver driver;
	struct nvme_load *load;
	uint8_t *data = pages(1);
	uint64_t longest = 0;

	(void)state;
	driver_start(&driver, &config, &options);
	load = open_load(&driver, 1, PAGE);
	for (unsigned i = 0; i < 3000; i++) {
		struct io read = command(NVME_IO_READ, i % 2048, 1, data);
		uint64_t start = nvme_time_ns(), took;

		send(load, &read);
		finish(&driver, load);
		assert_int_equal(read.error, 0);
		took = nvme_time_ns() - start;
		longest = took > longest ? took : longest;
		/* the next one comes while the controller goes to sleep */
		sim_advance(17000 + i % 5000);
	}
	assert_in_range(longest, 1, 3 * MS);
	assert_true(statistics(&driver)->stalls > 0);
	nvme_load_close(load);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

static unsigned take_turn(void *context)
{
	return nvme_load_reap(*(struct nvme_load **)context);
}

/* A load that waits for a slow command does not keep the block layer or the admin queue waiting:
 * neither is looked for in vain, which is how lost interrupts are found. */
static void wait_beside_others(const struct nvme_options *options)
{
	const struct sim_config config = {.latency_ns = 50 * US};
	struct driver driver;
	struct nvme_load *load;
	const struct nvme_load_attention attention = {take_turn, &load};
	struct reads reads;
	uint8_t *data = pages(1);
	struct io read = command(NVME_IO_READ, 3, 1, data);

	driver_start(&driver, &config, options);
	assert_int_equal(nvme_load_open(nvme_namespace_of(driver.device), DEPTH, PAGE, &attention,
					&load),
			 0);
	add_fault(&driver, SIM_DELAY, 1, 5 * S);
	send(load, &read);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t begun = nvme_time_ns();

		reads_start(&reads, &driver, 1);
		while (!reads.requests[0].complete)
			if (!nvme_load_await(load))
				nvme_poll(driver.controller);
		assert_in_range(nvme_time_ns() - begun, 50 * US, MS);
	}
	assert_int_equal(statistics(&driver)->lost_interrupts, 0);
	assert_int_equal(read.ended, 0);
	while (!read.ended)
		if (!nvme_load_await(load))
			nvme_poll(driver.controller);
	assert_int_equal(read.error, 0);
	nvme_load_close(load);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

/* What comes together with something of the load's own is not left there, either. */
static void test_wait_beside_a_load(void **state)
{
	const struct nvme_options options = {.loads = LOADS, .irq = NVME_IRQ_MSIX};
	const struct sim_config config = {.latency_ns = 50 * US};
	struct driver driver;
	struct nvme_load *loads[2];
	uint8_t *data = pages(1);
	struct io slow = command(NVME_IO_READ, 3, 1, data);

	(void)state;
	driver_start(&driver, &config, &options);
	for (unsigned i = 0; i < 2; i++) {
		const struct nvme_load_attention attention = {take_turn, &loads[i]};

		assert_int_equal(nvme_load_open(nvme_namespace_of(driver.device), DEPTH, PAGE,
						&attention, &loads[i]),
				 0);
	}
	add_fault(&driver, SIM_DELAY, 1, 5 * S);
	send(loads[0], &slow);
	for (unsigned i = 0; i < 20; i++) {
		struct io reads[2] = {command(NVME_IO_READ, i, 1, data),
				      command(NVME_IO_READ, i, 1, data)};
		uint64_t begun = nvme_time_ns();

		for (unsigned at = 0; at < 2; at++)
			send(loads[at], &reads[at]);
		while (!reads[0].ended || !reads[1].ended)
			if (!nvme_load_await(loads[0]))
				nvme_poll(driver.controller);
		assert_in_range(nvme_time_ns() - begun, 50 * US, MS);
	}
	assert_int_equal(statistics(&driver)->lost_interrupts, 0);
	nvme_load_close(loads[0]);
	nvme_load_close(loads[1]);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

static void test_wait_beside_others(void **state)
{
	(void)state;
	wait_beside_others(&(struct nvme_options){.loads = LOADS, .irq = NVME_IRQ_MSIX});
	wait_beside_others(&(struct nvme_options){.loads = LOADS, .irq = NVME_IRQ_INTX});
	wait_beside_others(
		&(struct nvme_options){.loads = LOADS, .irq = NVME_IRQ_BEST, .spin_us = 200});
}

static uint64_t pause(void *context, unsigned offset, uint64_t value)
{
	return offset == NVME_REG_CSTS && *(bool *)context ? value | NVME_CSTS_PP : value;
}

/* No command of a loop is late while the controller says that it completes nothing. */
static void test_paused(void **state)
{
	static bool paused;
	const struct nvme_options options = {.loads = LOADS, .timeout_ms = 5000};
	const struct sim_config config = {.hooks = {.property = pause, .context = &paused}};
	struct driver driver;
	struct bare bare;
	uint64_t begun;

	(void)state;
	driver_start(&driver, &config, &options);
	add_fault(&driver, SIM_DELAY, 1, 22 * S);
	begun = nvme_time_ns();
	begin_bare(&bare, &driver, 1);
	paused = true;
	while (nvme_time_ns() - begun < 20 * S)
		turn_bare(&bare, &driver);
	paused = false;
	end_bare(&bare, &driver, 0);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_int_equal(statistics(&driver)->resets, 0);
	driver_finish(&driver);
}

static void test_unplugged(void **state)
{
	struct driver driver;
	struct bare bare;
	struct io read;

	(void)state;
	start(&driver);
	begin_bare(&bare, &driver, 0);
	while (bare.run.ended < 1000)
		turn_bare(&bare, &driver);
	sim_remove(driver.sim);
	for (uint64_t begun = nvme_time_ns();
	     nvme_load_goes_on(bare.load) && nvme_time_ns() - begun < 60 * S;)
		turn_bare(&bare, &driver);
	assert_int_equal(nvme_load_error(bare.load), -ENODEV);
	read = command(NVME_IO_READ, 0, 1, bare.run.data);
	assert_false(nvme_load_send(bare.load, &read.io));
	end_bare(&bare, &driver, -ENODEV);
	driver_stop(&driver);
}

static void test_dead(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	begin_bare(&bare, &driver, 0);
	while (bare.run.ended < 1000)
		turn_bare(&bare, &driver);
	sim_set_never_ready(driver.sim, true);
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_int_equal(nvme_load_error(bare.load), -EIO);
	sim_set_never_ready(driver.sim, false);
	assert_int_equal(nvme_reset(driver.controller), 0);
	end_bare(&bare, &driver, -EIO);
	driver_finish(&driver);
}

/* What is in flight when it is closed ends, and the controller has let go of it. */
static void test_closed_in_flight(void **state)
{
	struct driver driver;
	struct nvme_load *load;
	uint8_t *data = pages(1);
	struct io reads[8];

	(void)state;
	start(&driver);
	load = open_load(&driver, DEPTH, PAGE);
	add_fault(&driver, SIM_LOSE_HARD, 8, 0);
	for (unsigned i = 0; i < 8; i++) {
		reads[i] = command(NVME_IO_READ, i, 1, data);
		send(load, &reads[i]);
	}
	nvme_load_close(load);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(reads[i].ended, 1);
		assert_true(reads[i].error < 0);
	}
	assert_int_equal(statistics(&driver)->resets, 0);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

static void test_shut_down(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	begin_bare(&bare, &driver, 0);
	while (bare.run.ended < 1000)
		turn_bare(&bare, &driver);
	nvme_shutdown_all();
	assert_int_equal(nvme_load_error(bare.load), -ENODEV);
	end_bare(&bare, &driver, -ENODEV);
	driver_stop(&driver);
}

/* A controller that keeps a loop's queue and command cannot write to its memory any more. */
static void test_shut_down_with_a_command_left(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	add_fault(&driver, SIM_DELAY, 1, 100 * S);
	driver_add_fault_to(&driver, 0, SIM_STATUS, NVME_ADMIN_DELETE_SQ, 0, 100,
			    NVME_SC_INTERNAL | SIM_DNR);
	begin_bare(&bare, &driver, 1);
	nvme_shutdown_all();
	assert_false(sim_is_ready(driver.sim) && sim_is_bus_master(driver.sim));
	end_bare(&bare, &driver, -ENODEV);
	driver_stop(&driver);
}

/* The same where a scan has tried to delete it, and the reset that follows has not come. */
static void test_shut_down_behind_a_refusal(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	add_fault(&driver, SIM_DELAY, 1, 100 * S);
	begin_bare(&bare, &driver, 1);
	driver_add_fault_to(&driver, 0, SIM_STATUS, NVME_ADMIN_DELETE_SQ, 0, 100,
			    NVME_SC_INTERNAL | SIM_DNR);
	sim_namespace_attach(driver.sim, 1, false);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_true(bare.load->closing);
	assert_int_equal(nvme_load_error(bare.load), 0);
	nvme_shutdown_all();
	assert_false(sim_is_ready(driver.sim) && sim_is_bus_master(driver.sim));
	end_bare(&bare, &driver, -ENODEV);
	driver_stop(&driver);
}

/* The controller is given back first. */
static void test_detached(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	begin_bare(&bare, &driver, 0);
	while (bare.run.ended < 1000)
		turn_bare(&bare, &driver);
	nvme_detach(driver.controller, false);
	assert_int_equal(nvme_load_error(bare.load), -ENODEV);
	assert_int_equal(nvme_load_in_flight(bare.load), 0);
	nvme_load_close(bare.load);
	nvme_dma_free(bare.run.data, DEPTH * PAGE);
	sim_destroy(driver.sim);
}

/* A loop on a CPU that does not run any more is no reason to wait for ever. */
static void test_loop_that_does_not_stand_still(void **state)
{
	struct driver driver;
	struct nvme_load *load;

	(void)state;
	start(&driver);
	load = open_load(&driver, DEPTH, PAGE);
	nvme_load_enter(load);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_logged("its loop does not stand still");
	assert_int_equal(load->word, NVME_LOAD_RUNS);
	nvme_load_leave(load);
	assert_int_equal(load->word, NVME_LOAD_FREE);
	nvme_load_close(load);
	driver_finish(&driver);
}

/* CPU 0, which has done what it wanted while time passed. */
static struct nvme_load *frozen;
static unsigned acknowledged;

static void go_on(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		  size_t size)
{
	(void)context;
	(void)queue;
	(void)command;
	(void)bytes;
	(void)size;
	if (!frozen || frozen->word != NVME_LOAD_FROZEN)
		return;
	acknowledged++;
	frozen->word = NVME_LOAD_RUNS;
}

static void test_acknowledgement(void **state)
{
	struct sim_config config = {.hooks.data = go_on, .latency_ns = 100000};
	struct driver driver;
	struct io read;
	uint8_t *data = pages(1);

	(void)state;
	driver_start(&driver, &config, &with_loads);
	frozen = open_load(&driver, DEPTH, PAGE);
	nvme_load_enter(frozen);
	for (unsigned i = 0; i < 10; i++) {
		read = command(NVME_IO_READ, i, 1, data);
		send(frozen, &read);
		frozen->word = NVME_LOAD_FREEZE;
		assert_true(nvme_load_goes_on(frozen));
		assert_int_equal(acknowledged, i + 1);
		assert_int_equal(read.ended, 0);
		finish(&driver, frozen);
		assert_int_equal(read.error, 0);
	}
	nvme_load_leave(frozen);
	nvme_load_close(frozen);
	frozen = NULL;
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

/* A Format: what the loop sends afterwards must not reach blocks of another size. */
static void test_formatted(void **state)
{
	struct nvme_command format = {.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 1, .cdw10 = 3};
	struct sim_config config = {.oacs = SIM_OACS_FORMAT};
	struct nvme_reply reply = {0};
	struct nvme_passthrough passthrough = {.command = &format, .reply = &reply};
	uint8_t *data = pages(1);
	struct io read = command(NVME_IO_READ, 8, 8, data);
	struct nvme_load *load;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &with_loads);
	load = open_load(&driver, DEPTH, PAGE);
	assert_int_equal(nvme_admin_command(driver.controller, &passthrough), 0);
	assert_int_equal(nvme_load_error(load), -ENODEV);
	assert_false(nvme_load_send(load, &read.io));
	nvme_load_close(load);
	format.cdw10 = 0; /* driver_finish() reads blocks of 512 bytes */
	assert_int_equal(nvme_admin_command(driver.controller, &passthrough), 0);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

/* Nothing is sent to a namespace that a command is about to change, whatever was in the way of
 * ending its loops. */
static bool gone_at_format;
static struct block_device *formatted;

static unsigned look_at_format(void *context, uint16_t queue, uint8_t command[64])
{
	(void)context;
	if (queue == 0 && command[0] == NVME_ADMIN_FORMAT_NVM)
		gone_at_format = formatted->gone;
	return SIM_EXECUTE;
}

static void test_formatted_behind_a_refusal(void **state)
{
	const struct nvme_command format = {.opcode = NVME_ADMIN_FORMAT_NVM, .nsid = 1, .cdw10 = 3};
	struct sim_config config = {.oacs = SIM_OACS_FORMAT, .hooks.misread = look_at_format};
	struct nvme_reply reply = {0};
	struct nvme_passthrough passthrough = {.command = &format, .reply = &reply};
	struct nvme_load *load;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &with_loads);
	formatted = driver.device;
	load = open_load(&driver, DEPTH, PAGE);
	driver_add_fault_to(&driver, 0, SIM_STATUS, NVME_ADMIN_DELETE_SQ, 0, 1,
			    NVME_SC_INTERNAL | SIM_DNR);
	assert_int_equal(nvme_admin_command(driver.controller, &passthrough), 0);
	assert_true(gone_at_format);
	nvme_load_close(load);
	driver_stop(&driver);
}

/* What is sent while another command is given up at a reset goes to the controller behind it. */
static struct nvme_load *loaded;
static struct io second;

static void send_second(struct nvme_load_io *io, int error, uint16_t status)
{
	io_done(io, error, status);
	assert_true(nvme_load_send(loaded, &second.io));
	nvme_load_ring(loaded);
}

static void test_sent_while_reset(void **state)
{
	struct driver driver;
	uint8_t *data = pages(1);
	struct io first = command(NVME_IO_READ, 3, 1, data);
	uint64_t resets, begun = 0;

	(void)state;
	start(&driver);
	loaded = open_load(&driver, DEPTH, PAGE);
	second = command(NVME_IO_READ, 4, 1, data);
	first.io.done = send_second;
	add_fault(&driver, SIM_LOSE_HARD, 4, 0);
	send(loaded, &first);
	while (!first.ended) {
		nvme_load_reap(loaded);
		nvme_poll(driver.controller);
		nvme_relax();
	}
	assert_int_equal(first.error, -ETIMEDOUT);
	resets = statistics(&driver)->resets;
	begun = nvme_time_ns();
	finish(&driver, loaded);
	assert_int_equal(second.error, 0);
	assert_in_range(nvme_time_ns() - begun, 0, S);
	assert_int_equal(statistics(&driver)->resets, resets);
	nvme_load_close(loaded);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

/* They are left alone: the loop may ring them at any time. And nobody waits for it each time. */
static void test_doorbells_of_a_loop_that_does_not_stand_still(void **state)
{
	uint8_t *data = pages(1);
	struct io read = command(NVME_IO_READ, 3, 1, data);
	struct nvme_load *load;
	struct driver driver;
	uint64_t begun;

	(void)state;
	start(&driver);
	load = open_load(&driver, DEPTH, PAGE);
	add_fault(&driver, SIM_DELAY, 1, 20 * S);
	send(load, &read);
	nvme_load_enter(load);
	nvme_loads_ring_again(driver.controller, nvme_time_ns());
	assert_logged("its loop does not stand still");
	assert_int_equal(load->channel.statistics.stalls, 0);
	begun = nvme_time_ns();
	nvme_loads_ring_again(driver.controller, begun);
	assert_in_range(nvme_time_ns() - begun, 0, S);
	nvme_load_leave(load);
	finish(&driver, load);
	assert_int_equal(read.error, 0);
	nvme_load_close(load);
	nvme_dma_free(data, PAGE);
	driver_finish(&driver);
}

/* Its namespace goes, or comes back with other blocks, by somebody else's doing: the next scan ends
 * the load, whether it is asked for or follows an event, and also where the controller refuses to
 * delete its queue. */
static void test_namespace_changed_by_others(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 8; kind++) {
		bool formats = kind & 1, event = kind & 2, refuses = kind & 4;
		struct driver driver;
		struct bare bare;
		uint64_t begun;

		start(&driver);
		begin_bare(&bare, &driver, 0);
		while (bare.run.ended < 1000)
			turn_bare(&bare, &driver);
		if (refuses)
			driver_add_fault_to(&driver, 0, SIM_STATUS, NVME_ADMIN_DELETE_SQ, 0, 1,
					    NVME_SC_INTERNAL | SIM_DNR);
		nvme_load_run_stop(&bare.run); /* no more into buffers that may be too small */
		while (nvme_load_in_flight(bare.load))
			turn_bare(&bare, &driver);
		if (formats)
			sim_namespace_format(driver.sim, 1, 12);
		else
			sim_namespace_attach(driver.sim, 1, false);
		if (!event) {
			struct io read = command(NVME_IO_READ, 0, 1, bare.run.data);

			assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
			assert_false(nvme_load_send(bare.load, &read.io));
			/* A loop on another CPU stands still until it ends. */
			assert_int_equal(bare.load->frozen, refuses);
			nvme_loads_hold();
			nvme_loads_release();
			assert_int_equal(bare.load->frozen, refuses);
		}
		begun = nvme_time_ns();
		while (!nvme_load_error(bare.load) && nvme_time_ns() - begun < 60 * S) {
			if (event && nvme_time_ns() - begun > S)
				nvme_events_rescan(driver.controller);
			nvme_poll(driver.controller);
			nvme_relax();
		}
		assert_int_equal(nvme_load_error(bare.load), -ENODEV);
		assert_int_equal(nvme_state(driver.controller), NVME_LIVE);
		nvme_load_close(bare.load);
		nvme_dma_free(bare.run.data, DEPTH * PAGE);
		driver_stop(&driver);
	}
}

static void test_check_while_frozen(void **state)
{
	struct nvme_load *load;
	struct driver driver;

	(void)state;
	start(&driver);
	load = open_load(&driver, DEPTH, PAGE);
	nvme_loads_freeze(driver.controller);
	nvme_loads_check(driver.controller, nvme_time_ns() + 3600 * S);
	assert_true(load->frozen);
	nvme_loads_thaw(driver.controller);
	nvme_load_close(load);
	driver_finish(&driver);
}

static void test_stopped_before_it_begins(void **state)
{
	struct driver driver;
	struct bare bare;

	(void)state;
	start(&driver);
	bare.load = open_load(&driver, 1, PAGE);
	bare.run = (struct nvme_load_run){
		.opcode = NVME_IO_READ, .blocks = 8, .places = 100, .data = pages(DEPTH)};
	nvme_load_run_stop(&bare.run);
	nvme_load_run_begin(bare.load, &bare.run);
	assert_true(bare.run.limit <= 1);
	nvme_load_close(bare.load);
	nvme_dma_free(bare.run.data, DEPTH * PAGE);
	driver_finish(&driver);
}

TESTS(cmocka_unit_test(test_data), cmocka_unit_test(test_depth),
      cmocka_unit_test(test_queues_run_out), cmocka_unit_test(test_what_cannot_be_opened),
      cmocka_unit_test(test_errors), cmocka_unit_test(test_lost_completions),
      cmocka_unit_test(test_fatal), cmocka_unit_test(test_run), cmocka_unit_test(test_run_in_turn),
      cmocka_unit_test(test_run_with_an_error), cmocka_unit_test(test_resets),
      cmocka_unit_test(test_late_doorbells), cmocka_unit_test(test_shadow_doorbells),
      cmocka_unit_test(test_missed_shadow_doorbells), cmocka_unit_test(test_wait_beside_others),
      cmocka_unit_test(test_wait_beside_a_load), cmocka_unit_test(test_paused),
      cmocka_unit_test(test_unplugged), cmocka_unit_test(test_dead),
      cmocka_unit_test(test_closed_in_flight), cmocka_unit_test(test_shut_down),
      cmocka_unit_test(test_shut_down_with_a_command_left),
      cmocka_unit_test(test_shut_down_behind_a_refusal),
      cmocka_unit_test(test_formatted_behind_a_refusal), cmocka_unit_test(test_sent_while_reset),
      cmocka_unit_test(test_doorbells_of_a_loop_that_does_not_stand_still),
      cmocka_unit_test(test_detached), cmocka_unit_test(test_loop_that_does_not_stand_still),
      cmocka_unit_test(test_acknowledgement), cmocka_unit_test(test_formatted),
      cmocka_unit_test(test_namespace_changed_by_others), cmocka_unit_test(test_check_while_frozen),
      cmocka_unit_test(test_stopped_before_it_begins))
