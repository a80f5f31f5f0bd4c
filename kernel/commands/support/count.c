/* What head and tail share. */
#include "kernel/commands/support/count.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
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

	if (error)
		fail(1, "invalid number of %s: %s%s%s", what, quote_text(text + (*text == '-')),
		     error == -ERANGE ? ": " : "", error == -ERANGE ? error_text(EOVERFLOW) : "");
}

static const struct option long_options[] = {
	{"bytes", 1, 'c'},   {"lines", 1, 'n'},		  {"quiet", 0, 'q'}, {"silent", 0, 'q'},
	{"verbose", 0, 'v'}, {"zero-terminated", 0, 'z'}, {NULL, 0, 0},
};

/* "-5", "-5cqv": head's old form, a number with option letters behind. */
static bool parse_old_head(const char *text, struct count_options *options)
{
	size_t digits = *text == '-' ? strspn(text + 1, "0123456789") : 0;
	char multiplier = 0;

	if (!digits)
		return false;
	for (const char *letter = text + 1 + digits; *letter; letter++) {
		switch (*letter) {
		case 'b':
		case 'k':
		case 'm':
		case 'c':
			options->bytes = true;
			multiplier = *letter == 'c' ? 0 : *letter;
			break;
		case 'l':
			options->bytes = false;
			break;
		case 'q':
		case 'v':
			options->never_headers = *letter == 'q';
			options->always_headers = *letter == 'v';
			break;
		case 'z':
			options->end = '\0';
			break;
		default:
			complain("invalid trailing option -- %c", *letter);
			fail_usage(1);
		}
	}
	char *number = alloc_or_fail(digits + 2);

	memcpy(number, text + 1, digits);
	number[digits] = multiplier;
	number[digits + 1] = '\0';
	parse_count(number, '-', options);
	return true;
}

/* "-5", "+5", "-5c", "+l": tail's, only with at most one file behind it. */
static bool parse_old_tail(int argc, char **argv, struct count_options *options)
{
	const char *text = argv[1], *letter;
	size_t digits;

	if (text[0] != '-' && text[0] != '+')
		return false;
	digits = strspn(text + 1, "0123456789");
	letter = text + 1 + digits;
	if (argc > 4 || (argc == 4 && strcmp(argv[2], "--") != 0) ||
	    (argc == 3 && argv[2][0] == '-' && argv[2][1] && strcmp(argv[2], "--") != 0))
		return false;
	if (*letter && (!strchr("bcl", *letter) || letter[1]))
		return false;
	/* "-" is standard input, and "-c" wants a number */
	if (text[0] == '-' && !digits && (!*letter || *letter == 'c'))
		return false;
	options->bytes = *letter == 'b' || *letter == 'c';
	options->signed_prefix = text[0] == '+';
	options->count = *letter == 'b' && !digits ? 5120 : 10;
	if (digits) {
		const char *end;
		int result = size_scan(text + 1, &end, 10, "b", &options->count);

		if (result & ~SIZE_SUFFIX)
			fail(1, "invalid number: %s: %s", quote_text(text), error_text(ERANGE));
	}
	return true;
}

void count_parse(int argc, char **argv, char sign, struct count_options *options)
{
	struct getopt state = {0};
	int option;

	memset(options, 0, sizeof(*options));
	options->count = 10;
	out_failure("error writing 'standard output'", 0);
	options->end = '\n';
	if (argc > 1 && (sign == '-' ? parse_old_head(argv[1], options)
				     : parse_old_tail(argc, argv, options))) {
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	while ((option = getopt_next(&state, argc, argv, "c:n:qvz0123456789", long_options)) !=
	       -1) {
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
		case 'z':
			options->end = '\0';
			break;
		case '?':
			fail_usage(1);
		default: /* a digit in the wrong place */
			if (sign == '+')
				fail(1, "option used in invalid context -- %c", option);
			complain("invalid trailing option -- %c", option);
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
static long read_more(struct window *window, int fd, const struct count_options *options)
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
		window->held += options->bytes ? (uint64_t)count
					       : bytes_count(to, (size_t)count,
							     (unsigned char)options->end);
	}
	return count;
}

/* Gives up the first so many bytes or lines. */
static void give_up(struct window *window, uint64_t count, const struct count_options *options,
		    bool print)
{
	size_t from = window->start;

	window->held -= count;
	if (options->bytes)
		window->start += (size_t)count;
	for (; !options->bytes && count; count--) {
		unsigned char *end = memchr(window->bytes + window->start, options->end,
					    window->end - window->start);

		window->start = end ? (size_t)(end - window->bytes) + 1 : window->end;
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

	while ((count = read_more(&window, fd, options)) > 0)
		if (window.held > most)
			give_up(&window, window.held - most, options, all_but);
	if (lines && window.end > window.start)
		window.held += window.bytes[window.end - 1] != (unsigned char)options->end;
	if (window.held > options->count)
		give_up(&window, window.held - options->count, options, all_but);
	if (!all_but)
		out_bytes(window.bytes + window.start, window.end - window.start);
	process_free(window.bytes);
	return count < 0 ? count_complain(name, count) : 0;
}
