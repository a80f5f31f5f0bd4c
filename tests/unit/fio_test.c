/* fio's parts without hardware: numbers, histograms, options and job files, orders, verified
 * blocks. Values with a remark are what fio 3.33 printed or wrote. */
#include <stdlib.h>
#include <string.h>

#include "kernel/commands/fio/histogram.h"
#include "kernel/commands/fio/job_file.h"
#include "kernel/commands/fio/order.h"
#include "kernel/commands/fio/verify.h"
#include "tests/unit/cmocka.h"

static void test_short_numbers(void **state)
{
	static const struct {
		uint64_t number;
		unsigned digits, power;
		const char *text;
	} cases[] = {
		{9920, 4, 1000, "9920"},	  {10560, 4, 1000, "10.6k"},
		{2447300, 6, 1000, "2447.3k"},	  {102400, 4, 1000, "102k"},
		{1984 * 1024, 4, 1024, "1984Ki"}, {131072, 4, 1024, "128Ki"},
		{65536, 4, 1024, "64.0Ki"},	  {0, 4, 1024, "0"},
		{UINT64_MAX, 4, 1024, "16.0Ei"},
	};
	char text[FIO_NUMBER_TEXT];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			fio_short(text, cases[i].number, cases[i].digits, cases[i].power),
			cases[i].text);
	assert_string_equal(fio_decimal(text, 94534999, 2), "94.53");
	assert_string_equal(fio_decimal(text, 999999, 0), "1");
	assert_string_equal(fio_decimal(text, 38069, 6), "0.038069");
	assert_int_equal(fio_root((fio_wide)UINT64_MAX * UINT64_MAX), UINT64_MAX);
	assert_int_equal(fio_divide((fio_wide)1 << 100, 1), UINT64_MAX);
	assert_int_equal(fio_divide(7, 0), 0);
}

/* fio's own definition of the buckets. */
static void test_buckets(void **state)
{
	(void)state;
	for (uint64_t value = 0; value < 1u << 20; value++) {
		unsigned bucket = fio_bucket(value);
		uint64_t middle = fio_bucket_value(bucket);

		assert_true(bucket < FIO_BUCKETS);
		assert_int_equal(fio_bucket(middle), bucket);
		/* An error of less than 1 in 64. */
		assert_true(llabs((long long)(middle - value)) * 64 <= (long long)value);
	}
	assert_int_equal(fio_bucket_value(fio_bucket(31115)), 31104);	  /* fio */
	assert_int_equal(fio_bucket_value(fio_bucket(4389844)), 4358144); /* fio */
	assert_int_equal(fio_bucket(UINT64_MAX), FIO_BUCKETS - 1);
}

static void test_histogram(void **state)
{
	static struct fio_histogram histogram, other;
	const uint64_t percentiles[] = {1000000, 50000000, 99000000, 100000000};
	uint64_t values[4];

	(void)state;
	for (uint64_t value = 1; value <= 100; value++)
		fio_histogram_add(value % 2 ? &histogram : &other, value, 1);
	fio_histogram_merge(&histogram, &other);
	assert_int_equal(histogram.summary.min, 1);
	assert_int_equal(histogram.summary.max, 100);
	assert_int_equal(fio_summary_mean(&histogram.summary), 50500000);
	assert_int_equal(fio_summary_deviation(&histogram.summary), 29011491);
	fio_histogram_percentiles(&histogram, percentiles, 4, values);
	assert_int_equal(values[0], 1);
	assert_int_equal(values[1], 50);
	assert_int_equal(values[2], 99);
	assert_int_equal(values[3], 100);
}

static bool grow(struct fio_job_list *list)
{
	list->jobs = realloc(list->jobs, (list->count + 1) * sizeof(list->jobs[0]));
	return true;
}

static int parse(struct fio_job_list *list, const char *text)
{
	char *copy = strdup(text);
	int error;

	fio_job_list_init(list, grow);
	error = fio_job_file_parse(list, copy);
	free(copy);
	return error;
}

