/* Write Zeroes and Write Uncorrectable. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define BLOCKS 16u

static void prepare(struct ct *ct, unsigned opcode)
{
	ct_need_command(ct, opcode);
	ct_save(ct, ct->ns, 0, BLOCKS);
	ct_write_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static struct ct_answer send(struct ct *ct, unsigned opcode, uint64_t lba, unsigned blocks)
{
	return ct_do(ct, ct_rw(ct, opcode, ct->ns, lba, blocks, NULL));
}

static struct ct_answer read_one(struct ct *ct, uint64_t lba, unsigned blocks)
{
	return ct_do(ct, ct_rw(ct, NVME_IO_READ, ct->ns, lba, blocks,
			       ct_buffer(ct, (size_t)blocks * ct->ns->block_size)));
}

/* ---- Write Zeroes ---- */

#define AREA(first, blocks) ((first) | (blocks) << 8)

static void zeroes(struct ct *ct)
{
	unsigned first = ct->argument & 0xff, blocks = ct->argument >> 8;

	prepare(ct, NVME_IO_WRITE_ZEROES);
	ct_success(ct, "Write Zeroes", send(ct, NVME_IO_WRITE_ZEROES, first, blocks));
	ct_expect_pattern(ct, ct->ns, 0, first, 1);
	ct_expect_zeroes(ct, ct->ns, first, blocks);
	ct_expect_pattern(ct, ct->ns, first + blocks, BLOCKS - first - blocks, 1);
}

static void zeroes_with(struct ct *ct)
{
	struct nvme_command command = ct_rw(ct, NVME_IO_WRITE_ZEROES, ct->ns, 3, 5, NULL);
	struct ct_answer answer;

	prepare(ct, NVME_IO_WRITE_ZEROES);
	command.cdw12 |= ct->argument;
	answer = ct_do(ct, command);
	/* The bit is for namespaces that say so: DLFEAT. */
	if (ct->argument & NVME_WZ_DEAC && !(ct->ns->identify->dlfeat & NVME_DLFEAT_DEAC))
		ct_status_of(ct, "Write Zeroes with DEAC",
			     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD), answer);
	else
		ct_success(ct, "Write Zeroes", answer);
	if (answer.status & NVME_STATUS_MASK)
		ct_expect_pattern(ct, ct->ns, 3, 5, 1);
	else
		ct_expect_zeroes(ct, ct->ns, 3, 5);
	ct_expect_pattern(ct, ct->ns, 0, 3, 1);
	ct_expect_pattern(ct, ct->ns, 8, 8, 1);
}

static void zeroes_then_write(struct ct *ct)
{
	prepare(ct, NVME_IO_WRITE_ZEROES);
	ct_success(ct, "Write Zeroes", send(ct, NVME_IO_WRITE_ZEROES, 0, 8));
	ct_write_pattern(ct, ct->ns, 2, 3, 2);
	ct_expect_zeroes(ct, ct->ns, 0, 2);
	ct_expect_pattern(ct, ct->ns, 2, 3, 2);
	ct_expect_zeroes(ct, ct->ns, 5, 3);
	ct_success(ct, "Write Zeroes", send(ct, NVME_IO_WRITE_ZEROES, 3, 1));
	ct_expect_pattern(ct, ct->ns, 2, 1, 2);
	ct_expect_zeroes(ct, ct->ns, 3, 1);
	ct_expect_pattern(ct, ct->ns, 4, 1, 2);
}

static void zeroes_move_nothing(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, ct->page_size);
	struct nvme_command command = ct_rw(ct, NVME_IO_WRITE_ZEROES, ct->ns, 0, 2, NULL);
	struct ct_answer answer;

	prepare(ct, NVME_IO_WRITE_ZEROES);
	command.prp1 = ct_bus(page);
	answer = ct_do(ct, command);
	ct_status_of(ct, "Write Zeroes with PRP1, which is reserved",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD), answer);
	ct_all(ct, "the page of PRP1 to stay", CT_FRESH, page, ct->page_size);
	if (!(answer.status & NVME_STATUS_MASK))
		ct_expect_zeroes(ct, ct->ns, 0, 2);
}

/* ---- Write Uncorrectable ---- */

static void spoil(struct ct *ct)
{
	prepare(ct, NVME_IO_WRITE_UNCORRECTABLE);
	ct_success(ct, "Write Uncorrectable", send(ct, NVME_IO_WRITE_UNCORRECTABLE, 4, 3));
}

