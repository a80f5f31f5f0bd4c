/* Two CPUs at once: each has a queue pair, rings its doorbells and takes its completions, and none
 * of it touches the other's. What the other CPU does is not in the journal. */
#include "tests/conformance/conformance.h"

#include "kernel/x86/smp.h"
#include "lib/string.h"

#define ENTRIES	 17u /* 16 commands at a time */
#define AT_ONCE	 (ENTRIES - 1)
#define ROUNDS	 50u
#define LIMIT_NS 60000000000 /* for all of them on the other CPU */

/* What the other CPU has: the queue pair as it was created, and the commands of a round. It says
 * what came of them. */
struct other {
	struct nvme_command *sq;
	const volatile struct nvme_completion *cq;
	volatile uint32_t *sq_doorbell, *cq_doorbell;
	uint16_t sqid;
	struct nvme_command commands[AT_ONCE];
	unsigned rounds, ended;
	/* The first completion that is wrong; what is expected is in what */
	const char *what;
	uint16_t cid, status;
};

/* Not on the stack: a case that ends in the middle leaves the other CPU with it. */
static struct other other;

static void wrong(const char *what, const volatile struct nvme_completion *entry)
{
	if (other.what)
		return;
	other.cid = entry->cid;
	other.status = entry->status;
	other.what = what;
}

/* Takes the completions of a round; CIDs are their numbers. */
static void take_round(unsigned *head, unsigned *phase, uint64_t until_ns)
{
	bool seen[AT_ONCE] = {false};

	for (unsigned i = 0; i < AT_ONCE && !other.what; i++) {
		const volatile struct nvme_completion *entry = &other.cq[*head];

		while ((entry->status & 1) != *phase) {
			if (nvme_time_ns() >= until_ns) {
				wrong("a completion", entry);
				return;
			}
			nvme_relax();
		}
		nvme_read_barrier();
		if (entry->sq_id != other.sqid)
			wrong("a completion of its own queue", entry);
		else if (entry->cid >= AT_ONCE || seen[entry->cid])
			wrong("a command that is outstanding", entry);
		else if (entry->status >> 1)
			wrong("success", entry);
		else
			seen[entry->cid] = true;
		other.ended++;
		if (++*head == ENTRIES) {
			*head = 0;
			*phase ^= 1;
		}
		nvme_write32(other.cq_doorbell, *head);
	}
}

/* On the other CPU: each command with a doorbell of its own. */
static void run_other(void *argument)
{
	uint64_t until_ns = nvme_time_ns() + LIMIT_NS;
	unsigned tail = 0, head = 0, phase = 1;

	(void)argument;
	for (unsigned round = 0; round < other.rounds && !other.what; round++) {
		for (unsigned i = 0; i < AT_ONCE; i++) {
			other.sq[tail] = other.commands[i];
			other.sq[tail].cid = (uint16_t)i;
			tail = (tail + 1) % ENTRIES;
			nvme_write_barrier();
			nvme_write32(other.sq_doorbell, tail);
		}
		take_round(&head, &phase, until_ns);
	}
}

/* Queue pair 2 for the other CPU; its commands are the caller's to fill in. Queue 1 stays ct->io.
 */
static void prepare(struct ct *ct)
{
	struct ct_sq *sq;

	CT_NEED(smp_count() > 1, "there is one CPU");
	CT_NEED(ct_queues(ct) > 1 && ct_entries_max(ct) >= ENTRIES,
		"the controller has fewer than 2 I/O queue pairs of %u entries", ENTRIES);
	CT_NEED(!smp_running(1), "the other CPU is busy");
	ct->dirty = true;
	sq = ct_pair(ct, 2, ENTRIES);
	memset(&other, 0, sizeof(other));
	other.sq = sq->entries;
	other.cq = sq->cq->entries;
	other.sq_doorbell = sq->view.sq_doorbell;
	other.cq_doorbell = sq->cq->view.cq_doorbell;
	other.sqid = 2;
	other.rounds = ROUNDS;
}

