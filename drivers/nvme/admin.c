/* Commands that somebody waits for: the same asynchronous path, with a waiting loop on top. */
#include "drivers/nvme/controller.h"

#include "drivers/nvme/deadline.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"
#include "lib/string.h"

#define INTERRUPT_NS (250 * NVME_NS_PER_MS) /* for an interrupted command to end after all */

/* What a waiting command leaves its answer in. */
struct waiting {
	struct nvme_answer answer;
	bool done;
	bool interruptible; /* it is on the heap, with data of its own, and so may be left behind */
	bool left;	    /* it was: whoever ends it frees it */
	bool changes_namespaces;
	void *data;
	size_t room;
	void *metadata;
	size_t metadata_size;
};

/* Whether the controllers may have namespaces in common. */
static bool related(const struct nvme_controller *a, const struct nvme_controller *b)
{
	const char *name = a->identify->subnqn;

	return a == b || (*name && !memcmp(name, b->identify->subnqn, sizeof(a->identify->subnqn)));
}

static bool changes_namespaces(const struct nvme_command *command)
{
	return nvme_command_effects(false, command) & NVME_CHANGES_NAMESPACES;
}

static void free_waiting(struct waiting *waiting)
{
	if (waiting->data)
		nvme_dma_free(waiting->data, waiting->room);
	if (waiting->metadata)
		nvme_dma_free(waiting->metadata, waiting->metadata_size);
	nvme_free(waiting);
}

/* Brings the slot back to what the I/O path expects of a free one: only its CID. */
static void scrub(struct nvme_slot *slot)
{
	uint16_t cid = slot->command.cid;

	memset(&slot->command, 0, sizeof(slot->command));
	slot->command.cid = cid;
}

static void waiting_done(struct nvme_channel *channel, struct nvme_slot *slot,
			 struct nvme_answer answer)
{
	struct waiting *waiting = slot->context;

	/* NULL: nobody waits any more */
	if (waiting && waiting->left) {
		for (struct nvme_controller *c = nvme_first(); c; c = c->next)
			if (waiting->changes_namespaces && related(channel->owner, c))
				c->namespaces_changed = c->event_pending = true;
		free_waiting(waiting);
	} else if (waiting) {
		waiting->answer = answer;
		waiting->done = true;
	}
	scrub(slot);
	nvme_slot_release(channel, slot);
}

/* One turn of waiting; 0, or an error that ends it. */
static int turn(struct nvme_controller *controller, uint64_t deadline_ns)
{
	if (controller->initialising)
		return nvme_turn_alone(controller, deadline_ns);
	if (!(controller->polling.inside ? nvme_turn(controller) : nvme_poll(controller)))
		nvme_rest(controller);
	return 0;
}

/* Whether commands may be sent now at all; 0 or a negative errno. */
static int allowed(const struct nvme_controller *controller)
{
	switch (controller->state) {
	case NVME_LIVE:
		return 0;
	case NVME_STARTING:
	case NVME_RESETTING:
		return controller->initialising ? 0 : -EBUSY;
	default:
		return -ENODEV;
	}
}

