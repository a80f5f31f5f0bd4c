/* The table of built-ins, and the ones about control flow. */
#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_files.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/program.h"
#include "kernel/shell/shell.h"
#include "kernel/shell/simple.h"
#include "kernel/shell/state.h"
#include "lib/string.h"

/* In byte order of the names. */
static const struct builtin builtins[] = {
	{".", builtin_dot, false, "FILE", "Run the commands of FILE in this shell"},
	{":", builtin_true, false, "[ARGUMENT]...", "Do nothing, successfully"},
	{"bg", builtin_fg, false, "[JOB]", "Say what JOB is: it runs in the background anyway"},
	{"break", builtin_break, false, "[N]", "Leave the loop, or N of them"},
	{"cd", builtin_cd, false, "[DIRECTORY | -]", "Change the working directory"},
	{"command", builtin_command, false, "[-v | -V] NAME [ARGUMENT]...",
	 "Run NAME, though there be a function of that name; or describe it"},
	{"continue", builtin_break, false, "[N]", "Go on with the next round of the loop"},
	{"env", builtin_env, false,
	 "[-i0] [-u NAME] [-C DIRECTORY] [NAME=VALUE]... [COMMAND [ARGUMENT]...]",
	 "Run COMMAND with other variables; or print them"},
	{"eval", builtin_eval, false, "[ARGUMENT]...", "Run the arguments as a command line"},
	{"exec", builtin_exec, false, "[COMMAND [ARGUMENT]...]",
	 "Keep the redirections; or run COMMAND and exit"},
	{"exit", builtin_exit, false, "[STATUS]", "End the shell"},
	{"export", builtin_export, true, "[-p] [NAME[=VALUE]]...", "Hand variables on to scripts"},
	{"fg", builtin_fg, false, "[JOB]", "Wait for JOB, which Ctrl-C ends"},
	{"getopts", builtin_getopts, false, "OPTSTRING NAME [ARGUMENT]...",
	 "Take the next option of the arguments"},
	{"hash", builtin_true, false, "[-r] [NAME]...", "Nothing: names are looked up each time"},
	{"history", builtin_history, false, "[-c] [N]", "List the lines typed before"},
	{"jobs", builtin_jobs, false, "[-lp] [JOB]...", "List what runs in the background"},
	{"kill", builtin_kill, false, "[-s SIGNAL | -SIGNAL] [PID | %JOB]... | -l [STATUS]",
	 "Send a signal; or list them"},
	{"local", builtin_local, true, "NAME[=VALUE]...", "Make variables of the function's own"},
	{"pwd", builtin_pwd, false, "", "Print the working directory"},
	{"read", builtin_read, false, "[-r] [-p PROMPT] NAME...", "Read a line into variables"},
	{"readonly", builtin_export, true, "[-p] [NAME[=VALUE]]...",
	 "Protect variables from changes"},
	{"return", builtin_return, false, "[STATUS]", "Leave the function or sourced file"},
	{"set", builtin_set, false, "[-abefhIimnsuvxCEV] [-o OPTION] [--] [ARGUMENT]...",
	 "Set options and positional parameters; or list variables"},
	{"sh", builtin_sh, false, "[-OPTIONS] [-o OPTION] [-c STRING | FILE] [ARGUMENT]...",
	 "Run a script, a command string, or a new shell"},
	{"shift", builtin_shift, false, "[N]", "Drop the first positional parameters"},
	{"source", builtin_dot, false, "FILE", "Run the commands of FILE in this shell"},
	{"timeout", builtin_timeout, false,
	 "[-k DURATION] [-s SIGNAL] [-v] [--preserve-status] DURATION COMMAND [ARGUMENT]...",
	 "Run COMMAND, and end it after DURATION"},
	{"trap", builtin_trap, false, "[ACTION | -] [SIGNAL]...",
	 "Run ACTION when a signal comes or the shell ends (EXIT)"},
	{"type", builtin_type, false, "NAME...", "Say what NAME would run"},
	{"umask", builtin_umask, false, "[-S] [MODE]",
	 "Set the mode bits that new files do not get"},
	{"unset", builtin_unset, false, "[-fv] NAME...", "Remove variables or functions"},
	{"wait", builtin_wait, false, "[PID | %JOB]...",
	 "Wait until jobs in the background have ended"},
};

