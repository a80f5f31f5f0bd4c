/* What a controller can do at the worst moment, and what a user can ask for: found by
 * tests/fuzz/nvme_fuzz.c or by reading with its eyes. */
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

TESTS(cmocka_unit_test(test_gone_while_waiting_for_a_slot),
      cmocka_unit_test(test_identify_data_changes_later), cmocka_unit_test(test_reset_in_a_scan),
      cmocka_unit_test(test_namespaces_of_an_admin_controller))
