/* The report for people, as fio prints it. */
#include "kernel/commands/command.h"
#include "kernel/commands/fio/report.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"

static const char *const units[FIO_RANGE_UNITS] = {"nsec", "usec", "msec"};

static const char *decimal(uint64_t millionths, unsigned decimals)
{
	static char texts[4][FIO_NUMBER_TEXT];
	static unsigned at;

	return fio_decimal(texts[at++ % 4], millionths, decimals);
}

static const char *number(uint64_t value, unsigned digits, unsigned power)
{
	static char texts[8][FIO_NUMBER_TEXT];
	static unsigned at;

	return fio_short(texts[at++ % 8], value, digits, power);
}

/* 0: nanoseconds, 1: microseconds, 2: milliseconds, whatever shows enough of both. */
static unsigned unit_of(uint64_t min, uint64_t max)
{
	if (min > 2000000 && max > 99999999)
		return 2;
	return min > 2000 && max > 99999 ? 1 : 0;
}

static void show_latency(const char *name, const struct fio_summary *summary)
{
	uint64_t min = summary->min, max = summary->max;
	uint64_t mean = fio_summary_mean(summary), deviation = fio_summary_deviation(summary);
	unsigned unit = unit_of(min, max);

	if (!summary->count || !max)
		return;
	/* The next larger unit only where the deviation shows in it as well. */
	while (unit && deviation <= FIO_ONE * (unit == 2 ? 1000000 : 1000))
		unit--;
	for (unsigned i = 0; i < unit; i++) {
		min /= 1000;
		max /= 1000;
		mean /= 1000;
		deviation /= 1000;
	}
	out("    %s (%s): min=%s, max=%s, avg=%5s, stdev=%5s\n", name, units[unit],
	    number(min, 6, 1000), number(max, 6, 1000), decimal(mean, 2), decimal(deviation, 2));
}

static void show_percentiles(const char *name, const struct fio_options *options,
			     const struct fio_histogram *histogram)
{
	uint64_t values[FIO_PERCENTILES_MAX] = {0};
	unsigned count = options->percentile_count, unit;

	if (!histogram->summary.count)
		return;
	fio_histogram_percentiles(histogram, options->percentiles, count, values);
	unit = unit_of(values[0], values[count - 1]);
	out("    %s percentiles (%s):\n     |", name, units[unit]);
	for (unsigned i = 0; i < count; i++) {
		bool last = i + 1 == count;

		if (i && i % 4 == 0)
			out("     |");
		for (unsigned step = 0; step < unit; step++)
			values[i] = (values[i] + 999) / 1000;
		out(" %5sth=[%5llu]%c", decimal(options->percentiles[i], 2),
		    (unsigned long long)values[i], last ? '\n' : ',');
		if (!last && i % 4 == 3)
			out("\n");
	}
}

static void show_samples(const struct fio_report *report, const struct fio_entry *entry,
			 enum fio_direction direction)
{
	const struct fio_counters *counters = &entry->results->directions[direction];
	const struct fio_summary *bandwidth = &counters->bandwidth, *iops = &counters->iops;
	uint64_t mean = fio_summary_mean(bandwidth);
	unsigned shift = mean > 1024ull * 1024 * FIO_ONE ? 10 : 0;

	if (bandwidth->count)
		out("   bw (%5s/s): min=%5llu, max=%5llu, per=%s%%, avg=%5s, stdev=%5s, "
		    "samples=%llu\n",
		    shift ? "MiB" : "KiB", (unsigned long long)(bandwidth->min >> shift),
		    (unsigned long long)(bandwidth->max >> shift),
		    decimal(fio_of_group(report, entry, direction), 2), decimal(mean >> shift, 2),
		    decimal(fio_summary_deviation(bandwidth) >> shift, 2),
		    (unsigned long long)bandwidth->count);
	if (iops->count)
		out("   iops        : min=%5llu, max=%5llu, avg=%5s, stdev=%5s, samples=%llu\n",
		    (unsigned long long)iops->min, (unsigned long long)iops->max,
		    decimal(fio_summary_mean(iops), 2), decimal(fio_summary_deviation(iops), 2),
		    (unsigned long long)iops->count);
}

static void show_direction(const struct fio_report *report, const struct fio_entry *entry,
			   enum fio_direction direction)
{
	const struct fio_counters *counters = &entry->results->directions[direction];
	uint64_t bandwidth = fio_per_second(counters->bytes, counters->runtime_ms);

