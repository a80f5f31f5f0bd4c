/* Writes to a zoned namespace: one at a time, each held against its zone before it is sent. */
#include "drivers/nvme/zone_write.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/io.h"
#include "drivers/nvme/range.h"
#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/zone.h"
#include "lib/errno.h"
#include "lib/string.h"

static bool is_write(const struct block_request *request)
{
	enum block_operation operation = block_operation(request);

	return operation == BLOCK_WRITE || operation == BLOCK_WRITE_ZEROES;
}

static struct block_zone *known_zone(struct nvme_namespace *ns, uint64_t lba)
{
	return &ns->writer.known[lba / ns->block.zones.size % NVME_ZONES_KNOWN];
}

void nvme_zone_forget(struct nvme_namespace *ns, uint64_t lba)
{
	*known_zone(ns, lba) = (struct block_zone){0};
}

void nvme_zone_forget_all(struct nvme_namespace *ns)
{
	memset(ns->writer.known, 0, sizeof(ns->writer.known));
}

/* What the controller would say to the write: ZNS, section 2.1.1.2. */
static uint16_t check(const struct block_zone *zone, const struct block_request *request)
{
	switch (zone->state) {
	case BLOCK_ZONE_IS_FULL:
		return NVME_SC_ZONE_FULL;
	case BLOCK_ZONE_IS_READ_ONLY:
		return NVME_SC_ZONE_READ_ONLY;
	case BLOCK_ZONE_IS_OFFLINE:
		return NVME_SC_ZONE_OFFLINE;
	default:
		break;
	}
	if (request->lba != zone->write_pointer)
		return NVME_SC_ZONE_INVALID_WRITE;
	if (request->count > zone->start + zone->capacity - request->lba)
		return NVME_SC_ZONE_BOUNDARY;
	return 0;
}

static void work(struct nvme_namespace *ns);

/* Ends the first write, and goes on with the next. */
static void finish(struct nvme_namespace *ns, int error, uint16_t status, uint64_t error_lba)
{
	struct nvme_zone_writer *writer = &ns->writer;
	struct block_request *request = writer->first;

	writer->first = request->next;
	if (!writer->first)
		writer->last = NULL;
	request->next = NULL;
	request->status = status;
	request->error_lba = error_lba;
	writer->busy = false;
	block_complete(request, error);
	work(ns);
}

static void refuse(struct nvme_namespace *ns, const struct block_zone *zone, uint16_t status)
{
	const struct block_request *request = ns->writer.first;

	nvme_error_limited(ns->controller,
			   "Write LBA %llu+%llu of namespace %u is not sent: %s (zone at LBA %llu, "
			   "write pointer %llu, end %llu)",
			   (unsigned long long)request->lba, (unsigned long long)request->count,
			   ns->nsid, nvme_status_name(status), (unsigned long long)zone->start,
			   (unsigned long long)zone->write_pointer,
			   (unsigned long long)(zone->start + zone->capacity));
	finish(ns, nvme_status_errno(status), status, request->lba);
}

static void ended(struct block_request *own);

static void send_write(struct nvme_namespace *ns)
{
	const struct block_request *request = ns->writer.first;

	ns->writer.own = (struct block_request){
		.operation = request->operation,
		.lba = request->lba,
		.count = request->count,
		.segments = request->segments,
		.segment_count = request->segment_count,
		.done = ended,
		.context = ns,
	};
	block_submit(&ns->block, &ns->writer.own);
}

static void ask(struct nvme_namespace *ns)
{
	struct nvme_zone_writer *writer = &ns->writer;
	uint64_t lba = writer->first->lba;

	writer->asked = true;
	writer->segment = (struct block_segment){&writer->reported, sizeof(writer->reported)};
	writer->own = (struct block_request){
		.operation = BLOCK_ZONE_REPORT,
		.lba = lba - lba % ns->block.zones.size,
		.count = ns->block.zones.size,
		.segments = &writer->segment,
		.segment_count = 1,
		.done = ended,
		.context = ns,
	};
	block_submit(&ns->block, &writer->own);
}

/* What is next for the first write. */
static void step(struct nvme_namespace *ns)
{
	const struct block_request *request = ns->writer.first;
	const struct block_zone *zone = known_zone(ns, request->lba);
	uint64_t size = ns->block.zones.size;
	bool known = zone->state && zone->start == request->lba - request->lba % size;
	uint16_t status = known ? check(zone, request) : 0;

	if (ns->block.gone || request->cancelled)
		finish(ns, ns->block.gone ? -ENODEV : -EINTR, 0, request->lba);
	else if (known && !status)
		send_write(ns);
	else if (known && ns->writer.asked)
		refuse(ns, zone, status);
	else
		ask(ns);
}

static void ended(struct block_request *own)
{
	struct nvme_namespace *ns = own->context;
	struct block_zone *zone = known_zone(ns, own->lba);

	if (own->operation == BLOCK_ZONE_REPORT && !own->error) {
		*zone = ns->writer.reported;
		step(ns);
		return;
	}
	if (own->error || zone->write_pointer != own->lba) {
		nvme_zone_forget(ns, own->lba);
	} else {
		zone->write_pointer += own->count;
		if (zone->write_pointer == zone->start + zone->capacity)
			zone->state = BLOCK_ZONE_IS_FULL;
	}
	finish(ns, own->error, own->status, own->error_lba);
}

/* Until the first write has to be waited for. The end of one comes back here: a long list is not to
 * be as deep on the stack. */
static void work(struct nvme_namespace *ns)
{
	struct nvme_zone_writer *writer = &ns->writer;

	if (writer->inside)
		return;
	writer->inside = true;
	while (writer->first && !writer->busy) {
		writer->busy = true;
		writer->asked = false;
		step(ns);
	}
	writer->inside = false;
}

