/* What a job needs before it runs: files, sizes, memory. */
#include "kernel/commands/command.h"
#include "kernel/commands/fio/job.h"
#include "kernel/commands/fio/verify.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

/* A share becomes bytes, whole blocks of the smallest size. */
static uint64_t bytes_of(uint64_t value, uint64_t whole, uint64_t block)
{
	if (!(value & FIO_PERCENT))
		return value;
	value = fio_divide((fio_wide)whole * (value & ~FIO_PERCENT), 100);
	return value - value % block;
}

static uint64_t smallest(const struct fio_options *options)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		if (options->rw & 1u << i && options->bs[i] < least)
			least = options->bs[i];
	return least;
}

/* Of those that carry data: not of trims and Write Zeroes. */
static uint64_t largest(const struct fio_options *options)
{
	unsigned with_data = FIO_RW_READ | (options->rw & FIO_RW_ZEROES ? 0 : FIO_RW_WRITE);
	uint64_t most = 0;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		if (options->rw & with_data & 1u << i && options->bs_max[i] > most)
			most = options->bs_max[i];
	return most;
}

/* Whether commands of a pass need not lie where those of the pass before did. */
static bool sizes_vary(const struct fio_options *options)
{
	uint64_t size = 0;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		if (!(options->rw & 1u << i))
			continue;
		if (options->bs[i] != options->bs_max[i] || (size && size != options->bs[i]))
			return true;
		size = options->bs[i];
	}
	return false;
}

/* The job is not run: says why. A negative errno. */
#define REFUSE(error, ...) (complain(__VA_ARGS__), -(error))

static int check_blocks(const struct fio_job *job, const struct fio_target *target)
{
	const struct fio_options *options = &job->options;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		bool fits = options->bs[i] % target->block_size == 0 &&
			    options->bs_max[i] % target->block_size == 0;

		for (unsigned at = 0; at < options->split_count[i]; at++)
			fits = fits && options->splits[i][at].size % target->block_size == 0;
		if (options->rw & 1u << i && !fits)
			return REFUSE(EINVAL,
				      "%s: bs is no multiple of the %u bytes of a block of %s",
				      options->name, target->block_size, target->name);
	}
	return 0;
}

/* A trim is a reset of a zone, all of it. */
static int prepare_zones(struct fio_job *job, unsigned index, uint64_t start,
			 struct fio_zones **all)
{
	const struct fio_options *options = &job->options;
	struct fio_zones *zones = fio_zones_of(all, &job->targets[index]);
	uint64_t size;

	if (!zones)
		return -EINVAL;
	job->zones[index] = zones;
	size = 1ull << zones->shift;
	if (!(options->rw & FIO_RW_TRIM))
		return 0;
	if (options->bs[FIO_TRIM] != size || options->bs_max[FIO_TRIM] != size)
		return REFUSE(EINVAL, "%s: trim block size %llu is not the zone size %llu",
			      options->name, (unsigned long long)options->bs[FIO_TRIM],
			      (unsigned long long)size);
	if (start & (size - 1))
		return REFUSE(EINVAL, "%s: offset %llu is not the beginning of a zone",
			      options->name, (unsigned long long)start);
	return 0;
}

/* The part of the target that is used, and its order; adds the bytes of it. */
static int prepare_order(struct fio_job *job, unsigned index, struct fio_zones **zones,
			 uint64_t *bytes)
{
	const struct fio_options *options = &job->options;
	struct fio_target *target = &job->targets[index];
	struct fio_order *order = &job->orders[index];
	uint64_t block = smallest(options), start, length, words;
	int error;

	start = bytes_of(options->offset, target->size, block) +
		bytes_of(options->offset_increment, target->size, block) * job->member;
	if (start >= target->size || start % target->block_size)
		return REFUSE(EINVAL, "%s: offset %llu is not a block of %s (%llu bytes)",
			      options->name, (unsigned long long)start, target->name,
			      (unsigned long long)target->size);
	length = bytes_of(options->size, target->size - start, block);
	if (!(options->size & FIO_PERCENT))
		length /= job->target_count;
	if (!length)
		length = target->size - start;
	if (length > target->size - start)
		return REFUSE(EINVAL, "%s: size %llu is beyond the end of %s (%llu bytes)",
			      options->name, (unsigned long long)length, target->name,
			      (unsigned long long)target->size);
	if (length < block)
		return REFUSE(
			EINVAL,
			"size too small, must not be less than minimum block size: %llu < %llu",
			(unsigned long long)length, (unsigned long long)block);
	error = check_blocks(job, target);
	if (!error && options->zoned)
		error = prepare_zones(job, index, start, zones);
	if (error)
		return error;
	words = fio_order_init(order, options, start, length,
			       (options->randseed ? options->randseed : 0x89) + job->number * 7919 +
				       index);
	if (words) {
		order->map = process_alloc(words * sizeof(order->map[0]));
		if (!order->map)
			return REFUSE(ENOMEM, "%s: no memory for a map of %s", options->name,
				      target->name);
	}
	fio_order_rewind(order);
	*bytes += order->length;
	return 0;
}

