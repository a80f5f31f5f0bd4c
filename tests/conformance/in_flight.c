/* Many commands at a time: each has its own data and its own result. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

/* As many as the queue holds. */
static unsigned depth(const struct ct *ct, const struct ct_sq *sq)
{
	unsigned most = sq->size - 1;

	return most < ct->ns->size ? most : (unsigned)ct->ns->size;
}

/* The order of blocks: one after the other, backwards, or up and down. */
enum { FORWARD, BACKWARD, JUMPING };

static unsigned place(unsigned order, unsigned i, unsigned count)
{
	if (order == BACKWARD)
		return count - 1 - i;
	return order == JUMPING ? (i & 1 ? count - 1 - i / 2 : i / 2) : i;
}

static void fill(struct ct *ct, struct ct_namespace *ns, unsigned count)
{
	ct_save(ct, ns, 0, count);
	ct_write_pattern(ct, ns, 0, count, 1);
}

static void reads(struct ct *ct)
{
	unsigned count = depth(ct, ct->io), size = ct->ns->block_size;
	uint8_t *bytes = ct_buffer(ct, (size_t)count * size), *wanted = ct_buffer(ct, size);

	fill(ct, ct->ns, count);
	for (unsigned i = 0; i < count; i++)
		ct_push(ct, ct->io,
			ct_rw(ct, NVME_IO_READ, ct->ns, place(ct->argument, i, count), 1,
			      bytes + (size_t)i * size));
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "Read", ct_wait_any(ct, ct->io->cq));
	for (unsigned i = 0; i < count; i++) {
		ct_pattern(ct->ns, place(ct->argument, i, count), 1, wanted);
		ct_same(ct, "a block", wanted, bytes + (size_t)i * size, size);
	}
}

static void writes(struct ct *ct)
{
	unsigned count = depth(ct, ct->io), size = ct->ns->block_size;
	uint8_t *bytes = ct_buffer(ct, (size_t)count * size);

	fill(ct, ct->ns, count);
	for (unsigned i = 0; i < count; i++) {
		unsigned lba = place(ct->argument, i, count);

		ct_pattern(ct->ns, lba, 2, bytes + (size_t)i * size);
		ct_push(ct, ct->io,
			ct_rw(ct, NVME_IO_WRITE, ct->ns, lba, 1, bytes + (size_t)i * size));
	}
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "Write", ct_wait_any(ct, ct->io->cq));
	ct_expect_pattern(ct, ct->ns, 0, count, 2);
}

/* Of 1, 2, 3 ... blocks, each command its own. */
static void sizes(struct ct *ct)
{
	unsigned size = ct->ns->block_size,
		 most = ct->ns->blocks_max < 8 ? (unsigned)ct->ns->blocks_max : 8;
	uint8_t *bytes = ct_buffer(ct, 36 * (size_t)size), *wanted = ct_buffer(ct, size);
	unsigned lba = 0;

	CT_NEED(ct->io->size > most, "the queue is small");
	fill(ct, ct->ns, 36);
	for (unsigned i = 1; i <= most; lba += i++)
		ct_push(ct, ct->io,
			ct_rw(ct, NVME_IO_READ, ct->ns, lba, i, bytes + (size_t)lba * size));
	ct_ring(ct, ct->io);
	for (unsigned i = 1; i <= most; i++)
		ct_success(ct, "Read", ct_wait_any(ct, ct->io->cq));
	for (unsigned i = 0; i < lba; i++) {
		ct_pattern(ct->ns, i, 1, wanted);
		ct_same(ct, "a block", wanted, bytes + (size_t)i * size, size);
	}
}

/* Reads of some blocks and Writes of others. */
static void mixed(struct ct *ct)
{
	unsigned count = depth(ct, ct->io) & ~1u, size = ct->ns->block_size;
	uint8_t *bytes = ct_buffer(ct, (size_t)count * size), *wanted = ct_buffer(ct, size);

	fill(ct, ct->ns, count);
	for (unsigned i = 0; i < count; i++) {
		if (i & 1)
			ct_pattern(ct->ns, i, 2, bytes + (size_t)i * size);
		ct_push(ct, ct->io,
			ct_rw(ct, i & 1 ? NVME_IO_WRITE : NVME_IO_READ, ct->ns, i, 1,
			      bytes + (size_t)i * size));
	}
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "Read or Write", ct_wait_any(ct, ct->io->cq));
	for (unsigned i = 0; i < count; i++) {
		ct_pattern(ct->ns, i, i & 1 ? 2 : 1, wanted);
		ct_same(ct, "a block", wanted, bytes + (size_t)i * size, size);
		if (i & 1)
			ct_expect_pattern(ct, ct->ns, i, 1, 2);
	}
}

