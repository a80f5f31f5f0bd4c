/* What CPU 0 does to channels on loan: freezes them, takes their commands through resets, ends
 * them. */
#include "drivers/nvme/load_control.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/deadline.h"
#include "lib/errno.h"

/* For a loop to acknowledge: it comes by many times in a millisecond, where its CPU runs at all. */
#define FREEZE_NS (10000 * NVME_NS_PER_MS)

void nvme_loads_granted(struct nvme_controller *controller, unsigned queues)
{
	controller->loads.queues = queues < NVME_LOADS_MAX ? queues : NVME_LOADS_MAX;
}

static bool change(struct nvme_load *load, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&load->word, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

void nvme_load_freeze(struct nvme_load *load)
{
	uint64_t begun_ns = nvme_time_ns();

	if (load->frozen)
		return;
	load->frozen = true;
	load->inside = true;
	while (__atomic_load_n(&load->word, __ATOMIC_ACQUIRE) != NVME_LOAD_FROZEN) {
		if (change(load, NVME_LOAD_FREE, NVME_LOAD_FROZEN)) {
			load->inside = false;
			return;
		}
		change(load, NVME_LOAD_RUNS, NVME_LOAD_FREEZE);
		if (nvme_time_ns() - begun_ns > FREEZE_NS) {
			nvme_error(load->controller, "queue %u: its loop does not stand still",
				   load->channel.queue.id);
			return;
		}
		nvme_relax();
	}
}

void nvme_load_thaw(struct nvme_load *load)
{
	/* One that could not be taken away stands still until it ends behind a reset. */
	if (!load->frozen || (load->closing && load->created && !load->error))
		return;
	load->frozen = false;
	__atomic_store_n(&load->word, load->inside ? NVME_LOAD_RUNS : NVME_LOAD_FREE,
			 __ATOMIC_RELEASE);
}

/* Around what is done to one while it stands still; where somebody else has frozen it, it stays so:
 * was_frozen. */
static bool hold(struct nvme_load *load)
{
	bool was_frozen = load->frozen;

	nvme_load_freeze(load);
	return was_frozen;
}

static void release(struct nvme_load *load, bool was_frozen)
{
	if (!was_frozen)
		nvme_load_thaw(load);
}

void nvme_loads_freeze(struct nvme_controller *controller)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next)
		nvme_load_freeze(load);
}

void nvme_loads_thaw(struct nvme_controller *controller)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next)
		nvme_load_thaw(load);
}

/* Whether commands may be sent again: the blocks are what they were. */
static bool obsolete(const struct nvme_load *load)
{
	return load->namespace->block.gone || load->namespace->block_shift != load->block_shift;
}

void nvme_loads_take_back(struct nvme_controller *controller, bool fault)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		if (load->error)
			continue;
		nvme_channel_collect(&load->channel);
		nvme_channel_hold(&load->channel, fault);
	}
}

void nvme_loads_clear(struct nvme_controller *controller)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		nvme_queue_clear(&load->channel.queue);
		load->created = false;
	}
}

void nvme_load_end(struct nvme_load *load, int error)
{
	if (load->error)
		return;
	nvme_channel_collect(&load->channel);
	load->error = error;
	nvme_channel_fail(&load->channel, error);
}

struct nvme_load *nvme_loads_next(struct nvme_controller *controller, struct nvme_load *before)
{
	struct nvme_load *load = before ? before->next : controller->loads.first;

	while (load && (load->error || load->closing))
		load = load->next;
	return load;
}

static void send_again(struct nvme_channel *channel)
{
	uint64_t deadline_ns = nvme_channel_set_deadline(channel);

	for (unsigned i = 0; i < channel->slot_count; i++) {
		struct nvme_slot *slot = &channel->slots[i];

		if (slot->state != NVME_SLOT_HELD)
			continue;
		channel->statistics.retries++;
		nvme_channel_push(channel, slot, deadline_ns);
	}
	nvme_queue_ring_sq(&channel->queue);
}

void nvme_loads_resume(struct nvme_controller *controller)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		if (obsolete(load))
			nvme_load_end(load, -ENODEV);
		else if (load->closing)
			nvme_load_end(load, -EINTR);
		if (!load->error)
			send_again(&load->channel);
		nvme_load_thaw(load);
	}
}

void nvme_loads_end(struct nvme_controller *controller, int error)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		nvme_load_freeze(load);
		nvme_load_end(load, error);
		nvme_load_thaw(load);
	}
}