/* Sends another command in the place of the one that is doubted. */
static void send_instead(struct nvme_channel *channel, struct nvme_slot *slot,
			 const struct nvme_command *command)
{
	nvme_slot_fill(slot, command);
	slot->done = nvme_zone_doubt_done;
	slot->retries = 0;
	nvme_channel_push(channel, slot, nvme_channel_now(channel) + slot->timeout_ns);
	nvme_channel_ring(channel);
}

bool nvme_zone_doubt(struct nvme_channel *channel, struct nvme_slot *slot,
		     struct nvme_answer answer)
{
	struct block_request *request = slot->context;
	struct nvme_namespace *ns = request->device->driver_data;
	struct nvme_bounce *bounce = &nvme_lane_of(channel)->bounce;
	uint16_t status = answer.status & NVME_STATUS_MASK;
	const struct nvme_controller *controller = channel->owner;
	struct nvme_bounce_buffer *buffer;
	struct nvme_command command;
	uint64_t lba;

	if (!request->repeated || request != &ns->writer.own || !is_write(request) ||
	    (status != NVME_SC_ZONE_INVALID_WRITE && status != NVME_SC_ZONE_FULL) ||
	    controller->state != NVME_LIVE || request->cancelled || request->device->gone)
		return false;
	buffer = nvme_bounce_of(bounce, slot);
	ns->writer.borrowed = !buffer;
	if (!buffer)
		buffer = nvme_bounce_take(bounce, slot);
	if (!buffer)
		return false;
	request->repeated = false;
	ns->writer.doubted = slot->command;
	ns->writer.doubted_done = slot->done;
	ns->writer.doubted_status = answer.status;
	memset(buffer->memory, 0, NVME_PAGE_SIZE);
	lba = nvme_range_of(channel, slot).lba;
	lba -= lba % ns->block.zones.size;
	command = (struct nvme_command){
		.opcode = NVME_IO_ZONE_MANAGEMENT_RECEIVE,
		.nsid = ns->nsid,
		.prp1 = nvme_dma_address(buffer->memory),
		.cdw10 = (uint32_t)lba,
		.cdw11 = (uint32_t)(lba >> 32),
		.cdw12 = 2 * sizeof(struct nvme_zone_descriptor) / 4 - 1,
		.cdw13 = NVME_ZONE_REPORT | NVME_ZONE_PARTIAL,
	};
	send_instead(channel, slot, &command);
	return true;
}

/* Whether the zone ends where the write that was doubted does. */
static bool has_arrived(const struct nvme_namespace *ns, const struct nvme_zone_report *report,
			struct nvme_range written)
{
	uint64_t size = ns->block.zones.size, start = written.lba - written.lba % size;
	struct block_zone zone;

	if (!report->nr_zones || !nvme_zone_take((const void *)(report + 1), start, size, &zone))
		return false;
	if (zone.state == BLOCK_ZONE_IS_FULL)
		zone.write_pointer = start + zone.capacity;
	return zone.write_pointer == written.lba + written.blocks;
}

void nvme_zone_doubt_done(struct nvme_channel *channel, struct nvme_slot *slot,
			  struct nvme_answer answer)
{
	const struct block_request *request = slot->context;
	struct nvme_namespace *ns = request->device->driver_data;
	struct nvme_zone_writer *writer = &ns->writer;
	struct nvme_bounce_buffer *buffer = nvme_bounce_of(&nvme_lane_of(channel)->bounce, slot);
	bool asked = slot->command.opcode == NVME_IO_ZONE_MANAGEMENT_RECEIVE, arrived;
	struct nvme_range written;

	nvme_slot_fill(slot, &writer->doubted);
	slot->done = writer->doubted_done;
	written = nvme_range_of(channel, slot);
	arrived = !answer.status && (!asked || has_arrived(ns, buffer->memory, written));
	/* Nobody has said that it is on the media, as it should be. */
	if (arrived && asked && request->operation & BLOCK_FUA && ns->volatile_cache) {
		send_instead(
			channel, slot,
			&(const struct nvme_command){.opcode = NVME_IO_FLUSH, .nsid = ns->nsid});
		return;
	}
	if (writer->borrowed)
		buffer->slot = NULL;
	if (arrived)
		nvme_warning_limited(channel->owner,
				     "Write LBA %llu+%llu of namespace %u had arrived before it "
				     "was sent again",
				     (unsigned long long)written.lba,
				     (unsigned long long)written.blocks, ns->nsid);
	else if (!answer.error)
		answer.status = writer->doubted_status;
	slot->done(channel, slot, answer);
}

void nvme_zone_submit(struct block_device *device, struct block_request *request)
{
	struct nvme_namespace *ns = device->driver_data;
	struct nvme_zone_writer *writer = &ns->writer;

	if (request == &writer->own || !is_write(request)) {
		if (block_operation(request) >= BLOCK_ZONE_OPEN)
			nvme_zone_forget_all(ns);
		writer->below->submit(device, request);
		return;
	}
	if (writer->last)
		writer->last->next = request;
	else
		writer->first = request;
	writer->last = request;
	work(ns);
}

void nvme_zone_cancel(struct block_device *device, struct block_request *request)
{
	struct nvme_namespace *ns = device->driver_data;
	struct nvme_zone_writer *writer = &ns->writer;
	struct block_request *before = writer->first;

	if (request == &writer->own || !is_write(request)) {
		writer->below->cancel(device, request);
		return;
	}
	if (request == before) {
		block_cancel(&writer->own);
		return;
	}
	while (before->next != request)
		before = before->next;
	before->next = request->next;
	if (writer->last == request)
		writer->last = before;
	request->next = NULL;
	request->error_lba = request->lba;
	block_complete(request, -EINTR);
}
