/* Block requests on their way to the controller and back: cut into parts of what one command may
 * carry, all parts in flight at once; what finds no free slot waits in its lane, in order. Parts
 * that move no data are in range.c. */
#include "drivers/nvme/io.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/deadline.h"
#include "drivers/nvme/part.h"
#include "drivers/nvme/range.h"
#include "lib/errno.h"

#define LANE_BATCH 32u /* requests that one lane gets before the next one does */

static const uint8_t opcodes[] = {
	[BLOCK_READ] = NVME_IO_READ,
	[BLOCK_WRITE] = NVME_IO_WRITE,
};

/* Fills in all but the opcode and the data pointer. */
__attribute__((always_inline)) static inline void fill(struct nvme_command *command,
						       const struct nvme_namespace *namespace,
						       uint64_t lba, uint32_t cdw12)
{
	command->nsid = namespace->nsid;
	nvme_command_set_lba(command, lba);
	command->cdw12 = cdw12;
}

/* The usual request, when it is of no more than a page, goes out by the shortest way. False if it
 * is larger, or has to wait. */
__attribute__((always_inline)) static inline bool send_small(struct nvme_channel *channel,
							     const struct nvme_namespace *namespace,
							     struct block_request *request)
{
	const struct block_segment *segment = request->segments;
	uintptr_t address = (uintptr_t)segment->address;
	uint64_t prp2 = 0, deadline_ns;
	struct nvme_slot *slot;

	if (request->count > namespace->small_max)
		return false;
	if (address & (NVME_PAGE_SIZE - 1)) {
		uintptr_t border = (address | (NVME_PAGE_SIZE - 1)) + 1;

		if (address & 3)
			return false;
		if (address + segment->size > border)
			prp2 = nvme_dma_address((void *)border);
	}
	slot = nvme_slot_take(channel);
	if (!slot)
		return false;
	deadline_ns = channel->deadline_ns; /* before stores, which the compiler then puts together */
	nvme_slot_prepare(slot, nvme_part_done, request, true);
	nvme_slot_sent(channel, slot, deadline_ns);
	nvme_command_set_opcode(&slot->command, opcodes[request->operation]);
	slot->command.prp1 = nvme_dma_address((void *)address);
	slot->command.prp2 = prp2;
	fill(&slot->command, namespace, request->lba, (uint32_t)request->count - 1);
	nvme_queue_push_plain(&channel->queue, &slot->command);
	return true;
}

/* Sends the blocks of a request from block first on, as many as one command carries; returns how
 * many, 0 when something has to be waited for. */
static uint32_t send_part(struct nvme_lane *lane, struct block_request *request, uint64_t first)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_channel *channel = &lane->channel;
	struct nvme_slot *slot = nvme_slot_take(channel);
	uint64_t left = request->count - first;
	uint32_t blocks = left < namespace->blocks_max ? (uint32_t)left : namespace->blocks_max;
	uint32_t control = 0;
	nvme_done *done = nvme_part_done;

	if (!slot)
		return 0;
	if (namespace->boundary) {
		uint32_t before = namespace->boundary -
				  (uint32_t)((request->lba + first) % namespace->boundary);

		if (blocks > before)
			blocks = before;
	}
	if (namespace->metadata.size)
		blocks = nvme_part_place_metadata(lane, slot, request, request->lba + first, blocks,
						  &control, &done);
	else
		blocks = nvme_part_place(lane, slot, request, blocks, &done);
	if (!blocks) {
		nvme_slot_release(channel, slot);
		return 0;
	}
	lane->sgls += slot->command.flags != 0;
	if (request->operation & BLOCK_FUA && namespace->volatile_cache)
		control |= NVME_RW_FUA;
	slot->command.opcode = opcodes[block_operation(request)];
	fill(&slot->command, namespace, request->lba + first, control | (blocks - 1));
	nvme_part_send(channel, slot, request, done);
	return blocks;
}

