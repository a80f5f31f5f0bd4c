/* A channel: a queue pair with its command slots. Everything that the driver sends, admin or I/O,
 * goes through nvme_channel_push() and comes back through nvme_channel_reap(). A channel belongs to
 * one owner, who decides about what fails, and shares nothing with others: it knows no controller.
 *
 * A slot belongs to one command at a time. Its CID is its index in the low ten bits and a
 * generation above, which moves on each time that a command is sent: a completion that comes twice,
 * or from before a reset, is told from the present one.
 *
 *          take(), push()
 *     FREE ───────────────> SENT ── completion ──> done() ──> FREE
 *                           │  ^
 *          deadline passed  │  │ push() again: status without DNR (after a delay where the
 *                           v  │ controller asks for one: DELAYED), aborted, or controller
 *                      ABORTING┘ reset (HELD)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/transport/prp.h"
#include "drivers/nvme/transport/queue.h"

#define NVME_SLOT_BITS	 10
#define NVME_SLOTS_MAX	 1023u /* so that no CID is FFFFh */
#define NVME_SLOT_MASK	 ((1u << NVME_SLOT_BITS) - 1)
#define NVME_NEVER	 UINT64_MAX
#define NVME_RETRIES_MAX 3 /* of a command that may be repeated */

struct nvme_channel;
struct nvme_cmb;
struct nvme_slot;

enum nvme_slot_state {
	NVME_SLOT_FREE,	    /* or taken, and being filled */
	NVME_SLOT_DELAYED,  /* to be sent again at deadline_ns */
	NVME_SLOT_HELD,	    /* taken back from the controller by a reset */
	NVME_SLOT_SENT,	    /* the controller has it, as in all that follow */
	NVME_SLOT_ABORTING, /* its deadline has passed, Abort is on its way */
};

/* The command is finished: status 0 is success, else as in status.h; error is 0 or, when the
 * driver itself gave it up (timeout, reset, controller gone), a negative errno, and the status is
 * then NVME_SC_ABORTED_BY_HOST. Frees the slot. May send other commands; must not poll. */
struct nvme_answer {
	uint64_t result;
	uint16_t status;
	int16_t error;
};
typedef void nvme_done(struct nvme_channel *channel, struct nvme_slot *slot,
		       struct nvme_answer answer);

/* Marks of a command. Its deadline passed at least once since it was first sent; an Abort is sent
 * for it once the controller takes one more. */
#define NVME_SLOT_EXPIRED      0x1u
#define NVME_SLOT_ABORT_WANTED 0x2u

struct nvme_slot {
	struct nvme_command command; /* as sent, to be sent again */
	nvme_done *done;
	void *context;
	uint64_t deadline_ns;
	uint64_t timeout_ns;	/* of the command, on I/O queues; the channel's in a free one */
	struct nvme_slot *next; /* free one, while it is free */
	uint32_t sequence;	/* the channel's when it was sent: what is less was sent before */
	uint8_t state;		/* enum nvme_slot_state */
	uint8_t retries;
	bool repeatable; /* may be sent again: reads, writes of the same data, Flush */
	uint8_t marks;	 /* NVME_SLOT_EXPIRED .. */
} __attribute__((aligned(128)));
_Static_assert(sizeof(struct nvme_slot) == 128, "slot is found by a shift");

/* What a channel asks of its owner. */
struct nvme_channel_functions {
	/* A completion with a status: the command is sent again, or ended by its done(). */
	void (*failed)(struct nvme_channel *channel, struct nvme_slot *slot,
		       struct nvme_answer answer);
	/* While waiting is set, at the end of each reap: there may be free slots. What is pushed
	 * needs no doorbell of its own. NULL where waiting is never set. */
	void (*drained)(struct nvme_channel *channel);
	/* A completion was ignored: it names another queue, or no command in flight. What it should
	 * have completed, if anything, runs into its deadline. */
	void (*ignored)(struct nvme_channel *channel, const struct nvme_queue_entry *entry);
};

struct nvme_channel_statistics {
	uint64_t reaped;   /* completions */
	uint64_t ignored;  /* of these */
	uint64_t retries;  /* commands sent once more */
	uint64_t timeouts; /* deadlines that passed */
	uint64_t aborts;   /* Abort commands for those of this channel */
	uint64_t stalls;   /* doorbells rung again because it stood still */
};

