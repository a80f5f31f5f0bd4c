/* Single commands that fail or are late: sent again, aborted, given up. What becomes of the whole
 * controller is in recovery.c. */
#include "drivers/nvme/deadline.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/io.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"

#define GRACE_MAX_NS	 (1000 * NVME_NS_PER_MS) /* after Abort */
#define RETRY_DELAY_UNIT (100 * NVME_NS_PER_MS)	 /* CRDT */
#define RETRY_DELAY_MAX	 (10000 * NVME_NS_PER_MS)

static const char *command_name(const struct nvme_channel *channel, const struct nvme_slot *slot)
{
	return channel->queue.id ? nvme_io_name(slot->command.opcode)
				 : nvme_admin_name(slot->command.opcode);
}

/* The delay that the controller asks for by CRD: Base, section 3.3.3.2.1. */
static uint64_t retry_delay(const struct nvme_controller *controller, uint16_t status)
{
	const struct nvme_identify_controller *identify = controller->identify;
	const uint16_t times[] = {0, identify->crdt1, identify->crdt2, identify->crdt3};
	uint64_t delay = times[NVME_STATUS_CRD(status)] * RETRY_DELAY_UNIT;

	return delay < RETRY_DELAY_MAX ? delay : RETRY_DELAY_MAX;
}

void nvme_completion_ignored(struct nvme_channel *channel, const struct nvme_queue_entry *entry)
{
	unsigned id = channel->queue.id, sqid = nvme_queue_entry_sqid(entry);

	nvme_warning_limited(
		channel->owner,
		"queue %u: completion ignored, %s (CID %04x, SQ %u, SQHD %u, status %04x)", id,
		sqid != id ? "wrong submission queue" : "no such command in flight",
		nvme_queue_entry_cid(entry), sqid, nvme_queue_entry_sqhd(entry),
		(unsigned)(entry->what >> 49));
}

void nvme_slot_failed(struct nvme_channel *channel, struct nvme_slot *slot,
		      struct nvme_answer answer)
{
	struct nvme_controller *controller = channel->owner;
	uint16_t status = answer.status;
	bool aborted = slot->marks & NVME_SLOT_EXPIRED &&
		       (status & NVME_STATUS_MASK) == NVME_SC_ABORT_REQUESTED;
	uint64_t delay;

	channel->fruitless += aborted;
	if (slot->repeatable && slot->retries < NVME_RETRIES_MAX && !nvme_io_obsolete(slot) &&
	    (aborted || !(status & NVME_STATUS_DNR)) &&
	    (controller->state == NVME_LIVE || controller->state == NVME_RESETTING)) {
		slot->retries++;
		slot->marks &= ~NVME_SLOT_ABORT_WANTED;
		channel->statistics.retries++;
		nvme_io_repeated(slot);
		delay = aborted ? 0 : retry_delay(controller, status);
		if (controller->state == NVME_RESETTING) {
			slot->state = NVME_SLOT_HELD; /* sent again behind the reset */
		} else if (delay) {
			slot->state = NVME_SLOT_DELAYED;
			slot->deadline_ns = channel->now_ns + delay;
			if (slot->deadline_ns < channel->check_at_ns)
				channel->check_at_ns = slot->deadline_ns;
		} else {
			nvme_channel_push(channel, slot, channel->now_ns + channel->timeout_ns);
		}
		return;
	}
	if (aborted)
		answer.error = -ETIMEDOUT;
	if (slot->repeatable && nvme_io_obsolete(slot))
		answer.error = -ENODEV;
	slot->done(channel, slot, answer);
}

/* The slot that an Abort was for, if its command is still in flight. */
static struct nvme_slot *abort_target(struct nvme_controller *controller, uint32_t cdw10,
				      struct nvme_channel **channel)
{
	unsigned queue = cdw10 & 0xffff, cid = cdw10 >> 16;
	struct nvme_slot *slot;

	if (queue >= controller->channel_count)
		return NULL;
	*channel = controller->channels[queue];
	if ((cid & NVME_SLOT_MASK) >= (*channel)->slot_count)
		return NULL;
	slot = &(*channel)->slots[cid & NVME_SLOT_MASK];
	return slot->command.cid == cid && slot->state == NVME_SLOT_ABORTING ? slot : NULL;
}

static void send_wanted_aborts(struct nvme_controller *controller);

static void abort_done(struct nvme_channel *admin, struct nvme_slot *abort,
		       struct nvme_answer answer)
{
	struct nvme_controller *controller = admin->owner;
	struct nvme_channel *channel;
	struct nvme_slot *slot = abort_target(controller, abort->command.cdw10, &channel);

