/* Block devices: which there are, what is checked of a request before a driver sees it, and waiting
 * for it. */
#include "drivers/block/block.h"

#include "lib/errno.h"
#include "lib/string.h"

static struct block_device *first_device;

int block_register(struct block_device *device)
{
	struct block_device **link = &first_device;

	for (; *link; link = &(*link)->next)
		if (*link == device || strcmp((*link)->name, device->name) == 0)
			return -EEXIST;
	device->next = NULL;
	*link = device;
	return 0;
}

void block_unregister(struct block_device *device)
{
	for (struct block_device **link = &first_device; *link; link = &(*link)->next)
		if (*link == device) {
			*link = device->next;
			device->next = NULL;
			if (device->file_removed)
				device->file_removed(device);
			return;
		}
}

struct block_device *block_find(const char *name)
{
	for (struct block_device *device = first_device; device; device = device->next)
		if (strcmp(device->name, name) == 0)
			return device;
	return NULL;
}

struct block_device *block_first(void)
{
	return first_device;
}

/* Whether the segments hold exactly size bytes. */
static bool segments_hold(const struct block_request *request, uint64_t size)
{
	if (request->segment_count == 1)
		return request->segments->size == size;
	for (unsigned i = 0; i < request->segment_count; i++) {
		if (request->segments[i].size > size)
			return false;
		size -= request->segments[i].size;
	}
	return size == 0;
}

/* Whether the device does what is neither a plain read nor a plain write. 0, -EINVAL: nobody does;
 * -EOPNOTSUPP. */
static int check_offered(const struct block_limits *limits, unsigned operation)
{
	bool offered;

	switch (operation & ~BLOCK_FUA) {
	case BLOCK_WRITE:
		offered = true;
		break;
	case BLOCK_WRITE_ZEROES:
	case BLOCK_WRITE_ZEROES | BLOCK_DEALLOCATE:
		offered = limits->write_zeroes_max;
		break;
	case BLOCK_DISCARD:
	case BLOCK_VERIFY:
		if (operation & BLOCK_FUA)
			return -EINVAL;
		offered = operation == BLOCK_VERIFY ? limits->verify_max : limits->discard_max;
		break;
	default:
		return -EINVAL;
	}
	if (operation & BLOCK_FUA && !limits->fua)
		offered = false;
	return offered ? 0 : -EOPNOTSUPP;
}

/* Whether the blocks are there. */
static inline int check_blocks(const struct block_device *device,
			       const struct block_request *request, bool changes)
{
	if (changes && block_read_only(device))
		return -EROFS;
	if (request->lba > device->block_count ||
	    request->count > device->block_count - request->lba)
		return changes ? -ENOSPC : -EIO;
	return 0;
}

/* The device's size in bytes fits into 64 bits, so this does too. */
static inline int check_segments(const struct block_device *device,
				 const struct block_request *request, uint64_t blocks)
{
	return segments_hold(request, blocks * device->block_size) ? 0 : -EINVAL;
}

/* Zones, whole and there; a report has room for each. */
static int check_zones(const struct block_device *device, const struct block_request *request)
{
	const struct block_zones *zones = &device->zones;
	uint64_t first, count;

	if (!zones->size)
		return -EOPNOTSUPP;
	first = request->lba / zones->size;
	count = request->count / zones->size;
	if (request->lba % zones->size || request->count % zones->size || first > zones->count ||
	    count > zones->count - first)
		return -EINVAL;
	if (request->operation != BLOCK_ZONE_REPORT)
		return block_read_only(device) ? -EROFS : request->segment_count ? -EINVAL : 0;
	return request->segment_count == 1 &&
			       request->segments->size == count * sizeof(struct block_zone)
		       ? 0
		       : -EINVAL;
}

/* check() of all but plain reads and writes. */
__attribute__((noinline, cold)) static int check_other(const struct block_device *device,
						       const struct block_request *request)
{
	enum block_operation operation = block_operation(request);
	int error;

	if (request->operation == BLOCK_FLUSH)
		return 0;
	if (request->operation >= BLOCK_ZONE_REPORT && request->operation <= BLOCK_ZONE_RESET)
		return check_zones(device, request);
	error = check_offered(&device->limits, request->operation);
	if (!error)
		error = check_blocks(device, request, block_changes(operation));
	if (error)
		return error;
	return check_segments(device, request, operation == BLOCK_WRITE ? request->count : 0);
}

