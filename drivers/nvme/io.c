/* Block requests on their way to the controller and back: cut into parts of what one command may
 * carry, all parts in flight at once; what finds no free slot waits in its channel, in order. */
#include "drivers/block/block.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/names.h"
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
	int error = answer.error ? answer.error : nvme_status_errno(answer.status);

	if (!request->error || lba < request->error_lba) {
		request->error = error;
		request->status = answer.status & NVME_STATUS_MASK;
		request->error_lba = lba;
	}
	/* A whole controller that goes away is one message, not one for each request. */
	if (error == -ENODEV || !nvme_log_allowed(controller))
		return;
	if (request->operation == BLOCK_FLUSH)
		nvme_error(controller, "Flush of namespace %u: %s (sct %x sc %02x)",
			   slot->command.nsid, nvme_status_name(answer.status),
			   NVME_STATUS_SCT(answer.status), NVME_STATUS_SC(answer.status));
	else
		nvme_error(controller, "%s LBA %llu+%u: %s (sct %x sc %02x)%s",
			   nvme_io_name(slot->command.opcode), (unsigned long long)lba,
			   (slot->command.cdw12 & 0xffff) + 1, nvme_status_name(answer.status),
			   NVME_STATUS_SCT(answer.status), NVME_STATUS_SC(answer.status),
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

static void part_done(struct nvme_channel *channel, struct nvme_slot *slot,
		      struct nvme_answer answer)
{
	struct block_request *request = slot->context;

	if (slot->bounce)
		put_bounce(channel, slot, answer.status == 0);
	if (answer.status)
		part_failed(channel, slot, request, answer);
	nvme_slot_release(channel, slot);
	if (--request->parts_pending == 0)
		block_complete(request, request->error);
}

/* Points a command at a bounce buffer with as many blocks as fit. Returns them, 0 when all buffers
 * are in use. */
RARE static uint32_t bounce(struct nvme_channel *channel, struct nvme_slot *slot,
			    const struct nvme_cursor *cursor, uint32_t blocks, unsigned shift,
			    bool write)
{
	const struct nvme_prp_list list = nvme_slot_list(channel, slot);
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
	nvme_prp_build(&in_buffer, size, &list, &slot->command.prp1, &slot->command.prp2);
	channel->controller->statistics.bounced++;
	return blocks;
}

/* Data pointer for up to blocks; returns for how many, 0 when it has to wait for a buffer. */
__attribute__((noinline)) static uint32_t point(struct nvme_channel *channel,
						struct nvme_slot *slot,
						const struct nvme_cursor cursor, uint32_t blocks,
						unsigned shift, bool write)
{
	const struct nvme_prp_list list = nvme_slot_list(channel, slot);
	size_t size = (size_t)blocks << shift, described;

	described = nvme_prp_build(&cursor, size, &list, &slot->command.prp1, &slot->command.prp2);
	if (described == size)
		return blocks;
	/* As many whole blocks as one command can describe; not even one: through a buffer. */
	blocks = (uint32_t)(described >> shift);
	if (!blocks)
		return bounce(channel, slot, &cursor, (uint32_t)(size >> shift), shift, write);
	if (described & ((1u << shift) - 1))
		nvme_prp_build(&cursor, (size_t)blocks << shift, &list, &slot->command.prp1,
			       &slot->command.prp2);
	return blocks;
}

/* The same for one or two pages of one segment, the usual small request; false if it is not one. */
static inline bool point_small(struct nvme_slot *slot, const struct nvme_cursor cursor, size_t size)
{
	uintptr_t address = (uintptr_t)cursor.segment->address + cursor.offset;
	size_t offset = address & (NVME_PAGE_SIZE - 1);

	if (offset + size > 2 * NVME_PAGE_SIZE || address & 3 ||
	    size > cursor.segment->size - cursor.offset)
		return false;
	slot->command.prp1 = nvme_dma_address((void *)address);
	slot->command.prp2 = offset + size > NVME_PAGE_SIZE
				     ? nvme_dma_address((void *)(address - offset + NVME_PAGE_SIZE))
				     : 0;
	return true;
}

/* Sends the blocks of a request from block first on, as many as one command carries; returns how
 * many, 0 when something has to be waited for. */
__attribute__((always_inline)) static inline uint32_t send_part(struct nvme_channel *channel,
								struct block_request *request,
								const struct nvme_cursor cursor,
								uint64_t first)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_slot *slot = nvme_slot_take(channel);
	uint64_t lba = request->lba + first, left = request->count - first;
	uint32_t blocks = left < namespace->blocks_max ? (uint32_t)left : namespace->blocks_max;

	if (!slot)
		return 0;
	if (!point_small(slot, cursor, (size_t)blocks << namespace->block_shift)) {
		blocks = point(channel, slot, cursor, blocks, namespace->block_shift,
			       request->operation == BLOCK_WRITE);
		if (!blocks) {
			nvme_slot_release(channel, slot);
			return 0;
		}
	}
	slot->command.opcode = opcodes[request->operation];
	slot->command.nsid = namespace->nsid;
	slot->command.cdw10 = (uint32_t)lba;
	slot->command.cdw11 = (uint32_t)(lba >> 32);
	slot->command.cdw12 = blocks - 1;
	slot->done = part_done;
	slot->context = request;
	slot->retries = 0;
	slot->repeatable = true;
	slot->expired = false;
	request->parts_pending++;
	nvme_channel_push(channel, slot, nvme_channel_now(channel) + channel->timeout_ns);
	return blocks;
}

