/* I/O commands of the NVM command set (NVM Command Set 1.0, section 3). */
#include "tests/sim/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned sim_host_error(struct sim_controller *sim, const struct sim_command *command,
			unsigned status, const char *format, ...)
{
	char why[200];
	va_list args;

	if (!sim->config.tolerant) {
		va_start(args, format);
		vsnprintf(why, sizeof(why), format, args);
		va_end(args);
		sim_violation(sim, "queue %u, opcode %02x, CID %u: %s (status %03x)",
			      command->queue, command->entry[0], command->cid, why, status);
	}
	return status | SIM_DNR;
}

static void check_reserved(struct sim_controller *sim, const struct sim_command *command,
			   uint32_t dwords)
{
	for (unsigned i = 2; i < 16; i++)
		if (dwords >> i & 1 && dword(command, i) && !sim->config.tolerant)
			sim_violation(sim, "queue %u, opcode %02x: reserved dword %u is %08x",
				      command->queue, command->entry[0], i, dword(command, i));
}

static unsigned check_range(struct sim_controller *sim, const struct sim_command *command,
			    const struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
	uint64_t blocks = ns->config.block_count;

	if (lba >= blocks || count > blocks - lba)
		return sim_host_error(sim, command, SIM_SC_LBA_RANGE,
				      "LBA %llu+%llu of a namespace of %llu blocks",
				      (unsigned long long)lba, (unsigned long long)count,
				      (unsigned long long)blocks);
	return SIM_SC_SUCCESS;
}

static unsigned check_size(struct sim_controller *sim, const struct sim_command *command,
			   uint64_t bytes)
{
	if (sim->config.mdts && bytes > sim->page_size_min << sim->config.mdts)
		return sim_host_error(sim, command, SIM_SC_FIELD, "%llu bytes are beyond MDTS",
				      (unsigned long long)bytes);
	return SIM_SC_SUCCESS;
}

/* Where the parts of a block are while it is on its way. With PRACT the controller adds 8 bytes of
 * protection information, or takes them away, where there is nothing else in the metadata (NVM,
 * section 5.2.2). */
struct layout {
	size_t data, metadata; /* of a block as it is stored */
	size_t moved;	       /* bytes of a block in the data buffer */
	size_t apart;	       /* and in the metadata buffer */
};

static struct layout layout_of(const struct sim_namespace_config *ns,
			       const struct sim_command *command)
{
	struct layout layout = {.data = 1ull << ns->block_shift, .metadata = ns->metadata};
	bool stripped = dword(command, 12) >> 29 & 1 && ns->protection & 7 &&
			command->entry[0] != SIM_COMPARE && ns->metadata == (ns->guard ? 16 : 8);

	layout.moved = layout.data + (ns->extended && !stripped ? ns->metadata : 0);
	layout.apart = ns->extended || stripped ? 0 : ns->metadata;
	return layout;
}

/* Blocks as they are stored, out of two buffers or into them. */
static void split(const struct layout *layout, size_t count, const uint8_t *stored, uint8_t *moved,
		  uint8_t *apart)
{
	for (; count--; stored += layout->data + layout->metadata) {
		memcpy(moved, stored, layout->moved);
		memcpy(apart, stored + layout->data, layout->apart);
		moved += layout->moved;
		apart += layout->apart;
	}
}

static void join(const struct layout *layout, size_t count, uint8_t *stored, const uint8_t *moved,
		 const uint8_t *apart)
{
	memset(stored, 0, count * (layout->data + layout->metadata));
	for (; count--; stored += layout->data + layout->metadata) {
		memcpy(stored, moved, layout->moved);
		memcpy(stored + layout->data, apart, layout->apart);
		moved += layout->moved;
		apart += layout->apart;
	}
}

static unsigned transfer_metadata(struct sim_controller *sim, const struct sim_command *command,
				  uint8_t *bytes, size_t size, bool to_host)
{
	uint64_t bus = get64(command->entry + 16);
	bool ok;

	if (!size) {
		check_reserved(sim, command, 1 << 4 | 1 << 5);
		return SIM_SC_SUCCESS;
	}
	if (bus & 3)
		return sim_host_error(sim, command, SIM_SC_FIELD, "MPTR %llx is not dword aligned",
				      (unsigned long long)bus);
	ok = to_host ? sim_dma_write(sim, bus, bytes, size, "metadata")
		     : sim_dma_read(sim, bus, bytes, size, "metadata");
	return ok ? SIM_SC_SUCCESS : 0x004; /* Data Transfer Error */
}

