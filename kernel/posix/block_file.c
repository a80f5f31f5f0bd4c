/* Files on block devices: /dev/my_nvme0n1 and its like. */
#include "drivers/block/block.h"
#include "kernel/posix/block_buffer.h"
#include "kernel/posix/inode.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Aligned spans from this size on go straight between the device and the caller's memory. */
#define STRAIGHT_MIN CHUNK_SIZE

#define READ_AHEAD_MIN (128u << 10)
#define READ_AHEAD_MAX (512u << 10)
/* What a read in no order fetches besides. */
#define READ_AROUND 4096u

struct block_file {
	struct block_device *device; /* NULL once it was removed */
	unsigned opens;
	unsigned busy; /* operations that work with the device and the buffer */
	bool leaving;  /* removed meanwhile: it is when they have ended */
	struct block_buffer buffer;
};

static void forget(struct block_file *block)
{
	struct block_device *device = block->device;

	buffer_abandon(&block->buffer);
	buffer_free(&block->buffer);
	block->device = NULL;
	block->leaving = false;
	if (device->file_data == block) {
		device->file_data = NULL;
		device->file_removed = NULL;
	}
}

/* The driver takes the device away: what is open fails from now on. It may do so while a request is
 * waited for, and then the waiting one still needs what it works with. */
static void removed(struct block_device *device)
{
	struct block_file *block = device->file_data;

	if (block->busy || block->buffer.transfers.left)
		block->leaving = true;
	else
		forget(block);
}

static void begin(struct block_file *block)
{
	block->busy++;
}

static long end(struct block_file *block, long result)
{
	if (--block->busy == 0 && block->leaving && !block->buffer.transfers.left)
		forget(block);
	return result;
}

/* All that was left behind has ended: what waited for that follows. */
static void settled(struct block_buffer *buffer)
{
	struct block_file *block =
		(struct block_file *)((char *)buffer - offsetof(struct block_file, buffer));

	if (block->busy)
		return;
	if (block->leaving)
		forget(block);
	else if (!block->opens)
		buffer_free(buffer);
}

struct block_file *block_file_create(struct block_device *device)
{
	struct block_file *block = kzalloc(sizeof(*block));

	if (!block)
		return NULL;
	block->device = device;
	if (buffer_init(&block->buffer, device, settled)) {
		kfree(block);
		return NULL;
	}
	device->file_data = block;
	device->file_removed = removed;
	return block;
}

void block_file_destroy(struct block_file *block)
{
	if (block->device)
		forget(block);
	transfers_free(&block->buffer.transfers);
	kfree(block);
}

struct block_device *block_file_device(struct block_file *block)
{
	return block->leaving ? NULL : block->device;
}

static uint64_t capacity(const struct block_device *device)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(device->block_count, (uint64_t)device->block_size, &bytes) ||
	    bytes > INT64_MAX)
		return INT64_MAX / device->block_size * device->block_size;
	return bytes;
}

static uint64_t block_file_size(struct inode *inode)
{
	return inode->block->device ? capacity(inode->block->device) : 0;
}

static int block_file_open(struct file *file)
{
	struct block_file *block = file->inode->block;

	if (!block->device)
		return -ENXIO;
	if (block_read_only(block->device) && (file->flags & O_ACCMODE) != O_RDONLY)
		return -EROFS;
	block->opens++;
	file->errors_seen = block->buffer.error_count;
	return 0;
}

/* A write-back error is told once to each open file. */
static int unseen_error(struct file *file)
{
	struct block_buffer *buffer = &file->inode->block->buffer;

	if (file->errors_seen == buffer->error_count)
		return 0;
	file->errors_seen = buffer->error_count;
	return buffer->error;
}

static int block_file_close(struct file *file)
{
	struct block_file *block = file->inode->block;

	if (--block->opens)
		return 0;
	if (block->device) {
		begin(block);
		buffer_write_back(&block->buffer);
		if (!block->buffer.transfers.left)
			buffer_free(&block->buffer);
		end(block, 0);
	}
	return unseen_error(file);
}

