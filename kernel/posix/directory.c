/* Directories: an array of names in byte order. */
#include "kernel/posix/inode.h"
#include "kernel/posix/process.h"
#include "kernel/memory.h"
#include "lib/errno.h"
#include "lib/string.h"

/* The place of name, or the one where it would be inserted. */
static size_t place(const struct directory_data *directory, const char *name, bool *found)
{
	size_t first = 0, end = directory->count;

	*found = false;
	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int order = strcmp(name, directory->items[middle]->name);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return first;
}

struct inode *directory_find(struct inode *inode, const char *name)
{
	bool found;
	size_t at = place(&inode->directory, name, &found);

	return found ? inode->directory.items[at]->inode : NULL;
}

int directory_add(struct inode *inode, const char *name, struct inode *child)
{
	struct directory_data *directory = &inode->directory;
	size_t length = strlen(name);
	struct directory_item *item;
	bool found;
	size_t at = place(directory, name, &found);

	if (found)
		return -EEXIST;
	if (directory->removed)
		return -ENOENT;
	if (ram_reserve())
		return -ENOSPC;
	item = kmalloc(sizeof(*item) + length + 1);
	if (!item)
		return -ENOSPC;
	if (directory->count == directory->capacity) {
		size_t capacity = directory->capacity ? directory->capacity * 2 : 8;
		void *items = krealloc(directory->items, capacity * sizeof(*directory->items));

		if (!items) {
			kfree(item);
			return -ENOSPC;
		}
		directory->items = items;
		directory->capacity = capacity;
	}
	item->inode = child;
	item->length = (uint16_t)length;
	memcpy(item->name, name, length + 1);
	memmove(&directory->items[at + 1], &directory->items[at],
		(directory->count - at) * sizeof(*directory->items));
	directory->items[at] = item;
	directory->count++;
	if (child->type == FILE_DIRECTORY) {
		child->directory.parent = inode;
		inode->links++;
	}
	inode_touch(inode);
	return 0;
}

void directory_unlink(struct inode *inode)
{
	inode->links = 0;
	if (inode->type == FILE_DIRECTORY)
		inode->directory.removed = true;
}

void directory_replace(struct inode *inode, const char *name, struct inode *child)
{
	bool found;
	size_t at = place(&inode->directory, name, &found);
	struct inode *old = inode->directory.items[at]->inode;

	/* Both are directories or none is: the number of links stays. */
	inode->directory.items[at]->inode = child;
	if (child->type == FILE_DIRECTORY)
		child->directory.parent = inode;
	inode_touch(inode);
	directory_unlink(old);
	inode_put(old);
}

void directory_remove(struct inode *inode, const char *name)
{
	struct directory_data *directory = &inode->directory;
	bool found;
	size_t at = place(directory, name, &found);
	struct directory_item *item;

	if (!found)
		return;
	item = directory->items[at];
	directory->count--;
	memmove(&directory->items[at], &directory->items[at + 1],
		(directory->count - at) * sizeof(*directory->items));
	if (!directory->count) {
		kfree(directory->items);
		directory->items = NULL;
		directory->capacity = 0;
	}
	if (item->inode->type == FILE_DIRECTORY)
		inode->links--;
	inode_touch(inode);
	inode_put(item->inode);
	kfree(item);
}

void directory_free(struct inode *inode)
{
	struct directory_data *directory = &inode->directory;

	while (directory->count)
		directory_remove(inode, directory->items[directory->count - 1]->name);
	kfree(directory->items);
}

int directory_read(struct file *file, uint64_t *cursor, struct directory_entry *entry)
{
	struct inode *inode = file->inode;
	struct directory_data *directory = &inode->directory;
	struct directory_item *item;
	size_t at = 0;

	if (inode->type != FILE_DIRECTORY)
		return -ENOTDIR;
	if (inode == files_dev)
		device_files_refresh();
	if (!file->directory_after) {
		file->directory_after = kzalloc(NAME_MAX + 1);
		if (!file->directory_after)
			return -ENOMEM;
	}
	/* By name, not by number: names come and go meanwhile. */
	if (*cursor > 0) {
		bool found;

		at = place(directory, file->directory_after, &found);
		if (found)
			at++;
	}
	/* Of the descriptors in /dev/fd only those that are open */
	while (inode->directory.parent == files_dev && at < directory->count &&
	       !process_file(directory->items[at]->inode->redirect))
		at++;
	if (at >= directory->count)
		return 0;
	item = directory->items[at];
	memcpy(file->directory_after, item->name, item->length + 1u);
	memcpy(entry->name, item->name, item->length + 1u);
	entry->type = item->inode->type;
	entry->inode = item->inode->number;
	++*cursor;
	return 1;
}

static int directory_close(struct file *file)
{
	kfree(file->directory_after);
	return 0;
}

static long no_read(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)buffer, (void)size, (void)offset;
	return -EISDIR;
}

static long no_write(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)buffer, (void)size, (void)offset;
	return -EISDIR;
}

static int directory_sync(struct file *file)
{
	(void)file;
	return 0;
}

const struct file_operations directory_operations = {
	.close = directory_close,
	.read = no_read,
	.write = no_write,
	.sync = directory_sync,
};
