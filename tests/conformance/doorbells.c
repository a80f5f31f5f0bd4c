/* Doorbells: values and numbers that no host should write. The queue that was rung may stop, and
 * an event may say so; the others go on, and the queue itself does once it is made anew. What comes
 * of a doorbell of no queue is undefined (PCIe, section 3.1.2.1): a reset helps. */
#include "tests/conformance/conformance.h"

#define ENTRIES ct_entries(ct, 8) /* of an I/O queue */
#define SIZE	0x10000		  /* in a row: of the queue it is for */
#define LOOK_NS 200000		  /* for what a doorbell may have caused */

/* What is written; ANSWERED: while an Asynchronous Event Request is outstanding. */
enum deed {
	TAIL_SIZE,
	TAIL_FFFF,
	TAIL_UPPER,
	TAIL_SAME,
	HEAD_SIZE,
	HEAD_FFFF,
	HEAD_UPPER,
	HEAD_SAME,
	HEAD_EMPTY,
	SQ_MISSING, /* from here on: of a queue that is not there, which is undefined */
	CQ_MISSING,
	SQ_LIMIT,
	CQ_LIMIT,
	SQ_LAST,
	CQ_LAST,
	SQ_DELETED,
	CQ_DELETED,
	ANSWERED = 0x100,
};

/* Some commands, so that head and tail are not where they began. */
static void warm_up(struct ct *ct)
{
	ct->dirty = true;
	ct_run_any(ct, ct->io, 3);
}

static void delete_io(struct ct *ct)
{
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(1)));
	ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(1)));
}

/* Whatever a doorbell did: this makes good. */
static void reset_helps(struct ct *ct)
{
	ct_disable(ct);
	ct_enable(ct);
	ct_ask_queues(ct);
	ct_run_any(ct, ct_pair(ct, 1, ENTRIES), ENTRIES + 1);
}

/* The highest QID whose doorbells are in BAR0. */
static unsigned last_doorbells(const struct ct *ct)
{
	unsigned id = 0xffff;

	while (!nvme_has_doorbells(&ct->registers, id))
		id--;
	return id;
}

static void ring_other(struct ct *ct, unsigned id, bool completion)
{
	CT_NEED(nvme_has_doorbells(&ct->registers, id), "BAR0 ends before the doorbells of QID %u",
		id);
	if (completion)
		ct_cq_doorbell(ct, id, 1);
	else
		ct_sq_doorbell(ct, id, 1);
}

static void ring_wrong(struct ct *ct, enum deed deed)
{
	unsigned id = ct->io->id, tail = ct->io->tail, head = ct->io->cq->head, size = ct->io->size;

	switch (deed) {
	case TAIL_SIZE:
		ct_sq_doorbell(ct, id, size);
		break;
	case TAIL_FFFF:
		CT_NEED(size <= 0xffff, "the queue has entry FFFFh");
		ct_sq_doorbell(ct, id, 0xffff);
		break;
	case TAIL_UPPER: /* the rest of it is nothing new */
		ct_sq_doorbell(ct, id, 0xffff0000u | tail);
		break;
	case TAIL_SAME:
		ct_sq_doorbell(ct, id, tail);
		break;
	case HEAD_SIZE:
		ct_cq_doorbell(ct, id, ct->io->cq->size);
		break;
	case HEAD_FFFF:
		ct_cq_doorbell(ct, id, 0xffff);
		break;
	case HEAD_UPPER:
		ct_cq_doorbell(ct, id, 0xffff0000u | head);
		break;
	case HEAD_SAME:
		ct_cq_doorbell(ct, id, head);
		break;
	case HEAD_EMPTY:
		ct_cq_doorbell(ct, id, (head + 1) % ct->io->cq->size);
		break;
	case SQ_MISSING:
	case CQ_MISSING:
		ring_other(ct, 2, deed == CQ_MISSING);
		break;
	case SQ_LIMIT:
	case CQ_LIMIT:
		ring_other(ct, ct_queues(ct) + 1, deed == CQ_LIMIT);
		break;
	case SQ_LAST:
	case CQ_LAST:
		CT_NEED(last_doorbells(ct) > ct_queues(ct), "BAR0 ends with the last queue");
		ring_other(ct, last_doorbells(ct), deed == CQ_LAST);
		break;
	default:
		delete_io(ct);
		ring_other(ct, id, deed == CQ_DELETED);
	}
}