/* Whether nothing says how large the file is: neither itself nor an option. A file with a name that
 * is to be read and is not there is another mistake. */
static bool lacks_size(const struct fio_options *options, const char *path, bool writes)
{
	struct file_stat stat;
	int error = path_stat(path, &stat);

	if (options->size && !(options->size & FIO_PERCENT))
		return false;
	if (error)
		return error == -ENOENT && (writes || !options->filename[0]) &&
		       strncmp(path, "/dev/", 5) != 0;
	return stat.type == FILE_REGULAR && !stat.size;
}

static int open_targets(struct fio_job *job)
{
	const struct fio_options *options = &job->options;
	char *names = alloc_or_fail(FIO_PATH_MAX + FIO_NAME_MAX), *next;
	bool writes = options->rw & (FIO_RW_WRITE | FIO_RW_TRIM);
	uint64_t size = options->size & FIO_PERCENT ? 0 : options->size;
	int error;

	if (options->filename[0])
		memcpy(names, options->filename, sizeof(options->filename));
	else
		snprintf(names, FIO_PATH_MAX + FIO_NAME_MAX, "%s.%u.0", options->name, job->member);
	for (; names; names = next) {
		next = strchr(names, ':');
		if (next)
			*next++ = '\0';
		if (job->target_count == FIO_TARGETS_MAX)
			return REFUSE(EINVAL, "%s: more than %u files", options->name,
				      FIO_TARGETS_MAX);
		if (lacks_size(options, names, writes))
			return REFUSE(EINVAL,
				      "%s: you need to specify size=, or a device as filename=",
				      options->name);
		error = fio_target_open(
			&job->targets[job->target_count++], names, writes,
			size + (options->offset & FIO_PERCENT ? 0 : options->offset));
		if (error)
			return error;
	}
	return 0;
}

int fio_job_prepare(struct fio_job *job, struct fio_zones **zones)
{
	struct fio_options *options = &job->options;
	uint64_t bytes = 0, all;
	int error;

	if (options->rwmixwrite != 50)
		options->rwmixread = 100 - options->rwmixwrite;
	if (options->time_based && !options->runtime_us)
		return REFUSE(EINVAL, "%s: time_based requires a runtime/timeout setting",
			      options->name);
	if (options->verify == FIO_VERIFY_PATTERN && !options->pattern_size)
		return REFUSE(EINVAL, "%s: verify=pattern requires verify_pattern", options->name);
	if (smallest(options) <= fio_verify_header_size(options->verify) ||
	    (options->verify_interval &&
	     options->verify_interval <= fio_verify_header_size(options->verify)))
		return REFUSE(EINVAL, "%s: a block has no room for the header that verify wants",
			      options->name);
	job->sizes_vary = sizes_vary(options);
	/* What is trimmed and written, too, is so one after the other; so are writes to zones. */
	job->one_by_one =
		options->rw & FIO_RW_WRITE && (options->rw & FIO_RW_TRIM || options->zoned);
	if (options->verify && (options->norandommap || options->distribution) &&
	    options->rw & FIO_RW_RANDOM && options->rw & FIO_RW_WRITE && job->sizes_vary)
		return REFUSE(
			EINVAL,
			"%s: norandommap given for variable block sizes: blocks would overlap, "
			"and cannot be verified",
			options->name);
	error = open_targets(job);
	job->collects = true;
	for (unsigned i = 0; i < job->target_count; i++)
		job->collects &= job->targets[i].collects;
	for (unsigned i = 0; i < job->target_count && !error; i++)
		error = prepare_order(job, i, zones, &bytes);
	if (error)
		return error;
	job->limit_bytes = options->io_size ? bytes_of(options->io_size, bytes, 1)
			   : __builtin_mul_overflow(bytes, options->loops, &all) ? UINT64_MAX
										 : all;
	job->limit = options->number_ios ? options->number_ios : UINT64_MAX;
	if (options->time_based)
		job->limit_bytes = UINT64_MAX;
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		if (options->rate[i])
			job->byte_cost[i] =
				fio_divide((fio_wide)1000000000 << 20, options->rate[i]);
		if (options->rate_iops[i])
			job->command_cost[i] =
				fio_divide((fio_wide)1000000000 << 20, options->rate_iops[i]);
	}
	return fio_units_make(job, (unsigned)options->iodepth,
			      (largest(options) + 4095) & ~4095ull);
}
