/* tac and rev: files and lines the other way round. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

struct settings {
	const char *separator;
	size_t length;
	bool before; /* the separator stands before a record, not behind it */
};

/* All of a file; NULL after a message. */
static char *read_all(int fd, const char *name, size_t *size)
{
	size_t used = 0, room = INPUT_BUFFER;
	char *text = alloc_or_fail(room);
	long count;

	while ((count = process_read(fd, text + used, room - used)) > 0) {
		used += (size_t)count;
		if (used < room)
			continue;
		room *= 2;
		text = process_realloc(text, room);
		if (!text)
			fail(1, "memory exhausted");
	}
	*size = used;
	if (count == 0)
		return text;
	complain("%s: read error: %s", quote_if_needed(name), error_text((int)-count));
	process_free(text);
	return NULL;
}

/* Where the last separator before end begins, or NULL. */
static const char *find_last(const char *text, const char *end, const struct settings *settings)
{
	if ((size_t)(end - text) < settings->length)
		return NULL;
	for (const char *at = end - settings->length;; at--) {
		if (*at == settings->separator[0] &&
		    memcmp(at, settings->separator, settings->length) == 0)
			return at;
		if (at == text)
			return NULL;
	}
}

static int tac_one(int fd, const char *name, const struct settings *settings)
{
	size_t size;
	char *text = read_all(fd, name, &size);
	const char *end = text + size, *limit = end, *at;

	if (!text)
		return 1;
	/* records end behind their separator, or begin with it */
	while ((at = find_last(text, limit, settings)) != NULL) {
		const char *cut = settings->before ? at : at + settings->length;

		out_bytes(cut, (size_t)(end - cut));
		end = cut;
		limit = at;
	}
	out_bytes(text, (size_t)(end - text));
	process_free(text);
	return 0;
}

static const struct option tac_options[] = {
	{"before", 0, 'b'}, {"separator", 1, 's'}, {NULL, 0, 0}};

static int tac_main(int argc, char **argv)
{
	static char *standard[] = {"-"};
	struct settings settings = {.separator = "\n", .length = 1};
	struct getopt state = {0};
	int option, status = 0;

	while ((option = getopt_next(&state, argc, argv, "bs:", tac_options)) != -1) {
		if (option == 'b') {
			settings.before = true;
		} else if (option == 's') {
			settings.separator = state.argument;
			/* an empty one is NUL */
			settings.length = *state.argument ? strlen(state.argument) : 1;
		} else {
			fail_usage(1);
		}
	}
	char **files = state.index < argc ? argv + state.index : standard;
	int count = state.index < argc ? argc - state.index : 1;

	for (int i = 0; i < count; i++) {
		bool is_standard = strcmp(files[i], "-") == 0;
		int fd = is_standard ? 0 : process_open(files[i], O_RDONLY, 0);

		if (fd < 0) {
			complain("failed to open %s for reading: %s", quote(files[i]),
				 error_text(-fd));
			status = 1;
			continue;
		}
		status |= tac_one(fd, is_standard ? "standard input" : files[i], &settings);
		input_close(fd);
	}
	return status;
}

static int rev_one(int fd, const char *name, void *buffer)
{
	struct input input;
	size_t length;
	bool complete;
	char *line;

	input_start(&input, fd, name, buffer);
	while ((line = input_line(&input, &length, &complete)) != NULL) {
		while (length)
			out_char(line[--length]);
		if (complete)
			out_char('\n');
	}
	process_free(input.line);
	return input.failed;
}

static const struct option rev_options[] = {{NULL, 0, 0}};

static int rev_main(int argc, char **argv)
{
	struct getopt state = {0};

	if (getopt_next(&state, argc, argv, "", rev_options) != -1)
		fail_usage(1);
	return input_for_each(argv + state.index, argc - state.index, rev_one, input_buffer());
}

COMMAND(tac, "[-b] [-s STRING] [FILE]...", "Write files with the last line first",
	"  -s STRING   separates what is turned round, instead of a newline\n"
	"  -b          stands before it, not behind it\n");
COMMAND(rev, "[FILE]...", "Reverse the bytes of each line",
	"Without FILE, or for -, reads standard input.\n");
