/* The page allocator: contiguous runs of exactly as many pages as asked for.
 *
 * Free runs are as long as they can be: a freed run melts with its free neighbours at once. A free
 * run holds its own bookkeeping: a head in its first page (length, list links) and a pointer to the
 * head in its last one. Lists are kept by length, four classes to each power of two, so that the
 * smallest fitting class is found by looking at three words.
 *
 * Two bits a page, kept outside the pages, "used" and "head": 00 free, 11 the first page of an
 * allocated run, 10 a later one, 01 not ours (no RAM, or reserved). They find the neighbours, they
 * tell how long a run is, and they catch whoever frees twice, or something else than was allocated.
 */
#include "kernel/memory.h"

#include "kernel/boot_info.h"
#include "kernel/x86/panic.h"
#include "kernel/memory_map.h"
#include "lib/errno.h"
#include "lib/string.h"

#define CLASSES	   192
#define HEAD_MAGIC 0x6d656d5f68656164ull /* "mem_head" */
#define TAIL_MAGIC 0x6d656d5f7461696cull /* "mem_tail" */

struct free_head {
	uint64_t magic;
	size_t count;
	struct free_head *next, *previous;
};

struct free_tail { /* in the last page, where that is not the first as well */
	uint64_t magic;
	struct free_head *head;
};

static uintptr_t base; /* address of page 0 of the bit maps */
static size_t limit;   /* pages that the bit maps cover */
static uint64_t *used_map, *head_map;
static struct free_head *classes[CLASSES];
static uint64_t class_map[CLASSES / 64]; /* which lists are not empty */
static uint64_t total_pages, free_pages;
static struct memory_map ram, waiting; /* waiting: to be handed out once it can be reached */

static void *page_address(size_t page)
{
	return (void *)(base + page * PAGE_SIZE);
}

static size_t page_index(const void *address)
{
	return ((uintptr_t)address - base) / PAGE_SIZE;
}

/* ---- Bit maps ---- */

static bool test_bit(const uint64_t *map, size_t bit)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

static void set_bit(uint64_t *map, size_t bit)
{
	map[bit / 64] |= 1ull << (bit % 64);
}

static void clear_bit(uint64_t *map, size_t bit)
{
	map[bit / 64] &= ~(1ull << (bit % 64));
}

/* The bits of [bit, end) that lie in bit's own word; *next is where to go on. */
static uint64_t word_mask(size_t bit, size_t end, size_t *next)
{
	uint64_t mask = ~0ull << (bit % 64);

	*next = (bit | 63) + 1;
	if (*next > end) {
		mask &= ~0ull >> (*next - end);
		*next = end;
	}
	return mask;
}

static void fill_bits(uint64_t *map, size_t bit, size_t end, bool value)
{
	while (bit < end) {
		size_t next;
		uint64_t mask = word_mask(bit, end, &next);

		if (value)
			map[bit / 64] |= mask;
		else
			map[bit / 64] &= ~mask;
		bit = next;
	}
}

static bool all_bits_are(const uint64_t *map, size_t bit, size_t end, bool value)
{
	while (bit < end) {
		size_t next;
		uint64_t mask = word_mask(bit, end, &next);

		if ((map[bit / 64] & mask) != (value ? mask : 0))
			return false;
		bit = next;
	}
	return true;
}

static bool is_free(size_t page)
{
	return !test_bit(used_map, page) && !test_bit(head_map, page);
}

static bool is_run(size_t page)
{
	return test_bit(used_map, page) && test_bit(head_map, page);
}

/* The length of the allocated run that starts at page: up to the next head or unused page. */
static size_t run_length(size_t page)
{
	size_t end = page + 1;

	while (end < limit) {
		uint64_t stop = (head_map[end / 64] | ~used_map[end / 64]) >> (end % 64);

		if (stop) {
			end += __builtin_ctzll(stop);
			break;
		}
		end = (end | 63) + 1;
	}
	return (end < limit ? end : limit) - page;
}

/* ---- Free runs ---- */

static unsigned class_of(size_t count)
{
	unsigned power = 63 - __builtin_clzll(count);
	unsigned quarter = (power >= 2 ? count >> (power - 2) : count << (2 - power)) & 3;

	return power * 4 + quarter;
}

static void check_head(const struct free_head *head)
{
	if (head->magic != HEAD_MAGIC || head->count == 0)
		panic("memory: free page %p was written to", (const void *)head);
}

static struct free_tail *tail_of(struct free_head *head)
{
	return (struct free_tail *)((char *)head + (head->count - 1) * PAGE_SIZE);
}

