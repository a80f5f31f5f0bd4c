/* Virtualization Management (Base 2.0, section 5.28), with two secondary controllers of which
 * nothing but their resources is there. */
#include "tests/sim/internal.h"

#include <string.h>

#define FLEXIBLE 4 /* of each resource, of which a secondary controller may have */
#define MOST	 2

static struct sim_secondary *find(struct sim_controller *sim, unsigned cntlid)
{
	unsigned index = cntlid - SIM_CNTLID - 1;

	return index < SIM_SECONDARIES ? &sim->secondaries[index] : NULL;
}

static unsigned assigned(const struct sim_controller *sim, unsigned resource)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < SIM_SECONDARIES; i++)
		sum += sim->secondaries[i].resources[resource];
	return sum;
}

void sim_primary_capabilities(const struct sim_controller *sim, uint8_t page[4096])
{
	put16(page, SIM_CNTLID);
	page[4] = 3; /* queues and interrupts */
	for (unsigned resource = 0; resource < 2; resource++) {
		uint8_t *fields = page + 32 * (resource + 1);

		put32(fields, FLEXIBLE);
		put32(fields + 4, assigned(sim, resource));
		put16(fields + 12, MOST);
	}
}

void sim_secondary_list(const struct sim_controller *sim, unsigned from, uint8_t page[4096])
{
	for (unsigned i = 0; i < SIM_SECONDARIES; i++) {
		unsigned cntlid = SIM_CNTLID + 1 + i;
		uint8_t *entry = page + 32 * (page[0] + 1);

		if (cntlid < from)
			continue;
		put16(entry, (uint16_t)cntlid);
		put16(entry + 2, SIM_CNTLID);
		entry[4] = sim->secondaries[i].online;
		put16(entry + 8, (uint16_t)(i + 1));
		put16(entry + 10, sim->secondaries[i].resources[0]);
		put16(entry + 12, sim->secondaries[i].resources[1]);
		page[0]++;
	}
}

static unsigned assign(struct sim_controller *sim, struct sim_secondary *secondary,
		       unsigned resource, unsigned count)
{
	if (secondary->online)
		return SIM_SC_SECONDARY_STATE;
	if (count > MOST)
		return SIM_SC_RESOURCE_COUNT;
	if (assigned(sim, resource) - secondary->resources[resource] + count > FLEXIBLE)
		return SIM_SC_RESOURCE_ID;
	secondary->resources[resource] = (uint16_t)count;
	return SIM_SC_SUCCESS;
}

unsigned sim_virtualization(struct sim_controller *sim, const struct sim_command *command,
			    uint64_t *result)
{
	uint32_t cdw10 = dword(command, 10);
	unsigned action = cdw10 & 0xf, resource = cdw10 >> 8 & 7, cntlid = cdw10 >> 16;
	unsigned count = dword(command, 11) & 0xffff;
	struct sim_secondary *secondary = find(sim, cntlid);

	if (resource > 1 || (action != 1 && (action < 7 || action > 9)))
		return SIM_SC_FIELD;
	if (action == 1 ? cntlid != SIM_CNTLID : !secondary)
		return SIM_SC_CONTROLLER_ID;
	*result = count;
	switch (action) {
	case 1: /* the primary one has none */
		return count ? SIM_SC_RESOURCE_COUNT : SIM_SC_SUCCESS;
	case 7:
		memset(secondary, 0, sizeof(*secondary));
		return SIM_SC_SUCCESS;
	case 8:
		return assign(sim, secondary, resource, count);
	default:
		if (secondary->resources[0] < 2 || !secondary->resources[1])
			return SIM_SC_SECONDARY_STATE;
		secondary->online = true;
		return SIM_SC_SUCCESS;
	}
}
