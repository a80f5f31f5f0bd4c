/* Options of the nvme subcommands: one table for each says what there is, to the parser, to --help
 * and to completion. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/format.h"
#include "lib/string.h"

#define OPTIONS_MAX 32

int nvme_next_option(struct getopt *state, int argc, char **argv, const struct nvme_option *options)
{
	struct option long_options[OPTIONS_MAX + 2];
	char letters[2 * OPTIONS_MAX + 2];
	unsigned count = 0, length = 0;
	int value;

	for (; options[count].name && count < OPTIONS_MAX; count++) {
		const struct nvme_option *option = &options[count];

		long_options[count] =
			(struct option){option->name, option->argument != NULL, option->letter};
		letters[length++] = option->letter;
		if (option->argument)
			letters[length++] = ':';
	}
	long_options[count++] = (struct option){"help", 0, 'h'};
	long_options[count] = (struct option){NULL, 0, 0};
	letters[length++] = 'h';
	letters[length] = '\0';
	value = getopt_next(state, argc, argv, letters, long_options);
	if (value == '?')
		process_exit(1);
	if (value == 'h') {
		nvme_print_help(argv[0]);
		process_exit(0);
	}
	return value;
}

struct nvme_target nvme_operand_alone(int argc, char **argv)
{
	struct getopt state = {0};

	nvme_next_option(&state, argc, argv, nvme_no_options);
	return nvme_operand(argc, argv, state.index);
}

const struct nvme_option nvme_no_options[] = {{NULL, 0, NULL, NULL}};

void nvme_print_options(const struct nvme_option *options)
{
	if (options->name)
		out("\nOptions:\n");
	for (; options->name; options++) {
		const char *argument = options->argument;
		char names[64];

		if (argument)
			snprintf(names, sizeof(names), "[  --%s=<%s>, -%c <%s> ]", options->name,
				 argument, options->letter, argument);
		else
			snprintf(names, sizeof(names), "[  --%s, -%c ]", options->name,
				 options->letter);
		out("  %-37s --- %s\n", names, options->help);
	}
}
