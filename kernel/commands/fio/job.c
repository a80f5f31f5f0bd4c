/* A job's turns: what it starts, and the states that it goes through. */
#include "kernel/commands/fio/job.h"

#include "drivers/block/block.h"
#include "kernel/commands/command.h"
#include "kernel/commands/fio/next.h"
#include "kernel/commands/fio/settle.h"
#include "kernel/commands/fio/verify.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

/* For what was stopped to end after all, before it is left behind. */
#define PATIENCE_NS (250 * NS_PER_MS)
/* Places of no use in one turn: behind them everybody else has one. */
#define SKIPS_MAX 4096u

static unsigned operation_of(const struct fio_job *job, enum fio_direction direction)
{
	if (direction == FIO_READ)
		return BLOCK_READ;
	if (direction == FIO_TRIM)
		return job->options.zoned ? BLOCK_ZONE_RESET : BLOCK_DISCARD;
	return job->options.rw & FIO_RW_ZEROES ? BLOCK_WRITE_ZEROES : BLOCK_WRITE;
}

/* There is a unit for it. */
static inline struct fio_unit *take(struct fio_job *job, enum fio_unit_kind kind, unsigned target,
				    const struct fio_place *place, struct fio_zone *zone)
{
	struct fio_unit *unit = fio_units_take(&job->units);

	job->in_flight++;
	unit->kind = kind;
	unit->target = &job->targets[target];
	unit->direction = place->direction;
	unit->offset = place->offset;
	unit->size = place->size;
	unit->checks = false;
	unit->zone = zone;
	if (zone) {
		fio_zone_begin(job->zones[target], zone, place);
		unit->zone_pass = zone->pass;
	}
	return unit;
}

/* What goes out together has one time of each kind. */
static void submit(struct fio_job *job, struct fio_unit *unit, unsigned operation)
{
	unit->request.operation = operation;
	if (job->together_ns) {
		unit->begun = job->together_ns;
		unit->sent_before = job->sent;
		job->sent = unit;
		unit->target->submit(unit->target, unit);
	} else {
		unit->begun = time_ns();
		unit->target->submit(unit->target, unit);
		unit->submitted = time_ns();
	}
}

/* For the verification that goes by it. */
static void keep(struct fio_job *job, const struct fio_unit *unit, unsigned target)
{
	const struct fio_written written = {unit->zone, unit->offset, unit->size, unit->zone_pass,
					    target};

	if (!fio_written_add(&job->writes_kept, &written)) {
		fio_fail(job, ENOMEM);
		fio_job_stop(job);
	} else if (job->options.verify_backlog &&
		   job->writes_kept.count >= job->options.verify_backlog) {
		job->stopping = job->resumes = true;
	}
}

static bool wants_sync(const struct fio_options *options, uint64_t writes)
{
	return (options->fsync && writes % options->fsync == 0) ||
	       (options->fdatasync && writes % options->fdatasync == 0);
}

static void begin_io(struct fio_job *job, unsigned target, const struct fio_place *place,
		     struct fio_zone *zone)
{
	const struct fio_options *options = &job->options;
	struct fio_unit *unit = take(job, FIO_UNIT_IO, target, place, zone);
	bool writes = place->direction == FIO_WRITE && !(options->rw & FIO_RW_ZEROES);

	fio_results_depth(&job->results, job->in_flight, 1);
	unit->checks = options->verify && place->direction == FIO_READ &&
		       (job->state == FIO_VERIFIES || !(options->rw & FIO_RW_WRITE));
	if (options->verify && writes) {
		fio_verify_fill(options, unit->buffer, unit->size, unit->offset,
				prng_next(&job->orders[target].content), (uint16_t)job->begun);
		if (fio_keeps_writes(job))
			keep(job, unit, target);
	}
	submit(job, unit, operation_of(job, place->direction));
	job->syncs = place->direction == FIO_WRITE && wants_sync(options, ++job->writes);
}