static int write_back(struct block_file *block)
{
	int error = transfer_settle(&block->buffer);

	return error ? error : buffer_write_back(&block->buffer);
}

int block_file_refresh(struct block_file *block)
{
	int error;

	if (!block->device)
		return -ENODEV;
	begin(block);
	error = write_back(block);
	if (error != -EINTR)
		buffer_forget(&block->buffer, 0, block->device->block_count);
	return (int)end(block, error);
}

int block_file_sync(struct block_file *block)
{
	int error, flush_error;

	if (!block->device)
		return -ENODEV;
	begin(block);
	error = write_back(block);
	if (error == -EINTR)
		return (int)end(block, error);
	flush_error = transfer_range(&block->buffer, BLOCK_FLUSH, 0, 0);
	return (int)end(block, error ? error : flush_error);
}

static int block_file_fsync(struct file *file)
{
	int error = block_file_sync(file->inode->block);
	int earlier = unseen_error(file);

	return error ? error : earlier;
}

/* One request over the caller's memory. */
static int transfer(struct block_file *block, unsigned operation, void *memory, size_t size,
		    uint64_t offset)
{
	const struct block_segment segment = {memory, size};
	uint64_t lba = offset / block->device->block_size;
	uint64_t count = size / block->device->block_size;
	int error = transfer_settle(&block->buffer);

	if (error)
		return error;
	if (operation != BLOCK_READ)
		buffer_forget(&block->buffer, lba, count);
	else if (buffer_before_read(&block->buffer, lba, count) == -EINTR)
		return -EINTR;
	return transfer_once(&block->buffer, TRANSFER_CALLER, operation, lba, &segment, 1);
}

/* Straight between the device and the caller's memory. Where that fails, once more in pieces and at
 * last in blocks: all up to the bad block counts. */
static long straight(struct block_file *block, unsigned operation, void *memory, size_t size,
		     uint64_t offset)
{
	size_t block_size = block->device->block_size, done = 0;
	size_t piece = block_size > CHUNK_SIZE ? block_size : CHUNK_SIZE;
	int error = transfer(block, operation, memory, size, offset);

	if (!error)
		return (long)size;
	while (buffer_may_repeat(error) && done < size) {
		size_t count = size - done < piece ? size - done : piece;

		if (count == size && count == block_size)
			break;
		error = transfer(block, operation, (char *)memory + done, count, offset + done);
		if (!error)
			done += count;
		else if (count <= block_size)
			break;
		else
			piece = block_size;
	}
	return done ? (long)done : error;
}

static bool is_straight(const struct block_device *device, size_t size, uint64_t offset)
{
	return offset % device->block_size == 0 && size >= STRAIGHT_MIN &&
	       size >= device->block_size;
}

/* How many blocks to fetch besides the first that is missing, for a reader who still wants size
 * bytes. */
static uint64_t blocks_ahead(struct file *file, bool sequential, size_t size)
{
	unsigned block_size = file->inode->block->device->block_size;

	if (!sequential) {
		file->read_ahead = 0;
		if (size < READ_AROUND)
			size = READ_AROUND;
		return (size - 1) / block_size;
	}
	file->read_ahead = file->read_ahead ? file->read_ahead * 2 : READ_AHEAD_MIN;
	if (file->read_ahead > READ_AHEAD_MAX)
		file->read_ahead = READ_AHEAD_MAX;
	return (file->read_ahead - 1) / block_size;
}

