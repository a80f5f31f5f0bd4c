/* Tokens to nodes, by recursive descent along the POSIX grammar; the messages are dash's. */
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/input.h"
#include "kernel/shell/name.h"
#include "kernel/shell/parser.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/string.h"

static struct node *parse_list(struct parser *parser, bool may_be_empty);
static struct node *parse_command_node(struct parser *parser);

static void expect(struct parser *parser, enum token token)
{
	if (next_token(parser) != token)
		syntax_expected(parser, token);
}

static void push_back(struct parser *parser)
{
	parser->pushed_back = true;
}

static struct node *new_node(struct parser *parser, enum node_type type, int line)
{
	struct node *node = arena_zalloc(&parser->unit->arena, sizeof(*node));

	node->type = (unsigned char)type;
	node->line = line;
	return node;
}

static int current_line(const struct parser *parser)
{
	return parser->sh->input->line;
}

/* --- simple commands --- */

static bool is_assignment(const struct word *word)
{
	const struct part *part = word->parts;
	const char *equals;

	if (!part || part->type != PART_TEXT || part->quoted)
		return false;
	equals = memchr(part->text, '=', part->length);
	return equals && is_name(part->text, (size_t)(equals - part->text));
}

/* The word behind a redirection operator. */
static void finish_redirection(struct parser *parser, struct redirection *redirection)
{
	if (redirection->type == REDIRECT_DOCUMENT)
		return;
	if (next_token(parser) != TOKEN_WORD)
		syntax_unexpected(parser);
	redirection->word = parser->word;
	if (redirection->type != REDIRECT_DUP_INPUT && redirection->type != REDIRECT_DUP_OUTPUT)
		return;
	if (parser->plain && is_digit(parser->plain[0]) && !parser->plain[1])
		redirection->source = parser->plain[0] - '0';
	else if (parser->plain && !strcmp(parser->plain, "-"))
		redirection->source = -1;
}

static void check_function_name(struct parser *parser, const struct word *word)
{
	const struct part *part = word->parts;

	if (!part || part->next || part->type != PART_TEXT || part->quoted ||
	    !is_name(part->text, part->length) || is_special_builtin(part->text))
		syntax_error(parser, "Bad function name");
}

static struct node *parse_function(struct parser *parser, const struct word *word, int line)
{
	struct node *node = new_node(parser, NODE_FUNCTION, line);

	expect(parser, TOKEN_CLOSE);
	check_function_name(parser, word);
	node->function.name = word->parts->text;
	parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
	node->function.body = parse_command_node(parser);
	return node;
}

static struct node *parse_simple(struct parser *parser)
{
	struct node *node = new_node(parser, NODE_COMMAND, current_line(parser));
	struct word **words = &node->command.words, **assignments = &node->command.assignments;
	struct redirection **redirections = &node->redirections;

	for (;;) {
		switch (next_token(parser)) {
		case TOKEN_WORD:
			if (!node->command.words && is_assignment(parser->word)) {
				*assignments = parser->word;
				assignments = &parser->word->next;
			} else {
				*words = parser->word;
				words = &parser->word->next;
			}
			break;
		case TOKEN_REDIRECTION:
			*redirections = parser->redirection;
			redirections = &parser->redirection->next;
			finish_redirection(parser, parser->redirection);
			break;
		case TOKEN_OPEN:
			if (node->command.words && !node->command.words->next &&
			    !node->command.assignments && !node->redirections)
				return parse_function(parser, node->command.words, node->line);
			/* fall through */
		default:
			push_back(parser);
			return node;
		}
	}
}

/* --- compound commands --- */

static struct node *parse_if(struct parser *parser, int line)
{
	struct node *first = new_node(parser, NODE_IF, line), *node = first;

	for (;;) {
		node->branch.condition = parse_list(parser, false);
		expect(parser, TOKEN_THEN);
		node->branch.body = parse_list(parser, false);
		if (next_token(parser) != TOKEN_ELIF)
			break;
		node->branch.otherwise = new_node(parser, NODE_IF, current_line(parser));
		node = node->branch.otherwise;
	}
	if (parser->token == TOKEN_ELSE)
		node->branch.otherwise = parse_list(parser, false);
	else
		push_back(parser);
	expect(parser, TOKEN_FI);
	return first;
}

static struct node *parse_while(struct parser *parser, enum node_type type, int line)
{
	struct node *node = new_node(parser, type, line);

	node->branch.condition = parse_list(parser, false);
	expect(parser, TOKEN_DO);
	node->branch.body = parse_list(parser, false);
	expect(parser, TOKEN_DONE);
	return node;
}

static struct node *parse_for(struct parser *parser, int line)
{
	struct node *node = new_node(parser, NODE_FOR, line);
	struct word **end = &node->loop.words;

