/* The admin queue pair: sizes, wrapping, room, order. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

static const struct nvme_command get_arbitration = {
	.opcode = NVME_ADMIN_GET_FEATURES,
	.cdw10 = NVME_FEATURE_ARBITRATION,
};

static void start(struct ct *ct, unsigned sq_entries, unsigned cq_entries)
{
	ct_disable(ct);
	ct_admin_queue(ct, sq_entries, cq_entries);
	ct_enable(ct);
}

static unsigned lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Sends so many, in groups of which one fits into the queue. */
static void send_all(struct ct *ct, unsigned count, unsigned group)
{
	group = lesser(group, ct->admin->size - 1);
	while (count) {
		unsigned now = lesser(group, count);

		for (unsigned i = 0; i < now; i++)
			ct_push(ct, ct->admin, get_arbitration);
		ct_ring(ct, ct->admin);
		for (unsigned i = 0; i < now; i++)
			ct_success(ct, "Get Features", ct_wait_any(ct, ct->admin->cq));
		count -= now;
	}
}

#define SIZES(sq, cq) ((sq) | (cq) << 16)

/* Both wrap. */
static void sizes(struct ct *ct)
{
	unsigned sq = ct->argument & 0xffff, cq = ct->argument >> 16;

	start(ct, sq, cq);
	send_all(ct, 5, 1);
	send_all(ct, (sq > cq ? sq : cq) + 5, 256);
	send_all(ct, 5, 1);
	ct_silence(ct, ct->admin->cq, 20000);
}

static void groups(struct ct *ct)
{
	start(ct, 8, 8);
	for (unsigned i = 0; i < 70; i++)
		send_all(ct, 1 + i % 7, 7);
}

static void full(struct ct *ct)
{
	start(ct, ct->argument, ct->argument);
	for (unsigned i = 0; i < 3; i++)
		send_all(ct, ct->argument - 1, ct->argument);
}

/* One doorbell each, and nobody waits. */
static void doorbells(struct ct *ct)
{
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 60; i++) {
			ct_push(ct, ct->admin, get_arbitration);
			ct_ring(ct, ct->admin);
		}
		for (unsigned i = 0; i < 60; i++)
			ct_success(ct, "Get Features", ct_wait_any(ct, ct->admin->cq));
	}
}

/* Two that are different with one doorbell: each has its own data and result. */
static void two(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	uint32_t *list = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	uint16_t first, second;

	for (unsigned i = 0; i < 40; i++) {
		memset(page, 0, NVME_IDENTIFY_SIZE);
		memset(list, 0xff, NVME_IDENTIFY_SIZE);
		first = ct_push(ct, ct->admin, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page));
		second = ct_push(ct, ct->admin,
				 ct_identify(ct, NVME_CNS_ACTIVE_NAMESPACES, 0, list));
		ct_ring(ct, ct->admin);
		ct_success(ct, "the second Identify", ct_wait(ct, ct->admin, second));
		ct_success(ct, "the first Identify", ct_wait(ct, ct->admin, first));
		ct_equal(ct, "the vendor ID of Identify Controller", ct->identify->vid,
			 ((struct nvme_identify_controller *)(void *)page)->vid);
		ct_equal(ct, "the end of the namespace list", 0, list[1023]);
	}
}

/* ---- Room in the completion queue ---- */

/* So many come and, while no doorbell says that they are taken, no more. */
static void come(struct ct *ct, unsigned count)
{
	struct ct_answer answer;

	for (unsigned i = 0; i < count; i++) {
		CT_UNTIL(ct_look_only(ct, ct->admin->cq, &answer),
			 "completion %u of %u, for which there is room, does not come", i + 1,
			 count);
		ct_success(ct, "Get Features", answer);
	}
	ct_pause(ct, 200000);
	CT_EXPECT(!ct_look_only(ct, ct->admin->cq, &answer),
		  "expected no completion without room, got one behind %u", count);
}

/* More commands than completions have room: those that fit come, and are not written over. */
static void held(struct ct *ct)
{
	unsigned entries = ct->argument, room = entries - 1, left = 3 * entries + 2;
	struct nvme_completion *copy = ct_buffer(ct, entries * sizeof(*copy));
	size_t size = entries * sizeof(*copy);
	struct ct_cq *cq;

	start(ct, 64, entries);
	cq = ct->admin->cq;
	for (unsigned i = 0; i < left; i++)
		ct_push(ct, ct->admin, get_arbitration);
	ct_ring(ct, ct->admin);
	while (left) {
		unsigned due = lesser(room, left);

		come(ct, due);
		memcpy(copy, (const void *)(uintptr_t)cq->entries, size);
		ct_pause(ct, 100000);
		ct_same(ct, "completion entries to stay until the head moves", copy,
			(const void *)(uintptr_t)cq->entries, size);
		ct_ring_cq(ct, cq);
		left -= due;
	}
	send_all(ct, 10, 1);
}