static void insert_run(size_t page, size_t count)
{
	struct free_head *head = page_address(page);
	unsigned class = class_of(count);

	*head = (struct free_head){HEAD_MAGIC, count, classes[class], NULL};
	if (head->next)
		head->next->previous = head;
	classes[class] = head;
	set_bit(class_map, class);
	if (count > 1)
		*tail_of(head) = (struct free_tail){TAIL_MAGIC, head};
	free_pages += count;
}

static void remove_run(struct free_head *head)
{
	unsigned class = class_of(head->count);

	if (head->next)
		head->next->previous = head->previous;
	if (head->previous)
		head->previous->next = head->next;
	else
		classes[class] = head->next;
	if (!classes[class])
		clear_bit(class_map, class);
	free_pages -= head->count;
	head->magic = 0;
}

/* The shortest run that is surely long enough, else the first in count's own class. */
static struct free_head *find_run(size_t count)
{
	unsigned class = class_of(count);

	for (struct free_head *head = classes[class]; head; head = head->next) {
		check_head(head);
		if (head->count >= count)
			return head;
	}
	for (class ++; class < CLASSES; class = (class | 63) + 1) {
		uint64_t rest = class_map[class / 64] >> (class % 64);

		if (rest) {
			struct free_head *head = classes[class + __builtin_ctzll(rest)];

			check_head(head);
			return head;
		}
	}
	return NULL;
}

/* Makes [page, page+count) free and melts it with its neighbours. */
static void free_run(size_t page, size_t count)
{
	size_t end = page + count;

	fill_bits(used_map, page, end, false);
	fill_bits(head_map, page, end, false);
	if (end < limit && is_free(end)) {
		struct free_head *next = page_address(end);

		check_head(next);
		count += next->count;
		remove_run(next);
	}
	if (page > 0 && is_free(page - 1)) {
		struct free_head *head = page_address(page - 1);

		/* A page that is a run of its own has a head, longer ones a tail in this place. */
		if (head->magic == TAIL_MAGIC)
			head = ((struct free_tail *)head)->head;
		else if (head->magic != HEAD_MAGIC || head->count != 1)
			panic("memory: free page %p was written to", (void *)head);
		check_head(head);
		if (page_index(head) + head->count != page)
			panic("memory: free page %p was written to", (void *)head);
		page = page_index(head);
		count += head->count;
		remove_run(head);
	}
	insert_run(page, count);
}

/* ---- The interface ---- */

void *pages_alloc(size_t count)
{
	if (count == 0 || count > limit)
		return NULL;

	struct free_head *head = find_run(count);
	if (!head)
		return NULL;

	size_t page = page_index(head), rest = head->count - count;
	remove_run(head);
	if (rest)
		insert_run(page + count, rest);
	fill_bits(used_map, page, page + count, true);
	set_bit(head_map, page);
	return head;
}

/* The page number of a whole allocated run, or panic. */
static size_t check_run(const void *pages, size_t count, const char *what)
{
	size_t page = page_index(pages);

	if ((uintptr_t)pages < base || (uintptr_t)pages % PAGE_SIZE || page >= limit ||
	    !is_run(page))
		panic("memory: %s of %p, which is not allocated", what, pages);

	size_t length = run_length(page);
	if (count != length)
		panic("memory: %s of %zu pages at %p, where %zu are allocated", what, count, pages,
		      length);
	return page;
}

void pages_free(void *pages, size_t count)
{
	if (!pages)
		return;

	size_t page = check_run(pages, count, "free");
	if (!memory_keep(pages, count * PAGE_SIZE, count))
		free_run(page, count);
}

size_t pages_count(const void *pages)
{
	size_t page = page_index(pages);

	if ((uintptr_t)pages < base || (uintptr_t)pages % PAGE_SIZE || page >= limit ||
	    !is_run(page))
		panic("memory: %p is not allocated", pages);
	return run_length(page);
}

bool pages_resize(void *pages, size_t count, size_t new_count)
{
	size_t page = check_run(pages, count, "resize"), end = page + count;

	if (new_count == 0 || new_count > limit - page)
		return false;
	if (memory_is_held(pages, count * PAGE_SIZE))
		return false;
	if (new_count <= count) {
		if (new_count < count)
			free_run(page + new_count, count - new_count);
		return true;
	}

	if (end >= limit || !is_free(end))
		return false;
	struct free_head *next = page_address(end);
	size_t more = new_count - count;

	check_head(next);
	size_t rest = next->count - more;
	if (next->count < more)
		return false;
	remove_run(next);
	if (rest)
		insert_run(end + more, rest);
	fill_bits(used_map, end, end + more, true);
	return true;
}

