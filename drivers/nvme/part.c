/* Parts of block requests, each of which is a command: where its data is, and how it ends. */
#include "drivers/nvme/part.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/range.h"
#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/zone.h"
#include "drivers/nvme/zone_write.h"
#include "lib/errno.h"

static uint64_t part_lba(const struct nvme_slot *slot)
{
	return (uint64_t)slot->command.cdw11 << 32 | slot->command.cdw10;
}

static uint32_t part_blocks(const struct nvme_slot *slot)
{
	return NVME_RW_BLOCKS(slot->command.cdw12);
}

/* What is rare stays out of the way of what is not: fewer registers to save there. */
#define RARE __attribute__((noinline, cold))

RARE static void part_failed(struct nvme_channel *channel, struct nvme_slot *slot,
			     struct block_request *request, struct nvme_answer answer)
{
	struct nvme_controller *controller = channel->owner;
	struct nvme_range part = nvme_range_of(channel, slot);
	int error = request->cancelled ? -EINTR
		    : answer.error     ? answer.error
				       : nvme_status_errno(answer.status);

	if (!request->error || part.lba < request->error_lba) {
		request->error = error;
		request->status = answer.status & NVME_STATUS_MASK;
		request->error_lba = part.lba;
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
		nvme_error_limited(controller, "%s LBA %llu+%llu: %s (sct %x sc %02x)%s",
				   nvme_io_name(slot->command.opcode), (unsigned long long)part.lba,
				   (unsigned long long)part.blocks, nvme_status_name(answer.status),
				   NVME_STATUS_SCT(answer.status), NVME_STATUS_SC(answer.status),
				   error == -ETIMEDOUT ? ", timed out" : "");
}

static inline void end_part(struct nvme_channel *channel, struct nvme_slot *slot)
{
	struct block_request *request;

	nvme_slot_release(channel, slot);
	request = slot->context;
	if (--request->parts_pending == 0)
		block_complete(request, request->error);
}

RARE static void end_failed_part(struct nvme_channel *channel, struct nvme_slot *slot,
				 struct nvme_answer answer)
{
	if (nvme_zone_doubt(channel, slot, answer))
		return;
	part_failed(channel, slot, slot->context, answer);
	end_part(channel, slot);
}

void nvme_part_done(struct nvme_channel *channel, struct nvme_slot *slot, struct nvme_answer answer)
{
	if (answer.status)
		end_failed_part(channel, slot, answer);
	else
		end_part(channel, slot);
}

void nvme_bounced_part_done(struct nvme_channel *channel, struct nvme_slot *slot,
			    struct nvme_answer answer)
{
	struct block_request *request = slot->context;
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_lane *lane = nvme_lane_of(channel);
	struct nvme_bounce_buffer *buffer = nvme_bounce_of(&lane->bounce, slot);