unsigned sim_check_readable(const struct sim_namespace *ns, uint64_t lba, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (sim_store_is_spoiled(ns->store, lba + i, 1))
			return SIM_SC_READ_ERROR | SIM_DNR;
		if (ns->recovery & 0x10000 && !sim_store_holds(ns->store, lba + i))
			return SIM_SC_UNWRITTEN | SIM_DNR;
	}
	return SIM_SC_SUCCESS;
}

/* What is read: its tuples are checked. */
static unsigned check_stored(struct sim_controller *sim, struct sim_namespace *ns,
			     const struct sim_command *command, const struct layout *layout,
			     uint64_t lba, size_t count, uint8_t *stored)
{
	unsigned status = SIM_SC_SUCCESS;

	for (size_t i = 0; i < count && sim_protection_size(&ns->config) && !status; i++) {
		if (!sim_store_holds(ns->store, lba + i))
			sim_protection_unwritten(sim, &ns->config, stored);
		status = sim_protection_check(&ns->config, command, stored, i);
		stored += layout->data + layout->metadata;
	}
	return status;
}

/* What is to be written: its tuples are made with PRACT, else checked. */
static unsigned protect(struct sim_namespace *ns, const struct sim_command *command,
			const struct layout *layout, size_t count, uint8_t *bytes)
{
	unsigned status = SIM_SC_SUCCESS;

	for (size_t i = 0; i < count && sim_protection_size(&ns->config) && !status; i++) {
		if (dword(command, 12) >> 29 & 1)
			sim_protection_make(&ns->config, command, bytes, i);
		else
			status = sim_protection_check(&ns->config, command, bytes, i);
		bytes += layout->data + layout->metadata;
	}
	return status;
}

static unsigned execute(struct sim_controller *sim, struct sim_command *command,
			struct sim_namespace *ns, const struct layout *layout, uint64_t lba,
			size_t count)
{
	size_t size = count * layout->moved, apart = count * layout->apart,
	       stored = count * (layout->data + layout->metadata);
	uint8_t *bytes = malloc(2 * stored + size + apart + 1), *there = bytes + stored,
		*moved = there + stored, *metadata = moved + size;
	bool fua = dword(command, 12) >> 30 & 1, read = command->entry[0] == SIM_READ;
	unsigned status = SIM_SC_SUCCESS;

	if (command->entry[0] != SIM_WRITE) {
		status = sim_check_readable(ns, lba, count);
		if (status) {
			free(bytes);
			return status;
		}
		sim_store_read(ns->store, lba, count, there);
	}
	if (command->entry[0] != SIM_WRITE)
		status = check_stored(sim, ns, command, layout, lba, count, there);
	if (read)
		split(layout, count, there, moved, metadata);
	if (!status)
		status = sim_transfer(sim, command, moved, size, read);
	if (!status)
		status = transfer_metadata(sim, command, metadata, apart, read);
	if (!read)
		join(layout, count, bytes, moved, metadata);
	if (read)
		sim->statistics.blocks_read += count;
	if (!status && command->entry[0] == SIM_WRITE)
		status = protect(ns, command, layout, count, bytes);
	if (!status && command->entry[0] == SIM_WRITE) {
		sim_store_write(ns->store, lba, count, bytes, fua || !(sim->features[0x06] & 1));
		sim->statistics.blocks_written += count;
	}
	for (size_t at = 0; at < stored && command->entry[0] == SIM_COMPARE; at += stored / count)
		sim_protection_copy(&ns->config, bytes + at, there + at);
	if (!status && command->entry[0] == SIM_COMPARE && memcmp(there, bytes, stored) != 0)
		status = SIM_SC_COMPARE | SIM_DNR;
	free(bytes);
	return status;
}

static unsigned transfer_blocks(struct sim_controller *sim, struct sim_command *command,
				struct sim_namespace *ns)
{
	uint8_t opcode = command->entry[0];
	uint64_t lba = get64(command->entry + 40), count = get16(command->entry + 48) + 1ull;
	struct layout layout = layout_of(&ns->config, command);
	unsigned status;

