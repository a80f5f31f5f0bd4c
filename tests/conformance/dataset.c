/* Dataset Management: advice, but for the blocks that it deallocates. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define DULBE  0x10000u /* of Error Recovery, CDW11 */
#define BLOCKS 32u

static void prepare(struct ct *ct, unsigned blocks)
{
	ct_need_command(ct, NVME_IO_DATASET_MANAGEMENT);
	ct_save(ct, ct->ns, 0, blocks);
	ct_write_pattern(ct, ct->ns, 0, blocks, 1);
}

static struct ct_answer manage(struct ct *ct, const struct nvme_dsm_range *ranges, unsigned count,
			       unsigned attributes)
{
	return ct_do(ct, ct_dsm(ct, ct->ns, ranges, count, attributes));
}

/* Ranges that every controller takes, but one with limits as low as nobody has them. */
static void done(struct ct *ct, const char *what, struct ct_answer answer)
{
	CT_NEED((answer.status & NVME_STATUS_MASK) != NVME_SC_COMMAND_SIZE_LIMIT ||
			!ct->limits.dataset,
		"DMRL, DMRSL or DMSL is less");
	ct_success(ct, what, answer);
}

/* Blocks that may have been deallocated: what was there, or what DLFEAT says. */
static void expect_deallocated(struct ct *ct, uint64_t lba, unsigned blocks)
{
	size_t size = ct->ns->block_size;
	uint8_t *got = ct_buffer(ct, blocks * size), *wanted = ct_buffer(ct, size);
	unsigned reads = NVME_DLFEAT_READS(ct->ns->identify->dlfeat);

	ct_move(ct, ct->ns, NVME_IO_READ, lba, blocks, got);
	for (unsigned i = 0; i < blocks; i++) {
		const uint8_t *block = got + i * size;

		ct_pattern(ct->ns, lba + i, 1, wanted);
		if (memcmp(block, wanted, size) == 0)
			continue;
		/* Not said: zeroes or ones, or what was there. */
		ct_all(ct, "a byte of a deallocated block",
		       reads == NVME_DLFEAT_ZEROES ? 0
		       : reads == 2		   ? 0xff
		       : block[0]		   ? 0xff
						   : 0,
		       block, size);
	}
}

/* What is deallocated is the same whenever it is read. */
static void expect_settled(struct ct *ct, uint64_t lba, unsigned blocks)
{
	size_t size = (size_t)blocks * ct->ns->block_size;
	uint8_t *first = ct_buffer(ct, size), *second = ct_buffer(ct, size);

	ct_move(ct, ct->ns, NVME_IO_READ, lba, blocks, first);
	ct_move(ct, ct->ns, NVME_IO_READ, lba, blocks, second);
	ct_same(ct, "a block to stay", first, second, size);
}

static void one_block(struct ct *ct)
{
	static const struct nvme_dsm_range range = {.lba = 5, .blocks = 1};

	prepare(ct, BLOCKS);
	done(ct, "Deallocate", manage(ct, &range, 1, NVME_DSM_AD));
	expect_deallocated(ct, 5, 1);
	expect_settled(ct, 5, 1);
	ct_expect_pattern(ct, ct->ns, 0, 5, 1);
	ct_expect_pattern(ct, ct->ns, 6, BLOCKS - 6, 1);
}

/* Block 5 may be deallocated: then a Read of it fails, and so do Verify and Compare; where it is
 * not all of them succeed. */
static void ask_block(struct ct *ct, const char *what)
{
	void *buffer = ct_buffer(ct, ct->ns->block_size);
	const struct nvme_command read = ct_rw(ct, NVME_IO_READ, ct->ns, 5, 1, buffer);
	struct ct_answer answer = ct_do(ct, read);
	uint16_t status = answer.status & NVME_STATUS_MASK;

	ct_status_of(ct, what, CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_UNWRITTEN_BLOCK), answer);
	if (ct_has_command(ct, NVME_IO_VERIFY))
		ct_status_of(ct, "Verify of the same block", CT_STATUSES(status),
			     ct_do(ct, ct_rw(ct, NVME_IO_VERIFY, ct->ns, 5, 1, NULL)));
	if (ct_has_command(ct, NVME_IO_COMPARE))
		ct_status_of(ct, "Compare of the same block", CT_STATUSES(status),
			     ct_do(ct, ct_rw(ct, NVME_IO_COMPARE, ct->ns, 5, 1, buffer)));
}

/* NVM Command Set, sections 3.2.3.2 and 4.1.3.2: with DULBE what reads deallocated blocks fails
 * with a status of its own, if they are deallocated in truth; nothing else does. */
