/* printf: its operands as a format says. */
#include <limits.h>

#include "kernel/commands/command.h"
#include "kernel/commands/support/escape.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

struct arguments {
	char **next;
	bool used; /* since the format was started */
	int status;
};

static const char *next_argument(struct arguments *arguments)
{
	arguments->used = true;
	return *arguments->next ? *arguments->next++ : NULL;
}

/* The magnitude that text starts with, in any of C's bases; *end behind it. */
static uint64_t scan_magnitude(const char *text, const char **end, bool *overflow)
{
	unsigned base = 10;
	uint64_t value = 0;

	*end = text;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && is_xdigit(text[2])) {
		base = 16;
		text += 2;
	} else if (text[0] == '0') {
		base = 8;
	}
	for (;; text++) {
		unsigned digit = is_digit(*text)    ? (unsigned)(*text - '0')
				 : is_xdigit(*text) ? (unsigned)(to_lower(*text) - 'a' + 10)
						    : 99;

		if (digit >= base)
			return value;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value)) {
			*overflow = true;
			value = UINT64_MAX;
		}
		*end = text + 1;
	}
}

/* An integer argument. As strtoimax() and strtoumax() have it: the nearest value on overflow. */
static uint64_t number_argument(struct arguments *arguments, bool is_signed)
{
	const char *text = next_argument(arguments);
	const char *start = text, *end;
	bool overflow = false, negative;

	if (!text)
		return 0;
	if (*text == '"' || *text == '\'')
		return (unsigned char)text[1];
	while (is_space(*start))
		start++;
	negative = *start == '-';
	if (*start == '-' || *start == '+')
		start++;
	uint64_t value = scan_magnitude(start, &end, &overflow);

	if (end == start)
		end = text;
	if (is_signed && !overflow && value > (uint64_t)INT64_MAX + negative) {
		overflow = true;
	}
	if (is_signed && overflow)
		value = (uint64_t)INT64_MAX + negative;
	if (negative && !(overflow && !is_signed))
		value = -value;
	if (*end) {
		complain(end == text ? "%s: expected numeric value"
				     : "%s: not completely converted",
			 text);
		arguments->status = 1;
	} else if (overflow) {
		complain("%s: %s", text, error_text(ERANGE));
		arguments->status = 1;
	}
	return value;
}

/* A conversion as snprintf() wants it: its flags, and width and precision as numbers. */
struct conversion {
	char flags[8];
	int width, precision; /* precision -1: none */
	char letter;
};

static void print_run(char c, size_t count)
{
	char run[64];

	memset(run, c, sizeof(run));
	for (; count >= sizeof(run); count -= sizeof(run))
		out_bytes(run, sizeof(run));
	out_bytes(run, count);
}

static void print_padded(const struct conversion *conversion, const char *bytes, size_t size)
{
	size_t width = conversion->width > 0 ? (size_t)conversion->width : 0;
	size_t padding = width > size ? width - size : 0;
	bool left = strchr(conversion->flags, '-');

	print_run(' ', left ? 0 : padding);
	out_bytes(bytes, size);
	print_run(' ', left ? padding : 0);
}

static void print_string(const struct conversion *conversion, const char *bytes, size_t size)
{
	if (conversion->precision >= 0 && (size_t)conversion->precision < size)
		size = (size_t)conversion->precision;
	print_padded(conversion, bytes, size);
}

/* %b: the argument with its escapes. False after \c. */
static bool print_escaped(const struct conversion *conversion, const char *text)
{
	char *bytes = alloc_or_fail(strlen(text) + 1);
	size_t size = 0;
	bool goes_on = true;

	while (*text) {
		char c = *text++;
		int byte = c == '\\' ? escape_echo(&text) : c;

		if (byte == ESCAPE_STOP) {
			goes_on = false;
			break;
		}
		bytes[size++] = byte == ESCAPE_NONE ? c : (char)byte;
	}
	print_string(conversion, bytes, size);
	return goes_on;
}

static void print_number(const struct conversion *conversion, uint64_t value)
{
	char digits[96], specification[16];
	int precision = conversion->precision;
	int width = conversion->width;
	bool zeros =
		strchr(conversion->flags, '0') && !strchr(conversion->flags, '-') && precision < 0;

	/* Only a short number is formatted; long runs of zeros and spaces are written here. */
	if (precision > 64 || (zeros && width > 64)) {
		snprintf(specification, sizeof(specification), "%%%s.0ll%c", conversion->flags,
			 conversion->letter);
		int length = snprintf(digits, sizeof(digits), specification, value);
		int at = 0;

		while (at < length && !is_xdigit(digits[at]))
			at++;
		if (digits[at] == '0' && (digits[at + 1] == 'x' || digits[at + 1] == 'X'))
			at += 2;
		int run = zeros ? width - length : precision - (length - at);
		struct conversion rest = *conversion;

		/* what stands around the zeros; the padding is one side's or the other's */
		run = run > 0 ? run : 0;
		rest.width = width > run ? width - run : 0;
		if (strchr(conversion->flags, '-')) {
			out_bytes(digits, (size_t)at);
			print_run('0', (size_t)run);
			rest.width -= rest.width > at ? at : rest.width;
			print_padded(&rest, digits + at, (size_t)(length - at));
			return;
		}
		print_run(' ', rest.width > length ? (size_t)(rest.width - length) : 0);
		out_bytes(digits, (size_t)at);
		print_run('0', (size_t)run);
		out_bytes(digits + at, (size_t)(length - at));
		return;
	}
	if (zeros)
		snprintf(specification, sizeof(specification), "%%%s*ll%c", conversion->flags,
			 conversion->letter);
	else if (precision >= 0)
		snprintf(specification, sizeof(specification), "%%%s.*ll%c", conversion->flags,
			 conversion->letter);
	else
		snprintf(specification, sizeof(specification), "%%%sll%c", conversion->flags,
			 conversion->letter);
	int length = zeros ? snprintf(digits, sizeof(digits), specification, width, value)
		     : precision >= 0
			     ? snprintf(digits, sizeof(digits), specification, precision, value)
			     : snprintf(digits, sizeof(digits), specification, value);

	print_padded(conversion, digits, (size_t)length);
}

