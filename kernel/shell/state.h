/* What the parts of the shell share. Every function here takes the shell it works for: a subshell
 * is a process with a struct shell of its own. */
#pragma once

#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/input.h"
#include "kernel/shell/name.h"
#include "kernel/shell/options.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/unwind.h"

#include <stdint.h>

struct variable {
	struct variable *next;
	char *value; /* NULL: unset (and hides the parent's) */
	size_t capacity;
	bool read_only, exported;
	uint32_t hash;
	char name[];
};

struct function {
	struct function *next;
	struct node *body; /* NULL: unset (and hides the parent's) */
	struct unit *unit;
	uint32_t hash;
	char name[];
};

/* Variables as they were before a function or a prefix assignment changed them. */
struct local_scope {
	struct cleanup cleanup;
	struct local_scope *outer;
	struct local_variable *saved;
	bool function;
};

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

/* --- parser (words.c, lexer.c, parser.c) --- */

enum parse_result { PARSE_COMMAND, PARSE_NOTHING, PARSE_END };
/* One complete command of the current input, up to a newline. Syntax errors are raised. */
enum parse_result parse_command(struct shell *sh, struct unit *unit, struct node **node);
/* Text as a word in double quotes (PS1, PS4, here-documents). */
struct part *parse_quoted_text(struct shell *sh, struct unit *unit, const char *text);

/* --- variables (variables.c) --- */

/* NULL where it is unset. */
const char *variable_get(struct shell *sh, const char *name);
/* Errors (read-only, no memory) are raised. value NULL unsets. */
void variable_set(struct shell *sh, const char *name, const char *value);
/* The same, but a read-only variable gives false and nothing else. */
bool variable_try_set(struct shell *sh, const char *name, const char *value);
void variable_set_number(struct shell *sh, const char *name, int64_t value);
bool variable_unset(struct shell *sh, const char *name); /* false: read-only */
void variable_mark(struct shell *sh, const char *name, bool read_only, bool exported);
bool variable_is_read_only(struct shell *sh, const char *name);
/* Visits every variable once, in byte order. */
void variables_each(struct shell *sh,
		    void (*visit)(struct shell *sh, const struct variable *variable, void *arg),
		    void *arg);
void variables_init(struct shell *sh, struct shell *environment);

void variables_copy(struct shell *sh, struct shell *from);

void local_scope_push(struct shell *sh, struct local_scope *scope, bool function);
void local_scope_pop(struct shell *sh);
bool local_is_saved(const struct local_scope *scope, const char *name);
/* Saves the variable in scope, to be restored when it ends. */
void local_save(struct shell *sh, struct local_scope *scope, const char *name);

struct function *function_find(struct shell *sh, const char *name);
void function_define(struct shell *sh, const char *name, struct node *body, struct unit *unit);
void function_unset(struct shell *sh, const char *name);
struct function *function_at(struct shell *sh, unsigned index);

/* --- expansion (expand.c, parameter.c, pattern.c, glob.c, arithmetic.c) --- */

/* Words to fields: all expansions, splitting, globbing. */
void expand_words(struct shell *sh, struct word *words, struct fields *fields);
/* The same for one word; assignment: tildes also behind ':', no splitting. */
void expand_word(struct shell *sh, struct word *word, struct fields *fields);
char *expand_assignment(struct shell *sh, struct word *word);
/* A prompt (PS1, PS2, PS4), in the arena; as it stands where an error is in it. */
const char *expand_prompt(struct shell *sh, const char *prompt);
/* One word to one string, without splitting and globbing. */
char *expand_string(struct shell *sh, struct part *parts);
char *expand_document(struct shell *sh, struct part *parts); /* no tildes */
/* A pattern: bytes, and which of them stand for themselves. */
struct pattern {
	char *bytes;
	unsigned char *quoted;
	size_t length;
};
void expand_pattern(struct shell *sh, struct part *parts, struct pattern *pattern);

