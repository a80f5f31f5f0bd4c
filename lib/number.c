/* Numbers in text, as people type them and as they like to read them. */
#include "lib/number.h"
#include <stdbool.h>
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

/* The value of a digit of any base; above all bases when c is none. */
static unsigned digit_value(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	if (is_alpha(c))
		return (unsigned)(to_lower(c) - 'a') + 10;
	return 99;
}

int number_parse_prefix(const char *text, const char **end, int base, uint64_t *value)
{
	uint64_t result = 0;
	bool overflow = false;
	const char *next = text;

	/* "0x" is a prefix only when a digit comes behind it: else the 0 is the number. */
	if ((base == 0 || base == 16) && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
	    is_xdigit(text[2])) {
		base = 16;
		next += 2;
	} else if (base == 0) {
		base = text[0] == '0' ? 8 : 10;
	}
	*end = text;
	*value = 0;
	if (digit_value(*next) >= (unsigned)base)
		return -EINVAL;
	for (; digit_value(*next) < (unsigned)base; next++) {
		if (__builtin_mul_overflow(result, (uint64_t)base, &result) ||
		    __builtin_add_overflow(result, digit_value(*next), &result))
			overflow = true;
	}
	*end = next;
	*value = overflow ? UINT64_MAX : result;
	return overflow ? -ERANGE : 0;
}

int number_parse(const char *text, int base, uint64_t *value)
{
	const char *end;
	int error = number_parse_prefix(text, &end, base, value);

	return *end ? -EINVAL : error;
}

int number_parse_signed(const char *text, int base, int64_t *value)
{
	bool negative = *text == '-';
	uint64_t magnitude;
	int error;

	if (*text == '-' || *text == '+')
		text++;
	error = number_parse(text, base, &magnitude);
	*value = 0;
	if (error == -EINVAL)
		return error;
	if (negative && magnitude > (uint64_t)INT64_MAX + 1) {
		*value = INT64_MIN;
		return -ERANGE;
	}
	if (!negative && magnitude > INT64_MAX) {
		*value = INT64_MAX;
		return -ERANGE;
	}
	*value = negative ? (int64_t)-magnitude : (int64_t)magnitude;
	return 0;
}

/* Multiplies by base^power; at the first overflow the result stays UINT64_MAX. */
static bool scale(uint64_t *value, unsigned base, unsigned power)
{
	while (power--) {
		if (__builtin_mul_overflow(*value, (uint64_t)base, value)) {
			*value = UINT64_MAX;
			return false;
		}
	}
	return true;
}

/* One factor: digits, suffix, B. *end is behind it. */
static int parse_factor(const char *text, const char **end, uint64_t *value)
{
	static const char units[] = "KMGTPEZYRQ";
	const char *next, *unit;
	int error = number_parse_prefix(text, &next, 10, value);
	bool fits = true;

	if (error == -EINVAL) {
		if (!*text || !strchr("bcwkKMGTPEZYRQ", *text))
			return error;
		error = 0;
		*value = 1;
	}
	if (*next == 'c') {
		next++;
	} else if (*next == 'w') {
		fits = scale(value, 2, 1);
		next++;
	} else if (*next == 'b') {
		fits = scale(value, 512, 1);
		next++;
	} else if (*next && (unit = strchr(units, *next == 'k' ? 'K' : *next))) {
		unsigned base = 1024;

		next++;
		if (next[0] == 'i' && next[1] == 'B') {
			next += 2;
		} else if (next[0] == 'B') {
			base = 1000;
			next++;
		}
		fits = scale(value, base, (unsigned)(unit - units) + 1);
	}
	if (*next == 'B' && next[-1] != 'B')
		next++;
	*end = next;
	return fits ? error : -ERANGE;
}

int number_parse_size(const char *text, uint64_t *value)
{
	uint64_t product = 1, factor;
	bool overflow = false, zero = false;

	*value = 0;
	for (;;) {
		const char *end;
		int error = parse_factor(text, &end, &factor);

		if (error == -EINVAL)
			return error;
		if (error || __builtin_mul_overflow(product, factor, &product))
			overflow = true;
		if (factor == 0)
			zero = true;
		if (!*end)
			break;
		if (*end != 'x')
			return -EINVAL;
		text = end + 1;
	}
	if (zero)
		product = 0;
	else if (overflow)
		product = UINT64_MAX;
	*value = product;
	return overflow && !zero ? -ERANGE : 0;
}

char *number_format_iec(uint64_t bytes, char *buffer, size_t size)
{
	unsigned power = 0;
	uint64_t whole, tenths;

	while (power < 6 && bytes >> (10 * (power + 1)))
		power++;
	whole = bytes >> (10 * power);
	tenths = 0;
	if (power) {
		/* The ten bits below the unit are all that one rounded decimal needs, but for the
		 * thousandths that are cut off before rounding. */
		uint64_t rest = bytes - (whole << (10 * power));

		if (power > 5)
			rest >>= 10;
		tenths = (rest * 1000 >> (power > 5 ? 50 : 10 * power)) + 50;
		tenths /= 100;
		if (tenths == 10) {
			tenths = 0;
			whole++;
		}
	}
	if (tenths)
		snprintf(buffer, size, "%llu.%llu%c", (unsigned long long)whole,
			 (unsigned long long)tenths, "BKMGTPE"[power]);
	else
		snprintf(buffer, size, "%llu%c", (unsigned long long)whole, "BKMGTPE"[power]);
	return buffer;
}
