/* Random bytes: a ChaCha20 generator, seeded from the CPU's own generator and from timer jitter. */
#pragma once

#include <stddef.h>

/* After time_source_init(). */
void random_init(void);
/* Fills buffer. Never fails, never waits; what was given out cannot be found from the state that
 * remains. */
void random_bytes(void *buffer, size_t size);
