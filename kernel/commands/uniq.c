/* uniq: GNU's, in the C locale. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

enum delimit { NONE, PREPEND, SEPARATE, APPEND, BOTH };

struct settings {
	bool count, ignore_case;
	bool unique, first,
		later; /* which lines come out: single ones, the first of several, the others */
	uint64_t fields, bytes, width;
	enum delimit delimit; /* -D */
	enum delimit group;
	char end;
};

struct line {
	char *text;
	size_t length, size;
	const char *key;
	size_t key_length;
};

/* Keeps a copy: the next line is read over it. */
static void keep(struct line *line, const char *text, size_t length,
		 const struct settings *settings)
{
	const char *key, *end;

	if (length >= line->size) {
		line->size = length + length / 2 + 128;
		line->text = process_realloc(line->text, line->size);
		if (!line->text)
			fail(1, "memory exhausted");
	}
	memcpy(line->text, text, length);
	line->length = length;
	key = line->text;
	end = key + length;
	for (uint64_t field = 0; field < settings->fields && key < end; field++) {
		while (key < end && (is_blank(*key) || *key == '\n'))
			key++;
		while (key < end && !is_blank(*key) && *key != '\n')
			key++;
	}
	key += settings->bytes < (uint64_t)(end - key) ? (size_t)settings->bytes
						       : (size_t)(end - key);
	line->key = key;
	line->key_length = settings->width < (uint64_t)(end - key) ? (size_t)settings->width
								   : (size_t)(end - key);
}

static bool same(const struct line *a, const struct line *b, bool ignore_case)
{
	if (a->key_length != b->key_length)
		return false;
	if (!ignore_case)
		return memcmp(a->key, b->key, a->key_length) == 0;
	for (size_t i = 0; i < a->key_length; i++)
		if (to_lower(a->key[i]) != to_lower(b->key[i]))
			return false;
	return true;
}

static void put(const struct line *line, char end)
{
	out_bytes(line->text, line->length);
	out_char(end);
}

/* A line of which there were so many more before; again where it is not the first of them. */
static void put_if_wanted(const struct line *line, bool again, uint64_t more,
			  const struct settings *settings)
{
	if (!(more == 0 ? settings->unique : again ? settings->later : settings->first))
		return;
	if (settings->count)
		out("%7llu ", (unsigned long long)more + 1);
	put(line, settings->end);
}

static void filter(struct input *input, const struct settings *settings)
{
	struct line lines[2] = {{0}}, *last = &lines[0], *now = &lines[1];
	uint64_t more = 0;
	bool delimited = false;
	size_t length;
	char *text = input_line(input, &length, NULL);

	if (!text)
		return;
	keep(last, text, length, settings);
	while ((text = input_line(input, &length, NULL))) {
		keep(now, text, length, settings);
		bool match = same(now, last, settings->ignore_case);

		more += match;
		if (settings->delimit != NONE && !match && more)
			delimited = true;
		if (settings->delimit != NONE && match && more == 1 &&
		    (settings->delimit == PREPEND || delimited))
			out_char(settings->end);
		if (match && !settings->later)
			continue;
		put_if_wanted(last, match, more, settings);
		struct line *other = last;

		last = now;
		now = other;
		if (!match)
			more = 0;
	}
	put_if_wanted(last, false, more, settings);
}

/* --group: every line, with an empty one around groups. */
static void group(struct input *input, const struct settings *settings)
{
	struct line lines[2] = {{0}}, *last = NULL, *now = &lines[0];
	enum delimit kind = settings->group;
	size_t length;
	char *text;

	while ((text = input_line(input, &length, NULL))) {
		keep(now, text, length, settings);
		if ((!last || !same(now, last, settings->ignore_case)) &&
		    (kind == PREPEND || kind == BOTH || last))
			out_char(settings->end);
		put(now, settings->end);
		last = now;
		now = now == &lines[0] ? &lines[1] : &lines[0];
	}
	if (last && (kind == APPEND || kind == BOTH))
		out_char(settings->end);
}

static const struct option long_options[] = {{"count", 0, 'c'},
					     {"repeated", 0, 'd'},
					     {"all-repeated", 2, 'D'},
					     {"group", 2, 'G'},
					     {"ignore-case", 0, 'i'},
					     {"unique", 0, 'u'},
					     {"skip-fields", 1, 'f'},
					     {"skip-chars", 1, 's'},
					     {"check-chars", 1, 'w'},
					     {"zero-terminated", 0, 'z'},
					     {NULL, 0, 0}};

