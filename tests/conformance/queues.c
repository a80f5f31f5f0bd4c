/* I/O queues: how they are created and deleted, and which parameters are refused. */
#include "tests/conformance/conformance.h"

#define ENTRIES ct_entries(ct, 8) /* of a queue */

/* A completion queue's own numbers; every case starts from a command that is right. */
static struct ct_cq *made_cq(struct ct *ct, unsigned id, unsigned entries)
{
	struct ct_cq *cq = ct_cq(ct, id, entries);

	ct->dirty = true;
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, ct_create_cq(cq)));
	return cq;
}

static struct ct_sq *made_sq(struct ct *ct, unsigned id, unsigned entries, struct ct_cq *cq)
{
	struct ct_sq *sq = ct_sq(ct, id, entries, cq);

	ct->dirty = true;
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(sq)));
	return sq;
}

static void need_queues(struct ct *ct, unsigned count)
{
	CT_NEED(ct_queues(ct) >= count, "the controller has fewer than %u I/O queue pairs", count);
}

/* ---- Parameters of Create I/O Completion Queue ---- */

/* What is wrong of it, and what says so. */
enum wrong {
	QID_ZERO,
	QID_TAKEN,
	QID_BEYOND,
	QID_FFFF,
	SIZE_ONE,
	SIZE_BEYOND,
	SIZE_FFFF,
	NOT_CONTIGUOUS,
	MISALIGNED,
	VECTOR_BEYOND,
	VECTOR_FFFF,
	CQID_ZERO,
	CQID_MISSING,
	CQID_FFFF,
};

static void change(struct ct *ct, struct nvme_command *command, enum wrong wrong)
{
	uint32_t size = command->cdw10 & 0xffff0000u, id = command->cdw10 & 0xffff;
	uint32_t low = command->cdw11 & 0xffff;

	switch (wrong) {
	case QID_ZERO:
		command->cdw10 = size;
		break;
	case QID_TAKEN:
		command->cdw10 = size | 1;
		break;
	case QID_BEYOND:
		command->cdw10 = size | (ct_queues(ct) + 1);
		break;
	case QID_FFFF:
		command->cdw10 = size | 0xffff;
		break;
	case SIZE_ONE:
		command->cdw10 = id;
		break;
	case SIZE_BEYOND:
		CT_NEED(ct_entries_max(ct) < 65536, "CAP.MQES allows every size");
		command->cdw10 = ct_entries_max(ct) << 16 | id;
		break;
	case SIZE_FFFF:
		CT_NEED(ct_entries_max(ct) < 65536, "CAP.MQES allows every size");
		command->cdw10 = 0xffff0000u | id;
		break;
	case NOT_CONTIGUOUS:
		CT_NEED(NVME_CAP_CQR(ct->registers.cap), "CAP.CQR is 0");
		command->cdw11 &= ~NVME_CREATE_CONTIGUOUS;
		break;
	case MISALIGNED:
		command->prp1 += 64;
		break;
	case VECTOR_BEYOND:
	case VECTOR_FFFF: /* MSI-X has 2,048 at most */
		command->cdw11 = low | NVME_CREATE_CQ_INTERRUPT |
				 (wrong == VECTOR_FFFF ? 0xffffu : 2048u)
					 << NVME_CREATE_CQ_VECTOR_SHIFT;
		break;
	case CQID_ZERO:
		command->cdw11 = low;
		break;
	case CQID_MISSING:
		command->cdw11 = low | (ct_queues(ct)) << NVME_CREATE_SQ_CQID_SHIFT;
		break;
	case CQID_FFFF:
		command->cdw11 = low | 0xffffu << NVME_CREATE_SQ_CQID_SHIFT;
		break;
	}
}

/* What ends it: Base, figures 150 and 154, or Invalid Field, since these are what the controller
 * "should" return; both also where 0 and FFFFh may be told from other numbers that do not exist.
 * Where nothing else depends on it, it may be taken. */
