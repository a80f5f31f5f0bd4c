/* PRP entries and lists (Base, section 4.1.1) out of memory segments. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "drivers/block/segment.h"

#define NVME_PAGE_SIZE	  4096u /* CC.MPS = 0, the only size that the driver uses */
#define NVME_PRP_PER_PAGE (NVME_PAGE_SIZE / 8)

/* A place in a list of segments. */
struct nvme_cursor {
	const struct block_segment *segment;
	size_t offset; /* into it */
};

/* The list memory of one command. entries has room for one page or less, or for several whole
 * pages, each of which is on the bus where nvme_dma_address() says. */
struct nvme_prp_list {
	uint64_t *entries;
	uint64_t bus;	/* of the first entry */
	uint32_t count; /* of entries; below 512, or a multiple of 512 */
};

/* The most pointers that go into such a list: the last entry of each page but the last one points
 * to the next page. */
unsigned nvme_prp_capacity(unsigned count);
/* The entries that a list needs for transfers of size bytes at any offset into a page. */
unsigned nvme_prp_entries(size_t size);

/* Describes up to size bytes from the cursor on in PRP1, PRP2 and the list. Returns how many bytes
 * are described: fewer than size where the list is full or where the next segment cannot be joined
 * (only the first byte may lie anywhere, dword aligned, only the last may end anywhere); 0 where
 * the first byte is misaligned. The segments hold at least size bytes from the cursor on. Moves
 * nothing and allocates nothing. */
size_t nvme_prp_build(const struct nvme_cursor *cursor, size_t size,
		      const struct nvme_prp_list *list, uint64_t *prp1, uint64_t *prp2);

/* How many of the next size bytes (1 at least) lie behind each other in memory; cursor->segment is
 * theirs then. */
size_t nvme_cursor_run(struct nvme_cursor *cursor, size_t size);
/* Moves the cursor on by size bytes. */
void nvme_cursor_advance(struct nvme_cursor *cursor, size_t size);
/* Copies between the segments (from the cursor on) and a buffer. */
void nvme_cursor_gather(struct nvme_cursor cursor, void *buffer, size_t size);
void nvme_cursor_scatter(struct nvme_cursor cursor, const void *buffer, size_t size);
