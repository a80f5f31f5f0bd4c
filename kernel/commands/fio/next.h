/* What a job's next command is, and when it is due. */
#pragma once

#include "kernel/commands/fio/job.h"

/* Whether a verification goes by a list of what was written: in zones the order does not say where,
 * and with verify_backlog= it would have to be there twice. */
bool fio_keeps_writes(const struct fio_job *job);
/* Makes job->next known, which it is not: of a run by the order, of a verification by what was
 * written. False: there is no more in this state. */
bool fio_next_find(struct fio_job *job);
static inline bool fio_next_is_due(const struct fio_job *job, uint64_t now_ns)
{
	return job->state == FIO_VERIFIES || job->due_ns[job->next.place.direction] <= now_ns;
}
/* Its place is of no use: another one has to be found. False: so were all others. */
bool fio_next_skip(struct fio_job *job);
/* The first of another pass begins. */
void fio_next_begins_pass(struct fio_job *job);
/* By a rate: moves on when a command of its direction and size may be sent again. */
void fio_next_pay(struct fio_job *job, uint64_t now_ns);
/* It begins now: another one is next. */
static inline void fio_next_begins(struct fio_job *job, uint64_t now_ns)
{
	struct fio_next *next = &job->next;
	enum fio_direction direction = next->place.direction;

	next->known = false;
	next->skipped = 0;
	if (job->state == FIO_VERIFIES)
		return;
	if (next->new_pass)
		fio_next_begins_pass(job);
	job->begun++;
	job->begun_bytes += next->place.size;
	if (job->byte_cost[direction] | job->command_cost[direction])
		fio_next_pay(job, now_ns);
}
/* Back to the first command of the same order, for verification. */
void fio_next_rewind(struct fio_job *job);
