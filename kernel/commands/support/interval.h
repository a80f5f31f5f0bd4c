/* How long something takes, as sleep and timeout read it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* "1.5", "2m", "infinity": nanoseconds, UINT64_MAX when it is longer than a clock can tell. False
 * where it is none. */
bool interval_parse(const char *text, uint64_t *ns);

/* Waits so many nanoseconds, while other threads and devices have their turn. Ctrl-C ends the
 * process at once; one that catches it gets false. */
bool interval_wait(uint64_t ns);
