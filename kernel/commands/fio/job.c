/* A job's turns: what it starts, and what is counted when that ends. */
#include "kernel/commands/fio/job.h"

#include "drivers/block/block.h"
#include "kernel/commands/command.h"
#include "kernel/commands/fio/verify.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

const uint64_t fio_latency_limits[FIO_LATENCY_RANGES - 1] = {
	2,	  4,	     10,	20,	   50,	      100,	  250,	      500,
	750,	  1000,	     2000,	4000,	   10000,     20000,	  50000,      100000,
	250000,	  500000,    750000,	1000000,   2000000,   4000000,	  10000000,   20000000,
	50000000, 100000000, 250000000, 500000000, 750000000, 1000000000, 2000000000,
};

/* 1, 2, 4 .. 64 and more: 0 to 6. */
static unsigned level_of(unsigned depth)
{
	unsigned level = 31u - (unsigned)__builtin_clz(depth | 1);

	return level < FIO_LEVELS ? level : FIO_LEVELS - 1;
}

/* 0, up to 4, 8, 16, 32, 64, and more. */
static unsigned batch_of(uint64_t count)
{
	unsigned batch = 1;

	if (!count)
		return 0;
	for (uint64_t limit = 4; count > limit && batch < FIO_LEVELS - 1; limit <<= 1)
		batch++;
	return batch;
}

static void count_latency(struct fio_results *results, uint64_t ns)
{
	unsigned range = 0;

	while (range < FIO_LATENCY_RANGES - 1 && ns >= fio_latency_limits[range])
		range++;
	results->latencies[range]++;
}

static void print_hex(const uint8_t *bytes, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		err("%02x", bytes[i]);
	err("\n");
}

static void describe_failure(const struct fio_unit *unit, const struct fio_verify_failure *failure)
{
	const char *name = unit->target->name;
	unsigned long long offset = failure->offset, size = failure->size;

	if (!failure->what) {
		err("verify: bad header %s at file %s offset %llu, length %llu (requested block: "
		    "offset=%llu, length=%llu)\n",
		    failure->header, name, offset, size, (unsigned long long)unit->offset,
		    (unsigned long long)unit->size);
		return;
	}
	err("%s: verify failed at file %s offset %llu, length %llu (requested block: offset=%llu, "
	    "length=%llu)\n",
	    failure->what, name, offset, size, (unsigned long long)unit->offset,
	    (unsigned long long)unit->size);
	if (!failure->digest_size)
		return;
	err("       Expected CRC: ");
	print_hex(failure->expected, failure->digest_size);
	err("       Received CRC: ");
	print_hex(failure->received, failure->digest_size);
}

static void fail_job(struct fio_job *job, int error)
{
	if (!job->results.error)
		job->results.error = error;
	job->results.errors++;
}

static void check(struct fio_job *job, struct fio_unit *unit)
{
	struct fio_verify_failure failure;

	if (fio_verify_check(&job->options, unit->buffer, unit->size, unit->offset, &failure))
		return;
	if (!job->stopping || !job->results.error)
		describe_failure(unit, &failure);
	fail_job(job, EILSEQ);
	if (job->options.verify_fatal)
		fio_job_stop(job);
}

/* A command has ended. */
static void done(struct block_request *request)
{
	struct fio_unit *unit = request->context;
	struct fio_job *job = unit->job;
	struct fio_counters *counters = &job->results.directions[unit->direction];
	uint64_t now = time_ns(), submitted = unit->submitted ? unit->submitted : unit->begun;

	job->in_flight--;
	job->ended++;
	unit->next = job->free;
	job->free = unit;
	if (request->error) {
		if (!job->results.error)
			err("fio: %s: %s error on file %s: %s: offset=%llu, length=%llu\n",
			    job->options.name, unit->direction == FIO_READ ? "read" : "write",
			    unit->target->name, error_text(-request->error),
			    (unsigned long long)unit->offset, (unsigned long long)unit->size);
		fail_job(job, -request->error);
		fio_job_stop(job);
		return;
	}
	fio_histogram_add(&counters->clat, now - submitted);
	fio_summary_add(&counters->slat, submitted - unit->begun);
	fio_summary_add(&counters->lat, now - unit->begun);
	count_latency(&job->results, now - submitted);
	counters->bytes += unit->size;
	if (unit->checks)
		check(job, unit);
}

static unsigned operation_of(const struct fio_job *job, enum fio_direction direction)
{
	if (direction == FIO_READ)
		return BLOCK_READ;
	if (direction == FIO_TRIM)
		return BLOCK_DISCARD;
	return job->options.rw & FIO_RW_ZEROES ? BLOCK_WRITE_ZEROES : BLOCK_WRITE;
}

