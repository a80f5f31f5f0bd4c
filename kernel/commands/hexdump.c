/* hexdump and hd: a file's bytes. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define LINE 16

struct dump {
	char form; /* 'C', 'x' (-x), 'h' (the default), 'd', 'o', 'b', 'c' */
	bool verbose;
	uint64_t skip, limit;
	char **operands;
	int operand_count, operand;
	int fd; /* -1: none open */
	bool any_opened, failed;
	struct input input;
	void *buffer;
};

static bool open_next(struct dump *dump)
{
	for (;;) {
		if (dump->fd >= 0)
			input_close(dump->fd);
		dump->fd = -1;
		if (dump->operand >= dump->operand_count)
			return false;
		const char *name = dump->operands[dump->operand++];
		int fd = input_open(name);

		if (fd < 0) {
			dump->failed = true;
			continue;
		}
		dump->any_opened = true;
		dump->fd = fd;
		input_start(&dump->input, fd, name, dump->buffer);

		/* -s over the files as if they were one */
		struct file *file = process_file(fd);
		struct file_stat stat;

		if (dump->skip && file && file_stat(file, &stat) == 0 &&
		    (stat.type == FILE_REGULAR || stat.type == FILE_BLOCK)) {
			uint64_t now = dump->skip < stat.size ? dump->skip : stat.size;

			if (now == stat.size && dump->operand < dump->operand_count) {
				dump->skip -= now;
				continue;
			}
			if (file_seek(file, (int64_t)now, SEEK_SET) >= 0)
				dump->skip -= now;
		}
		return true;
	}
}

static int next_byte(struct dump *dump)
{
	while (dump->fd >= 0 || open_next(dump)) {
		int c = input_byte(&dump->input);

		if (c >= 0)
			return c;
		dump->failed |= dump->input.failed;
		if (!open_next(dump))
			return -1;
	}
	return -1;
}

static void dump_canonical(const unsigned char *bytes, size_t count, uint64_t offset)
{
	static const char digits[] = "0123456789abcdef";
	char line[80];
	int at = snprintf(line, sizeof(line), "%08llx", (unsigned long long)offset);
	size_t i;

	for (i = 0; i < LINE; i++) {
		if (i % 8 == 0)
			line[at++] = ' ';
		line[at++] = ' ';
		line[at++] = i < count ? digits[bytes[i] >> 4] : ' ';
		line[at++] = i < count ? digits[bytes[i] & 15] : ' ';
	}
	line[at++] = ' ';
	line[at++] = ' ';
	line[at++] = '|';
	for (i = 0; i < count; i++)
		line[at++] = is_print(bytes[i]) ? (char)bytes[i] : '.';
	line[at++] = '|';
	line[at++] = '\n';
	out_bytes(line, (size_t)at);
}

static void dump_character(unsigned char c)
{
	static const char escapes[] = "\0\a\b\f\n\r\t\v";
	static const char letters[] = "0abfnrtv";
	const char *found = memchr(escapes, c, sizeof(escapes) - 1);

	if (found)
		out("  \\%c", letters[found - escapes]);
	else if (is_print(c))
		out("   %c", c);
	else
		out(" %03o", c);
}

static void dump_units(char form, unsigned char *bytes, size_t count, uint64_t offset)
{
	bool single = form == 'b' || form == 'c';
	size_t unit = single ? 1 : 2;
	int width = single ? 4 : form == 'h' ? 5 : 8;

	out("%07llx", (unsigned long long)offset);
	for (size_t i = 0; i < LINE; i += unit) {
		unsigned value = i + 1 < count ? bytes[i] | (unsigned)bytes[i + 1] << 8 : bytes[i];

		if (i >= count)
			out("%*s", width, "");
		else if (form == 'c')
			dump_character(bytes[i]);
		else if (form == 'b')
			out(" %03o", bytes[i]);
		else if (form == 'd')
			out("   %05u", value);
		else if (form == 'o')
			out("  %06o", value);
		else
			out(form == 'x' ? "    %04x" : " %04x", value);
	}
	out_char('\n');
}

