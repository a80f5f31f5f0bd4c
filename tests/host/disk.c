/* Block devices for the host: over files and over memory. Requests complete when they are polled
 * for, as on a real device. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/block/block.h"
#include "tests/host/host.h"

struct disk {
	struct block_device device;
	int fd; /* -1: memory */
	char *memory;
	uint64_t bad_first, bad_last;
	bool bad_read, bad_write;
	bool stalled, abortable;
	struct block_request *first, **last;
	struct host_disk_counts counts;
};

static int move(struct disk *disk, struct block_request *request)
{
	uint64_t offset = request->lba * disk->device.block_size;

	for (unsigned i = 0; i < request->segment_count; i++) {
		char *at = request->segments[i].address;
		size_t left = request->segments[i].size;

		if (!disk->memory && disk->fd < 0)
			return -EIO;
		while (left) {
			ssize_t count;

			if (disk->memory && request->operation == BLOCK_READ) {
				memcpy(at, disk->memory + offset, left);
				count = (ssize_t)left;
			} else if (disk->memory) {
				memcpy(disk->memory + offset, at, left);
				count = (ssize_t)left;
			} else if (request->operation == BLOCK_READ) {
				count = pread(disk->fd, at, left, (off_t)offset);
			} else {
				count = pwrite(disk->fd, at, left, (off_t)offset);
			}
			if (count < 0)
				return -errno;
			if (count == 0) {
				memset(at, 0, left);
				count = (ssize_t)left;
			}
			at += count;
			left -= (size_t)count;
			offset += (uint64_t)count;
		}
	}
	return 0;
}

/* What was discarded reads as ones, so that it is not taken for zeroes. */
static int clear(struct disk *disk, const struct block_request *request)
{
	uint32_t block_size = disk->device.block_size;
	char *block = malloc(block_size);
	int error = 0;

	if (!block)
		abort();
	memset(block, block_operation(request) == BLOCK_DISCARD ? 0xff : 0, block_size);
	for (uint64_t lba = request->lba; lba < request->lba + request->count && !error; lba++)
		if (disk->memory)
			memcpy(disk->memory + lba * block_size, block, block_size);
		else if (pwrite(disk->fd, block, block_size, (off_t)(lba * block_size)) < 0)
			error = -errno;
	free(block);
	return error;
}

static int perform(struct disk *disk, struct block_request *request)
{
	uint64_t end = request->lba + request->count;
	bool bad = request->lba <= disk->bad_last && disk->bad_first < end;

	switch (block_operation(request)) {
	case BLOCK_FLUSH:
		disk->counts.flushes++;
		return 0;
	case BLOCK_READ:
		disk->counts.reads++;
		disk->counts.blocks_read += request->count;
		bad = bad && disk->bad_read;
		break;
	case BLOCK_WRITE:
		disk->counts.writes++;
		disk->counts.forced += request->operation & BLOCK_FUA ? 1 : 0;
		disk->counts.blocks_written += request->count;
		bad = bad && disk->bad_write;
		break;
	case BLOCK_DISCARD:
	case BLOCK_WRITE_ZEROES:
		disk->counts.clears++;
		disk->counts.blocks_cleared += request->count;
		bad = bad && disk->bad_write;
		break;
	case BLOCK_VERIFY:
		bad = bad && disk->bad_read;
		break;
	default: /* it has no zones */
		return -EOPNOTSUPP;
	}
	if (bad) {
		request->error_lba =
			request->lba > disk->bad_first ? request->lba : disk->bad_first;
		return -EIO;
	}
	if (block_operation(request) == BLOCK_DISCARD ||
	    block_operation(request) == BLOCK_WRITE_ZEROES)
		return clear(disk, request);
	return move(disk, request);
}

static void disk_submit(struct block_device *device, struct block_request *request)
{
	struct disk *disk = device->driver_data;

	request->next = NULL;
	*disk->last = request;
	disk->last = &request->next;
}

static unsigned disk_poll(struct block_device *device)
{
	struct disk *disk = device->driver_data;
	struct block_request *request = disk->first;

	if (!request || disk->stalled)
		return 0;
	disk->first = request->next;
	if (!disk->first)
		disk->last = &disk->first;
	block_complete(request, perform(disk, request));
	return 1;
}

