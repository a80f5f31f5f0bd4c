/* Which blocks the commands take: none behind the end of the namespace, and no more than the
 * controller says. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

/* Verify, Write Zeroes and Write Uncorrectable have no data. */
static bool has_data(unsigned opcode)
{
	return NVME_OPCODE_DIRECTION(opcode) != NVME_DIRECTION_NONE;
}

static struct nvme_command command_for(struct ct *ct, unsigned opcode, uint64_t slba,
				       unsigned blocks)
{
	size_t size = (size_t)blocks * ct->ns->block_size;

	return ct_rw(ct, opcode, ct->ns, slba, blocks,
		     has_data(opcode) ? ct_buffer(ct, size) : NULL);
}

enum { LAST_AND_ONE, BEHIND, TOP, WRAPS, HIGH_DWORD };
#define BEYOND(opcode, which) ((opcode) | (which) << 8)

static void beyond(struct ct *ct)
{
	uint64_t size = ct->ns->size;
	const struct {
		uint64_t slba;
		unsigned blocks;
	} rows[] = {
		[LAST_AND_ONE] = {size - 1, 2},
		[BEHIND] = {size, 1},
		[TOP] = {UINT64_MAX, 1},
		[WRAPS] = {UINT64_MAX - 3, 8},
		[HIGH_DWORD] = {size > UINT32_MAX ? UINT64_MAX / 2 : 1ull << 32, 1},
	};
	unsigned opcode = ct->argument & 0xff, which = ct->argument >> 8;
	struct ct_answer answer;

	ct_need_command(ct, opcode);
	CT_NEED(rows[which].blocks <= ct->ns->blocks_max, "MDTS is less than the blocks");
	if (opcode != NVME_IO_READ && opcode != NVME_IO_COMPARE && opcode != NVME_IO_VERIFY) {
		ct_save(ct, ct->ns, 0, 8);
		ct_save(ct, ct->ns, size - 1, 1);
		ct_write_pattern(ct, ct->ns, 0, 8, 1);
		ct_write_pattern(ct, ct->ns, size - 1, 1, 1);
	}
	answer = ct_do(ct, command_for(ct, opcode, rows[which].slba, rows[which].blocks));
	ct_status(ct, "the command", NVME_SC_LBA_OUT_OF_RANGE, answer);
	if (ct->saved) {
		ct_expect_pattern(ct, ct->ns, 0, 8, 1);
		ct_expect_pattern(ct, ct->ns, size - 1, 1, 1);
	}
}

/* The last block is one. */
static void last(struct ct *ct)
{
	unsigned opcode = ct->argument;
	uint64_t lba = ct->ns->size - 1;
	struct nvme_command command;

	ct_need_command(ct, opcode);
	ct_save(ct, ct->ns, lba, 1);
	ct_write_pattern(ct, ct->ns, lba, 1, 1);
	command = ct_rw(ct, opcode, ct->ns, lba, 1, NULL);
	if (has_data(opcode)) {
		uint8_t *block = ct_buffer(ct, ct->ns->block_size);

		if (opcode != NVME_IO_READ)
			ct_pattern(ct->ns, lba, 1 + (opcode == NVME_IO_WRITE), block);
		ct_prp(ct, &command, block, ct->ns->block_size);
	}
	ct_success(ct, "the command", ct_do(ct, command));
	if (opcode == NVME_IO_WRITE_ZEROES)
		ct_expect_zeroes(ct, ct->ns, lba, 1);
	else if (opcode == NVME_IO_WRITE_UNCORRECTABLE)
		ct_status(ct, "Read", NVME_SC_READ_ERROR,
			  ct_do(ct, command_for(ct, NVME_IO_READ, lba, 1)));
	else
		ct_expect_pattern(ct, ct->ns, lba, 1, 1 + (opcode == NVME_IO_WRITE));
}

/* ---- MDTS ---- */

