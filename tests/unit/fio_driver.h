/* fio on a simulated controller: what its tests have in common. */
#pragma once

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/fio/job.h"
#include "tests/sim/driver.h"
#include "tests/unit/captured.h"

static struct driver driver;

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

/* The namespaces stay the caller's. */
static int start_driver(struct sim_namespace_config *namespaces, unsigned count,
			const struct nvme_options *options)
{
	const struct sim_config config = {
		.oncs = SIM_ONCS_DSM | SIM_ONCS_WRITE_ZEROES,
		.namespaces = namespaces,
		.namespace_count = count,
		.volatile_cache = true,
	};

	driver_start(&driver, &config, options);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	driver_stop(&driver);
	return 0;
}

/* I/O commands that the controller has executed. */
static uint64_t sent(uint8_t opcode)
{
	return sim_statistics(driver.sim)->commands[1][opcode];
}
