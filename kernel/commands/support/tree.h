/* Going through directories without recursion and without descriptors that stay open: what is still
 * to be visited is a list of paths. */
#pragma once

#include <stdbool.h>

struct tree_path {
	struct tree_path *next;
	unsigned depth; /* 0 for the first one */
	char path[];
};

/* A path to begin with; freed by process_free(). The process ends where memory is out. */
struct tree_path *tree_begin(const char *path);
/* Puts what the directory at `path` has, in the order of its names, before *list: 0, or a negative
 * errno. Where as_dot the names come without "./" before them. */
int tree_descend(const struct tree_path *path, bool as_dot, struct tree_path **list);
