/* Paths and trees, for the commands that move files about. */
#pragma once

#include <stdbool.h>

#include "kernel/posix/file.h"

/* "DIR/NAME", with one slash between; the process's memory. */
char *path_join(const char *directory, const char *name);
/* The last component without trailing slashes ("/" for the root), as basename has it. */
char *path_last(const char *path);
bool path_is_directory(const char *path);
/* Whether a walk through a tree goes down into the directory. Not into /dev/fd: what it has are the
 * descriptors of whoever looks, the walk's own among them. Elsewhere it is a symbolic link. */
bool path_is_walked(const struct file_stat *directory);
bool path_same_file(const char *a, const char *b);

/* Copies a tree or a file; messages as cp's. The status. */
struct copy_options {
	bool recursive, force, no_clobber, verbose;
	const char *directory; /* -t: the sources go into it */
	bool into_nothing;     /* -T: the target is no directory that they go into */
};
int copy_path(const char *from, const char *to, const struct copy_options *options);

/* What cp and mv share. Takes an option: -n, -v, -t or -T; another one ends the process. */
void copy_option(int option, const char *argument, struct copy_options *options);
/* Calls each() for every source in "COMMAND SOURCE... TARGET" with the path that it becomes; ends
 * the process on misuse. The status. */
int copy_each(char **operands, int count, const struct copy_options *options,
	      int (*each)(const char *from, const char *to, const struct copy_options *options));

/* Removes a tree or a file; messages as rm's. The status. */
struct remove_options {
	bool recursive, force, directories, verbose;
};
int remove_path(const char *path, const struct remove_options *options);
