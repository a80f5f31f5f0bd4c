/* Commands that are no built-ins: who runs them, and where they are. */
#pragma once

#include <stdbool.h>

struct shell;
struct command;

struct program {
	const struct command *command; /* of the kernel; */
	bool is_shell;		       /* or a new shell; else a script */
	const char *path;	       /* where it is */
};
/* Looks for it as PATH says; 0 or a negative errno. */
int program_find(struct shell *sh, const char *name, struct program *program);
int program_run(struct shell *sh, const struct program *program, int argc, char **argv);
/* The message about one that could not be found; the status, 126 or 127. */
int program_missing(struct shell *sh, const char *name, int error);
