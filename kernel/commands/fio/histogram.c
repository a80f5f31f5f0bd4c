/* Sums, deviations and percentiles of latencies. */
#include "kernel/commands/fio/histogram.h"

void fio_summary_merge(struct fio_summary *into, const struct fio_summary *from)
{
	if (!from->count)
		return;
	if (!into->count || from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
	into->count += from->count;
	into->sum += from->sum;
	into->squares += from->squares;
}

uint64_t fio_summary_mean(const struct fio_summary *summary)
{
	return fio_fraction(summary->sum, 1, summary->count);
}

uint64_t fio_summary_deviation(const struct fio_summary *summary)
{
	uint64_t n = summary->count;
	fio_wide square, spread;

	if (n < 2)
		return 0;
	/* The sum of the squares of the distances from the mean; what is lost is a part of 1 in it.
	 */
	square = fio_divide_wide((fio_wide)summary->sum * summary->sum, n);
	if (summary->squares <= square)
		return 0;
	spread = summary->squares - square;
	/* As many digits as there is room for. */
	if (spread >> 88)
		return fio_root(fio_divide_wide(spread, n - 1)) * FIO_ONE;
	return fio_root(fio_divide_wide(spread * (FIO_ONE * FIO_ONE), n - 1));
}

uint64_t fio_bucket_value(unsigned bucket)
{
	unsigned shift = bucket >> FIO_BUCKET_BITS;

	if (shift < 2)
		return bucket;
	shift--;
	return ((uint64_t)(bucket - (shift << FIO_BUCKET_BITS)) << shift) + (1ull << shift >> 1);
}

void fio_histogram_merge(struct fio_histogram *into, const struct fio_histogram *from)
{
	fio_summary_merge(&into->summary, &from->summary);
	for (unsigned i = 0; i < FIO_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
}

void fio_histogram_percentiles(const struct fio_histogram *histogram, const uint64_t *percentiles,
			       unsigned count, uint64_t *values)
{
	uint64_t sum = 0;
	unsigned at = 0;

	for (unsigned i = 0; i < FIO_BUCKETS; i++) {
		sum += histogram->buckets[i];
		while (at < count && (fio_wide)sum * (100 * FIO_ONE) >=
					     (fio_wide)percentiles[at] * histogram->summary.count)
			values[at++] = fio_bucket_value(i);
	}
}
