/* Nodes to actions. Every construct gives its exit status; break, continue and return travel in
 * sh->skip; errors are raised (unwind.c). */
#include "kernel/posix/process.h"
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/execute.h"
#include "kernel/shell/expand.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/jobs.h"
#include "kernel/shell/pattern.h"
#include "kernel/shell/redirect.h"
#include "kernel/shell/simple.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/trap.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/string.h"

static int execute_sequence(struct shell *sh, struct node *list, unsigned flags)
{
	int status = 0;

	for (; list; list = list->next) {
		status = execute(sh, list, flags);
		if (sh->skip)
			break;
	}
	return status;
}

static int execute_and_or(struct shell *sh, struct node *list, unsigned flags)
{
	int status = 0;

	for (; list; list = list->next) {
		/* a && b || c: a member whose condition does not hold is passed over */
		if (sh->skip)
			break;
		status = execute(sh, list, list->next ? flags | EXECUTE_TESTED : flags);
		while (list->next && list->next->is_or == (status == 0))
			list = list->next;
	}
	return status;
}

static int execute_if(struct shell *sh, struct node *node, unsigned flags)
{
	for (;;) {
		int status = execute(sh, node->branch.condition, flags | EXECUTE_TESTED);

		if (sh->skip)
			return status;
		if (!status)
			return node->branch.body ? execute(sh, node->branch.body, flags) : 0;
		node = node->branch.otherwise;
		if (!node)
			return 0;
		if (node->type != NODE_IF || node->redirections)
			return execute(sh, node, flags);
	}
}

/* After a loop's body: true when the loop is to end. */
static bool loop_skips(struct shell *sh)
{
	if (sh->skip == SKIP_NONE)
		return false;
	if (sh->skip == SKIP_RETURN)
		return true;
	if (--sh->skip_count > 0)
		return true; /* an outer loop's */
	if (sh->skip == SKIP_CONTINUE) {
		sh->skip = SKIP_NONE;
		return false;
	}
	sh->skip = SKIP_NONE;
	return true;
}

static int execute_while(struct shell *sh, struct node *node, unsigned flags)
{
	bool until = node->type == NODE_UNTIL;
	int status = 0;

	sh->loop_depth++;
	for (;;) {
		int condition;

		shell_check_interrupt(sh);
		condition = execute(sh, node->branch.condition, flags | EXECUTE_TESTED);
		if (sh->skip) {
			if (sh->skip == SKIP_RETURN)
				status = condition;
			if (loop_skips(sh))
				break;
			continue;
		}
		if ((condition == 0) == until)
			break;
		status = execute(sh, node->branch.body, flags);
		if (loop_skips(sh))
			break;
	}
	sh->loop_depth--;
	return status;
}

static int execute_for(struct shell *sh, struct node *node, unsigned flags)
{
	struct arena_mark mark = arena_mark(&sh->arena);
	struct fields fields = {0};
	int status = 0, i;

	sh->line = node->line;
	if (node->loop.positional) {
		for (i = 0; i < sh->positional.count; i++)
			fields_add(sh, &fields,
				   arena_copy(&sh->arena, sh->positional.values[i],
					      strlen(sh->positional.values[i])));
	} else {
		expand_words(sh, node->loop.words, &fields);
	}
	sh->loop_depth++;
	for (i = 0; i < fields.count; i++) {
		shell_check_interrupt(sh);
		variable_set(sh, node->loop.variable, fields.values[i]);
		status = execute(sh, node->loop.body, flags);
		if (loop_skips(sh))
			break;
	}
	sh->loop_depth--;
	arena_release(&sh->arena, mark);
	return status;
}

static int execute_case(struct shell *sh, struct node *node, unsigned flags)
{
	struct arena_mark mark = arena_mark(&sh->arena);
	struct node *body = NULL;
	struct case_item *item;
	struct word *word;
	const char *text;
	size_t length;
	bool found = false;

	sh->line = node->line;
	sh->substitution_status = 0;
	text = expand_string(sh, node->choice.word->parts);
	length = strlen(text);
	for (item = node->choice.items; item && !found; item = item->next) {
		for (word = item->patterns; word && !found; word = word->next) {
			struct arena_mark pattern_mark = arena_mark(&sh->arena);
			struct pattern pattern;

			expand_pattern(sh, word->parts, &pattern);
			found = pattern_match(&pattern, text, length);
			arena_release(&sh->arena, pattern_mark);
		}
		if (found)
			body = item->body;
	}
	arena_release(&sh->arena, mark);
	return body ? execute(sh, body, flags) : 0;
}

static int execute_redirected(struct shell *sh, struct node *node, unsigned flags);

static int execute_node(struct shell *sh, struct node *node, unsigned flags)
{
	int status;

	switch ((enum node_type)node->type) {
	case NODE_COMMAND:
		return execute_simple(sh, node, flags);
	case NODE_PIPELINE:
		return execute_pipeline(sh, node, flags);
	case NODE_AND_OR:
		return execute_and_or(sh, node->list, flags);
	case NODE_NOT:
		status = execute(sh, node->list, flags | EXECUTE_TESTED);
		return sh->skip ? status : !status;
	case NODE_SEQUENCE:
		return execute_sequence(sh, node->list, flags);
	case NODE_GROUP:
		return node->list ? execute(sh, node->list, flags) : 0;
	case NODE_SUBSHELL:
		return execute_subshell(sh, node, flags);
	case NODE_IF:
		return execute_if(sh, node, flags);
	case NODE_WHILE:
	case NODE_UNTIL:
		return execute_while(sh, node, flags);
	case NODE_FOR:
		return execute_for(sh, node, flags);
	case NODE_CASE:
		return execute_case(sh, node, flags);
	case NODE_BACKGROUND:
		job_start(sh, node->list);
		return 0;
	case NODE_FUNCTION:
		function_define(sh, node->function.name, node->function.body, sh->unit);
		return 0;
	}
	return 0;
}

static int execute_redirected(struct shell *sh, struct node *node, unsigned flags)
{
	struct arena_mark mark = arena_mark(&sh->arena);
	struct redirection_scope redirections;
	int status = 2;

	sh->line = node->line;
	sh->close_failed = false;
	if (redirections_push(sh, &redirections, node->redirections))
		status = execute_node(sh, node, flags);
	else if (sh->options.exit_on_error && !(flags & EXECUTE_TESTED))
		shell_exit(sh, status);
	redirections_pop(sh);
	if (sh->close_failed && !status)
		status = 1;
	arena_release(&sh->arena, mark);
	return status;
}

int execute(struct shell *sh, struct node *node, unsigned flags)
{
	int status;

	if (!node || sh->options.no_execute)
		return 0;
	shell_check_interrupt(sh);
	shell_check_stack(sh);
	if (node->redirections && node->type != NODE_COMMAND)
		status = execute_redirected(sh, node, flags);
	else
		status = execute_node(sh, node, flags);
	sh->status = status;
	shell_check_interrupt(sh);
	if (process_pending())
		status = traps_run(sh);
	if (status && sh->options.exit_on_error && !(flags & EXECUTE_TESTED) && !sh->skip &&
	    (node->type == NODE_COMMAND || node->type == NODE_PIPELINE ||
	     node->type == NODE_SUBSHELL))
		shell_exit(sh, status);
	return status;
}
