/* Writes to a zoned namespace: one at a time, each held against its zone before anything is sent.
 *
 * A controller may execute commands in any order, and a zone takes its blocks in one order only, so
 * the next write is sent when the one before has ended. (Several Zone Append commands at once are
 * allowed, but then the controller chooses which data are where, which is no use to who has said
 * where they belong.)
 *
 * What is known of a zone is a hint. Where it does not let a write through the zone is asked for
 * anew, and only what the controller says then refuses it; where it lets one through wrongly the
 * controller refuses. So resets, errors and other users' commands need not be told here. */
#pragma once

#include "drivers/block/block.h"

#define NVME_ZONES_KNOWN 8u

/* Written by zone_write.c. */
struct nvme_zone_writer {
	const struct block_operations *below; /* where everything goes in the end */
	struct block_request *first, *last;   /* writes that wait, the first one at work if busy */
	bool busy;
	bool inside;		  /* work() */
	bool asked;		  /* for the zone of the first one */
	struct block_request own; /* what is sent for it */
	struct block_segment segment;
	struct block_zone reported;
	struct block_zone known[NVME_ZONES_KNOWN]; /* by their numbers; state 0: none */
};

/* submit and cancel of struct block_operations */
void nvme_zone_submit(struct block_device *device, struct block_request *request);
void nvme_zone_cancel(struct block_device *device, struct block_request *request);
