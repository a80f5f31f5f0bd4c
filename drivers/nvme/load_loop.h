/* Load loops that are compiled into whoever has them: for those that send the next command of a
 * slot as soon as the one before has succeeded, and do something of their own with each. What is
 * the same in all commands of a slot is made once; a command takes as few instructions as it can.
 */
#pragma once

#include "drivers/nvme/load_control.h"
#include "drivers/nvme/reap.h"

/* Whose loop it is: for functions that are given the channel alone. */
static inline void *nvme_load_loop(struct nvme_channel *channel)
{
	return nvme_load_of(channel)->loop;
}

/* Makes a slot's command, but for its place. False where PRPs cannot describe its data. */
static inline bool nvme_load_prepare(struct nvme_load *load, struct nvme_slot *slot, uint8_t opcode,
				     void *data, uint32_t blocks)
{
	nvme_load_fill(slot, load, opcode, 0, blocks);
	return nvme_load_place(load, slot, data, blocks);
}

/* Sends it, the slot's next one; the doorbell follows. Its deadline is the channel's, which the
 * reap has set, or else nvme_channel_set_deadline(). */
static inline void nvme_load_again(struct nvme_channel *channel, struct nvme_slot *slot,
				   uint64_t lba)
{
	nvme_command_set_lba(&slot->command, lba);
	nvme_slot_sent(channel, slot, channel->deadline_ns);
	/* Those of the command before; all four are one store. */
	slot->retries = 0;
	slot->repeatable = true;
	slot->marks = 0;
	nvme_queue_push_unmixed(&channel->queue, &slot->command); /* a load has no others */
}

/* Takes what has been completed, succeeded() for each that has; how many. The caller rings the
 * submission queue. As nvme_channel_reap(), which CPU 0 calls where it has frozen the loop. */
__attribute__((always_inline)) static inline unsigned
nvme_load_take(struct nvme_channel *channel, nvme_reap_success *succeeded, void *context)
{
	unsigned count = nvme_reap(channel, succeeded, context);

	if (!count)
		return 0;
	channel->reaping = false;
	nvme_queue_ring_cq(&channel->queue);
	return count;
}
