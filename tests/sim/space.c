/* A small configuration space: what can be written, and what that does to the controller. */
#include "tests/sim/space.h"

#include <string.h>

#include "tests/sim/internal.h"

#define COMMAND	 0x04
#define BAR0	 0x10
#define POWER	 0x40
#define MESSAGES 0x50
#define EXPRESS	 0x60
#define PMCSR	 (POWER + 4)
#define DEVICE	 (EXPRESS + 8) /* Device Control */

static void set(struct sim_space *space, unsigned offset, unsigned width, uint32_t value,
		uint32_t writable)
{
	for (unsigned i = 0; i < width; i++) {
		space->bytes[offset + i] = (uint8_t)(value >> 8 * i);
		space->writable[offset + i] = (uint8_t)(writable >> 8 * i);
	}
}

void sim_space_create(struct sim_space *space, struct sim_controller *sim)
{
	uint32_t size = (uint32_t)sim_bar_size(sim), rounded = 0x4000;

	while (rounded < size)
		rounded *= 2;
	memset(space, 0, sizeof(*space));
	space->sim = sim;
	set(space, 0x00, 4, 0x00101b36, 0);
	set(space, COMMAND, 2, 0x0406, 0x0407);
	set(space, 0x06, 2, 0x0010, 0);
	set(space, 0x08, 4, 0x01080202, 0);
	set(space, BAR0, 4, 4, ~(rounded - 1));
	set(space, BAR0 + 4, 4, 0xfd, 0xffffffff);
	set(space, 0x2c, 4, 0x11001af4, 0);
	set(space, 0x34, 1, POWER, 0);
	set(space, 0x3c, 2, 0x010b, 0x00ff);
	set(space, POWER, 4, 0x00030001 | MESSAGES << 8, 0);
	set(space, PMCSR, 2, 0, 3);
	set(space, MESSAGES, 4, 0x00400011 | EXPRESS << 8, 0xc0000000);
	set(space, MESSAGES + 4, 4, 0x2000, 0);
	set(space, MESSAGES + 8, 4, 0x3000, 0);
	set(space, EXPRESS, 4, 0x00020010, 0);
	set(space, EXPRESS + 4, 4, 1 << 28, 0);
	set(space, DEVICE, 2, 0, 0x7fff);
}

uint32_t sim_space_read(const struct sim_space *space, unsigned offset, unsigned width)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value |= (uint32_t)space->bytes[(offset + i) % 256] << 8 * i;
	return value;
}

void sim_space_write(struct sim_space *space, unsigned offset, unsigned width, uint32_t value)
{
	unsigned state = space->bytes[PMCSR] & 3, command;

	for (unsigned i = 0; i < width; i++) {
		unsigned at = (offset + i) % 256;
		uint8_t mask = space->writable[at], byte = (uint8_t)(value >> 8 * i);

		space->bytes[at] = (uint8_t)((space->bytes[at] & ~mask) | (byte & mask));
		if (at == DEVICE + 1 && byte & 0x80)
			sim_power_on(space->sim);
	}
	/* No_Soft_Reset is 0: it is reset on its way back to D0. */
	if (state == 3 && !(space->bytes[PMCSR] & 3))
		sim_power_on(space->sim);
	command = space->bytes[COMMAND];
	sim_set_hidden(space->sim, !(command & 2) || space->bytes[PMCSR] & 3);
	sim_set_bus_master(space->sim, command & 4 && !(space->bytes[PMCSR] & 3));
}
