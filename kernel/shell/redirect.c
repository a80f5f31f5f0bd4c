/* Redirections: descriptors changed for one command and put back behind it. */
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/expand.h"
#include "kernel/shell/input.h"
#include "kernel/shell/name.h"
#include "kernel/shell/redirect.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

struct saved_file {
	struct saved_file *next;
	int fd;
	struct file *file;  /* what was there; NULL: nothing */
	const char *opened; /* the name of what was put there instead, or NULL */
};

/* A device's buffer is written at its last close: only then its errors are known. */
static void report_close(struct shell *sh, const char *name, int error)
{
	if (!error)
		return;
	shell_message(sh, "%s: %s", name ? name : "close", error_text(-error));
	sh->close_failed = true;
}

static void undo(struct shell *sh, struct cleanup *cleanup)
{
	struct redirection_scope *scope = (struct redirection_scope *)cleanup;
	struct saved_file *saved;

	while ((saved = scope->saved)) {
		scope->saved = saved->next;
		report_close(sh, saved->opened, process_set_file(saved->fd, saved->file));
	}
}

void redirections_keep(struct shell *sh, struct redirection_scope *scope)
{
	struct saved_file *saved;

	while ((saved = scope->saved)) {
		scope->saved = saved->next;
		if (saved->file)
			report_close(sh, NULL, file_close(saved->file));
	}
}

struct file *redirections_before(const struct redirection_scope *scope, int fd)
{
	struct file *file = process_file(fd);
	const struct saved_file *saved;

	/* The last ones come first. */
	for (saved = scope->saved; saved; saved = saved->next)
		if (saved->fd == fd)
			file = saved->file;
	return file;
}

/* Puts file, whose reference it takes, at fd. */
static void put(struct shell *sh, struct redirection_scope *scope, int fd, struct file *file,
		struct saved_file *saved, const char *opened)
{
	saved->fd = fd;
	saved->opened = opened;
	saved->file = process_file(fd);
	if (saved->file)
		file_get(saved->file);
	saved->next = scope->saved;
	scope->saved = saved;
	report_close(sh, NULL, process_set_file(fd, file));
}

static const char *open_error_text(int error, bool create)
{
	if (error != -ENOENT && error != -ENOTDIR)
		return error_text(-error);
	return create ? "Directory nonexistent" : "No such file";
}

static bool open_file(struct shell *sh, const struct redirection *redirection, const char *name,
		      struct file **file)
{
	bool create = true;
	struct file_stat stat;
	int flags, error;

	switch (redirection->type) {
	case REDIRECT_INPUT:
		flags = O_RDONLY;
		create = false;
		break;
	case REDIRECT_READ_WRITE:
		flags = O_RDWR | O_CREAT;
		break;
	case REDIRECT_APPEND:
		flags = O_WRONLY | O_CREAT | O_APPEND;
		break;
	default:
		flags = O_WRONLY | O_CREAT | O_TRUNC;
		break;
	}
	if (redirection->type == REDIRECT_OUTPUT && sh->options.no_clobber &&
	    !path_stat(name, &stat) && stat.type == FILE_REGULAR)
		error = -EEXIST;
	else
		error = file_open(name, flags, 0666, file);
	if (error)
		shell_message(sh, "cannot %s %s: %s", create ? "create" : "open", name,
			      open_error_text(error, create));
	return !error;
}

/* The here-document as a file that has no name. */
static bool open_document(struct shell *sh, const char *text, struct file **file)
{
	static unsigned number;
	size_t length = strlen(text), done = 0;
	char name[40];
	long written = 0;
	int error;

	snprintf(name, sizeof(name), "/tmp/.here-document-%u", number++);
	error = file_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, file);
	if (error == -ENOENT || error == -ENOTDIR) { /* somebody has removed /tmp */
		memmove(name, name + 4, strlen(name + 4) + 1);
		error = file_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, file);
	}
	if (error != -EEXIST)
		path_unlink(name); /* also where opening it failed halfway */
	if (!error) {
		for (; done < length && written >= 0; done += (size_t)written)
			written = file_write(*file, text + done, length - done);
		if (done < length || written < 0)
			error = written < 0 ? (int)written : -ENOSPC;
		else
			file_seek(*file, 0, SEEK_SET);
		if (error)
			file_close(*file);
	}
	if (error)
		shell_message(sh, "cannot create the here-document: %s", error_text(-error));
	return !error;
}

/* As in dash a syntax error, though it is found late: with the line that is being read. */
static _Noreturn void bad_descriptor(struct shell *sh)
{
	if (sh->input)
		sh->line = sh->input->line;
	shell_error(sh, "Syntax error: Bad fd number");
}

/* The body of a here-document. An error in it is the redirection's (as in dash): NULL. */
static __attribute__((noinline)) char *expand_body(struct shell *sh, struct part *parts)
{
	struct handler handler;
	char *volatile text = NULL;

	handler_push(sh, &handler);
	if (!setjmp(handler.jump))
		text = expand_document(sh, parts);
	handler_pop(sh, &handler);
	return text;
}

static bool duplicate(struct shell *sh, const struct redirection *redirection, struct file **file)
{
	int source = redirection->source;

	*file = NULL;
	if (source == -2) {
		const char *text = expand_string(sh, redirection->word->parts);

		if (is_digit(text[0]) && !text[1])
			source = text[0] - '0';
		else if (!strcmp(text, "-"))
			source = -1;
		else
			bad_descriptor(sh);
	}
	if (source < 0)
		return true;
	*file = process_file(source);
	if (!*file) {
		shell_message(sh, "%d: %s", source, error_text(EBADF));
		return false;
	}
	file_get(*file);
	return true;
}

static bool apply(struct shell *sh, struct redirection_scope *scope,
		  const struct redirection *redirection)
{
	/* Allocated before a file is open: running out of memory must not lose it. */
	struct saved_file *saved = arena_alloc(&sh->arena, sizeof(*saved));
	struct file *file = NULL;
	const char *name = NULL, *text;

	switch (redirection->type) {
	case REDIRECT_DUP_INPUT:
	case REDIRECT_DUP_OUTPUT:
		if (!duplicate(sh, redirection, &file))
			return false;
		break;
	case REDIRECT_DOCUMENT:
		text = expand_body(sh, redirection->word->parts);
		if (!text || !open_document(sh, text, &file))
			return false;
		break;
	default:
		name = expand_string(sh, redirection->word->parts);
		if (!open_file(sh, redirection, name, &file))
			return false;
		break;
	}
	put(sh, scope, redirection->fd, file, saved, name);
	return true;
}

bool redirections_push(struct shell *sh, struct redirection_scope *scope,
		       struct redirection *redirections)
{
	scope->saved = NULL;
	cleanup_push(sh, &scope->cleanup, undo);
	for (; redirections; redirections = redirections->next)
		if (!apply(sh, scope, redirections))
			return false;
	return true;
}

void redirections_pop(struct shell *sh)
{
	cleanup_pop(sh);
}
