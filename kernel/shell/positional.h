/* The positional parameters, and where getopts stands in them. */
#pragma once

#include <stdbool.h>

struct shell;

#define NO_OFFSET (-1)

struct positional {
	char *zero; /* $0 */
	int count;
	char **values; /* one process_alloc() block, or a function call's arguments */
	bool owned;    /* values is to be freed */
	int option_index, option_offset; /* where getopts goes on: word and byte */
};

void positional_set(struct shell *sh, int argc, char **argv);
/* getopts begins at the word of this number. */
void options_restart(struct positional *positional, int index);
