/* Writes to a zoned namespace: one at a time, each held against its zone before it is sent. */
#include "drivers/nvme/zone_write.h"

#include "drivers/nvme/controller.h"
#include "drivers/nvme/spec/names.h"
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

static void forget(struct nvme_namespace *ns, uint64_t lba)
{
	*known_zone(ns, lba) = (struct block_zone){0};
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
		forget(ns, own->lba);
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

void nvme_zone_submit(struct block_device *device, struct block_request *request)
{
	struct nvme_namespace *ns = device->driver_data;
	struct nvme_zone_writer *writer = &ns->writer;

	if (request == &writer->own || !is_write(request)) {
		if (block_operation(request) >= BLOCK_ZONE_OPEN)
			memset(writer->known, 0, sizeof(writer->known));
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