#define NO_STATUS 0xffff
static const uint16_t statuses[][4] = {
	[QID_ZERO] = {NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_FIELD, NO_STATUS},
	[QID_TAKEN] = {NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_FIELD, NO_STATUS},
	[QID_BEYOND] = {NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS,
			NO_STATUS},
	[QID_FFFF] = {NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_FIELD, NO_STATUS},
	[SIZE_ONE] = {NVME_SC_INVALID_QUEUE_SIZE, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS,
		      NO_STATUS},
	[SIZE_BEYOND] = {NVME_SC_INVALID_QUEUE_SIZE, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS,
			 NO_STATUS},
	[SIZE_FFFF] = {NVME_SC_INVALID_QUEUE_SIZE, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS,
		       NO_STATUS},
	[NOT_CONTIGUOUS] = {NVME_SC_INVALID_FIELD, NO_STATUS},
	[MISALIGNED] = {NVME_SC_INVALID_PRP_OFFSET, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS,
			NO_STATUS},
	[VECTOR_BEYOND] = {NVME_SC_INVALID_VECTOR, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS,
			   NO_STATUS},
	[VECTOR_FFFF] = {NVME_SC_INVALID_VECTOR, NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS, NO_STATUS},
	[CQID_ZERO] = {NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_CQ, NVME_SC_INVALID_FIELD,
		       NO_STATUS},
	[CQID_MISSING] = {NVME_SC_INVALID_CQ, NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_FIELD,
			  NO_STATUS},
	[CQID_FFFF] = {NVME_SC_INVALID_QUEUE_ID, NVME_SC_INVALID_CQ, NVME_SC_INVALID_FIELD,
		       NO_STATUS},
};

/* One that was taken all the same goes again, unused. */
static bool taken(struct ct_answer answer)
{
	return !(answer.status & NVME_STATUS_MASK);
}

static void wrong_cq(struct ct *ct)
{
	struct nvme_command command;
	struct ct_answer answer;
	struct ct_cq *cq;

	need_queues(ct, 2);
	cq = ct_cq(ct, 2, ENTRIES);
	command = ct_create_cq(cq);
	change(ct, &command, (enum wrong)ct->argument);
	ct->dirty = true;
	answer = ct_ask(ct, command);
	ct_status_of(ct, "Create I/O Completion Queue", statuses[ct->argument], answer);
	if (taken(answer))
		ct_success(ct, "Delete I/O Completion Queue",
			   ct_ask(ct, ct_delete_cq(command.cdw10 & 0xffff)));
	/* It left nothing behind. */
	ct_success(ct, "the same as it should be", ct_ask(ct, ct_create_cq(cq)));
	ct_run_any(ct, made_sq(ct, 2, ENTRIES, cq), ENTRIES + 1);
}

static void wrong_sq(struct ct *ct)
{
	struct nvme_command command;
	struct ct_answer answer;
	struct ct_sq *sq;

	need_queues(ct, ct->argument == CQID_MISSING ? 3 : 2);
	sq = ct_sq(ct, 2, ENTRIES, made_cq(ct, 2, ENTRIES));
	command = ct_create_sq(sq);
	change(ct, &command, (enum wrong)ct->argument);
	answer = ct_ask(ct, command);
	ct_status_of(ct, "Create I/O Submission Queue", statuses[ct->argument], answer);
	if (taken(answer))
		ct_success(ct, "Delete I/O Submission Queue",
			   ct_ask(ct, ct_delete_sq(command.cdw10 & 0xffff)));
	ct_success(ct, "the same as it should be", ct_ask(ct, ct_create_sq(sq)));
	ct_run_any(ct, sq, ENTRIES + 1);
}

/* ---- Deletion ---- */

static void delete_wrong(struct ct *ct)
{
	bool completion = ct->argument >> 16;
	unsigned id = ct->argument & 0xffff;
	struct nvme_command command;

	if (id == 0xfffe)
		id = ct_queues(ct);
	CT_NEED(id != 1, "the controller has only one I/O queue pair");
	command = completion ? ct_delete_cq(id) : ct_delete_sq(id);
	ct->dirty = true;
	ct_status(ct, completion ? "Delete I/O Completion Queue" : "Delete I/O Submission Queue",
		  NVME_SC_INVALID_QUEUE_ID, ct_ask(ct, command));
	/* The admin queue among them works. */
	ct_queues(ct);
}

