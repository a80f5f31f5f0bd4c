/* Metadata of blocks on its way: where a command has it, what is written into it, and what the
 * driver makes of what was read. */
#pragma once

#include "drivers/nvme/nvme.h"
#include "drivers/nvme/protection.h"
#include "drivers/nvme/transport/prp.h"

/* A command's metadata that has a buffer of its own is no longer than this. */
#define NVME_METADATA_ROOM NVME_PAGE_SIZE

/* What a command for a namespace with metadata needs beside its slot. */
struct nvme_part {
	struct nvme_cursor data; /* where its data belongs */
	uint8_t *metadata;	 /* NVME_METADATA_ROOM of its own, DMA memory */
	uint32_t left;		 /* blocks behind its own that are to be read back as well */
	uint16_t status;	 /* why they are */
	bool interleaved;	 /* it moves each block's metadata behind its data */
	bool checked;		 /* by the driver, when it has been read */
};

/* Those of all slots of a lane. */
struct nvme_parts {
	struct nvme_part *parts; /* NULL until a namespace needs them */
	void *memory;
	unsigned count;
};

/* 0 or -ENOMEM. */
int nvme_parts_provide(struct nvme_parts *parts, unsigned count);
void nvme_parts_free(struct nvme_parts *parts);

/* Bytes of a block as commands move it. */
static inline uint32_t nvme_block_bytes(const struct nvme_namespace *ns)
{
	return ns->block.block_size + (ns->metadata.extended ? ns->metadata.size : 0);
}

/* Whether each block's metadata is moved behind its data. */
bool nvme_metadata_interleaved(const struct nvme_namespace *ns);
/* What the driver cannot do about it, as "so much of it"; NULL: there is nothing. */
const char *nvme_metadata_unsupported(const struct nvme_metadata_format *format);

/* Copies blocks between where the data of part belongs and a buffer where each is followed by its
 * metadata. */
void nvme_metadata_gather(const struct nvme_namespace *ns, const struct nvme_part *part,
			  uint8_t *buffer, uint32_t blocks);
void nvme_metadata_scatter(const struct nvme_namespace *ns, const struct nvme_part *part,
			   const uint8_t *buffer, uint32_t blocks);

/* Makes the metadata of what is to be written: zeroes, and tuples where the driver makes them.
 * buffer is that of an interleaved part, else NULL. */
void nvme_metadata_make(const struct nvme_namespace *ns, const struct nvme_part *part,
			uint8_t *buffer, uint64_t lba, uint32_t blocks);
/* Checks what was read. True, or false with the first block that is wrong, and what is. */
bool nvme_metadata_check(const struct nvme_namespace *ns, const struct nvme_part *part,
			 const uint8_t *buffer, uint64_t lba, uint32_t blocks, uint64_t *wrong,
			 struct nvme_protection_fault *fault);

/* Fills in what a command has for the metadata of its blocks; all of it is 0 in one that moves
 * none. Returns the bits of CDW12. */
uint32_t nvme_metadata_fill(const struct nvme_namespace *ns, const struct nvme_part *part,
			    struct nvme_command *command, uint64_t lba, bool write);
static inline void nvme_metadata_clear(struct nvme_command *command)
{
	command->mptr = 0;
	command->cdw3 = command->cdw14 = command->cdw15 = 0;
}
