/* Copy: which blocks go where, and what is too much. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define BLOCKS 64u

static struct nvme_copy_range range(uint64_t lba, unsigned blocks)
{
	return (struct nvme_copy_range){.lba = lba, .blocks = (uint16_t)(blocks - 1)};
}

static struct ct_answer copy(struct ct *ct, uint64_t to, const struct nvme_copy_range *ranges,
			     unsigned count)
{
	return ct_do(ct, ct_copy(ct, ct->ns, to, ranges, count));
}

static void prepare(struct ct *ct)
{
	ct_need_command(ct, NVME_IO_COPY);
	CT_NEED(ct->identify->ocfs & 1, "OCFS does not have descriptor format 0h");
	CT_NEED(ct->ns->identify->mssrl >= 8 && ct->ns->identify->mcl >= 9,
		"MSSRL or MCL is less than the blocks");
	ct_save(ct, ct->ns, 0, BLOCKS);
	ct_write_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void has_limits(struct ct *ct)
{
	struct nvme_identify_namespace *id = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	ct_need_command(ct, NVME_IO_COPY);
	ct_success(ct, "Identify Namespace",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_NAMESPACE, ct->ns->nsid, id)));
	CT_EXPECT(id->mssrl && id->mcl, "expected MSSRL and MCL that are not 0, got %xh and %xh",
		  id->mssrl, id->mcl);
}

/* Blocks hold what others held. */
static void expect_copied(struct ct *ct, uint64_t to, uint64_t from, unsigned blocks)
{
	uint8_t *got = ct_buffer(ct, ct->ns->block_size),
		*wanted = ct_buffer(ct, ct->ns->block_size);

	for (unsigned i = 0; i < blocks; i++) {
		ct_move(ct, ct->ns, NVME_IO_READ, to + i, 1, got);
		ct_pattern(ct->ns, from + i, 1, wanted);
		ct_same(ct, "a copied block", wanted, got, ct->ns->block_size);
	}
}

static void one(struct ct *ct)
{
	struct nvme_copy_range source = range(3, 5);

	prepare(ct);
	ct_success(ct, "Copy", copy(ct, 40, &source, 1));
	ct_expect_pattern(ct, ct->ns, 0, 40, 1);
	expect_copied(ct, 40, 3, 5);
	ct_expect_pattern(ct, ct->ns, 45, BLOCKS - 45, 1);
}

static void several(struct ct *ct)
{
	const struct nvme_copy_range sources[] = {range(9, 2), range(0, 1), range(20, 4),
						  range(9, 2)};

	prepare(ct);
	CT_NEED(ct->ns->identify->msrc >= 3, "MSRC is less than 4 ranges");
	ct_success(ct, "Copy of four ranges", copy(ct, 40, sources, 4));
	ct_expect_pattern(ct, ct->ns, 0, 40, 1);
	expect_copied(ct, 40, 9, 2);
	expect_copied(ct, 42, 0, 1);
	expect_copied(ct, 43, 20, 4);
	expect_copied(ct, 47, 9, 2);
	ct_expect_pattern(ct, ct->ns, 49, BLOCKS - 49, 1);
}

/* The blocks read later hold what was there before, or the controller says that it does not do such
 * things; others stay. */
static void overlap(struct ct *ct)
{
	struct nvme_copy_range source = range(8, 8);
	struct ct_answer answer;

	prepare(ct);
	answer = copy(ct, ct->argument, &source, 1);
	if (!(answer.status & NVME_STATUS_MASK) && ct->argument == 8)
		ct_expect_pattern(ct, ct->ns, 8, 8, 1);
	ct_expect_pattern(ct, ct->ns, 0, ct->argument < 8 ? ct->argument : 8, 1);
	ct_expect_pattern(ct, ct->ns, 24, BLOCKS - 24, 1);
}

enum { SOURCE_LAST, TO_LAST, SOURCE_BEHIND, TO_BEHIND, SOURCE_TOP, TO_TOP, SOURCE_HIGH, TO_HIGH };

