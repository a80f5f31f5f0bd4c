/* What the built-ins share: their messages, options, numbers and output. */
#pragma once

#include <stddef.h>

struct shell;

/* "sh: 1: NAME: message"; returns 2. */
int builtin_error(struct shell *sh, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A number of an argument, as exit and shift take it; -1 after a message. */
int builtin_number(struct shell *sh, const char *text);
/* The options in front of a built-in's operands, one letter at a time: one of letters (where ':'
 * follows, with an argument), 0 behind the last one, -1 after a message. Start with index 1; it is
 * that of the first operand in the end. */
struct builtin_options {
	int index;
	const char *at, *argument;
};
int builtin_option(struct shell *sh, int argc, char **argv, const char *letters,
		   struct builtin_options *options);
/* Text on standard output; 0, or 1 after a message. */
int builtin_output(struct shell *sh, const char *bytes, size_t length);
