/* Queues at the same time: what is done to one does not touch the others, and each command ends
 * once. Many commands in one queue are in_flight.c's. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define QUEUES	4u
#define ENTRIES 17u /* 16 commands at a time */
#define QUIET	100000

/* Queue pairs 1 (the suite's own) and more; skipped where there are not enough. */
static void make_pairs(struct ct *ct, struct ct_sq **sqs, unsigned count)
{
	CT_NEED(ct_queues(ct) >= count && ct_entries_max(ct) >= ENTRIES,
		"the controller has fewer than %u I/O queue pairs of %u entries", count, ENTRIES);
	ct->dirty = true;
	sqs[0] = ct->io;
	for (unsigned i = 1; i < count; i++)
		sqs[i] = ct_pair(ct, i + 1, ENTRIES);
}

/* Submission queues 2, 3 ... that share completion queue 2. */
static void share_cq(struct ct *ct, struct ct_sq **sqs, unsigned count)
{
	CT_NEED(ct_queues(ct) > count && ct_entries_max(ct) >= ENTRIES, "there are too few queues");
	sqs[0] = ct_pair(ct, 2, ENTRIES);
	for (unsigned i = 1; i < count; i++) {
		sqs[i] = ct_sq(ct, 2 + i, ENTRIES, sqs[0]->cq);
		ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(sqs[i])));
	}
}

/* Every queue gets so many commands before the first doorbell. */
static void fill_all(struct ct *ct, struct ct_sq **sqs, unsigned queues, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		for (unsigned q = 0; q < queues; q++)
			ct_push(ct, sqs[q], ct_any(ct));
	for (unsigned q = 0; q < queues; q++)
		ct_ring(ct, sqs[q]);
}

/* Takes what is there; whether all that was outstanding has ended. */
static bool all_ended(struct ct *ct, struct ct_sq **sqs, unsigned queues)
{
	struct ct_answer answer;

	for (unsigned q = 0; q < queues; q++)
		ct_look(ct, sqs[q]->cq, &answer);
	return !ct->outstanding_count;
}

/* And nothing comes twice. */
static void drain_all(struct ct *ct, struct ct_sq **sqs, unsigned queues)
{
	CT_UNTIL(all_ended(ct, sqs, queues), "completions of every queue");
	for (unsigned q = 0; q < queues; q++)
		ct_silence(ct, sqs[q]->cq, QUIET / queues);
}

static void many_queues(struct ct *ct)
{
	struct ct_sq *sqs[16];
	unsigned queues = ct->argument, granted = ct_queues(ct);

	CT_NEED(granted > 1, "the controller has only one I/O queue pair");
	queues = queues < granted ? queues : granted;
	make_pairs(ct, sqs, queues);
	for (unsigned round = 0; round < 3; round++) {
		fill_all(ct, sqs, queues, ENTRIES - 1);
		drain_all(ct, sqs, queues);
	}
}

static void shared_cq(struct ct *ct)
{
	struct ct_sq *sqs[QUEUES];

	/* Three times as many commands as the completion queue has entries. */
	share_cq(ct, sqs, 3);
	for (unsigned round = 0; round < 3; round++) {
		fill_all(ct, sqs, 3, ENTRIES - 1);
		drain_all(ct, sqs, 3);
	}
}

/* Each block into the queue that its number says, with the same CIDs everywhere. */
static void reads(struct ct *ct)
{
	unsigned size = ct->ns->block_size, total = QUEUES * 16;
	uint8_t *bytes = ct_buffer(ct, (size_t)total * size), *wanted = ct_buffer(ct, size);
	struct ct_sq *sqs[QUEUES];

	CT_NEED(ct->ns->size >= total, "namespace %u is too small", ct->ns->nsid);
	make_pairs(ct, sqs, QUEUES);
	ct_save(ct, ct->ns, 0, total);
	ct_write_pattern(ct, ct->ns, 0, total, 1);
	for (unsigned i = 0; i < total; i++) {
		struct nvme_command command =
			ct_rw(ct, ct->argument, ct->ns, i, 1, bytes + (size_t)i * size);

		if (ct->argument == NVME_IO_WRITE)
			ct_pattern(ct->ns, i, 2, bytes + (size_t)i * size);
		command.cid = (uint16_t)(i / QUEUES);
		ct_push_cid(ct, sqs[i % QUEUES], command);
		ct_ring(ct, sqs[i % QUEUES]);
	}
	for (unsigned i = 0; i < total; i++)
		ct_success(ct, "Read or Write",
			   ct_wait(ct, sqs[i % QUEUES], (uint16_t)(i / QUEUES)));
	if (ct->argument == NVME_IO_WRITE)
		ct_expect_pattern(ct, ct->ns, 0, total, 2);
	for (unsigned i = 0; i < total; i++) {
		ct_pattern(ct->ns, i, ct->argument == NVME_IO_WRITE ? 2 : 1, wanted);
		ct_same(ct, "a block", wanted, bytes + (size_t)i * size, size);
	}
}

