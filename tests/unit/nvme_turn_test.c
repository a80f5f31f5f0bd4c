/* Faults that the driver finds in the very turn in which it takes an answer: what was answered is
 * over already. */
#include "drivers/nvme/controller.h"
#include "drivers/nvme/events.h"
#include "drivers/nvme/load.h"
#include "drivers/nvme/poll.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define PAGE 4096u

static struct {
	struct nvme_controller *controller;
	unsigned completions; /* of admin commands until then; 0: not armed */
	uint16_t status;      /* of that completion, where it is not as it should be */
	uint32_t csts;	      /* what is found: all ones, for good, or bits, once */
	bool told;
} fault;

static bool arm(void *context, uint16_t queue, uint8_t entry[16])
{
	(void)context;
	if (queue == 0 && fault.completions && --fault.completions == 0) {
		entry[14] |= (uint8_t)(fault.status << 1);
		fault.told = true;
		fault.controller->polling.health_at_ns = 0;
		nvme_check_soon(fault.controller);
	}
	return true;
}

static uint64_t tell(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	if (!fault.told)
		return value;
	if (fault.csts == UINT32_MAX)
		return UINT64_MAX;
	if (offset != NVME_REG_CSTS)
		return value;
	fault.told = false;
	return value | fault.csts;
}

static void start(struct driver *driver, unsigned completions, uint32_t csts)
{
	const struct nvme_options options = {.loads = 4};
	const struct sim_config config = {.hooks = {.completion = arm, .property = tell}};

	fault.completions = fault.status = 0;
	fault.told = false;
	driver_start(driver, &config, &options);
	fault.controller = driver->controller;
	fault.completions = completions;
	fault.csts = csts;
}

static int open_load(struct driver *driver, struct nvme_load **load)
{
	return nvme_load_open(nvme_namespace_of(driver->device), 8, PAGE, NULL, load);
}

/* Create I/O Completion Queue, Create I/O Submission Queue. */
static void test_load_gone(void **state)
{
	(void)state;
	for (unsigned completions = 1; completions <= 2; completions++) {
		struct nvme_load *load;
		struct driver driver;

		start(&driver, completions, UINT32_MAX);
		assert_int_equal(open_load(&driver, &load), -ENODEV);
		assert_logged("gone: its registers read all ones");
		driver_stop(&driver);
	}
}

/* The namespace goes with the answer, by an event that is served in the same turn: no queue pair is
 * left in the controller. */
static bool detach(void *context, uint16_t queue, uint8_t entry[16])
{
	(void)entry;
	if (queue == 0 && fault.completions && --fault.completions == 0) {
		sim_namespace_attach(((struct driver *)context)->sim, 1, false);
		nvme_events_rescan(fault.controller);
	}
	return true;
}

static void test_load_without_namespace(void **state)
{
	(void)state;
	for (unsigned completions = 1; completions <= 2; completions++) {
		const struct nvme_options options = {.loads = 4};
		struct driver driver;
		const struct sim_config config = {
			.hooks = {.context = &driver, .completion = detach}};
		struct nvme_load *load;
		const uint64_t *commands;

		fault.completions = 0;
		driver_start(&driver, &config, &options);
		fault.controller = driver.controller;
		fault.completions = completions;
		assert_int_equal(open_load(&driver, &load), -ENODEV);
		commands = sim_statistics(driver.sim)->commands[0];
		assert_int_equal(commands[NVME_ADMIN_DELETE_SQ], 1);
		assert_int_equal(commands[NVME_ADMIN_DELETE_CQ], 1);
		assert_int_equal(nvme_load_queues(driver.controller), 4);
		driver_stop(&driver);
	}
}

static void read_done(struct nvme_load_io *io, int error, uint16_t status)
{
	(void)error;
	io->data = NULL;
	assert_int_equal(status, 0);
}

/* Whether the answer was one or a status with which the command might have been sent again. */
static void test_load_reset(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		uint64_t bus, begun_ns;
		void *data = nvme_dma_alloc(PAGE, &bus);
		struct nvme_load_io read = {NVME_IO_READ, 1, 0, data, read_done};
		struct nvme_load *load;
		struct driver driver;

		start(&driver, 1 + i % 2, NVME_CSTS_CFS);
		fault.status = i / 2 ? NVME_SC_INTERNAL : 0;
		assert_int_equal(open_load(&driver, &load), 0);
		assert_true(nvme_load_send(load, &read));
		nvme_load_ring(load);
		begun_ns = nvme_time_ns();
		while (read.data && nvme_time_ns() - begun_ns < 1 * S) {
			nvme_load_reap(load);
			nvme_poll(driver.controller);
			nvme_relax();
		}
		assert_null(read.data);
		assert_int_equal(driver.controller->recovery.resets, 1);
		nvme_load_close(load);
		nvme_dma_free(data, PAGE);
		driver_finish(&driver);
	}
}

/* Whatever was answered last, nothing brings the block device of one back that has gone. */
static void test_rescan_gone(void **state)
{
	unsigned completions = 0;
	bool gone;

	(void)state;
	do {
		struct driver driver;

		start(&driver, ++completions, UINT32_MAX);
		nvme_rescan_namespaces(driver.controller);
		gone = fault.told;
		assert_int_equal(driver.device->gone, gone);
		driver_stop(&driver);
	} while (gone);
	assert_true(completions > 2);
}

TESTS(cmocka_unit_test(test_load_gone), cmocka_unit_test(test_load_without_namespace),
      cmocka_unit_test(test_load_reset), cmocka_unit_test(test_rescan_gone))
