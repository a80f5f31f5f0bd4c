/* Data between a command's buffer in the controller and the host's memory: PRPs (Base 2.0, section
 * 4.1.1) and SGLs (4.1.2). */
#include "tests/sim/internal.h"

#include <string.h>

struct cursor {
	struct sim_controller *sim;
	const struct sim_command *command;
	uint8_t *bytes;
	size_t left;
	bool to_host;
};

static unsigned move(struct cursor *cursor, uint64_t bus, size_t size)
{
	bool ok;

	if (cursor->to_host)
		ok = sim_dma_write(cursor->sim, bus, cursor->bytes, size, "data");
	else
		ok = sim_dma_read(cursor->sim, bus, cursor->bytes, size, "data");
	cursor->bytes += size;
	cursor->left -= size;
	return ok ? SIM_SC_SUCCESS : 0x004; /* Data Transfer Error */
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static unsigned transfer_list(struct cursor *cursor, uint64_t list)
{
	struct sim_controller *sim = cursor->sim;
	uint64_t page = sim->page_size;

	if (list & 7)
		return sim_host_error(sim, cursor->command, SIM_SC_PRP_OFFSET,
				      "PRP list at %llx is not qword aligned",
				      (unsigned long long)list);
	while (cursor->left) {
		uint8_t bytes[8];
		uint64_t entry;
		unsigned status;

		sim_cmb_check_list(sim, cursor->command, list);
		if (!sim_dma_read(sim, list, bytes, 8, "PRP list"))
			return 0x004;
		entry = get64(bytes);
		if (entry & (page - 1))
			return sim_host_error(sim, cursor->command, SIM_SC_PRP_OFFSET,
					      "PRP list entry %llx has an offset",
					      (unsigned long long)entry);
		if ((list & (page - 1)) == page - 8 && cursor->left > page) {
			list = entry; /* the last of its page points to the next list */
			continue;
		}
		status = move(cursor, entry, smaller(cursor->left, page));
		if (status)
			return status;
		list += 8;
	}
	return SIM_SC_SUCCESS;
}

static unsigned transfer_prp(struct cursor *cursor)
{
	struct sim_controller *sim = cursor->sim;
	uint64_t page = sim->page_size;
	uint64_t prp1 = get64(cursor->command->entry + 24),
		 prp2 = get64(cursor->command->entry + 32);
	size_t offset = sim_is_defective(sim, SIM_DEFECT_PRP1_WHOLE) ? 0 : prp1 & (page - 1);
	size_t first = smaller(cursor->left, page - offset);
	unsigned status;

	if (prp1 & 3)
		return sim_host_error(sim, cursor->command, SIM_SC_PRP_OFFSET,
				      "PRP1 %llx is not dword aligned", (unsigned long long)prp1);
	status = move(cursor, prp1, first);
	if (status)
		return status;
	if (!cursor->left) {
		if (prp2)
			sim_violation(sim, "PRP2 %llx is reserved: the data ends in PRP1's page",
				      (unsigned long long)prp2);
		return SIM_SC_SUCCESS;
	}
	if (cursor->left <= page) {
		if (prp2 & (page - 1))
			return sim_host_error(sim, cursor->command, SIM_SC_PRP_OFFSET,
					      "PRP2 %llx has an offset", (unsigned long long)prp2);
		return move(cursor, prp2, cursor->left);
	}
	return transfer_list(cursor, prp2);
}

#define SGL_DATA    0
#define SGL_BUCKET  1
#define SGL_SEGMENT 2
#define SGL_LAST    3

#define SEGMENTS_MAX 1024 /* that are followed */

static unsigned transfer_sgl(struct cursor *cursor)
{
	struct sim_controller *sim = cursor->sim;
	uint8_t descriptor[16];
	uint64_t next = 0;
	unsigned segment_left = 0, segments = 0, descriptors = 0;
	bool last = true;

	memcpy(descriptor, cursor->command->entry + 24, 16);
	while (segments < SEGMENTS_MAX) {
		unsigned type = descriptor[15] >> 4, subtype = descriptor[15] & 15, status;
		uint64_t address = get64(descriptor);
		uint32_t length = get32(descriptor + 8);

		descriptors++;
		if (subtype)
			return sim_host_error(sim, cursor->command, SIM_SC_SGL_TYPE,
					      "SGL descriptor subtype %u", subtype);
		if (descriptor[12] | descriptor[13] | descriptor[14])
			sim_violation(sim, "SGL descriptor has reserved bytes set");
		switch (type) {
		case SGL_DATA:
			if (sim->config.sgl_dwords && (address | length) & 3)
				return sim_host_error(sim, cursor->command, SIM_SC_SGL_GRANULARITY,
						      "SGL data block of %u bytes at %llx", length,
						      (unsigned long long)address);
			if (length > cursor->left && sim->config.sgl_longer)
				length = (uint32_t)cursor->left;
			if (length > cursor->left)
				return sim_host_error(sim, cursor->command, SIM_SC_SGL_LENGTH,
						      "SGL describes more than the data");
			status = move(cursor, address, length);
			if (status)
				return status;
			break;
		case SGL_BUCKET:
			if (!cursor->to_host)
				return sim_host_error(sim, cursor->command, SIM_SC_SGL_TYPE,
						      "SGL bit bucket in a write");
			cursor->bytes += smaller(cursor->left, length);
			cursor->left -= smaller(cursor->left, length);
			break;
		case SGL_SEGMENT:
		case SGL_LAST:
			if (segment_left || (last && segments))
				return sim_host_error(sim, cursor->command, SIM_SC_SGL_SEGMENT,
						      "SGL segment descriptor is not the last");
			if (!length || length % 16 || address % 8)
				return sim_host_error(sim, cursor->command, SIM_SC_SGL_SEGMENT,
						      "SGL segment of %u bytes at %llx", length,
						      (unsigned long long)address);
			next = address;
			segment_left = length / 16;
			last = type == SGL_LAST;
			segments++;
			break;
		default:
			return sim_host_error(sim, cursor->command, SIM_SC_SGL_TYPE,
					      "SGL descriptor type %u", type);
		}
		if (!segment_left)
			break;
		sim_cmb_check_list(sim, cursor->command, next);
		if (!sim_dma_read(sim, next, descriptor, 16, "SGL segment"))
			return 0x004;
		next += 16;
		segment_left--;
	}
	if (segments == SEGMENTS_MAX && sim_is_defective(sim, SIM_DEFECT_SGL_CIRCLE))
		return SIM_FORGET;
	if (!last)
		return sim_host_error(sim, cursor->command, SIM_SC_SGL_SEGMENT,
				      "the last SGL segment was not called the last");
	if (sim->config.sgl_threshold && descriptors > sim->config.sgl_threshold)
		sim_violation(sim, "%u SGL descriptors, %u are recommended", descriptors,
			      sim->config.sgl_threshold);
	if (cursor->left)
		return sim_host_error(sim, cursor->command, SIM_SC_SGL_LENGTH,
				      "SGL describes %zu bytes less than the data", cursor->left);
	return SIM_SC_SUCCESS;
}

unsigned sim_transfer(struct sim_controller *sim, const struct sim_command *command, void *buffer,
		      size_t size, bool to_host)
{
	struct cursor cursor = {sim, command, buffer, size, to_host};
	const struct sim_hooks *hooks = &sim->config.hooks;
	unsigned psdt = command->entry[1] >> 6;

	if (size > sim->statistics.largest_transfer && command->queue)
		sim->statistics.largest_transfer = size;
	if (to_host && command->has_fault && command->fault.kind == SIM_CORRUPT)
		for (size_t i = 0; i < size; i++)
			((uint8_t *)buffer)[i] = (uint8_t)sim_random(sim);
	if (to_host && hooks->data)
		hooks->data(hooks->context, command->queue, command->entry, buffer, size);
	if (!size)
		return SIM_SC_SUCCESS;
	if (psdt == 0)
		return transfer_prp(&cursor);
	if (psdt == 3 || !sim->config.sgl || !command->queue)
		return sim_host_error(sim, command, SIM_SC_FIELD, "PSDT %u", psdt);
	return transfer_sgl(&cursor);
}
