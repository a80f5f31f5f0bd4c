/* A queue pair: its rings, and the slower half of its doorbells. */
#include "drivers/nvme/transport/queue.h"

#include "lib/errno.h"
#include "lib/string.h"

int nvme_queue_init(struct nvme_queue *queue, const struct nvme_registers *registers, uint16_t id,
		    unsigned entries, const struct nvme_place *sq)
{
	memset(queue, 0, sizeof(*queue));
	queue->id = id;
	queue->mask = (uint16_t)(entries - 1);
	queue->sq_mixed = (uint16_t)entries; /* whatever is there */
	queue->phase = NVME_ENTRY_PHASE;
	queue->sq_doorbell = nvme_sq_doorbell(registers, id);
	queue->cq_doorbell = nvme_cq_doorbell(registers, id);
	if (sq) {
		queue->sq = sq->memory;
		queue->sq_bus = sq->bus;
		queue->sq_placed = true;
	} else {
		queue->sq = nvme_dma_alloc(entries * sizeof(struct nvme_command), &queue->sq_bus);
	}
	queue->cq = nvme_dma_alloc(entries * sizeof(struct nvme_completion), &queue->cq_bus);
	if (!queue->sq || !queue->cq) {
		nvme_queue_free(queue);
		return -ENOMEM;
	}
	queue->cq_end = queue->cq + entries;
	return 0;
}

void nvme_queue_free(struct nvme_queue *queue)
{
	size_t entries = queue->mask + 1u;

	if (queue->sq && !queue->sq_placed)
		nvme_dma_free(queue->sq, entries * sizeof(struct nvme_command));
	if (queue->cq)
		nvme_dma_free((void *)(uintptr_t)queue->cq,
			      entries * sizeof(struct nvme_completion));
	queue->sq = NULL;
	queue->cq = NULL;
}

void nvme_queue_push_whole(struct nvme_queue *queue, const struct nvme_command *command)
{
	queue->sq[queue->sq_tail] = *command;
	queue->sq_tail = (queue->sq_tail + 1) & queue->mask;
	if (!nvme_command_is_plain(command))
		queue->sq_mixed = queue->mask + 1u;
	else if (queue->sq_mixed)
		queue->sq_mixed--;
}

void nvme_queue_clear(struct nvme_queue *queue)
{
	size_t entries = queue->mask + 1u;

	memset((void *)(uintptr_t)queue->cq, 0, entries * sizeof(struct nvme_completion));
	memset(queue->sq, 0, entries * sizeof(struct nvme_command));
	queue->sq_tail = queue->sq_rung = 0;
	queue->sq_mixed = queue->mask + 1u;
	queue->cq_head = queue->cq_rung = 0;
	queue->phase = NVME_ENTRY_PHASE;
	queue->shadowed = false;
}

void nvme_queue_ring_again(struct nvme_queue *queue)
{
	nvme_write_barrier();
	nvme_bar_write(queue->sq_doorbell, queue->sq_rung);
	nvme_bar_write(queue->cq_doorbell, queue->cq_rung);
}

/*
 * The controller watches the shadow and tells by EventIdx up to where it has seen it. The real
 * doorbell is needed when the step from before to now goes over EventIdx: the controller then
 * sleeps and will not look by itself. The barrier between shadow and EventIdx pairs with the
 * controller's, which writes EventIdx and then reads the shadow once more.
 */
void nvme_queue_ring_shadow(struct nvme_queue *queue, bool completion, uint16_t before,
			    uint16_t now)
{
	uint16_t event;

	if (nvme_tracing())
		nvme_trace->shadow(queue, completion, now);
	*(completion ? queue->cq_shadow : queue->sq_shadow) = now;
	nvme_full_barrier();
	event = (uint16_t) * (completion ? queue->cq_event : queue->sq_event);
	if ((uint16_t)(now - event - 1) < (uint16_t)(now - before))
		nvme_bar_write(completion ? queue->cq_doorbell : queue->sq_doorbell, now);
}
