/* The page allocator and the heap over an arena of the host. */
#include "kernel/boot_info.h"
#include "kernel/x86/panic.h"
#include "kernel/memory.h"
#include "kernel/memory_map.h"
#include "tests/unit/cmocka.h"

#define ARENA_PAGES 4096

static char *arena;
static jmp_buf panicked;
static char panic_text[200];

void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(panic_text, sizeof(panic_text), format, args);
	va_end(args);
	longjmp(panicked, 1);
}

#define assert_panics(statement, text)                     \
	do {                                               \
		if (setjmp(panicked) == 0) {               \
			statement;                         \
			fail_msg("no panic: " #statement); \
		}                                          \
		if (!strstr(panic_text, text))             \
			fail_msg("panic: %s", panic_text); \
	} while (0)

static int set_up(void **state)
{
	struct boot_info *info = calloc(1, sizeof(*info));

	(void)state;
	free(arena);
	arena = aligned_alloc(PAGE_SIZE, ARENA_PAGES * PAGE_SIZE);
	memset(arena, 0xa5, ARENA_PAGES * PAGE_SIZE);
	/* Out of order and in two touching parts, with a hole. */
	info->range_count = 4;
	info->ranges[0] = (struct boot_range){(uintptr_t)arena + 100 * PAGE_SIZE,
					      (ARENA_PAGES - 100) * PAGE_SIZE, true};
	info->ranges[1] = (struct boot_range){(uintptr_t)arena, 100 * PAGE_SIZE, true};
	info->ranges[2] = (struct boot_range){(uintptr_t)arena + 50 * PAGE_SIZE + 10, 20, false};
	info->ranges[3] = (struct boot_range){UINT64_MAX - 10000, 10000, false};
	struct boot_range reserved = {(uintptr_t)arena + 60 * PAGE_SIZE, 4 * PAGE_SIZE, false};
	int error = memory_init(info, &reserved, 1, (uintptr_t)arena + 2000 * PAGE_SIZE + 7);
	memory_init_rest();
	free(info);
	return error;
}

static uint64_t used(void)
{
	struct memory_stats stats;

	memory_stats(&stats);
	return stats.used / PAGE_SIZE;
}

static uint64_t largest(void)
{
	struct memory_stats stats;

	memory_stats(&stats);
	return stats.largest_free / PAGE_SIZE;
}

static void start(void **state)
{
	struct memory_stats stats;

	(void)state;
	memory_stats(&stats);
	assert_int_equal(stats.total, (ARENA_PAGES - 1) * PAGE_SIZE);
	assert_int_equal(used(), 4 + 1); /* reserved, and one page of bit maps */
	assert_int_equal(largest(), ARENA_PAGES - 64);
	assert_int_equal(memory_ram()->count, 2);
}

static void longest_run(void **state)
{
	uint64_t count = largest(), before = used();
	char *run = pages_alloc(count);

	(void)state;
	assert_ptr_equal(run, arena + 64 * PAGE_SIZE);
	assert_null(pages_alloc(count));
	assert_null(pages_alloc(0));
	assert_null(pages_alloc(SIZE_MAX));
	assert_null(pages_alloc(SIZE_MAX / PAGE_SIZE + 1));
	assert_int_equal(pages_count(run), count);
	pages_free(run, count);
	assert_int_equal(used(), before);
	assert_int_equal(largest(), count);
}

static void resize(void **state)
{
	char *run = pages_alloc(100);

	(void)state;
	uint64_t before = used();
	assert_true(pages_resize(run, 100, 1));
	assert_int_equal(used(), before - 99);
	assert_true(pages_resize(run, 1, 1000));
	assert_int_equal(pages_count(run), 1000);
	assert_false(pages_resize(run, 1000, ARENA_PAGES));
	char *wall = pages_alloc(1);
	while (wall != run + 1000 * PAGE_SIZE && wall)
		wall = pages_alloc(1);
	assert_non_null(wall);
	assert_false(pages_resize(run, 1000, 1001));
	pages_free(run, 1000);
}

static void misuse(void **state)
{
	char *run = pages_alloc(10), *other = pages_alloc(10);

	(void)state;
	assert_panics(pages_free(run, 9), "9 pages");
	assert_panics(pages_free(run, 11), "11 pages");
	assert_panics(pages_free(run + PAGE_SIZE, 9), "not allocated");
	assert_panics(pages_free(run + 1, 10), "not allocated");
	assert_panics(pages_free(arena - PAGE_SIZE, 1), "not allocated");
	assert_panics(pages_free(arena + ARENA_PAGES * PAGE_SIZE, 1), "not allocated");
	assert_panics(pages_free(arena + 60 * PAGE_SIZE, 4), "not allocated"); /* reserved */
	pages_free(run, 10);
	assert_panics(pages_free(run, 10), "not allocated");
	memset(run, 0, 8); /* use after free */
	assert_panics(pages_free(other, 10); pages_alloc(10), "was written to");
}

static void release(void **state)
{
	uint64_t before = used();

	(void)state;
	memory_release((uintptr_t)arena + 60 * PAGE_SIZE - 5, 5 + PAGE_SIZE + 7);
	assert_int_equal(used(), before - 1);
	memory_release((uintptr_t)arena + 60 * PAGE_SIZE, 4 * PAGE_SIZE); /* partly free already */
	assert_int_equal(used(), before - 1);
	memory_release(0, UINT64_MAX);
	memory_release(UINT64_MAX - 5, 10);
	memory_release((uintptr_t)arena, PAGE_SIZE); /* the bit maps, or free: not ours to give */
	assert_int_equal(used(), before - 1);
}

/* Runs of random length, each filled with a pattern of its own. */
static void random_runs(void **state)
{
	enum { RUNS = 200 };
	static struct {
		char *memory;
		size_t count;
	} runs[RUNS];
	uint64_t before = used();

	(void)state;
	srand(1);
	for (unsigned step = 0; step < 100000; step++) {
		unsigned i = rand() % RUNS;

		if (runs[i].memory) {
			for (size_t at = 0; at < runs[i].count; at++)
				assert_int_equal(runs[i].memory[at * PAGE_SIZE], (char)i);
			if (rand() % 4 == 0) {
				size_t count = 1 + rand() % 60;

				if (pages_resize(runs[i].memory, runs[i].count, count)) {
					for (size_t at = runs[i].count; at < count; at++)
						memset(runs[i].memory + at * PAGE_SIZE, i,
						       PAGE_SIZE);
					runs[i].count = count;
				}
				continue;
			}
			pages_free(runs[i].memory, runs[i].count);
			runs[i].memory = NULL;
		} else {
			runs[i].count = 1 + rand() % (rand() % 8 ? 8 : 300);
			runs[i].memory = pages_alloc(runs[i].count);
			if (runs[i].memory)
				memset(runs[i].memory, i, runs[i].count * PAGE_SIZE);
		}
	}
	for (unsigned i = 0; i < RUNS; i++) {
		if (runs[i].memory)
			pages_free(runs[i].memory, runs[i].count);
		runs[i].memory = NULL;
	}
	assert_int_equal(used(), before);
	assert_int_equal(largest(), ARENA_PAGES - 64);
}

/* The heap keeps pages: from here on the arena stays. */
static void heap_sizes(void **state)
{
	(void)state;
	for (size_t size = 0; size < 10000; size = size < 2100 ? size + 1 : size * 5 / 4) {
		char *a = kmalloc(size), *b = kzalloc(size);

		assert_int_equal((uintptr_t)a % 16, 0);
		assert_int_equal((uintptr_t)b % 16, 0);
		memset(a, 1, size);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(b[i], 0);
		memset(b, 2, size);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(a[i], 1);
		kfree(a);
		kfree(b);
	}
	kfree(NULL);
	assert_null(kmalloc(SIZE_MAX));
	assert_null(kmalloc(SIZE_MAX - PAGE_SIZE));
	assert_null(kzalloc((size_t)ARENA_PAGES * PAGE_SIZE));
	assert_true(used() < 4 + 1 + 17); /* an empty page of each size is kept */
}

static void heap_misuse(void **state)
{
	char *a = kmalloc(100), *large = kmalloc(5000);

	(void)state;
	assert_panics(kfree(a + 1), "not from kmalloc");
	assert_panics(kfree(a + 128 * 100), "not from kmalloc");
	assert_panics(kfree(large + 16), "not from kmalloc");
	kfree(large);
	assert_panics(kfree(large), "not allocated");
	kfree(a);
	assert_panics(kfree(a), "free already");
}

static void heap_random(void **state)
{
	enum { OBJECTS = 1000 };
	static struct {
		unsigned char *memory;
		size_t size;
	} objects[OBJECTS];

	(void)state;
	srand(2);
	for (unsigned step = 0; step < 200000; step++) {
		unsigned i = rand() % OBJECTS;
		size_t size = rand() % (rand() % 16 ? 500 : 20000);

		for (size_t at = 0; at < objects[i].size; at += 7)
			assert_int_equal(objects[i].memory[at], i & 0xff);
		switch (rand() % 3) {
		case 0:
			kfree(objects[i].memory);
			objects[i].memory = NULL;
			objects[i].size = 0;
			break;
		default: {
			unsigned char *new = krealloc(objects[i].memory, size);

			if (!new)
				break;
			for (size_t at = 0; at < objects[i].size && at < size; at += 7)
				assert_int_equal(new[at], i & 0xff);
			memset(new, i, size);
			objects[i].memory = new;
			objects[i].size = size;
		}
		}
	}
	for (unsigned i = 0; i < OBJECTS; i++) {
		kfree(objects[i].memory);
		objects[i].memory = NULL;
		objects[i].size = 0;
	}
	assert_true(used() < 4 + 1 + 17);
}

static void map_sets(void **state)
{
	static struct memory_map map;
	static bool pages[64];

	(void)state;
	srand(3);
	for (unsigned step = 0; step < 100000; step++) {
		unsigned start = rand() % 64, end = start + rand() % (65 - start);
		bool add = rand() % 2;

		if (add)
			memory_map_add(&map, start * PAGE_SIZE - (start > 0), end * PAGE_SIZE + 1);
		else
			memory_map_remove(&map, start * PAGE_SIZE + (start < end), end * PAGE_SIZE);
		for (unsigned i = start; i < end; i++)
			pages[i] = add;
		for (unsigned i = 0; i < 64; i++)
			assert_int_equal(memory_map_touches(&map, i * PAGE_SIZE, i * PAGE_SIZE + 1),
					 pages[i]);
		for (unsigned i = 0; i < map.count; i++) {
			assert_true(map.spans[i].start < map.spans[i].end);
			assert_true(i == 0 || map.spans[i - 1].end < map.spans[i].start);
		}
	}
}

/* The last page of the address space, and more spans than there is room for. */
static void map_edges(void **state)
{
	static struct memory_map map;

	(void)state;
	memory_map_add(&map, UINT64_MAX - 0x7ff, UINT64_MAX);
	assert_int_equal(map.count, 0);
	memory_map_add(&map, UINT64_MAX - 0x2fff, UINT64_MAX);
	assert_int_equal(map.count, 1);
	assert_true(map.spans[0].start == UINT64_MAX - 0x2fff);
	memory_map_remove(&map, UINT64_MAX - 0x1000, UINT64_MAX);
	memory_map_remove(&map, 0, UINT64_MAX);
	assert_int_equal(map.count, 0);

	for (uint64_t i = 0; i < MEMORY_MAP_MAX + 50; i++)
		memory_map_add(&map, 2 * i * PAGE_SIZE, (2 * i + 1) * PAGE_SIZE);
	assert_int_equal(map.count, MEMORY_MAP_MAX);
	memory_map_add(&map, 0, MEMORY_MAP_MAX * 2 * PAGE_SIZE);
	assert_int_equal(map.count, 1);
	for (uint64_t i = 0; i < MEMORY_MAP_MAX + 50; i++)
		memory_map_remove(&map, 2 * i * PAGE_SIZE, (2 * i + 1) * PAGE_SIZE);
	assert_in_range(map.count, 1, MEMORY_MAP_MAX);
}

/* What a device still uses is freed, but given out only once the device is done with it; who else
 * is freed beside it is not kept. */
static void held(void **state)
{
	struct memory_hold holds[3];
	uint64_t before = used();
	char *run = pages_alloc(10), *other = pages_alloc(10), *small = kmalloc(100);
	char *next = kmalloc(100);

	(void)state;
	memory_hold(&holds[0], run + 5 * PAGE_SIZE, 100);
	memory_hold(&holds[1], run + 9 * PAGE_SIZE, PAGE_SIZE);
	memory_hold(&holds[2], small + 10, 20);
	assert_false(pages_resize(run, 10, 4));
	assert_ptr_not_equal(krealloc(small, 90), NULL);
	run[5 * PAGE_SIZE] = 7;
	pages_free(run, 10);
	pages_free(other, 10);
	kfree(small);
	kfree(next);
	for (unsigned i = 0; i < 300; i++) {
		char *page = pages_alloc(1), *object = kmalloc(100);

		assert_false(page >= run && page < run + 10 * PAGE_SIZE);
		assert_ptr_not_equal(object, small);
		pages_free(page, 1);
		kfree(object);
	}
	assert_int_equal(run[5 * PAGE_SIZE], 7);
	memory_unhold(&holds[0]);
	assert_true(used() >= before + 10); /* the other hold */
	memory_unhold(&holds[1]);
	memory_unhold(&holds[2]);
	assert_true(used() <= before + 2);
	run = pages_alloc(ARENA_PAGES / 2);
	assert_non_null(run);
	pages_free(run, ARENA_PAGES / 2);
}

TESTS(cmocka_unit_test_setup(start, set_up), cmocka_unit_test_setup(longest_run, set_up),
      cmocka_unit_test_setup(resize, set_up), cmocka_unit_test_setup(misuse, set_up),
      cmocka_unit_test_setup(release, set_up), cmocka_unit_test_setup(random_runs, set_up),
      cmocka_unit_test_setup(heap_sizes, set_up), cmocka_unit_test(heap_random),
      cmocka_unit_test(heap_misuse), cmocka_unit_test(map_sets), cmocka_unit_test(map_edges),
      cmocka_unit_test(held))
