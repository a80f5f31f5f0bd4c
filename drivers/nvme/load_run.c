/* The bare loop: nothing but reads, or writes, of one size. What nvme_channel_reap() does for
 * everybody is done here for commands that are all alike: a completion is followed by the next
 * command of the same slot at once, of which only the place is new. */
#include "drivers/nvme/load.h"

#include "drivers/nvme/controller.h"

#define STEP 6364136223846793005ull /* Knuth's linear congruence: the upper bits are good */

static inline uint64_t next_lba(struct nvme_load_run *run)
{
	uint64_t place;

	if (run->random) {
		run->seed = run->seed * STEP + 1;
		/* The product has 128 bits: no division. */
		place = (uint64_t)((unsigned __int128)run->seed * run->places >> 64);
	} else {
		place = run->place++;
		if (run->place == run->places)
			run->place = 0;
	}
	return run->lba + place * run->blocks;
}

/* deadline_ns: of what is sent in this turn. */
static inline void send_next(struct nvme_channel *channel, struct nvme_slot *slot,
			     struct nvme_load_run *run, uint64_t deadline_ns)
{
	uint64_t lba = next_lba(run);

	run->begun++;
	slot->retries = 0; /* those of the command before */
	slot->expired = false;
	nvme_command_set_lba(&slot->command, lba);
	nvme_slot_sent(channel, slot, deadline_ns);
	nvme_queue_push_plain(&channel->queue, &slot->command);
}

static inline bool more(const struct nvme_load_run *run)
{
	return run->begun < __atomic_load_n(&run->limit, __ATOMIC_RELAXED);
}

/* For nvme_load_failed(), and for what CPU 0 takes or ends. */
static void run_done(struct nvme_channel *channel, struct nvme_slot *slot,
		     struct nvme_answer answer)
{
	struct nvme_load_run *run = slot->context;

	run->ended++;
	if (answer.status) {
		run->errors++;
		nvme_load_run_stop(run);
		if (!run->error) {
			run->error = answer.error ? answer.error : nvme_status_errno(answer.status);
			run->status = answer.status;
			run->error_lba = (uint64_t)slot->command.cdw11 << 32 | slot->command.cdw10;
		}
	}
	if (more(run) && !nvme_load_of(channel)->closing)
		send_next(channel, slot, run, channel->deadline_ns);
	else
		nvme_slot_release(channel, slot);
}

/* The slot of a completion of this submission queue, if there is such a command in flight: as
 * believe() in channel.c. */
static inline struct nvme_slot *slot_of(struct nvme_channel *channel, struct nvme_queue_entry entry)
{
	uint32_t cid_and_status = (uint32_t)(entry.what >> 32);
	uint32_t index = cid_and_status & NVME_SLOT_MASK;
	struct nvme_slot *slot = &channel->slots[index];

	return index < channel->slot_count && slot->command.cid == (uint16_t)cid_and_status &&
			       slot->state >= NVME_SLOT_SENT
		       ? slot
		       : NULL;
}

/* What nvme_queue_read() does not take, or what is no success. */
__attribute__((noinline, cold)) static void
unusual(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_queue_entry entry)
{
	const struct nvme_answer answer = {
		.result = entry.result,
		.status = nvme_queue_entry_status(&entry),
	};

	if (!slot) {
		channel->statistics.ignored++;
		channel->fruitless++;
	} else if (answer.status) {
		nvme_load_failed(channel, slot, answer);
	} else {
		slot->done(channel, slot, answer);
	}
}

__attribute__((noinline, cold)) static struct nvme_queue_reader
take_unusual(struct nvme_channel *channel, struct nvme_queue_reader reader)
{
	struct nvme_queue_entry entry;

	if (nvme_queue_read_any(&channel->queue, &reader, &entry))
		unusual(channel,
			nvme_queue_entry_sqid(&entry) == channel->queue.id ? slot_of(channel, entry)
									   : NULL,
			entry);
	return reader;
}

/* As nvme_channel_reap(), which CPU 0 calls where it has frozen the loop. */
static void reap(struct nvme_channel *channel, struct nvme_load_run *run)
{
	struct nvme_queue *queue = &channel->queue;
	struct nvme_queue_reader reader = nvme_queue_read_begin(queue);
	const volatile struct nvme_completion *const first = reader.next;
	uint64_t deadline_ns;
	unsigned count;

	if (!nvme_queue_is_news(&reader))
		return;
	deadline_ns = nvme_channel_set_deadline(channel);
	channel->fruitless = 0;
	do {
		struct nvme_queue_entry entry;
		struct nvme_slot *slot;

		if (__builtin_expect(!nvme_queue_read(queue, &reader, &entry), false)) {
			const volatile struct nvme_completion *before = reader.next;

			reader = take_unusual(channel, reader);
			if (reader.next == before)
				break;
			continue;
		}
		slot = slot_of(channel, entry);
		if (__builtin_expect(!slot || nvme_queue_entry_status(&entry), false)) {
			unusual(channel, slot, entry);
			continue;
		}
		run->ended++;
		if (more(run))
			send_next(channel, slot, run, deadline_ns);
		else
			nvme_slot_release(channel, slot);
	} while (reader.next != first);
	nvme_queue_read_end(queue, &reader);
	count = (unsigned)(reader.next - first) & queue->mask;
	if (!count)
		count = queue->mask + 1u; /* all round */
	channel->statistics.reaped += count;
	if (count > channel->fruitless)
		channel->progress_ns = channel->now_ns;
	nvme_queue_ring_cq(queue);
	nvme_queue_ring_sq(queue);
}

void nvme_load_run_begin(struct nvme_load *load, struct nvme_load_run *run)
{
	struct nvme_channel *channel = &load->channel;
	uint8_t *data = run->data;
	struct nvme_slot *slot;

	run->place = 0;
	if (!run->limit)
		run->limit = UINT64_MAX;
	nvme_channel_set_deadline(channel);
	while (more(run) && !load->error && (slot = nvme_slot_take(channel))) {
		nvme_load_fill(slot, load, run->opcode, 0, run->blocks);
		if (!nvme_load_place(load, slot, data, run->blocks)) {
			nvme_slot_release(channel, slot);
			break;
		}
		data += (size_t)run->blocks << load->namespace->block_shift;
		nvme_slot_prepare(slot, run_done, run, true);
		send_next(channel, slot, run, channel->deadline_ns);
	}
	nvme_load_ring(load);
}

void nvme_load_run_stop(struct nvme_load_run *run)
{
	/* Not 0, which has no end where the loop has yet to begin. */
	__atomic_store_n(&run->limit, 1, __ATOMIC_RELAXED);
}

bool nvme_load_run_turn(struct nvme_load *load, struct nvme_load_run *run)
{
	if (!nvme_load_goes_on(load)) {
		if (!run->error)
			run->error = load->error;
		return false;
	}
	reap(&load->channel, run);
	return load->channel.in_flight;
}
