/* sort: GNU's, in the C locale. All lines are held in memory. */
#include "kernel/commands/command.h"
#include "kernel/commands/sort_key.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

#define TROUBLE 2
#define CHUNK	(1024 * 1024)

struct line {
	const char *text;
	size_t length;
	/* of the first key */
	const char *key;
	size_t key_length;
};

struct lines {
	struct line *lines;
	size_t count, room;
};

struct settings {
	struct sort_key *keys, **last_key;
	struct sort_order order; /* of keys without letters of their own, or of the line */
	int separator;
	char end;
	bool unique, stable, merge;
	char check; /* 'c' or 'C' */
	const char *output;
	uint64_t comparisons; /* looks for Ctrl-C now and then */
};

static void find_key(const struct settings *settings, struct line *line)
{
	if (settings->keys)
		sort_key_find(settings->keys, settings->separator, line->text, line->length,
			      &line->key, &line->key_length);
}

static int compare_lines(struct settings *settings, const struct line *a, const struct line *b)
{
	const char *x = a->key, *y = b->key;
	size_t x_size = a->key_length, y_size = b->key_length;
	static const struct sort_order plain;

	if ((++settings->comparisons & 0xfff) == 0)
		process_check_interrupt();
	for (const struct sort_key *key = settings->keys; key; key = key->next) {
		if (key != settings->keys) {
			sort_key_find(key, settings->separator, a->text, a->length, &x, &x_size);
			sort_key_find(key, settings->separator, b->text, b->length, &y, &y_size);
		}
		int order = sort_key_compare(&key->order, x, x_size, y, y_size);

		if (order)
			return key->order.reverse ? -order : order;
	}
	if (settings->keys && (settings->unique || settings->stable))
		return 0;
	int order = sort_key_compare(&plain, a->text, a->length, b->text, b->length);

	return settings->order.reverse ? -order : order;
}

static void *allocate(void *old, size_t size)
{
	void *memory = process_realloc(old, size);

	if (!memory)
		fail(TROUBLE, "memory exhausted");
	return memory;
}

static void add_line(const struct settings *settings, struct lines *lines, const char *text,
		     size_t length)
{
	struct line line = {.text = text, .length = length};

	if (lines->count == lines->room) {
		lines->room = lines->room ? lines->room + lines->room / 2 : 256;
		lines->lines = allocate(lines->lines, lines->room * sizeof(line));
	}
	find_key(settings, &line);
	lines->lines[lines->count++] = line;
}

/* Reads a file into chunks of whole lines, which stay. */
static void read_lines(const struct settings *settings, int fd, const char *name,
		       struct lines *lines)
{
	size_t room = CHUNK, used = 0, start = 0;
	char *chunk = allocate(NULL, room);
	long count;

	for (;;) {
		size_t left = room - used < INPUT_BUFFER ? room - used : INPUT_BUFFER;

		if (!left) {
			/* the line begun goes over to the next chunk */
			size_t begun = used - start;
			char *next = allocate(NULL, begun < CHUNK / 2 ? CHUNK : 2 * begun);

			memcpy(next, chunk + start, begun);
			if (!start)
				process_free(chunk);
			room = begun < CHUNK / 2 ? CHUNK : 2 * begun;
			chunk = next;
			used = begun;
			start = 0;
			continue;
		}
		count = process_read(fd, chunk + used, left);
		if (count <= 0)
			break;
		size_t end = used + (size_t)count;

		for (char *newline;
		     (newline = memchr(chunk + used, settings->end, end - used)) != NULL;
		     start = used) {
			add_line(settings, lines, chunk + start, (size_t)(newline - chunk) - start);
			used = (size_t)(newline - chunk) + 1;
		}
		used = end;
	}
	if (count < 0)
		fail(TROUBLE, "read failed: %s: %s", quote_if_needed(name),
		     error_text((int)-count));
	if (used > start)
		add_line(settings, lines, chunk + start, used - start);
}

