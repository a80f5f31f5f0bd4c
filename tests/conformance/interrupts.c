/* Interrupts, by messages (MSI-X) and by the pin: which completions cause them, and what masks the
 * pin. The suite itself polls: only in these cases are they on, until the case ends. */
#include "tests/conformance/interrupts.h"

#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/trace.h"
#include "lib/string.h"

#define ENTRIES	 ct_entries(ct, 8) /* of a queue */
#define QUIET_NS 300000		   /* in which one that must not come would */
#define LATE_NS	 1000000000	   /* after which one that must come does not */

static struct {
	struct ct *ct;
	volatile unsigned counts[NVME_VECTORS_MAX];
	volatile bool noted, masked;
	bool pin;
} seen;

static bool on_message(void *context)
{
	volatile unsigned *count = context;

	if (nvme_tracing())
		nvme_trace->interrupt(seen.ct->registers.bar, (int)(count - seen.counts));
	++*count;
	seen.noted = true;
	return true;
}

/* The pin is active until it is masked. */
static bool on_pin(void *context)
{
	(void)context;
	if (seen.masked)
		return false;
	if (nvme_tracing())
		nvme_trace->interrupt(seen.ct->registers.bar, NVME_TRACE_PIN);
	seen.masked = true;
	nvme_set32(&seen.ct->registers, NVME_REG_INTMS, 1);
	seen.counts[0]++;
	seen.noted = true;
	return true;
}

static void unmask(struct ct *ct)
{
	seen.masked = false;
	nvme_set32(&ct->registers, NVME_REG_INTMC, 1);
}

/* How many vectors there are. Completions that are there already are none of this case. */
static unsigned begin(struct ct *ct, bool messages)
{
	int vectors;

	memset(&seen, 0, sizeof(seen));
	seen.ct = ct;
	seen.pin = !messages;
	ct->dirty = true;
	vectors = ct_interrupts(ct, messages);
	CT_NEED(vectors > 0, "there is no %s", messages ? "MSI-X" : "interrupt pin");
	return (unsigned)vectors;
}

static void listen(struct ct *ct, unsigned vector)
{
	CT_NEED(nvme_interrupt_register(ct->claim->pci, vector, seen.pin ? on_pin : on_message,
					(void *)(uintptr_t)&seen.counts[vector],
					"conformance") == 0,
		"the machine has no interrupt for vector %u", vector);
}

void ct_expect_interrupt(struct ct *ct, unsigned vector, unsigned before)
{
	uint64_t until = nvme_time_ns() + (ct->patience_ns < LATE_NS ? ct->patience_ns : LATE_NS);

	while (seen.counts[vector] == before) {
		seen.noted = false;
		if (seen.counts[vector] != before)
			break;
		CT_EXPECT(nvme_time_ns() < until &&
				  nvme_interrupt_wait(ct->claim->pci, &seen.noted, until) == 0,
			  "expected an interrupt by %s %u, got none", seen.pin ? "pin" : "vector",
			  vector);
	}
}

void ct_expect_quiet(struct ct *ct, unsigned vector, unsigned before, const char *what)
{
	ct_pause(ct, QUIET_NS);
	CT_EXPECT(seen.counts[vector] == before, "expected no interrupt by %s %u %s, got one",
		  seen.pin ? "pin" : "vector", vector, what);
}

unsigned ct_interrupt_count(unsigned vector)
{
	return seen.counts[vector];
}

/* One command: the interrupt, and behind it the completion that it is for. */
static void one(struct ct *ct, struct ct_sq *sq, struct nvme_command command, unsigned vector)
{
	unsigned before = seen.counts[vector];
	struct ct_answer answer;

	ct_push(ct, sq, command);
	ct_ring(ct, sq);
	ct_expect_interrupt(ct, vector, before);
	CT_EXPECT(ct_look(ct, sq->cq, &answer),
		  "expected a completion that is there before its interrupt, got none");
	if (seen.pin)
		unmask(ct);
}

static struct nvme_command any_admin(void)
{
	return ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, NVME_SELECT_CURRENT, 0);
}

void ct_leave_one(struct ct *ct, struct ct_sq *sq)
{
	const struct ct_cq *cq = sq->cq;

	ct_push(ct, sq, sq->id ? ct_any(ct) : any_admin());
	ct_ring(ct, sq);
	CT_UNTIL((cq->entries[cq->head].status & 1) == cq->phase, "a completion");
}

void ct_take_one(struct ct *ct, struct ct_sq *sq)
{
	struct ct_answer answer;

	CT_UNTIL(ct_look(ct, sq->cq, &answer), "a completion");
}

struct ct_sq *ct_interrupt_pair(struct ct *ct, unsigned id, unsigned vector, bool enabled)
{
	struct ct_sq *sq = ct_sq(ct, id, ENTRIES, ct_cq(ct, id, ENTRIES));
	struct nvme_command command = ct_create_cq(sq->cq);

