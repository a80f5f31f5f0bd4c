/* What a controller can do at the worst moment, and what a user can ask for: found by
 * tests/fuzz/nvme_fuzz.c or by reading with its eyes. */
#include "drivers/nvme/controller.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* A command that waits for a slot does not get the one that a dead controller left. */
static void test_gone_while_waiting_for_a_slot(void **state)
{
	struct nvme_options options = {.depth = 2};
	struct nvme_command command = {.opcode = 0x00, .nsid = 1};
	struct driver driver;
	uint8_t bytes[512];
	const struct block_segment segment = {bytes, sizeof(bytes)};
	struct block_request request = {
		.operation = BLOCK_READ, .count = 1, .segments = &segment, .segment_count = 1};
	uint64_t start;

	(void)state;
	driver_start(&driver, NULL, &options);
	driver_add_fault_to(&driver, 1, SIM_LOSE_HARD, 0x02, 0, 1, 0);
	block_submit(driver.device, &request);
	sim_remove(driver.sim);
	start = nvme_time_ns();
	assert_int_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &command}),
		-ENODEV);
	assert_in_range(nvme_time_ns() - start, 0, 6 * S);
	assert_true(request.complete);
	assert_int_equal(request.error, -ENODEV);
	driver_stop(&driver);
}

/* A command that moves data but was given no buffer does not move it to address 0. */
static void test_no_buffer(void **state)
{
	const struct nvme_command identify = {.opcode = 0x06, .cdw10 = 1};
	const struct nvme_command get_log = {.opcode = 0x02, .nsid = 0xffffffff, .cdw10 = 0x7f0002};
	const struct nvme_command host_behavior = {.opcode = 0x0a, .cdw10 = 0x16};
	const struct nvme_command read = {.opcode = 0x02, .nsid = 1};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &identify}),
			 -EINVAL);
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &get_log}),
			 -EINVAL);
	assert_int_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &read}),
		-EINVAL);
	/* Nothing says how much this one moves. */
	assert_int_equal(nvme_admin_command(driver.controller,
					    &(struct nvme_passthrough){.command = &host_behavior}),
			 0);
	assert_legal(&driver);
	driver_stop(&driver);
}

/* What a command passed through leaves behind: nothing in the buffer when it fails, nothing in the
 * slot that the next command would send. */
static void test_pass_through_leaves_nothing(void **state)
{
	const struct nvme_command read = {.opcode = 0x02,
					  .nsid = 1,
					  .cdw2 = 1,
					  .cdw3 = 2,
					  .cdw13 = 0xffffff00,
					  .cdw14 = 4,
					  .cdw15 = 5};
	const struct nvme_command sgl = {.opcode = 0x02, .flags = 0x40, .nsid = 1};
	struct nvme_options options = {.depth = 8};
	struct sim_fault fault = {
		.kind = SIM_STATUS, .queue = 1, .opcode = 0x02, .status = 0x281 | SIM_DNR};
	uint8_t bytes[512], untouched[512];
	struct driver driver;
	uint64_t before;

	(void)state;
	driver_start(&driver, NULL, &options);
	memset(bytes, 0x5a, sizeof(bytes));
	memset(untouched, 0x5a, sizeof(untouched));
	sim_add_fault(driver.sim, &fault);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &read, .data = bytes, .size = 512}),
			 -EIO);
	assert_memory_equal(bytes, untouched, sizeof(bytes));
	before = sim_statistics(driver.sim)->commands[1][0x02];
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &sgl, .data = bytes, .size = 512}),
			 -EINVAL);
	assert_int_equal(sim_statistics(driver.sim)->commands[1][0x02], before);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &read, .data = bytes, .size = 512}),
			 0);
	sim_take_violations(driver.sim); /* that was the user's own fault */
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(block_read(driver.device, i, 1, bytes), 0);
	assert_legal(&driver);
	driver_stop(&driver);
}

/* The list of a command passed through has its own pages and nothing else: one that moves more than
 * it says does not find those of the command before. */
static struct sim_controller *listing;
static uint64_t list[16];

