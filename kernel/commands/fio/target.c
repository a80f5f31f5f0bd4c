/* Commands on block devices and on files in RAM. */
#include "kernel/commands/fio/target.h"

#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

static void device_submit(struct fio_target *target, struct fio_unit *unit)
{
	struct block_request *request = &unit->request;
	unsigned shift = (unsigned)__builtin_ctz(target->block_size);

	request->lba = unit->offset >> shift;
	request->count = unit->size >> shift;
	unit->segment.size = unit->size;
	request->segment_count = request->operation <= BLOCK_WRITE; /* no other has data */
	block_submit(target->device, request);
}

static void device_plug(struct fio_target *target, bool plugged)
{
	if (plugged)
		block_plug(target->device);
	else
		block_unplug(target->device);
}

static unsigned device_reap(struct fio_target *target)
{
	return block_poll(target->device);
}

static void device_stop(struct fio_target *target, struct fio_unit *unit)
{
	(void)target;
	block_cancel(&unit->request);
}

static void file_submit(struct fio_target *target, struct fio_unit *unit)
{
	struct block_request *request = &unit->request;
	long count;

	if (request->operation == BLOCK_READ)
		count = file_pread(target->file, unit->buffer, unit->size, unit->offset);
	else if (request->operation == BLOCK_WRITE)
		count = file_pwrite(target->file, unit->buffer, unit->size, unit->offset);
	else if (request->operation == BLOCK_FLUSH)
		count = (long)unit->size;
	else
		count = -EOPNOTSUPP;
	block_complete(request, count < 0 ? (int)count : (uint64_t)count == unit->size ? 0 : -EIO);
}

static void file_plug(struct fio_target *target, bool plugged)
{
	(void)target;
	(void)plugged;
}

static unsigned file_reap(struct fio_target *target)
{
	(void)target;
	return 0;
}

static void file_stop(struct fio_target *target, struct fio_unit *unit)
{
	(void)target;
	(void)unit;
}

/* The device, as another job has it open already: a process has few descriptors. NULL: none has. */
static struct file *find_open(const char *path, bool writes)
{
	for (int fd = 3; fd < PROCESS_FILES_MAX; fd++) {
		struct file *file = process_file(fd);
		struct block_device *device = file ? file_block_device(file) : NULL;

		if (device && !strncmp(path, "/dev/", 5) && !strcmp(path + 5, device->name) &&
		    (!writes || (file_get_flags(file) & O_ACCMODE) == O_RDWR))
			return file;
	}
	return NULL;
}

/* 0, or a negative errno. */
static int open_file(struct fio_target *target, const char *path, bool writes)
{
	bool device_path = !strncmp(path, "/dev/", 5);
	int fd;

	target->file = find_open(path, writes);
	if (target->file)
		return 0;
	fd = process_open(path, writes ? O_RDWR | (device_path ? 0 : O_CREAT) : O_RDONLY, 0644);
	target->file = process_file(fd);
	return fd < 0 ? fd : 0;
}

int fio_target_open(struct fio_target *target, const char *path, bool writes, uint64_t size)
{
	int error = open_file(target, path, writes);
	struct file_stat stat;

	if (error) {
		complain("open(%s): %s", path, error_text(-error));
		return error;
	}
	target->name = path;
	target->device = file_block_device(target->file);
	if (target->device) {
		target->submit = device_submit;
		target->plug = device_plug;
		target->reap = device_reap;
		target->stop = device_stop;
		target->collects = target->device->operations->plug;
		target->block_size = target->device->block_size;
		target->size = target->device->block_count * target->block_size;
		return 0;
	}
	target->submit = file_submit;
	target->plug = file_plug;
	target->reap = file_reap;
	target->stop = file_stop;
	target->block_size = 1;
	error = file_stat(target->file, &stat);
	if (!error && stat.type != FILE_REGULAR)
		error = -EINVAL;
	if (!error && writes && size > stat.size)
		error = file_truncate(target->file, stat.size = size);
	if (error) {
		complain("%s: %s", path, error_text(-error));
		return error;
	}
	target->size = stat.size;
	return 0;
}
