/* A small terminal. Bytes that a terminal would not understand fail the test. */
#include "tests/unit/terminal.h"

#include "kernel/console.h"
#include "kernel/shell/editor.h"
#include "tests/unit/cmocka.h"

struct terminal terminal;

static void clear_from(unsigned row, unsigned column)
{
	for (; row < TERMINAL_ROWS; row++, column = 0)
		for (; column < TERMINAL_COLUMNS; column++)
			strcpy(terminal.cells[row][column], " ");
}

void terminal_reset(void)
{
	memset(&terminal, 0, sizeof(terminal));
	clear_from(0, 0);
}

bool terminal_is_wide(const char *bytes, size_t length)
{
	return length == 3 && (unsigned char)bytes[0] >= 0xea; /* Hangul, in these tests */
}

static const char *control_sequence(const char *bytes, const char *end)
{
	unsigned number = 0;

	for (; bytes < end && *bytes >= '0' && *bytes <= '9'; bytes++)
		number = number * 10 + (unsigned)(*bytes - '0');
	assert_true(bytes < end);
	switch (*bytes) {
	case 'A':
		assert_true(number && number <= terminal.row);
		terminal.row -= number;
		break;
	case 'B':
		assert_true(number);
		terminal.row += number;
		break;
	case 'C':
		assert_true(number);
		terminal.column += number;
		break;
	case 'H':
		terminal.row = terminal.column = 0;
		break;
	case 'K':
		for (unsigned column = terminal.column; column < TERMINAL_COLUMNS; column++)
			strcpy(terminal.cells[terminal.row][column], " ");
		break;
	case 'J':
		if (number == 2)
			clear_from(0, 0);
		else
			clear_from(terminal.row, terminal.column);
		break;
	default:
		fail_msg("sequence ends in %c", *bytes);
	}
	assert_true(terminal.row < TERMINAL_ROWS && terminal.column < TERMINAL_COLUMNS);
	return bytes + 1;
}

void console_write(const char *bytes, size_t size)
{
	const char *end = bytes + size;

	terminal.written += size;
	while (bytes < end) {
		unsigned char c = (unsigned char)*bytes;
		size_t length;

		if (c == '\n') { /* the console makes CR LF of it */
			terminal.row++;
			terminal.column = 0;
			bytes++;
		} else if (c == '\r') {
			terminal.column = 0;
			bytes++;
		} else if (c == '\a') {
			terminal.bells++;
			bytes++;
		} else if (c == 27) {
			assert_true(end - bytes > 2 && bytes[1] == '[');
			bytes = control_sequence(bytes + 2, end);
		} else {
			assert_true(c >= ' ' && c != 127);
			length = character_length(bytes, (size_t)(end - bytes), 0);
			assert_true(terminal.column + terminal_is_wide(bytes, length) <
				    TERMINAL_COLUMNS);
			memcpy(terminal.cells[terminal.row][terminal.column], bytes, length);
			terminal.cells[terminal.row][terminal.column++][length] = '\0';
			if (terminal_is_wide(bytes, length))
				terminal.cells[terminal.row][terminal.column++][0] = '\0';
			bytes += length;
		}
		assert_true(terminal.row < TERMINAL_ROWS);
	}
}

const char *terminal_line(unsigned row)
{
	static char line[TERMINAL_COLUMNS * 4 + 1];
	size_t length = 0, kept = 0;

	for (unsigned column = 0; column < TERMINAL_COLUMNS; column++) {
		const char *cell = terminal.cells[row][column];

		memcpy(line + length, cell, strlen(cell));
		length += strlen(cell);
		if (strcmp(cell, " ") && *cell)
			kept = length;
	}
	line[kept] = '\0';
	return line;
}
