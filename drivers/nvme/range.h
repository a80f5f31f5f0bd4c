/* Parts of block requests that move no data: Flush, and what is said of ranges of blocks, as many
 * as the controller takes at once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct block_request;
struct nvme_channel;
struct nvme_lane;
struct nvme_slot;

struct nvme_range {
	uint64_t lba, blocks;
};

/* A slot for such a command, with nothing in it but the namespace; NULL where none is free. */
struct nvme_slot *nvme_range_take(struct nvme_lane *lane, const struct block_request *request,
				  uint8_t opcode);
/* Sends a Flush; false when something has to be waited for. */
bool nvme_range_flush(struct nvme_lane *lane, struct block_request *request);
/* Sends a command for the blocks of a request from block first on, as many as it may be about;
 * returns how many, 0 when something has to be waited for. */
uint64_t nvme_range_send(struct nvme_lane *lane, struct block_request *request, uint64_t first);
/* The blocks that a part is about, of whatever operation. */
struct nvme_range nvme_range_of(struct nvme_channel *channel, const struct nvme_slot *slot);
