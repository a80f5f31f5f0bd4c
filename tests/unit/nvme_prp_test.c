/* The PRP builder against a reference: each list that it builds is read back as a controller would
 * read it (Base 2.0, section 4.1.1), and must describe exactly the bytes of the segments, as many
 * of them as is possible at all. */
#include "drivers/nvme/transport/prp.h"

#include "drivers/nvme/transport/platform.h"
#include "lib/prng.h"
#include "tests/sim/controller.h"
#include "tests/unit/cmocka.h"

#define PAGE	 4096ull
#define ARENA	 (4ull << 20)
#define LIST_MAX 2048

struct fixture {
	uint8_t *arena; /* page aligned */
	struct nvme_prp_list list;
	uint64_t *guard; /* behind the list */
};

static struct fixture fixture;

static int set_up(void **state)
{
	(void)state;
	fixture.arena = aligned_alloc(PAGE, ARENA);
	fixture.list.entries = nvme_dma_alloc(LIST_MAX * 8, &fixture.list.bus);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(fixture.arena);
	nvme_dma_free(fixture.list.entries, LIST_MAX * 8);
	return sim_allocations() ? -1 : 0;
}

/* What the controller reads at a bus address inside the list memory. */
static uint64_t list_entry(uint64_t bus)
{
	assert_int_equal(bus % 8, 0);
	assert_in_range(bus, fixture.list.bus, fixture.list.bus + 8ull * fixture.list.count - 8);
	return fixture.list.entries[(bus - fixture.list.bus) / 8];
}

/* Where the reference has got to in the segments. */
struct place {
	const struct block_segment *segment;
	size_t offset;
};

static uint8_t *place_next(struct place *place, size_t *run)
{
	uint8_t *at;

	while (place->offset == place->segment->size) {
		place->segment++;
		place->offset = 0;
	}
	at = (uint8_t *)place->segment->address + place->offset;
	*run = place->segment->size - place->offset;
	return at;
}

/* The device is told to move size bytes at bus: they must be the next bytes of the segments. */
static void expect_run(struct place *place, uint64_t bus, size_t size)
{
	while (size) {
		size_t run, page;
		uint8_t *at = place_next(place, &run);

		page = PAGE - (uintptr_t)at % PAGE;
		run = run < page ? run : page;
		run = run < size ? run : size;
		if (bus != nvme_dma_address(at))
			fail_msg("bus address %llx, expected %llx", (unsigned long long)bus,
				 (unsigned long long)nvme_dma_address(at));
		place->offset += run;
		bus += run;
		size -= run;
	}
}

static void walk(const struct nvme_cursor *cursor, size_t size, uint64_t prp1, uint64_t prp2)
{
	struct place place = {cursor->segment, cursor->offset};
	size_t first = PAGE - prp1 % PAGE;
	uint64_t at;

	first = first < size ? first : size;
	assert_int_equal(prp1 % 4, 0);
	expect_run(&place, prp1, first);
	size -= first;
	if (!size) {
		assert_int_equal(prp2, 0);
		return;
	}
	if (size <= PAGE) {
		assert_int_equal(prp2 % PAGE, 0);
		expect_run(&place, prp2, size);
		return;
	}
	for (at = prp2; size; at += 8) {
		uint64_t entry = list_entry(at);
		size_t chunk = size < PAGE ? size : PAGE;

		assert_int_equal(entry % PAGE, 0);
		if (at % PAGE == PAGE - 8 && size > PAGE) {
			at = entry - 8;
			continue;
		}
		expect_run(&place, entry, chunk);
		size -= chunk;
	}
}

/* How many bytes can be described at all. */
static size_t reference(const struct nvme_cursor *cursor, size_t size, unsigned capacity)
{
	struct place place = {cursor->segment, cursor->offset};
	size_t done = 0, run;
	unsigned pages = 0; /* behind the first */
	uintptr_t end = 0;

	while (done < size) {
		uintptr_t at = (uintptr_t)place_next(&place, &run);

		if (done == 0 && at % 4)
			return 0;
		if (done && at != end && (end % PAGE || at % PAGE))
			return done;
		if (done && at % PAGE == 0 && pages++ == capacity)
			return done;
		if (done && at % PAGE && at != end)
			return done;
		run = run < PAGE - at % PAGE ? run : PAGE - at % PAGE;
		run = run < size - done ? run : size - done;
		place.offset += run;
		done += run;
		end = at + run;
	}
	return done;
}

