/* Latencies, depths and bandwidths of a job's commands, and their sums. */
#include "kernel/commands/fio/results.h"

const uint64_t fio_latency_limits[FIO_LATENCY_RANGES - 1] = {
	2,	  4,	     10,	20,	   50,	      100,	  250,	      500,
	750,	  1000,	     2000,	4000,	   10000,     20000,	  50000,      100000,
	250000,	  500000,    750000,	1000000,   2000000,   4000000,	  10000000,   20000000,
	50000000, 100000000, 250000000, 500000000, 750000000, 1000000000, 2000000000,
};

/* From the last one's range on: most are much alike. */
static void count_latency(struct fio_results *results, uint64_t ns, uint32_t count)
{
	unsigned range = results->last_range;

	while (range > 0 && ns < fio_latency_limits[range - 1])
		range--;
	while (range < FIO_LATENCY_RANGES - 1 && ns >= fio_latency_limits[range])
		range++;
	results->last_range = range;
	results->latencies[range] += count;
}

void fio_results_add(struct fio_results *results, enum fio_direction direction,
		     const struct fio_together *commands)
{
	struct fio_counters *counters = &results->directions[direction];
	uint64_t slat = commands->submitted - commands->begun;
	uint64_t clat = commands->ended - commands->submitted;

	fio_histogram_add(&counters->clat, clat, commands->count);
	fio_summary_add(&counters->slat, slat, commands->count);
	fio_summary_add(&counters->lat, slat + clat, commands->count);
	count_latency(results, clat, commands->count);
	counters->bytes += commands->bytes;
}

void fio_results_sample(struct fio_results *results)
{
	for (unsigned i = 0; i < FIO_DIRECTIONS; i++) {
		struct fio_counters *counters = &results->directions[i];
		uint64_t count = counters->clat.summary.count;

		if (count == counters->sampled_count)
			continue;
		/* Twice a second: KiB and commands of a second. */
		fio_summary_add(&counters->bandwidth,
				(counters->bytes - counters->sampled_bytes) >> 9, 1);
		fio_summary_add(&counters->iops, 2 * (count - counters->sampled_count), 1);
		counters->sampled_bytes = counters->bytes;
		counters->sampled_count = count;
	}
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
	fio_histogram_merge(&into->flushes, &from->flushes);
	into->fsyncs += from->fsyncs;
	into->zone_resets += from->zone_resets;
	into->errors += from->errors;
	if (from->elapsed_ms > into->elapsed_ms)
		into->elapsed_ms = from->elapsed_ms;
	if (!into->error)
		into->error = from->error;
}