/* A zone that is full has to be empty before it is written again. */
static void begin_reset(struct fio_job *job, unsigned target, struct fio_zone *zone)
{
	const struct fio_zones *zones = job->zones[target];
	const struct fio_place place = {FIO_TRIM, zone->start << zones->block_shift,
					1ull << zones->shift};

	job->results.zone_resets++;
	submit(job, take(job, FIO_UNIT_RESET, target, &place, zone), BLOCK_ZONE_RESET);
}

/* Behind so many writes, unless those are the last. */
static void begin_fsync(struct fio_job *job)
{
	const struct fio_place nowhere = {FIO_WRITE, 0, 0};
	bool fsync = job->options.fsync && job->writes % job->options.fsync == 0;

	job->syncs = false;
	submit(job,
	       take(job, fsync ? FIO_UNIT_FSYNC : FIO_UNIT_FDATASYNC, job->next.target, &nowhere,
		    NULL),
	       BLOCK_FLUSH);
}

/* Where the next command goes; in zones that is not where the order has it. */
static enum fio_zone_move aim(struct fio_job *job, struct fio_zone **zone)
{
	struct fio_place *place = &job->next.place;
	enum fio_zone_move move;

	*zone = NULL;
	if (!job->options.zoned)
		return FIO_ZONE_GO;
	move = fio_zones_move(job->zones[job->next.target], place, zone);
	/* At random only what is written is trimmed. */
	if (move == FIO_ZONE_GO && place->direction == FIO_TRIM &&
	    job->options.rw & FIO_RW_RANDOM && (*zone)->write_pointer == (*zone)->start)
		return FIO_ZONE_SKIP;
	return move;
}

/* One command, if it may begin now: how many did. */
static unsigned begin_next(struct fio_job *job, uint64_t now)
{
	struct fio_zone *zone;

	for (unsigned skips = 0; skips < SKIPS_MAX; skips++) {
		if (!job->next.known && !fio_next_find(job)) {
			job->stopping = true;
			return 0;
		}
		if (job->syncs) {
			begin_fsync(job);
			return 1;
		}
		if (!fio_next_is_due(job, now))
			return 0;
		switch (aim(job, &zone)) {
		case FIO_ZONE_SKIP:
			if (fio_next_skip(job))
				continue;
			job->stopping = true;
			return 0;
		case FIO_ZONE_WAIT:
			return 0;
		case FIO_ZONE_RESET:
			begin_reset(job, job->next.target, zone);
			return 1;
		default:
			fio_next_begins(job, now);
			begin_io(job, job->next.target, &job->next.place, zone);
			return 1;
		}
	}
	return 0;
}

/* Its commands are not the units'. */
static inline bool is_bare(const struct fio_job *job)
{
	return job->bare && job->state == FIO_RUNS;
}

static inline bool may_begin(const struct fio_job *job)
{
	return job->units.free && !job->stopping && !is_bare(job) &&
	       !(job->one_by_one && job->in_flight && job->state == FIO_RUNS);
}

static unsigned begin_all(struct fio_job *job, uint64_t now)
{
	unsigned count = 0, begun = 1;

	while (begun && may_begin(job)) {
		begun = begin_next(job, now);
		count += begun;
	}
	return count;
}

/* end_fsync: all targets, one after the other where there are more than commands. */
static unsigned begin_flushes(struct fio_job *job)
{
	const struct fio_place nowhere = {FIO_WRITE, 0, 0};
	unsigned count = 0;

	for (; job->units.free && !job->stopping && job->flushed < job->target_count; count++)
		submit(job, take(job, FIO_UNIT_FLUSH, job->flushed++, &nowhere, NULL), BLOCK_FLUSH);
	if (job->flushed == job->target_count)
		job->stopping = true;
	return count;
}

/* Counting begins (again): at the start, and behind ramp_time. */
static void begin_counting(struct fio_job *job, uint64_t now)
{
	int error = job->results.error;

	memset(&job->results, 0, sizeof(job->results));
	job->results.error = error;
	job->start_ns = job->counted_ns = now;
	memset(job->spent_ns, 0, sizeof(job->spent_ns));
	job->elapsed_ns = 0;
	job->log.count = job->log.begin_ms = 0;
	job->next_sample_ns = now + FIO_SAMPLE_NS;
}

