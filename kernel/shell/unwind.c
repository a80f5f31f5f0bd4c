/* Errors: how they are told, and how what runs is undone back to where they end. The bottom of the
 * shell: everything in it may raise one, and nothing is called from here. */
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/format.h"

/* Where recursion ends. What is left must do for the deepest path that does not ask: a command, or
 * a message. */
#define STACK_RESERVE 16384

const char shell_name[] = "sh";

void shell_write_file(struct shell *sh, struct file *file, const char *bytes, size_t length)
{
	/* Not process_write(): what this shell holds must be given back before it ends. */
	while (length) {
		long written = file ? file_write(file, bytes, length) : -EBADF;

		if (written == -EPIPE)
			shell_raise(sh, STATUS_BROKEN_PIPE);
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

void shell_write(struct shell *sh, int fd, const char *bytes, size_t length)
{
	shell_write_file(sh, process_file(fd), bytes, length);
}

static void write_message(struct shell *sh, const char *format, va_list args)
{
	char small[256], *large = NULL, *text = small;
	va_list again;
	int prefix, length;

	va_copy(again, args);
	prefix = snprintf(small, sizeof(small), "%s: %d: %s%s",
			  sh->positional.zero ? sh->positional.zero : shell_name, sh->line,
			  sh->command_name ? sh->command_name : "", sh->command_name ? ": " : "");
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (prefix + length + 2 > (int)sizeof(small)) {
		large = process_alloc((size_t)prefix + (size_t)length + 2);
		if (large) {
			text = large;
			snprintf(text, (size_t)prefix + 1, "%s: %d: %s%s",
				 sh->positional.zero ? sh->positional.zero : shell_name, sh->line,
				 sh->command_name ? sh->command_name : "",
				 sh->command_name ? ": " : "");
		} else { /* cut */
			length = (int)sizeof(small) - 2 - prefix;
			if (length < 0) {
				prefix = (int)sizeof(small) - 2;
				length = 0;
			}
		}
	}
	vsnprintf(text + prefix, (size_t)length + 1, format, args);
	text[prefix + length] = '\n';
	shell_write(sh, 2, text, (size_t)prefix + (size_t)length + 1);
	process_free(large);
}

void shell_message(struct shell *sh, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(sh, format, args);
	va_end(args);
}

void shell_error(struct shell *sh, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(sh, format, args);
	va_end(args);
	shell_raise(sh, 2);
}

void shell_out_of_memory(struct shell *sh)
{
	shell_error(sh, "Out of space");
}

void cleanup_push(struct shell *sh, struct cleanup *cleanup,
		  void (*run)(struct shell *, struct cleanup *))
{
	cleanup->outer = sh->cleanups;
	cleanup->run = run;
	sh->cleanups = cleanup;
}

void cleanup_pop(struct shell *sh)
{
	struct cleanup *cleanup = sh->cleanups;

	sh->cleanups = cleanup->outer;
	cleanup->run(sh, cleanup);
}

/* Only the prompt catches what comes from outside, but for what ends all. */
static bool handler_takes(const struct handler *handler, int status)
{
	int signal = process_fatal_signal();

	return handler->is_prompt ? !signal || signal == SIGNAL_INT : status == 2;
}

void shell_raise(struct shell *sh, int status)
{
	sh->status = status;
	while (sh->handler && !handler_takes(sh->handler, status))
		sh->handler = sh->handler->outer;
	if (!sh->handler)
		sh->uncaught(sh, status);
	while (sh->cleanups != sh->handler->cleanups)
		cleanup_pop(sh);
	longjmp(sh->handler->jump, 1);
}

void handler_push(struct shell *sh, struct handler *handler)
{
	handler->outer = sh->handler;
	handler->cleanups = sh->cleanups;
	handler->is_prompt = false;
	handler->loop_depth = sh->loop_depth;
	sh->handler = handler;
}

void handler_pop(struct shell *sh, struct handler *handler)
{
	sh->handler = handler->outer;
	sh->loop_depth = handler->loop_depth;
}

void shell_check_interrupt(struct shell *sh)
{
	int signal;

	thread_pause();
	signal = process_fatal_signal();
	/* Back to the prompt */
	if (sh->interactive && !sh->traps[SIGNAL_INT] &&
	    (process_pending() & SIGNAL_BIT(SIGNAL_INT)))
		signal = SIGNAL_INT;
	if (signal)
		shell_raise(sh, STATUS_SIGNAL + signal);
}

bool shell_stack_is_low(void)
{
	return thread_stack_left() < STACK_RESERVE;
}

void shell_check_stack(struct shell *sh)
{
	if (shell_stack_is_low())
		shell_error(sh, "nested too deeply");
}
