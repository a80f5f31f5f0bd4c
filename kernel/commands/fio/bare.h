/* Bare jobs: reads and writes of one size that nothing but their order decides about, on a queue
 * pair of the job's own (loop.h). A command that has ended is followed by the next one of the same
 * slot at once, and what is sent and found together is counted together: such a job costs little
 * more than a loop that counts nothing. */
#pragma once

#include "kernel/commands/fio/job.h"

struct nvme_load;

/* Whether a job that could be a loop is one: commands of one size, without a rate and without Flush
 * in between. */
bool fio_is_bare(const struct fio_job *job);
/* Memory for one; the process ends where there is none. */
struct fio_bare *fio_bare_make(struct fio_job *job);
/* Gives it the queue pair of its job, or NULL: what there was is closed. */
void fio_bare_use(struct fio_bare *bare, struct nvme_load *load);
/* Takes what has ended, and sends what follows; how many had. */
unsigned fio_bare_turn(struct fio_bare *bare);
/* The time of the last turn. */
uint64_t fio_bare_now(const struct fio_bare *bare);
