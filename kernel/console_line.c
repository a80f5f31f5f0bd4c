/* Canonical mode line editing. */

#include "kernel/console_line.h"

#include "lib/ctype.h"
#include "lib/string.h"

#define CONTROL(letter) ((letter)&0x1f)
#define DELETE		0x7f
#define TAB_WIDTH	8

bool console_line_available(const struct console_line *line)
{
	return line->taken < line->ready || line->end_of_file;
}

void console_line_reset(struct console_line *line)
{
	line->length = line->taken = line->ready = 0;
	line->end_of_file = line->literal = false;
}

void console_line_commit(struct console_line *line)
{
	line->ready = line->length;
}

size_t console_line_take(struct console_line *line, char *bytes, size_t size)
{
	size_t count = line->ready - line->taken;

	if (count == 0) {
		line->end_of_file = false;
		return 0;
	}
	if (count > size)
		count = size;
	memcpy(bytes, line->text + line->taken, count);
	line->taken += count;
	if (line->taken == line->ready)
		console_line_reset(line);
	return count;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == DELETE;
}

/* A byte of a UTF-8 character that is not its first. */
static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The terminal's column behind the first count bytes. */
static unsigned column(const struct console_line *line, size_t count)
{
	unsigned at = line->start_column;

	for (size_t i = 0; i < count; i++) {
		char c = line->text[i];

		if (c == '\t')
			at += TAB_WIDTH - at % TAB_WIDTH;
		else if (is_control(c))
			at += 2;
		else if (!is_continuation(c))
			at++;
	}
	return at;
}

static void echo_byte(struct console_line *line, char byte)
{
	if (is_control(byte) && byte != '\t' && byte != '\n') {
		char shown[2] = {'^', (char)(byte ^ 0x40)};

		line->echo(shown, 2);
	} else {
		line->echo(&byte, 1);
	}
}

static void erase(struct console_line *line)
{
	unsigned before, after;
	bool tab;

	if (line->length == 0)
		return;
	before = column(line, line->length);
	tab = line->text[line->length - 1] == '\t';
	do
		line->length--;
	while (line->length > 0 && is_continuation(line->text[line->length]));
	after = column(line, line->length);
	for (; before > after; before--)
		line->echo(tab ? "\b" : "\b \b", tab ? 1 : 3);
}

static bool is_word(char c)
{
	return is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

static void erase_word(struct console_line *line)
{
	while (line->length > 0 && !is_word(line->text[line->length - 1]))
		erase(line);
	while (line->length > 0 && is_word(line->text[line->length - 1]))
		erase(line);
}

static void reprint(struct console_line *line)
{
	line->echo("^R\n", 3);
	line->start_column = 0;
	for (size_t i = 0; i < line->length; i++)
		echo_byte(line, line->text[i]);
}

static void append(struct console_line *line, char byte)
{
	line->text[line->length++] = byte;
	echo_byte(line, byte);
	if (line->length == CONSOLE_LINE_MAX)
		console_line_commit(line);
}

void console_line_type(struct console_line *line, char byte)
{
	if (line->literal) {
		line->literal = false;
		append(line, byte);
		return;
	}
	switch (byte) {
	case '\r':
	case '\n':
		append(line, '\n');
		console_line_commit(line);
		break;
	case CONTROL('D'):
		if (line->length > 0)
			console_line_commit(line);
		else
			line->end_of_file = true;
		break;
	case DELETE:
	case CONTROL('H'):
		erase(line);
		break;
	case CONTROL('U'):
		while (line->length > 0)
			erase(line);
		break;
	case CONTROL('W'):
		erase_word(line);
		break;
	case CONTROL('R'):
		reprint(line);
		break;
	case CONTROL('V'):
		line->literal = true;
		break;
	default:
		append(line, byte);
		break;
	}
}
