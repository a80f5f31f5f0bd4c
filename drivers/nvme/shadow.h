/* Shadow doorbells (Doorbell Buffer Config: Base, section 5.8) of the I/O queues. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nvme_controller;

/* Written by shadow.c. */
struct nvme_shadow {
	bool in_force;
	bool may_miss; /* the controller, one of them: NVME_QUIRK_MISSED_SHADOWS */
	bool hinted;   /* has been said */
	uint32_t *doorbells;
	uint32_t *events;
	uint64_t doorbells_bus;
	uint64_t events_bus;
};

/* Memory for them, where the options ask for them. 0 or -ENOMEM. */
int nvme_shadow_alloc(struct nvme_controller *controller);
void nvme_shadow_free(struct nvme_controller *controller);
/* Behind the creation of the queues. 0, also where there are none, or an error that ends the start.
 */
int nvme_shadow_setup(struct nvme_controller *controller);
struct nvme_queue;
/* A queue that is going to be created, and empty: it has them as the others have, where they are in
 * force. */
void nvme_shadow_attach(struct nvme_controller *controller, struct nvme_queue *queue);
/* At a reset that nobody asked for: says, once, where shadow doorbells may be what is missing. */
void nvme_shadow_hint(struct nvme_controller *controller);
