/* Zipf, Pareto and zoned distributions, as fio draws from them. */
#include "kernel/commands/fio/distribution.h"

#include "lib/string.h"

#define PLACES 32
#define ONE    (1ull << PLACES)
/* Terms of the zeta function that are added up; of the others there is the integral. */
#define TERMS	1000u
#define ETA_MAX ((fio_wide)1 << 94)
/* Multiplied with, numbers in order become numbers in disorder. */
#define SCRAMBLE 0x61c8864680b583ebull

static unsigned bits_of(fio_wide number)
{
	uint64_t high = (uint64_t)(number >> 64), low = (uint64_t)number;

	return high ? 128u - (unsigned)__builtin_clzll(high)
		    : 64u - (unsigned)__builtin_clzll(low | 1);
}

/* The logarithm to base 2 of a number that is not 0, with `places` binary places. */
static int64_t logarithm(fio_wide number, unsigned places)
{
	unsigned bits = bits_of(number);
	uint64_t mantissa = (uint64_t)(bits > 64 ? number >> (bits - 64) : number << (64 - bits));
	int64_t result = ((int64_t)bits - 1 - (int64_t)places) * (int64_t)ONE;

	/* A square doubles the logarithm: bit by bit. */
	for (int64_t bit = ONE >> 1; bit; bit >>= 1) {
		fio_wide square = (fio_wide)mantissa * mantissa;

		if (square >> 127) {
			result += bit;
			mantissa = (uint64_t)(square >> 64);
		} else {
			mantissa = (uint64_t)(square >> 63);
		}
	}
	return result;
}

/* 2 to the power; UINT64_MAX << PLACES where there is no room for it. */
static fio_wide power_of_two(int64_t power)
{
	static uint64_t roots[PLACES]; /* of 2: square, fourth .., 62 places */
	int64_t whole = power >> PLACES;
	fio_wide result = (fio_wide)1 << 62, root = (fio_wide)2 << 62;

	for (unsigned i = 0; !roots[PLACES - 1] && i < PLACES; i++)
		roots[i] = (uint64_t)(root = fio_root(root << 62));
	for (unsigned i = 0; i < PLACES; i++)
		if (power >> (PLACES - 1 - i) & 1)
			result = result * roots[i] >> 62;
	if (whole >= 64)
		return (fio_wide)UINT64_MAX << PLACES;
	whole -= 62 - PLACES;
	if (whole < -127)
		return 0;
	return whole < 0 ? result >> -whole : result << whole;
}

static int64_t times(int64_t a, int64_t b)
{
	__int128 product = (__int128)a * b >> PLACES;

	return product > INT64_MAX    ? INT64_MAX
	       : product < -INT64_MAX ? -INT64_MAX
				      : (int64_t)product;
}

/* number (with places) to the power. */
static fio_wide raised(fio_wide number, unsigned places, int64_t power)
{
	return number ? power_of_two(times(logarithm(number, places), power)) : 0;
}

static int64_t from_millionths(uint64_t millionths)
{
	return (int64_t)(millionths * ONE / FIO_ONE);
}

static int64_t inverse(int64_t number)
{
	uint64_t size = (uint64_t)(number < 0 ? -number : number);
	int64_t result = (int64_t)fio_divide((fio_wide)ONE << PLACES, size);

	return number < 0 ? -result : result;
}

/* The sum of 1 / i ^ theta. */
static fio_wide zeta(uint64_t count, int64_t theta)
{
	uint64_t terms = count < TERMS ? count : TERMS;
	int64_t rest = (int64_t)ONE - theta;
	fio_wide sum = 0, from, to;

	for (uint64_t i = 1; i <= terms; i++)
		sum += raised(i, 0, -theta);
	if (terms == count)
		return sum;
	from = raised(terms, 0, rest);
	to = raised(count, 0, rest);
	sum += fio_divide_wide((rest < 0 ? from - to : to - from) << PLACES,
			       (uint64_t)(rest < 0 ? -rest : rest));
	return sum - (raised(terms, 0, -theta) - raised(count, 0, -theta)) / 2;
}

