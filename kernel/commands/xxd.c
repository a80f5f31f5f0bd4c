/* xxd: as Vim's, in both directions. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define COLUMNS_MAX   256
#define NOT_GIVEN     INT64_MIN
#define ADDRESS_MAX   24
#define LINE_MAX_SIZE (ADDRESS_MAX + 9 * COLUMNS_MAX + COLUMNS_MAX + 8)

/* xxd's own statuses */
#define CANNOT_OPEN_INPUT  2
#define CANNOT_OPEN_OUTPUT 3
#define CANNOT_SEEK	   4
#define CANNOT_SEEK_BACK   5

enum kind { NORMAL, PLAIN, INCLUDE, BITS, LITTLE };

struct settings {
	enum kind kind;
	int64_t columns; /* or NOT_GIVEN */
	int64_t group;	 /* below 0: not given */
	int64_t length;	 /* -1: all */
	int64_t seek, offset;
	bool relative, from_end, seek_given;
	bool autoskip, upper, capital, decimal, revert;
	const char *name; /* -n */
	struct input input;
	bool operand; /* there is an input file */
};

static const char *digits_of(const struct settings *settings)
{
	return settings->upper ? "0123456789ABCDEF" : "0123456789abcdef";
}

/* The next byte within -l; -1 at the end. */
static int next_byte(struct settings *settings)
{
	if (settings->length == 0)
		return -1;
	if (settings->length > 0)
		settings->length--;
	return input_byte(&settings->input);
}

static void dump_plain(struct settings *settings)
{
	const char *digits = digits_of(settings);
	int64_t left = settings->columns;
	int c;

	while ((c = next_byte(settings)) >= 0) {
		out_char(digits[c >> 4]);
		out_char(digits[c & 15]);
		if (settings->columns && !--left) {
			out_char('\n');
			left = settings->columns;
		}
	}
	if (!settings->columns || left < settings->columns)
		out_char('\n');
}

static void print_identifier(const struct settings *settings, const char *name)
{
	if (is_digit(*name))
		out("__");
	for (; *name; name++) {
		int c = is_alnum(*name) ? *name : '_';

		out_char((char)(settings->capital ? to_upper(c) : c));
	}
}

static void dump_include(struct settings *settings)
{
	const char *digits = digits_of(settings);
	const char *name = settings->name      ? settings->name
			   : settings->operand ? settings->input.name
					       : NULL;
	uint64_t count = 0;
	int c;

	if (name) {
		out("unsigned char ");
		print_identifier(settings, name);
		out("[] = {\n");
	}
	for (; (c = next_byte(settings)) >= 0; count++)
		out("%s0%c%c%c",
		    count % (uint64_t)settings->columns ? ", "
		    : count				? ",\n  "
							: "  ",
		    settings->upper ? 'X' : 'x', digits[c >> 4], digits[c & 15]);
	if (count)
		out_char('\n');
	if (name) {
		out("};\nunsigned int ");
		print_identifier(settings, name);
		out("_%s = %llu;\n", settings->capital ? "LEN" : "len", (unsigned long long)count);
	}
}

/* -a: of several lines of zeros only a '*' is left, of two both; the last line always comes. */
struct skipping {
	unsigned zeros; /* lines of zeros in a row */
	char line[LINE_MAX_SIZE];
};

static void put_line(struct skipping *skipping, const char *line, bool zeros, bool last)
{
	if (zeros && !last && skipping->zeros++) {
		if (skipping->zeros == 2)
			snprintf(skipping->line, sizeof(skipping->line), "%s", line);
		return;
	}
	if (!zeros || last) {
		if (skipping->zeros == 2)
			out("%s", skipping->line);
		else if (skipping->zeros > 2)
			out("*\n");
		skipping->zeros = 0;
	}
	out("%s", line);
}