struct nvme_channel {
	struct nvme_queue queue;
	const struct nvme_channel_functions *functions;
	void *owner;
	struct nvme_slot *slots;
	struct nvme_slot *free; /* the one used last comes first: its memory is in the cache */
	uint32_t slot_count;
	uint32_t slots_mask;	  /* of an index of slots: there is one more, which is never sent */
	uint16_t in_flight;	  /* slots that are not free */
	uint32_t sequence;	  /* moves on with each reap, and with what is sent between them */
	uint64_t now_ns;	  /* valid while reaping */
	uint64_t deadline_ns;	  /* as well: of what is sent now with the default timeout */
	uint64_t progress_ns;	  /* when a command that was not aborted was completed last */
	unsigned fruitless;	  /* completions of this reap that are no progress */
	uint64_t timeout_ns;	  /* default */
	uint64_t check_at_ns;	  /* no deadline is before this */
	uint64_t oldest_since_ns; /* the command below is the oldest in flight; 0: none was yet */
	uint64_t oldest_reaped;	  /* statistics.reaped then */
	uint16_t oldest;	  /* its CID */
	bool reaping;		  /* doorbells wait for the end of the reap */
	bool plugged;		  /* doorbells wait, too */
	bool waiting;		  /* there is something to send once slots are free */
	uint64_t *busy;		  /* see struct nvme_channel_config */
	uint64_t busy_bit, never_busy;

	struct nvme_prp_list list; /* of slot 0; the others follow every list_stride bytes */
	uint32_t list_stride;
	uint64_t stall_at_ns; /* when to ring the doorbells again */
	uint64_t reaped_seen; /* at the last stall check */
	struct nvme_channel_statistics statistics;
	struct nvme_cmb *cmb;
	void *list_memory;
	size_t list_bytes;
	size_t slots_bytes;
};

struct nvme_channel_config {
	const struct nvme_registers *registers;
	uint16_t id;
	unsigned entries;      /* of each ring, a power of two */
	uint32_t transfer_max; /* bytes: each slot has room for a PRP list of so many */
	uint64_t timeout_ns;
	const struct nvme_channel_functions *functions;
	void *owner;
	uint64_t *busy; /* a bit of it, ID - 1, is set while the channel may have anything to do;
			   NULL: nobody wants to know */
	struct nvme_cmb *cmb; /* where its submission queue and lists may be; NULL: nowhere else */
};

/* Allocates everything in a zeroed channel: a queue pair, and a slot for each command that fits. 0
 * or -ENOMEM, with nothing left behind. */
int nvme_channel_init(struct nvme_channel *channel, const struct nvme_channel_config *config);
void nvme_channel_free(struct nvme_channel *channel);
/* Gives the slots' lists room for transfers of at least size bytes. No command in flight may use a
 * list. 0 or -ENOMEM, and they stay what they were. */
int nvme_channel_set_transfer(struct nvme_channel *channel, uint32_t size);

/* Takes new completions, calls done() for each, repeats what is to be repeated, and rings. Returns
 * how many completions there were. */
unsigned nvme_channel_reap(struct nvme_channel *channel);
/* The same once the controller has stopped: what it completed before is taken, nothing is sent and
 * no doorbell rung. */
void nvme_channel_collect(struct nvme_channel *channel);

/* Sets the channel's deadline by the clock, and returns it; it is looked at then. */
uint64_t nvme_channel_set_deadline(struct nvme_channel *channel);

/* Ends the command of a slot from the driver's side. */
void nvme_slot_fail(struct nvme_channel *channel, struct nvme_slot *slot, int error);
/* The same for all commands, behind nvme_channel_collect(). */
void nvme_channel_fail(struct nvme_channel *channel, int error);
/* But those that may be sent once more are HELD, to be sent again behind a reset; fault: nobody has
 * asked for that. */
void nvme_channel_hold(struct nvme_channel *channel, bool fault);

/* Its deadlines have stood still for so long, until now. */
void nvme_channel_shift(struct nvme_channel *channel, uint64_t ns);
/* NVME_QUIRK_MISSED_SHADOWS: now and then, while somebody waits: whether a queue with commands has
 * completed none for a while; and then the doorbells that cannot be missed. */