/* From the bottom up, stable: pieces of 1, 2, 4 … lines are merged from one array into the other.
 */
static struct line **sort_lines(struct settings *settings, struct lines *lines)
{
	size_t count = lines->count;
	struct line **from = allocate(NULL, (count + 1) * sizeof(*from));
	struct line **to = allocate(NULL, (count + 1) * sizeof(*to));

	for (size_t i = 0; i < count; i++)
		from[i] = &lines->lines[i];
	for (size_t size = 1; size < count; size *= 2) {
		for (size_t start = 0; start < count; start += 2 * size) {
			size_t a = start, b = count - start > size ? start + size : count;
			size_t a_end = b, b_end = count - b > size ? b + size : count;

			for (size_t i = start; i < b_end; i++)
				to[i] = b == b_end || (a < a_end && compare_lines(settings, from[a],
										  from[b]) <= 0)
						? from[a++]
						: from[b++];
		}
		struct line **other = from;

		from = to;
		to = other;
	}
	return from;
}

static void put(struct settings *settings, const struct line *line, const struct line **last)
{
	if (settings->unique && *last && compare_lines(settings, *last, line) == 0)
		return;
	*last = line;
	out_bytes(line->text, line->length);
	out_char(settings->end);
}

/* -m: the first of the files whose next line is the least. */
static void merge(struct settings *settings, struct lines *files, size_t count)
{
	size_t *at = allocate(NULL, (count + 1) * sizeof(*at));
	const struct line *last = NULL;

	memset(at, 0, count * sizeof(*at));
	for (;;) {
		const struct line *least = NULL;
		size_t which = 0;

		for (size_t i = 0; i < count; i++) {
			const struct line *line = files[i].lines + at[i];

			if (at[i] < files[i].count &&
			    (!least || compare_lines(settings, line, least) < 0)) {
				least = line;
				which = i;
			}
		}
		if (!least)
			return;
		at[which]++;
		put(settings, least, &last);
	}
}

static int check_order(struct settings *settings, int fd, const char *name)
{
	struct input input;
	struct line last = {0}, line = {0};
	char *kept[2] = {NULL, NULL};
	size_t rooms[2] = {0, 0}, length;
	uint64_t number = 0;
	char *text;

	input_start(&input, fd, name, NULL);
	input.end_of_line = settings->end;
	input.quiet = true;
	while ((text = input_line(&input, &length, NULL))) {
		unsigned which = number++ & 1;

		if (length >= rooms[which]) {
			rooms[which] = length + length / 2 + 128;
			kept[which] = allocate(kept[which], rooms[which]);
		}
		memcpy(kept[which], text, length);
		line = (struct line){.text = kept[which], .length = length};
		find_key(settings, &line);
		if (number > 1 && compare_lines(settings, &last, &line) >= !settings->unique) {
			if (settings->check == 'c') {
				err("%s: %s:%llu: disorder: ", process_name(), name,
				    (unsigned long long)number);
				err("%.*s\n", (int)length, line.text);
			}
			return 1;
		}
		last = line;
	}
	if (input.failed)
		fail(TROUBLE, "read failed: %s: %s", quote_if_needed(name),
		     error_text((int)-input.error));
	return 0;
}

static int open_input(const char *name, const char *message)
{
	int fd = strcmp(name, "-") == 0 ? 0 : process_open(name, O_RDONLY, 0);

	if (fd < 0)
		fail(TROUBLE, "%s: %s: %s", message, quote_if_needed(name), error_text(-fd));
	return fd;
}

/* The output file may be an input file: it is made at once, and emptied when all has been read. */
static int open_output(const char *name)
{
	int fd = process_open(name, O_WRONLY | O_CREAT, 0644);

	if (fd < 0)
		fail(TROUBLE, "open failed: %s: %s", quote_if_needed(name), error_text(-fd));
	return fd;
}

