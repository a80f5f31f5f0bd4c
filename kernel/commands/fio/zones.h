/* zonemode=zbd: writes go to where their zone is written next, reads to what is written of it, and
 * trims are resets of zones. The jobs of a device share what is known of its zones. */
#pragma once

#include "kernel/commands/fio/order.h"
#include "kernel/commands/fio/target.h"

/* In blocks of the device. */
struct fio_zone {
	uint64_t start, end; /* what can be written */
	uint64_t write_pointer;
	uint32_t pass;	/* changes when what was written is gone */
	unsigned flies; /* writes under way */
	bool resets;	/* so is a reset */
};

struct fio_zones {
	struct block_device *device;
	const char *name;
	struct fio_zone *zones;
	struct block_zone *reported;
	uint64_t count;
	unsigned shift; /* of the bytes of a zone; those of a block */
	unsigned block_shift;
	unsigned users; /* jobs that run */
	struct fio_zones *next;
};

/* What a job wrote, for its verification. */
struct fio_written {
	struct fio_zone *zone; /* NULL: no zoned device */
	uint64_t offset, size;
	uint32_t pass;
	unsigned target;
};
struct fio_written_list {
	struct fio_written *entries;
	uint64_t count, room, next;
};

enum fio_zone_move {
	FIO_ZONE_GO,	/* to the place, where it is now */
	FIO_ZONE_SKIP,	/* nothing can be done there */
	FIO_ZONE_WAIT,	/* not before something else has ended */
	FIO_ZONE_RESET, /* not before the zone is reset */
};

/* Those of the target's device, in the list or new there. NULL, and that is told, where it has none
 * or of no such size. */
struct fio_zones *fio_zones_of(struct fio_zones **list, const struct fio_target *target);
/* A job begins; the first asks the device. fresh: it does not add to what is written of a zone, but
 * writes all of it. 0 or a negative errno. */
int fio_zones_begin(struct fio_zones *zones, bool fresh);
void fio_zones_end(struct fio_zones *zones);
/* Where the place is moved to, and its zone. */
enum fio_zone_move fio_zones_move(const struct fio_zones *zones, struct fio_place *place,
				  struct fio_zone **zone);
/* A command to the zone begins: a read, a write, or a reset (FIO_TRIM); and has ended. */
void fio_zone_begin(const struct fio_zones *zones, struct fio_zone *zone,
		    const struct fio_place *place);
void fio_zone_done(struct fio_zone *zone, enum fio_direction direction, bool failed);

/* One more; false without memory. What is gone again makes room first. */
bool fio_written_add(struct fio_written_list *list, const struct fio_written *written);
/* The next that is still there; NULL behind the last. */
const struct fio_written *fio_written_next(struct fio_written_list *list);
