/* The options of a job: names, aliases, and how their values are read. */
#include "kernel/commands/fio/options.h"

#include "kernel/commands/fio/number.h"
#include "kernel/commands/fio/option_values.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

enum kind {
	SIZE,
	SIZES,
	RANGE,
	SPLIT,
	TIME,
	NUMBER,
	NUMBERS,
	FLAG,
	TEXT,
	RW,
	VERIFY,
	ZONES,
	SYNC,
	PATTERN,
	LIST,
	DISTRIBUTION,
	LOG,
	CPUS,
	KINDS
};

/* One of the values that an option may have. Behind the last is one without a name, whose text, or
 * NULL, is for who wanted another. */
struct choice {
	const char *name;
	uint64_t value;
	const char *text;
};

struct row {
	const char *names; /* the name, and others for the same, between blanks */
	enum kind kind;
	size_t offset;
	uint64_t min, max; /* of numbers; of a text the room for it */
};

#define AT(member)   offsetof(struct fio_options, member)
#define ROOM(member) 0, sizeof(((struct fio_options *)NULL)->member)

static const struct choice rw_choices[] = {
	{"read", FIO_RW_READ, "Sequential read"},
	{"write", FIO_RW_WRITE, "Sequential write"},
	{"trim", FIO_RW_TRIM, "Sequential trim"},
	{"randread", FIO_RW_READ | FIO_RW_RANDOM, "Random read"},
	{"randwrite", FIO_RW_WRITE | FIO_RW_RANDOM, "Random write"},
	{"randtrim", FIO_RW_TRIM | FIO_RW_RANDOM, "Random trim"},
	{"rw", FIO_RW_READ | FIO_RW_WRITE, "Sequential read and write mix"},
	{"readwrite", FIO_RW_READ | FIO_RW_WRITE, "Sequential read and write mix"},
	{"randrw", FIO_RW_READ | FIO_RW_WRITE | FIO_RW_RANDOM, "Random read and write mix"},
	{"trimwrite", FIO_RW_TRIM | FIO_RW_WRITE, "Trim and write mix, trims preceding writes"},
	{"randtrimwrite", FIO_RW_TRIM | FIO_RW_WRITE | FIO_RW_RANDOM,
	 "Randomly trim and write mix, trims preceding writes"},
	{"write-zeroes", FIO_RW_WRITE | FIO_RW_ZEROES, "Sequential Write Zeroes"},
	{"randwrite-zeroes", FIO_RW_WRITE | FIO_RW_ZEROES | FIO_RW_RANDOM, "Random Write Zeroes"},
	{0},
};

static const struct choice verify_choices[] = {
	{"0", FIO_VERIFY_NONE, "Don't do IO verification"},
	{"meta", FIO_VERIFY_META, "Use io information for verification"},
	{"md5", FIO_VERIFY_MD5, "Use md5 checksums for verification"},
	{"crc32", FIO_VERIFY_CRC32, "Use crc32 checksums for verification"},
	{"crc32c", FIO_VERIFY_CRC32C, "Use crc32c checksums for verification"},
	{"crc32c-intel", FIO_VERIFY_CRC32C, "Use crc32c checksums for verification"},
	{"sha256", FIO_VERIFY_SHA256, "Use sha256 checksums for verification"},
	{"pattern", FIO_VERIFY_PATTERN, "Verify strict pattern"},
	{"null", FIO_VERIFY_NULL, "Pretend to verify"},
	{0},
};

static const struct choice zone_choices[] = {
	{"none", 0, "no zoning"},
	{"zbd", 1, "zoned block device mode"},
	{0},
};

static const struct choice sync_choices[] = {
	{"none", 0, "Writes without FUA"},
	{"0", 0, "Writes without FUA"},
	{NULL, 0, "writes with FUA are not there; fsync=1 sends a Flush behind each write"},
};

/* Only to be shown: fio_parse_distribution() knows them, and what stands behind them. */
static const struct choice distribution_choices[] = {
	{"random", FIO_UNIFORM, "Completely random"},
	{"zipf", FIO_ZIPF, "Zipf distribution, zipf:THETA up to 10, but not 0 or 1"},
	{"pareto", FIO_PARETO, "Pareto distribution, pareto:H between 0 and 1"},
	{"zoned", FIO_ZONED, "Zoned random distribution, zoned:ACCESSES/SIZE:..."},
	{0},
};

