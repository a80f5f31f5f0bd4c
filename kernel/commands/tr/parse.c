/* tr: a set as it is typed. */
#include "kernel/commands/command.h"
#include "kernel/commands/tr/tr.h"
#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/string.h"

/* A set as it was typed, without its backslashes. */
struct text {
	unsigned char *bytes;
	bool *escaped;
	size_t length;
};

static struct text unescape(const char *typed)
{
	static const char letters[] = "\\abfnrtv";
	static const char bytes[] = "\\\a\b\f\n\r\t\v";
	size_t size = strlen(typed) + 1;
	struct text text = {alloc_or_fail(size), alloc_or_fail(size * sizeof(bool)), 0};

	for (const char *at = typed; *at; text.length++) {
		unsigned value = (unsigned char)*at++;
		bool escaped = value == '\\' && *at;
		const char *found = escaped ? strchr(letters, *at) : NULL;

		if (value == '\\' && !*at)
			complain(
				"warning: an unescaped backslash at end of string is not portable");
		if (found) {
			value = (unsigned char)bytes[found - letters];
			at++;
		} else if (escaped && *at >= '0' && *at <= '7') {
			const char *digits = at;

			value = 0;
			while (at < digits + 3 && *at >= '0' && *at <= '7')
				value = value * 8 + (unsigned)(*at++ - '0');
			if (value > 255) {
				value /= 8;
				at--;
				complain("warning: the ambiguous octal escape \\%.3s is being\n"
					 "\tinterpreted as the 2-byte sequence \\0%.2s, %c",
					 digits, digits, *at);
			}
		} else if (escaped) {
			value = (unsigned char)*at++;
		}
		text.bytes[text.length] = (unsigned char)value;
		text.escaped[text.length] = escaped;
	}
	return text;
}

static bool is_plain(const struct text *text, size_t at, char c)
{
	return at < text->length && text->bytes[at] == (unsigned char)c && !text->escaped[at];
}

/* Bytes as messages show them: "a\n\001". */
static char *printable(const unsigned char *bytes, size_t size)
{
	static const char escaped[] = "\\\a\b\f\n\r\t\v";
	static const char letters[] = "\\abfnrtv";
	char *shown = alloc_or_fail(size * 4 + 1), *to = shown;

	for (size_t i = 0; i < size; i++) {
		const char *found = bytes[i] ? strchr(escaped, bytes[i]) : NULL;

		if (found)
			to += snprintf(to, 5, "\\%c", letters[found - escaped]);
		else
			to += snprintf(to, 5, is_print(bytes[i]) ? "%c" : "\\%03o", bytes[i]);
	}
	*to = '\0';
	return shown;
}

/* "*123]" */
static bool is_star_and_digits(const struct text *text, size_t at)
{
	if (!is_plain(text, at, '*'))
		return false;
	for (at++; at < text->length && is_digit(text->bytes[at]);)
		at++;
	return is_plain(text, at, ']');
}

/* "[:name:]" or "[=c=]" at at: what stands behind it, or at where it is none. */
static size_t parse_class(struct tr_set *set, const struct text *text, size_t at)
{
	const unsigned char *name = text->bytes + at + 2;
	unsigned char kind = text->bytes[at + 1];
	size_t end = at + 2;

	while (end + 1 < text->length &&
	       !(is_plain(text, end, (char)kind) && is_plain(text, end + 1, ']')))
		end++;
	if (end + 1 >= text->length)
		return at;
	size_t length = end - at - 2;

	if (!length)
		fail(1, kind == ':' ? "missing character class name '[::]'"
				    : "missing equivalence class character '[==]'");
	if (kind == ':' && tr_append_class(set, name, length))
		return end + 2;
	if (kind == '=' && length == 1) {
		tr_append(set, (struct tr_element){TR_EQUIVALENT, *name, *name, 0});
		return end + 2;
	}
	/* "[:*5]…:]" repeats a colon */
	if (is_star_and_digits(text, at + 2))
		return at;
	if (kind == ':')
		fail(1, "invalid character class '%s'", printable(name, length));
	fail(1, "%s: equivalence class operand must be a single character",
	     printable(name, length));
}

/* "[c*N]" in the same way. */
static size_t parse_repeat(struct tr_set *set, const struct text *text, size_t at)
{
	struct tr_element element = {TR_REPEAT, text->bytes[at + 1], 0, 0};
	size_t digits = at + 3, end = digits;
	bool valid = true;

	if (!is_plain(text, at + 2, '*'))
		return at;
	while (end < text->length && !text->escaped[end] && text->bytes[end] != ']')
		end++;
	if (!is_plain(text, end, ']'))
		return at;
	unsigned base = text->bytes[digits] == '0' ? 8 : 10;

	for (size_t i = digits; i < end; i++) {
		unsigned digit = text->bytes[i] - (unsigned)'0';

		valid &= digit < base &&
			 !__builtin_mul_overflow(element.count, base, &element.count) &&
			 !__builtin_add_overflow(element.count, digit, &element.count);
	}
	if (!valid || element.count > UINT64_MAX - 2)
		fail(1, "invalid repeat count '%s' in [c*n] construct",
		     printable(text->bytes + digits, end - digits));
	tr_append(set, element);
	return end + 1;
}

static _Noreturn void fail_reversed(unsigned char first, unsigned char last)
{
	char a[5], b[5];

	snprintf(a, sizeof(a), is_print(first) ? "%c" : "\\%03o", first);
	snprintf(b, sizeof(b), is_print(last) ? "%c" : "\\%03o", last);
	fail(1, "range-endpoints of '%s-%s' are in reverse collating sequence order", a, b);
}

void tr_parse(const char *typed, struct tr_set *set)
{
	struct text text = unescape(typed);
	size_t at = 0;

	*set = (struct tr_set){
		.elements = alloc_or_fail((text.length + 1) * sizeof(struct tr_element))};
	while (at < text.length) {
		const unsigned char *bytes = text.bytes + at;
		bool three = at + 2 < text.length;
		size_t behind = at;

		if (three && is_plain(&text, at, '[')) {
			if (is_plain(&text, at + 1, ':') || is_plain(&text, at + 1, '='))
				behind = parse_class(set, &text, at);
			if (behind == at)
				behind = parse_repeat(set, &text, at);
		}
		if (behind == at && three && is_plain(&text, at + 1, '-')) {
			if (bytes[0] > bytes[2])
				fail_reversed(bytes[0], bytes[2]);
			tr_append(set, (struct tr_element){TR_RANGE, bytes[0], bytes[2], 0});
			behind = at + 3;
		}
		if (behind == at) {
			tr_append(set, (struct tr_element){TR_RANGE, bytes[0], bytes[0], 0});
			behind++;
		}
		at = behind;
	}
}
