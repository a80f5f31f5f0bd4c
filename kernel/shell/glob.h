/* Directories, and the names in them that match a pattern. */
#pragma once

#include <stdbool.h>

#include "kernel/shell/fields.h"
#include "kernel/shell/pattern.h"
#include "kernel/shell/unwind.h"

struct shell;

/* An open directory that errors and interrupts close; else cleanup_pop(). False: cannot be opened.
 */
struct open_directory {
	struct cleanup cleanup;
	struct file *file;
};
bool directory_push(struct shell *sh, struct open_directory *directory, const char *path);

/* The files that match, sorted; adds them to fields. False where none does. */
bool glob_expand(struct shell *sh, const struct pattern *pattern, struct fields *fields);