	if (answer.status && nvme_zone_doubt(channel, slot, answer))
		return;
	if (!buffer)
		buffer = nvme_bounce_of(&lane->cmb_bounce, slot);
	if (answer.status)
		part_failed(channel, slot, request, answer);
	else if (request->operation == BLOCK_READ)
		nvme_cursor_scatter(buffer->cursor, buffer->memory,
				    (size_t)part_blocks(slot) << namespace->block_shift);
	buffer->slot = NULL;
	end_part(channel, slot);
}

static nvme_done metadata_part_done;

bool nvme_is_part(const struct nvme_slot *slot, const struct block_request *request)
{
	return slot->state != NVME_SLOT_FREE && slot->context == request &&
	       (slot->done == nvme_part_done || slot->done == nvme_bounced_part_done ||
		slot->done == metadata_part_done || slot->done == nvme_zone_part_done ||
		slot->done == nvme_zone_report_done || slot->done == nvme_zone_doubt_done);
}

/* Tells the controller where size bytes are. Returns how many it could tell; only when that is all
 * of them is the command complete. */
static size_t describe(struct nvme_channel *channel, struct nvme_slot *slot,
		       const struct nvme_cursor *cursor, size_t size)
{
	const struct nvme_controller *controller = channel->owner;
	const struct nvme_prp_list list = nvme_slot_list(channel, slot);
	struct nvme_command *command = &slot->command;
	size_t by_prp = 0, by_sgl;

	command->flags = 0;
	if (!controller->setup.sgl.supported || controller->options.data != NVME_DATA_SGL) {
		by_prp = nvme_prp_build(cursor, size, &list, &command->prp1, &command->prp2);
		if (by_prp == size || !controller->setup.sgl.supported)
			return by_prp;
	}
	command->flags = NVME_FLAGS_PSDT_SGL;
	by_sgl = nvme_sgl_build(cursor, size, &list, &controller->setup.sgl, &command->sgl);
	return by_sgl > by_prp ? by_sgl : by_prp;
}

/* Points a command at one of the bounce buffers with as many blocks as fit. Returns them, 0 when
 * all buffers are in use. */
RARE static uint32_t bounce(struct nvme_lane *lane, struct nvme_bounce *buffers,
			    struct nvme_slot *slot, uint32_t blocks, unsigned shift, bool write)
{
	struct nvme_bounce_buffer *buffer = nvme_bounce_take(buffers, slot);
	struct block_segment segment;
	struct nvme_cursor in_buffer = {&segment, 0};

	if (!buffer)
		return 0;
	if (blocks > buffers->size >> shift)
		blocks = buffers->size >> shift;
	segment.address = buffer->memory;
	segment.size = (size_t)blocks << shift;
	buffer->cursor = lane->cursor;
	if (write)
		nvme_cursor_gather(lane->cursor, buffer->memory, segment.size);
	describe(&lane->channel, slot, &in_buffer, segment.size);
	lane->bounced++;
	return blocks;
}

static uint32_t place(struct nvme_lane *lane, struct nvme_slot *slot,
		      const struct block_request *request, uint32_t blocks, nvme_done **done)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_channel *channel = &lane->channel;
	unsigned shift = namespace->block_shift;
	uint32_t described;

	described = (uint32_t)(describe(channel, slot, &lane->cursor, (size_t)blocks << shift) >>
			       shift);
	if (!described) {
		/* Not even one whole block: through a buffer. */
		blocks = bounce(lane, &lane->bounce, slot, blocks, shift,
				block_operation(request) == BLOCK_WRITE);
		*done = nvme_bounced_part_done;
	} else if (described < blocks) {
		blocks = described;
		describe(channel, slot, &lane->cursor, (size_t)blocks << shift);
	}
	return blocks;
}

uint32_t nvme_part_place(struct nvme_lane *lane, struct nvme_slot *slot,
			 const struct block_request *request, uint32_t blocks, nvme_done **done)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	const struct nvme_controller *controller = lane->channel.owner;
	bool write = block_operation(request) == BLOCK_WRITE;

	if (!(controller->cmb.uses & (write ? NVME_CMBSZ_WDS : NVME_CMBSZ_RDS)) ||
	    !lane->cmb_bounce.count || lane->cmb_bounce.size < 1u << namespace->block_shift)
		return place(lane, slot, request, blocks, done);
	*done = nvme_bounced_part_done;
	return bounce(lane, &lane->cmb_bounce, slot, blocks, namespace->block_shift, write);
}

static void set_blocks(struct nvme_slot *slot, uint64_t lba, uint32_t blocks)
{
	nvme_command_set_lba(&slot->command, lba);
	slot->command.cdw12 = blocks - 1;
}

static struct nvme_part *part_of(struct nvme_lane *lane, const struct nvme_slot *slot)
{
	return &lane->parts.parts[nvme_slot_index(slot)];
}