	controller->aborts.outstanding--;
	nvme_slot_release(admin, abort);
	/* Not aborted, and not completed in the meantime either: no use in waiting on. One more
	 * reap comes before the reset. */
	if (slot && (answer.status || answer.result & NVME_ABORT_NOT_DONE)) {
		slot->deadline_ns = 0;
		channel->check_at_ns = 0;
	}
	send_wanted_aborts(controller);
}

/* How many the controller takes at a time. */
static unsigned aborts_max(const struct nvme_controller *controller)
{
	unsigned max = controller->identify->acl + 1u;

	return max < NVME_ADMIN_ENTRIES / 4 ? max : NVME_ADMIN_ENTRIES / 4;
}

/* False where it has to wait: the controller takes so many at a time (ACL). */
static bool send_abort(struct nvme_channel *channel, const struct nvme_slot *slot)
{
	struct nvme_controller *controller = channel->owner;
	struct nvme_channel *admin = controller->channels[0];
	struct nvme_slot *abort;

	if (controller->aborts.outstanding >= aborts_max(controller))
		return false;
	abort = nvme_slot_take(admin);
	if (!abort)
		return false;
	controller->aborts.outstanding++;
	channel->statistics.aborts++;
	abort->command.opcode = NVME_ADMIN_ABORT;
	abort->command.nsid = 0;
	abort->command.prp1 = abort->command.prp2 = 0;
	abort->command.cdw10 = channel->queue.id | (uint32_t)slot->command.cid << 16;
	abort->command.cdw11 = abort->command.cdw12 = 0;
	nvme_slot_prepare(abort, abort_done, NULL, false);
	nvme_channel_push(admin, abort, nvme_channel_now(admin) + controller->admin_timeout_ns);
	nvme_channel_ring(admin);
	return true;
}

/* How long a late command has once its Abort has been sent. */
static uint64_t grace_ns(const struct nvme_channel *channel)
{
	return channel->timeout_ns < GRACE_MAX_NS ? channel->timeout_ns : GRACE_MAX_NS;
}

/* What is late waits for its Abort before its grace period begins; those that are sent have
 * deadlines, so this ends. */
static void want_abort(struct nvme_channel *channel, struct nvme_slot *slot, uint64_t now_ns)
{
	struct nvme_controller *controller = channel->owner;
	bool late = slot->state == NVME_SLOT_ABORTING, sent = send_abort(channel, slot);

	slot->marks &= ~NVME_SLOT_ABORT_WANTED;
	if (!sent)
		slot->marks |= NVME_SLOT_ABORT_WANTED;
	if (late)
		slot->deadline_ns = sent ? now_ns + grace_ns(channel) : NVME_NEVER;
	if (late && slot->deadline_ns < channel->check_at_ns)
		channel->check_at_ns = slot->deadline_ns;
	if (!sent)
		controller->aborts.wanted = true;
}

static void send_wanted_aborts(struct nvme_controller *controller)
{
	uint64_t now_ns;

	if (!controller->aborts.wanted || controller->state != NVME_LIVE)
		return;
	controller->aborts.wanted = false;
	now_ns = nvme_time_ns();
	for (unsigned i = 0; i < controller->channel_count; i++) {
		struct nvme_channel *channel = controller->channels[i];

		for (unsigned s = 0; s < channel->slot_count; s++) {
			struct nvme_slot *slot = &channel->slots[s];

			if (slot->state < NVME_SLOT_SENT || !(slot->marks & NVME_SLOT_ABORT_WANTED))
				continue;
			want_abort(channel, slot, now_ns);
			if (slot->marks & NVME_SLOT_ABORT_WANTED)
				return;
		}
	}
}

void nvme_slot_cancel(struct nvme_channel *channel, struct nvme_slot *slot)
{
	slot->repeatable = false;
	if (slot->state == NVME_SLOT_DELAYED || slot->state == NVME_SLOT_HELD)
		nvme_slot_fail(channel, slot, -EINTR);
	else if (slot->state == NVME_SLOT_SENT && !(slot->marks & NVME_SLOT_ABORT_WANTED))
		want_abort(channel, slot, nvme_time_ns());
}