	if (!counters->runtime_ms)
		return;
	out("  %s: IOPS=%s, BW=%sB/s (%sB/s)(%sB/%llumsec)", fio_direction_names[direction],
	    number(fio_per_second(counters->clat.summary.count, counters->runtime_ms), 4, 1000),
	    number(bandwidth, 4, 1024), number(bandwidth, 4, 1000),
	    number(counters->bytes, 4, 1024), (unsigned long long)counters->runtime_ms);
	if (direction == FIO_WRITE)
		out("; %llu zone resets", (unsigned long long)entry->results->zone_resets);
	out("\n");
	show_latency("slat", &counters->slat);
	show_latency("clat", &counters->clat.summary);
	show_latency(" lat", &counters->lat);
	show_percentiles("clat", &entry->job->options, &counters->clat);
	show_samples(report, entry, direction);
}

static void show_ranges(const struct fio_results *results, unsigned unit)
{
	char name[FIO_NUMBER_TEXT];
	unsigned shown = 0;

	for (unsigned i = fio_range_first[unit]; i < fio_range_first[unit + 1]; i++) {
		if (!results->latencies[i])
			continue;
		if (shown % 5 == 0)
			out("%s  lat (%s)   : ", shown ? "\n" : "", units[unit]);
		else
			out(", ");
		out("%s=%s%%", fio_range_name(name, i), decimal(fio_range_share(results, i), 2));
		shown++;
	}
	if (shown)
		out("\n");
}

static void show_levels(const char *title, const char *const names[FIO_LEVELS],
			const uint64_t counts[FIO_LEVELS])
{
	uint64_t shares[FIO_LEVELS];

	fio_level_shares(counts, shares);
	out("%s: ", title);
	for (unsigned i = 0; i < FIO_LEVELS; i++)
		out("%s%s=%s%%", i ? ", " : "", names[i], decimal(shares[i], 1));
	out("\n");
}

static void show_entry(const struct fio_report *report, const struct fio_entry *entry)
{
	const struct fio_results *results = entry->results;
	const struct fio_options *options = &entry->job->options;
	char text[FIO_TIME_TEXT];

	out("\n%s: (groupid=%u, jobs=%u): err=%2d", options->name, entry->job->group, entry->jobs,
	    results->error);
	if (results->error)
		out(" (%s)", error_text(results->error));
	out(": pid=%d: %s\n", process_id(), fio_time_text(text, report->wall_s));
	if (options->description[0])
		out("  Description  : [%s]\n", options->description);
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		show_direction(report, entry, (enum fio_direction)i);
	for (unsigned unit = 0; unit < FIO_RANGE_UNITS; unit++)
		show_ranges(results, unit);
	if (results->flushes.summary.count) {
		out("  fsync/fdatasync/sync_file_range:\n");
		show_latency("sync", &results->flushes.summary);
		show_percentiles("sync", options, &results->flushes);
	}
	out("  cpu          : usr=0.00%%, sys=100.00%%, ctx=0, majf=0, minf=0\n");
	show_levels("  IO depths    ", fio_depth_names, results->levels);
	show_levels("     submit    ", fio_batch_names, results->submits);
	show_levels("     complete  ", fio_batch_names, results->completes);
	out("     issued rwts: total=%llu,%llu,%llu,%llu short=0,0,0,0 dropped=0,0,0,0\n",
	    (unsigned long long)results->directions[FIO_READ].clat.summary.count,
	    (unsigned long long)results->directions[FIO_WRITE].clat.summary.count,
	    (unsigned long long)results->directions[FIO_TRIM].clat.summary.count,
	    (unsigned long long)results->fsyncs);
	if (results->error)
		out("     errors    : total=%llu, first_error=%d/<%s>\n",
		    (unsigned long long)results->errors, results->error,
		    error_text(results->error));
	out("     latency   : target=0, window=0, percentile=100.00%%, depth=%llu\n",
	    (unsigned long long)options->iodepth);
}

static void show_group(const struct fio_group *group, unsigned index)
{
	static const char *const names[] = {"   READ", "  WRITE", "   TRIM"};

	out("\nRun status group %u (all jobs):\n", index);
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		uint64_t bytes = group->directions[i].bytes, all;
		uint64_t min = group->directions[i].min_bw, max = group->directions[i].max_bw;

		if (!group->directions[i].max_run)
			continue;
		all = fio_per_second(bytes, group->directions[i].max_run);
		out("%s: bw=%sB/s (%sB/s), ", names[i], number(all, 4, 1024), number(all, 4, 1000));
		out("%sB/s-%sB/s (%sB/s-%sB/s), ", number(min, 4, 1024), number(max, 4, 1024),
		    number(min, 4, 1000), number(max, 4, 1000));
		out("io=%sB (%sB), run=%llu-%llumsec\n", number(bytes, 4, 1024),
		    number(bytes, 4, 1000), (unsigned long long)group->directions[i].min_run,
		    (unsigned long long)group->directions[i].max_run);
	}
}

void fio_report_normal(const struct fio_report *report)
{
	for (unsigned i = 0; i < report->entry_count; i++)
		show_entry(report, &report->entries[i]);
	for (unsigned i = 0; i < report->group_count; i++)
		show_group(&report->groups[i], i);
}
