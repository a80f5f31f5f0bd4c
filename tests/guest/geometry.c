/* Where on the device, and how much at once. */
#include "tests/guest/guest.h"

#include "lib/format.h"
#include "lib/string.h"

#define GUARD 64

bool guest_round_trip(struct guest *guest, uint64_t lba, uint64_t count, size_t page_offset)
{
	size_t size = count * guest->block_size, room = GUARD + page_offset + size + GUARD + 4096;
	uint8_t *out_buffer, *in_buffer, *out, *in;
	uint8_t guard[GUARD];
	char what[64];
	bool ok = false;

	if (!guest_save(guest, lba, count))
		return false;
	out_buffer = guest_buffer(guest, room + 4096);
	in_buffer = guest_buffer(guest, room + 4096);
	if (!out_buffer || !in_buffer)
		return false;
	/* one page further on, so that there are guard bytes in front as well */
	out = out_buffer + 4096 + page_offset;
	in = in_buffer + 4096 + page_offset;
	prng_fill(&guest->prng, out, size);
	memset(in_buffer, 0xa5, room + 4096);
	memset(guard, 0xa5, sizeof(guard));
	snprintf(what, sizeof(what), "blocks %llu+%llu, buffer offset %zu", (unsigned long long)lba,
		 (unsigned long long)count, page_offset);
	if (guest_error(guest, what, 0, guest_write(guest, lba, count, out)) &&
	    guest_error(guest, what, 0, guest_read(guest, lba, count, in)) &&
	    guest_same(guest, what, out, in, size) &&
	    guest_same(guest, "bytes before the buffer", guard, in - GUARD, GUARD) &&
	    guest_same(guest, "bytes behind the buffer", guard, in + size, GUARD))
		ok = true;
	guest_restore(guest);
	guest_free(out_buffer);
	guest_free(in_buffer);
	return ok && !guest_over(guest);
}

static void first_block(struct guest *guest)
{
	guest_round_trip(guest, 0, 1, 0);
}

static void last_block(struct guest *guest)
{
	guest_round_trip(guest, guest->device->block_count - 1, 1, 0);
}

static void last_blocks(struct guest *guest)
{
	uint64_t count = guest->blocks_max;

	if (count > guest->device->block_count)
		count = guest->device->block_count;
	guest_round_trip(guest, guest->device->block_count - count, count, 0);
}

static void middle(struct guest *guest)
{
	guest_round_trip(guest, guest->device->block_count / 2, 1, 0);
}

static void across_4gib(struct guest *guest)
{
	uint64_t lba = (4ull << 30) / guest->block_size;

	if (guest->device->block_count < lba + 8)
		guest_skip(guest, "%s is smaller than 4 GiB", guest->device->name);
	else
		guest_round_trip(guest, lba - 8, 16, 0);
}

static void neighbours(struct guest *guest)
{
	uint32_t size = guest->block_size;
	uint8_t *three = guest_buffer(guest, 3 * size), *back = guest_buffer(guest, 3 * size);

	if (!three || !back || !guest_save(guest, 8, 3))
		return;
	prng_fill(&guest->prng, three, 3 * size);
	EXPECT_ERROR("writing three blocks", 0, guest_write(guest, 8, 3, three));
	prng_fill(&guest->prng, three + size, size);
	EXPECT_ERROR("writing the middle one", 0, guest_write(guest, 9, 1, three + size));
	EXPECT_ERROR("reading three blocks", 0, guest_read(guest, 8, 3, back));
	EXPECT_SAME("the three blocks", three, back, 3 * size);
}

static void every_size(struct guest *guest)
{
	for (uint64_t count = 1; count <= 33; count++)
		if (!guest_round_trip(guest, 3, count, 0))
			return;
}

static void largest(struct guest *guest)
{
	guest_round_trip(guest, 0, guest->blocks_max, 0);
}

static void largest_less_one(struct guest *guest)
{
	if (guest->blocks_max == 1)
		guest_skip(guest, "a command carries one block only");
	else
		guest_round_trip(guest, 1, guest->blocks_max - 1, 0);
}

static void largest_plus_one(struct guest *guest)
{
	guest_round_trip(guest, 1, guest->blocks_max + 1ull, 0);
}

static void several_largest(struct guest *guest)
{
	guest_round_trip(guest, 1, 3ull * guest->blocks_max + 1, 512);
}

static const struct guest_case cases[] = {
	{"first block", first_block, GUEST_NAMESPACE},
	{"last block", last_block, GUEST_NAMESPACE},
	{"the last blocks in one command", last_blocks, GUEST_NAMESPACE},
	{"a block in the middle", middle, GUEST_NAMESPACE},
	{"across 4 GiB", across_4gib, GUEST_NAMESPACE},
	{"neighbours stay as they are", neighbours, GUEST_NAMESPACE},
	{"1 to 33 blocks", every_size, GUEST_NAMESPACE},
	{"largest transfer (MDTS)", largest, GUEST_NAMESPACE},
	{"largest transfer less one block", largest_less_one, GUEST_NAMESPACE},
	{"largest transfer and one block", largest_plus_one, GUEST_NAMESPACE},
	{"three largest transfers and one block", several_largest, GUEST_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(geometry, cases);
