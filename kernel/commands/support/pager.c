/* The pager. Places are offsets in the text; a row of the screen is named by where it begins. What
 * can be seen only once, a pipe, is kept, and read no further than the user wants to see. */
#include "kernel/commands/support/pager.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/regex.h"
#include "lib/string.h"

#define READ_BLOCK  16384
#define PATTERN_MAX 128
#define TAB_WIDTH   8
#define CHECK_ROWS  256 /* a look for Ctrl-C after so many */

#define CONTROL(letter) ((letter)&31)
#define ESCAPE		27
#define DELETE		127

struct pager {
	const struct pager_options *options;
	const char *name;
	int fd; /* negative: text is all there is */
	bool failed;
	char *text;
	size_t length, capacity;

	unsigned columns, page; /* of the screen; the last row is the prompt's */
	size_t top, bottom;	/* the first row that is shown, and what is behind the last one */
	unsigned shown;		/* rows between them */

	const char *message; /* for the next prompt */
	struct regex regex;
	bool has_pattern;
	bool backward; /* the last search */
};

/* --- the text --- */

static bool read_more(struct pager *pager)
{
	long count;

	if (pager->fd < 0)
		return false;
	if (pager->capacity - pager->length < READ_BLOCK) {
		size_t larger = pager->capacity ? pager->capacity * 2 : 4 * READ_BLOCK;
		char *text = process_realloc(pager->text, larger);

		if (!text) {
			pager->fd = -1;
			pager->message = "(memory exhausted: this is not all)";
			return false;
		}
		pager->text = text;
		pager->capacity = larger;
	}
	count = process_read(pager->fd, pager->text + pager->length, READ_BLOCK);
	if (count < 0) {
		input_complain(pager->name, count);
		pager->failed = true;
	}
	if (count <= 0) {
		pager->fd = -1;
		return false;
	}
	pager->length += (size_t)count;
	return true;
}

static bool is_end(struct pager *pager, size_t at)
{
	return at == pager->length && !read_more(pager);
}

/* Cells that a byte takes behind so many others of its row. */
static unsigned cells(const struct pager *pager, unsigned char c, unsigned column)
{
	unsigned width = 1;

	if (c == '\t')
		width = TAB_WIDTH - column % TAB_WIDTH;
	else if (c < ' ' || c == DELETE)
		width = 2; /* ^X */
	else if ((c & 0xc0) == 0x80)
		width = 0; /* not the first of a character */
	return width < pager->columns ? width : pager->columns;
}

/* Where the row ends that begins at start. */
static size_t row_end(struct pager *pager, size_t start)
{
	unsigned column = 0;
	size_t at = start;

	while (!is_end(pager, at)) {
		unsigned char c = (unsigned char)pager->text[at];
		unsigned width = cells(pager, c, column);

		if (c == '\n')
			return at + 1;
		if (column + width > pager->columns)
			break;
		column += width;
		at++;
	}
	return at;
}

static size_t line_start(const struct pager *pager, size_t at)
{
	while (at > 0 && pager->text[at - 1] != '\n')
		at--;
	return at;
}

/* The row that is so many rows above the one at a place. Every line has at least one row: far
 * enough up the rows are counted, and gone down again. A line may be as long as the text. */
static size_t rows_before(struct pager *pager, size_t at, unsigned rows)
{
	size_t start = at, row, above = 0;

	for (unsigned i = 0; i < rows && start > 0; i++)
		start = line_start(pager, start - 1);
	for (row = start; row < at; row = row_end(pager, row))
		if (++above % CHECK_ROWS == 0)
			process_check_interrupt();
	for (row = start; above > rows; row = row_end(pager, row))
		if (--above % CHECK_ROWS == 0)
			process_check_interrupt();
	return row;
}

/* --- the screen --- */

static void put_row(struct pager *pager, size_t start, size_t end)
{
	unsigned column = 0;

	for (size_t at = start; at < end && pager->text[at] != '\n'; at++) {
		unsigned char c = (unsigned char)pager->text[at];
		unsigned width = cells(pager, c, column);

		if (c == '\t')
			out("%*s", (int)width, "");
		else if (c < ' ' || c == DELETE)
			out("^%c", c ^ 64);
		else
			out_char((char)c);
		column += width;
	}
	out_char('\n');
}

