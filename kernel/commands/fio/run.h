/* Jobs that run, together or one after the other. */
#pragma once

#include "kernel/commands/fio/job.h"

struct fio_run {
	struct fio_job **jobs;
	unsigned job_count;
	bool interrupted; /* by Ctrl-C */
	uint64_t start_ns;
};

/* Which of the jobs are load loops. False: more than there are queue pairs for, which has been
 * told. */
bool fio_run_choose_loops(const struct fio_run *run);
/* Until all have ended. */
void fio_run(struct fio_run *run);
