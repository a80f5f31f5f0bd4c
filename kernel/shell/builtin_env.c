/* env and timeout: run a program with other variables, or for a limited time. The shell has them,
 * as it knows the variables and where programs are; statuses and messages are GNU's. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/interval.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/name.h"
#include "kernel/shell/program.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/variables.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

#define STATUS_TIMED_OUT 124
#define STATUS_TROUBLE	 125

/* What a process of its own is to run: its words, and the shell whose variables it has. */
struct errand {
	struct shell *parent;
	int argc;
	char **argv;
};

/* Built-ins that are programs elsewhere. */
static const struct builtin *find_builtin(const char *name)
{
	static const char *const names[] = {"env", "kill", "pwd", "timeout"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return builtin_find(name);
	return NULL;
}

static int run_program(struct shell *sh, int argc, char **argv, const char *what)
{
	const struct builtin *builtin = find_builtin(argv[0]);
	struct program program = {.path = NULL, .is_shell = strcmp(argv[0], "sh") == 0};
	int error = 0;

	process_hand_over();
	if (builtin)
		return builtin->run(sh, argc, argv);
	if (!program.is_shell)
		error = argv[0][0] ? program_find(sh, argv[0], &program) : -ENOENT;

	if (!error)
		return program_run(sh, &program, argc, argv);
	complain("%s%s: %s", what, quote(argv[0]), error_text(-error));
	return error == -ENOENT || error == -ENOTDIR ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

static void print_variable(struct shell *sh, const struct variable *variable, void *end)
{
	(void)sh;
	if (variable->exported && variable->value)
		out("%s=%s%c", variable->name, variable->value, *(char *)end);
}

static void unexport(struct shell *sh, const struct variable *variable, void *unused)
{
	(void)unused;
	if (variable->exported)
		variable_unset(sh, variable->name);
}

static const struct option env_options[] = {{"ignore-environment", 0, 'i'},
					    {"null", 0, '0'},
					    {"unset", 1, 'u'},
					    {"chdir", 1, 'C'},
					    {NULL, 0, 0}};

static int env_main(void *arg)
{
	struct errand *errand = arg;
	int argc = errand->argc;
	char **argv = errand->argv;
	struct shell *sh = shell_new(errand->parent, true);
	struct getopt state = {0};
	const char *directory = NULL;
	const char **unset = process_alloc((size_t)argc * sizeof(*unset));
	int unset_count = 0, option;
	bool clear = false;
	char end = '\n';

	if (!sh || !unset)
		fail(STATUS_TROUBLE, "memory exhausted");
	while ((option = getopt_next(&state, argc, argv, "+C:iu:0", env_options)) != -1) {
		if (option == 'C')
			directory = state.argument;
		else if (option == 'i')
			clear = true;
		else if (option == 'u')
			unset[unset_count++] = state.argument;
		else if (option == '0')
			end = '\0';
		else
			fail_usage(STATUS_TROUBLE);
	}
	argc -= state.index;
	argv += state.index;
	if (argc && strcmp(*argv, "-") == 0) {
		clear = true;
		argc--;
		argv++;
	}
	if (clear) {
		variables_each(sh, unexport, NULL);
		variable_try_set(sh, "PATH",
				 "/bin"); /* where programs are looked for without one */
	}
	for (int i = 0; !clear && i < unset_count; i++) {
		if (!*unset[i] || strchr(unset[i], '='))
			fail(STATUS_TROUBLE, "cannot unset %s: %s", quote_text(unset[i]),
			     error_text(EINVAL));
		variable_unset(sh, unset[i]);
	}
	for (char *equals; argc && (equals = strchr(*argv, '=')); argc--, argv++) {
		if (!is_name(*argv, (size_t)(equals - *argv)))
			fail(STATUS_TROUBLE, "cannot set %s: %s", quote(*argv), error_text(EINVAL));
		*equals = '\0';
		if (!variable_try_set(sh, *argv, equals + 1))
			fail(STATUS_TROUBLE, "cannot set %s: it is read-only", quote(*argv));
		variable_mark(sh, *argv, false, true);
	}
	if (end != '\n' && argc) {
		complain("cannot specify --null (-0) with command");
		fail_usage(STATUS_TROUBLE);
	}
	if (directory && !argc) {
		complain("must specify command with --chdir (-C)");
		fail_usage(STATUS_TROUBLE);
	}
	int error = directory ? process_change_directory(directory) : 0;

	if (error)
		fail(STATUS_TROUBLE, "cannot change directory to %s: %s", quote(directory),
		     error_text(-error));
	if (argc)
		return run_program(sh, argc, argv, "");
	variables_each(sh, print_variable, &end);
	return 0;
}

int builtin_env(struct shell *sh, int argc, char **argv)
{
	struct errand errand = {sh, argc, argv};

	return run_process(sh, argv[0], env_main, &errand);
}

/* A program under observation: a thread of its own sends it the signal when its time is over. */
struct watch {
	struct errand errand;
	int child;
	bool done, fired, killed;
	uint64_t limit_ns, kill_after_ns; /* 0: never */
	int signal;
	bool verbose;
};

static bool is_done(void *arg)
{
	return ((struct watch *)arg)->done;
}

/* Waits for so long; false when the program has ended meanwhile. */
static bool passes(struct watch *watch, uint64_t ns)
{
	uint64_t end, now = time_ns();

	if (__builtin_add_overflow(now, ns, &end))
		end = UINT64_MAX;
	return !thread_wait_until(is_done, watch, end) && !watch->done;
}

static void watch_thread(void *arg)
{
	struct watch *watch = arg;

	if (!passes(watch, watch->limit_ns))
		return;
	watch->fired = true;
	process_kill(watch->child, watch->signal);
	if (!watch->kill_after_ns || !passes(watch, watch->kill_after_ns))
		return;
	watch->killed = true;
	process_kill(watch->child, SIGNAL_KILL);
}

static int child_main(int argc, char **argv)
{
	struct watch *watch = (struct watch *)argv[1];
	struct shell *sh = shell_new(watch->errand.parent, true);

	(void)argc;
	watch->child = process_id();
	if (watch->fired) /* before there was a process to send it to */
		process_kill(watch->child, watch->signal);
	return sh ? run_program(sh, watch->errand.argc, watch->errand.argv,
				"failed to run command ")
		  : STATUS_TROUBLE;
}

static uint64_t parse_duration(const char *text)
{
	uint64_t ns;

	if (interval_parse(text, &ns))
		return ns;
	complain("invalid time interval %s", quote_text(text));
	fail_usage(STATUS_TROUBLE);
}

static const struct option timeout_options[] = {{"foreground", 0, 'f'},	     {"kill-after", 1, 'k'},
						{"preserve-status", 0, 'p'}, {"signal", 1, 's'},
						{"verbose", 0, 'v'},	     {NULL, 0, 0}};

static int timeout_main(void *arg)
{
	struct errand *errand = arg;
	struct watch watch = {.signal = SIGNAL_TERM};
	struct shell *sh = shell_new(errand->parent, true);
	struct getopt state = {0};
	struct thread *thread = NULL;
	bool preserve = false;
	int option;

	if (!sh)
		fail(STATUS_TROUBLE, "memory exhausted");
	while ((option = getopt_next(&state, errand->argc, errand->argv, "+k:s:v",
				     timeout_options)) != -1) {
		if (option == 'k') {
			watch.kill_after_ns = parse_duration(state.argument);
		} else if (option == 's') {
			watch.signal = signal_number(state.argument, 0);
			if (watch.signal < 0) {
				complain("%s: invalid signal", quote_text(state.argument));
				fail_usage(STATUS_TROUBLE);
			}
		} else if (option == 'p') {
			preserve = true;
		} else if (option == 'v') {
			watch.verbose = true;
		} else if (option != 'f') {
			fail_usage(STATUS_TROUBLE);
		}
	}
	if (errand->argc - state.index < 2)
		fail_usage(STATUS_TROUBLE);
	watch.limit_ns = parse_duration(errand->argv[state.index]);
	watch.errand =
		(struct errand){sh, errand->argc - state.index - 1, errand->argv + state.index + 1};
	if (watch.limit_ns && thread_create(&thread, watch_thread, &watch))
		fail(STATUS_TROUBLE, "memory exhausted");
	/* not run_process(): that tells of signals */
	int status = process_run(child_main, 1, (char *[]){errand->argv[0], (char *)&watch, NULL});

	watch.done = true;
	if (thread)
		thread_join(thread);
	if (watch.verbose && watch.fired)
		complain("sending signal %s to command %s",
			 watch.killed || watch.signal == SIGNAL_KILL ? "KILL" : "TERM",
			 quote(watch.errand.argv[0]));
	if (watch.fired && !preserve && !watch.killed && watch.signal != SIGNAL_KILL)
		status = STATUS_TIMED_OUT;
	return status;
}

int builtin_timeout(struct shell *sh, int argc, char **argv)
{
	struct errand errand = {sh, argc, argv};

	return run_process(sh, argv[0], timeout_main, &errand);
}
