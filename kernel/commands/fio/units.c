/* Commands of a job: free, under way, ended, and those that are left behind. */
#include "kernel/commands/fio/units.h"

#include "kernel/commands/command.h"
#include "kernel/commands/fio/job.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

/* What a device still has of a job that is no more. */
struct fio_left {
	struct memory_hold units, buffers;
	unsigned count;
	bool data;
};

/* In the middle of the driver's work: nothing but to remember it. */
static void done(struct block_request *request)
{
	struct fio_unit *unit = request->context;
	struct fio_units *units = &unit->job->units;

	unit->ended = units->looked_ns ? units->looked_ns : time_ns();
	unit->next = NULL;
	*units->ended_end = unit;
	units->ended_end = &unit->next;
}

static void left_done(struct block_request *request)
{
	struct fio_left *left = request->context;

	if (--left->count)
		return;
	if (left->data)
		memory_unhold(&left->buffers);
	memory_unhold(&left->units);
	kfree(left);
}

int fio_units_make(struct fio_job *job, unsigned count, size_t buffer_size)
{
	struct fio_units *units = &job->units;
	struct prng prng;

	units->count = count;
	units->buffer_size = buffer_size;
	units->ended_end = &units->ended;
	units->all = process_alloc(count * sizeof(*units->all));
	if (buffer_size && units->all)
		units->buffers = process_alloc_pages(buffer_size * count);
	if (!units->all || (buffer_size && !units->buffers)) {
		complain("%s: no memory for %u buffers of %llu bytes", job->options.name, count,
			 (unsigned long long)buffer_size);
		return -ENOMEM;
	}
	memset(units->all, 0, count * sizeof(*units->all));
	if (buffer_size) {
		prng_seed(&prng, job->number);
		if (job->options.zero_buffers)
			memset(units->buffers, 0, buffer_size * count);
		else
			prng_fill(&prng, units->buffers, buffer_size * count);
	}
	for (unsigned i = 0; i < count; i++) {
		struct fio_unit *unit = &units->all[i];

		unit->job = job;
		unit->request.done = done;
		unit->request.context = unit;
		unit->buffer = unit->segment.address = units->buffers + i * buffer_size;
		unit->request.segments = &unit->segment;
		fio_units_put(units, unit);
	}
	return 0;
}

void fio_units_stop(struct fio_units *units)
{
	for (unsigned i = 0; i < units->count; i++)
		if (units->all[i].flies)
			units->all[i].target->stop(units->all[i].target, &units->all[i]);
}

bool fio_units_leave(struct fio_units *units)
{
	struct fio_left *left = kzalloc(sizeof(*left));

	if (!left)
		return false;
	for (unsigned i = 0; i < units->count; i++) {
		struct fio_unit *unit = &units->all[i];

		if (!unit->flies || unit->request.complete)
			continue;
		unit->request.done = left_done;
		unit->request.context = left;
		left->count++;
	}
	if (!left->count) {
		kfree(left);
		return true;
	}
	memory_hold(&left->units, units->all, units->count * sizeof(*units->all));
	left->data = units->buffer_size;
	if (left->data)
		memory_hold(&left->buffers, units->buffers, units->buffer_size * units->count);
	return true;
}
