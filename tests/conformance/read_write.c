/* Read, Write: limits, and which blocks change. */
#include "tests/conformance/conformance.h"

static void round_trip(struct ct *ct)
{
	ct_save(ct, ct->ns, 0, 16);
	ct_write_pattern(ct, ct->ns, 0, 16, 1);
	ct_write_pattern(ct, ct->ns, 4, 3, 2);
	ct_expect_pattern(ct, ct->ns, 0, 4, 1);
	ct_expect_pattern(ct, ct->ns, 4, 3, 2);
	ct_expect_pattern(ct, ct->ns, 7, 9, 1);
}

static void beyond(struct ct *ct)
{
	void *buffer = ct_buffer(ct, 2 * ct->ns->block_size);
	struct ct_answer answer =
		ct_do(ct, ct_rw(ct, ct->argument, ct->ns, ct->ns->size - 1, 2, buffer));

	ct_status(ct, "a command for the last block and one more", NVME_SC_LBA_OUT_OF_RANGE,
		  answer);
	ct_final(ct, "it", answer);
}

static void wrap(struct ct *ct)
{
	void *buffer = ct_buffer(ct, ct->ns->block_size);

	ct_status(ct, "SLBA FFFFFFFFFFFFFFFFh", NVME_SC_LBA_OUT_OF_RANGE,
		  ct_do(ct, ct_rw(ct, ct->argument, ct->ns, UINT64_MAX, 1, buffer)));
}

static const struct ct_case cases[] = {
	CT_CASE("Write changes the blocks that it names and no other", "NVM 3.2.6", round_trip,
		CT_WRITES),
	CT_CASE("Read past the end: LBA Out of Range", "NVM 3.2.4", beyond, CT_BLOCKS,
		.argument = NVME_IO_READ),
	CT_CASE("Read with an SLBA that wraps: LBA Out of Range", "NVM 3.2.4", wrap, CT_BLOCKS,
		.argument = NVME_IO_READ),
	CT_CASE("Write past the end: LBA Out of Range", "NVM 3.2.6", beyond, CT_WRITES,
		.argument = NVME_IO_WRITE),
	CT_CASE("Write with an SLBA that wraps: LBA Out of Range", "NVM 3.2.6", wrap, CT_WRITES,
		.argument = NVME_IO_WRITE),
	{.name = NULL},
};
CONFORMANCE_GROUP("read-write", cases);