/* Describes the data of a Read or Write once more, as it was at first. */
static void describe_again(struct nvme_lane *lane, struct nvme_slot *slot)
{
	const struct block_request *request = slot->context;
	const struct nvme_namespace *namespace = request->device->driver_data;
	const struct nvme_bounce_buffer *buffer = nvme_bounce_of(&lane->bounce, slot);
	size_t size = (size_t)part_blocks(slot) << namespace->block_shift;
	struct nvme_cursor cursor = {request->segments, 0};
	struct block_segment segment;

	if (namespace->metadata.size && part_of(lane, slot)->interleaved)
		size = (size_t)part_blocks(slot) * nvme_block_bytes(namespace);
	if (!buffer)
		buffer = nvme_bounce_of(&lane->cmb_bounce, slot);
	if (buffer) {
		segment = (struct block_segment){buffer->memory, size};
		cursor.segment = &segment;
	} else {
		nvme_cursor_advance(&cursor, (part_lba(slot) - request->lba)
						     << namespace->block_shift);
	}
	describe(&lane->channel, slot, &cursor, size);
}

void nvme_part_renew(struct nvme_lane *lane, struct nvme_slot *slot)
{
	const struct nvme_controller *controller = lane->channel.owner;
	struct nvme_bounce_buffer *buffer = nvme_bounce_of(&lane->cmb_bounce, slot);

	if (slot->command.opcode != NVME_IO_READ && slot->command.opcode != NVME_IO_WRITE)
		return;
	if (controller->cmb.uses & NVME_CMBSZ_LISTS)
		describe_again(lane, slot);
	if (buffer && slot->command.opcode == NVME_IO_WRITE) {
		const struct block_request *request = slot->context;

		nvme_cursor_gather(buffer->cursor, buffer->memory,
				   (size_t)part_blocks(slot) * request->device->block_size);
	}
}

/* Points a command at a bounce buffer for blocks with their metadata behind them, as many as fit.
 * Returns them, 0 when all buffers are in use. */
static uint32_t bounce_interleaved(struct nvme_lane *lane, struct nvme_slot *slot,
				   const struct nvme_namespace *namespace, uint32_t blocks)
{
	struct nvme_bounce_buffer *buffer = nvme_bounce_of(&lane->bounce, slot);
	struct block_segment segment;
	struct nvme_cursor in_buffer = {&segment, 0};

	if (!buffer)
		buffer = nvme_bounce_take(&lane->bounce, slot);
	if (!buffer)
		return 0;
	if (blocks > lane->bounce.size / nvme_block_bytes(namespace))
		blocks = lane->bounce.size / nvme_block_bytes(namespace);
	segment.address = buffer->memory;
	segment.size = (size_t)blocks * nvme_block_bytes(namespace);
	describe(&lane->channel, slot, &in_buffer, segment.size);
	lane->bounced++;
	return blocks;
}

uint32_t nvme_part_place_metadata(struct nvme_lane *lane, struct nvme_slot *slot,
				  const struct block_request *request, uint64_t lba,
				  uint32_t blocks, uint32_t *control, nvme_done **done)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	bool write = block_operation(request) == BLOCK_WRITE;
	struct nvme_part *part = part_of(lane, slot);
	uint8_t *buffer = NULL;

	part->data = lane->cursor;
	part->left = 0;
	part->interleaved = nvme_metadata_interleaved(namespace);
	part->checked = !write && namespace->metadata.type && namespace->pi == NVME_PI_DRIVER;
	if (part->interleaved)
		blocks = bounce_interleaved(lane, slot, namespace, blocks);
	else
		blocks = place(lane, slot, request, blocks, done);
	if (!blocks)
		return 0;
	if (part->interleaved)
		buffer = nvme_bounce_of(&lane->bounce, slot)->memory;
	if (write && buffer)
		nvme_metadata_gather(namespace, part, buffer, blocks);
	if (write)
		nvme_metadata_make(namespace, part, buffer, lba, blocks);
	*control = nvme_metadata_fill(namespace, part, &slot->command, lba, write);
	*done = metadata_part_done;
	return blocks;
}

/* A check of the controller has failed, which says neither where nor how: the blocks are read once
 * more, with their tuples and unchecked, for the driver to look. False where that is not possible
 * now. */
