/* The SGL builder against a reference: each list that it builds is read back as a controller would
 * read it (Base 2.0, section 4.1.2), and must describe exactly the bytes of the segments, in as few
 * descriptors as is possible. */
#include "drivers/nvme/transport/sgl.h"

#include "drivers/nvme/transport/platform.h"
#include "lib/prng.h"
#include "tests/sim/controller.h"
#include "tests/unit/cmocka.h"

#define PAGE	    4096ull
#define ARENA	    (4ull << 20)
#define ENTRIES_MAX 1024u /* descriptors */

struct fixture {
	uint8_t *scattered; /* page aligned; no page is next to its successor on the bus */
	uint8_t *contiguous;
	struct nvme_prp_list list;
	struct nvme_sgl_rules rules;
};

static struct fixture fixture;

static int set_up(void **state)
{
	uint64_t bus;

	(void)state;
	fixture.scattered = aligned_alloc(PAGE, ARENA);
	fixture.contiguous = nvme_dma_alloc(ARENA, &bus);
	fixture.list.entries =
		nvme_dma_alloc(ENTRIES_MAX * sizeof(struct nvme_sgl_descriptor), &fixture.list.bus);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(fixture.scattered);
	nvme_dma_free(fixture.contiguous, ARENA);
	nvme_dma_free(fixture.list.entries, ENTRIES_MAX * sizeof(struct nvme_sgl_descriptor));
	return sim_allocations() ? -1 : 0;
}

/* The rules of every case but those that say otherwise. */
static int set_rules(void **state)
{
	(void)state;
	fixture.rules = (struct nvme_sgl_rules){.supported = true};
	return 0;
}

static struct nvme_sgl_descriptor *entries(void)
{
	return (struct nvme_sgl_descriptor *)fixture.list.entries;
}

/* Where the reference has got to in the segments. */
struct place {
	const struct block_segment *segment;
	size_t offset;
};

/* The bus address there, and the bytes up to the end of page and segment, size at most. */
static size_t place_take(struct place *place, size_t size, uint64_t *bus)
{
	uint8_t *at;
	size_t run;

	while (place->offset == place->segment->size) {
		place->segment++;
		place->offset = 0;
	}
	at = (uint8_t *)place->segment->address + place->offset;
	run = place->segment->size - place->offset;
	run = run < PAGE - (uintptr_t)at % PAGE ? run : PAGE - (uintptr_t)at % PAGE;
	run = run < size ? run : size;
	*bus = nvme_dma_address(at);
	place->offset += run;
	return run;
}

static size_t walk_data(struct place *place, const struct nvme_sgl_descriptor *data)
{
	uint64_t bus = data->address;
	size_t left = data->length;

	assert_int_equal(data->identifier, NVME_SGL_DATA_BLOCK);
	assert_int_equal((data->address | data->length) & fixture.rules.mask, 0);
	assert_int_not_equal(data->length, 0);
	while (left) {
		uint64_t expected;
		size_t run = place_take(place, left, &expected);

		if (bus != expected)
			fail_msg("bus address %llx, expected %llx", (unsigned long long)bus,
				 (unsigned long long)expected);
		bus += run;
		left -= run;
	}
	return data->length;
}

/* Reads the whole SGL. Returns how many descriptors it is made of; *data: how many of them are data
 * blocks, *size: of how many bytes. */
