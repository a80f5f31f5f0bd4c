/* Requests of the files on a block device, also those that nobody waits for any more. */
#include "kernel/posix/block_transfer.h"

#include "kernel/console.h"
#include "kernel/posix/block_buffer.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

#define PATIENCE_NS (250ull * NS_PER_MS) /* for what was interrupted to end after all */

static uint64_t patience_until_ns;

static bool patience_over(void)
{
	return time_ns() >= patience_until_ns;
}

/* One turn of waiting for anything that was left behind. Not for a request of it: that is freed
 * when it ends. */
static void turn(struct block_device *device)
{
	if (!block_poll(device))
		block_rest(device);
}

int transfers_init(struct block_transfers *transfers)
{
	transfers->spare = kzalloc(sizeof(*transfers->spare));
	return transfers->spare ? 0 : -ENOMEM;
}

void transfers_free(struct block_transfers *transfers)
{
	kfree(transfers->spare);
	transfers->spare = NULL;
	for (struct block_transfer *left = transfers->left; left; left = left->next)
		left->buffer = NULL;
	transfers->left = NULL;
}

struct block_transfer *transfer_take(struct block_buffer *buffer, enum transfer_kind kind)
{
	struct block_transfers *transfers = &buffer->transfers;
	struct block_transfer *transfer = transfers->spare;

	if (!transfer)
		transfer = kzalloc(sizeof(*transfer));
	/* No memory: then the spare one is left behind, and comes back. */
	while (!transfer) {
		turn(buffer->device);
		transfer = transfers->spare;
	}
	if (transfer == transfers->spare)
		transfers->spare = NULL;
	transfer->kind = kind;
	transfer->left = transfer->blocking = false;
	transfer->buffer = buffer;
	transfer->request_count = transfer->segment_count = 0;
	return transfer;
}

void transfer_put(struct block_transfer *transfer)
{
	struct block_transfers *transfers = transfer->buffer ? &transfer->buffer->transfers : NULL;

	if (transfers && !transfers->spare)
		transfers->spare = transfer;
	else
		kfree(transfer);
}

struct block_request *transfer_add(struct block_transfer *transfer, unsigned operation,
				   uint64_t lba)
{
	struct block_request *request = &transfer->requests[transfer->request_count++];

	memset(request, 0, sizeof(*request));
	request->operation = operation;
	request->lba = lba;
	request->segments = &transfer->segments[transfer->segment_count];
	return request;
}

void transfer_add_segment(struct block_transfer *transfer, void *address, unsigned blocks)
{
	struct block_request *request = &transfer->requests[transfer->request_count - 1];
	struct block_segment *segment = &transfer->segments[transfer->segment_count++];

	segment->address = address;
	segment->size = (size_t)blocks * transfer->buffer->device->block_size;
	request->segment_count++;
	request->count += blocks;
}

/* The last request of one that was left behind has ended. */
static void end_left(struct block_transfer *transfer)
{
	struct block_buffer *buffer = transfer->buffer;
	struct block_transfer **link;

	if (transfer->kind == TRANSFER_CALLER && transfer->segment_count)
		memory_unhold(&transfer->hold);
	if (!buffer) {
		kfree(transfer);
		return;
	}
	for (unsigned i = 0; i < transfer->request_count; i++) {
		const struct block_request *request = &transfer->requests[i];

		if (transfer->kind == TRANSFER_WRITE_BEHIND && request->error)
			buffer_lost(buffer, request->lba, request->count, request->error);
	}
	for (link = &buffer->transfers.left; *link != transfer; link = &(*link)->next)
		;
	*link = transfer->next;
	buffer->transfers.blocking -= transfer->blocking;
	transfer_put(transfer);
	if (!buffer->transfers.left)
		buffer->transfers.settled(buffer);
}

static void request_done(struct block_request *request)
{
	struct block_transfer *transfer = request->context;

	if (--transfer->pending == 0 && transfer->left)
		end_left(transfer);
}

/* Those who waited do not want to any more. */
static int leave(struct block_transfer *transfer)
{
	struct block_transfers *transfers = &transfer->buffer->transfers;
	bool changes = block_changes(block_operation(&transfer->requests[0]));

	if (transfer->kind != TRANSFER_WRITE_BEHIND)
		for (unsigned i = 0; i < transfer->request_count; i++)
			block_cancel(&transfer->requests[i]);
	/* Once: when there is more to leave behind it has been waited for. */
	if (!transfers->left)
		patience_until_ns = time_ns() + PATIENCE_NS;
	for (unsigned i = 0; i < transfer->request_count; i++)
		block_wait_unless(&transfer->requests[i], patience_over);
	if (!transfer->pending)
		return 0;
	transfer->left = true;
	transfer->blocking = changes || transfer->kind != TRANSFER_CALLER;
	transfers->blocking += transfer->blocking;
	transfer->next = transfers->left;
	transfers->left = transfer;
	/* One segment: the caller's memory is contiguous. */
	if (transfer->kind == TRANSFER_CALLER && transfer->segment_count)
		memory_hold(&transfer->hold, transfer->segments[0].address,
			    transfer->segments[0].size);
	return -EINTR;
}

int transfer_run(struct block_transfer *transfer)
{
	struct block_device *device = transfer->buffer->device;

	transfer->pending = transfer->request_count;
	for (unsigned i = 0; i < transfer->request_count; i++) {
		transfer->requests[i].done = request_done;
		transfer->requests[i].context = transfer;
		block_submit(device, &transfer->requests[i]);
	}
	for (unsigned i = 0; i < transfer->request_count; i++)
		if (!block_wait_unless(&transfer->requests[i], console_interrupted))
			return leave(transfer);
	return 0;
}

int transfer_settle(struct block_buffer *buffer)
{
	while (buffer->transfers.blocking) {
		if (console_interrupted())
			return -EINTR;
		turn(buffer->device);
	}
	return 0;
}

/* Runs one that has a single request. */
static int run_only(struct block_transfer *transfer)
{
	int error = transfer_run(transfer);

	if (error)
		return error;
	error = transfer->requests[0].error;
	transfer_put(transfer);
	return error;
}

int transfer_once(struct block_buffer *buffer, enum transfer_kind kind, unsigned operation,
		  uint64_t lba, const struct block_segment *segments, unsigned segment_count)
{
	struct block_transfer *transfer = transfer_take(buffer, kind);

	transfer_add(transfer, operation, lba);
	for (unsigned i = 0; i < segment_count; i++)
		transfer_add_segment(transfer, segments[i].address,
				     (unsigned)(segments[i].size / buffer->device->block_size));
	return run_only(transfer);
}

int transfer_range(struct block_buffer *buffer, enum block_operation operation, uint64_t lba,
		   uint64_t count)
{
	struct block_transfer *transfer = transfer_take(buffer, TRANSFER_CALLER);

	transfer_add(transfer, operation, lba)->count = count;
	return run_only(transfer);
}
