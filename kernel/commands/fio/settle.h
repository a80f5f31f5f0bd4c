/* What becomes of a job's commands when they have ended. */
#pragma once

#include "kernel/commands/fio/job.h"

/* Counts, verifies and gives back those that have ended, and says what is wrong with them. Not from
 * within the driver: messages may have to wait for their reader. */
void fio_settle(struct fio_job *job);
/* Says what its first failed command was, if that has not been said. On CPU 0. */
void fio_tell_failure(struct fio_job *job);
/* A command has ended with its request's error, which ends the job unless nobody wanted the command
 * any more. */
void fio_failed(struct fio_job *job, const struct fio_unit *unit);
/* The job has an error (positive), the first of which it ends with. */
void fio_fail(struct fio_job *job, int error);