static void forward(struct pager *pager, unsigned rows)
{
	for (unsigned i = 0; i < rows && !is_end(pager, pager->bottom); i++) {
		size_t end = row_end(pager, pager->bottom);

		put_row(pager, pager->bottom, end);
		pager->bottom = end;
		if (pager->shown < pager->page)
			pager->shown++;
		else
			pager->top = row_end(pager, pager->top);
	}
}

static void show_from(struct pager *pager, size_t top)
{
	out("\033[H\033[J");
	pager->top = pager->bottom = top;
	pager->shown = 0;
	forward(pager, pager->page);
}

static void back(struct pager *pager, unsigned rows)
{
	if (pager->top > 0)
		show_from(pager, rows_before(pager, pager->top, rows));
}

static void go_to_end(struct pager *pager)
{
	while (read_more(pager))
		;
	show_from(pager, rows_before(pager, pager->length, pager->page));
}

static void take_size(struct pager *pager)
{
	unsigned columns = screen_columns(), rows = screen_rows();

	columns = columns < 2 ? 2 : columns;
	pager->page = rows < 2 ? 1 : rows - 1;
	if (pager->columns && pager->columns != columns) {
		pager->columns = columns;
		show_from(pager, line_start(pager, pager->top));
	}
	pager->columns = columns;
}

static void clear_prompt(void)
{
	out("\r\033[K");
	out_flush();
}

/* --- keys --- */

/* Raw only while waiting: at all other times Ctrl-C ends what takes long. */
static int read_byte(void)
{
	char c;
	long count;

	out_flush();
	process_check_interrupt();
	console_set_raw(true);
	count = console_read(&c, 1);
	console_set_raw(false);
	if (count == 1 && c == CONTROL('C')) {
		clear_prompt();
		process_exit(STATUS_INTERRUPTED);
	}
	return count == 1 ? (unsigned char)c : 'q';
}

/* A key of the keyboard beyond letters as the letter that does the same. */
static int read_key(void)
{
	int c = read_byte(), number = 0;

	if (c != ESCAPE)
		return c;
	c = read_byte();
	if (c == 'v') /* Alt-v: Emacs */
		return 'b';
	if (c != '[' && c != 'O')
		return 0;
	while ((c = read_byte()) < 0x40)
		number = c >= '0' && c <= '9' ? (number * 10 + c - '0') % 1000 : number;
	if (c == '~')
		return number == 5   ? 'b'
		       : number == 6 ? ' '
		       : number == 1 ? 'g'
		       : number == 4 ? 'G'
				     : 0;
	return c == 'A' ? 'k' : c == 'B' ? 'j' : c == 'H' ? 'g' : c == 'F' ? 'G' : 0;
}

/* --- searching --- */

/* The pattern as it is typed; false: given up. */
static bool read_pattern(char first, char pattern[PATTERN_MAX], size_t *length)
{
	*length = 0;
	out("\r\033[K%c", first);
	for (;;) {
		int c = read_byte();

		if (c == '\r' || c == '\n')
			return true;
		if (c == ESCAPE || ((c == DELETE || c == CONTROL('H')) && !*length))
			return false;
		if (c == DELETE || c == CONTROL('H')) {
			--*length;
			out("\b \b");
		} else if (c == CONTROL('U')) {
			*length = 0;
			out("\r\033[K%c", first);
		} else if (c >= ' ' && *length < PATTERN_MAX) {
			pattern[(*length)++] = (char)c;
			out_char((char)c);
		}
	}
}

/* Shows the next line that matches, or the one before. */
static void search(struct pager *pager, bool backward)
{
	size_t at = line_start(pager, pager->top);

	for (;;) {
		const char *newline;
		size_t end;

		process_check_interrupt();
		if (backward) {
			if (!at)
				break;
			at = line_start(pager, at - 1);
		} else {
			while (!(newline = memchr(pager->text + at, '\n', pager->length - at)) &&
			       read_more(pager))
				;
			if (!newline)
				break;
			at = (size_t)(newline - pager->text) + 1;
			if (is_end(pager, at))
				break;
		}
		while (!(newline = memchr(pager->text + at, '\n', pager->length - at)) &&
		       read_more(pager))
			;
		end = newline ? (size_t)(newline - pager->text) : pager->length;
		if (regex_search(&pager->regex, pager->text + at, end - at, 0, NULL, 0) == 1) {
			show_from(pager, at);
			return;
		}
	}
	pager->message = "Pattern not found";
}

