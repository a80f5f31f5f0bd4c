/* Inside sed: a script that runs. */
#pragma once

#include "kernel/commands/sed/sed.h"
#include "kernel/commands/support/input.h"

/* What a cycle appends when it ends: a text, or a file's content. */
struct sed_appended {
	struct sed_appended *next;
	const struct sed_text *text;
	const char *file;
};

struct sed {
	struct sed_script *script;
	char **files; /* still to be read */
	int count;
	bool in_place;
	const char *suffix;
	unsigned width;
	struct input input;
	bool open;	  /* input is */
	const char *name; /* of input */
	uint64_t number;  /* of the line */
	struct sed_text pattern, hold, made;
	bool replaced; /* for t */
	struct regex *last_regex;
	struct sed_appended *appended, **appended_end;
	bool missing_newline;
	struct sed_text output; /* of -i */
	int status;
	int exit_status;
};

/* output.c */

/* What a line ends with: a newline, or with -z NUL. */
char sed_line_end(const struct sed *sed);
/* That of a last line without one, where more comes behind it. */
void sed_put_missing_newline(struct sed *sed);
/* Behind that. */
void sed_put_text(struct sed *sed, const void *bytes, size_t length);
/* A line; without its end where the input had none. */
void sed_put_line(struct sed *sed, const char *bytes, size_t length);
/* A line with its end. */
void sed_put_word(struct sed *sed, const char *word);
/* The pattern space: to a file of w, up to its first newline, as l shows it. */
void sed_put_written(struct sed *sed, struct sed_written *file);
void sed_put_first(struct sed *sed);
void sed_put_visible(struct sed *sed, unsigned width);
/* The number of the line. */
void sed_put_number(struct sed *sed);
/* The text of i and c. */
void sed_put_insertion(struct sed *sed, const struct sed_text *text);
/* What is to come at the end of the cycle: a text, or if it is NULL a file's content. */
void sed_append(struct sed *sed, const struct sed_text *text, const char *file);
void sed_put_appended(struct sed *sed);

/* input.c */

/* The next line goes behind the pattern space; false where there is none. */
bool sed_read_line(struct sed *sed);
/* Whether the line is the last one: of all files, or of its own with -s and -i. */
bool sed_is_last(struct sed *sed);
void sed_close_input(struct sed *sed);

/* select.c */

/* The expression itself, or if it is NULL the last one used; from now on that is this one. */
struct regex *sed_regex_of(struct sed *sed, struct regex *regex);
/* Whether the line that was read is one of the command's, before its ! is looked at. Once for each
 * line: ranges move on. */
bool sed_is_selected(struct sed *sed, struct sed_command *line);

/* substitute.c: whether anything in the pattern space was replaced. */
bool sed_substitute(struct sed *sed, struct sed_command *line);