static void unwritten(struct ct *ct)
{
	static const struct nvme_dsm_range range = {.lba = 5, .blocks = 1};

	CT_NEED(ct->ns->identify->nsfeat & NVME_NSFEAT_DULBE, "NSFEAT does not have DULBE");
	prepare(ct, BLOCKS);
	ct_success(ct, "Set Features, Error Recovery with DULBE",
		   ct_ask(ct, ct_set_feature(NVME_FEATURE_ERROR_RECOVERY, ct->ns->nsid, DULBE)));
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
	done(ct, "Deallocate", manage(ct, &range, 1, NVME_DSM_AD));
	ask_block(ct, "Read of a deallocated block");
	ct_expect_pattern(ct, ct->ns, 0, 5, 1);
	ct_expect_pattern(ct, ct->ns, 6, BLOCKS - 6, 1);
	ct_write_pattern(ct, ct->ns, 5, 1, 2);
	ct_expect_pattern(ct, ct->ns, 5, 1, 2);
	/* Which may deallocate, asked or not. */
	if (ct_has_command(ct, NVME_IO_WRITE_ZEROES)) {
		ct_success(ct, "Write Zeroes",
			   ct_do(ct, ct_rw(ct, NVME_IO_WRITE_ZEROES, ct->ns, 5, 1, NULL)));
		ask_block(ct, "Read of a block of zeroes");
	}
	done(ct, "Deallocate once more", manage(ct, &range, 1, NVME_DSM_AD));
	ct_success(ct, "Set Features, Error Recovery without DULBE",
		   ct_ask(ct, ct_set_feature(NVME_FEATURE_ERROR_RECOVERY, ct->ns->nsid, 0)));
	expect_settled(ct, 5, 1);
}

static void ranges_apart(struct ct *ct)
{
	static const struct nvme_dsm_range ranges[] = {
		{.lba = 20, .blocks = 8}, {.lba = 1, .blocks = 3}, {.lba = 9, .blocks = 1}};

	prepare(ct, BLOCKS);
	done(ct, "Deallocate of three ranges", manage(ct, ranges, 3, NVME_DSM_AD));
	for (unsigned i = 0; i < 3; i++)
		expect_deallocated(ct, ranges[i].lba, ranges[i].blocks);
	ct_expect_pattern(ct, ct->ns, 0, 1, 1);
	ct_expect_pattern(ct, ct->ns, 4, 5, 1);
	ct_expect_pattern(ct, ct->ns, 10, 10, 1);
	ct_expect_pattern(ct, ct->ns, 28, 4, 1);
}

static void overlapping(struct ct *ct)
{
	static const struct nvme_dsm_range ranges[] = {
		{.lba = 4, .blocks = 8}, {.lba = 8, .blocks = 8}, {.lba = 4, .blocks = 8}};

	prepare(ct, BLOCKS);
	done(ct, "Deallocate of ranges that overlap", manage(ct, ranges, 3, NVME_DSM_AD));
	expect_deallocated(ct, 4, 12);
	ct_expect_pattern(ct, ct->ns, 0, 4, 1);
	ct_expect_pattern(ct, ct->ns, 16, BLOCKS - 16, 1);
}

/* 256 of them, each of a block, with one between; the list lies across two pages. */
static void most_ranges(struct ct *ct)
{
	struct nvme_dsm_range *ranges = ct_buffer(ct, 2 * (size_t)ct->page_size);
	struct nvme_command command;
	struct ct_answer answer;

	ranges = (void *)((char *)ranges + ct->argument);
	prepare(ct, 512);
	memset(ranges, 0, NVME_DSM_RANGES_MAX * sizeof(*ranges));
	for (unsigned i = 0; i < NVME_DSM_RANGES_MAX; i++)
		ranges[i] = (struct nvme_dsm_range){.lba = 2 * i, .blocks = 1};
	command = ct_dsm(ct, ct->ns, ranges, NVME_DSM_RANGES_MAX, NVME_DSM_AD);
	ct_prp(ct, &command, ranges, NVME_DSM_RANGES_MAX * sizeof(*ranges));
	answer = ct_do(ct, command);
	ct_status_of(ct, "Deallocate of 256 ranges",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_COMMAND_SIZE_LIMIT), answer);
	for (unsigned i = 0; i < 512; i += 31) {
		expect_deallocated(ct, i & ~1u, 1);
		ct_expect_pattern(ct, ct->ns, i | 1, 1, 1);
	}
}

