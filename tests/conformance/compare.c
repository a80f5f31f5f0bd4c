/* Compare and Verify, which look at blocks and change none; fused operations. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define BLOCKS 8u

/* What the blocks hold, in a buffer. */
static uint8_t *written(struct ct *ct, unsigned generation)
{
	uint8_t *bytes = ct_buffer(ct, (size_t)BLOCKS * ct->ns->block_size);

	for (unsigned i = 0; i < BLOCKS; i++)
		ct_pattern(ct->ns, i, generation, bytes + (size_t)i * ct->ns->block_size);
	return bytes;
}

static uint8_t *prepare(struct ct *ct)
{
	ct_need_command(ct, NVME_IO_COMPARE);
	CT_NEED(BLOCKS <= ct->ns->blocks_max, "MDTS is less than %u blocks", BLOCKS);
	ct_save(ct, ct->ns, 0, BLOCKS);
	ct_write_pattern(ct, ct->ns, 0, BLOCKS, 1);
	return written(ct, 1);
}

static struct ct_answer compare(struct ct *ct, uint64_t lba, unsigned blocks, void *bytes)
{
	return ct_do(ct, ct_rw(ct, NVME_IO_COMPARE, ct->ns, lba, blocks, bytes));
}

static void equal(struct ct *ct)
{
	uint8_t *bytes = prepare(ct), *copy = written(ct, 1);

	ct_success(ct, "Compare of what was written", compare(ct, 0, BLOCKS, bytes));
	ct_same(ct, "the buffer of Compare to stay", copy, bytes,
		(size_t)BLOCKS * ct->ns->block_size);
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

/* One bit of the data is another. */
static void different(struct ct *ct)
{
	uint8_t *bytes = prepare(ct);
	size_t size = (size_t)BLOCKS * ct->ns->block_size;
	const size_t places[] = {0, size - 1, size / 2, ct->ns->block_size - 1};

	bytes[places[ct->argument]] ^= ct->argument & 1 ? 0x80 : 1;
	ct_status(ct, "Compare of other data", NVME_SC_COMPARE_FAILED,
		  compare(ct, 0, BLOCKS, bytes));
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void other_block(struct ct *ct)
{
	uint8_t *bytes = prepare(ct);

	ct_status(ct, "Compare of the block before", NVME_SC_COMPARE_FAILED,
		  compare(ct, 1, 1, bytes));
	ct_success(ct, "Compare of the block", compare(ct, 1, 1, bytes + ct->ns->block_size));
}

/* A Write is followed by a Compare, over and over. */
static void after_write(struct ct *ct)
{
	prepare(ct);
	for (unsigned i = 0; i < 4; i++) {
		ct_write_pattern(ct, ct->ns, 0, BLOCKS, i);
		ct_success(ct, "Compare behind Write", compare(ct, 0, BLOCKS, written(ct, i)));
		ct_status(ct, "Compare with what was there before", NVME_SC_COMPARE_FAILED,
			  compare(ct, 0, BLOCKS, written(ct, i + 1)));
	}
}

static void after_zeroes(struct ct *ct)
{
	uint8_t *bytes = prepare(ct), *zeroes = ct_buffer(ct, ct->ns->block_size);

	ct_need_command(ct, NVME_IO_WRITE_ZEROES);
	memset(zeroes, 0, ct->ns->block_size);
	ct_success(ct, "Write Zeroes",
		   ct_do(ct, ct_rw(ct, NVME_IO_WRITE_ZEROES, ct->ns, 2, 1, NULL)));
	ct_success(ct, "Compare with zeroes", compare(ct, 2, 1, zeroes));
	ct_status(ct, "Compare with what was there before", NVME_SC_COMPARE_FAILED,
		  compare(ct, 2, 1, bytes + 2 * (size_t)ct->ns->block_size));
}

/* Zeroes are compared as such, not as what the controller might begin with. */
static void not_zeroes(struct ct *ct)
{
	uint8_t *zeroes = ct_buffer(ct, ct->ns->block_size);

	prepare(ct);
	memset(zeroes, 0, ct->ns->block_size);
	ct_status(ct, "Compare of data with zeroes", NVME_SC_COMPARE_FAILED,
		  compare(ct, 0, 1, zeroes));
}

static void with_fua(struct ct *ct)
{
	struct nvme_command command = ct_rw(ct, NVME_IO_COMPARE, ct->ns, 0, BLOCKS, prepare(ct));

	command.cdw12 |= NVME_RW_FUA | NVME_RW_LR;
	ct_success(ct, "Compare with FUA and LR", ct_do(ct, command));
}

/* ---- Verify ---- */

static void verify(struct ct *ct)
{
	struct nvme_command command = ct_rw(ct, NVME_IO_VERIFY, ct->ns, 0, BLOCKS, NULL);

	ct_need_command(ct, NVME_IO_VERIFY);
	ct_save(ct, ct->ns, 0, BLOCKS);
	ct_write_pattern(ct, ct->ns, 0, BLOCKS, 1);
	command.cdw12 |= ct->argument;
	ct_success(ct, "Verify", ct_do(ct, command));
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void verify_moves_nothing(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, ct->page_size);
	struct nvme_command command = ct_rw(ct, NVME_IO_VERIFY, ct->ns, 0, 1, NULL);
	struct ct_answer answer;

	ct_need_command(ct, NVME_IO_VERIFY);
	command.prp1 = ct_bus(page);
	answer = ct_do(ct, command);
	ct_status_of(ct, "Verify with PRP1, which is reserved",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD), answer);
	ct_all(ct, "the page of PRP1 to stay", CT_FRESH, page, ct->page_size);
}

/* ---- Fused operations ---- */

#define FUSE_COMPARE_WRITE 1u /* FUSES */

static void not_fused(struct ct *ct)
{
	struct nvme_command command =
		ct_rw(ct, NVME_IO_WRITE, ct->ns, 0, 1, ct_buffer(ct, ct->ns->block_size));
	struct ct_answer answer;

	CT_NEED(!(ct->identify->fuses & FUSE_COMPARE_WRITE), "FUSES has Compare and Write");
	ct_save(ct, ct->ns, 0, 1);
	ct_write_pattern(ct, ct->ns, 0, 1, 1);
	command.flags |= (uint8_t)ct->argument;
	answer = ct_do(ct, command);
	ct_status_of(ct, "a command that is fused",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_FUSED_MISSING), answer);
	ct_expect_pattern(ct, ct->ns, 0, 1, 1);
}