/* Copies from the buffer what lies in one chunk, up to the first block that cannot be read. */
static long read_piece(struct file *file, char *to, size_t size, uint64_t offset, bool sequential)
{
	struct block_buffer *buffer = &file->inode->block->buffer;
	size_t block_size = buffer->device->block_size;
	size_t within = offset % buffer->chunk_size;
	uint64_t chunk_lba = (offset - within) / block_size;
	struct chunk *chunk;
	int left = transfer_settle(buffer);

	if (left)
		return left;
	if (size > buffer->chunk_size - within)
		size = buffer->chunk_size - within;
	chunk = buffer_chunk(buffer, chunk_lba);
	if (!chunk)
		return buffer_no_chunk(buffer);
	for (unsigned block = within / block_size; block * block_size < within + size; block++) {
		uint64_t ahead;
		int error;

		if (chunk->blocks[block])
			continue;
		ahead = blocks_ahead(file, sequential, within + size - block * block_size);
		error = buffer_fetch(buffer, chunk_lba + block, ahead);
		if (error > 0) /* a bad block ahead: up to it in small steps that grow again */
			file->read_ahead = block_size / 2;
		if (error >= 0)
			continue;
		if (block * block_size <= within)
			return error;
		size = block * block_size - within;
		break;
	}
	memcpy(to, chunk->data + within, size);
	return (long)size;
}

static bool is_aligned(const struct block_device *device, size_t size, uint64_t offset)
{
	return offset % device->block_size == 0 && size % device->block_size == 0;
}

static long read_at(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	struct block_device *device = file->inode->block->device;
	uint64_t limit = capacity(device);
	bool sequential = offset == file->next_read;
	size_t done = 0;
	long count = 0;

	if (!size || offset >= limit)
		return 0;
	if (size > limit - offset)
		size = limit - offset;
	/* What is cut off at the end of the device does not count. */
	if ((file->flags & O_DIRECT) && !is_aligned(device, size, offset))
		return -EINVAL;
	if (file->flags & O_DIRECT)
		return straight(file->inode->block, BLOCK_READ, buffer, size, offset);
	while (done < size) {
		size_t left = size - done;

		if (is_straight(device, left, offset + done)) {
			left -= left % device->block_size;
			count = straight(file->inode->block, BLOCK_READ, (char *)buffer + done,
					 left, offset + done);
		} else {
			count = read_piece(file, (char *)buffer + done, left, offset + done,
					   sequential);
		}
		if (count < 0)
			break;
		done += count;
	}
	file->next_read = offset + done;
	return done ? (long)done : count;
}

static long block_file_read(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	struct block_file *block = file->inode->block;

	if (!block->device)
		return -ENODEV;
	begin(block);
	return end(block, read_at(file, buffer, size, offset));
}

/* Puts into the buffer what lies in one chunk. */
static long write_piece(struct file *file, const char *from, size_t size, uint64_t offset,
			bool sequential)
{
	struct block_buffer *buffer = &file->inode->block->buffer;
	unsigned block_size = buffer->device->block_size;
	size_t within = offset % buffer->chunk_size;
	unsigned first = within / block_size, last;
	uint64_t chunk_lba = offset / block_size - first;
	struct chunk *chunk;
	int left = transfer_settle(buffer);

	if (left)
		return left;
	if (size > buffer->chunk_size - within)
		size = buffer->chunk_size - within;
	last = (within + size - 1) / block_size;
	chunk = buffer_chunk(buffer, chunk_lba);
	if (!chunk)
		return buffer_no_chunk(buffer);
	/* Blocks that are written in part are read before, a small writer's next ones as well. */
	for (unsigned block = first; block <= last; block += last > first ? last - first : 1) {
		bool whole = within <= block * (size_t)block_size &&
			     within + size >= (block + 1) * (size_t)block_size;
		unsigned ahead = sequential ? buffer->chunk_blocks : READ_AROUND / block_size;
		int error;

		if (whole || chunk->blocks[block])
			continue;
		if (size >= block_size)
			ahead = 0;
		if (ahead > buffer->chunk_blocks - 1 - block)
			ahead = buffer->chunk_blocks - 1 - block;
		error = buffer_fetch(buffer, chunk_lba + block, ahead);
		if (error < 0)
			return error;
	}
	memcpy(chunk->data + within, from, size);
	buffer_mark_dirty(buffer, chunk, first, last - first + 1);
	if (buffer->dirty_chunks > buffer->chunk_count / 2)
		buffer_write_back(buffer);
	return (long)size;
}