/* Ranges without blocks, or all of them without the attribute: nothing changes. */
static void nothing(struct ct *ct)
{
	struct nvme_dsm_range ranges[3] = {{.lba = 0}, {.lba = 7}, {.lba = 31}};

	prepare(ct, BLOCKS);
	done(ct, "Deallocate of ranges without blocks", manage(ct, ranges, 3, NVME_DSM_AD));
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void attributes(struct ct *ct)
{
	const struct nvme_dsm_range range = {
		.lba = 2, .blocks = 8, .attributes = ct->argument >> 8};

	prepare(ct, BLOCKS);
	done(ct, "Dataset Management", manage(ct, &range, 1, ct->argument & 0xff));
	if (ct->argument & NVME_DSM_AD)
		expect_deallocated(ct, 2, 8);
	else
		ct_expect_pattern(ct, ct->ns, 2, 8, 1);
	ct_expect_pattern(ct, ct->ns, 0, 2, 1);
	ct_expect_pattern(ct, ct->ns, 10, BLOCKS - 10, 1);
}

/* A range that leaves the namespace: it is refused or ignored, and no block at the other end, nor
 * what else the range could be taken for, changes. */
static void outside(struct ct *ct)
{
	uint64_t size = ct->ns->size;
	const struct nvme_dsm_range ranges[] = {
		{.lba = size, .blocks = 1},
		{.lba = size - 1, .blocks = 2},
		{.lba = UINT64_MAX, .blocks = 2},
		{.lba = UINT64_MAX - 7, .blocks = UINT32_MAX},
		{.lba = size > UINT32_MAX ? UINT64_MAX / 2 : 1ull << 32, .blocks = 8},
	};
	struct ct_answer answer;

	prepare(ct, BLOCKS);
	answer = manage(ct, &ranges[ct->argument], 1, ct->argument == 1 ? 0 : NVME_DSM_AD);
	ct_status_of(
		ct, "Dataset Management behind the end",
		CT_STATUSES(NVME_SC_LBA_OUT_OF_RANGE, NVME_SC_SUCCESS, NVME_SC_COMMAND_SIZE_LIMIT),
		answer);
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void written_again(struct ct *ct)
{
	static const struct nvme_dsm_range range = {.lba = 0, .blocks = 16};

	prepare(ct, BLOCKS);
	for (unsigned i = 0; i < 3; i++) {
		done(ct, "Deallocate", manage(ct, &range, 1, NVME_DSM_AD));
		ct_write_pattern(ct, ct->ns, 3, 6, 2 + i);
		ct_expect_pattern(ct, ct->ns, 3, 6, 2 + i);
	}
	expect_deallocated(ct, 0, 3);
	expect_deallocated(ct, 9, 7);
	ct_expect_pattern(ct, ct->ns, 16, BLOCKS - 16, 1);
}

static void other_namespace(struct ct *ct)
{
	static const struct nvme_dsm_range range = {.lba = 0, .blocks = 16};
	struct ct_namespace *first = ct->ns, *other = ct_other_namespace(ct);

	prepare(ct, 16);
	ct->ns = other;
	prepare(ct, 16);
	if (ct->argument)
		ct->ns = first, first = other, other = ct->ns;
	done(ct, "Deallocate", manage(ct, &range, 1, NVME_DSM_AD));
	ct_expect_pattern(ct, first, 0, 16, 1);
	expect_deallocated(ct, 0, 16);
	ct->ns = first < other ? first : other;
}

/* ---- Limits ---- */

enum { RANGES, RANGE_SIZE, SIZE };

static void limited(struct ct *ct)
{
	const struct nvme_identify_controller_nvm *page;
	struct nvme_dsm_range ranges[8] = {{.lba = 0}};
	unsigned count = 1, each = 1;

	CT_NEED(ct->limits.dataset, "there are no limits");
	page = ct_identify_page(ct, NVME_CNS_IOCS_CONTROLLER, 0);
	if (ct->argument == RANGES) {
		CT_NEED(page->dmrl && page->dmrl < 8, "DMRL is 0, or large");
		count = page->dmrl + 1u;
	} else if (ct->argument == RANGE_SIZE) {
		CT_NEED(page->dmrsl && page->dmrsl < BLOCKS, "DMRSL is 0, or large");
		each = page->dmrsl + 1;
	} else {
		CT_NEED(page->dmsl && page->dmsl < BLOCKS, "DMSL is 0, or large");
		count = 2;
		each = (unsigned)page->dmsl / 2 + 1;
	}
	prepare(ct, 2 * BLOCKS);
	for (unsigned i = 0; i < count; i++)
		ranges[i] = (struct nvme_dsm_range){.lba = i * each, .blocks = each};
	ct_status_of(ct, "more than the limit",
		     CT_STATUSES(NVME_SC_COMMAND_SIZE_LIMIT, NVME_SC_SUCCESS),
		     manage(ct, ranges, count, NVME_DSM_AD));
	expect_deallocated(ct, 0, count * each);
	ct_expect_pattern(ct, ct->ns, count * each, 2 * BLOCKS - count * each, 1);
}

/* Bits 23:11 are reserved. */
#define ATTRIBUTES(command, context) ((command) | (uint32_t)(context) << 8)

static const struct ct_case cases[] = {
	CT_CASE("Deallocate of one block: as DLFEAT says, and no other", "NVM 3.2.3", one_block,
		CT_WRITES),
	CT_CASE("Deallocate of three ranges: these, and no other", "NVM 3.2.3", ranges_apart,
		CT_WRITES),
	CT_CASE("Deallocate of ranges that overlap", "NVM 3.2.3", overlapping, CT_WRITES),
	CT_CASE("Deallocate of 256 ranges: every second block stays", "NVM 3.2.3", most_ranges,
		CT_WRITES),
	CT_CASE("Deallocate of 256 ranges in two pages", "NVM 3.2.3", most_ranges, CT_WRITES,
		.argument = 2048),
	CT_CASE("Deallocate of ranges without blocks changes nothing", "NVM 3.2.3", nothing,
		CT_WRITES),
	CT_CASE("Dataset Management without an attribute changes nothing", "NVM 3.2.3", attributes,
		CT_WRITES),
	CT_CASE("Integral Dataset for Read changes nothing", "NVM 3.2.3", attributes, CT_WRITES,
		.argument = NVME_DSM_IDR),
	CT_CASE("Integral Dataset for Write changes nothing", "NVM 3.2.3", attributes, CT_WRITES,
		.argument = NVME_DSM_IDW),
	CT_CASE("Integral Dataset for both changes nothing", "NVM 3.2.3", attributes, CT_WRITES,
		.argument = NVME_DSM_IDR | NVME_DSM_IDW),
	CT_CASE("Deallocate with every other attribute", "NVM 3.2.3", attributes, CT_WRITES,
		.argument = NVME_DSM_IDR | NVME_DSM_IDW | NVME_DSM_AD),
	CT_CASE("context attributes change nothing", "NVM 3.2.3", attributes, CT_WRITES,
		.argument = ATTRIBUTES(NVME_DSM_IDR, 0x0735)),
	CT_CASE("context attributes of what is deallocated", "NVM 3.2.3", attributes, CT_WRITES,
		.argument = ATTRIBUTES(NVME_DSM_AD, 0x0715)),
	CT_CASE("Deallocate behind the last block changes no block", "NVM 3.2.3", outside,
		CT_WRITES, .argument = 0),
	CT_CASE("a range of the last block and one more changes nothing", "NVM 3.2.3", outside,
		CT_WRITES, .argument = 1),
	CT_CASE("Deallocate of a range that wraps changes no block", "NVM 3.2.3", outside,
		CT_WRITES, .argument = 2),
	CT_CASE("Deallocate of a long range that wraps changes no block", "NVM 3.2.3", outside,
		CT_WRITES, .argument = 3),
	CT_CASE("Deallocate: bits 63:32 of the LBA count", "NVM 3.2.3", outside, CT_WRITES,
		.argument = 4),
	CT_CASE("Write after Deallocate is read", "NVM 3.2.3", written_again, CT_WRITES),
	CT_CASE("Deallocate in another namespace leaves this one", "NVM 3.2.3", other_namespace,
		CT_WRITES, .argument = 0),
	CT_CASE("DULBE: only Reads of deallocated blocks may fail", "NVM 3.2.3.2", unwritten,
		CT_WRITES),
	CT_CASE("Deallocate in this namespace leaves another", "NVM 3.2.3", other_namespace,
		CT_WRITES, .argument = 1),
	CT_CASE("more ranges than DMRL are refused, or not all done", "NVM 3.2.3.1", limited,
		CT_WRITES, .argument = RANGES),
	CT_CASE("a longer range than DMRSL is refused, or not all done", "NVM 3.2.3.1", limited,
		CT_WRITES, .argument = RANGE_SIZE),
	CT_CASE("more blocks than DMSL are refused, or not all done", "NVM 3.2.3.1", limited,
		CT_WRITES, .argument = SIZE),
	{.name = NULL},
};
CONFORMANCE_GROUP("dataset", cases);