static void begin(struct fio_job *job, unsigned target, const struct fio_place *place)
{
	struct fio_unit *unit = job->free;
	const struct fio_options *options = &job->options;

	job->free = unit->next;
	job->in_flight++;
	job->results.levels[level_of(job->in_flight)]++;
	unit->target = &job->targets[target];
	unit->direction = place->direction;
	unit->offset = place->offset;
	unit->size = place->size;
	unit->checks = options->verify && place->direction == FIO_READ &&
		       (job->state == FIO_VERIFIES || !(options->rw & FIO_RW_WRITE));
	if (options->verify && place->direction == FIO_WRITE && !(options->rw & FIO_RW_ZEROES))
		fio_verify_fill(options, unit->buffer, unit->size, unit->offset,
				prng_next(&job->orders[target].content), (uint16_t)job->begun);
	unit->request = (struct block_request){
		.operation = operation_of(job, place->direction), .done = done, .context = unit};
	unit->submitted = 0;
	unit->begun = time_ns();
	unit->target->submit(unit->target, unit);
	/* It may be over, and the unit with another command: then nothing depends on this. */
	unit->submitted = time_ns();
}

/* The next command; false where there is none in this state. */
static bool next(struct fio_job *job, unsigned *target, struct fio_place *place)
{
	for (unsigned tried = 0; tried <= job->target_count; tried++) {
		*target = job->turn;
		if (++job->turn == job->target_count)
			job->turn = 0;
		if (fio_order_next(&job->orders[*target], place))
			return true;
		if (tried + 1 == job->target_count)
			for (unsigned i = 0; i < job->target_count; i++)
				fio_order_again(&job->orders[i]);
	}
	return false;
}