/* Neighbours in memory are joined by the builder only at page borders: two segments that touch
 * inside a page may or may not be one. */
static bool touches_inside_page(const struct nvme_cursor *cursor, size_t size)
{
	struct place place = {cursor->segment, cursor->offset};
	uintptr_t end = 0;
	size_t run;

	while (size) {
		uintptr_t at = (uintptr_t)place_next(&place, &run);

		if (end && at == end && at % PAGE)
			return true;
		run = run < size ? run : size;
		place.offset += run;
		size -= run;
		end = at + run;
	}
	return false;
}

static size_t check(const struct nvme_cursor *cursor, size_t size, unsigned count)
{
	uint64_t prp1 = 0, prp2 = 0;
	size_t built, possible;

	fixture.list.count = count;
	for (unsigned i = 0; i < LIST_MAX; i++)
		fixture.list.entries[i] = 0xbad;
	built = nvme_prp_build(cursor, size, &fixture.list, &prp1, &prp2);
	possible = reference(cursor, size, nvme_prp_capacity(count));
	if (touches_inside_page(cursor, size))
		assert_true(built <= possible);
	else
		assert_int_equal(built, possible);
	for (unsigned i = count; i < LIST_MAX; i++)
		assert_int_equal(fixture.list.entries[i], 0xbad);
	if (built)
		walk(cursor, built, prp1, prp2);
	return built;
}

static void test_every_offset_and_length(void **state)
{
	static const size_t offsets[] = {0, 4, 8, 508, 512, 2048, 3584, 4088, 4092};

	(void)state;
	for (unsigned o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++)
		for (size_t size = 4; size <= 5 * PAGE + 16; size += size % 512 == 12 ? 500 : 4) {
			struct block_segment segment = {fixture.arena + offsets[o], size};
			struct nvme_cursor cursor = {&segment, 0};

			assert_int_equal(check(&cursor, size, 8), size);
		}
}

static void test_misaligned(void **state)
{
	(void)state;
	for (size_t offset = 1; offset < 64; offset++) {
		struct block_segment segment = {fixture.arena + offset, 8192};
		struct nvme_cursor cursor = {&segment, 0};

		assert_int_equal(check(&cursor, 8192, 8), offset % 4 ? 0 : 8192);
	}
}

/* Around the number of entries that fill one, two and three list pages. */
static void test_lists_cross_pages(void **state)
{
	static const unsigned counts[] = {8, 64, 511, 512, 1024, 1536};

	(void)state;
	for (unsigned c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		unsigned capacity = nvme_prp_capacity(counts[c]);

		for (unsigned pages = capacity - 3; pages <= capacity + 3; pages++) {
			for (size_t offset = 0; offset < PAGE; offset += 2044) {
				size_t size = (size_t)pages * PAGE + 512;
				struct block_segment segment = {fixture.arena + offset, size};
				struct nvme_cursor cursor = {&segment, 0};

				if (offset + size <= ARENA)
					check(&cursor, size, counts[c]);
			}
		}
	}
	assert_int_equal(nvme_prp_capacity(512), 512);
	assert_int_equal(nvme_prp_capacity(1024), 1023);
	assert_int_equal(nvme_prp_capacity(1536), 1534);
}

/* nvme_prp_entries() is enough for its size at every offset. */
static void test_entries_suffice(void **state)
{
	(void)state;
	for (size_t size = 512; size + PAGE <= ARENA; size += size < 65536 ? 512 : 3 * PAGE + 512) {
		unsigned entries = nvme_prp_entries(size);

		assert_in_range(entries, 1, LIST_MAX);
		assert_true(entries < 512 || entries % 512 == 0);
		for (size_t offset = 0; offset < PAGE; offset += 1364) {
			struct block_segment segment = {fixture.arena + offset, size};
			struct nvme_cursor cursor = {&segment, 0};

			assert_int_equal(check(&cursor, size, entries), size);
		}
		{
			struct block_segment segment = {fixture.arena + PAGE - 4, size};
			struct nvme_cursor cursor = {&segment, 0};

			assert_int_equal(check(&cursor, size, entries), size);
		}
	}
}

