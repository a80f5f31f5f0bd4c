/* Shells as processes: how they start, what they read, how they end. */
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/execute.h"
#include "kernel/shell/input.h"
#include "kernel/shell/jobs.h"
#include "kernel/shell/options.h"
#include "kernel/shell/parser.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/shell.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/trap.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

void shell_end(struct shell *sh, int status)
{
	/* Files that are open in no descriptor are only known here. */
	while (sh->cleanups)
		cleanup_pop(sh);
	jobs_abandon(sh);
	process_exit(status & 255);
}

void shell_exit(struct shell *sh, int status)
{
	while (sh->cleanups)
		cleanup_pop(sh);
	shell_end(sh, traps_exit(sh, status));
}

/* The shell ends; by a signal, without the action for EXIT. An attribute, because _Noreturn is no
 * part of a function's type. */
static __attribute__((noreturn)) void uncaught(struct shell *sh, int status)
{
	if (status > STATUS_SIGNAL)
		shell_end(sh, status);
	shell_exit(sh, status);
}

struct shell *shell_new(struct shell *parent, bool subshell)
{
	struct shell *sh = process_alloc(sizeof(*sh));

	if (!sh)
		return NULL;
	process_catch_interrupt(true);
	memset(sh, 0, sizeof(*sh));
	sh->uncaught = uncaught;
	sh->arena.shell = sh;
	sh->positional.zero = (char *)shell_name;
	sh->trap_exit_status = -1;
	sh->process = process_id();
	sh->ignored_at_start = process_ignored();
	if (!subshell)
		return sh;
	sh->process = parent->process;
	sh->background = parent->background;
	sh->ignored_at_start = parent->ignored_at_start;
	traps_inherit(sh, parent);
	sh->parent = parent;
	sh->positional = parent->positional;
	sh->positional.owned = false;
	sh->options = parent->options;
	sh->status = parent->status;
	sh->line = parent->line;
	sh->command_name = parent->command_name;
	sh->loop_depth = parent->loop_depth;
	sh->function_depth = parent->function_depth;
	sh->unit = parent->unit;
	if (parent->function_depth)
		local_scope_push(sh, &sh->base_scope, true);
	return sh;
}

void shell_cannot_start(void)
{
	static const char message[] = "sh: Out of space\n";

	process_write(2, message, sizeof(message) - 1);
}

/* --- running what is read --- */

struct unit_frame {
	struct cleanup cleanup;
	struct unit *unit, *outer;
};

static void end_unit(struct shell *sh, struct cleanup *cleanup)
{
	struct unit_frame *frame = (struct unit_frame *)cleanup;

	sh->unit = frame->outer;
	unit_put(sh, frame->unit);
}

int execute_input(struct shell *sh, unsigned flags)
{
	int status = 0;

	for (;;) {
		struct unit_frame frame = {.unit = unit_new(sh), .outer = sh->unit};
		enum parse_result result;
		struct node *node;

		cleanup_push(sh, &frame.cleanup, end_unit);
		result = parse_command(sh, frame.unit, &node);
		sh->unit = frame.unit;
		if (result == PARSE_COMMAND)
			status = execute(sh, node, flags);
		cleanup_pop(sh);
		if (result == PARSE_END || sh->skip)
			return status;
	}
}

int execute_string(struct shell *sh, const char *text, unsigned flags)
{
	struct input input;
	int status, line = sh->line;

	input_push_string(sh, &input, text, strlen(text));
	status = execute_input(sh, flags);
	input_pop(sh);
	sh->line = line;
	return status;
}

/* The interactive loop. Errors come back here. */
static int run_interactive(struct shell *sh)
{
	struct handler handler = {.is_prompt = true};
	struct input input;

	input_push_terminal(sh, &input);
	sh->interactive = sh->options.interactive = true;
	process_lead();
	signals_of_prompt();
	handler.cleanups = sh->cleanups;
	sh->handler = &handler;
	if (setjmp(handler.jump)) {
		/* what was begun is given up, and the rest of its line */
		input_discard_line(sh->input);
		sh->pasting = false;
		sh->skip = SKIP_NONE;
		sh->loop_depth = 0;
		sh->command_name = NULL;
		sh->builtin_failed = false;
		sh->unit = NULL;
		sh->trap_exit_status = -1;
		if (process_interrupted() ||
		    (!sh->traps[SIGNAL_INT] && (process_pending() & SIGNAL_BIT(SIGNAL_INT)))) {
			shell_write(sh, 2, "\n", 1); /* behind the console's ^C */
			process_forget_interrupts();
		}
	}
	traps_run(sh);
	for (;;) {
		arena_reset(&sh->arena);
		sh->skip = SKIP_NONE;
		execute_input(sh, 0);
		if (sh->skip) /* a stray return, not the end of the input */
			continue;
		if (!sh->options.ignore_eof)
			break;
		input.ended = false;
	}
	sh->handler = NULL;
	input_pop(sh);
	return sh->status;
}

