/* A shell of its own for a job in the background: it goes on beside the one that it comes from, so
 * it shares nothing with that. Nodes, functions, variables and parameters are copied. */
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/copy.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/string.h"

static struct node *copy_nodes(struct arena *arena, const struct node *nodes);

static void *copy_bytes(struct arena *arena, const void *bytes, size_t size)
{
	return memcpy(arena_alloc(arena, size), bytes, size);
}

static char *copy_string(struct arena *arena, const char *text)
{
	return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

static struct part *copy_parts(struct arena *arena, const struct part *parts)
{
	struct part *first = NULL, **end = &first;

	shell_check_stack(arena->shell);
	for (; parts; parts = parts->next) {
		struct part *part = copy_bytes(arena, parts, sizeof(*part));

		if (parts->type == PART_TEXT)
			part->text = arena_copy(arena, parts->text, parts->length);
		else
			part->text = copy_string(arena, parts->text);
		part->word = copy_parts(arena, parts->word);
		part->command = copy_nodes(arena, parts->command);
		*end = part;
		end = &part->next;
	}
	return first;
}

static struct word *copy_words(struct arena *arena, const struct word *words)
{
	struct word *first = NULL, **end = &first;

	for (; words; words = words->next) {
		struct word *word = copy_bytes(arena, words, sizeof(*word));

		word->parts = copy_parts(arena, words->parts);
		*end = word;
		end = &word->next;
	}
	return first;
}

static struct redirection *copy_redirections(struct arena *arena,
					     const struct redirection *redirections)
{
	struct redirection *first = NULL, **end = &first;

	for (; redirections; redirections = redirections->next) {
		struct redirection *copy = copy_bytes(arena, redirections, sizeof(*copy));

		copy->word = copy_words(arena, redirections->word);
		*end = copy;
		end = &copy->next;
	}
	return first;
}

static struct case_item *copy_items(struct arena *arena, const struct case_item *items)
{
	struct case_item *first = NULL, **end = &first;

	for (; items; items = items->next) {
		struct case_item *item = copy_bytes(arena, items, sizeof(*item));

		item->patterns = copy_words(arena, items->patterns);
		item->body = copy_nodes(arena, items->body);
		*end = item;
		end = &item->next;
	}
	return first;
}

static void copy_inside(struct arena *arena, struct node *node)
{
	switch ((enum node_type)node->type) {
	case NODE_COMMAND:
		node->command.assignments = copy_words(arena, node->command.assignments);
		node->command.words = copy_words(arena, node->command.words);
		break;
	case NODE_PIPELINE:
	case NODE_AND_OR:
	case NODE_NOT:
	case NODE_SEQUENCE:
	case NODE_SUBSHELL:
	case NODE_GROUP:
	case NODE_BACKGROUND:
		node->list = copy_nodes(arena, node->list);
		break;
	case NODE_IF:
	case NODE_WHILE:
	case NODE_UNTIL:
		node->branch.condition = copy_nodes(arena, node->branch.condition);
		node->branch.body = copy_nodes(arena, node->branch.body);
		node->branch.otherwise = copy_nodes(arena, node->branch.otherwise);
		break;
	case NODE_FOR:
		node->loop.variable = copy_string(arena, node->loop.variable);
		node->loop.words = copy_words(arena, node->loop.words);
		node->loop.body = copy_nodes(arena, node->loop.body);
		break;
	case NODE_CASE:
		node->choice.word = copy_words(arena, node->choice.word);
		node->choice.items = copy_items(arena, node->choice.items);
		break;
	case NODE_FUNCTION:
		node->function.name = copy_string(arena, node->function.name);
		node->function.body = copy_nodes(arena, node->function.body);
		break;
	}
}

/* A node, and those that follow it in its list. */
static struct node *copy_nodes(struct arena *arena, const struct node *nodes)
{
	struct node *first = NULL, **end = &first;

	shell_check_stack(arena->shell);
	for (; nodes; nodes = nodes->next) {
		struct node *node = copy_bytes(arena, nodes, sizeof(*node));

		node->redirections = copy_redirections(arena, nodes->redirections);
		copy_inside(arena, node);
		*end = node;
		end = &node->next;
	}
	return first;
}

static void copy_functions(struct shell *sh, struct shell *from)
{
	struct function *function;

	for (unsigned i = 0; (function = function_at(from, i)); i++) {
		struct unit *unit;

		/* not one that is unset or hidden */
		if (function_find(from, function->name) != function)
			continue;
		unit = unit_new(sh);
		function_define(sh, function->name, copy_nodes(&unit->arena, function->body), unit);
		unit_put(sh, unit);
	}
}

struct node *shell_copy(struct shell *sh, struct shell *from, const struct node *node)
{
	struct node list = *node;

	list.next = NULL; /* what comes behind it is not the job's */
	sh->unit = unit_new(sh);
	sh->positional.zero = copy_string(&sh->unit->arena, from->positional.zero);
	sh->command_name = copy_string(&sh->unit->arena, from->command_name);
	positional_set(sh, from->positional.count, from->positional.values);
	sh->positional.option_index = from->positional.option_index;
	sh->positional.option_offset = from->positional.option_offset;
	variables_copy(sh, from);
	copy_functions(sh, from);
	return copy_nodes(&sh->unit->arena, &list);
}
