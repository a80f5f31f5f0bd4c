/* zonemode=zbd: writes go to where their zone is written next, reads to what is written of it. */
#pragma once

#include "kernel/commands/fio/order.h"
#include "kernel/commands/fio/target.h"

struct fio_zones {
	struct block_zone *zones; /* NULL: places stay where they are */
	uint64_t count, resets;
	unsigned shift; /* of the bytes of a zone; those of a block */
	unsigned block_shift;
};

/* Asks the device for its zones. Ends the process where it has none, or no such size. fresh: what
 * is written of a zone is not added to, so that all of it is the job's. */
void fio_zones_prepare(struct fio_zones *zones, const struct fio_target *target, bool fresh);
/* Verification writes nothing: the places that were written come again. */
void fio_zones_rewind(struct fio_zones *zones);
/* Moves the place; a full zone is reset where resets are wanted. 1: nothing can be done in this
 * zone; 0, or a negative errno. */
int fio_zones_move(struct fio_zones *zones, const struct fio_target *target,
		   struct fio_place *place, bool verifies);
