/* Programs: what a name means that is neither a function nor a built-in. The kernel's own commands
 * stand in /bin, so to speak, under whatever name that directory goes by in PATH; a script may be
 * anywhere. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_files.h"
#include "kernel/shell/program.h"
#include "kernel/shell/signals.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/errno.h"
#include "lib/string.h"

static bool is_command_directory(const char *path, size_t length)
{
	return (length == 4 && !memcmp(path, "/bin", 4)) ||
	       (length == 8 && !memcmp(path, "/usr/bin", 8));
}

/* Whether the path is one such as /bin/NAME. */
static bool is_in_command_directory(struct shell *sh, const char *path)
{
	char *absolute = arena_alloc(&sh->arena, PATH_MAX);

	return !path_absolute(path, absolute, PATH_MAX) &&
	       is_command_directory(absolute, (size_t)(strrchr(absolute, '/') - absolute));
}

static int find_path(struct shell *sh, const char *path, struct program *program)
{
	const char *name = strrchr(path, '/') + 1;
	const struct command *command = command_find(name);
	struct file_stat stat;
	int error;

	program->is_shell = !strcmp(name, shell_name);
	if ((command || program->is_shell) && is_in_command_directory(sh, path)) {
		program->command = command;
		return 0;
	}
	program->is_shell = false;
	error = path_stat(path, &stat);
	return !error && stat.type != FILE_REGULAR ? -EACCES : error;
}

int program_find(struct shell *sh, const char *name, struct program *program)
{
	const char *path = variable_get(sh, "PATH"), *candidate;
	int error = -ENOENT;

	program->command = NULL;
	program->is_shell = false;
	program->path = name;
	if (strchr(name, '/'))
		return find_path(sh, name, program);
	program->command = command_find(name);
	if (program->command && is_builtin_in_dash(name))
		return 0;
	for (;;) {
		struct file_stat stat;

		if (path && program->command && is_command_directory(path, strcspn(path, ":"))) {
			program->path = path_next(sh, &path, name);
			return 0;
		}
		candidate = path_next(sh, &path, name);
		if (!candidate)
			break;
		if (path_stat(candidate, &stat))
			continue;
		error = -EACCES;
		if (path_is_program(candidate, &stat)) {
			program->command = NULL;
			program->path = candidate;
			return 0;
		}
	}
	program->command = NULL;
	return *name ? error : -EACCES;
}

/* --- running them --- */

struct command_start {
	const struct command *command;
	int argc;
	char **argv;
};

static int run_command_thread(void *arg)
{
	struct command_start *start = arg;

	return command_run(start->command, start->argc, start->argv);
}

static int run_command(struct shell *sh, const struct command *command, int argc, char **argv)
{
	struct command_start start = {command, argc, argv};
	int status;

	if (shell_stack_is_low())
		return run_process(sh, argv[0], run_command_thread, &start);
	status = command_run(command, argc, argv);
	signal_report(sh, process_last_signal());
	/* "while :; do echo; done | head -n 1" ends: in dash echo is the shell itself */
	if (status == STATUS_BROKEN_PIPE && is_builtin_in_dash(argv[0]))
		shell_raise(sh, status);
	return status;
}

int program_run(struct shell *sh, const struct program *program, int argc, char **argv)
{
	if (program->command)
		return run_command(sh, program->command, argc, argv);
	return shell_spawn(sh, program->is_shell ? NULL : program->path, argc, argv);
}

int program_missing(struct shell *sh, const char *name, int error)
{
	bool missing = error == -ENOENT || error == -ENOTDIR;

	shell_message(sh, "%s: %s", name, missing ? "not found" : error_text(-error));
	return missing ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}
