/* The parser's characters, whoever has them: a string, or what input_sources.c reads. */
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/input.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/string.h"

/* Characters that stay in front of new ones, for input_unget(). */
#define KEPT 8

static void input_cleanup(struct shell *sh, struct cleanup *cleanup)
{
	struct input *input = (struct input *)cleanup;

	sh->input = input->outer;
	process_free(input->buffer);
	if (input->file)
		file_close(input->file);
}

void input_push(struct shell *sh, struct input *input)
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
	input_push(sh, input);
}

void input_pop(struct shell *sh)
{
	cleanup_pop(sh);
}

char *input_room(struct shell *sh, struct input *input, size_t size)
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

static bool refill(struct shell *sh, struct input *input)
{
	if (!input->ended && !input->fill(sh, input))
		input->ended = true;
	return !input->ended;
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
