/* The commands of a job and their memory, which may outlive it. */
#pragma once

#include "kernel/commands/fio/target.h"

struct fio_units {
	struct fio_unit *all, *free;
	struct fio_unit *ended, **ended_end; /* oldest first; not settled yet */
	uint64_t looked_ns; /* while their job looks for what has ended: since when; else 0 */
	unsigned char *buffers;
	size_t buffer_size; /* of each; 0: they carry no data */
	unsigned count;
};

/* count of them. 0, or -ENOMEM, which has been told. */
int fio_units_make(struct fio_job *job, unsigned count, size_t buffer_size);
/* One that nobody uses: the caller knows that there is one, units->free. */
static inline struct fio_unit *fio_units_take(struct fio_units *units)
{
	struct fio_unit *unit = units->free;

	units->free = unit->next;
	unit->flies = true;
	return unit;
}

/* Those that have ended, oldest first by ->next; NULL: none has. The caller puts each back. */
static inline struct fio_unit *fio_units_ended(struct fio_units *units)
{
	struct fio_unit *first = units->ended;

	units->ended = NULL;
	units->ended_end = &units->ended;
	return first;
}

static inline void fio_units_put(struct fio_units *units, struct fio_unit *unit)
{
	unit->flies = false;
	unit->next = units->free;
	units->free = unit;
}

/* Stops those that the targets have. */
void fio_units_stop(struct fio_units *units);
/* Nobody waits for what the targets have any more: its memory is theirs until it ends. False:
 * without memory it has to be waited for. */
bool fio_units_leave(struct fio_units *units);
