/* A part of a block request: what one command carries of it. */
#pragma once

#include "drivers/nvme/io.h"

/* Tells the command of a slot where the data at the lane's cursor is: of so many blocks, or of as
 * many as it can carry. Returns how many; 0 when all bounce buffers are in use. *done is changed
 * where another function has to end the command. */
uint32_t nvme_part_place(struct nvme_lane *lane, struct nvme_slot *slot,
			 const struct block_request *request, uint32_t blocks, nvme_done **done);

/* The same for a namespace with metadata: fills in what the command has for it as well, but for
 * CDW12, whose bits for it are *control. */
uint32_t nvme_part_place_metadata(struct nvme_lane *lane, struct nvme_slot *slot,
				  const struct block_request *request, uint64_t lba,
				  uint32_t blocks, uint32_t *control, nvme_done **done);

/* Before the command is sent again behind a reset, which the controller's own memory may not have
 * outlasted: writes once more what is to be there, lists and data. */
void nvme_part_renew(struct nvme_lane *lane, struct nvme_slot *slot);

/* Sends the command of a slot as a part of the request. */
__attribute__((always_inline)) static inline void nvme_part_send(struct nvme_channel *channel,
								 struct nvme_slot *slot,
								 struct block_request *request,
								 nvme_done *done)
{
	request->parts_pending++;
	nvme_slot_prepare(slot, done, request, true);
	nvme_channel_push(channel, slot, nvme_channel_deadline(channel));
}

/* Ends the command of a part, whose context is its request, and with the last one the request. */
nvme_done nvme_part_done;
nvme_done nvme_bounced_part_done; /* that has a bounce buffer */

/* Whether the command of a slot is a part of the request. */
bool nvme_is_part(const struct nvme_slot *slot, const struct block_request *request);
