/* Shadow doorbells (Doorbell Buffer Config): what the host rings is in its own memory, and the real
 * doorbell is for a controller that says by EventIdx that it sleeps. A host that rings it as well
 * is right, too: here it does where nothing ends for a while. */
#include "tests/conformance/conformance.h"

#include "drivers/nvme/transport/platform.h"
#include "lib/string.h"

#define ENTRIES	 ct_entries(ct, 8) /* of a queue */
#define PATTERN	 0xa5
#define AGAIN_NS 3000000 /* after which the real doorbells are rung whatever EventIdx says */

struct pages {
	uint8_t *shadow, *events;
};

static struct nvme_command config(const void *shadow, const void *events)
{
	return (struct nvme_command){
		.opcode = NVME_ADMIN_DOORBELL_BUFFER_CONFIG,
		.prp1 = ct_bus(shadow),
		.prp2 = ct_bus(events),
	};
}

/* Where the pages have a doorbell: as BAR0 has it. */
static unsigned slot(const struct ct *ct, unsigned id, bool completion)
{
	return (2 * id + completion) * (4u << NVME_CAP_DSTRD(ct->registers.cap));
}

/* Pages of the case's own, while no I/O queue is there. */
static struct pages prepare(struct ct *ct)
{
	struct pages pages;

	CT_NEED(ct->identify->oacs & NVME_OACS_DOORBELLS,
		"OACS does not have Doorbell Buffer Config");
	CT_NEED(slot(ct, 3, true) < ct->page_size, "CAP.DSTRD is large");
	ct_disable(ct);
	ct_enable(ct);
	ct_ask_queues(ct);
	pages.shadow = ct_buffer(ct, ct->page_size);
	pages.events = ct_buffer(ct, ct->page_size);
	memset(pages.shadow, 0, ct->page_size);
	memset(pages.events, 0, ct->page_size);
	return pages;
}

static struct pages accepted(struct ct *ct)
{
	struct pages pages = prepare(ct);

	ct_success(ct, "Doorbell Buffer Config", ct_ask(ct, config(pages.shadow, pages.events)));
	return pages;
}

/* Its doorbells are in the pages, too. */
static struct ct_sq *with_shadow(struct ct *ct, struct ct_sq *sq, struct pages pages)
{
	unsigned tail = slot(ct, sq->id, false), head = slot(ct, sq->cq->id, true);

	sq->view.sq_shadow = (volatile uint32_t *)(void *)(pages.shadow + tail);
	sq->view.sq_event = (const volatile uint32_t *)(void *)(pages.events + tail);
	sq->cq->view.cq_shadow = (volatile uint32_t *)(void *)(pages.shadow + head);
	sq->cq->view.cq_event = (const volatile uint32_t *)(void *)(pages.events + head);
	return sq;
}

/* How the doorbells are rung. */
enum way {
	BY_EVENT,
	BOTH, /* the shadow, then always the real one */
};
#define FULL 2 /* in an argument: as many commands at once as a queue takes */

static void ring_sq(struct ct *ct, struct ct_sq *sq, enum way way)
{
	unsigned before = sq->rung;

	if (way == BOTH) {
		*sq->view.sq_shadow = sq->tail;
		ct_ring(ct, sq);
		return;
	}
	sq->rung = sq->tail;
	nvme_write_barrier();
	nvme_queue_ring_shadow(&sq->view, false, (uint16_t)before, (uint16_t)sq->tail);
}

static void ring_cq(struct ct *ct, struct ct_cq *cq, enum way way)
{
	unsigned before = cq->rung;

	if (way == BOTH) {
		*cq->view.cq_shadow = cq->head;
		ct_ring_cq(ct, cq);
		return;
	}
	cq->rung = cq->head;
	nvme_queue_ring_shadow(&cq->view, true, (uint16_t)before, (uint16_t)cq->head);
}

/* Commands, several at a time, round the queue more than once. */
static void run(struct ct *ct, struct ct_sq *sq, enum way way, unsigned at_once, unsigned rounds)
{
	struct ct_answer answer;

	while (rounds--) {
		uint64_t again = nvme_time_ns() + AGAIN_NS;

		for (unsigned i = 0; i < at_once; i++)
			ct_push(ct, sq, ct_any(ct));
		ring_sq(ct, sq, way);
		for (unsigned i = 0; i < at_once; i++) {
			CT_UNTIL(ct_look_only(ct, sq->cq, &answer) ||
					 (nvme_time_ns() >= again &&
					  (ct_ring(ct, sq), ct_look_only(ct, sq->cq, &answer))),
				 "a completion, by shadow doorbells");
			ring_cq(ct, sq->cq, way);
		}
	}
}