static uint64_t parse_number(const char *text, const char *what)
{
	uint64_t value;
	int error = number_parse(text + (*text == '+'), 10, &value);

	if (error && error != -ERANGE)
		fail(1, "%s: invalid number of %s", text, what);
	return value;
}

static enum delimit parse_delimit(const char *text, const char *option, const char *const *names,
				  unsigned count)
{
	size_t length = strlen(text);

	for (unsigned i = 0; i < count; i++)
		if (names[i][0] && length && strncmp(names[i], text, length) == 0)
			return i;
	complain("invalid argument %s for '--%s'", quote_text(text), option);
	err("Valid arguments are:\n");
	for (unsigned i = 0; i < count; i++)
		if (names[i][0])
			err("  - '%s'\n", names[i]);
	fail_usage(1);
}

static int uniq_main(int argc, char **argv)
{
	static const char *const all_repeated[] = {"none", "prepend", "separate"};
	static const char *const groups[] = {"", "prepend", "separate", "append", "both"};
	struct settings settings = {
		.unique = true, .first = true, .width = UINT64_MAX, .end = '\n'};
	struct getopt state = {0};
	struct input input;
	bool chosen = false, digits = false;
	int option;

	while ((option = getopt_next(&state, argc, argv, "0123456789cdDiuf:s:w:z", long_options)) !=
	       -1) {
		switch (option) {
		case 'c':
			settings.count = chosen = true;
			break;
		case 'd':
			settings.unique = false;
			chosen = true;
			break;
		case 'D':
			settings.unique = false;
			settings.later = chosen = true;
			settings.delimit = state.argument
						   ? parse_delimit(state.argument, "all-repeated",
								   all_repeated, 3)
						   : NONE;
			break;
		case 'G':
			settings.group = state.argument
						 ? parse_delimit(state.argument, "group", groups, 5)
						 : SEPARATE;
			break;
		case 'i':
			settings.ignore_case = true;
			break;
		case 'u':
			settings.first = false;
			chosen = true;
			break;
		case 'f':
			settings.fields = parse_number(state.argument, "fields to skip");
			break;
		case 's':
			settings.bytes = parse_number(state.argument, "bytes to skip");
			break;
		case 'w':
			settings.width = parse_number(state.argument, "bytes to compare");
			break;
		case 'z':
			settings.end = '\0';
			break;
		case '?':
			fail_usage(1);
		default: /* -N, the old form of -f */
			if (!digits)
				settings.fields = 0;
			digits = true;
			if (__builtin_mul_overflow(settings.fields, 10u, &settings.fields) ||
			    __builtin_add_overflow(settings.fields, (unsigned)(option - '0'),
						   &settings.fields))
				settings.fields = UINT64_MAX;
		}
	}
	if (argc - state.index > 2)
		fail_extra_operand(argv[state.index + 2]);
	if (settings.group != NONE && chosen) {
		complain("--group is mutually exclusive with -c/-d/-D/-u");
		fail_usage(1);
	}
	if (settings.count && settings.later) {
		complain("printing all duplicated lines and repeat counts is meaningless");
		fail_usage(1);
	}
	const char *from = state.index < argc ? argv[state.index] : "-";
	const char *to = state.index + 1 < argc ? argv[state.index + 1] : "-";
	int fd = input_open(from);

	if (fd < 0)
		return 1;
	if (strcmp(to, "-") != 0) {
		struct file *file;
		int error = file_open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666, &file);

		if (error)
			return input_complain(to, error);
		process_set_file(1, file);
	}
	input_start(&input, fd, from, NULL);
	input.end_of_line = settings.end;
	input.quiet = true;
	if (settings.group != NONE)
		group(&input, &settings);
	else
		filter(&input, &settings);
	if (input.failed)
		complain("error reading %s", quote(from));
	return input.failed;
}

COMMAND(uniq, "[-cdDiuz] [-f N] [-s N] [-w N] [INPUT [OUTPUT]]",
	"Leave out lines that repeat the one before",
	"  -c     with the number of times each occurs\n"
	"  -d     only those that are repeated, once; -D each time; -u only those that are not\n"
	"  --all-repeated=prepend|separate, --group[=separate|prepend|append|both]\n"
	"         with an empty line between groups\n"
	"  -i     upper and lower case are the same\n"
	"  -f N   compare without the first N fields, -s N without N bytes more\n"
	"  -w N   compare N bytes at most\n"
	"  -z     lines end with NUL\n");
