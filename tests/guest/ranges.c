/* What is said of ranges of blocks: zeroes, discards, verifies; and writes that are forced. */
#include "tests/guest/guest.h"

#include "lib/errno.h"
#include "lib/string.h"

#define BLOCKS 24u /* of which the middle third is changed */
#define FIRST  8u
#define COUNT  8u

/* Random blocks at the end of the device, or NULL, and room for as many behind them. */
static uint8_t *fill(struct guest *guest, uint64_t *lba)
{
	size_t size = (size_t)BLOCKS * guest->block_size;
	uint8_t *bytes = guest_buffer(guest, 2 * size);

	*lba = guest->device->block_count - BLOCKS;
	if (!bytes || !guest_save(guest, *lba, BLOCKS))
		return NULL;
	prng_fill(&guest->prng, bytes, size);
	return guest_error(guest, "Write", 0, guest_write(guest, *lba, BLOCKS, bytes)) ? bytes
										       : NULL;
}

/* What became of the blocks, but for those that compare is not asked for. */
static void compare(struct guest *guest, uint64_t lba, uint8_t *bytes, bool changed_too)
{
	size_t size = (size_t)BLOCKS * guest->block_size, at = (size_t)FIRST * guest->block_size,
	       changed = (size_t)COUNT * guest->block_size;
	uint8_t *back = bytes + size;

	if (!guest_error(guest, "Read", 0, guest_read(guest, lba, BLOCKS, back)))
		return;
	if (!guest_same(guest, "blocks before", bytes, back, at) ||
	    !guest_same(guest, "blocks behind", bytes + at + changed, back + at + changed,
			size - at - changed))
		return;
	if (changed_too)
		guest_same(guest, "the blocks", bytes + at, back + at, changed);
}

static bool offered(struct guest *guest, uint64_t limit, const char *what)
{
	if (!limit)
		guest_skip(guest, "the device does not offer %s", what);
	return limit;
}

static void zeroes(struct guest *guest)
{
	uint8_t *bytes;
	uint64_t lba;

	if (!offered(guest, guest->device->limits.write_zeroes_max, "Write Zeroes"))
		return;
	bytes = fill(guest, &lba);
	if (!bytes || !guest_error(guest, "Write Zeroes", 0,
				   block_write_zeroes(guest->device, lba + FIRST, COUNT, 0)))
		return;
	memset(bytes + FIRST * guest->block_size, 0, (size_t)COUNT * guest->block_size);
	compare(guest, lba, bytes, true);
}

static void discard(struct guest *guest)
{
	uint8_t *bytes;
	uint64_t lba;

	if (!offered(guest, guest->device->limits.discard_max, "Dataset Management"))
		return;
	bytes = fill(guest, &lba);
	if (!bytes || !guest_error(guest, "Dataset Management", 0,
				   block_discard(guest->device, lba + FIRST, COUNT)))
		return;
	compare(guest, lba, bytes, false);
}

static void verify(struct guest *guest)
{
	if (!offered(guest, guest->device->limits.verify_max, "Verify"))
		return;
	guest_error(guest, "Verify of the last block", 0,
		    block_verify(guest->device, guest->device->block_count - 1, 1));
	guest_error(guest, "Verify past the end", -EIO,
		    block_verify(guest->device, guest->device->block_count - 1, 2));
}

static void forced(struct guest *guest)
{
	struct block_segment segment;
	struct block_request request = {.operation = BLOCK_WRITE | BLOCK_FUA,
					.count = COUNT,
					.segments = &segment,
					.segment_count = 1};
	uint64_t lba;
	uint8_t *bytes = fill(guest, &lba);

	if (!bytes)
		return;
	segment = (struct block_segment){bytes + FIRST * guest->block_size,
					 (size_t)COUNT * guest->block_size};
	prng_fill(&guest->prng, segment.address, segment.size);
	request.lba = lba + FIRST;
	block_submit(guest->device, &request);
	if (guest_error(guest, "Write with FUA", 0, guest_wait(&request)))
		compare(guest, lba, bytes, true);
}

static const struct guest_case cases[] = {
	{"zeroes and their neighbours", zeroes, GUEST_NAMESPACE},
	{"neighbours of discarded blocks", discard, GUEST_NAMESPACE},
	{"verify", verify, GUEST_NAMESPACE},
	{"forced write", forced, GUEST_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(ranges, cases);