static void take_one(struct ct *ct, struct ct_sq *sq)
{
	uint64_t late = nvme_time_ns() + ct->patience_ns;
	struct ct_answer answer;

	while (!ct_look_only(ct, sq->cq, &answer)) {
		nvme_relax();
		CT_EXPECT(nvme_time_ns() < late,
			  "expected a command to be seen, since EventIdx %u asked for no doorbell "
			  "of tail %u",
			  *sq->view.sq_event, sq->tail);
	}
	ring_cq(ct, sq->cq, BY_EVENT);
}

/* Whoever does as EventIdx says need do no more. The second command comes at any moment, such as
 * when the controller has done with the first and goes to sleep. */
static void none_overlooked(struct ct *ct)
{
	struct pages pages = accepted(ct);
	struct ct_sq *sq = with_shadow(ct, ct_pair(ct, 1, ENTRIES), pages);

	for (unsigned i = 0; i < ct->argument; i++) {
		uint64_t next = nvme_time_ns() + i * 100;

		ct_push(ct, sq, ct_any(ct));
		ring_sq(ct, sq, BY_EVENT);
		while (nvme_time_ns() < next)
			;
		ct_push(ct, sq, ct_any(ct));
		ring_sq(ct, sq, BY_EVENT);
		take_one(ct, sq);
		take_one(ct, sq);
	}
}

/* ---- The command ---- */

static void takes_pages(struct ct *ct)
{
	accepted(ct);
	ct_queues(ct);
}

static void not_there(struct ct *ct)
{
	uint8_t *page;

	CT_NEED(!(ct->identify->oacs & NVME_OACS_DOORBELLS), "OACS has Doorbell Buffer Config");
	page = ct_buffer(ct, ct->page_size);
	ct_status(ct, "Doorbell Buffer Config", NVME_SC_INVALID_OPCODE,
		  ct_ask(ct, config(page, page)));
}

static void misaligned(struct ct *ct)
{
	struct pages pages = prepare(ct);

	ct_status_of(ct, "Doorbell Buffer Config",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_PRP_OFFSET),
		     ct_ask(ct, config(pages.shadow + (ct->argument >> 16),
				       pages.events + (ct->argument & 0xffff))));
	/* It is not in force. */
	ct_run_any(ct, ct_pair(ct, 1, ENTRIES), ENTRIES + 1);
	ct_all(ct, "shadow doorbells that were refused", 0, pages.shadow, ct->page_size);
	ct_all(ct, "EventIdx that was refused", 0, pages.events, ct->page_size);
}

static void twice(struct ct *ct)
{
	struct pages first = accepted(ct), pages = first;

	if (ct->argument) {
		pages.shadow = ct_buffer(ct, ct->page_size);
		pages.events = ct_buffer(ct, ct->page_size);
		memset(pages.shadow, 0, ct->page_size);
		memset(pages.events, 0, ct->page_size);
	}
	ct_success(ct, "Doorbell Buffer Config once more",
		   ct_ask(ct, config(pages.shadow, pages.events)));
	if (ct->argument) {
		memset(first.shadow, PATTERN, ct->page_size);
		memset(first.events, PATTERN, ct->page_size);
	}
	run(ct, with_shadow(ct, ct_pair(ct, 1, ENTRIES), pages), BOTH, 3, ENTRIES);
	if (ct->argument) {
		ct_all(ct, "the first pages", PATTERN, first.shadow, ct->page_size);
		ct_all(ct, "the first pages", PATTERN, first.events, ct->page_size);
	}
}

/* ---- Commands ---- */

static void io(struct ct *ct)
{
	enum way way = (enum way)(ct->argument & 1);
	unsigned at_once = ct->argument & FULL ? ENTRIES - 1 : 1;
	struct pages pages = accepted(ct);

	run(ct, with_shadow(ct, ct_pair(ct, 1, ENTRIES), pages), way, at_once, 2 * ENTRIES);
}

/* Pages that are told of when the queues are there already: their values are the queues'. */
static void queues_first(struct ct *ct)
{
	struct pages pages = prepare(ct);
	struct ct_sq *sq = with_shadow(ct, ct_pair(ct, 1, ENTRIES), pages);

	ct_success(ct, "Doorbell Buffer Config", ct_ask(ct, config(pages.shadow, pages.events)));
	run(ct, sq, (enum way)ct->argument, 2, ENTRIES);
}

static void two_queues(struct ct *ct)
{
	struct pages pages = accepted(ct);
	struct ct_sq *sqs[2];

	CT_NEED(ct_queues(ct) >= 2, "the controller has only one I/O queue pair");
	for (unsigned i = 0; i < 2; i++)
		sqs[i] = with_shadow(ct, ct_pair(ct, 1 + i, ENTRIES), pages);
	for (unsigned i = 0; i < ENTRIES; i++)
		run(ct, sqs[i & 1], (enum way)ct->argument, 2, 1);
	/* One goes, the other works. */
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(1)));
	ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(1)));
	run(ct, sqs[1], (enum way)ct->argument, 3, ENTRIES);
}

