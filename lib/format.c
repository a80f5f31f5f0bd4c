/* snprintf() and vsnprintf() for the kernel. Where the C standard leaves a choice they do what the
 * GNU C library does. */
#include "lib/format.h"
#include <stdbool.h>
#include <stdint.h>
#include "lib/string.h"

struct output {
	char *buffer;
	size_t size;   /* of buffer, the NUL's place included */
	size_t length; /* of the whole text so far, whether it fitted or not */
};

struct conversion {
	bool left, plus, space, alternative, zero;
	int width;
	int precision; /* -1: not given */
	char size;     /* of the argument: 'H' for hh, 'h', 0, 'l', 'q' for ll, 'z', 'j', 't' */
};

/* How much of size bytes fits. */
static size_t room(const struct output *output, size_t size)
{
	size_t free;

	if (output->length + 1 >= output->size)
		return 0;
	free = output->size - 1 - output->length;
	return size < free ? size : free;
}

static void put(struct output *output, const char *text, size_t size)
{
	size_t fits = room(output, size);

	if (fits)
		memcpy(output->buffer + output->length, text, fits);
	output->length += size;
}

static void put_fill(struct output *output, char c, size_t size)
{
	size_t fits = room(output, size);

	if (fits)
		memset(output->buffer + output->length, c, fits);
	output->length += size;
}

static void put_padded(struct output *output, const struct conversion *conversion, const char *text,
		       size_t size)
{
	size_t width = (size_t)conversion->width;
	size_t padding = width > size ? width - size : 0;

	if (!conversion->left)
		put_fill(output, ' ', padding);
	put(output, text, size);
	if (conversion->left)
		put_fill(output, ' ', padding);
}

/* prefix is a sign or "0x". */
static void put_number(struct output *output, const struct conversion *conversion, uint64_t value,
		       unsigned base, const char *digit_set, const char *prefix)
{
	char digits[24]; /* 22 octal digits */
	char *first = digits + sizeof(digits);
	size_t count, zeros = 0, prefix_size = strlen(prefix), padding, width;

	while (value) {
		*--first = digit_set[value % base];
		value /= base;
	}
	count = (size_t)(digits + sizeof(digits) - first);
	/* Without a precision there is at least one digit; with precision 0, zero has none. */
	if (conversion->precision < 0)
		zeros = count ? 0 : 1;
	else if ((size_t)conversion->precision > count)
		zeros = (size_t)conversion->precision - count;
	/* # makes an octal number start with 0, by as little as possible. */
	if (conversion->alternative && base == 8 && !zeros)
		zeros = 1;

	width = (size_t)conversion->width;
	padding = prefix_size + zeros + count;
	padding = width > padding ? width - padding : 0;
	if (conversion->zero && !conversion->left && conversion->precision < 0) {
		zeros += padding;
		padding = 0;
	}
	if (!conversion->left)
		put_fill(output, ' ', padding);
	put(output, prefix, prefix_size);
	put_fill(output, '0', zeros);
	put(output, first, count);
	if (conversion->left)
		put_fill(output, ' ', padding);
}

/* A va_list inside a struct can be handed down by pointer on every ABI. */
struct arguments {
	va_list list;
};

static int64_t next_signed(struct arguments *arguments, char size)
{
	switch (size) {
	case 'H':
		return (signed char)va_arg(arguments->list, int);
	case 'h':
		return (short)va_arg(arguments->list, int);
	case 'l':
		return va_arg(arguments->list, long);
	case 'q':
		return va_arg(arguments->list, long long);
	case 'j':
		return va_arg(arguments->list, intmax_t);
	case 'z':
	case 't':
		return va_arg(arguments->list, ptrdiff_t);
	default:
		return va_arg(arguments->list, int);
	}
}

static uint64_t next_unsigned(struct arguments *arguments, char size)
{
	switch (size) {
	case 'H':
		return (unsigned char)va_arg(arguments->list, unsigned);
	case 'h':
		return (unsigned short)va_arg(arguments->list, unsigned);
	case 'l':
		return va_arg(arguments->list, unsigned long);
	case 'q':
		return va_arg(arguments->list, unsigned long long);
	case 'j':
		return va_arg(arguments->list, uintmax_t);
	case 'z':
	case 't':
		return va_arg(arguments->list, size_t);
	default:
		return va_arg(arguments->list, unsigned);
	}
}

/* A width or precision in digits; -1 when it is above INT32_MAX. */
static int parse_int(const char **format)
{
	int value = 0;

	for (; **format >= '0' && **format <= '9'; (*format)++) {
		int digit = **format - '0';

		if (value < 0 || value > (INT32_MAX - digit) / 10)
			value = -1;
		else
			value = value * 10 + digit;
	}
	return value;
}

/* Parses what stands between '%' and the conversion's letter. false: a number is out of range. */
static bool parse_conversion(const char **format, struct conversion *conversion,
			     struct arguments *arguments)
{
	const char *next = *format;
	bool flags = true;