/* A slot for a command that may be sent, though perhaps not at once; NULL and *error. */
static struct nvme_slot *wait_for_slot(struct nvme_channel *channel, uint64_t deadline_ns,
				       bool interruptible, int *error)
{
	struct nvme_slot *slot;

	/* The controller may die in a turn, and what it held is free then. */
	while (!(*error = allowed(channel->owner))) {
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

static void finish(const struct waiting *waiting, struct nvme_reply *reply)
{
	if (!reply)
		return;
	reply->result = (uint32_t)waiting->answer.result;
	reply->result_high = (uint32_t)(waiting->answer.result >> 32);
	reply->status = waiting->answer.status;
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

/* Sends what the slot holds and waits for its end. -EINTR: it was left behind, and waiting with it.
 */
static int send_and_wait(struct nvme_channel *channel, struct nvme_slot *slot,
			 struct waiting *waiting, uint64_t timeout_ns, struct nvme_reply *reply)
{
	struct nvme_controller *controller = channel->owner;
	uint64_t deadline_ns, until_ns = 0;
	int error = 0;

	nvme_slot_prepare(slot, waiting_done, waiting, false);
	slot->timeout_ns = timeout_ns;
	deadline_ns = nvme_time_ns() + timeout_ns;
	nvme_channel_push(channel, slot, deadline_ns);
	nvme_queue_ring_sq(&channel->queue);
	while (!waiting->done && !error) {
		error = turn(controller, deadline_ns);
		if (waiting->interruptible && !waiting->done &&
		    !bear_with(channel, slot, &until_ns)) {
			waiting->left = true;
			return -EINTR;
		}
	}
	if (!waiting->done)
		nvme_channel_reap(channel);
	if (!waiting->done) {
		/* Only while starting: the slot stays the controller's until it is disabled. */
		slot->context = NULL;
		waiting->answer.status = NVME_SC_ABORTED_BY_HOST;
		waiting->answer.error = (int16_t)(error ? error : -EIO);
		if (error == -ETIMEDOUT)
			nvme_error(controller, "%s: no completion within %llu ms",
				   channel->queue.id ? nvme_io_name(slot->command.opcode)
						     : nvme_admin_name(slot->command.opcode),
				   (unsigned long long)(timeout_ns / NVME_NS_PER_MS));
	}
	if (until_ns && waiting->answer.status)
		return -EINTR; /* as it was asked to */
	finish(waiting, reply);
	if (waiting->answer.error)
		return waiting->answer.error;
	return nvme_status_errno(waiting->answer.status);
}

static int send_raw(struct nvme_controller *controller, const struct nvme_command *command,
		    uint64_t prp1, struct nvme_reply *reply)
{
	struct nvme_channel *admin = controller->channels[0];
	struct waiting waiting = {.done = false};
	struct nvme_slot *slot;
	uint16_t cid;
	int error;

	slot = wait_for_slot(admin, nvme_time_ns() + controller->admin_timeout_ns, false, &error);
	if (!slot)
		return error;
	cid = slot->command.cid;
	slot->command = *command;
	slot->command.cid = cid;
	slot->command.prp1 = prp1;
	return send_and_wait(admin, slot, &waiting, controller->admin_timeout_ns, reply);
}

int nvme_admin_raw(struct nvme_controller *controller, const struct nvme_command *command,
		   uint64_t prp1, struct nvme_reply *reply)
{
	uint64_t resets = controller->resets;
	struct nvme_reply ignored;
	int error = 0;

	if (!reply)
		reply = &ignored;
	/* All that the driver itself sends may be repeated. */
	for (unsigned attempt = 0; attempt <= NVME_RETRIES_MAX; attempt++) {
		memset(reply, 0, sizeof(*reply));
		error = allowed(controller);
		if (controller->setup_until_ns && nvme_time_ns() >= controller->setup_until_ns)
			error = -ETIMEDOUT;
		if (!error)
			error = send_raw(controller, command, prp1, reply);
		if (!error || !nvme_answered(reply) || reply->status & NVME_STATUS_DNR)
			break;
	}
	/* A reset while this was waited for has used the scratch pages, and made what this is part
	 * of obsolete. */
	if (!error && controller->resets != resets)
		error = -EIO;
	return error;
}

int nvme_admin_identify(struct nvme_controller *controller, unsigned cns, uint32_t nsid, void *data,
			struct nvme_reply *reply)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_IDENTIFY,
		.nsid = nsid,
		.cdw10 = cns,
	};
	uint8_t *page = controller->scratch + NVME_PAGE_SIZE;
	int error;

	memset(page, 0, NVME_PAGE_SIZE);
	error = nvme_admin_raw(controller, &command, controller->scratch_bus + NVME_PAGE_SIZE,
			       reply);
	if (!error)
		memcpy(data, page, NVME_IDENTIFY_SIZE);
	return error;
}

/* The queues are the driver's, and so are requests for events. */
bool nvme_reserved_for_driver(const struct nvme_command *command)
{
	return nvme_command_effects(false, command) & (NVME_CHANGES_QUEUES | NVME_STAYS);
}

/* Memory for what is waited for, with a copy of what is sent. bus[]: of data and metadata, 0 where
 * there is none. 0 or -ENOMEM; free_waiting() gives it back. */
static int provide(struct waiting *waiting, const struct nvme_passthrough *passthrough,
		   uint64_t bus[2])
{
	unsigned direction = NVME_OPCODE_DIRECTION(passthrough->command->opcode);
	bool sent = direction != NVME_DIRECTION_FROM_DEVICE;

	bus[0] = bus[1] = 0;
	/* What moves data although it does not say so finds a page of zeroes, and not what belongs
	 * to somebody else. */
	waiting->room = passthrough->size ? passthrough->size : direction ? NVME_PAGE_SIZE : 0;
	waiting->metadata_size = passthrough->metadata_size;
	if (waiting->room) {
		waiting->data = nvme_dma_alloc(waiting->room, &bus[0]);
		if (!waiting->data)
			return -ENOMEM;
	}
	if (waiting->metadata_size) {
		waiting->metadata = nvme_dma_alloc(waiting->metadata_size, &bus[1]);
		if (!waiting->metadata)
			return -ENOMEM;
	}
	if (sent && passthrough->size)
		memcpy(waiting->data, passthrough->data, passthrough->size);
	if (sent && passthrough->metadata_size)
		memcpy(waiting->metadata, passthrough->metadata, passthrough->metadata_size);
	return 0;
}

/* The command as it is given, but for what is the driver's: CID and pointers. */
static void fill_slot(const struct nvme_channel *channel, struct nvme_slot *slot,
		      const struct nvme_command *command, const struct waiting *waiting,
		      uint64_t metadata_bus)
{
	const struct block_segment segment = {waiting->data, waiting->room};
	const struct nvme_cursor cursor = {&segment, 0};
	const struct nvme_prp_list list = nvme_slot_list(channel, slot);
	uint16_t cid = slot->command.cid;

	slot->command = *command;
	slot->command.cid = cid;
	slot->command.mptr = metadata_bus;
	slot->command.prp1 = slot->command.prp2 = 0;
	if (!waiting->room)
		return;
	/* A command that moves more than it says finds no stale pointers in the list. */
	memset(list.entries, 0, list.count * sizeof(uint64_t));
	nvme_prp_build(&cursor, waiting->room, &list, &slot->command.prp1, &slot->command.prp2);
}

/* Whether what the command is given is what it moves. */
static bool fits(struct nvme_controller *controller, bool io,
		 const struct nvme_passthrough *passthrough)
{
	return passthrough->size <= controller->transfer_max &&
	       passthrough->metadata_size <= NVME_TRANSFER_LIMIT &&
	       (passthrough->data || !passthrough->size) &&
	       (passthrough->metadata || !passthrough->metadata_size) &&
	       nvme_data_size(controller, io, passthrough->command, passthrough->size) <=
		       passthrough->size &&
	       nvme_metadata_size(controller, io, passthrough->command) <=
		       passthrough->metadata_size;
}

/* *left: the controller still has the command. */
static int pass_through(struct nvme_controller *controller, bool io,
			const struct nvme_passthrough *passthrough, bool *left)
{
	const struct nvme_command *command = passthrough->command;
	unsigned direction = NVME_OPCODE_DIRECTION(command->opcode);
	uint64_t timeout_ns = passthrough->timeout_ms ? passthrough->timeout_ms * NVME_NS_PER_MS
			      : io		      ? controller->io_timeout_ns
						      : controller->admin_timeout_ns;
	struct nvme_channel *channel;
	struct waiting *waiting;
	struct nvme_slot *slot;
	uint64_t bus[2];
	int error = allowed(controller);

	*left = false;
	if (passthrough->reply)
		memset(passthrough->reply, 0, sizeof(*passthrough->reply));
	if (error)
		return error;
	if (controller->polling.inside)
		return -EBUSY;
	if (io && controller->channel_count < 2)
		return -EOPNOTSUPP;
	if (command->flags & NVME_FLAGS_PSDT_MASK || (!io && nvme_reserved_for_driver(command)) ||
	    !fits(controller, io, passthrough))
		return -EINVAL;
	waiting = nvme_alloc(sizeof(*waiting));
	if (!waiting)
		return -ENOMEM;
	waiting->interruptible = true;
	waiting->changes_namespaces = !io && changes_namespaces(command);
	error = provide(waiting, passthrough, bus);
	if (error)
		goto out;
	channel = controller->channels[io ? 1 : 0];
	slot = wait_for_slot(channel, nvme_time_ns() + timeout_ns, true, &error);
	if (!slot)
		goto out;
	fill_slot(channel, slot, command, waiting, bus[1]);
	error = send_and_wait(channel, slot, waiting, timeout_ns, passthrough->reply);
	*left = waiting->left;
	if (*left)
		return error;
	if (!error && direction != NVME_DIRECTION_TO_DEVICE) {
		if (passthrough->size)
			memcpy(passthrough->data, waiting->data, passthrough->size);
		if (passthrough->metadata_size)
			memcpy(passthrough->metadata, waiting->metadata,
			       passthrough->metadata_size);
	}
out:
	free_waiting(waiting);
	return error;
}

/* From before the command until the namespaces have been read again nothing is sent to those that
 * it changes, not even once more: their blocks may not have the size any more that a buffer is for.
 * Nor by other controllers of the subsystem, which nothing else may tell of it. Where the command
 * was left behind they are read when it has ended.
 */
static int change_namespaces(struct nvme_controller *controller,
			     const struct nvme_passthrough *passthrough)
{
	const struct nvme_command *command = passthrough->command;
	bool all =
		command->nsid == NVME_NSID_ALL || controller->identify->fna & NVME_FNA_FORMAT_ALL;
	bool left;
	int error;

	for (struct nvme_controller *c = nvme_first(); c; c = c->next) {
		if (!related(controller, c))
			continue;
		for (struct nvme_namespace *n = c->namespaces; n; n = n->next)
			if (all || n->nsid == command->nsid)
				n->block.gone = true;
	}
	error = pass_through(controller, false, passthrough, &left);
	if (left)
		return error;
	for (struct nvme_controller *c = nvme_first(); c; c = c->next)
		if (related(controller, c) && nvme_rescan_namespaces(c) < 0 && c->namespaces)
			c->namespaces_changed = c->event_pending = true;
	return error;
}

int nvme_admin_command(struct nvme_controller *controller,
		       const struct nvme_passthrough *passthrough)
{
	bool left;

	if (changes_namespaces(passthrough->command) && !allowed(controller) &&
	    !controller->polling.inside)
		return change_namespaces(controller, passthrough);
	return pass_through(controller, false, passthrough, &left);
}

int nvme_io_command(struct nvme_controller *controller, const struct nvme_passthrough *passthrough)
{
	bool left;

	return pass_through(controller, true, passthrough, &left);
}

int nvme_identify_command(struct nvme_controller *controller, unsigned cns, uint32_t nsid,
			  void *buffer, struct nvme_reply *reply)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_IDENTIFY,
		.nsid = nsid,
		.cdw10 = cns,
	};

	return nvme_admin_command(controller, &(struct nvme_passthrough){.command = &command,
									 .data = buffer,
									 .size = NVME_IDENTIFY_SIZE,
									 .reply = reply});
}

