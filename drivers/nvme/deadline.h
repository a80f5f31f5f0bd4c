/* Single commands that fail or are late: what the owner of a channel decides about them. A
 * channel's owner is the controller here. */
#pragma once

#include "drivers/nvme/channel.h"

struct nvme_controller;

/* A command that others overtake is missed once these are so many times what the queue holds. */
#define NVME_OVERTAKEN_BY 4

/* Written by deadline.c. */
struct nvme_aborts {
	unsigned outstanding; /* Abort commands */
	bool wanted;	      /* there may be more to send */
};

/* For struct nvme_channel_functions. A completion with a status: the command is repeated, or ends
 * with it; one that is for nobody is said. */
void nvme_slot_failed(struct nvme_channel *channel, struct nvme_slot *slot,
		      struct nvme_answer answer);
void nvme_completion_ignored(struct nvme_channel *channel, const struct nvme_queue_entry *entry);

/* Looks at every slot whose time may have come: commands past their deadline, delayed ones that are
 * due. On an I/O queue a command is late only if its queue has completed nothing for as
 * long as its deadline gave it: a slow controller is not a stuck one; or if it was the oldest for
 * as long, and very many overtook it. May find that the controller has to be reset. */
void nvme_channel_expire(struct nvme_channel *channel, uint64_t now_ns);

/* Nobody wants the command of a slot any more: it is not sent again, and aborted where the
 * controller has it. Its memory stays the controller's until it ends. */
void nvme_slot_cancel(struct nvme_channel *channel, struct nvme_slot *slot);

/* Deadlines have stood still for so long, until now. */
void nvme_deadlines_shift(struct nvme_controller *controller, uint64_t ns);
