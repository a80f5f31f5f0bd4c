/* fio's numbers: fractions without floating point, and sizes in few digits. */
#include "kernel/commands/fio/number.h"

#include "lib/format.h"

/* Bit by bit: for reports, not for commands. */
fio_wide fio_divide_wide(fio_wide number, fio_wide divisor)
{
	fio_wide rest = 0, quotient = 0;

	if (!divisor)
		return 0;
	for (int bit = 127; bit >= 0; bit--) {
		rest = rest << 1 | (number >> bit & 1);
		quotient <<= 1;
		if (rest >= divisor) {
			rest -= divisor;
			quotient |= 1;
		}
	}
	return quotient;
}

uint64_t fio_divide(fio_wide number, fio_wide divisor)
{
	fio_wide quotient = fio_divide_wide(number, divisor);

	return quotient > UINT64_MAX ? UINT64_MAX : (uint64_t)quotient;
}

uint64_t fio_fraction(uint64_t part, uint64_t times, uint64_t whole)
{
	return fio_divide((fio_wide)part * (times * FIO_ONE), whole);
}

uint64_t fio_root(fio_wide number)
{
	uint64_t root = 0;

	for (int bit = 63; bit >= 0; bit--) {
		fio_wide more = root | 1ull << bit;

		if (more * more <= number)
			root = (uint64_t)more;
	}
	return root;
}

char *fio_decimal(char text[FIO_NUMBER_TEXT], uint64_t millionths, unsigned decimals)
{
	uint64_t unit = FIO_ONE, fraction;

	for (unsigned i = 0; i < decimals; i++)
		unit /= 10;
	/* Without an overflow: the largest numbers lose nothing that is shown. */
	if (millionths <= UINT64_MAX - unit / 2)
		millionths += unit / 2;
	fraction = millionths % FIO_ONE / unit;
	if (decimals)
		snprintf(text, FIO_NUMBER_TEXT, "%llu.%0*llu",
			 (unsigned long long)(millionths / FIO_ONE), (int)decimals,
			 (unsigned long long)fraction);
	else
		snprintf(text, FIO_NUMBER_TEXT, "%llu", (unsigned long long)(millionths / FIO_ONE));
	return text;
}

static unsigned digits_of(uint64_t number)
{
	unsigned digits = 1;

	for (; number >= 10; number /= 10)
		digits++;
	return digits;
}

char *fio_short(char text[FIO_NUMBER_TEXT], uint64_t number, unsigned digits, unsigned power)
{
	static const char prefixes[] = {0, 'k', 'M', 'G', 'T', 'P', 'E'};
	char prefix[3] = "";
	uint64_t rest = 0, tenths = 1;
	unsigned step = 0, room;

	while (digits_of(number) > digits) {
		rest = number % power;
		number /= power;
		step++;
	}
	if (step) {
		prefix[0] = prefixes[step];
		if (power == 1024) {
			prefix[0] = step == 1 ? 'K' : prefix[0];
			prefix[1] = 'i';
		}
	}
	room = digits - digits_of(number);
	/* The point takes the place of a digit. */
	if (!step || room <= 1) {
		snprintf(text, FIO_NUMBER_TEXT, "%llu%s",
			 (unsigned long long)(number + (step && rest >= power / 2)), prefix);
		return text;
	}
	for (unsigned i = 1; i < room; i++)
		tenths *= 10;
	rest = (rest * tenths + power / 2) / power;
	/* 9.96 is shown as 9.0 by fio, which drops the carry; here it is not lost. */
	if (rest == tenths) {
		number++;
		rest = 0;
	}
	snprintf(text, FIO_NUMBER_TEXT, "%llu.%0*llu%s", (unsigned long long)number,
		 (int)(room - 1), (unsigned long long)rest, prefix);
	return text;
}