static void reserved_fuse(struct ct *ct)
{
	struct nvme_command command =
		ct_rw(ct, NVME_IO_READ, ct->ns, 0, 1, ct_buffer(ct, ct->ns->block_size));

	command.flags |= NVME_FLAGS_FUSE_FIRST | NVME_FLAGS_FUSE_SECOND;
	ct_status_of(ct, "a command with FUSE 11b",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_FUSED_MISSING), ct_do(ct, command));
}

enum { FUSED_EQUAL, FUSED_OTHER, FUSED_RANGE };

static void fused(struct ct *ct)
{
	struct nvme_command commands[2];
	struct ct_answer first, second;
	uint16_t cids[2];
	uint8_t *bytes;

	CT_NEED(ct->identify->fuses & FUSE_COMPARE_WRITE, "FUSES does not have Compare and Write");
	bytes = prepare(ct);
	if (ct->argument == FUSED_OTHER)
		bytes[0] ^= 1;
	commands[0] = ct_rw(ct, NVME_IO_COMPARE, ct->ns, 0, 1, bytes);
	commands[1] =
		ct_rw(ct, NVME_IO_WRITE, ct->ns, ct->argument == FUSED_RANGE, 1, written(ct, 2));
	commands[0].flags |= NVME_FLAGS_FUSE_FIRST;
	commands[1].flags |= NVME_FLAGS_FUSE_SECOND;
	for (unsigned i = 0; i < 2; i++)
		cids[i] = ct_push(ct, ct->io, commands[i]);
	ct_ring(ct, ct->io);
	first = ct_wait(ct, ct->io, cids[0]);
	second = ct_wait(ct, ct->io, cids[1]);
	switch (ct->argument) {
	case FUSED_EQUAL:
		ct_success(ct, "Compare", first);
		ct_success(ct, "Write", second);
		ct_expect_pattern(ct, ct->ns, 0, 1, 2);
		break;
	case FUSED_OTHER:
		ct_status(ct, "Compare", NVME_SC_COMPARE_FAILED, first);
		ct_status(ct, "Write", NVME_SC_FUSED_FAILED, second);
		ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
		break;
	default:
		ct_refused(ct, "Compare and Write of different blocks", second);
		ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
	}
}

static const struct ct_case cases[] = {
	CT_CASE("Compare of what was written succeeds and changes nothing", "NVM 3.2.1", equal,
		CT_WRITES),
	CT_CASE("Compare with another first bit: Compare Failure", "NVM 3.2.1", different,
		CT_WRITES, .argument = 0),
	CT_CASE("Compare with another last bit: Compare Failure", "NVM 3.2.1", different, CT_WRITES,
		.argument = 1),
	CT_CASE("Compare with another bit in the middle: Compare Failure", "NVM 3.2.1", different,
		CT_WRITES, .argument = 2),
	CT_CASE("Compare with another bit at the end of a block: it fails", "NVM 3.2.1", different,
		CT_WRITES, .argument = 3),
	CT_CASE("Compare looks at the block that it names", "NVM 3.2.1", other_block, CT_WRITES),
	CT_CASE("Compare sees the Write before it", "NVM 3.2.1", after_write, CT_WRITES),
	CT_CASE("Compare sees the Write Zeroes before it", "NVM 3.2.1", after_zeroes, CT_WRITES),
	CT_CASE("Compare of data with zeroes: Compare Failure", "NVM 3.2.1", not_zeroes, CT_WRITES),
	CT_CASE("Compare with FUA and LR", "NVM 3.2.1", with_fua, CT_WRITES),
	CT_CASE("Verify of what was written succeeds and changes nothing", "NVM 3.2.5", verify,
		CT_WRITES),
	CT_CASE("Verify with FUA and LR", "NVM 3.2.5", verify, CT_WRITES,
		.argument = NVME_RW_FUA | NVME_RW_LR),
	CT_CASE("Verify writes nothing to memory", "NVM 3.2.5", verify_moves_nothing, CT_BLOCKS),
	CT_CASE("first of a fused operation without FUSES is refused", "Base 3.4.2", not_fused,
		CT_WRITES, .argument = NVME_FLAGS_FUSE_FIRST),
	CT_CASE("second of a fused operation without FUSES is refused", "Base 3.4.2", not_fused,
		CT_WRITES, .argument = NVME_FLAGS_FUSE_SECOND),
	CT_CASE("FUSE 11b is reserved and refused", "Base 3.3.3.1", reserved_fuse, CT_BLOCKS),
	CT_CASE("fused Compare and Write: both", "Base 3.4.2", fused, CT_WRITES,
		.argument = FUSED_EQUAL),
	CT_CASE("fused Compare and Write of other data: neither", "Base 3.4.2", fused, CT_WRITES,
		.argument = FUSED_OTHER),
	CT_CASE("fused Compare and Write of different blocks are refused", "Base 3.4.2", fused,
		CT_WRITES, .argument = FUSED_RANGE),
	{.name = NULL},
};
CONFORMANCE_GROUP("compare", cases);