static const struct choice *const choices[KINDS] = {
	[RW] = rw_choices,
	[VERIFY] = verify_choices,
	[ZONES] = zone_choices,
	[SYNC] = sync_choices,
	[DISTRIBUTION] = distribution_choices,
};

static const struct row rows[] = {
	{"name", TEXT, AT(name), ROOM(name)},
	{"description", TEXT, AT(description), ROOM(description)},
	{"filename", TEXT, AT(filename), ROOM(filename)},
	{"rw readwrite", RW, AT(rw), 0, 0},
	{"bs blocksize", SIZES, AT(bs), 1, 1ull << 30},
	{"bsrange blocksize_range", RANGE, 0, 0, 0},
	{"bssplit", SPLIT, 0, 0, 0},
	{"blockalign ba", SIZE, AT(without_effect), 1, 1ull << 40},
	{"size", SIZE, AT(size), 0, INT64_MAX},
	{"io_size io_limit", SIZE, AT(io_size), 0, INT64_MAX},
	{"offset fileoffset", SIZE, AT(offset), 0, INT64_MAX},
	{"offset_increment", SIZE, AT(offset_increment), 0, INT64_MAX},
	{"iodepth", NUMBER, AT(iodepth), 1, 1024},
	{"iodepth_batch iodepth_batch_submit", NUMBER, AT(without_effect), 1, 1024},
	{"numjobs", NUMBER, AT(numjobs), 1, 64},
	{"loops", NUMBER, AT(loops), 1, 1ull << 32},
	{"number_ios", NUMBER, AT(number_ios), 0, INT64_MAX},
	{"runtime timeout", TIME, AT(runtime_us), 0, 0},
	{"ramp_time", TIME, AT(ramp_us), 0, 0},
	{"startdelay", TIME, AT(delay_us), 0, 0},
	{"time_based", FLAG, AT(time_based), 0, 0},
	{"norandommap", FLAG, AT(norandommap), 0, 0},
	{"rwmixread", NUMBER, AT(rwmixread), 0, 100},
	{"rwmixwrite", NUMBER, AT(rwmixwrite), 0, 100},
	{"randseed", NUMBER, AT(randseed), 0, UINT64_MAX},
	{"random_distribution", DISTRIBUTION, 0, 0, 0},
	{"randrepeat", NUMBER, AT(without_effect), 0, 1},
	{"rate", SIZES, AT(rate), 0, INT64_MAX},
	{"rate_iops", NUMBERS, AT(rate_iops), 0, INT64_MAX},
	{"verify", VERIFY, AT(verify), 0, 0},
	{"do_verify", NUMBER, AT(do_verify), 0, 1},
	{"verify_fatal", NUMBER, AT(verify_fatal), 0, 1},
	{"verify_dump", NUMBER, AT(verify_dump), 0, 1},
	{"verify_backlog", NUMBER, AT(verify_backlog), 0, 1ull << 32},
	{"verify_interval", SIZE, AT(verify_interval), 0, 1ull << 30},
	{"verify_pattern", PATTERN, 0, 0, 0},
	{"zero_buffers", FLAG, AT(zero_buffers), 0, 0},
	{"end_fsync", NUMBER, AT(end_fsync), 0, 1},
	{"fsync", NUMBER, AT(fsync), 0, INT64_MAX},
	{"fdatasync", NUMBER, AT(fdatasync), 0, INT64_MAX},
	{"sync", SYNC, AT(without_effect), 0, 0},
	{"zonemode", ZONES, AT(zoned), 0, 0},
	{"cpus_allowed", CPUS, AT(cpus), 0, 0},
	{"cpumask", NUMBER, AT(cpus), 1, UINT64_MAX},
	{"stonewall wait_for_previous", FLAG, AT(stonewall), 0, 0},
	{"new_group", FLAG, AT(new_group), 0, 0},
	{"group_reporting", FLAG, AT(group_reporting), 0, 0},
	{"percentile_list", LIST, 0, 0, 0},
	{"write_bw_log", LOG, AT(bandwidth_log), 0, 0},
	{"write_iops_log", LOG, AT(iops_log), 0, 0},
	{"write_lat_log", LOG, AT(latency_log), 0, 0},
	{"log_avg_msec", NUMBER, AT(log_average_ms), 0, 1u << 30},
	{"log_offset", NUMBER, AT(log_offset), 0, 1},
};

