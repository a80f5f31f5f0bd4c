/* cut: GNU's, in the C locale. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/sort.h"
#include "lib/string.h"

struct range {
	uint64_t first, last; /* from 1 */
};

struct settings {
	char kind; /* 'b' or 'f' */
	struct range *ranges;
	size_t count;
	char delimiter, end;
	const char *joint; /* --output-delimiter, or the delimiter */
	size_t joint_length;
	bool joint_given, suppress, complement;
	void *buffer;
};

static _Noreturn void fail_list(const char *message)
{
	complain("%s", message);
	fail_usage(1);
}

static void add_range(struct settings *settings, uint64_t first, uint64_t last)
{
	settings->ranges[settings->count++] = (struct range){first, last};
}

/* "3,5-7,-2,9-": blanks serve as commas, too. */
static void parse_list(const char *text, struct settings *settings)
{
	bool bytes = settings->kind == 'b';
	const char *from_one = bytes ? "byte/character positions are numbered from 1"
				     : "fields are numbered from 1";
	const char *digits = NULL;
	uint64_t value = 0, first = 1;
	bool dash = false, left = false, right = false;

	settings->ranges = alloc_or_fail((strlen(text) / 2 + 2) * 2 * sizeof(struct range));
	for (;; text++) {
		if (is_digit(*text)) {
			if (!digits)
				digits = text;
			*(dash ? &right : &left) = true;
			if (__builtin_mul_overflow(value, 10u, &value) ||
			    __builtin_add_overflow(value, (unsigned)(*text - '0'), &value) ||
			    value == UINT64_MAX) {
				complain(bytes ? "byte/character offset '%.*s' is too large"
					       : "field number '%.*s' is too large",
					 (int)strspn(digits, "0123456789"), digits);
				fail_usage(1);
			}
			continue;
		}
		digits = NULL;
		if (*text == '-') {
			if (dash)
				fail_list(bytes ? "invalid byte or character range"
						: "invalid field range");
			if (left && !value)
				fail_list(from_one);
			dash = true;
			first = left ? value : 1;
			value = 0;
		} else if (*text == ',' || is_blank(*text) || !*text) {
			if (dash && !left && !right)
				fail_list("invalid range with no endpoint: -");
			if (dash && right && value < first)
				fail_list("invalid decreasing range");
			if (!dash && !value)
				fail_list(from_one);
			if (dash)
				add_range(settings, first, right ? value : UINT64_MAX);
			else
				add_range(settings, value, value);
			if (!*text)
				return;
			dash = left = right = false;
			value = 0;
		} else {
			complain(bytes ? "invalid byte/character position %s"
				       : "invalid field value %s",
				 quote_text(text));
			fail_usage(1);
		}
	}
}

static int by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* In order, without overlaps; or what lies between. */
static void arrange(struct settings *settings)
{
	struct range *ranges = settings->ranges;
	size_t kept = 0;

	sort(ranges, settings->count, sizeof(*ranges), by_first);
	for (size_t i = 1; i < settings->count; i++) {
		if (ranges[i].first > ranges[kept].last)
			ranges[++kept] = ranges[i];
		else if (ranges[i].last > ranges[kept].last)
			ranges[kept].last = ranges[i].last;
	}
	settings->count = kept + 1;
	if (!settings->complement)
		return;
	struct range *between = alloc_or_fail((settings->count + 1) * sizeof(*between));
	uint64_t next = 1;
	size_t count = 0;

	for (size_t i = 0; i < settings->count; i++) {
		if (ranges[i].first > next)
			between[count++] = (struct range){next, ranges[i].first - 1};
		next = ranges[i].last == UINT64_MAX ? UINT64_MAX : ranges[i].last + 1;
	}
	if (next != UINT64_MAX)
		between[count++] = (struct range){next, UINT64_MAX};
	settings->ranges = between;
	settings->count = count;
}

/* Whether number, which grows from call to call, is selected; *at is the range it is in or before.
 */
static bool is_selected(const struct settings *settings, size_t *at, uint64_t number)
{
	while (*at < settings->count && settings->ranges[*at].last < number)
		++*at;
	return *at < settings->count && settings->ranges[*at].first <= number;
}

static void cut_bytes(struct input *input, const struct settings *settings)
{
	uint64_t number = 0;
	size_t at = 0;
	bool any = false, open = false;
	int c;

	while ((c = input_byte(input)) >= 0) {
		open = c != (unsigned char)settings->end;
		if (!open) {
			out_char(settings->end);
			number = at = 0;
			any = false;
			continue;
		}
		if (!is_selected(settings, &at, ++number))
			continue;
		if (any && settings->joint_given && settings->ranges[at].first == number)
			out_bytes(settings->joint, settings->joint_length);
		any = true;
		out_char((char)c);
	}
	if (open)
		out_char(settings->end);
}

