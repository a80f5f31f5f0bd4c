/* Inside ls: what is listed, and how it is printed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/posix/file.h"

struct ls_settings {
	bool all, almost_all; /* -a, -A */
	bool long_form, human, inode, directories, recursive, classify;
	bool reverse, by_size, by_time;
	bool columns, quoted;
	bool headings; /* name each directory */
	bool printed;  /* something stands above: an empty line parts it from what follows */
	int status;
};

struct ls_entry {
	char *name;
	const char *shown;
	struct file_stat stat;
	bool reverse, by_size, by_time; /* how it is to be sorted */
};

struct ls_list {
	struct ls_entry *entries;
	size_t count, room;
};

/* print.c: as the settings say, in the list's order. */
void ls_print(const struct ls_settings *settings, const struct ls_list *list);