static void dump_all(struct dump *dump)
{
	unsigned char line[LINE], previous[LINE];
	uint64_t offset = dump->skip, left = dump->limit;
	bool have_previous = false, folded = false;
	size_t count;

	/* the offsets go on counting from what was skipped */
	uint64_t wanted_skip = dump->skip;

	if (!open_next(dump))
		return;
	while (dump->skip) {
		if (next_byte(dump) < 0)
			break;
		dump->skip--;
	}
	offset = wanted_skip - dump->skip;
	do {
		memset(line, 0, sizeof(line));
		for (count = 0; count < LINE && left; count++, left--) {
			int c = next_byte(dump);

			if (c < 0)
				break;
			line[count] = (unsigned char)c;
		}
		if (!count)
			break;
		if (count == LINE && have_previous && !dump->verbose &&
		    memcmp(line, previous, LINE) == 0) {
			if (!folded)
				out("*\n");
			folded = true;
		} else {
			folded = false;
			if (dump->form == 'C')
				dump_canonical(line, count, offset);
			else
				dump_units(dump->form, line, count, offset);
			memcpy(previous, line, LINE);
			have_previous = true;
		}
		offset += count;
	} while (count == LINE);
	if (offset)
		out(dump->form == 'C' ? "%08llx\n" : "%07llx\n", (unsigned long long)offset);
}

static uint64_t parse_number(const char *text, const char *what)
{
	const char *end;
	uint64_t value;

	if (size_scan(text, &end, 0, "bkKmMGTPE0", &value) != SIZE_OK)
		fail(1, "failed to parse %s: %s", what, quote(text));
	return value;
}

static const struct option long_options[] = {
	{"canonical", 0, 'C'},	     {"one-byte-octal", 0, 'b'},
	{"one-byte-char", 0, 'c'},   {"two-bytes-decimal", 0, 'd'},
	{"two-bytes-octal", 0, 'o'}, {"two-bytes-hex", 0, 'x'},
	{"length", 1, 'n'},	     {"skip", 1, 's'},
	{"no-squeezing", 0, 'v'},    {NULL, 0, 0},
};

static int hexdump_main(int argc, char **argv)
{
	static char *standard[] = {"-"};
	struct dump dump = {
		.form = strcmp(argv[0], "hd") ? 'h' : 'C', .limit = UINT64_MAX, .fd = -1};
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "bcCdon:s:vx", long_options)) != -1) {
		if (option == '?')
			fail_usage(1);
		else if (option == 'n')
			dump.limit = parse_number(state.argument, "length");
		else if (option == 's')
			dump.skip = parse_number(state.argument, "offset");
		else if (option == 'v')
			dump.verbose = true;
		else
			dump.form = (char)option;
	}
	dump.operands = argv + state.index;
	dump.operand_count = argc - state.index;
	if (!dump.operand_count) {
		dump.operands = standard;
		dump.operand_count = 1;
	}
	if (!dump.limit)
		return 0;
	dump.buffer = input_buffer();
	dump_all(&dump);
	if (!dump.any_opened)
		fail(1, "all input file arguments failed");
	return dump.failed;
}

#define HEXDUMP_HELP                                                            \
	"  -C        hexadecimal bytes and characters\n"                        \
	"  -x -d -o  words in hexadecimal, decimal, octal\n"                    \
	"  -b -c     bytes in octal, as characters\n"                           \
	"  -n N      only N bytes\n"                                            \
	"  -s N      skip N bytes first\n"                                      \
	"  -v        every line; without it * stands for lines like the last\n" \
	"Numbers may be 0x…, 0…, and have a suffix K, M, G, …\n"

COMMAND(hexdump, "[-bcCdoxv] [-n N] [-s N] [FILE]...", "Show a file's bytes", HEXDUMP_HELP);
COMMAND_NAMED(hd, "hd", hexdump_main, "[-v] [-n N] [-s N] [FILE]...",
	      "Show a file's bytes (hexdump -C)", HEXDUMP_HELP);
