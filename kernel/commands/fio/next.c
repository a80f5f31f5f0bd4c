/* The next command of a job: which target and place, of which direction, and what a rate allows. */
#include "kernel/commands/fio/next.h"

#include "kernel/x86/time.h"

bool fio_keeps_writes(const struct fio_job *job)
{
	const struct fio_options *options = &job->options;

	return options->verify && options->do_verify && options->rw & FIO_RW_WRITE &&
	       !(options->rw & FIO_RW_ZEROES) && (options->zoned || options->verify_backlog);
}

/* Targets take turns. */
static inline bool find_in_turn(struct fio_job *job)
{
	struct fio_next *next = &job->next;

	next->target = job->turn;
	if (++job->turn == job->target_count)
		job->turn = 0;
	return fio_order_next(&job->orders[next->target], &next->place);
}

/* The target whose turn it was is through: where all are there is another pass. */
__attribute__((noinline)) static bool find_further(struct fio_job *job)
{
	for (unsigned tried = 1; tried < job->target_count; tried++)
		if (find_in_turn(job))
			return true;
	for (unsigned i = 0; i < job->target_count; i++)
		fio_order_again(&job->orders[i]);
	job->next.new_pass = true;
	return find_in_turn(job);
}

/* By the order. */
static bool find_in_order(struct fio_job *job)
{
	return find_in_turn(job) || find_further(job);
}

/* The same order again, of which only the writes are wanted: to be read. */
static bool find_repeated(struct fio_job *job)
{
	while (job->begun < job->written && find_in_order(job))
		if (job->begun++ >= job->written_from && job->next.place.direction == FIO_WRITE) {
			job->next.place.direction = FIO_READ;
			return true;
		}
	return false;
}

static bool find_written(struct fio_job *job)
{
	const struct fio_written *written = fio_written_next(&job->writes_kept);

	if (!written)
		return false;
	job->next.target = written->target;
	job->next.place = (struct fio_place){FIO_READ, written->offset, written->size};
	return true;
}

bool fio_next_find(struct fio_job *job)
{
	struct fio_next *next = &job->next;

	if (job->state == FIO_VERIFIES)
		next->known = fio_keeps_writes(job) ? find_written(job) : find_repeated(job);
	else
		next->known = job->begun < job->limit && job->begun_bytes < job->limit_bytes &&
			      find_in_order(job);
	return next->known;
}

bool fio_next_skip(struct fio_job *job)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < job->target_count; i++)
		all += job->orders[i].units;
	job->next.known = false;
	return ++job->next.skipped <= all;
}

void fio_next_pay(struct fio_job *job, uint64_t now)
{
	const struct fio_place *place = &job->next.place;
	enum fio_direction direction = place->direction;
	uint64_t cost = (uint64_t)((fio_wide)place->size * job->byte_cost[direction] >> 20) +
			(job->command_cost[direction] >> 20);

	/* What was missed for more than a second is not made up for. */
	if (now > job->due_ns[direction] + NS_PER_S)
		job->due_ns[direction] = now;
	job->due_ns[direction] += cost;
}

void fio_next_begins_pass(struct fio_job *job)
{
	job->next.new_pass = false;
	/* Of blocks that are not all of one size another pass leaves parts of those before. */
	if (!job->sizes_vary)
		return;
	job->written_from = job->begun;
	if (!job->options.zoned)
		job->writes_kept.count = 0;
}

void fio_next_rewind(struct fio_job *job)
{
	job->written = job->begun;
	job->begun = job->begun_bytes = 0;
	job->next = (struct fio_next){0};
	job->turn = 0;
	for (unsigned i = 0; i < job->target_count; i++)
		fio_order_rewind(&job->orders[i]);
}