/* Sends what is left of the first waiting request; false when something has to be waited for. */
static bool send_rest(struct nvme_lane *lane, struct block_request *request)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	enum block_operation operation = block_operation(request);
	bool in_turn = block_is_zoned(request->device) && block_changes(operation);

	if (operation == BLOCK_FLUSH)
		return nvme_range_flush(lane, request);
	/* Behind a part that failed nothing more is sent: the request has failed, and parts go out
	 * in the order of their addresses, so the first error stays the first. */
	while (lane->cursor_block < request->count && !request->error) {
		uint64_t blocks;

		/* Zones are written and changed in order: one part after the other. */
		if (in_turn && request->parts_pending > 1)
			return false;
		blocks = operation > BLOCK_WRITE
				 ? nvme_range_send(lane, request, lane->cursor_block)
				 : send_part(lane, request, lane->cursor_block);
		if (!blocks)
			return false;
		lane->cursor_block += blocks;
		if (operation <= BLOCK_WRITE && lane->cursor_block < request->count)
			nvme_cursor_advance(&lane->cursor,
					    (size_t)blocks << namespace->block_shift);
	}
	return true;
}

static void start_cursor(struct nvme_lane *lane)
{
	const struct block_request *request = lane->waiting_first;

	lane->cursor_block = 0;
	lane->cursor.offset = 0;
	lane->cursor.segment = request ? request->segments : NULL;
	lane->channel.waiting = request != NULL;
	lane->direct = false;
}

static void take_waiting(struct nvme_lane *lane)
{
	struct block_request *request = lane->waiting_first;

	lane->waiting_first = request->next;
	if (!lane->waiting_first)
		lane->waiting_last = NULL;
	request->next = NULL;
	start_cursor(lane);
	if (--request->parts_pending == 0)
		block_complete(request, request->error);
}

static void fail_first(struct nvme_lane *lane, int error)
{
	struct block_request *request = lane->waiting_first;

	if (!request->error) {
		request->error = error;
		request->error_lba = request->lba + lane->cursor_block;
	}
	take_waiting(lane);
}

void nvme_lane_dispatch(struct nvme_lane *lane)
{
	const struct nvme_controller *controller = lane->channel.owner;

	while (lane->waiting_first && controller->state == NVME_LIVE) {
		if (lane->waiting_first->device->gone) {
			fail_first(lane, -ENODEV);
			continue;
		}
		if (!send_rest(lane, lane->waiting_first))
			return;
		take_waiting(lane);
	}
}

void nvme_lane_fail_waiting(struct nvme_lane *lane, int error)
{
	while (lane->waiting_first)
		fail_first(lane, error);
}

bool nvme_io_obsolete(const struct nvme_slot *slot)
{
	const struct block_request *request = slot->context;

	return request->device->gone;
}

void nvme_io_repeated(const struct nvme_slot *slot)
{
	struct block_request *request = slot->context;

	request->repeated = true;
}

/* Puts a request at the end of those that wait in its lane, and sends what can be sent. */
__attribute__((noinline)) static void wait_in_lane(struct nvme_lane *lane,
						   struct block_request *request)
{
	request->next = NULL;
	if (lane->waiting_last)
		lane->waiting_last->next = request;
	else
		lane->waiting_first = request;
	lane->waiting_last = request;
	if (lane->waiting_first == request)
		start_cursor(lane);
	nvme_lane_dispatch(lane);
	nvme_channel_ring(&lane->channel);
}

/* The lane of the next request. While one is being reaped, that one: there it needs neither the
 * clock nor a doorbell. Else each gets as many as a reap should find together, since a reap costs
 * as much as many requests; and one that is idle again lets the next one have its turn (poll.c). */
static struct nvme_lane *choose_lane(struct nvme_controller *controller)
{
	struct nvme_lane *lane = controller->next_lane;

	if (!lane->channel.reaping &&
	    (lane->channel.waiting || nvme_channel_in_flight(&lane->channel) >= LANE_BATCH))
		lane = controller->next_lane = lane->next;
	return lane;
}

static void io_submit(struct block_device *device, struct block_request *request)
{
	const struct nvme_namespace *namespace = device->driver_data;

	wait_in_lane(choose_lane(namespace->controller), request);
}