static void test_job_file(void **state)
{
	static struct fio_job_list list;
	const struct fio_options *job;

	(void)state;
	assert_int_equal(parse(&list, "# a remark\n[global]\nbs=4k,64k ; here\nioengine=libaio\n"
				      "direct=1\nruntime=2m\ntime_based\n\n[one]\nrw=randrw\n"
				      "size=10%\niodepth = 32\n[two]\nbsrange=1k-8k\n"
				      "verify_pattern=0xdeadbeef\nrate=1m,2m\nstonewall\n"
				      "percentile_list=50:99.9\nbssplit=4k/75:8k\n"),
			 0);
	assert_int_equal(list.count, 2);
	job = &list.jobs[0];
	assert_string_equal(job->name, "one");
	assert_int_equal(job->bs[FIO_READ], 4096);
	assert_int_equal(job->bs[FIO_WRITE], 65536);
	assert_int_equal(job->bs[FIO_TRIM], 65536);
	assert_int_equal(job->runtime_us, 120000000);
	assert_true(job->size == (10 | FIO_PERCENT));
	assert_int_equal(job->iodepth, 32);
	assert_string_equal(fio_rw_name(job->rw), "randrw");
	job = &list.jobs[1];
	assert_int_equal(job->rate[FIO_WRITE], 2 << 20);
	assert_memory_equal(job->pattern, "\xde\xad\xbe\xef", 4);
	assert_int_equal(job->percentiles[1], 99900000);
	assert_int_equal(job->split_count[FIO_READ], 2);
	assert_int_equal(job->splits[FIO_READ][0].up_to, 75);
	assert_int_equal(job->splits[FIO_READ][1].up_to, 100);
	assert_int_equal(job->bs_max[FIO_READ], 8192);
	free(list.jobs);
}

static void test_bad_job_files(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"abc=1\n[a]\n", "1: option <abc=1> outside of [] job section"},
		{"[a]\nfoo=1\nrw=read\n", "2: Bad option <foo=1>"},
		{"[a]\n\nrw=rand\n",
		 "3: failed parsing rw=rand\n        valid values: read       Sequential read\n"},
		{"[a]\nbs=0\n", "2: failed parsing bs=0\n        valid values: 1 to 1073741824"},
		{"[a]\nbs=4x\n", "2: failed parsing bs=4x\n        valid values: 1 to 1073741824"},
		{"[a]\nsize=99999999999999999999\n", "2: failed parsing size=99999999999999999999"},
		{"[a]\niodepth\n", "2: failed parsing iodepth\n        valid values: 1 to 1024"},
		{"[a\n", "1: bad section [a"},
		{"[a]\nbssplit=4k/60:8k/50\n", "2: failed parsing bssplit=4k/60:8k/50"},
		{"[a]\nbsrange=8k-4k\n", "2: failed parsing bsrange=8k-4k"},
	};
	static struct fio_job_list list;

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(parse(&list, cases[i].text) != 0);
		/* Where the values are many they begin so. */
		if (strchr(cases[i].error, '\0')[-1] == '\n')
			list.error[strlen(cases[i].error)] = '\0';
		assert_string_equal(list.error, cases[i].error);
		free(list.jobs);
	}
	/* All of the longest list has room. */
	assert_true(parse(&list, "[a]\nrw=rand\n") != 0);
	assert_non_null(strstr(list.error, "randwrite-zeroes Random Write Zeroes"));
	free(list.jobs);
}

/* Whatever the sizes, a pass at random uses each block once, and the same seed gives it again. */
static void random_pass(uint64_t bs, uint64_t bs_max, uint64_t blocks)
{
	static struct fio_options options;
	struct fio_order order;
	struct fio_place place;
	uint64_t words, first[8] = {0}, total = 0;
	unsigned char *seen = calloc(blocks, 1);

	fio_options_init(&options);
	options.rw = FIO_RW_WRITE | FIO_RW_RANDOM;
	options.bs[FIO_WRITE] = bs;
	options.bs_max[FIO_WRITE] = bs_max;
	words = fio_order_init(&order, &options, bs * 3, blocks * bs, 7);
	order.map = malloc(words * sizeof(order.map[0]));
	fio_order_rewind(&order);
	for (unsigned i = 0; fio_order_next(&order, &place); i++) {
		if (i < 8)
			first[i] = place.offset;
		assert_true(place.offset >= bs * 3 && place.offset % bs == 0);
		total += place.size;
		for (uint64_t at = 0; at < place.size; at += bs) {
			uint64_t block = (place.offset + at) / bs - 3;

			assert_true(block < blocks);
			assert_int_equal(seen[block]++, 0);
		}
	}
	assert_int_equal(total, blocks * bs);
	fio_order_rewind(&order);
	for (unsigned i = 0; i < 8 && fio_order_next(&order, &place); i++)
		assert_int_equal(place.offset, first[i]);
	free(order.map);
	free(seen);
}

static void test_random_map(void **state)
{
	(void)state;
	random_pass(4096, 4096, 1);
	random_pass(4096, 4096, 64);
	random_pass(512, 512, 1000);
	random_pass(4096, 65536, 777);
}

static void test_order(void **state)
{
	static struct fio_options options;
	struct fio_order order;
	struct fio_place place;

	(void)state;
	fio_options_init(&options);
	options.rw = FIO_RW_TRIM | FIO_RW_WRITE;
	assert_int_equal(fio_order_init(&order, &options, 0, 8192, 1), 0);
	fio_order_rewind(&order);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(fio_order_next(&order, &place));
		assert_int_equal(place.direction, i % 2 ? FIO_WRITE : FIO_TRIM);
		assert_int_equal(place.offset, i / 2 * 4096);
	}
	assert_false(fio_order_next(&order, &place));
}

