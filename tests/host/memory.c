/* Memory of the kernel's machine on Linux: the C library's, counted and limited; and panic(), which
 * also ends those who misuse it. See host.h. */
#include "tests/host/host.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/x86/panic.h"
#include "kernel/memory.h"

/* With the sanitizer a block's size is what was asked for. */
#if defined(__SANITIZE_ADDRESS__)
#define EXACT_SIZES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EXACT_SIZES 1
#endif
#endif
#ifndef EXACT_SIZES
#define EXACT_SIZES 0
#endif

static uint64_t memory_total = 256ull << 20;
static uint64_t memory_used = 2ull << 20;
static uint64_t allocations_left; /* 0: no limit */
static bool allocations_fail;

void host_set_memory_limit(uint64_t bytes)
{
	memory_total = bytes;
}

void host_fail_allocations(uint64_t n)
{
	allocations_left = n;
	allocations_fail = false;
}

static bool may_allocate(size_t size)
{
	if (allocations_left && --allocations_left == 0)
		allocations_fail = true;
	return !allocations_fail && size <= memory_total && memory_used <= memory_total - size;
}

void *pages_alloc(size_t count)
{
	void *pages;

	if (!count || count > memory_total / PAGE_SIZE || !may_allocate(count * PAGE_SIZE) ||
	    posix_memalign(&pages, PAGE_SIZE, count * PAGE_SIZE))
		return NULL;
	memory_used += count * PAGE_SIZE;
	return pages;
}

void pages_free(void *pages, size_t count)
{
	if (!pages)
		return;
	if (EXACT_SIZES && malloc_usable_size(pages) != count * PAGE_SIZE)
		panic("pages_free(%zu) of %zu bytes", count, malloc_usable_size(pages));
	if (memory_keep(pages, count * PAGE_SIZE, count))
		return;
	memory_used -= count * PAGE_SIZE;
	free(pages);
}

void *kmalloc(size_t size)
{
	void *memory = may_allocate(size) ? malloc(size ? size : 1) : NULL;

	if (memory)
		memory_used += malloc_usable_size(memory);
	return memory;
}

void *kzalloc(size_t size)
{
	void *memory = kmalloc(size);

	if (memory)
		memset(memory, 0, size);
	return memory;
}

void *krealloc(void *old, size_t size)
{
	size_t before = old ? malloc_usable_size(old) : 0;
	void *memory = may_allocate(size) ? realloc(old, size ? size : 1) : NULL;

	if (memory)
		memory_used += malloc_usable_size(memory) - before;
	return memory;
}

void kfree(void *memory)
{
	if (memory && memory_keep(memory, malloc_usable_size(memory), 0))
		return;
	if (memory)
		memory_used -= malloc_usable_size(memory);
	free(memory);
}

void memory_stats(struct memory_stats *stats)
{
	stats->total = memory_total;
	stats->used = memory_used < memory_total ? memory_used : memory_total;
	stats->largest_free = stats->total - stats->used;
}

_Noreturn void panic(const char *format, ...)
{
	va_list args;

	fputs("panic: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}