	command.cdw11 |=
		vector << NVME_CREATE_CQ_VECTOR_SHIFT | (enabled ? NVME_CREATE_CQ_INTERRUPT : 0);
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, command));
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(sq)));
	return sq;
}

static void delete_pair(struct ct *ct, unsigned id)
{
	ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(id)));
	ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(id)));
}

unsigned ct_begin_messages(struct ct *ct, unsigned vector, unsigned queues)
{
	unsigned vectors = begin(ct, true);

	CT_NEED(vectors > vector, "there are %u vectors", vectors);
	CT_NEED(ct_queues(ct) >= queues, "the controller has fewer than %u I/O queue pairs",
		queues);
	for (unsigned i = 0; i <= vector; i++)
		listen(ct, i);
	return vectors;
}

/* ---- MSI-X ---- */

static void admin_message(struct ct *ct)
{
	ct_begin_messages(ct, 0, 1);
	for (unsigned i = 0; i < 3; i++)
		one(ct, ct->admin, any_admin(), 0);
}

static void io_message(struct ct *ct)
{
	unsigned vector = ct->argument, before;
	struct ct_sq *sq;

	ct_begin_messages(ct, vector, 2);
	sq = ct_interrupt_pair(ct, 2, vector, true);
	ct_pause(ct, QUIET_NS / 4);
	before = seen.counts[0];
	for (unsigned i = 0; i < ENTRIES + 1; i++)
		one(ct, sq, ct_any(ct), vector);
	if (vector)
		ct_expect_quiet(ct, 0, before, "for a queue of another");
}

static void last_message(struct ct *ct)
{
	unsigned vector = begin(ct, true) - 1;
	struct ct_sq *sq;

	CT_NEED(ct_queues(ct) >= 2, "the controller has only one I/O queue pair");
	listen(ct, vector);
	sq = ct_interrupt_pair(ct, 2, vector, true);
	for (unsigned i = 0; i < 3; i++)
		one(ct, sq, ct_any(ct), vector);
}

static void not_enabled(struct ct *ct)
{
	unsigned vector = ct->argument, before;
	struct ct_sq *sq;

	ct_begin_messages(ct, vector, 2);
	sq = ct_interrupt_pair(ct, 2, vector, false);
	ct_pause(ct, QUIET_NS / 4); /* the admin queue's own */
	before = seen.counts[vector];
	ct_run_any(ct, sq, 3);
	ct_expect_quiet(ct, vector, before, "where IEN is 0");
}

static void two_queues(struct ct *ct)
{
	unsigned other = ct->argument;
	struct ct_sq *a, *b;

	ct_begin_messages(ct, 2, 3);
	a = ct_interrupt_pair(ct, 2, 1, true);
	b = ct_interrupt_pair(ct, 3, other, true);
	for (unsigned i = 0; i < 4; i++) {
		one(ct, a, ct_any(ct), 1);
		one(ct, b, ct_any(ct), other);
	}
}

static void many(struct ct *ct)
{
	struct ct_sq *sq;
	unsigned before;

	ct_begin_messages(ct, 1, 2);
	sq = ct_interrupt_pair(ct, 2, 1, true);
	for (unsigned round = 0; round < 3; round++) {
		before = seen.counts[1];
		for (unsigned i = 1; i < ENTRIES; i++)
			ct_push(ct, sq, ct_any(ct));
		ct_ring(ct, sq);
		for (unsigned i = 1; i < ENTRIES; i++)
			ct_take_one(ct, sq);
		ct_expect_interrupt(ct, 1, before);
	}
}

static void made_anew(struct ct *ct)
{
	struct ct_sq *sq;
	unsigned before;

	ct_begin_messages(ct, 2, 2);
	one(ct, ct_interrupt_pair(ct, 2, 1, true), ct_any(ct), 1);
	delete_pair(ct, 2);
	before = seen.counts[1];
	sq = ct_interrupt_pair(ct, 2, 2, true);
	one(ct, sq, ct_any(ct), 2);
	ct_expect_quiet(ct, 1, before, "that the queue had before");
}

/* A reset of the controller is none of its function: MSI-X stays as it is. */
static void after_reset(struct ct *ct)
{
	ct_begin_messages(ct, 0, 1);
	one(ct, ct->admin, any_admin(), 0);
	ct_disable(ct);
	ct_enable(ct);
	one(ct, ct->admin, any_admin(), 0);
}