static void delete_used(struct ct *ct)
{
	ct->dirty = true;
	ct_status(ct, "deletion of a completion queue that a submission queue has",
		  NVME_SC_INVALID_QUEUE_DELETION, ct_ask(ct, ct_delete_cq(1)));
	ct_run_any(ct, ct->io, 2);
}

static void delete_twice(struct ct *ct)
{
	ct->dirty = true;
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(1)));
	ct_status(ct, "Delete I/O Submission Queue once more", NVME_SC_INVALID_QUEUE_ID,
		  ct_ask(ct, ct_delete_sq(1)));
	ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(1)));
	ct_status(ct, "Delete I/O Completion Queue once more", NVME_SC_INVALID_QUEUE_ID,
		  ct_ask(ct, ct_delete_cq(1)));
}

static void again_elsewhere(struct ct *ct)
{
	ct->dirty = true;
	ct_run_any(ct, ct->io, 3);
	for (unsigned i = 0; i < 4; i++) {
		ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(1)));
		ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(1)));
		ct_run_any(ct, ct_pair(ct, 1, 2 + i), 7);
	}
}

static void sq_deleted_cq_stays(struct ct *ct)
{
	struct ct_sq *sq;

	ct->dirty = true;
	ct_run_any(ct, ct->io, 3);
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(1)));
	/* The completion queue's head and phase go on where they were. */
	sq = made_sq(ct, 1, 4, ct->io->cq);
	ct_run_any(ct, sq, ct->io->cq->size + 5);
}

/* Base, section 5.7: a command of the queue ends before its deletion does, or without an entry. */
static void delete_busy(struct ct *ct)
{
	struct ct_sq *sq = ct->io;
	struct ct_answer answer;

	ct->dirty = true;
	for (unsigned i = 0; i < 16 && i + 1 < sq->size; i++)
		ct_push(ct, sq, ct_any(ct));
	ct_ring(ct, sq);
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(1)));
	while (ct_look(ct, sq->cq, &answer))
		CT_EXPECT((answer.status & NVME_STATUS_MASK) < 0x300,
			  "expected success, a status of the command, or Command Aborted due to SQ "
			  "Deletion (008h), got %03xh",
			  answer.status & NVME_STATUS_MASK);
	ct_forget(ct);
	ct_silence(ct, sq->cq, 300000);
	/* Nothing of the old one is left where a new one begins. */
	ct_run_any(ct, made_sq(ct, 1, 4, sq->cq), 9);
}

/* ---- Numbers, sizes, sharing ---- */

static void sizes(struct ct *ct)
{
	unsigned entries = ct->argument;
	struct ct_sq *sq;

	need_queues(ct, 2);
	if (!entries)
		entries = ct_entries_max(ct);
	CT_NEED(entries <= ct_entries_max(ct), "CAP.MQES + 1 is %u", ct_entries_max(ct));
	sq = ct_pair(ct, 2, entries);
	/* Twice round, several at a time. */
	for (unsigned done = 0; done < 2 * entries + 1 && done < 300;) {
		uint16_t cids[8];
		unsigned now = entries - 1 < 8 ? entries - 1 : 8;

		for (unsigned i = 0; i < now; i++)
			cids[i] = ct_push(ct, sq, ct_any(ct));
		ct_ring(ct, sq);
		for (unsigned i = 0; i < now; i++)
			ct_wait(ct, sq, cids[i]);
		done += now;
	}
}

static void unlike_sizes(struct ct *ct)
{
	bool small_cq = ct->argument;
	struct ct_cq *cq;

	need_queues(ct, 2);
	cq = made_cq(ct, 2, small_cq ? 2 : 31);
	ct_run_any(ct, made_sq(ct, 2, small_cq ? 17 : 2, cq), 70);
}

static void other_number(struct ct *ct)
{
	struct ct_sq *sq;

	need_queues(ct, 3);
	sq = made_sq(ct, 2, 4, made_cq(ct, 3, 8));
	ct_run_any(ct, sq, 20);
}

