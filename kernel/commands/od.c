/* od: GNU's, without floating point. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

#define WIDTH_MAX (1024 * 1024)

/* One way to show the bytes: a line of its own for each block. */
struct form {
	char type; /* one of "acdoux" */
	bool text; /* with the characters behind */
	unsigned size;
	int width; /* of a field, without what stands between */
	size_t pad;
	struct form *next;
};

struct settings {
	struct form *forms, **last_form;
	char radix; /* one of "doxn" */
	uint64_t skip, limit;
	bool limited, all, big_endian;
	size_t block; /* bytes to a line */
	/* the input: one file behind the other */
	char **files;
	int file_count, next_file;
	int fd; /* -1: the next file is to be opened */
	int status;
};

static void add_form(struct settings *settings, char type, unsigned size, bool text)
{
	/* by log2 of the size */
	static const unsigned char octal[] = {3, 6, 11, 22}, with_sign[] = {4, 6, 11, 20},
				   without[] = {3, 5, 10, 20};
	struct form *form = alloc_or_fail(sizeof(*form));
	unsigned index = size == 8 ? 3 : size / 2;

	*form = (struct form){.type = type, .text = text, .size = size};
	form->width = type == 'o'   ? octal[index]
		      : type == 'd' ? with_sign[index]
		      : type == 'u' ? without[index]
		      : type == 'x' ? (int)(2 * size)
				    : 3;
	*settings->last_form = form;
	settings->last_form = &form->next;
}

/* "x1z", "d2o4": what -t takes. False after a message where it is none. */
static bool parse_forms(struct settings *settings, const char *text)
{
	static const char letters[] = "CSIL";
	const char *at = text;

	while (*at) {
		char type = *at++;
		uint64_t size = 1;
		bool shown;

		if (type == 'f') {
			complain("there is no floating point here: %s", quote_text(text));
			return false;
		}
		if (!strchr("acdoux", type)) {
			complain("invalid character '%c' in type string %s", type,
				 quote_text(text));
			return false;
		}
		if (type != 'a' && type != 'c') {
			const char *found = *at ? strchr(letters, *at) : NULL;

			size = 4;
			if (found) {
				size = 1u << (found - letters);
				at++;
			} else if (is_digit(*at)) {
				for (size = 0; is_digit(*at); at++)
					size = size < 1000000 ? size * 10 + (unsigned)(*at - '0')
							      : size;
			}
			if (size != 1 && size != 2 && size != 4 && size != 8) {
				complain("invalid type string %s;\n"
					 "this system doesn't provide a %llu-byte integral type",
					 quote_text(text), (unsigned long long)size);
				return false;
			}
		}
		shown = *at == 'z';
		at += shown;
		add_form(settings, type, (unsigned)size, shown);
	}
	return true;
}

/* Opens the next file that can be, where none is open. */
static bool is_open(struct settings *settings)
{
	while (settings->fd < 0 && settings->next_file < settings->file_count) {
		settings->fd = input_open(settings->files[settings->next_file++]);
		if (settings->fd < 0)
			settings->status = 1;
	}
	return settings->fd >= 0;
}

/* Up to size bytes, fewer only at the end of the last file. */
static size_t read_block(struct settings *settings, unsigned char *to, size_t size)
{
	size_t filled = 0;

	while (filled < size && is_open(settings)) {
		long count = process_read(settings->fd, to + filled, size - filled);

		if (count < 0)
			settings->status =
				input_complain(settings->files[settings->next_file - 1], count);
		if (count <= 0) {
			input_close(settings->fd);
			settings->fd = -1;
		} else {
			filled += (size_t)count;
		}
	}
	return filled;
}

static void skip(struct settings *settings)
{
	unsigned char *buffer = input_buffer();
	uint64_t left = settings->skip;

	while (left) {
		size_t size = left < INPUT_BUFFER ? (size_t)left : INPUT_BUFFER;
		size_t count = read_block(settings, buffer, size);

		if (!count)
			fail(1, "cannot skip past end of combined input");
		left -= count;
	}
	process_free(buffer);
}

static void print_address(const struct settings *settings, uint64_t address)
{
	if (settings->radix == 'x')
		out("%06llx", (unsigned long long)address);
	else if (settings->radix == 'd')
		out("%07llu", (unsigned long long)address);
	else if (settings->radix == 'o')
		out("%07llo", (unsigned long long)address);
}

static int address_width(const struct settings *settings)
{
	return settings->radix == 'n' ? 0 : settings->radix == 'x' ? 6 : 7;
}

static uint64_t number_at(const unsigned char *bytes, unsigned size, bool big_endian)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | bytes[big_endian ? i : size - 1 - i];
	return value;
}

