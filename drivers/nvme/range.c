/* Parts of block requests that move no data: Flush, Dataset Management, Write Zeroes, Verify.
 * Those about zones are in zone.c. */
#include "drivers/nvme/range.h"

#include "drivers/nvme/nvme.h"
#include "drivers/nvme/part.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/zone.h"
#include "lib/string.h"

struct nvme_slot *nvme_range_take(struct nvme_lane *lane, const struct block_request *request,
				  uint8_t opcode)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	struct nvme_slot *slot = nvme_slot_take(&lane->channel);

	if (!slot)
		return NULL;
	slot->command.opcode = opcode;
	slot->command.nsid = namespace->nsid;
	slot->command.flags = 0;
	slot->command.prp1 = slot->command.prp2 = 0;
	slot->command.cdw10 = slot->command.cdw11 = slot->command.cdw12 = 0;
	return slot;
}

bool nvme_range_flush(struct nvme_lane *lane, struct block_request *request)
{
	struct nvme_slot *slot = nvme_range_take(lane, request, NVME_IO_FLUSH);

	if (!slot)
		return false;
	nvme_part_send(&lane->channel, slot, request, nvme_part_done);
	return true;
}

/* Write Zeroes or Verify: NVM, sections 3.2.8 and 3.2.6 */
static uint64_t send_single(struct nvme_lane *lane, struct block_request *request, uint8_t opcode,
			    uint64_t first, uint32_t blocks_max)
{
	const struct nvme_namespace *namespace = request->device->driver_data;
	uint64_t left = request->count - first, lba = request->lba + first;
	uint32_t blocks = left < blocks_max ? (uint32_t)left : blocks_max;
	struct nvme_slot *slot = nvme_range_take(lane, request, opcode);

	if (!slot)
		return 0;
	nvme_command_set_lba(&slot->command, lba);
	slot->command.cdw12 = blocks - 1;
	if (request->operation & BLOCK_FUA && namespace->volatile_cache)
		slot->command.cdw12 |= NVME_RW_FUA;
	if (request->operation & BLOCK_DEALLOCATE && namespace->ranges.deallocates)
		slot->command.cdw12 |= NVME_WZ_DEAC;
	nvme_part_send(&lane->channel, slot, request, nvme_part_done);
	return blocks;
}

/* Cuts what begins at lba into ranges, as much as one command may have. Where there is more than
 * one they end where the device's own units do. Returns the blocks, and how many ranges there are.
 */
static uint64_t fill_ranges(const struct nvme_namespace *namespace, uint64_t lba, uint64_t count,
			    struct nvme_dsm_range *ranges, unsigned *used)
{
	const struct nvme_range_limits *limits = &namespace->ranges;
	uint32_t unit = namespace->block.limits.discard_granularity >> namespace->block_shift;
	uint64_t most = count < limits->discard_blocks ? count : limits->discard_blocks, done = 0;

	for (*used = 0; *used < limits->discard_ranges && done < most; (*used)++) {
		uint64_t left = most - done, blocks;

		blocks = left < limits->discard_range ? left : limits->discard_range;
		if (done + blocks < count && blocks > unit)
			blocks -= (lba + done + blocks) % unit;
		ranges[*used] =
			(struct nvme_dsm_range){.blocks = (uint32_t)blocks, .lba = lba + done};
		done += blocks;
	}
	return done;
}

/* Dataset Management: NVM, section 3.2.3 */
static uint64_t send_discard(struct nvme_lane *lane, struct block_request *request, uint64_t first)
{
	struct nvme_slot *slot = nvme_range_take(lane, request, NVME_IO_DATASET_MANAGEMENT);
	struct nvme_bounce_buffer *buffer;
	unsigned ranges;
	uint64_t blocks;

	if (!slot)
		return 0;
	buffer = nvme_bounce_take(&lane->bounce, slot);
	if (!buffer) {
		nvme_slot_release(&lane->channel, slot);
		return 0;
	}
	blocks = fill_ranges(request->device->driver_data, request->lba + first,
			     request->count - first, buffer->memory, &ranges);
	slot->command.prp1 = nvme_dma_address(buffer->memory);
	slot->command.cdw10 = ranges - 1;
	slot->command.cdw11 = NVME_DSM_AD;
	nvme_part_send(&lane->channel, slot, request, nvme_bounced_part_done);
	return blocks;
}
/* All ranges in the first page of a buffer */
_Static_assert(NVME_DSM_RANGES_MAX * sizeof(struct nvme_dsm_range) <= NVME_PAGE_SIZE, "one PRP");
_Static_assert(NVME_PAGE_SIZE <= NVME_BOUNCE_MIN, "a page");

uint64_t nvme_range_send(struct nvme_lane *lane, struct block_request *request, uint64_t first)
{
	const struct nvme_namespace *namespace = request->device->driver_data;

	if (request->operation >= BLOCK_ZONE_REPORT && request->operation <= BLOCK_ZONE_RESET)
		return nvme_zone_send(lane, request, first);
	switch (block_operation(request)) {
	case BLOCK_DISCARD:
		return send_discard(lane, request, first);
	case BLOCK_VERIFY:
		return send_single(lane, request, NVME_IO_VERIFY, first, namespace->ranges.verify);
	default:
		return send_single(lane, request, NVME_IO_WRITE_ZEROES, first,
				   namespace->ranges.write_zeroes);
	}
}

struct nvme_range nvme_range_of(struct nvme_channel *channel, const struct nvme_slot *slot)
{
	const struct nvme_command *command = &slot->command;
	struct nvme_range range = {(uint64_t)command->cdw11 << 32 | command->cdw10,
				   NVME_RW_BLOCKS(command->cdw12)};
	const struct block_request *request = slot->context;
	const struct nvme_dsm_range *ranges;

	if (command->opcode == NVME_IO_ZONE_MANAGEMENT_SEND ||
	    command->opcode == NVME_IO_ZONE_MANAGEMENT_RECEIVE)
		range.blocks = request->device->zones.size;
	if (command->opcode != NVME_IO_DATASET_MANAGEMENT)
		return range;
	ranges = nvme_bounce_of(&nvme_lane_of(channel)->bounce, slot)->memory;
	range = (struct nvme_range){.lba = ranges->lba};
	for (unsigned i = 0; i <= command->cdw10; i++)
		range.blocks += ranges[i].blocks;
	return range;
}
