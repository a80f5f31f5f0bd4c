/* A command: one file in kernel/commands, its table entry in the same file. A command runs as a
 * process (kernel/posix/process.h). */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tab behind a command's name. */
struct completion {
	int argc; /* the words in front of the one at the cursor; argv[0] is the command's name */
	char **argv;
	const char *word; /* what is typed of it, without quotes */
	bool files; /* files may stand there as well: true unless the command says otherwise */
	/* Takes what may stand there, whether it begins like word or not. A '=' at the end says
	 * that a value follows. */
	void (*offer)(struct completion *completion, const char *text);
};

struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *synopsis; /* "[-l] [FILE]..." */
	const char *summary;  /* one line, for help: "Copy a file, converting and formatting it" */
	const char *help;     /* the rest of --help: options, notes; may be "" */
	void (*describe)(void); /* prints what comes behind help; NULL: nothing */
	void (*complete)(struct completion *completion); /* NULL: files */
};

/* The linker collects the entries; COMMAND(dd, "[OPERAND]...", "Copy …", "…") takes dd_main. What
 * not every command has may follow: .describe = print_groups. */
#define COMMAND_NAMED(identifier, name_text, main_function, synopsis_text, summary_text, \
		      help_text, ...)                                                    \
	static const struct command command_##identifier = {.name = name_text,           \
							    .main = main_function,       \
							    .synopsis = synopsis_text,   \
							    .summary = summary_text,     \
							    .help = help_text,           \
							    __VA_ARGS__};                \
	static const struct command *const command_entry_##identifier                    \
		__attribute__((used, section("commands"))) = &command_##identifier
#define COMMAND(identifier, synopsis_text, summary_text, help_text, ...)                       \
	COMMAND_NAMED(identifier, #identifier, identifier##_main, synopsis_text, summary_text, \
		      help_text, __VA_ARGS__)

const struct command *command_find(const char *name);
/* Puts a file for each of them into /bin, for those who look there. */
void command_files_init(void);
/* In byte order of the names; NULL behind the last one. */
const struct command *command_at(unsigned index);
/* Runs the command as a process; "--help" as the only operand prints its help instead, and among
 * options wherever getopt_next() comes to it. */
int command_run(const struct command *command, int argc, char **argv);
/* The long option that the command does not have is --help: prints its help, and ends it. Returns
 * where it is another one, or no command runs. */
void command_answer_help(const char *option);
/* What "NAME --help" prints. */
void command_print_help(const struct command *command);
/* The shell's built-ins for help, written like commands (main is not used), in any order; NULL
 * behind the last one. The shell provides it. */
const struct command *shell_builtin_at(unsigned index);

/* Standard output of the current process, buffered like C's stdout: by line on the console, by 4
 * KiB elsewhere. */
void out(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_bytes(const void *bytes, size_t size);
void out_char(char c);
/* Writes out what is buffered. 0 or a negative errno; the error is sticky. command_run() does it at
 * the end. Wherever an error comes up, the command ends at once with "NAME: write error: No space
 * left on device" and status 1. */
int out_flush(void);
/* Keeps what is written from here on, until out_kept() takes it: *length bytes, memory of the
 * process. Without memory it is written after all. */
void out_keep(void);
char *out_kept(size_t *length);
/* For commands that have another message, or another status where 1 is no error (NULL, 0: as
 * above). */
void out_failure(const char *message, int status);
/* For commands whose work is something else, as that of cp -v: it goes on without its output, and
 * the error is reported when it is done. */
void out_failure_waits(void);

/* Standard error, unbuffered (standard output is flushed first), as it is. */
void err(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same with "NAME: " before and a newline behind. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* complain() with what, the quoted name and the text of a negative errno: "cannot open 'x': No such
 * file or directory". 1, for a status. */
int complain_about(const char *what, const char *name, long error);
/* complain_about(), then process_exit(1). */
_Noreturn void fail_about(const char *what, const char *name, long error);
/* complain(), then process_exit(status). */
_Noreturn void fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "Try 'NAME --help' for more information." on standard error, then process_exit(status): how
 * coreutils end on misuse. */
_Noreturn void fail_usage(int status);
/* complain() about a missing operand, or this one too many; then fail_usage(1). */
_Noreturn void fail_missing_operand(void);
_Noreturn void fail_extra_operand(const char *operand);

/* process_alloc() that ends the process with "NAME: memory exhausted" and status 1. */
void *alloc_or_fail(size_t size);
/* A file name as coreutils quote it in messages: 'name', with $'\n' forms for odd bytes. Valid
 * until the process ends. */
const char *quote(const char *name);
/* The same but only quoted where a shell would need it (quotearg's shell-escape style: cmp: a b: ->
 * 'a b'). */
const char *quote_if_needed(const char *name);
/* What is no file name, as coreutils quote it in messages ('ab\'c\n'). */
const char *quote_text(const char *string);
/* As it is, or as C writes it where it has a colon, a double quote or an odd byte ("a\n"). */
const char *quote_c_if_needed(const char *string);

/* Options as getopt(3) parses them: short options with clusters, "--", long options by unambiguous
 * prefix; operands are permuted behind the options. On a bad one it prints getopt's message and
 * returns '?'. */
struct option {
	const char *name;
	int has_argument; /* 0 no, 1 required, 2 optional */
	int value;
};
struct getopt {
	int index; /* of the first operand once -1 is returned; start with {0} */
	char *argument;
	int next; /* internal */
	int permuted_first, permuted_last;
	int option;
};
int getopt_next(struct getopt *state, int argc, char **argv, const char *short_options,
		const struct option *long_options);

/* The width of what standard output is shown on (COLUMNS; the terminal's; 80 where it is no
 * terminal), and the terminal's height (LINES). */
unsigned screen_columns(void);
unsigned screen_rows(void);

/* Long work on an interactive console: after one second a line such as "sha256sum: 120 MiB of 256
 * MiB (47 %), 300 MiB/s" appears on the console and is rewritten a few times a second, and is gone
 * when the command writes or ends. Nothing where standard error is not the console or the console
 * is not interactive. */
void progress(uint64_t done, uint64_t total); /* bytes; total 0 where unknown */
/* Whether the line should be drawn now: each true is one progress_text() with the command's own. */
bool progress_is_due(void);
void progress_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void progress_clear(void);
