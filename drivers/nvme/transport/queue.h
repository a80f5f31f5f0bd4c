/* One submission queue and its completion queue: ring state and nothing else (Base, section 3.3).
 *
 *     submission queue:   .. sq_rung (the controller may fetch up to here) .. sq_tail
 *     completion queue:   cq_head is the next entry to look at; it is new when its phase bit is
 *                         as in phase, which turns over each time that cq_head wraps
 *
 * The number of entries is a power of two, so that rings wrap by a mask. The owner never has more
 * than entries - 1 commands in flight: then neither ring can overflow, whatever the controller says
 * of its head (SQHD): entries are fetched in order, so all behind one that was not are in flight as
 * well. SQHD is the head when a completion was created and may go back from one to the next. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/registers.h"

struct nvme_queue {
	/* used by every submission and every reap: one cache line */
	struct nvme_command *sq;
	const volatile struct nvme_completion *cq;
	const volatile struct nvme_completion *cq_end;
	volatile uint32_t *sq_doorbell; /* in BAR0 */
	volatile uint32_t *cq_doorbell;
	uint16_t mask; /* entries - 1 */
	uint16_t id;
	uint16_t sq_tail; /* next free entry */
	uint16_t sq_rung; /* the tail that the controller knows */
	uint16_t cq_head;
	uint16_t cq_rung;
	uint16_t sq_mixed; /* among so many next entries are some that were not plain */
	bool shadowed;	   /* Doorbell Buffer Config is in force */
	uint64_t phase;	   /* NVME_ENTRY_PHASE where that is set in new entries, else 0 */
	/* shadow doorbells: Base, section 5.8 */
	volatile uint32_t *sq_shadow;
	volatile uint32_t *cq_shadow;
	const volatile uint32_t *sq_event;
	const volatile uint32_t *cq_event;
	/* for creation and the end */
	uint64_t sq_bus;
	uint64_t cq_bus;
	bool sq_placed; /* sq is not the queue's own memory */
};

/* Memory that the controller reaches. */
struct nvme_place {
	void *memory;
	uint64_t bus;
};

/* Makes both rings, for a power of two of entries (2 to 4096), and gives them their doorbells. The
 * submission queue is at sq, which stays the caller's and is not cleared, or, where that is NULL,
 * in memory of its own, as the completion queue is. 0 or -ENOMEM. */
int nvme_queue_init(struct nvme_queue *queue, const struct nvme_registers *registers, uint16_t id,
		    unsigned entries, const struct nvme_place *sq);
void nvme_queue_free(struct nvme_queue *queue);
/* As it is after a controller reset: both rings empty, no shadow doorbells. The controller must not
 * know the queue at this time. */
void nvme_queue_clear(struct nvme_queue *queue);

/* Rings the real doorbells with what they should hold, whatever the controller knows. */
void nvme_queue_ring_again(struct nvme_queue *queue);
/* The slower half of ringing: through the shadow doorbells. */
void nvme_queue_ring_shadow(struct nvme_queue *queue, bool completion, uint16_t before,
			    uint16_t now);

/* The slower half of pushing: all of the entry is written. */
void nvme_queue_push_whole(struct nvme_queue *queue, const struct nvme_command *command);

/* Puts a plain command into a submission queue that has had no others since it was cleared; the
 * controller does not see it before the doorbell. What is 0 in it need not be written: it is in the
 * ring as well. */
static inline void nvme_queue_push_unmixed(struct nvme_queue *queue,
					   const struct nvme_command *command)
{
	/* All is read before anything is written: who has just made it has it in registers. */
	uint64_t cdw0_and_nsid = *(const uint64_t *)command;
	uint64_t prp1 = command->prp1, prp2 = command->prp2;
	uint32_t cdw10 = command->cdw10, cdw11 = command->cdw11, cdw12 = command->cdw12;
	uint16_t tail = queue->sq_tail;
	struct nvme_command *entry = &queue->sq[tail];

	*(uint64_t *)entry = cdw0_and_nsid;
	entry->prp1 = prp1;
	entry->prp2 = prp2;
	entry->cdw10 = cdw10;
	entry->cdw11 = cdw11;
	entry->cdw12 = cdw12;
	queue->sq_tail = (tail + 1) & queue->mask;
}

/* The same for a queue that has had others. */
static inline void nvme_queue_push_plain(struct nvme_queue *queue,
					 const struct nvme_command *command)
{
	if (__builtin_expect(queue->sq_mixed != 0, 0))
		nvme_queue_push_whole(queue, command);
	else
		nvme_queue_push_unmixed(queue, command);
}

/* The same for any command. */
static inline void nvme_queue_push(struct nvme_queue *queue, const struct nvme_command *command)
{
	if (nvme_command_is_plain(command))
		nvme_queue_push_plain(queue, command);
	else
		nvme_queue_push_whole(queue, command);
}

/* Whether the controller has been told of all that was pushed. */
static inline bool nvme_queue_is_rung(const struct nvme_queue *queue)
{
	return queue->sq_tail == queue->sq_rung;
}

