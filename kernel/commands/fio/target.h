/* What a job's commands go to: a block device, or a file in RAM. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/block/block.h"
#include "kernel/commands/fio/options.h"

struct fio_job;
struct fio_loop;
struct fio_target;
struct file;

enum fio_unit_kind {
	FIO_UNIT_IO,	    /* counted as its direction */
	FIO_UNIT_FLUSH,	    /* at the end */
	FIO_UNIT_FSYNC,	    /* between writes */
	FIO_UNIT_FDATASYNC, /* the same */
	FIO_UNIT_RESET,	    /* of a full zone that is written again */
};

/* One command: made before the run, used again and again. */
struct fio_unit {
	struct block_request request;
	struct block_segment segment;
	struct fio_job *job;
	struct fio_target *target;
	struct fio_unit *next;
	unsigned char *buffer;
	uint64_t offset, size;		  /* bytes */
	uint64_t begun, submitted, ended; /* time_ns() */
	struct fio_unit *sent_before; /* of those that are sent together; NULL: it is the first */
	struct fio_zone *zone;	      /* where it goes, or NULL */
	uint32_t zone_pass;
	enum fio_unit_kind kind;
	enum fio_direction direction;
	bool checks; /* what it reads is verified */
	bool flies;  /* it is the target's, or has ended and was not settled */
};

struct fio_target {
	/* Starts unit->request (its operation is set; the range is the unit's); it ends by
	 * unit->request.done, which may be called from here and from reap(). */
	void (*submit)(struct fio_target *target, struct fio_unit *unit);
	/* Between true and false commands may be collected. */
	void (*plug)(struct fio_target *target, bool plugged);
	/* Ends those that are finished; how many. */
	unsigned (*reap)(struct fio_target *target);
	/* Nobody wants it any more: it ends as soon as it can, perhaps with -EINTR. */
	void (*stop)(struct fio_target *target, struct fio_unit *unit);
	struct file *file;
	struct fio_loop *loop;	     /* that its commands go to, or NULL */
	struct block_device *device; /* NULL: a file in RAM */
	uint64_t size;		     /* bytes */
	uint32_t block_size;
	bool collects; /* what is between plug() and its end begins together; else at once */
	const char *name;
};

/* Opens it; where it is no device it gets `size` bytes if it has fewer and is written. 0, or a
 * negative errno that has been told. */
int fio_target_open(struct fio_target *target, const char *path, bool writes, uint64_t size);
