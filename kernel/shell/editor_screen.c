/* What the line editor shows. Lines are wrapped here, by a new line in front of the terminal's own
 * margin, so that only its least width must be known. It may become known, or another one, at any
 * time: then all is drawn again.
 *
 * Nothing is drawn while more input waits: a paste costs one update per line. */
#include "kernel/console.h"
#include "kernel/console_size.h"
#include "kernel/posix/process.h"
#include "kernel/shell/editor.h"
#include "lib/format.h"
#include "lib/string.h"

#define COLUMNS_LEAST 2 /* a wide character's */
#define TAB_WIDTH     8

/* --- characters --- */

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* How long a character is that begins with this byte. */
size_t character_size(unsigned char first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
}

/* Bytes that are no UTF-8 are characters of their own. */
size_t character_length(const char *text, size_t length, size_t offset)
{
	size_t size = character_size((unsigned char)text[offset]), i;

	if (size > length - offset)
		return 1;
	for (i = 1; i < size; i++)
		if (!is_continuation(text[offset + i]))
			return 1;
	return size;
}

size_t character_start(const char *text, size_t length, size_t offset)
{
	size_t start = offset;

	while (start && offset - start < 3 && start < length && is_continuation(text[start]))
		start--;
	return start < length && start + character_length(text, length, start) > offset ? start
											: offset;
}

size_t character_before(const char *text, size_t offset)
{
	return character_start(text, offset, offset - 1);
}

static uint32_t decode(const char *bytes, size_t length)
{
	static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = (unsigned char)bytes[0] & masks[length];
	size_t i;

	for (i = 1; i < length; i++)
		point = point << 6 | ((unsigned char)bytes[i] & 0x3f);
	return point;
}