static void disk_cancel(struct block_device *device, struct block_request *request)
{
	struct disk *disk = device->driver_data;
	struct block_request **link = &disk->first;

	if (!disk->abortable)
		return;
	while (*link != request)
		link = &(*link)->next;
	*link = request->next;
	if (disk->last == &request->next)
		disk->last = link;
	block_complete(request, -EINTR);
}

static const struct block_operations disk_operations = {
	.submit = disk_submit,
	.submit_usual = disk_submit,
	.poll = disk_poll,
	.cancel = disk_cancel,
};

static struct disk *add(uint32_t block_size, uint64_t count, bool read_only)
{
	static unsigned next;
	struct disk *disk = calloc(1, sizeof(*disk));

	if (!disk)
		abort();
	snprintf(disk->device.name, sizeof(disk->device.name), "my_nvme%un1", next++);
	disk->device.block_size = block_size;
	disk->device.block_count = count;
	disk->device.transfer_max = 512 << 10;
	disk->device.read_only = read_only;
	disk->device.model = "Host disk";
	disk->device.limits = (struct block_limits){
		.physical_size = block_size,
		.io_min = block_size,
		.discard_granularity = block_size,
		.discard_max = 1 << 30,
		.write_zeroes_max = 1 << 30,
		.fua = true,
	};
	disk->device.operations = &disk_operations;
	disk->device.driver_data = disk;
	disk->fd = -1;
	disk->last = &disk->first;
	if (block_register(&disk->device))
		abort();
	return disk;
}

void host_disk_set_bad(struct block_device *device, uint64_t first, uint64_t last, bool read,
		       bool write)
{
	struct disk *disk = device->driver_data;

	disk->bad_first = first;
	disk->bad_last = last;
	disk->bad_read = read;
	disk->bad_write = write;
}

void host_disk_stall(struct block_device *device, bool stalled, bool abortable)
{
	struct disk *disk = device->driver_data;

	disk->stalled = stalled;
	disk->abortable = abortable;
}

void host_disk_offer_nothing(struct block_device *device)
{
	device->limits.discard_max = device->limits.write_zeroes_max = 0;
	device->limits.fua = false;
}

struct block_device *host_disk_memory(uint32_t block_size, uint64_t count)
{
	struct disk *disk = add(block_size, count, false);

	disk->memory = calloc(count, block_size);
	if (!disk->memory)
		abort();
	return &disk->device;
}

int host_disk_add(const char *specification, struct block_device **device)
{
	unsigned long long first = 1, last = 0;
	bool bad_read = false, bad_write = false, read_only = false, plain = false;
	uint32_t block_size = 512;
	struct disk *disk;
	struct stat stat;
	char *text = strdup(specification), *option, *path;
	int fd;

	if (!text)
		return -ENOMEM;
	path = strtok(text, ":");
	while (path && (option = strtok(NULL, ":"))) {
		if (strcmp(option, "ro") == 0) {
			read_only = true;
		} else if (strcmp(option, "plain") == 0) {
			plain = true;
		} else if (strncmp(option, "bad", 3) == 0 &&
			   sscanf(strchr(option, '=') ? strchr(option, '=') : "", "=%llu-%llu",
				  &first, &last) == 2) {
			bad_read = strncmp(option, "badwrite", 8) != 0;
			bad_write = strncmp(option, "badread", 7) != 0;
		} else if (atoi(option) >= 512 && !(atoi(option) & (atoi(option) - 1))) {
			block_size = (uint32_t)atoi(option);
		} else {
			free(text);
			return -EINVAL;
		}
	}
	fd = path ? open(path, read_only ? O_RDONLY : O_RDWR) : -1;
	free(text);
	if (fd < 0 || fstat(fd, &stat))
		return fd < 0 ? -ENOENT : -EIO;
	disk = add(block_size, (uint64_t)stat.st_size / block_size, read_only);
	disk->fd = fd;
	if (plain)
		host_disk_offer_nothing(&disk->device);
	host_disk_set_bad(&disk->device, first, last, bad_read, bad_write);
	if (device)
		*device = &disk->device;
	return 0;
}

void host_disk_remove(struct block_device *device)
{
	struct disk *disk = device->driver_data;

	device->gone = true;
	block_unregister(device);
	if (disk->fd >= 0)
		close(disk->fd);
	free(disk->memory);
	free(disk);
}

void host_disk_counts(const struct block_device *device, struct host_disk_counts *counts)
{
	*counts = ((const struct disk *)device->driver_data)->counts;
}

char *host_disk_data(struct block_device *device)
{
	return ((struct disk *)device->driver_data)->memory;
}
