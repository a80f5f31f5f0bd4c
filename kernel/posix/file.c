/* Open files: positions, flags, references; and the start of the file layer. */
#include "kernel/posix/file.h"

#include "drivers/block/block.h"
#include "kernel/posix/console_file.h"
#include "kernel/posix/inode.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

#define OFFSET_MAX ((uint64_t)INT64_MAX)

/* As Linux's MAX_RW_COUNT: the most that one call transfers. */
#define TRANSFER_MAX 0x7ffff000ul

static bool reads(const struct file *file)
{
	return (file->flags & O_ACCMODE) != O_WRONLY;
}

static bool writes(const struct file *file)
{
	return (file->flags & O_ACCMODE) != O_RDONLY;
}

/* Whether it may be opened like this; cuts it short where that is asked for. */
static int prepare(struct inode *inode, int flags)
{
	bool is_directory = inode->type == FILE_DIRECTORY;

	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if (is_directory && (flags & O_CREAT))
		return -EISDIR;
	if (!is_directory && (flags & O_DIRECTORY))
		return -ENOTDIR;
	if (is_directory && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC)))
		return -EISDIR;
	if (inode->type == FILE_REGULAR && (flags & O_TRUNC))
		return inode->operations->truncate(inode, 0);
	return 0;
}

static int find_or_create(const char *path, int flags, unsigned mode, struct inode **inode)
{
	struct path_result result;
	int error = path_lookup(path, &result);

	if (error)
		return error;
	if ((flags & O_CREAT) && result.slash && result.last == LAST_NAME)
		return -EISDIR;
	*inode = result.inode;
	if (result.inode) {
		if (result.slash && result.inode->type != FILE_DIRECTORY)
			return -ENOTDIR;
		return prepare(result.inode, flags);
	}
	if (!(flags & O_CREAT))
		return -ENOENT;
	return path_create(&result, FILE_REGULAR, mode & ~process_file_mask(), &ram_operations,
			   inode);
}

/* A descriptor of the process once more, /dev/stdin and its like: a file in the tree is opened
 * anew, with a position of its own, as on Linux; of anything else there is the one *shared. */
static int open_again(struct inode **inode, int flags, struct file **shared)
{
	struct file *file = process_file((*inode)->redirect);

	if (!file)
		return -ENOENT;
	if (file->inode->type != FILE_REGULAR && file->inode->type != FILE_BLOCK) {
		*shared = file;
		return 0;
	}
	*inode = file->inode;
	return prepare(*inode, flags);
}

int file_open(const char *path, int flags, unsigned mode, struct file **opened)
{
	/* First: a name must not be made, nor a file cut short, for an open that then fails. */
	struct file *file = kzalloc(sizeof(*file)), *shared = NULL;
	struct inode *inode;
	int error = file ? find_or_create(path, flags, mode, &inode) : -ENOMEM;

	if (!error && !inode->operations)
		error = open_again(&inode, flags, &shared);
	if (shared) {
		kfree(file);
		*opened = file_get(shared);
		return 0;
	}
	if (!error) {
		file->inode = inode;
		file->flags = flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_DIRECTORY);
		file->references = 1;
		if (inode->operations->open)
			error = inode->operations->open(file);
	}
	if (error) {
		kfree(file);
		return error;
	}
	inode_get(inode);
	*opened = file;
	return 0;
}

struct file *file_get(struct file *file)
{
	file->references++;
	return file;
}

int file_close(struct file *file)
{
	int error = 0;

	if (--file->references)
		return 0;
	if (file->inode->operations->close)
		error = file->inode->operations->close(file);
	inode_put(file->inode);
	kfree(file);
	return error;
}

static long read_at(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	if (!reads(file))
		return -EBADF;
	if (size > TRANSFER_MAX)
		size = TRANSFER_MAX;
	return file->inode->operations->read(file, buffer, size, offset);
}

static long write_at(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	if (!writes(file))
		return -EBADF;
	if (size > TRANSFER_MAX)
		size = TRANSFER_MAX;
	return file->inode->operations->write(file, buffer, size, offset);
}

static bool has_position(const struct file *file)
{
	return file->inode->operations->seeking == SEEK_ANYWHERE;
}

long file_read(struct file *file, void *buffer, size_t size)
{
	long count = read_at(file, buffer, size, file->position);

	if (count > 0 && has_position(file))
		file->position += count;
	return count;
}

long file_write(struct file *file, const void *buffer, size_t size)
{
	long count;

	if ((file->flags & O_APPEND) && file->inode->type == FILE_REGULAR && writes(file))
		file->position = file->inode->size;
	count = write_at(file, buffer, size, file->position);
	if (count > 0 && has_position(file))
		file->position += count;
	return count;
}

