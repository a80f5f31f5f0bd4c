/* Commands that somebody waits for: the same asynchronous path, with a waiting loop on top. */
#include "drivers/nvme/admin.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/deadline.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"
#include "lib/string.h"

#define INTERRUPT_NS (250 * NVME_NS_PER_MS) /* for an interrupted command to end after all */

static void wait_done(struct nvme_channel *channel, struct nvme_slot *slot,
		      struct nvme_answer answer)
{
	struct nvme_wait *wait = slot->context;

	/* NULL: nobody waits any more */
	if (wait && wait->left) {
		wait->ended_late(channel->owner, wait);
	} else if (wait) {
		wait->answer = answer;
		wait->done = true;
	}
	/* The I/O path expects nothing but the CID and the channel's timeout of a free one. */
	nvme_slot_fill(slot, &(const struct nvme_command){0});
	slot->timeout_ns = channel->timeout_ns;
	nvme_slot_release(channel, slot);
}

/* One turn of waiting; 0, or an error that ends it. */
static int turn(struct nvme_controller *controller, uint64_t deadline_ns)
{
	if (controller->setup.alone)
		return nvme_turn_alone(controller, deadline_ns);
	if (!(controller->polling.inside ? nvme_turn(controller) : nvme_poll(controller)))
		nvme_rest(controller);
	return 0;
}

int nvme_may_send(const struct nvme_controller *controller)
{
	switch (controller->state) {
	case NVME_LIVE:
		return 0;
	case NVME_STARTING:
	case NVME_RESETTING:
		return controller->setup.alone ? 0 : -EBUSY;
	default:
		return -ENODEV;
	}
}

struct nvme_slot *nvme_wait_for_slot(struct nvme_channel *channel, uint64_t deadline_ns,
				     bool interruptible, int *error)
{
	struct nvme_slot *slot;

	/* The controller may die in a turn, and what it held is free then. */
	while (!(*error = nvme_may_send(channel->owner))) {
		slot = nvme_slot_take(channel);
		if (slot)
			return slot;
		if (nvme_time_ns() >= deadline_ns || turn(channel->owner, deadline_ns) < 0) {
			*error = -EBUSY;
			break;
		}
		if (interruptible && nvme_interrupted()) {
			*error = -EINTR;
			break;
		}
	}
	return NULL;
}

bool nvme_answered(const struct nvme_reply *reply)
{
	return (reply->status & NVME_STATUS_MASK) != 0 &&
	       (reply->status & NVME_STATUS_MASK) != NVME_SC_ABORTED_BY_HOST;
}

static void finish(const struct nvme_wait *wait, struct nvme_reply *reply)
{
	if (!reply)
		return;
	reply->result = (uint32_t)wait->answer.result;
	reply->result_high = (uint32_t)(wait->answer.result >> 32);
	reply->status = wait->answer.status;
}

/* Somebody does not want to wait any more: the command is aborted, and has a moment to end. False
 * when that has passed. */
static bool bear_with(struct nvme_channel *channel, struct nvme_slot *slot, uint64_t *until_ns)
{
	if (!*until_ns && !nvme_interrupted())
		return true;
	if (*until_ns)
		return nvme_time_ns() < *until_ns;
	*until_ns = nvme_time_ns() + INTERRUPT_NS;
	nvme_slot_cancel(channel, slot);
	return true;
}