static void ask_pattern(struct pager *pager, char first)
{
	static const struct regex_host host = {process_alloc, process_free,
					       process_check_interrupt};
	char pattern[PATTERN_MAX];
	size_t length;

	if (!read_pattern(first, pattern, &length))
		return;
	if (length) {
		regex_free(&pager->regex);
		memset(&pager->regex, 0, sizeof(pager->regex));
		pager->message =
			regex_compile(&pager->regex, pattern, length, REGEX_EXTENDED, &host);
		pager->has_pattern = !pager->message;
	}
	pager->backward = first == '?';
	if (pager->has_pattern)
		search(pager, pager->backward);
	else if (!pager->message)
		pager->message = "No previous pattern";
}

/* --- the loop --- */

static void show_prompt(struct pager *pager, bool at_end)
{
	out("\r\033[K\033[7m");
	if (pager->message)
		out("%s", pager->message);
	else if (at_end)
		out("(END)%s", pager->options->last ? "" : " - Space: next file");
	else if (pager->options->ends)
		out("--More--");
	else if (pager->top == 0 && pager->name && strcmp(pager->name, "-") != 0)
		out("%.*s", (int)pager->columns - 1, pager->name);
	else
		out(":");
	out("\033[0m");
	pager->message = NULL;
}

/* False: the user has had enough, or the next file is wanted (*next). */
static bool obey(struct pager *pager, int key, bool at_end, bool *next)
{
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case ' ':
	case 'f':
	case CONTROL('F'):
	case CONTROL('V'):
	case '\r':
	case '\n':
	case 'e':
	case 'j':
	case CONTROL('N'):
	case CONTROL('E'):
		*next = at_end && !pager->options->last;
		if (*next)
			return false;
		forward(pager, strchr(" f\006\026", key) ? pager->page : 1);
		break;
	case 'd':
	case CONTROL('D'):
		forward(pager, (pager->page + 1) / 2);
		break;
	case 'b':
	case CONTROL('B'):
		back(pager, pager->page);
		break;
	case 'k':
	case 'y':
	case CONTROL('P'):
	case CONTROL('Y'):
		back(pager, 1);
		break;
	case 'u':
	case CONTROL('U'):
		back(pager, (pager->page + 1) / 2);
		break;
	case 'g':
	case '<':
		show_from(pager, 0);
		break;
	case 'G':
	case '>':
		go_to_end(pager);
		break;
	case 'r':
	case CONTROL('L'):
		show_from(pager, pager->top);
		break;
	case '/':
	case '?':
		ask_pattern(pager, (char)key);
		break;
	case 'n':
	case 'N':
		if (pager->has_pattern)
			search(pager, pager->backward != (key == 'N'));
		else
			pager->message = "No previous pattern";
		break;
	case 'h':
		pager->message =
			"Space, Enter: on; b, k: back; g, G: ends; /, ?, n, N: search; q: quit";
		break;
	}
	return true;
}

static bool show(struct pager *pager)
{
	const struct pager_options *options = pager->options;
	bool at_end, next = false;

	take_size(pager);
	forward(pager, pager->page);
	at_end = is_end(pager, pager->bottom);
	if (pager->failed && !pager->length) /* that has been said */
		return true;
	if (at_end && options->ends_short)
		return true;
	for (;;) {
		if (at_end && options->ends && !pager->message)
			return true;
		show_prompt(pager, at_end);
		int key = read_key();

		clear_prompt();
		take_size(pager);
		if (!obey(pager, key, at_end, &next))
			return next;
		at_end = is_end(pager, pager->bottom);
	}
}

bool pager_is_useful(void)
{
	struct file *file = process_file(1);

	return console_is_interactive() && file && file_is_console(file);
}

bool pager_show_file(int fd, const char *name, const struct pager_options *options, bool *failed)
{
	struct pager pager = {.options = options, .fd = fd, .name = name};
	bool more = show(&pager);

	*failed |= pager.failed;
	regex_free(&pager.regex);
	process_free(pager.text);
	return more;
}

bool pager_show_text(char *text, size_t length, const struct pager_options *options)
{
	struct pager pager = {.options = options, .fd = -1, .text = text, .length = length};
	bool more = show(&pager);

	regex_free(&pager.regex);
	process_free(text);
	return more;
}
