/* The Controller Memory Buffer (Base 2.0, section 8.5): memory of the simulated controller that the
 * host may write to, and what may be found there. */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

#define CRE	0x1u /* CMBMSC */
#define CMSE	0x2u
#define CMBS	(1ull << 57) /* CAP */
#define CDPCILS 0x40u	     /* CMBLOC */

static uint64_t unit(const struct sim_cmb *cmb)
{
	return 4096ull << 4 * (cmb->size >> 8 & 0xf);
}

void sim_cmb_create(struct sim_controller *sim)
{
	struct sim_cmb *cmb = &sim->config.cmb;

	if (!cmb->size)
		return;
	if (!cmb->legacy)
		sim->config.cap |= CMBS;
	sim->cmb_bar_size = cmb->bar_size;
	if (!sim->cmb_bar_size)
		sim->cmb_bar_size =
			((cmb->location >> 12) + (uint64_t)(cmb->size >> 12)) * unit(cmb);
	/* What nobody has written is not zero. */
	sim->cmb_bar = aligned_alloc(4096, sim->cmb_bar_size);
	memset(sim->cmb_bar, 0xa5, sim->cmb_bar_size);
}

void sim_cmb_destroy(struct sim_controller *sim)
{
	free(sim->cmb_bar);
}

uint64_t sim_bar_address(const void *memory)
{
	for (struct sim_controller *sim = sim_first(); sim; sim = sim->next) {
		uint64_t offset = (uintptr_t)memory - (uintptr_t)sim->cmb_bar;

		if (sim->cmb_bar && offset < sim->cmb_bar_size)
			return SIM_BAR_BUS + offset;
	}
	return 0;
}

/* Its end is behind the last address there is. */
static bool wraps(const struct sim_controller *sim)
{
	const struct sim_cmb *cmb = &sim->config.cmb;
	uint64_t base = sim->cmbmsc & ~0xfffull;

	return base + (cmb->size >> 12) * unit(cmb) < base;
}

uint64_t sim_cmb_property(const struct sim_controller *sim, unsigned offset)
{
	const struct sim_cmb *cmb = &sim->config.cmb;
	bool shown = cmb->legacy || sim->cmbmsc & CRE;

	switch (offset) {
	case SIM_CMBLOC:
		return shown ? cmb->location : 0;
	case SIM_CMBSZ:
		return shown ? cmb->size : 0;
	case SIM_CMBMSC:
		return sim->cmbmsc;
	case SIM_CMBSTS:
		return sim->cmbmsc & CMSE && (cmb->refuses || wraps(sim));
	default:
		return 0;
	}
}

uint8_t *sim_cmb_memory(struct sim_controller *sim, uint64_t bus, size_t *size)
{
	const struct sim_cmb *cmb = &sim->config.cmb;
	uint64_t offset = (cmb->location >> 12) * unit(cmb), bytes = (cmb->size >> 12) * unit(cmb);
	uint64_t base = cmb->legacy ? SIM_BAR_BUS + offset : sim->cmbmsc & ~0xfffull;

	if (!sim->cmb_bar || (!cmb->legacy && (!(sim->cmbmsc & CMSE) || cmb->refuses)))
		return NULL;
	if (bytes > sim->cmb_bar_size - offset)
		bytes = sim->cmb_bar_size - offset;
	if (bus - base >= bytes)
		return NULL;
	*size = bytes - (bus - base);
	return sim->cmb_bar + offset + (bus - base);
}

void sim_cmb_check(struct sim_controller *sim, const char *what, bool to_host)
{
	const struct {
		const char *what;
		uint32_t bits; /* of CMBSZ */
	} rows[] = {
		{"submission queue", 0x01}, {"completion queue", 0x02},	     {"PRP list", 0x04},
		{"SGL segment", 0x04},	    {"data", to_host ? 0x08 : 0x10},
	};

	sim->statistics.cmb_commands += strcmp(what, "submission queue") == 0;
	sim->statistics.cmb_lists +=
		strcmp(what, "PRP list") == 0 || strcmp(what, "SGL segment") == 0;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].what, what) == 0 && sim->config.cmb.size & rows[i].bits)
			return;
	sim_violation(sim, "%s in the controller memory buffer (CMBSZ %08x)", what,
		      sim->config.cmb.size);
}

void sim_cmb_check_list(struct sim_controller *sim, const struct sim_command *command,
			uint64_t list)
{
	size_t size;

	if (sim_cmb_memory(sim, list, &size) && !(sim->config.cmb.location & CDPCILS) &&
	    !sim_cmb_memory(sim, sim->sq[command->queue]->base, &size))
		sim_violation(sim,
			      "queue %u: a list in the controller memory buffer, and the "
			      "command is not",
			      command->queue);
}