/* Some succeed, others do not: each ends with its own status. */
static void statuses(struct ct *ct)
{
	unsigned count = depth(ct, ct->io);
	uint16_t cids[64];

	count = count < 63 ? count : 63;
	for (unsigned i = 0; i < count; i++) {
		struct nvme_command command =
			ct_rw(ct, NVME_IO_READ, ct->ns, i % 3 == 1 ? ct->ns->size : 0, 1,
			      ct_buffer(ct, ct->ns->block_size));

		if (i % 3 == 2)
			command.nsid = 0;
		cids[i] = ct_push(ct, ct->io, command);
	}
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_status(ct, "a Read among others",
			  i % 3 == 1   ? NVME_SC_LBA_OUT_OF_RANGE
			  : i % 3 == 2 ? NVME_SC_INVALID_NAMESPACE
				       : NVME_SC_SUCCESS,
			  ct_wait(ct, ct->io, cids[i]));
}

static void compares(struct ct *ct)
{
	unsigned count = depth(ct, ct->io), size = ct->ns->block_size;
	uint16_t cids[64];

	ct_need_command(ct, NVME_IO_COMPARE);
	count = count < 63 ? count : 63;
	fill(ct, ct->ns, count);
	for (unsigned i = 0; i < count; i++) {
		uint8_t *block = ct_buffer(ct, size);

		ct_pattern(ct->ns, i, 1, block);
		block[size - 1] ^= i & 1;
		cids[i] = ct_push(ct, ct->io, ct_rw(ct, NVME_IO_COMPARE, ct->ns, i, 1, block));
	}
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_status(ct, "a Compare among others",
			  i & 1 ? NVME_SC_COMPARE_FAILED : NVME_SC_SUCCESS,
			  ct_wait(ct, ct->io, cids[i]));
}

/* Two queues with the same CIDs, filled in turn. */
static void two_queues(struct ct *ct)
{
	unsigned count = 16, size = ct->ns->block_size;
	uint8_t *bytes = ct_buffer(ct, 2 * (size_t)count * size), *wanted = ct_buffer(ct, size);
	struct ct_sq *sqs[2] = {ct->io, NULL};

	CT_NEED(ct_queues(ct) >= 2 && ct_entries_max(ct) > count, "one small queue");
	fill(ct, ct->ns, 2 * count);
	sqs[1] = ct_pair(ct, 2, count + 1);
	for (unsigned i = 0; i < 2 * count; i++) {
		struct nvme_command command =
			ct_rw(ct, NVME_IO_READ, ct->ns, i, 1, bytes + (size_t)i * size);

		command.cid = (uint16_t)(0x1000 + i / 2);
		ct_push_cid(ct, sqs[i & 1], command);
	}
	ct_ring(ct, sqs[1]);
	ct_ring(ct, sqs[0]);
	for (unsigned i = 0; i < 2 * count; i++)
		ct_success(ct, "Read", ct_wait(ct, sqs[i & 1], (uint16_t)(0x1000 + i / 2)));
	for (unsigned i = 0; i < 2 * count; i++) {
		ct_pattern(ct->ns, i, 1, wanted);
		ct_same(ct, "a block", wanted, bytes + (size_t)i * size, size);
	}
}

