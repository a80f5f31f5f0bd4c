/* The commands of a job and their memory, which may outlive it. */
#pragma once

#include "kernel/commands/fio/target.h"

struct fio_units {
	struct fio_unit *all, *free;
	struct fio_unit *ended, **ended_end; /* oldest first; not settled yet */
	unsigned char *buffers;
	size_t buffer_size; /* of each; 0: they carry no data */
	unsigned count;
};

/* count of them. 0, or -ENOMEM, which has been told. */
int fio_units_make(struct fio_job *job, unsigned count, size_t buffer_size);
/* One that nobody uses, or NULL. */
struct fio_unit *fio_units_take(struct fio_units *units);
/* The one that ended first, which the caller puts back; NULL: there is none. */
struct fio_unit *fio_units_ended(struct fio_units *units);
void fio_units_put(struct fio_units *units, struct fio_unit *unit);
/* Stops those that the targets have. */
void fio_units_stop(struct fio_units *units);
/* Nobody waits for what the targets have any more: its memory is theirs until it ends. False:
 * without memory it has to be waited for. */
bool fio_units_leave(struct fio_units *units);