static unsigned walk(const struct nvme_cursor *cursor, const struct nvme_sgl_descriptor *first,
		     unsigned *data, size_t *size)
{
	struct place place = {cursor->segment, cursor->offset};
	struct nvme_sgl_descriptor link = *first;
	unsigned total = 1;
	size_t next = 0; /* where the next segment begins */

	*data = 0;
	*size = 0;
	assert_int_equal(link.reserved[0] | link.reserved[1] | link.reserved[2], 0);
	if (link.identifier == NVME_SGL_DATA_BLOCK) {
		*data = 1;
		*size = walk_data(&place, &link);
		return 1;
	}
	for (;;) {
		bool last = link.identifier == NVME_SGL_LAST_SEGMENT;
		unsigned count = link.length / 16;
		struct nvme_sgl_descriptor *segment;

		if (!last)
			assert_int_equal(link.identifier, NVME_SGL_SEGMENT);
		assert_int_equal(link.length % 16, 0);
		assert_in_range(count, 1, NVME_SGL_PER_PAGE);
		/* list pages in their order, each at its own bus address */
		assert_true(next + count <= fixture.list.count / 2);
		segment = entries() + next;
		assert_int_equal(link.address, nvme_dma_address(segment));
		next += count;
		total += count;
		for (unsigned i = 0; i < count - !last; i++) {
			*size += walk_data(&place, &segment[i]);
			++*data;
		}
		if (last)
			return total;
		link = segment[count - 1];
	}
}

/* How many data blocks fit into count descriptors of list memory. */
static unsigned capacity(unsigned count)
{
	unsigned pages;

	if (fixture.rules.descriptors && count >= fixture.rules.descriptors)
		count = fixture.rules.descriptors > 1 ? fixture.rules.descriptors - 1u : 1;
	pages = (count + NVME_SGL_PER_PAGE - 1) / NVME_SGL_PER_PAGE;
	return count - (pages - 1);
}

/* How many bytes can be described, and in how many data blocks. */
static size_t reference(const struct nvme_cursor *cursor, size_t size, unsigned limit,
			unsigned *blocks)
{
	struct place place = {cursor->segment, cursor->offset};
	uint64_t end = 0, bus;
	size_t done = 0;

	*blocks = 0;
	while (done < size) {
		size_t run = place_take(&place, size - done, &bus);

		if (!done || bus != end) {
			if ((bus | done) & fixture.rules.mask || *blocks == limit)
				break;
			++*blocks;
		}
		done += run;
		end = bus + run;
	}
	return done & ~(size_t)fixture.rules.mask;
}

/* Builds with room for count descriptors; again for what was possible, if that was less. Returns
 * what was possible. */
static size_t check(const struct nvme_cursor *cursor, size_t size, unsigned count)
{
	struct nvme_sgl_descriptor first;
	size_t built, possible, described;
	unsigned blocks, data, total;

	fixture.list.count = 2 * count;
	memset(entries(), 0xba, ENTRIES_MAX * sizeof(struct nvme_sgl_descriptor));
	memset(&first, 0xba, sizeof(first));
	built = nvme_sgl_build(cursor, size, &fixture.list, &fixture.rules, &first);
	possible = reference(cursor, size, capacity(count), &blocks);
	assert_int_equal(built, possible);
	if (built && built < size) {
		reference(cursor, built, capacity(count), &blocks);
		assert_int_equal(
			nvme_sgl_build(cursor, built, &fixture.list, &fixture.rules, &first),
			built);
	}
	for (unsigned i = count; i < ENTRIES_MAX; i++)
		assert_int_equal(entries()[i].length, 0xbabababa);
	if (!built)
		return 0;
	total = walk(cursor, &first, &data, &described);
	assert_int_equal(described, built);
	assert_int_equal(data, blocks);
	if (fixture.rules.descriptors > 1)
		assert_in_range(total, 1, fixture.rules.descriptors);
	return built;
}

static void test_rules(void **state)
{
	static const struct {
		uint32_t sgls;
		bool supported;
		unsigned mask, descriptors;
	} rows[] = {
		{0, false, 0, 0},	   {1, true, 0, 0},
		{2, true, 3, 0},	   {3, false, 0, 0},
		{0xffff0000, false, 0, 0}, {0x0f0001, true, 0, 0},
		{0x00002002, true, 3, 32}, {0x0000ff01, true, 0, 255},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nvme_sgl_rules rules = nvme_sgl_rules(rows[i].sgls);

		assert_int_equal(rules.supported, rows[i].supported);
		if (!rows[i].supported)
			continue;
		assert_int_equal(rules.mask, rows[i].mask);
		assert_int_equal(rules.descriptors, rows[i].descriptors);
	}
}

