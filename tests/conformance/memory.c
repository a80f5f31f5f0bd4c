/* The buffers of a case, and what lies round them. */
#include "tests/conformance/conformance.h"

#include "lib/prng.h"
#include "lib/string.h"

#define PAGE  4096u
#define GUARD 0xc3

/* A page before, the pages of the case, a page behind. */
struct ct_memory {
	struct ct_memory *next;
	uint8_t *memory;
	size_t before;	    /* bytes before the case's: to a page of the controller */
	size_t size, whole; /* the case's bytes; all of them */
};

static uint8_t *inside(const struct ct_memory *m)
{
	return m->memory + m->before;
}

/* Pages of the controller may be larger than those that memory comes in. */
static struct ct_memory *allocate(size_t size, size_t page)
{
	size_t whole = ((size + page - 1) & ~(page - 1)) + page + PAGE;
	struct ct_memory *m = nvme_alloc(sizeof(*m));
	uint64_t bus;

	if (!m)
		return NULL;
	m->memory = nvme_dma_alloc(whole, &bus);
	if (!m->memory) {
		nvme_free(m);
		return NULL;
	}
	m->before = PAGE + (-(bus + PAGE) & (page - 1));
	m->size = size;
	m->whole = whole;
	memset(m->memory, GUARD, m->before);
	memset(inside(m), CT_FRESH, size);
	memset(inside(m) + size, GUARD, whole - m->before - size);
	return m;
}

void *ct_buffer(struct ct *ct, size_t size)
{
	struct ct_memory *m = allocate(size, ct->page_size);

	if (!m)
		ct_skip(ct, "out of memory");
	m->next = ct->memory;
	ct->memory = m;
	return inside(m);
}

/* Each is like its neighbour, and one is what they all should be. */
bool ct_all_are(const uint8_t *bytes, uint8_t byte, size_t size)
{
	return !size || (bytes[0] == byte && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* Where the first byte is that changed. */
static long changed(const struct ct_memory *m)
{
	size_t end = m->before + m->size;

	if (ct_all_are(m->memory, GUARD, m->before) &&
	    ct_all_are(m->memory + end, GUARD, m->whole - end))
		return -1;
	for (size_t i = 0; i < m->whole; i++)
		if ((i < m->before || i >= end) && m->memory[i] != GUARD)
			return (long)i;
	return -1;
}

void ct_memory_check(struct ct *ct)
{
	for (struct ct_memory *m = ct->memory; m; m = m->next) {
		long at = changed(m);

		if (at >= 0)
			ct_fail(ct,
				"expected nothing written but a buffer's %lu bytes, got byte "
				"%ld of it changed to %02xh",
				(unsigned long)m->size, at - (long)m->before, m->memory[at]);
	}
}

void ct_memory_free(struct ct *ct)
{
	while (ct->memory != ct->base.memory) {
		struct ct_memory *m = ct->memory;

		ct->memory = m->next;
		nvme_dma_free(m->memory, m->whole);
		nvme_free(m);
	}
	while (ct->sqs != ct->base.sqs) {
		struct ct_sq *sq = ct->sqs;

		ct->sqs = sq->next;
		nvme_free(sq);
	}
	while (ct->cqs != ct->base.cqs) {
		struct ct_cq *cq = ct->cqs;

		ct->cqs = cq->next;
		nvme_free(cq);
	}
}

void ct_fill(void *buffer, size_t size, uint64_t seed)
{
	struct prng prng;

	prng_seed(&prng, seed);
	prng_fill(&prng, buffer, size);
}

uint64_t ct_bus(const void *memory)
{
	return nvme_dma_address(memory);
}