/* 0 when the request may go to the driver. */
static int check(const struct block_device *device, const struct block_request *request)
{
	int error;

	if (device->gone)
		return -ENODEV;
	if (request->operation > BLOCK_WRITE)
		return check_other(device, request);
	error = check_blocks(device, request, request->operation == BLOCK_WRITE);
	return error ? error : check_segments(device, request, request->count);
}

void block_lock(struct block_device *device, bool locked)
{
	device->locked = locked;
}

void block_submit_unusual(struct block_device *device, struct block_request *request)
{
	int error = check(device, request);

	if (error || (request->count == 0 && request->operation != BLOCK_FLUSH)) {
		request->error_lba = request->lba;
		block_complete(request, error);
		return;
	}
	device->operations->submit(device, request);
}

unsigned block_poll(struct block_device *device)
{
	return device->operations->poll(device);
}

void block_plug(struct block_device *device)
{
	if (device->operations->plug && !device->gone)
		device->operations->plug(device, true);
}

void block_unplug(struct block_device *device)
{
	/* Also of a device that has gone since: its queues may be others' as well. */
	if (device->operations->plug)
		device->operations->plug(device, false);
}

bool block_rest(struct block_device *device)
{
	if (device->operations->wait)
		device->operations->wait(device);
	return device->operations->wait;
}

/* One turn of waiting for the request. */
static void turn(struct block_request *request)
{
	if (!block_poll(request->device) && !request->complete)
		block_rest(request->device);
}

int block_wait(struct block_request *request)
{
	while (!request->complete)
		turn(request);
	return request->error;
}

bool block_wait_unless(struct block_request *request, bool (*give_up)(void))
{
	while (!request->complete && !give_up())
		turn(request);
	return request->complete;
}

void block_cancel(struct block_request *request)
{
	if (request->complete || request->cancelled)
		return;
	request->cancelled = true;
	if (request->device->operations->cancel)
		request->device->operations->cancel(request->device, request);
}

/* buffer NULL: no data is moved. */
static int transfer(struct block_device *device, unsigned operation, uint64_t lba, uint64_t count,
		    void *buffer)
{
	struct block_segment segment = {buffer, 0};
	struct block_request request = {
		.operation = operation,
		.lba = lba,
		.count = count,
		.segments = &segment,
		.segment_count = buffer ? 1 : 0,
	};

	if (!device->block_size) /* what is no disk */
		return -ENODEV;
	if (buffer && count > SIZE_MAX / device->block_size)
		return -EINVAL;
	segment.size = count * device->block_size;
	block_submit(device, &request);
	return block_wait(&request);
}

int block_read(struct block_device *device, uint64_t lba, uint64_t count, void *buffer)
{
	return transfer(device, BLOCK_READ, lba, count, buffer);
}

int block_write(struct block_device *device, uint64_t lba, uint64_t count, const void *buffer)
{
	return transfer(device, BLOCK_WRITE, lba, count, (void *)(uintptr_t)buffer);
}

int block_flush(struct block_device *device)
{
	return transfer(device, BLOCK_FLUSH, 0, 0, NULL);
}

int block_discard(struct block_device *device, uint64_t lba, uint64_t count)
{
	return transfer(device, BLOCK_DISCARD, lba, count, NULL);
}

int block_write_zeroes(struct block_device *device, uint64_t lba, uint64_t count, unsigned flags)
{
	return transfer(device, BLOCK_WRITE_ZEROES | flags, lba, count, NULL);
}

int block_verify(struct block_device *device, uint64_t lba, uint64_t count)
{
	return transfer(device, BLOCK_VERIFY, lba, count, NULL);
}

int block_zone_report(struct block_device *device, uint64_t lba, struct block_zone *zones,
		      uint64_t count)
{
	struct block_segment segment = {zones, count * sizeof(*zones)};
	struct block_request request = {
		.operation = BLOCK_ZONE_REPORT,
		.lba = lba,
		.count = count * device->zones.size,
		.segments = &segment,
		.segment_count = 1,
	};

	block_submit(device, &request);
	return block_wait(&request);
}

int block_zone_manage(struct block_device *device, enum block_operation operation, uint64_t lba,
		      uint64_t count)
{
	return transfer(device, operation, lba, count * device->zones.size, NULL);
}
