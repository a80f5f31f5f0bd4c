/* LBA formats by the size of their blocks. */
#pragma once

#include <stdint.h>

#define NVME_FORMAT_NONE 0xff

struct nvme_identify_namespace;
/* The index of the format without metadata that has blocks of so many bytes, or NVME_FORMAT_NONE.
 */
uint8_t nvme_format_of(const struct nvme_identify_namespace *id, uint64_t block_size);
