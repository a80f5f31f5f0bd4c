/* /dev: the character devices, and a node for each block device that is registered and each
 * controller. */
#include "drivers/block/block.h"
#include "kernel/posix/console_file.h"
#include "kernel/posix/inode.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/random.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define BLOCK_MAJOR	 259 /* Linux's for NVMe namespaces */
#define CONTROLLER_MAJOR 240 /* Linux has none of its own for them; for local use */

/* Long transfers look for Ctrl-C so often. */
#define RANDOM_PIECE 65536

static long read_nothing(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)buffer, (void)size, (void)offset;
	return 0;
}

static long write_nowhere(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)buffer, (void)offset;
	return (long)size;
}

static long read_zeros(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)offset;
	memset(buffer, 0, size);
	return (long)size;
}

static long write_full(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)buffer, (void)size, (void)offset;
	return -ENOSPC;
}

static long read_random(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	(void)file, (void)offset;
	while (done < size && !process_interrupted()) {
		size_t piece = size - done < RANDOM_PIECE ? size - done : RANDOM_PIECE;

		random_bytes((char *)buffer + done, piece);
		done += piece;
	}
	return done || !size ? (long)done : -EINTR;
}

/* A controller is there to be named: commands go to it by nvme. */
static long read_controller(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)buffer, (void)size, (void)offset;
	return -EINVAL;
}

static long write_controller(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	(void)file, (void)buffer, (void)size, (void)offset;
	return -EINVAL;
}

static const struct file_operations controller_operations = {
	.read = read_controller,
	.write = write_controller,
	.seeking = SEEK_NOT,
};
static const struct file_operations null_operations = {
	.read = read_nothing,
	.write = write_nowhere,
	.seeking = SEEK_STAYS,
};
static const struct file_operations zero_operations = {
	.read = read_zeros,
	.write = write_nowhere,
	.seeking = SEEK_STAYS,
};
static const struct file_operations full_operations = {
	.read = read_zeros,
	.write = write_full,
	.seeking = SEEK_STAYS,
};
static const struct file_operations random_operations = {
	.read = read_random,
	.write = write_nowhere,
	.seeking = SEEK_STAYS,
};

int device_file_add(const char *path, unsigned major, unsigned minor, unsigned mode,
		    const struct file_operations *operations)
{
	struct path_result result;
	struct inode *inode;
	int error = path_lookup(path, &result);

	if (error)
		return error;
	if (result.inode)
		return -EEXIST;
	inode = inode_create(FILE_CHARACTER, mode, operations);
	if (!inode)
		return -ENOSPC;
	inode->major = major;
	inode->minor = minor;
	error = directory_add(result.directory, result.name, inode);
	if (error)
		inode_put(inode);
	return error;
}

static int add_redirect(const char *path, int fd)
{
	struct path_result result;
	int error = device_file_add(path, 0, 0, 0666, NULL);

	if (error)
		return error;
	error = path_lookup(path, &result);
	if (!error)
		result.inode->redirect = fd;
	return error;
}

static const char *(*controller_name)(unsigned index);

void files_set_controllers(const char *(*name_at)(unsigned index))
{
	controller_name = name_at;
}

static bool is_controller(const char *name)
{
	const char *there;

	for (unsigned i = 0; controller_name && (there = controller_name(i)); i++)
		if (strcmp(there, name) == 0)
			return true;
	return false;
}

/* The number that a name ends with. */
static unsigned number_of(const char *name)
{
	unsigned number = 0;

	for (; *name; name++)
		number = is_digit(*name) ? number * 10 + (unsigned)(*name - '0') : 0;
	return number;
}

static void remove_file(struct inode *inode, const char *name)
{
	directory_unlink(inode);
	directory_remove(files_dev, name);
}

static void add_controller(const char *name)
{
	struct inode *inode;

	if (directory_find(files_dev, name))
		return;
	inode = inode_create(FILE_CHARACTER, 0600, &controller_operations);
	if (!inode)
		return;
	inode->major = CONTROLLER_MAJOR;
	inode->minor = number_of(name);
	if (directory_add(files_dev, name, inode))
		inode_put(inode);
}

static void add_block_device(struct block_device *device)
{
	static unsigned next_minor;
	struct inode *inode = directory_find(files_dev, device->name);
	struct block_file *block;

	if (inode && inode->type == FILE_BLOCK && block_file_device(inode->block) == device)
		return;
	if (inode)
		remove_file(inode, device->name);
	block = block_file_create(device);
	if (!block)
		return;
	inode = inode_create(FILE_BLOCK, 0660, &block_file_operations);
	if (!inode) {
		block_file_destroy(block);
		return;
	}
	inode->block = block;
	inode->major = BLOCK_MAJOR;
	inode->minor = next_minor++;
	if (directory_add(files_dev, device->name, inode))
		inode_put(inode);
}

void device_files_refresh(void)
{
	struct directory_data *directory = &files_dev->directory;
	const char *name;

	for (size_t i = 0; i < directory->count;) {
		struct inode *inode = directory->items[i]->inode;

		name = directory->items[i]->name;
		if ((inode->type == FILE_BLOCK && !block_file_device(inode->block)) ||
		    (inode->operations == &controller_operations && !is_controller(name)))
			remove_file(inode, name);
		else
			i++;
	}
	for (unsigned i = 0; controller_name && (name = controller_name(i)); i++)
		add_controller(name);
	for (struct block_device *device = block_first(); device; device = device->next)
		add_block_device(device);
}

int device_files_init(void)
{
	static const struct {
		const char *path;
		unsigned major, minor, mode;
		const struct file_operations *operations;
	} devices[] = {
		{"/dev/null", 1, 3, 0666, &null_operations},
		{"/dev/zero", 1, 5, 0666, &zero_operations},
		{"/dev/full", 1, 7, 0666, &full_operations},
		{"/dev/random", 1, 8, 0666, &random_operations},
		{"/dev/urandom", 1, 9, 0666, &random_operations},
		{"/dev/tty", 5, 0, 0666, &console_file_operations},
		{"/dev/console", 5, 1, 0600, &console_file_operations},
	};
	static const char *const redirects[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
	struct path_result result;
	char name[24];
	int error = path_mkdir("/dev", 0755);

	if (!error)
		error = path_mkdir("/dev/fd", 0555);
	if (!error)
		error = path_lookup("/dev", &result);
	if (error)
		return error;
	files_dev = result.inode;
	for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]) && !error; i++)
		error = device_file_add(devices[i].path, devices[i].major, devices[i].minor,
					devices[i].mode, devices[i].operations);
	for (int fd = 0; fd < 3 && !error; fd++)
		error = add_redirect(redirects[fd], fd);
	for (int fd = 0; fd < PROCESS_FILES_MAX && !error; fd++) {
		snprintf(name, sizeof(name), "/dev/fd/%d", fd);
		error = add_redirect(name, fd);
	}
	return error;
}