/* Reads of the same blocks of two namespaces, in turn. */
static void two_namespaces(struct ct *ct)
{
	struct ct_namespace *spaces[2] = {ct->ns, ct_other_namespace(ct)};
	unsigned count = depth(ct, ct->io) & ~1u;
	uint8_t *bytes[2], *wanted[2];

	count = count < 32 ? count : 32;
	for (unsigned i = 0; i < 2; i++) {
		fill(ct, spaces[i], count / 2);
		bytes[i] = ct_buffer(ct, (size_t)count / 2 * spaces[i]->block_size);
		wanted[i] = ct_buffer(ct, spaces[i]->block_size);
	}
	for (unsigned i = 0; i < count; i++)
		ct_push(ct, ct->io,
			ct_rw(ct, NVME_IO_READ, spaces[i & 1], i / 2, 1,
			      bytes[i & 1] + (size_t)(i / 2) * spaces[i & 1]->block_size));
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "Read", ct_wait_any(ct, ct->io->cq));
	for (unsigned i = 0; i < count; i++) {
		const struct ct_namespace *ns = spaces[i & 1];

		ct_pattern(ns, i / 2, 1, wanted[i & 1]);
		ct_same(ct, "a block", wanted[i & 1],
			bytes[i & 1] + (size_t)(i / 2) * ns->block_size, ns->block_size);
	}
}

/* The queue goes round several times, with a few commands in it at any time. */
static void rolling(struct ct *ct)
{
	unsigned ahead = ct->io->size / 2, total = 4 * ct->io->size, size = ct->ns->block_size;
	uint8_t *bytes[64], *wanted = ct_buffer(ct, size);
	unsigned lbas[64];
	uint16_t cids[64];

	CT_NEED(ct->ns->size >= 64 && ahead, "namespace %u is too small", ct->ns->nsid);
	ahead = ahead < 64 ? ahead : 64;
	fill(ct, ct->ns, 64);
	for (unsigned i = 0; i < ahead; i++)
		bytes[i] = ct_buffer(ct, size);
	for (unsigned i = 0; i < total + ahead; i++) {
		unsigned slot = i % ahead;

		if (i >= ahead) {
			ct_success(ct, "Read", ct_wait(ct, ct->io, cids[slot]));
			ct_pattern(ct->ns, lbas[slot], 1, wanted);
			if (memcmp(wanted, bytes[slot], size) != 0)
				ct_same(ct, "a block", wanted, bytes[slot], size);
		}
		if (i >= total)
			continue;
		lbas[slot] = i * 7 % 64;
		cids[slot] = ct_push(ct, ct->io,
				     ct_rw(ct, NVME_IO_READ, ct->ns, lbas[slot], 1, bytes[slot]));
		ct_ring(ct, ct->io);
	}
}

/* ---- Atomicity ---- */

/* So many blocks of a Write are never in part another's. */
static unsigned atomic_blocks(const struct ct *ct)
{
	const struct nvme_identify_namespace *id = ct->ns->identify;
	unsigned blocks = ct->identify->awun + 1u;

	if (id->nsfeat & NVME_NSFEAT_ATOMIC && id->nawun)
		blocks = id->nawun + 1u;
	/* Within a boundary there is nothing to go across from block 0 on. */
	if (id->nsfeat & NVME_NSFEAT_ATOMIC && id->nabsn && blocks > id->nabsn + 1u)
		blocks = id->nabsn + 1u;
	return blocks < 8 ? blocks : 8;
}

/* All of one generation. */
static void expect_whole(struct ct *ct, const uint8_t *bytes, size_t size, unsigned generations)
{
	CT_EXPECT(bytes[0] < generations, "expected a byte that was written, got %02xh", bytes[0]);
	ct_all(ct, "every byte of an atomic unit", bytes[0], bytes, size);
}

static void overlapping_writes(struct ct *ct)
{
	unsigned blocks = atomic_blocks(ct), count = 16;
	size_t size = (size_t)blocks * ct->ns->block_size;
	uint8_t *got = ct_buffer(ct, size);

	CT_NEED(blocks <= ct->ns->blocks_max && ct->io->size > count, "AWUN is more than MDTS");
	ct_save(ct, ct->ns, 0, blocks);
	for (unsigned i = 0; i < count; i++) {
		uint8_t *bytes = ct_buffer(ct, size);

		memset(bytes, (int)i, size);
		ct_push(ct, ct->io, ct_rw(ct, NVME_IO_WRITE, ct->ns, 0, blocks, bytes));
	}
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "Write", ct_wait_any(ct, ct->io->cq));
	ct_move(ct, ct->ns, NVME_IO_READ, 0, blocks, got);
	expect_whole(ct, got, size, count);
}

