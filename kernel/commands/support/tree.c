/* Going through directories without recursion. */
#include "kernel/commands/support/tree.h"

#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

static struct tree_path *make(const char *directory, const char *name, unsigned depth)
{
	size_t length = strlen(directory), name_length = strlen(name);
	bool slash = length && directory[length - 1] != '/';
	struct tree_path *path = alloc_or_fail(sizeof(*path) + length + slash + name_length + 1);

	path->next = NULL;
	path->depth = depth;
	memcpy(path->path, directory, length);
	if (slash)
		path->path[length] = '/';
	memcpy(path->path + length + slash, name, name_length + 1);
	return path;
}

struct tree_path *tree_begin(const char *path)
{
	return make("", path, 0);
}

int tree_descend(const struct tree_path *path, bool as_dot, struct tree_path **list)
{
	struct directory_entry *entry = alloc_or_fail(sizeof(*entry));
	struct tree_path **at = list;
	uint64_t cursor = 0;
	int fd = process_open(path->path, O_RDONLY | O_DIRECTORY, 0), more = fd;

	while (fd >= 0 && (more = directory_read(process_file(fd), &cursor, entry)) == 1) {
		struct tree_path *found =
			make(as_dot ? "" : path->path, entry->name, path->depth + 1);

		process_check_interrupt();
		found->next = *at;
		*at = found;
		at = &found->next;
	}
	if (fd >= 0)
		process_set_file(fd, NULL);
	process_free(entry);
	return more < 0 ? more : 0;
}
