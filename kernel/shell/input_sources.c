/* Scripts and the terminal: what reads more of the parser's input. */
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/complete.h"
#include "kernel/shell/editor.h"
#include "kernel/shell/expand.h"
#include "kernel/shell/input.h"
#include "kernel/shell/jobs.h"
#include "kernel/shell/state.h"
#include "kernel/shell/trap.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define FILE_BLOCK 4096

static bool fill_from_terminal(struct shell *sh, struct input *input)
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
	length = editor_read_line(sh, prompt, editor_complete, &line, &capacity);
	arena_release(&sh->arena, mark);
	if (length >= 0) {
		char *room = input_room(sh, input, (size_t)length + 1);

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

static bool fill_from_file(struct shell *sh, struct input *input)
{
	char *room;
	long got;

	shell_check_interrupt(sh); /* a file of NULs has no command to look for Ctrl-C */
	room = input_room(sh, input, FILE_BLOCK);
	do {
		got = input->file ? file_read(input->file, room, FILE_BLOCK)
				  : process_read(0, room, FILE_BLOCK);
		if (got == -EINTR) {
			shell_check_interrupt(sh);
			traps_run(sh);
		}
	} while (got == -EINTR);
	if (got <= 0) {
		if (got < 0)
			shell_message(sh, "cannot read the script: %s", error_text((int)-got));
		return false;
	}
	input->length += (size_t)got;
	return true;
}

void input_push_file(struct shell *sh, struct input *input, struct file *file)
{
	memset(input, 0, sizeof(*input));
	input->file = file;
	input->fill = fill_from_file;
	input_push(sh, input);
}

void input_push_terminal(struct shell *sh, struct input *input)
{
	memset(input, 0, sizeof(*input));
	input->interactive = true;
	input->fill = fill_from_terminal;
	input_push(sh, input);
}
