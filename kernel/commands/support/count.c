#include "kernel/commands/support/count.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/files/file.h"
#include "kernel/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

static void parse_count(const char *text, char sign, struct count_options *options)
{
	const char *what = options->bytes ? "bytes" : "lines";
	const char *number = text;

	options->signed_prefix = *text == sign;
	/* the other sign is the default, spelled out */
	if (*number == '-' || *number == '+')
		number++;
	int error =
		is_digit(*number) ? size_parse(number, "bkKmMGTPEZY0", &options->count) : -EINVAL;

	if (error == -ERANGE && sign == '+' && options->signed_prefix)
		error = 0;
	if (error)
		fail(1, "invalid number of %s: %s%s%s", what, quote(text),
		     error == -ERANGE ? ": " : "", error == -ERANGE ? error_text(EOVERFLOW) : "");
}

static const struct option long_options[] = {
	{"bytes", 1, 'c'},  {"lines", 1, 'n'},	 {"quiet", 0, 'q'},
	{"silent", 0, 'q'}, {"verbose", 0, 'v'}, {NULL, 0, 0},
};

/* "-5", "+5" (tail): an old form, only as the first operand. */
static bool is_old_form(const char *text, char sign)
{
	if (text[0] != '-' && !(sign == '+' && text[0] == '+'))
		return false;
	return is_digit(text[1]) && text[1 + strspn(text + 1, "0123456789")] == '\0';
}

void count_parse(int argc, char **argv, char sign, struct count_options *options)
{
	struct getopt state = {0};
	int option;

	memset(options, 0, sizeof(*options));
	options->count = 10;
	out_failure("error writing 'standard output'", 0);
	if (argc > 1 && is_old_form(argv[1], sign)) {
		const char *text = argv[1];

		parse_count(sign == '-' ? text + 1 : text, sign, options);
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	while ((option = getopt_next(&state, argc, argv, "c:n:qv", long_options)) != -1) {
		switch (option) {
		case 'c':
		case 'n':
			options->bytes = option == 'c';
			parse_count(state.argument, sign, options);
			break;
		case 'q':
			options->never_headers = true;
			options->always_headers = false;
			break;
		case 'v':
			options->always_headers = true;
			options->never_headers = false;
			break;
		default:
			fail_usage(1);
		}
	}
	options->files = argv + state.index;
	options->file_count = argc - state.index;
}

int count_complain(const char *name, long error)
{
	complain_about("error reading", strcmp(name, "-") ? name : "standard input", error);
	return 1;
}

int count_for_each(const struct count_options *options,
		   int (*each)(int fd, const char *name, const struct count_options *options))
{
	static char *standard[] = {"-"};
	char **files = options->file_count ? options->files : standard;
	int count = options->file_count ? options->file_count : 1;
	bool headers = options->always_headers || (!options->never_headers && count > 1);
	bool first = true;
	int status = 0;

	for (int i = 0; i < count; i++) {
		bool is_standard = strcmp(files[i], "-") == 0;
		int fd = is_standard ? 0 : process_open(files[i], O_RDONLY, 0);

		if (fd < 0) {
			complain("cannot open %s for reading: %s", quote(files[i]),
				 error_text(-fd));
			status = 1;
			continue;
		}
		if (headers)
			out("%s==> %s <==\n", first ? "" : "\n",
			    is_standard ? "standard input" : files[i]);
		first = false;
		status |= each(fd, files[i], options);
		if (fd)
			process_set_file(fd, NULL);
	}
	return status;
}

/* What may still be among the last ones, and a buffer's worth. */
struct window {
	unsigned char *bytes;
	size_t start, end, room;
	uint64_t held; /* bytes or newlines from start to end */
};

/* Reads behind what is kept; as process_read(). */
static long read_more(struct window *window, int fd, bool lines)
{
	if (window->room - window->end < INPUT_BUFFER) {
		if (window->bytes)
			memmove(window->bytes, window->bytes + window->start,
				window->end - window->start);
		window->end -= window->start;
		window->start = 0;
		/* half of it free: what is kept is not moved for every read */
		if (window->room - window->end < INPUT_BUFFER || window->end > window->room / 2) {
			window->room = window->room ? window->room * 2 : 2 * INPUT_BUFFER;
			window->bytes = process_realloc(window->bytes, window->room);
			if (!window->bytes)
				fail(1, "memory exhausted");
		}
	}
	unsigned char *to = window->bytes + window->end;
	long count = process_read(fd, to, INPUT_BUFFER);

	if (count > 0) {
		window->end += (size_t)count;
		window->held += lines ? bytes_count(to, (size_t)count, '\n') : (uint64_t)count;
	}
	return count;
}

/* Gives up the first so many bytes or lines. */
static void give_up(struct window *window, uint64_t count, bool lines, bool print)
{
	size_t from = window->start;

	window->held -= count;
	if (!lines)
		window->start += (size_t)count;
	for (; lines && count; count--) {
		unsigned char *newline =
			memchr(window->bytes + window->start, '\n', window->end - window->start);

		window->start = newline ? (size_t)(newline - window->bytes) + 1 : window->end;
	}
	if (print)
		out_bytes(window->bytes + from, window->start - from);
}

int count_from_end(int fd, const char *name, const struct count_options *options, bool all_but)
{
	struct window window = {0};
	bool lines = !options->bytes;
	/* One line more: the last one may be without its newline. */
	uint64_t most = options->count + (lines && options->count < UINT64_MAX);
	long count;

	while ((count = read_more(&window, fd, lines)) > 0)
		if (window.held > most)
			give_up(&window, window.held - most, lines, all_but);
	if (lines && window.end > window.start)
		window.held += window.bytes[window.end - 1] != '\n';
	if (window.held > options->count)
		give_up(&window, window.held - options->count, lines, all_but);
	if (!all_but)
		out_bytes(window.bytes + window.start, window.end - window.start);
	process_free(window.bytes);
	return count < 0 ? count_complain(name, count) : 0;
}
