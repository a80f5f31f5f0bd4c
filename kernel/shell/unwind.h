/* Errors and unwinding: what every part of the shell may call. */
#pragma once

#include "lib/setjmp.h"

#include <stdbool.h>
#include <stddef.h>

struct shell;
struct file;

/* Undone in reverse, on the normal path as well as when an error unwinds. */
struct cleanup {
	struct cleanup *outer;
	void (*run)(struct shell *sh, struct cleanup *cleanup);
};
void cleanup_push(struct shell *sh, struct cleanup *cleanup,
		  void (*run)(struct shell *, struct cleanup *));
void cleanup_pop(struct shell *sh); /* runs the newest */

/* Where an error ends. */
struct handler {
	struct handler *outer;
	struct cleanup *cleanups; /* those that stay */
	bool is_prompt;
	int loop_depth;
	jmp_buf jump;
};

/* For "handler_push(sh, &handler); if (!setjmp(handler.jump)) …; handler_pop(sh, &handler);":
 * errors (not interrupts, not a broken pipe) come back to setjmp() with sh->status set. */
void handler_push(struct shell *sh, struct handler *handler);
void handler_pop(struct shell *sh, struct handler *handler);

extern const char shell_name[]; /* "sh" */

/* An error or an interrupt: what runs is given up. An interactive shell goes back to its prompt
 * with $? = status, others end. */
_Noreturn void shell_raise(struct shell *sh, int status);
/* "NAME: LINE: [COMMAND: ]message" on standard error. */
void shell_message(struct shell *sh, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* shell_message(), then shell_raise(2). */
_Noreturn void shell_error(struct shell *sh, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void shell_out_of_memory(struct shell *sh);
/* Gives up when Ctrl-C was typed or another signal ends the shell. */
void shell_check_interrupt(struct shell *sh);
/* Raises an error when the stack is nearly used up. */
void shell_check_stack(struct shell *sh);
bool shell_stack_is_low(void);
void shell_write(struct shell *sh, int fd, const char *bytes, size_t length);
void shell_write_file(struct shell *sh, struct file *file, const char *bytes, size_t length);
