/* cmp: GNU's (diffutils 3.8) output, messages and statuses. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

enum { SAME, DIFFERENT, TROUBLE };

enum mode { FIRST_DIFFERENCE, ALL_DIFFERENCES, SILENT, NO_OUTPUT };

struct side {
	const char *name;
	int fd;
	struct file_stat stat;
	uint64_t skip;	  /* bytes to leave out at the start */
	int64_t position; /* where the comparison starts, -1 where fd cannot seek */
	unsigned char *buffer;
	size_t count; /* bytes in buffer */
};

struct comparison {
	struct side side[2];
	enum mode mode;
	bool print_bytes;
	uint64_t limit; /* UINT64_MAX: none */
};

static _Noreturn void try_help(void)
{
	complain("Try '%s --help' for more information.", process_name());
	process_exit(TROUBLE);
}

#define SUFFIXES "kKMGTPEZY0"

/* text is what the message shows, where it is wrong. */
static uint64_t parse_number(const char *text, const char *option, const char **end)
{
	uint64_t value;
	const char *behind;
	int result = size_scan(text, &behind, 0, SUFFIXES, &value);
	bool pair = end && result == SIZE_SUFFIX && *behind == ':';

	if ((result != SIZE_OK && !pair) || (end && value > INT64_MAX)) {
		complain("invalid --%s value '%s'", option, text);
		try_help();
	}
	if (end)
		*end = behind;
	return value;
}

static void add_skip(struct side *side, uint64_t skip)
{
	if (side->skip < skip)
		side->skip = skip;
}

static uint64_t parse_skip(const char *text)
{
	uint64_t value = parse_number(text, "ignore-initial", NULL);

	if (value > INT64_MAX) {
		complain("invalid --ignore-initial value '%s'", text);
		try_help();
	}
	return value;
}

/* SKIP or SKIP1:SKIP2 */
static void parse_skips(const char *text, struct comparison *comparison)
{
	const char *end;
	uint64_t first = parse_number(text, "ignore-initial", &end), second = first;

	if (*end == ':')
		second = parse_skip(end + 1);
	add_skip(&comparison->side[0], first);
	add_skip(&comparison->side[1], second);
}

static void parse_limit(const char *text, struct comparison *comparison)
{
	uint64_t limit = parse_number(text, "bytes", NULL);

	if (limit < comparison->limit)
		comparison->limit = limit;
}

/* "M-^A": a byte as cat -t would show it. */
static char *visible(char text[5], unsigned char c)
{
	char *at = text;

	if (c >= 128) {
		*at++ = 'M';
		*at++ = '-';
		c -= 128;
	}
	if (c < 32) {
		*at++ = '^';
		c += 64;
	} else if (c == 127) {
		*at++ = '^';
		c = '?';
	}
	*at++ = (char)c;
	*at = '\0';
	return text;
}

static void print_first(const struct comparison *comparison, uint64_t byte, uint64_t line,
			unsigned char a, unsigned char b)
{
	char text[2][5];

	out("%s %s differ: byte %llu, line %llu", comparison->side[0].name,
	    comparison->side[1].name, (unsigned long long)byte, (unsigned long long)line);
	if (comparison->print_bytes)
		out(" is %3o %s %3o %s", a, visible(text[0], a), b, visible(text[1], b));
	out_char('\n');
}

/* Every difference from at on; byte is the number of the one at at. */
static void print_all(const struct comparison *comparison, size_t at, size_t end, uint64_t byte,
		      int width)
{
	const unsigned char *a = comparison->side[0].buffer, *b = comparison->side[1].buffer;
	char text[2][5];

	while (at < end) {
		if (comparison->print_bytes)
			out("%*llu %3o %-4s %3o %s\n", width, (unsigned long long)byte, a[at],
			    visible(text[0], a[at]), b[at], visible(text[1], b[at]));
		else
			out("%*llu %3o %3o\n", width, (unsigned long long)byte, a[at], b[at]);
		at++;
		byte++;
		size_t same = bytes_same(a + at, b + at, end - at);

		at += same;
		byte += same;
	}
}

/* As wide as the largest byte number that can come. */
static int number_width(const struct comparison *comparison)
{
	uint64_t largest = comparison->limit < INT64_MAX ? comparison->limit : INT64_MAX;
	int width = 1;

	for (int i = 0; i < 2; i++) {
		const struct side *side = &comparison->side[i];

		if (side->stat.type != FILE_REGULAR)
			continue;
		int64_t bytes =
			(int64_t)side->stat.size - (side->position < 0 ? 0 : side->position);

		if (bytes < (int64_t)largest)
			largest = bytes < 0 ? 0 : (uint64_t)bytes;
	}
	while (largest /= 10)
		width++;
	return width;
}