static void need_mdts(struct ct *ct)
{
	CT_NEED(ct->identify->mdts, "MDTS is 0");
	CT_NEED(ct->ns->blocks_max < NVME_RW_BLOCKS_MAX && ct->ns->blocks_max < ct->ns->size,
		"MDTS is more than the namespace or a command have");
}

static void mdts_beyond(struct ct *ct)
{
	uint64_t blocks = ct->argument >> 8 ? NVME_RW_BLOCKS_MAX : ct->ns->blocks_max + 1;
	unsigned opcode = ct->argument & 0xff;
	uint8_t *buffer;
	struct nvme_command command;
	struct ct_answer answer;

	need_mdts(ct);
	ct_need_command(ct, opcode);
	CT_NEED(blocks <= ct->ns->size, "namespace %u is too small", ct->ns->nsid);
	ct_save(ct, ct->ns, 0, 1);
	ct_write_pattern(ct, ct->ns, 0, 1, 1);
	/* What is refused needs no more memory than this. */
	command = ct_rw(ct, opcode, ct->ns, 0, (unsigned)blocks, NULL);
	buffer = ct_buffer(ct, 2 * (size_t)ct->page_size);
	ct_prp(ct, &command, buffer, 2 * (size_t)ct->page_size);
	answer = ct_do(ct, command);
	ct_status(ct, "more than MDTS", NVME_SC_INVALID_FIELD, answer);
	ct_all(ct, "the buffer to stay", CT_FRESH, buffer, 2 * (size_t)ct->page_size);
	ct_expect_pattern(ct, ct->ns, 0, 1, 1);
}

/* ---- Limits of the commands without data ---- */

/* Those that are limits, and not what ONCS has and the controller would rather have smaller. */
static uint64_t limit_of(struct ct *ct, unsigned opcode)
{
	uint64_t blocks = ct_size_limit(ct, opcode);

	CT_NEED(blocks, "there is no limit");
	CT_NEED(!ct_has_oncs(ct, opcode), "ONCS has the command: it is a recommendation");
	CT_NEED(blocks < NVME_RW_BLOCKS_MAX && blocks < ct->ns->size,
		"the limit is more than the namespace or a command have");
	return blocks;
}

static void at_limit(struct ct *ct)
{
	unsigned opcode = ct->argument & 0xff, more = ct->argument >> 8;
	uint64_t blocks = limit_of(ct, opcode);
	struct ct_answer answer;

	if (opcode != NVME_IO_VERIFY) {
		ct_save(ct, ct->ns, 0, blocks + 1);
		ct_write_pattern(ct, ct->ns, blocks - 1, 2, 1);
	}
	answer = ct_do(ct, ct_rw(ct, opcode, ct->ns, 0, (unsigned)blocks + more, NULL));
	if (more)
		ct_status(ct, "one block more than the limit", NVME_SC_INVALID_FIELD, answer);
	else
		ct_success(ct, "as many blocks as the limit", answer);
	if (opcode == NVME_IO_WRITE_ZEROES && !more)
		ct_expect_zeroes(ct, ct->ns, blocks - 1, 1);
	if (opcode == NVME_IO_WRITE_ZEROES)
		ct_expect_pattern(ct, ct->ns, blocks, 1, 1);
}

/* What moves no data is not held by MDTS. */
static void mdts_ignored(struct ct *ct)
{
	unsigned opcode = ct->argument, blocks = (unsigned)ct->ns->blocks_max + 1;

	ct_need_command(ct, opcode);
	need_mdts(ct);
	CT_NEED(ct->limits.known, "Identify has no CNS 06h");
	CT_NEED(!ct_size_limit(ct, opcode), "there is a limit");
	if (opcode != NVME_IO_VERIFY)
		ct_save(ct, ct->ns, 0, blocks);
	ct_success(ct, "one block more than MDTS",
		   ct_do(ct, ct_rw(ct, opcode, ct->ns, 0, blocks, NULL)));
}