static void init_zipf(struct fio_distribution *distribution)
{
	int64_t theta = from_millionths(distribution->options->distribution_parameter);
	int64_t rest = (int64_t)ONE - theta;
	uint64_t count = distribution->count;
	fio_wide second = zeta(2, theta), share;

	distribution->zeta = zeta(count, theta);
	distribution->two = ONE + (uint64_t)raised(2, 0, -theta);
	distribution->power = inverse(rest);
	share = fio_divide_wide(second << PLACES, distribution->zeta);
	if (count > 2 && share < ONE) {
		/* (1 - (2 / count) ^ rest) / (1 - share) */
		int64_t logs = logarithm(2, 0) - logarithm(count, 0);
		__int128 above = (__int128)ONE - (__int128)power_of_two(times(logs, rest));
		fio_wide size = (fio_wide)(above < 0 ? -above : above);

		/* Room for a product. */
		size = size > ETA_MAX ? ETA_MAX : fio_divide_wide(size << PLACES, ONE - share);
		size = size > ETA_MAX ? ETA_MAX : size;
		distribution->eta = above < 0 ? -(__int128)size : (__int128)size;
	}
}

void fio_distribution_init(struct fio_distribution *distribution, const struct fio_options *options,
			   uint64_t count, uint64_t seed)
{
	struct prng prng;
	int64_t parameter = from_millionths(options->distribution_parameter);

	memset(distribution, 0, sizeof(*distribution));
	distribution->options = options;
	distribution->count = count;
	prng_seed(&prng, seed);
	distribution->offset = prng_next(&prng);
	if (options->distribution == FIO_ZIPF && count)
		init_zipf(distribution);
	if (options->distribution == FIO_PARETO) {
		/* log(h) / log(1 - h) */
		uint64_t above = (uint64_t)-logarithm((fio_wide)parameter, PLACES);
		uint64_t below =
			(uint64_t)-logarithm((fio_wide)(ONE - (uint64_t)parameter), PLACES);

		distribution->power = (int64_t)fio_divide((fio_wide)above << PLACES, below);
	}
}

static uint64_t draw_zipf(const struct fio_distribution *distribution, uint64_t random)
{
	fio_wide weight = distribution->zeta * random >> PLACES;
	__int128 base;

	if (weight < ONE)
		return 0;
	if (weight < distribution->two)
		return 1;
	base = (distribution->eta * (__int128)random >> PLACES) - distribution->eta + (__int128)ONE;
	if (base <= 0)
		return 0;
	return (uint64_t)(raised((fio_wide)base, PLACES, distribution->power) *
				  (fio_wide)distribution->count >>
			  PLACES);
}

static uint64_t draw_zoned(const struct fio_distribution *distribution, struct prng *prng)
{
	const struct fio_options *options = distribution->options;
	uint64_t share = (uint64_t)((fio_wide)prng_next(prng) * 100 >> 64), from = 0, to;
	unsigned zone = 0;

	while (share >= options->areas[zone].accesses)
		zone++;
	if (zone)
		from = distribution->count * options->areas[zone - 1].sizes / 100;
	to = distribution->count * options->areas[zone].sizes / 100;
	if (to <= from)
		return from < distribution->count ? from : distribution->count - 1;
	return from + (uint64_t)((fio_wide)prng_next(prng) * (to - from) >> 64);
}

uint64_t fio_distribution_draw(const struct fio_distribution *distribution, struct prng *prng)
{
	uint64_t random, value;

	if (distribution->options->distribution == FIO_ZONED)
		return draw_zoned(distribution, prng);
	random = prng_next(prng) >> (64 - PLACES);
	if (distribution->options->distribution == FIO_ZIPF)
		value = draw_zipf(distribution, random);
	else
		value = (uint64_t)(raised(random, PLACES, distribution->power) *
					   (fio_wide)(distribution->count - 1) >>
				   PLACES);
	return (value * SCRAMBLE + distribution->offset) % distribution->count;
}
