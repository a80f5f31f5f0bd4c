/* Where the parser's characters come from: a string, a script, the terminal. */
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/state.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

/* Characters that stay in front of new ones, for input_unget(). */
#define KEPT	   8
#define FILE_BLOCK 4096

static void input_cleanup(struct shell *sh, struct cleanup *cleanup)
{
	struct input *input = (struct input *)cleanup;

	sh->input = input->outer;
	process_free(input->buffer);
	if (input->file)
		file_close(input->file);
}

static void push(struct shell *sh, struct input *input)
{
	input->outer = sh->input;
	input->line = 1;
	if (!sh->line)
		sh->line = 1; /* 0 was before anything is read */
	sh->input = input;
	cleanup_push(sh, &input->cleanup, input_cleanup);
}

void input_push_string(struct shell *sh, struct input *input, const char *text, size_t length)
{
	memset(input, 0, sizeof(*input));
	input->text = text;
	input->length = length;
	input->ended = true;
	push(sh, input);
}

void input_push_file(struct shell *sh, struct input *input, struct file *file)
{
	memset(input, 0, sizeof(*input));
	input->file = file;
	push(sh, input);
}

void input_push_terminal(struct shell *sh, struct input *input)
{
	memset(input, 0, sizeof(*input));
	input->interactive = true;
	push(sh, input);
}

void input_pop(struct shell *sh)
{
	cleanup_pop(sh);
}

/* Moves the last characters to the front and makes room for size new ones. */
static char *make_room(struct shell *sh, struct input *input, size_t size)
{
	size_t kept = input->length < KEPT ? input->length : KEPT;

	input->shown -= input->shown < input->length - kept ? input->shown : input->length - kept;
	if (kept)
		memmove(input->buffer, input->text + input->length - kept, kept);
	if (input->capacity < kept + size) {
		char *buffer = process_realloc(input->buffer, kept + size);

		if (!buffer)
			shell_out_of_memory(sh);
		input->buffer = buffer;
		input->capacity = kept + size;
	}
	input->text = input->buffer;
	input->length = kept;
	input->position = kept;
	return input->buffer + kept;
}

static bool refill_from_terminal(struct shell *sh, struct input *input)
{
	const char *prompt = variable_get(sh, input->continuation ? "PS2" : "PS1");
	struct arena_mark mark = arena_mark(&sh->arena);
	char *line = NULL;
	size_t capacity = 0;
	long length;

	console_clear_insistence(); /* it has been understood */
	if (!input->continuation)
		jobs_tell(sh);
	prompt = prompt ? expand_prompt(sh, prompt) : "";
	shell_set_screen(sh);
	length = editor_read_line(sh, prompt, &line, &capacity);
	arena_release(&sh->arena, mark);
	if (length >= 0) {
		char *room = make_room(sh, input, (size_t)length + 1);

		if (length)
			memcpy(room, line, (size_t)length);
		room[length] = '\n';
		input->length += (size_t)length + 1;
	}
	process_free(line);
	if (length == -EINTR) {
		if (sh->traps[SIGNAL_INT])
			process_kill(process_id(), SIGNAL_INT);
		shell_raise(sh, STATUS_INTERRUPTED);
	}
	if (length == -ENOMEM)
		shell_out_of_memory(sh);
	if (length < 0) {
		const char *goodbye = input->continuation      ? "\n"
				      : sh->options.ignore_eof ? "\nUse \"exit\" to leave shell.\n"
							       : "exit\n";

		input->ended_inside = input->continuation;
		shell_write(sh, 2, goodbye, strlen(goodbye));
	}
	return length >= 0;
}

static bool refill(struct shell *sh, struct input *input)
{
	char *room;
	long got;

	if (input->ended)
		return false;
	if (input->interactive) {
		if (refill_from_terminal(sh, input))
			return true;
		input->ended = true;
		return false;
	}
	shell_check_interrupt(sh); /* a file of NULs has no command to look for Ctrl-C */
	room = make_room(sh, input, FILE_BLOCK);
	do {
		got = input->file ? file_read(input->file, room, FILE_BLOCK)
				  : process_read(0, room, FILE_BLOCK);
		if (got == -EINTR) {
			shell_check_interrupt(sh);
			traps_run(sh);
		}
	} while (got == -EINTR);
	if (got <= 0) {
		input->ended = true;
		if (got < 0)
			shell_message(sh, "cannot read the script: %s", error_text((int)-got));
		return false;
	}
	input->length += (size_t)got;
	return true;
}

/* set -v: the line of a script that is begun. */
static void show(struct shell *sh, struct input *input)
{
	const char *start = input->text + input->position;
	size_t left = input->length - input->position;
	const char *newline = memchr(start, '\n', left);
	size_t length = newline ? (size_t)(newline - start) + 1 : left;

	input->shown = input->position + length;
	shell_write(sh, 2, start, length);
}

int input_get(struct shell *sh)
{
	struct input *input = sh->input;

	for (;;) {
		int c;

		if (input->position == input->length && !refill(sh, input))
			return INPUT_END;
		if (sh->options.verbose && input->position >= input->shown && input->buffer &&
		    !input->interactive)
			show(sh, input);
		c = (unsigned char)input->text[input->position++];
		if (c == '\n')
			input->line++;
		if (c)
			return c;
	}
}

void input_unget(struct shell *sh)
{
	struct input *input = sh->input;

	if (input->text[--input->position] == '\n')
		input->line--;
}

int input_peek(struct shell *sh)
{
	int c = input_get(sh);

	if (c != INPUT_END)
		input_unget(sh);
	return c;
}

void input_discard_line(struct input *input)
{
	const char *newline;

	if (input->position == input->length)
		return;
	newline = memchr(input->text + input->position, '\n', input->length - input->position);
	input->position = newline ? (size_t)(newline - input->text) + 1 : input->length;
}
