/* sed: reading a script, byte by byte and part by part. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/source.h"
#include "kernel/commands/support/expression.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/string.h"

_Noreturn void sed_script_fail(const struct sed_script_place *place, const char *what)
{
	if (place->name)
		fail(STATUS_USAGE, "file %s line %u: %s", place->name, place->line, what);
	fail(STATUS_USAGE, "-e expression #%u, char %zu: %s", place->number, place->at, what);
}

struct sed_script_place sed_place_of(const struct sed_source *source, size_t at)
{
	return (struct sed_script_place){source->name, source->number, source->line, at};
}

_Noreturn void sed_bad(const struct sed_source *source, const char *what)
{
	struct sed_script_place place = sed_place_of(source, source->at);

	sed_script_fail(&place, what);
}

int sed_take(struct sed_source *source)
{
	if (source->at == source->length)
		return -1;
	int c = (unsigned char)source->text[source->at++];

	source->line += c == '\n';
	return c;
}

void sed_put_back(struct sed_source *source, int c)
{
	if (c < 0)
		return;
	source->at--;
	source->line -= c == '\n';
}

int sed_take_nonblank(struct sed_source *source)
{
	int c;

	do
		c = sed_take(source);
	while (c >= 0 && is_blank(c));
	return c;
}

uint64_t sed_take_number(struct sed_source *source, int c)
{
	uint64_t number = 0;

	for (; c >= 0 && is_digit(c); c = sed_take(source))
		if (__builtin_mul_overflow(number, 10u, &number) ||
		    __builtin_add_overflow(number, (unsigned)(c - '0'), &number))
			number = UINT64_MAX - 1;
	sed_put_back(source, c);
	return number;
}

/* What stands between brackets, in which a delimiter is none, behind the [ that was taken. */
static bool take_brackets(struct sed_source *source, struct sed_text *text)
{
	bool first = true;
	int c, kind = 0; /* of a [: in it */

	while ((c = sed_take(source)) >= 0 && c != '\n') {
		if (c == '\\' && source->at < source->length && source->text[source->at] == 'n') {
			sed_take(source);
			c = '\n';
		}
		sed_add_byte(text, (char)c);
		if (c == '^' && first)
			continue;
		int next = source->at < source->length ? source->text[source->at] : 0;

		if (kind) {
			if (c == kind && next == ']') {
				sed_add_byte(text, (char)sed_take(source));
				kind = 0;
			}
		} else if (c == '[' && next && strchr(":.=", next)) {
			kind = sed_take(source);
			sed_add_byte(text, (char)kind);
		} else if (c == ']' && !first) {
			return true;
		}
		first = false;
	}
	sed_put_back(source, c);
	return false;
}

bool sed_take_delimited(struct sed_source *source, int delimiter, enum sed_delimited kind,
			struct sed_text *text)
{
	bool expression = kind != SED_REPLACEMENT;
	int c;

	while ((c = sed_take(source)) >= 0 && c != '\n') {
		if (c == delimiter)
			return true;
		if (c == '\\') {
			c = sed_take(source);
			if (c < 0)
				break;
			if (c == 'n' && expression && delimiter != 'n')
				c = '\n';
			else if (c != delimiter && (c != '\n' || !expression))
				sed_add_byte(text, '\\');
			else if (c == '&' && !expression)
				sed_add_byte(text, '\\');
		} else if (c == '[' && kind == SED_EXPRESSION) {
			sed_add_byte(text, '[');
			if (!take_brackets(source, text))
				return false;
			continue;
		}
		sed_add_byte(text, (char)c);
	}
	if (c == '\n')
		sed_put_back(source, c);
	return false;
}

/* ---- escapes ---- */

static int digit_value(char c)
{
	return is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10;
}

int sed_escape(const char *text, size_t length, size_t *used)
{
	static const char names[] = "afnrtv", bytes[] = "\a\f\n\r\t\v";
	const char *found = length && text[0] ? strchr(names, text[0]) : NULL;
	unsigned base = 0, most = 3, value = 0;

	*used = 1;
	if (found)
		return bytes[found - names];
	if (length && text[0] == 'd')
		base = 10;
	else if (length && text[0] == 'o')
		base = 8;
	else if (length && text[0] == 'x')
		base = 16, most = 2;
	for (; base && *used <= most && *used < length && is_xdigit(text[*used]) &&
	       (unsigned)digit_value(text[*used]) < base;
	     ++*used)
		value = value * base + (unsigned)digit_value(text[*used]);
	return *used > 1 ? (int)(value & 0xff) : -1;
}

void sed_unescape(struct sed_text *text, const char *special)
{
	size_t to = 0;

	for (size_t at = 0; at < text->length; at++) {
		size_t used = 0;
		int c = -1;

		if (text->bytes[at] == '\\' && at + 1 < text->length) {
			c = sed_escape(text->bytes + at + 1, text->length - at - 1, &used);
			if (c < 0) {
				text->bytes[to++] = '\\';
				at++;
			}
		}
		if (c >= 0) {
			if (c && strchr(special, c) && used > 1)
				text->bytes[to++] = '\\';
			text->bytes[to++] = (char)c;
			at += used;
		} else {
			text->bytes[to++] = text->bytes[at];
		}
	}
	text->length = to;
}

struct regex *sed_compile(struct sed_source *source, struct sed_text *text, unsigned flags)
{
	struct regex *regex;
	const char *error;

	sed_unescape(text, "*[].^$\\/+?{}()|");
	if (!text->length) {
		if (flags)
			sed_bad(source, "cannot specify modifiers on empty regexp");
		return NULL;
	}
	regex = alloc_or_fail(sizeof(*regex));
	error = regex_compile(regex, text->bytes, text->length,
			      flags | (source->script->extended ? REGEX_EXTENDED : 0),
			      &process_regex_host);
	if (error)
		sed_bad(source, error);
	expression_check(regex, STATUS_PANIC);
	process_free(text->bytes);
	return regex;
}