/* One queue that is stuck, since nobody takes its completions, holds up no other. */
static void stuck(struct ct *ct)
{
	struct ct_sq *sqs[2];
	unsigned granted = ct_queues(ct);
	struct ct_cq *small;

	CT_NEED(granted > 1, "the controller has only one I/O queue pair");
	ct->dirty = true;
	small = ct_cq(ct, 2, 2);
	ct_success(ct, "Create I/O Completion Queue", ct_ask(ct, ct_create_cq(small)));
	sqs[0] = ct_sq(ct, 2, 8, small);
	ct_success(ct, "Create I/O Submission Queue", ct_ask(ct, ct_create_sq(sqs[0])));
	sqs[1] = ct->io;
	fill_all(ct, sqs, 1, 7);
	CT_UNTIL(small->entries[0].status & 1, "a completion");
	ct_run_any(ct, ct->io, ct->io->size + 3);
	ct_queues(ct);
	drain_all(ct, sqs, 2);
}

/* ---- Deletion and creation ---- */

/* A command of a queue that is deleted ends before the deletion does, or without an entry: Base,
 * section 5.7. */
static void delete_loaded(struct ct *ct)
{
	struct ct_sq *sqs[2];

	make_pairs(ct, sqs, 2);
	for (unsigned round = 0; round < 4; round++) {
		struct ct_answer answer;

		fill_all(ct, sqs, 2, ENTRIES - 1);
		ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(2)));
		for (unsigned i = 1; i < ENTRIES; i++)
			ct_wait_any(ct, sqs[0]->cq);
		while (ct_look(ct, sqs[1]->cq, &answer))
			;
		ct_forget(ct);
		for (unsigned q = 0; q < 2; q++)
			ct_silence(ct, sqs[q]->cq, QUIET);
		ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(2)));
		sqs[1] = ct_pair(ct, 2, ENTRIES);
	}
	fill_all(ct, sqs, 2, ENTRIES - 1);
	drain_all(ct, sqs, 2);
}

static void others_made(struct ct *ct)
{
	struct ct_sq *sqs[2];

	make_pairs(ct, sqs, 2);
	for (unsigned round = 0; round < 6; round++) {
		fill_all(ct, sqs, 1, ENTRIES - 1);
		ct_success(ct, "Delete I/O Submission Queue", ct_ask(ct, ct_delete_sq(2)));
		ct_success(ct, "Delete I/O Completion Queue", ct_ask(ct, ct_delete_cq(2)));
		fill_all(ct, sqs, 1, 3);
		sqs[1] = ct_pair(ct, 2, 2 + round);
		ct_run_any(ct, sqs[1], 3);
		drain_all(ct, sqs, 2);
	}
}

/* Creation of pairs at once: a CQ is there for the SQ that is created behind it only when its own
 * command has ended, so all CQs first. */
static void made_at_once(struct ct *ct)
{
	struct ct_sq *sqs[QUEUES];
	uint16_t cids[QUEUES];

	CT_NEED(ct_queues(ct) > QUEUES, "there are too few queues");
	ct->dirty = true;
	for (unsigned i = 0; i < QUEUES; i++)
		sqs[i] = ct_sq(ct, 2 + i, ENTRIES, ct_cq(ct, 2 + i, ENTRIES));
	for (unsigned part = 0; part < 4; part++) {
		if (part == 2) {
			fill_all(ct, sqs, QUEUES, ENTRIES - 1);
			drain_all(ct, sqs, QUEUES);
		}
		for (unsigned i = 0; i < QUEUES; i++)
			cids[i] = ct_push(ct, ct->admin,
					  part == 0   ? ct_create_cq(sqs[i]->cq)
					  : part == 1 ? ct_create_sq(sqs[i])
					  : part == 2 ? ct_delete_sq(2 + i)
						      : ct_delete_cq(2 + i));
		ct_ring(ct, ct->admin);
		for (unsigned i = 0; i < QUEUES; i++)
			ct_success(ct, "creation or deletion of a queue",
				   ct_wait(ct, ct->admin, cids[i]));
	}
	ct_run_any(ct, ct->io, 3);
}

