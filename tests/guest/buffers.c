/* Where in memory: every shape that PRP entries can take, and buffers that PRPs cannot describe. */
#include "tests/guest/guest.h"

#include "lib/string.h"

#define SEGMENTS_MAX 1024u

/* offsets x lengths; lengths in bytes around page borders, rounded up to blocks */
static void shapes(struct guest *guest, const size_t *offsets, unsigned offset_count)
{
	static const size_t lengths[] = {512,	1024,  4096,  4608,  8192,  8704,
					 12288, 16384, 65536, 66048, 131072};

	for (unsigned o = 0; o < offset_count; o++)
		for (unsigned l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
			if (!guest_round_trip(guest, 16, guest_blocks(guest, lengths[l]),
					      offsets[o]))
				return;
		}
}

static void prp_shapes(struct guest *guest)
{
	static const size_t offsets[] = {0, 4, 512, 2048, 3584, 4088, 4092};

	shapes(guest, offsets, sizeof(offsets) / sizeof(offsets[0]));
}

static void unaligned(struct guest *guest)
{
	static const size_t offsets[] = {1, 2, 3, 511, 4093, 4095};

	shapes(guest, offsets, sizeof(offsets) / sizeof(offsets[0]));
}

/* A list of more than one page: 512 entries and more, where a command may be that large. */
static void long_list(struct guest *guest)
{
	uint64_t count = guest_blocks(guest, 2 << 20) + 3;

	if (guest_round_trip(guest, 5, count, 0))
		guest_round_trip(guest, 5, count, 4092);
}

/* The same blocks from (into) segments of the given sizes, the last of them over and over; each
 * segment stands apart. */
static void scattered(struct guest *guest, uint64_t count, const size_t *sizes, unsigned size_count,
		      size_t alignment)
{
	size_t size = count * guest->block_size, done = 0, at = 0;
	struct block_segment *segments = guest_buffer(guest, SEGMENTS_MAX * sizeof(*segments));
	uint8_t *flat = guest_buffer(guest, size);
	uint8_t *spread = guest_buffer(guest, 4 * size + 65536);
	struct block_request request = {.lba = 32, .count = count, .segments = segments};

	if (!segments || !flat || !spread || !guest_save(guest, 32, count))
		return;
	prng_fill(&guest->prng, flat, size);
	while (done < size && request.segment_count < SEGMENTS_MAX) {
		struct block_segment *segment = &segments[request.segment_count];

		segment->size = sizes[request.segment_count < size_count ? request.segment_count
									 : size_count - 1];
		if (segment->size > size - done || request.segment_count == SEGMENTS_MAX - 1)
			segment->size = size - done;
		segment->address = spread + at;
		memcpy(spread + at, flat + done, segment->size);
		done += segment->size;
		at += segment->size + alignment;
		at = (at + alignment - 1) / alignment * alignment;
		request.segment_count++;
	}
	request.operation = BLOCK_WRITE;
	block_submit(guest->device, &request);
	EXPECT_ERROR("writing from segments", 0, guest_wait(&request));
	memset(spread, 0xa5, at);
	request.operation = BLOCK_READ;
	block_submit(guest->device, &request);
	EXPECT_ERROR("reading into segments", 0, guest_wait(&request));
	done = 0;
	for (unsigned i = 0; i < request.segment_count; i++) {
		EXPECT_SAME("a segment", flat + done, segments[i].address, segments[i].size);
		EXPECT_EQUAL("the byte behind a segment", 0xa5,
			     ((uint8_t *)segments[i].address)[segments[i].size]);
		done += segments[i].size;
	}
	memset(spread, 0, size);
	EXPECT_ERROR("reading in one piece", 0, guest_read(guest, 32, count, spread));
	EXPECT_SAME("what was written", flat, spread, size);
}

static void pages(struct guest *guest)
{
	static const size_t sizes[] = {4096};

	scattered(guest, guest_blocks(guest, 131072), sizes, 1, 4096);
}

static void block_segments(struct guest *guest)
{
	const size_t sizes[] = {guest->block_size};

	scattered(guest, 40, sizes, 1, guest->block_size);
}

/* As an SGL more descriptors than fit a page, where a command may carry so much. */
static void many_segments(struct guest *guest)
{
	const size_t sizes[] = {guest->block_size};

	scattered(guest, 700, sizes, 1, guest->block_size);
}

static void ragged(struct guest *guest)
{
	static const size_t sizes[] = {1, 3, 508, 4096, 700, 2, 12000, 5, 511, 333};

	scattered(guest, guest_blocks(guest, 131072), sizes, 10, 1);
}

static void head_and_pages(struct guest *guest)
{
	static const size_t sizes[] = {512, 4096, 4096, 4096, 3584, 8192, 4096};

	scattered(guest, guest_blocks(guest, 32768), sizes, 7, 512);
}

/* As many times as make four pages, or a block. */
static void one_buffer_many(struct guest *guest)
{
	uint64_t count = guest_blocks(guest, 16384);
	size_t size = count * guest->block_size;
	unsigned times = (unsigned)(size / 4096);
	uint8_t *page = guest_buffer(guest, 4096), *back = guest_buffer(guest, size);
	struct block_segment *segments = guest_buffer(guest, times * sizeof(*segments));
	struct block_request request = {.operation = BLOCK_WRITE,
					.lba = 4,
					.count = count,
					.segments = segments,
					.segment_count = times};

	if (!page || !back || !segments || !guest_save(guest, request.lba, count))
		return;
	prng_fill(&guest->prng, page, 4096);
	for (unsigned i = 0; i < times; i++)
		segments[i] = (struct block_segment){page, 4096};
	block_submit(guest->device, &request);
	EXPECT_ERROR("writing one page many times", 0, guest_wait(&request));
	EXPECT_ERROR("reading", 0, guest_read(guest, request.lba, count, back));
	for (unsigned i = 0; i < times; i++)
		EXPECT_SAME("a copy of the page", page, back + 4096ul * i, 4096);
}

static const struct guest_case cases[] = {
	{"PRP shapes: dword-aligned offsets x lengths", prp_shapes, GUEST_NAMESPACE},
	{"unaligned offsets x lengths", unaligned, GUEST_NAMESPACE},
	{"PRP list longer than a page", long_list, GUEST_NAMESPACE},
	{"segments: separate pages", pages, GUEST_NAMESPACE},
	{"segments: separate blocks", block_segments, GUEST_NAMESPACE},
	{"segments: hundreds of separate blocks", many_segments, GUEST_NAMESPACE},
	{"segments: a head and pages", head_and_pages, GUEST_NAMESPACE},
	{"segments: ragged", ragged, GUEST_NAMESPACE},
	{"segments: the same page many times", one_buffer_many, GUEST_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(buffers, cases);
