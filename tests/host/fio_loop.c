/* The host has no NVMe devices for fio's jobs to be load loops of. */
#include <stdlib.h>

#include "kernel/commands/fio/loop.h"

bool fio_loops_choose(struct fio_job *const *jobs, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		jobs[i]->is_loop = false;
	return true;
}

void fio_loop_begin(struct fio_job *job)
{
	(void)job;
	abort();
}

bool fio_loop_turn(struct fio_job *job, uint64_t now_ns)
{
	(void)job;
	(void)now_ns;
	abort();
}

void fio_loop_kill(struct fio_job *job, uint64_t now_ns)
{
	(void)job;
	(void)now_ns;
	abort();
}

bool fio_loop_is_over(const struct fio_job *job)
{
	(void)job;
	abort();
}

bool fio_loop_is_elsewhere(const struct fio_job *job)
{
	(void)job;
	return false;
}

bool fio_loop_waits(const struct fio_job *job)
{
	(void)job;
	abort();
}

void fio_loop_go_on(struct fio_job *job, uint64_t until_ns)
{
	(void)job;
	(void)until_ns;
	abort();
}

bool fio_loop_polls(const struct fio_job *job)
{
	(void)job;
	return false;
}
