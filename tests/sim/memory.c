/* The simulated machine's memory. What nvme_dma_alloc() gives has bus addresses of its own that are
 * never used again, with a gap behind; other memory that the driver asks addresses for is mapped so
 * that neighbouring pages are not neighbours. */
#include "drivers/nvme/transport/platform.h"

#include "tests/sim/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	      4096ull
#define DMA_BASE      (1ull << 40)
#define SCATTERED     (1ull << 50)
#define SCATTER_PAGES 0x155ull /* odd: no page keeps its successor */

struct dma {
	uint8_t *memory;
	size_t size;
	uint64_t bus;
	struct dma *next;
};

static struct dma *dmas;
static uint64_t dma_next = DMA_BASE;
static unsigned allocations;
static long fail_after = -1;
static uint64_t memory_used, memory_limit = UINT64_MAX;

static uint64_t *handed; /* open-addressed set of page numbers that the driver asked about */
static size_t handed_room, handed_count;

static bool allocation_fails(void)
{
	if (fail_after < 0)
		return false;
	if (fail_after == 0)
		return true;
	fail_after--;
	return false;
}

unsigned sim_allocations(void)
{
	return allocations;
}

void sim_fail_allocations(long after)
{
	fail_after = after;
}

void sim_limit_memory(uint64_t bytes)
{
	memory_limit = bytes;
}

uint64_t sim_memory(void)
{
	return memory_used;
}

void *nvme_dma_alloc(size_t size, uint64_t *bus)
{
	size_t room = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
	struct dma *dma;

	if (!size || room < size) {
		fprintf(stderr, "sim: nvme_dma_alloc(%zu)\n", size);
		abort();
	}
	if (allocation_fails() || room > memory_limit - memory_used)
		return NULL;
	dma = calloc(1, sizeof(*dma));
	dma->memory = aligned_alloc(PAGE, room);
	if (!dma->memory) {
		free(dma);
		return NULL;
	}
	memset(dma->memory, 0, room);
	dma->size = room;
	dma->bus = dma_next;
	dma_next += room + PAGE;
	dma->next = dmas;
	dmas = dma;
	memory_used += room;
	allocations++;
	*bus = dma->bus;
	return dma->memory;
}

void nvme_dma_free(void *memory, size_t size)
{
	if (!memory)
		return;
	for (struct dma **at = &dmas; *at; at = &(*at)->next) {
		struct dma *dma = *at;

		if (dma->memory != memory)
			continue;
		if (((size + PAGE - 1) & ~(size_t)(PAGE - 1)) != dma->size) {
			fprintf(stderr, "sim: nvme_dma_free(%zu) of %zu bytes\n", size, dma->size);
			abort();
		}
		*at = dma->next;
		memory_used -= dma->size;
		free(dma->memory);
		free(dma);
		allocations--;
		return;
	}
	fprintf(stderr, "sim: nvme_dma_free(%p) of what nvme_dma_alloc() never gave\n", memory);
	abort();
}

static size_t handed_slot(uint64_t page)
{
	size_t at = (size_t)(page * 0x9e3779b97f4a7c15ull >> 16) & (handed_room - 1);

	while (handed[at] && handed[at] != page)
		at = (at + 1) & (handed_room - 1);
	return at;
}

static void hand(uint64_t page)
{
	size_t at;

	if (handed_count * 2 >= handed_room) {
		uint64_t *old = handed;
		size_t room = handed_room;

		handed_room = room ? room * 2 : 1024;
		handed = calloc(handed_room, sizeof(*handed));
		for (size_t i = 0; i < room; i++)
			if (old[i])
				handed[handed_slot(old[i])] = old[i];
		free(old);
	}
	at = handed_slot(page);
	if (!handed[at]) {
		handed[at] = page;
		handed_count++;
	}
}

void sim_dma_forget(void)
{
	free(handed);
	handed = NULL;
	handed_room = handed_count = 0;
}

uint64_t nvme_dma_address(const void *memory)
{
	uint64_t address = (uintptr_t)memory;

	for (struct dma *dma = dmas; dma; dma = dma->next)
		if (address - (uintptr_t)dma->memory < dma->size)
			return dma->bus + (address - (uintptr_t)dma->memory);
	if (sim_bar_address(memory))
		return sim_bar_address(memory);
	hand(address / PAGE);
	return SCATTERED | (address / PAGE ^ SCATTER_PAGES) * PAGE | address % PAGE;
}

/* The memory behind bus address, and how much of it is contiguous. NULL: nobody's. */
static uint8_t *bus_memory(uint64_t bus, size_t *size)
{
	if (bus >= SCATTERED && bus < SCATTERED * 2) {
		uint64_t page = (bus & (SCATTERED - 1)) / PAGE ^ SCATTER_PAGES;

		if (!handed || !handed[handed_slot(page)])
			return NULL;
		*size = PAGE - bus % PAGE;
		return (uint8_t *)(uintptr_t)(page * PAGE + bus % PAGE);
	}
	for (struct dma *dma = dmas; dma; dma = dma->next)
		if (bus - dma->bus < dma->size) {
			*size = dma->size - (bus - dma->bus);
			return dma->memory + (bus - dma->bus);
		}
	return NULL;
}

static bool copy(struct sim_controller *sim, uint64_t bus, uint8_t *to, const uint8_t *from,
		 size_t size, const char *what)
{
	uint64_t start = bus;

	while (size) {
		size_t room;
		uint8_t *memory = sim_cmb_memory(sim, bus, &room);
		bool at_controller = memory != NULL;

		if (memory)
			sim_cmb_check(sim, what, from != NULL);
		else
			memory = sim_pmr_memory(sim, bus, &room);
		if (!memory)
			memory = bus_memory(bus, &room);
		if (!memory) {
			sim_violation(sim, "%s: DMA at %llx (from %llx) is to nobody's memory",
				      what, (unsigned long long)bus, (unsigned long long)start);
			return false;
		}
		if (room > size)
			room = size;
		if (at_controller && strcmp(what, "data") == 0)
			*(from ? &sim->statistics.cmb_read : &sim->statistics.cmb_written) += room;
		if (from)
			memcpy(memory, from, room);
		else
			memcpy(to, memory, room);
		if (from)
			from += room;
		else
			to += room;
		bus += room;
		size -= room;
	}
	return true;
}

bool sim_dma_read(struct sim_controller *sim, uint64_t bus, void *buffer, size_t size,
		  const char *what)
{
	return copy(sim, bus, buffer, NULL, size, what);
}

bool sim_dma_write(struct sim_controller *sim, uint64_t bus, const void *buffer, size_t size,
		   const char *what)
{
	return copy(sim, bus, NULL, buffer, size, what);
}

void *nvme_alloc(size_t size)
{
	void *memory;

	if (allocation_fails())
		return NULL;
	memory = calloc(1, size);
	if (memory)
		allocations++;
	return memory;
}

void nvme_free(void *memory)
{
	if (memory)
		allocations--;
	free(memory);
}

void sim_memory_start_again(void)
{
	dma_next = DMA_BASE;
	fail_after = -1;
	sim_dma_forget();
}