static void use_output(int fd, const char *name)
{
	const char *quoted = quote_if_needed(name), *what = "write failed: ";
	char *message = alloc_or_fail(strlen(what) + strlen(quoted) + 1);
	struct file *file = process_file(fd);

	memcpy(message, what, strlen(what));
	memcpy(message + strlen(what), quoted, strlen(quoted) + 1);
	file_truncate(file, 0);
	process_set_file(1, file_get(file));
	process_set_file(fd, NULL);
	out_failure(message, TROUBLE);
}

static int run(struct settings *settings, char **files, int count)
{
	static char *standard[] = {"-"};
	struct lines *lines;
	const struct line *last = NULL;
	int output = -1;

	if (!count) {
		files = standard;
		count = 1;
	}
	if (settings->check) {
		if (count > 1)
			fail(TROUBLE, "extra operand %s not allowed with -%c", quote_text(files[1]),
			     settings->check);
		if (settings->output)
			fail(TROUBLE, "options '-%co' are incompatible", settings->check);
		return check_order(settings, open_input(files[0], "open failed"), files[0]);
	}
	for (int i = 0; i < count; i++)
		if (strcmp(files[i], "-") != 0)
			process_set_file(open_input(files[i], "cannot read"), NULL);
	if (settings->output)
		output = open_output(settings->output);
	lines = allocate(NULL, (size_t)count * sizeof(*lines));
	memset(lines, 0, (size_t)count * sizeof(*lines));
	for (int i = 0; i < count; i++) {
		int fd = open_input(files[i], "open failed");

		read_lines(settings, fd, files[i], settings->merge ? &lines[i] : lines);
		input_close(fd);
	}
	struct line **sorted = settings->merge ? NULL : sort_lines(settings, lines);

	if (settings->output)
		use_output(output, settings->output);
	if (settings->merge)
		merge(settings, lines, (size_t)count);
	for (size_t i = 0; !settings->merge && i < lines->count; i++)
		put(settings, sorted[i], &last);
	return 0;
}

/* A key without letters has the options' order. */
static void settle_keys(struct settings *settings)
{
	static const struct sort_order plain;
	struct sort_order order = settings->order;

	order.reverse = false;
	if (!settings->keys && memcmp(&order, &plain, sizeof(order)) != 0)
		settings->keys = sort_key_parse("1");
	for (struct sort_key *key = settings->keys; key; key = key->next) {
		if (!key->ordered)
			key->order = settings->order;
		sort_order_check(&key->order);
	}
}

enum { CHECK = 256, SORT, PARALLEL };

static const struct option long_options[] = {
	{"check", 2, CHECK},
	{"dictionary-order", 0, 'd'},
	{"field-separator", 1, 't'},
	{"human-numeric-sort", 0, 'h'},
	{"ignore-case", 0, 'f'},
	{"ignore-leading-blanks", 0, 'b'},
	{"ignore-nonprinting", 0, 'i'},
	{"key", 1, 'k'},
	{"merge", 0, 'm'},
	{"month-sort", 0, 'M'},
	{"numeric-sort", 0, 'n'},
	{"output", 1, 'o'},
	{"parallel", 1, PARALLEL},
	{"reverse", 0, 'r'},
	{"sort", 1, SORT},
	{"stable", 0, 's'},
	{"buffer-size", 1, 'S'},
	{"temporary-directory", 1, 'T'},
	{"unique", 0, 'u'},
	{"version-sort", 0, 'V'},
	{"zero-terminated", 0, 'z'},
	{NULL, 0, 0},
};

/* The option that a word after --sort= or --check= stands for. */
static char parse_word(const char *word, const char *option, const char *const *names,
		       const char *letters)
{
	size_t length = strlen(word);

	for (unsigned i = 0; length && names[i]; i++)
		if (strncmp(names[i], word, length) == 0)
			return letters[i];
	complain("invalid argument %s for '--%s'", quote_text(word), option);
	err("Valid arguments are:\n");
	for (unsigned i = 0; names[i]; i++)
		err("  - '%s'\n", names[i]);
	fail_usage(1);
}