#define BUILTIN_COUNT (sizeof(builtins) / sizeof(*builtins))

const struct builtin *builtin_find(const char *name)
{
	unsigned low = 0, high = BUILTIN_COUNT;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = strcmp(name, builtins[middle].name);

		if (!order)
			return &builtins[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct builtin *builtin_at(unsigned index)
{
	return index < BUILTIN_COUNT ? &builtins[index] : NULL;
}

const struct command *shell_builtin_at(unsigned index)
{
	static struct command commands[BUILTIN_COUNT];
	struct command *command;

	if (index >= BUILTIN_COUNT)
		return NULL;
	command = &commands[index];
	command->name = builtins[index].name;
	command->synopsis = builtins[index].synopsis;
	command->summary = builtins[index].summary;
	command->help = "";
	return command;
}

int builtin_true(struct shell *sh, int argc, char **argv)
{
	(void)sh;
	(void)argc;
	(void)argv;
	return 0;
}

/* break and continue */
int builtin_break(struct shell *sh, int argc, char **argv)
{
	int count = 1;

	if (argc > 1) {
		count = builtin_number(sh, argv[1]);
		if (count < 0)
			return 2;
		if (!count)
			return builtin_error(sh, "Illegal number: %s", argv[1]);
	}
	if (count > sh->loop_depth)
		count = sh->loop_depth;
	if (count) {
		sh->skip = argv[0][0] == 'b' ? SKIP_BREAK : SKIP_CONTINUE;
		sh->skip_count = count;
	}
	return 0;
}

/* What return and exit are given, or $?; -1 after a message. */
static int status_argument(struct shell *sh, int argc, char **argv)
{
	return argc > 1 ? builtin_number(sh, argv[1]) : sh->status;
}

int builtin_return(struct shell *sh, int argc, char **argv)
{
	int status = status_argument(sh, argc, argv);

	if (status < 0)
		return 2;
	sh->skip = SKIP_RETURN;
	return status;
}

int builtin_exit(struct shell *sh, int argc, char **argv)
{
	int status = sh->trap_exit_status;

	if (argc > 1 || status < 0)
		status = status_argument(sh, argc, argv);
	if (status < 0)
		return 2;
	shell_exit(sh, status);
}

int builtin_eval(struct shell *sh, int argc, char **argv)
{
	unsigned flags = sh->builtin_flags;
	struct text text;
	int i;

	if (argc < 2)
		return 0;
	if (argc == 2)
		return execute_string(sh, argv[1], sh->builtin_flags);
	text_init(&text, &sh->arena);
	for (i = 1; i < argc; i++) {
		if (i > 1)
			text_add_char(&text, ' ');
		text_add(&text, argv[i], strlen(argv[i]));
	}
	return execute_string(sh, text_finish(&text), flags);
}

bool is_program(const struct builtin *builtin)
{
	return !builtin || builtin->run == builtin_sh || builtin->run == builtin_env ||
	       builtin->run == builtin_timeout;
}

int builtin_exec(struct shell *sh, int argc, char **argv)
{
	const struct builtin *builtin;
	struct program program;
	int error;

	if (argc == 1)
		return 0;
	builtin = builtin_find(argv[1]);
	if (!builtin) {
		error = program_find(sh, argv[1], &program);
		if (error)
			shell_exit(sh, program_missing(sh, argv[1], error));
	}
	if (is_program(builtin))
		process_hand_over();
	shell_end(sh, execute_arguments(sh, argc - 1, argv + 1));
}

int builtin_sh(struct shell *sh, int argc, char **argv)
{
	return shell_spawn(sh, NULL, argc, argv);
}

int builtin_command(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	int letter;

	/* "command NAME …" never comes here: the executor has skipped the "command" */
	while ((letter = builtin_option(sh, argc, argv, "pvV", &options))) {
		if (letter < 0)
			return 2;
		if (letter != 'p')
			return describe_command(sh, options.index < argc, argv + options.index,
						letter == 'V');
	}
	argc -= options.index;
	return argc > 0 ? execute_arguments(sh, argc, argv + options.index) : 0;
}
