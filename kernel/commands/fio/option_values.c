/* How the values of options are read: sizes, times, ranges, shares, patterns, percentiles. */
#include "kernel/commands/fio/option_values.h"

#include "kernel/commands/fio/number.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool fio_piece(char *to, size_t room, const char *text, size_t size)
{
	if (size >= room)
		return false;
	memcpy(to, text, size);
	to[size] = '\0';
	return true;
}

static bool same(const char *suffix, const char *word)
{
	for (; *suffix && *word; suffix++, word++)
		if (to_lower((unsigned char)*suffix) != *word)
			return false;
	return !*suffix && !*word;
}

int fio_parse_size(const char *text, uint64_t *value)
{
	static const char units[] = "kmgtp";
	const char *end, *unit;

	if (number_parse_prefix(text, &end, text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10,
				value))
		return -EINVAL;
	if (!*end || same(end, "b"))
		return 0;
	if (*end == '%' && !end[1] && *value <= 100) {
		*value |= FIO_PERCENT;
		return 0;
	}
	unit = strchr(units, to_lower((unsigned char)*end));
	if (!unit || !*unit ||
	    (end[1] && !same(end + 1, "b") && !same(end + 1, "ib") && !same(end + 1, "i")))
		return -EINVAL;
	for (const char *step = units; step <= unit; step++)
		if (__builtin_mul_overflow(*value, 1024ull, value))
			return -EINVAL;
	return 0;
}

int fio_parse_cpus(const char *text, uint64_t *cpus)
{
	uint64_t first, last;

	*cpus = 0;
	for (;; text++) {
		if (number_parse_prefix(text, &text, 10, &first))
			return -EINVAL;
		last = first;
		if ((*text == '-' && number_parse_prefix(text + 1, &text, 10, &last)) ||
		    last > 63 || first > last)
			return -EINVAL;
		*cpus |= (UINT64_MAX >> (63 - (last - first))) << first;
		if (*text != ',' && *text != ':')
			return *text ? -EINVAL : 0;
	}
}

int fio_parse_time(const char *text, uint64_t *us)
{
	static const struct {
		const char *suffix;
		uint64_t us;
	} units[] = {{"", 1000000},    {"us", 1},	{"ms", 1000},	   {"s", 1000000},
		     {"sec", 1000000}, {"m", 60000000}, {"h", 3600000000}, {"d", 86400000000}};
	const char *end;

	if (number_parse_prefix(text, &end, 10, us))
		return -EINVAL;
	for (unsigned i = 0; i < COUNT(units); i++)
		if (same(end, units[i].suffix))
			return __builtin_mul_overflow(*us, units[i].us, us) ? -EINVAL : 0;
	return -EINVAL;
}

int fio_parse_range(struct fio_options *options, const char *text)
{
	char one[32];
	uint64_t low, high;

	for (unsigned at = 0; at < FIO_DIRECTIONS; at++) {
		size_t size = strcspn(text, ",-:");

		if (!text[size] || text[size] == ',' || !fio_piece(one, sizeof(one), text, size) ||
		    fio_parse_size(one, &low))
			return -EINVAL;
		text += size + 1;
		size = strcspn(text, ",");
		if (!fio_piece(one, sizeof(one), text, size) || fio_parse_size(one, &high) ||
		    !low || low > high || high > 1ull << 30)
			return -EINVAL;
		for (unsigned i = at; i < FIO_DIRECTIONS; i++) {
			options->bs[i] = low;
			options->bs_max[i] = high;
		}
		text += size;
		if (!*text)
			return 0;
		text++;
	}
	return -EINVAL;
}

/* "4k/60:64k/40": a size without a share has an equal part of what is left. */
static int parse_split(struct fio_options *options, unsigned direction, const char *text,
		       size_t length)
{
	struct fio_split *splits = options->splits[direction];
	uint64_t shares[FIO_SPLITS_MAX], total = 0, min = UINT64_MAX, max = 0;
	unsigned count = 0, open = 0;

	for (const char *end = text + length; text < end; count++) {
		char one[32], *slash;
		size_t size = strcspn(text, ":,");

		if (count == FIO_SPLITS_MAX || !fio_piece(one, sizeof(one), text, size))
			return -EINVAL;
		text += size + 1;
		slash = strchr(one, '/');
		shares[count] = UINT64_MAX;
		if (slash) {
			*slash++ = '\0';
			if (*slash && number_parse(slash, 10, &shares[count]))
				return -EINVAL;
		}
		if (fio_parse_size(one, &splits[count].size) || !splits[count].size ||
		    splits[count].size > 1ull << 30)
			return -EINVAL;
		min = splits[count].size < min ? splits[count].size : min;
		max = splits[count].size > max ? splits[count].size : max;
		if (shares[count] == UINT64_MAX)
			open++;
		else if (shares[count] > 100 || (total += shares[count]) > 100)
			return -EINVAL;
	}
	if (!count)
		return -EINVAL;
	for (unsigned i = 0; i < count; i++) {
		if (shares[i] == UINT64_MAX)
			shares[i] = (100 - total) / open;
		splits[i].up_to = (i ? splits[i - 1].up_to : 0) + shares[i];
	}
	splits[count - 1].up_to = 100;
	options->split_count[direction] = count;
	options->bs[direction] = min;
	options->bs_max[direction] = max;
	return 0;
}

