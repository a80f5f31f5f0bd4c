/* The Persistent Memory Region (Base 2.0, section 8.14): memory of the simulated controller that
 * the host may use once it is ready, and what of it outlasts a loss of power. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PMRS	     (1ull << 56) /* CAP */
#define EN	     0x1u	  /* PMRCTL */
#define NRDY	     0x100u	  /* PMRSTS */
#define STATUS_READS 0x800u	  /* PMRCAP.PMRWBM bit 1 */

void sim_pmr_create(struct sim_controller *sim)
{
	const struct sim_pmr *pmr = &sim->config.pmr;

	if (!pmr->size)
		return;
	sim->config.cap |= PMRS;
	/* Nobody may touch it before it is ready: that ends the program, but where all is let. */
	sim->pmr = mmap(NULL, pmr->size, sim->config.tolerant ? PROT_READ | PROT_WRITE : PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sim->pmr_durable = calloc(1, pmr->size);
	if (sim->pmr == MAP_FAILED || !sim->pmr_durable)
		abort();
}

void sim_pmr_destroy(struct sim_controller *sim)
{
	if (sim->pmr)
		munmap(sim->pmr, sim->config.pmr.size);
	free(sim->pmr_durable);
}

void sim_pmr_power_on(struct sim_controller *sim)
{
	sim->pmrctl = 0;
	sim->pmr_ready_at = UINT64_MAX;
}

static uint32_t status(struct sim_controller *sim)
{
	if (sim->pmr_ready_at > sim_now())
		return NRDY;
	mprotect(sim->pmr, sim->config.pmr.size, PROT_READ | PROT_WRITE);
	if (sim->config.pmr.capabilities & STATUS_READS)
		memcpy(sim->pmr_durable, sim->pmr, sim->config.pmr.size);
	return sim->pmr_status;
}

uint8_t *sim_pmr_memory(struct sim_controller *sim, uint64_t bus, size_t *size)
{
	uint64_t offset = bus - SIM_BAR_BUS;

	if (!sim->pmr || sim->pmr_ready_at > sim_now() || offset >= sim->config.pmr.size)
		return NULL;
	*size = sim->config.pmr.size - offset;
	return sim->pmr + offset;
}

uint64_t sim_pmr_property(struct sim_controller *sim, unsigned offset)
{
	if (!sim->pmr)
		return 0;
	switch (offset) {
	case SIM_PMRCAP:
		return sim->config.pmr.capabilities;
	case SIM_PMRCTL:
		return sim->pmrctl;
	default:
		return status(sim);
	}
}

void sim_pmr_control(struct sim_controller *sim, uint32_t value)
{
	if (!sim->pmr || value & ~EN)
		sim_violation(sim, "PMRCTL written with %x", value);
	if ((value ^ sim->pmrctl) & EN)
		sim->pmr_ready_at = value & EN ? sim_now() + sim->config.pmr.ready_ns : UINT64_MAX;
	sim->pmrctl = value;
}

const uint8_t *sim_pmr_durable(struct sim_controller *sim)
{
	return sim->pmr_durable;
}

void sim_pmr_status(struct sim_controller *sim, uint32_t status)
{
	sim->pmr_status = status;
}