int nvme_send_and_wait(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_wait *wait,
		       uint64_t timeout_ns, struct nvme_reply *reply)
{
	struct nvme_controller *controller = channel->owner;
	uint64_t deadline_ns, until_ns = 0;
	int error = 0;

	nvme_slot_prepare(slot, wait_done, wait, false);
	slot->timeout_ns = timeout_ns;
	deadline_ns = nvme_time_ns() + timeout_ns;
	nvme_channel_push(channel, slot, deadline_ns);
	nvme_queue_ring_sq(&channel->queue);
	while (!wait->done && !error) {
		error = turn(controller, deadline_ns);
		if (wait->ended_late && !wait->done && !bear_with(channel, slot, &until_ns)) {
			wait->left = true;
			return -EINTR;
		}
	}
	if (!wait->done)
		nvme_channel_reap(channel);
	if (!wait->done) {
		/* Only while starting: the slot stays the controller's until it is disabled. */
		slot->context = NULL;
		wait->answer.status = NVME_SC_ABORTED_BY_HOST;
		wait->answer.error = (int16_t)(error ? error : -EIO);
		if (error == -ETIMEDOUT)
			nvme_error(controller, "%s: no completion within %llu ms",
				   channel->queue.id ? nvme_io_name(slot->command.opcode)
						     : nvme_admin_name(slot->command.opcode),
				   (unsigned long long)(timeout_ns / NVME_NS_PER_MS));
	}
	if (until_ns && wait->answer.status)
		return -EINTR; /* as it was asked to */
	finish(wait, reply);
	if (wait->answer.error)
		return wait->answer.error;
	return nvme_status_errno(wait->answer.status);
}

static int send_once(struct nvme_controller *controller, const struct nvme_command *command,
		     uint64_t prp1, struct nvme_reply *reply)
{
	struct nvme_channel *admin = controller->channels[0];
	struct nvme_wait wait = {.done = false};
	struct nvme_slot *slot;
	int error;

	slot = nvme_wait_for_slot(admin, nvme_time_ns() + controller->admin_timeout_ns, false,
				  &error);
	if (!slot)
		return error;
	nvme_slot_fill(slot, command);
	slot->command.prp1 = prp1;
	return nvme_send_and_wait(admin, slot, &wait, controller->admin_timeout_ns, reply);
}

int nvme_admin_with_retries(struct nvme_controller *controller, const struct nvme_command *command,
			    uint64_t prp1, struct nvme_reply *reply)
{
	uint64_t resets = controller->recovery.resets;
	struct nvme_reply ignored;
	int error = 0;

	if (!reply)
		reply = &ignored;
	/* All that the driver itself sends may be repeated. */
	for (unsigned attempt = 0; attempt <= NVME_RETRIES_MAX; attempt++) {
		memset(reply, 0, sizeof(*reply));
		error = nvme_may_send(controller);
		if (controller->setup.until_ns && nvme_time_ns() >= controller->setup.until_ns)
			error = -ETIMEDOUT;
		if (!error)
			error = send_once(controller, command, prp1, reply);
		if (!error || !nvme_answered(reply) || reply->status & NVME_STATUS_DNR ||
		    controller->recovery.resets != resets)
			break;
	}
	/* A reset while this was waited for has used the scratch pages, and made what this is part
	 * of obsolete. */
	if (!error && controller->recovery.resets != resets)
		error = -EIO;
	return error;
}

int nvme_admin_identify_set(struct nvme_controller *controller, unsigned cns, uint8_t csi,
			    uint32_t nsid, void *data, struct nvme_reply *reply)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_IDENTIFY,
		.nsid = nsid,
		.cdw10 = cns,
		.cdw11 = (uint32_t)csi << NVME_IDENTIFY_CSI_SHIFT,
	};
	uint8_t *page = controller->scratch + NVME_PAGE_SIZE;
	int error;

	memset(page, 0, NVME_PAGE_SIZE);
	error = nvme_admin_with_retries(controller, &command,
					controller->scratch_bus + NVME_PAGE_SIZE, reply);
	if (!error)
		memcpy(data, page, NVME_IDENTIFY_SIZE);
	return error;
}

int nvme_admin_identify(struct nvme_controller *controller, unsigned cns, uint32_t nsid, void *data,
			struct nvme_reply *reply)
{
	return nvme_admin_identify_set(controller, cns, NVME_CSI_NVM, nsid, data, reply);
}