	check_reserved(sim, command, 1 << 2);
	if (!ns->config.protection)
		check_reserved(sim, command, 1 << 3 | 1 << 14 | 1 << 15);
	if (dword(command, 12) & 0x000f0000u)
		sim_violation(sim, "opcode %02x: reserved bits in dword 12: %08x", opcode,
			      dword(command, 12));
	if (dword(command, 13) & (opcode == SIM_WRITE ? 0x0000ff00u : 0xffffff00u))
		sim_violation(sim, "opcode %02x: reserved bits in dword 13: %08x", opcode,
			      dword(command, 13));
	if (opcode == SIM_WRITE)
		sim->statistics.forced += dword(command, 12) >> 30 & 1;
	if (ns->config.boundary &&
	    lba / ns->config.boundary != (lba + count - 1) / ns->config.boundary)
		sim_violation(sim, "opcode %02x: LBA %llu+%llu lies across NOIOB", opcode,
			      (unsigned long long)lba, (unsigned long long)count);
	status = sim_protection_legal(sim, command, &ns->config);
	if (!status)
		status = check_range(sim, command, ns, lba, count);
	if (!status)
		status = check_size(sim, command, count * layout.moved);
	if (!status && opcode == SIM_WRITE && ns->config.read_only)
		status = sim_host_error(sim, command, SIM_SC_READ_ONLY,
					"write to a read-only namespace");
	/* A host that goes by the rules sends no write that its zone does not take. */
	if (!status && ns->zone_count && opcode == SIM_WRITE) {
		status = sim_zone_write(ns, lba, count);
		if (status && !sim->config.tolerant)
			sim_violation(sim, "zone refuses LBA %llu+%llu: %03x",
				      (unsigned long long)lba, (unsigned long long)count, status);
	} else if (!status && ns->zone_count) {
		status = sim_zone_read(ns, lba, count);
	}
	return status ? status : execute(sim, command, ns, &layout, lba, count);
}

/* What a command without data may be about: as many blocks as its own limit lets, in the form of
 * MDTS. Metadata counts where it is behind each block. */
static unsigned check_limit(struct sim_controller *sim, const struct sim_command *command,
			    const struct sim_namespace *ns, uint64_t count, unsigned limit)
{
	uint64_t block =
		(1ull << ns->config.block_shift) + (ns->config.extended ? ns->config.metadata : 0);

	if (limit && count * block > (uint64_t)sim->page_size_min << limit)
		return sim_host_error(sim, command, SIM_SC_FIELD, "%llu blocks are beyond a limit",
				      (unsigned long long)count);
	return SIM_SC_SUCCESS;
}

/* With PRACT a tuple is made for each block of zeroes. Without a tuple and DEAC they are written:
 * nothing is deallocated that nobody asks for. */
static void store_zeroes(struct sim_namespace *ns, const struct sim_command *command, uint64_t lba,
			 uint64_t count, bool durable)
{
	size_t size = (1ull << ns->config.block_shift) + ns->config.metadata;
	bool tuples = sim_protection_size(&ns->config), make = dword(command, 12) >> 29 & 1;
	bool deallocate = dword(command, 12) >> 25 & 1;
	uint8_t *block;

	if (tuples ? !make : deallocate) {
		sim_store_write(ns->store, lba, count, NULL, durable);
		return;
	}
	block = malloc(size);
	if (!block)
		abort();
	for (uint64_t i = 0; i < count; i++) {
		memset(block, 0, size);
		if (tuples)
			sim_protection_make(&ns->config, command, block, i);
		sim_store_write(ns->store, lba + i, 1, block, durable);
	}
	free(block);
}

/* Verify reads what a Read would, for itself. */
static unsigned verify_stored(struct sim_controller *sim, struct sim_namespace *ns,
			      const struct sim_command *command, uint64_t lba, uint64_t count)
{
	struct layout layout = layout_of(&ns->config, command);
	uint8_t *bytes = malloc(count * (layout.data + layout.metadata));
	unsigned status;

	if (!bytes)
		abort();
	sim_store_read(ns->store, lba, count, bytes);
	status = check_stored(sim, ns, command, &layout, lba, count, bytes);
	free(bytes);
	return status;
}

static unsigned write_zeroes(struct sim_controller *sim, struct sim_command *command,
			     struct sim_namespace *ns)
{
	uint64_t lba = get64(command->entry + 40), count = get16(command->entry + 48) + 1ull;
	bool fua = dword(command, 12) >> 30 & 1, deallocate = dword(command, 12) >> 25 & 1;
	unsigned status = check_range(sim, command, ns, lba, count);

