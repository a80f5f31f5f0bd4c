/* Read and Write: which blocks change, and what their fields say. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

static void round_trip(struct ct *ct)
{
	ct_save(ct, ct->ns, 0, 16);
	ct_write_pattern(ct, ct->ns, 0, 16, 1);
	ct_write_pattern(ct, ct->ns, 4, 3, 2);
	ct_expect_pattern(ct, ct->ns, 0, 4, 1);
	ct_expect_pattern(ct, ct->ns, 4, 3, 2);
	ct_expect_pattern(ct, ct->ns, 7, 9, 1);
}

/* Blocks of one command, into which others read and write. */
static void each_block(struct ct *ct)
{
	ct_save(ct, ct->ns, 0, 8);
	ct_write_pattern(ct, ct->ns, 0, 8, 1);
	for (unsigned i = 0; i < 8; i++)
		ct_expect_pattern(ct, ct->ns, i, 1, 1);
	for (unsigned i = 8; i-- > 0;)
		ct_write_pattern(ct, ct->ns, i, 1, 2);
	ct_expect_pattern(ct, ct->ns, 0, 8, 2);
}

static void write_keeps_buffer(struct ct *ct)
{
	uint8_t *buffer = ct_buffer(ct, ct->ns->block_size);
	uint8_t *copy = ct_buffer(ct, ct->ns->block_size);

	ct_save(ct, ct->ns, 0, 1);
	ct_pattern(ct->ns, 0, 3, buffer);
	memcpy(copy, buffer, ct->ns->block_size);
	ct_success(ct, "Write", ct_do(ct, ct_rw(ct, NVME_IO_WRITE, ct->ns, 0, 1, buffer)));
	ct_same(ct, "the buffer of a Write to stay", copy, buffer, ct->ns->block_size);
	ct_expect_pattern(ct, ct->ns, 0, 1, 3);
}

/* ---- Fields that change nothing ---- */

/* CDW12 or CDW13 with those bits: data come and go as without. */
static const struct {
	uint32_t cdw12, cdw13;
} hints[] = {
	{NVME_RW_FUA, 0}, {NVME_RW_LR, 0}, {NVME_RW_FUA | NVME_RW_LR, 0}, {0, 0x75}, {0, 0x80},
};
#define HINT(opcode, index) ((opcode) | (index) << 8)

static void hinted(struct ct *ct)
{
	unsigned opcode = ct->argument & 0xff, index = ct->argument >> 8;
	uint8_t *bytes = ct_buffer(ct, 2 * ct->ns->block_size),
		*wanted = ct_buffer(ct, ct->ns->block_size);
	struct nvme_command command = ct_rw(ct, opcode, ct->ns, 1, 2, bytes);

	ct_save(ct, ct->ns, 0, 4);
	ct_write_pattern(ct, ct->ns, 0, 4, opcode == NVME_IO_READ);
	for (unsigned i = 0; i < 2 && opcode == NVME_IO_WRITE; i++)
		ct_pattern(ct->ns, 1 + i, 1, bytes + i * ct->ns->block_size);
	command.cdw12 |= hints[index].cdw12;
	command.cdw13 |= hints[index].cdw13;
	ct_success(ct, "the command", ct_do(ct, command));
	for (unsigned i = 0; i < 2; i++) {
		ct_pattern(ct->ns, 1 + i, 1, wanted);
		ct_same(ct, "a block", wanted, bytes + i * ct->ns->block_size, ct->ns->block_size);
	}
	ct_expect_pattern(ct, ct->ns, 1, 2, 1);
	ct_expect_pattern(ct, ct->ns, 0, 1, opcode == NVME_IO_READ);
	ct_expect_pattern(ct, ct->ns, 3, 1, opcode == NVME_IO_READ);
}

/* Reserved bits are set: the command is refused, or works as without. */
static void reserved(struct ct *ct)
{
	unsigned opcode = ct->argument;
	uint8_t *bytes = ct_buffer(ct, ct->ns->block_size);
	struct nvme_command command = ct_rw(ct, opcode, ct->ns, 0, 1, bytes);
	struct ct_answer answer;

	ct_save(ct, ct->ns, 0, 1);
	ct_write_pattern(ct, ct->ns, 0, 1, 1);
	if (opcode == NVME_IO_WRITE)
		ct_pattern(ct->ns, 0, 2, bytes);
	command.cdw2 = 0xffffffff;
	answer = ct_do(ct, command);
	ct_status_of(ct, "the command", CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD),
		     answer);
	ct_expect_pattern(ct, ct->ns, 0, 1,
			  opcode == NVME_IO_WRITE && !(answer.status & NVME_STATUS_MASK) ? 2 : 1);
}

