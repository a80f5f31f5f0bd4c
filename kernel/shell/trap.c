/* trap and kill: what a shell does about signals. */
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/jobs.h"
#include "kernel/shell/name.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/state.h"
#include "kernel/shell/trap.h"
#include "kernel/shell/unwind.h"
#include "lib/errno.h"
#include "lib/string.h"

/* --- actions --- */

struct trap_call {
	struct cleanup cleanup;
	int exit_status;
	struct arena_mark mark;
};

static void end_action(struct shell *sh, struct cleanup *cleanup)
{
	struct trap_call *call = (struct trap_call *)cleanup;

	sh->trap_exit_status = call->exit_status;
	arena_release(&sh->arena, call->mark);
}

/* The action may set the trap anew: it works on a copy. */
static void run_action(struct shell *sh, const char *action)
{
	struct trap_call call = {.exit_status = sh->trap_exit_status,
				 .mark = arena_mark(&sh->arena)};
	int status = sh->status;

	cleanup_push(sh, &call.cleanup, end_action);
	if (sh->trap_exit_status < 0)
		sh->trap_exit_status = status;
	execute_string(sh, arena_copy(&sh->arena, action, strlen(action)), 0);
	if (sh->skip != SKIP_RETURN)
		sh->status = status;
	cleanup_pop(sh);
}

int traps_run(struct shell *sh)
{
	int signal;

	while (!sh->skip && (signal = process_take_signal()))
		if (sh->traps[signal])
			run_action(sh, sh->traps[signal]);
	return sh->status;
}

int traps_exit(struct shell *sh, int status)
{
	char *action = sh->traps[0];
	volatile int result = status;
	struct handler handler;

	if (!action)
		return status;
	sh->traps[0] = NULL;
	sh->handler = NULL;
	handler_push(sh, &handler);
	sh->skip = SKIP_NONE;
	sh->loop_depth = 0;
	sh->trap_exit_status = sh->status = status;
	if (!setjmp(handler.jump))
		execute_string(sh, action, 0);
	else
		result = sh->status;
	sh->handler = NULL;
	return result;
}

/* --- trap --- */

static char ignored[] = ""; /* the action of signals that are ignored */

void traps_inherit(struct shell *sh, const struct shell *parent)
{
	for (int signal = 1; signal <= SIGNAL_MAX; signal++)
		if (parent->traps[signal] == ignored)
			sh->traps[signal] = ignored;
}

bool traps_are_set(const struct shell *sh)
{
	for (int signal = 0; signal <= SIGNAL_MAX; signal++)
		if (sh->traps[signal] && *sh->traps[signal])
			return true;
	return false;
}

static void set_trap(struct shell *sh, int signal, const char *action)
{
	char *copy = NULL;

	if (action && !*action) {
		copy = ignored;
	} else if (action) {
		size_t size = strlen(action) + 1;

		copy = process_alloc(size);
		if (!copy)
			shell_out_of_memory(sh);
		memcpy(copy, action, size);
	}
	if (sh->traps[signal] != ignored)
		process_free(sh->traps[signal]);
	sh->traps[signal] = copy;
	/* What was ignored when the shell was started remains so. */
	if (!signal || (sh->ignored_at_start & SIGNAL_BIT(signal)))
		return;
	if (copy == ignored)
		process_set_signal(signal, SIGNAL_IGNORED);
	else
		process_set_signal(signal, action ? SIGNAL_CAUGHT : SIGNAL_DEFAULT);
	if (sh->interactive && !action)
		signals_of_prompt();
}

static int list_traps(struct shell *sh)
{
	char name[SIGNAL_NAME];
	struct text text;

	text_init(&text, &sh->arena);
	for (int signal = 0; signal <= SIGNAL_MAX; signal++) {
		if (!sh->traps[signal])
			continue;
		text_add(&text, "trap -- ", 8);
		text_add_quoted(&text, sh->traps[signal]);
		text_add_char(&text, ' ');
		text_add_string(&text, signal_name(signal, name));
		text_add_char(&text, '\n');
	}
	return builtin_output(sh, text.bytes, text.length);
}

int builtin_trap(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	const char *action = NULL;
	int i;

	if (builtin_option(sh, argc, argv, "", &options) < 0)
		return 2;
	i = options.index;
	if (i == argc)
		return list_traps(sh);
	/* A single operand, and one that is a signal's number, resets. */
	if (i + 1 < argc && !(is_digit(argv[i][0]) && signal_number(argv[i], 0) >= 0))
		action = argv[i++];
	if (action && !strcmp(action, "-"))
		action = NULL;
	for (; i < argc; i++) {
		int signal = signal_number(argv[i], 0);

		if (signal < 0) {
			const char *message =
				arena_format(&sh->arena, "trap: %s: bad trap\n", argv[i]);

			shell_write(sh, 2, message, strlen(message));
			return 1;
		}
		set_trap(sh, signal, action);
	}
	return 0;
}

/* --- kill --- */

static int list_signals(struct shell *sh, const char *operand)
{
	char name[SIGNAL_NAME];
	struct text text;
	int number;

	text_init(&text, &sh->arena);
	if (!operand) {
		text_add_string(&text, "0\n");
		for (number = 1; number <= SIGNAL_MAX; number++) {
			text_add_string(&text, signal_name(number, name));
			text_add_char(&text, '\n');
		}
		return builtin_output(sh, text.bytes, text.length);
	}
	number = builtin_number(sh, operand);
	if (number < 0)
		return 2;
	if (number > STATUS_SIGNAL)
		number -= STATUS_SIGNAL;
	if (number < 1 || number > SIGNAL_MAX)
		return builtin_error(sh, "invalid signal number or exit status: %s", operand);
	text_add_string(&text, signal_name(number, name));
	text_add_char(&text, '\n');
	return builtin_output(sh, text.bytes, text.length);
}

static int kill_usage(struct shell *sh)
{
	return builtin_error(sh, "Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\n"
				 "kill -l [exitstatus]");
}

int builtin_kill(struct shell *sh, int argc, char **argv)
{
	struct builtin_options options = {.index = 1};
	int signal = -1, status = 0, letter;
	bool list = false;

	if (argc > 1 && argv[1][0] == '-')
		signal = signal_number(argv[1] + 1, 0);
	if (signal >= 0) {
		options.index++;
	} else {
		while ((letter = builtin_option(sh, argc, argv, "ls:", &options))) {
			if (letter < 0)
				return 2;
			list |= letter == 'l';
			if (letter != 's')
				continue;
			signal = signal_number(options.argument, 0);
			if (signal < 0)
				return builtin_error(sh, "invalid signal number or name: %s",
						     options.argument);
		}
	}
	if (list && signal < 0)
		return list_signals(sh, options.index < argc ? argv[options.index] : NULL);
	if (list || options.index == argc)
		return kill_usage(sh);
	if (signal < 0)
		signal = SIGNAL_TERM;
	for (int i = options.index; i < argc; i++) {
		int id;

		if (argv[i][0] == '%')
			id = job_process(sh, argv[i]);
		else
			id = builtin_number(sh, argv[i] + (argv[i][0] == '-'));
		if (id < 0)
			return 2;
		if (process_kill(id, signal)) {
			shell_message(sh, "%s\n", error_text(ESRCH));
			status = 1;
		}
	}
	return status;
}
