/* What changes under the driver's feet: another controller behind the same registers, another
 * namespace behind the same number, events in the middle of things, memory that runs out. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/platform.h"
#include "tests/unit/cmocka.h"

#define S 1000000000ull

static void add_fault(struct driver *driver, enum sim_fault_kind kind, int queue, int opcode,
		      unsigned count)
{
	const struct sim_fault fault = {
		.kind = kind, .queue = queue, .opcode = opcode, .count = count};

	sim_add_fault(driver->sim, &fault);
}

/* A request over one buffer. */
struct one {
	struct block_segment segment;
	struct block_request request;
};

static void start(struct one *one, struct block_device *device, enum block_operation operation,
		  uint64_t lba, uint64_t count, void *buffer)
{
	memset(one, 0, sizeof(*one));
	one->segment = (struct block_segment){buffer, count * device->block_size};
	one->request = (struct block_request){.operation = operation,
					      .lba = lba,
					      .count = count,
					      .segments = &one->segment,
					      .segment_count = 1};
	block_submit(device, &one->request);
}

/* Fails the test instead of waiting for ever. */
static int finish(struct one *one, uint64_t limit_ns)
{
	uint64_t begun = nvme_time_ns();

	while (!one->request.complete) {
		if (!block_poll(one->request.device))
			nvme_relax();
		if (nvme_time_ns() - begun > limit_ns)
			fail_msg("the request never ends; log:\n%s", sim_log());
	}
	return one->request.error;
}

static const char *serial; /* what Identify Controller says, if not NULL */

static void tell_serial(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			size_t size)
{
	(void)context, (void)size;
	if (queue == 0 && command[0] == SIM_IDENTIFY && command[40] == 1 && serial)
		memcpy(bytes + 4, serial, strlen(serial));
}

/* Another controller answers after a reset: what was meant for the one before is not sent to it,
 * however often it is asked who it is. */
static void test_another_controller(void **state)
{
	struct sim_config config = {.hooks = {.data = tell_serial}};
	struct driver driver;
	uint8_t bytes[512], there[512], zero[512] = {0};
	struct one one;

	(void)state;
	serial = NULL;
	driver_start(&driver, &config, NULL);
	memset(bytes, 0x77, sizeof(bytes));
	add_fault(&driver, SIM_LOSE, 1, 0x01, 1);
	start(&one, driver.device, BLOCK_WRITE, 3, 1, bytes);
	serial = "OTHER42";
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_logged("another controller");
	assert_int_equal(nvme_state(driver.controller), NVME_DEAD);
	assert_int_equal(finish(&one, 60 * S), -EIO);
	assert_int_equal(nvme_reset(driver.controller), -EIO);
	assert_int_equal(block_write(driver.device, 3, 1, bytes), -ENODEV);
	sim_namespace_read(driver.sim, 1, 3, 1, there);
	assert_memory_equal(there, zero, sizeof(there));
	/* the first one is back */
	serial = NULL;
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(block_write(driver.device, 3, 1, bytes), 0);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_another_controller))
