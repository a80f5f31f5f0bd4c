/* Inside sed: a script as it is parsed, and what it works on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/regex.h"

#define STATUS_USAGE 1
#define STATUS_INPUT 2
#define STATUS_PANIC 4

#define SPACE_LIMIT (16u * 1024 * 1024) /* of the pattern and the hold space, and of what grows */

struct sed_text {
	char *bytes;
	size_t length, room;
	bool newline; /* comes behind it, as a line */
};

void sed_add(struct sed_text *text, const void *bytes, size_t length);
void sed_add_byte(struct sed_text *text, char c);

enum sed_address_kind {
	ADDRESS_NONE,
	ADDRESS_LINE,	/* first */
	ADDRESS_STEP,	/* first~step */
	ADDRESS_LAST,	/* $ */
	ADDRESS_REGEX,	/* regex; NULL: the last one used */
	ADDRESS_PLUS,	/* +first, as the second one */
	ADDRESS_MODULO, /* ~first, as the second one */
};

struct sed_address {
	enum sed_address_kind kind;
	uint64_t first, step;
	struct regex *regex;
};

/* A file that w writes to. */
struct sed_written {
	struct sed_written *next;
	const char *name;
	int fd; /* 1, 2: standard output, error */
	bool missing_newline;
};

struct sed_command {
	char name;
	bool negated;
	struct sed_address from, to;
	bool active;	      /* within the range */
	bool closed;	      /* the range has ended */
	uint64_t range_end;   /* of a range that ends at a line */
	size_t target;	      /* of { b t T: where to go on */
	const char *label;    /* of : b t T; the file of r */
	struct sed_text text; /* of a i c; the replacement of s */
	unsigned char *map;   /* of y */
	struct regex *regex;  /* of s; NULL: the last one used */
	bool global, print;
	unsigned references; /* highest \N in the replacement */
	uint64_t number;     /* of the match; exit status of q Q; width of l, NONE_GIVEN */
	struct sed_written *file;
};

#define NONE_GIVEN  UINT64_MAX
#define NESTING_MAX 64 /* of { } */

/* Where in the script something is, as messages say it. */
struct sed_script_place {
	const char *name; /* of the file; NULL: -e number */
	unsigned number, line;
	size_t at;
};

struct sed_script {
	struct sed_command *lines;
	size_t count, room;
	bool extended, quiet, separate, null_data;
	struct sed_written *written;
	/* while it is parsed */
	size_t blocks[NESTING_MAX]; /* { that are open */
	struct sed_script_place block_places[NESTING_MAX];
	struct sed_script_place last; /* of the last piece */
	unsigned depth;
	bool open_text; /* a\ ended a piece: its text is the next one */
};

/* One -e or -f. name: of the file, NULL for -e number. Ends the process where something is wrong.
 */
void sed_script_add(struct sed_script *script, const char *text, size_t length, const char *name,
		    unsigned number);
_Noreturn void sed_script_fail(const struct sed_script_place *place, const char *what);
/* After the last one: labels and braces. */
void sed_script_end(struct sed_script *script);

/* Runs the script over the files; the status. suffix: NULL, or of the copies that -i keeps. */
int sed_run(struct sed_script *script, char **files, int count, bool in_place, const char *suffix,
	    unsigned width);
