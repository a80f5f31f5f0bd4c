/* Content of regular files, in pages of RAM. */
#include "kernel/posix/inode.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "lib/string.h"

#define NODE_SHIFT 9
#define NODE_SLOTS (1ul << NODE_SHIFT)
#define SIZE_LIMIT ((uint64_t)INT64_MAX)
#define HEIGHT_MAX 6 /* 12 + 6 * 9 bits: more than SIZE_LIMIT */

struct ram_node {
	void *slots[NODE_SLOTS];
};

_Static_assert(sizeof(struct ram_node) == PAGE_SIZE, "a node is a page");

static void *new_page(bool zeroed)
{
	void *page;

	if (ram_reserve())
		return NULL;
	page = pages_alloc(1);
	if (page && zeroed)
		memset(page, 0, PAGE_SIZE);
	return page;
}

static bool holds(const struct ram_data *ram, uint64_t index)
{
	return ram->height >= HEIGHT_MAX || index >> (ram->height * NODE_SHIFT) == 0;
}

static void *find_page(const struct ram_data *ram, uint64_t index)
{
	void *at = ram->root;

	if (!holds(ram, index))
		return NULL;
	for (unsigned level = ram->height; at && level > 0; level--)
		at = ((struct ram_node *)at)
			     ->slots[index >> ((level - 1) * NODE_SHIFT) & (NODE_SLOTS - 1)];
	return at;
}

/* The page; NULL where there is no memory for it. A new one is zeroed, unless the caller writes the
 * whole of it. */
static void *make_page(struct ram_data *ram, uint64_t index, bool whole)
{
	void **link = &ram->root;

	while (!holds(ram, index)) {
		if (ram->root) {
			struct ram_node *node = new_page(true);

			if (!node)
				return NULL;
			node->slots[0] = ram->root;
			ram->root = node;
		}
		ram->height++;
	}
	for (unsigned level = ram->height;; level--) {
		if (!*link) {
			*link = new_page(level > 0 || !whole);
			if (!*link)
				return NULL;
			if (level == 0)
				ram->pages++;
		}
		if (level == 0)
			return *link;
		link = &((struct ram_node *)*link)
				->slots[index >> ((level - 1) * NODE_SHIFT) & (NODE_SLOTS - 1)];
	}
}

/* Frees the pages from first on (relative to the subtree), and the subtree if first is 0. */
static void free_from(struct ram_data *ram, void **link, unsigned level, uint64_t first)
{
	if (!*link)
		return;
	if (level > 0) {
		struct ram_node *node = *link;
		unsigned shift = (level - 1) * NODE_SHIFT;

		for (uint64_t slot = first >> shift; slot < NODE_SLOTS; slot++) {
			uint64_t start = slot << shift;

			free_from(ram, &node->slots[slot], level - 1,
				  first > start ? first - start : 0);
		}
	}
	if (first == 0) {
		pages_free(*link, 1);
		*link = NULL;
		if (level == 0)
			ram->pages--;
	}
}

void ram_free(struct inode *inode)
{
	free_from(&inode->ram, &inode->ram.root, inode->ram.height, 0);
}

static int ram_truncate(struct inode *inode, uint64_t size)
{
	struct ram_data *ram = &inode->ram;

	if (size > SIZE_LIMIT)
		return -EFBIG;
	if (size < inode->size) {
		uint64_t first = (size + PAGE_SIZE - 1) / PAGE_SIZE;
		char *last = size % PAGE_SIZE ? find_page(ram, size / PAGE_SIZE) : NULL;

		if (holds(ram, first))
			free_from(ram, &ram->root, ram->height, first);
		if (!ram->root)
			ram->height = 0;
		if (last)
			memset(last + size % PAGE_SIZE, 0, PAGE_SIZE - size % PAGE_SIZE);
	}
	inode->size = size;
	inode_touch(inode);
	return 0;
}

static long ram_read(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	struct inode *inode = file->inode;
	char *to = buffer;
	size_t left;

	if (offset >= inode->size)
		return 0;
	if (size > inode->size - offset)
		size = inode->size - offset;
	for (left = size; left;) {
		size_t within = offset % PAGE_SIZE;
		size_t count = PAGE_SIZE - within < left ? PAGE_SIZE - within : left;
		const char *page = find_page(&inode->ram, offset / PAGE_SIZE);

		if (page)
			memcpy(to, page + within, count);
		else
			memset(to, 0, count);
		to += count;
		offset += count;
		left -= count;
	}
	return (long)size;
}

static long ram_write(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	struct inode *inode = file->inode;
	const char *from = buffer;
	size_t left;

	if (!size)
		return 0;
	if (offset >= SIZE_LIMIT)
		return -EFBIG;
	if (size > SIZE_LIMIT - offset)
		size = SIZE_LIMIT - offset;
	for (left = size; left;) {
		size_t within = offset % PAGE_SIZE;
		size_t count = PAGE_SIZE - within < left ? PAGE_SIZE - within : left;
		char *page = make_page(&inode->ram, offset / PAGE_SIZE, count == PAGE_SIZE);

		if (!page)
			break;
		memcpy(page + within, from, count);
		from += count;
		offset += count;
		left -= count;
		if (offset > inode->size)
			inode->size = offset;
	}
	if (left == size)
		return -ENOSPC;
	inode_touch(inode);
	return (long)(size - left);
}

static uint64_t ram_size(struct inode *inode)
{
	return inode->size;
}

static int ram_sync(struct file *file)
{
	(void)file;
	return 0;
}

const struct file_operations ram_operations = {
	.read = ram_read,
	.write = ram_write,
	.size = ram_size,
	.truncate = ram_truncate,
	.sync = ram_sync,
};
