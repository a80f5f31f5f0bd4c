/* Removing files and trees, for rm and mv. */
#include "kernel/commands/support/paths.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/string.h"

#define STACK_LEAST 8192

static int cannot_remove(const char *path, int error)
{
	complain_about("cannot remove", path, error);
	return 1;
}

/* The first entry of a directory: 1, 0 if it is empty, or an error. Asked again after each removal,
 * so no descriptor stays open while going down. */
static int first_entry(const char *path, unsigned skip, struct directory_entry *entry)
{
	struct file *directory;
	uint64_t cursor = 0;
	int result = file_open(path, O_RDONLY | O_DIRECTORY, 0, &directory);

	if (result)
		return result;
	do
		result = directory_read(directory, &cursor, entry);
	while (result == 1 && skip--);
	file_close(directory);
	return result;
}

static bool is_empty(const char *path)
{
	struct directory_entry *entry = alloc_or_fail(sizeof(*entry));
	bool empty = first_entry(path, 0, entry) == 0;

	process_free(entry);
	return empty;
}

static int remove_entries(const char *path, const struct remove_options *options)
{
	struct directory_entry *entry = alloc_or_fail(sizeof(*entry));
	unsigned kept = 0; /* entries that could not be removed */
	int more;

	while ((more = first_entry(path, kept, entry)) == 1) {
		char *name = path_join(path, entry->name);

		process_check_interrupt();
		if (remove_path(name, options))
			kept++;
		process_free(name);
	}
	process_free(entry);
	if (more < 0)
		return cannot_remove(path, more);
	return kept != 0;
}

int remove_path(const char *path, const struct remove_options *options)
{
	struct file_stat stat;
	int error = path_stat(path, &stat);

	if ((error == -ENOENT || error == -ENOTDIR) && options->force) {
		/* /dev/fd/N of a closed descriptor is there all the same. */
		error = path_unlink(path);
		if (!error || error == -ENOENT || error == -ENOTDIR)
			return 0;
	}
	if (error)
		return cannot_remove(path, error);
	if (stat.type != FILE_DIRECTORY) {
		error = path_unlink(path);
		if (error)
			return cannot_remove(path, error);
		if (options->verbose)
			out("removed %s\n", quote(path));
		return 0;
	}
	if (!options->recursive && !options->directories)
		return cannot_remove(path, -EISDIR);
	if (options->recursive && !path_is_walked(&stat))
		return cannot_remove(path, -EPERM);
	if (options->recursive) {
		if (thread_stack_left() < STACK_LEAST)
			return cannot_remove(path, -ENAMETOOLONG);
		if (remove_entries(path, options))
			return 1;
	}
	error = path_rmdir(path);
	/* "." of a directory that is not empty, say */
	if (error == -EINVAL && !is_empty(path))
		error = -ENOTEMPTY;
	if (error)
		return cannot_remove(path, error);
	if (options->verbose)
		out("removed directory %s\n", quote(path));
	return 0;
}