/* At most 100 us late, for 256 completions: Base, section 5.27.1.6. */
static void coalesced(struct ct *ct)
{
	struct ct_answer answer;
	struct ct_sq *sq;
	uint32_t now;

	ct_begin_messages(ct, 1, 2);
	/* It need not be changeable. */
	now = ct_feature(ct, NVME_FEATURE_INTERRUPT_COALESCING, 0);
	answer = ct_ask(ct, ct_set_feature(NVME_FEATURE_INTERRUPT_COALESCING, 0, now));
	ct_status_of(ct, "Set Features, Interrupt Coalescing",
		     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_FEATURE_NOT_CHANGEABLE), answer);
	if (!(answer.status & NVME_STATUS_MASK))
		ct_success(ct, "Set Features, Interrupt Coalescing",
			   ct_change_feature(ct, NVME_FEATURE_INTERRUPT_COALESCING, 0, 0x01ff));
	sq = ct_interrupt_pair(ct, 2, 1, true);
	for (unsigned i = 0; i < 3; i++)
		one(ct, sq, ct_any(ct), 1);
}

static void vector_configuration(struct ct *ct)
{
	struct nvme_command command =
		ct_get_feature(NVME_FEATURE_INTERRUPT_VECTOR, NVME_SELECT_CURRENT, 0);
	struct ct_answer answer;

	ct_begin_messages(ct, 1, 2);
	one(ct, ct_interrupt_pair(ct, 2, 1, true), ct_any(ct), 1);
	command.cdw11 = 1;
	answer = ct_ask(ct, command);
	ct_success(ct, "Get Features, Interrupt Vector Configuration", answer);
	ct_equal(ct, "Interrupt Vector", 1, answer.dw0 & 0xffff);
}

/* ---- The pin ---- */

/* Whether it is inactive, as it is where no completion waits. */
static bool begin_idle(struct ct *ct)
{
	begin(ct, false);
	listen(ct, 0);
	ct_pause(ct, QUIET_NS / 4);
	return !seen.counts[0];
}

static void begin_pin(struct ct *ct)
{
	CT_NEED(begin_idle(ct), "the pin is active without a completion");
}

static void mask(struct ct *ct)
{
	nvme_set32(&ct->registers, NVME_REG_INTMS, 1);
}

static void admin_pin(struct ct *ct)
{
	begin_pin(ct);
	for (unsigned i = 0; i < 3; i++)
		one(ct, ct->admin, any_admin(), 0);
}

static void io_pin(struct ct *ct)
{
	struct ct_sq *sq;

	CT_NEED(ct_queues(ct) >= 2, "the controller has only one I/O queue pair");
	sq = ct_interrupt_pair(ct, 2, 0, ct->argument);
	begin_pin(ct);
	if (ct->argument) {
		for (unsigned i = 0; i < 3; i++)
			one(ct, sq, ct_any(ct), 0);
		return;
	}
	ct_run_any(ct, sq, 3);
	ct_expect_quiet(ct, 0, 0, "where IEN is 0");
}

static void masked(struct ct *ct)
{
	begin_pin(ct);
	mask(ct);
	ct_leave_one(ct, ct->admin);
	ct_expect_quiet(ct, 0, 0, "while INTMS masks it");
	/* Bits that are 0 change nothing. */
	nvme_set32(&ct->registers, NVME_REG_INTMC, 0);
	ct_expect_quiet(ct, 0, 0, "while INTMS masks it");
	unmask(ct);
	ct_expect_interrupt(ct, 0, 0);
	ct_take_one(ct, ct->admin);
}

static void head_moved(struct ct *ct)
{
	begin_pin(ct);
	mask(ct);
	ct_leave_one(ct, ct->admin);
	ct_take_one(ct, ct->admin);
	unmask(ct);
	ct_expect_quiet(ct, 0, 0, "with no completion left");
}

/* Masked and taken in turn: it is active for as long as one is left. */
static void one_left(struct ct *ct)
{
	struct ct_sq *sq;

	CT_NEED(ct_queues(ct) >= 2, "the controller has only one I/O queue pair");
	sq = ct_interrupt_pair(ct, 2, 0, true);
	begin_pin(ct);
	mask(ct);
	ct_leave_one(ct, sq);
	ct_leave_one(ct, ct->admin);
	ct_take_one(ct, ct->admin);
	unmask(ct);
	ct_expect_interrupt(ct, 0, 0);
	ct_take_one(ct, sq);
	unmask(ct);
	ct_expect_quiet(ct, 0, 1, "with no completion left");
}

static void mask_read(struct ct *ct)
{
	static const struct {
		unsigned offset;
		uint32_t value, after;
	} steps[] = {
		{NVME_REG_INTMS, 0, 0}, {NVME_REG_INTMS, 1, 1}, {NVME_REG_INTMS, 0, 1},
		{NVME_REG_INTMC, 0, 1}, {NVME_REG_INTMC, 1, 0},
	};

	begin_pin(ct);
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		nvme_set32(&ct->registers, steps[i].offset, steps[i].value);
		ct_equal(ct, "bit 0 of INTMS", steps[i].after,
			 nvme_get32(&ct->registers, NVME_REG_INTMS) & 1);
		ct_equal(ct, "bit 0 of INTMC", steps[i].after,
			 nvme_get32(&ct->registers, NVME_REG_INTMC) & 1);
	}
}

