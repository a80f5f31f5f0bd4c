/* Commands passed through: what somebody else made, sent with data of its own, and what has to
 * follow from it. */
#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"
#include "lib/endian.h"
#include "lib/errno.h"
#include "lib/string.h"

/* A command on its way, with its data: on the heap, for it may outlast the wait. */
struct passed {
	struct nvme_wait wait; /* first: ended_late() */
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

/* Namespace Write Protection Config: which blocks may be written is another matter behind it. */
static bool changes_protection(const struct nvme_command *command)
{
	return command->opcode == NVME_ADMIN_SET_FEATURES &&
	       (command->cdw10 & 0xff) == NVME_FEATURE_WRITE_PROTECT;
}

static void free_passed(struct passed *passed)
{
	if (passed->data)
		nvme_dma_free(passed->data, passed->room);
	if (passed->metadata)
		nvme_dma_free(passed->metadata, passed->metadata_size);
	nvme_free(passed);
}

static void ended_late(struct nvme_controller *controller, struct nvme_wait *wait)
{
	struct passed *passed = (struct passed *)wait;

	for (struct nvme_controller *c = nvme_first(); c; c = c->next)
		if (passed->changes_namespaces && related(controller, c))
			nvme_events_rescan(c);
	free_passed(passed);
}

/* Whether the controller is given memory by addresses that are not those of its data: it would
 * write there from then on. */
static bool lends_memory(const struct nvme_command *command)
{
	return command->opcode == NVME_ADMIN_SET_FEATURES &&
	       (command->cdw10 & 0xff) == NVME_FEATURE_HOST_MEMORY_BUFFER &&
	       command->cdw11 & NVME_HOST_MEMORY_ENABLE;
}

/* The queues are the driver's, and so are requests for events. */
bool nvme_reserved_for_driver(const struct nvme_command *command)
{
	return lends_memory(command) ||
	       nvme_command_effects(false, command) & (NVME_CHANGES_QUEUES | NVME_STAYS);
}

/* Memory for what is passed through, with a copy of what is sent. bus[]: of data and metadata, 0
 * where there is none. 0 or -ENOMEM; free_passed() gives it back. */
static int provide(struct passed *passed, const struct nvme_passthrough *passthrough,
		   uint64_t bus[2])
{
	unsigned direction = NVME_OPCODE_DIRECTION(passthrough->command->opcode);
	bool sent = direction != NVME_DIRECTION_FROM_DEVICE;

	bus[0] = bus[1] = 0;
	/* What moves data although it does not say so finds a page of zeroes, and not what belongs
	 * to somebody else. */
	passed->room = passthrough->size ? passthrough->size : direction ? NVME_PAGE_SIZE : 0;
	passed->metadata_size = passthrough->metadata_size;
	if (passed->room) {
		passed->data = nvme_dma_alloc(passed->room, &bus[0]);
		if (!passed->data)
			return -ENOMEM;
	}
	if (passed->metadata_size) {
		passed->metadata = nvme_dma_alloc(passed->metadata_size, &bus[1]);
		if (!passed->metadata)
			return -ENOMEM;
	}
	if (sent && passthrough->size)
		memcpy(passed->data, passthrough->data, passthrough->size);
	if (sent && passthrough->metadata_size)
		memcpy(passed->metadata, passthrough->metadata, passthrough->metadata_size);
	return 0;
}

/* The command as it is given, but for what is the driver's: CID and pointers. */
static void fill_slot(const struct nvme_channel *channel, struct nvme_slot *slot,
		      const struct nvme_command *command, const struct passed *passed,
		      uint64_t metadata_bus)
{
	const struct block_segment segment = {passed->data, passed->room};
	const struct nvme_cursor cursor = {&segment, 0};
	const struct nvme_prp_list list = nvme_slot_list(channel, slot);

	nvme_slot_fill(slot, command);
	slot->command.mptr = metadata_bus;
	slot->command.prp1 = slot->command.prp2 = 0;
	if (!passed->room)
		return;
	/* A command that moves more than it says finds no stale pointers in the list. */
	memset(list.entries, 0, list.count * sizeof(uint64_t));
	nvme_prp_build(&cursor, passed->room, &list, &slot->command.prp1, &slot->command.prp2);
}

/* Whether what the command is given is what it moves. */
static bool fits(struct nvme_controller *controller, bool io,
		 const struct nvme_passthrough *passthrough)
{
	return passthrough->size <= controller->setup.transfer_max &&
	       passthrough->metadata_size <= NVME_TRANSFER_LIMIT &&
	       (passthrough->data || !passthrough->size) &&
	       (passthrough->metadata || !passthrough->metadata_size) &&
	       nvme_data_size(controller, io, passthrough->command, passthrough->size) <=
		       passthrough->size &&
	       nvme_metadata_size(controller, io, passthrough->command) <=
		       passthrough->metadata_size;
}

/* Whether the command may be sent by somebody else, as far as it says itself. */
static bool acceptable(struct nvme_controller *controller, bool io,
		       const struct nvme_passthrough *passthrough)
{
	const struct nvme_command *command = passthrough->command;

	return !(command->flags & NVME_FLAGS_PSDT_MASK) &&
	       (io || !nvme_reserved_for_driver(command)) && fits(controller, io, passthrough);
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
	struct passed *passed;
	struct nvme_slot *slot;
	uint64_t bus[2];
	int error = nvme_may_send(controller);

	*left = false;
	if (passthrough->reply)
		memset(passthrough->reply, 0, sizeof(*passthrough->reply));
	if (error)
		return error;
	if (controller->polling.inside)
		return -EBUSY;
	if (io && controller->channel_count < 2)
		return -EOPNOTSUPP;
	if (!acceptable(controller, io, passthrough))
		return -EINVAL;
	passed = nvme_alloc(sizeof(*passed));
	if (!passed)
		return -ENOMEM;
	passed->wait.ended_late = ended_late;
	passed->changes_namespaces =
		!io && (changes_namespaces(command) || changes_protection(command));
	error = provide(passed, passthrough, bus);
	if (error)
		goto out;
	channel = controller->channels[io ? 1 : 0];
	slot = nvme_wait_for_slot(channel, nvme_time_ns() + timeout_ns, true, &error);
	if (!slot)
		goto out;
	fill_slot(channel, slot, command, passed, bus[1]);
	error = nvme_send_and_wait(channel, slot, &passed->wait, timeout_ns, passthrough->reply);
	*left = passed->wait.left;
	if (*left)
		return error;
	if (!error && direction != NVME_DIRECTION_TO_DEVICE) {
		if (passthrough->size)
			memcpy(passthrough->data, passed->data, passthrough->size);
		if (passthrough->metadata_size)
			memcpy(passthrough->metadata, passed->metadata, passthrough->metadata_size);
	}
out:
	free_passed(passed);
	return error;
}

/* Whether the list that goes with Namespace Attachment names the controller. */
static bool is_listed(const struct nvme_passthrough *passthrough, uint16_t cntlid)
{
	const uint8_t *list = passthrough->data;
	unsigned count = get_le16(list);

	for (unsigned i = 0; i < count && i < NVME_CONTROLLER_LIST_MAX; i++)
		if (get_le16(list + 2 * (i + 1)) == cntlid)
			return true;
	return false;
}

/* Whether a command for one controller takes a namespace of c, which may be another, away, or makes
 * another one of it. What Capacity Management takes away is found afterwards: it names none. */
static bool concerns(const struct nvme_controller *controller,
		     const struct nvme_passthrough *passthrough, const struct nvme_controller *c,
		     const struct nvme_namespace *ns)
{
	const struct nvme_command *command = passthrough->command;
	bool named = command->nsid == NVME_NSID_ALL || command->nsid == ns->nsid;
	uint8_t fna = controller->identify->fna;

	switch (command->opcode) {
	case NVME_ADMIN_NAMESPACE_MANAGEMENT:
		return named && NVME_BITS(command->cdw10, 0, 4) != NVME_NAMESPACE_CREATE;
	case NVME_ADMIN_NAMESPACE_ATTACHMENT:
		return named && NVME_BITS(command->cdw10, 0, 4) != NVME_NAMESPACE_ATTACH &&
		       is_listed(passthrough, c->identify->cntlid);
	case NVME_ADMIN_FORMAT_NVM:
		return named || fna & NVME_FNA_FORMAT_ALL ||
		       (fna & NVME_FNA_ERASE_ALL && NVME_FORMAT_SES(command->cdw10));
	case NVME_ADMIN_SANITIZE:
		return NVME_BITS(command->cdw10, 0, 3) != NVME_SANITIZE_EXIT_FAILURE;
	default:
		return false;
	}
}

/* What is no disk has no block device that could go. */
static void hide(struct nvme_namespace *ns)
{
	ns->block.gone = true;
	if (!nvme_namespace_is_disk(ns))
		ns->active = false;
}

/* What files have read of it is not what it holds any more: the block device comes back as another
 * one, whatever else it may have kept. */
static void forget_content(struct nvme_namespace *ns)
{
	if (ns->registered)
		block_unregister(&ns->block);
	ns->registered = false;
}

static void change_each(struct nvme_controller *controller,
			const struct nvme_passthrough *passthrough,
			void (*change)(struct nvme_namespace *ns))
{
	for (struct nvme_controller *c = nvme_first(); c; c = c->next) {
		if (!related(controller, c))
			continue;
		for (struct nvme_namespace *n = c->namespaces.first; n; n = n->next)
			if (concerns(controller, passthrough, c, n))
				change(n);
	}
}

/* Whether a command has erased something, or may have: not where it says what is wrong with it. */
static bool erased(const struct nvme_command *command, const struct nvme_reply *reply)
{
	if (command->opcode != NVME_ADMIN_FORMAT_NVM && command->opcode != NVME_ADMIN_SANITIZE)
		return false;
	switch (reply->status & NVME_STATUS_MASK) {
	case NVME_SC_INVALID_OPCODE:
	case NVME_SC_INVALID_FIELD:
	case NVME_SC_INVALID_NAMESPACE:
	case NVME_SC_INVALID_FORMAT:
		return false;
	default:
		return true;
	}
}

static void read_again(struct nvme_controller *controller)
{
	for (struct nvme_controller *c = nvme_first(); c; c = c->next)
		if (related(controller, c) && nvme_rescan_namespaces(c) < 0 && c->namespaces.first)
			nvme_events_rescan(c);
}

/* From before the command until the namespaces have been read again nothing is sent to those that
 * it changes, not even once more: their blocks may not have the size any more that a buffer is for.
 * Nor by other controllers of the subsystem, which nothing else may tell of it. Where the command
 * was left behind they are read when it has ended.
 */
static int change_namespaces(struct nvme_controller *controller,
			     const struct nvme_passthrough *passthrough)
{
	struct nvme_passthrough sent = *passthrough;
	struct nvme_reply reply = {0};
	bool left;
	int error;

	if (!sent.reply)
		sent.reply = &reply;
	change_each(controller, passthrough, hide);
	change_each(controller, passthrough, nvme_loads_retire);
	change_each(controller, passthrough, hide); /* a reset on the way has shown them again */
	error = pass_through(controller, false, &sent, &left);
	if (erased(passthrough->command, sent.reply))
		change_each(controller, passthrough, forget_content);
	if (!left)
		read_again(controller);
	return error;
}

int nvme_admin_command(struct nvme_controller *controller,
		       const struct nvme_passthrough *passthrough)
{
	bool left;
	int error;

	if (changes_namespaces(passthrough->command) && !nvme_may_send(controller) &&
	    !controller->polling.inside && acceptable(controller, false, passthrough))
		return change_namespaces(controller, passthrough);
	error = pass_through(controller, false, passthrough, &left);
	if (!error && changes_protection(passthrough->command) && !controller->polling.inside)
		read_again(controller);
	return error;
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
	size_t most = request->by_index ? size : request->piece ? request->piece : NVME_PAGE_SIZE;
	bool offsets = controller->identify->lpa & NVME_LPA_EXTENDED;
	int error = 0;

	if (!size || size & 3 || (request->offset & 3 && !request->by_index) ||
	    request->offset > UINT64_MAX - size)
		return -EINVAL;
	/* With no way to ask for a second piece the first has to be all. */
	if (!offsets)
		most = controller->setup.transfer_max;
	/* It would send the first bytes again. */
	if (!offsets && (request->offset || size > most || size > NVME_LOG_PLAIN_MAX))
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
