/* How long the driver lets itself be kept by controllers that answer just in time, or endlessly. */
#include "drivers/nvme/controller.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Completions that come as fast as they are taken: each look at a queue ends. A read of the other
 * queue, which takes no time to speak of, writes the next one. */
static struct nvme_queue *flooded;

static void flood(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		  size_t size)
{
	volatile uint8_t *entry;

	(void)context, (void)command, (void)bytes, (void)size;
	if (queue != 2 || !flooded)
		return;
	entry = (volatile uint8_t *)(uintptr_t)flooded->cq + 16 * flooded->cq_head;
	entry[10] = 77; /* SQ ID */
	entry[14] = flooded->phase != 0;
}

static void test_flood_of_completions(void **state)
{
	enum { READS = 60 };
	static struct block_request requests[2 * READS];
	struct sim_config config = {.latency_ns = 100000, .hooks.data = flood};
	struct nvme_options options = {.queues = 2, .depth = 64};
	const struct sim_fault never = {
		.kind = SIM_LOSE, .queue = 1, .opcode = 0x02, .count = READS};
	uint8_t bytes[512];
	const struct block_segment segment = {bytes, sizeof(bytes)};
	struct nvme_channel *channel;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &options);
	channel = driver.controller->channels[1];
	sim_add_fault(driver.sim, &never);
	for (unsigned i = 0; i < READS; i++)
		driver_add_fault_to(&driver, 2, SIM_DELAY, 0x02, 0, 1, 20 * i);
	block_plug(driver.device);
	for (unsigned i = 0; i < 2 * READS; i++) {
		requests[i] = (struct block_request){.operation = BLOCK_READ,
						     .count = 1,
						     .segments = &segment,
						     .segment_count = 1};
		block_submit(driver.device, &requests[i]);
	}
	block_unplug(driver.device);
	/* the ring of the first queue is shorter than what is to come */
	channel->queue.mask = 15;
	flooded = &channel->queue;
	sim_advance(100000);
	assert_in_range(nvme_channel_reap(channel), 1, 16);
	flooded = NULL;
	channel->queue.mask = 63;
	nvme_detach(driver.controller, false);
	driver.controller = NULL;
	for (unsigned i = 0; i < 2 * READS; i++)
		assert_true(requests[i].complete);
	sim_take_violations(driver.sim); /* the doorbell, of a queue that the test had spoiled */
	driver_stop(&driver);
}

static uint64_t nine_hours(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	return offset == SIM_CRTO ? 0xffff : value;
}

/* A controller that wants to be waited for by the hour is not. */
static void test_ready_timeout_of_hours(void **state)
{
	struct sim_config config = {.cap = SIM_CAP_QEMU | 1ull << 59,
				    .never_ready = true,
				    .hooks = {.property = nine_hours}};
	struct driver driver;
	uint64_t start = nvme_time_ns();

	(void)state;
	assert_int_equal(driver_try(&driver, &config, NULL), -ETIMEDOUT);
	assert_in_range(nvme_time_ns() - start, 128 * S, 300 * S);
	assert_logged("does not get ready");
	sim_take_violations(driver.sim);
	driver_stop(&driver);
}

/* One that answers each command in time, but only just, does not keep the machine for hours. */
static void test_slow_namespaces(void **state)
{
	static const struct sim_namespace_config namespaces[100];
	struct sim_config config = {
		.latency_ns = 9 * S, .namespace_count = 100, .namespaces = namespaces};
	struct driver driver;
	uint64_t start = nvme_time_ns();

	(void)state;
	assert_int_equal(driver_try(&driver, &config, NULL), -ETIMEDOUT);
	assert_in_range(nvme_time_ns() - start, 120 * S, 240 * S);
	assert_logged("the scan takes too long");
	driver_stop(&driver);
}

/* From now on each admin command ends just in time. */
static void slow_down(struct driver *driver)
{
	const struct sim_fault fault = {.kind = SIM_DELAY,
					.queue = 0,
					.opcode = SIM_ANY,
					.count = SIM_FOREVER,
					.value = 9 * S};

	sim_add_fault(driver->sim, &fault);
}

