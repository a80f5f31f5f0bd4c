/* Block requests on their way to the controller and back: cut into parts of what one command may
 * carry, all parts in flight at once; what finds no free slot waits in its channel, in order. */
#include "drivers/block/block.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"

static const uint8_t opcodes[] = {
	[BLOCK_READ] = NVME_IO_READ,
	[BLOCK_WRITE] = NVME_IO_WRITE,
	[BLOCK_FLUSH] = NVME_IO_FLUSH,
};

static uint64_t part_lba(const struct nvme_slot *slot)
{
	return (uint64_t)slot->command.cdw11 << 32 | slot->command.cdw10;
}

/* What is rare stays out of the way of what is not: fewer registers to save there. */
#define RARE __attribute__((noinline, cold))

RARE static void part_failed(struct nvme_channel *channel, struct nvme_slot *slot,
			     struct block_request *request, struct nvme_answer answer)
{
	struct nvme_controller *controller = channel->controller;
	uint64_t lba = part_lba(slot);
	int error = request->cancelled ? -EINTR
		    : answer.error     ? answer.error
				       : nvme_status_errno(answer.status);

	if (!request->error || lba < request->error_lba) {
		request->error = error;
		request->status = answer.status & NVME_STATUS_MASK;
		request->error_lba = lba;
	}
	/* A whole controller that goes away is one message, not one for each request; and who gave
	 * up does not want to hear of it. */
	if (error == -ENODEV || error == -EINTR)
		return;
	if (request->operation == BLOCK_FLUSH)
		nvme_error_limited(controller, "Flush of namespace %u: %s (sct %x sc %02x)",
				   slot->command.nsid, nvme_status_name(answer.status),
				   NVME_STATUS_SCT(answer.status), NVME_STATUS_SC(answer.status));
	else
		nvme_error_limited(controller, "%s LBA %llu+%u: %s (sct %x sc %02x)%s",
				   nvme_io_name(slot->command.opcode), (unsigned long long)lba,
				   (slot->command.cdw12 & 0xffff) + 1,
				   nvme_status_name(answer.status), NVME_STATUS_SCT(answer.status),
				   NVME_STATUS_SC(answer.status),
				   error == -ETIMEDOUT ? ", timed out" : "");
}

RARE static void put_bounce(struct nvme_channel *channel, struct nvme_slot *slot, bool copy)
{
	const struct block_request *request = slot->context;
	const struct nvme_namespace *namespace = request->device->driver_data;

	if (copy && request->operation == BLOCK_READ)
		nvme_cursor_scatter(slot->bounce_cursor, slot->bounce,
				    (size_t)((slot->command.cdw12 & 0xffff) + 1)
					    << namespace->block_shift);
	channel->bounce_free[channel->bounce_count++] = slot->bounce;
	slot->bounce = NULL;
}

static inline void end_part(struct nvme_channel *channel, struct nvme_slot *slot)
{
	struct block_request *request = slot->context;

	nvme_slot_release(channel, slot);
	if (--request->parts_pending == 0)
		block_complete(request, request->error);
}

RARE static void part_done_unusually(struct nvme_channel *channel, struct nvme_slot *slot,
				     struct nvme_answer answer)
{
	if (slot->bounce)
		put_bounce(channel, slot, answer.status == 0);
	if (answer.status)
		part_failed(channel, slot, slot->context, answer);
	end_part(channel, slot);
}

static void part_done(struct nvme_channel *channel, struct nvme_slot *slot,
		      struct nvme_answer answer)
{
	if (slot->bounce || answer.status)
		part_done_unusually(channel, slot, answer);
	else
		end_part(channel, slot);
}

/* Tells the controller where size bytes are. Returns how many it could tell; only when that is all
 * of them is the command complete. */
static size_t describe(struct nvme_channel *channel, struct nvme_slot *slot,
		       const struct nvme_cursor *cursor, size_t size)
{
	const struct nvme_controller *controller = channel->controller;
	const struct nvme_prp_list list = nvme_slot_list(channel, slot);
	struct nvme_command *command = &slot->command;
	size_t by_prp = 0, by_sgl;

	command->flags = 0;
	if (!controller->sgl.supported || controller->options.data != NVME_DATA_SGL) {
		by_prp = nvme_prp_build(cursor, size, &list, &command->prp1, &command->prp2);
		if (by_prp == size || !controller->sgl.supported)
			return by_prp;
	}
	command->flags = NVME_FLAGS_PSDT_SGL;
	by_sgl = nvme_sgl_build(cursor, size, &list, &controller->sgl, &command->sgl);
	return by_sgl > by_prp ? by_sgl : by_prp;
}

/* Points a command at a bounce buffer with as many blocks as fit. Returns them, 0 when all buffers
 * are in use. */