static void crossed(struct ct *ct)
{
	struct ct_cq *two, *three;
	struct ct_sq *a, *b;

	need_queues(ct, 3);
	two = made_cq(ct, 2, 8);
	three = made_cq(ct, 3, 8);
	a = made_sq(ct, 2, 8, three);
	b = made_sq(ct, 3, 8, two);
	for (unsigned i = 0; i < 10; i++) {
		ct_run_any(ct, a, 1);
		ct_run_any(ct, b, 1);
	}
}

static void shared(struct ct *ct)
{
	struct ct_sq *sqs[3];
	uint16_t cids[3][3];
	struct ct_cq *cq;

	need_queues(ct, 4);
	cq = made_cq(ct, 2, 16);
	for (unsigned i = 0; i < 3; i++)
		sqs[i] = made_sq(ct, 2 + i, 4, cq);
	for (unsigned round = 0; round < 6; round++) {
		for (unsigned i = 0; i < 3; i++)
			for (unsigned k = 0; k < 3; k++)
				cids[i][k] = ct_push(ct, sqs[i], ct_any(ct));
		for (unsigned i = 0; i < 3; i++)
			ct_ring(ct, sqs[i]);
		for (unsigned i = 0; i < 3; i++)
			for (unsigned k = 0; k < 3; k++)
				ct_wait(ct, sqs[i], cids[i][k]);
	}
	/* One goes, the others work; the completion queue stays until the last one has gone. */
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(3)));
	ct_run_any(ct, sqs[0], 5);
	ct_status(ct, "deletion of the completion queue", NVME_SC_INVALID_QUEUE_DELETION,
		  ct_ask(ct, ct_delete_cq(2)));
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(2)));
	ct_run_any(ct, sqs[2], 5);
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(4)));
	ct_success(ct, "deletion of the completion queue", ct_ask(ct, ct_delete_cq(2)));
}

static void last_number(struct ct *ct)
{
	unsigned last = ct_queues(ct);

	CT_NEED(last > 1, "the controller has only one I/O queue pair");
	CT_NEED(nvme_has_doorbells(&ct->registers, last), "its doorbells are beyond BAR0");
	ct_run_any(ct, ct_pair(ct, last, 4), 9);
}

static void priorities(struct ct *ct)
{
	struct nvme_command command;
	struct ct_sq *sq;

	need_queues(ct, 2);
	sq = ct_sq(ct, 2, 4, made_cq(ct, 2, 4));
	command = ct_create_sq(sq);
	command.cdw11 |= ct->argument << NVME_CREATE_SQ_PRIORITY_SHIFT;
	/* Ignored under round robin: Base, figure 153. */
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, command));
	ct_run_any(ct, sq, 6);
}

/* ---- Full queues ---- */

static void cq_full(struct ct *ct)
{
	struct ct_answer answer;
	struct ct_cq *cq;
	struct ct_sq *sq;
	unsigned sent = 0, got = 0;

	need_queues(ct, 2);
	cq = made_cq(ct, 2, 4);
	sq = made_sq(ct, 2, 16, cq);
	while (sent < 15) {
		ct_push(ct, sq, ct_any(ct));
		sent++;
	}
	ct_ring(ct, sq);
	/* Three entries fit; the others wait for the head. */
	CT_UNTIL(cq->entries[2].status & 1, "three completions");
	ct_pause(ct, 300000);
	CT_EXPECT(
		!(cq->entries[3].status & 1),
		"expected a full completion queue to keep one entry free, got an entry in slot 3");
	for (unsigned slot = 0; slot < 3; slot++)
		CT_EXPECT(cq->entries[slot].status & 1,
			  "expected the entries of a full queue to stay, got slot %u overwritten",
			  slot);
	while (got < sent) {
		answer = ct_wait_any(ct, cq);
		CT_EXPECT(answer.sqid == 2, "expected SQ ID 2, got %u", answer.sqid);
		got++;
	}
	ct_run_any(ct, sq, 20);
}