#define READS  CT_BLOCKS
#define WRITES CT_WRITES
#define BEYOND_CASES(text, section, level, opcode)                                                \
	CT_CASE(text " of the last block and one more: LBA Out of Range", section, beyond, level, \
		.argument = BEYOND(opcode, LAST_AND_ONE)),                                        \
		CT_CASE(text " behind the last block: LBA Out of Range", section, beyond, level,  \
			.argument = BEYOND(opcode, BEHIND)),                                      \
		CT_CASE(text " with SLBA FFFFFFFFFFFFFFFFh: LBA Out of Range", section, beyond,   \
			level, .argument = BEYOND(opcode, TOP)),                                  \
		CT_CASE(text " with SLBA + NLB that wraps: LBA Out of Range", section, beyond,    \
			level, .argument = BEYOND(opcode, WRAPS)),                                \
		CT_CASE(text " with SLBA 100000000h: CDW11 counts", section, beyond, level,       \
			.argument = BEYOND(opcode, HIGH_DWORD)),                                  \
		CT_CASE(text " of the last block", section, last, CT_WRITES, .argument = opcode)

static const struct ct_case cases[] = {
	BEYOND_CASES("Read", "NVM 3.2.4", READS, NVME_IO_READ),
	BEYOND_CASES("Write", "NVM 3.2.6", WRITES, NVME_IO_WRITE),
	BEYOND_CASES("Compare", "NVM 3.2.1", READS, NVME_IO_COMPARE),
	BEYOND_CASES("Verify", "NVM 3.2.5", READS, NVME_IO_VERIFY),
	BEYOND_CASES("Write Zeroes", "NVM 3.2.8", WRITES, NVME_IO_WRITE_ZEROES),
	BEYOND_CASES("Write Uncorrectable", "NVM 3.2.7", WRITES, NVME_IO_WRITE_UNCORRECTABLE),
	CT_CASE("Read of one block more than MDTS: Invalid Field", "Base 5.17.2.1", mdts_beyond,
		WRITES, .argument = NVME_IO_READ),
	CT_CASE("Write of one block more than MDTS: Invalid Field", "Base 5.17.2.1", mdts_beyond,
		WRITES, .argument = NVME_IO_WRITE),
	CT_CASE("Compare of one block more than MDTS: Invalid Field", "Base 5.17.2.1", mdts_beyond,
		WRITES, .argument = NVME_IO_COMPARE),
	CT_CASE("Read with NLB FFFFh is more than MDTS: Invalid Field", "Base 5.17.2.1",
		mdts_beyond, WRITES, .argument = NVME_IO_READ | 1 << 8),
	CT_CASE("Write with NLB FFFFh is more than MDTS: Invalid Field", "Base 5.17.2.1",
		mdts_beyond, WRITES, .argument = NVME_IO_WRITE | 1 << 8),
	CT_CASE("Verify of as many blocks as VSL", "NVM 4.1.5.4", at_limit, READS,
		.argument = NVME_IO_VERIFY),
	CT_CASE("Verify of one block more than VSL: Invalid Field", "NVM 4.1.5.4", at_limit, READS,
		.argument = NVME_IO_VERIFY | 1 << 8),
	CT_CASE("Write Zeroes of as many blocks as WZSL", "NVM 4.1.5.4", at_limit, WRITES,
		.argument = NVME_IO_WRITE_ZEROES),
	CT_CASE("Write Zeroes of one block more than WZSL: Invalid Field", "NVM 4.1.5.4", at_limit,
		WRITES, .argument = NVME_IO_WRITE_ZEROES | 1 << 8),
	CT_CASE("Write Zeroes without WZSL takes more than MDTS", "NVM 4.1.5.4", mdts_ignored,
		WRITES, .argument = NVME_IO_WRITE_ZEROES),
	CT_CASE("Verify without VSL takes more than MDTS", "NVM 4.1.5.4", mdts_ignored, READS,
		.argument = NVME_IO_VERIFY),
	{.name = NULL},
};
CONFORMANCE_GROUP("limits", cases);
