/* The table of commands, and how one is run. */
#include "kernel/commands/command.h"

#include "kernel/commands/support/stdio.h"
#include "kernel/x86/panic.h"
#include "kernel/posix/process.h"
#include "kernel/posix/file.h"
#include "lib/format.h"
#include "lib/string.h"

#define COMMANDS_MAX 160

/* The linker's names for the ends of the section "commands". */
extern const struct command *const __start_commands[];
extern const struct command *const __stop_commands[];

static const struct command *sorted[COMMANDS_MAX];
static unsigned sorted_count;

static void sort_commands(void)
{
	for (const struct command *const *entry = __start_commands; entry < __stop_commands;
	     entry++) {
		unsigned at = sorted_count;

		if (sorted_count == COMMANDS_MAX)
			panic("more than %u commands", COMMANDS_MAX);
		for (; at > 0 && strcmp((*entry)->name, sorted[at - 1]->name) < 0; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = *entry;
		sorted_count++;
	}
}

const struct command *command_at(unsigned index)
{
	if (!sorted_count)
		sort_commands();
	return index < sorted_count ? sorted[index] : NULL;
}

const struct command *command_find(const char *name)
{
	unsigned first = 0, end;

	command_at(0);
	end = sorted_count;
	while (first < end) {
		unsigned middle = (first + end) / 2;
		int order = strcmp(name, sorted[middle]->name);

		if (order == 0)
			return sorted[middle];
		if (order < 0)
			end = middle;
		else
			first = middle + 1;
	}
	return NULL;
}

void command_files_init(void)
{
	const struct command *command;
	struct file *file;
	char path[64];

	path_mkdir("/bin", 0755);
	for (unsigned i = 0; i <= sorted_count; i++) {
		command = command_at(i);
		snprintf(path, sizeof(path), "/bin/%s", command ? command->name : "sh");
		if (!file_open(path, O_RDWR | O_CREAT, 0755, &file))
			file_close(file);
	}
}

void command_print_help(const struct command *command)
{
	out("Usage: %s%s%s\n%s.\n", command->name, command->synopsis[0] ? " " : "",
	    command->synopsis, command->summary);
	if (command->help[0])
		out("\n%s%s", command->help,
		    command->help[strlen(command->help) - 1] == '\n' ? "" : "\n");
	if (command->describe) {
		out_char('\n');
		command->describe();
	}
}

/* The command that process_run() is about to enter: read by the new process at once, before
 * anything can wait. */
static const struct command *starting;

static int run_command(int argc, char **argv)
{
	const struct command *command = starting;

	stdio_attach();
	stdio()->command = stdio()->output.ends = true;
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		command_print_help(command);
		return 0;
	}
	return command->main(argc, argv);
}

void command_answer_help(const char *option)
{
	const struct command *command = stdio()->command ? command_find(process_name()) : NULL;

	if (!command || strcmp(option, "help") != 0)
		return;
	command_print_help(command);
	process_exit(0);
}

int command_run(const struct command *command, int argc, char **argv)
{
	starting = command;
	return process_run(run_command, argc, argv);
}
