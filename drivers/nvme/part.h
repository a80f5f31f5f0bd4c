/* A part of a block request: what one command carries of it. */
#pragma once

#include "drivers/nvme/io.h"

/* Tells the command of a slot where the data at the lane's cursor is: of so many blocks, or of as
 * many as it can carry. Returns how many; 0 when all bounce buffers are in use. *done is changed
 * where another function has to end the command. */
uint32_t nvme_part_place(struct nvme_lane *lane, struct nvme_slot *slot,
			 const struct block_request *request, uint32_t blocks, nvme_done **done);

/* Ends the command of a part, whose context is its request, and with the last one the request. */
nvme_done nvme_part_done;

/* Whether the command of a slot is a part of the request. */
bool nvme_is_part(const struct nvme_slot *slot, const struct block_request *request);
