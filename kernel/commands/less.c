/* less and more: files a screen at a time. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/pager.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"

/* Where nobody looks they are cat. */
static int copy(int fd, const char *name, void *buffer)
{
	long count;

	while ((count = process_read(fd, buffer, INPUT_BUFFER)) > 0)
		out_bytes(buffer, (size_t)count);
	return count < 0 ? input_complain(name, count) : 0;
}

/* Whether there is something to show; what is wrong is said. */
static bool is_readable(const char *name)
{
	struct file_stat stat;
	int fd = input_open(name);
	struct file *file = process_file(fd);
	int error;

	if (fd < 0)
		return false;
	error = file ? file_stat(file, &stat) : -EBADF;
	if (!error && stat.type == FILE_DIRECTORY)
		error = -EISDIR;
	if (error)
		input_complain(name, error);
	input_close(fd);
	return !error;
}

static int show(char **names, int count, struct pager_options *options)
{
	bool failed = false, more = true;
	int readable = 0;

	/* First of all, so that each knows whether it is the last one. */
	for (int i = 0; i < count; i++)
		if (is_readable(names[i]))
			names[readable++] = names[i];
		else
			failed = true;
	count = readable;
	for (int i = 0; i < count && more; i++) {
		int fd = input_open(names[i]);

		if (fd < 0) {
			failed = true;
			continue;
		}
		options->last = i + 1 == count;
		more = pager_show_file(fd, names[i], options, &failed);
		input_close(fd);
	}
	return failed;
}

static int page(int argc, char **argv, struct pager_options options)
{
	static const struct option long_options[] = {{"quit-if-one-screen", 0, 'F'}, {NULL, 0, 0}};
	char *standard_input[] = {"-"};
	struct getopt state = {0};
	struct file *input = process_file(0);
	int option;

	while ((option = getopt_next(&state, argc, argv, "F", long_options)) != -1) {
		if (option != 'F')
			fail_usage(1);
		options.ends_short = true;
	}
	argc -= state.index;
	argv += state.index;
	if (!argc && (!input || file_is_console(input)))
		fail(1, "missing filename (\"%s --help\" for help)", process_name());
	if (!pager_is_useful())
		return input_for_each(argv, argc, copy, input_buffer());
	return argc ? show(argv, argc, &options) : show(standard_input, 1, &options);
}

static int less_main(int argc, char **argv)
{
	return page(argc, argv, (struct pager_options){0});
}

static int more_main(int argc, char **argv)
{
	return page(argc, argv, (struct pager_options){.ends = true});
}

#define KEYS                                                                              \
	"  Space, f, PgDn   a screen on       Enter, j, Down   a line on\n"               \
	"  b, PgUp          a screen back     k, Up            a line back\n"             \
	"  d, u             half a screen on, back\n"                                     \
	"  g, G             to the beginning, to the end\n"                               \
	"  /PATTERN, ?PATTERN   search on, back: an extended regular expression\n"        \
	"  n, N             search again, the other way\n"                                \
	"  q                quit; so does Ctrl-C\n"                                       \
	"Without FILE, reads standard input. Where standard output is not the console,\n" \
	"or nobody sits there, copies as cat does.\n"

COMMAND(less, "[-F] [FILE]...", "Show files a screen at a time, forward and back",
	"  -F   quit at once what fits on one screen\n" KEYS);
COMMAND(more, "[FILE]...", "Show files a screen at a time, up to the end", KEYS);
