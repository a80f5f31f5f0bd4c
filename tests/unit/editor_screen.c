/* What the screen should show while a line is edited. */
#include "tests/unit/editor_screen.h"

#include "tests/unit/cmocka.h"
#include "tests/unit/terminal.h"

static void place_cell(unsigned *row, unsigned *column, unsigned width, unsigned columns)
{
	if (*column + width > columns) {
		++*row;
		*column = 0;
	}
	*column += width;
	if (*column == columns) {
		++*row;
		*column = 0;
	}
}

void editor_screen_check(const struct editor *edited, unsigned columns)
{
	static char expected[TERMINAL_ROWS][TERMINAL_COLUMNS * 4];
	size_t lengths[TERMINAL_ROWS] = {0};
	unsigned row = 0, column = 0, cursor_row = 0, cursor_column = 0, start, last;
	size_t offset, bytes, prompt_length, total;

	prompt_length = strlen(edited->prompt);
	total = prompt_length + edited->length;
	for (offset = 0;; offset += bytes) {
		bool in_prompt = offset < prompt_length;
		const char *text =
			in_prompt ? edited->prompt + offset : edited->text + offset - prompt_length;
		size_t left = in_prompt ? prompt_length - offset : total - offset;
		unsigned before, width;

		if (!in_prompt && offset - prompt_length == edited->cursor) {
			cursor_row = row;
			cursor_column = column;
		}
		if (offset == total)
			break;
		bytes = character_length(text, left, 0);
		if (*text == '\t') {
			do {
				before = row;
				expected[before][lengths[before]++] = ' ';
				place_cell(&row, &column, 1, columns);
			} while (column % 8);
			continue;
		}
		width = terminal_is_wide(text, bytes) || (unsigned char)*text < ' ' ? 2 : 1;
		if (column + width > columns) {
			row++;
			column = 0;
		}
		if ((unsigned char)*text < ' ') {
			expected[row][lengths[row]++] = '^';
			expected[row][lengths[row]++] = (char)(*text ^ 64);
		} else {
			memcpy(expected[row] + lengths[row], text, bytes);
			lengths[row] += bytes;
		}
		place_cell(&row, &column, width, columns);
	}
	last = row;
	assert_true(terminal.row >= cursor_row);
	start = terminal.row - cursor_row;
	assert_int_equal(terminal.column, cursor_column);
	for (row = 0; row <= last; row++) {
		while (lengths[row] && expected[row][lengths[row] - 1] == ' ')
			lengths[row]--;
		expected[row][lengths[row]] = '\0';
		assert_string_equal(terminal_line(start + row), expected[row]);
	}
	assert_string_equal(terminal_line(start + last + 1), "");
}
