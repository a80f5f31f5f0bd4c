/* Looks over the shoulder of the driver of the course, and tells the trace (transport/trace.h) what
 * it sees as it would be told of this project's own driver: the driver itself knows nothing of
 * traces. Queues are known from what the driver writes: ASQ, ACQ and AQA, and the commands that
 * create others. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* From now on the controller is watched whose BAR0 is there. memory() gives the memory at a bus
 * address, or NULL where that is nobody's. */
void observer_begin(volatile void *bar, uint64_t size, void *(*memory)(uint64_t bus, size_t size));

/* An access to a register, which has been read, or is about to be written. */
void observer_read(const volatile void *address, unsigned width, uint64_t value);
void observer_write(const volatile void *address, unsigned width, uint64_t value);
/* Tells of the completions that the controller has written since. */
void observer_look(void);