static const char *character(char type, unsigned char c, char text[4])
{
	static const char names[33][4] = {
		"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs",  "ht",  "nl",
		"vt",  "ff",  "cr",  "so",  "si",  "dle", "dc1", "dc2", "dc3", "dc4", "nak",
		"syn", "etb", "can", "em",  "sub", "esc", "fs",	 "gs",	"rs",  "us",  "sp"};
	static const char escaped[] = "\a\b\t\n\v\f\r";
	static const char *const escapes[] = {"\\a", "\\b", "\\t", "\\n", "\\v", "\\f", "\\r"};
	const char *found = c && type == 'c' ? strchr(escaped, c) : NULL;

	if (type == 'a') {
		c &= 127;
		if (c < 33)
			return names[c];
		if (c == 127)
			return "del";
	}
	if (found)
		return escapes[found - escaped];
	if (!c)
		return "\\0";
	if (is_print(c)) {
		text[0] = (char)c;
		text[1] = '\0';
	} else {
		text[0] = (char)('0' + (c >> 6));
		text[1] = (char)('0' + (c >> 3 & 7));
		text[2] = (char)('0' + (c & 7));
		text[3] = '\0';
	}
	return text;
}

static void print_field(const struct settings *settings, const struct form *form,
			const unsigned char *bytes, int width)
{
	uint64_t value = number_at(bytes, form->size, settings->big_endian);
	unsigned unused = 64 - 8 * form->size;
	char text[4];

	switch (form->type) {
	case 'o':
		out("%*.*llo", width, form->width, (unsigned long long)value);
		break;
	case 'x':
		out("%*.*llx", width, form->width, (unsigned long long)value);
		break;
	case 'u':
		out("%*llu", width, (unsigned long long)value);
		break;
	case 'd':
		out("%*lld", width, (long long)(value << unused) >> unused);
		break;
	default:
		out("%*s", width, character(form->type, bytes[0], text));
	}
}

/* bytes holds zeros up to the next multiple of every form's size. */
static void print_block(const struct settings *settings, uint64_t address,
			const unsigned char *bytes, size_t count)
{
	for (const struct form *form = settings->forms; form; form = form->next) {
		size_t fields = settings->block / form->size, left = form->pad;
		size_t blank = (settings->block - count) / form->size;

		if (form == settings->forms)
			print_address(settings, address);
		else
			out("%*s", address_width(settings), "");
		for (size_t i = fields; i > blank; i--) {
			size_t next = form->pad * (i - 1) / fields;

			print_field(settings, form, bytes + (fields - i) * form->size,
				    (int)(left - next) + form->width);
			left = next;
		}
		if (form->text) {
			out("%*s  >",
			    (int)(blank * (size_t)form->width + form->pad * blank / fields), "");
			for (size_t i = 0; i < count; i++)
				out_char(is_print(bytes[i]) ? (char)bytes[i] : '.');
			out_char('<');
		}
		out_char('\n');
	}
}

static void dump(struct settings *settings)
{
	unsigned char *blocks = alloc_or_fail(2 * settings->block);
	unsigned char *now = blocks, *last = blocks + settings->block;
	uint64_t address = settings->skip, left = settings->limit;
	bool first = true, starred = false;
	size_t count;

	do {
		size_t wanted = settings->limited && left < settings->block ? (size_t)left
									    : settings->block;

		count = wanted ? read_block(settings, now, wanted) : 0;
		if (!count)
			break;
		left -= count;
		memset(now + count, 0, settings->block - count);
		if (!settings->all && !first && count == settings->block &&
		    memcmp(now, last, count) == 0) {
			if (!starred)
				out("*\n");
			starred = true;
		} else {
			print_block(settings, address, now, count);
			starred = false;
		}
		first = false;
		address += count;
		unsigned char *other = now;

		now = last;
		last = other;
	} while (count == settings->block);
	print_address(settings, address);
	if (settings->radix != 'n')
		out_char('\n');
}

static uint64_t parse_number(const char *text, char option)
{
	uint64_t value;
	const char *end;
	int result = size_scan(text, &end, 0, "bEGKkMmPTYZ0", &value);

	if (result & (SIZE_INVALID | SIZE_SUFFIX))
		fail(1, "invalid %s-%c argument '%s'", result & SIZE_SUFFIX ? "suffix in " : "",
		     option, text);
	if (result & SIZE_OVERFLOW)
		fail(1, "-%c argument '%s' too large", option, text);
	return value;
}

/* "+20", "0x20b": the old form of -j, as the last operand. */
static bool parse_old_offset(const char *text, uint64_t *value)
{
	const char *number = text + (*text == '+'), *end;
	bool hex = number[0] == '0' && (number[1] == 'x' || number[1] == 'X');
	int result = size_scan(number + (hex ? 2 : 0), &end, hex ? 16 : 8, "", value);

	if (!is_xdigit(*number) || (result & (SIZE_INVALID | SIZE_OVERFLOW)))
		return false;
	if (*end == 'b' || *end == 'B') {
		if (__builtin_mul_overflow(*value, *end == 'b' ? 512u : 1024u, value))
			return false;
		end++;
	}
	return !*end;
}

