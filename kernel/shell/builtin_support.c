/* What the built-ins share: their messages, options, numbers and output. */
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/builtin_support.h"
#include "kernel/shell/name.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

int builtin_error(struct shell *sh, const char *format, ...)
{
	char small[128], *text = small;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (length >= (int)sizeof(small)) {
		text = arena_alloc(&sh->arena, (size_t)length + 1);
		va_start(args, format);
		vsnprintf(text, (size_t)length + 1, format, args);
		va_end(args);
	}
	shell_message(sh, "%s", text);
	sh->builtin_failed = true;
	return 2;
}

int builtin_option(struct shell *sh, int argc, char **argv, const char *letters,
		   struct builtin_options *options)
{
	const char *letter;

	if (!options->at || !*options->at) {
		const char *word = options->index < argc ? argv[options->index] : "";

		if (word[0] != '-' || !word[1])
			return 0;
		options->index++;
		if (!strcmp(word, "--"))
			return 0;
		options->at = word + 1;
	}
	letter = strchr(letters, *options->at++);
	if (!letter || *letter == ':') {
		builtin_error(sh, "Illegal option -%c", options->at[-1]);
		return -1;
	}
	if (letter[1] == ':') {
		options->argument = *options->at	    ? options->at
				    : options->index < argc ? argv[options->index++]
							    : NULL;
		options->at = NULL;
		if (!options->argument) {
			builtin_error(sh, "No arg for -%c option", *letter);
			return -1;
		}
	}
	return *letter;
}

int builtin_number(struct shell *sh, const char *text)
{
	int value;

	if (parse_count(text, &value))
		return value;
	builtin_error(sh, "Illegal number: %s", text);
	return -1;
}

int builtin_output(struct shell *sh, const char *bytes, size_t length)
{
	while (length) {
		struct file *file = process_file(1);
		long written = file ? file_write(file, bytes, length) : -EBADF;

		shell_check_interrupt(sh);
		if (written == -EPIPE)
			shell_raise(sh, STATUS_BROKEN_PIPE);
		if (written < 0) {
			shell_message(sh, "write error: %s", error_text((int)-written));
			return 1;
		}
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}