/* ---- Resets ---- */

/* After CSTS.RDY = 0 nothing of it reaches memory any more. */
static void reset_loaded(struct ct *ct)
{
	struct ct_sq *sqs[QUEUES];
	unsigned queues = ct_queues(ct);

	queues = queues < QUEUES ? queues : QUEUES;
	make_pairs(ct, sqs, queues);
	for (unsigned round = 0; round < 3; round++) {
		fill_all(ct, sqs, queues, ENTRIES - 1);
		for (unsigned i = 0; i < 3; i++)
			ct_push(ct, ct->admin,
				ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, NVME_SELECT_CURRENT,
					       0));
		ct_ring(ct, ct->admin);
		ct_disable(ct);
		for (unsigned q = 0; q < queues; q++)
			ct_queue_clear_cq(sqs[q]->cq);
		ct_queue_clear_cq(ct->admin->cq);
		if (ct->argument)
			ct_pause(ct, QUIET);
		for (unsigned q = 0; q < queues; q++)
			ct_all(ct, "a completion queue after CSTS.RDY = 0", 0,
			       (const void *)(uintptr_t)sqs[q]->cq->entries,
			       sqs[q]->cq->size * sizeof(struct nvme_completion));
		ct_enable(ct);
		ct_ask_queues(ct);
		for (unsigned q = 0; q < queues; q++)
			sqs[q] = ct_pair(ct, q + 1, ENTRIES);
	}
	fill_all(ct, sqs, queues, ENTRIES - 1);
	drain_all(ct, sqs, queues);
}

/* Reads on the way: their buffers are nobody's after CSTS.RDY = 0. */
static void reset_reads(struct ct *ct)
{
	unsigned blocks = ct->ns->blocks_max < 8 ? (unsigned)ct->ns->blocks_max : 8;
	size_t size = (size_t)blocks * ct->ns->block_size;
	uint8_t *bytes = ct_buffer(ct, 8 * size);

	for (unsigned i = 0; i < 8; i++)
		ct_push(ct, ct->io, ct_rw(ct, NVME_IO_READ, ct->ns, 0, blocks, bytes + i * size));
	ct_ring(ct, ct->io);
	ct_disable(ct);
	memset(bytes, CT_FRESH, 8 * size);
	ct_pause(ct, 2 * QUIET);
	ct_all(ct, "buffers after CSTS.RDY = 0", CT_FRESH, bytes, 8 * size);
	ct_enable(ct);
	ct_all(ct, "buffers after CSTS.RDY = 1", CT_FRESH, bytes, 8 * size);
	ct_run_any(ct, ct_pair(ct, 1, ENTRIES), 3);
}

/* ---- Abort, Flush, events ---- */

/* Best effort: Base, section 5.1. */
static void aborts(struct ct *ct)
{
	uint16_t cids[16], abort;
	unsigned aborted = 0, done = 0;

	CT_NEED_ROOM(ct, 16);
	for (unsigned i = 0; i < 16; i++)
		cids[i] = ct_push(ct, ct->io, ct_any(ct));
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < 16; i += ct->argument) {
		struct nvme_command command = ct_nsid_command(NVME_ADMIN_ABORT, 0);
		struct ct_answer answer;

		command.cdw10 = NVME_ABORT_CDW10(1, cids[i]);
		abort = ct_push(ct, ct->admin, command);
		ct_ring(ct, ct->admin);
		answer = ct_wait(ct, ct->admin, abort);
		ct_success(ct, "Abort", answer);
		done += !(answer.dw0 & NVME_ABORT_NOT_DONE);
	}
	for (unsigned i = 0; i < 16; i++) {
		struct ct_answer answer = ct_wait(ct, ct->io, cids[i]);

		aborted += (answer.status & NVME_STATUS_MASK) == NVME_SC_ABORT_REQUESTED;
	}
	CT_EXPECT(aborted <= done, "expected at most %u aborted commands, got %u", done, aborted);
	ct_silence(ct, ct->io->cq, QUIET);
	ct_run_any(ct, ct->io, ct->io->size);
}

