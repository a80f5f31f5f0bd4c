/* Requests of the files on a block device, and what becomes of them when nobody wants to wait for
 * them any more (Ctrl-C).
 *
 *     take ── add ── run ──> all have ended ──> put
 *                     │ Ctrl-C: the device is asked to abort them (not what was promised to be
 *                     │ written: write-behind), and has a moment for it
 *                     v
 *                 left behind: run has returned -EINTR, and the device goes on. Memory of the
 *                     │ caller's is held (kernel/memory.h), so that nobody else gets it.
 *                     v
 *                 the last request ends: it is put
 *
 * While one is left behind that changes blocks, or that reads into the buffer, nothing else is done
 * on the device: transfer_settle(). The device might carry out a later write first, and the
 * buffer's memory is in use. */
#pragma once

#include "drivers/block/block.h"
#include "kernel/memory.h"

#define TRANSFER_REQUESTS 16
#define TRANSFER_SEGMENTS 48

struct block_buffer;

enum transfer_kind {
	TRANSFER_CALLER,       /* over memory of the caller's, or a Flush */
	TRANSFER_FETCH,	       /* reads into the buffer */
	TRANSFER_WRITE_BEHIND, /* writes what the buffer holds: never aborted */
};

struct block_transfer {
	enum transfer_kind kind;
	bool left;		     /* behind: nobody waits for it */
	bool blocking;		     /* others wait for its end */
	unsigned pending;	     /* requests that have not ended */
	struct block_buffer *buffer; /* NULL: gone, too */
	struct block_transfer *next; /* of those left behind */
	struct memory_hold hold;
	unsigned request_count, segment_count;
	struct block_request requests[TRANSFER_REQUESTS];
	struct block_segment segments[TRANSFER_SEGMENTS];
};

/* What a buffer keeps for its transfers: all zero but for spare. */
struct block_transfers {
	struct block_transfer *spare; /* NULL while it is in use */
	struct block_transfer *left;
	unsigned blocking; /* of those left behind */
	/* Each time that the last one left behind has ended. */
	void (*settled)(struct block_buffer *buffer);
};

/* 0 or -ENOMEM. */
int transfers_init(struct block_transfers *transfers);
/* The buffer goes; what is left behind ends without it. */
void transfers_free(struct block_transfers *transfers);

/* An empty one; put it, or run it to -EINTR, before the next. */
struct block_transfer *transfer_take(struct block_buffer *buffer, enum transfer_kind kind);
void transfer_put(struct block_transfer *transfer);
/* A new request without segments; and a segment for the last one. There is room. */
struct block_request *transfer_add(struct block_transfer *transfer, unsigned operation,
				   uint64_t lba);
void transfer_add_segment(struct block_transfer *transfer, void *address, unsigned blocks);
/* Starts all requests and waits for them. 0: they have ended, each with its error; -EINTR: it is
 * left behind, and not the caller's any more. */
int transfer_run(struct block_transfer *transfer);
/* Waits for what is left behind and stands in the way: 0, or -EINTR. */
int transfer_settle(struct block_buffer *buffer);

/* One request over segments (at most 16): take, add, run, put. Its error. */
int transfer_once(struct block_buffer *buffer, enum transfer_kind kind, unsigned operation,
		  uint64_t lba, const struct block_segment *segments, unsigned segment_count);
/* The same of one that moves no data. */
int transfer_range(struct block_buffer *buffer, enum block_operation operation, uint64_t lba,
		   uint64_t count);
