/* date: the date and time, in strftime()'s conversions. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/calendar.h"
#include "kernel/x86/time.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

#define SECONDS_MAX \
	67768036191676799u /* the last year that an int can tell from 1900: GNU's limit */

/* ISO 8601: week of the year, and the year it belongs to. */
static unsigned iso_week(const struct calendar *date, int64_t *year)
{
	unsigned from_monday = (date->week_day + 6) % 7;
	int week = ((int)date->year_day - (int)from_monday + 10) / 7;
	struct calendar other;

	*year = date->year;
	if (week >= 1 && week <= 52)
		return (unsigned)week;
	/* the neighbour of the year decides: by the Thursday of this week */
	uint64_t day = 0;
	int64_t cycles = (date->year - 1970) / 400; /* in which the days of the week repeat */

	for (int64_t y = 1970; y < date->year - 400 * cycles; y++)
		day += 365 + ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0);
	calendar_from_seconds((day + date->year_day + 3 - from_monday) * 86400, &other);
	*year = other.year + 400 * cycles;
	return other.year_day / 7 + 1;
}

static void print_format(const char *format, uint64_t seconds, unsigned ns);

/* One conversion; false where there is no such. */
static bool print_conversion(char letter, const struct calendar *date, uint64_t seconds,
			     unsigned ns, char pad)
{
	unsigned twelve = date->hour % 12 ? date->hour % 12 : 12;
	int64_t year;

#define TWO(value) out(pad == '-' ? "%u" : pad == '_' ? "%2u" : "%02u", (unsigned)(value))
	switch (letter) {
	case 'a':
		out("%.3s", calendar_days[date->week_day]);
		break;
	case 'A':
		out("%s", calendar_days[date->week_day]);
		break;
	case 'b':
	case 'h':
		out("%.3s", calendar_months[date->month - 1]);
		break;
	case 'B':
		out("%s", calendar_months[date->month - 1]);
		break;
	case 'c':
		print_format("%a %b %e %H:%M:%S %Y", seconds, ns);
		break;
	case 'C':
		TWO(date->year / 100);
		break;
	case 'd':
		TWO(date->day);
		break;
	case 'D':
	case 'x':
		print_format("%m/%d/%y", seconds, ns);
		break;
	case 'e':
		out(pad == '-' ? "%u" : pad == '0' ? "%02u" : "%2u", date->day);
		break;
	case 'F':
		print_format("%Y-%m-%d", seconds, ns);
		break;
	case 'g':
		iso_week(date, &year);
		TWO(year % 100);
		break;
	case 'G':
		iso_week(date, &year);
		out("%lld", (long long)year);
		break;
	case 'H':
		TWO(date->hour);
		break;
	case 'I':
		TWO(twelve);
		break;
	case 'j':
		out(pad == '-' ? "%u" : pad == '_' ? "%3u" : "%03u", date->year_day + 1);
		break;
	case 'k':
		out(pad == '0' ? "%02u" : pad == '-' ? "%u" : "%2u", date->hour);
		break;
	case 'l':
		out(pad == '0' ? "%02u" : pad == '-' ? "%u" : "%2u", twelve);
		break;
	case 'm':
		TWO(date->month);
		break;
	case 'M':
		TWO(date->minute);
		break;
	case 'n':
		out_char('\n');
		break;
	case 'N':
		out("%09u", ns);
		break;
	case 'p':
		out(date->hour < 12 ? "AM" : "PM");
		break;
	case 'P':
		out(date->hour < 12 ? "am" : "pm");
		break;
	case 'q':
		out("%u", (date->month + 2) / 3);
		break;
	case 'r':
		print_format("%I:%M:%S %p", seconds, ns);
		break;
	case 'R':
		print_format("%H:%M", seconds, ns);
		break;
	case 's':
		out("%llu", (unsigned long long)seconds);
		break;
	case 'S':
		TWO(date->second);
		break;
	case 't':
		out_char('\t');
		break;
	case 'T':
	case 'X':
		print_format("%H:%M:%S", seconds, ns);
		break;
	case 'u':
		out("%u", date->week_day ? date->week_day : 7);
		break;
	case 'U':
		TWO((date->year_day + 7 - date->week_day) / 7);
		break;
	case 'V':
		TWO(iso_week(date, &year));
		break;
	case 'w':
		out("%u", date->week_day);
		break;
	case 'W':
		TWO((date->year_day + 7 - (date->week_day + 6) % 7) / 7);
		break;
	case 'y':
		TWO(date->year % 100);
		break;
	case 'Y':
		out("%lld", (long long)date->year);
		break;
	case 'z':
		out("+0000");
		break;
	case 'Z':
		out("UTC");
		break;
	case '%':
		out_char('%');
		break;
	default:
		return false;
	}
#undef TWO
	return true;
}

static void print_format(const char *format, uint64_t seconds, unsigned ns)
{
	struct calendar date;

	calendar_from_seconds(seconds, &date);
	while (*format) {
		if (*format != '%') {
			out_char(*format++);
			continue;
		}
		const char *start = format++;
		char pad = *format && strchr("-_0", *format) ? *format++ : 0;

		if (!*format || !print_conversion(*format, &date, seconds, ns, pad))
			out("%.*s", (int)(format - start) + (*format != 0), start);
		if (*format)
			format++;
	}
}

static const struct option long_options[] = {{"date", 1, 'd'},	    {"universal", 0, 'u'},
					     {"utc", 0, 'u'},	    {"iso-8601", 2, 'I'},
					     {"rfc-email", 0, 'R'}, {NULL, 0, 0}};

static int date_main(int argc, char **argv)
{
	const char *format = "%a %b %e %H:%M:%S %Z %Y";
	uint64_t now = time_wall_s();
	unsigned ns = (unsigned)(time_ns() % NS_PER_S);
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "d:I::Ru", long_options)) != -1) {
		switch (option) {
		case 'd':
			if (state.argument[0] != '@' ||
			    number_parse(state.argument + 1, 10, &now) != 0)
				fail(1, "invalid date %s: only @SECONDS is understood",
				     quote_text(state.argument));
			if (now > SECONDS_MAX)
				fail(1, "time %s is out of range", quote_text(state.argument + 1));
			ns = 0;
			break;
		case 'I':
			if (!state.argument || strcmp(state.argument, "date") == 0)
				format = "%Y-%m-%d";
			else if (strcmp(state.argument, "seconds") == 0)
				format = "%Y-%m-%dT%H:%M:%S+00:00";
			else
				fail(1, "invalid argument %s for '--iso-8601'",
				     quote_text(state.argument));
			break;
		case 'R':
			format = "%a, %d %b %Y %H:%M:%S %z";
			break;
		case 'u':
			break;
		default:
			fail_usage(1);
		}
	}
	if (argc - state.index > 1)
		fail_extra_operand(argv[state.index + 1]);
	if (state.index < argc) {
		if (argv[state.index][0] != '+')
			fail(1, "invalid date %s: the clock cannot be set",
			     quote_text(argv[state.index]));
		format = argv[state.index] + 1;
	}
	print_format(format, now, ns);
	out_char('\n');
	return 0;
}

COMMAND(date, "[-u] [-d @SECONDS] [-I] [-R] [+FORMAT]", "Print the date and time",
	"FORMAT has the conversions of strftime: %Y %m %d %H %M %S %N %s %F %T %a %b %j %u …\n"
	"The time is UTC, as the clock of the machine has it.\n");