static void sum_up(struct nvme_channel_statistics *sum, const struct nvme_channel_statistics *own)
{
	sum->reaped += own->reaped;
	sum->ignored += own->ignored;
	sum->retries += own->retries;
	sum->timeouts += own->timeouts;
	sum->stalls += own->stalls;
}

void nvme_loads_add(struct nvme_controller *controller, struct nvme_load *load)
{
	load->controller = controller;
	load->next = controller->loads.first;
	controller->loads.first = load;
}

void nvme_loads_remove(struct nvme_load *load)
{
	struct nvme_loads *loads = &load->controller->loads;
	struct nvme_load **link = &loads->first;

	while (*link != load)
		link = &(*link)->next;
	*link = load->next;
	sum_up(&loads->closed, &load->channel.statistics);
	load->controller = NULL;
}

void nvme_loads_forget(struct nvme_controller *controller)
{
	while (controller->loads.first)
		nvme_loads_remove(controller->loads.first);
}

/* A command whose deadline has passed, in a queue that completes no others, or completes many
 * others instead. */
static struct nvme_slot *find_late(struct nvme_channel *channel, uint64_t now_ns)
{
	for (unsigned i = 0; i < channel->slot_count; i++) {
		struct nvme_slot *slot = &channel->slots[i];

		if (slot->state < NVME_SLOT_SENT || slot->deadline_ns > now_ns)
			continue;
		if (channel->progress_ns + channel->timeout_ns <= now_ns ||
		    channel->sequence - slot->sequence > NVME_OVERTAKEN_BY * channel->slot_count)
			return slot;
	}
	return NULL;
}

/* Whether something is late. */
static bool check(struct nvme_load *load, uint64_t now_ns)
{
	struct nvme_controller *controller = load->controller;
	struct nvme_channel *channel = &load->channel;
	bool was_frozen = hold(load);
	uint64_t ignored;
	struct nvme_slot *late;

	nvme_channel_reap(channel);
	late = find_late(channel, now_ns);
	ignored = channel->statistics.ignored;
	if (late) {
		channel->statistics.timeouts++;
		late->marks |= NVME_SLOT_EXPIRED;
		nvme_warning_limited(controller,
				     "command %02xh (queue %u, CID %04x): no completion in time",
				     late->command.opcode, channel->queue.id, late->command.cid);
	}
	if (ignored != load->ignored_told)
		nvme_warning_limited(
			controller,
			"queue %u: %llu completions ignored, no such commands in flight",
			channel->queue.id, (unsigned long long)(ignored - load->ignored_told));
	load->ignored_told = ignored;
	release(load, was_frozen);
	return late;
}

bool nvme_loads_check(struct nvme_controller *controller, uint64_t now_ns)
{
	bool late = false;

	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		if (load->error || load->closing || now_ns < load->check_at_ns)
			continue;
		load->check_at_ns = now_ns + load->channel.timeout_ns / 4;
		late |= check(load, now_ns);
	}
	return late;
}

void nvme_loads_shift(struct nvme_controller *controller, uint64_t ns)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		bool was_frozen = hold(load);

		nvme_channel_shift(&load->channel, ns);
		release(load, was_frozen);
	}
}

/* What the loop counts is looked at while it runs: a look that comes too late or too early is
 * followed by another. */
void nvme_loads_ring_again(struct nvme_controller *controller, uint64_t now_ns)
{
	for (struct nvme_load *load = controller->loads.first; load; load = load->next) {
		bool was_frozen;

		if (load->error || load->closing ||
		    !nvme_channel_stands_still(&load->channel, now_ns))
			continue;
		was_frozen = hold(load);
		if (__atomic_load_n(&load->word, __ATOMIC_ACQUIRE) == NVME_LOAD_FROZEN)
			nvme_channel_ring_again(&load->channel);
		else /* its doorbells are the loop's */
			load->channel.stall_at_ns = nvme_time_ns() + FREEZE_NS;
		release(load, was_frozen);
	}
}

unsigned nvme_loads_in_flight(const struct nvme_controller *controller)
{
	unsigned count = 0;

	for (const struct nvme_load *load = controller->loads.first; load; load = load->next)
		count += nvme_channel_in_flight(&load->channel);
	return count;
}

struct nvme_channel_statistics nvme_loads_statistics(const struct nvme_controller *controller)
{
	struct nvme_channel_statistics sum = controller->loads.closed;

	for (const struct nvme_load *load = controller->loads.first; load; load = load->next)
		sum_up(&sum, &load->channel.statistics);
	return sum;
}
