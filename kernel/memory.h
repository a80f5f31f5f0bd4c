/* Physical memory. RAM is identity mapped, so a pointer's value is also its physical (bus) address.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE  4096ul
#define PAGE_SHIFT 12

/* count contiguous pages, not cleared; NULL when there is no such run. Freed with the same count.
 */
void *pages_alloc(size_t count);
void pages_free(void *pages, size_t count);

/* Small allocations, 16-byte aligned. NULL when memory is out. kfree(NULL) does nothing. */
void *kmalloc(size_t size);
void *kzalloc(size_t size);
void *krealloc(void *old, size_t size);
void kfree(void *memory);

/* Part of one allocation that a device still uses: what is freed of it meanwhile is not given out
 * before the end of the hold. The record stays the caller's, and where it is. */
struct memory_hold {
	struct memory_hold *next;
	uintptr_t start, end;
	void *freed;	    /* the allocation, once its owner has freed it */
	size_t freed_pages; /* 0: kfree() */
};
void memory_hold(struct memory_hold *hold, const void *start, size_t size);
void memory_unhold(struct memory_hold *hold);
/* For the allocators. Whether a hold reaches into the memory; and the same, and then it is freed
 * (pages 0: by kfree(), else by pages_free()) at the end of the hold. */
bool memory_is_held(const void *memory, size_t size);
bool memory_keep(void *memory, size_t size, size_t pages);

struct memory_stats {
	uint64_t total;	       /* bytes of usable RAM, the kernel's own image included */
	uint64_t used;	       /* bytes in use, the kernel's own image included */
	uint64_t largest_free; /* bytes in the longest run that pages_alloc() can give */
};
void memory_stats(struct memory_stats *stats);

struct boot_info;
struct boot_range;
struct memory_map;

/* Once, at start: takes over all usable RAM of info except the reserved ranges. Only what lies
 * below reachable is touched and handed out; the rest comes with memory_init_rest(). -ENOMEM when
 * not even the allocator's own tables (2 bits a page) fit. */
int memory_init(const struct boot_info *info, const struct boot_range *reserved,
		unsigned reserved_count, uint64_t reachable);
/* When all RAM is mapped. */
void memory_init_rest(void);
/* Gives back whole pages of a reserved range that are needed no longer (a boot module). */
void memory_release(uint64_t start, uint64_t size);
/* All usable RAM, reserved or not: the boot loader's map in order, merged, page aligned. */
const struct memory_map *memory_ram(void);

/* How many pages the run has that starts at pages. */
size_t pages_count(const void *pages);
/* Makes the run longer or shorter where it stands: true, or false when there is no room behind. */
bool pages_resize(void *pages, size_t count, size_t new_count);
