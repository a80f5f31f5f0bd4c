/* Paths and trees, for the commands that move files about. */
#pragma once

#include <stdbool.h>

#include "kernel/files/file.h"

/* "DIR/NAME", with one slash between; the process's memory. */
char *path_join(const char *directory, const char *name);
/* The last component without trailing slashes ("/" for the root), as basename has it. */
char *path_last(const char *path);
bool path_is_directory(const char *path);
bool path_same_file(const char *a, const char *b);

/* Where "COMMAND SOURCE... TARGET" puts a source. */
struct destination {
	const char *target;
	bool into; /* target is a directory that the sources go into */
};
/* Checks the operands of cp and mv (sources first, the target last) and takes the last one off;
 * ends the process on misuse. force_file: -T. */
void destination_parse(char **operands, int *count, const char *directory, bool force_file,
		       struct destination *destination);
/* The path that source becomes. */
const char *destination_path(const struct destination *destination, const char *source);

/* Copies a tree or a file; messages as cp's. The status. */
struct copy_options {
	bool recursive, force, no_clobber, verbose;
};
int copy_path(const char *from, const char *to, const struct copy_options *options);

/* Removes a tree or a file; messages as rm's. The status. */
struct remove_options {
	bool recursive, force, directories, verbose;
};
int remove_path(const char *path, const struct remove_options *options);