static void flushes(struct ct *ct)
{
	unsigned size = ct->ns->block_size, count = 12;
	uint8_t *bytes = ct_buffer(ct, count * (size_t)size);

	CT_NEED_ROOM(ct, 2 * count);
	ct_save(ct, ct->ns, 0, count);
	for (unsigned i = 0; i < count; i++) {
		ct_pattern(ct->ns, i, 3, bytes + i * (size_t)size);
		ct_push(ct, ct->io,
			ct_rw(ct, NVME_IO_WRITE, ct->ns, i, 1, bytes + i * (size_t)size));
		ct_push(ct, ct->io, ct_nsid_command(NVME_IO_FLUSH, ct->ns->nsid));
	}
	ct_ring(ct, ct->io);
	for (unsigned i = 0; i < 2 * count; i++)
		ct_success(ct, "Write or Flush", ct_wait_any(ct, ct->io->cq));
	ct_expect_pattern(ct, ct->ns, 0, count, 3);
	ct_silence(ct, ct->io->cq, QUIET);
}

/* Requests for events stay outstanding among commands that end. */
static void events(struct ct *ct)
{
	unsigned requests = ct->identify->aerl + 1u;
	uint16_t cids[8];

	requests = requests < 4 ? requests : 4;
	ct->dirty = true;
	for (unsigned i = 0; i < requests; i++)
		ct_push(ct, ct->admin, ct_nsid_command(NVME_ADMIN_ASYNC_EVENT_REQUEST, 0));
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 8; i++)
			cids[i] = ct_push(ct, ct->admin,
					  ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES,
							 NVME_SELECT_CURRENT, 0));
		ct_ring(ct, ct->admin);
		for (unsigned i = 8; i-- > 0;)
			ct_success(ct, "Get Features", ct_wait(ct, ct->admin, cids[i]));
	}
	ct_silence(ct, ct->admin->cq, QUIET);
	ct_equal(ct, "commands that are outstanding", requests, ct->outstanding_count);
}

/* ---- Admin commands ---- */

/* Whatever each one says alone it says among the others, in a buffer of its own. */
static void identifies(struct ct *ct)
{
	static const uint8_t cns[8] = {NVME_CNS_CONTROLLER,	   NVME_CNS_NAMESPACE,
				       NVME_CNS_ACTIVE_NAMESPACES, NVME_CNS_DESCRIPTORS,
				       NVME_CNS_CONTROLLER,	   NVME_CNS_DESCRIPTORS,
				       NVME_CNS_NAMESPACE,	   NVME_CNS_ACTIVE_NAMESPACES};
	uint8_t *alone[8], *pages[8];
	uint16_t statuses[8], cids[8];

	CT_NEED(ct->namespace_count, "there is no namespace");
	for (unsigned i = 0; i < 16; i++) {
		unsigned at = i % 8;
		bool listed =
			cns[at] == NVME_CNS_CONTROLLER || cns[at] == NVME_CNS_ACTIVE_NAMESPACES;
		uint32_t nsid = listed ? 0 : ct->namespaces[at % ct->namespace_count].nsid;
		uint8_t **page = i < 8 ? &alone[at] : &pages[at];

		*page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
		if (i < 8)
			statuses[at] = ct_ask(ct, ct_identify(ct, cns[at], nsid, *page)).status;
		else
			cids[at] = ct_push(ct, ct->admin, ct_identify(ct, cns[at], nsid, *page));
	}
	ct_ring(ct, ct->admin);
	for (unsigned i = 8; i-- > 0;) {
		struct ct_answer answer = ct_wait(ct, ct->admin, cids[i]);

		ct_equal(ct, "Identify's status", statuses[i], answer.status);
		ct_same(ct, "Identify's page", alone[i], pages[i], NVME_IDENTIFY_SIZE);
	}
}

/* The admin queue full of commands, in rounds, so that it wraps with all entries in use. */
static void admin_full(struct ct *ct)
{
	uint32_t value = ct_feature(ct, NVME_FEATURE_NUMBER_OF_QUEUES, 0);

	for (unsigned round = 0; round < 3; round++) {
		unsigned count = ct->admin->size - 1;

		count = count < ct->admin->cq->size - 1 ? count : ct->admin->cq->size - 1;
		for (unsigned i = 0; i < count; i++)
			ct_push(ct, ct->admin,
				ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, NVME_SELECT_CURRENT,
					       0));
		ct_ring(ct, ct->admin);
		for (unsigned i = 0; i < count; i++) {
			struct ct_answer answer = ct_wait_any(ct, ct->admin->cq);

			ct_success(ct, "Get Features", answer);
			ct_equal(ct, "Number of Queues", value, answer.dw0);
		}
	}
}

