/* Nodes back to text: what a job is called. On one line; the bodies of here-documents are left out.
 */
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/node_text.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/string.h"

static void add_node(struct shell *sh, struct text *text, const struct node *node);

/* What is quoted in any way is shown in double quotes. */
static void add_quoted(struct text *text, const char *bytes, size_t length)
{
	for (; length; bytes++, length--) {
		if (strchr("\"\\$`", *bytes))
			text_add_char(text, '\\');
		text_add_char(text, *bytes);
	}
}

static void add_parts(struct shell *sh, struct text *text, const struct part *parts, bool inside);

static void add_parameter(struct shell *sh, struct text *text, const struct part *part)
{
	static const char *const operators[] = {
		[PARAMETER_DEFAULT] = "-",     [PARAMETER_ASSIGN] = "=",
		[PARAMETER_ERROR] = "?",       [PARAMETER_ALTERNATIVE] = "+",
		[PARAMETER_TRIM_SUFFIX] = "%", [PARAMETER_TRIM_LONG_SUFFIX] = "%%",
		[PARAMETER_TRIM_PREFIX] = "#", [PARAMETER_TRIM_LONG_PREFIX] = "##",
		[PARAMETER_BAD] = "",
	};

	text_add_string(text, part->operation == PARAMETER_LENGTH ? "${#" : "${");
	if (part->text)
		text_add_string(text, part->text);
	if (part->operation != PARAMETER_PLAIN && part->operation != PARAMETER_LENGTH) {
		if (part->colon)
			text_add_char(text, ':');
		text_add_string(text, operators[part->operation]);
		add_parts(sh, text, part->word, part->quoted);
	}
	text_add_char(text, '}');
}

/* inside: of quotes that are open already. */
static void add_parts(struct shell *sh, struct text *text, const struct part *parts, bool inside)
{
	bool quoted = false;

	shell_check_stack(sh);
	for (; parts; parts = parts->next) {
		if (!inside && parts->quoted != quoted) {
			text_add_char(text, '"');
			quoted = parts->quoted;
		}
		switch ((enum part_type)parts->type) {
		case PART_TEXT:
			if (parts->quoted)
				add_quoted(text, parts->text, parts->length);
			else
				text_add(text, parts->text, parts->length);
			break;
		case PART_PARAMETER:
			add_parameter(sh, text, parts);
			break;
		case PART_COMMAND:
			text_add_string(text, "$(");
			add_node(sh, text, parts->command);
			text_add_char(text, ')');
			break;
		case PART_ARITHMETIC:
			text_add_string(text, "$((");
			add_parts(sh, text, parts->word, true);
			text_add_string(text, "))");
			break;
		}
	}
	if (quoted)
		text_add_char(text, '"');
}

static void add_words(struct shell *sh, struct text *text, const struct word *words,
		      const char *between)
{
	for (; words; words = words->next) {
		add_parts(sh, text, words->parts, false);
		if (!words->parts)
			text_add_string(text, "\"\"");
		if (words->next)
			text_add_string(text, between);
	}
}

static void add_redirections(struct shell *sh, struct text *text,
			     const struct redirection *redirection)
{
	static const struct {
		char sign[3];
		int fd;
	} kinds[] = {
		[REDIRECT_INPUT] = {"<", 0},	   [REDIRECT_OUTPUT] = {">", 1},
		[REDIRECT_CLOBBER] = {">|", 1},	   [REDIRECT_APPEND] = {">>", 1},
		[REDIRECT_READ_WRITE] = {"<>", 0}, [REDIRECT_DUP_INPUT] = {"<&", 0},
		[REDIRECT_DUP_OUTPUT] = {">&", 1}, [REDIRECT_DOCUMENT] = {"<<", 0},
	};

	for (; redirection; redirection = redirection->next) {
		bool duplicates = redirection->type == REDIRECT_DUP_INPUT ||
				  redirection->type == REDIRECT_DUP_OUTPUT;

		text_add_char(text, ' ');
		if (redirection->fd != kinds[redirection->type].fd)
			text_add_char(text, (char)('0' + redirection->fd));
		text_add_string(text, kinds[redirection->type].sign);
		if (redirection->type == REDIRECT_DOCUMENT)
			text_add_string(text, "...");
		else if (duplicates && redirection->source != -2)
			text_add_char(text, redirection->source < 0
						    ? '-'
						    : (char)('0' + redirection->source));
		else
			add_words(sh, text, redirection->word, " ");
	}
}

