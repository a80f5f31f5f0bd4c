/* Channels: a queue pair, its slots, and which completions are believed. */
#include "drivers/nvme/channel.h"

#include "drivers/nvme/reap.h"
#include "drivers/nvme/transport/cmb_pages.h"
#include "lib/errno.h"
#include "lib/string.h"

#define STALL_NS 500000 /* for which a queue may stand still */

static void free_list(struct nvme_channel *channel)
{
	if (channel->list_memory && !nvme_cmb_free(channel->cmb, channel->list_memory))
		nvme_dma_free(channel->list_memory, channel->list_bytes);
	channel->list_memory = NULL;
}

int nvme_channel_set_transfer(struct nvme_channel *channel, uint32_t size)
{
	unsigned entries = nvme_prp_entries(size);
	size_t bytes = (size_t)entries * 8 * channel->slot_count;
	uint64_t bus;
	void *memory;

	if (entries <= channel->list.count)
		return 0;
	memory = nvme_cmb_alloc_list(channel->cmb, channel->queue.sq_placed, bytes, &bus);
	if (!memory)
		memory = nvme_dma_alloc(bytes, &bus);
	if (!memory)
		return -ENOMEM;
	free_list(channel);
	channel->list = (struct nvme_prp_list){memory, bus, entries};
	channel->list_stride = entries * 8;
	channel->list_bytes = bytes;
	channel->list_memory = memory;
	return 0;
}

int nvme_channel_init(struct nvme_channel *channel, const struct nvme_channel_config *config)
{
	struct nvme_place sq;
	uint64_t bus;
	int error;

	channel->cmb = config->cmb;
	channel->functions = config->functions;
	channel->owner = config->owner;
	channel->slot_count = channel->slots_mask = config->entries - 1;
	channel->timeout_ns = config->timeout_ns;
	channel->check_at_ns = NVME_NEVER;
	channel->busy = config->busy ? config->busy : &channel->never_busy;
	channel->busy_bit = config->busy ? (uint64_t)1 << (config->id - 1) : 0;
	sq.memory = nvme_cmb_alloc_sq(channel->cmb, config->entries * sizeof(struct nvme_command),
				      &sq.bus);
	error = nvme_queue_init(&channel->queue, config->registers, config->id, config->entries,
				sq.memory ? &sq : NULL);
	if (error) {
		nvme_cmb_free(channel->cmb, sq.memory);
		return error;
	}
	channel->slots_bytes = config->entries * sizeof(struct nvme_slot);
	channel->slots = nvme_dma_alloc(channel->slots_bytes, &bus);
	if (!channel->slots || nvme_channel_set_transfer(channel, config->transfer_max) < 0) {
		nvme_channel_free(channel);
		return -ENOMEM;
	}
	for (unsigned i = channel->slot_count; i-- > 0;) {
		struct nvme_slot *slot = &channel->slots[i];

		slot->command.cid = (uint16_t)i;
		slot->timeout_ns = config->timeout_ns;
		slot->next = channel->free;
		channel->free = slot;
	}
	return 0;
}

void nvme_channel_free(struct nvme_channel *channel)
{
	*channel->busy &= ~channel->busy_bit;
	nvme_cmb_free(channel->cmb, channel->queue.sq);
	nvme_queue_free(&channel->queue);
	if (channel->slots)
		nvme_dma_free(channel->slots, channel->slots_bytes);
	free_list(channel);
	channel->slots = NULL;
	channel->free = NULL;
}

/* What is rare stays out of the way of what is not: fewer registers to save there. */
#define RARE __attribute__((noinline, cold))

RARE void nvme_reap_ignore(struct nvme_channel *channel, struct nvme_queue_entry entry)
{
	channel->statistics.ignored++;
	channel->fruitless++;
	channel->functions->ignored(channel, &entry);
}

RARE void nvme_reap_fail(struct nvme_channel *channel, struct nvme_slot *slot,
			 struct nvme_queue_entry entry)
{
	const struct nvme_answer answer = {
		.result = entry.result,
		.status = nvme_queue_entry_status(&entry),
	};

	channel->functions->failed(channel, slot, answer);
}

uint64_t nvme_channel_set_deadline(struct nvme_channel *channel)
{
	channel->sequence++;
	channel->now_ns = nvme_time_ns();
	channel->deadline_ns = channel->now_ns + channel->timeout_ns;
	if (channel->deadline_ns < channel->check_at_ns)
		channel->check_at_ns = channel->deadline_ns;
	return channel->deadline_ns;
}