/* The line of count bytes in lines of columns; what is missing is blank. */
static void format_line(const struct settings *settings, uint64_t address,
			const unsigned char *bytes, unsigned count, char *line)
{
	const char *digits = digits_of(settings);
	unsigned per_byte = settings->kind == BITS ? 8 : 2, columns = (unsigned)settings->columns;
	unsigned group = (unsigned)settings->group, width = group * per_byte + 1;
	int start =
		snprintf(line, ADDRESS_MAX,
			 settings->decimal ? "%08lld:" : "%08llx:", (unsigned long long)address);
	char *text = line + start + 3 + (width * columns - 1) / group;

	memset(line + start, ' ', LINE_MAX_SIZE - (size_t)start);
	for (unsigned i = 0; i < count; i++) {
		unsigned place = settings->kind == LITTLE ? i ^ (group - 1) : i;
		char *at = line + start + 1 + width * place / group;

		/* with -e the last group may reach into the text, as in Vim's */
		if (settings->kind == BITS)
			for (int bit = 7; bit >= 0; bit--)
				*at++ = (char)('0' + (bytes[i] >> bit & 1));
		else
			memcpy(at, (char[]){digits[bytes[i] >> 4], digits[bytes[i] & 15]}, 2);
		text[i] = is_print(bytes[i]) ? (char)bytes[i] : '.';
	}
	text[count] = '\n';
	text[count + 1] = '\0';
}

static void dump_lines(struct settings *settings)
{
	struct skipping *skipping = alloc_or_fail(sizeof(*skipping));
	unsigned char bytes[COLUMNS_MAX];
	char *line = alloc_or_fail(LINE_MAX_SIZE);
	uint64_t address = (uint64_t)settings->seek + (uint64_t)settings->offset;
	unsigned count = 0;
	bool zeros = true;
	int c = 0;

	skipping->zeros = 0;
	while ((c = next_byte(settings)) >= 0) {
		bytes[count++] = (unsigned char)c;
		zeros &= c == 0;
		if (count < (unsigned)settings->columns)
			continue;
		format_line(settings, address, bytes, count, line);
		put_line(skipping, line, settings->autoskip && zeros, false);
		address += count;
		count = 0;
		zeros = true;
	}
	if (count) {
		format_line(settings, address, bytes, count, line);
		put_line(skipping, line, false, false);
	} else if (settings->autoskip && skipping->zeros > 1) {
		/* the last line shows where the zeros end */
		skipping->zeros--;
		put_line(skipping, line, true, true);
	}
}

/* Where the bytes of a hex dump go. */
struct place {
	uint64_t have, want;
};

static void go_to(const struct settings *settings, struct place *place)
{
	struct file *file = process_file(1);
	int64_t by = (int64_t)((uint64_t)settings->seek + place->want - place->have);

	if (by) {
		out_flush();
		if (file && file_seek(file, by, SEEK_CUR) >= 0 && !file_is_console(file))
			place->have += (uint64_t)by;
		else if (by < 0)
			fail(CANNOT_SEEK_BACK, "Sorry, cannot seek backwards.");
		for (; (uint64_t)settings->seek + place->want != place->have; place->have++)
			out_char('\0');
	}
}

static int digit_value(int c)
{
	if (is_digit(c))
		return c - '0';
	return is_xdigit(c) ? to_lower(c) - 'a' + 10 : -1;
}

static int skip_line(struct settings *settings, int c)
{
	while (c >= 0 && c != '\n')
		c = input_byte(&settings->input);
	return c;
}

/* -r. A line is an address, something that is no digit, and pairs of digits; what follows three
 * other characters, or as many pairs as a line has, is no part of it. */
static void revert(struct settings *settings)
{
	bool plain = settings->kind == PLAIN, in_front = true, in_address = true;
	int digits[3] = {-1, 0, 0}; /* the last one first */
	struct place place = {0, 0};
	int64_t count = 0;
	int c;

	while ((c = input_byte(&settings->input)) >= 0) {
		if (c == '\r' || (plain && (c == ' ' || c == '\n' || c == '\t')))
			continue;
		digits[2] = digits[1];
		digits[1] = digits[0];
		digits[0] = digit_value(c);
		if (digits[0] < 0 && in_front)
			continue;
		in_front = false;
		if (in_address && !plain) {
			if (digits[0] < 0) {
				in_address = false;
				count = 0;
			} else {
				place.want = place.want << 4 | (unsigned)digits[0];
			}
			continue;
		}
		go_to(settings, &place);
		if (digits[1] >= 0 && digits[0] >= 0) {
			out_char((char)(digits[1] << 4 | digits[0]));
			place.have++;
			place.want++;
			digits[0] = -1;
			if (!plain && ++count >= settings->columns)
				c = skip_line(settings, c);
		} else if (digits[0] < 0 && digits[1] < 0 && digits[2] < 0) {
			c = skip_line(settings, c);
		}
		if (c == '\n') {
			place.want = plain ? place.want : 0;
			in_address = in_front = true;
		}
	}
}