/* They are released one by one. */
static void trickle(struct ct *ct)
{
	struct ct_cq *cq;

	start(ct, 64, ct->argument);
	cq = ct->admin->cq;
	for (unsigned i = 0; i < 60; i++)
		ct_push(ct, ct->admin, get_arbitration);
	ct_ring(ct, ct->admin);
	ct_pause(ct, 300000);
	for (unsigned i = 0; i < 60; i++) {
		struct ct_answer answer;

		CT_UNTIL(ct_look_only(ct, cq, &answer), "no completion once the head moved");
		ct_success(ct, "Get Features", answer);
		ct_ring_cq(ct, cq);
	}
	ct_silence(ct, cq, 50000);
	send_all(ct, 10, 1);
}

/* The submission queue is full, too, when room comes. */
static void both_full(struct ct *ct)
{
	unsigned entries = ct->argument;

	start(ct, entries, entries);
	for (unsigned round = 0; round < 3; round++) {
		struct ct_answer answer;

		for (unsigned i = 0; i < entries - 1; i++)
			ct_push(ct, ct->admin, get_arbitration);
		ct_ring(ct, ct->admin);
		come(ct, entries - 1);
		/* All commands are fetched, no completion is released. */
		for (unsigned i = 0; i < entries - 1; i++)
			ct_push(ct, ct->admin, get_arbitration);
		ct_ring(ct, ct->admin);
		ct_pause(ct, 200000);
		CT_EXPECT(!ct_look_only(ct, ct->admin->cq, &answer),
			  "expected no completion without room, got one");
		ct_ring_cq(ct, ct->admin->cq);
		for (unsigned i = 0; i < entries - 1; i++)
			ct_success(ct, "Get Features", ct_wait_any(ct, ct->admin->cq));
	}
}

/* ---- What completions say ---- */

static void head(struct ct *ct)
{
	start(ct, ct->argument, 16);
	for (unsigned i = 0; i < 3 * ct->argument; i++) {
		struct ct_answer answer = ct_ask(ct, get_arbitration);

		ct_equal(ct, "SQHD behind the only command", ct->admin->tail, answer.sqhd);
		ct_equal(ct, "SQ ID", 0, answer.sqid);
	}
}

/* Of many at a time: it does not run beyond the tail. */
static void head_of_many(struct ct *ct)
{
	start(ct, 32, 32);
	for (unsigned round = 0; round < 8; round++) {
		unsigned from = ct->admin->tail;

		for (unsigned i = 0; i < 20; i++)
			ct_push(ct, ct->admin, get_arbitration);
		ct_ring(ct, ct->admin);
		for (unsigned i = 0; i < 20; i++) {
			struct ct_answer answer = ct_wait_any(ct, ct->admin->cq);
			unsigned ahead = (answer.sqhd + 32 - from) % 32;

			CT_EXPECT(ahead >= 1 && ahead <= 20, "expected SQHD of %u to %u, got %u",
				  (from + 1) % 32, (from + 20) % 32, answer.sqhd);
		}
	}
}

/* The Phase Tag of each entry, as it is in memory */
static void phase(struct ct *ct)
{
	const volatile struct nvme_completion *entries;
	unsigned size = ct->argument;

	start(ct, 64, size);
	entries = ct->admin->cq->entries;
	for (unsigned round = 0; round < 4; round++)
		for (unsigned i = 0; i < size; i++) {
			ct_ask(ct, get_arbitration);
			for (unsigned j = 0; j < size; j++)
				ct_equal(ct, "the Phase Tag of an entry",
					 j <= i ? !(round & 1) : round & 1, entries[j].status & 1);
		}
}

static void cids(struct ct *ct)
{
	static const uint16_t values[] = {0, 1, 0xfffe, 0x8000, 0x7fff, 0x00ff, 0xff00, 0, 0, 1};

	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct nvme_command command = get_arbitration;

		command.cid = values[i];
		ct_push_cid(ct, ct->admin, command);
		ct_ring(ct, ct->admin);
		ct_success(ct, "Get Features", ct_wait(ct, ct->admin, values[i]));
	}
}

