/* Dates out of seconds since 1970, UTC, in the proleptic Gregorian calendar. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct calendar {
	int64_t year;
	unsigned month, day; /* from 1 */
	unsigned hour, minute, second;
	unsigned week_day; /* Sunday is 0 */
	unsigned year_day; /* from 0 */
};

void calendar_from_seconds(uint64_t seconds, struct calendar *calendar);
extern const char calendar_months[12][10], calendar_days[7][10];
