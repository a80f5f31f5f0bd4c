/* A recorder: keeps what the trace tells in a ring of events, and puts it into words. It sees who
 * uses transport/, the driver or anybody else, of every controller.
 *
 *     uint64_t mark;
 *     struct nvme_record event;
 *     char text[NVME_RECORD_TEXT];
 *
 *     nvme_record_start(1000);
 *     mark = nvme_record_end();
 *     ...
 *     for (uint64_t at = mark; at < nvme_record_end(); at++)
 *             if (nvme_record_get(at, &event)) {
 *                     nvme_record_text(&event, text, sizeof(text));
 *                     ...
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/transport/queue.h"
#include "drivers/nvme/transport/registers.h"

enum nvme_record_kind {
	NVME_RECORD_COMMAND,
	NVME_RECORD_COMPLETION,
	NVME_RECORD_READ,     /* of a register, or of whatever is there in BAR0 */
	NVME_RECORD_WRITE,    /* the same */
	NVME_RECORD_DOORBELL, /* written */
	NVME_RECORD_SHADOW,   /* a doorbell's shadow written */
	NVME_RECORD_INTERRUPT,
};

#define NVME_RECORD_NOBODY 0xffu /* a controller that the recorder does not know */

/* An event. */
struct nvme_record {
	uint64_t sequence; /* counted from 0 on, never again the same */
	uint64_t time_ns;  /* nvme_time_ns(); does not decrease */
	uint8_t kind;
	uint8_t controller; /* for nvme_record_controller_name() */
	uint16_t queue;	    /* ID of a command's submission queue, a completion's completion queue,
			     * a doorbell's queue */
	union {
		struct nvme_command command;
		struct nvme_queue_entry entry;
		struct {
			uint64_t value;
			uint32_t offset; /* into BAR0; of a shadow: of its doorbell */
			uint8_t width;	 /* bytes */
			bool head;	 /* a doorbell: of the completion queue */
		} access;
		int32_t vector; /* NVME_TRACE_PIN: by the pin */
	};
};

/* Attaches the recorder to the trace, with room for so many events (at least 2). Where that is the
 * room that there is, or 0, what was recorded before stays. 0, -EBUSY (somebody is attached),
 * -EINVAL (1, or 0 and there is no room yet), -ENOMEM. */
int nvme_record_start(size_t events);
/* What was recorded stays. */
void nvme_record_stop(void);
bool nvme_record_is_running(void);
/* Forgets what was recorded. */
void nvme_record_clear(void);
/* Stops, and gives the memory back. */
void nvme_record_free(void);

/* Room, in events; how many of them were overwritten by later ones, since the last clear. */
size_t nvme_record_size(void);
uint64_t nvme_record_lost(void);
/* The numbers of the oldest event that is there, and of the next one to be recorded: a mark. */
uint64_t nvme_record_begin(void);
uint64_t nvme_record_end(void);
/* The event with that number. False: it is not there any more, or not yet. */
bool nvme_record_get(uint64_t sequence, struct nvme_record *event);
/* The command that a completion is for: the last one before it with its queue and CID that had none
 * yet. False: it is not there. */
bool nvme_record_command(const struct nvme_record *completion, struct nvme_record *command);

/* Tells the recorder of a controller, running or not: its BAR0 and CAP.DSTRD as they are in
 * registers, and its name (15 characters; NULL: it keeps the one that it has). */
void nvme_record_controller(const struct nvme_registers *registers, const char *name);
/* "?" where it is not known. */
const char *nvme_record_controller_name(unsigned controller);

/* The longest text of an event with its NUL. */
#define NVME_RECORD_TEXT 512
/* An event in a line, without its end, cut off where it does not fit:
 *     "    0.012345 my_nvme0 admin -> Identify cid 5 nsid 0 prp1 0x1000: CNS 01h" */
void nvme_record_text(const struct nvme_record *event, char *buffer, size_t size);
/* The same without time, controller and queue. */
void nvme_record_words(const struct nvme_record *event, char *buffer, size_t size);
/* What it is about, in a few words: "Identify", "CC", "SQ1 tail", "vector 1". */
void nvme_record_subject(const struct nvme_record *event, char *buffer, size_t size);
/* The queue it belongs to: "admin", "q1", or "" for registers and interrupts. */
void nvme_record_queue(const struct nvme_record *event, char *buffer, size_t size);
