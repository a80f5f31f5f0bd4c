/* help: what there is. */
#include "kernel/commands/command.h"

#include "kernel/cmdline.h"
#include "kernel/commands/support/pager.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

/* Only where there is a shell. */
extern __typeof__(shell_builtin_at) shell_builtin_at __attribute__((weak));

static const struct command *builtin_at(unsigned index)
{
	return shell_builtin_at ? shell_builtin_at(index) : NULL;
}

/* The first name in byte order behind the given one, of a command or a built-in. */
static const struct command *next_behind(const char *name)
{
	const struct command *next = NULL, *command;

	for (unsigned i = 0; (command = command_at(i)); i++) {
		if (strcmp(command->name, name) > 0) {
			next = command;
			break;
		}
	}
	for (unsigned i = 0; (command = builtin_at(i)); i++)
		if (strcmp(command->name, name) > 0 &&
		    (!next || strcmp(command->name, next->name) < 0))
			next = command;
	return next;
}

static const struct command *find(const char *name)
{
	const struct command *command = command_find(name);

	for (unsigned i = 0; !command && (command = builtin_at(i)); i++)
		if (strcmp(command->name, name) != 0)
			command = NULL;
	return command;
}

static void list_all(void)
{
	unsigned width = 0;

	for (const struct command *command = next_behind(""); command;
	     command = next_behind(command->name))
		if (strlen(command->name) > width)
			width = (unsigned)strlen(command->name);
	for (const struct command *command = next_behind(""); command;
	     command = next_behind(command->name))
		out("%-*s  %s\n", (int)width, command->name, command->summary);
	out("\n'help NAME' or 'NAME --help' tells more, 'help boot' the kernel command line.\n");
}

static void list_boot_words(void)
{
	const struct cmdline_word *word;

	out("Words of the kernel command line (make run APPEND='...'); the last of several "
	    "counts.\n\n");
	for (unsigned i = 0; (word = cmdline_word_at(i)); i++) {
		char values[CMDLINE_VALUES];

		out("  %s%s%s", word->name, word->kind == CMDLINE_FLAG ? "" : "=",
		    cmdline_values(word, values));
		if (*word->standard)
			out(" (default: %s)", word->standard);
		out("\n      %s\n", word->help);
	}
}

static void help_complete(struct completion *completion)
{
	completion->files = false;
	completion->offer(completion, "boot");
	for (const struct command *command = next_behind(""); command;
	     command = next_behind(command->name))
		completion->offer(completion, command->name);
}

static int help_main(int argc, char **argv)
{
	static const struct pager_options short_or_paged = {.ends_short = true, .last = true};
	size_t length;
	char *text;
	int status = 0;

	if (pager_is_useful())
		out_keep();
	if (argc < 2)
		list_all();
	for (int i = 1; i < argc; i++) {
		bool boot = strcmp(argv[i], "boot") == 0;
		const struct command *command = find(argv[i]);

		if (i > 1 && (boot || command))
			out_char('\n');
		if (boot) {
			list_boot_words();
		} else if (command) {
			command_print_help(command);
		} else {
			complain("no command %s", quote(argv[i]));
			status = 1;
		}
	}
	text = out_kept(&length);
	if (text)
		pager_show_text(text, length, &short_or_paged);
	return status;
}

COMMAND(help, "[NAME]...", "List the commands, or describe some",
	"Without a NAME, every command and every built-in of the shell with one line.\n"
	"'help boot' lists the words of the kernel command line.\n"
	"What is longer than the screen is shown as less does: 'q' ends it.\n",
	.complete = help_complete);
