/* Simple commands: what their words come to, and how functions, built-ins, commands and scripts are
 * called. */
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/builtins.h"
#include "kernel/shell/execute.h"
#include "kernel/shell/expand.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/name.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/program.h"
#include "kernel/shell/redirect.h"
#include "kernel/shell/simple.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/string.h"

#define FUNCTION_DEPTH_MAX 1000 /* dash's limit */

static bool is_assignment_text(const char *text, size_t *name_length)
{
	const char *equals = strchr(text, '=');

	if (!equals || !is_name(text, (size_t)(equals - text)))
		return false;
	*name_length = (size_t)(equals - text);
	return true;
}

static bool word_is_assignment(const struct word *word)
{
	const struct part *part = word->parts;
	size_t length;

	return part && part->type == PART_TEXT && !part->quoted &&
	       is_assignment_text(part->text, &length);
}

/* What a simple command turns out to be. */
struct invocation {
	struct fields arguments;
	int argc;
	char **argv;
	bool skip_functions; /* "command NAME" */
	bool special;	     /* a special built-in, and not by way of "command" */
	const struct builtin *builtin;
	struct function *function;
};

static void expand_command_words(struct shell *sh, struct word *words, struct fields *fields)
{
	const struct builtin *builtin = NULL;
	bool looked = false;

	for (; words; words = words->next) {
		if (!looked && fields->count) {
			const char *name = fields->values[fields->count - 1];

			/* "command export A=~" is about export, too */
			if (strcmp(name, "command") || function_find(sh, name)) {
				builtin = builtin_find(name);
				looked = true;
			}
		}
		if (builtin && builtin->assignments && word_is_assignment(words))
			fields_add(sh, fields, expand_assignment(sh, words));
		else
			expand_word(sh, words, fields);
	}
}

/* "command [-p] [--] NAME …" in front of a command: skipped; false: left alone, there are other
 * options or there is no NAME. */
static bool skip_command_prefix(struct invocation *invocation)
{
	int i = 1;

	while (i < invocation->argc && !strcmp(invocation->argv[i], "-p"))
		i++;
	if (i < invocation->argc && !strcmp(invocation->argv[i], "--"))
		i++;
	else if (i < invocation->argc && invocation->argv[i][0] == '-')
		return false;
	if (i == invocation->argc)
		return false;
	invocation->argc -= i;
	invocation->argv += i;
	invocation->skip_functions = true;
	return true;
}

static void look_up(struct shell *sh, struct invocation *invocation)
{
	do {
		const char *name = invocation->argv[0];

		invocation->builtin = builtin_find(name);
		if (invocation->builtin && is_special_builtin(invocation->builtin->name)) {
			invocation->special = !invocation->skip_functions;
			return;
		}
		if (!invocation->skip_functions)
			invocation->function = function_find(sh, name);
		if (invocation->function) {
			invocation->builtin = NULL;
			return;
		}
	} while (invocation->builtin && invocation->builtin->run == builtin_command &&
		 skip_command_prefix(invocation));
}

static bool is_exec_of_command(const struct invocation *invocation)
{
	return invocation->builtin && invocation->builtin->run == builtin_exec &&
	       invocation->argc > 1;
}

static void assign(struct shell *sh, struct word *word, struct local_scope *scope, bool exported,
		   struct text *trace)
{
	char *text = expand_assignment(sh, word);
	char *equals = strchr(text, '=');

	if (trace) {
		text_add(trace, trace->length ? " " : "", trace->length ? 1 : 0);
		text_add(trace, text, strlen(text));
	}
	*equals = '\0';
	if (scope) {
		if (variable_is_read_only(sh, text))
			shell_error(sh, "%s: is read only", text);
		local_save(sh, scope, text);
	}
	variable_set(sh, text, equals + 1);
	if (exported)
		variable_mark(sh, text, false, true);
}

static void write_trace(struct shell *sh, struct text *trace, struct fields *arguments,
			const struct redirection_scope *redirections)
{
	const char *prompt = variable_get(sh, "PS4");
	struct text line;
	int i;

	text_init(&line, &sh->arena);
	if (prompt) {
		prompt = expand_prompt(sh, prompt);
		text_add(&line, prompt, strlen(prompt));
	}
	text_add(&line, trace->bytes, trace->length);
	for (i = 0; i < arguments->count; i++) {
		if (i || trace->length)
			text_add_char(&line, ' ');
		text_add(&line, arguments->values[i], strlen(arguments->values[i]));
	}
	text_add_char(&line, '\n');
	/* The command's own redirections are for its errors. */
	shell_write_file(sh, redirections_before(redirections, 2), line.bytes, line.length);
}

/* --- running them --- */

struct call {
	struct cleanup cleanup;
	struct positional positional;
	int loop_depth;
	struct unit *unit, *outer_unit;
};

static void end_call(struct shell *sh, struct cleanup *cleanup)
{
	struct call *call = (struct call *)cleanup;

	if (sh->positional.owned)
		process_free(sh->positional.values);
	sh->positional = call->positional;
	sh->loop_depth = call->loop_depth;
	sh->function_depth--;
	sh->unit = call->outer_unit;
	unit_put(sh, call->unit);
}

