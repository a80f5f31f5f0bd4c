/* Keys out of the bytes that the terminal sends. */
#include "kernel/console.h"
#include "kernel/shell/editor.h"
#include "kernel/shell/input.h"
#include "lib/string.h"

int editor_read_byte(struct editor *editor)
{
	char c;
	int pushed = editor->pushed_byte;

	if (pushed != INPUT_END) {
		editor->pushed_byte = INPUT_END;
		return pushed;
	}
	/* With more to come the screen can wait. */
	if (!console_readable())
		screen_update(editor);
	return console_read(&c, 1) == 1 ? (unsigned char)c : INPUT_END;
}

/* The last byte of ESC [ A and ESC O A; ESC [ 1 ; 5 C is the same with Control. */
static int letter_key(int c, bool modified)
{
	switch (c) {
	case 'A':
		return CONTROL('P');
	case 'B':
		return CONTROL('N');
	case 'C':
		return modified ? KEY_ALT + 'f' : CONTROL('F');
	case 'D':
		return modified ? KEY_ALT + 'b' : CONTROL('B');
	case 'H':
		return CONTROL('A');
	case 'F':
		return CONTROL('E');
	}
	return KEY_UNKNOWN;
}

static int number_key(const char *number)
{
	if (!strcmp(number, "1") || !strcmp(number, "7"))
		return CONTROL('A');
	if (!strcmp(number, "4") || !strcmp(number, "8"))
		return CONTROL('E');
	if (!strcmp(number, "3"))
		return KEY_DELETE;
	if (!strcmp(number, "200"))
		return KEY_PASTE;
	return KEY_UNKNOWN;
}

static int read_escape_sequence(struct editor *editor)
{
	char parameters[16];
	size_t length = 0;
	int c;

	for (;;) {
		c = editor_read_byte(editor);
		if (c < 0x20)
			return KEY_UNKNOWN;
		if (c >= 0x40)
			break;
		if (length < sizeof(parameters) - 1)
			parameters[length++] = (char)c;
	}
	parameters[length] = '\0';
	return c == '~' ? number_key(parameters) : letter_key(c, length > 0);
}

int editor_read_key(struct editor *editor)
{
	int c = editor_read_byte(editor);

	if (c == 127)
		return CONTROL('H');
	if (c != 27)
		return c;
	c = editor_read_byte(editor);
	if (c == '[')
		return read_escape_sequence(editor);
	if (c == 'O')
		return letter_key(editor_read_byte(editor), false);
	return c == INPUT_END ? c : KEY_ALT + c;
}

void editor_insert_key(struct editor *editor, int key)
{
	size_t size = character_size((unsigned char)key), length = 0;
	char bytes[4];

	for (;;) {
		bytes[length++] = (char)key;
		if (length == size)
			break;
		key = editor_read_byte(editor);
		if ((key & 0xc0) != 0x80 || key == INPUT_END) {
			editor->pushed_byte = key;
			break;
		}
	}
	editor_insert(editor, bytes, length);
}
