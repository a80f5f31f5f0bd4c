/* paste: lines of files side by side. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

struct settings {
	char *delimiters;
	bool *empty; /* \0: none at all */
	size_t count;
	char end;
};

static void parse_delimiters(const char *text, struct settings *settings)
{
	static const char letters[] = "bfnrtv\\", bytes[] = "\b\f\n\r\t\v\\";
	size_t size = strlen(text) + 1;

	settings->delimiters = alloc_or_fail(size);
	settings->empty = alloc_or_fail(size * sizeof(bool));
	settings->count = 0;
	for (const char *at = text; *at || !settings->count; at++) {
		char c = *at;
		bool escaped = c == '\\';
		const char *found;

		if (escaped) {
			c = *++at;
			if (!c)
				fail(1, "delimiter list ends with an unescaped backslash: %s",
				     quote_c_if_needed(text));
			found = strchr(letters, c);
			settings->empty[settings->count] = c == '0';
			c = found ? bytes[found - letters] : c;
		} else {
			settings->empty[settings->count] = c == '\0';
		}
		settings->delimiters[settings->count++] = c;
		if (!*at)
			break;
	}
}

static void put_delimiter(const struct settings *settings, size_t index)
{
	index %= settings->count;
	if (!settings->empty[index])
		out_char(settings->delimiters[index]);
}

static int paste_serial(int fd, const char *name, void *context)
{
	const struct settings *settings = context;
	struct input input;
	size_t length, number = 0;
	char *line;

	input_start(&input, fd, name, NULL);
	input.end_of_line = settings->end;
	while ((line = input_line(&input, &length, NULL)) != NULL) {
		if (number++)
			put_delimiter(settings, number - 2);
		out_bytes(line, length);
	}
	out_char(settings->end);
	process_free(input.line);
	process_free(input.buffer);
	return input.failed;
}

/* A line of each file side by side; "-" several times is one file. */
static int paste_parallel(char **names, int count, const struct settings *settings)
{
	struct input *inputs = alloc_or_fail((size_t)count * sizeof(*inputs)), *standard = NULL;
	struct input **sources = alloc_or_fail((size_t)count * sizeof(*sources));
	int status = 0;
	bool any;

	for (int i = 0; i < count; i++) {
		bool is_standard = strcmp(names[i], "-") == 0;
		int fd = input_open(names[i]);

		if (fd < 0)
			process_exit(1);
		sources[i] = is_standard && standard ? standard : &inputs[i];
		if (sources[i] == &inputs[i]) {
			input_start(&inputs[i], fd, names[i], NULL);
			inputs[i].end_of_line = settings->end;
		}
		if (is_standard)
			standard = sources[i];
	}
	do {
		int waiting = 0; /* delimiters of files that had nothing: only due if one has */

		any = false;
		for (int i = 0; i < count; i++) {
			size_t length;
			char *line =
				sources[i]->failed ? NULL : input_line(sources[i], &length, NULL);

			if (line) {
				for (; waiting < i; waiting++)
					put_delimiter(settings, (size_t)waiting);
				out_bytes(line, length);
				any = true;
			}
		}
		if (any) {
			for (; waiting < count - 1; waiting++)
				put_delimiter(settings, (size_t)waiting);
			out_char(settings->end);
		}
	} while (any);
	for (int i = 0; i < count; i++)
		status |= sources[i]->failed;
	return status;
}

static const struct option long_options[] = {
	{"delimiters", 1, 'd'}, {"serial", 0, 's'}, {"zero-terminated", 0, 'z'}, {NULL, 0, 0}};

static int paste_main(int argc, char **argv)
{
	static char *standard[] = {"-"};
	struct settings settings = {.end = '\n'};
	struct getopt state = {0};
	const char *delimiters = "\t";
	bool serial = false;
	int option;

	while ((option = getopt_next(&state, argc, argv, "d:sz", long_options)) != -1) {
		if (option == 'd')
			delimiters = state.argument;
		else if (option == 's')
			serial = true;
		else if (option == 'z')
			settings.end = '\0';
		else
			fail_usage(1);
	}
	parse_delimiters(delimiters, &settings);
	char **files = state.index < argc ? argv + state.index : standard;
	int count = state.index < argc ? argc - state.index : 1;

	return serial ? input_for_each(files, count, paste_serial, &settings)
		      : paste_parallel(files, count, &settings);
}

COMMAND(paste, "[-sz] [-d LIST] [FILE]...", "Put lines of files side by side",
	"  -d LIST   characters between them, in turn, instead of a tab; \\n \\t \\\\ \\0 (none)\n"
	"  -s        all lines of a file in one line\n"
	"  -z        lines end with NUL\n");