struct nvme_command nvme_log_command(const struct nvme_log_request *request, size_t size)
{
	uint32_t dwords = (uint32_t)(size / 4 - 1);

	return (struct nvme_command){
		.opcode = NVME_ADMIN_GET_LOG_PAGE,
		.nsid = request->nsid,
		.cdw10 = request->lid | (request->lsp & 0x7fu) << NVME_LOG_LSP_SHIFT |
			 (request->retain ? NVME_LOG_RAE : 0) | dwords << NVME_LOG_NUMDL_SHIFT,
		.cdw11 = dwords >> 16 | (uint32_t)request->lsi << NVME_LOG_LSI_SHIFT,
		.cdw12 = (uint32_t)request->offset,
		.cdw13 = (uint32_t)(request->offset >> 32),
		.cdw14 = (request->uuid_index & 0x7fu) | (request->by_index ? NVME_LOG_OT : 0) |
			 (uint32_t)request->csi << NVME_LOG_CSI_SHIFT,
	};
}

int nvme_log_page(struct nvme_controller *controller, const struct nvme_log_request *request,
		  void *buffer, size_t size, struct nvme_reply *reply)
{
	struct nvme_log_request piece = *request;
	size_t most = request->by_index ? size : NVME_PAGE_SIZE;
	int error = 0;

	if (!size || size & 3 || (request->offset & 3 && !request->by_index) ||
	    request->offset > UINT64_MAX - size)
		return -EINVAL;
	/* It would send the first bytes again. */
	if ((request->offset || size > most) && !(controller->identify->lpa & NVME_LPA_EXTENDED))
		return -EOPNOTSUPP;
	for (size_t done = 0, count; done < size && !error; done += count) {
		struct nvme_command command;

		count = size - done < most ? size - done : most;
		piece.offset = request->offset + done;
		piece.retain = request->retain || done + count < size;
		command = nvme_log_command(&piece, count);
		error = nvme_admin_command(
			controller, &(struct nvme_passthrough){.command = &command,
							       .data = (uint8_t *)buffer + done,
							       .size = count,
							       .reply = reply});
	}
	return error;
}

int nvme_get_feature(struct nvme_controller *controller, unsigned feature, unsigned select,
		     uint32_t nsid, uint32_t cdw11, void *buffer, size_t size,
		     struct nvme_reply *reply)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_GET_FEATURES,
		.nsid = nsid,
		.cdw10 = (feature & 0xff) | (select & 7) << NVME_GET_FEATURES_SELECT_SHIFT,
		.cdw11 = cdw11,
	};

	return nvme_admin_command(controller, &(struct nvme_passthrough){.command = &command,
									 .data = buffer,
									 .size = size,
									 .reply = reply});
}

int nvme_set_feature(struct nvme_controller *controller, unsigned feature, bool save, uint32_t nsid,
		     uint32_t value, void *buffer, size_t size, struct nvme_reply *reply)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.nsid = nsid,
		.cdw10 = (feature & 0xff) | (save ? NVME_SET_FEATURES_SAVE : 0),
		.cdw11 = value,
	};

	return nvme_admin_command(controller, &(struct nvme_passthrough){.command = &command,
									 .data = buffer,
									 .size = size,
									 .reply = reply});
}