static void note_list(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		      size_t size)
{
	(void)context, (void)bytes, (void)size;
	if (queue == 0 && command[0] == SIM_GET_FEATURES)
		assert_true(sim_dma_read(listing, get64(command + 32), list, sizeof(list), "test"));
}

static void test_list_of_its_own(void **state)
{
	struct sim_config config = {.hooks.data = note_list};
	static uint8_t bytes[16 * 4096];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	listing = driver.sim;
	assert_int_equal(
		nvme_get_feature(driver.controller, 0x16, 0, 0, 0, bytes, sizeof(bytes), NULL), 0);
	assert_int_not_equal(list[14], 0);
	assert_int_equal(nvme_get_feature(driver.controller, 0x16, 0, 0, 0, bytes, 3 * 4096, NULL),
			 0);
	assert_int_not_equal(list[1], 0);
	for (unsigned i = 2; i < 16; i++)
		assert_int_equal(list[i], 0);
	sim_take_violations(driver.sim); /* it took 512 bytes where the user gave more */
	driver_stop(&driver);
}

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
	entry[14] = flooded->phase;
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

static uint64_t identify_page;

static void note_page(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		      size_t size)
{
	(void)context, (void)bytes, (void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY)
		identify_page = get64(command + 24);
}

/* What the controller writes into the page of its Identify data afterwards changes nothing. */
static void test_identify_data_changes_later(void **state)
{
	struct sim_config config = {.hooks = {.data = note_page}};
	struct nvme_identify_controller before;
	struct driver driver;
	uint8_t ones[4096];

	(void)state;
	driver_start(&driver, &config, NULL);
	memcpy(&before, nvme_identify(driver.controller), sizeof(before));
	memset(ones, 0xff, sizeof(ones));
	assert_true(sim_dma_write(driver.sim, identify_page, ones, sizeof(ones), "test"));
	assert_memory_equal(nvme_identify(driver.controller), &before, sizeof(before));
	assert_int_equal(driver.device->block_count, 2048);
	driver_stop(&driver);
}

static struct sim_controller *failing;
static unsigned until_failure;

static void fail_in_scan(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			 size_t size)
{
	(void)context, (void)bytes, (void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 0 &&
	    get32(command + 4) == 1 && until_failure && --until_failure == 0)
		sim_set_fatal(failing);
}

/* A reset in the middle of a scan reads every namespace itself; what the scan had read so far does
 * not count any more, least of all as another namespace's. */
static void test_reset_in_a_scan(void **state)
{
	const struct sim_namespace_config namespaces[] = {{.block_count = 256},
							  {.block_count = 2048}};
	struct sim_config config = {
		.namespace_count = 2, .namespaces = namespaces, .hooks = {.data = fail_in_scan}};
	struct driver driver;
	uint8_t bytes[512];
	const struct block_segment segment = {bytes, sizeof(bytes)};
	struct block_request request = {
		.operation = BLOCK_READ, .count = 1, .segments = &segment, .segment_count = 1};
	uint64_t deadline;

	(void)state;
	until_failure = 2; /* the first scan is not the one */
	driver_start(&driver, &config, NULL);
	failing = driver.sim;
	/* Its deadline passes just after the answer: both are seen in the same turn. */
	driver_add_fault_to(&driver, 1, SIM_LOSE_HARD, 0x02, 0, 1, 0);
	deadline = nvme_time_ns() + 5 * S;
	block_submit(driver.device, &request);
	driver_add_fault_to(&driver, 0, SIM_DELAY, SIM_IDENTIFY, 0, 1, 0); /* the list */
	driver_add_fault_to(&driver, 0, SIM_DELAY, SIM_IDENTIFY, 0, 1,
			    deadline - nvme_time_ns() - 5000);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), -EIO);
	assert_int_equal(block_wait(&request), 0);
	assert_int_equal(statistics(&driver)->resets, 1);
	assert_int_equal(driver.device->block_count, 256);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_int_equal(driver.device->block_count, 256);
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

/* How long a block is of a namespace that the driver has left out, or does not know, it cannot say:
 * nothing that moves blocks is sent there. What moves none is, and what is for no namespace. */
