/* yes: a line for ever. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

static int yes_main(int argc, char **argv)
{
	static char *standard[] = {"y"};
	size_t size = 0, used = 0;
	static const struct option no_options[] = {{NULL, 0, 0}};
	struct getopt state = {0};

	if (getopt_next(&state, argc, argv, "", no_options) != -1)
		fail_usage(1);

	char **words = state.index < argc ? argv + state.index : standard;
	int count = state.index < argc ? argc - state.index : 1;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	char *line = alloc_or_fail(size);

	for (int i = 0; i < count; i++) {
		size_t length = strlen(words[i]);

		memcpy(line + used, words[i], length);
		used += length;
		line[used++] = i + 1 < count ? ' ' : '\n';
	}
	/* many lines at once */
	char *buffer = input_buffer();
	size_t lines = size <= INPUT_BUFFER / 2 ? INPUT_BUFFER / size : 0;

	for (size_t i = 0; i < lines; i++)
		memcpy(buffer + i * size, line, size);
	const char *block = lines ? buffer : line;
	size_t block_size = lines ? lines * size : size;

	for (;;) {
		for (size_t at = 0; at < block_size;) {
			long written = process_write(1, block + at, block_size - at);

			if (written <= 0)
				fail(1, "standard output: %s",
				     error_text(written ? (int)-written : ENOSPC));
			at += (size_t)written;
		}
	}
}

COMMAND(yes, "[STRING]...", "Print a line for ever", "The line is y, or the STRINGs.\n");
