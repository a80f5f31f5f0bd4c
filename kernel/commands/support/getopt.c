/* Options of a command line, as getopt_long(3) of the GNU C library parses them. */
#include "kernel/commands/command.h"

#include "lib/string.h"

/* Between two calls the operands passed over are argv[permuted_first] up to permuted_last. */

static bool is_option(const char *argument)
{
	return argument[0] == '-' && argument[1] != '\0';
}

static void reverse(char **argv, int first, int end)
{
	while (first < --end) {
		char *argument = argv[first];

		argv[first++] = argv[end];
		argv[end] = argument;
	}
}

/* Moves the operands passed over behind the options that were parsed since. */
static void exchange(struct getopt *state, char **argv)
{
	int options = state->index - state->permuted_last;

	reverse(argv, state->permuted_first, state->permuted_last);
	reverse(argv, state->permuted_last, state->index);
	reverse(argv, state->permuted_first, state->index);
	state->permuted_first += options;
	state->permuted_last = state->index;
}

static void settle(struct getopt *state, char **argv)
{
	if (state->permuted_first != state->permuted_last && state->permuted_last != state->index)
		exchange(state, argv);
	else if (state->permuted_last != state->index)
		state->permuted_first = state->index;
}

static bool same_option(const struct option *a, const struct option *b)
{
	return a->has_argument == b->has_argument && a->value == b->value;
}

/* NULL with a message where there is none, or more than one. */
static const struct option *find_long(const char *program, const char *text, size_t length,
				      const struct option *options)
{
	const struct option *found = NULL;
	bool ambiguous = false;

	for (const struct option *option = options; option->name; option++) {
		if (strncmp(option->name, text, length) != 0)
			continue;
		if (strlen(option->name) == length)
			return option;
		if (!found)
			found = option;
		else if (!same_option(found, option))
			ambiguous = true;
	}
	if (ambiguous) {
		err("%s: option '--%s' is ambiguous; possibilities:", program, text);
		for (const struct option *option = options; option->name; option++)
			if (strncmp(option->name, text, length) == 0)
				err(" '--%s'", option->name);
		err("\n");
		return NULL;
	}
	if (!found) {
		command_answer_help(text);
		err("%s: unrecognized option '--%s'\n", program, text);
	}
	return found;
}

static int parse_long(struct getopt *state, int argc, char **argv, bool quiet_missing,
		      const struct option *options)
{
	char *text = argv[state->index++] + 2;
	size_t length = strcspn(text, "=");
	const struct option *option = find_long(argv[0], text, length, options);

	state->option = 0;
	if (!option)
		return '?';
	state->option = option->value;
	if (text[length] == '=') {
		if (!option->has_argument) {
			err("%s: option '--%s' doesn't allow an argument\n", argv[0], option->name);
			return '?';
		}
		state->argument = text + length + 1;
	} else if (option->has_argument == 1) {
		if (state->index >= argc) {
			err("%s: option '--%s' requires an argument\n", argv[0], option->name);
			return quiet_missing ? ':' : '?';
		}
		state->argument = argv[state->index++];
	}
	return option->value;
}

static int parse_short(struct getopt *state, int argc, char **argv, bool quiet_missing,
		       const char *options)
{
	char *cluster = argv[state->index];
	char c = cluster[state->next++];
	const char *found = c == ':' || c == ';' ? NULL : strchr(options, c);
	bool last = cluster[state->next] == '\0';

	if (last) {
		state->index++;
		state->next = 0;
	}
	state->option = (unsigned char)c;
	if (!found) {
		err("%s: invalid option -- '%c'\n", argv[0], c);
		return '?';
	}
	if (found[1] != ':')
		return (unsigned char)c;
	if (!last) {
		state->argument = cluster + state->next;
		state->index++;
		state->next = 0;
	} else if (found[2] != ':') {
		if (state->index >= argc) {
			err("%s: option requires an argument -- '%c'\n", argv[0], c);
			return quiet_missing ? ':' : '?';
		}
		state->argument = argv[state->index++];
	}
	return (unsigned char)c;
}

int getopt_next(struct getopt *state, int argc, char **argv, const char *short_options,
		const struct option *long_options)
{
	bool in_order = short_options[0] == '+';
	bool quiet_missing;

	if (in_order)
		short_options++;
	quiet_missing = short_options[0] == ':';
	if (state->index == 0)
		state->index = state->permuted_first = state->permuted_last = 1;
	state->argument = NULL;
	if (state->next == 0) {
		if (!in_order) {
			settle(state, argv);
			while (state->index < argc && !is_option(argv[state->index]))
				state->index++;
			state->permuted_last = state->index;
		}
		if (state->index < argc && strcmp(argv[state->index], "--") == 0) {
			state->index++;
			settle(state, argv);
			if (state->permuted_first == state->permuted_last)
				state->permuted_first = state->index;
			state->permuted_last = state->index = argc;
		}
		if (state->index >= argc) {
			if (state->permuted_first != state->permuted_last)
				state->index = state->permuted_first;
			return -1;
		}
		if (!is_option(argv[state->index]))
			return -1;
		if (long_options && argv[state->index][1] == '-')
			return parse_long(state, argc, argv, quiet_missing, long_options);
		state->next = 1;
	}
	return parse_short(state, argc, argv, quiet_missing, short_options);
}
