/* Channels on loan as CPU 0 has them in its hand: frozen, taken through resets, ended. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/channel.h"
#include "drivers/nvme/load.h"

struct nvme_controller;
struct nvme_namespace;

enum nvme_load_word { NVME_LOAD_FREE, NVME_LOAD_RUNS, NVME_LOAD_FREEZE, NVME_LOAD_FROZEN };

struct nvme_load {
	struct nvme_channel channel; /* first: nvme_load_of() */
	uint32_t word;		     /* enum nvme_load_word */
	int error;		     /* written by CPU 0 while it is frozen or nobody is inside */

	void *loop; /* who has compiled it in: load_loop.h */

	/* CPU 0's own */
	bool frozen;
	bool inside;  /* a loop has acknowledged it */
	bool closing; /* nothing is sent any more, nor is its queue pair created again */
	bool created; /* the controller has its queue pair */
	struct nvme_load_attention attention; /* turn is NULL: it has none */
	struct nvme_controller *controller;   /* NULL: it has gone */
	struct nvme_namespace *namespace;
	uint8_t block_shift;
	struct nvme_load *next;
	uint64_t check_at_ns;
	uint64_t ignored_told;
};
_Static_assert(offsetof(struct nvme_load, channel) == 0, "a load is found by its channel");

static inline struct nvme_load *nvme_load_of(struct nvme_channel *channel)
{
	return (struct nvme_load *)channel;
}

/* Written by load_control.c. */
struct nvme_loads {
	struct nvme_load *first;
	unsigned queues; /* queue pairs that were granted for them: those behind the lanes' */
	struct nvme_channel_statistics closed; /* of those that are no more */
};

/* Behind the admin commands that create the lanes' queues: so many are left. */
void nvme_loads_granted(struct nvme_controller *controller, unsigned queues);
/* Around what touches all queues, once or several times: every loop stands still, and goes on. */
void nvme_load_freeze(struct nvme_load *load);
void nvme_load_thaw(struct nvme_load *load);
void nvme_loads_freeze(struct nvme_controller *controller);
void nvme_loads_thaw(struct nvme_controller *controller);
/* The steps of a reset, frozen: commands taken back, queues cleared, and, when they are created
 * anew, commands sent again. */
void nvme_loads_take_back(struct nvme_controller *controller, bool fault);
void nvme_loads_clear(struct nvme_controller *controller);
void nvme_loads_resume(struct nvme_controller *controller);
/* The one behind before (NULL: the first) of those that the controller should have a queue pair
 * for; NULL at the end. */
struct nvme_load *nvme_loads_next(struct nvme_controller *controller, struct nvme_load *before);
/* One that is frozen, or nobody is inside of: what it has in flight ends with that error, and so
 * does what would be sent. The same for all, which are frozen for that. */
void nvme_load_end(struct nvme_load *load, int error);
void nvme_loads_end(struct nvme_controller *controller, int error);
/* One more, and one less. */
void nvme_loads_add(struct nvme_controller *controller, struct nvme_load *load);
void nvme_loads_remove(struct nvme_load *load);
/* The controller is given back: who has a load may only close it. */
void nvme_loads_forget(struct nvme_controller *controller);
/* Looks for what is late, now and then: whether anything is, and the controller is to be reset. */
bool nvme_loads_check(struct nvme_controller *controller, uint64_t now_ns);
/* Deadlines have stood still for so long, until now. */
void nvme_loads_shift(struct nvme_controller *controller, uint64_t ns);
/* NVME_QUIRK_MISSED_SHADOWS: the doorbells of those that stand still. */
void nvme_loads_ring_again(struct nvme_controller *controller, uint64_t now_ns);
unsigned nvme_loads_in_flight(const struct nvme_controller *controller);
/* Of all that there are and were. */
struct nvme_channel_statistics nvme_loads_statistics(const struct nvme_controller *controller);
