/* The slower half of a place for a trace: what happens once somebody is attached. */
#include "drivers/nvme/transport/trace.h"

#include "drivers/nvme/transport/queue.h"

const struct nvme_trace *nvme_trace;

/* Kept out of the way of those who have nobody attached. */
#define RARE __attribute__((noinline, cold))

RARE void nvme_trace_ring_sq(const struct nvme_queue *queue, uint16_t before)
{
	for (uint16_t at = before; at != queue->sq_tail; at = (at + 1) & queue->mask)
		nvme_trace->command(queue, &queue->sq[at]);
	if (!queue->shadowed)
		nvme_trace->write(queue->sq_doorbell, 4, queue->sq_tail);
}

RARE void nvme_trace_ring_cq(const struct nvme_queue *queue)
{
	if (!queue->shadowed)
		nvme_trace->write(queue->cq_doorbell, 4, queue->cq_head);
}

RARE void nvme_trace_completion(const struct nvme_queue *queue, uint64_t result, uint64_t what)
{
	const struct nvme_queue_entry entry = {result, what};

	nvme_trace->completion(queue, &entry);
}