bool pattern_match(const struct pattern *pattern, const char *text, size_t length);
/* An open directory that errors and interrupts close; else cleanup_pop(). False: cannot be opened.
 */
struct open_directory {
	struct cleanup cleanup;
	struct file *file;
};
bool directory_push(struct shell *sh, struct open_directory *directory, const char *path);

/* The files that match, sorted; adds them to fields. False where none does. */
bool glob_expand(struct shell *sh, const struct pattern *pattern, struct fields *fields);

int64_t arithmetic_evaluate(struct shell *sh, const char *expression);

/* The value of parameter name ("x", "1", "#", "?" …), NULL where unset; not for @ and *. */
const char *parameter_value(struct shell *sh, const char *name, char *number, size_t number_size);
#define NUMBER_TEXT_MAX 24

/* --- execution (execute.c, simple.c, redirect.c, subshell.c) --- */

#define EXECUTE_TESTED 1 /* -e does not look at the status */
int execute(struct shell *sh, struct node *node, unsigned flags);
int execute_simple(struct shell *sh, struct node *node, unsigned flags); /* NODE_COMMAND */
/* The command in the list, if there is one, behind which nothing of the list is left to do. */
const struct node *last_command(const struct node *list);
/* Before a node is run as a process: true where it is the shell's last, and nothing is to be done
 * afterwards, so that the process takes the shell's place. */
bool hand_over_to(struct shell *sh, const struct node *node);
/* Reads and runs commands until the end of the current input. */
int execute_input(struct shell *sh, unsigned flags);
int execute_string(struct shell *sh, const char *text, unsigned flags);
/* argv as a simple command; functions are passed over. */
int execute_arguments(struct shell *sh, int argc, char **argv);
int execute_subshell(struct shell *sh, struct node *node, unsigned flags);
int execute_pipeline(struct shell *sh, struct node *node, unsigned flags);
/* Runs the command and appends what it writes; trailing newlines are cut off. */
void execute_substitution(struct shell *sh, struct node *command, struct text *output);
/* Runs function(sh, arg) as a process, on a stack of its own where this one is short. */
int run_process(struct shell *sh, const char *name, int (*function)(void *arg), void *arg);

struct redirection_scope {
	struct cleanup cleanup;
	struct saved_file *saved;
};
/* Applies the redirections; false after a message where one fails. Popped by
 * redirections_pop(). keep: exec, they stay. */
bool redirections_push(struct shell *sh, struct redirection_scope *scope,
		       struct redirection *redirections);
void redirections_pop(struct shell *sh);
void redirections_keep(struct shell *sh, struct redirection_scope *scope);
/* What was at fd before. */
struct file *redirections_before(const struct redirection_scope *scope, int fd);

/* --- built-ins (builtins.c, builtin_*.c) --- */

struct builtin {
	const char *name;
	int (*run)(struct shell *sh, int argc, char **argv);
	bool assignments; /* arguments like NAME=VALUE expand as assignments do */
	const char *synopsis, *summary;
};
const struct builtin *builtin_find(const char *name);
const struct builtin *builtin_at(unsigned index);
int builtin_break(struct shell *sh, int argc, char **argv);
int builtin_cd(struct shell *sh, int argc, char **argv);
int builtin_command(struct shell *sh, int argc, char **argv);
int builtin_dot(struct shell *sh, int argc, char **argv);
int builtin_env(struct shell *sh, int argc, char **argv);
int builtin_timeout(struct shell *sh, int argc, char **argv);
int builtin_eval(struct shell *sh, int argc, char **argv);
int builtin_exec(struct shell *sh, int argc, char **argv);
int builtin_exit(struct shell *sh, int argc, char **argv);
int builtin_export(struct shell *sh, int argc, char **argv); /* and readonly */
int builtin_jobs(struct shell *sh, int argc, char **argv);
int builtin_kill(struct shell *sh, int argc, char **argv);
int builtin_trap(struct shell *sh, int argc, char **argv);
int builtin_fg(struct shell *sh, int argc, char **argv); /* and bg */
int builtin_getopts(struct shell *sh, int argc, char **argv);
int builtin_history(struct shell *sh, int argc, char **argv);
int builtin_local(struct shell *sh, int argc, char **argv);
int builtin_pwd(struct shell *sh, int argc, char **argv);
int builtin_read(struct shell *sh, int argc, char **argv);
int builtin_return(struct shell *sh, int argc, char **argv);
int builtin_set(struct shell *sh, int argc, char **argv);
int builtin_shift(struct shell *sh, int argc, char **argv);
int builtin_sh(struct shell *sh, int argc, char **argv);
int builtin_true(struct shell *sh, int argc, char **argv);
int builtin_type(struct shell *sh, int argc, char **argv);
int builtin_umask(struct shell *sh, int argc, char **argv);
int builtin_unset(struct shell *sh, int argc, char **argv);
int builtin_wait(struct shell *sh, int argc, char **argv);

