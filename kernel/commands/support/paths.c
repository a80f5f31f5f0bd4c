/* Paths, for the commands that move files about. */
#include "kernel/commands/support/paths.h"

#include "kernel/commands/command.h"
#include "lib/errno.h"
#include "lib/string.h"

char *path_join(const char *directory, const char *name)
{
	size_t length = strlen(directory), name_length = strlen(name);
	bool slash = length && directory[length - 1] != '/';
	char *path = alloc_or_fail(length + name_length + 2);

	memcpy(path, directory, length);
	path[length] = '/';
	memcpy(path + length + slash, name, name_length + 1);
	return path;
}

char *path_last(const char *path)
{
	size_t end = strlen(path);
	size_t start;

	while (end > 1 && path[end - 1] == '/')
		end--;
	start = end;
	if (end == 1 && path[0] == '/')
		start = 0;
	else
		while (start && path[start - 1] != '/')
			start--;
	char *last = alloc_or_fail(end - start + 1);

	memcpy(last, path + start, end - start);
	last[end - start] = '\0';
	return last;
}

bool path_is_directory(const char *path)
{
	struct file_stat stat;

	return path_stat(path, &stat) == 0 && stat.type == FILE_DIRECTORY;
}

bool path_is_walked(const struct file_stat *directory)
{
	struct file_stat descriptors;

	return path_stat("/dev/fd", &descriptors) || descriptors.inode != directory->inode;
}

bool path_same_file(const char *a, const char *b)
{
	struct file_stat x, y;

	return path_stat(a, &x) == 0 && path_stat(b, &y) == 0 && x.inode == y.inode &&
	       x.type == y.type;
}

void copy_option(int option, const char *argument, struct copy_options *options)
{
	switch (option) {
	case 'n':
		options->no_clobber = true;
		break;
	case 'v':
		options->verbose = true;
		break;
	case 't':
		options->directory = argument;
		break;
	case 'T':
		options->into_nothing = true;
		break;
	default:
		fail_usage(1);
	}
}

/* Whether the sources go into target, which then is a directory; it must be one where there are
 * several. */
static bool goes_into(const char *target, char **sources, int count,
		      const struct copy_options *options)
{
	struct file_stat stat;

	if (options->into_nothing) {
		if (count > 1) {
			complain("extra operand %s", quote(count > 2 ? sources[2] : target));
			fail_usage(1);
		}
		return false;
	}
	int error = path_stat(target, &stat);

	if (!error && stat.type == FILE_DIRECTORY)
		return true;
	if (options->directory || count > 1)
		fail(1, "target %s%s: %s", options->directory ? "directory " : "", quote(target),
		     error_text(error ? -error : ENOTDIR));
	return false;
}

int copy_each(char **operands, int count, const struct copy_options *options,
	      int (*each)(const char *from, const char *to, const struct copy_options *options))
{
	const char *target = options->directory;
	int status = 0;

	if (!count)
		complain("missing file operand");
	else if (!target && count == 1)
		complain("missing destination file operand after %s", quote(operands[0]));
	if (count < (target ? 1 : 2))
		fail_usage(1);
	if (!target)
		target = operands[--count];
	bool into = goes_into(target, operands, count, options);

	for (int i = 0; i < count; i++)
		status |= each(operands[i],
			       into ? path_join(target, path_last(operands[i])) : target, options);
	return status;
}