static void seek(struct settings *settings)
{
	struct file *file = process_file(settings->input.fd);
	int64_t by = settings->from_end ? -settings->seek : settings->seek;
	int64_t at = -EBADF;

	/* from the start, "+" from where standard input is, "-" from the end */
	if (file)
		at = file_seek(file, by,
			       settings->relative   ? SEEK_CUR
			       : settings->from_end ? SEEK_END
						    : SEEK_SET);
	if (at >= 0) {
		settings->seek = at;
		return;
	}
	if (settings->from_end)
		fail(CANNOT_SEEK, "Sorry, cannot seek.");
	for (int64_t left = settings->seek; left; left--)
		if (input_byte(&settings->input) < 0)
			fail(CANNOT_SEEK, "Sorry, cannot seek.");
}

/* As strtol() reads it: what stands behind the number does not matter. */
static int64_t parse_number(const char *text)
{
	int64_t value = 0;
	bool negative = *text == '-';
	unsigned base = 10;

	text += *text == '-' || *text == '+';
	if (*text == '0') {
		base = text[1] == 'x' || text[1] == 'X' ? 16 : 8;
		text += base == 16 ? 2 : 0;
	}
	for (int digit; (digit = digit_value(*text)) >= 0 && (unsigned)digit < base; text++)
		if (__builtin_mul_overflow(value, (int64_t)base, &value) ||
		    __builtin_add_overflow(value, (int64_t)digit, &value))
			value = INT64_MAX;
	return negative ? -value : value;
}

/* An option's value: what stands behind its letter, or the next word. */
static const char *value_of(char ***argv, const char *rest)
{
	if (*rest)
		return rest;
	++*argv;
	if (!**argv)
		fail_usage(1);
	return **argv;
}

static bool begins(const char *text, const char *with)
{
	return *with && strncmp(text, with, strlen(with)) == 0;
}

static void parse_seek(struct settings *settings, const char *text)
{
	settings->seek_given = true;
	settings->relative = *text == '+';
	text += *text == '+';
	settings->from_end = *text == '-';
	text += *text == '-';
	settings->seek = parse_number(text);
}

/* Options come first, each in a word of its own, and may be written out (-seek, --len). Returns the
 * first operand. */
static char **parse_options(struct settings *settings, char **argv)
{
	for (argv++; *argv; argv++) {
		const char *word = *argv + (begins(*argv, "--") && (*argv)[2] ? 1 : 0);
		const char *rest = word[0] == '-' && word[1] ? word + 2 : "";

		if (strcmp(word, "--") == 0)
			return argv + 1;
		if (word[0] != '-' || !word[1])
			return argv;
		switch (word[1]) {
		case 'a':
			settings->autoskip = !settings->autoskip;
			break;
		case 'b':
			settings->kind = BITS;
			break;
		case 'e':
			settings->kind = LITTLE;
			break;
		case 'u':
			settings->upper = true;
			break;
		case 'p':
			settings->kind = PLAIN;
			break;
		case 'i':
			settings->kind = INCLUDE;
			break;
		case 'C':
			settings->capital = true;
			break;
		case 'd':
			settings->decimal = true;
			break;
		case 'r':
			settings->revert = true;
			break;
		case 'c':
			if (begins(rest, "apitalize"))
				settings->capital = true;
			else
				settings->columns = parse_number(
					value_of(&argv, begins(rest, "ols") ? "" : rest));
			break;
		case 'g':
			settings->group =
				parse_number(value_of(&argv, begins(rest, "group") ? "" : rest));
			break;
		case 'o':
			settings->offset =
				parse_number(value_of(&argv, begins(rest, "ffset") ? "" : rest));
			break;
		case 's':
			parse_seek(settings,
				   value_of(&argv, begins(rest, "kip") || begins(rest, "eek")
							   ? ""
							   : rest));
			break;
		case 'l':
			settings->length =
				parse_number(value_of(&argv, begins(rest, "en") ? "" : rest));
			break;
		case 'n':
			settings->name = value_of(&argv, begins(rest, "ame") ? "" : rest);
			break;
		default:
			complain("invalid option %s", quote_text(*argv));
			fail_usage(1);
		}
	}
	return argv;
}

