/* Jobs that run, together or one after the other. */
#include "kernel/commands/fio/run.h"

#include "kernel/commands/command.h"
#include "kernel/commands/fio/loop.h"
#include "kernel/commands/fio/number.h"
#include "kernel/commands/fio/report.h"
#include "kernel/commands/fio/settle.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"

#define LOOK_NS NS_PER_MS /* between two looks at the user, and at jobs that other CPUs run */

static void show_progress(const struct fio_run *run, uint64_t now)
{
	uint64_t bytes = 0, count = 0, running = 0, percent = 0;
	uint64_t ms = (now - run->start_ns) / NS_PER_MS;
	char bandwidth[FIO_NUMBER_TEXT], iops[FIO_NUMBER_TEXT];

	if (!progress_is_due())
		return;
	for (unsigned i = 0; i < run->job_count; i++) {
		const struct fio_job *job = run->jobs[i];

		running += job->state != FIO_WAITS && job->state != FIO_ENDED;
		for (unsigned at = 0; at < FIO_DIRECTIONS; at++) {
			bytes += job->results.directions[at].bytes;
			count += job->results.directions[at].clat.summary.count;
		}
		if (job->state == FIO_RUNS && job->options.runtime_us)
			percent = fio_divide((now - job->counted_ns) / 10, job->options.runtime_us);
		else if (job->state == FIO_RUNS)
			percent = fio_divide((fio_wide)job->begun_bytes * 100, job->limit_bytes);
	}
	progress_text("Jobs: %llu (f=%llu): [%llu%%][bw=%sB/s][iops=%s]",
		      (unsigned long long)running, (unsigned long long)running,
		      (unsigned long long)percent,
		      fio_short(bandwidth, fio_per_second(bytes, ms), 4, 1024),
		      fio_short(iops, fio_per_second(count, ms), 4, 1000));
}

static void stop_all(struct fio_run *run, uint64_t now)
{
	err("\nfio: terminating on signal %d\n", process_fatal_signal());
	run->interrupted = true;
	for (unsigned i = 0; i < run->job_count; i++)
		if (run->jobs[i]->loop)
			fio_loop_kill(run->jobs[i], now);
		else
			fio_job_kill(run->jobs[i], now);
}

static bool never(void *argument)
{
	(void)argument;
	return false;
}

/* Whether other CPUs have all that is to be done. */
static bool all_elsewhere(const struct fio_run *run, unsigned first, unsigned last)
{
	for (unsigned i = first; i < last; i++)
		if (run->jobs[i]->state != FIO_ENDED && !fio_loop_is_elsewhere(run->jobs[i]))
			return false;
	return true;
}

/* Loops send and reap; the rest of what their controllers need is done here. */
static void attend_loops(const struct fio_run *run, unsigned first, unsigned last)
{
	const struct block_device *last_one = NULL;

	for (unsigned i = first; i < last; i++) {
		const struct fio_job *job = run->jobs[i];

		if (!fio_loop_polls(job) || job->targets[0].device == last_one)
			continue;
		last_one = job->targets[0].device;
		block_poll(job->targets[0].device);
	}
}

/* Nothing is to be done but to wait: on the device, where there is but one and it has all that the
 * jobs may send; else everybody else has a turn. */
static void rest(const struct fio_run *run, unsigned first, unsigned last, uint64_t look_ns)
{
	struct block_device *device = NULL;
	bool waits = true;

	if (all_elsewhere(run, first, last)) {
		thread_wait_until(never, NULL, time_ns() + LOOK_NS);
		return;
	}
	if (last == first + 1 && run->jobs[first]->loop && fio_loop_waits(run->jobs[first])) {
		fio_loop_go_on(run->jobs[first], look_ns);
		return;
	}
	for (unsigned i = first; i < last && waits; i++) {
		const struct fio_job *job = run->jobs[i];

		if (job->state == FIO_ENDED)
			continue;
		if (!device)
			device = job->targets[0].device;
		waits = device && job->target_count == 1 && job->targets[0].device == device &&
			(job->loop ? fio_loop_waits(job) : fio_job_waits(job));
	}
	if (!device || !waits || !block_rest(device))
		thread_yield();
}

/* What ran together until all of it has ended: jobs first to last - 1. Ctrl-C ends them early. */
static void run_together(struct fio_run *run, unsigned first, unsigned last)
{
	uint64_t now = time_ns(), look_ns = now;
	bool going = true;

	for (unsigned i = first; i < last; i++)
		if (run->jobs[i]->state != FIO_ENDED) {
			fio_job_start(run->jobs[i], now);
			if (run->jobs[i]->is_loop)
				fio_loop_begin(run->jobs[i]);
		}
	while (going) {
		bool moved = false;

		going = false;
		for (unsigned i = first; i < last; i++) {
			struct fio_job *job = run->jobs[i];

			if (job->loop ? fio_loop_is_over(job) : job->state == FIO_ENDED)
				continue;
			going = true;
			now = time_ns();
			moved |= job->loop ? fio_loop_turn(job, now) : fio_job_turn(job, now);
			fio_tell_failure(job);
		}
		attend_loops(run, first, last);
		if (now >= look_ns) {
			look_ns = now + LOOK_NS;
			if (!run->interrupted && process_interrupted())
				stop_all(run, now);
			show_progress(run, now);
		}
		thread_pause();
		if (!moved)
			rest(run, first, last, look_ns);
	}
	progress_clear();
}

/* Those that run together begin with the first; behind the last. */
static unsigned end_of_together(const struct fio_run *run, unsigned first)
{
	unsigned last = first + 1;

	while (last < run->job_count &&
	       (run->jobs[last]->member || !run->jobs[last]->options.stonewall))
		last++;
	return last;
}

bool fio_run_choose_loops(const struct fio_run *run)
{
	for (unsigned first = 0, last; first < run->job_count; first = last) {
		last = end_of_together(run, first);
		if (!fio_loops_choose(run->jobs + first, last - first))
			return false;
	}
	return true;
}

void fio_run(struct fio_run *run)
{
	unsigned first = 0;

	process_catch_interrupt(true);
	run->start_ns = time_ns();
	while (first < run->job_count && !run->interrupted) {
		unsigned last = end_of_together(run, first);

		run_together(run, first, last);
		first = last;
	}
	process_forget_interrupts();
}
