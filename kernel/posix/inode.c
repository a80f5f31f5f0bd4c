/* Inodes: creation, references, time stamps, and how large the RAM file system may get. */
#include "kernel/posix/inode.h"

#include "kernel/cmdline.h"
#include "kernel/memory.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

static uint64_t next_number = 1;

struct inode *inode_create(enum file_type type, unsigned mode, const struct file_operations *ops)
{
	struct inode *inode = kzalloc(sizeof(*inode));

	if (!inode)
		return NULL;
	inode->type = type;
	inode->mode = mode;
	inode->references = 1;
	inode->links = type == FILE_DIRECTORY ? 2 : 1;
	inode->number = next_number++;
	inode->operations = ops;
	inode_touch(inode);
	return inode;
}

struct inode *inode_get(struct inode *inode)
{
	inode->references++;
	return inode;
}

void inode_put(struct inode *inode)
{
	if (--inode->references)
		return;
	switch (inode->type) {
	case FILE_REGULAR:
		ram_free(inode);
		break;
	case FILE_DIRECTORY:
		directory_free(inode);
		break;
	case FILE_BLOCK:
		block_file_destroy(inode->block);
		break;
	case FILE_PIPE:
		pipe_free(inode);
		break;
	case FILE_CHARACTER:
		break;
	}
	kfree(inode);
}

void inode_touch(struct inode *inode)
{
	inode->modified_ns = time_ns();
}

void inode_time(uint64_t ns, uint64_t *seconds, unsigned *nanoseconds)
{
	/* The wall clock is read once: it has whole seconds only, and is slow. */
	static uint64_t epoch_s;

	if (!epoch_s)
		epoch_s = time_wall_s() - time_ns() / NS_PER_S;
	*seconds = epoch_s + ns / NS_PER_S;
	*nanoseconds = (unsigned)(ns % NS_PER_S);
}

/* The RAM file system leaves this much of the memory to everything else. Asking for the state of
 * the memory takes a while, so it is done once for so many pages. */
#define RESERVE_MAX	(8ul << 20)
#define PAGES_PER_CHECK 256

int ram_reserve(void)
{
	static unsigned granted;
	struct memory_stats stats;
	uint64_t reserve, free, limit;

	if (granted > 0) {
		granted--;
		return 0;
	}
	memory_stats(&stats);
	free = stats.total - stats.used;
	reserve = stats.total / 8 < RESERVE_MAX ? stats.total / 8 : RESERVE_MAX;
	limit = cmdline_number("files.reserve", reserve);
	if (free <= limit)
		return -ENOSPC;
	free = (free - limit) / PAGE_SIZE;
	granted = free < PAGES_PER_CHECK ? (unsigned)free : PAGES_PER_CHECK;
	return 0;
}
