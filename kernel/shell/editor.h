/* What the parts of the line editor share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/shell/unwind.h"

struct editor;
/* What Tab does to the line; again: it comes behind another Tab. */
typedef void editor_completion(struct editor *editor, bool again);

/* A place on the screen, relative to where the prompt began. */
struct place {
	unsigned row, column;
};

struct editor {
	struct cleanup cleanup;
	struct shell *sh;
	const char *prompt;
	editor_completion *complete;
	char *text; /* process memory; not terminated */
	size_t length, capacity;
	size_t cursor; /* a byte offset, at the start of a character */

	/* the screen (editor_screen.c) */
	unsigned columns;
	unsigned start_column;	/* where the prompt begins */
	struct place shown;	/* where the terminal's cursor is */
	struct place cursor_at; /* where it belongs, valid while cursor_known */
	bool cursor_known;
	size_t shown_length; /* bytes of text on the screen, up to the first change */
	bool below;	     /* there may be old text behind it */
	bool prompt_shown;

	/* history */
	unsigned history_index; /* 0: the line being typed, else history_get(index - 1) */
	char *typed;		/* the line being typed, while another one is shown */
	size_t typed_length;

	int last_key;
	unsigned last_word_index; /* of Alt-. */
	size_t last_word_start;
	int pushed_byte; /* read too far; INPUT_END: none */
	bool failed;	 /* memory is out */
};

#define EDITOR_TAB	9
#define CONTROL(letter) ((letter)&31)

/* Keys beyond one byte. Those that do the same as one with Control or Alt are that one. */
enum key {
	KEY_ALT = 0x100, /* + the character */
	KEY_DELETE = 0x200,
	KEY_PASTE,
	KEY_UNKNOWN,
};

/* The next byte, or INPUT_END; when it has to be waited for the screen is brought up to date. */
int editor_read_byte(struct editor *editor);
/* A byte, one of the above, or INPUT_END. */
int editor_read_key(struct editor *editor);
/* A character's bytes come one after the other, but only the whole of it can be shown: inserts the
 * one that begins with key. */
void editor_insert_key(struct editor *editor, int key);

/* The bytes of the character at offset, at least 1. */
size_t character_length(const char *text, size_t length, size_t offset);
size_t character_size(unsigned char first); /* as its first byte has it */
/* Where the character begins that the byte at offset belongs to. */
size_t character_start(const char *text, size_t length, size_t offset);
size_t character_before(const char *text, size_t offset);

void editor_insert(struct editor *editor, const char *bytes, size_t length);
void editor_delete(struct editor *editor, size_t from, size_t to);
void editor_replace(struct editor *editor, const char *bytes, size_t length);
void editor_move(struct editor *editor, size_t cursor);
void editor_cut(struct editor *editor, size_t from, size_t to); /* keeps it for editor_yank() */
void editor_yank(struct editor *editor);
void editor_transpose(struct editor *editor);
/* Where the word at the cursor ends and begins; Ctrl-W's words are all between blanks. */
size_t editor_word_end(const struct editor *editor);
size_t editor_word_start(const struct editor *editor);
size_t editor_blank_word_start(const struct editor *editor);

/* The text from offset on is not what the screen shows. */
void screen_changed(struct editor *editor, size_t offset);
/* Brings the screen up to date. */
void screen_update(struct editor *editor);
/* Moves behind the text, to the start of a new line. */
void screen_leave(struct editor *editor);
/* The prompt is to be shown again, on a new line. */
void screen_restart(struct editor *editor);
/* Another prompt in place of the old one. */
void screen_set_prompt(struct editor *editor, const char *prompt);

/* Reads one line, edited, without its newline, into *line (process memory, *capacity bytes; grown).
 * Its length, -1 at the end of input (Ctrl-D on an empty line), -EINTR after Ctrl-C. */
long editor_read_line(struct shell *sh, const char *prompt, editor_completion *complete,
		      char **line, size_t *capacity);