void memory_stats(struct memory_stats *stats)
{
	stats->total = total_pages * PAGE_SIZE;
	stats->used = (total_pages - free_pages) * PAGE_SIZE;
	stats->largest_free = 0;
	for (unsigned class = CLASSES; class -- > 0 && stats->largest_free == 0;) {
		for (struct free_head *head = classes[class]; head; head = head->next) {
			if (head->count * PAGE_SIZE > stats->largest_free)
				stats->largest_free = head->count * PAGE_SIZE;
		}
	}
}

/* ---- Start ---- */

const struct memory_map *memory_ram(void)
{
	return &ram;
}

/* What the loader calls usable, less what any other of its entries claims. */
static void collect_ram(const struct boot_info *info)
{
	ram.count = 0;
	for (unsigned i = 0; i < info->range_count; i++) {
		const struct boot_range *range = &info->ranges[i];

		if (range->usable)
			memory_map_add(&ram, range->start, range->start + range->size);
	}
	for (unsigned i = 0; i < info->range_count; i++) {
		const struct boot_range *range = &info->ranges[i];

		if (!range->usable)
			memory_map_remove(&ram, range->start, range->start + range->size);
	}
}

/* Makes the part of the waiting RAM free that lies below end. */
static void hand_out(uint64_t end)
{
	end &= ~(uint64_t)(PAGE_SIZE - 1);
	while (waiting.count && waiting.spans[0].start < end) {
		struct memory_span span = waiting.spans[0];

		if (span.end > end)
			span.end = end;
		memory_map_remove(&waiting, span.start, span.end);
		free_run((span.start - base) / PAGE_SIZE, (span.end - span.start) / PAGE_SIZE);
	}
}

void memory_init_rest(void)
{
	hand_out(UINT64_MAX);
}

int memory_init(const struct boot_info *info, const struct boot_range *reserved,
		unsigned reserved_count, uint64_t reachable)
{
	collect_ram(info);
	total_pages = 0;
	for (unsigned i = 0; i < ram.count; i++)
		total_pages += (ram.spans[i].end - ram.spans[i].start) / PAGE_SIZE;

	waiting = ram;
	memory_map_remove(&waiting, 0, PAGE_SIZE); /* NULL */
	for (unsigned i = 0; i < reserved_count; i++)
		memory_map_remove(&waiting, reserved[i].start,
				  reserved[i].start + reserved[i].size);
	if (waiting.count == 0)
		return -ENOMEM;

	free_pages = 0;
	memset(classes, 0, sizeof(classes));
	memset(class_map, 0, sizeof(class_map));
	base = ram.spans[0].start;
	limit = (ram.spans[ram.count - 1].end - base) / PAGE_SIZE;

	size_t words = (limit + 63) / 64;
	uint64_t size = (words * 16 + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	uint64_t start = 0;
	/* Not below 1 MiB: that is kept for those who need it there. */
	for (unsigned i = 0; i < waiting.count && !start; i++) {
		const struct memory_span *span = &waiting.spans[i];

		if (span->end > 0x100000 && span->end - span->start >= size &&
		    span->start + size <= reachable)
			start = span->start;
	}
	if (!start)
		return -ENOMEM;
	used_map = (uint64_t *)(uintptr_t)start;
	head_map = used_map + words;
	memory_map_remove(&waiting, start, start + size);

	memset(used_map, 0, words * 8);
	memset(head_map, 0xff, words * 8);
	hand_out(reachable);
	return 0;
}

void memory_release(uint64_t start, uint64_t size)
{
	uint64_t end = start + size;

	for (unsigned i = 0; i < ram.count && start < end; i++) {
		uint64_t from = start > ram.spans[i].start ? start : ram.spans[i].start;
		uint64_t to = end < ram.spans[i].end ? end : ram.spans[i].end;

		from = (from + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
		to &= ~(uint64_t)(PAGE_SIZE - 1);
		if (from >= to)
			continue;

		size_t page = (from - base) / PAGE_SIZE, count = (to - from) / PAGE_SIZE;
		/* Neither free already nor allocated by somebody, nor our own bit maps. */
		if (all_bits_are(used_map, page, page + count, false) &&
		    all_bits_are(head_map, page, page + count, true) &&
		    (uintptr_t)used_map - from >= to - from)
			free_run(page, count);
	}
}
