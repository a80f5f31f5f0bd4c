/* Jobs as load loops: their commands go to a queue pair of their own, from any CPU. On another CPU
 * than 0 a job's turns are taken there, all of them: fio_job_turn() computes and sends, it neither
 * prints nor allocates as long as there are no zones and nothing to verify. What it has to say CPU
 * 0 says. */
#include "kernel/commands/fio/loop.h"

#include "drivers/nvme/load.h"
#include "drivers/nvme/poll.h"
#include "kernel/commands/command.h"
#include "kernel/commands/fio/bare.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

/* The members of a unit that its command is found by. */
struct loop_io {
	struct nvme_load_io io; /* first */
	struct fio_unit *unit;
};

struct fio_loop {
	struct process_guard guard; /* first: the job's memory is the process's */
	struct fio_job *job;
	struct nvme_namespace *namespace;
	struct nvme_load *load; /* NULL: it is closed */
	struct loop_io *ios;	/* one for each unit */
	unsigned cpu;		/* that runs it; 0: this one, in turns */
	bool kill;		/* CPU 0 wants it to end */
	bool returned;		/* from the other CPU, which may run another's function by now */
};

static struct fio_loop *loop_of(const struct fio_unit *unit)
{
	return unit->job->loop;
}

static void io_done(struct nvme_load_io *io, int error, uint16_t status)
{
	struct block_request *request = &((struct loop_io *)io)->unit->request;

	request->status = status & NVME_STATUS_MASK;
	block_complete(request, error);
}

static void loop_submit(struct fio_target *target, struct fio_unit *unit)
{
	struct fio_loop *loop = loop_of(unit);
	struct loop_io *io = &loop->ios[unit - unit->job->units.all];
	unsigned shift = (unsigned)__builtin_ctz(target->block_size);
	bool data = unit->request.operation <= BLOCK_WRITE;

	unit->request.complete = false;
	io->unit = unit;
	io->io = (struct nvme_load_io){
		.opcode = unit->request.operation == BLOCK_READ	   ? NVME_IO_READ
			  : unit->request.operation == BLOCK_WRITE ? NVME_IO_WRITE
								   : NVME_IO_FLUSH,
		.blocks = data ? (uint32_t)(unit->size >> shift) : 0,
		.lba = data ? unit->offset >> shift : 0,
		.data = data ? unit->buffer : NULL,
		.done = io_done,
	};
	if (!loop->load || !nvme_load_send(loop->load, &io->io))
		block_complete(&unit->request, loop->load && nvme_load_error(loop->load)
						       ? nvme_load_error(loop->load)
						       : -ENODEV);
}

/* All targets of a job are the same loop's: there is one. */
static struct fio_loop *loop_at(struct fio_target *target)
{
	return target->loop;
}

static void loop_plug(struct fio_target *target, bool plugged)
{
	if (!plugged && loop_at(target)->load)
		nvme_load_ring(loop_at(target)->load);
}

/* Also called from within the driver's polls. */
static unsigned take_turn(void *context)
{
	struct fio_loop *loop = context;

	if (!loop->load)
		return 0;
	return loop->job->bare && loop->job->state == FIO_RUNS ? fio_bare_turn(loop->job->bare)
							       : nvme_load_reap(loop->load);
}

static unsigned loop_reap(struct fio_target *target)
{
	struct fio_loop *loop = loop_at(target);
	struct nvme_controller *controller = loop->namespace->controller;
	unsigned reaped = 0;

	if (loop->job->rests && controller)
		reaped = nvme_poll(controller);
	/* Polls leave out what has ended: then the job is told. */
	if (!loop->job->rests || (loop->load && nvme_load_error(loop->load)))
		reaped += take_turn(loop);
	return reaped;
}

/* It ends when its queue pair is deleted, at the latest. */
static void loop_stop(struct fio_target *target, struct fio_unit *unit)
{
	(void)target;
	(void)unit;
}

/* The bytes of the largest command. */
static uint64_t largest(const struct fio_options *options)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		if (options->rw & 1u << i && options->bs_max[i] > most)
			most = options->bs_max[i];
	return most;
}

/* Whether the job needs nothing of the block layer: reads, writes and Flush of one namespace, each
 * of them a command. On a machine of one CPU only those that are bare: they rest where there is
 * nothing to do; a loop that polls keeps the core from the device model. */
static bool could_be_loop(const struct fio_job *job)
{
	const struct fio_options *options = &job->options;
	struct block_device *device = job->target_count == 1 ? job->targets[0].device : NULL;
	struct nvme_namespace *namespace = device ? nvme_namespace_of(device) : NULL;
	int error;

	if (!namespace || (smp_count() < 2 && !fio_is_bare(job)) || job->state == FIO_ENDED ||
	    options->zoned || options->verify || fio_log_wanted(options) ||
	    options->rw & (FIO_RW_TRIM | FIO_RW_ZEROES) || largest(options) > UINT32_MAX ||
	    (options->rw & FIO_RW_WRITE && block_read_only(device)))
		return false;
	error = nvme_load_check(namespace, (unsigned)options->iodepth, (uint32_t)largest(options));
	return !error;
}

static struct nvme_controller *controller_of(const struct fio_job *job)
{
	return nvme_namespace_of(job->targets[0].device)->controller;
}

