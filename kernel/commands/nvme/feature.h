/* Features as the nvme subcommands decode them. */
#pragma once

#include <stdint.h>

/* As much as any of them has. */
#define NVME_FEATURE_ROOM 4096u

/* What a feature's dword and its data say, a line each. data: NULL, or
 * NVME_FEATURE_ROOM bytes, of which any may stand there. */
void nvme_show_feature(unsigned feature, uint32_t value, const void *data);
/* The ranges of LBA Range Type that the dword speaks of. */
void nvme_show_lba_ranges(const void *data, uint32_t value);
