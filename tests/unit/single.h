/* A request over one buffer. */
#pragma once

#include "drivers/block/block.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

struct single {
	struct block_segment segment;
	struct block_request request;
};

static inline void single_start(struct single *single, struct block_device *device,
				enum block_operation operation, uint64_t lba, uint64_t count,
				void *buffer)
{
	memset(single, 0, sizeof(*single));
	single->segment = (struct block_segment){buffer, count * device->block_size};
	single->request = (struct block_request){.operation = operation,
						 .lba = lba,
						 .count = count,
						 .segments = &single->segment,
						 .segment_count = 1};
	block_submit(device, &single->request);
}

/* Starts the driver with a read whose completion is lost, and those of its repetitions, so many
 * times. */
static inline void single_start_lost(struct single *single, struct driver *driver, unsigned count,
				     void *buffer)
{
	driver_start(driver, NULL, NULL);
	driver_add_fault(driver, SIM_LOSE, NVME_IO_READ, 0, count, 0);
	single_start(single, driver->device, BLOCK_READ, 7, 1, buffer);
}

/* Fails the test instead of waiting for ever. */
static inline int single_finish(struct single *single, uint64_t limit_ns)
{
	uint64_t begun = nvme_time_ns();

	while (!single->request.complete) {
		if (!block_poll(single->request.device))
			nvme_relax();
		if (nvme_time_ns() - begun > limit_ns)
			fail_msg("the request never ends; log:\n%s", sim_log());
	}
	return single->request.error;
}
