/* Scatter gather lists (Base, section 4.1.2) out of memory segments: data blocks of any length,
 * where PRPs know pages only. NVM commands may use them where Identify Controller says so; admin
 * commands on PCI never. */
#pragma once

#include <stdbool.h>
#include "drivers/nvme/transport/prp.h"
#include "drivers/nvme/spec/spec.h"

#define NVME_SGL_PER_PAGE (NVME_PAGE_SIZE / sizeof(struct nvme_sgl_descriptor))

/* What Identify Controller's SGLS allows. */
struct nvme_sgl_rules {
	bool supported;
	uint8_t mask; /* bits that addresses and lengths may not have: 0, or 3 for whole dwords */
	uint8_t descriptors; /* of one command at most (SDT, a recommendation); 0: any number */
};
struct nvme_sgl_rules nvme_sgl_rules(uint32_t sgls);

/* Describes size bytes (less than 4 GiB) from the cursor on: in *first alone where they are one run
 * on the bus; else in list, of which *first becomes the segment descriptor, and each page but the
 * last ends with that of the next. Returns how many bytes can be described: fewer than size where
 * the list is full, or where a run misses the alignment. Only when it is size is the SGL complete:
 * else build it again for as much. Segments as for nvme_prp_build(). */
size_t nvme_sgl_build(const struct nvme_cursor *cursor, size_t size,
		      const struct nvme_prp_list *list, const struct nvme_sgl_rules *rules,
		      struct nvme_sgl_descriptor *first);