/* An event that came of it, if there is one: Base, figure 146. */
static void expect_event(struct ct *ct, uint16_t cid, enum deed deed)
{
	uint64_t until = nvme_time_ns() + LOOK_NS;
	uint8_t *log = ct_buffer(ct, 64);
	struct ct_answer answer;

	while (!ct_look(ct, ct->admin->cq, &answer)) {
		if (nvme_time_ns() >= until)
			return;
		nvme_relax();
	}
	ct_equal(ct, "CID of the event", cid, answer.cid);
	ct_success(ct, "Asynchronous Event Request", answer);
	ct_equal(ct, "Asynchronous Event Type", NVME_EVENT_ERROR, NVME_EVENT_TYPE(answer.dw0));
	ct_equal(ct, "Asynchronous Event Information",
		 deed >= SQ_MISSING ? NVME_EVENT_ERROR_REGISTER : NVME_EVENT_ERROR_VALUE,
		 NVME_EVENT_INFO(answer.dw0));
	ct_equal(ct, "Log Page Identifier", NVME_LOG_ERROR, NVME_EVENT_LOG(answer.dw0));
	ct_success(ct, "Get Log Page, Error Information",
		   ct_ask(ct, ct_get_log(ct, NVME_LOG_ERROR, NVME_NSID_ALL, log, 64)));
}

static void wrong(struct ct *ct)
{
	enum deed deed = (enum deed)(ct->argument & 0xff);
	bool answered = ct->argument & ANSWERED;
	uint16_t cid = 0;

	warm_up(ct);
	if (answered) {
		cid = ct_push(ct, ct->admin, ct_nsid_command(NVME_ADMIN_ASYNC_EVENT_REQUEST, 0));
		ct_ring(ct, ct->admin);
	}
	/* It is fetched when this one ends. */
	ct_queues(ct);
	ring_wrong(ct, deed);
	if (answered)
		expect_event(ct, cid, deed);
	else
		ct_silence(ct, ct->admin->cq, LOOK_NS / 2);
	if (deed >= SQ_MISSING) {
		reset_helps(ct);
		return;
	}
	ct_silence(ct, ct->io->cq, LOOK_NS / 4);
	ct_queues(ct);
	delete_io(ct);
	ct_run_any(ct, ct_pair(ct, 1, ENTRIES), ENTRIES + 1);
}

/* The admin queue may stop: a reset helps. */
static void wrong_admin(struct ct *ct)
{
	bool completion = ct->argument & 1;
	uint32_t value = ct->argument >> 1;

	ct->dirty = true;
	ct_queues(ct);
	if (value == SIZE)
		value = completion ? ct->admin->cq->size : ct->admin->size;
	else if (!value)
		value = (ct->admin->cq->head + 1) % ct->admin->cq->size;
	if (completion)
		ct_cq_doorbell(ct, 0, value);
	else
		ct_sq_doorbell(ct, 0, value);
	ct_pause(ct, LOOK_NS / 4);
	CT_EXPECT(ct_csts(ct) != NVME_ALL_ONES, "expected a controller, got all ones from CSTS");
	ct_disable(ct);
	ct_enable(ct);
	for (unsigned i = 0; i < ct->admin->size + 2; i++)
		ct_queues(ct);
}

/* ---- While the controller is disabled ---- */

static void while_disabled(struct ct *ct)
{
	unsigned id = ct->argument & 0xff;
	bool completion = ct->argument >> 8;

	CT_NEED(nvme_has_doorbells(&ct->registers, id), "BAR0 ends before it");
	if (completion)
		ct_cq_doorbell(ct, id, 1);
	else
		ct_sq_doorbell(ct, id, 1);
	ct_pause(ct, LOOK_NS / 4);
	ct_equal(ct, "CSTS.RDY", 0, ct_csts(ct) & NVME_CSTS_RDY);
	ct_enable_with(ct, ct->cc);
	ct_disable(ct);
	ct_enable(ct);
	/* Heads and tails begin with 0, and nothing is fetched before its doorbell. */
	ct_silence(ct, ct->admin->cq, LOOK_NS / 4);
	for (unsigned i = 0; i < 3; i++) {
		struct ct_answer answer = ct_ask(
			ct, ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, NVME_SELECT_CURRENT, 0));

		ct_success(ct, "Get Features", answer);
		ct_equal(ct, "SQHD", i + 1, answer.sqhd);
	}
}