	if (next_token(parser) != TOKEN_WORD || !parser->plain ||
	    !is_name(parser->plain, strlen(parser->plain)))
		syntax_error(parser, "Bad for loop variable");
	node->loop.variable = parser->word->parts->text;
	parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
	if (next_token(parser) == TOKEN_IN) {
		while (next_token(parser) == TOKEN_WORD) {
			*end = parser->word;
			end = &parser->word->next;
		}
		if (parser->token != TOKEN_NEWLINE && parser->token != TOKEN_SEMICOLON)
			syntax_unexpected(parser);
	} else {
		node->loop.positional = true;
		if (parser->token != TOKEN_SEMICOLON)
			push_back(parser);
	}
	parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
	expect(parser, TOKEN_DO);
	node->loop.body = parse_list(parser, false);
	expect(parser, TOKEN_DONE);
	return node;
}

static void parse_case_item(struct parser *parser, struct case_item *item)
{
	struct word **end = &item->patterns;

	if (parser->token == TOKEN_OPEN)
		next_token(parser);
	for (;;) {
		/* a reserved word is a pattern like any other, as in "case x in (if)" */
		if (parser->token < TOKEN_WORD)
			syntax_expected(parser, TOKEN_CLOSE);
		*end = parser->word;
		end = &parser->word->next;
		if (next_token(parser) != TOKEN_PIPE)
			break;
		next_token(parser);
	}
	if (parser->token != TOKEN_CLOSE)
		syntax_expected(parser, TOKEN_CLOSE);
	item->body = parse_list(parser, true);
}

static struct node *parse_case(struct parser *parser, int line)
{
	struct node *node = new_node(parser, NODE_CASE, line);
	struct case_item **end = &node->choice.items;

	if (next_token(parser) != TOKEN_WORD)
		syntax_expected(parser, TOKEN_WORD);
	node->choice.word = parser->word;
	parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
	expect(parser, TOKEN_IN);
	for (;;) {
		parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
		if (next_token(parser) == TOKEN_ESAC)
			return node;
		*end = arena_zalloc(&parser->unit->arena, sizeof(**end));
		parse_case_item(parser, *end);
		end = &(*end)->next;
		parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
		if (next_token(parser) == TOKEN_ESAC)
			return node;
		if (parser->token != TOKEN_DOUBLE_SEMICOLON)
			syntax_expected(parser, TOKEN_DOUBLE_SEMICOLON);
	}
}

static struct node *parse_enclosed(struct parser *parser, enum node_type type, enum token end,
				   int line)
{
	struct node *node = new_node(parser, type, line);

	node->list = parse_list(parser, false);
	expect(parser, end);
	return node;
}

static struct node *parse_compound(struct parser *parser, int line)
{
	switch (parser->token) {
	case TOKEN_IF:
		return parse_if(parser, line);
	case TOKEN_WHILE:
		return parse_while(parser, NODE_WHILE, line);
	case TOKEN_UNTIL:
		return parse_while(parser, NODE_UNTIL, line);
	case TOKEN_FOR:
		return parse_for(parser, line);
	case TOKEN_CASE:
		return parse_case(parser, line);
	case TOKEN_OPEN:
		return parse_enclosed(parser, NODE_SUBSHELL, TOKEN_CLOSE, line);
	case TOKEN_OPEN_BRACE:
		return parse_enclosed(parser, NODE_GROUP, TOKEN_CLOSE_BRACE, line);
	default:
		syntax_unexpected(parser);
	}
}

static struct node *parse_command_node(struct parser *parser)
{
	struct redirection **end;
	struct node *node;
	int line;

	shell_check_stack(parser->sh);
	next_token(parser);
	line = current_line(parser);
	if (parser->token == TOKEN_WORD || parser->token == TOKEN_REDIRECTION) {
		push_back(parser);
		return parse_simple(parser);
	}
	node = parse_compound(parser, line);
	end = &node->redirections;
	parser->check = CHECK_KEYWORD;
	while (next_token(parser) == TOKEN_REDIRECTION) {
		*end = parser->redirection;
		end = &parser->redirection->next;
		finish_redirection(parser, parser->redirection);
	}
	push_back(parser);
	return node;
}

/* --- lists --- */

static struct node *parse_pipeline(struct parser *parser)
{
	struct node *first, *node, **end;
	bool negated = false;
	int line;

