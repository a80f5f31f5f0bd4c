/* Zone commands as parts of block requests. */
#include "drivers/nvme/zone.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/part.h"
#include "drivers/nvme/range.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"
#include "lib/string.h"

void nvme_zone_part_done(struct nvme_channel *channel, struct nvme_slot *slot,
			 struct nvme_answer answer)
{
	/* Reads and writes expect a 0 there. */
	slot->command.cdw13 = 0;
	nvme_part_done(channel, slot, answer);
}

bool nvme_zone_take(const struct nvme_zone_descriptor *descriptor, uint64_t start, uint64_t size,
		    struct block_zone *zone)
{
	uint8_t state = (uint8_t)NVME_ZONE_STATE(descriptor->state);
	bool writable = state >= NVME_ZONE_STATE_EMPTY && state <= NVME_ZONE_STATE_CLOSED;

	if (descriptor->start != start || descriptor->capacity > size ||
	    (!writable && state < NVME_ZONE_STATE_READ_ONLY) ||
	    NVME_ZONE_TYPE(descriptor->type) != NVME_ZONE_TYPE_WRITTEN)
		return false;
	if (writable && (descriptor->write_pointer < start ||
			 descriptor->write_pointer > start + descriptor->capacity))
		return false;
	*zone = (struct block_zone){
		.start = start,
		.capacity = descriptor->capacity,
		.write_pointer = writable ? descriptor->write_pointer : start + size,
		.state = state,
		.reset_recommended = descriptor->attributes & NVME_ZA_RESET,
	};
	return true;
}

void nvme_zone_report_done(struct nvme_channel *channel, struct nvme_slot *slot,
			   struct nvme_answer answer)
{
	struct block_request *request = slot->context;
	const struct nvme_namespace *ns = request->device->driver_data;
	struct nvme_bounce_buffer *buffer = nvme_bounce_of(&nvme_lane_of(channel)->bounce, slot);
	const struct nvme_zone_report *report = buffer->memory;
	const struct nvme_zone_descriptor *descriptors = (const void *)(report + 1);
	struct block_zone *zones = request->segments->address;
	uint64_t size = ns->block.zones.size, lba = nvme_range_of(channel, slot).lba;
	uint64_t first = (lba - request->lba) / size,
		 count = (slot->command.cdw12 + 1) * 4 / sizeof(*descriptors) - 1;

	for (uint64_t i = 0; i < count && !answer.status && !request->error; i++) {
		if (i < report->nr_zones &&
		    nvme_zone_take(&descriptors[i], lba + i * size, size, &zones[first + i]))
			continue;
		nvme_error_limited(channel->owner,
				   "namespace %u: report of the zone at LBA %llu is damaged",
				   ns->nsid, (unsigned long long)(lba + i * size));
		request->error = -EIO;
		request->error_lba = lba + i * size;
	}
	buffer->slot = NULL;
	nvme_zone_part_done(channel, slot, answer);
}

/* Zone Management Receive: ZNS, section 3.4.2; as many zones as there is room for in a page. */
static uint64_t send_report(struct nvme_lane *lane, struct nvme_slot *slot,
			    struct block_request *request, uint64_t first)
{
	const struct nvme_namespace *ns = request->device->driver_data;
	struct nvme_bounce_buffer *buffer = nvme_bounce_take(&lane->bounce, slot);
	uint64_t size = ns->block.zones.size, count = (request->count - first) / size;

	if (!buffer) {
		nvme_slot_release(&lane->channel, slot);
		return 0;
	}
	if (count > NVME_PAGE_SIZE / sizeof(struct nvme_zone_descriptor) - 1)
		count = NVME_PAGE_SIZE / sizeof(struct nvme_zone_descriptor) - 1;
	memset(buffer->memory, 0, NVME_PAGE_SIZE);
	slot->command.prp1 = nvme_dma_address(buffer->memory);
	slot->command.cdw12 = (uint32_t)((count + 1) * sizeof(struct nvme_zone_descriptor) / 4 - 1);
	slot->command.cdw13 = NVME_ZONE_REPORT | NVME_ZONE_PARTIAL;
	nvme_part_send(&lane->channel, slot, request, nvme_zone_report_done);
	return count * size;
}

uint64_t nvme_zone_send(struct nvme_lane *lane, struct block_request *request, uint64_t first)
{
	static const uint8_t actions[] = {
		[BLOCK_ZONE_OPEN] = NVME_ZONE_OPEN,
		[BLOCK_ZONE_CLOSE] = NVME_ZONE_CLOSE,
		[BLOCK_ZONE_FINISH] = NVME_ZONE_FINISH,
		[BLOCK_ZONE_RESET] = NVME_ZONE_RESET,
	};
	const struct block_zones *zones = &request->device->zones;
	unsigned operation = request->operation;
	struct nvme_slot *slot =
		nvme_range_take(lane, request,
				operation == BLOCK_ZONE_REPORT ? NVME_IO_ZONE_MANAGEMENT_RECEIVE
							       : NVME_IO_ZONE_MANAGEMENT_SEND);
	uint64_t lba = request->lba + first;
	bool all;

	if (!slot)
		return 0;
	nvme_command_set_lba(&slot->command, lba);
	if (operation == BLOCK_ZONE_REPORT)
		return send_report(lane, slot, request, first);
	/* The others say for each zone whether it could be done. */
	all = operation == BLOCK_ZONE_RESET && request->count == zones->size * zones->count;
	slot->command.cdw13 = actions[operation] | (all ? NVME_ZONE_ALL : 0);
	nvme_part_send(&lane->channel, slot, request, nvme_zone_part_done);
	return all ? request->count : zones->size;
}
