/* The report in one line for each job: fio's terse form, versions 3 and 4. */
#include "kernel/commands/command.h"
#include "kernel/commands/fio/report.h"

/* The fields for percentiles, filled up with those that are not asked for. */
#define PERCENTILE_FIELDS 20

static void field(uint64_t millionths, unsigned decimals, const char *behind)
{
	char text[FIO_NUMBER_TEXT];

	out("%s%s", fio_decimal(text, millionths, decimals), behind);
}

static void summary(const struct fio_summary *summary)
{
	out(";%llu;%llu;", (unsigned long long)(summary->min / 1000),
	    (unsigned long long)(summary->max / 1000));
	field(fio_summary_mean(summary) / 1000, 6, ";");
	field(fio_summary_deviation(summary) / 1000, 6, "");
}

static void direction(const struct fio_report *report, const struct fio_entry *entry,
		      enum fio_direction which)
{
	const struct fio_options *options = &entry->job->options;
	const struct fio_counters *counters = &entry->results->directions[which];
	uint64_t ms = counters->runtime_ms, values[PERCENTILE_FIELDS] = {0};

	out(";%llu;%llu;%llu;%llu", (unsigned long long)(counters->bytes >> 10),
	    (unsigned long long)(fio_per_second(counters->bytes, ms) >> 10),
	    (unsigned long long)fio_per_second(counters->clat.summary.count, ms),
	    (unsigned long long)ms);
	summary(&counters->slat);
	summary(&counters->clat.summary);
	if (counters->clat.summary.count)
		fio_histogram_percentiles(&counters->clat, options->percentiles,
					  options->percentile_count, values);
	for (unsigned i = 0; i < PERCENTILE_FIELDS; i++) {
		out(";");
		if (i < options->percentile_count)
			field(options->percentiles[i], 6, "%=");
		else
			out("0%%=");
		out("%llu", (unsigned long long)(values[i] / 1000));
	}
	summary(&counters->lat);
	out(";%llu;%llu;", (unsigned long long)counters->bandwidth.min,
	    (unsigned long long)counters->bandwidth.max);
	field(fio_of_group(report, entry, which), 6, "%;");
	field(fio_summary_mean(&counters->bandwidth), 6, ";");
	field(fio_summary_deviation(&counters->bandwidth), 6, "");
}

static void entry_of(const struct fio_report *report, const struct fio_entry *entry)
{
	const struct fio_results *results = entry->results;
	uint64_t all = fio_total(results), below = 0, shares[FIO_LEVELS];

	out("%u;" FIO_VERSION ";%s;%u;%d", report->terse_version, entry->job->options.name,
	    entry->job->group, results->error);
	direction(report, entry, FIO_READ);
	direction(report, entry, FIO_WRITE);
	if (report->terse_version > 3)
		direction(report, entry, FIO_TRIM);
	out(";0.000000%%;100.000000%%;0;0;0");
	fio_level_shares(results->levels, shares);
	for (unsigned i = 0; i < FIO_LEVELS; i++) {
		out(";");
		field(shares[i], 1, "%");
	}
	/* What took less than a microsecond is with the first range of those. */
	for (unsigned i = 0; i < fio_range_first[1]; i++)
		below += results->latencies[i];
	for (unsigned i = fio_range_first[1]; i < FIO_LATENCY_RANGES; i++) {
		out(";");
		field(fio_share(results->latencies[i] + below, all, FIO_ONE / 100), 2, "%");
		below = 0;
	}
	out("\n");
}

void fio_report_terse(const struct fio_report *report)
{
	for (unsigned i = 0; i < report->entry_count; i++)
		entry_of(report, &report->entries[i]);
}
