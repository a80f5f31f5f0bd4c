/* Load loops on the other CPUs beside selftest --stress: each writes and verifies blocks of its
 * own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/block/block.h"

struct stress_loops;

struct stress_loops_result {
	unsigned loops;
	uint64_t reads, writes;
	/* The first failure, if there is one: what, on which CPU, where, and the errno of a command
	 */
	const char *failed;
	unsigned cpu;
	uint64_t lba;
	int error;
};

/* How many loops there can be: CPUs but the first, and queue pairs. */
unsigned stress_loops_count(struct block_device *device);
/* Starts them on the blocks from first to the end of the device, as many as have room there. NULL:
 * none could be. */
struct stress_loops *stress_loops_start(struct block_device *device, uint64_t first, uint64_t seed);
/* Ends them, and says what they did. */
struct stress_loops_result stress_loops_stop(struct stress_loops *loops);