/* Digits or '*': an int, as in C. False where it is more. */
static bool scan_width(const char **text, struct arguments *arguments, int *width)
{
	int64_t value = 0;

	if (**text == '*') {
		++*text;
		value = (int64_t)number_argument(arguments, true);
	}
	for (; is_digit(**text); ++*text)
		value = value < INT_MAX ? value * 10 + **text - '0' : value;
	*width = (int)value;
	return value <= INT_MAX && value >= -INT_MAX;
}

/* *format stands behind a '%'. False ends the output. */
static bool print_conversion(const char **format, struct arguments *arguments)
{
	const char *text = *format, *start = text - 1;
	struct conversion conversion = {.precision = -1};
	size_t flags = 0;
	bool fits;

	for (; *text && strchr("#-+ 0", *text); text++)
		if (!strchr(conversion.flags, *text))
			conversion.flags[flags++] = *text;
	fits = scan_width(&text, arguments, &conversion.width);
	if (conversion.width < 0) {
		conversion.width = -conversion.width;
		if (!strchr(conversion.flags, '-'))
			conversion.flags[flags] = '-';
	}
	if (*text == '.') {
		text++;
		fits &= scan_width(&text, arguments, &conversion.precision);
	}
	if (!fits) {
		complain("%.*s: width or precision too large", (int)(text - start), start);
		arguments->status = 2;
		return false;
	}
	char letter = *text;

	if (!letter) {
		complain("missing format character");
		arguments->status = 2;
		return false;
	}
	conversion.letter = letter;
	*format = text + 1;
	if (letter == 'b' || letter == 's') {
		const char *argument = next_argument(arguments);

		if (!argument)
			argument = "";
		if (letter == 'b')
			return print_escaped(&conversion, argument);
		print_string(&conversion, argument, strlen(argument));
		return true;
	}
	if (letter == 'c') {
		const char *argument = next_argument(arguments);

		print_padded(&conversion, argument ? argument : "", 1);
		return true;
	}
	if (strchr("diouxX", letter)) {
		print_number(&conversion,
			     number_argument(arguments, letter == 'd' || letter == 'i'));
		return true;
	}
	if (strchr("eEfFgGaA", letter))
		complain("%.*s: no floating point here", (int)(text + 1 - start), start);
	else
		complain("%.*s: invalid directive", (int)(text + 1 - start), start);
	arguments->status = 2;
	return false;
}

/* The format once. False ends the output. */
static bool print_format(const char *format, struct arguments *arguments)
{
	while (*format) {
		char c = *format++;

		if (c == '\\') {
			int byte = escape_printf(&format);

			out_char(byte == ESCAPE_NONE ? c : (char)byte);
		} else if (c != '%') {
			out_char(c);
		} else if (*format == '%') {
			out_char('%');
			format++;
		} else if (!print_conversion(&format, arguments)) {
			return false;
		}
	}
	return true;
}

static int printf_main(int argc, char **argv)
{
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "--") == 0)
		first = 2;
	else if (argc > 1 && argv[1][0] == '-' && argv[1][1])
		fail(2, "Illegal option -%c", argv[1][1]);
	if (first >= argc)
		fail(2, "usage: printf format [arg ...]");

	struct arguments arguments = {.next = argv + first + 1};

	/* again while there are arguments that a round consumes */
	do
		arguments.used = false;
	while (print_format(argv[first], &arguments) && arguments.used && *arguments.next);
	return arguments.status;
}

COMMAND(printf, "FORMAT [ARGUMENT]...", "Write ARGUMENTs as FORMAT says",
	"FORMAT has %d %i %o %u %x %X %c %s and %b (a string with echo's escapes) with the flags\n"
	"-+ #0, width and precision (* takes them from the arguments), %%, and the escapes \\\\\n"
	"\\a \\b \\e \\f \\n \\r \\t \\v \\NNN. It is used again while arguments are left. A "
	"number "
	"may\n"
	"be 'c: the code of the character. There is no floating point.\n");
