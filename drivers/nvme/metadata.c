/* Metadata (NVM, section 2.1.1) and its protection information (section 5.2): separate metadata has
 * a page for each slot, extended blocks go through bounce buffers. */
#include "drivers/nvme/metadata.h"

#include "drivers/nvme/transport/platform.h"
#include "lib/errno.h"
#include "lib/string.h"

int nvme_parts_provide(struct nvme_parts *parts, unsigned count)
{
	uint64_t bus;

	if (parts->parts)
		return 0;
	parts->parts = nvme_alloc(count * sizeof(*parts->parts));
	parts->memory = nvme_dma_alloc((size_t)count * NVME_METADATA_ROOM, &bus);
	parts->count = count;
	if (!parts->parts || !parts->memory) {
		nvme_parts_free(parts);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < count; i++)
		parts->parts[i].metadata = (uint8_t *)parts->memory + i * NVME_METADATA_ROOM;
	return 0;
}

void nvme_parts_free(struct nvme_parts *parts)
{
	if (parts->parts)
		nvme_free(parts->parts);
	if (parts->memory)
		nvme_dma_free(parts->memory, (size_t)parts->count * NVME_METADATA_ROOM);
	*parts = (struct nvme_parts){0};
}

const char *nvme_metadata_unsupported(const struct nvme_metadata_format *format)
{
	unsigned bits = nvme_protection_tag_bits(format->guard);

	if (format->size > NVME_METADATA_ROOM)
		return "so much metadata";
	if (!format->type)
		return NULL;
	if (format->type > 3)
		return "this type of protection information";
	if (!bits)
		return "this guard of protection information";
	if (format->size < nvme_protection_size(format->guard))
		return "protection information without room for it";
	return format->storage_tag_bits > bits ? "such a long storage tag" : NULL;
}

/* The controller inserts and strips all of the metadata: it moves none (NVM, section 5.2.2). */
static bool stripped(const struct nvme_namespace *ns)
{
	return ns->pi == NVME_PI_CONTROLLER && ns->metadata.type &&
	       ns->metadata.size == nvme_protection_size(ns->metadata.guard);
}

bool nvme_metadata_interleaved(const struct nvme_namespace *ns)
{
	return ns->metadata.extended && !stripped(ns);
}

/* Metadata of the first block, and how far it is to that of the next. */
static size_t stride(const struct nvme_namespace *ns, const struct nvme_part *part)
{
	return part->interleaved ? nvme_block_bytes(ns) : ns->metadata.size;
}

void nvme_metadata_gather(const struct nvme_namespace *ns, const struct nvme_part *part,
			  uint8_t *buffer, uint32_t blocks)
{
	struct nvme_cursor data = part->data;

	for (; blocks--; buffer += nvme_block_bytes(ns)) {
		nvme_cursor_gather(data, buffer, ns->block.block_size);
		nvme_cursor_advance(&data, ns->block.block_size);
	}
}

void nvme_metadata_scatter(const struct nvme_namespace *ns, const struct nvme_part *part,
			   const uint8_t *buffer, uint32_t blocks)
{
	struct nvme_cursor data = part->data;

	for (; blocks--; buffer += nvme_block_bytes(ns)) {
		nvme_cursor_scatter(data, buffer, ns->block.block_size);
		nvme_cursor_advance(&data, ns->block.block_size);
	}
}

void nvme_metadata_make(const struct nvme_namespace *ns, const struct nvme_part *part,
			uint8_t *buffer, uint64_t lba, uint32_t blocks)
{
	uint8_t *metadata = part->interleaved ? buffer + ns->block.block_size : part->metadata;
	struct nvme_cursor data = part->data;

	if (stripped(ns))
		return;
	for (; blocks--; metadata += stride(ns, part), lba++) {
		memset(metadata, 0, ns->metadata.size);
		if (!ns->metadata.type || ns->pi == NVME_PI_CONTROLLER)
			continue;
		nvme_protection_make(&ns->metadata, data, ns->block.block_size, metadata, lba);
		nvme_cursor_advance(&data, ns->block.block_size);
	}
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	while (size && !*bytes) {
		bytes++;
		size--;
	}
	return !size;
}

/* Whether there is nothing in a block, nor in its metadata. */
static bool is_blank(const struct nvme_namespace *ns, struct nvme_cursor data,
		     const uint8_t *metadata)
{
	size_t left = ns->block.block_size;

	while (left) {
		size_t run = nvme_cursor_run(&data, left);

		if (!is_zero((const uint8_t *)data.segment->address + data.offset, run))
			return false;
		data.offset += run;
		left -= run;
	}
	return is_zero(metadata, ns->metadata.size);
}

bool nvme_metadata_check(const struct nvme_namespace *ns, const struct nvme_part *part,
			 const uint8_t *buffer, uint64_t lba, uint32_t blocks, uint64_t *wrong,
			 struct nvme_protection_fault *fault)
{
	const uint8_t *metadata =
		part->interleaved ? buffer + ns->block.block_size : part->metadata;
	struct nvme_cursor data = part->data;

	for (; blocks--; metadata += stride(ns, part), lba++) {
		*wrong = lba;
		if (!nvme_protection_check(&ns->metadata, data, ns->block.block_size, metadata, lba,
					   fault) &&
		    !(ns->zero_tuples && is_blank(ns, data, metadata)))
			return false;
		nvme_cursor_advance(&data, ns->block.block_size);
	}
	return true;
}

/* PRINFO of a command: NVM, section 5.2.2. */
static uint32_t control(const struct nvme_namespace *ns, bool write)
{
	uint32_t checks = NVME_RW_PRCHK_GUARD | NVME_RW_PRCHK_APP;

	/* The one of type 3 must not be asked for (NVM, section 5.2.3). */
	if (ns->metadata.type != 3)
		checks |= NVME_RW_PRCHK_REF;
	if (ns->pi == NVME_PI_CONTROLLER)
		return write ? NVME_RW_PRACT : NVME_RW_PRACT | checks;
	/* Of what the driver checks itself it can say more than a status does. */
	return write ? checks : 0;
}

uint32_t nvme_metadata_fill(const struct nvme_namespace *ns, const struct nvme_part *part,
			    struct nvme_command *command, uint64_t lba, bool write)
{
	uint64_t reference;

	if (!ns->metadata.extended && !stripped(ns))
		command->mptr = nvme_dma_address(part->metadata);
	if (!ns->metadata.type)
		return 0;
	reference = nvme_protection_reference(&ns->metadata, lba);
	command->cdw3 = (uint32_t)(reference >> 32);
	command->cdw14 = (uint32_t)reference;
	command->cdw15 = NVME_RW_APP_TAG(0, 0xffff);
	return control(ns, write);
}