/* One run on the bus takes one descriptor, which is in the command, whatever its pages. */
static void test_one_run(void **state)
{
	static const size_t sizes[] = {1, 511, 512, 4096, 4097, 65536, 1 << 20};

	(void)state;
	for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (size_t offset = 0; offset < 2 * PAGE; offset += 97) {
			struct block_segment segment = {fixture.contiguous + offset, sizes[s]};
			struct nvme_cursor cursor = {&segment, 0};
			struct nvme_sgl_descriptor first;

			assert_int_equal(check(&cursor, sizes[s], 4), sizes[s]);
			fixture.list.count = 2;
			nvme_sgl_build(&cursor, sizes[s], &fixture.list, &fixture.rules, &first);
			assert_int_equal(first.identifier, NVME_SGL_DATA_BLOCK);
			assert_int_equal(first.length, sizes[s]);
			assert_int_equal(first.address, nvme_dma_address(segment.address));
		}
}

/* Segments that are neighbours on the bus are one block: inside a page, and from page to page. */
static void test_neighbours_are_merged(void **state)
{
	struct block_segment segments[5] = {
		{fixture.contiguous + 100, 1000},	 {NULL, 0},
		{fixture.contiguous + 1100, PAGE},	 {fixture.contiguous + 1100 + PAGE, 3},
		{fixture.contiguous + 1104 + PAGE, 512},
	};
	struct nvme_cursor cursor = {segments, 0};
	struct nvme_sgl_descriptor first;
	size_t size = 1000 + PAGE + 3 + 512;

	(void)state;
	assert_int_equal(check(&cursor, size, 4), size);
	assert_int_equal(check(&cursor, size - 512, 1), size - 512);
	fixture.list.count = 4;
	nvme_sgl_build(&cursor, size, &fixture.list, &fixture.rules, &first);
	assert_int_equal(first.identifier, NVME_SGL_LAST_SEGMENT);
	assert_int_equal(first.length, 2 * 16);
}

static void test_empty_segments(void **state)
{
	struct block_segment segments[6] = {
		{NULL, 0}, {fixture.scattered + 7, 10},	  {fixture.scattered + 1, 0},
		{NULL, 0}, {fixture.scattered + 100, 20}, {NULL, 0},
	};
	struct nvme_cursor cursor = {segments, 0};

	(void)state;
	assert_int_equal(check(&cursor, 30, 4), 30);
	cursor = (struct nvme_cursor){&segments[1], 10};
	assert_int_equal(check(&cursor, 20, 4), 20);
}

/* Around the number of blocks that fill one, two and three pages of list, and lists of less. */
static void test_segments_are_chained(void **state)
{
	static const unsigned counts[] = {1, 2, 4, 32, 255, 256, 512, 768, 1024};
	struct block_segment *segments = calloc(1100, sizeof(*segments));

	(void)state;
	for (unsigned c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		unsigned room = capacity(counts[c]);

		for (unsigned blocks = room > 3 ? room - 3 : 1; blocks <= room + 3; blocks++) {
			struct nvme_cursor cursor = {segments, 0};
			size_t size = 0;

			for (unsigned i = 0; i < blocks; i++) {
				segments[i].address = fixture.scattered + i * 1024;
				segments[i].size = 512;
				size += segments[i].size;
			}
			assert_int_equal(check(&cursor, size, counts[c]) == size, blocks <= room);
		}
	}
	assert_int_equal(capacity(256), 256);
	assert_int_equal(capacity(512), 511);
	assert_int_equal(capacity(768), 766);
	free(segments);
}