int fio_parse_splits(struct fio_options *options, const char *text)
{
	for (unsigned at = 0; at < FIO_DIRECTIONS; at++) {
		size_t size = strcspn(text, ",");

		for (unsigned i = at; i < FIO_DIRECTIONS; i++)
			if (parse_split(options, i, text, size))
				return -EINVAL;
		text += size;
		if (!*text)
			return 0;
		text++;
	}
	return -EINVAL;
}

/* 0x and digits (the first byte first), a decimal number (its last byte first), or "text". */
int fio_parse_pattern(struct fio_options *options, const char *text)
{
	unsigned char *pattern = options->pattern;
	unsigned size = 0;
	uint64_t number;

	if (*text == '"') {
		for (text++; *text && *text != '"' && size < FIO_PATTERN_MAX; text++)
			pattern[size++] = (unsigned char)*text;
	} else if (text[0] == '0' && text[1] == 'x') {
		size_t digits = strlen(text += 2);

		while (digits && size < FIO_PATTERN_MAX) {
			char pair[3] = {0};
			unsigned take = digits & 1 ? 1 : 2;

			memcpy(pair, text, take);
			if (number_parse(pair, 16, &number))
				return -EINVAL;
			pattern[size++] = (unsigned char)number;
			text += take;
			digits -= take;
		}
	} else {
		if (number_parse(text, 10, &number))
			return -EINVAL;
		do {
			pattern[size++] = (unsigned char)number;
		} while (number >>= 8);
	}
	options->pattern_size = size;
	return size ? 0 : -EINVAL;
}

/* "99.9" in millionths; *end is behind it. */
static int parse_decimal(const char *text, const char **end, uint64_t *millionths)
{
	uint64_t whole, unit = FIO_ONE;

	if (number_parse_prefix(text, end, 10, &whole) || whole > 1000)
		return -EINVAL;
	*millionths = whole * FIO_ONE;
	if (**end == '.')
		for ((*end)++; **end >= '0' && **end <= '9'; (*end)++)
			*millionths += (uint64_t)(**end - '0') * (unit /= 10);
	return 0;
}

int fio_parse_percentiles(struct fio_options *options, const char *text)
{
	unsigned count = 0;

	while (*text) {
		uint64_t value;
		const char *end;

		if (count == FIO_PERCENTILES_MAX || parse_decimal(text, &end, &value) ||
		    value >= 101 * FIO_ONE || (*end && *end != ':' && *end != ',') ||
		    (count && value < options->percentiles[count - 1]))
			return -EINVAL;
		options->percentiles[count++] = value;
		text = *end ? end + 1 : end;
	}
	options->percentile_count = count;
	return count ? 0 : -EINVAL;
}

/* "50/5:30/15": so many percent of the accesses go to so many percent of the file; what is left of
 * both is the last area's. */
static int parse_areas(struct fio_options *options, const char *text)
{
	uint64_t accesses = 0, sizes = 0, value;
	unsigned count = 0;

	for (;;) {
		struct fio_area *area = &options->areas[count];

		if (count == FIO_AREAS_MAX || number_parse_prefix(text, &text, 10, &value) ||
		    value > 100 || (accesses += value) > 100 || *text++ != '/' ||
		    number_parse_prefix(text, &text, 10, &value) || value > 100 ||
		    (sizes += value) > 100)
			return -EINVAL;
		*area = (struct fio_area){accesses, sizes};
		count++;
		if (!*text)
			break;
		if (*text++ != ':')
			return -EINVAL;
		if (!*text)
			break;
	}
	if (accesses < 100 && count < FIO_AREAS_MAX)
		options->areas[count++] = (struct fio_area){100, 100};
	options->areas[count - 1] = (struct fio_area){100, 100};
	return 0;
}

int fio_parse_distribution(struct fio_options *options, const char *text)
{
	size_t size = strcspn(text, ":");
	const char *parameter = text[size] ? text + size + 1 : NULL, *end;
	char kind[16];

	if (!fio_piece(kind, sizeof(kind), text, size))
		return -EINVAL;
	if (!strcmp(kind, "zoned")) {
		options->distribution = FIO_ZONED;
		return parameter ? parse_areas(options, parameter) : -EINVAL;
	}
	options->distribution = !strcmp(kind, "zipf")	  ? FIO_ZIPF
				: !strcmp(kind, "pareto") ? FIO_PARETO
							  : FIO_UNIFORM;
	if (options->distribution == FIO_UNIFORM)
		return !parameter && !strcmp(kind, "random") ? 0 : -EINVAL;
	options->distribution_parameter =
		options->distribution == FIO_ZIPF ? FIO_ONE * 11 / 10 : FIO_ONE / 5;
	if (parameter && (parse_decimal(parameter, &end, &options->distribution_parameter) || *end))
		return -EINVAL;
	/* theta is not 1, h is less. */
	if (!options->distribution_parameter || options->distribution_parameter == FIO_ONE ||
	    options->distribution_parameter >
		    (options->distribution == FIO_ZIPF ? 10 * FIO_ONE : FIO_ONE))
		return -EINVAL;
	return 0;
}