/* A volatile write cache off: what is written is read, too. */
static void without_cache(struct ct *ct)
{
	struct ct_answer answer;

	CT_NEED(ct->identify->vwc & NVME_VWC_PRESENT, "there is no volatile write cache");
	ct_save(ct, ct->ns, 0, 4);
	ct_write_pattern(ct, ct->ns, 0, 4, 1);
	answer = ct_change_feature(ct, NVME_FEATURE_VOLATILE_WRITE_CACHE, 0, 0);
	CT_NEED((answer.status & NVME_STATUS_MASK) != NVME_SC_FEATURE_NOT_CHANGEABLE,
		"the cache cannot be switched off");
	ct_success(ct, "Set Features, Volatile Write Cache", answer);
	ct_expect_pattern(ct, ct->ns, 0, 4, 1);
	ct_write_pattern(ct, ct->ns, 0, 4, 2);
	ct_expect_pattern(ct, ct->ns, 0, 4, 2);
}

/* ---- Flush ---- */

static void flush(struct ct *ct)
{
	struct nvme_command command = ct_nsid_command(NVME_IO_FLUSH, ct->ns->nsid);

	ct_save(ct, ct->ns, 0, 4);
	ct_write_pattern(ct, ct->ns, 0, 4, 1);
	ct_success(ct, "Flush", ct_do(ct, command));
	ct_expect_pattern(ct, ct->ns, 0, 4, 1);
}

static void flush_all(struct ct *ct)
{
	struct ct_answer answer = ct_do(ct, ct_nsid_command(NVME_IO_FLUSH, NVME_NSID_ALL));

	switch (NVME_VWC_BROADCAST(ct->identify->vwc)) {
	case 3:
		ct_success(ct, "Flush with NSID FFFFFFFFh, which VWC has", answer);
		break;
	case 2:
		ct_status_of(ct, "Flush with NSID FFFFFFFFh, which VWC has not",
			     CT_STATUSES(NVME_SC_INVALID_NAMESPACE, NVME_SC_INVALID_FIELD), answer);
		break;
	default:
		ct_status_of(ct, "Flush with NSID FFFFFFFFh",
			     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_NAMESPACE,
					 NVME_SC_INVALID_FIELD),
			     answer);
	}
}

static void flush_between(struct ct *ct)
{
	ct_save(ct, ct->ns, 0, 8);
	for (unsigned i = 0; i < 8; i++) {
		ct_write_pattern(ct, ct->ns, i, 1, i);
		ct_success(ct, "Flush", ct_do(ct, ct_nsid_command(NVME_IO_FLUSH, ct->ns->nsid)));
	}
	for (unsigned i = 0; i < 8; i++)
		ct_expect_pattern(ct, ct->ns, i, 1, i);
}

static const struct ct_case cases[] = {
	CT_CASE("Write changes the blocks that it names and no other", "NVM 3.2.6", round_trip,
		CT_WRITES),
	CT_CASE("blocks written together are read alone, and the other way", "NVM 3.2.4",
		each_block, CT_WRITES),
	CT_CASE("Write leaves its buffer as it was", "NVM 3.2.6", write_keeps_buffer, CT_WRITES),
	CT_CASE("Read with Force Unit Access", "NVM 3.2.4", hinted, CT_WRITES,
		.argument = HINT(NVME_IO_READ, 0)),
	CT_CASE("Write with Force Unit Access", "NVM 3.2.6", hinted, CT_WRITES,
		.argument = HINT(NVME_IO_WRITE, 0)),
	CT_CASE("Read with Limited Retry", "NVM 3.2.4", hinted, CT_WRITES,
		.argument = HINT(NVME_IO_READ, 1)),
	CT_CASE("Write with Limited Retry and Force Unit Access", "NVM 3.2.6", hinted, CT_WRITES,
		.argument = HINT(NVME_IO_WRITE, 2)),
	CT_CASE("Read with access frequency, latency and sequential request", "NVM 3.2.4", hinted,
		CT_WRITES, .argument = HINT(NVME_IO_READ, 3)),
	CT_CASE("Write with access frequency, latency and sequential request", "NVM 3.2.6", hinted,
		CT_WRITES, .argument = HINT(NVME_IO_WRITE, 3)),
	CT_CASE("Write of data that are called incompressible", "NVM 3.2.6", hinted, CT_WRITES,
		.argument = HINT(NVME_IO_WRITE, 4)),
	CT_CASE("Read with CDW2, which is reserved", "NVM 3.2.4", reserved, CT_WRITES,
		.argument = NVME_IO_READ),
	CT_CASE("Write with CDW2, which is reserved", "NVM 3.2.6", reserved, CT_WRITES,
		.argument = NVME_IO_WRITE),
	CT_CASE("the volatile write cache switched off keeps what is in it", "Base 5.27.1.4",
		without_cache, CT_WRITES),
	CT_CASE("Flush leaves the blocks as they were written", "Base 7.1", flush, CT_WRITES),
	CT_CASE("Flush between Writes", "Base 7.1", flush_between, CT_WRITES),
	CT_CASE("Flush with NSID FFFFFFFFh as VWC says", "Base 5.17.2.1", flush_all, CT_BLOCKS),
	{.name = NULL},
};
CONFORMANCE_GROUP("read-write", cases);
