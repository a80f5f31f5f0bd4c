/* sed: the commands of a script. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/source.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

static void take_end(struct sed_source *source)
{
	int c = sed_take_nonblank(source);

	if (c == '}' || c == '#')
		sed_put_back(source, c);
	else if (c >= 0 && c != '\n' && c != ';' && c != '\r')
		sed_bad(source, "extra characters after command");
}

/* The text of a, i, c, behind what introduces it. */
static void take_text(struct sed_source *source, struct sed_command *line)
{
	int c;

	source->script->open_text = false;
	while ((c = sed_take(source)) >= 0 && c != '\n') {
		if (c == '\\') {
			size_t used;
			int byte = sed_escape(source->text + source->at,
					      source->length - source->at, &used);

			if (byte >= 0) {
				source->at += used;
				c = byte;
			} else {
				c = sed_take(source);
			}
			if (c < 0)
				break;
		}
		sed_add_byte(&line->text, (char)c);
	}
	sed_add_byte(&line->text, '\n');
}

static void take_insertion(struct sed_source *source, struct sed_command *line)
{
	int c = sed_take_nonblank(source);
	size_t behind = source->at;

	if (c < 0)
		sed_bad(source, "expected \\ after `a', `c' or `i'");
	if (c != '\\') {
		sed_put_back(source, c);
	} else {
		c = sed_take_nonblank(source);
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
static const char *take_label(struct sed_source *source, bool defined)
{
	struct sed_text text = {0};
	int c = sed_take_nonblank(source);

	for (; c >= 0 && !is_space(c) && c != ';' && (defined || c != '}'); c = sed_take(source))
		sed_add_byte(&text, (char)c);
	sed_put_back(source, c);
	sed_add_byte(&text, '\0');
	return text.bytes;
}

static char *take_file_name(struct sed_source *source)
{
	struct sed_text text = {0};
	int c = sed_take_nonblank(source);

	for (; c >= 0 && c != '\n'; c = sed_take(source))
		sed_add_byte(&text, (char)c);
	if (!text.length)
		sed_bad(source, "missing filename in r/R/w/W commands");
	sed_add_byte(&text, '\0');
	return text.bytes;
}

static struct sed_written *open_written(struct sed_source *source)
{
	char *name = take_file_name(source);
	struct sed_script *script = source->script;
	struct sed_written *file = script->written;

	while (file && strcmp(file->name, name) != 0)
		file = file->next;
	if (file)
		return file;
	file = alloc_or_fail(sizeof(*file));
	*file = (struct sed_written){script->written, name, 0, false};
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
static unsigned take_flags(struct sed_source *source, struct sed_command *line)
{
	unsigned flags = 0;

	for (;;) {
		int c = sed_take(source);

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
				sed_bad(source, "multiple `p' options to `s' command");
			line->print = true;
			break;
		case 'g':
			if (line->global)
				sed_bad(source, "multiple `g' options to `s' command");
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
			sed_put_back(source, c);
			return flags;
		case '\n':
		case ';':
		case -1:
			return flags;
		default:
			if (!is_digit(c))
				sed_bad(source, "unknown option to `s'");
			if (line->number)
				sed_bad(source, "multiple number options to `s' command");
			line->number = sed_take_number(source, c);
			if (!line->number)
				sed_bad(source, "number option to `s' command may not be zero");
		}
	}
}

/* The highest group that a replacement names. */
static unsigned highest_reference(const struct sed_text *text)
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

static void take_substitution(struct sed_source *source, struct sed_command *line)
{
	struct sed_text expression = {0};
	int delimiter = sed_take(source);

	if (delimiter < 0 || delimiter == '\n' || delimiter == '\\' ||
	    !sed_take_delimited(source, delimiter, SED_EXPRESSION, &expression) ||
	    !sed_take_delimited(source, delimiter, SED_REPLACEMENT, &line->text))
		sed_bad(source, "unterminated `s' command");
	sed_unescape(&line->text, "&\\");
	line->references = highest_reference(&line->text);
	line->regex = sed_compile(source, &expression, take_flags(source, line));
	if (line->regex && line->references > line->regex->groups) {
		char message[] = "invalid reference \\0 on `s' command's RHS";

		*strchr(message, '0') = (char)('0' + line->references);
		sed_bad(source, message);
	}
}

static void take_translation(struct sed_source *source, struct sed_command *line)
{
	struct sed_text lists[2] = {{0}, {0}};
	int delimiter = sed_take(source);

	for (unsigned i = 0; i < 2; i++) {
		struct sed_text *list = &lists[i];
		size_t to = 0;

		if (delimiter < 0 || !sed_take_delimited(source, delimiter, SED_LIST, list))
			sed_bad(source, "unterminated `y' command");
		for (size_t at = 0; at < list->length; at++, to++) {
			size_t used = 0;
			int c = (unsigned char)list->bytes[at];

			if (c == '\\' && at + 1 < list->length) {
				c = sed_escape(list->bytes + at + 1, list->length - at - 1, &used);
				if (c < 0 && list->bytes[at + 1] != '\\')
					sed_bad(source,
						"`y' command strings have different lengths");
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
		sed_bad(source, "strings for `y' command are different lengths");
	line->map = alloc_or_fail(256);
	for (unsigned i = 0; i < 256; i++)
		line->map[i] = (unsigned char)i;
	for (size_t i = 0; i < lists[0].length; i++)
		line->map[(unsigned char)lists[0].bytes[i]] = (unsigned char)lists[1].bytes[i];
	take_end(source);
}

static void end_block(struct sed_source *source, const struct sed_command *line)
{
	struct sed_script *script = source->script;

	if (!script->depth)
		sed_bad(source, "unexpected `}'");
	if (line->from.kind != ADDRESS_NONE)
		sed_bad(source, "} doesn't want any addresses");
	script->lines[script->blocks[--script->depth]].target = script->count;
	take_end(source);
}

static void take_comment(struct sed_source *source, const struct sed_command *line)
{
	struct sed_script *script = source->script;
	int c;

	if (line->from.kind != ADDRESS_NONE)
		sed_bad(source, "comments don't accept any addresses");
	bool first = script->count == 1 && source->at == 1;

	c = sed_take(source);
	if (c == 'n' && first) {
		c = sed_take(source);
		if (c < 0 || c == '\n')
			script->quiet = true;
	}
	while (c >= 0 && c != '\n')
		c = sed_take(source);
}

static void take_command(struct sed_source *source, struct sed_command *line, int c)
{
	struct sed_script *script = source->script;
	char message[] = "unknown command: `?'";

	line->name = (char)c;
	switch (c) {
	case '#':
		take_comment(source, line);
		break;
	case '{':
		if (script->depth == NESTING_MAX)
			sed_bad(source, "too many nested `{'");
		script->block_places[script->depth] = sed_place_of(source, 0);
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
			sed_bad(source, ": doesn't want any addresses");
		line->label = take_label(source, true);
		if (!*line->label)
			sed_bad(source, "\":\" lacks a label");
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
			sed_bad(source, "command only uses one address");
		/* fall through */
	case 'l':
		c = sed_take_nonblank(source);
		line->number = line->name == 'l' ? NONE_GIVEN : 0;
		if (c >= 0 && is_digit(c))
			line->number = sed_take_number(source, c);
		else
			sed_put_back(source, c);
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
		sed_bad(source, "missing command");
	default:
		*strchr(message, '?') = (char)c;
		sed_bad(source, message);
	}
}

static struct sed_command *new_line(struct sed_script *script)
{
	if (script->count == script->room) {
		script->room = script->room ? 2 * script->room : 16;
		script->lines =
			process_realloc(script->lines, script->room * sizeof(*script->lines));
		if (!script->lines)
			fail(STATUS_PANIC, "memory exhausted");
	}
	struct sed_command *line = &script->lines[script->count++];

	memset(line, 0, sizeof(*line));
	return line;
}

void sed_script_add(struct sed_script *script, const char *text, size_t length, const char *name,
		    unsigned number)
{
	struct sed_source source = {script, text, length, 0, name, number, 1};

	if (script->open_text)
		take_text(&source, &script->lines[script->count - 1]);
	for (;;) {
		int c;

		do
			c = sed_take(&source);
		while (c >= 0 && (c == ';' || is_space(c)));
		if (c < 0) {
			script->last = sed_place_of(&source, 0);
			return;
		}
		struct sed_command *line = new_line(script);

		take_command(&source, line, sed_take_addresses(&source, line, c));
	}
}

void sed_script_end(struct sed_script *script)
{
	if (script->depth)
		sed_script_fail(&script->block_places[script->depth - 1], "unmatched `{'");
	for (size_t i = 0; i < script->count; i++) {
		struct sed_command *line = &script->lines[i];

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