/* Between CC.EN = 1 and CSTS.RDY = 1, of queues that are not there. */
static void before_ready(struct ct *ct)
{
	struct ct_sq *sq = ct->admin;
	uint32_t cc = ct->cc | NVME_CC_EN;

	ct->dirty = true;
	ct_queue_clear_sq(sq);
	ct_queue_clear_cq(sq->cq);
	nvme_set32(&ct->registers, NVME_REG_AQA, (sq->size - 1) | (sq->cq->size - 1) << 16);
	nvme_set64(&ct->registers, NVME_REG_ASQ, sq->bus);
	nvme_set64(&ct->registers, NVME_REG_ACQ, sq->cq->bus);
	nvme_set32(&ct->registers, NVME_REG_CC, cc);
	ct_cq_doorbell(ct, 1, 1);
	ct_sq_doorbell(ct, 1, 1);
	CT_UNTIL(ct_csts(ct) & (NVME_CSTS_RDY | NVME_CSTS_CFS), "CSTS.RDY");
	ct->registers.was_ready = true;
	ct_disable(ct);
	ct_enable(ct);
	ct_queues(ct);
}

/* A queue that a reset has deleted: nothing of it is fetched any more. */
static void after_reset(struct ct *ct)
{
	struct ct_sq *sq = ct->io;

	ct->dirty = true;
	if (ct->argument)
		ct_run_any(ct, sq, 2);
	ct_disable(ct);
	ct_enable(ct);
	ct_push(ct, sq, ct_any(ct));
	ct_ring(ct, sq);
	ct_silence(ct, sq->cq, LOOK_NS);
	reset_helps(ct);
}

/* ---- Accesses ---- */

/* What is read is vendor specific; by another width than the doorbell's it is undefined. */
static void reads(struct ct *ct)
{
	unsigned width = ct->argument;

	warm_up(ct);
	for (unsigned at = 0; at + width <= 64; at += width)
		ct_read(ct, NVME_REG_DOORBELLS + at, width);
	if (width == 4) {
		ct_run_any(ct, ct->io, ct->io->size + 1);
		return;
	}
	reset_helps(ct);
}

/* By another width, or in between: nothing is promised but that a reset helps. */
static void writes(struct ct *ct)
{
	unsigned width = ct->argument & 0xff, offset = ct->argument >> 8;
	const volatile char *doorbell = (const volatile char *)ct->io->view.sq_doorbell;

	warm_up(ct);
	offset += (unsigned)(doorbell - (const volatile char *)ct->registers.bar);
	ct_write(ct, offset, width, ct->io->tail);
	ct_write(ct, NVME_REG_DOORBELLS, width, ct->admin->tail);
	ct_pause(ct, LOOK_NS / 4);
	CT_EXPECT(ct_csts(ct) != NVME_ALL_ONES, "expected a controller, got all ones from CSTS");
	reset_helps(ct);
}

/* One doorbell each, one for all, and what lies between. */
static void steps(struct ct *ct)
{
	struct ct_sq *sq;

	ct->dirty = true;
	delete_io(ct);
	sq = ct_pair(ct, 1, ENTRIES);
	for (unsigned step = 1; step < ENTRIES; step++) {
		for (unsigned i = 0; i < step; i++)
			ct_push(ct, sq, ct_any(ct));
		ct_ring(ct, sq);
		for (unsigned i = 0; i < step; i++)
			ct_wait_any(ct, sq->cq);
	}
}

/* Heads told late: one doorbell for all entries that were taken. */
static void late_heads(struct ct *ct)
{
	unsigned several = ENTRIES > 5 ? 5 : ENTRIES - 1;
	struct ct_answer answer;
	struct ct_sq *sq;

	ct->dirty = true;
	delete_io(ct);
	sq = ct_pair(ct, 1, ENTRIES);
	for (unsigned round = 0; round < ENTRIES; round++) {
		for (unsigned i = 0; i < several; i++)
			ct_push(ct, sq, ct_any(ct));
		ct_ring(ct, sq);
		for (unsigned i = 0; i < several; i++)
			CT_UNTIL(ct_look_only(ct, sq->cq, &answer), "a completion");
		ct_ring_cq(ct, sq->cq);
	}
}

#define EVENT(text, deed)                                                                        \
	CT_CASE(text ": an event of its kind or none, others go on", "Base 5.2.1", wrong, CT_IO, \
		.argument = (deed) | ANSWERED)