static void start(struct ct *ct)
{
	ct_equal(ct, "smp_run()", 0, (uint64_t)-smp_run(1, run_other, NULL));
}

/* It has a limit of its own, so this ends. */
static void finish(struct ct *ct)
{
	smp_wait(1);
	CT_EXPECT(!other.what,
		  "expected on the other CPU %s, got CID %04x with status %04x behind %u commands",
		  other.what ? other.what : "", other.cid, other.status, other.ended);
	ct_equal(ct, "commands of the other CPU", ROUNDS * AT_ONCE, other.ended);
}

static void both_ring(struct ct *ct)
{
	CT_NEED_ROOM(ct, AT_ONCE);
	prepare(ct);
	for (unsigned i = 0; i < AT_ONCE; i++)
		other.commands[i] = ct_any(ct);
	start(ct);
	for (unsigned round = 0; round < ROUNDS || smp_running(1); round++) {
		for (unsigned i = 0; i < AT_ONCE; i++) {
			ct_push(ct, ct->io, ct_any(ct));
			ct_ring(ct, ct->io);
		}
		for (unsigned i = 0; i < AT_ONCE; i++)
			ct_wait_any(ct, ct->io->cq);
	}
	finish(ct);
}

/* Each CPU its blocks, into buffers of its own. */
static void both_read(struct ct *ct)
{
	unsigned size = ct->ns->block_size;
	uint8_t *theirs = ct_buffer(ct, (size_t)AT_ONCE * size), *mine = ct_buffer(ct, size),
		*wanted = ct_buffer(ct, size);

	CT_NEED(ct->ns->size >= 2 * AT_ONCE, "namespace %u is too small", ct->ns->nsid);
	prepare(ct);
	ct_save(ct, ct->ns, 0, 2 * AT_ONCE);
	ct_write_pattern(ct, ct->ns, 0, 2 * AT_ONCE, 1);
	for (unsigned i = 0; i < AT_ONCE; i++)
		other.commands[i] =
			ct_rw(ct, NVME_IO_READ, ct->ns, i, 1, theirs + (size_t)i * size);
	start(ct);
	for (unsigned i = 0; i < ROUNDS || smp_running(1); i++) {
		uint64_t lba = AT_ONCE + i % AT_ONCE;

		ct_success(ct, "Read", ct_do(ct, ct_rw(ct, NVME_IO_READ, ct->ns, lba, 1, mine)));
		ct_pattern(ct->ns, lba, 1, wanted);
		ct_same(ct, "a block", wanted, mine, size);
	}
	finish(ct);
	for (unsigned i = 0; i < AT_ONCE; i++) {
		ct_pattern(ct->ns, i, 1, wanted);
		ct_same(ct, "a block of the other CPU", wanted, theirs + (size_t)i * size, size);
	}
}

static void admin_meanwhile(struct ct *ct)
{
	prepare(ct);
	for (unsigned i = 0; i < AT_ONCE; i++)
		other.commands[i] = ct_any(ct);
	start(ct);
	for (unsigned i = 0; i < ROUNDS || smp_running(1); i++)
		ct_success(ct, "Get Features",
			   ct_ask(ct, ct_get_feature(NVME_FEATURE_NUMBER_OF_QUEUES,
						     NVME_SELECT_CURRENT, 0)));
	finish(ct);
}

static const struct ct_case cases[] = {
	CT_CASE("two ring queues at once, each command once", "Base 3.3", both_ring, CT_IO,
		.argument = 0),
	CT_CASE("two read at once, each its blocks", "Base 3.3", both_read, CT_WRITES,
		.argument = 0),
	CT_CASE("admin commands while the other's queue is busy", "Base 3.3", admin_meanwhile,
		CT_IO, .argument = 0),
	{.name = NULL},
};
CONFORMANCE_GROUP("cpus", cases);