	check_reserved(sim, command, 0x3fc | (ns->config.protection ? 0 : 1 << 14 | 1 << 15));
	sim->statistics.forced += fua;
	sim->statistics.deallocating += deallocate;
	if (!status)
		status = check_limit(sim, command, ns, count, sim->config.write_zeroes_limit);
	if (!status && deallocate && !(ns->config.dlfeat & 8))
		status = sim_host_error(sim, command, SIM_SC_FIELD, "DEAC is not supported");
	if (!status && ns->config.read_only)
		status = sim_host_error(sim, command, SIM_SC_READ_ONLY, "read-only namespace");
	if (!status && ns->zone_count)
		status = sim_zone_write(ns, lba, count);
	if (!status)
		store_zeroes(ns, command, lba, count, fua || !(sim->features[0x06] & 1));
	return status;
}

static unsigned verify(struct sim_controller *sim, struct sim_command *command,
		       struct sim_namespace *ns)
{
	uint64_t lba = get64(command->entry + 40), count = get16(command->entry + 48) + 1ull;
	unsigned status = check_range(sim, command, ns, lba, count);

	check_reserved(sim, command,
		       0x3fc | 1 << 13 | (ns->config.protection ? 0 : 1 << 14 | 1 << 15));
	if (!status)
		status = sim_protection_legal(sim, command, &ns->config);
	if (!status)
		status = check_limit(sim, command, ns, count, sim->config.verify_limit);
	if (!status)
		status = sim_check_readable(ns, lba, count);
	return status ? status : verify_stored(sim, ns, command, lba, count);
}

static unsigned write_uncorrectable(struct sim_controller *sim, struct sim_command *command,
				    struct sim_namespace *ns)
{
	uint64_t lba = get64(command->entry + 40), count = get16(command->entry + 48) + 1ull;
	unsigned status = check_range(sim, command, ns, lba, count);

	if (!status)
		sim_store_spoil(ns->store, lba, count);
	return status;
}

static unsigned dataset_management(struct sim_controller *sim, struct sim_command *command,
				   struct sim_namespace *ns)
{
	const struct sim_config *config = &sim->config;
	unsigned count = (dword(command, 10) & 0xff) + 1, status;
	uint8_t ranges[256 * 16];
	uint64_t total = 0;

	check_reserved(sim, command, 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 0xf000);
	status = sim_transfer(sim, command, ranges, count * 16, false);
	sim->statistics.ranges += count;
	if (!status && config->ranges_limit && count > config->ranges_limit)
		status = sim_host_error(sim, command, SIM_SC_SIZE_LIMIT, "%u ranges", count);
	for (unsigned i = 0; i < count && !status; i++) {
		uint32_t blocks = get32(ranges + 16 * i + 4);
		uint64_t lba = get64(ranges + 16 * i + 8);

		total += blocks;
		status = check_range(sim, command, ns, lba, blocks);
		if (!status && ((config->range_limit && blocks > config->range_limit) ||
				(config->discard_limit && total > config->discard_limit)))
			status = sim_host_error(sim, command, SIM_SC_SIZE_LIMIT,
						"range of %u blocks, %llu in all", blocks,
						(unsigned long long)total);
		if (!status && ns->config.read_only && dword(command, 11) & 4)
			status = sim_host_error(sim, command, SIM_SC_READ_ONLY,
						"read-only namespace");
		if (!status && dword(command, 11) & 4)
			sim_store_write(ns->store, lba, blocks, NULL, !(sim->features[0x06] & 1));
	}
	return status;
}

static unsigned flush(struct sim_controller *sim, struct sim_command *command,
		      struct sim_namespace *ns)
{
	check_reserved(sim, command, 0xfffc);
	if (ns) {
		sim_store_flush(ns->store);
	} else {
		for (unsigned i = 0; i < sim->namespace_count; i++)
			sim_store_flush(sim->namespaces[i].store);
	}
	return SIM_SC_SUCCESS;
}

/* A write to where the zone ends so far, which is told. */
static unsigned append(struct sim_controller *sim, struct sim_command *command,
		       struct sim_namespace *ns, uint64_t *result)
{
	uint64_t lba = get64(command->entry + 40);
	unsigned status = sim_zone_append(ns, &lba);

