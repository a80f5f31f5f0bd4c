/* Dates out of seconds since 1970. */
#include "kernel/commands/support/calendar.h"

#include <stdbool.h>

const char calendar_months[12][10] = {"January",   "February", "March",	   "April",
				      "May",	   "June",     "July",	   "August",
				      "September", "October",  "November", "December"};
const char calendar_days[7][10] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
				   "Thursday", "Friday", "Saturday"};

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

void calendar_from_seconds(uint64_t seconds, struct calendar *calendar)
{
	static const unsigned char lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t days = seconds / 86400;
	unsigned rest = (unsigned)(seconds % 86400);

	calendar->hour = rest / 3600;
	calendar->minute = rest / 60 % 60;
	calendar->second = rest % 60;
	calendar->week_day = (unsigned)((days + 4) % 7);

	/* 400 years are 146097 days; what is left is counted year by year */
	calendar->year = 1970 + 400 * (int64_t)(days / 146097);
	days %= 146097;
	while (days >= 365u + is_leap(calendar->year)) {
		days -= 365u + is_leap(calendar->year);
		calendar->year++;
	}
	calendar->year_day = (unsigned)days;
	calendar->month = 1;
	for (;; calendar->month++) {
		unsigned length = lengths[calendar->month - 1] +
				  (calendar->month == 2 && is_leap(calendar->year));

		if (days < length)
			break;
		days -= length;
	}
	calendar->day = (unsigned)days + 1;
}
