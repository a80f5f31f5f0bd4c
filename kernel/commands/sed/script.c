/* sed: the script. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/sed.h"
#include "kernel/commands/support/expression.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

/* The piece of the script that is being read. */
struct source {
	struct script *script;
	const char *text;
	size_t length, at;
	const char *name;
	unsigned number;
	unsigned line;
};

_Noreturn void script_fail(const struct script_place *place, const char *what)
{
	if (place->name)
		fail(STATUS_USAGE, "file %s line %u: %s", place->name, place->line, what);
	fail(STATUS_USAGE, "-e expression #%u, char %zu: %s", place->number, place->at, what);
}

static struct script_place place_of(const struct source *source, size_t at)
{
	return (struct script_place){source->name, source->number, source->line, at};
}

_Noreturn static void bad(const struct source *source, const char *what)
{
	struct script_place place = place_of(source, source->at);

	script_fail(&place, what);
}

static int take(struct source *source)
{
	if (source->at == source->length)
		return -1;
	int c = (unsigned char)source->text[source->at++];

	source->line += c == '\n';
	return c;
}

static void put_back(struct source *source, int c)
{
	if (c < 0)
		return;
	source->at--;
	source->line -= c == '\n';
}

static int take_nonblank(struct source *source)
{
	int c;

	do
		c = take(source);
	while (c >= 0 && is_blank(c));
	return c;
}

static uint64_t take_number(struct source *source, int c)
{
	uint64_t number = 0;

	for (; c >= 0 && is_digit(c); c = take(source))
		if (__builtin_mul_overflow(number, 10u, &number) ||
		    __builtin_add_overflow(number, (unsigned)(c - '0'), &number))
			number = UINT64_MAX - 1;
	put_back(source, c);
	return number;
}

static void take_end(struct source *source)
{
	int c = take_nonblank(source);

	if (c == '}' || c == '#')
		put_back(source, c);
	else if (c >= 0 && c != '\n' && c != ';' && c != '\r')
		bad(source, "extra characters after command");
}

/* What stands between brackets, in which a delimiter is none, behind the [ that was taken. */
static bool take_brackets(struct source *source, struct text *text)
{
	bool first = true;
	int c, kind = 0; /* of a [: in it */

	while ((c = take(source)) >= 0 && c != '\n') {
		if (c == '\\' && source->at < source->length && source->text[source->at] == 'n') {
			take(source);
			c = '\n';
		}
		sed_add_byte(text, (char)c);
		if (c == '^' && first)
			continue;
		int next = source->at < source->length ? source->text[source->at] : 0;

		if (kind) {
			if (c == kind && next == ']') {
				sed_add_byte(text, (char)take(source));
				kind = 0;
			}
		} else if (c == '[' && next && strchr(":.=", next)) {
			kind = take(source);
			sed_add_byte(text, (char)kind);
		} else if (c == ']' && !first) {
			return true;
		}
		first = false;
	}
	put_back(source, c);
	return false;
}

enum delimited { EXPRESSION, REPLACEMENT, LIST };

/* What comes up to an unescaped delimiter; false at the end of the line. The delimiter loses its
 * backslash, and \n is a newline but in a replacement. */
static bool take_delimited(struct source *source, int delimiter, enum delimited kind,
			   struct text *text)
{
	bool expression = kind != REPLACEMENT;
	int c;

	while ((c = take(source)) >= 0 && c != '\n') {
		if (c == delimiter)
			return true;
		if (c == '\\') {
			c = take(source);
			if (c < 0)
				break;
			if (c == 'n' && expression && delimiter != 'n')
				c = '\n';
			else if (c != delimiter && (c != '\n' || !expression))
				sed_add_byte(text, '\\');
			else if (c == '&' && !expression)
				sed_add_byte(text, '\\');
		} else if (c == '[' && kind == EXPRESSION) {
			sed_add_byte(text, '[');
			if (!take_brackets(source, text))
				return false;
			continue;
		}
		sed_add_byte(text, (char)c);
	}
	if (c == '\n')
		put_back(source, c);
	return false;
}

/* ---- escapes ---- */

static int digit_value(char c)
{
	return is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10;
}

/* The byte that text, behind a backslash, stands for, and how many bytes of text that takes; -1: it
 * is none of these escapes. */
static int escape(const char *text, size_t length, size_t *used)
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

/* Makes escapes the bytes that they stand for; those of the special ones, as \x26, keep standing
 * for themselves. */
