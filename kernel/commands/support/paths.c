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

bool path_same_file(const char *a, const char *b)
{
	struct file_stat x, y;

	return path_stat(a, &x) == 0 && path_stat(b, &y) == 0 && x.inode == y.inode &&
	       x.type == y.type;
}

void destination_parse(char **operands, int *count, const char *directory, bool force_file,
		       struct destination *destination)
{
	struct file_stat stat;
	int needed = directory ? 1 : 2;

	if (*count < needed) {
		if (*count == 0)
			complain("missing file operand");
		else
			complain("missing destination file operand after %s", quote(operands[0]));
		fail_usage(1);
	}
	destination->target = directory ? directory : operands[--*count];
	destination->into = false;
	if (force_file) {
		if (*count > 1)
			fail_extra_operand(operands[1]);
		return;
	}
	int error = path_stat(destination->target, &stat);

	destination->into = !error && stat.type == FILE_DIRECTORY;
	if (destination->into)
		return;
	if (directory)
		fail(1, "target directory %s: %s", quote(directory),
		     error_text(error ? -error : ENOTDIR));
	if (*count > 1)
		fail(1, "target %s: %s", quote(destination->target),
		     error_text(error ? -error : ENOTDIR));
}

const char *destination_path(const struct destination *destination, const char *source)
{
	return destination->into ? path_join(destination->target, path_last(source))
				 : destination->target;
}
