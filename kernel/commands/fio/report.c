/* What the forms of the report have in common. */
#include "kernel/commands/fio/report.h"

#include "kernel/commands/support/calendar.h"
#include "lib/format.h"

const char *const fio_direction_names[FIO_DIRECTIONS] = {"read", "write", "trim"};
const char *const fio_depth_names[FIO_LEVELS] = {"1", "2", "4", "8", "16", "32", ">=64"};
const char *const fio_batch_names[FIO_LEVELS] = {"0", "4", "8", "16", "32", "64", ">=64"};
const unsigned fio_range_first[FIO_RANGE_UNITS + 1] = {0, 10, 20, FIO_LATENCY_RANGES};

char *fio_time_text(char text[FIO_TIME_TEXT], uint64_t seconds)
{
	struct calendar at;

	calendar_from_seconds(seconds, &at);
	snprintf(text, FIO_TIME_TEXT, "%.3s %.3s %2u %02u:%02u:%02u %llu",
		 calendar_days[at.week_day], calendar_months[at.month - 1], at.day, at.hour,
		 at.minute, at.second, (unsigned long long)at.year);
	return text;
}

uint64_t fio_per_second(uint64_t amount, uint64_t ms)
{
	return fio_divide((fio_wide)amount * 1000, ms);
}

uint64_t fio_share(uint64_t count, uint64_t total, uint64_t least)
{
	uint64_t share = fio_fraction(count, 100, total);

	return count && share < least ? least : share;
}

uint64_t fio_of_group(const struct fio_report *report, const struct fio_entry *entry,
		      enum fio_direction direction)
{
	const struct fio_group *group = &report->groups[entry->job->group];
	uint64_t all = fio_per_second(group->directions[direction].bytes,
				      group->directions[direction].max_run);
	uint64_t mean = fio_summary_mean(&entry->results->directions[direction].bandwidth);
	uint64_t share = fio_divide((fio_wide)mean * 100 * 1024, all);

	return share > 100 * FIO_ONE ? 100 * FIO_ONE : share;
}

uint64_t fio_total(const struct fio_results *results)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < FIO_DIRECTIONS; i++)
		total += results->directions[i].clat.summary.count;
	return total;
}

void fio_level_shares(const uint64_t counts[FIO_LEVELS], uint64_t shares[FIO_LEVELS])
{
	uint64_t total = 0;

	for (unsigned i = 0; i < FIO_LEVELS; i++)
		total += counts[i];
	for (unsigned i = 0; i < FIO_LEVELS; i++)
		shares[i] = fio_share(counts[i], total, FIO_ONE / 10);
}

char *fio_range_name(char text[FIO_NUMBER_TEXT], unsigned range)
{
	bool last = range == FIO_LATENCY_RANGES - 1;
	uint64_t limit = fio_latency_limits[last ? range - 1 : range];

	for (unsigned unit = 1; unit < FIO_RANGE_UNITS && range >= fio_range_first[unit]; unit++)
		limit /= 1000;
	snprintf(text, FIO_NUMBER_TEXT, "%s%llu", last ? ">=" : "", (unsigned long long)limit);
	return text;
}

uint64_t fio_range_share(const struct fio_results *results, unsigned range)
{
	return fio_share(results->latencies[range], fio_total(results), FIO_ONE / 100);
}