static void set_separator(struct settings *settings, const char *text)
{
	int separator = (unsigned char)text[0];

	if (!*text)
		fail(TROUBLE, "empty tab");
	if (strcmp(text, "\\0") == 0)
		separator = 0;
	else if (text[1])
		fail(TROUBLE, "multi-character tab %s", quote_text(text));
	if (settings->separator != SORT_BLANKS && settings->separator != separator)
		fail(TROUBLE, "incompatible tabs");
	settings->separator = separator;
}

static void set_check(struct settings *settings, char check)
{
	if (settings->check && settings->check != check)
		fail(TROUBLE, "options '-cC' are incompatible");
	settings->check = check;
}

static void parse_option(struct settings *settings, int option, const char *argument)
{
	static const char *const sorts[] = {"human-numeric", "month", "numeric", "version", NULL};
	static const char *const checks[] = {"quiet", "silent", "diagnose-first", NULL};

	switch (option) {
	case 'c':
	case 'C':
		set_check(settings, (char)option);
		break;
	case CHECK:
		set_check(settings, argument ? parse_word(argument, "check", checks, "CCc") : 'c');
		break;
	case SORT:
		sort_order_letter(&settings->order, parse_word(argument, "sort", sorts, "hMnV"),
				  true, true);
		break;
	case 'k':
		*settings->last_key = sort_key_parse(argument);
		settings->last_key = &(*settings->last_key)->next;
		break;
	case 'm':
		settings->merge = true;
		break;
	case 'o':
		if (settings->output && strcmp(settings->output, argument) != 0)
			fail(TROUBLE, "multiple output files specified");
		settings->output = argument;
		break;
	case 's':
		settings->stable = true;
		break;
	case 't':
		set_separator(settings, argument);
		break;
	case 'u':
		settings->unique = true;
		break;
	case 'z':
		settings->end = '\0';
		break;
	case 'S':
	case 'T':
	case PARALLEL: /* memory is all there is, and one processor */
		break;
	default:
		if (option == '?' || !sort_order_letter(&settings->order, (char)option, true, true))
			fail_usage(TROUBLE);
	}
}

static int sort_main(int argc, char **argv)
{
	struct settings settings = {.separator = SORT_BLANKS, .end = '\n'};
	struct getopt state = {0};
	int option;

	settings.last_key = &settings.keys;
	out_failure("write failed: 'standard output'", TROUBLE);
	while ((option = getopt_next(&state, argc, argv, "bcCdfhik:mMno:rsS:t:T:uVz",
				     long_options)) != -1)
		parse_option(&settings, option, state.argument);
	settle_keys(&settings);
	return run(&settings, argv + state.index, argc - state.index);
}

COMMAND(sort, "[-bdfhiMnrV] [-cCmsuz] [-k KEY]... [-t C] [-o FILE] [FILE]...", "Sort lines",
	"  -n   by the number at the start; -h with a suffix as 2K, 1G; -V by version\n"
	"  -M   by month (JAN to DEC)\n"
	"  -r   the other way round\n"
	"  -f   upper and lower case are the same\n"
	"  -b   without blanks in front; -d only blanks, letters and digits count; -i what prints\n"
	"  -u   one of those that are equal; -s keep the order of those that are\n"
	"  -k FIELD[.BYTE][bdfhiMnrV][,FIELD[.BYTE][bdfhiMnrV]]\n"
	"       by this part of the line, to its end where there is no comma\n"
	"  -t C     C separates fields, instead of the change to blanks\n"
	"  -c, -C   only check; -C says nothing\n"
	"  -m       merge files that are sorted\n"
	"  -o FILE  write to FILE, which may be one of those that are read\n"
	"  -z       lines end with NUL\n"
	"-S, -T and --parallel are accepted and change nothing. There is no -g and no -R.\n");