static void test_namespaces_of_unknown_format(void **state)
{
	static const struct sim_namespace_config namespaces[] = {{.block_shift = 9},
								 {.block_shift = 23}};
	static const uint8_t moving[] = {0x01, 0x02, 0x05, 0x7d};
	static const uint32_t impossible[] = {0, 4, 0xffffffff};
	struct sim_config config = {.namespace_count = 2,
				    .namespaces = namespaces,
				    .nn = 3,
				    .oncs = SIM_ONCS_COMPARE,
				    .tolerant = true};
	struct driver driver;
	uint8_t bytes[512] = {0};

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 2 * sizeof(moving); i++) {
		const struct nvme_command command = {.opcode = moving[i / 2], .nsid = 2 + i % 2};
		char text[80];

		snprintf(text, sizeof(text), "namespace %u is not in use", command.nsid);
		sim_log_clear();
		assert_int_equal(nvme_io_command(driver.controller,
						 &(struct nvme_passthrough){.command = &command,
									    .data = bytes,
									    .size = sizeof(bytes)}),
				 -EINVAL);
		assert_logged(text);
	}
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &(struct nvme_command){.opcode = 0x00,
										   .nsid = 2}}),
			 0);
	for (unsigned i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
		const struct nvme_command read = {.opcode = 0x02, .nsid = impossible[i]};
		struct nvme_reply reply;

		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &read,
									      .data = bytes,
									      .size = sizeof(bytes),
									      .reply = &reply});
		assert_int_equal(reply.status & 0x7ff, 0x00b);
	}
	assert_legal(&driver);
	driver_stop(&driver);
}

static void admin_only(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size)
{
	(void)context, (void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1)
		bytes[111] = 3; /* CNTRLTYPE */
}

/* An administrative controller has no queues for namespaces, whatever its events say. */
static void test_namespaces_of_an_admin_controller(void **state)
{
	struct sim_config config = {.hooks = {.data = admin_only}};
	const struct nvme_command format = {.opcode = 0x80, .nsid = 1};
	struct driver driver;

	(void)state;
	config.tolerant = true;
	driver_start(&driver, &config, NULL);
	assert_null(driver.device);
	sim_advance(S / 100);
	assert_true(sim_event(driver.sim, 2, 0, 4));
	for (unsigned i = 0; i < 20; i++) {
		nvme_poll_all();
		sim_advance(S / 100);
	}
	nvme_admin_command(driver.controller, &(struct nvme_passthrough){.command = &format});
	for (unsigned i = 0; i < 20; i++) {
		nvme_poll_all();
		sim_advance(S / 100);
	}
	assert_null(block_first());
	driver_stop(&driver);
}

/* Doorbell Buffer Config that is executed after all, when nobody waits for it any more, would leave
 * a controller that looks at memory which nobody writes. */
static void test_late_doorbell_buffer(void **state)
{
	const struct sim_config config = {.oacs = SIM_OACS_DOORBELLS};
	const struct nvme_options options = {.shadow_doorbells = true};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, &options);
	driver_add_fault_to(&driver, 0, SIM_DELAY, SIM_DOORBELL_BUFFER, 0, 1, 10 * S + S / 2);
	assert_int_equal(nvme_reset(driver.controller), 0);
	sim_advance(S);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(block_read(driver.device, i, 1, bytes), 0);
	assert_int_equal(statistics(&driver)->timeouts, 0);
	assert_int_equal(statistics(&driver)->resets, 1);
	assert_logged("Doorbell Buffer Config");
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_gone_while_waiting_for_a_slot), cmocka_unit_test(test_no_buffer),
      cmocka_unit_test(test_identify_data_changes_later), cmocka_unit_test(test_reset_in_a_scan),
      cmocka_unit_test(test_ready_timeout_of_hours), cmocka_unit_test(test_slow_namespaces),
      cmocka_unit_test(test_slow_set_up), cmocka_unit_test(test_namespaces_of_unknown_format),
      cmocka_unit_test(test_namespaces_of_an_admin_controller),
      cmocka_unit_test(test_late_doorbell_buffer), cmocka_unit_test(test_chatter),
      cmocka_unit_test(test_much_to_tell), cmocka_unit_test(test_pass_through_leaves_nothing),
      cmocka_unit_test(test_list_of_its_own), cmocka_unit_test(test_flood_of_completions))
