/* Where the parser's characters come from: a string, a script, the terminal. */
#pragma once

#include "kernel/shell/unwind.h"

struct input {
	struct cleanup cleanup;
	struct input *outer;
	/* More at the end of the text, by input_room(); false: there is none. */
	bool (*fill)(struct shell *sh, struct input *input);
	const char *text;
	size_t length, position;
	size_t shown; /* up to where set -v has shown it */
	int line;
	char *buffer; /* of a file or the terminal */
	size_t capacity;
	struct file *file;
	bool interactive;
	bool ended;
	bool continuation; /* in the middle of a command: PS2 */
	bool literal;	   /* in quotes or a here-document: no completion */
	bool ended_inside; /* by Ctrl-D in the middle of a command: only that command ends */
};

#define INPUT_END (-1)

void input_push_string(struct shell *sh, struct input *input, const char *text, size_t length);
/* One that fill() is set for; what is not set is 0. */
void input_push(struct shell *sh, struct input *input);
void input_pop(struct shell *sh);
int input_get(struct shell *sh);
void input_unget(struct shell *sh); /* the character that input_get() gave last */
int input_peek(struct shell *sh);
/* Throws away what is left of the line. */
void input_discard_line(struct input *input);
/* For fill(): moves the last characters to the front and makes room for size new ones. */
char *input_room(struct shell *sh, struct input *input, size_t size);

/* --- input_sources.c --- */

/* Of a script, which is closed in the end; NULL: standard input. */
void input_push_file(struct shell *sh, struct input *input, struct file *file);
void input_push_terminal(struct shell *sh, struct input *input);