static void fill(struct side *side, size_t size)
{
	side->count = 0;
	/* also where nothing is to be compared */
	if (side->stat.type == FILE_DIRECTORY)
		fail(TROUBLE, "%s: %s", side->name, error_text(EISDIR));
	while (side->count < size) {
		long count = process_read(side->fd, side->buffer + side->count, size - side->count);

		if (count < 0)
			fail(TROUBLE, "%s: %s", side->name, error_text((int)-count));
		if (count == 0)
			return;
		side->count += (size_t)count;
	}
}

/* What cannot be sought over is read. */
static void skip_by_reading(struct side *side)
{
	uint64_t left = side->position < 0 ? side->skip : 0;

	while (left) {
		size_t now = left < INPUT_BUFFER ? (size_t)left : INPUT_BUFFER;

		fill(side, now);
		if (side->count < now)
			return;
		left -= now;
	}
}

static void report_end(const struct comparison *comparison, uint64_t bytes, uint64_t line,
		       bool at_line_start)
{
	const struct side *side = comparison->side;
	const char *shorter = side[side[1].count < side[0].count].name;

	if (bytes == 0)
		complain("EOF on %s which is empty", shorter);
	else if (comparison->mode != FIRST_DIFFERENCE)
		complain("EOF on %s after byte %llu", shorter, (unsigned long long)bytes);
	else if (at_line_start)
		complain("EOF on %s after byte %llu, line %llu", shorter, (unsigned long long)bytes,
			 (unsigned long long)line - 1);
	else
		complain("EOF on %s after byte %llu, in line %llu", shorter,
			 (unsigned long long)bytes, (unsigned long long)line);
}

static int compare(struct comparison *comparison)
{
	struct side *side = comparison->side;
	uint64_t byte = 1, line = 1, remaining = comparison->limit, done = 0;
	bool at_line_start = true, different = false;
	int width = comparison->mode == ALL_DIFFERENCES ? number_width(comparison) : 0;
	size_t wanted;

	skip_by_reading(&side[0]);
	skip_by_reading(&side[1]);
	do {
		wanted = remaining < INPUT_BUFFER ? (size_t)remaining : INPUT_BUFFER;
		if (remaining != UINT64_MAX)
			remaining -= wanted;
		fill(&side[0], wanted);
		fill(&side[1], wanted);

		size_t smaller = side[0].count < side[1].count ? side[0].count : side[1].count;
		size_t same = bytes_same(side[0].buffer, side[1].buffer, smaller);

		byte += same;
		if (comparison->mode == FIRST_DIFFERENCE && same) {
			line += bytes_count(side[0].buffer, same, '\n');
			at_line_start = side[0].buffer[same - 1] == '\n';
		}
		if (same < smaller) {
			if (comparison->mode == FIRST_DIFFERENCE)
				print_first(comparison, byte, line, side[0].buffer[same],
					    side[1].buffer[same]);
			if (comparison->mode != ALL_DIFFERENCES)
				return DIFFERENT;
			print_all(comparison, same, smaller, byte, width);
			byte += smaller - same;
			different = true;
		}
		if (side[0].count != side[1].count) {
			if (comparison->mode != SILENT)
				report_end(comparison, byte - 1, line, at_line_start);
			return DIFFERENT;
		}
		done += smaller;
		progress(done, 0);
	} while (wanted == INPUT_BUFFER && side[0].count == INPUT_BUFFER);
	return different ? DIFFERENT : SAME;
}

static void open_side(struct comparison *comparison, struct side *side)
{
	struct file *file;
	int error = 0;

	if (strcmp(side->name, "-") == 0) {
		side->fd = 0;
		file = process_file(0);
		if (!file)
			error = -EBADF;
	} else {
		side->fd = process_open(side->name, O_RDONLY, 0);
		error = side->fd < 0 ? side->fd : 0;
		file = error ? NULL : process_file(side->fd);
	}
	if (!error)
		error = file_stat(file, &side->stat);
	if (error && comparison->mode == SILENT)
		process_exit(TROUBLE);
	if (error)
		fail(TROUBLE, "%s: %s", side->name, error_text(-error));
	side->position = file_seek(file, (int64_t)side->skip, SEEK_CUR);
}

static bool same_file(const struct side *side)
{
	return side[0].stat.inode == side[1].stat.inode && side[0].stat.type == side[1].stat.type &&
	       (side[0].stat.type == FILE_REGULAR || side[0].stat.type == FILE_BLOCK) &&
	       side[0].position == side[1].position;
}

