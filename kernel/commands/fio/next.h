/* What a job's next command is, and when it is due. */
#pragma once

#include "kernel/commands/fio/job.h"

/* Whether a verification goes by a list of what was written: in zones the order does not say where,
 * and with verify_backlog= it would have to be there twice. */
bool fio_keeps_writes(const struct fio_job *job);
/* Makes job->next known: of a run by the order, of a verification by what was written. False: there
 * is no more in this state. */
bool fio_next_find(struct fio_job *job);
bool fio_next_is_due(const struct fio_job *job, uint64_t now_ns);
/* Its place is of no use: another one has to be found. False: so were all others. */
bool fio_next_skip(struct fio_job *job);
/* It begins now: another one is next. */
void fio_next_begins(struct fio_job *job, uint64_t now_ns);
/* Back to the first command of the same order, for verification. */
void fio_next_rewind(struct fio_job *job);