static void settle(struct settings *settings)
{
	static const int columns[] = {16, 30, 12, 6, 16}, groups[] = {2, 0, 0, 1, 4};
	bool lines = settings->kind == NORMAL || settings->kind == BITS || settings->kind == LITTLE;

	/* -p -c 0 is one line */
	if (settings->columns == NOT_GIVEN || (settings->columns == 0 && settings->kind != PLAIN))
		settings->columns = columns[settings->kind];
	if (settings->group < 0)
		settings->group = groups[settings->kind];
	if (settings->columns < 0 || (lines && settings->columns > COLUMNS_MAX))
		fail(1, "invalid number of columns (max. %d).", COLUMNS_MAX);
	if (settings->group < 1 || settings->group > settings->columns)
		settings->group = settings->columns;
	else if (settings->kind == LITTLE && (settings->group & (settings->group - 1)))
		fail(1, "number of octets per group must be a power of 2 with -e.");
}

static int xxd_main(int argc, char **argv)
{
	struct settings settings = {.columns = NOT_GIVEN, .group = -1, .length = -1};
	char **operands = parse_options(&settings, argv);
	int count = argc - (int)(operands - argv), fd = 0;

	settle(&settings);
	if (count > 2)
		fail_extra_operand(operands[2]);
	settings.operand = count > 0 && strcmp(operands[0], "-") != 0;
	if (settings.operand) {
		fd = process_open(operands[0], O_RDONLY, 0);
		if (fd < 0)
			fail(CANNOT_OPEN_INPUT, "%s: %s", operands[0], error_text(-fd));
	}
	if (count > 1 && strcmp(operands[1], "-") != 0) {
		struct file *file;
		int flags = O_WRONLY | O_CREAT | (settings.revert ? 0 : O_TRUNC);
		int error = file_open(operands[1], flags, 0644, &file);

		if (error)
			fail(CANNOT_OPEN_OUTPUT, "%s: %s", operands[1], error_text(-error));
		process_set_file(1, file);
	}
	input_start(&settings.input, fd, settings.operand ? operands[0] : "-", NULL);
	settings.input.quiet = true;
	if (settings.revert && settings.kind != NORMAL && settings.kind != PLAIN)
		fail(255, "Sorry, cannot revert this type of hexdump");
	if (settings.revert) {
		if (settings.from_end)
			settings.seek = -settings.seek;
		revert(&settings);
		/* who writes next goes on behind all that there is */
		out_flush();
		if (process_file(1))
			file_seek(process_file(1), 0, SEEK_END);
	} else {
		if (settings.seek_given)
			seek(&settings);
		if (settings.kind == PLAIN)
			dump_plain(&settings);
		else if (settings.kind == INCLUDE)
			dump_include(&settings);
		else
			dump_lines(&settings);
	}
	if (settings.input.failed)
		fail(CANNOT_OPEN_INPUT, "%s", error_text((int)-settings.input.error));
	return 0;
}

COMMAND(xxd, "[OPTION]... [INPUT [OUTPUT]] | -r [OPTION]... [INPUT [OUTPUT]]",
	"Make a hex dump, or bytes of one",
	"  -r          make bytes of a hex dump; OUTPUT keeps what the dump does not have\n"
	"  -p          plain: nothing but digits; -i as an array in C, -b in binary digits\n"
	"  -e          groups in little-endian order (4 bytes)\n"
	"  -c N        N bytes to a line: 16, with -p 30 (0: one line), -i 12, -b 6\n"
	"  -g N        N bytes to a group (2)\n"
	"  -l N        no more than N bytes\n"
	"  -s [+|-]N   start at byte N; with + from where standard input is, with - from the end;\n"
	"              with -r, add N to the addresses\n"
	"  -o N        add N to the addresses shown; -d shows them in decimal\n"
	"  -a          one * for lines of zeros; -u upper case\n"
	"  -n NAME, -C the array's name with -i; in capitals\n");
