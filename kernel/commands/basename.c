/* basename and dirname: the parts of a path. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "lib/string.h"

static void print_one(const char *path, const char *suffix, char end)
{
	char *last = path_last(path);
	size_t length = strlen(last), suffix_length = suffix ? strlen(suffix) : 0;

	if (suffix_length && suffix_length < length &&
	    strcmp(last + length - suffix_length, suffix) == 0)
		last[length - suffix_length] = '\0';
	out("%s%c", last, end);
}

static const struct option base_options[] = {
	{"multiple", 0, 'a'}, {"suffix", 1, 's'}, {"zero", 0, 'z'}, {NULL, 0, 0}};

static int basename_main(int argc, char **argv)
{
	const char *suffix = NULL;
	bool multiple = false;
	char end = '\n';
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "+as:z", base_options)) != -1) {
		if (option == 'a') {
			multiple = true;
		} else if (option == 's') {
			suffix = state.argument;
			multiple = true;
		} else if (option == 'z') {
			end = '\0';
		} else {
			fail_usage(1);
		}
	}
	int first = state.index;

	if (first == argc)
		fail_missing_operand();
	if (!multiple && argc - first > 2)
		fail_extra_operand(argv[first + 2]);
	if (!multiple && argc - first == 2) {
		suffix = argv[first + 1];
		argc--;
	}
	for (int i = first; i < argc; i++)
		print_one(argv[i], suffix, end);
	return 0;
}

static const struct option directory_options[] = {{"zero", 0, 'z'}, {NULL, 0, 0}};

static int dirname_main(int argc, char **argv)
{
	char end = '\n';
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "z", directory_options)) != -1) {
		if (option != 'z')
			fail_usage(1);
		end = '\0';
	}
	if (state.index == argc)
		fail_missing_operand();
	for (int i = state.index; i < argc; i++) {
		const char *path = argv[i];
		size_t length = strlen(path);

		while (length > 1 && path[length - 1] == '/')
			length--;
		while (length && path[length - 1] != '/')
			length--;
		while (length > 1 && path[length - 1] == '/')
			length--;
		out("%.*s%c", length ? (int)length : 1, length ? path : ".", end);
	}
	return 0;
}

COMMAND(basename, "[-az] [-s SUFFIX] NAME [SUFFIX]", "Print the last component of a path",
	"  -a          every operand is a NAME\n"
	"  -s SUFFIX   cut SUFFIX off; -a is implied\n"
	"  -z          end lines with NUL\n");
COMMAND(dirname, "[-z] NAME...", "Print a path without its last component",
	"  -z   end lines with NUL\n");
