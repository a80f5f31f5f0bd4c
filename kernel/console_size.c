/* The size of the terminal, by cursor position reports (ECMA-48, CPR). */
#include "kernel/console_size.h"

#include "drivers/serial/serial.h"
#include "kernel/cmdline.h"
#include "kernel/console.h"
#include "lib/ctype.h"
#include "lib/string.h"

#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT	24
#define LEAST		2 /* what is less, or more, is no size */
#define MOST		1000

/* ESC [ ROWS ; COLUMNS R */
#define REPORT_MAX (sizeof("\033[1000;1000R") - 1)

static struct console_size answered; /* 0: not yet */
static bool expected;		     /* a report that was asked for has not come yet */
/* Read from the line: it may become a report, or it is what was typed after all. */
static char held[REPORT_MAX + 1];
static size_t held_count;
static bool typed;

struct console_size console_size(void)
{
	struct console_size size = {
		.columns = answered.columns,
		.rows = answered.rows,
	};

	if (!size.columns)
		size.columns = (unsigned)cmdline_number("columns", COLUMNS_DEFAULT);
	if (!size.rows)
		size.rows = (unsigned)cmdline_number("lines", ROWS_DEFAULT);
	return size;
}

void console_size_ask(void)
{
	/* The cursor is put back where it was. */
	static const char question[] = "\0337\033[999;999H\033[6n\0338";

	if (!console_is_interactive() || cmdline_get("columns"))
		return;
	expected = true;
	serial_write(question, sizeof(question) - 1);
}

bool console_size_answers(void)
{
	return !expected;
}

/* The number at text[*at], which moves behind it; 0 where there is none, or a too large one. */
static unsigned number_at(size_t *at)
{
	unsigned number = 0;

	while (*at < held_count && is_digit(held[*at]) && number <= MOST)
		number = number * 10 + (unsigned)(held[(*at)++] - '0');
	return number;
}

enum match { MATCH_NONE, MATCH_PART, MATCH_WHOLE };

/* Whether what is held is a report, or may become one. */
static enum match match(struct console_size *size)
{
	static const char introducer[] = "\033[";
	size_t at;

	for (at = 0; at < 2; at++) {
		if (at == held_count)
			return MATCH_PART;
		if (held[at] != introducer[at])
			return MATCH_NONE;
	}
	size->rows = number_at(&at);
	if (at == held_count)
		return MATCH_PART;
	if (held[at++] != ';')
		return MATCH_NONE;
	size->columns = number_at(&at);
	if (at == held_count)
		return MATCH_PART;
	return held[at] == 'R' ? MATCH_WHOLE : MATCH_NONE;
}

static bool is_size(unsigned number)
{
	return number >= LEAST && number <= MOST;
}

/* Holds bytes back while they may be a report. */
static void look(void)
{
	struct console_size size;

	while (expected && !typed && serial_read(held + held_count, 1) == 1) {
		held_count++;
		switch (match(&size)) {
		case MATCH_PART:
			typed = held_count == REPORT_MAX;
			break;
		case MATCH_NONE:
			typed = true;
			break;
		case MATCH_WHOLE:
			held_count = 0;
			expected = false;
			if (is_size(size.columns) && is_size(size.rows))
				answered = size;
			break;
		}
	}
}

size_t console_size_read(char *bytes, size_t size)
{
	size_t count;

	look();
	if (!typed)
		return expected ? 0 : serial_read(bytes, size);
	/* A new ESC at the end may begin one. */
	count = held_count > 1 && held[held_count - 1] == '\033' ? held_count - 1 : held_count;
	if (count > size)
		count = size;
	memcpy(bytes, held, count);
	held_count -= count;
	memmove(held, held + count, held_count);
	typed = held_count > 0 && !(held_count == 1 && held[0] == '\033');
	return count;
}

bool console_size_readable(void)
{
	look();
	return typed || (!expected && serial_readable());
}

void console_size_discard(void)
{
	held_count = 0;
	typed = false;
}