static void sq_full(struct ct *ct)
{
	struct ct_sq *sq;

	need_queues(ct, 2);
	sq = ct_pair(ct, 2, 8);
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < 7; i++)
			ct_push(ct, sq, ct_any(ct));
		ct_ring(ct, sq);
		for (unsigned i = 0; i < 7; i++)
			ct_wait_any(ct, sq->cq);
	}
}

static void head_reported(struct ct *ct)
{
	struct ct_sq *sq;

	need_queues(ct, 2);
	sq = ct_pair(ct, 2, 5);
	/* One at a time, it is fetched before it ends: SQHD has passed it. */
	for (unsigned i = 0; i < 12; i++) {
		struct ct_answer answer = ct_run(ct, sq, ct_any(ct));

		ct_equal(ct, "SQHD", sq->tail, answer.sqhd);
	}
}

static void one_doorbell(struct ct *ct)
{
	uint16_t cids[20];

	CT_NEED_ROOM(ct, 20);
	for (unsigned i = 0; i < 20; i++)
		cids[i] = ct_push(ct, ct->io, ct_any(ct));
	ct_ring(ct, ct->io);
	for (unsigned i = 20; i-- > 0;)
		ct_wait(ct, ct->io, cids[i]);
	ct_silence(ct, ct->io->cq, 100000);
}

static void number_late(struct ct *ct)
{
	/* Base, section 5.27.1.5: not between resets once I/O queues were created. */
	ct->dirty = true;
	ct_status(ct, "Set Features, Number of Queues, with queues there", NVME_SC_SEQUENCE_ERROR,
		  ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0x00010001)));
	ct_run_any(ct, ct->io, 2);
}

#define WRONG_CQ(text, wrong_) \
	CT_CASE("Create I/O CQ: " text, "Base 5.4", wrong_cq, CT_IO, .argument = wrong_)
#define WRONG_SQ(text, wrong_) \
	CT_CASE("Create I/O SQ: " text, "Base 5.5", wrong_sq, CT_IO, .argument = wrong_)