/* The next that the zones take. */
static bool next_in_zones(struct fio_job *job, unsigned *target, struct fio_place *place)
{
	int result = 1;

	/* Whoever finds nothing in all of the file ends. */
	for (uint64_t tried = 0; result > 0 && tried <= job->orders[0].units; tried++) {
		if (!next(job, target, place))
			return false;
		if (!job->options.zoned)
			return true;
		result = fio_zones_move(&job->zones[*target], &job->targets[*target], place,
					job->state == FIO_VERIFIES);
	}
	if (result < 0)
		fail_job(job, -result);
	return !result;
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

static bool may_begin(const struct fio_job *job)
{
	if (!job->free || job->stopping)
		return false;
	if (job->state == FIO_VERIFIES)
		return job->begun < job->written;
	return job->begun < job->limit && job->begun_bytes < job->limit_bytes;
}

/* Verification reads what was written: the writes of the same order. */
static bool take_place(struct fio_job *job, unsigned *target, struct fio_place *place)
{
	if (job->held) {
		*target = job->held_target;
		*place = job->held_place;
		return true;
	}
	if (!next_in_zones(job, target, place))
		return false;
	job->begun++;
	if (place->size > job->limit_bytes - job->begun_bytes &&
	    job->limit_bytes - job->begun_bytes >= job->targets[*target].block_size)
		place->size = job->limit_bytes - job->begun_bytes;
	job->begun_bytes += place->size;
	return true;
}

static unsigned begin_all(struct fio_job *job, uint64_t now)
{
	struct fio_place place;
	unsigned target, count = 0;
	const struct fio_options *options = &job->options;
	/* In zones one write follows the other. */
	bool pairs = options->rw & FIO_RW_WRITE &&
		     (options->rw & FIO_RW_TRIM || (options->zoned && job->state == FIO_RUNS));

	/* No more at once than may be under way: files in RAM end theirs immediately. */
	while (count < job->options.iodepth &&
	       (may_begin(job) || (job->held && job->free && !job->stopping))) {
		/* What is trimmed and written, too, is so one after the other. */
		if (pairs && job->in_flight)
			break;
		if (!take_place(job, &target, &place)) {
			job->stopping = true;
			break;
		}
		if (job->state == FIO_VERIFIES) {
			if (place.direction != FIO_WRITE)
				continue;
			place.direction = FIO_READ;
		} else if (job->due_ns[place.direction] > now) {
			job->held = true;
			job->held_place = place;
			job->held_target = target;
			break;
		}
		job->held = false;
		pay(job, &place, now);
		begin(job, target, &place);
		count++;
	}
	return count;
}

/* Counting begins (again): at the start, and behind ramp_time. */
static void begin_counting(struct fio_job *job, uint64_t now)
{
	int error = job->results.error;

	memset(&job->results, 0, sizeof(job->results));
	job->results.error = error;
	job->start_ns = now;
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

static void sample(struct fio_job *job)
{
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		struct fio_counters *counters = &job->results.directions[i];
		uint64_t count = counters->clat.summary.count;

		if (count == counters->sampled_count)
			continue;
		/* Twice a second: KiB and commands of a second. */
		fio_summary_add(&counters->bandwidth,
				(counters->bytes - counters->sampled_bytes) >> 9);
		fio_summary_add(&counters->iops, 2 * (count - counters->sampled_count));
		counters->sampled_bytes = counters->bytes;
		counters->sampled_count = count;
	}
	job->next_sample_ns += FIO_SAMPLE_NS;
}

/* A state has begun all that it will, and that has ended. */
static void end_state(struct fio_job *job, uint64_t now)
{
	const struct fio_options *options = &job->options;
	uint64_t ms = (now - job->start_ns + NS_PER_MS - 1) / NS_PER_MS;
	bool verifies = job->state == FIO_RUNS && options->verify && options->do_verify &&
			options->rw & FIO_RW_WRITE && !(options->rw & FIO_RW_ZEROES) &&
			!job->results.error && !job->killed && job->begun;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		if (job->state == FIO_RUNS ? options->rw & 1u << i : i == FIO_READ)
			job->results.directions[i].runtime_ms += ms ? ms : 1;
	job->results.elapsed_ms += ms;
	for (unsigned i = 0; job->state == FIO_RUNS && i < job->target_count; i++)
		job->results.zone_resets += job->zones[i].resets;
	job->state = FIO_ENDED;
	if (!verifies)
		return;
	job->state = FIO_VERIFIES;
	job->written = job->begun;
	job->begun = job->begun_bytes = 0;
	job->stopping = job->held = false;
	job->turn = 0;
	job->start_ns = now;
	for (unsigned i = 0; i < job->target_count; i++) {
		fio_order_rewind(&job->orders[i]);
		fio_zones_rewind(&job->zones[i]);
	}
}

static unsigned reap(struct fio_job *job)
{
	unsigned count = 0;

	for (unsigned i = 0; i < job->target_count; i++)
		count += job->targets[i].reap(&job->targets[i]);
	if (job->ended)
		job->results.completes[batch_of(job->ended)]++;
	job->ended = 0;
	return count;
}

static void plug(struct fio_job *job, bool plugged)
{
	for (unsigned i = 0; i < job->target_count; i++)
		job->targets[i].plug(&job->targets[i], plugged);
}

/* end_fsync: the time that it takes counts. */
static void flush(struct fio_job *job)
{
	if (job->state != FIO_RUNS || !job->options.end_fsync || !(job->options.rw & FIO_RW_WRITE))
		return;
	for (unsigned i = 0; i < job->target_count; i++) {
		struct block_device *device = job->targets[i].device;
		int error = device ? block_flush(device) : 0;

		if (error)
			fail_job(job, -error);
	}
}

bool fio_job_turn(struct fio_job *job, uint64_t now)
{
	uint64_t run_ns = job->options.runtime_us * NS_PER_US;
	unsigned begun, ended;

	if (job->state == FIO_WAITS) {
		if (now < job->start_ns)
			return false;
		begin_counting(job, now);
		job->state = FIO_RUNS;
		job->ramping = job->options.ramp_us != 0;
		for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
			job->due_ns[i] = now;
	}
	if (job->state == FIO_RUNS && job->ramping &&
	    now - job->start_ns >= job->options.ramp_us * NS_PER_US) {
		begin_counting(job, now);
		job->ramping = false;
	}
	if (job->state == FIO_RUNS && run_ns && !job->ramping && now - job->start_ns >= run_ns)
		job->stopping = true;
	plug(job, true);
	begun = begin_all(job, now);
	plug(job, false);
	if (begun)
		job->results.submits[batch_of(begun)]++;
	ended = reap(job);
	if (now >= job->next_sample_ns)
		sample(job);
	if (!job->in_flight && !may_begin(job) && (!job->held || job->stopping)) {
		flush(job);
		end_state(job, time_ns());
	}
	return begun || ended;
}

void fio_results_merge(struct fio_results *into, const struct fio_results *from)
{
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		struct fio_counters *to = &into->directions[i];
		const struct fio_counters *of = &from->directions[i];

		fio_histogram_merge(&to->clat, &of->clat);
		fio_summary_merge(&to->slat, &of->slat);
		fio_summary_merge(&to->lat, &of->lat);
		fio_summary_merge(&to->bandwidth, &of->bandwidth);
		fio_summary_merge(&to->iops, &of->iops);
		to->bytes += of->bytes;
		if (of->runtime_ms > to->runtime_ms)
			to->runtime_ms = of->runtime_ms;
	}
	for (unsigned i = 0; i < FIO_LEVELS; i++) {
		into->levels[i] += from->levels[i];
		into->submits[i] += from->submits[i];
		into->completes[i] += from->completes[i];
	}
	for (unsigned i = 0; i < FIO_LATENCY_RANGES; i++)
		into->latencies[i] += from->latencies[i];
	into->zone_resets += from->zone_resets;
	into->errors += from->errors;
	if (from->elapsed_ms > into->elapsed_ms)
		into->elapsed_ms = from->elapsed_ms;
	if (!into->error)
		into->error = from->error;
}