bool fio_loops_choose(struct fio_job *const *jobs, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned same = 0, queues;

		jobs[i]->is_loop = could_be_loop(jobs[i]);
		if (!jobs[i]->is_loop)
			continue;
		for (unsigned other = 0; other <= i; other++)
			same += jobs[other]->is_loop &&
				controller_of(jobs[other]) == controller_of(jobs[i]);
		queues = nvme_load_queues(controller_of(jobs[i]));
		if (same <= queues)
			continue;
		if (smp_count() < 2) {
			jobs[i]->is_loop = false;
			continue;
		}
		complain("%s: more jobs than queues: %s has %u queue pair%s for jobs that run "
			 "together",
			 jobs[i]->options.name, nvme_name(controller_of(jobs[i])), queues,
			 queues == 1 ? "" : "s");
		return false;
	}
	return true;
}

static void close_load(struct fio_loop *loop)
{
	if (loop->load)
		nvme_load_close(loop->load);
	loop->load = NULL;
	if (loop->job->bare)
		fio_bare_use(loop->job->bare, NULL);
}

static bool is_running(const struct fio_loop *loop)
{
	return loop->cpu && !__atomic_load_n(&loop->returned, __ATOMIC_ACQUIRE);
}

/* The process ends, for whatever reason: before its memory does, so does the loop. */
static void end_with_process(struct process_guard *guard)
{
	struct fio_loop *loop = (struct fio_loop *)guard;

	__atomic_store_n(&loop->kill, true, __ATOMIC_RELEASE);
	while (is_running(loop))
		thread_yield();
	close_load(loop);
}

/* All turns of a job, on another CPU. It comes back with commands in flight where somebody wanted
 * it to end and they do not. */
static void run_elsewhere(void *argument)
{
	struct fio_loop *loop = argument;
	struct fio_job *job = loop->job;
	uint64_t now;

	nvme_load_enter(loop->load);
	do {
		now = time_ns();
		if (__atomic_load_n(&loop->kill, __ATOMIC_ACQUIRE) && !job->killed_ns)
			fio_job_kill(job, now);
		nvme_load_goes_on(loop->load); /* where it has ended, so do its commands */
		if (job->state != FIO_ENDED && !fio_job_turn(job, now))
			cpu_relax();
	} while (job->state != FIO_ENDED && !fio_job_is_stuck(job, now));
	nvme_load_leave(loop->load);
	__atomic_store_n(&loop->returned, true, __ATOMIC_RELEASE);
}

/* The first CPU that is idle and may run it; 0: none. */
static unsigned find_cpu(const struct fio_job *job)
{
	uint64_t allowed = job->options.cpus;
	unsigned count = smp_count();

	for (unsigned cpu = 1; cpu < count && cpu < 64; cpu++)
		if ((!allowed || allowed >> cpu & 1) && !smp_running(cpu))
			return cpu;
	return 0;
}

void fio_loop_begin(struct fio_job *job)
{
	struct fio_target *target = &job->targets[0];
	struct fio_loop *loop = alloc_or_fail(sizeof(*loop));
	unsigned depth = (unsigned)job->options.iodepth;
	struct fio_bare *bare = NULL;
	const struct nvme_load_attention attention = {take_turn, loop};

	*loop = (struct fio_loop){
		.guard.end = end_with_process,
		.job = job,
		.namespace = nvme_namespace_of(target->device),
		.cpu = find_cpu(job),
	};
	loop->ios = alloc_or_fail(depth * sizeof(*loop->ios));
	if (fio_is_bare(job))
		bare = fio_bare_make(job);
	job->rests = bare && !loop->cpu;
	if (nvme_load_open(loop->namespace, depth, (uint32_t)largest(&job->options),
			   job->rests ? &attention : NULL, &loop->load)) {
		job->is_loop = job->rests = false;
		return;
	}
	if (bare)
		fio_bare_use(bare, loop->load);
	job->bare = bare;
	process_guard(&loop->guard);
	job->loop = target->loop = loop;
	target->submit = loop_submit;
	target->plug = loop_plug;
	target->reap = loop_reap;
	target->stop = loop_stop;
	if (loop->cpu && smp_run(loop->cpu, run_elsewhere, loop))
		loop->cpu = 0;
}

bool fio_loop_turn(struct fio_job *job, uint64_t now)
{
	struct fio_loop *loop = job->loop;
	bool moved = false;

	if (is_running(loop))
		return false;
	loop->cpu = 0;
	if (job->state != FIO_ENDED)
		moved = fio_job_turn(job, now);
	if (job->state == FIO_ENDED || fio_job_is_stuck(job, now))
		close_load(loop);
	return moved;
}

void fio_loop_kill(struct fio_job *job, uint64_t now)
{
	if (is_running(job->loop))
		__atomic_store_n(&job->loop->kill, true, __ATOMIC_RELEASE);
	else
		fio_job_kill(job, now);
}

bool fio_loop_is_elsewhere(const struct fio_job *job)
{
	return job->loop && is_running(job->loop);
}

bool fio_loop_waits(const struct fio_job *job)
{
	const struct nvme_load *load = job->loop->load;

	/* Not job->in_flight: what ended while nobody waited is no more. */
	return job->rests && load && nvme_load_in_flight(load) && !job->units.ended &&
	       (job->state == FIO_RUNS || job->state == FIO_FLUSHES);
}

void fio_loop_go_on(struct fio_job *job, uint64_t until_ns)
{
	uint64_t due_ns = fio_job_due_ns(job);

	if (due_ns < until_ns)
		until_ns = due_ns;
	while (fio_loop_waits(job) && nvme_load_await(job->loop->load) &&
	       fio_bare_now(job->bare) < until_ns)
		thread_pause();
}

bool fio_loop_polls(const struct fio_job *job)
{
	return job->loop && !job->rests;
}

bool fio_loop_is_over(const struct fio_job *job)
{
	return !is_running(job->loop) && job->state == FIO_ENDED && !job->loop->load;
}
