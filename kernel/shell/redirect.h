/* Redirections, and what was there before. */
#pragma once

#include <stdbool.h>

#include "kernel/shell/ast.h"
#include "kernel/shell/unwind.h"

struct file;
struct saved_file;

struct redirection_scope {
	struct cleanup cleanup;
	struct saved_file *saved;
};
/* Applies the redirections; false after a message where one fails. Popped by
 * redirections_pop(). keep: exec, they stay. */
bool redirections_push(struct shell *sh, struct redirection_scope *scope,
		       struct redirection *redirections);
void redirections_pop(struct shell *sh);
void redirections_keep(struct shell *sh, struct redirection_scope *scope);
/* What was at fd before. */
struct file *redirections_before(const struct redirection_scope *scope, int fd);
