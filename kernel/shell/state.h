/* A shell: its state, its beginning and its end. A subshell is a process with a struct shell of its
 * own; every function of the shell takes the one that it works for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/options.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/variables.h"

enum skip { SKIP_NONE, SKIP_BREAK, SKIP_CONTINUE, SKIP_RETURN };

#define SHELL_BUCKETS 64

struct shell {
	struct shell *parent; /* of a subshell: variables and functions not set here are its */
	struct positional positional;
	struct shell_options options;
	int status;		  /* $? */
	int substitution_status;  /* of the last command substitution in the current command */
	int line;		  /* of the running command, for messages */
	const char *command_name; /* the built-in that speaks, or NULL */
	bool interactive;
	bool pasting;	     /* a bracketed paste goes on in the next line */
	bool builtin_failed; /* builtin_error() was called */
	bool close_failed;   /* the end of a redirection reported an error */
	enum skip skip;
	int skip_count;
	int loop_depth;
	int function_depth;
	struct local_scope *locals;
	struct cleanup *cleanups;
	struct input *input;
	struct arena arena; /* what one command needs while it runs */
	struct unit *unit;  /* whose nodes run */
	struct unit *spare_unit;
	const struct node *last; /* behind it the shell ends; NULL: not known */
	struct handler *handler; /* NULL: errors end the shell, in uncaught() */
	void (*uncaught)(struct shell *sh, int status) __attribute__((noreturn));
	unsigned builtin_flags;	       /* EXECUTE_ flags of the built-in's command */
	struct local_scope base_scope; /* for local in a function's subshell */
	uint64_t random;
	char *traps[SIGNAL_MAX + 1]; /* actions; "": the signal is ignored */
	uint64_t ignored_at_start;   /* signals that stay so */
	int trap_exit_status;	     /* what exit gives in an action; -1: in none */
	int process, background;     /* $$ and $! */
	struct variable *variables[SHELL_BUCKETS];
	struct function *functions[SHELL_BUCKETS];
};

/* exit: the shell process ends with status, after the action for EXIT; and without that. */
_Noreturn void shell_exit(struct shell *sh, int status);
_Noreturn void shell_end(struct shell *sh, int status);

/* A new shell in memory of the current process; NULL when memory is out. */
struct shell *shell_new(struct shell *parent, bool subshell);
/* Says so on standard error. */
void shell_cannot_start(void);

/* Reads and runs commands until the end of the current input. */
int execute_input(struct shell *sh, unsigned flags);
int execute_string(struct shell *sh, const char *text, unsigned flags);
/* A shell as a process of its own, with the exported variables of sh (which may be NULL): argv as
 * for sh, or, where script is not NULL, that file with argv as its $0, $1 … */
int shell_spawn(struct shell *sh, const char *script, int argc, char **argv);