	if (next_token(parser) == TOKEN_NOT) {
		negated = true;
		parser->check = CHECK_KEYWORD;
	} else {
		push_back(parser);
	}
	line = current_line(parser);
	first = parse_command_node(parser);
	if (next_token(parser) == TOKEN_PIPE) {
		node = new_node(parser, NODE_PIPELINE, line);
		node->list = first;
		end = &first->next;
		do {
			parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
			*end = parse_command_node(parser);
			end = &(*end)->next;
		} while (next_token(parser) == TOKEN_PIPE);
		first = node;
	}
	push_back(parser);
	if (negated) {
		node = new_node(parser, NODE_NOT, line);
		node->list = first;
		return node;
	}
	return first;
}

static struct node *parse_and_or(struct parser *parser)
{
	struct node *first = parse_pipeline(parser), *node, **end;

	next_token(parser);
	if (parser->token == TOKEN_AND || parser->token == TOKEN_OR) {
		node = new_node(parser, NODE_AND_OR, first->line);
		node->list = first;
		end = &first->next;
		do {
			bool is_or = parser->token == TOKEN_OR;

			parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
			*end = parse_pipeline(parser);
			(*end)->is_or = is_or;
			end = &(*end)->next;
			next_token(parser);
		} while (parser->token == TOKEN_AND || parser->token == TOKEN_OR);
		first = node;
	}
	push_back(parser);
	return first;
}

static bool ends_list(enum token token)
{
	switch (token) {
	case TOKEN_END:
	case TOKEN_CLOSE:
	case TOKEN_DOUBLE_SEMICOLON:
	case TOKEN_DO:
	case TOKEN_DONE:
	case TOKEN_ELIF:
	case TOKEN_ELSE:
	case TOKEN_ESAC:
	case TOKEN_FI:
	case TOKEN_THEN:
	case TOKEN_CLOSE_BRACE:
		return true;
	default:
		return false;
	}
}

/* Appends to what may still be a single command; a second one makes a sequence of them. */
static void append(struct parser *parser, struct node **list, struct node ***end, struct node *node)
{
	if (!*list) {
		*list = node;
		return;
	}
	if (!*end) {
		struct node *sequence = new_node(parser, NODE_SEQUENCE, (*list)->line);

		sequence->list = *list;
		*end = &(*list)->next;
		*list = sequence;
	}
	**end = node;
	*end = &node->next;
}

/* An AND-OR list, in the background where "&" follows; parser->token is what does. */
static struct node *parse_member(struct parser *parser)
{
	struct node *node = parse_and_or(parser), *job;

	if (next_token(parser) != TOKEN_AMPERSAND)
		return node;
	job = new_node(parser, NODE_BACKGROUND, node->line);
	job->list = node;
	return job;
}

/* A list inside a compound command, over any number of lines. */
static struct node *parse_list(struct parser *parser, bool may_be_empty)
{
	struct node *list = NULL, **end = NULL;

	for (;;) {
		parser->check = CHECK_NEWLINE | CHECK_KEYWORD;
		next_token(parser);
		push_back(parser);
		if (parser->token == TOKEN_END || (may_be_empty && ends_list(parser->token)))
			return list;
		may_be_empty = true;
		append(parser, &list, &end, parse_member(parser));
		if (parser->token == TOKEN_SEMICOLON || parser->token == TOKEN_AMPERSAND)
			continue;
		push_back(parser);
		if (parser->token != TOKEN_NEWLINE)
			return list;
	}
}

enum parse_result parse_command(struct shell *sh, struct unit *unit, struct node **node)
{
	struct parser parser = {.sh = sh, .unit = unit};
	struct node *list = NULL, **end = NULL;

	*node = NULL;
	sh->input->continuation = false;
	sh->input->literal = false;
	if (sh->input->ended_inside) {
		sh->input->ended_inside = false;
		sh->input->ended = false;
	}
	for (;;) {
		parser.check = CHECK_KEYWORD;
		switch (next_token(&parser)) {
		case TOKEN_NEWLINE:
			*node = list;
			return list ? PARSE_COMMAND : PARSE_NOTHING;
		case TOKEN_END:
			*node = list;
			return list ? PARSE_COMMAND : PARSE_END;
		default:
			push_back(&parser);
		}
		sh->input->continuation = true;
		append(&parser, &list, &end, parse_member(&parser));
		switch (parser.token) {
		case TOKEN_AMPERSAND:
		case TOKEN_SEMICOLON:
			break;
		case TOKEN_NEWLINE:
		case TOKEN_END:
			push_back(&parser);
			break;
		default:
			syntax_unexpected(&parser);
		}
	}
}

struct node *parse_substitution(struct parser *parser, bool backquoted)
{
	struct parser inner = {.sh = parser->sh, .unit = parser->unit};
	struct node *list;

	list = parse_list(&inner, true);
	if (backquoted)
		return list;
	if (next_token(&inner) != TOKEN_CLOSE)
		syntax_expected(&inner, TOKEN_CLOSE);
	return list;
}