/* Where the controller wants whole dwords, a run that is none ends the command before it. */
static void test_dwords(void **state)
{
	(void)state;
	fixture.rules.mask = 3;
	for (unsigned offset = 0; offset < 8; offset++)
		for (unsigned odd = 0; odd < 8; odd++) {
			struct block_segment segments[3] = {
				{fixture.scattered + offset, 512},
				{fixture.scattered + 1024, 508 + odd},
				{fixture.scattered + 3000, 516 - odd},
			};
			struct nvme_cursor cursor = {segments, 0};
			size_t possible = check(&cursor, 1536, 4);

			if (offset % 4)
				assert_int_equal(possible, 0);
			else if (odd % 4)
				assert_int_equal(possible, 512 + 508 + odd / 4 * 4);
			else
				assert_int_equal(possible, 1536);
		}
}

/* Two odd pieces that meet on the bus are a whole one. */
static void test_dwords_across_neighbours(void **state)
{
	struct block_segment segments[3] = {
		{fixture.contiguous + 8, 13},
		{fixture.contiguous + 21, 499},
		{fixture.contiguous + 2048, 512},
	};
	struct nvme_cursor cursor = {segments, 0};

	(void)state;
	fixture.rules.mask = 3;
	assert_int_equal(check(&cursor, 1024, 4), 1024);
}

static void test_threshold(void **state)
{
	struct block_segment segments[300];

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		segments[i] = (struct block_segment){fixture.scattered + 128 * i, 64};
	for (unsigned threshold = 1; threshold < 256; threshold++) {
		struct nvme_cursor cursor = {segments, 0};

		fixture.rules.descriptors = (uint8_t)threshold;
		assert_int_equal(check(&cursor, 300 * 64, 512),
				 64 * (threshold > 1 ? threshold - 1 : 1));
	}
}

static void test_random(void **state)
{
	static const unsigned counts[] = {1, 4, 8, 32, 256, 512};
	struct prng prng;

	(void)state;
	prng_seed(&prng, 43);
	for (unsigned turn = 0; turn < 20000; turn++) {
		unsigned alignment = prng_below(&prng, 2) ? 4 : 1;
		struct block_segment segments[24];
		struct nvme_cursor cursor = {segments, 0};
		size_t total = 0, at = 0;

		fixture.rules.mask = prng_below(&prng, 2) ? 3 : 0;
		fixture.rules.descriptors =
			prng_below(&prng, 3) ? 0 : (uint8_t)(1 + prng_below(&prng, 40));
		for (unsigned i = 0; i < 24; i++) {
			uint8_t *arena =
				prng_below(&prng, 2) ? fixture.contiguous : fixture.scattered;

			if (prng_below(&prng, 3)) /* else behind the last one, perhaps */
				at = prng_below(&prng, (ARENA - 4 * PAGE) / alignment) * alignment;
			segments[i].address = arena + at;
			segments[i].size = prng_below(&prng, 3 * PAGE / alignment) * alignment;
			if (prng_below(&prng, 8) == 0)
				segments[i].size = 0;
			at = (at + segments[i].size) % (ARENA - 4 * PAGE);
			total += segments[i].size;
		}
		cursor.offset = segments[0].size ? prng_below(&prng, segments[0].size) : 0;
		total -= cursor.offset;
		if (total)
			check(&cursor, 1 + prng_below(&prng, total),
			      counts[prng_below(&prng, sizeof(counts) / sizeof(counts[0]))]);
	}
}

GROUP_TESTS(set_up, tear_down, cmocka_unit_test_setup(test_rules, set_rules),
	    cmocka_unit_test_setup(test_one_run, set_rules),
	    cmocka_unit_test_setup(test_neighbours_are_merged, set_rules),
	    cmocka_unit_test_setup(test_empty_segments, set_rules),
	    cmocka_unit_test_setup(test_segments_are_chained, set_rules),
	    cmocka_unit_test_setup(test_dwords, set_rules),
	    cmocka_unit_test_setup(test_dwords_across_neighbours, set_rules),
	    cmocka_unit_test_setup(test_threshold, set_rules),
	    cmocka_unit_test_setup(test_random, set_rules))