static inline void done(void *context, struct nvme_channel *channel, struct nvme_slot *slot,
			uint64_t result)
{
	(void)context;
	slot->done(channel, slot, (struct nvme_answer){result, 0, 0});
}

RARE struct nvme_queue_reader nvme_reap_unusual(struct nvme_channel *channel,
						struct nvme_queue_reader reader)
{
	struct nvme_queue_entry entry;
	struct nvme_slot *slot = NULL;

	if (!nvme_queue_read_any(&channel->queue, &reader, &entry))
		return reader;
	if (nvme_queue_entry_sqid(&entry) == channel->queue.id)
		slot = nvme_reap_believe(channel, entry);
	nvme_reap_take(channel, slot, entry, done, NULL);
	return reader;
}

RARE struct nvme_queue_reader nvme_reap_traced(struct nvme_channel *channel,
					       struct nvme_queue_reader reader)
{
	const volatile struct nvme_completion *const first = reader.next, *before;

	do {
		before = reader.next;
		reader = nvme_reap_unusual(channel, reader);
	} while (reader.next != before && reader.next != first);
	return reader;
}

unsigned nvme_channel_reap(struct nvme_channel *channel)
{
	unsigned count;

	if (channel->reaping)
		return 0;
	count = nvme_reap(channel, done, NULL);
	if (!count)
		return 0;
	nvme_queue_ring_cq(&channel->queue);
	if (channel->waiting)
		channel->functions->drained(channel);
	channel->reaping = false;
	nvme_queue_ring_sq(&channel->queue);
	return count;
}

RARE void nvme_channel_collect(struct nvme_channel *channel)
{
	if (channel->reaping)
		return;
	nvme_reap(channel, done, NULL);
	channel->reaping = false;
}

void nvme_slot_fail(struct nvme_channel *channel, struct nvme_slot *slot, int error)
{
	const struct nvme_answer answer = {
		.status = NVME_SC_ABORTED_BY_HOST | NVME_STATUS_DNR,
		.error = (int16_t)error,
	};

	slot->done(channel, slot, answer);
}

void nvme_channel_fail(struct nvme_channel *channel, int error)
{
	for (unsigned i = 0; i < channel->slot_count; i++)
		if (channel->slots[i].state != NVME_SLOT_FREE)
			nvme_slot_fail(channel, &channel->slots[i], error);
}

/* Whether a command that a reset takes back may be sent once more. It counts as one of its
 * repetitions where the command may be the reason: its deadline had passed, or nobody had asked for
 * the reset (fault). Else one at which the controller fails each time would go on for ever. */
static bool may_repeat(struct nvme_slot *slot, bool fault)
{
	if (!slot->repeatable)
		return false;
	if (slot->state == NVME_SLOT_DELAYED || !(slot->marks & NVME_SLOT_EXPIRED || fault))
		return true;
	return slot->retries++ < NVME_RETRIES_MAX;
}

void nvme_channel_hold(struct nvme_channel *channel, bool fault)
{
	for (unsigned i = 0; i < channel->slot_count; i++) {
		struct nvme_slot *slot = &channel->slots[i];

		if (slot->state == NVME_SLOT_FREE || slot->state == NVME_SLOT_HELD)
			continue;
		if (may_repeat(slot, fault)) {
			slot->state = NVME_SLOT_HELD;
			slot->marks &= ~NVME_SLOT_ABORT_WANTED;
		} else {
			nvme_slot_fail(channel, slot,
				       slot->marks & NVME_SLOT_EXPIRED ? -ETIMEDOUT : -EIO);
		}
	}
}

/* channel->check_at_ns may be too early then, which does no harm. */
void nvme_channel_shift(struct nvme_channel *channel, uint64_t ns)
{
	for (unsigned i = 0; i < channel->slot_count; i++) {
		struct nvme_slot *slot = &channel->slots[i];

		if (slot->state >= NVME_SLOT_SENT && slot->deadline_ns < NVME_NEVER - ns)
			slot->deadline_ns += ns;
	}
}

bool nvme_channel_stands_still(struct nvme_channel *channel, uint64_t now_ns)
{
	if (channel->statistics.reaped != channel->reaped_seen ||
	    !nvme_channel_in_flight(channel)) {
		channel->reaped_seen = channel->statistics.reaped;
		channel->stall_at_ns = now_ns + STALL_NS;
		return false;
	}
	if (now_ns < channel->stall_at_ns)
		return false;
	channel->stall_at_ns = now_ns + STALL_NS;
	return true;
}

void nvme_channel_ring_again(struct nvme_channel *channel)
{
	channel->statistics.stalls++;
	nvme_queue_ring_again(&channel->queue);
}