static void reads_among_writes(struct ct *ct)
{
	unsigned blocks = atomic_blocks(ct), count = 16;
	size_t size = (size_t)blocks * ct->ns->block_size;
	uint8_t *bytes[16];

	CT_NEED(blocks <= ct->ns->blocks_max && ct->io->size > count, "AWUN is more than MDTS");
	ct_save(ct, ct->ns, 0, blocks);
	for (unsigned i = 0; i < count; i++) {
		bytes[i] = ct_buffer(ct, size);
		memset(bytes[i], (int)i, size);
	}
	ct_move(ct, ct->ns, NVME_IO_WRITE, 0, blocks, bytes[0]);
	for (unsigned i = 0; i < count; i++)
		ct_push(ct, ct->io,
			ct_rw(ct, i & 1 ? NVME_IO_READ : NVME_IO_WRITE, ct->ns, 0, blocks,
			      bytes[i]));
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < count; i++)
		ct_success(ct, "Read or Write", ct_wait_any(ct, ct->io->cq));
	for (unsigned i = 1; i < count; i += 2)
		expect_whole(ct, bytes[i], size, count);
}

/* ---- Admin commands ---- */

static void features(struct ct *ct)
{
	static const uint8_t fids[] = {NVME_FEATURE_NUMBER_OF_QUEUES, NVME_FEATURE_ARBITRATION,
				       NVME_FEATURE_POWER_MANAGEMENT, NVME_FEATURE_ASYNC_EVENT};
	uint32_t alone[4];
	uint16_t cids[8];

	for (unsigned i = 0; i < 4; i++)
		alone[i] = ct_feature(ct, fids[i], 0);
	for (unsigned i = 0; i < 8; i++)
		cids[i] =
			ct_push(ct, ct->admin, ct_get_feature(fids[i & 3], NVME_SELECT_CURRENT, 0));
	ct_ring(ct, ct->admin);
	for (unsigned i = 8; i-- > 0;) {
		struct ct_answer answer = ct_wait(ct, ct->admin, cids[i]);

		ct_success(ct, "Get Features", answer);
		ct_equal(ct, "the feature's value", alone[i & 3], answer.dw0);
	}
}

static void identifies(struct ct *ct)
{
	static const uint8_t cns[] = {NVME_CNS_CONTROLLER, NVME_CNS_ACTIVE_NAMESPACES};
	uint8_t *alone[2], *pages[8];

	for (unsigned i = 0; i < 2; i++) {
		alone[i] = ct_buffer(ct, NVME_IDENTIFY_SIZE);
		ct_success(ct, "Identify", ct_ask(ct, ct_identify(ct, cns[i], 0, alone[i])));
	}
	for (unsigned i = 0; i < 8; i++) {
		pages[i] = ct_buffer(ct, NVME_IDENTIFY_SIZE);
		ct_push(ct, ct->admin, ct_identify(ct, cns[i & 1], 0, pages[i]));
	}
	ct_ring(ct, ct->admin);
	for (unsigned i = 0; i < 8; i++)
		ct_success(ct, "Identify", ct_wait_any(ct, ct->admin->cq));
	for (unsigned i = 0; i < 8; i++)
		ct_same(ct, "Identify's page", alone[i & 1], pages[i], NVME_IDENTIFY_SIZE);
}

#define SPAN 8u /* blocks that such a command is about at most, and where Copy writes */

static struct nvme_command about_blocks(struct ct *ct, unsigned opcode)
{
	static const struct nvme_dsm_range ranges[] = {{.lba = 0, .blocks = 1},
						       {.lba = 2, .blocks = 1},
						       {.lba = 4, .blocks = 1},
						       {.lba = 6, .blocks = 1}};
	static const struct nvme_copy_range sources[] = {{.lba = 0}, {.lba = 2}};

	switch (opcode) {
	case NVME_IO_DATASET_MANAGEMENT:
		return ct_dsm(ct, ct->ns, ranges, 4, NVME_DSM_AD);
	case NVME_IO_COPY:
		CT_NEED(ct->identify->ocfs & 1, "OCFS does not have descriptor format 0h");
		return ct_copy(ct, ct->ns, SPAN, sources, ct->ns->identify->msrc ? 2 : 1);
	case NVME_IO_FLUSH:
		return ct_nsid_command(opcode, ct->ns->nsid);
	case NVME_IO_READ:
		return ct_rw(ct, opcode, ct->ns, 0, 1, ct_buffer(ct, ct->ns->block_size));
	default:
		return ct_rw(ct, opcode, ct->ns, 0, 1, NULL);
	}
}

