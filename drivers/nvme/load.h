/* Channels on loan. A load loop has a queue pair for itself, which the block layer does not use: it
 * sends, reaps, and sends again, on any CPU, without log, heap or lock. All else stays where it is:
 * the admin queue, deadlines and recovery are CPU 0's, which freezes the loop while it touches the
 * channel.
 *
 * They share one word:
 *
 *              enter()             CPU 0 wants the channel
 *       FREE ──────────> RUNS ────────────────────────────> FREEZE
 *        │ ^ <──────────  ^                                   │ the loop comes by goes_on()
 *        │ │    leave()   │       CPU 0 is done with it       v
 *        │ │              └──────────────────────────────── FROZEN
 *        │ └── CPU 0 is done ── FROZEN, with nobody inside ──┐
 *        └────────────────────────────────────────────────────┘
 *
 * What was in flight at a reset is sent again behind it. Where the controller dies, is unplugged or
 * shut down, it ends with an error, and so does all that is sent from then on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/channel.h"
#include "drivers/nvme/nvme.h"

#define NVME_LOADS_MAX 64u /* of a controller */

struct nvme_load;

/*
 * For whoever has a loop. These three are CPU 0's.
 */

/* How many more can be opened on a controller. */
unsigned nvme_load_queues(const struct nvme_controller *controller);
/* What nvme_load_open() would say before it asks the controller. */
int nvme_load_check(const struct nvme_namespace *namespace, unsigned depth, uint32_t size);
/* For a loop that stays on CPU 0 and has to rest there: its queue pair interrupts as those of the
 * block layer do, and every poll of the controller has turn(context) reap, send and ring. It
 * returns how many completions there were, and must not poll. */
struct nvme_load_attention {
	unsigned (*turn)(void *context);
	void *context;
};

/* A queue pair for so many commands at a time (1 to 1023), of at most size bytes each, about that
 * namespace. attention: NULL for a loop that polls it, on whatever CPU. 0; -EOPNOTSUPP where that
 * has metadata, zones, or is no disk, or where commands are to use SGLs or a Controller Memory
 * Buffer; -EINVAL where one command does not carry so much or the queue does not hold so many;
 * -ENOSPC without a queue pair left, -ENOMEM, -ENODEV, -EBUSY, -EIO. */
int nvme_load_open(struct nvme_namespace *namespace, unsigned depth, uint32_t size,
		   const struct nvme_load_attention *attention, struct nvme_load **load);
/* Deletes the queue pair; nobody is inside. What is still in flight ends with -EINTR before. */
void nvme_load_close(struct nvme_load *load);

/* Rests as those do who poll a controller and find nothing, then has the load take its turn: a
 * short way where the load is all that there is. How many completions there were; 0: something else
 * may be to be looked at, by a poll of the controller. Not for loads without attention. */
unsigned nvme_load_await(struct nvme_load *load);

/* Between the two the loops of all controllers stand still: CPU 0 changes what they look at, the
 * trace for one. */
void nvme_loads_hold(void);
void nvme_loads_release(void);

/* The rest is the loop's, on its CPU. A loop on a CPU other than 0 enters before and leaves behind
 * all of it. */
void nvme_load_enter(struct nvme_load *load);
void nvme_load_leave(struct nvme_load *load);
/* To be called every turn: where CPU 0 wants the channel this waits until it is done. False: the
 * load has ended. */
bool nvme_load_goes_on(struct nvme_load *load);
/* Why; 0 while it has not. */
int nvme_load_error(const struct nvme_load *load);

/* One command: it stays the load's until done(), which is called once. */
struct nvme_load_io {
	uint8_t opcode; /* Read, Write, Flush */
	uint32_t blocks;
	uint64_t lba;
	void *data; /* page aligned */
	/* error: 0 or a negative errno; status: the controller's, without the phase bit. From
	 * reap() of the loop, or, while that is frozen or has ended, from CPU 0. */
	void (*done)(struct nvme_load_io *io, int error, uint16_t status);
};
/* Puts it into the queue; the controller is told by nvme_load_ring(), or at the end of a reap.
 * False where as many as may be are in flight, or the load has ended. */
bool nvme_load_send(struct nvme_load *load, struct nvme_load_io *io);
void nvme_load_ring(struct nvme_load *load);
/* Takes completions; how many. */
unsigned nvme_load_reap(struct nvme_load *load);
unsigned nvme_load_in_flight(const struct nvme_load *load);

/* A loop that does nothing but read, or write what the buffer holds: the cheapest there is. */
struct nvme_load_run {
	uint8_t opcode;	      /* Read or Write */
	uint32_t blocks;      /* of each command */
	uint64_t lba, places; /* the part of the namespace: so many times the blocks of a command */
	bool random;	      /* else one place after the other, round and round */
	uint64_t seed;
	void *data;	/* page aligned, so many bytes for each command that may be in flight */
	uint64_t limit; /* commands; 0: until it is stopped */
	uint64_t place; /* the loop's own: the next one in turn */

	/* what was done */
	uint64_t begun, ended;
	uint64_t errors;
	/* the first error, what the controller said, and where */
	int error;
	uint16_t status;
	uint64_t error_lba;
};
/* Sends as many as may be in flight. */
void nvme_load_run_begin(struct nvme_load *load, struct nvme_load_run *run);
/* By anybody, on any CPU: no more is sent. */
void nvme_load_run_stop(struct nvme_load_run *run);
/* One turn: false when all has ended. */
bool nvme_load_run_turn(struct nvme_load *load, struct nvme_load_run *run);

/*
 * For load_run.c.
 */

/* A slot's command, but for where its data is; and that: false where PRPs cannot describe it. */
void nvme_load_fill(struct nvme_slot *slot, const struct nvme_load *load, uint8_t opcode,
		    uint64_t lba, uint32_t blocks);
bool nvme_load_place(struct nvme_load *load, struct nvme_slot *slot, void *data, uint32_t blocks);
/* A completion with a status. */
void nvme_load_failed(struct nvme_channel *channel, struct nvme_slot *slot,
		      struct nvme_answer answer);