static void mask_reset(struct ct *ct)
{
	begin_pin(ct);
	mask(ct);
	ct_disable(ct);
	ct_enable(ct);
	ct_equal(ct, "INTMS after a reset", 0, nvme_get32(&ct->registers, NVME_REG_INTMS));
	one(ct, ct->admin, any_admin(), 0);
}

static void queue_deleted(struct ct *ct)
{
	struct ct_sq *sq;

	CT_NEED(ct_queues(ct) >= 2, "the controller has only one I/O queue pair");
	sq = ct_interrupt_pair(ct, 2, 0, true);
	begin_pin(ct);
	mask(ct);
	ct_leave_one(ct, sq);
	delete_pair(ct, 2);
	ct_forget(ct);
	unmask(ct);
	ct_expect_quiet(ct, 0, 0, "for a queue that is gone");
}

static void left_at_reset(struct ct *ct)
{
	/* Other cases' resets may have done it. */
	CT_EXPECT(begin_idle(ct), "expected no interrupt by the pin without a completion, got one");
	mask(ct);
	ct_leave_one(ct, ct->admin);
	ct_disable(ct);
	ct_enable(ct);
	unmask(ct);
	ct_expect_quiet(ct, 0, 0, "for what was before a reset");
}

/* ---- Neither ---- */

static void polled(struct ct *ct)
{
	struct ct_sq *sq;

	CT_NEED(ct_queues(ct) >= 2, "the controller has only one I/O queue pair");
	ct->dirty = true;
	sq = ct_interrupt_pair(ct, 2, 0, true);
	ct_run_any(ct, sq, 2 * ENTRIES);
	ct_queues(ct);
}

#define MESSAGE(text, function, value) \
	CT_CASE("MSI-X: " text, "PCIe 3.5.1", function, CT_IO, .argument = value)
#define PIN(text, section, function, value) \
	CT_CASE("pin: " text, section, function, CT_IO, .argument = value)

static const struct ct_case cases[] = {
	MESSAGE("the admin CQ interrupts by vector 0", admin_message, 0),
	MESSAGE("a CQ with IEN and IV 0 interrupts by vector 0", io_message, 0),
	MESSAGE("a CQ with IEN and IV 1 interrupts by vector 1 only", io_message, 1),
	MESSAGE("a CQ interrupts by the last vector", last_message, 0),
	MESSAGE("a CQ without IEN and IV 0 does not interrupt", not_enabled, 0),
	MESSAGE("a CQ without IEN and IV 1 does not interrupt", not_enabled, 1),
	MESSAGE("two CQs interrupt by one vector", two_queues, 1),
	MESSAGE("two CQs interrupt by vectors of their own", two_queues, 2),
	MESSAGE("a full queue of completions interrupts", many, 0),
	MESSAGE("a CQ made anew interrupts by its new vector", made_anew, 0),
	MESSAGE("it stays as it is across a controller reset", after_reset, 0),
	CT_CASE("Interrupt Coalescing of 256 and 100 us: it still comes", "Base 5.27.1.6",
		coalesced, CT_IO),
	CT_CASE("Interrupt Vector Configuration names the vector asked for", "Base 5.27.1.7",
		vector_configuration, CT_IO),
	PIN("the admin CQ interrupts", "PCIe 3.5.1", admin_pin, 0),
	PIN("a CQ with IEN interrupts", "PCIe 3.5.1", io_pin, 1),
	PIN("a CQ without IEN does not interrupt", "PCIe 3.5.1", io_pin, 0),
	PIN("INTMS masks it, INTMC lets it come", "Base 3.1.3.3", masked, 0),
	PIN("it is inactive once the head has moved", "PCIe 3.5.1", head_moved, 0),
	PIN("it is active for the other CQ's completion", "PCIe 3.5.1", one_left, 0),
	PIN("INTMS and INTMC both read as the mask", "Base 3.1.3.4", mask_read, 0),
	PIN("a reset clears the mask", "Base 3.7.2", mask_reset, 0),
	PIN("it is inactive once the queue is deleted", "PCIe 3.5.1", queue_deleted, 0),
	PIN("it is inactive after a reset with completions left", "Base 3.7.2", left_at_reset, 0),
	CT_CASE("without interrupts a CQ with IEN is polled", "PCIe 3.5", polled, CT_IO),
	{.name = NULL},
};
/* Once a reset has left a completion in its queue, a controller may be one whose pin stays active:
 * nothing would be seen of the pin behind such a reset. */
CONFORMANCE_GROUP("interrupts", cases, .first = true);