static void ends(struct ct *ct)
{
	uint64_t size = ct->ns->size, high = size > UINT32_MAX ? UINT64_MAX / 2 : 1ull << 32;
	const struct {
		uint64_t from, to;
		unsigned blocks;
	} rows[] = {
		[SOURCE_LAST] = {size - 1, 2, 1},      [TO_LAST] = {2, size - 1, 1},
		[SOURCE_BEHIND] = {size - 1, 2, 2},    [TO_BEHIND] = {2, size - 1, 2},
		[SOURCE_TOP] = {UINT64_MAX - 1, 2, 4}, [TO_TOP] = {2, UINT64_MAX - 1, 4},
		[SOURCE_HIGH] = {high, 2, 1},	       [TO_HIGH] = {2, high, 1},
	};
	unsigned which = ct->argument;
	struct nvme_copy_range source = range(rows[which].from, rows[which].blocks);
	struct ct_answer answer;

	prepare(ct);
	ct_save(ct, ct->ns, size - 1, 1);
	ct_write_pattern(ct, ct->ns, size - 1, 1, 1);
	answer = copy(ct, rows[which].to, &source, 1);
	if (which <= TO_LAST) {
		ct_success(ct, "Copy", answer);
		expect_copied(ct, rows[which].to, rows[which].from, 1);
		return;
	}
	ct_status(ct, "Copy", NVME_SC_LBA_OUT_OF_RANGE, answer);
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
	ct_expect_pattern(ct, ct->ns, size - 1, 1, 1);
}

/* ---- Limits ---- */

enum { MSRC, MSSRL, MCL };
#define LIMIT(which, more) ((which) | (more) << 8)

/* As much as the namespace says, or one more. */
static void limit(struct ct *ct)
{
	const struct nvme_identify_namespace *id = ct->ns->identify;
	unsigned which = ct->argument & 0xff, more = ct->argument >> 8, count = 1, total;
	struct nvme_copy_range ranges[256];
	struct ct_answer answer;
	uint64_t to;

	prepare(ct);
	total = id->mssrl + more;
	if (which == MSRC) {
		count = id->msrc + 1u + more;
		total = count;
		CT_NEED(count <= 256, "MSRC is as much as a command can have");
		CT_NEED(total <= id->mcl, "MCL is less than MSRC");
	} else if (which == MCL) {
		total = id->mcl + more;
		count = (total + id->mssrl - 1) / id->mssrl;
		CT_NEED(count <= id->msrc + 1u, "MSRC is less than MCL");
	} else {
		CT_NEED(total <= id->mcl, "MSSRL is MCL");
	}
	CT_NEED(2ull * total <= ct->ns->size && total <= 4096, "the limit is too large");
	to = ct->ns->size - total;
	CT_NEED(to >= BLOCKS, "namespace %u is too small", ct->ns->nsid);
	ct_save(ct, ct->ns, to, total);
	/* Of the first blocks, over and over; a single range as long as it is. */
	for (unsigned i = 0, left = total; i < count; i++) {
		unsigned now = left / (count - i);

		ranges[i] = range(0, now);
		left -= now;
	}
	answer = copy(ct, to, ranges, count);
	if (!more) {
		ct_success(ct, "as much as the limit", answer);
		expect_copied(ct, to, 0, 1);
		return;
	}
	ct_status(ct, "more than the limit", NVME_SC_COMMAND_SIZE_LIMIT, answer);
}