/* Whether a write can be on stable media when it is complete, instead of by a Flush behind it.
 * O_SYNC asks for the Flush, which covers what was written before as well. */
static bool is_forced(const struct file *file, size_t size, uint64_t offset)
{
	const struct block_device *device = file->inode->block->device;

	return (file->flags & O_SYNC) == O_DSYNC && device->limits.fua &&
	       is_aligned(device, size, offset);
}

/* To a zoned device: whole blocks, each part as it comes and no further than its zone reaches. It
 * does not stay in the buffer, so that a write which the zone does not take fails itself, and not
 * another one later; and no block is written in part, for its rest cannot be written again. */
static long write_zones(struct block_file *block, unsigned operation, const void *buffer,
			size_t size, uint64_t offset)
{
	struct block_device *device = block->device;
	uint64_t zone_size = device->zones.size * device->block_size;
	size_t done = 0;
	int error = 0;

	if (!is_aligned(device, size, offset))
		return -EINVAL;
	while (done < size && !error) {
		uint64_t left = zone_size - (offset + done) % zone_size;
		size_t count = size - done < left ? size - done : (size_t)left;

		error = transfer(block, operation, (char *)buffer + done, count, offset + done);
		if (!error)
			done += count;
	}
	return done ? (long)done : error;
}

static long write_at(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	unsigned operation = is_forced(file, size, offset) ? BLOCK_WRITE | BLOCK_FUA : BLOCK_WRITE;
	struct block_device *device = file->inode->block->device;
	bool sequential = offset == file->next_read;
	uint64_t limit = capacity(device);
	size_t done = 0;
	long count = 0;

	if (!size)
		return 0;
	if (offset >= limit)
		return -ENOSPC;
	if (size > limit - offset)
		size = limit - offset;
	if ((file->flags & O_DIRECT) && !is_aligned(device, size, offset))
		return -EINVAL;
	if (block_is_zoned(device))
		return write_zones(file->inode->block, operation, buffer, size, offset);
	if (file->flags & O_DIRECT || operation & BLOCK_FUA)
		return straight(file->inode->block, operation, (void *)buffer, size, offset);
	while (done < size) {
		const char *from = (const char *)buffer + done;
		size_t left = size - done;

		if (is_straight(device, left, offset + done)) {
			left -= left % device->block_size;
			count = straight(file->inode->block, BLOCK_WRITE, (void *)from, left,
					 offset + done);
		} else {
			count = write_piece(file, from, left, offset + done, sequential);
		}
		if (count < 0)
			break;
		done += count;
	}
	file->next_read = offset + done;
	return done ? (long)done : count;
}

static long block_file_write(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	struct block_file *block = file->inode->block;
	bool durable;
	long count;
	int error;

	if (!block->device)
		return -ENODEV;
	begin(block);
	durable = is_forced(file, size, offset) && !block->device->limits.fua_ignored;
	count = end(block, write_at(file, buffer, size, offset));
	if (count <= 0 || !(file->flags & O_DSYNC))
		return count;
	error = durable ? unseen_error(file) : block_file_fsync(file);
	return error ? error : count;
}

int block_file_clear(struct block_file *block, enum block_operation operation, uint64_t offset,
		     uint64_t size)
{
	struct block_device *device = block->device;
	uint64_t limit;

	if (!device)
		return -ENODEV;
	limit = capacity(device);
	if (!is_aligned(device, size, offset) || offset > limit || size > limit - offset)
		return -EINVAL;
	begin(block);
	return (int)end(block, buffer_clear(&block->buffer, operation, offset / device->block_size,
					    size / device->block_size));
}

const struct file_operations block_file_operations = {
	.open = block_file_open,
	.close = block_file_close,
	.read = block_file_read,
	.write = block_file_write,
	.size = block_file_size,
	.sync = block_file_fsync,
};
