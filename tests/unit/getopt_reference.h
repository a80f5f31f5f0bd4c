/* The C library's getopt_long(), called as kernel/commands/command.h has it. */
#pragma once

/* Starts over with these arguments. */
void reference_getopt_start(void);
struct reference_option {
	const char *name;
	int has_argument;
	int value;
};
int reference_getopt(int argc, char **argv, const char *short_options,
		     const struct reference_option *long_options, char **argument, int *index);
/* What it has printed since the start. */
const char *reference_getopt_messages(void);