/* Neither by done() of another request, as it usually is on a busy device, nor behind others while
 * it is plugged: this one needs the clock and a doorbell. */
__attribute__((noinline)) static void submit_alone(const struct nvme_namespace *namespace,
						   struct block_request *request)
{
	struct nvme_lane *lane = choose_lane(namespace->controller);

	nvme_channel_set_deadline(&lane->channel);
	nvme_channel_busy(&lane->channel);
	if (lane->waiting_first || namespace->controller->state != NVME_LIVE ||
	    !send_small(&lane->channel, namespace, request))
		wait_in_lane(lane, request);
	else
		lane->direct |= lane->channel.plugged && lane->next == lane; /* no other's turn */
	nvme_channel_ring(&lane->channel);
}

static void io_submit_usual(struct block_device *device, struct block_request *request)
{
	const struct nvme_namespace *namespace = device->driver_data;
	struct nvme_lane *lane = namespace->controller->next_lane;

	if (!lane->direct || !send_small(&lane->channel, namespace, request))
		submit_alone(namespace, request);
}

/* What was not sent of a request is not sent any more. It may wait in this lane, or in none. */
static void cancel_waiting(struct nvme_lane *lane, struct block_request *request)
{
	struct block_request *before = lane->waiting_first;

	if (before == request) {
		fail_first(lane, -EINTR);
		nvme_lane_dispatch(lane);
		nvme_channel_ring(&lane->channel);
		return;
	}
	while (before && before->next != request)
		before = before->next;
	if (!before)
		return;
	before->next = request->next;
	if (lane->waiting_last == request)
		lane->waiting_last = before;
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

		cancel_waiting(nvme_lane_of(channel), request);
		for (unsigned s = 0; s < channel->slot_count; s++) {
			struct nvme_slot *slot = &channel->slots[s];

			if (nvme_is_part(slot, request))
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
		nvme_lane_of(controller->channels[i])->direct = false;
		nvme_channel_ring(controller->channels[i]);
	}
}

static void dispatch(struct nvme_channel *channel)
{
	nvme_lane_dispatch(nvme_lane_of(channel));
}

static const struct nvme_channel_functions lane_functions = {
	.failed = nvme_slot_failed,
	.drained = dispatch,
	.ignored = nvme_completion_ignored,
};

struct nvme_lane *nvme_lane_create(struct nvme_controller *controller, uint16_t id,
				   unsigned entries)
{
	const struct nvme_channel_config config = {
		.registers = &controller->registers,
		.id = id,
		.entries = entries,
		.transfer_max = controller->setup.transfer_max,
		.timeout_ns = controller->io_timeout_ns,
		.functions = &lane_functions,
		.owner = controller,
		.cmb = &controller->cmb,
		.busy = &controller->polling.busy,
	};
	struct nvme_lane *lane = nvme_alloc(sizeof(*lane));

	if (!lane)
		return NULL;
	if (nvme_channel_init(&lane->channel, &config) < 0) {
		nvme_free(lane);
		return NULL;
	}
	if (nvme_bounce_provide(&lane->bounce, NVME_BOUNCE_MIN) < 0) {
		nvme_lane_destroy(lane);
		return NULL;
	}
	nvme_bounce_provide_cmb(&lane->cmb_bounce, &controller->cmb);
	return lane;
}

void nvme_lane_destroy(struct nvme_lane *lane)
{
	nvme_bounce_free(&lane->bounce);
	nvme_bounce_free_cmb(&lane->cmb_bounce, lane->channel.cmb);
	nvme_parts_free(&lane->parts);
	nvme_channel_free(&lane->channel);
	nvme_free(lane);
}

const struct block_operations nvme_block_operations = {
	.submit = io_submit,
	.submit_usual = io_submit_usual,
	.poll = io_poll,
	.wait = io_wait,
	.cancel = io_cancel,
	.plug = io_plug,
};

const struct block_operations nvme_zoned_operations = {
	.submit = nvme_zone_submit,
	.submit_usual = nvme_zone_submit,
	.poll = io_poll,
	.wait = io_wait,
	.cancel = nvme_zone_cancel,
	.plug = io_plug,
};