static const struct ct_case cases[] = {
	WRONG_CQ("QID 0 is refused", QID_ZERO),
	WRONG_CQ("a QID that is in use is refused", QID_TAKEN),
	WRONG_CQ("a QID beyond Number of Queues is refused, or does no harm", QID_BEYOND),
	WRONG_CQ("QID FFFFh is refused", QID_FFFF),
	WRONG_CQ("QSIZE 0 is refused, or does no harm", SIZE_ONE),
	WRONG_CQ("QSIZE of CAP.MQES + 1 is refused, or does no harm", SIZE_BEYOND),
	WRONG_CQ("QSIZE FFFFh is refused, or does no harm", SIZE_FFFF),
	WRONG_CQ("PC 0 is refused where CAP.CQR is 1", NOT_CONTIGUOUS),
	WRONG_CQ("PRP1 that is not page aligned is refused, or does no harm", MISALIGNED),
	WRONG_CQ("IV 2048 is refused, or does no harm", VECTOR_BEYOND),
	WRONG_CQ("IV FFFFh is refused, or does no harm", VECTOR_FFFF),
	WRONG_SQ("QID 0 is refused", QID_ZERO),
	WRONG_SQ("a QID that is in use is refused", QID_TAKEN),
	WRONG_SQ("a QID beyond Number of Queues is refused, or does no harm", QID_BEYOND),
	WRONG_SQ("QID FFFFh is refused", QID_FFFF),
	WRONG_SQ("QSIZE 0 is refused, or does no harm", SIZE_ONE),
	WRONG_SQ("QSIZE of CAP.MQES + 1 is refused, or does no harm", SIZE_BEYOND),
	WRONG_SQ("QSIZE FFFFh is refused, or does no harm", SIZE_FFFF),
	WRONG_SQ("PC 0 is refused where CAP.CQR is 1", NOT_CONTIGUOUS),
	WRONG_SQ("PRP1 that is not page aligned is refused, or does no harm", MISALIGNED),
	WRONG_SQ("CQID 0 is refused", CQID_ZERO),
	WRONG_SQ("a CQID that does not exist is refused", CQID_MISSING),
	WRONG_SQ("CQID FFFFh is refused", CQID_FFFF),
	CT_CASE("Delete I/O SQ: QID 0 is refused", "Base 5.7", delete_wrong, CT_IO, .argument = 0),
	CT_CASE("Delete I/O SQ: a QID that does not exist is refused", "Base 5.7", delete_wrong,
		CT_IO, .argument = 0xfffe),
	CT_CASE("Delete I/O SQ: QID FFFFh is refused", "Base 5.7", delete_wrong, CT_IO,
		.argument = 0xffff),
	CT_CASE("Delete I/O CQ: QID 0 is refused", "Base 5.6", delete_wrong, CT_IO,
		.argument = 1 << 16),
	CT_CASE("Delete I/O CQ: a QID that does not exist is refused", "Base 5.6", delete_wrong,
		CT_IO, .argument = 1 << 16 | 0xfffe),
	CT_CASE("Delete I/O CQ: QID FFFFh is refused", "Base 5.6", delete_wrong, CT_IO,
		.argument = 1 << 16 | 0xffff),
	CT_CASE("Delete I/O CQ is refused while a submission queue has it", "Base 5.6", delete_used,
		CT_IO),
	CT_CASE("a queue is deleted once", "Base 5.7", delete_twice, CT_IO),
	CT_CASE("a queue is made again elsewhere, with another size", "Base 5.5", again_elsewhere,
		CT_IO),
	CT_CASE("a completion queue goes on with a new submission queue", "Base 5.7",
		sq_deleted_cq_stays, CT_IO),
	CT_CASE("nothing comes from a deleted submission queue", "Base 5.7", delete_busy, CT_IO),
	CT_CASE("queues of 2 entries", "Base 3.3.1", sizes, CT_IO, .argument = 2),
	CT_CASE("queues of 3 entries", "Base 3.3.1", sizes, CT_IO, .argument = 3),
	CT_CASE("queues of 5 entries", "Base 3.3.1", sizes, CT_IO, .argument = 5),
	CT_CASE("queues of 64 entries", "Base 3.3.1", sizes, CT_IO, .argument = 64),
	CT_CASE("queues of 65 entries, in more than a page", "Base 3.3.1", sizes, CT_IO,
		.argument = 65),
	CT_CASE("queues of CAP.MQES + 1 entries", "Base 3.1.3.1", sizes, CT_IO),
	CT_CASE("a completion queue smaller than its submission queue", "Base 3.3.1", unlike_sizes,
		CT_IO, .argument = 1),
	CT_CASE("a completion queue larger than its submission queue", "Base 3.3.1", unlike_sizes,
		CT_IO),
	CT_CASE("completions go to the queue that CQID names", "Base 5.5", other_number, CT_IO),
	CT_CASE("SQ 2 on CQ 3 and SQ 3 on CQ 2", "Base 5.5", crossed, CT_IO),
	CT_CASE("three submission queues share a completion queue", "Base 3.3.1", shared, CT_IO),
	CT_CASE("the last queue of Number of Queues works", "Base 5.27.1.5", last_number, CT_IO),
	CT_CASE("QPRIO 1 is taken without weighted round robin", "Base 5.5", priorities, CT_IO,
		.argument = 1),
	CT_CASE("QPRIO 3 is taken without weighted round robin", "Base 5.5", priorities, CT_IO,
		.argument = 3),
	CT_CASE("a full completion queue is not written over", "Base 3.3.3.1", cq_full, CT_IO),
	CT_CASE("a submission queue with all slots in use goes on", "Base 3.3.1", sq_full, CT_IO),
	CT_CASE("SQHD has passed a command that has ended", "Base 3.3.3.2", head_reported, CT_IO),
	CT_CASE("one doorbell for 20 commands", "Base 3.3.1", one_doorbell, CT_IO),
	CT_CASE("Number of Queues is refused once queues exist", "Base 5.27.1.5", number_late,
		CT_IO),
	{.name = NULL},
};
CONFORMANCE_GROUP("queues", cases);
