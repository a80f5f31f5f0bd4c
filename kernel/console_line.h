/* A line being typed, as a terminal in canonical mode edits it (POSIX 1003.1-2017, section 11.1.6).
 * Pure: bytes in, echo out through a callback; tested on the host. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CONSOLE_LINE_MAX 4096

struct console_line {
	void (*echo)(const char *bytes, size_t size);
	unsigned start_column; /* of the terminal where the line begins, from 0 */
	size_t length;	       /* bytes typed so far */
	size_t taken, ready;   /* text[taken] up to text[ready] can be read; 0, 0 while typing */
	bool end_of_file;      /* Ctrl-D at the start of the line */
	bool literal;	       /* Ctrl-V: the next byte has no special meaning */
	char text[CONSOLE_LINE_MAX];
};

/* One typed byte; not to be called while console_line_available(). */
void console_line_type(struct console_line *line, char byte);
/* Whether something can be taken: a complete line, what Ctrl-D handed over, end of file. */
bool console_line_available(const struct console_line *line);
/* Up to size bytes of it, 0 for end of file (which is then over). */
size_t console_line_take(struct console_line *line, char *bytes, size_t size);
/* Hands over what has been typed as if it were complete. */
void console_line_commit(struct console_line *line);
/* Forgets everything. */
void console_line_reset(struct console_line *line);
