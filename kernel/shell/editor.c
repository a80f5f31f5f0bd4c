/* Line editing with the keys of Emacs. */
#include "kernel/console.h"
#include "kernel/console_size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/editor.h"
#include "kernel/shell/history.h"
#include "kernel/shell/input.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

/* --- history --- */

static void show_history(struct editor *editor, unsigned index)
{
	const char *line;
	size_t length;

	if (index && !history_get(index - 1, &length))
		return;
	if (!editor->history_index && index) { /* keep what is being typed */
		process_free(editor->typed);
		editor->typed = process_alloc(editor->length + 1);
		editor->typed_length = editor->typed ? editor->length : 0;
		if (editor->typed_length)
			memcpy(editor->typed, editor->text, editor->length);
	}
	editor->history_index = index;
	if (index) {
		line = history_get(index - 1, &length);
		editor_replace(editor, line, length);
	} else {
		editor_replace(editor, editor->typed ? editor->typed : "", editor->typed_length);
	}
}

/* Alt-.: the last word of the previous line, again: of the one before. */
static void insert_last_word(struct editor *editor)
{
	const char *line;
	size_t length, start;

	if (editor->last_key != KEY_ALT + '.') {
		editor->last_word_index = 0;
		editor->last_word_start = editor->cursor;
	}
	line = history_get(editor->last_word_index, &length);
	if (!line)
		return;
	editor_delete(editor, editor->last_word_start, editor->cursor);
	editor->last_word_index++;
	while (length && strchr(" \t", line[length - 1]))
		length--;
	for (start = length; start && !strchr(" \t", line[start - 1]); start--)
		;
	editor_insert(editor, line + start, length - start);
}

/* --- keys --- */

/* Ctrl-R: shows the newest line that contains what is typed. Returns the key that ended it. */
static int search(struct editor *editor)
{
	const char *prompt = editor->prompt;
	char wanted[64], text[96];
	size_t length = 0, found_length, original_length = editor->length;
	char *original = process_alloc(original_length + 1);
	unsigned index = 0;
	int key;

	if (!original)
		return KEY_UNKNOWN;
	if (original_length)
		memcpy(original, editor->text, original_length);
	wanted[0] = '\0';
	for (;;) {
		bool again = false, shorter = false;
		unsigned try;
		const char *line = NULL;

		snprintf(text, sizeof(text), "(reverse-i-search)`%s': ", wanted);
		screen_set_prompt(editor, text);
		key = editor_read_key(editor);
		if (key == CONTROL('R')) {
			again = true;
		} else if (key == CONTROL('H')) {
			shorter = true;
			if (length)
				wanted[--length] = '\0';
		} else if (key >= ' ' && key < 256 && length < sizeof(wanted) - 1) {
			wanted[length++] = (char)key;
			wanted[length] = '\0';
		} else {
			break;
		}
		if (!length)
			continue;
		for (try = shorter ? 0 : index + again;; try++) {
			line = history_get(try, &found_length);
			if (!line || strstr(line, wanted))
				break;
		}
		if (line) {
			index = try;
			editor_replace(editor, line, found_length);
		}
	}
	screen_set_prompt(editor, prompt);
	if (key == CONTROL('G') || key == CONTROL('C')) {
		editor_replace(editor, original, original_length);
		key = key == CONTROL('G') ? KEY_UNKNOWN : key;
	}
	process_free(original);
	return key;
}

/* Between ESC [ 200 ~ and ESC [ 201 ~ a paste comes as it is, only that its lines are still lines:
 * true at the end of one. */
static bool read_paste(struct editor *editor)
{
	static const char end[] = "\033[201~";
	size_t matched = 0;
	int c;

	for (;;) {
		char byte;

		c = editor_read_byte(editor);
		if (c == INPUT_END)
			return false;
		if (c == end[matched]) {
			if (!end[++matched]) {
				editor->sh->pasting = false;
				return false;
			}
			continue;
		}
		editor_insert(editor, end, matched);
		matched = 0;
		if (c == '\r' || c == '\n') {
			editor->sh->pasting = true;
			return true;
		}
		byte = (char)c;
		editor_insert(editor, &byte, 1);
	}
}

static bool is_blank(const struct editor *editor)
{
	size_t i;

	for (i = 0; i < editor->cursor; i++)
		if (!strchr(" \t", editor->text[i]))
			return false;
	return true;
}

static void edit_by_control(struct editor *editor, int key)
{
	size_t cursor = editor->cursor, end = editor->length;

	switch (key) {
	case CONTROL('A'):
		editor_move(editor, 0);
		break;
	case CONTROL('B'):
		if (cursor)
			editor_move(editor, character_before(editor->text, cursor));
		break;
	case CONTROL('D'):
		if (cursor < end)
			editor_delete(editor, cursor,
				      cursor + character_length(editor->text, end, cursor));
		break;
	case CONTROL('E'):
		editor_move(editor, end);
		break;
	case CONTROL('F'):
		if (cursor < end)
			editor_move(editor, cursor + character_length(editor->text, end, cursor));
		break;
	case CONTROL('H'):
		if (cursor)
			editor_delete(editor, character_before(editor->text, cursor), cursor);
		break;
	case CONTROL('K'):
		editor_cut(editor, cursor, end);
		editor_move(editor, editor->length);
		break;
	case CONTROL('L'):
		console_write("\033[H\033[2J", 7);
		console_size_ask();
		editor->start_column = 0;
		screen_restart(editor);
		break;
	case CONTROL('N'):
		if (editor->history_index)
			show_history(editor, editor->history_index - 1);
		break;
	case CONTROL('P'):
		show_history(editor, editor->history_index + 1);
		break;
	case CONTROL('T'):
		editor_transpose(editor);
		break;
	case CONTROL('U'):
		editor_cut(editor, 0, cursor);
		break;
	case CONTROL('W'):
		editor_cut(editor, editor_blank_word_start(editor), cursor);
		break;
	case CONTROL('Y'):
		editor_yank(editor);
		break;
	}
}