static bool stdin_is_console(void)
{
	return process_file(0) && file_is_console(process_file(0));
}

static int run_file(struct shell *sh, const char *path)
{
	struct input input;
	struct file_stat stat;
	struct file *file;
	int error = path_stat(path, &stat);

	if (!error && stat.type == FILE_DIRECTORY)
		error = -EISDIR;
	if (!error)
		error = file_open(path, O_RDONLY, 0, &file);
	if (error) {
		shell_message(sh, "cannot open %s: %s", path,
			      error == -ENOENT || error == -ENOTDIR ? "No such file"
								    : error_text(-error));
		return 2;
	}
	sh->positional.zero = (char *)path;
	input_push_file(sh, &input, file);
	execute_input(sh, 0);
	input_pop(sh);
	return sh->status;
}

/* sh's command line. */
static int run(struct shell *sh, int argc, char **argv)
{
	const char *string = NULL;
	struct input input;
	int first;

	sh->positional.zero = argc ? argv[0] : (char *)shell_name;
	first = options_parse(sh, argc, argv, &string);
	if (first < 0)
		return 2;
	if (string) {
		if (first == argc) {
			shell_message(sh, "-c requires an argument");
			return 2;
		}
		string = argv[first++];
	}
	argc -= first;
	argv += first;
	if (string) {
		if (argc) {
			sh->positional.zero = *argv++;
			argc--;
		}
		positional_set(sh, argc, argv);
		execute_string(sh, string, 0);
		return sh->status;
	}
	if (argc && !sh->options.read_stdin) {
		positional_set(sh, argc - 1, argv + 1);
		return run_file(sh, argv[0]);
	}
	positional_set(sh, argc, argv);
	sh->options.read_stdin = true;
	if (sh->options.interactive || stdin_is_console())
		return run_interactive(sh);
	input_push_file(sh, &input, NULL); /* standard input */
	execute_input(sh, 0);
	input_pop(sh);
	return sh->status;
}

struct spawn {
	struct shell *environment;
	const char *script;
	int argc;
	char **argv;
};

static int spawn_main(void *arg)
{
	struct spawn *spawn = arg;
	struct shell *sh = shell_new(NULL, false);
	int status;

	if (!sh) {
		shell_cannot_start();
		return 2;
	}
	variables_init(sh, spawn->environment);
	if (spawn->script) {
		positional_set(sh, spawn->argc - 1, spawn->argv + 1);
		status = run_file(sh, spawn->script);
	} else {
		status = run(sh, spawn->argc, spawn->argv);
	}
	shell_exit(sh, status);
}

int shell_spawn(struct shell *sh, const char *script, int argc, char **argv)
{
	struct spawn spawn = {sh, script, argc, argv};

	return run_process(sh, shell_name, spawn_main, &spawn);
}

int shell_main(int argc, char **argv)
{
	struct spawn spawn = {NULL, NULL, argc, argv};

	return spawn_main(&spawn);
}

static int run_entry(int argc, char **argv)
{
	return shell_main(argc, argv);
}

int shell_run_script(const char *path, int argc, char **argv)
{
	struct spawn spawn;
	char **arguments = process_alloc(((size_t)argc + 2) * sizeof(*arguments));
	int i, status;

	if (!arguments)
		return 2;
	arguments[0] = (char *)path;
	for (i = 0; i < argc; i++)
		arguments[i + 1] = argv[i];
	arguments[argc + 1] = NULL;
	spawn = (struct spawn){NULL, path, argc + 1, arguments};
	status = run_process(NULL, path, spawn_main, &spawn);
	process_free(arguments);
	return status;
}

int shell_run_string(const char *text)
{
	char *argv[] = {(char *)shell_name, "-c", (char *)text, NULL};

	return process_run(run_entry, 3, argv);
}