/* What has no meaning here, or is always so: taken whatever its value. */
static const char *const ignored =
	"ioengine thread hipri direct buffered invalidate fallocate create_on_open overwrite "
	"create_serialize create_fsync file_append allow_file_create allow_mounted_write unlink "
	"directory nrfiles openfiles filesize filename_format file_service_type fadvise_hint "
	"iodepth_low iodepth_batch_complete iodepth_batch_complete_min iodepth_batch_complete_max "
	"iomem mem cpus_allowed_policy numa_cpu_nodes numa_mem_policy nice "
	"prio "
	"prioclass refill_buffers scramble_buffers buffer_compress_percentage "
	"dedupe_percentage randommap_generator random_generator softrandommap gtod_reduce gtod_cpu "
	"disable_lat disable_clat disable_slat clocksource exitall exitall_on_error exec_prerun "
	"exec_postrun eta disk_util sqthread_poll sqthread_poll_cpu registerfiles fixedbufs "
	"nonvectored userspace_reap lockmem kb_base unit_base "
	"log_max_value per_job_logs bwavgtime iopsavgtime verify_async "
	"verify_backlog_batch verifysort verify_sort verify_state_save verify_state_load "
	"experimental_verify rate_process continue_on_error error_dump clat_percentiles "
	"lat_percentiles slat_percentiles ioscheduler job_max_open_zones max_open_zones "
	"zonesize "
	"read_beyond_wp write_hint uid gid group thinktime_spin";

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool listed(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; (at = strstr(at, name)); at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

const char *fio_rw_name(uint64_t rw)
{
	for (const struct choice *choice = rw_choices; choice->name; choice++)
		if (choice->value == rw)
			return choice->name;
	return "none";
}

/* One value for all directions, or up to three between commas. */
static int parse_each(const char *text, uint64_t values[FIO_DIRECTIONS],
		      int (*parse)(const char *text, uint64_t *value))
{
	char one[32];
	unsigned at = 0;

	for (; at < FIO_DIRECTIONS; at++) {
		size_t size = strcspn(text, ",");

		if (!fio_piece(one, sizeof(one), text, size))
			return -EINVAL;
		if (size && parse(one, &values[at]))
			return -EINVAL;
		text += size;
		if (!*text)
			break;
		text++;
	}
	/* The last one that is given is that of those behind it. */
	for (unsigned last = at; ++at < FIO_DIRECTIONS;)
		values[at] = values[last];
	return 0;
}

static int parse_number(const char *text, uint64_t *value)
{
	return number_parse(text, 0, value);
}

static int parse_choice(const char *text, const struct choice *choice, uint64_t *value)
{
	for (; choice->name; choice++)
		if (!strcmp(choice->name, text)) {
			*value = choice->value;
			return 0;
		}
	return -EINVAL;
}

static int parse_bs(struct fio_options *options, const struct row *row, const char *text)
{
	uint64_t *values = (uint64_t *)((char *)options + row->offset);

	if (parse_each(text, values, fio_parse_size))
		return -EINVAL;
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		if (values[i] < row->min || values[i] > row->max)
			return -EINVAL;
	if (row->offset == AT(bs)) {
		memcpy(options->bs_max, options->bs, sizeof(options->bs));
		memset(options->split_count, 0, sizeof(options->split_count));
	}
	return 0;
}

static int parse_log(struct fio_log_option *log, const char *prefix)
{
	log->wanted = true;
	return fio_piece(log->prefix, sizeof(log->prefix), prefix, strlen(prefix)) ? 0 : -EINVAL;
}

static int parse_value(struct fio_options *options, const struct row *row, const char *value)
{
	char *member = (char *)options + row->offset;
	uint64_t *number = (uint64_t *)member;
	int error;

	switch (row->kind) {
	case TEXT:
		return fio_piece(member, row->max, value, strlen(value)) ? 0 : -EINVAL;
	case RW:
	case VERIFY:
	case ZONES:
	case SYNC:
		return parse_choice(value, choices[row->kind], number);
	case SIZES:
		return parse_bs(options, row, value);
	case NUMBERS:
		return parse_each(value, number, parse_number);
	case RANGE:
		return fio_parse_range(options, value);
	case SPLIT:
		return fio_parse_splits(options, value);
	case PATTERN:
		return fio_parse_pattern(options, value);
	case DISTRIBUTION:
		return fio_parse_distribution(options, value);
	case LOG:
		return parse_log((struct fio_log_option *)member, value);
	case LIST:
		return fio_parse_percentiles(options, value);
	case CPUS:
		return fio_parse_cpus(value, number);
	case TIME:
		return fio_parse_time(value, number);
	case SIZE:
		error = fio_parse_size(value, number);
		if (!error && *number & FIO_PERCENT)
			return 0;
		break;
	default:
		error = parse_number(value, number);
	}
	return error || (row->kind != FLAG && (*number < row->min || *number > row->max)) ? -EINVAL
											  : 0;
}

static const struct row *find(const char *name)
{
	for (unsigned i = 0; *name && i < COUNT(rows); i++)
		if (listed(rows[i].names, name))
			return &rows[i];
	return NULL;
}

enum fio_option_result fio_option_set(struct fio_options *options, const char *name,
				      const char *value)
{
	const struct row *row = find(name);

	if (!row)
		return *name && listed(ignored, name) ? FIO_OPTION_TAKEN : FIO_OPTION_UNKNOWN;
	if (!value && row->kind == FLAG)
		value = "1";
	/* Some numbers are switches that stand alone. */
	else if (!value && row->kind == NUMBER && row->max == 1)
		value = "1";
	else if (!value && row->kind == LOG)
		value = "";
	return value && !parse_value(options, row, value) ? FIO_OPTION_TAKEN : FIO_OPTION_BAD;
}

/* Appends to what is in text, as far as there is room. */
static void __attribute__((format(printf, 3, 4)))
append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

void fio_option_values(const char *name, char *text, size_t size)
{
	static const char first[] = "\n        valid values: ", next[] = "\n                    : ";
	const struct row *row = find(name);
	const struct choice *choice = row ? choices[row->kind] : NULL;

	*text = '\0';
	if (!row)
		return;
	for (unsigned i = 0; choice && choice->name; choice++)
		append(text, size, "%s%-10s %s", i++ ? next : first, choice->name, choice->text);
	if (choice && choice->text)
		append(text, size, "\n        %s", choice->text);
	/* INT64_MAX and above: no limit that anybody meets. */
	if (row->kind == NUMBER || row->kind == SIZE || row->kind == SIZES) {
		if (row->max < INT64_MAX)
			append(text, size, "%s%llu to %llu", first, (unsigned long long)row->min,
			       (unsigned long long)row->max);
		else if (row->min)
			append(text, size, "%sfrom %llu", first, (unsigned long long)row->min);
	}
}

const char *fio_option_first_name(const char *name, char text[32])
{
	const struct row *row = find(name);

	return row && fio_piece(text, 32, row->names, strcspn(row->names, " ")) ? text : name;
}

const char *fio_option_name(unsigned index, bool *value)
{
	if (index >= COUNT(rows))
		return NULL;
	*value = rows[index].kind != FLAG && rows[index].kind != LOG;
	return rows[index].names;
}

void fio_options_init(struct fio_options *options)
{
	static const unsigned percentiles[] = {100,  500,  1000, 2000, 3000, 4000, 5000, 6000, 7000,
					       8000, 9000, 9500, 9900, 9950, 9990, 9995, 9999};

	memset(options, 0, sizeof(*options));
	options->rw = FIO_RW_READ;
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		options->bs[i] = options->bs_max[i] = 4096;
	options->iodepth = options->numjobs = options->loops = 1;
	options->rwmixread = options->rwmixwrite = 50;
	options->do_verify = 1;
	for (unsigned i = 0; i < COUNT(percentiles); i++)
		options->percentiles[i] = percentiles[i] * (FIO_ONE / 100);
	options->percentile_count = COUNT(percentiles);
}
