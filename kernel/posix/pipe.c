/* Pipes: a ring of 64 KiB between the parts of a pipeline. */
#include "kernel/posix/inode.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/string.h"

#define PIPE_PAGES 16
#define PIPE_SIZE  (PIPE_PAGES * PAGE_SIZE)
#define PIPE_BUF   4096 /* writes up to this size are not split */

struct pipe {
	char *ring;
	size_t start, length;
	unsigned readers, writers; /* open ends */
};

void pipe_free(struct inode *inode)
{
	struct pipe *pipe = inode->pipe;

	if (!pipe)
		return;
	if (pipe->ring)
		pages_free(pipe->ring, PIPE_PAGES);
	kfree(pipe);
}

static int pipe_close(struct file *file)
{
	if (file->write_end)
		file->inode->pipe->writers--;
	else
		file->inode->pipe->readers--;
	return 0;
}

static bool may_read(void *arg)
{
	struct pipe *pipe = arg;

	return pipe->length || !pipe->writers || process_interrupted();
}

static long pipe_read(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	struct pipe *pipe = file->inode->pipe;
	size_t first;

	(void)offset;
	if (!size)
		return 0;
	if (!pipe->length && pipe->writers) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		thread_wait(may_read, pipe);
	}
	if (!pipe->length)
		return pipe->writers ? -EINTR : 0;
	if (size > pipe->length)
		size = pipe->length;
	first = PIPE_SIZE - pipe->start < size ? PIPE_SIZE - pipe->start : size;
	memcpy(buffer, pipe->ring + pipe->start, first);
	memcpy((char *)buffer + first, pipe->ring, size - first);
	pipe->length -= size;
	pipe->start = pipe->length ? (pipe->start + size) % PIPE_SIZE : 0;
	return (long)size;
}

struct write_wait {
	struct pipe *pipe;
	size_t needed;
};

static bool may_write(void *arg)
{
	struct write_wait *wait = arg;

	return PIPE_SIZE - wait->pipe->length >= wait->needed || !wait->pipe->readers ||
	       process_interrupted();
}

static void append(struct pipe *pipe, const char *bytes, size_t size)
{
	size_t end = (pipe->start + pipe->length) % PIPE_SIZE;
	size_t first = PIPE_SIZE - end < size ? PIPE_SIZE - end : size;

	memcpy(pipe->ring + end, bytes, first);
	memcpy(pipe->ring, bytes + first, size - first);
	pipe->length += size;
}

static long pipe_write(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	struct pipe *pipe = file->inode->pipe;
	struct write_wait wait = {pipe, size <= PIPE_BUF ? size : 1};
	size_t done = 0;

	(void)offset;
	while (done < size) {
		size_t room, piece;

		if (!pipe->readers)
			return done ? (long)done : -EPIPE;
		room = PIPE_SIZE - pipe->length;
		if (room < wait.needed) {
			if (file->flags & O_NONBLOCK)
				return done ? (long)done : -EAGAIN;
			thread_wait(may_write, &wait);
			if (pipe->readers && PIPE_SIZE - pipe->length < wait.needed)
				return done ? (long)done : -EINTR;
			continue;
		}
		piece = size - done < room ? size - done : room;
		append(pipe, (const char *)buffer + done, piece);
		done += piece;
	}
	return (long)done;
}

static bool pipe_readable(struct file *file)
{
	return file->inode->pipe->length || !file->inode->pipe->writers;
}

static const struct file_operations pipe_operations = {
	.close = pipe_close,
	.read = pipe_read,
	.write = pipe_write,
	.readable = pipe_readable,
	.seeking = SEEK_NOT,
};

int file_pipe(struct file **read_end, struct file **write_end)
{
	struct inode *inode = inode_create(FILE_PIPE, 0600, &pipe_operations);
	struct file *ends[2] = {kzalloc(sizeof(**read_end)), kzalloc(sizeof(**read_end))};

	if (inode) {
		inode->pipe = kzalloc(sizeof(*inode->pipe));
		if (inode->pipe)
			inode->pipe->ring = pages_alloc(PIPE_PAGES);
	}
	if (!inode || !inode->pipe || !inode->pipe->ring || !ends[0] || !ends[1]) {
		if (inode)
			inode_put(inode);
		kfree(ends[0]);
		kfree(ends[1]);
		return -ENOMEM;
	}
	for (int i = 0; i < 2; i++) {
		ends[i]->inode = i ? inode_get(inode) : inode;
		ends[i]->references = 1;
		ends[i]->flags = i ? O_WRONLY : O_RDONLY;
		ends[i]->write_end = i;
	}
	inode->pipe->readers = inode->pipe->writers = 1;
	*read_end = ends[0];
	*write_end = ends[1];
	return 0;
}