static int by_count(const void *one, const void *other)
{
	return *(const unsigned *)other > *(const unsigned *)one ? 1 : -1;
}

/* Draws often; the parts in 10,000 that the `top` units that were drawn most often had. */
static unsigned drawn(const char *text, uint64_t count, uint64_t top, unsigned *hits)
{
	static struct fio_options options;
	struct fio_distribution distribution;
	struct prng prng;
	unsigned sum = 0;

	fio_options_init(&options);
	assert_int_equal(fio_option_set(&options, "random_distribution", text), FIO_OPTION_TAKEN);
	fio_distribution_init(&distribution, &options, count, 3);
	prng_seed(&prng, 5);
	memset(hits, 0, count * sizeof(*hits));
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t unit = fio_distribution_draw(&distribution, &prng);

		assert_true(unit < count);
		hits[unit]++;
	}
	if (!top)
		return 0;
	qsort(hits, count, sizeof(*hits), by_count);
	for (uint64_t i = 0; i < top; i++)
		sum += hits[i];
	return sum / 10;
}

/* The first unit of Zipf's has 1 / zeta of all. Pareto's are what the same formulas give in
 * floating point, where several units become one when they are scrambled. */
static void test_distributions(void **state)
{
	static const char *const bad[] = {"zipf:1",	"zipf:0",   "zipf:x",
					  "pareto:1.5", "zoned",    "zoned:60/10:50/5",
					  "zoned:60",	"normal:5", "random:1"};
	static struct fio_options options;
	unsigned *hits = calloc(1000000, sizeof(*hits));

	(void)state;
	assert_in_range(drawn("zipf:1.2", 1000, 1, hits), 2260, 2360);
	assert_in_range(drawn("zipf:1.2", 1000, 2, hits), 3230, 3400);
	assert_in_range(drawn("zipf:0.8", 1000000, 1, hits), 125, 145);
	assert_in_range(drawn("zipf", 1, 1, hits), 10000, 10000);
	assert_in_range(drawn("zipf:4", 50, 1, hits), 9180, 9300);
	assert_in_range(drawn("pareto:0.2", 1000, 200, hits), 9370, 9570);
	assert_in_range(drawn("pareto:0.05", 1000, 50, hits), 9200, 9800);
	drawn("zoned:60/10:30/20", 1000, 0, hits);
	for (unsigned i = 0, at = 0; i < 3; i++) {
		static const unsigned ends[] = {100, 300, 1000}, shares[] = {60, 30, 10};
		unsigned sum = 0;

		for (; at < ends[i]; at++)
			sum += hits[at];
		assert_in_range(sum, shares[i] * 1000 - 700, shares[i] * 1000 + 700);
	}
	fio_options_init(&options);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(fio_option_set(&options, "random_distribution", bad[i]),
				 FIO_OPTION_BAD);
	free(hits);
}

static void test_verify(void **state)
{
	static const enum fio_verify kinds[] = {FIO_VERIFY_META,   FIO_VERIFY_MD5,
						FIO_VERIFY_CRC32,  FIO_VERIFY_CRC32C,
						FIO_VERIFY_SHA256, FIO_VERIFY_PATTERN};
	static struct fio_options options;
	static unsigned char block[8192];
	struct fio_verify_failure failure;

	(void)state;
	fio_options_init(&options);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		options.verify = kinds[i];
		options.verify_interval = 4096;
		options.pattern_size = kinds[i] == FIO_VERIFY_PATTERN ? 3 : 0;
		memcpy(options.pattern, "abc", 3);
		fio_verify_fill(&options, block, sizeof(block), 65536, 5, 1);
		assert_true(fio_verify_check(&options, block, sizeof(block), 65536, &failure));
		if (kinds[i] != FIO_VERIFY_PATTERN) {
			/* Elsewhere it is wrong. */
			assert_false(fio_verify_check(&options, block, sizeof(block), 0, &failure));
			assert_string_equal(failure.header, "offset");
		}
		block[6000] ^= 1;
		if (kinds[i] == FIO_VERIFY_META)
			continue;
		assert_false(fio_verify_check(&options, block, sizeof(block), 65536, &failure));
		assert_int_equal(failure.offset, kinds[i] == FIO_VERIFY_PATTERN ? 71536 : 69632);
	}
	assert_int_equal(~fio_crc32c("123456789", 9), 0xe3069283u);
}

TESTS(cmocka_unit_test(test_short_numbers), cmocka_unit_test(test_buckets),
      cmocka_unit_test(test_histogram), cmocka_unit_test(test_job_file),
      cmocka_unit_test(test_bad_job_files), cmocka_unit_test(test_random_map),
      cmocka_unit_test(test_order), cmocka_unit_test(test_verify),
      cmocka_unit_test(test_distributions))
