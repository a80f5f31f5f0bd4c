/* Numbers with multiplier suffixes, and sizes in words. */
#include "kernel/commands/support/size.h"

#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

static int scale(uint64_t *value, uint64_t by, unsigned times)
{
	while (times--)
		if (__builtin_mul_overflow(*value, by, value)) {
			*value = UINT64_MAX;
			return SIZE_OVERFLOW;
		}
	return SIZE_OK;
}

/* Applies the suffix at *at and steps over it. */
static int apply_suffix(const char **at, const char *suffixes, uint64_t *value)
{
	static const char powers[] = "KMGTPEZY";
	const char *s = *at;
	char letter = *s;
	uint64_t base = 1024;

	if (!strchr(suffixes, letter))
		return SIZE_SUFFIX;
	*at = s + 1;
	if (letter == 'c')
		return SIZE_OK;
	if (letter == 'w')
		return scale(value, 2, 1);
	if (letter == 'b')
		return scale(value, 512, 1);
	if (letter == 'k' || letter == 'm' || letter == 'g' || letter == 't')
		letter -= 'a' - 'A';
	const char *power = letter ? strchr(powers, letter) : NULL;
	if (!power) {
		*at = s;
		return SIZE_SUFFIX;
	}
	if (strchr(suffixes, '0')) {
		if (s[1] == 'i' && s[2] == 'B') {
			*at = s + 3;
		} else if (s[1] == 'B' || s[1] == 'D') {
			*at = s + 2;
			base = 1000;
		}
	}
	return scale(value, base, (unsigned)(power - powers) + 1);
}

int size_scan(const char *text, const char **end, int base, const char *suffixes, uint64_t *value)
{
	const char *s = text;
	int result = SIZE_OK;

	*value = 0;
	*end = text;
	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	if (*s == '-')
		return SIZE_INVALID;
	bool sign = *s == '+';
	s += sign;
	if (base == 0) {
		base = 10;
		if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_value(s[2]) < 16) {
			base = 16;
			s += 2;
		} else if (s[0] == '0') {
			base = 8;
		}
	}
	if (digit_value(*s) < base) {
		for (; digit_value(*s) < base; s++)
			if (__builtin_mul_overflow(*value, (uint64_t)base, value) ||
			    __builtin_add_overflow(*value, (uint64_t)digit_value(*s), value)) {
				*value = UINT64_MAX;
				result = SIZE_OVERFLOW;
				while (digit_value(s[1]) < base)
					s++;
			}
	} else {
		/* only the text itself may be a bare suffix, nothing before it */
		s = text;
		if (!*s || !strchr(suffixes, *s))
			return SIZE_INVALID;
		*value = 1;
	}
	if (*s)
		result |= apply_suffix(&s, suffixes, value);
	if (*s)
		result |= SIZE_SUFFIX;
	*end = s;
	return result;
}

int size_parse(const char *text, const char *suffixes, uint64_t *value)
{
	const char *end;
	int result = size_scan(text, &end, 10, suffixes, value);

	if (result & (SIZE_INVALID | SIZE_SUFFIX))
		return -EINVAL;
	return result & SIZE_OVERFLOW ? -ERANGE : 0;
}

static const char letters[] = "\0KMGTPE";

char *size_human(char text[HUMAN_TEXT], uint64_t bytes, unsigned base)
{
	uint64_t unit = 1;
	unsigned exponent = 0;

	while (bytes / unit >= base) {
		unit *= base;
		exponent++;
	}
	uint64_t whole = bytes / unit, rest = bytes % unit;
	unsigned tenths = 0;
	bool decimal = exponent && whole < 10;

	if (decimal) {
		uint64_t left = rest * 10 % unit;

		tenths = (unsigned)(rest * 10 / unit);
		if (left > unit / 2 || (left == unit / 2 && tenths & 1))
			tenths++;
		if (tenths == 10) {
			tenths = 0;
			decimal = ++whole < 10;
		}
	} else if (exponent) {
		if (rest > unit / 2 || (rest == unit / 2 && whole & 1))
			whole++;
		if (whole == base && exponent < 6) {
			whole = 1;
			exponent++;
			decimal = true;
		}
	}
	char prefix[3] = {letters[exponent], 0, 0};

	if (base == 1000 && exponent == 1)
		prefix[0] = 'k';
	else if (base == 1024 && exponent)
		prefix[1] = 'i';
	if (decimal)
		snprintf(text, HUMAN_TEXT, "%llu.%u %sB", (unsigned long long)whole, tenths,
			 prefix);
	else
		snprintf(text, HUMAN_TEXT, "%llu %sB", (unsigned long long)whole, prefix);
	return text;
}

char *size_human_short(char text[HUMAN_TEXT], uint64_t bytes)
{
	uint64_t unit = 1;
	unsigned exponent = 0;

	while (bytes / unit >= 1024) {
		unit *= 1024;
		exponent++;
	}
	uint64_t whole = bytes / unit, rest = bytes % unit;
	unsigned tenths = 0;
	bool decimal = exponent && whole < 10;

	if (decimal) {
		tenths = (unsigned)((rest * 10 + unit - 1) / unit);
		if (tenths == 10) {
			tenths = 0;
			decimal = ++whole < 10;
		}
	} else if (rest) {
		whole++;
		if (whole == 1024 && exponent < 6) {
			whole = 1;
			exponent++;
			decimal = true;
		}
	}
	if (decimal)
		snprintf(text, HUMAN_TEXT, "%llu.%u%c", (unsigned long long)whole, tenths,
			 letters[exponent]);
	else if (exponent)
		snprintf(text, HUMAN_TEXT, "%llu%c", (unsigned long long)whole, letters[exponent]);
	else
		snprintf(text, HUMAN_TEXT, "%llu", (unsigned long long)whole);
	return text;
}
