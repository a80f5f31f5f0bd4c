/* The order of ending, as kmain() has the order of beginning. */
#pragma once

/* Writes back every file, flushes the block devices and shuts their controllers down in order. 0,
 * or the negative errno of the first that could not be written; the rest is done all the same.
 * -EINTR: Ctrl-C ended it, and the controllers stay at work. */
int shutdown_prepare(void);
/* That, and then power_off(status). */
_Noreturn void shutdown_machine(int status);