void fio_job_start(struct fio_job *job, uint64_t now)
{
	job->state = FIO_WAITS;
	job->start_ns = now + job->options.delay_us * NS_PER_US;
}

void fio_job_stop(struct fio_job *job)
{
	job->stopping = job->killed = true;
	if (job->state == FIO_WAITS)
		job->state = FIO_ENDED;
}

void fio_job_kill(struct fio_job *job, uint64_t now)
{
	fio_job_stop(job);
	job->killed_ns = now;
	fio_units_stop(&job->units);
}

/* Zones are what the jobs before this one have left. */
static int begin_zones(struct fio_job *job)
{
	bool fresh = job->options.verify && job->options.rw & FIO_RW_WRITE;

	for (unsigned i = 0; i < job->target_count; i++) {
		int error = job->options.zoned ? fio_zones_begin(job->zones[i], fresh) : 0;

		if (!error)
			continue;
		err("fio: %s: %s: zones cannot be told: %s\n", job->options.name,
		    job->targets[i].name, error_text(-error));
		while (i--)
			fio_zones_end(job->zones[i]);
		return error;
	}
	return 0;
}

static void begin_run(struct fio_job *job, uint64_t now)
{
	int error = begin_zones(job);

	if (error) {
		fio_fail(job, -error);
		job->state = FIO_ENDED;
		return;
	}
	begin_counting(job, now);
	job->state = FIO_RUNS;
	job->ramping = job->options.ramp_us != 0;
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		job->due_ns[i] = now;
}

static bool will_verify(const struct fio_job *job)
{
	const struct fio_options *options = &job->options;

	return options->verify && options->do_verify && options->rw & FIO_RW_WRITE &&
	       !(options->rw & FIO_RW_ZEROES) && !job->results.error && !job->killed && job->begun;
}

static void end_job(struct fio_job *job)
{
	for (unsigned i = 0; job->options.zoned && i < job->target_count; i++)
		fio_zones_end(job->zones[i]);
	job->state = FIO_ENDED;
}

/* Adds the time of the state that ends to that of the directions it was about. */
static void count_time(struct fio_job *job, uint64_t now)
{
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		if (job->state != FIO_VERIFIES ? job->options.rw & 1u << i : i == FIO_READ) {
			job->spent_ns[i] += now - job->start_ns;
			job->results.directions[i].runtime_ms =
				(job->spent_ns[i] + NS_PER_MS - 1) / NS_PER_MS;
			if (!job->results.directions[i].runtime_ms)
				job->results.directions[i].runtime_ms = 1;
		}
	job->elapsed_ns += now - job->start_ns;
	job->results.elapsed_ms = (job->elapsed_ns + NS_PER_MS - 1) / NS_PER_MS;
	job->start_ns = now;
}

static void enter(struct fio_job *job, enum fio_state state)
{
	job->state = state;
	job->stopping = job->syncs = false;
}

/* A state has begun all that it will, and that has ended. */
static void end_state(struct fio_job *job, uint64_t now)
{
	const struct fio_options *options = &job->options;
	bool resumes = job->resumes;

	if (job->state == FIO_RUNS && !resumes && options->end_fsync &&
	    options->rw & FIO_RW_WRITE && !job->killed_ns) {
		/* The time that it takes counts. */
		enter(job, FIO_FLUSHES);
		return;
	}
	count_time(job, now);
	if (job->state == FIO_VERIFIES && resumes && !job->killed) {
		job->resumes = false;
		job->writes_kept.count = 0;
		enter(job, FIO_RUNS);
		job->next = job->next_then;
		job->syncs = job->syncs_then;
		return;
	}
	if (job->state == FIO_VERIFIES || !will_verify(job)) {
		end_job(job);
		return;
	}
	job->next_then = job->next;
	job->syncs_then = job->syncs;
	job->next.known = false;
	enter(job, FIO_VERIFIES);
	job->writes_kept.next = 0;
	if (!fio_keeps_writes(job))
		fio_next_rewind(job);
}

