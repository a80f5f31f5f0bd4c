/* What is recorded of the traffic with NVMe controllers, as text and as JSON. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/transport/record.h"

#define TRACE_EVENTS 16384u /* room where nobody says how much */

/* Which events are shown. */
struct trace_filter {
	const char *controller; /* "my_nvme0"; NULL: all */
	int queue;		/* -1: all, and what belongs to none */
	uint8_t kinds;		/* bits: 1 << enum nvme_record_kind */
	uint64_t last;		/* so many at most, the last ones */
};

#define TRACE_ALL_KINDS 0x7f
_Static_assert(TRACE_ALL_KINDS == (2 << NVME_RECORD_INTERRUPT) - 1, "kinds of events");
#define TRACE_ALL ((struct trace_filter){.queue = -1, .kinds = TRACE_ALL_KINDS, .last = UINT64_MAX})

bool trace_shows(const struct trace_filter *filter, const struct nvme_record *event);
/* The number of the first event to look at: so that no more than filter->last are shown. */
uint64_t trace_first(const struct trace_filter *filter);

/* In Chrome's trace event format: a process for each controller, rows for each queue, for the
 * registers and for the interrupts. A command lasts from where it was pushed until its completion
 * was taken, or until a reset; those that are outstanding last until the end. Where several are,
 * the queue has as many rows, so that spans in one row do not overlap. Scratch has no other meaning
 * than that the function needs it. */
#define TRACE_JSON_SCRATCH (160u << 10)
void trace_json(const struct trace_filter *filter, void (*write)(const char *text), void *scratch);

/* trace= on the kernel command line: recording begins; and panics tell the last events from now on,
 * while something is recorded. Before the controllers are started. */
void trace_begin(void);
/* At the end, when the controllers are shut down: with trace.shared all of it, as JSON with a NUL
 * behind it, into the memory that QEMU's ivshmem device shares with the host. */
void trace_end(void);
