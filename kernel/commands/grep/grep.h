/* Inside grep. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/regex.h"

#define STATUS_TROUBLE 2
#define NO_LIMIT       UINT64_MAX

struct grep_glob {
	struct regex regex;
	struct grep_glob *next;
	bool include, directories;
};

struct grep {
	struct regex regex;
	bool nothing; /* there is no pattern */
	bool empty;   /* an empty line is selected */
	bool invert, quiet, count, only_matching, list, list_without, line_numbers, byte_offsets,
		with_names, no_names, suppress, zero_names, initial_tab, text, skip_binary,
		recursive, skip_directories, skip_devices, line_buffered;
	char end;	       /* of a line */
	uint64_t most;	       /* lines to select */
	int64_t before, after; /* lines of context; -1: not asked for */
	const char *label;
	const char *separator; /* between groups of lines; NULL: none */
	struct grep_glob *globs;
	bool include_given;
	bool output_null;
	/* what came out */
	bool selected, trouble;
	bool printed; /* a line was */
};

/* scan.c: one open file. */
void grep_scan(struct grep *grep, int fd, const char *name);
/* files.c: operands and directories. */
void grep_operand(struct grep *grep, const char *name);
/* Says why name could not be read, unless -s was given. */
void grep_complain(struct grep *grep, const char *name, long error);
/* What name is called in output. */
const char *grep_name(const struct grep *grep, const char *name);