/* SQHD has gone by: the entry is the host's again, although the command goes on. */
static void entry_is_free(struct ct *ct)
{
	struct nvme_command request = {.opcode = NVME_ADMIN_ASYNC_EVENT_REQUEST};

	start(ct, 4, 4);
	ct_push(ct, ct->admin, request);
	ct_ring(ct, ct->admin);
	ct_ask(ct, get_arbitration);
	memset(ct->admin->entries, 0xff, sizeof(struct nvme_command));
	send_all(ct, 20, 1);
	ct_silence(ct, ct->admin->cq, 50000);
	ct_equal(ct, "commands outstanding", 1, ct->outstanding_count);
}

/* Failures between successes do not disturb the queue. */
static void failures(struct ct *ct)
{
	start(ct, 8, 8);
	for (unsigned i = 0; i < 40; i++) {
		struct nvme_command bad = {.opcode = (uint8_t)(i & 1 ? 0x7b : 0x3f)};

		ct_push(ct, ct->admin, bad);
		ct_push(ct, ct->admin, get_arbitration);
		ct_ring(ct, ct->admin);
		for (unsigned j = 0; j < 2; j++)
			ct_status_of(ct, "one of two",
				     CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_OPCODE),
				     ct_wait_any(ct, ct->admin->cq));
	}
}

#define PAIR(title, sq, cq) \
	CT_CASE(title, "Base 3.1.3.8", sizes, CT_ADMIN, .argument = SIZES(sq, cq))

static const struct ct_case cases[] = {
	PAIR("2 entries each", 2, 2),
	PAIR("3 entries each", 3, 3),
	PAIR("5 entries and 3 completions", 5, 3),
	PAIR("2 entries and 64 completions", 2, 64),
	PAIR("64 entries and 2 completions", 64, 2),
	PAIR("100 entries and 37 completions", 100, 37),
	PAIR("4096 entries each", 4096, 4096),
	PAIR("300 entries and 2 completions", 300, 2),
	PAIR("2 entries and 300 completions", 2, 300),
	CT_CASE("groups of 1 to 7 commands in 8 entries", "Base 3.3.1", groups, CT_ADMIN),
	CT_CASE("as many commands as a queue of 2 holds", "Base 3.3.1", full, CT_ADMIN,
		.argument = 2),
	CT_CASE("as many commands as a queue of 64 holds", "Base 3.3.1", full, CT_ADMIN,
		.argument = 64),
	CT_CASE("as many commands as a queue of 1000 holds", "Base 3.3.1", full, CT_ADMIN,
		.argument = 1000),
	CT_CASE("60 commands, a doorbell each", "Base 3.3.1", doorbells, CT_ADMIN),
	CT_CASE("two commands by one doorbell", "Base 3.3.1", two, CT_ADMIN),
	CT_CASE("completions wait for room in a queue of 2", "Base 3.3.1.2", held, CT_ADMIN,
		.argument = 2),
	CT_CASE("completions wait for room in a queue of 3", "Base 3.3.1.2", held, CT_ADMIN,
		.argument = 3),
	CT_CASE("completions wait for room in a queue of 8", "Base 3.3.1.2", held, CT_ADMIN,
		.argument = 8),
	CT_CASE("60 completions one by one through a queue of 2", "Base 3.3.1.2", trickle, CT_ADMIN,
		.argument = 2),
	CT_CASE("60 completions one by one through a queue of 7", "Base 3.3.1.2", trickle, CT_ADMIN,
		.argument = 7),
	CT_CASE("both queues of 2 full: goes on once there is room", "Base 3.3.1.2", both_full,
		CT_ADMIN, .argument = 2),
	CT_CASE("both queues of 8 full: goes on once there is room", "Base 3.3.1.2", both_full,
		CT_ADMIN, .argument = 8),
	CT_CASE("SQHD follows each command, 2 entries", "Base 3.3.3.2", head, CT_ADMIN,
		.argument = 2),
	CT_CASE("SQHD follows each command, 10 entries", "Base 3.3.3.2", head, CT_ADMIN,
		.argument = 10),
	CT_CASE("SQHD does not run beyond the tail", "Base 3.3.3.2", head_of_many, CT_ADMIN),
	CT_CASE("the Phase Tag turns with each pass, 2 entries", "Base 3.3.3.2", phase, CT_ADMIN,
		.argument = 2),
	CT_CASE("the Phase Tag turns with each pass, 5 entries", "Base 3.3.3.2", phase, CT_ADMIN,
		.argument = 5),
	CT_CASE("any CID, and again once it is completed", "Base 3.3.3.1", cids, CT_ADMIN),
	CT_CASE("an entry that SQHD has passed is free", "Base 3.3.3.2", entry_is_free, CT_ADMIN),
	CT_CASE("failures between successes", "Base 3.3.3.2", failures, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("admin-queue", cases);
