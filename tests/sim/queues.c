/* Submission and completion queues: fetching commands, posting completions. */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

static bool earlier(const struct sim_command *a, const struct sim_command *b)
{
	return a->due != b->due ? a->due < b->due : a->sequence < b->sequence;
}

static void heap_swap(struct sim_controller *sim, unsigned a, unsigned b)
{
	struct sim_command *command = sim->heap[a];

	sim->heap[a] = sim->heap[b];
	sim->heap[b] = command;
}

static void heap_up(struct sim_controller *sim, unsigned at)
{
	while (at && earlier(sim->heap[at], sim->heap[(at - 1) / 2])) {
		heap_swap(sim, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void heap_down(struct sim_controller *sim, unsigned at)
{
	for (;;) {
		unsigned first = at, left = 2 * at + 1, right = left + 1;

		if (left < sim->heap_size && earlier(sim->heap[left], sim->heap[first]))
			first = left;
		if (right < sim->heap_size && earlier(sim->heap[right], sim->heap[first]))
			first = right;
		if (first == at)
			return;
		heap_swap(sim, at, first);
		at = first;
	}
}

void sim_heap_push(struct sim_controller *sim, struct sim_command *command)
{
	if (sim->heap_size == sim->heap_room) {
		sim->heap_room = sim->heap_room ? sim->heap_room * 2 : 64;
		sim->heap = realloc(sim->heap, sim->heap_room * sizeof(*sim->heap));
	}
	sim->heap[sim->heap_size] = command;
	heap_up(sim, sim->heap_size++);
}

static struct sim_command *heap_remove(struct sim_controller *sim, unsigned at)
{
	struct sim_command *command = sim->heap[at];

	sim->heap[at] = sim->heap[--sim->heap_size];
	if (at < sim->heap_size) {
		heap_up(sim, at);
		heap_down(sim, at);
	}
	return command;
}

struct sim_command *sim_take_command(struct sim_controller *sim, uint16_t queue, uint16_t cid)
{
	for (unsigned i = 0; i < sim->heap_size; i++)
		if (sim->heap[i]->queue == queue && sim->heap[i]->cid == cid)
			return heap_remove(sim, i);
	return NULL;
}

bool sim_queue_create_cq(struct sim_controller *sim, unsigned id, uint64_t base, unsigned size)
{
	struct sim_cq *cq = &sim->cq[id];
	uint8_t entry[16];

	cq->exists = true;
	if (id || !cq->size || !sim_is_defective(sim, SIM_DEFECT_OLD_PHASE)) {
		cq->phase = true;
		cq->head = cq->tail = 0;
	}
	cq->base = base;
	cq->size = size;
	cq->users = 0;
	cq->interrupts = false;
	cq->raised = cq->raised && sim_is_defective(sim, SIM_DEFECT_KEEPS_PIN);
	cq->has_last = false;
	for (unsigned i = 0; i < size; i++) {
		if (!sim_dma_read(sim, base + 16ull * i, entry, 16, "completion queue"))
			return false;
		if (entry[14] & 1) {
			sim_violation(sim, "completion queue %u: entry %u has its phase set", id,
				      i);
			return false;
		}
	}
	return true;
}

void sim_queue_create_sq(struct sim_controller *sim, unsigned id, uint64_t base, unsigned size,
			 unsigned cq)
{
	struct sim_sq *sq = sim->sq[id];
	uint8_t entry[64];

	if (!sq)
		sq = sim->sq[id] = malloc(sizeof(*sq));
	memset(sq, 0, sizeof(*sq));
	sq->exists = true;
	sq->base = base;
	sq->size = size;
	sq->cq = (uint16_t)cq;
	sim->cq[cq].users++;
	sim_dma_read(sim, base, entry, 64, "submission queue");
	sim_dma_read(sim, base + 64ull * (size - 1), entry, 64, "submission queue");
}

static void drop_waiting(struct sim_controller *sim, struct sim_cq *cq)
{
	while (cq->waiting) {
		struct sim_posting *next = cq->waiting->next;

		cq->waiting->next = sim->recycled;
		sim->recycled = cq->waiting;
		cq->waiting = next;
	}
	cq->waiting_end = &cq->waiting;
}

void sim_reset_queues(struct sim_controller *sim)
{
	for (unsigned i = 0; i < sim->heap_size; i++)
		free(sim->heap[i]);
	for (unsigned i = 0; i < sim->event_count; i++)
		free(sim->events[i]);
	sim->statistics.dropped += sim->heap_size;
	sim->statistics.in_flight = 0;
	sim->heap_size = sim->event_count = 0;
	sim->event_masked = sim->event_pending = sim->event_kept = 0;
	if (!sim_is_defective(sim, SIM_DEFECT_KEEPS_SHADOW))
		sim->shadow = sim->event_indices = 0;
	sim->queues_set = false;
	for (unsigned i = 0; i < SIM_QUEUES_MAX; i++) {
		if (i && sim_is_defective(sim, SIM_DEFECT_KEEPS_QUEUES))
			continue;
		if (sim->sq[i])
			sim->sq[i]->exists = false;
		sim->cq[i].exists = false;
		drop_waiting(sim, &sim->cq[i]);
	}
}

static bool cid_in_use(const struct sim_sq *sq, uint16_t cid)
{
	return sq->cids[cid / 8] >> cid % 8 & 1;
}

static void check_common(struct sim_controller *sim, const struct sim_command *command)
{
	const uint8_t *entry = command->entry;

	if (entry[1] & 0x3f)
		sim_violation(sim, "queue %u, opcode %02x: CDW0 %08x is fused or has reserved bits",
			      command->queue, entry[0], dword(command, 0));
	if (command->queue == 0 && entry[1] >> 6)
		sim_violation(sim, "admin opcode %02x with PSDT %u", entry[0], entry[1] >> 6);
}

/* Takes new entries out of the submission queue. */
void sim_fetch(struct sim_controller *sim, unsigned id)
{
	struct sim_sq *sq = sim->sq[id];

	while (sq->head != sq->tail &&
	       (!sim->config.fetch_max || id == 0 || sq->in_flight < sim->config.fetch_max)) {
		struct sim_command *command = calloc(1, sizeof(*command));
		uint64_t jitter = sim->config.jitter_ns;

		if (!sim_dma_read(sim, sq->base + 64ull * sq->head, command->entry, 64,
				  "submission queue")) {
			free(command);
			sim_set_fatal(sim);
			return;
		}
		sq->head = sq->head + 1 == sq->size ? 0 : sq->head + 1;
		command->head = (uint16_t)sq->head;
		command->queue = (uint16_t)id;
		command->cid = get16(command->entry + 2);
		command->sequence = sim->sequence++;
		if (cid_in_use(sq, command->cid))
			sim_violation(sim, "queue %u: CID %u is already outstanding", id,
				      command->cid);
		sq->cids[command->cid / 8] |= (uint8_t)(1 << command->cid % 8);
		sq->in_flight++;
		if (++sim->statistics.in_flight > sim->statistics.in_flight_max)
			sim->statistics.in_flight_max = sim->statistics.in_flight;
		check_common(sim, command);
		command->due = sim_now() + sim->config.latency_ns;
		if (jitter)
			command->due += sim_random(sim) % jitter;
		command->has_fault = sim_fault_find(sim, command, &command->fault);
		if (command->has_fault && command->fault.kind == SIM_DELAY)
			command->due += command->fault.value;
		if (command->has_fault &&
		    (command->fault.kind == SIM_LOSE || command->fault.kind == SIM_LOSE_HARD)) {
			command->lost = true;
			command->due = UINT64_MAX;
		}
		sim_heap_push(sim, command);
	}
}

/* What the host knows of the head: the furthest that it was told, in whatever order. */
static void tell_head(struct sim_sq *sq, unsigned head)
{
	if ((head + sq->size - sq->told_head) % sq->size <=
	    (sq->head + sq->size - sq->told_head) % sq->size)
		sq->told_head = head;
}

/* Writes what waits into the completion queue, as far as there is room. */
void sim_drain(struct sim_controller *sim, unsigned id)
{
	struct sim_cq *cq = &sim->cq[id];
	bool raise = false;

	while (cq->waiting && ((cq->tail + 1) % cq->size != cq->head ||
			       sim_is_defective(sim, SIM_DEFECT_OVERWRITES))) {
		struct sim_posting *posting = cq->waiting;
		struct sim_sq *sq =
			posting->queue < SIM_QUEUES_MAX ? sim->sq[posting->queue] : NULL;
		uint8_t *entry = posting->entry;

		cq->waiting = posting->next;
		if (!cq->waiting)
			cq->waiting_end = &cq->waiting;
		if (sq && !posting->head_given)
			tell_head(sq, get16(entry + 8));
		entry[14] = (uint8_t)((entry[14] & ~1u) | (cq->phase != posting->old_phase));
		sim_dma_write(sim, cq->base + 16ull * cq->tail, entry, 16, "completion queue");
		memcpy(cq->last, entry, 16);
		cq->has_last = true;
		if (++cq->tail == cq->size) {
			cq->tail = 0;
			cq->phase = !cq->phase;
		}
		if (!posting->silent)
			raise = true;
		posting->next = sim->recycled;
		sim->recycled = posting;
		sim_stir();
	}
	if (raise)
		sim_signal(sim, cq);
}

static struct sim_posting *post(struct sim_controller *sim, unsigned cq, uint16_t queue,
				const uint8_t entry[16])
{
	struct sim_posting *posting = sim->recycled;

	if (posting)
		sim->recycled = posting->next;
	else
		posting = malloc(sizeof(*posting));
	memset(posting, 0, sizeof(*posting));
	memcpy(posting->entry, entry, 16);
	posting->queue = queue;
	*sim->cq[cq].waiting_end = posting;
	sim->cq[cq].waiting_end = &posting->next;
	return posting;
}

void sim_post(struct sim_controller *sim, uint16_t completion_queue, const uint8_t entry[16])
{
	if (completion_queue >= SIM_QUEUES_MAX || !sim->cq[completion_queue].exists)
		return;
	post(sim, completion_queue, 0, entry)->head_given = true;
	sim_drain(sim, completion_queue);
}

static uint16_t unused_cid(struct sim_controller *sim, const struct sim_sq *sq)
{
	uint16_t cid = (uint16_t)sim_random(sim);

	while (cid_in_use(sq, cid))
		cid++;
	return cid;
}

/* The faults that are done to the completion itself. */
static void post_with_fault(struct sim_controller *sim, struct sim_command *command,
			    uint8_t entry[16])
{
	const struct sim_fault *fault = &command->fault;
	struct sim_sq *sq = sim->sq[command->queue];
	struct sim_posting *posting;
	uint8_t other[16];

	memcpy(other, entry, 16);
	switch (fault->kind) {
	case SIM_DUPLICATE:
		post(sim, sq->cq, command->queue, entry);
		break;
	case SIM_UNKNOWN_CID:
		put16(other + 12,
		      fault->value > 0xffff ? unused_cid(sim, sq) : (uint16_t)fault->value);
		post(sim, sq->cq, command->queue, other);
		break;
	case SIM_STALE:
		if (sim->cq[sq->cq].has_last)
			post(sim, sq->cq, command->queue, sim->cq[sq->cq].last);
		break;
	case SIM_WRONG_CID:
		put16(entry + 12,
		      fault->value > 0xffff ? unused_cid(sim, sq) : (uint16_t)fault->value);
		break;
	case SIM_WRONG_SQID:
		put16(entry + 10, (uint16_t)fault->value);
		break;
	case SIM_BAD_SQHD:
		put16(entry + 8, (uint16_t)fault->value);
		break;
	case SIM_RESULT:
		put32(entry, (uint32_t)fault->value);
		break;
	default:
		break;
	}
	posting = post(sim, sq->cq, command->queue, entry);
	posting->head_given = fault->kind == SIM_BAD_SQHD;
	posting->old_phase = fault->kind == SIM_WRONG_PHASE;
	posting->silent = fault->kind == SIM_NO_INTERRUPT;
}

void sim_complete(struct sim_controller *sim, struct sim_command *command, unsigned status,
		  uint64_t result)
{
	struct sim_sq *sq = sim->sq[command->queue];
	const struct sim_hooks *hooks = &sim->config.hooks;
	uint8_t entry[16] = {0};
	unsigned cq = sq->cq, id = command->queue;

	put64(entry, result);
	put16(entry + 8, sim->config.head_of_fetch ? command->head : (uint16_t)sq->head);
	put16(entry + 10, command->queue);
	put16(entry + 12, command->cid);
	put16(entry + 14, (uint16_t)(status << 1));
	sq->cids[command->cid / 8] &= (uint8_t) ~(1 << command->cid % 8);
	sq->in_flight--;
	sim->statistics.in_flight--;
	if (!hooks->completion || hooks->completion(hooks->context, command->queue, entry)) {
		if (command->has_fault)
			post_with_fault(sim, command, entry);
		else
			post(sim, cq, command->queue, entry);
	}
	free(command);
	sim_drain(sim, cq);
	sim_fetch(sim, id);
}

/* It stays inside, and does not end by itself. */
static void forget(struct sim_controller *sim, struct sim_command *command)
{
	command->due = UINT64_MAX;
	sim_heap_push(sim, command);
}

/* Executes what has become due. */
static void execute(struct sim_controller *sim, struct sim_command *command)
{
	enum sim_fault_kind kind = command->has_fault ? command->fault.kind : SIM_DELAY;
	uint64_t result = 0;
	size_t size = 0;
	unsigned status;

	if (kind == SIM_FATAL) {
		forget(sim, command);
		sim_set_fatal(sim);
		return;
	}
	if (kind == SIM_GONE) {
		forget(sim, command);
		sim_remove(sim);
		return;
	}
	sim->statistics.commands[command->queue != 0][command->entry[0]]++;
	if (sim->config.hooks.misread) {
		status = sim->config.hooks.misread(sim->config.hooks.context, command->queue,
						   command->entry);
		if (status == SIM_FORGET) {
			forget(sim, command);
			return;
		}
		if (status != SIM_EXECUTE) {
			sim_complete(sim, command, status, result);
			return;
		}
	}
	if (sim->config.hooks.command) {
		void *bytes = sim->config.hooks.command(sim->config.hooks.context, command->queue,
							command->entry, &size);

		if (bytes) {
			status = sim_transfer(sim, command, bytes, size, !(command->entry[0] & 1));
			sim_complete(sim, command, status, result);
			return;
		}
	}
	if (kind == SIM_STATUS) {
		status = command->fault.status;
		if (command->queue == 0)
			sim_trace_add(sim, "admin opcode %02x -> %04x (fault)", command->entry[0],
				      status);
	} else if (command->queue == 0) {
		status = sim_admin(sim, command, &result);
	} else {
		status = sim_io(sim, command, &result);
	}
	if (status == SIM_FORGET)
		forget(sim, command);
	else if (status != SIM_SC_NONE)
		sim_complete(sim, command, status, result);
}

static struct sim_command *due_command(struct sim_controller *sim)
{
	if (!sim->heap_size || sim->heap[0]->due > sim_now())
		return NULL;
	return heap_remove(sim, 0);
}

void sim_finish(struct sim_controller *sim)
{
	while (sim->heap_size && sim->heap[0]->due != UINT64_MAX)
		execute(sim, heap_remove(sim, 0));
}

static bool runs(const struct sim_controller *sim)
{
	return (sim->csts & SIM_CSTS_RDY) && !sim->fatal && !sim->gone && !sim->stopped &&
	       !sim->no_dma;
}

void sim_work(struct sim_controller *sim)
{
	struct sim_command *command;

	if (sim->working || sim->gone || sim->stopped)
		return;
	sim->working = true;
	sim_property_work(sim);
	if (runs(sim))
		sim_shadow_work(sim);
	while (runs(sim) && (command = due_command(sim)) != NULL)
		execute(sim, command);
	sim->working = false;
	sim_deliver(sim);
}

uint64_t sim_next(struct sim_controller *sim)
{
	uint64_t next = sim->ready_at;

	if (sim->gone || sim->stopped)
		return UINT64_MAX;
	if (sim->unready_at < next)
		next = sim->unready_at;
	if (sim->shutdown_at < next)
		next = sim->shutdown_at;
	if (!runs(sim))
		return next;
	if (sim->heap_size && sim->heap[0]->due < next)
		next = sim->heap[0]->due;
	if (sim_shadow_next(sim) < next)
		next = sim_shadow_next(sim);
	return next;
}
