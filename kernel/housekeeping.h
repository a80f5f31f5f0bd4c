/* What has to be done now and then while commands run: slots that devices come to and leave, events
 * of controllers that nobody uses just now. */
#pragma once

#include <stdbool.h>

#if !defined(MY_NVME_SIM)

/* A place where the caller holds no device, controller or namespace, only open files: here they may
 * come and go. Cheap to call often; does something a few times a second at most, and nothing while
 * other threads run, which may be in the middle of something, or where process_hold_devices() was
 * called. */
void housekeeping(void);
/* Whether there is something to do right now that an interrupt told of. Asked last before the
 * machine goes idle, at times with interrupts off. */
bool housekeeping_wanted(void);
/* How long a wait should last at most before housekeeping() is called again. */
#define HOUSEKEEPING_NS 100000000ull

/* After nvme_init(): from here on slots are watched. */
void housekeeping_init(void);

#else

static inline void housekeeping(void)
{
}

static inline bool housekeeping_wanted(void)
{
	return false;
}

#define HOUSEKEEPING_NS 100000000ull

#endif