static void unreadable(struct ct *ct)
{
	spoil(ct);
	for (unsigned i = 0; i < 3; i++)
		ct_status(ct, "Read", NVME_SC_READ_ERROR, read_one(ct, 4 + i, 1));
	ct_status(ct, "Read that begins before", NVME_SC_READ_ERROR, read_one(ct, 0, 5));
	ct_status(ct, "Read that ends behind", NVME_SC_READ_ERROR, read_one(ct, 6, 5));
	ct_expect_pattern(ct, ct->ns, 0, 4, 1);
	ct_expect_pattern(ct, ct->ns, 7, BLOCKS - 7, 1);
}

static void healed(struct ct *ct)
{
	spoil(ct);
	ct_write_pattern(ct, ct->ns, 5, 1, 2);
	ct_expect_pattern(ct, ct->ns, 5, 1, 2);
	ct_status(ct, "Read of the block before", NVME_SC_READ_ERROR, read_one(ct, 4, 1));
	ct_status(ct, "Read of the block behind", NVME_SC_READ_ERROR, read_one(ct, 6, 1));
	ct_write_pattern(ct, ct->ns, 0, BLOCKS, 3);
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 3);
}

static void healed_by_zeroes(struct ct *ct)
{
	ct_need_command(ct, NVME_IO_WRITE_ZEROES);
	spoil(ct);
	ct_success(ct, "Write Zeroes", send(ct, NVME_IO_WRITE_ZEROES, 4, 3));
	ct_expect_zeroes(ct, ct->ns, 4, 3);
}

/* Compare and Verify read, too. */
static void unreadable_by(struct ct *ct)
{
	uint8_t *block = ct_buffer(ct, ct->ns->block_size);

	ct_need_command(ct, ct->argument);
	spoil(ct);
	ct_pattern(ct->ns, 4, 1, block);
	ct_status(ct, "the command", NVME_SC_READ_ERROR,
		  ct_do(ct, ct_rw(ct, ct->argument, ct->ns, 4, 1,
				  ct->argument == NVME_IO_VERIFY ? NULL : block)));
}

static void other_namespace(struct ct *ct)
{
	struct ct_namespace *other = ct_other_namespace(ct);

	ct_save(ct, other, 0, BLOCKS);
	ct_write_pattern(ct, other, 0, BLOCKS, 1);
	spoil(ct);
	ct_expect_pattern(ct, other, 0, BLOCKS, 1);
}

static const struct ct_case cases[] = {
	CT_CASE("Write Zeroes of one block changes no other", "NVM 3.2.8", zeroes, CT_WRITES,
		.argument = AREA(5, 1)),
	CT_CASE("Write Zeroes of seven blocks changes no other", "NVM 3.2.8", zeroes, CT_WRITES,
		.argument = AREA(1, 7)),
	CT_CASE("Write Zeroes of eight blocks from the first one on", "NVM 3.2.8", zeroes,
		CT_WRITES, .argument = AREA(0, 8)),
	CT_CASE("Write Zeroes with Force Unit Access", "NVM 3.2.8", zeroes_with, CT_WRITES,
		.argument = NVME_RW_FUA),
	CT_CASE("Write Zeroes with Limited Retry", "NVM 3.2.8", zeroes_with, CT_WRITES,
		.argument = NVME_RW_LR),
	CT_CASE("Write Zeroes with DEAC: the blocks are zeroes", "NVM 3.2.8", zeroes_with,
		CT_WRITES, .argument = NVME_WZ_DEAC),
	CT_CASE("Write Zeroes and Write of the same blocks, in turn", "NVM 3.2.8",
		zeroes_then_write, CT_WRITES),
	CT_CASE("Write Zeroes reads and writes no memory", "NVM 3.2.8", zeroes_move_nothing,
		CT_WRITES),
	CT_CASE("Write Uncorrectable: Unrecovered Read Error, of these blocks", "NVM 3.2.7",
		unreadable, CT_WRITES),
	CT_CASE("Write makes blocks readable after Write Uncorrectable", "NVM 3.2.7", healed,
		CT_WRITES),
	CT_CASE("Write Zeroes makes blocks readable after Write Uncorrectable", "NVM 3.2.7",
		healed_by_zeroes, CT_WRITES),
	CT_CASE("Compare after Write Uncorrectable: Unrecovered Read Error", "NVM 3.2.7",
		unreadable_by, CT_WRITES, .argument = NVME_IO_COMPARE),
	CT_CASE("Verify after Write Uncorrectable: Unrecovered Read Error", "NVM 3.2.7",
		unreadable_by, CT_WRITES, .argument = NVME_IO_VERIFY),
	CT_CASE("Write Uncorrectable leaves other namespaces", "NVM 3.2.7", other_namespace,
		CT_WRITES),
	{.name = NULL},
};
CONFORMANCE_GROUP("zeroes", cases);