/* Columns that a character takes: East Asian wide ones two, combining ones none. */
static unsigned character_width(const char *bytes, size_t length)
{
	static const struct {
		uint32_t first, last;
	} wide[] = {
		{0x1100, 0x115f},   {0x2e80, 0xa4cf},	{0xa960, 0xa97f},   {0xac00, 0xd7a3},
		{0xf900, 0xfaff},   {0xfe30, 0xfe6f},	{0xff00, 0xff60},   {0xffe0, 0xffe6},
		{0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
	};
	uint32_t point;
	unsigned i;

	if (length == 1)
		return 1;
	point = decode(bytes, length);
	if ((point >= 0x300 && point <= 0x36f) || (point >= 0x200b && point <= 0x200d) ||
	    (point >= 0xfe00 && point <= 0xfe0f))
		return 0;
	for (i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (point >= wide[i].first && point <= wide[i].last)
			return 2;
	return 1;
}

/* --- drawing --- */

/* Bytes on their way to the console. */
struct output {
	char bytes[512];
	size_t length;
};

static void flush(struct output *output)
{
	if (output->length)
		console_write(output->bytes, output->length);
	output->length = 0;
}

static void put(struct output *output, const char *bytes, size_t length)
{
	if (output->length + length > sizeof(output->bytes))
		flush(output);
	memcpy(output->bytes + output->length, bytes, length);
	output->length += length;
}

/* Moves place over a cell of that width; output may be NULL. */
static void advance(struct editor *editor, struct place *place, unsigned width,
		    struct output *output, const char *bytes, size_t length)
{
	if (place->column + width > editor->columns) {
		place->row++;
		place->column = 0;
		if (output)
			put(output, "\033[K\n", 4); /* the cell that stays free */
	}
	if (output)
		put(output, bytes, length);
	place->column += width;
	if (place->column >= editor->columns) {
		place->row++;
		place->column = 0;
		if (output)
			put(output, "\n", 1);
	}
}

/* Walks over text, drawing it where output is not NULL. */
static void walk(struct editor *editor, struct place *place, const char *text, size_t length,
		 struct output *output)
{
	size_t offset, bytes;

	for (offset = 0; offset < length; offset += bytes) {
		unsigned char c = (unsigned char)text[offset];

		bytes = character_length(text, length, offset);
		if (c == '\t') {
			do
				advance(editor, place, 1, output, " ", 1);
			while (place->column % TAB_WIDTH);
		} else if (c < ' ' || c == 127) {
			char control[2] = {'^', (char)(c ^ 64)};

			advance(editor, place, 2, output, control, 2);
		} else {
			advance(editor, place, character_width(text + offset, bytes), output,
				text + offset, bytes);
		}
	}
}

static void walk_prompt(struct editor *editor, struct place *place, struct output *output)
{
	place->row = 0;
	place->column = editor->start_column;
	walk(editor, place, editor->prompt, strlen(editor->prompt), output);
}

static struct place place_of(struct editor *editor, size_t offset)
{
	struct place place;

	walk_prompt(editor, &place, NULL);
	walk(editor, &place, editor->text, offset, NULL);
	return place;
}

static void move_to(struct editor *editor, struct place place, struct output *output)
{
	char sequence[24];

	if (place.row < editor->shown.row)
		put(output, sequence,
		    (size_t)snprintf(sequence, sizeof(sequence), "\033[%uA",
				     editor->shown.row - place.row));
	else if (place.row > editor->shown.row)
		put(output, sequence,
		    (size_t)snprintf(sequence, sizeof(sequence), "\033[%uB",
				     place.row - editor->shown.row));
	if (place.column != editor->shown.column) {
		put(output, "\r", 1);
		if (place.column)
			put(output, sequence,
			    (size_t)snprintf(sequence, sizeof(sequence), "\033[%uC", place.column));
	}
	editor->shown = place;
}

void screen_changed(struct editor *editor, size_t offset)
{
	/* What was put together here may be one character with what stands before. */
	if (offset)
		offset = character_start(editor->text, editor->length, offset);
	if (offset < editor->shown_length) {
		editor->shown_length = offset;
		editor->below = true;
	}
}

/* Clears what is shown, and starts again where the prompt began. */
static void clear(struct editor *editor)
{
	struct place start = {0, editor->start_column};
	struct output output;

	output.length = 0;
	if (editor->prompt_shown) {
		move_to(editor, start, &output);
		put(&output, "\033[J", 3);
		flush(&output);
	}
	screen_restart(editor);
}

static void take_size(struct editor *editor)
{
	unsigned columns = process_columns() ? process_columns() : console_size().columns;

	if (columns < COLUMNS_LEAST)
		columns = COLUMNS_LEAST;
	if (columns == editor->columns)
		return;
	clear(editor);
	editor->columns = columns;
}

void screen_update(struct editor *editor)
{
	struct output output;

	output.length = 0;
	take_size(editor);
	if (!editor->prompt_shown) {
		walk_prompt(editor, &editor->shown, &output);
		editor->prompt_shown = true;
		editor->shown_length = 0;
		editor->cursor_known = true; /* as far as the text is empty */
		editor->cursor_at = editor->shown;
		if (editor->cursor)
			editor->cursor_known = false;
	}
	if (editor->shown_length < editor->length || editor->below) {
		bool appending =
			editor->cursor_known && editor->cursor == editor->length && !editor->below;

		/* what is typed at the end begins where the cursor is */
		if (!appending)
			move_to(editor, place_of(editor, editor->shown_length), &output);
		walk(editor, &editor->shown, editor->text + editor->shown_length,
		     editor->length - editor->shown_length, &output);
		if (editor->below)
			put(&output, "\033[J", 3);
		editor->shown_length = editor->length;
		editor->below = false;
		if (editor->cursor == editor->length) {
			editor->cursor_at = editor->shown;
			editor->cursor_known = true;
		}
	}
	if (!editor->cursor_known) {
		editor->cursor_at = place_of(editor, editor->cursor);
		editor->cursor_known = true;
	}
	move_to(editor, editor->cursor_at, &output);
	flush(&output);
}

void screen_leave(struct editor *editor)
{
	editor_move(editor, editor->length);
	screen_update(editor);
	/* a full last line has already been left */
	if (editor->shown.column || !editor->length)
		console_write("\n", 1);
}

void screen_restart(struct editor *editor)
{
	editor->prompt_shown = false;
	editor->shown_length = 0;
	editor->below = false;
	editor->cursor_known = false;
}

void screen_set_prompt(struct editor *editor, const char *prompt)
{
	clear(editor);
	editor->prompt = prompt;
}