static void format(struct ct *ct)
{
	struct nvme_copy_range source = range(0, 1);
	struct nvme_command command;
	unsigned which = ct->argument;

	prepare(ct);
	CT_NEED(!(ct->identify->ocfs >> which & 1), "OCFS has the format");
	command = ct_copy(ct, ct->ns, 40, &source, 1);
	command.cdw12 |= which << 8;
	ct_status(ct, "Copy with a format that OCFS does not have", NVME_SC_INVALID_FIELD,
		  ct_do(ct, command));
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void with_fua(struct ct *ct)
{
	struct nvme_copy_range source = range(3, 5);
	struct nvme_command command;

	prepare(ct);
	command = ct_copy(ct, ct->ns, 40, &source, 1);
	command.cdw12 |= NVME_RW_FUA | NVME_RW_LR;
	ct_success(ct, "Copy with FUA and LR", ct_do(ct, command));
	expect_copied(ct, 40, 3, 5);
}

static void unreadable(struct ct *ct)
{
	struct nvme_copy_range source = range(0, 8);

	ct_need_command(ct, NVME_IO_WRITE_UNCORRECTABLE);
	prepare(ct);
	ct_success(ct, "Write Uncorrectable",
		   ct_do(ct, ct_rw(ct, NVME_IO_WRITE_UNCORRECTABLE, ct->ns, 3, 1, NULL)));
	ct_status(ct, "Copy of what cannot be read", NVME_SC_READ_ERROR, copy(ct, 40, &source, 1));
}

static void other_namespace(struct ct *ct)
{
	struct ct_namespace *other = ct_other_namespace(ct);
	struct nvme_copy_range source = range(3, 5);

	ct_save(ct, other, 0, BLOCKS);
	ct_write_pattern(ct, other, 0, BLOCKS, 1);
	prepare(ct);
	ct_success(ct, "Copy", copy(ct, 40, &source, 1));
	ct_expect_pattern(ct, other, 0, BLOCKS, 1);
	expect_copied(ct, 40, 3, 5);
}

#define CASE(text, function, value) \
	CT_CASE(text, "NVM 3.2.2", function, CT_WRITES, .argument = value)

static const struct ct_case cases[] = {
	CASE("there is Copy: MSSRL and MCL are not 0", has_limits, 0),
	CASE("one range: these blocks, and no other", one, 0),
	CASE("four ranges follow each other in their order", several, 0),
	CASE("a range onto itself leaves it", overlap, 8),
	CASE("a range to behind its middle changes nothing else", overlap, 12),
	CASE("a range to before its middle changes nothing else", overlap, 4),
	CASE("the last block is copied", ends, SOURCE_LAST),
	CASE("the last block is copied to", ends, TO_LAST),
	CASE("a source behind the end: LBA Out of Range", ends, SOURCE_BEHIND),
	CASE("a destination behind the end: LBA Out of Range", ends, TO_BEHIND),
	CASE("a source that wraps: LBA Out of Range", ends, SOURCE_TOP),
	CASE("a destination that wraps: LBA Out of Range", ends, TO_TOP),
	CASE("a source of LBA 100000000h: bits 63:32 count", ends, SOURCE_HIGH),
	CASE("a destination of LBA 100000000h: bits 63:32 count", ends, TO_HIGH),
	CASE("as many ranges as MSRC", limit, LIMIT(MSRC, 0)),
	CASE("one range more than MSRC: Command Size Limit Exceeded", limit, LIMIT(MSRC, 1)),
	CASE("a range as long as MSSRL", limit, LIMIT(MSSRL, 0)),
	CASE("a range longer than MSSRL: Command Size Limit Exceeded", limit, LIMIT(MSSRL, 1)),
	CASE("as many blocks as MCL", limit, LIMIT(MCL, 0)),
	CASE("one block more than MCL: Command Size Limit Exceeded", limit, LIMIT(MCL, 1)),
	CASE("descriptor format 1h without OCFS: Invalid Field", format, 1),
	CASE("descriptor format 2h without OCFS: Invalid Field", format, 2),
	CASE("descriptor format 7h without OCFS: Invalid Field", format, 7),
	CASE("descriptor format Fh without OCFS: Invalid Field", format, 15),
	CASE("with FUA and LR", with_fua, 0),
	CASE("what cannot be read: Unrecovered Read Error", unreadable, 0),
	CASE("other namespaces stay", other_namespace, 0),
	{.name = NULL},
};
CONFORMANCE_GROUP("copy", cases);