/* Admin and I/O commands on the way together. */
static void admin_among_io(struct ct *ct)
{
	struct ct_sq *sqs[2] = {ct->io, ct->admin};

	CT_NEED_ROOM(ct, 6);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 6; i++) {
			ct_push(ct, ct->io, ct_any(ct));
			ct_ring(ct, ct->io);
			ct_push(ct, ct->admin,
				ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES, NVME_SELECT_CURRENT,
					       0));
			ct_ring(ct, ct->admin);
		}
		drain_all(ct, sqs, 2);
	}
}

/* A CID is free again once its completion is there, and in another queue at any time. */
static void reuse(struct ct *ct)
{
	struct nvme_command command = ct_any(ct);
	struct ct_sq *sqs[2];

	make_pairs(ct, sqs, 2);
	command.cid = 7;
	for (unsigned i = 0; i < 2 * ENTRIES; i++) {
		for (unsigned q = 0; q < 2; q++) {
			ct_push_cid(ct, sqs[q], command);
			ct_ring(ct, sqs[q]);
		}
		for (unsigned q = 0; q < 2; q++)
			ct_wait(ct, sqs[q], 7);
	}
}

#define CASE(text, section, function, level, value) \
	CT_CASE(text, section, function, level, .argument = value)

static const struct ct_case cases[] = {
	CASE("two queues full at once, each command once", "Base 3.3", many_queues, CT_IO, 2),
	CASE("4 queues full at once, each command once", "Base 3.3", many_queues, CT_IO, 4),
	CASE("16 queues full at once, each command once", "Base 3.3", many_queues, CT_IO, 16),
	CASE("three SQs full, one CQ: each command once", "Base 3.3.1", shared_cq, CT_IO, 0),
	CASE("Reads by 4 queues, each its block", "Base 3.3", reads, CT_WRITES, NVME_IO_READ),
	CASE("Writes by 4 queues, each its block", "Base 3.3", reads, CT_WRITES, NVME_IO_WRITE),
	CASE("a full CQ holds up no other queue", "Base 3.3.1", stuck, CT_IO, 0),
	CASE("deletion of a loaded queue: the other one's commands end", "Base 5.7", delete_loaded,
	     CT_IO, 0),
	CASE("commands of one queue while another is deleted and created", "Base 3.3", others_made,
	     CT_IO, 0),
	CASE("4 queues are created at once and deleted at once", "Base 5.4", made_at_once, CT_IO,
	     0),
	CASE("reset under load three times: works, old queues quiet", "Base 3.7.2", reset_loaded,
	     CT_IO, 0),
	CASE("reset under load, a pause each: works, old queues quiet", "Base 3.7.2", reset_loaded,
	     CT_IO, 1),
	CASE("reset with Reads on the way: buffers stay after CSTS.RDY = 0", "Base 3.7.2",
	     reset_reads, CT_BLOCKS, 0),
	CASE("Abort of one among many: each command ends once", "Base 5.1", aborts, CT_IO, 16),
	CASE("Abort of every fourth among many: each command ends once", "Base 5.1", aborts, CT_IO,
	     4),
	CASE("Abort of all: each command ends once", "Base 5.1", aborts, CT_IO, 1),
	CASE("Flush among Writes: each ends once, all is written", "Base 7.1", flushes, CT_WRITES,
	     0),
	CASE("Asynchronous Event Requests wait while others end", "Base 5.2", events, CT_ADMIN, 0),
	CASE("Identify of 4 kinds at once, each its page", "Base 3.3", identifies, CT_ADMIN, 0),
	CASE("the admin queue full three times, each its value", "Base 3.3", admin_full, CT_ADMIN,
	     0),
	CASE("admin and I/O commands in turn", "Base 3.3", admin_among_io, CT_IO, 0),
	CASE("a CID again as soon as its completion is there", "Base 3.3.3.1", reuse, CT_IO, 0),
	{.name = NULL},
};
CONFORMANCE_GROUP("concurrency", cases);