static bool send_flush(struct nvme_channel *channel, struct block_request *request)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_slot *slot = nvme_slot_take(channel);

	if (!slot)
		return false;
	slot->command.opcode = NVME_IO_FLUSH;
	slot->command.nsid = namespace->nsid;
	slot->command.prp1 = slot->command.prp2 = 0;
	slot->command.cdw10 = slot->command.cdw11 = slot->command.cdw12 = 0;
	slot->done = part_done;
	slot->context = request;
	slot->retries = 0;
	slot->repeatable = true;
	slot->expired = false;
	request->parts_pending++;
	nvme_channel_push(channel, slot, nvme_channel_now(channel) + channel->timeout_ns);
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
			send_part(channel, request, channel->cursor, channel->cursor_block);
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

void nvme_io_dispatch(struct nvme_channel *channel)
{
	while (channel->waiting_first && channel->controller->state == NVME_LIVE) {
		if (!send_rest(channel, channel->waiting_first))
			return;
		take_waiting(channel);
	}
}

void nvme_io_fail_waiting(struct nvme_channel *channel, int error)
{
	while (channel->waiting_first) {
		struct block_request *request = channel->waiting_first;

		if (!request->error) {
			request->error = error;
			request->error_lba = request->lba + channel->cursor_block;
		}
		take_waiting(channel);
	}
}

/* A request that does not go out in one command at once: it waits in its channel, of which the
 * first sent blocks are under way. */
__attribute__((noinline)) static void wait_in_channel(struct nvme_channel *channel,
						      struct block_request *request, uint32_t sent)
{
	const struct nvme_namespace *namespace = request->device->driver_data;

	request->parts_pending++; /* for what is not sent yet */
	if (channel->waiting_last)
		channel->waiting_last->next = request;
	else
		channel->waiting_first = request;
	channel->waiting_last = request;
	if (channel->waiting_first == request) {
		start_cursor(channel);
		channel->cursor_block = sent;
		if (sent)
			nvme_cursor_advance(&channel->cursor,
					    (size_t)sent << namespace->block_shift);
	}
	nvme_io_dispatch(channel);
	nvme_channel_ring(channel);
}

static void io_submit(struct block_device *device, struct block_request *request)
{
	const struct nvme_namespace *namespace = device->driver_data;
	struct nvme_controller *controller = namespace->controller;
	struct nvme_channel *channel = controller->channels[controller->next_channel];
	uint32_t sent = 0;

	if (controller->channel_count > 2 &&
	    ++controller->next_channel == controller->channel_count)
		controller->next_channel = 1;
	/* The usual case: nothing waits, and one command carries it all. */
	if (!channel->waiting_first && controller->state == NVME_LIVE &&
	    request->operation != BLOCK_FLUSH && request->count <= namespace->blocks_max) {
		sent = send_part(channel, request, (struct nvme_cursor){request->segments, 0}, 0);
		if (sent == request->count) {
			nvme_channel_ring(channel);
			return;
		}
	}
	wait_in_channel(channel, request, sent);
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

	for (unsigned i = 1; i < controller->channel_count; i++) {
		controller->channels[i]->plugged = plugged;
		nvme_channel_ring(controller->channels[i]);
	}
}

const struct block_operations nvme_block_operations = {
	.submit = io_submit,
	.poll = io_poll,
	.wait = io_wait,
	.plug = io_plug,
};