static void cut_line(const char *line, size_t length, const struct settings *settings)
{
	const char *end = line + length, *next;
	uint64_t number = 0;
	size_t at = 0;
	bool any = false;

	if (!memchr(line, settings->delimiter, length)) {
		if (settings->suppress)
			return;
		out_bytes(line, length);
		out_char(settings->end);
		return;
	}
	for (; line; line = next) {
		const char *stop = memchr(line, settings->delimiter, (size_t)(end - line));

		next = stop ? stop + 1 : NULL;
		if (!is_selected(settings, &at, ++number))
			continue;
		if (any)
			out_bytes(settings->joint, settings->joint_length);
		any = true;
		out_bytes(line, (size_t)((stop ? stop : end) - line));
	}
	out_char(settings->end);
}

/* The delimiter is what ends a line: the lines are the fields of one that is the whole file. */
static void cut_lines(struct input *input, const struct settings *settings)
{
	size_t at = 0, length, first_length = 0;
	char *first = NULL, *line;
	uint64_t number = 0;
	bool any = false;

	while ((line = input_line(input, &length, NULL))) {
		if (++number == 1) {
			first = alloc_or_fail(length + 1);
			memcpy(first, line, length);
			first_length = length;
			continue;
		}
		if (number == 2 && is_selected(settings, &at, 1)) {
			out_bytes(first, first_length);
			any = true;
		}
		if (!is_selected(settings, &at, number))
			continue;
		if (any)
			out_bytes(settings->joint, settings->joint_length);
		any = true;
		out_bytes(line, length);
	}
	if (number == 1 && !settings->suppress)
		out_bytes(first, first_length);
	if (number > 1 || (number == 1 && !settings->suppress))
		out_char(settings->end);
	process_free(first);
}

static int cut_one(int fd, const char *name, void *context)
{
	const struct settings *settings = context;
	struct input input;
	size_t length;
	char *line;

	input_start(&input, fd, name, settings->buffer);
	input.end_of_line = settings->end;
	if (settings->kind == 'b')
		cut_bytes(&input, settings);
	else if (settings->delimiter == settings->end)
		cut_lines(&input, settings);
	else
		while ((line = input_line(&input, &length, NULL)))
			cut_line(line, length, settings);
	process_free(input.line);
	return input.failed;
}

static const struct option long_options[] = {{"bytes", 1, 'b'},
					     {"characters", 1, 'c'},
					     {"fields", 1, 'f'},
					     {"delimiter", 1, 'd'},
					     {"only-delimited", 0, 's'},
					     {"complement", 0, 'C'},
					     {"output-delimiter", 1, 'O'},
					     {"zero-terminated", 0, 'z'},
					     {NULL, 0, 0}};

static int cut_main(int argc, char **argv)
{
	struct settings settings = {.delimiter = '\t', .end = '\n'};
	struct getopt state = {0};
	const char *list = NULL;
	bool delimiter_given = false;
	int option;

	while ((option = getopt_next(&state, argc, argv, "b:c:d:f:nsz", long_options)) != -1) {
		switch (option) {
		case 'b':
		case 'c':
		case 'f':
			if (list)
				fail_list("only one list may be specified");
			settings.kind = option == 'f' ? 'f' : 'b';
			list = state.argument;
			break;
		case 'd':
			/* '' is NUL */
			if (state.argument[0] && state.argument[1])
				fail_list("the delimiter must be a single character");
			settings.delimiter = state.argument[0];
			delimiter_given = true;
			break;
		case 'O':
			settings.joint_given = true;
			settings.joint = state.argument;
			/* an empty one is NUL, too */
			settings.joint_length = *state.argument ? strlen(state.argument) : 1;
			break;
		case 's':
			settings.suppress = true;
			break;
		case 'C':
			settings.complement = true;
			break;
		case 'z':
			settings.end = '\0';
			break;
		case 'n':
			break;
		default:
			fail_usage(1);
		}
	}
	if (!list)
		fail_list("you must specify a list of bytes, characters, or fields");
	if (delimiter_given && settings.kind != 'f')
		fail_list("an input delimiter may be specified only when operating on fields");
	if (settings.suppress && settings.kind != 'f')
		fail_list("suppressing non-delimited lines makes sense\n"
			  "\tonly when operating on fields");
	parse_list(list, &settings);
	arrange(&settings);
	if (!settings.joint) {
		settings.joint = &settings.delimiter;
		settings.joint_length = 1;
	}
	settings.buffer = input_buffer();
	return input_for_each(argv + state.index, argc - state.index, cut_one, &settings);
}

COMMAND(cut, "-b LIST | -c LIST | -f LIST [OPTION]... [FILE]...", "Print parts of lines",
	"  -b, -c LIST   these bytes; a character is a byte\n"
	"  -f LIST       these fields, and lines without a delimiter as they are\n"
	"  -d C          C separates fields, instead of a tab\n"
	"  -s            no lines without a delimiter\n"
	"  -z            lines end with NUL\n"
	"  --complement  what is not in LIST\n"
	"  --output-delimiter=STRING  between the parts printed\n"
	"LIST is N, N-M, N- or -M, or several separated by commas; the first is 1.\n");
