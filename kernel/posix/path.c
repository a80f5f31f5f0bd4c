/* Paths: from a name to an inode, and the operations on names. The order of the checks is Linux's,
 * so that the same error comes out. */
#include "kernel/posix/inode.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

struct inode *files_root, *files_dev;

/* Steps from directory to the component of that length at name. */
static int step(struct inode **at, const char *name, size_t length, char *component)
{
	struct inode *next;

	if ((*at)->type != FILE_DIRECTORY)
		return -ENOTDIR;
	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(component, name, length);
	component[length] = '\0';
	if (strcmp(component, ".") == 0)
		return 0;
	if (strcmp(component, "..") == 0) {
		*at = (*at)->directory.parent;
		return 0;
	}
	if (*at == files_dev)
		device_files_refresh();
	next = directory_find(*at, component);
	if (!next)
		return -ENOENT;
	*at = next;
	return 0;
}

static int walk(struct inode *at, const char *path, struct path_result *result)
{
	result->directory = NULL;
	result->inode = at;
	result->last = LAST_ROOT;
	result->slash = false;
	result->name[0] = '\0';
	for (;;) {
		size_t length;
		int error;

		result->slash = *path == '/';
		while (*path == '/')
			path++;
		if (!*path)
			return 0;
		/* All but the last component must exist. */
		if (!result->inode)
			return -ENOENT;
		length = strcspn(path, "/");
		result->directory = result->inode;
		error = step(&result->inode, path, length, result->name);
		if (error == -ENOENT)
			result->inode = NULL;
		else if (error)
			return error;
		path += length;
		result->last = strcmp(result->name, ".") == 0	 ? LAST_DOT
			       : strcmp(result->name, "..") == 0 ? LAST_DOTDOT
								 : LAST_NAME;
	}
}

int path_lookup(const char *path, struct path_result *result)
{
	struct inode *start = files_root;

	if (!*path)
		return -ENOENT;
	if (strnlen(path, PATH_MAX) == PATH_MAX)
		return -ENAMETOOLONG;
	if (*path != '/') {
		int error = walk(files_root, process_directory(), result);

		if (error)
			return error;
		if (!result->inode)
			return -ENOENT;
		start = result->inode;
	}
	return walk(start, path, result);
}

/* The same for something that must exist, also as a directory if a slash says so. */
static int path_find(const char *path, struct path_result *result)
{
	int error = path_lookup(path, result);

	if (error)
		return error;
	if (!result->inode)
		return -ENOENT;
	if (result->slash && result->inode->type != FILE_DIRECTORY)
		return -ENOTDIR;
	return 0;
}

static void fill_stat(struct inode *inode, struct file_stat *stat)
{
	memset(stat, 0, sizeof(*stat));
	stat->type = inode->type;
	stat->mode = inode->mode;
	stat->inode = inode->number;
	stat->links = inode->links;
	stat->major = inode->major;
	stat->minor = inode->minor;
	stat->block_size = 4096;
	if (inode->operations && inode->operations->size)
		stat->size = inode->operations->size(inode);
	if (inode->type == FILE_REGULAR)
		stat->blocks = inode->ram.pages * (PAGE_SIZE / 512);
	if (inode->type == FILE_DIRECTORY)
		stat->size = inode->directory.count * 20 + 40;
	inode_time(inode->modified_ns, &stat->mtime_s, &stat->mtime_ns);
}

int file_stat(struct file *file, struct file_stat *stat)
{
	fill_stat(file->inode, stat);
	return 0;
}

int path_stat(const char *path, struct file_stat *stat)
{
	struct path_result result;
	int error = path_find(path, &result);

	if (error)
		return error;
	if (result.inode->type == FILE_CHARACTER && !result.inode->operations) {
		struct file *file = process_file(result.inode->redirect);

		return file ? file_stat(file, stat) : -ENOENT;
	}
	fill_stat(result.inode, stat);
	return 0;
}

int path_create(const struct path_result *place, enum file_type type, unsigned mode,
		const struct file_operations *operations, struct inode **made)
{
	int error;

	if (place->inode)
		return -EEXIST;
	if (place->directory == files_dev || place->directory->directory.parent == files_dev)
		return -EROFS;
	*made = inode_create(type, mode & 07777, operations);
	if (!*made)
		return -ENOSPC;
	error = directory_add(place->directory, place->name, *made);
	if (error)
		inode_put(*made);
	return error;
}

bool path_is_program(const char *path, const struct file_stat *stat)
{
	struct file *file;
	char start[2] = "";

	if (stat->type != FILE_REGULAR || stat->mode & 0111)
		return stat->type == FILE_REGULAR;
	if (file_open(path, O_RDONLY, 0, &file))
		return false;
	file_read(file, start, sizeof(start));
	file_close(file);
	return start[0] == '#' && start[1] == '!';
}

int path_chmod(const char *path, unsigned mode)
{
	struct path_result result;
	int error = path_find(path, &result);

	if (!error)
		result.inode->mode = mode & 07777;
	return error;
}

int path_mkdir(const char *path, unsigned mode)
{
	struct path_result result;
	struct inode *inode;
	int error = path_lookup(path, &result);

	if (error)
		return error;
	return path_create(&result, FILE_DIRECTORY, mode & ~process_file_mask(),
			   &directory_operations, &inode);
}