/* A command of a queue that is deleted may end with any status that fits (Base, section 5.7), but
 * what these are about is there. */
static void deleted(struct ct *ct)
{
	struct nvme_command command;
	unsigned entries = ct_entries(ct, 17);

	CT_NEED(ct_queues(ct) >= 2, "the controller has only one I/O queue pair");
	ct_need_command(ct, ct->argument);
	CT_NEED(ct->ns->size >= 2 * SPAN, "the namespace has fewer than %u blocks", 2 * SPAN);
	if (ct->argument != NVME_IO_READ)
		ct_save(ct, ct->ns, 0, 2 * SPAN);
	command = about_blocks(ct, ct->argument);
	ct->dirty = true;
	for (unsigned round = 0; round < 4; round++) {
		struct ct_sq *sq = ct_pair(ct, 2, entries);
		struct ct_answer answer;

		for (unsigned i = 1; i < entries; i++)
			ct_push(ct, sq, command);
		ct_ring(ct, sq);
		ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(2)));
		while (ct_look(ct, sq->cq, &answer))
			CT_EXPECT((answer.status & NVME_STATUS_MASK) >> 8 != 2,
				  "expected success, or Command Aborted due to SQ Deletion (008h), "
				  "got %03xh",
				  answer.status & NVME_STATUS_MASK);
		ct_forget(ct);
		ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(2)));
	}
}

#define CASE(text, function, level, value) \
	CT_CASE(text, "Base 3.3", function, level, .argument = value)
#define DELETED(text, level, opcode)                                                        \
	CT_CASE(text " that the deletion of their queue ends: no media errors", "Base 5.7", \
		deleted, level, .argument = opcode)
#define ATOMIC(text, function) CT_CASE(text, "NVM 2.1.4", function, CT_WRITES)

static const struct ct_case cases[] = {
	CASE("Reads of a full queue, each its block", reads, CT_WRITES, FORWARD),
	CASE("Reads of a full queue, backwards", reads, CT_WRITES, BACKWARD),
	CASE("Reads of a full queue, from both ends", reads, CT_WRITES, JUMPING),
	CASE("Writes of a full queue, each its block", writes, CT_WRITES, FORWARD),
	CASE("Writes of a full queue, backwards", writes, CT_WRITES, BACKWARD),
	CASE("Writes of a full queue, from both ends", writes, CT_WRITES, JUMPING),
	CASE("Reads of different sizes", sizes, CT_WRITES, 0),
	CASE("Reads and Writes of different blocks", mixed, CT_WRITES, 0),
	CASE("Reads that succeed and Reads that fail, each its status", statuses, CT_BLOCKS, 0),
	CASE("Compares of a full queue, each its result", compares, CT_WRITES, 0),
	CASE("the same CIDs in two queues", two_queues, CT_WRITES, 0),
	CASE("Reads of two namespaces in turn", two_namespaces, CT_WRITES, 0),
	DELETED("Reads", CT_BLOCKS, NVME_IO_READ),
	DELETED("Flushes", CT_WRITES, NVME_IO_FLUSH),
	DELETED("Write Zeroes", CT_WRITES, NVME_IO_WRITE_ZEROES),
	DELETED("Verifies", CT_BLOCKS, NVME_IO_VERIFY),
	DELETED("Dataset Managements", CT_WRITES, NVME_IO_DATASET_MANAGEMENT),
	DELETED("Copies", CT_WRITES, NVME_IO_COPY),
	CASE("a queue that goes round four times, half full", rolling, CT_WRITES, 0),
	ATOMIC("overlapping Writes of AWUN blocks: one of them whole", overlapping_writes),
	ATOMIC("Reads of AWUN blocks among Writes: whole ones", reads_among_writes),
	CASE("Get Features, eight at once, each its value", features, CT_ADMIN, 0),
	CASE("Identify, eight at once, each its page", identifies, CT_ADMIN, 0),
	{.name = NULL},
};
CONFORMANCE_GROUP("in-flight", cases);