static void unescape(struct text *text, const char *special)
{
	size_t to = 0;

	for (size_t at = 0; at < text->length; at++) {
		size_t used = 0;
		int c = -1;

		if (text->bytes[at] == '\\' && at + 1 < text->length) {
			c = escape(text->bytes + at + 1, text->length - at - 1, &used);
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

static struct regex *compile(struct source *source, struct text *text, unsigned flags)
{
	struct regex *regex;
	const char *error;

	unescape(text, "*[].^$\\/+?{}()|");
	if (!text->length) {
		if (flags)
			bad(source, "cannot specify modifiers on empty regexp");
		return NULL;
	}
	regex = alloc_or_fail(sizeof(*regex));
	error = regex_compile(regex, text->bytes, text->length,
			      flags | (source->script->extended ? REGEX_EXTENDED : 0),
			      &process_regex_host);
	if (error)
		bad(source, error);
	process_free(text->bytes);
	return regex;
}

/* ---- addresses ---- */

static struct address take_regex_address(struct source *source, int delimiter)
{
	struct address address = {.kind = ADDRESS_REGEX};
	struct text text = {0};
	unsigned flags = 0;

	if (delimiter == '\\')
		delimiter = take(source);
	if (!take_delimited(source, delimiter, EXPRESSION, &text))
		bad(source, "unterminated address regex");
	for (;;) {
		int c = take_nonblank(source);

		if (c == 'I') {
			flags |= REGEX_FOLD;
		} else if (c == 'M') {
			flags |= REGEX_NEWLINE;
		} else {
			put_back(source, c);
			break;
		}
	}
	address.regex = compile(source, &text, flags);
	return address;
}

static struct address take_address(struct source *source, int c)
{
	struct address address = {ADDRESS_NONE, 0, 0, NULL};

	if (c == '/' || c == '\\')
		return take_regex_address(source, c);
	if (c >= 0 && is_digit(c)) {
		address.kind = ADDRESS_LINE;
		address.first = take_number(source, c);
		c = take_nonblank(source);
		if (c != '~') {
			put_back(source, c);
			return address;
		}
		address.step = take_number(source, take_nonblank(source));
		if (address.step)
			address.kind = ADDRESS_STEP;
	} else if (c == '+' || c == '~') {
		address.kind = c == '+' ? ADDRESS_PLUS : ADDRESS_MODULO;
		address.first = take_number(source, take_nonblank(source));
	} else if (c == '$') {
		address.kind = ADDRESS_LAST;
	}
	return address;
}

/* The first byte behind the addresses. */
static int take_addresses(struct source *source, struct command_line *line, int c)
{
	line->from = take_address(source, c);
	if (line->from.kind == ADDRESS_PLUS || line->from.kind == ADDRESS_MODULO)
		bad(source, "invalid usage of +N or ~N as first address");
	if (line->from.kind != ADDRESS_NONE) {
		c = take_nonblank(source);
		if (c == ',') {
			line->to = take_address(source, take_nonblank(source));
			if (line->to.kind == ADDRESS_NONE)
				bad(source, "unexpected `,'");
			c = take_nonblank(source);
		}
		if (line->from.kind == ADDRESS_LINE && line->from.first == 0) {
			if (line->to.kind != ADDRESS_REGEX)
				bad(source, "invalid usage of line address 0");
			line->active = true;
		}
	}
	if (c == '!') {
		line->negated = true;
		c = take_nonblank(source);
		if (c == '!')
			bad(source, "multiple `!'s");
	}
	return c;
}

/* ---- commands ---- */

/* The text of a, i, c, behind what introduces it. */
static void take_text(struct source *source, struct command_line *line)
{
	int c;

	source->script->open_text = false;
	while ((c = take(source)) >= 0 && c != '\n') {
		if (c == '\\') {
			size_t used;
			int byte = escape(source->text + source->at, source->length - source->at,
					  &used);

			if (byte >= 0 && source->text[source->at] != 'n') {
				source->at += used;
				c = byte;
			} else {
				c = take(source);
			}
			if (c < 0)
				break;
		}
		sed_add_byte(&line->text, (char)c);
	}
	sed_add_byte(&line->text, '\n');
}

static void take_insertion(struct source *source, struct command_line *line)
{
	int c = take_nonblank(source);
	size_t behind = source->at;

	if (c < 0)
		bad(source, "expected \\ after `a', `c' or `i'");
	if (c != '\\') {
		put_back(source, c);
	} else {
		c = take_nonblank(source);
		if (c < 0) {
			source->script->open_text = true;
			return;
		}
		/* text on the same line, with its blanks */
		if (c != '\n')
			source->at = behind;
	}
	take_text(source, line);
}

/* A word of b, t, T, and of ':', which it may end the line of. */
static const char *take_label(struct source *source, bool defined)
{
	struct text text = {0};
	int c = take_nonblank(source);

	for (; c >= 0 && !is_space(c) && c != ';' && (defined || c != '}'); c = take(source))
		sed_add_byte(&text, (char)c);
	put_back(source, c);
	sed_add_byte(&text, '\0');
	return text.bytes;
}

static char *take_file_name(struct source *source)
{
	struct text text = {0};
	int c = take_nonblank(source);

	for (; c >= 0 && c != '\n'; c = take(source))
		sed_add_byte(&text, (char)c);
	if (!text.length)
		bad(source, "missing filename in r/R/w/W commands");
	sed_add_byte(&text, '\0');
	return text.bytes;
}

static struct written *open_written(struct source *source)
{
	char *name = take_file_name(source);
	struct script *script = source->script;
	struct written *file = script->written;

	while (file && strcmp(file->name, name) != 0)
		file = file->next;
	if (file)
		return file;
	file = alloc_or_fail(sizeof(*file));
	*file = (struct written){script->written, name, 0, false};
	if (strcmp(name, "/dev/stdout") == 0)
		file->fd = 1;
	else if (strcmp(name, "/dev/stderr") == 0)
		file->fd = 2;
	else
		file->fd = process_open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (file->fd < 0)
		fail(STATUS_PANIC, "couldn't open file %s: %s", name, error_text(-file->fd));
	script->written = file;
	return file;
}

/* The flags of s. */
static unsigned take_flags(struct source *source, struct command_line *line)
{
	unsigned flags = 0;

	for (;;) {
		int c = take(source);

		switch (c) {
		case 'i':
		case 'I':
			flags |= REGEX_FOLD;
			break;
		case 'm':
		case 'M':
			flags |= REGEX_NEWLINE;
			break;
		case 'p':
			if (line->print)
				bad(source, "multiple `p' options to `s' command");
			line->print = true;
			break;
		case 'g':
			if (line->global)
				bad(source, "multiple `g' options to `s' command");
			line->global = true;
			break;
		case 'w':
			line->file = open_written(source);
			return flags;
		case ' ':
		case '\t':
			break;
		case '}':
		case '#':
			put_back(source, c);
			return flags;
		case '\n':
		case ';':
		case -1:
			return flags;
		default:
			if (!is_digit(c))
				bad(source, "unknown option to `s'");
			if (line->number)
				bad(source, "multiple number options to `s' command");
			line->number = take_number(source, c);
			if (!line->number)
				bad(source, "number option to `s' command may not be zero");
		}
	}
}

/* The highest group that a replacement names. */
static unsigned highest_reference(const struct text *text)
{
	unsigned highest = 0;

	for (size_t at = 0; at + 1 < text->length; at++) {
		if (text->bytes[at] != '\\')
			continue;
		at++;
		if (is_digit(text->bytes[at]) && (unsigned)(text->bytes[at] - '0') > highest)
			highest = (unsigned)(text->bytes[at] - '0');
	}
	return highest;
}

static void take_substitution(struct source *source, struct command_line *line)
{
	struct text expression = {0};
	int delimiter = take(source);

	if (delimiter < 0 || delimiter == '\n' || delimiter == '\\' ||
	    !take_delimited(source, delimiter, EXPRESSION, &expression) ||
	    !take_delimited(source, delimiter, REPLACEMENT, &line->text))
		bad(source, "unterminated `s' command");
	unescape(&line->text, "&\\");
	line->references = highest_reference(&line->text);
	line->regex = compile(source, &expression, take_flags(source, line));
	if (line->regex && line->references > line->regex->groups) {
		char message[] = "invalid reference \\0 on `s' command's RHS";

		*strchr(message, '0') = (char)('0' + line->references);
		bad(source, message);
	}
}

static void take_translation(struct source *source, struct command_line *line)
{
	struct text lists[2] = {{0}, {0}};
	int delimiter = take(source);

	for (unsigned i = 0; i < 2; i++) {
		struct text *list = &lists[i];
		size_t to = 0;

		if (delimiter < 0 || !take_delimited(source, delimiter, LIST, list))
			bad(source, "unterminated `y' command");
		for (size_t at = 0; at < list->length; at++, to++) {
			size_t used = 0;
			int c = (unsigned char)list->bytes[at];

			if (c == '\\' && at + 1 < list->length) {
				c = escape(list->bytes + at + 1, list->length - at - 1, &used);
				if (c < 0 && list->bytes[at + 1] != '\\')
					bad(source, "`y' command strings have different lengths");
				if (c < 0) {
					c = '\\';
					used = 1;
				}
			}
			list->bytes[to] = (char)c;
			at += used;
		}
		list->length = to;
	}
	if (lists[0].length != lists[1].length)
		bad(source, "strings for `y' command are different lengths");
	line->map = alloc_or_fail(256);
	for (unsigned i = 0; i < 256; i++)
		line->map[i] = (unsigned char)i;
	for (size_t i = 0; i < lists[0].length; i++)
		line->map[(unsigned char)lists[0].bytes[i]] = (unsigned char)lists[1].bytes[i];
	take_end(source);
}

static void end_block(struct source *source, const struct command_line *line)
{
	struct script *script = source->script;

	if (!script->depth)
		bad(source, "unexpected `}'");
	if (line->from.kind != ADDRESS_NONE)
		bad(source, "} doesn't want any addresses");
	script->lines[script->blocks[--script->depth]].target = script->count;
	take_end(source);
}

static void take_comment(struct source *source, const struct command_line *line)
{
	struct script *script = source->script;
	int c;

	if (line->from.kind != ADDRESS_NONE)
		bad(source, "comments don't accept any addresses");
	bool first = script->count == 1 && source->at == 1;

	c = take(source);
	if (c == 'n' && first) {
		c = take(source);
		if (c < 0 || c == '\n')
			script->quiet = true;
	}
	while (c >= 0 && c != '\n')
		c = take(source);
}

static void take_command(struct source *source, struct command_line *line, int c)
{
	struct script *script = source->script;
	char message[] = "unknown command: `?'";

	line->name = (char)c;
	switch (c) {
	case '#':
		take_comment(source, line);
		break;
	case '{':
		if (script->depth == NESTING_MAX)
			bad(source, "too many nested `{'");
		script->block_places[script->depth] = place_of(source, 0);
		script->blocks[script->depth++] = script->count - 1;
		break;
	case '}':
		end_block(source, line);
		break;
	case 'a':
	case 'i':
	case 'c':
		take_insertion(source, line);
		break;
	case ':':
		if (line->from.kind != ADDRESS_NONE)
			bad(source, ": doesn't want any addresses");
		line->label = take_label(source, true);
		if (!*line->label)
			bad(source, "\":\" lacks a label");
		break;
	case 'b':
	case 't':
	case 'T':
		line->label = take_label(source, false);
		take_end(source);
		break;
	case 'q':
	case 'Q':
		if (line->to.kind != ADDRESS_NONE)
			bad(source, "command only uses one address");
		/* fall through */
	case 'l':
		c = take_nonblank(source);
		line->number = c == 'l' ? NONE_GIVEN : 0;
		if (line->name == 'l')
			line->number = NONE_GIVEN;
		if (c >= 0 && is_digit(c))
			line->number = take_number(source, c);
		else
			put_back(source, c);
		take_end(source);
		break;
	case '=':
	case 'd':
	case 'D':
	case 'F':
	case 'g':
	case 'G':
	case 'h':
	case 'H':
	case 'n':
	case 'N':
	case 'p':
	case 'P':
	case 'x':
	case 'z':
		take_end(source);
		break;
	case 'r':
		line->label = take_file_name(source);
		break;
	case 'w':
		line->file = open_written(source);
		break;
	case 's':
		take_substitution(source, line);
		break;
	case 'y':
		take_translation(source, line);
		break;
	case -1:
		bad(source, "missing command");
	default:
		*strchr(message, '?') = (char)c;
		bad(source, message);
	}
}

static struct command_line *new_line(struct script *script)
{
	if (script->count == script->room) {
		script->room = script->room ? 2 * script->room : 16;
		script->lines =
			process_realloc(script->lines, script->room * sizeof(*script->lines));
		if (!script->lines)
			fail(STATUS_PANIC, "memory exhausted");
	}
	struct command_line *line = &script->lines[script->count++];

	memset(line, 0, sizeof(*line));
	return line;
}

void script_add(struct script *script, const char *text, size_t length, const char *name,
		unsigned number)
{
	struct source source = {script, text, length, 0, name, number, 1};

	if (script->open_text)
		take_text(&source, &script->lines[script->count - 1]);
	for (;;) {
		int c;

		do
			c = take(&source);
		while (c >= 0 && (c == ';' || is_space(c)));
		if (c < 0) {
			script->last = place_of(&source, 0);
			return;
		}
		struct command_line *line = new_line(script);

		take_command(&source, line, take_addresses(&source, line, c));
	}
}

void script_end(struct script *script)
{
	if (script->depth)
		script_fail(&script->block_places[script->depth - 1], "unmatched `{'");
	for (size_t i = 0; i < script->count; i++) {
		struct command_line *line = &script->lines[i];

		if (!line->name || !strchr("btT", line->name))
			continue;
		line->target = script->count;
		for (size_t to = 0; *line->label && to < script->count; to++)
			if (script->lines[to].name == ':' &&
			    strcmp(script->lines[to].label, line->label) == 0)
				line->target = to;
		if (*line->label && line->target == script->count)
			fail(STATUS_PANIC, "can't find label for jump to `%s'", line->label);
	}
}