long file_pread(struct file *file, void *buffer, size_t size, uint64_t offset)
{
	if (file->inode->operations->seeking == SEEK_NOT)
		return -ESPIPE;
	if (offset > OFFSET_MAX)
		return -EINVAL;
	return read_at(file, buffer, size, offset);
}

long file_pwrite(struct file *file, const void *buffer, size_t size, uint64_t offset)
{
	if (file->inode->operations->seeking == SEEK_NOT)
		return -ESPIPE;
	if (offset > OFFSET_MAX)
		return -EINVAL;
	/* Linux appends here as well. */
	if ((file->flags & O_APPEND) && file->inode->type == FILE_REGULAR)
		offset = file->inode->size;
	return write_at(file, buffer, size, offset);
}

int64_t file_seek(struct file *file, int64_t offset, int whence)
{
	struct inode *inode = file->inode;
	uint64_t size = inode->operations->size ? inode->operations->size(inode) : 0;
	int64_t base;

	switch (inode->operations->seeking) {
	case SEEK_NOT:
		return -ESPIPE;
	case SEEK_STAYS:
		return 0;
	case SEEK_ANYWHERE:
		break;
	}
	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = (int64_t)file->position;
		break;
	case SEEK_END:
		base = (int64_t)size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &base))
		return -EOVERFLOW;
	/* A block device has no room behind its end. */
	if (base < 0 || (inode->type == FILE_BLOCK && (uint64_t)base > size))
		return -EINVAL;
	file->position = (uint64_t)base;
	return base;
}

int file_truncate(struct file *file, uint64_t size)
{
	if (!writes(file) || !file->inode->operations->truncate)
		return -EINVAL;
	if (size > OFFSET_MAX)
		return -EFBIG;
	return file->inode->operations->truncate(file->inode, size);
}

int file_sync(struct file *file)
{
	if (!file->inode->operations->sync)
		return -EINVAL;
	return file->inode->operations->sync(file);
}

static int clear(struct file *file, enum block_operation operation, uint64_t offset, uint64_t size)
{
	if (file->inode->type != FILE_BLOCK)
		return -ENOTTY;
	if (!writes(file))
		return -EBADF;
	return block_file_clear(file->inode->block, operation, offset, size);
}

int file_discard(struct file *file, uint64_t offset, uint64_t size)
{
	return clear(file, BLOCK_DISCARD, offset, size);
}

int file_zero(struct file *file, uint64_t offset, uint64_t size)
{
	return clear(file, BLOCK_WRITE_ZEROES, offset, size);
}

int file_get_flags(struct file *file)
{
	return file->flags;
}

int file_set_flags(struct file *file, int flags)
{
	const int settable = O_APPEND | O_DIRECT | O_NONBLOCK;

	if ((flags & O_DIRECT) && file->inode->type != FILE_REGULAR &&
	    file->inode->type != FILE_BLOCK && file->inode->type != FILE_PIPE)
		return -EINVAL;
	file->flags = (file->flags & ~settable) | (flags & settable);
	return 0;
}

bool file_is_console(struct file *file)
{
	return is_console_file(file);
}

struct block_device *file_block_device(struct file *file)
{
	return file->inode->type == FILE_BLOCK ? block_file_device(file->inode->block) : NULL;
}

bool file_readable(struct file *file)
{
	return !file->inode->operations->readable || file->inode->operations->readable(file);
}

int files_sync_all(void)
{
	int first = 0;

	for (struct block_device *device = block_first(); device; device = device->next) {
		int error = device->file_data ? block_file_sync(device->file_data) : 0;

		if (error && !first)
			first = error;
	}
	return first;
}

int files_refresh(struct block_device *device)
{
	return device->file_data ? block_file_refresh(device->file_data) : 0;
}

int files_add(const char *path, const void *bytes, size_t size)
{
	struct file *file;
	size_t done = 0;
	int error;

	/* The directories on the way. */
	for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
		char directory[256];

		if ((size_t)(slash - path) >= sizeof(directory))
			return -ENAMETOOLONG;
		memcpy(directory, path, slash - path);
		directory[slash - path] = '\0';
		error = path_mkdir(directory, 0755);
		if (error && error != -EEXIST)
			return error;
	}
	error = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &file);
	if (error)
		return error;
	while (done < size && !error) {
		long count = file_write(file, (const char *)bytes + done, size - done);

		if (count < 0)
			error = (int)count;
		else
			done += count;
	}
	file_close(file);
	if (error)
		path_unlink(path);
	return error;
}

int files_init(void)
{
	static const char *const directories[] = {"/tmp", "/root"};
	int error;

	files_root = inode_create(FILE_DIRECTORY, 0755, &directory_operations);
	if (!files_root)
		return -ENOMEM;
	files_root->directory.parent = files_root;
	for (unsigned i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		error = path_mkdir(directories[i], i == 0 ? 01777 : 0700);
		if (error)
			return error;
	}
	return device_files_init();
}