/* -s of two regular files of different sizes needs no reading, where the limit reaches so far. */
static bool sizes_differ(const struct comparison *comparison)
{
	uint64_t rest[2];

	for (int i = 0; i < 2; i++) {
		const struct side *side = &comparison->side[i];
		uint64_t at = side->position < 0 ? 0 : (uint64_t)side->position;

		if (side->stat.type != FILE_REGULAR)
			return false;
		rest[i] = side->stat.size > at ? side->stat.size - at : 0;
	}
	uint64_t smaller = rest[0] < rest[1] ? rest[0] : rest[1];

	return smaller > 0 && rest[0] != rest[1] && smaller < comparison->limit;
}

static const struct option long_options[] = {
	{"print-bytes", 0, 'b'},    {"print-chars", 0, 'b'},
	{"ignore-initial", 1, 'i'}, {"verbose", 0, 'l'},
	{"bytes", 1, 'n'},	    {"silent", 0, 's'},
	{"quiet", 0, 's'},	    {NULL, 0, 0},
};

static void set_mode(struct comparison *comparison, enum mode mode)
{
	if (comparison->mode != FIRST_DIFFERENCE && comparison->mode != mode) {
		complain("options -l and -s are incompatible");
		try_help();
	}
	comparison->mode = mode;
}

static void parse(int argc, char **argv, struct comparison *comparison)
{
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "bci:ln:s", long_options)) != -1) {
		switch (option) {
		case 'b':
		case 'c':
			comparison->print_bytes = true;
			break;
		case 'i':
			parse_skips(state.argument, comparison);
			break;
		case 'l':
			set_mode(comparison, ALL_DIFFERENCES);
			break;
		case 'n':
			parse_limit(state.argument, comparison);
			break;
		case 's':
			set_mode(comparison, SILENT);
			break;
		default:
			try_help();
		}
	}
	int at = state.index;

	if (at == argc) {
		complain("missing operand after '%s'", argv[argc - 1]);
		try_help();
	}
	comparison->side[0].name = argv[at++];
	comparison->side[1].name = at < argc ? argv[at++] : "-";
	if (at < argc)
		add_skip(&comparison->side[0], parse_skip(argv[at++]));
	if (at < argc)
		add_skip(&comparison->side[1], parse_skip(argv[at++]));
	if (at < argc) {
		complain("extra operand '%s'", argv[at]);
		try_help();
	}
}

static int cmp_main(int argc, char **argv)
{
	struct comparison comparison = {.limit = UINT64_MAX};
	struct side *side = comparison.side;
	struct file *output = process_file(1);
	struct file_stat stat;

	out_failure(NULL, TROUBLE);
	parse(argc, argv, &comparison);
	/* standard input goes second: nothing is read from it if the other is not there */
	int first = strcmp(side[0].name, "-") == 0;

	open_side(&comparison, &side[first]);
	if (strcmp(side[0].name, side[1].name) == 0 && side[0].skip == side[1].skip)
		return SAME;
	open_side(&comparison, &side[!first]);
	if (same_file(side))
		return SAME;
	if (comparison.mode != SILENT && output && file_stat(output, &stat) == 0 &&
	    stat.type == FILE_CHARACTER && stat.major == 1 && stat.minor == 3)
		comparison.mode = NO_OUTPUT;
	if (comparison.mode == SILENT && sizes_differ(&comparison))
		return DIFFERENT;
	for (int i = 0; i < 2; i++) {
		side[i].buffer = process_alloc_pages(INPUT_BUFFER);
		if (!side[i].buffer)
			fail(TROUBLE, "memory exhausted");
	}
	return compare(&comparison);
}

COMMAND(cmp, "[-bls] [-i SKIP[:SKIP2]] [-n LIMIT] FILE1 [FILE2 [SKIP1 [SKIP2]]]",
	"Compare two files byte by byte",
	"  -b, --print-bytes            show the bytes that differ\n"
	"  -i, --ignore-initial=SKIP[:SKIP2]\n"
	"                               leave out the first SKIP bytes of FILE1, SKIP2 of FILE2\n"
	"  -l, --verbose                show the number and the value of every differing byte\n"
	"  -n, --bytes=LIMIT            compare at most LIMIT bytes\n"
	"  -s, --quiet, --silent        show nothing, only the status\n"
	"SKIP and LIMIT take kB=1000, K=1024, MB, M, … as suffixes. FILE - is standard input.\n"
	"Status 0: the same, 1: different, 2: trouble.\n");