/* Every field starts at a multiple of its size, and all lines are equally wide. */
static void lay_out(struct settings *settings, size_t width, bool width_given)
{
	size_t multiple = 1, widest = 0;

	if (!settings->forms)
		add_form(settings, 'o', 2, false);
	for (const struct form *form = settings->forms; form; form = form->next)
		if (form->size > multiple)
			multiple = form->size;
	settings->block = 16;
	if (width_given) {
		settings->block = width;
		if (!width || width % multiple) {
			complain("warning: invalid width %zu; using %zu instead", width, multiple);
			settings->block = multiple;
		}
	}
	for (const struct form *form = settings->forms; form; form = form->next) {
		size_t line = ((size_t)form->width + 1) * (settings->block / form->size);

		if (line > widest)
			widest = line;
	}
	for (struct form *form = settings->forms; form; form = form->next)
		form->pad = widest - (size_t)form->width * (settings->block / form->size);
}

enum { ENDIAN = 256 };

static const struct option long_options[] = {
	{"address-radix", 1, 'A'}, {"endian", 1, ENDIAN},
	{"format", 1, 't'},	   {"skip-bytes", 1, 'j'},
	{"read-bytes", 1, 'N'},	   {"output-duplicates", 0, 'v'},
	{"width", 2, 'w'},	   {NULL, 0, 0}};

static void parse_endian(struct settings *settings, const char *text)
{
	size_t length = strlen(text);

	settings->big_endian = length && strncmp(text, "big", length) == 0;
	if (settings->big_endian || (length && strncmp(text, "little", length) == 0))
		return;
	complain("invalid argument %s for '--endian'", quote_text(text));
	err("Valid arguments are:\n  - 'little'\n  - 'big'\n");
	fail_usage(1);
}

/* The old options and what they stand for. */
static const char *old_form(int option)
{
	static const char *const forms[] = {"aa",  "bo1", "cc",	 "du2", "hx2", "id4",
					    "ld8", "oo2", "sd2", "xx2", NULL};

	for (unsigned i = 0; forms[i]; i++)
		if (forms[i][0] == option)
			return forms[i] + 1;
	return NULL;
}

static int od_main(int argc, char **argv)
{
	static char *standard[] = {"-"};
	struct settings settings = {.radix = 'o', .fd = -1};
	struct getopt state = {0};
	uint64_t width = 0;
	bool width_given = false, modern = false, valid = true;
	int option;

	settings.last_form = &settings.forms;
	while ((option = getopt_next(&state, argc, argv, "A:j:N:t:vw::abcdhilosx", long_options)) !=
	       -1) {
		const char *form = old_form(option);

		if (form) {
			parse_forms(&settings, form);
			continue;
		}
		modern |= option != ENDIAN;
		switch (option) {
		case 'A':
			settings.radix = state.argument[0];
			if (!settings.radix || !strchr("doxn", settings.radix))
				fail(1,
				     "invalid output address radix '%c'; it must be one character "
				     "from [doxn]",
				     settings.radix);
			break;
		case 'j':
			settings.skip = parse_number(state.argument, 'j');
			break;
		case 'N':
			settings.limit = parse_number(state.argument, 'N');
			settings.limited = true;
			break;
		case 't':
			valid &= parse_forms(&settings, state.argument);
			break;
		case 'v':
			settings.all = true;
			break;
		case 'w':
			width = state.argument ? parse_number(state.argument, 'w') : 32;
			width_given = true;
			if (width > WIDTH_MAX)
				fail(1, "-w argument '%s' too large", state.argument);
			break;
		case ENDIAN:
			parse_endian(&settings, state.argument);
			break;
		default:
			fail_usage(1);
		}
	}
	if (!valid)
		return 1;
	settings.files = argv + state.index;
	settings.file_count = argc - state.index;
	if (!modern && settings.file_count && settings.file_count <= 2) {
		const char *last = settings.files[settings.file_count - 1];

		uint64_t offset;

		if ((*last == '+' || (settings.file_count == 2 && is_digit(*last))) &&
		    parse_old_offset(last, &offset)) {
			settings.skip = offset;
			settings.file_count--;
		}
	}
	if (!settings.file_count) {
		settings.files = standard;
		settings.file_count = 1;
	}
	if (!is_open(&settings))
		return settings.status;
	skip(&settings);
	lay_out(&settings, (size_t)width, width_given);
	dump(&settings);
	return settings.status;
}

COMMAND(od, "[-abcdhilosxv] [-A RADIX] [-j BYTES] [-N BYTES] [-t TYPE]... [-w[BYTES]] [FILE]...",
	"Show a file's bytes as numbers or characters",
	"  -t TYPE    a, c, or d, o, u, x and a size of 1, 2, 4, 8 or C, S, I, L; several\n"
	"             may follow one another; a z behind one shows the characters, too\n"
	"  -a -b -c   as -t a, o1, c; -d -h -i -l -o -s -x as -t u2, x2, d4, d8, o2, d2, x2\n"
	"  -A RADIX   of the addresses: o, d, x, or n for none\n"
	"  -j BYTES   leave out so many at the start; -N BYTES show no more than so many\n"
	"  -v         lines that repeat the one before, too\n"
	"  -w BYTES   so many to a line (16; 32 without BYTES)\n"
	"  --endian=big|little\n"
	"Numbers may be 0x1f and 017, and take the suffixes b=512 KB=1000 K=1024 MB, M, ...\n"
	"There is no floating point.\n");