RARE static uint32_t bounce(struct nvme_channel *channel, struct nvme_slot *slot,
			    const struct nvme_cursor *cursor, uint32_t blocks, unsigned shift,
			    bool write)
{
	struct block_segment segment;
	struct nvme_cursor in_buffer = {&segment, 0};
	size_t size;

	if (!channel->bounce_count)
		return 0;
	if (blocks > channel->bounce_size >> shift)
		blocks = channel->bounce_size >> shift;
	size = (size_t)blocks << shift;
	slot->bounce = channel->bounce_free[--channel->bounce_count];
	slot->bounce_cursor = *cursor;
	segment.address = slot->bounce;
	segment.size = size;
	if (write)
		nvme_cursor_gather(*cursor, slot->bounce, size);
	describe(channel, slot, &in_buffer, size);
	channel->controller->statistics.bounced++;
	return blocks;
}

/* Data pointer for up to blocks; returns for how many, 0 when it has to wait for a buffer. */
static uint32_t point(struct nvme_channel *channel, struct nvme_slot *slot,
		      const struct nvme_cursor *cursor, uint32_t blocks, unsigned shift, bool write)
{
	size_t size = (size_t)blocks << shift, described = describe(channel, slot, cursor, size);

	if (described < size) {
		/* As many whole blocks as one command can describe; not even one: through a buffer.
		 */
		blocks = (uint32_t)(described >> shift);
		if (!blocks)
			blocks = bounce(channel, slot, cursor, (uint32_t)(size >> shift), shift,
					write);
		else
			describe(channel, slot, cursor, (size_t)blocks << shift);
	}
	channel->controller->statistics.sgls += blocks && slot->command.flags;
	return blocks;
}

/* Sends a command that has its data pointer. */
__attribute__((always_inline)) static inline void
send(struct nvme_channel *channel, const struct nvme_namespace *namespace, struct nvme_slot *slot,
     struct block_request *request, uint64_t lba, uint32_t blocks_minus_1)
{
	uint64_t deadline_ns;

	slot->command.opcode = opcodes[request->operation];
	slot->command.nsid = namespace->nsid;
	slot->command.cdw10 = (uint32_t)lba;
	slot->command.cdw11 = (uint32_t)(lba >> 32);
	slot->command.cdw12 = blocks_minus_1;
	request->parts_pending++;
	deadline_ns = nvme_channel_now(channel) + channel->timeout_ns;
	nvme_slot_prepare(slot, part_done, request, true);
	slot->timeout_ns = channel->timeout_ns;
	nvme_channel_push(channel, slot, deadline_ns);
}

/* The usual request, one segment of no more than a page, goes out by the shortest way. False if it
 * is none, or has to wait. */
static inline bool send_small(struct nvme_channel *channel, const struct nvme_namespace *namespace,
			      struct block_request *request)
{
	const struct block_segment *segment = request->segments;
	uintptr_t address, end, border;
	struct nvme_slot *slot;

	if (request->segment_count != 1 || segment->size > namespace->small_max ||
	    request->operation == BLOCK_FLUSH)
		return false;
	address = (uintptr_t)segment->address;
	end = address + segment->size;
	border = (address | (NVME_PAGE_SIZE - 1)) + 1;
	if (address & 3)
		return false;
	slot = nvme_slot_take(channel);
	if (!slot)
		return false;
	slot->command.flags = 0;
	slot->command.prp1 = nvme_dma_address((void *)address);
	slot->command.prp2 = end > border ? nvme_dma_address((void *)border) : 0;
	send(channel, namespace, slot, request, request->lba, (uint32_t)request->count - 1);
	return true;
}

/* Sends the blocks of a request from block first on, as many as one command carries; returns how
 * many, 0 when something has to be waited for. */
static uint32_t send_part(struct nvme_channel *channel, struct block_request *request,
			  const struct nvme_cursor *cursor, uint64_t first)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_slot *slot = nvme_slot_take(channel);
	uint64_t left = request->count - first;
	uint32_t blocks = left < namespace->blocks_max ? (uint32_t)left : namespace->blocks_max;

	if (!slot)
		return 0;
	blocks = point(channel, slot, cursor, blocks, namespace->block_shift,
		       request->operation == BLOCK_WRITE);
	if (blocks)
		send(channel, namespace, slot, request, request->lba + first, blocks - 1);
	else
		nvme_slot_release(channel, slot);
	return blocks;
}

static bool send_flush(struct nvme_channel *channel, struct block_request *request)
{
	struct nvme_slot *slot = nvme_slot_take(channel);

	if (!slot)
		return false;
	slot->command.flags = 0;
	slot->command.prp1 = slot->command.prp2 = 0;
	send(channel, request->device->driver_data, slot, request, 0, 0);
	return true;
}

/* Sends what is left of the first waiting request; false when something has to be waited for. */
static bool send_rest(struct nvme_channel *channel, struct block_request *request)
{
	if (request->operation == BLOCK_FLUSH)
		return send_flush(channel, request);
	/* Behind a part that failed nothing more is sent: the request has failed, and parts go out
	 * in the order of their addresses, so the first error stays the first. */
	while (channel->cursor_block < request->count && !request->error) {
		uint32_t blocks =
			send_part(channel, request, &channel->cursor, channel->cursor_block);
		const struct nvme_namespace *namespace = request->device->driver_data;

		if (!blocks)
			return false;
		channel->cursor_block += blocks;
		if (channel->cursor_block < request->count)
			nvme_cursor_advance(&channel->cursor,
					    (size_t)blocks << namespace->block_shift);
	}
	return true;
}