/* The same of the commands before the namespaces, of which there are most with many queues. */
static void test_slow_set_up(void **state)
{
	const struct nvme_options options = {.queues = 64};
	struct sim_config config = {.latency_ns = 9 * S};
	struct driver driver;
	uint64_t start = nvme_time_ns();

	(void)state;
	assert_int_equal(driver_try(&driver, &config, &options), -ETIMEDOUT);
	assert_in_range(nvme_time_ns() - start, 120 * S, 180 * S);
	assert_logged("set-up takes too long");
	driver_stop(&driver);

	driver_start(&driver, NULL, &options);
	slow_down(&driver);
	start = nvme_time_ns();
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_in_range(nvme_time_ns() - start, 120 * S, 360 * S);
	assert_logged("set-up takes too long");
	assert_logged("dead");
	sim_clear_faults(driver.sim);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_works(&driver);

	/* and of those that delete the queues */
	slow_down(&driver);
	start = nvme_time_ns();
	driver_stop(&driver);
	assert_in_range(nvme_time_ns() - start, 9 * S, 40 * S);
}

#define CHATTER 3000000u

/* Completions for nobody, one as soon as the other is taken, do not keep anybody from looking at
 * the clock: neither who waits for a command of a reset, nor who waits for a block. */
static void test_chatter(void **state)
{
	const struct nvme_options options = {.timeout_ms = 1, .admin_timeout_ms = 1};
	struct driver driver;
	uint8_t bytes[512];
	uint64_t begun;

	(void)state;
	for (unsigned reset = 0; reset < 2; reset++) {
		driver_start(&driver, NULL, &options);
		driver_add_fault_to(&driver, reset ? 0 : 1, SIM_UNKNOWN_CID, SIM_ANY, 0, 1, 0);
		driver_add_fault_to(&driver, reset ? 0 : 1, SIM_LOSE_HARD, reset ? 0x09 : 0x02, 0,
				    1, 0);
		sim_chatter(driver.sim, CHATTER);
		begun = nvme_time_ns();
		if (reset) {
			assert_int_equal(nvme_reset(driver.controller), 0);
		} else {
			assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
			assert_int_equal(block_read(driver.device, 1, 1, bytes), 0);
		}
		assert_in_range(nvme_time_ns() - begun, 1000000, 20000000);
		assert_true(statistics(&driver)->violations < CHATTER);
		sim_chatter(driver.sim, 0);
		driver_stop(&driver);
	}
}

static struct sim_controller *telling;

/* Each log page that the controller has not got (Invalid Log Page) is followed by an event about
 * the next one. */
static bool tell_more(void *context, uint16_t queue, uint8_t entry[16])
{
	unsigned *lid = context;

	if (queue == 0 && telling && (get16(entry + 14) >> 1 & 0x7ff) == 0x109)
		sim_event(telling, 7, 0, ++*lid & 0xff);
	return true;
}

/* A controller with something to tell in every log page, and slow to tell it, does not keep who
 * waits for a block until it has told all. */
static void test_much_to_tell(void **state)
{
	unsigned lid = 6;
	struct sim_config config = {.events_limit = 3,
				    .tolerant = true,
				    .hooks = {.context = &lid, .completion = tell_more}};
	struct driver driver;
	uint8_t bytes[512];
	uint64_t begun;

	(void)state;
	telling = NULL;
	driver_start(&driver, &config, NULL);
	sim_advance(S);
	telling = driver.sim;
	sim_add_fault(driver.sim, &(struct sim_fault){.kind = SIM_DELAY,
						      .queue = 0,
						      .opcode = SIM_GET_LOG,
						      .count = SIM_FOREVER,
						      .value = 9 * S});
	assert_true(sim_event(driver.sim, 2, 0, 4));
	assert_true(sim_event(driver.sim, 7, 0, lid));
	sim_namespace_resize(driver.sim, 1, 4096);
	for (unsigned i = 0; i < 5; i++) {
		begun = nvme_time_ns();
		assert_int_equal(block_read(driver.device, i, 1, bytes), 0);
		assert_in_range(nvme_time_ns() - begun, 0, 100 * MS);
	}
	/* All the same nothing is forgotten, once the log that it was asked for has come. */
	telling = NULL;
	sim_clear_faults(driver.sim);
	for (unsigned n = 0; n < 1000; n++) {
		nvme_poll_all();
		sim_advance(S / 100);
	}
	assert_int_equal(driver.device->block_count, 4096);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_flood_of_completions), cmocka_unit_test(test_ready_timeout_of_hours),
      cmocka_unit_test(test_slow_namespaces), cmocka_unit_test(test_slow_set_up),
      cmocka_unit_test(test_chatter), cmocka_unit_test(test_much_to_tell))