static int call_function(struct shell *sh, struct function *function, int argc, char **argv,
			 unsigned flags)
{
	struct call call = {.positional = sh->positional, .loop_depth = sh->loop_depth};
	struct local_scope scope;
	int status;

	if (sh->function_depth >= FUNCTION_DEPTH_MAX || shell_stack_is_low())
		shell_error(sh, "Maximum function recursion depth (%d) reached",
			    sh->function_depth);
	call.outer_unit = sh->unit;
	sh->unit = call.unit = function->unit; /* the function may be redefined while it runs */
	unit_get(sh, call.unit);
	sh->function_depth++;
	sh->loop_depth = 0;
	sh->positional.count = argc - 1;
	sh->positional.values = argv + 1;
	sh->positional.owned = false;
	options_restart(&sh->positional, 1);
	cleanup_push(sh, &call.cleanup, end_call);
	local_scope_push(sh, &scope, true);
	status = execute(sh, function->body, flags);
	if (sh->skip == SKIP_RETURN)
		sh->skip = SKIP_NONE;
	local_scope_pop(sh);
	cleanup_pop(sh);
	return status;
}

struct builtin_call {
	struct cleanup cleanup;
	const char *command_name;
};

static void end_builtin(struct shell *sh, struct cleanup *cleanup)
{
	sh->command_name = ((struct builtin_call *)cleanup)->command_name;
}

static int run_builtin(struct shell *sh, struct invocation *invocation, unsigned flags)
{
	struct builtin_call call = {.command_name = sh->command_name};
	int status;

	cleanup_push(sh, &call.cleanup, end_builtin);
	sh->command_name = invocation->argv[0];
	sh->builtin_failed = false;
	sh->builtin_flags = flags;
	status = invocation->builtin->run(sh, invocation->argc, invocation->argv);
	cleanup_pop(sh);
	if (sh->builtin_failed && invocation->special)
		shell_raise(sh, status);
	sh->builtin_failed = false;
	return status;
}

/* "command eval …": an error ends the built-in, not the shell. */
static __attribute__((noinline)) int catch_errors(struct shell *sh, struct invocation *invocation,
						  unsigned flags)
{
	struct handler handler;
	volatile int status = 2;

	handler_push(sh, &handler);
	if (!setjmp(handler.jump))
		status = run_builtin(sh, invocation, flags);
	handler_pop(sh, &handler);
	sh->builtin_failed = false;
	return status;
}

static int call_builtin(struct shell *sh, struct invocation *invocation, unsigned flags)
{
	if (is_special_builtin(invocation->builtin->name) && !invocation->special)
		return catch_errors(sh, invocation, flags);
	return run_builtin(sh, invocation, flags);
}

static int call_program(struct shell *sh, int argc, char **argv)
{
	struct program program;
	int error = program_find(sh, argv[0], &program), status;

	shell_set_environment(sh);
	if (!error)
		return program_run(sh, &program, argc, argv);
	status = program_missing(sh, argv[0], error);
	return argv[0][0] ? status : STATUS_NOT_FOUND; /* whatever the message says */
}

static int invoke(struct shell *sh, struct invocation *invocation, unsigned flags)
{
	if (invocation->function)
		return call_function(sh, invocation->function, invocation->argc, invocation->argv,
				     flags);
	if (invocation->builtin)
		return call_builtin(sh, invocation, flags);
	return call_program(sh, invocation->argc, invocation->argv);
}

int execute_arguments(struct shell *sh, int argc, char **argv)
{
	struct invocation invocation = {.argc = argc, .argv = argv, .skip_functions = true};

	shell_check_stack(sh); /* "exec exec exec …" */
	look_up(sh, &invocation);
	return invoke(sh, &invocation, 0);
}

/* Assignments and the command, between its redirections. */
static int run_simple(struct shell *sh, struct node *node, struct invocation *invocation,
		      const struct redirection_scope *redirections, unsigned flags)
{
	struct local_scope scope;
	struct text trace;
	struct word *word;
	bool scoped = invocation->argc && node->command.assignments && !invocation->special;
	int status;

	text_init(&trace, &sh->arena);
	if (scoped)
		local_scope_push(sh, &scope, false);
	for (word = node->command.assignments; word; word = word->next)
		assign(sh, word, scoped ? &scope : NULL, scoped || is_exec_of_command(invocation),
		       sh->options.trace ? &trace : NULL);
	if (sh->options.trace)
		write_trace(sh, &trace, &invocation->arguments, redirections);
	if (invocation->argc && !invocation->function && is_program(invocation->builtin))
		hand_over_to(sh, node);
	status = invocation->argc ? invoke(sh, invocation, flags) : sh->substitution_status;
	if (scoped)
		local_scope_pop(sh);
	return status;
}

int execute_simple(struct shell *sh, struct node *node, unsigned flags)
{
	struct arena_mark mark = arena_mark(&sh->arena);
	struct redirection_scope redirections = {0};
	struct invocation invocation = {0};
	int status;

	sh->line = node->line;
	sh->substitution_status = 0;
	expand_command_words(sh, node->command.words, &invocation.arguments);
	invocation.argc = invocation.arguments.count;
	invocation.argv = invocation.arguments.values;
	if (invocation.argc)
		look_up(sh, &invocation);
	if (!node->redirections) {
		status = run_simple(sh, node, &invocation, &redirections, flags);
	} else {
		sh->close_failed = false;
		if (redirections_push(sh, &redirections, node->redirections)) {
			status = run_simple(sh, node, &invocation, &redirections, flags);
			if (invocation.builtin && invocation.builtin->run == builtin_exec)
				redirections_keep(sh, &redirections);
		} else {
			if (invocation.special)
				shell_raise(sh, 2);
			status = 2;
		}
		redirections_pop(sh);
		if (sh->close_failed && !status)
			status = 1;
	}
	arena_release(&sh->arena, mark);
	return status;
}