static void edit(struct editor *editor, int key)
{
	char byte = (char)key;

	switch (key) {
	case KEY_ALT + 'f':
		editor_move(editor, editor_word_end(editor));
		break;
	case KEY_ALT + 'b':
		editor_move(editor, editor_word_start(editor));
		break;
	case KEY_ALT + 'd':
		editor_cut(editor, editor->cursor, editor_word_end(editor));
		break;
	case KEY_ALT + 127:
	case KEY_ALT + CONTROL('H'):
		editor_cut(editor, editor_word_start(editor), editor->cursor);
		break;
	case KEY_ALT + '.':
	case KEY_ALT + '_':
		key = KEY_ALT + '.';
		insert_last_word(editor);
		break;
	case EDITOR_TAB:
		/* Indentation, and what stands in quotes or a here-document, is text. */
		if (is_blank(editor) || editor->sh->input->literal)
			editor_insert(editor, "\t", 1);
		else
			editor->complete(editor, editor->last_key == EDITOR_TAB);
		break;
	case CONTROL('V'):
		key = editor_read_byte(editor);
		byte = (char)key;
		if (key != INPUT_END)
			editor_insert(editor, &byte, 1);
		break;
	default:
		if (key >= ' ' && key < 256)
			editor_insert_key(editor, key);
		else
			edit_by_control(editor, key);
		break;
	}
	editor->last_key = key;
}

/* --- lines --- */

static void end_editor(struct shell *sh, struct cleanup *cleanup)
{
	struct editor *editor = (struct editor *)cleanup;

	(void)sh;
	console_set_raw(false);
	process_free(editor->typed);
	process_free(editor->text);
}

/* 0 at the end of a line, else what editor_read_line() returns. */
static long edit_line(struct editor *editor)
{
	static bool after_return; /* a newline behind it belongs to it */
	bool pasted_line = false;

	for (;;) {
		int key;

		if (editor->sh->pasting)
			pasted_line = read_paste(editor);
		if (pasted_line)
			return 0;
		key = editor_read_key(editor);
		if (key == CONTROL('R'))
			key = search(editor);
		if (editor->failed)
			return -ENOMEM;
		if (key == '\n' && after_return) {
			after_return = false;
			continue;
		}
		after_return = key == '\r';
		switch (key) {
		case '\r':
		case '\n':
			return 0;
		case CONTROL('C'):
			editor_move(editor, editor->length);
			screen_update(editor);
			console_write("^C\n", 3);
			return -EINTR;
		case KEY_PASTE:
			editor->sh->pasting = true;
			break;
		case INPUT_END:
			return -1;
		case CONTROL('D'):
			if (!editor->length) {
				screen_update(editor);
				return -1;
			}
			edit(editor, key);
			break;
		default:
			edit(editor, key == KEY_DELETE ? CONTROL('D') : key);
			break;
		}
	}
}

/* Without a terminal: lines as they come. */
static long read_plain_line(const char *prompt, char **line, size_t *capacity)
{
	size_t length = 0;
	char c;

	process_write(2, prompt, strlen(prompt));
	for (;;) {
		long got = process_read(0, &c, 1);

		if (got < 0)
			return got == -EINTR ? got : -1;
		if (!got && !length)
			return -1;
		if (!got || c == '\n')
			return (long)length;
		if (length == *capacity) {
			size_t larger = *capacity ? *capacity * 2 : 128;
			char *text = process_realloc(*line, larger);

			if (!text)
				return -ENOMEM;
			*line = text;
			*capacity = larger;
		}
		(*line)[length++] = c;
	}
}

long editor_read_line(struct shell *sh, const char *prompt, editor_completion *complete,
		      char **line, size_t *capacity)
{
	struct editor editor = {
		.sh = sh, .prompt = prompt, .complete = complete, .pushed_byte = INPUT_END};
	long result;

	if (!process_file(0) || !file_is_console(process_file(0)) || !console_is_interactive())
		return read_plain_line(prompt, line, capacity);
	cleanup_push(sh, &editor.cleanup, end_editor);
	console_set_raw(true);
	/* With input waiting nobody is there to make the window larger. */
	if (!sh->pasting && !sh->input->continuation && !console_readable() &&
	    console_size_answers())
		console_size_ask();
	result = edit_line(&editor);
	if (!result) {
		screen_leave(&editor);
		history_add(editor.text, editor.length);
		result = (long)editor.length;
		*line = editor.text;
		*capacity = editor.capacity;
		editor.text = NULL;
	}
	cleanup_pop(sh);
	return result;
}
