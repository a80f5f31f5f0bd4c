/* The buffer of a block device: a few chunks of 64 KiB, the least recently used one given up for a
 * new one. Waiting for the device does not let other threads run, so nothing here changes while a
 * request is waited for; and nothing is done here while one is left behind (transfer_settle()). */
#include "kernel/posix/block_buffer.h"

#include "kernel/log.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SEGMENTS_MAX 16

int buffer_init(struct block_buffer *buffer, struct block_device *device,
		void (*settled)(struct block_buffer *buffer))
{
	buffer->device = device;
	buffer->chunk_size = device->block_size > CHUNK_SIZE ? device->block_size : CHUNK_SIZE;
	buffer->chunk_blocks = buffer->chunk_size / device->block_size;
	buffer->chunk_count = CHUNKS_SIZE_MAX / buffer->chunk_size;
	if (buffer->chunk_count > CHUNKS_MAX)
		buffer->chunk_count = CHUNKS_MAX;
	if (buffer->chunk_count < CHUNKS_MIN)
		buffer->chunk_count = CHUNKS_MIN;
	buffer->transfers.settled = settled;
	return transfers_init(&buffer->transfers);
}

void buffer_free(struct block_buffer *buffer)
{
	for (unsigned i = 0; i < CHUNKS_MAX; i++) {
		struct chunk *chunk = &buffer->chunks[i];

		if (chunk->data)
			pages_free(chunk->data, buffer->chunk_size / PAGE_SIZE);
		memset(chunk, 0, sizeof(*chunk));
	}
	buffer->dirty_chunks = 0;
}

static struct chunk *find(struct block_buffer *buffer, uint64_t index)
{
	for (unsigned i = 0; i < CHUNKS_MAX; i++) {
		struct chunk *chunk = &buffer->chunks[i];

		if (chunk->data && chunk->index == index)
			return chunk;
	}
	return NULL;
}

static void set_clean(struct block_buffer *buffer, struct chunk *chunk)
{
	if (chunk->dirty)
		buffer->dirty_chunks--;
	chunk->dirty = 0;
}

/* A chunk for index without content: a new one, or the one that was not used for the longest time
 * and before the given moment. */
static struct chunk *take(struct block_buffer *buffer, uint64_t index, uint64_t before)
{
	struct chunk *oldest = NULL;

	for (unsigned i = 0; i < buffer->chunk_count; i++) {
		struct chunk *chunk = &buffer->chunks[i];

		if (!chunk->data) {
			chunk->data = pages_alloc(buffer->chunk_size / PAGE_SIZE);
			if (chunk->data) {
				oldest = chunk;
				break;
			}
			continue;
		}
		if (!chunk->dirty && chunk->used < before &&
		    (!oldest || chunk->used < oldest->used))
			oldest = chunk;
	}
	if (!oldest)
		return NULL;
	oldest->index = index;
	oldest->used = ++buffer->clock;
	memset(oldest->blocks, 0, sizeof(oldest->blocks));
	return oldest;
}

struct chunk *buffer_chunk(struct block_buffer *buffer, uint64_t lba)
{
	uint64_t index = lba / buffer->chunk_blocks;
	struct chunk *chunk = find(buffer, index);

	if (chunk) {
		chunk->used = ++buffer->clock;
		return chunk;
	}
	chunk = take(buffer, index, UINT64_MAX);
	if (!chunk) {
		/* All there is is dirty. */
		buffer_write_back(buffer);
		if (!buffer->transfers.blocking)
			chunk = take(buffer, index, UINT64_MAX);
	}
	return chunk;
}

int buffer_no_chunk(const struct block_buffer *buffer)
{
	return buffer->transfers.blocking ? -EINTR : -ENOMEM;
}

bool buffer_may_repeat(int error)
{
	return error != -ENODEV && error != -ETIMEDOUT && error != -EROFS && error != -ENOMEM &&
	       error != -EINTR;
}

/* Reads the run of missing blocks that starts at lba, at most count, in one request. *done tells
 * how many. */
