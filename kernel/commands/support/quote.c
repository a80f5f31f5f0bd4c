/* File names in messages, quoted so that they can be pasted into a shell: the "shell-escape" style
 * of coreutils in the C locale. */
#include "kernel/commands/command.h"

#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/string.h"

struct text {
	char *bytes;
	size_t length;
};

static void put(struct text *text, char c)
{
	text->bytes[text->length++] = c;
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* Letter of the backslash escape of c, 0 where it is written in octal. */
static char escape_letter(char c)
{
	static const char letters[] = "abtnvfr";

	return c >= '\a' && c <= '\r' ? letters[c - '\a'] : 0;
}

static void put_escape(struct text *text, char c)
{
	unsigned char byte = (unsigned char)c;

	put(text, '\\');
	if (escape_letter(c)) {
		put(text, escape_letter(c));
		return;
	}
	put(text, (char)('0' + (byte >> 6)));
	put(text, (char)('0' + ((byte >> 3) & 7)));
	put(text, (char)('0' + (byte & 7)));
}

/* Means something to a shell in this place, or cannot be printed. */
static bool is_special(const char *name, size_t at, bool colon)
{
	char c = name[at];

	if (!is_printable(c))
		return true;
	if (c == '#' || c == '~')
		return at == 0;
	if (c == '{' || c == '}')
		return name[1] == '\0';
	return (colon && c == ':') || strchr(" !\"$&()*;<=>[^`|'?\\", c);
}

static bool needs_quotes(const char *name, bool colon)
{
	for (size_t i = 0; name[i]; i++)
		if (is_special(name, i, colon))
			return true;
	return name[0] == '\0';
}

/* Whether double quotes serve: a single quote inside, and nothing that they would leave special. */
static bool fits_double_quotes(const char *name)
{
	if (!strchr(name, '\''))
		return false;
	for (size_t i = 0; name[i]; i++)
		if (name[i] != ' ' && name[i] != '\'' && is_special(name, i, false) &&
		    !(i == 0 && strchr("#~{}", name[i])))
			return false;
	return true;
}

static const char *quote_always(const char *name)
{
	struct text text = {.length = 0};
	bool escaping = false;

	text.bytes = process_alloc(strlen(name) * 8 + 3);
	if (!text.bytes)
		return name;
	if (fits_double_quotes(name)) {
		put(&text, '"');
		for (; *name; name++)
			put(&text, *name);
		put(&text, '"');
		put(&text, '\0');
		return text.bytes;
	}
	put(&text, '\'');
	for (; *name; name++) {
		if (!is_printable(*name)) {
			/* 'a'$'\n''b' */
			if (!escaping)
				for (const char *open = "'$'"; *open; open++)
					put(&text, *open);
			escaping = true;
			put_escape(&text, *name);
			continue;
		}
		if (*name == '\'') {
			/* Ends whatever is open, and opens plain quotes again. */
			for (const char *quoted = "'\\''"; *quoted; quoted++)
				put(&text, *quoted);
			escaping = false;
			continue;
		}
		if (escaping) {
			put(&text, '\'');
			put(&text, '\'');
			escaping = false;
		}
		put(&text, *name);
	}
	put(&text, '\'');
	put(&text, '\0');
	return text.bytes;
}

const char *quote(const char *name)
{
	return quote_always(name);
}

const char *quote_if_needed(const char *name)
{
	return needs_quotes(name, true) ? quote_always(name) : name;
}

/* Between two marks, which are escaped inside as backslashes are. */
static const char *quote_between(const char *string, char mark)
{
	struct text text = {.length = 0};

	text.bytes = process_alloc(strlen(string) * 4 + 3);
	if (!text.bytes)
		return string;
	put(&text, mark);
	for (; *string; string++) {
		if (!is_printable(*string)) {
			put_escape(&text, *string);
			continue;
		}
		if (*string == mark || *string == '\\')
			put(&text, '\\');
		put(&text, *string);
	}
	put(&text, mark);
	put(&text, '\0');
	return text.bytes;
}

const char *quote_text(const char *string)
{
	return quote_between(string, '\'');
}

const char *quote_c_if_needed(const char *string)
{
	for (const char *c = string; *c; c++)
		if (!is_printable(*c) || *c == '"' || *c == ':')
			return quote_between(string, '"');
	return string;
}
