/* Shadow doorbells: set up where they are wished for and offered. */
#include "drivers/nvme/shadow.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"
#include "lib/string.h"

int nvme_shadow_alloc(struct nvme_controller *controller)
{
	struct nvme_shadow *shadow = &controller->shadow;

	if (!controller->options.shadow_doorbells)
		return 0;
	shadow->doorbells = nvme_dma_alloc(NVME_PAGE_SIZE, &shadow->doorbells_bus);
	shadow->events = nvme_dma_alloc(NVME_PAGE_SIZE, &shadow->events_bus);
	return shadow->doorbells && shadow->events ? 0 : -ENOMEM;
}

void nvme_shadow_free(struct nvme_controller *controller)
{
	if (controller->shadow.doorbells)
		nvme_dma_free(controller->shadow.doorbells, NVME_PAGE_SIZE);
	if (controller->shadow.events)
		nvme_dma_free(controller->shadow.events, NVME_PAGE_SIZE);
}

/* Doorbell Buffer Config: Base, section 5.8. Not essential: where it is refused the real doorbells
 * do. But no answer is no refusal: it may still come into force. The admin queue keeps its real
 * doorbells: it is rarely used, and controllers differ in whether they look at its shadow. */
int nvme_shadow_setup(struct nvme_controller *controller)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_DOORBELL_BUFFER_CONFIG,
		.prp2 = controller->shadow.events_bus,
	};
	unsigned quirks = controller->options.quirks;
	struct nvme_reply reply;
	int error;

	controller->shadow.in_force = controller->shadow.may_miss = false;
	if (!controller->shadow.doorbells || !(controller->identify->oacs & NVME_OACS_DOORBELLS))
		return 0;
	if (controller->interrupts.irq == NVME_IRQ_INTX && quirks & NVME_QUIRK_PIN_OR_SHADOWS) {
		nvme_warning(controller, "no shadow doorbells with INTx");
		return 0;
	}
	/* The I/O queues are new: their shadows begin with 0, as they do. */
	memset(controller->shadow.doorbells, 0, NVME_PAGE_SIZE);
	memset(controller->shadow.events, 0, NVME_PAGE_SIZE);
	error = nvme_admin_with_retries(controller, &command, controller->shadow.doorbells_bus,
					&reply);
	if (error) {
		nvme_warning(controller, "Doorbell Buffer Config: %s",
			     nvme_status_name(reply.status));
		return nvme_answered(&reply) ? 0 : error;
	}
	controller->shadow.in_force = true;
	for (unsigned id = 1; id < controller->channel_count; id++)
		nvme_shadow_attach(controller, &controller->channels[id]->queue);
	controller->shadow.may_miss = quirks & NVME_QUIRK_MISSED_SHADOWS;
	return 0;
}

void nvme_shadow_attach(struct nvme_controller *controller, struct nvme_queue *queue)
{
	unsigned dstrd = NVME_CAP_DSTRD(controller->registers.cap);
	uint64_t sq = NVME_SQ_DOORBELL(queue->id, dstrd) - NVME_REG_DOORBELLS;
	uint64_t cq = NVME_CQ_DOORBELL(queue->id, dstrd) - NVME_REG_DOORBELLS;

	if (!controller->shadow.in_force || cq + 4 > NVME_PAGE_SIZE)
		return;
	queue->sq_shadow = controller->shadow.doorbells + sq / 4;
	queue->cq_shadow = controller->shadow.doorbells + cq / 4;
	queue->sq_event = controller->shadow.events + sq / 4;
	queue->cq_event = controller->shadow.events + cq / 4;
	/* One that had this number before may have left something. */
	*queue->sq_shadow = *queue->cq_shadow = 0;
	controller->shadow.events[sq / 4] = controller->shadow.events[cq / 4] = 0;
	queue->shadowed = true;
}

/* There are models that look at I/O queues only by their shadow doorbells. */
void nvme_shadow_hint(struct nvme_controller *controller)
{
	for (unsigned id = 1; id < controller->channel_count; id++)
		if (controller->channels[id]->statistics.reaped)
			return;
	if (controller->shadow.hinted || controller->shadow.in_force ||
	    controller->channel_count < 2 || !(controller->identify->oacs & NVME_OACS_DOORBELLS))
		return;
	controller->shadow.hinted = true;
	nvme_warning(controller, "no I/O queue has ever answered, but it offers shadow doorbells "
				 "(Doorbell Buffer Config): nvme.shadow=1 is worth trying");
}
