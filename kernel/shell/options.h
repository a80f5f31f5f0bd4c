/* The options of sh and set. */
#pragma once

#include <stdbool.h>

struct shell;

struct shell_options {
	bool exit_on_error;  /* -e */
	bool unset_is_error; /* -u */
	bool trace;	     /* -x */
	bool no_glob;	     /* -f */
	bool no_clobber;     /* -C */
	bool no_execute;     /* -n */
	bool verbose;	     /* -v */
	bool all_export;     /* -a */
	bool interactive;    /* -i */
	bool read_stdin;     /* -s */
	bool ignore_eof;     /* -I: Ctrl-D does not end an interactive shell */
	bool pipe_fail;	     /* -o pipefail: the status is that of the last one that failed */
	/* only kept */
	bool monitor, vi, emacs, notify, privileged, no_log, debug, hash_all;
};

/* Options of sh (-c makes *string not NULL) and set (string NULL); returns the index of the first
 * operand, -1 after a message. */
int options_parse(struct shell *sh, int argc, char **argv, const char **string);
/* $-: at most 18 letters and a NUL. */
void option_letters(struct shell *sh, char *letters);
