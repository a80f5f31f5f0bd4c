/* The configuration space of a simulated controller's PCI function: a header, Power Management,
 * MSI-X and PCI Express. What is written to the command register, to PMCSR and to the Device
 * Control register does to the controller what it says. */
#pragma once

#include <stdint.h>

#include "tests/sim/controller.h"

struct sim_space {
	struct sim_controller *sim;
	uint8_t bytes[256], writable[256];
};

void sim_space_create(struct sim_space *space, struct sim_controller *sim);
/* By width in bytes: 1, 2 or 4. */
uint32_t sim_space_read(const struct sim_space *space, unsigned offset, unsigned width);
void sim_space_write(struct sim_space *space, unsigned offset, unsigned width, uint32_t value);
