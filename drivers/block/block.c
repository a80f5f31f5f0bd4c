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

/* 0 when the request may go to the driver. */
static int check(const struct block_device *device, const struct block_request *request)
{
	if (device->gone)
		return -ENODEV;
	if (request->operation == BLOCK_FLUSH)
		return 0;
	if (request->operation != BLOCK_READ && request->operation != BLOCK_WRITE)
		return -EINVAL;
	if (request->operation == BLOCK_WRITE && block_read_only(device))
		return -EROFS;
	if (request->lba > device->block_count ||
	    request->count > device->block_count - request->lba)
		return request->operation == BLOCK_WRITE ? -ENOSPC : -EIO;
	/* The device's size in bytes fits into 64 bits, so this does too. */
	if (!segments_hold(request, request->count * device->block_size))
		return -EINVAL;
	return 0;
}

void block_lock(struct block_device *device, bool locked)
{
	device->locked = locked;
}

void block_submit(struct block_device *device, struct block_request *request)
{
	int error;

	request->error = 0;
	request->parts_pending = 0;
	request->status = 0;
	request->complete = false;
	request->cancelled = false;
	request->error_lba = 0;
	request->device = device;
	request->next = NULL;
	error = check(device, request);
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

/* One turn of waiting for the request. */
static void turn(struct block_request *request)
{
	struct block_device *device = request->device;

	if (!device->operations->poll(device) && device->operations->wait && !request->complete)
		device->operations->wait(device);
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

static int transfer(struct block_device *device, enum block_operation operation, uint64_t lba,
		    uint64_t count, void *buffer)
{
	struct block_segment segment = {buffer, 0};
	struct block_request request = {
		.operation = operation,
		.lba = lba,
		.count = count,
		.segments = &segment,
		.segment_count = operation == BLOCK_FLUSH ? 0 : 1,
	};

	if (!device->block_size) /* what is no disk */
		return -ENODEV;
	if (count > SIZE_MAX / device->block_size)
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
