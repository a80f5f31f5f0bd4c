/* The report for programs, with fio's keys: JSON. */
#include "kernel/commands/command.h"
#include "kernel/commands/fio/report.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/string.h"

static void write(const char *text)
{
	out_bytes(text, strlen(text));
}

static void fraction(struct json *json, const char *key, uint64_t millionths)
{
	char text[FIO_NUMBER_TEXT];

	json_literal(json, key, fio_decimal(text, millionths, 6));
}

static void given(struct json *json, const char *key, const struct fio_options *options)
{
	const char *end = options->given + options->given_size;

	json_object_begin(json, key);
	for (const char *name = options->given; name < end;) {
		const char *value = name + strlen(name) + 1;

		/* As fio has it: no switches. */
		if (strcmp(value, FIO_NO_VALUE) != 0)
			json_string(json, name, value);
		name = value + strlen(value) + 1;
	}
	json_object_end(json);
}

static void summary(struct json *json, const struct fio_summary *summary)
{
	json_number(json, "min", summary->min);
	json_number(json, "max", summary->max);
	fraction(json, "mean", fio_summary_mean(summary));
	fraction(json, "stddev", fio_summary_deviation(summary));
	json_number(json, "N", summary->count);
}

static void latency(struct json *json, const char *key, const struct fio_summary *of)
{
	json_object_begin(json, key);
	summary(json, of);
	json_object_end(json);
}

static void completion(struct json *json, const char *name, const struct fio_options *options,
		       const struct fio_histogram *histogram, bool bins)
{
	uint64_t values[FIO_PERCENTILES_MAX] = {0};
	char key[FIO_NUMBER_TEXT];

	json_object_begin(json, name);
	summary(json, &histogram->summary);
	if (histogram->summary.count) {
		fio_histogram_percentiles(histogram, options->percentiles,
					  options->percentile_count, values);
		json_object_begin(json, "percentile");
		for (unsigned i = 0; i < options->percentile_count; i++)
			json_number(json, fio_decimal(key, options->percentiles[i], 6), values[i]);
		json_object_end(json);
	}
	if (bins && histogram->summary.count) {
		json_object_begin(json, "bins");
		for (unsigned i = 0; i < FIO_BUCKETS; i++) {
			if (!histogram->buckets[i])
				continue;
			snprintf(key, sizeof(key), "%llu", (unsigned long long)fio_bucket_value(i));
			json_number(json, key, histogram->buckets[i]);
		}
		json_object_end(json);
	}
	json_object_end(json);
}

static void direction(struct json *json, const struct fio_report *report,
		      const struct fio_entry *entry, enum fio_direction which)
{
	const struct fio_counters *counters = &entry->results->directions[which];
	uint64_t count = counters->clat.summary.count, ms = counters->runtime_ms;
	uint64_t bandwidth = fio_per_second(counters->bytes, ms);

	json_object_begin(json, fio_direction_names[which]);
	json_number(json, "io_bytes", counters->bytes);
	json_number(json, "io_kbytes", counters->bytes >> 10);
	json_number(json, "bw_bytes", bandwidth);
	json_number(json, "bw", bandwidth >> 10);
	fraction(json, "iops", fio_fraction(count, 1000, ms));
	json_number(json, "runtime", ms);
	json_number(json, "total_ios", count);
	json_number(json, "short_ios", 0);
	json_number(json, "drop_ios", 0);
	latency(json, "slat_ns", &counters->slat);
	completion(json, "clat_ns", &entry->job->options, &counters->clat, report->bins);
	latency(json, "lat_ns", &counters->lat);
	json_number(json, "bw_min", counters->bandwidth.min);
	json_number(json, "bw_max", counters->bandwidth.max);
	fraction(json, "bw_agg", fio_of_group(report, entry, which));
	fraction(json, "bw_mean", fio_summary_mean(&counters->bandwidth));
	fraction(json, "bw_dev", fio_summary_deviation(&counters->bandwidth));
	json_number(json, "bw_samples", counters->bandwidth.count);
	json_number(json, "iops_min", counters->iops.min);
	json_number(json, "iops_max", counters->iops.max);
	fraction(json, "iops_mean", fio_summary_mean(&counters->iops));
	fraction(json, "iops_stddev", fio_summary_deviation(&counters->iops));
	json_number(json, "iops_samples", counters->iops.count);
	json_object_end(json);
}

static void levels(struct json *json, const char *key, const char *const names[FIO_LEVELS],
		   const uint64_t counts[FIO_LEVELS])
{
	uint64_t shares[FIO_LEVELS];

	fio_level_shares(counts, shares);
	json_object_begin(json, key);
	for (unsigned i = 0; i < FIO_LEVELS; i++)
		fraction(json, names[i], shares[i]);
	json_object_end(json);
}

static void ranges(struct json *json, const struct fio_results *results, const char *key,
		   unsigned unit)
{
	char name[FIO_NUMBER_TEXT];

	json_object_begin(json, key);
	for (unsigned i = fio_range_first[unit]; i < fio_range_first[unit + 1]; i++)
		fraction(json, fio_range_name(name, i), fio_range_share(results, i));
	json_object_end(json);
}

static void entry_of(struct json *json, const struct fio_report *report,
		     const struct fio_entry *entry)
{
	const struct fio_results *results = entry->results;

	json_object_begin(json, NULL);
	json_string(json, "jobname", entry->job->options.name);
	json_number(json, "groupid", entry->job->group);
	json_number(json, "error", (uint64_t)results->error);
	json_number(json, "eta", 0);
	json_number(json, "elapsed", (results->elapsed_ms + 999) / 1000);
	given(json, "job options", &entry->job->options);
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		direction(json, report, entry, (enum fio_direction)i);
	json_object_begin(json, "sync");
	json_number(json, "total_ios", results->fsyncs);
	completion(json, "lat_ns", &entry->job->options, &results->flushes, report->bins);
	json_object_end(json);
	json_number(json, "job_runtime", results->elapsed_ms);
	fraction(json, "usr_cpu", 0);
	fraction(json, "sys_cpu", 100 * FIO_ONE);
	json_number(json, "ctx", 0);
	json_number(json, "majf", 0);
	json_number(json, "minf", 0);
	levels(json, "iodepth_level", fio_depth_names, results->levels);
	levels(json, "iodepth_submit", fio_batch_names, results->submits);
	levels(json, "iodepth_complete", fio_batch_names, results->completes);
	ranges(json, results, "latency_ns", 0);
	ranges(json, results, "latency_us", 1);
	ranges(json, results, "latency_ms", 2);
	json_number(json, "latency_depth", entry->job->options.iodepth);
	json_number(json, "latency_target", 0);
	fraction(json, "latency_percentile", 100 * FIO_ONE);
	json_number(json, "latency_window", 0);
	if (entry->job->options.description[0])
		json_string(json, "desc", entry->job->options.description);
	json_object_end(json);
}

void fio_report_json(const struct fio_report *report)
{
	struct json json = {.write = write, .colon = " : "};
	char text[FIO_TIME_TEXT];

	json_object_begin(&json, NULL);
	json_string(&json, "fio version", FIO_VERSION);
	json_number(&json, "timestamp", report->wall_s);
	json_number(&json, "timestamp_ms", report->wall_ms);
	json_string(&json, "time", fio_time_text(text, report->wall_s));
	if (report->global->given_size)
		given(&json, "global options", report->global);
	json_array_begin(&json, "jobs");
	for (unsigned i = 0; i < report->entry_count; i++)
		entry_of(&json, report, &report->entries[i]);
	json_array_end(&json);
	json_object_end(&json);
	out("\n");
}
