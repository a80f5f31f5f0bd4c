/* What fio counts of latencies: least, most, mean, deviation, and a histogram with fio's buckets.
 * Adding takes no division and no memory. */
#pragma once

#include <stdint.h>

#include "kernel/commands/fio/number.h"

/* 64 buckets for each power of two, 29 of those. */
#define FIO_BUCKET_BITS 6
#define FIO_BUCKETS	(29u << FIO_BUCKET_BITS)

struct fio_summary {
	uint64_t count, min, max, sum;
	fio_wide squares;
};

struct fio_histogram {
	struct fio_summary summary;
	uint32_t buckets[FIO_BUCKETS];
};

/* The same value count times, at least once. */
static inline void fio_summary_add(struct fio_summary *summary, uint64_t value, uint64_t count)
{
	if (!summary->count || value < summary->min)
		summary->min = value;
	if (value > summary->max)
		summary->max = value;
	summary->count += count;
	summary->sum += value * count;
	summary->squares += (fio_wide)value * value * count;
}
void fio_summary_merge(struct fio_summary *into, const struct fio_summary *from);
/* Both in millionths. */
uint64_t fio_summary_mean(const struct fio_summary *summary);
uint64_t fio_summary_deviation(const struct fio_summary *summary);

static inline unsigned fio_bucket(uint64_t value)
{
	unsigned shift, bucket;

	if (value < 2u << FIO_BUCKET_BITS)
		return (unsigned)value;
	shift = 63u - FIO_BUCKET_BITS - (unsigned)__builtin_clzll(value);
	bucket = (shift << FIO_BUCKET_BITS) + (unsigned)(value >> shift);
	return bucket < FIO_BUCKETS ? bucket : FIO_BUCKETS - 1;
}
/* The value that stands for a bucket: its middle. */
uint64_t fio_bucket_value(unsigned bucket);

static inline void fio_histogram_add(struct fio_histogram *histogram, uint64_t value,
				     uint32_t count)
{
	fio_summary_add(&histogram->summary, value, count);
	histogram->buckets[fio_bucket(value)] += count;
}
void fio_histogram_merge(struct fio_histogram *into, const struct fio_histogram *from);
/* The values of count percentiles (millionths of a percent, ascending). */
void fio_histogram_percentiles(const struct fio_histogram *histogram, const uint64_t *percentiles,
			       unsigned count, uint64_t *values);
