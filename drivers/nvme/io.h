/* The I/O scheduler: what becomes of block requests. Each I/O queue pair is a lane: its channel,
 * the requests that wait for a slot there, and its bounce buffers. */
#pragma once

#include "drivers/block/block.h"
#include "drivers/nvme/bounce.h"
#include "drivers/nvme/channel.h"
#include "drivers/nvme/metadata.h"

struct nvme_controller;

struct nvme_lane {
	struct nvme_channel channel; /* first: nvme_lane_of() */
	struct nvme_lane *next;	     /* round and round */
	/* Requests go out at once: nobody waits, the deadline is set, and the doorbell follows, at
	 * the end of a reap or by unplugging. */
	bool direct;

	/* Requests that wait, in order; the first may be cut into parts already. */
	struct block_request *waiting_first;
	struct block_request *waiting_last;
	struct nvme_cursor cursor; /* of the first one */
	uint64_t cursor_block;	   /* blocks of it that are under way */

	struct nvme_bounce bounce;
	struct nvme_bounce cmb_bounce; /* for all data, where it is to be there */
	struct nvme_parts parts;       /* for namespaces with metadata */
	uint64_t bounced;	       /* parts that went through a bounce buffer */
	uint64_t sgls;		       /* parts described by an SGL */
};
_Static_assert(offsetof(struct nvme_lane, channel) == 0, "a lane is found by its channel");

extern const struct block_operations nvme_block_operations, nvme_zoned_operations;

static inline struct nvme_lane *nvme_lane_of(struct nvme_channel *channel)
{
	return (struct nvme_lane *)channel;
}

/* The lane of I/O queue pair id, with as much as there is memory for, or NULL. */
struct nvme_lane *nvme_lane_create(struct nvme_controller *controller, uint16_t id,
				   unsigned entries);
void nvme_lane_destroy(struct nvme_lane *lane);

/* Sends what waits, as far as there are slots; the doorbell is the caller's. */
void nvme_lane_dispatch(struct nvme_lane *lane);
void nvme_lane_fail_waiting(struct nvme_lane *lane, int error);
/* Whether the namespace that a repeatable command is for has gone, or has become another one, since
 * it was sent: sent again its blocks may not even have the size that its buffer is for. */
bool nvme_io_obsolete(const struct nvme_slot *slot);
/* A repeatable command is sent again. */
void nvme_io_repeated(const struct nvme_slot *slot);
