/* A place for a trace: who wants to see what goes to controllers and what comes back attaches a set
 * of functions here, and every user of transport/ is seen. Nobody attached costs a branch that is
 * never taken. The functions are called in the middle of submission and reaping, and by interrupt
 * handlers, so they take what they need and return: nothing is sent, waited for or logged there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/spec/spec.h"

struct nvme_queue;
struct nvme_queue_entry;

struct nvme_trace {
	/* A command that was pushed, before its doorbell: from now on the controller may fetch it.
	 */
	void (*command)(const struct nvme_queue *queue, const struct nvme_command *command);
	/* A completion that was taken out of its queue, before anybody judges it. */
	void (*completion)(const struct nvme_queue *queue, const struct nvme_queue_entry *entry);
	/* An access to BAR0: a property or a doorbell, by width in bytes. A write is told before it
	 * is done. A doorbell that only its shadow tells is no access. */
	void (*read)(const volatile void *address, unsigned width, uint64_t value);
	void (*write)(const volatile void *address, unsigned width, uint64_t value);
	/* A shadow doorbell is about to be written: of the completion queue, or the other one. */
	void (*shadow)(const struct nvme_queue *queue, bool completion, uint16_t value);
	/* An interrupt of the controller with this BAR0, by that vector, or by its pin (-1).
	 * Whoever handles it tells it. */
	void (*interrupt)(const volatile void *bar, int vector);
};
#define NVME_TRACE_PIN (-1)

/* NULL: nobody is attached. All functions are there otherwise. */
extern const struct nvme_trace *nvme_trace;

#define nvme_tracing() __builtin_expect(nvme_trace != NULL, 0)

/* For queue.h: a submission queue's doorbell rings, and shows the commands from before up to the
 * tail; a completion queue's rings; a completion was taken. */
void nvme_trace_ring_sq(const struct nvme_queue *queue, uint16_t before);
void nvme_trace_ring_cq(const struct nvme_queue *queue);
void nvme_trace_completion(const struct nvme_queue *queue, uint64_t result, uint64_t what);