/* Tells the controller about everything pushed since the last time. */
static inline void nvme_queue_ring_sq(struct nvme_queue *queue)
{
	uint16_t before = queue->sq_rung;

	if (queue->sq_tail == before)
		return;
	queue->sq_rung = queue->sq_tail;
	if (nvme_tracing())
		nvme_trace_ring_sq(queue, before);
	nvme_write_barrier();
	if (queue->shadowed)
		nvme_queue_ring_shadow(queue, false, before, queue->sq_tail);
	else
		nvme_write32(queue->sq_doorbell, queue->sq_tail);
}

/* Gives the completion queue entries taken since the last time back to the controller. */
static inline void nvme_queue_ring_cq(struct nvme_queue *queue)
{
	uint16_t before = queue->cq_rung;

	if (queue->cq_head == before)
		return;
	queue->cq_rung = queue->cq_head;
	if (nvme_tracing())
		nvme_trace_ring_cq(queue);
	if (queue->shadowed)
		nvme_queue_ring_shadow(queue, true, before, queue->cq_head);
	else
		nvme_write32(queue->cq_doorbell, queue->cq_head);
}

/* A completion. The half that says which command and how is one load: SQHD bits 15:0, SQ ID 31:16,
 * CID 47:32, phase 48, status 63:49. */
struct nvme_queue_entry {
	uint64_t result;
	uint64_t what;
};
#define NVME_ENTRY_PHASE ((uint64_t)1 << 48)
#define NVME_ENTRY_SQID	 ((uint64_t)0xffff << 16)

static inline uint16_t nvme_queue_entry_sqhd(const struct nvme_queue_entry *entry)
{
	return (uint16_t)entry->what;
}

static inline uint16_t nvme_queue_entry_sqid(const struct nvme_queue_entry *entry)
{
	return (uint16_t)(entry->what >> 16);
}

static inline uint16_t nvme_queue_entry_cid(const struct nvme_queue_entry *entry)
{
	return (uint16_t)(entry->what >> 32);
}

/* Status Field with SCT and SC not both 0: only then has the command failed. M, CRD and DNR say
 * nothing of a success (Base, section 3.3.3.2.1). */
#define NVME_DW3_FAILED ((uint32_t)NVME_STATUS_MASK << 17)

/* As status.h has it: 0 on success, else with M, CRD and DNR. */
static inline uint16_t nvme_queue_entry_status(const struct nvme_queue_entry *entry)
{
	uint32_t dw3 = (uint32_t)(entry->what >> 32);

	return dw3 & NVME_DW3_FAILED ? (uint16_t)(dw3 >> 17) : 0;
}

/* Completions that are taken in a row: what moves on with each is here, in registers, and is the
 * queue's again at the end. */
struct nvme_queue_reader {
	const volatile struct nvme_completion *next;
	uint64_t
		expected; /* of entries that are new and this submission queue's: SQ ID and phase */
};

static inline struct nvme_queue_reader nvme_queue_read_begin(const struct nvme_queue *queue)
{
	return (struct nvme_queue_reader){
		.next = &queue->cq[queue->cq_head],
		.expected = queue->phase | (uint64_t)queue->id << 16,
	};
}

static inline void nvme_queue_read_end(struct nvme_queue *queue,
				       const struct nvme_queue_reader *reader)
{
	queue->cq_head = (uint16_t)(reader->next - queue->cq);
	queue->phase = reader->expected & NVME_ENTRY_PHASE;
}

/* Whether the next completion is a new one. */
static inline bool nvme_queue_is_news(const struct nvme_queue_reader *reader)
{
	uint64_t what = ((const volatile uint64_t *)reader->next)[1];

	return !((what ^ reader->expected) & NVME_ENTRY_PHASE);
}

static inline void nvme_queue_read_next(const struct nvme_queue *queue,
					struct nvme_queue_reader *reader,
					struct nvme_queue_entry *entry)
{
	nvme_read_barrier();
	entry->result = *(const volatile uint64_t *)reader->next;
	if (++reader->next == queue->cq_end) {
		reader->next = queue->cq;
		reader->expected ^= NVME_ENTRY_PHASE;
	}
}

/* Takes the next completion if there is a new one that is this submission queue's: the usual way,
 * which no trace sees. */
static inline bool nvme_queue_read(const struct nvme_queue *queue, struct nvme_queue_reader *reader,
				   struct nvme_queue_entry *entry)
{
	entry->what = ((const volatile uint64_t *)reader->next)[1];
	if ((entry->what ^ reader->expected) & (NVME_ENTRY_PHASE | NVME_ENTRY_SQID))
		return false;
	nvme_queue_read_next(queue, reader, entry);
	return true;
}

/* Takes the next completion if there is a new one, whatever it names. */
static inline bool nvme_queue_read_any(const struct nvme_queue *queue,
				       struct nvme_queue_reader *reader,
				       struct nvme_queue_entry *entry)
{
	entry->what = ((const volatile uint64_t *)reader->next)[1];
	if ((entry->what ^ reader->expected) & NVME_ENTRY_PHASE)
		return false;
	nvme_queue_read_next(queue, reader, entry);
	if (nvme_tracing())
		nvme_trace_completion(queue, entry->result, entry->what);
	return true;
}

/* The same for one alone. */
static inline bool nvme_queue_take(struct nvme_queue *queue, struct nvme_queue_entry *entry)
{
	struct nvme_queue_reader reader = nvme_queue_read_begin(queue);

	if (!nvme_queue_read_any(queue, &reader, entry))
		return false;
	nvme_queue_read_end(queue, &reader);
	return true;
}
