/* Copy (NVM Command Set 1.0, section 3.2.2) with source ranges of formats 0 and 1, and of 2 and 3
 * (TP4130), which are of any namespace. Protection information goes along as it is. */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

#define RANGE_MAX 40

struct range {
	struct sim_namespace *ns;
	uint64_t lba, blocks;
};

static bool outside(const struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
	return lba >= ns->config.block_count || count > ns->config.block_count - lba;
}

/* Where the format names it, a range's namespace; else the command's. */
static struct range parse(struct sim_controller *sim, struct sim_namespace *ns,
			  const uint8_t *entry, unsigned format)
{
	return (struct range){.ns = format >= 2 ? sim_find_namespace(sim, get32(entry)) : ns,
			      .lba = get64(entry + 8),
			      .blocks = get16(entry + 16) + 1ull};
}

static bool fits(const struct sim_namespace *from, const struct sim_namespace *to)
{
	return from->config.block_shift == to->config.block_shift &&
	       from->config.metadata == to->config.metadata &&
	       from->config.protection == to->config.protection && !from->zone_count;
}

/* Their limits, and what is wrong with one of them; *total: blocks of all. */
static unsigned check_sources(const struct sim_namespace *ns, const struct range *ranges,
			      unsigned count, uint64_t *total)
{
	unsigned status;

	*total = 0;
	for (unsigned i = 0; i < count; i++) {
		*total += ranges[i].blocks;
		if (ranges[i].blocks > ns->config.mssrl || *total > ns->config.mcl)
			return SIM_SC_SIZE_LIMIT;
	}
	for (unsigned i = 0; i < count; i++) {
		const struct range *range = &ranges[i];

		if (!range->ns)
			return SIM_SC_NAMESPACE;
		if (!fits(range->ns, ns))
			return SIM_SC_INCOMPATIBLE;
		if (outside(range->ns, range->lba, range->blocks))
			return SIM_SC_LBA_RANGE;
		status = sim_check_readable(range->ns, range->lba, range->blocks);
		if (status)
			return status & ~SIM_DNR;
	}
	return SIM_SC_SUCCESS;
}

/* Those that it has, that the host knows of, and that have room for the guard's tags. */
static bool has_format(const struct sim_controller *sim, const struct sim_namespace *ns,
		       unsigned format)
{
	unsigned formats = 1 | sim->config.copy_formats;

	if (!(formats >> format & 1) || (format & 1) != (ns->config.guard != 0))
		return false;
	return format < 2 || sim->host_behavior[4] >> format & 1;
}

/* PRINFOR asks for a check of the guard alone, the only one that is here. */
static unsigned check_guards(const struct sim_command *command, const struct range *range,
			     uint8_t *bytes)
{
	const struct sim_namespace_config *config = &range->ns->config;
	struct sim_command check = {0};
	size_t block = (1ull << config->block_shift) + config->metadata;
	unsigned status = SIM_SC_SUCCESS;

	if (!sim_protection_size(config))
		return status;
	put32(check.entry + 48, dword(command, 12) >> 12 << 26 & 1u << 28);
	for (uint64_t i = 0; i < range->blocks && !status; i++)
		status = sim_protection_check(config, &check, bytes + i * block, i);
	return status;
}

unsigned sim_copy(struct sim_controller *sim, struct sim_command *command, struct sim_namespace *ns)
{
	uint64_t to = get64(command->entry + 40), total, done = 0;
	unsigned count = (dword(command, 12) & 0xff) + 1, format = dword(command, 12) >> 8 & 0xf;
	unsigned status, size = format & 1 ? RANGE_MAX : 32;
	bool fua = dword(command, 12) >> 30 & 1;
	uint8_t entries[256 * RANGE_MAX], *bytes;
	struct range ranges[256];
	size_t block = (1ull << ns->config.block_shift) + ns->config.metadata;

	if (!has_format(sim, ns, format) || ns->zone_count || dword(command, 12) >> 26 & 0xf)
		return sim_host_error(sim, command, SIM_SC_FIELD, "this copy is not simulated");
	if (count > ns->config.msrc + 1)
		return sim_host_error(sim, command, SIM_SC_SIZE_LIMIT, "%u source ranges", count);
	status = sim_transfer(sim, command, entries, count * size, false);
	for (unsigned i = 0; i < count && !status; i++) {
		ranges[i] = parse(sim, ns, entries + size * i, format);
		if (sim_is_defective(sim, SIM_DEFECT_COPY_SOURCE) && i && ranges[i].ns == ns)
			ranges[i].ns = ranges[i - 1].ns;
	}
	if (!status)
		status = check_sources(ns, ranges, count, &total);
	if (!status && outside(ns, to, total))
		status = SIM_SC_LBA_RANGE;
	if (status)
		return sim_host_error(sim, command, status, "copy");
	bytes = malloc(total * block);
	for (unsigned i = 0; i < count && !status; i++) {
		sim_store_read(ranges[i].ns->store, ranges[i].lba, ranges[i].blocks,
			       bytes + done * block);
		status = check_guards(command, &ranges[i], bytes + done * block);
		done += ranges[i].blocks;
	}
	if (!status)
		sim_store_write(ns->store, to, total, bytes, fua || !(sim->features[0x06] & 1));
	free(bytes);
	return status;
}
