/* The line editor's text: what the keys do to it. */
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/shell/editor.h"
#include "kernel/shell/name.h"
#include "lib/string.h"

/* What was cut last; belongs to the machine. */
#define KILL_MAX (64u << 10)
static char *kill_text;
static size_t kill_length;

void editor_move(struct editor *editor, size_t cursor)
{
	if (cursor == editor->cursor)
		return;
	editor->cursor = cursor;
	editor->cursor_known = false;
}

/* Never inside a character, though bytes around the cursor may have become one. */
static void place_cursor(struct editor *editor, size_t cursor)
{
	size_t start = character_start(editor->text, editor->length, cursor);

	if (start < cursor)
		cursor = start + character_length(editor->text, editor->length, start);
	editor->cursor = cursor;
	editor->cursor_known = false;
}

static bool reserve(struct editor *editor, size_t more)
{
	size_t capacity = editor->capacity ? editor->capacity : 128;
	char *text;

	while (capacity - editor->length < more && capacity < SIZE_MAX / 2)
		capacity *= 2;
	if (capacity == editor->capacity)
		return true;
	text = process_realloc(editor->text, capacity);
	if (!text) {
		editor->failed = true;
		return false;
	}
	editor->text = text;
	editor->capacity = capacity;
	return true;
}

void editor_insert(struct editor *editor, const char *bytes, size_t length)
{
	bool at_end = editor->cursor == editor->length;

	if (!length || !reserve(editor, length))
		return;
	memmove(editor->text + editor->cursor + length, editor->text + editor->cursor,
		editor->length - editor->cursor);
	memcpy(editor->text + editor->cursor, bytes, length);
	editor->length += length;
	screen_changed(editor, editor->cursor);
	editor->cursor += length;
	/* What is added at the end is drawn from where the cursor stands. */
	if (!at_end)
		place_cursor(editor, editor->cursor);
}

void editor_delete(struct editor *editor, size_t from, size_t to)
{
	if (from >= to)
		return;
	memmove(editor->text + from, editor->text + to, editor->length - to);
	editor->length -= to - from;
	screen_changed(editor, from);
	place_cursor(editor, from);
}

void editor_replace(struct editor *editor, const char *bytes, size_t length)
{
	size_t same = 0;

	while (same < length && same < editor->length && bytes[same] == editor->text[same])
		same++;
	if (!reserve(editor, length))
		return;
	memcpy(editor->text, bytes, length);
	if (same < editor->length || same < length)
		screen_changed(editor, same);
	editor->length = length;
	editor->cursor = length;
	editor->cursor_known = false;
}

void editor_cut(struct editor *editor, size_t from, size_t to)
{
	char *text;

	if (from >= to)
		return;
	/* It stays when the shell has ended: no more than a line that somebody may have typed. */
	text = to - from <= KILL_MAX ? krealloc(kill_text, to - from) : NULL;
	if (text) {
		kill_text = text;
		kill_length = to - from;
		memcpy(kill_text, editor->text + from, kill_length);
	}
	editor_delete(editor, from, to);
}

static bool is_word_byte(char c)
{
	return is_name_char(c) || (unsigned char)c >= 0x80;
}

size_t editor_word_end(const struct editor *editor)
{
	size_t end = editor->cursor;

	while (end < editor->length && !is_word_byte(editor->text[end]))
		end++;
	while (end < editor->length && is_word_byte(editor->text[end]))
		end++;
	return end;
}

size_t editor_word_start(const struct editor *editor)
{
	size_t start = editor->cursor;

	while (start && !is_word_byte(editor->text[start - 1]))
		start--;
	while (start && is_word_byte(editor->text[start - 1]))
		start--;
	return start;
}

size_t editor_blank_word_start(const struct editor *editor)
{
	size_t start = editor->cursor;

	while (start && strchr(" \t", editor->text[start - 1]))
		start--;
	while (start && !strchr(" \t", editor->text[start - 1]))
		start--;
	return start;
}

void editor_transpose(struct editor *editor)
{
	size_t second = editor->cursor, first, length;
	char moved[4];

	if (second == editor->length && second)
		second = character_before(editor->text, second);
	if (!second || second >= editor->length)
		return;
	first = character_before(editor->text, second);
	length = second - first;
	memcpy(moved, editor->text + first, length);
	second += character_length(editor->text, editor->length, second);
	memmove(editor->text + first, editor->text + first + length, second - first - length);
	memcpy(editor->text + second - length, moved, length);
	screen_changed(editor, first);
	editor_move(editor, second);
	editor->cursor_known = false;
}

void editor_yank(struct editor *editor)
{
	editor_insert(editor, kill_text, kill_length);
}