	*conversion = (struct conversion){.precision = -1};
	while (flags) {
		switch (*next) {
		case '-':
			conversion->left = true;
			break;
		case '+':
			conversion->plus = true;
			break;
		case ' ':
			conversion->space = true;
			break;
		case '#':
			conversion->alternative = true;
			break;
		case '0':
			conversion->zero = true;
			break;
		default:
			flags = false;
			continue;
		}
		next++;
	}

	if (*next == '*') {
		conversion->width = va_arg(arguments->list, int);
		if (conversion->width == INT32_MIN)
			return false;
		if (conversion->width < 0) {
			conversion->left = true;
			conversion->width = -conversion->width;
		}
		next++;
	} else {
		conversion->width = parse_int(&next);
	}

	if (*next == '.') {
		next++;
		if (*next == '*') {
			conversion->precision = va_arg(arguments->list, int);
			if (conversion->precision < 0)
				conversion->precision = -1;
			next++;
		} else {
			conversion->precision = parse_int(&next);
			if (conversion->precision < 0)
				return false;
		}
	}

	switch (*next) {
	case 'h':
	case 'l':
		conversion->size = *next++;
		if (*next == conversion->size) {
			conversion->size = *next == 'h' ? 'H' : 'q';
			next++;
		}
		break;
	case 'z':
	case 'j':
	case 't':
		conversion->size = *next++;
		break;
	}
	*format = next;
	return conversion->width >= 0;
}

static void put_signed(struct output *output, const struct conversion *conversion, int64_t value)
{
	const char *sign = value < 0 ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";

	put_number(output, conversion, value < 0 ? -(uint64_t)value : (uint64_t)value, 10,
		   "0123456789", sign);
}

static void put_string(struct output *output, const struct conversion *conversion, const char *text)
{
	size_t size;

	if (!text) {
		/* All or nothing, so that no half of it is mistaken for text. */
		text = conversion->precision < 0 || conversion->precision >= 6 ? "(null)" : "";
	}
	size = conversion->precision < 0 ? strlen(text)
					 : strnlen(text, (size_t)conversion->precision);
	put_padded(output, conversion, text, size);
}

static void put_pointer(struct output *output, struct conversion *conversion, const void *pointer)
{
	if (!pointer) {
		put_padded(output, conversion, "(nil)", 5);
		return;
	}
	put_number(output, conversion, (uintptr_t)pointer, 16, "0123456789abcdef",
		   conversion->plus    ? "+0x"
		   : conversion->space ? " 0x"
				       : "0x");
}

/* format stands at the conversion's letter. false: there is no such conversion. */
static bool convert(struct output *output, char letter, struct conversion *conversion,
		    struct arguments *arguments)
{
	uint64_t value;
	char c;

	switch (letter) {
	case 'd':
	case 'i':
		put_signed(output, conversion, next_signed(arguments, conversion->size));
		return true;
	case 'u':
		put_number(output, conversion, next_unsigned(arguments, conversion->size), 10,
			   "0123456789", "");
		return true;
	case 'o':
		put_number(output, conversion, next_unsigned(arguments, conversion->size), 8,
			   "01234567", "");
		return true;
	case 'x':
		value = next_unsigned(arguments, conversion->size);
		put_number(output, conversion, value, 16, "0123456789abcdef",
			   conversion->alternative && value ? "0x" : "");
		return true;
	case 'X':
		value = next_unsigned(arguments, conversion->size);
		put_number(output, conversion, value, 16, "0123456789ABCDEF",
			   conversion->alternative && value ? "0X" : "");
		return true;
	case 'c':
		c = (char)va_arg(arguments->list, int);
		put_padded(output, conversion, &c, 1);
		return true;
	case 's':
		put_string(output, conversion, va_arg(arguments->list, const char *));
		return true;
	case 'p':
		put_pointer(output, conversion, va_arg(arguments->list, void *));
		return true;
	case '%':
		put(output, "%", 1);
		return true;
	default:
		return false;
	}
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list args)
{
	struct output output = {.buffer = buffer, .size = size};
	struct arguments arguments;
	bool failed = false;

	va_copy(arguments.list, args);
	while (*format && !failed) {
		const char *start = format;
		struct conversion conversion;

		if (*format != '%') {
			while (*format && *format != '%')
				format++;
			put(&output, start, (size_t)(format - start));
		} else {
			format++;
			if (!parse_conversion(&format, &conversion, &arguments)) {
				failed = true;
			} else if (convert(&output, *format, &conversion, &arguments)) {
				format++;
			} else {
				/* Unknown: shown as it stands. */
				put(&output, start, (size_t)(format - start));
			}
		}
		if (output.length > INT32_MAX)
			failed = true;
	}
	va_end(arguments.list);
	if (size)
		buffer[output.length < size ? output.length : size - 1] = '\0';
	return failed ? -1 : (int)output.length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(buffer, size, format, args);
	va_end(args);
	return length;
}
