/* The buffer between the files opened on a block device and the device: read-ahead and
 * write-behind, as a page cache would give. */
#pragma once

#include "drivers/block/block.h"
#include "kernel/posix/block_transfer.h"

#define CHUNK_SIZE	 65536u	    /* or one logical block where that is larger */
#define CHUNKS_MAX	 32	    /* 2 MiB */
#define CHUNKS_MIN	 4	    /* whatever the size of a block */
#define CHUNKS_SIZE_MAX	 (8u << 20) /* together, where they are larger */
#define CHUNK_BLOCKS_MAX (CHUNK_SIZE / 512)

struct chunk {
	char *data;			  /* NULL: no memory yet, or any more */
	uint64_t index;			  /* of its first block / blocks to a chunk */
	uint64_t used;			  /* the buffer's clock when it was asked for last */
	unsigned dirty;			  /* blocks that are */
	uint8_t blocks[CHUNK_BLOCKS_MAX]; /* BLOCK_VALID, BLOCK_DIRTY */
};

#define BLOCK_VALID 1
#define BLOCK_DIRTY 2

struct block_buffer {
	struct block_device *device;
	unsigned chunk_size, chunk_blocks;
	unsigned chunk_count; /* that there may be; half of them dirty: then all go to the device */
	unsigned dirty_chunks;
	uint64_t clock;
	/* Errors of write-behind: how many, and the last. */
	unsigned error_count;
	int error;
	struct block_transfers transfers;
	struct chunk chunks[CHUNKS_MAX];
};

/* 0 or -ENOMEM. settled is called each time that the last transfer left behind has ended. */
int buffer_init(struct block_buffer *buffer, struct block_device *device,
		void (*settled)(struct block_buffer *buffer));
/* Gives the chunks back; what is dirty is lost. Nothing is left behind that uses them. */
void buffer_free(struct block_buffer *buffer);
/* Blocks that were to be written in the background are not: logged, and counted as an error of
 * write-behind. */
void buffer_lost(struct block_buffer *buffer, uint64_t lba, uint64_t count, int error);

/* Says what buffer_free() is about to lose, and counts it as an error of write-behind. */
void buffer_abandon(struct block_buffer *buffer);

/* The chunk that holds the block, perhaps empty; NULL where there is no memory, or (see
 * buffer_no_chunk()) all that there is is still being written. */
struct chunk *buffer_chunk(struct block_buffer *buffer, uint64_t lba);
/* Which of the two: -ENOMEM, -EINTR. */
int buffer_no_chunk(const struct block_buffer *buffer);

/* Whether a part of what failed with this error may succeed. */
bool buffer_may_repeat(int error);

/* Makes the block lba valid, and perhaps up to ahead blocks behind it in the same request. 0, 1 if
 * only lba itself could be read, or the error of that. */
int buffer_fetch(struct block_buffer *buffer, uint64_t lba, uint64_t ahead);

void buffer_mark_dirty(struct block_buffer *buffer, struct chunk *chunk, unsigned first,
		       unsigned count);

/* Writes all that is dirty; the device's own cache is not flushed. The first error; what could not
 * be written is given up, logged and counted. -EINTR: it goes on without anybody waiting. */
int buffer_write_back(struct block_buffer *buffer);

/* Before blocks go past the buffer: what is dirty there is written (read), or all there is
 * forgotten (write). */
int buffer_before_read(struct block_buffer *buffer, uint64_t lba, uint64_t count);
void buffer_forget(struct block_buffer *buffer, uint64_t lba, uint64_t count);

/* Discards blocks, or makes them zero (written where the device has no command for that), and
 * forgets what the buffer has of them. 0, -EROFS, -EOPNOTSUPP, or an error of the device. */
int buffer_clear(struct block_buffer *buffer, enum block_operation operation, uint64_t lba,
		 uint64_t count);