static int fetch_run(struct block_buffer *buffer, uint64_t lba, uint64_t count, uint64_t *done)
{
	struct block_segment segments[SEGMENTS_MAX];
	unsigned block_size = buffer->device->block_size;
	uint64_t started = buffer->clock, at = lba, end = lba + count;
	unsigned used = 0;
	int error;

	while (at < end && used < SEGMENTS_MAX) {
		unsigned first = at % buffer->chunk_blocks, last = first;
		struct chunk *chunk = find(buffer, at / buffer->chunk_blocks);

		if (!chunk) {
			/* The first one is needed, the others are only welcome. */
			chunk = used ? take(buffer, at / buffer->chunk_blocks, started)
				     : buffer_chunk(buffer, at);
			if (!chunk)
				break;
		}
		while (last < buffer->chunk_blocks && at < end && !chunk->blocks[last])
			last++, at++;
		if (last == first)
			break;
		chunk->used = ++buffer->clock;
		segments[used].address = chunk->data + (size_t)first * block_size;
		segments[used].size = (size_t)(last - first) * block_size;
		used++;
		if (last < buffer->chunk_blocks)
			break;
	}
	if (!used)
		return buffer_no_chunk(buffer);
	*done = at - lba;
	error = transfer_once(buffer, TRANSFER_FETCH, BLOCK_READ, lba, segments, used);
	if (error)
		return error;
	for (at = lba; at < lba + *done;) {
		struct chunk *chunk = find(buffer, at / buffer->chunk_blocks);
		unsigned first = at % buffer->chunk_blocks;
		uint64_t left = lba + *done - at;
		unsigned run = buffer->chunk_blocks - first;

		if (run > left)
			run = (unsigned)left;
		memset(&chunk->blocks[first], BLOCK_VALID, run);
		at += run;
	}
	return 0;
}

int buffer_fetch(struct block_buffer *buffer, uint64_t lba, uint64_t ahead)
{
	uint64_t left = buffer->device->block_count - lba, done;
	uint64_t count = ahead < left ? ahead + 1 : left;
	int error = fetch_run(buffer, lba, count, &done);

	/* A block behind may be the bad one. */
	if (!error || !buffer_may_repeat(error) || done == 1)
		return error;
	error = fetch_run(buffer, lba, 1, &done);
	return error ? error : 1;
}

void buffer_mark_dirty(struct block_buffer *buffer, struct chunk *chunk, unsigned first,
		       unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		if (chunk->blocks[i] & BLOCK_DIRTY)
			continue;
		chunk->blocks[i] = BLOCK_VALID | BLOCK_DIRTY;
		if (!chunk->dirty++)
			buffer->dirty_chunks++;
	}
}

/* Write-behind */

void buffer_lost(struct block_buffer *buffer, uint64_t lba, uint64_t count, int error)
{
	log_error("%s: write-back of LBA %llu+%llu failed, data is lost: %s", buffer->device->name,
		  (unsigned long long)lba, (unsigned long long)count, error_text(-error));
	buffer->error = error;
	buffer->error_count++;
}

/* After a request failed: each block alone, so that the good ones get through. */
static int write_singly(struct block_buffer *buffer, uint64_t lba, uint64_t count)
{
	unsigned block_size = buffer->device->block_size;
	uint64_t failed = 0;
	int first_error = 0;

	for (uint64_t at = lba; at < lba + count; at++) {
		struct chunk *chunk = find(buffer, at / buffer->chunk_blocks);
		const struct block_segment segment = {
			chunk->data + at % buffer->chunk_blocks * block_size, block_size};
		int error =
			transfer_once(buffer, TRANSFER_WRITE_BEHIND, BLOCK_WRITE, at, &segment, 1);

		if (error == -EINTR) /* goes on by itself */
			error = 0;
		if (error) {
			failed++;
			if (!first_error)
				first_error = error;
		} else if (failed) {
			buffer_lost(buffer, at - failed, failed, first_error);
			failed = 0;
		}
		/* No use in going on. */
		if (error && !buffer_may_repeat(error)) {
			failed = lba + count - (at - failed + 1);
			buffer_lost(buffer, lba + count - failed, failed, error);
			return error;
		}
	}
	if (failed)
		buffer_lost(buffer, lba + count - failed, failed, first_error);
	return first_error;
}

/* Requests that are in flight together. */
struct batch {
	struct block_buffer *buffer;
	struct block_transfer *transfer; /* NULL: none yet */
	int error;
};

