/* Doorbells, in MMIO and in shadow memory (Base 2.0, sections 3.1.3.24 and 5.8 with annex B.5). */
#include "tests/sim/internal.h"

/* An event of type error (5.2.1) */
enum { INVALID_REGISTER, INVALID_VALUE };
static void report(struct sim_controller *sim, unsigned info)
{
	sim_event_occurs(sim, 0, info, 1);
}

static bool accept_tail(struct sim_controller *sim, unsigned id, uint32_t value, bool shadow)
{
	struct sim_sq *sq = sim->sq[id];
	const char *what = shadow ? "shadow doorbell" : "doorbell";
	unsigned added, pending;

	if (value >= sq->size) {
		sim_violation(sim, "%s of submission queue %u: tail %u of %u entries", what, id,
			      value, sq->size);
		return false;
	}
	added = (value + sq->size - sq->tail) % sq->size;
	pending = (sq->tail + sq->size - sq->told_head) % sq->size;
	if (!added && !shadow && !sim->shadow)
		sim_violation(sim, "doorbell of submission queue %u: tail %u written again", id,
			      value);
	if (added > sq->size - 1 - pending) {
		sim_violation(sim,
			      "%s of submission queue %u: tail %u to %u runs over head %u of %u",
			      what, id, sq->tail, value, sq->told_head, sq->size);
		return false;
	}
	sq->tail = value;
	return true;
}

static bool accept_head(struct sim_controller *sim, unsigned id, uint32_t value, bool shadow)
{
	struct sim_cq *cq = &sim->cq[id];
	const char *what = shadow ? "shadow doorbell" : "doorbell";
	unsigned taken, there;

	if (value >= cq->size) {
		sim_violation(sim, "%s of completion queue %u: head %u of %u entries", what, id,
			      value, cq->size);
		return false;
	}
	taken = (value + cq->size - cq->head) % cq->size;
	there = (cq->tail + cq->size - cq->head) % cq->size;
	if (!taken && !shadow && !sim->shadow)
		sim_violation(sim, "doorbell of completion queue %u: head %u written again", id,
			      value);
	if (taken > there) {
		sim_violation(sim, "%s of completion queue %u: head %u to %u, but tail is %u", what,
			      id, cq->head, value, cq->tail);
		return false;
	}
	cq->head = value;
	if (cq->head == cq->tail)
		cq->raised = false;
	return true;
}

void sim_chatter(struct sim_controller *sim, unsigned count)
{
	sim->chatter = count;
}

static void drain(struct sim_controller *sim, unsigned id)
{
	static const uint8_t for_nobody[16] = {[10] = 0xff, [11] = 0xff};

	if (!sim_is_defective(sim, SIM_DEFECT_NEVER_RESUMES) || !sim->cq[id].waiting)
		sim_drain(sim, id);
	if (!sim->chatter)
		return;
	sim->chatter--;
	sim_post(sim, (uint16_t)id, for_nobody);
}

static void refuse(struct sim_controller *sim, const char *kind, uint64_t id)
{
	sim_violation(sim, "doorbell of %s queue %llu, which is not there", kind,
		      (unsigned long long)id);
	report(sim, INVALID_REGISTER);
}

void sim_doorbell(struct sim_controller *sim, uint64_t offset, uint32_t value)
{
	uint64_t index = (offset - SIM_DOORBELLS) / sim->stride, id = index / 2;

	sim->statistics.doorbell_writes++;
	if ((offset - SIM_DOORBELLS) % sim->stride) {
		sim_violation(sim, "doorbell write at %llxh: the stride is %u",
			      (unsigned long long)offset, sim->stride);
		return;
	}
	if (sim_is_defective(sim, SIM_DEFECT_DOORBELL_DIES) &&
	    (!(sim->csts & SIM_CSTS_RDY) || value >> 16)) {
		sim_remove(sim);
		return;
	}
	if (!(sim->csts & SIM_CSTS_RDY) || !(sim->cc & 1)) {
		sim_violation(sim, "doorbell %llu written while the controller is not ready",
			      (unsigned long long)index);
		return;
	}
	if (sim->csts & 0xc) {
		sim_violation(sim, "doorbell %llu written after a shutdown began",
			      (unsigned long long)index);
		return;
	}
	if (index % 2) {
		if (id >= SIM_QUEUES_MAX || !sim->cq[id].exists)
			refuse(sim, "completion", id);
		else if (accept_head(sim, (unsigned)id, value, false))
			drain(sim, (unsigned)id);
		else
			report(sim, INVALID_VALUE);
		sim_deliver(sim);
		return;
	}
	if (id >= SIM_QUEUES_MAX || !sim->sq[id] || !sim->sq[id]->exists)
		refuse(sim, "submission", id);
	else if (!accept_tail(sim, (unsigned)id, value, false))
		report(sim, INVALID_VALUE);
	else if (!sim->stopped && !sim->fatal && !sim->no_dma)
		sim_fetch(sim, (unsigned)id);
	if (id && sim->shadow && id < SIM_QUEUES_MAX && sim->sq[id])
		sim->sq[id]->awake_until = sim_now() + SIM_AWAKE_NS;
}

static uint32_t shadow_value(struct sim_controller *sim, unsigned index)
{
	uint8_t bytes[4] = {0};

	sim_dma_read(sim, sim->shadow + (uint64_t)index * sim->stride, bytes, 4, "shadow doorbell");
	return get32(bytes);
}

static void set_event_index(struct sim_controller *sim, unsigned index, uint32_t value)
{
	uint8_t bytes[4];

	put32(bytes, value);
	sim_dma_write(sim, sim->event_indices + (uint64_t)index * sim->stride, bytes, 4,
		      "event index");
}

static unsigned id_limit(const struct sim_controller *sim)
{
	return sim->config.queues + 1 < SIM_QUEUES_MAX ? sim->config.queues + 1 : SIM_QUEUES_MAX;
}

/* While a queue is awake its shadow tail is looked at again and again and its event index stays
 * behind, so that the host rings nothing. Then it goes to sleep: event index set, one last look. */
void sim_shadow_work(struct sim_controller *sim)
{
	if (!sim->shadow)
		return;
	for (unsigned id = 1; id < id_limit(sim); id++) {
		struct sim_sq *sq = sim->sq[id];

		if (sim->cq[id].exists) {
			uint32_t head = shadow_value(sim, 2 * id + 1);

			if (head != sim->cq[id].head && accept_head(sim, id, head, true))
				sim_drain(sim, id);
		}
		if (!sq || !sq->exists || !sq->awake_until)
			continue;
		if (sim_now() >= sq->awake_until) {
			set_event_index(sim, 2 * id, sq->tail);
			sq->awake_until = 0;
			if (sim->config.doorbell_race)
				continue;
		}
		uint32_t tail = shadow_value(sim, 2 * id);

		if (tail != sq->tail && accept_tail(sim, id, tail, true)) {
			sq->awake_until = sim_now() + SIM_AWAKE_NS;
			sim_fetch(sim, id);
		}
	}
}

uint64_t sim_shadow_next(struct sim_controller *sim)
{
	uint64_t next = UINT64_MAX;

	for (unsigned id = 1; sim->shadow && id < id_limit(sim); id++) {
		const struct sim_sq *sq = sim->sq[id];

		if (sq && sq->exists && sq->awake_until && sq->awake_until < next)
			next = sq->awake_until;
	}
	return next;
}