#define NO_QUEUE(text, deed)                                                                      \
	CT_CASE(text ": an event of its kind or none, a reset helps", "Base 5.2.1", wrong, CT_IO, \
		.argument = (deed) | ANSWERED)
#define QUIET(text, deed) \
	CT_CASE(text ", no AER: nothing ends", "Base 5.2", wrong, CT_IO, .argument = deed)
#define ADMIN(text, value, completion)                                       \
	CT_CASE(text ": a reset helps", "Base 3.7.2", wrong_admin, CT_ADMIN, \
		.argument = (value) << 1 | (completion))
#define DISABLED(text, id, completion)                                                       \
	CT_CASE(text " written while disabled: a reset helps", "PCIe 3.1.2", while_disabled, \
		CT_DISABLED, .argument = (id) | (completion) << 8)
#define READ(text, width) CT_CASE(text, "PCIe 3.1.2", reads, CT_IO, .argument = width)
#define WRITE(text, width, offset)                                                            \
	CT_CASE("doorbells are written " text ": a reset helps", "PCIe 3.1.2", writes, CT_IO, \
		.argument = (width) | (offset) << 8)

static const struct ct_case cases[] = {
	EVENT("SQ tail of the queue's size", TAIL_SIZE),
	EVENT("SQ tail FFFFh", TAIL_FFFF),
	EVENT("SQ tail with bits 31:16", TAIL_UPPER),
	EVENT("SQ tail unchanged", TAIL_SAME),
	EVENT("CQ head of the queue's size", HEAD_SIZE),
	EVENT("CQ head FFFFh", HEAD_FFFF),
	EVENT("CQ head with bits 31:16", HEAD_UPPER),
	EVENT("CQ head unchanged", HEAD_SAME),
	EVENT("CQ head of an empty queue moved", HEAD_EMPTY),
	NO_QUEUE("an SQ never created", SQ_MISSING),
	NO_QUEUE("a CQ never created", CQ_MISSING),
	NO_QUEUE("an SQ beyond the limit", SQ_LIMIT),
	NO_QUEUE("a CQ beyond the limit", CQ_LIMIT),
	NO_QUEUE("BAR0's last SQ doorbell", SQ_LAST),
	NO_QUEUE("BAR0's last CQ doorbell", CQ_LAST),
	NO_QUEUE("a deleted SQ", SQ_DELETED),
	NO_QUEUE("a deleted CQ", CQ_DELETED),
	QUIET("SQ tail of the queue's size", TAIL_SIZE),
	QUIET("CQ head of the queue's size", HEAD_SIZE),
	ADMIN("admin SQ tail of the queue's size", SIZE, 0),
	ADMIN("admin SQ tail FFFFh", 0xffffu, 0),
	ADMIN("admin CQ head of the queue's size", SIZE, 1),
	ADMIN("admin CQ head FFFFh", 0xffffu, 1),
	ADMIN("admin CQ head of an empty queue moved", 0, 1),
	DISABLED("admin SQ tail", 0, 0),
	DISABLED("admin CQ head", 0, 1),
	DISABLED("SQ 1 tail", 1, 0),
	DISABLED("CQ 1 head", 1, 1),
	CT_CASE("I/O doorbells written before CSTS.RDY: a reset helps", "Base 3.5.1", before_ready,
		CT_DISABLED),
	CT_CASE("a reset deletes queues: their doorbells do nothing", "Base 3.7.2", after_reset,
		CT_IO, .argument = 0),
	CT_CASE("a reset deletes used queues: their doorbells do nothing", "Base 3.7.2",
		after_reset, CT_IO, .argument = 1),
	READ("doorbells are read by 1 byte: a reset helps", 1),
	READ("doorbells are read by 2 bytes: a reset helps", 2),
	READ("doorbells are read by 4 bytes: harmless", 4),
	READ("doorbells are read by 8 bytes: a reset helps", 8),
	WRITE("by 1 byte", 1, 0),
	WRITE("by 2 bytes", 2, 0),
	WRITE("by 8 bytes", 8, 0),
	WRITE("at their upper half", 2, 2),
	CT_CASE("SQ tail moved by 1, 2, 3 ... entries", "PCIe 3.1.2", steps, CT_IO),
	CT_CASE("CQ head moved once for several entries", "PCIe 3.1.2", late_heads, CT_IO),
	{.name = NULL},
};
CONFORMANCE_GROUP("doorbells", cases);
