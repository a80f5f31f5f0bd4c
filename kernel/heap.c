/* Small allocations: a page holds objects of one size, 16 bytes to half a page. Larger ones are
 * runs of pages, so a page-aligned address is a run, any other an object in a page. */
#include "kernel/memory.h"

#include "kernel/x86/panic.h"
#include "lib/string.h"

#define HEAP_MAGIC  0x6d656d5f68656170ull /* "mem_heap", mixed with the page's address */
#define HEADER	    64
#define OBJECTS_MAX ((PAGE_SIZE - HEADER) / 16)
#define SMALL_MAX   2016
#define EMPTY_KEPT  1 /* empty pages that a size keeps, against to and fro */
#define USED_WORDS  ((OBJECTS_MAX + 63) / 64)

struct heap_page {
	uint64_t magic;
	struct heap_page *next, *previous; /* pages of this size with room */
	uint16_t size_index, free;
	uint32_t reserved;
	uint64_t used[USED_WORDS]; /* a bit an object; those beyond the last one are set */
};
_Static_assert(sizeof(struct heap_page) <= HEADER, "the header has its place");
_Static_assert(HEADER % 16 == 0, "objects are 16-byte aligned");

/* As many objects as a page can hold, rounded down to 16 bytes: 252 126 84 63 42 31 21 15 12 9 7 6
 * 5 4 3 2. */
static const uint16_t sizes[] = {16,  32,  48,	64,  96,  128,	192,  256,
				 336, 448, 576, 672, 800, 1008, 1344, SMALL_MAX};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static struct heap_page *with_room[SIZES];
static unsigned empty_pages[SIZES];

static unsigned size_index(size_t size)
{
	unsigned low = 0, high = SIZES - 1;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (sizes[middle] < size)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static unsigned objects_of(unsigned index)
{
	return (PAGE_SIZE - HEADER) / sizes[index];
}

static void link_page(struct heap_page *page)
{
	struct heap_page **list = &with_room[page->size_index];

	page->previous = NULL;
	page->next = *list;
	if (page->next)
		page->next->previous = page;
	*list = page;
}

static void unlink_page(struct heap_page *page)
{
	if (page->next)
		page->next->previous = page->previous;
	if (page->previous)
		page->previous->next = page->next;
	else
		with_room[page->size_index] = page->next;
}

static uint64_t magic_of(const struct heap_page *page)
{
	return HEAP_MAGIC ^ (uintptr_t)page;
}

static void check_page(const struct heap_page *page)
{
	if (page->magic != magic_of(page))
		panic("memory: heap page %p was written to", (const void *)page);
}

static struct heap_page *new_page(unsigned index)
{
	struct heap_page *page = pages_alloc(1);

	if (!page)
		return NULL;
	page->magic = magic_of(page);
	page->size_index = index;
	page->free = objects_of(index);
	memset(page->used, 0xff, sizeof(page->used));
	for (unsigned i = 0; i < page->free; i++)
		page->used[i / 64] &= ~(1ull << (i % 64));
	link_page(page);
	empty_pages[index]++;
	return page;
}

void *kmalloc(size_t size)
{
	if (size > SMALL_MAX) {
		size_t pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);

		return pages_alloc(pages);
	}

	unsigned index = size_index(size);
	struct heap_page *page = with_room[index];
	if (!page)
		page = new_page(index);
	if (!page)
		return NULL;
	check_page(page);

	unsigned word = 0;
	while (word < USED_WORDS - 1 && !~page->used[word])
		word++;
	if (!~page->used[word])
		panic("memory: heap page %p was written to", (void *)page);
	unsigned bit = __builtin_ctzll(~page->used[word]);

	page->used[word] |= 1ull << bit;
	if (page->free == objects_of(index))
		empty_pages[index]--;
	if (--page->free == 0)
		unlink_page(page);
	return (char *)page + HEADER + (word * 64 + bit) * sizes[index];
}

void *kzalloc(size_t size)
{
	void *memory = kmalloc(size);

	if (memory)
		memset(memory, 0, size);
	return memory;
}

/* The page of a small object, checked; *object is its number in it. */
static struct heap_page *page_of(const void *memory, unsigned *object)
{
	struct heap_page *page = (struct heap_page *)((uintptr_t)memory & ~(PAGE_SIZE - 1));

	if (!page || page->magic != magic_of(page) || page->size_index >= SIZES)
		panic("memory: %p is not from kmalloc()", memory);

	size_t offset = (uintptr_t)memory % PAGE_SIZE, size = sizes[page->size_index];
	if (offset < HEADER || (offset - HEADER) % size ||
	    (offset - HEADER) / size >= objects_of(page->size_index))
		panic("memory: %p is not from kmalloc()", memory);
	*object = (offset - HEADER) / size;
	if (!(page->used[*object / 64] >> (*object % 64) & 1))
		panic("memory: %p is free already", memory);
	return page;
}

void kfree(void *memory)
{
	unsigned object;

	if (!memory)
		return;
	if ((uintptr_t)memory % PAGE_SIZE == 0) {
		pages_free(memory, pages_count(memory));
		return;
	}

	struct heap_page *page = page_of(memory, &object);
	unsigned index = page->size_index;
	if (memory_keep(memory, sizes[index], 0))
		return;
	page->used[object / 64] &= ~(1ull << (object % 64));
	if (page->free++ == 0)
		link_page(page);
	if (page->free < objects_of(index))
		return;
	if (empty_pages[index] < EMPTY_KEPT) {
		empty_pages[index]++;
		return;
	}
	unlink_page(page);
	page->magic = 0;
	pages_free(page, 1);
}

void *krealloc(void *old, size_t size)
{
	size_t old_size;

	if (!old)
		return kmalloc(size);
	if ((uintptr_t)old % PAGE_SIZE == 0) {
		size_t count = pages_count(old);

		old_size = count * PAGE_SIZE;
		if (size > SMALL_MAX &&
		    pages_resize(old, count, size / PAGE_SIZE + (size % PAGE_SIZE != 0)))
			return old;
	} else {
		unsigned object, index = page_of(old, &object)->size_index;

		old_size = sizes[index];
		if (size <= SMALL_MAX && size_index(size) == index)
			return old;
	}

	void *new = kmalloc(size);
	if (!new)
		return NULL;
	memcpy(new, old, old_size < size ? old_size : size);
	kfree(old);
	return new;
}
