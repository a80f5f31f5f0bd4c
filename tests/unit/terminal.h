/* A small terminal behind console_write(), with the few control sequences that the editor uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TERMINAL_ROWS	 4000
#define TERMINAL_COLUMNS 100 /* wider than what the editor assumes */

extern struct terminal {
	char cells[TERMINAL_ROWS][TERMINAL_COLUMNS]
		  [5]; /* a character's bytes; "" behind a wide one */
	unsigned row, column;
	size_t written; /* bytes */
	unsigned bells;
} terminal;

void terminal_reset(void);
/* What a line of the screen shows, blanks at its end left out. */
const char *terminal_line(unsigned row);
/* Whether the character takes two columns: Hangul, in these tests. */
bool terminal_is_wide(const char *bytes, size_t length);
