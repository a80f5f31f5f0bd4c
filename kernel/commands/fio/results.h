/* What is counted of a job's commands, and of several jobs together. */
#pragma once

#include "kernel/commands/fio/histogram.h"
#include "kernel/commands/fio/options.h"

#define FIO_LEVELS	   7
#define FIO_LATENCY_RANGES 32
/* How often bandwidth is sampled. */
#define FIO_SAMPLE_NS (500 * NS_PER_MS)

/* Of one direction. */
struct fio_counters {
	struct fio_histogram clat; /* from its submission to its end, ns */
	struct fio_summary slat, lat;
	struct fio_summary bandwidth, iops; /* samples: KiB/s, commands/s */
	uint64_t bytes;
	uint64_t runtime_ms;
	uint64_t sampled_bytes, sampled_count;
};

struct fio_results {
	struct fio_counters directions[FIO_DIRECTIONS];
	uint64_t levels[FIO_LEVELS];			     /* by depth: 1, 2, 4 .. >=64 */
	uint64_t submits[FIO_LEVELS], completes[FIO_LEVELS]; /* at once: 0, 4, 8 .. >=64 */
	uint64_t latencies[FIO_LATENCY_RANGES];		     /* fio_latency_limits */
	unsigned last_range;				     /* of them, the last one counted */
	struct fio_histogram flushes;			     /* between writes, ns */
	uint64_t fsyncs;				     /* of those, what fsync= asked for */
	uint64_t zone_resets;
	uint64_t errors;
	uint64_t elapsed_ms;
	int error; /* the first, positive */
};

/* The ends of the ranges of latencies in ns; the last has none. */
extern const uint64_t fio_latency_limits[FIO_LATENCY_RANGES - 1];

/* count commands have begun with so many under way, themselves included. */
static inline void fio_results_depth(struct fio_results *results, unsigned depth, uint64_t count)
{
	unsigned level = 31u - (unsigned)__builtin_clz(depth | 1);

	results->levels[level < FIO_LEVELS ? level : FIO_LEVELS - 1] += count;
}
/* So many were begun or had ended at once: 0, up to 4, 8, 16, 32, 64, and more. */
static inline void fio_results_batch(uint64_t batches[FIO_LEVELS], unsigned count)
{
	unsigned batch = count > 4 ? 31u - (unsigned)__builtin_clz(count - 1) : count != 0;

	batches[batch < FIO_LEVELS ? batch : FIO_LEVELS - 1]++;
}
/* Commands that were begun, submitted and found ended together: how many, and of how many bytes in
 * all. Times in ns. */
struct fio_together {
	uint64_t begun, submitted, ended;
	uint64_t bytes;
	uint32_t count;
};
void fio_results_add(struct fio_results *results, enum fio_direction direction,
		     const struct fio_together *commands);
/* Twice a second. */
void fio_results_sample(struct fio_results *results);
/* Adds the results of another job of its group. */
void fio_results_merge(struct fio_results *into, const struct fio_results *from);