static void finish_batch(struct batch *batch)
{
	struct {
		uint64_t lba, count;
	} failed[TRANSFER_REQUESTS];
	struct block_transfer *transfer = batch->transfer;
	unsigned failed_count = 0;
	int error;

	if (!transfer)
		return;
	batch->transfer = NULL;
	error = transfer_run(transfer);
	if (error && !batch->error)
		batch->error = error;
	if (error)
		return;
	for (unsigned i = 0; i < transfer->request_count; i++)
		if (transfer->requests[i].error) {
			failed[failed_count].lba = transfer->requests[i].lba;
			failed[failed_count++].count = transfer->requests[i].count;
		}
	transfer_put(transfer);
	for (unsigned i = 0; i < failed_count; i++) {
		error = write_singly(batch->buffer, failed[i].lba, failed[i].count);
		if (error && !batch->error)
			batch->error = error;
	}
}

/* A run of dirty blocks in one chunk: joins the request before it where that ends there. */
static void add_run(struct batch *batch, struct chunk *chunk, unsigned first, unsigned count)
{
	struct block_buffer *buffer = batch->buffer;
	uint64_t lba = chunk->index * buffer->chunk_blocks + first;
	struct block_request *request = NULL;

	if (batch->transfer && batch->transfer->segment_count == TRANSFER_SEGMENTS)
		finish_batch(batch);
	if (batch->transfer)
		request = &batch->transfer->requests[batch->transfer->request_count - 1];
	if (!request || request->lba + request->count != lba) {
		if (batch->transfer && batch->transfer->request_count == TRANSFER_REQUESTS)
			finish_batch(batch);
		if (!batch->transfer)
			batch->transfer = transfer_take(buffer, TRANSFER_WRITE_BEHIND);
		transfer_add(batch->transfer, BLOCK_WRITE, lba);
	}
	transfer_add_segment(batch->transfer,
			     chunk->data + (size_t)first * buffer->device->block_size, count);
}

static unsigned sort_dirty(struct block_buffer *buffer, struct chunk **sorted)
{
	unsigned count = 0;

	for (unsigned i = 0; i < CHUNKS_MAX; i++) {
		struct chunk *chunk = &buffer->chunks[i];
		unsigned at = count;

		if (!chunk->data || !chunk->dirty)
			continue;
		for (; at > 0 && chunk->index < sorted[at - 1]->index; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = chunk;
		count++;
	}
	return count;
}

int buffer_write_back(struct block_buffer *buffer)
{
	struct chunk *dirty[CHUNKS_MAX];
	struct batch batch = {.buffer = buffer};
	unsigned count = sort_dirty(buffer, dirty);

	for (unsigned i = 0; i < count; i++) {
		struct chunk *chunk = dirty[i];

		for (unsigned first = 0; first < buffer->chunk_blocks;) {
			unsigned end = first;

			while (end < buffer->chunk_blocks && chunk->blocks[end] & BLOCK_DIRTY)
				chunk->blocks[end++] = BLOCK_VALID;
			if (end > first)
				add_run(&batch, chunk, first, end - first);
			first = end + 1;
		}
		set_clean(buffer, chunk);
	}
	finish_batch(&batch);
	return batch.error;
}

void buffer_abandon(struct block_buffer *buffer)
{
	if (!buffer->dirty_chunks)
		return;
	log_error("%s: removed before all was written, data is lost", buffer->device->name);
	buffer->error = -ENODEV;
	buffer->error_count++;
}

/* Around the buffer */

int buffer_before_read(struct block_buffer *buffer, uint64_t lba, uint64_t count)
{
	for (unsigned i = 0; buffer->dirty_chunks && i < CHUNKS_MAX; i++) {
		struct chunk *chunk = &buffer->chunks[i];
		uint64_t first = chunk->index * buffer->chunk_blocks;

		if (chunk->data && chunk->dirty && first < lba + count &&
		    lba < first + buffer->chunk_blocks)
			return buffer_write_back(buffer);
	}
	return 0;
}

void buffer_forget(struct block_buffer *buffer, uint64_t lba, uint64_t count)
{
	for (unsigned i = 0; i < CHUNKS_MAX; i++) {
		struct chunk *chunk = &buffer->chunks[i];
		uint64_t first = chunk->index * buffer->chunk_blocks;

		if (!chunk->data || first >= lba + count || lba >= first + buffer->chunk_blocks)
			continue;
		for (unsigned block = 0; block < buffer->chunk_blocks; block++) {
			if (first + block < lba || first + block >= lba + count)
				continue;
			if (chunk->blocks[block] & BLOCK_DIRTY && !--chunk->dirty)
				buffer->dirty_chunks--;
			chunk->blocks[block] = 0;
		}
	}
}