/* The admin queue's real doorbells go on; its shadow is kept up as well where argument says so. */
static void admin(struct ct *ct)
{
	struct pages pages = accepted(ct);
	volatile uint32_t *shadow = (volatile uint32_t *)(void *)pages.shadow;

	for (unsigned i = 0; i < ct->admin->size + 3; i++) {
		uint16_t cid = ct_push(
			ct, ct->admin,
			ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, NVME_SELECT_CURRENT, 0));

		*shadow = ct->admin->tail;
		ct_ring(ct, ct->admin);
		ct_success(ct, "Get Features", ct_wait(ct, ct->admin, cid));
		shadow[slot(ct, 0, true) / 4] = ct->admin->cq->head;
	}
}

/* ---- What is written ---- */

static void only_slots(struct ct *ct)
{
	struct pages pages = accepted(ct);
	unsigned first = slot(ct, 2, false), stride = slot(ct, 0, true);
	struct ct_sq *sq;

	/* The admin queue's and QID 1's slots, without what lies between them. */
	for (unsigned at = 0; at < ct->page_size; at++)
		if (at >= first || at % stride >= 4)
			pages.shadow[at] = pages.events[at] = PATTERN;
	sq = with_shadow(ct, ct_pair(ct, 1, ENTRIES), pages);
	run(ct, sq, (enum way)ct->argument, 3, 2 * ENTRIES);
	for (unsigned at = 0; at < ct->page_size; at++)
		if (at >= first || at % stride >= 4) {
			ct_equal(ct, "a byte of the shadow doorbells that is no slot", PATTERN,
				 pages.shadow[at]);
			ct_equal(ct, "a byte of EventIdx that is no slot", PATTERN,
				 pages.events[at]);
		}
	ct_equal(ct, "the shadow tail as the host left it", sq->tail, *sq->view.sq_shadow);
	ct_equal(ct, "the shadow head as the host left it", sq->cq->head, *sq->cq->view.cq_shadow);
}

/* After a reset they are any memory. */
static void forgotten(struct ct *ct)
{
	struct pages pages = accepted(ct);
	struct ct_sq *sq;

	if (ct->argument)
		run(ct, with_shadow(ct, ct_pair(ct, 1, ENTRIES), pages), BOTH, 3, ENTRIES);
	ct_disable(ct);
	memset(pages.shadow, PATTERN, ct->page_size);
	memset(pages.events, PATTERN, ct->page_size);
	ct_pause(ct, 200000);
	ct_enable(ct);
	ct_queues(ct);
	sq = ct_pair(ct, 1, ENTRIES);
	ct_run_any(ct, sq, 2 * ENTRIES);
	ct_pause(ct, 200000);
	ct_all(ct, "shadow doorbells after a reset", PATTERN, pages.shadow, ct->page_size);
	ct_all(ct, "EventIdx after a reset", PATTERN, pages.events, ct->page_size);
}

#define CASE(text, function, value) CT_CASE(text, "Base 5.8", function, CT_ADMIN, .argument = value)
#define BAD(text, shadow, events)   CASE(text " is refused", misaligned, (shadow) << 16 | (events))

static const struct ct_case cases[] = {
	CASE("two pages are taken", takes_pages, 0),
	CASE("not in OACS: Invalid Command Opcode", not_there, 0),
	BAD("PRP1 with offset 4", 4, 0),
	BAD("PRP1 with offset 800h", 0x800, 0),
	BAD("PRP2 with offset 4", 0, 4),
	BAD("PRP2 with offset 800h", 0, 0x800),
	CASE("twice with the same pages: I/O works", twice, 0),
	CASE("twice with other pages: the first ones are forgotten", twice, 1),
	CASE("I/O by shadow and real doorbells, one at a time", io, BOTH),
	CASE("I/O by shadow and real doorbells, full queue", io, FULL | BOTH),
	CASE("I/O as EventIdx says, one at a time", io, BY_EVENT),
	CASE("I/O as EventIdx says, full queue", io, FULL | BY_EVENT),
	CASE("I/O as EventIdx says, none is overlooked", none_overlooked, 300),
	CASE("queues created before: shadow and real doorbells", queues_first, BOTH),
	CASE("queues created before: as EventIdx says", queues_first, BY_EVENT),
	CASE("two queues, one is deleted: shadow and real doorbells", two_queues, BOTH),
	CASE("two queues, one is deleted: as EventIdx says", two_queues, BY_EVENT),
	CASE("the admin queue by shadow and real doorbells", admin, 0),
	CASE("only slots of queues are written, shadow and real doorbells", only_slots, BOTH),
	CASE("only slots of queues are written, as EventIdx says", only_slots, BY_EVENT),
	CASE("a reset forgets the pages", forgotten, 0),
	CASE("a reset forgets pages that were used", forgotten, 1),
	{.name = NULL},
};
CONFORMANCE_GROUP("shadow-doorbells", cases);