bool nvme_channel_stands_still(struct nvme_channel *channel, uint64_t now_ns);
void nvme_channel_ring_again(struct nvme_channel *channel);

static inline unsigned nvme_channel_in_flight(const struct nvme_channel *channel)
{
	return channel->in_flight;
}

static inline unsigned nvme_slot_index(const struct nvme_slot *slot)
{
	return slot->command.cid & NVME_SLOT_MASK;
}

/* A free slot, NULL if there is none. The caller fills in command (all but the CID), says by
 * nvme_slot_prepare() what is to become of it, and sends it. */
static inline struct nvme_slot *nvme_slot_take(struct nvme_channel *channel)
{
	struct nvme_slot *slot = channel->free;

	if (slot) {
		channel->free = slot->next;
		channel->in_flight++;
	}
	return slot;
}

static inline void nvme_slot_release(struct nvme_channel *channel, struct nvme_slot *slot)
{
	slot->state = NVME_SLOT_FREE;
	slot->next = channel->free;
	channel->free = slot;
	channel->in_flight--;
}

/* Makes a slot's command this one, but for its CID. */
static inline void nvme_slot_fill(struct nvme_slot *slot, const struct nvme_command *command)
{
	uint16_t cid = slot->command.cid;

	slot->command = *command;
	slot->command.cid = cid;
}

static inline void nvme_slot_prepare(struct nvme_slot *slot, nvme_done *done, void *context,
				     bool repeatable)
{
	slot->done = done;
	slot->context = context;
	slot->retries = 0;
	slot->repeatable = repeatable;
	slot->marks = 0;
}

static inline struct nvme_prp_list nvme_slot_list(const struct nvme_channel *channel,
						  const struct nvme_slot *slot)
{
	size_t offset = (size_t)nvme_slot_index(slot) * channel->list_stride;

	return (struct nvme_prp_list){
		.entries = channel->list.entries + offset / sizeof(uint64_t),
		.bus = channel->list.bus + offset,
		.count = channel->list.count,
	};
}

/* The slot's command is sent now: behind this it is pushed. */
static inline void nvme_slot_sent(struct nvme_channel *channel, struct nvme_slot *slot,
				  uint64_t deadline_ns)
{
	slot->state = NVME_SLOT_SENT;
	slot->command.cid += 1u << NVME_SLOT_BITS;
	slot->deadline_ns = deadline_ns;
	slot->sequence = channel->sequence;
}

static inline void nvme_channel_busy(struct nvme_channel *channel)
{
	*channel->busy |= channel->busy_bit;
}

/* Whether it has nothing to do; it is not busy then any more. */
static inline bool nvme_channel_idle(struct nvme_channel *channel)
{
	if (channel->in_flight || channel->waiting)
		return false;
	*channel->busy &= ~channel->busy_bit;
	return true;
}

/* Hands the slot's command to the controller; the doorbell follows by nvme_channel_ring(). */
static inline void nvme_channel_push(struct nvme_channel *channel, struct nvme_slot *slot,
				     uint64_t deadline_ns)
{
	nvme_slot_sent(channel, slot, deadline_ns);
	if (deadline_ns < channel->check_at_ns)
		channel->check_at_ns = deadline_ns;
	nvme_channel_busy(channel);
	nvme_queue_push(&channel->queue, &slot->command);
}

/* The time to reckon deadlines from: read once for all commands sent while reaping. */
static inline uint64_t nvme_channel_now(const struct nvme_channel *channel)
{
	return channel->reaping ? channel->now_ns : nvme_time_ns();
}

/* The deadline of what is sent now with the default timeout; it is looked at then. */
static inline uint64_t nvme_channel_deadline(struct nvme_channel *channel)
{
	return channel->reaping ? channel->deadline_ns : nvme_channel_set_deadline(channel);
}

/* Whether there are completions to be reaped. */
static inline bool nvme_channel_has_news(const struct nvme_channel *channel)
{
	const struct nvme_queue_reader reader = nvme_queue_read_begin(&channel->queue);

	return nvme_queue_is_news(&reader);
}

static inline void nvme_channel_ring(struct nvme_channel *channel)
{
	if (!channel->reaping && !channel->plugged)
		nvme_queue_ring_sq(&channel->queue);
}