static void test_segments_join_at_pages(void **state)
{
	struct block_segment segments[4] = {
		{fixture.arena + 512, PAGE - 512},
		{fixture.arena + 8 * PAGE, 2 * PAGE},
		{fixture.arena + 4 * PAGE, PAGE},
		{fixture.arena + 16 * PAGE, 100},
	};
	struct nvme_cursor cursor = {segments, 0};

	(void)state;
	assert_int_equal(check(&cursor, 4 * PAGE - 512 + 100, 8), 4 * PAGE - 512 + 100);
	/* a hole inside a page ends the command */
	segments[2].size = PAGE - 4;
	assert_int_equal(check(&cursor, 4 * PAGE - 512 + 96, 8), 4 * PAGE - 512 - 4);
	segments[1].address = fixture.arena + 8 * PAGE + 4;
	assert_int_equal(check(&cursor, 3 * PAGE, 8), PAGE - 512);
}

static void test_empty_segments(void **state)
{
	struct block_segment segments[5] = {
		{NULL, 0},
		{fixture.arena, PAGE},
		{fixture.arena + 1, 0},
		{NULL, 0},
		{fixture.arena + 2 * PAGE, PAGE},
	};
	struct nvme_cursor cursor = {segments, 0};

	(void)state;
	assert_int_equal(check(&cursor, 2 * PAGE, 8), 2 * PAGE);
	cursor = (struct nvme_cursor){&segments[1], PAGE};
	assert_int_equal(check(&cursor, PAGE, 8), PAGE);
}

static void test_random(void **state)
{
	struct prng prng;

	(void)state;
	prng_seed(&prng, 42);
	for (unsigned turn = 0; turn < 20000; turn++) {
		struct block_segment segments[12];
		struct nvme_cursor cursor = {segments, 0};
		static const unsigned counts[] = {8, 16, 32, 512, 1024};
		size_t total = 0;

		for (unsigned i = 0; i < 12; i++) {
			bool whole = prng_below(&prng, 4) != 0;
			uint64_t page = prng_below(&prng, ARENA / PAGE - 9);
			size_t offset = whole ? 0 : prng_below(&prng, PAGE / 4) * 4;

			if (i == 0 && prng_below(&prng, 2))
				offset = prng_below(&prng, PAGE);
			segments[i].address = fixture.arena + page * PAGE + offset;
			segments[i].size = whole ? (1 + prng_below(&prng, 4)) * PAGE
						 : prng_below(&prng, 3 * PAGE);
			if (i == 0)
				segments[i].size = PAGE - offset;
			total += segments[i].size;
		}
		cursor.offset = prng_below(&prng, segments[0].size);
		total -= cursor.offset;
		check(&cursor, 1 + prng_below(&prng, total),
		      counts[prng_below(&prng, sizeof(counts) / sizeof(counts[0]))]);
	}
}

static void test_cursor(void **state)
{
	uint8_t bytes[100], flat[100], back[100];
	struct block_segment segments[4] = {
		{bytes, 10}, {NULL, 0}, {bytes + 20, 1}, {bytes + 30, 60}};
	struct nvme_cursor cursor = {segments, 3};

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		bytes[i] = (uint8_t)i;
	nvme_cursor_gather(cursor, flat, 20);
	assert_int_equal(flat[0], 3);
	assert_int_equal(flat[6], 9);
	assert_int_equal(flat[7], 20);
	assert_int_equal(flat[8], 30);
	assert_int_equal(flat[19], 41);
	nvme_cursor_advance(&cursor, 8);
	nvme_cursor_gather(cursor, back, 1);
	assert_int_equal(back[0], 30);
	memset(flat, 0xee, 5);
	nvme_cursor_scatter(cursor, flat, 5);
	assert_int_equal(bytes[29], 29);
	assert_int_equal(bytes[30], 0xee);
	assert_int_equal(bytes[34], 0xee);
	assert_int_equal(bytes[35], 35);
	nvme_cursor_advance(&cursor, 60);
}

GROUP_TESTS(set_up, tear_down, cmocka_unit_test(test_every_offset_and_length),
	    cmocka_unit_test(test_misaligned), cmocka_unit_test(test_lists_cross_pages),
	    cmocka_unit_test(test_entries_suffice), cmocka_unit_test(test_segments_join_at_pages),
	    cmocka_unit_test(test_empty_segments), cmocka_unit_test(test_random),
	    cmocka_unit_test(test_cursor))