static const char *separator(const struct node *list)
{
	while (list && list->type == NODE_SEQUENCE)
		for (list = list->list; list && list->next;)
			list = list->next;
	return list && list->type == NODE_BACKGROUND ? " " : "; ";
}

/* WORD list; */
static void add_clause(struct shell *sh, struct text *text, const char *word,
		       const struct node *list)
{
	text_add_string(text, word);
	add_node(sh, text, list);
	text_add_string(text, separator(list));
}

static void add_list(struct shell *sh, struct text *text, const struct node *node)
{
	for (const struct node *member = node->list; member; member = member->next) {
		add_node(sh, text, member);
		if (!member->next)
			break;
		if (node->type == NODE_PIPELINE)
			text_add_string(text, " | ");
		else if (node->type == NODE_AND_OR)
			text_add_string(text, member->next->is_or ? " || " : " && ");
		else
			text_add_string(text, separator(member));
	}
}

static void add_if(struct shell *sh, struct text *text, const struct node *node)
{
	const char *word = "if ";

	for (; node && node->type == NODE_IF && (*word == 'i' || !node->redirections);
	     node = node->branch.otherwise, word = "elif ") {
		add_clause(sh, text, word, node->branch.condition);
		add_clause(sh, text, "then ", node->branch.body);
	}
	if (node)
		add_clause(sh, text, "else ", node);
	text_add_string(text, "fi");
}

static void add_for(struct shell *sh, struct text *text, const struct node *node)
{
	text_add_string(text, "for ");
	text_add_string(text, node->loop.variable);
	if (!node->loop.positional) {
		text_add_string(text, " in ");
		add_words(sh, text, node->loop.words, " ");
	}
	add_clause(sh, text, "; do ", node->loop.body);
	text_add_string(text, "done");
}

static void add_case(struct shell *sh, struct text *text, const struct node *node)
{
	text_add_string(text, "case ");
	add_words(sh, text, node->choice.word, " ");
	text_add_string(text, " in ");
	for (const struct case_item *item = node->choice.items; item; item = item->next) {
		add_words(sh, text, item->patterns, " | ");
		text_add_string(text, ") ");
		add_node(sh, text, item->body);
		text_add_string(text, ";; ");
	}
	text_add_string(text, "esac");
}

static void add_node(struct shell *sh, struct text *text, const struct node *node)
{
	shell_check_stack(sh);
	if (!node)
		return;
	switch ((enum node_type)node->type) {
	case NODE_COMMAND:
		add_words(sh, text, node->command.assignments, " ");
		if (node->command.assignments && node->command.words)
			text_add_char(text, ' ');
		add_words(sh, text, node->command.words, " ");
		break;
	case NODE_NOT:
		text_add_string(text, "! ");
		add_list(sh, text, node);
		break;
	case NODE_PIPELINE:
	case NODE_AND_OR:
	case NODE_SEQUENCE:
		add_list(sh, text, node);
		break;
	case NODE_SUBSHELL:
		text_add_char(text, '(');
		add_list(sh, text, node);
		text_add_char(text, ')');
		break;
	case NODE_GROUP:
		add_clause(sh, text, "{ ", node->list);
		text_add_char(text, '}');
		break;
	case NODE_IF:
		add_if(sh, text, node);
		break;
	case NODE_WHILE:
	case NODE_UNTIL:
		add_clause(sh, text, node->type == NODE_WHILE ? "while " : "until ",
			   node->branch.condition);
		add_clause(sh, text, "do ", node->branch.body);
		text_add_string(text, "done");
		break;
	case NODE_FOR:
		add_for(sh, text, node);
		break;
	case NODE_CASE:
		add_case(sh, text, node);
		break;
	case NODE_FUNCTION:
		text_add_string(text, node->function.name);
		text_add_string(text, "() ");
		add_node(sh, text, node->function.body);
		break;
	case NODE_BACKGROUND:
		add_list(sh, text, node);
		text_add_string(text, " &");
		break;
	}
	add_redirections(sh, text, node->redirections);
}

void text_add_node(struct shell *sh, struct text *text, const struct node *node)
{
	add_node(sh, text, node);
}
