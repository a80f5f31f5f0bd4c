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
#include "drivers/nvme/channel.h"

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
	/* The command that a zone is asked about instead: nvme_zone_doubt(). */
	struct nvme_command doubted;
	nvme_done *doubted_done;
	uint16_t doubted_status;
	bool borrowed; /* a bounce buffer */
};

struct nvme_namespace;
/* What is known of the zone at lba, or of all, is so no longer: it is asked for anew. */
void nvme_zone_forget(struct nvme_namespace *ns, uint64_t lba);
void nvme_zone_forget_all(struct nvme_namespace *ns);

/* Whether there is a doubt that the command of a slot has failed: a write that was sent again,
 * behind a reset or an Abort, and whose zone does not take it, may have been carried out the first
 * time. The zone's write pointer knows. The command's done() is called once more, then, with what
 * came of that, and true returned. */
bool nvme_zone_doubt(struct nvme_channel *channel, struct nvme_slot *slot,
		     struct nvme_answer answer);
nvme_done nvme_zone_doubt_done;

/* submit and cancel of struct block_operations */
void nvme_zone_submit(struct block_device *device, struct block_request *request);
void nvme_zone_cancel(struct block_device *device, struct block_request *request);