int path_rmdir(const char *path)
{
	struct path_result result;
	int error = path_lookup(path, &result);

	if (error)
		return error;
	switch (result.last) {
	case LAST_DOT:
		return -EINVAL;
	case LAST_DOTDOT:
		return -ENOTEMPTY;
	case LAST_ROOT:
		return -EBUSY;
	case LAST_NAME:
		break;
	}
	if (!result.inode)
		return -ENOENT;
	if (result.inode->type != FILE_DIRECTORY)
		return -ENOTDIR;
	if (result.inode == files_dev)
		return -EBUSY;
	if (result.inode->directory.count)
		return -ENOTEMPTY;
	directory_unlink(result.inode);
	directory_remove(result.directory, result.name);
	return 0;
}

/* Device files stay: a slip must not replace one by a regular file. */
static bool is_fixed(const struct inode *inode)
{
	return inode == files_dev ||
	       (inode->type == FILE_DIRECTORY && inode->directory.parent == files_dev) ||
	       inode->type == FILE_CHARACTER || inode->type == FILE_BLOCK;
}

int path_unlink(const char *path)
{
	struct path_result result;
	int error = path_lookup(path, &result);

	if (error)
		return error;
	if (result.last != LAST_NAME)
		return -EISDIR;
	if (!result.inode)
		return -ENOENT;
	if (result.inode->type == FILE_DIRECTORY)
		return -EISDIR;
	if (result.slash)
		return -ENOTDIR;
	if (is_fixed(result.inode))
		return -EPERM;
	directory_unlink(result.inode);
	directory_remove(result.directory, result.name);
	return 0;
}

/* Whether inode is ancestor, or lies below it. */
static bool is_below(const struct inode *inode, const struct inode *ancestor)
{
	for (;;) {
		if (inode == ancestor)
			return true;
		if (inode == files_root)
			return false;
		inode = inode->directory.parent;
	}
}

/* Whether what stands at the new name may make room. */
static int check_over(const struct inode *from, const struct inode *to)
{
	if (from->type != FILE_DIRECTORY) {
		if (to->type == FILE_DIRECTORY)
			return -EISDIR;
		return is_fixed(to) ? -EPERM : 0;
	}
	if (to->type != FILE_DIRECTORY)
		return -ENOTDIR;
	if (to->directory.count)
		return -ENOTEMPTY;
	return to == files_dev ? -EBUSY : 0;
}

static int rename_checked(struct path_result *from, struct path_result *to)
{
	struct inode *inode = from->inode;
	int error;

	if (from->last != LAST_NAME || to->last != LAST_NAME)
		return -EBUSY;
	if (!inode)
		return -ENOENT;
	if (inode->type != FILE_DIRECTORY && (from->slash || to->slash))
		return -ENOTDIR;
	if (inode->type == FILE_DIRECTORY && is_below(to->directory, inode))
		return -EINVAL;
	if (to->inode && to->inode->type == FILE_DIRECTORY && is_below(from->directory, to->inode))
		return -ENOTEMPTY;
	if (inode == to->inode)
		return 0;
	if (is_fixed(inode))
		return inode == files_dev ? -EBUSY : -EPERM;
	if (to->directory == files_dev && !to->inode)
		return -EROFS;
	if (to->inode) {
		error = check_over(inode, to->inode);
		if (error)
			return error;
		directory_replace(to->directory, to->name, inode_get(inode));
	} else {
		error = directory_add(to->directory, to->name, inode_get(inode));
		if (error) {
			inode_put(inode);
			return error;
		}
	}
	directory_remove(from->directory, from->name);
	return 0;
}

int path_rename(const char *from, const char *to)
{
	struct path_result *results = kmalloc(2 * sizeof(*results));
	int error;

	if (!results)
		return -ENOMEM;
	error = path_lookup(from, &results[0]);
	if (!error)
		error = path_lookup(to, &results[1]);
	if (!error)
		error = rename_checked(&results[0], &results[1]);
	kfree(results);
	return error;
}

/* Appends the components of path to the normal form in absolute. */
static int append(char *absolute, size_t size, size_t *length, const char *path)
{
	for (;;) {
		size_t count;

		path += strspn(path, "/");
		count = strcspn(path, "/");
		if (!count)
			return 0;
		if (count == 2 && path[0] == '.' && path[1] == '.') {
			while (*length > 0 && absolute[--*length] != '/')
				;
		} else if (count != 1 || path[0] != '.') {
			if (count > size || *length + 1 + count + 1 > size)
				return -ENAMETOOLONG;
			absolute[(*length)++] = '/';
			memcpy(absolute + *length, path, count);
			*length += count;
		}
		path += count;
	}
}

int path_absolute(const char *path, char *absolute, size_t size)
{
	size_t length = 0;
	int error = 0;

	if (size < 2)
		return -ENAMETOOLONG;
	if (*path != '/')
		error = append(absolute, size, &length, process_directory());
	if (!error)
		error = append(absolute, size, &length, path);
	if (error)
		return error;
	if (length == 0)
		absolute[length++] = '/';
	absolute[length] = '\0';
	return 0;
}
