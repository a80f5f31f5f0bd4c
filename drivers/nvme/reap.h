/* The loop that takes completions, for those who do something of their own with what succeeds: all
 * else is judged, ignored or failed in one way. */
#pragma once

#include "drivers/nvme/channel.h"

/* The slot that a completion of this channel's submission queue is for; NULL when it is not
 * believed. */
static inline struct nvme_slot *nvme_reap_believe(struct nvme_channel *channel,
						  struct nvme_queue_entry entry)
{
	uint32_t cid_and_status = (uint32_t)(entry.what >> 32);
	struct nvme_slot *slot = &channel->slots[cid_and_status & channel->slots_mask];

	return slot->command.cid == (uint16_t)cid_and_status && slot->state >= NVME_SLOT_SENT
		       ? slot
		       : NULL;
}

/* Out of the way of what is usual. A completion that is not believed; one that has failed; one that
 * nvme_queue_read() does not take, where the reader stays where it is if there is none; all of them
 * while somebody traces, whom they are shown to. */
void nvme_reap_ignore(struct nvme_channel *channel, struct nvme_queue_entry entry);
void nvme_reap_fail(struct nvme_channel *channel, struct nvme_slot *slot,
		    struct nvme_queue_entry entry);
struct nvme_queue_reader nvme_reap_unusual(struct nvme_channel *channel,
					   struct nvme_queue_reader reader);
struct nvme_queue_reader nvme_reap_traced(struct nvme_channel *channel,
					  struct nvme_queue_reader reader);

/* A command that has succeeded: as done() of its slot, which may be called instead of it. The
 * context is the caller's: with all of this inlined, what it has in a local variable can stay in
 * registers.
 */
typedef void nvme_reap_success(void *context, struct nvme_channel *channel, struct nvme_slot *slot,
			       uint64_t result);

/* One completion that is there; slot: whose, NULL where it is not believed. */
__attribute__((always_inline)) static inline void
nvme_reap_take(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_queue_entry entry,
	       nvme_reap_success *succeeded, void *context)
{
	if (!slot)
		nvme_reap_ignore(channel, entry);
	else if (nvme_queue_entry_status(&entry))
		nvme_reap_fail(channel, slot, entry);
	else
		succeeded(context, channel, slot, entry.result);
}

/* All that there are while nobody traces, but no more than the queue holds: a controller that
 * writes entries as fast as they are taken does not keep us here. */
__attribute__((always_inline)) static inline struct nvme_queue_reader
nvme_reap_usual(struct nvme_channel *channel, struct nvme_queue_reader reader,
		nvme_reap_success *succeeded, void *context)
{
	const volatile struct nvme_completion *const first = reader.next;

	do {
		struct nvme_queue_entry entry;

		if (__builtin_expect(nvme_queue_read(&channel->queue, &reader, &entry), true)) {
			nvme_reap_take(channel, nvme_reap_believe(channel, entry), entry, succeeded,
				       context);
		} else if (nvme_queue_is_news(&reader)) {
			reader = nvme_reap_unusual(channel, reader);
		} else {
			break;
		}
	} while (reader.next != first);
	return reader;
}

/* Takes what has been completed; rings nothing. Returns how many entries that were: where there
 * were any, channel->reaping is set. */
__attribute__((always_inline)) static inline unsigned
nvme_reap(struct nvme_channel *channel, nvme_reap_success *succeeded, void *context)
{
	struct nvme_queue *queue = &channel->queue;
	struct nvme_queue_reader reader = nvme_queue_read_begin(queue);
	const volatile struct nvme_completion *const first = reader.next;
	unsigned count;

	if (!nvme_queue_is_news(&reader))
		return 0;
	channel->reaping = true;
	nvme_channel_set_deadline(channel);
	channel->fruitless = 0;
	if (nvme_tracing())
		reader = nvme_reap_traced(channel, reader);
	else
		reader = nvme_reap_usual(channel, reader, succeeded, context);
	nvme_queue_read_end(queue, &reader);
	count = (unsigned)(reader.next - first) & queue->mask;
	if (!count)
		count = queue->mask + 1u; /* all round */
	channel->statistics.reaped += count;
	if (count > channel->fruitless)
		channel->progress_ns = channel->now_ns;
	return count;
}
