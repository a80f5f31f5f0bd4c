/* Jobs as load loops (drivers/nvme/load.h): a queue pair for each, and a CPU where there is one. */
#pragma once

#include "kernel/commands/fio/job.h"

/* Of jobs that are going to run together: which are loops, which job->is_loop says. False: they
 * need more queue pairs than there are, which has been told. */
bool fio_loops_choose(struct fio_job *const *jobs, unsigned count);
/* Gives the job its queue pair, and starts it on another CPU if one is idle; else it takes turns on
 * this one. Without a queue pair after all it goes through the block layer. */
void fio_loop_begin(struct fio_job *job);
/* fio_job_turn() for a job that has begun as a loop; not for one that has ended. */
bool fio_loop_turn(struct fio_job *job, uint64_t now_ns);
/* fio_job_kill() */
void fio_loop_kill(struct fio_job *job, uint64_t now_ns);
/* Whether it has ended, its queue pair deleted. */
bool fio_loop_is_over(const struct fio_job *job);
/* Whether nothing can be done for it before a command of its ends, and an interrupt tells that. */
bool fio_loop_waits(const struct fio_job *job);
/* Of the only job that there is: rests and turns, as long as fio_loop_waits(), until something else
 * is to be done for it, or until_ns. */
void fio_loop_go_on(struct fio_job *job, uint64_t until_ns);
/* Whether somebody else has to attend to its controller. */
bool fio_loop_polls(const struct fio_job *job);
/* Whether another CPU runs it. */
bool fio_loop_is_elsewhere(const struct fio_job *job);