static bool read_back(struct nvme_lane *lane, struct nvme_slot *slot, uint64_t lba, uint32_t blocks)
{
	const struct block_request *request = slot->context;
	const struct nvme_namespace *namespace = request->device->driver_data;
	const struct nvme_controller *controller = lane->channel.owner;
	struct nvme_part *part = part_of(lane, slot);
	uint32_t now = blocks;

	if (controller->state != NVME_LIVE || request->cancelled || request->device->gone)
		return false;
	if (namespace->metadata.extended)
		now = bounce_interleaved(lane, slot, namespace, blocks);
	else
		slot->command.mptr = nvme_dma_address(part->metadata);
	if (!now)
		return false;
	part->interleaved = namespace->metadata.extended;
	part->checked = true;
	part->left = blocks - now;
	set_blocks(slot, lba, now);
	slot->retries = 0;
	nvme_channel_push(&lane->channel, slot,
			  nvme_channel_now(&lane->channel) + slot->timeout_ns);
	nvme_channel_ring(&lane->channel);
	return true;
}

static bool is_check(uint16_t status)
{
	switch (status & NVME_STATUS_MASK) {
	case NVME_SC_GUARD_CHECK:
	case NVME_SC_APPLICATION_TAG_CHECK:
	case NVME_SC_REFERENCE_TAG_CHECK:
		return true;
	default:
		return false;
	}
}

static void check_failed(struct nvme_controller *controller, struct block_request *request,
			 uint64_t lba, const struct nvme_protection_fault *fault)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	char text[80];

	if (!request->error || lba < request->error_lba) {
		request->error = request->cancelled ? -EINTR : nvme_status_errno(fault->status);
		request->status = fault->status;
		request->error_lba = lba;
	}
	nvme_protection_describe(fault, text, sizeof(text));
	nvme_error_limited(controller, "Read LBA %llu of namespace %u: %s", (unsigned long long)lba,
			   namespace->nsid, text);
}

/* Where what was read belongs, and whether it is what was written. */
static bool take_read(struct nvme_lane *lane, struct nvme_slot *slot, struct block_request *request)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_bounce_buffer *buffer = nvme_bounce_of(&lane->bounce, slot);
	const struct nvme_part *part = part_of(lane, slot);
	uint32_t blocks = part_blocks(slot);
	struct nvme_protection_fault fault;
	uint64_t wrong;

	if (part->interleaved)
		nvme_metadata_scatter(namespace, part, buffer->memory, blocks);
	else if (buffer)
		nvme_cursor_scatter(part->data, buffer->memory,
				    (size_t)blocks << namespace->block_shift);
	if (!part->checked || nvme_metadata_check(namespace, part, buffer ? buffer->memory : NULL,
						  part_lba(slot), blocks, &wrong, &fault))
		return true;
	check_failed(lane->channel.owner, request, wrong, &fault);
	return false;
}

static void metadata_part_done(struct nvme_channel *channel, struct nvme_slot *slot,
			       struct nvme_answer answer)
{
	struct nvme_lane *lane = nvme_lane_of(channel);
	struct block_request *request = slot->context;
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_part *part = part_of(lane, slot);
	struct nvme_bounce_buffer *buffer;

	if (request->operation == BLOCK_READ && !answer.status) {
		uint32_t blocks = part_blocks(slot);

		if (take_read(lane, slot, request) && part->left) {
			nvme_cursor_advance(&part->data,
					    (size_t)blocks * request->device->block_size);
			if (read_back(lane, slot, part_lba(slot) + blocks, part->left))
				return;
			answer.status = part->status;
		}
	} else if (request->operation == BLOCK_READ && is_check(answer.status) &&
		   namespace->pi == NVME_PI_CONTROLLER && !part->checked) {
		part->status = answer.status;
		if (read_back(lane, slot, part_lba(slot), part_blocks(slot)))
			return;
	}
	buffer = nvme_bounce_of(&lane->bounce, slot);
	if (buffer)
		buffer->slot = NULL;
	nvme_metadata_clear(&slot->command);
	nvme_part_done(channel, slot, answer);
}
