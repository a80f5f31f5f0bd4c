/* Protection information: the tuples that a block has in its metadata, made and checked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/transport/prp.h"

/* Bits of a tuple's storage and reference tags together; 0: the driver does not know that guard. */
unsigned nvme_protection_tag_bits(unsigned guard);

/* What the tuple of a block has as its reference tag: the low bits of the block's address, which
 * type 1 demands and type 2 is free to have; 0 with type 3, where it says nothing of the block. */
uint64_t nvme_protection_reference(const struct nvme_metadata_format *format, uint64_t lba);

/* Makes the tuple of the block lba, whose size bytes begin at data: guard, application tag 0,
 * storage tag 0, reference tag. What metadata has before the tuple counts for the guard. */
void nvme_protection_make(const struct nvme_metadata_format *format, struct nvme_cursor data,
			  size_t size, uint8_t *metadata, uint64_t lba);

/* What is wrong with a tuple. */
struct nvme_protection_fault {
	enum nvme_status status; /* which check failed, as a controller says it */
	uint64_t found, expected;
};

/* Whether the tuple of a block is as nvme_protection_make() would make it, but for the storage tag;
 * or says that it is not to be checked, as that of a block that was never written does. */
bool nvme_protection_check(const struct nvme_metadata_format *format, struct nvme_cursor data,
			   size_t size, const uint8_t *metadata, uint64_t lba,
			   struct nvme_protection_fault *fault);

/* "guard 1234h is not the data's 5678h" */
void nvme_protection_describe(const struct nvme_protection_fault *fault, char *text, size_t room);
