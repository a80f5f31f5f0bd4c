/* Copy (NVM Command Set 1.0, section 3.2.2) with source ranges of format 0. */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

#define RANGE 32

static bool outside(const struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
	return lba >= ns->config.block_count || count > ns->config.block_count - lba;
}

/* Their limits, and what is wrong with one of them; *total: blocks of all. */
static unsigned check_sources(const struct sim_namespace *ns, const uint8_t *ranges, unsigned count,
			      uint64_t *total)
{
	*total = 0;
	for (unsigned i = 0; i < count; i++) {
		uint64_t blocks = get16(ranges + RANGE * i + 16) + 1ull;

		*total += blocks;
		if (blocks > ns->config.mssrl || *total > ns->config.mcl)
			return SIM_SC_SIZE_LIMIT;
	}
	for (unsigned i = 0; i < count; i++) {
		uint64_t lba = get64(ranges + RANGE * i + 8);
		uint64_t blocks = get16(ranges + RANGE * i + 16) + 1ull;

		if (outside(ns, lba, blocks))
			return SIM_SC_LBA_RANGE;
		if (sim_store_is_spoiled(ns->store, lba, blocks))
			return SIM_SC_READ_ERROR;
	}
	return SIM_SC_SUCCESS;
}

unsigned sim_copy(struct sim_controller *sim, struct sim_command *command, struct sim_namespace *ns)
{
	uint64_t to = get64(command->entry + 40), total, done = 0;
	unsigned count = (dword(command, 12) & 0xff) + 1, status;
	bool fua = dword(command, 12) >> 30 & 1;
	uint8_t ranges[256 * RANGE], *bytes;
	size_t block = (1ull << ns->config.block_shift) + ns->config.metadata;

	if (dword(command, 12) >> 8 & 0xf || ns->config.protection || ns->zone_count)
		return sim_host_error(sim, command, SIM_SC_FIELD, "this copy is not simulated");
	if (count > ns->config.msrc + 1)
		return sim_host_error(sim, command, SIM_SC_SIZE_LIMIT, "%u source ranges", count);
	status = sim_transfer(sim, command, ranges, count * RANGE, false);
	if (!status)
		status = check_sources(ns, ranges, count, &total);
	if (!status && outside(ns, to, total))
		status = SIM_SC_LBA_RANGE;
	if (status)
		return sim_host_error(sim, command, status, "copy");
	bytes = malloc(total * block);
	for (unsigned i = 0; i < count; i++) {
		uint64_t blocks = get16(ranges + RANGE * i + 16) + 1ull;

		sim_store_read(ns->store, get64(ranges + RANGE * i + 8), blocks,
			       bytes + done * block);
		done += blocks;
	}
	sim_store_write(ns->store, to, total, bytes, fua || !(sim->features[0x06] & 1));
	free(bytes);
	return SIM_SC_SUCCESS;
}