static void deadline_passed(struct nvme_channel *channel, struct nvme_slot *slot, uint64_t now_ns)
{
	struct nvme_controller *controller = channel->owner;

	channel->statistics.timeouts++;
	nvme_warning_limited(controller, "%s (queue %u, CID %04x): no completion in time",
			     command_name(channel, slot), channel->queue.id, slot->command.cid);
	slot->marks |= NVME_SLOT_EXPIRED;
	if (channel->queue.id == 0) {
		/* Nothing can be aborted by a queue that does not answer. */
		slot->deadline_ns = NVME_NEVER;
		nvme_want_reset(controller, "an admin command was not completed");
		return;
	}
	slot->state = NVME_SLOT_ABORTING;
	want_abort(channel, slot, now_ns);
}

/* The command of a queue that goes on with others instead: it was the oldest one for as long as its
 * deadline, while four times as many as the queue holds were completed. Not any that
 * was overtaken: reads may be slow, and wait for each other, where writes are not. NULL if there is
 * none. */
static const struct nvme_slot *find_overtaken(struct nvme_channel *channel, uint64_t now_ns)
{
	const struct nvme_slot *oldest = NULL;

	for (unsigned i = 0; i < channel->slot_count; i++) {
		const struct nvme_slot *slot = &channel->slots[i];

		if (slot->state >= NVME_SLOT_SENT &&
		    (!oldest || (int32_t)(slot->sequence - oldest->sequence) < 0))
			oldest = slot;
	}
	if (!oldest)
		return NULL;
	if (!channel->oldest_since_ns || oldest->command.cid != channel->oldest) {
		channel->oldest = oldest->command.cid;
		channel->oldest_reaped = channel->statistics.reaped;
		/* At least: nothing has changed since, but for what was sent. */
		channel->oldest_since_ns = channel->progress_ns;
		return NULL;
	}
	return now_ns - channel->oldest_since_ns >= oldest->timeout_ns &&
			       channel->statistics.reaped - channel->oldest_reaped >
				       NVME_OVERTAKEN_BY * channel->slot_count
		       ? oldest
		       : NULL;
}

/* A queue that completes commands is slow, not stuck: what is past its deadline there has as long
 * again from the last completion on. Not on the admin queue: what is asked there is answered one by
 * one, and events come at any time. */
static bool is_only_slow(const struct nvme_channel *channel, struct nvme_slot *slot,
			 uint64_t now_ns)
{
	uint64_t until_ns = channel->progress_ns + slot->timeout_ns;

	if (channel->queue.id == 0 || slot->state < NVME_SLOT_SENT || until_ns <= now_ns)
		return false;
	slot->deadline_ns = until_ns;
	return true;
}

void nvme_channel_expire(struct nvme_channel *channel, uint64_t now_ns)
{
	struct nvme_controller *controller = channel->owner;
	const struct nvme_slot *overtaken;
	uint64_t next = NVME_NEVER;

	/* What has arrived is not late: perhaps only nobody looked. */
	nvme_channel_reap(channel);
	overtaken = channel->queue.id ? find_overtaken(channel, now_ns) : NULL;
	channel->check_at_ns = NVME_NEVER;
	for (unsigned i = 0; i < channel->slot_count; i++) {
		struct nvme_slot *slot = &channel->slots[i];

		if (slot->state < NVME_SLOT_SENT && slot->state != NVME_SLOT_DELAYED)
			continue;
		if (slot->deadline_ns <= now_ns &&
		    (slot == overtaken || !is_only_slow(channel, slot, now_ns))) {
			if (slot->state == NVME_SLOT_SENT) {
				deadline_passed(channel, slot, now_ns);
			} else if (slot->state == NVME_SLOT_DELAYED && nvme_io_obsolete(slot)) {
				nvme_slot_fail(channel, slot, -ENODEV);
				continue;
			} else if (slot->state == NVME_SLOT_DELAYED) {
				nvme_channel_push(channel, slot, now_ns + channel->timeout_ns);
			} else {
				slot->deadline_ns = NVME_NEVER;
				nvme_want_reset(controller, "a command could not be aborted");
			}
		}
		if (slot->deadline_ns < next)
			next = slot->deadline_ns;
	}
	/* What was sent meanwhile has lowered it as well. */
	if (next < channel->check_at_ns)
		channel->check_at_ns = next;
	if (channel->waiting)
		channel->functions->drained(channel);
	nvme_queue_ring_sq(&channel->queue);
}

void nvme_deadlines_shift(struct nvme_controller *controller, uint64_t ns)
{
	for (unsigned i = 0; i < controller->channel_count; i++)
		nvme_channel_shift(controller->channels[i], ns);
	nvme_loads_shift(controller, ns);
}
