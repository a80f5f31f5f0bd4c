/* The next command of a job: which target and place, of which direction, and what a rate allows. */
#include "kernel/commands/fio/next.h"

#include "kernel/x86/time.h"

bool fio_keeps_writes(const struct fio_job *job)
{
	const struct fio_options *options = &job->options;

	return options->verify && options->do_verify && options->rw & FIO_RW_WRITE &&
	       !(options->rw & FIO_RW_ZEROES) && (options->zoned || options->verify_backlog);
}

/* By the order: targets take turns, and where all are through there is another pass. */
static bool find_in_order(struct fio_job *job)
{
	struct fio_next *next = &job->next;

	for (unsigned tried = 0; tried <= job->target_count; tried++) {
		next->target = job->turn;
		if (++job->turn == job->target_count)
			job->turn = 0;
		if (fio_order_next(&job->orders[next->target], &next->place))
			return true;
		if (tried + 1 != job->target_count)
			continue;
		for (unsigned i = 0; i < job->target_count; i++)
			fio_order_again(&job->orders[i]);
		next->new_pass = true;
	}
	return false;
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

	if (next->known)
		return true;
	if (job->state == FIO_VERIFIES)
		next->known = fio_keeps_writes(job) ? find_written(job) : find_repeated(job);
	else
		next->known = job->begun < job->limit && job->begun_bytes < job->limit_bytes &&
			      find_in_order(job);
	return next->known;
}

bool fio_next_is_due(const struct fio_job *job, uint64_t now)
{
	return job->state == FIO_VERIFIES || job->due_ns[job->next.place.direction] <= now;
}

bool fio_next_skip(struct fio_job *job)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < job->target_count; i++)
		all += job->orders[i].units;
	job->next.known = false;
	return ++job->next.skipped <= all;
}

/* Moves on when a command of this direction and size may be sent again. */
static void pay(struct fio_job *job, const struct fio_place *place, uint64_t now)
{
	enum fio_direction direction = place->direction;
	uint64_t cost = (uint64_t)((fio_wide)place->size * job->byte_cost[direction] >> 20) +
			(job->command_cost[direction] >> 20);

	if (!cost)
		return;
	/* What was missed for more than a second is not made up for. */
	if (now > job->due_ns[direction] + NS_PER_S)
		job->due_ns[direction] = now;
	job->due_ns[direction] += cost;
}

void fio_next_begins(struct fio_job *job, uint64_t now)
{
	struct fio_next *next = &job->next;

	next->known = false;
	next->skipped = 0;
	if (job->state == FIO_VERIFIES)
		return;
	/* Of blocks that are not all of one size another pass leaves parts of those before. */
	if (next->new_pass && job->sizes_vary) {
		job->written_from = job->begun;
		if (!job->options.zoned)
			job->writes_kept.count = 0;
	}
	next->new_pass = false;
	job->begun++;
	job->begun_bytes += next->place.size;
	pay(job, &next->place, now);
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