static unsigned reap(struct fio_job *job, uint64_t now)
{
	unsigned reaped = 0;

	job->units.looked_ns = now;
	for (unsigned i = 0; i < job->target_count; i++)
		reaped += job->targets[i].reap(&job->targets[i]);
	job->units.looked_ns = 0;
	return reaped;
}

static void plug(struct fio_job *job, bool plugged)
{
	for (unsigned i = 0; i < job->target_count; i++)
		job->targets[i].plug(&job->targets[i], plugged);
}

/* Blocks that are filled to be verified do not wait for those that are filled behind them; nor does
 * what is done at once. */
static bool goes_together(const struct fio_job *job)
{
	return job->collects &&
	       !(job->options.verify && job->options.rw & FIO_RW_WRITE && job->state == FIO_RUNS);
}

static unsigned begin(struct fio_job *job, uint64_t now)
{
	return job->state == FIO_FLUSHES ? begin_flushes(job) : begin_all(job, now);
}

static unsigned begin_together(struct fio_job *job, uint64_t now)
{
	unsigned begun;
	uint64_t sent_ns;

	job->together_ns = time_ns();
	plug(job, true);
	begun = begin(job, now);
	sent_ns = time_ns();
	plug(job, false);
	job->together_ns = 0;
	for (; job->sent; job->sent = job->sent->sent_before)
		job->sent->submitted = sent_ns;
	return begun;
}

/* All that may begin now; how many did. */
static unsigned send(struct fio_job *job, uint64_t now)
{
	unsigned begun = goes_together(job) ? begin_together(job, now) : begin(job, now);

	if (begun)
		fio_results_batch(job->results.submits, begun);
	return begun;
}

/* How long after counting began the ramp ends, or behind it the run. */
static uint64_t phase_ns(const struct fio_job *job)
{
	uint64_t us = job->ramping ? job->options.ramp_us : job->options.runtime_us;

	return us ? us * NS_PER_US : UINT64_MAX;
}

/* What changes with time alone. */
static void look_at_clock(struct fio_job *job, uint64_t now)
{
	if (job->state == FIO_RUNS && now - job->counted_ns >= phase_ns(job)) {
		if (job->ramping)
			begin_counting(job, now);
		else
			job->stopping = true;
		job->ramping = false;
	}
	if (now >= job->next_sample_ns) {
		fio_results_sample(&job->results);
		job->next_sample_ns += FIO_SAMPLE_NS;
	}
}

uint64_t fio_job_due_ns(const struct fio_job *job)
{
	uint64_t end_ns;

	if (__builtin_add_overflow(job->counted_ns, phase_ns(job), &end_ns))
		end_ns = UINT64_MAX;
	return end_ns < job->next_sample_ns ? end_ns : job->next_sample_ns;
}

bool fio_job_turn(struct fio_job *job, uint64_t now)
{
	unsigned begun = 0, reaped;

	if (job->state == FIO_WAITS) {
		if (now < job->start_ns)
			return false;
		begin_run(job, now);
		if (job->state == FIO_ENDED)
			return true;
	}
	reaped = reap(job, now);
	if (job->units.ended)
		fio_settle(job);
	look_at_clock(job, now);
	if (may_begin(job))
		begun = send(job, now);
	if (!job->loop && fio_job_is_stuck(job, now) && fio_units_leave(&job->units))
		job->in_flight = 0;
	if (!job->in_flight && job->stopping) {
		end_state(job, time_ns());
		return true;
	}
	return job->units.ended || (begun && may_begin(job)) ||
	       (reaped && is_bare(job) && !job->rests);
}

bool fio_job_is_stuck(const struct fio_job *job, uint64_t now)
{
	return job->in_flight && job->killed_ns && now - job->killed_ns >= PATIENCE_NS;
}

bool fio_job_waits(const struct fio_job *job)
{
	return job->in_flight && !job->units.ended && !may_begin(job);
}