/* sh, env, timeout: they run as processes, as if they were programs. NULL gives true. */
bool is_program(const struct builtin *builtin);
/* echo, printf, test …: commands of their own here, built-ins in dash. */
bool is_builtin_in_dash(const char *name);
/* The next place where a path (the rest of PATH or CDPATH, or NULL) has the name, in the arena;
 * NULL behind the last one. */
const char *path_next(struct shell *sh, const char **path, const char *name);
/* type and command -v */
int describe_command(struct shell *sh, int argc, char **argv, bool verbose);
/* A shell as a process of its own, with the exported variables of sh (which may be NULL): argv as
 * for sh, or, where script is not NULL, that file with argv as its $0, $1 … */
int shell_spawn(struct shell *sh, const char *script, int argc, char **argv);

/* --- jobs (jobs.c, copy.c) --- */

/* Starts the list in the background: $! is its process. Errors are raised. */
void job_start(struct shell *sh, struct node *node);
/* The process of "%1", "%+" …; -1 after a message. */
int job_process(struct shell *sh, const char *name);
/* Tells of the jobs that have ended, before a prompt. */
void jobs_tell(struct shell *sh);
/* The shell ends; its jobs go on. */
void jobs_abandon(struct shell *sh);
/* The node as a command line (node_text.c). */
void text_add_node(struct shell *sh, struct text *text, const struct node *node);
/* sh becomes what from is, and shares nothing with it: the copy of node. */
struct node *shell_copy(struct shell *sh, struct shell *from, const struct node *node);

/* --- programs (program.c) --- */

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

/* --- traps (trap.c) --- */

/* Runs the actions of the signals that have come; $? is as before, but where one returns from the
 * function that runs: the status then. */
int traps_run(struct shell *sh);
/* A subshell begins with what its parent ignores. */
void traps_inherit(struct shell *sh, const struct shell *parent);
/* The action for EXIT; the status that the shell ends with. */
int traps_exit(struct shell *sh, int status);
/* Whether any signal, or the end, has an action. */
bool traps_are_set(const struct shell *sh);

/* --- terminal (editor.c, history.c, complete.c) --- */

/* Gives COLUMNS and LINES to what runs next. */
void shell_set_screen(struct shell *sh);

struct editor;
/* What Tab does to the line; again: it comes behind another Tab. */
typedef void editor_completion(struct editor *editor, bool again);
/* Of commands, variables, files, and what a command says may follow it. */
editor_completion editor_complete;

/* Reads one line, edited, without its newline, into *line (process memory, *capacity bytes; grown).
 * Its length, -1 at the end of input (Ctrl-D on an empty line), -EINTR after Ctrl-C. */
long editor_read_line(struct shell *sh, const char *prompt, editor_completion *complete,
		      char **line, size_t *capacity);

void history_add(const char *line, size_t length);
/* index counts back: 0 is the newest; NULL beyond the oldest. */
const char *history_get(unsigned index, size_t *length);
unsigned history_count(void);
unsigned history_first_number(void);
void history_clear(void);