static void start_cursor(struct nvme_channel *channel)
{
	const struct block_request *request = channel->waiting_first;

	channel->cursor_block = 0;
	channel->cursor.offset = 0;
	channel->cursor.segment = request ? request->segments : NULL;
}

static void take_waiting(struct nvme_channel *channel)
{
	struct block_request *request = channel->waiting_first;

	channel->waiting_first = request->next;
	if (!channel->waiting_first)
		channel->waiting_last = NULL;
	request->next = NULL;
	start_cursor(channel);
	if (--request->parts_pending == 0)
		block_complete(request, request->error);
}

static void fail_first(struct nvme_channel *channel, int error)
{
	struct block_request *request = channel->waiting_first;

	if (!request->error) {
		request->error = error;
		request->error_lba = request->lba + channel->cursor_block;
	}
	take_waiting(channel);
}

void nvme_io_dispatch(struct nvme_channel *channel)
{
	while (channel->waiting_first && channel->controller->state == NVME_LIVE) {
		if (channel->waiting_first->device->gone) {
			fail_first(channel, -ENODEV);
			continue;
		}
		if (!send_rest(channel, channel->waiting_first))
			return;
		take_waiting(channel);
	}
}

void nvme_io_fail_waiting(struct nvme_channel *channel, int error)
{
	while (channel->waiting_first)
		fail_first(channel, error);
}

bool nvme_io_obsolete(const struct nvme_slot *slot)
{
	const struct block_request *request = slot->context;

	return request->device->gone;
}

/* Puts a request at the end of those that wait in its channel, and sends what can be sent. */
__attribute__((noinline)) static void wait_in_channel(struct nvme_channel *channel,
						      struct block_request *request)
{
	request->parts_pending++; /* for what is not sent yet */
	if (channel->waiting_last)
		channel->waiting_last->next = request;
	else
		channel->waiting_first = request;
	channel->waiting_last = request;
	if (channel->waiting_first == request)
		start_cursor(channel);
	nvme_io_dispatch(channel);
	nvme_channel_ring(channel);
}

static void io_submit(struct block_device *device, struct block_request *request)
{
	const struct nvme_namespace *namespace = device->driver_data;
	struct nvme_controller *controller = namespace->controller;
	struct nvme_channel *channel = controller->next_channel;

	controller->next_channel = channel->next;
	if (channel->waiting_first || controller->state != NVME_LIVE ||
	    !send_small(channel, namespace, request))
		wait_in_channel(channel, request);
	else
		nvme_channel_ring(channel);
}

/* What was not sent of a request is not sent any more. It may wait in this channel, or in none. */
static void cancel_waiting(struct nvme_channel *channel, struct block_request *request)
{
	struct block_request *before = channel->waiting_first;

	if (before == request) {
		fail_first(channel, -EINTR);
		nvme_io_dispatch(channel);
		nvme_channel_ring(channel);
		return;
	}
	while (before && before->next != request)
		before = before->next;
	if (!before)
		return;
	before->next = request->next;
	if (channel->waiting_last == request)
		channel->waiting_last = before;
	request->next = NULL;
	request->error = -EINTR;
	request->error_lba = request->lba;
	request->parts_pending--;
}

static void io_cancel(struct block_device *device, struct block_request *request)
{
	const struct nvme_namespace *namespace = device->driver_data;
	struct nvme_controller *controller = namespace->controller;

	request->parts_pending++; /* it does not end before all of it was looked at */
	for (unsigned i = 1; controller && i < controller->channel_count; i++) {
		struct nvme_channel *channel = controller->channels[i];

		cancel_waiting(channel, request);
		for (unsigned s = 0; s < channel->slot_count; s++) {
			struct nvme_slot *slot = &channel->slots[s];

			if (slot->state != NVME_SLOT_FREE && slot->done == part_done &&
			    slot->context == request)
				nvme_slot_cancel(channel, slot);
		}
	}
	if (--request->parts_pending == 0)
		block_complete(request, request->error);
}

static unsigned io_poll(struct block_device *device)
{
	struct nvme_namespace *namespace = device->driver_data;

	return namespace->controller ? nvme_poll(namespace->controller) : 0;
}

static void io_wait(struct block_device *device)
{
	struct nvme_namespace *namespace = device->driver_data;

	if (namespace->controller)
		nvme_rest(namespace->controller);
}

static void io_plug(struct block_device *device, bool plugged)
{
	struct nvme_namespace *namespace = device->driver_data;
	struct nvme_controller *controller = namespace->controller;

	for (unsigned i = 1; controller && i < controller->channel_count; i++) {
		controller->channels[i]->plugged = plugged;
		nvme_channel_ring(controller->channels[i]);
	}
}

const struct block_operations nvme_block_operations = {
	.submit = io_submit,
	.poll = io_poll,
	.wait = io_wait,
	.cancel = io_cancel,
	.plug = io_plug,
};