	if (status)
		return sim_host_error(sim, command, status, "zone append");
	command->entry[0] = SIM_WRITE;
	put64(command->entry + 40, lba);
	*result = lba;
	return transfer_blocks(sim, command, ns);
}

/* Whether a command may be the first or the second of Compare and Write (Base 2.0, section 3.4.2).
 * The second is the next of its queue. */
static unsigned check_fused(struct sim_controller *sim, const struct sim_command *command)
{
	const struct sim_sq *sq = sim->sq[command->queue];
	const uint8_t *first = sq->first, *entry = command->entry;
	unsigned fuse = entry[1] & 3;

	if (fuse &&
	    (!sim->config.fused || fuse == 3 || entry[0] != (fuse == 1 ? SIM_COMPARE : SIM_WRITE)))
		return sim_host_error(sim, command, SIM_SC_FIELD, "FUSE is %u", fuse);
	if (fuse != 2)
		return SIM_SC_SUCCESS;
	if (!sq->has_first)
		return sim_host_error(sim, command, SIM_SC_FUSED_MISSING, "no first command");
	if (sq->first_status)
		return SIM_SC_FUSED_FAILED | SIM_DNR;
	if (memcmp(first + 4, entry + 4, 4) != 0 || memcmp(first + 40, entry + 40, 10) != 0)
		return sim_host_error(sim, command, SIM_SC_FIELD, "fused, but of other blocks");
	return SIM_SC_SUCCESS;
}

static unsigned execute_one(struct sim_controller *sim, struct sim_command *command,
			    uint64_t *result)
{
	uint8_t opcode = command->entry[0];
	uint32_t nsid = dword(command, 1);
	struct sim_namespace *ns = sim_find_namespace(sim, nsid);
	unsigned status;

	if (opcode == SIM_FLUSH && nsid == 0xffffffff)
		return flush(sim, command, NULL);
	if (!ns || ns->config.inactive)
		return sim_host_error(sim, command,
				      nsid == 0 || nsid > sim->nn ? SIM_SC_NAMESPACE : SIM_SC_FIELD,
				      "namespace %u", nsid);
	if (ns->zone_count && (opcode == SIM_ZONE_SEND || opcode == SIM_ZONE_RECEIVE))
		return sim_zone_command(sim, command, ns);
	if (ns->zone_count && opcode == SIM_ZONE_APPEND)
		return append(sim, command, ns, result);
	if (ns->config.csi && !ns->zone_count)
		return sim_host_error(sim, command, SIM_SC_OPCODE,
				      "command set %02x is not simulated", ns->config.csi);
	if (!sim_has_io(sim, opcode))
		return sim_host_error(sim, command, SIM_SC_OPCODE, "opcode is not supported");
	switch (opcode) {
	case SIM_FLUSH:
		return flush(sim, command, ns);
	case SIM_WRITE_UNCORRECTABLE:
		return write_uncorrectable(sim, command, ns);
	case SIM_WRITE_ZEROES:
		return write_zeroes(sim, command, ns);
	case SIM_DSM:
		return dataset_management(sim, command, ns);
	case SIM_VERIFY:
		return verify(sim, command, ns);
	case SIM_COPY:
		return sim_copy(sim, command, ns);
	case SIM_IO_MANAGEMENT_RECEIVE:
	case SIM_IO_MANAGEMENT_SEND:
		return sim_placement_io(sim, command, ns);
	default: /* Read, Write, Compare */
		status = opcode == SIM_WRITE ? sim_placement_check(sim, command) : SIM_SC_SUCCESS;
		if (!status)
			status = transfer_blocks(sim, command, ns);
		if (!status && opcode == SIM_WRITE) {
			sim_placement_write(sim, command, ns);
			sim_streams_write(sim, command, ns);
		}
		return status;
	}
}

unsigned sim_io(struct sim_controller *sim, struct sim_command *command, uint64_t *result)
{
	struct sim_sq *sq = sim->sq[command->queue];
	unsigned status = check_fused(sim, command);

	*result = 0;
	if (!status)
		status = execute_one(sim, command, result);
	sq->has_first = (command->entry[1] & 3) == 1;
	sq->first_status = status;
	memcpy(sq->first, command->entry, sizeof(sq->first));
	return status;
}
