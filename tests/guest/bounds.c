/* Requests that must fail, and change nothing. */
#include "tests/guest/guest.h"

#include "lib/errno.h"
#include "lib/string.h"

static void read_past_the_end(struct guest *guest)
{
	uint64_t count = guest->device->block_count;
	uint8_t *bytes = guest_buffer(guest, 2 * guest->block_size);

	if (!bytes)
		return;
	memset(bytes, 0xa5, 2 * guest->block_size);
	EXPECT_ERROR("reading behind the last block", -EIO,
		     block_read(guest->device, count, 1, bytes));
	EXPECT_ERROR("reading across the end", -EIO,
		     block_read(guest->device, count - 1, 2, bytes));
	EXPECT_ERROR("reading at the largest LBA", -EIO,
		     block_read(guest->device, UINT64_MAX, 1, bytes));
	EXPECT_ERROR("reading so that LBA + count overflows", -EIO,
		     block_read(guest->device, UINT64_MAX, 2, bytes));
	for (unsigned i = 0; i < 2 * guest->block_size; i++)
		EXPECT_EQUAL("a byte of the buffer", 0xa5, bytes[i]);
}

static void write_past_the_end(struct guest *guest)
{
	uint64_t count = guest->device->block_count;
	uint32_t size = guest->block_size;
	uint8_t *bytes = guest_buffer(guest, 2 * size), *before = guest_buffer(guest, size);
	uint8_t *after = guest_buffer(guest, size);

	if (!bytes || !before || !after || !guest_save(guest, count - 1, 1))
		return;
	prng_fill(&guest->prng, bytes, 2 * size);
	EXPECT_ERROR("reading the last block", 0, block_read(guest->device, count - 1, 1, before));
	EXPECT_ERROR("writing behind the last block", -ENOSPC,
		     block_write(guest->device, count, 1, bytes));
	EXPECT_ERROR("writing across the end", -ENOSPC,
		     block_write(guest->device, count - 1, 2, bytes));
	EXPECT_ERROR("writing at the largest LBA", -ENOSPC,
		     block_write(guest->device, UINT64_MAX, 1, bytes));
	EXPECT_ERROR("reading the last block again", 0,
		     block_read(guest->device, count - 1, 1, after));
	EXPECT_SAME("the last block", before, after, size);
}

static void nothing_at_all(struct guest *guest)
{
	struct block_segment segment = {NULL, 0};
	struct block_request request = {.operation = BLOCK_READ, .segments = &segment};

	block_submit(guest->device, &request);
	block_wait(&request);
	EXPECT(request.complete, "a read of no blocks: expected completion, got none");
	request = (struct block_request){.operation = BLOCK_WRITE, .lba = 1};
	block_submit(guest->device, &request);
	block_wait(&request);
	EXPECT(request.complete, "a write of no blocks: expected completion, got none");
}

static void segments_do_not_add_up(struct guest *guest)
{
	uint8_t *bytes = guest_buffer(guest, 2 * guest->block_size);
	struct block_segment segment = {bytes, guest->block_size - 1};
	struct block_request request = {
		.operation = BLOCK_READ, .count = 1, .segments = &segment, .segment_count = 1};

	if (!bytes)
		return;
	block_submit(guest->device, &request);
	EXPECT_ERROR("one byte too few", -EINVAL, block_wait(&request));
	segment.size = guest->block_size + 1;
	request.complete = false;
	block_submit(guest->device, &request);
	EXPECT_ERROR("one byte too many", -EINVAL, block_wait(&request));
	request.complete = false;
	request.segment_count = 0;
	block_submit(guest->device, &request);
	EXPECT_ERROR("no segment", -EINVAL, block_wait(&request));
}

static const struct guest_case cases[] = {
	{"reading past the end fails", read_past_the_end, GUEST_NAMESPACE},
	{"writing past the end fails, nothing is written", write_past_the_end, GUEST_NAMESPACE},
	{"no blocks", nothing_at_all, GUEST_NAMESPACE},
	{"segments that do not add up are refused", segments_do_not_add_up, GUEST_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(bounds, cases);
