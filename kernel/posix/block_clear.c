/* Discards and zeroes: what the buffer has of the blocks goes first. */
#include "kernel/memory.h"
#include "kernel/posix/block_buffer.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Writes zeroes where the device has no command for that. */
static int write_zeroes(struct block_buffer *buffer, uint64_t lba, uint64_t count)
{
	struct block_segment segment = {pages_alloc(buffer->chunk_size / PAGE_SIZE), 0};
	unsigned blocks = buffer->chunk_blocks;
	int error = 0;

	if (!segment.address)
		return -ENOMEM;
	memset(segment.address, 0, buffer->chunk_size);
	for (; count && !error; lba += blocks, count -= blocks) {
		if (blocks > count)
			blocks = (unsigned)count;
		segment.size = (size_t)blocks * buffer->device->block_size;
		buffer_forget(buffer, lba, blocks);
		error = transfer_once(buffer, TRANSFER_CALLER, BLOCK_WRITE, lba, &segment, 1);
	}
	pages_free(segment.address, buffer->chunk_size / PAGE_SIZE);
	return error;
}

int buffer_clear(struct block_buffer *buffer, enum block_operation operation, uint64_t lba,
		 uint64_t count)
{
	const struct block_device *device = buffer->device;
	int error;

	/* What is refused leaves the buffer as it was. */
	if (block_read_only(device))
		return -EROFS;
	if (operation == BLOCK_DISCARD && !device->limits.discard_max)
		return -EOPNOTSUPP;
	error = transfer_settle(buffer);
	if (error)
		return error;
	if (operation == BLOCK_WRITE_ZEROES && !device->limits.write_zeroes_max)
		return write_zeroes(buffer, lba, count);
	buffer_forget(buffer, lba, count);
	return transfer_range(buffer, operation, lba, count);
}
