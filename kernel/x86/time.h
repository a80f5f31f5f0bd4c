/* Time: a monotonic clock from the TSC, the wall clock from the CMOS RTC. */
#pragma once

#include <stdint.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

uint64_t time_ns(void);		 /* nanoseconds since kmain() began; never goes back */
uint64_t time_wall_s(void);	 /* seconds since 1970-01-01 00:00 UTC */
void time_delay_ns(uint64_t ns); /* waits busily */

/* Marks the moment that time_ns() counts from: the first thing that kmain() does. */
void time_start(void);
/* How fast the TSC counts; before that time_ns() is 0 and time_delay_ns() waits by counting port
 * accesses. And what time_wall_s() is now. */
void time_set_rate(uint64_t tsc_hz);
void time_set_wall(uint64_t now_s);
/* What time_ns() was, or will be, when the TSC is at tsc. 0 before time_set_rate(). */
uint64_t time_of_tsc(uint64_t tsc);
