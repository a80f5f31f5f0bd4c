/* What head and tail share: their options, and how they open and name files. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct count_options {
	bool bytes;	    /* -c: count bytes, not lines */
	bool signed_prefix; /* head -n -N, tail -n +N */
	uint64_t count;
	char end; /* of a line */
	bool never_headers, always_headers;
	char **files;
	int file_count;
};

/* Parses "[-c [SIGN]N] [-n [SIGN]N] [-qvz] [-N] [FILE]..." with sign as the prefix that means
 * something; ends the process on misuse. */
void count_parse(int argc, char **argv, char sign, struct count_options *options);

/* For each file: opens it, prints its header where one is due, and calls each(). The status. */
int count_for_each(const struct count_options *options,
		   int (*each)(int fd, const char *name, const struct count_options *options));

/* Reads to the end of the file, also of one that cannot seek, and tells the last count bytes or
 * lines from those before: prints these for head (all_but), the last ones for tail. The status. */
int count_from_end(int fd, const char *name, const struct count_options *options, bool all_but);

/* "NAME: error reading 'FILE': reason"; returns 1. */
int count_complain(const char *name, long error);
