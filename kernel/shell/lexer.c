/* Characters to tokens: words (words.c), operators, redirections, here-documents. */
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/input.h"
#include "kernel/shell/name.h"
#include "kernel/shell/parser.h"
#include "kernel/shell/state.h"
#include "lib/format.h"
#include "lib/string.h"

static const char *const keywords[] = {
	[TOKEN_NOT] = "!",	   [TOKEN_CASE] = "case",   [TOKEN_DO] = "do",
	[TOKEN_DONE] = "done",	   [TOKEN_ELIF] = "elif",   [TOKEN_ELSE] = "else",
	[TOKEN_ESAC] = "esac",	   [TOKEN_FI] = "fi",	    [TOKEN_FOR] = "for",
	[TOKEN_IF] = "if",	   [TOKEN_IN] = "in",	    [TOKEN_THEN] = "then",
	[TOKEN_UNTIL] = "until",   [TOKEN_WHILE] = "while", [TOKEN_OPEN_BRACE] = "{",
	[TOKEN_CLOSE_BRACE] = "}",
};

const char *keyword_text(enum token token)
{
	return token >= TOKEN_NOT && token <= TOKEN_CLOSE_BRACE ? keywords[token] : NULL;
}

/* --- here-documents --- */

/* The delimiter of a here-document, quotes taken off; nothing in it is expanded. */
static char *read_delimiter(struct parser *parser, bool *quoted)
{
	struct text text;
	int c, quote = 0;

	text_init(&text, &parser->unit->arena);
	do {
		c = get_joined(parser);
	} while (c == ' ' || c == '\t');
	*quoted = false;
	for (;; c = quote == '\'' ? input_get(parser->sh) : get_joined(parser)) {
		if (c == INPUT_END && quote)
			syntax_error(parser, "Unterminated quoted string");
		if (c == INPUT_END || (!quote && strchr(" \t\n;&|<>()", c)))
			break;
		if (quote && c == quote) {
			quote = 0;
		} else if (!quote && (c == '\'' || c == '"')) {
			quote = c;
			*quoted = true;
		} else if (c == '\\' && quote != '\'') {
			*quoted = true;
			c = input_get(parser->sh);
			if (c == INPUT_END)
				break;
			if (quote && !strchr("\"\\$`", c))
				text_add_char(&text, '\\');
			text_add_char(&text, (char)c);
		} else {
			text_add_char(&text, (char)c);
		}
	}
	unget(parser, c);
	if (!text.length && !*quoted) {
		next_token(parser);
		parser->pushed_back = false;
		return NULL;
	}
	return text_finish(&text);
}

/* The body's lines up to the delimiter, as they are. */
static void read_body(struct parser *parser, const struct document *document, struct text *body)
{
	size_t length = strlen(document->delimiter);
	bool continued = false;

	for (;;) {
		size_t start = body->length, i;
		int c = input_get(parser->sh);

		if (document->strip_tabs && !continued)
			while (c == '\t')
				c = input_get(parser->sh);
		for (; c != INPUT_END && c != '\n'; c = input_get(parser->sh))
			text_add_char(body, (char)c);
		if (!continued && body->length - start == length &&
		    !memcmp(body->bytes + start, document->delimiter, length)) {
			body->length = start;
			return;
		}
		if (c == INPUT_END)
			return;
		text_add_char(body, '\n');
		continued = false;
		if (!document->quoted)
			for (i = body->length - 1; i > start && body->bytes[i - 1] == '\\'; i--)
				continued = !continued;
	}
}

static void read_documents(struct parser *parser)
{
	struct document *document = parser->documents;

	parser->documents = NULL;
	for (; document; document = document->next) {
		struct word *word = document->redirection->word;
		int line = parser->sh->input->line;
		struct text body;
		bool literal;

		text_init(&body, &parser->unit->arena);
		text_reserve(&body, 0);
		literal = set_literal(parser, true);
		read_body(parser, document, &body);
		set_literal(parser, literal);
		text_finish(&body);
		if (document->quoted) {
			word->parts = parser_alloc(parser, sizeof(*word->parts));
			word->parts->type = PART_TEXT;
			word->parts->quoted = true;
			word->parts->text = body.bytes;
			word->parts->length = body.length;
		} else {
			struct input input;

			input_push_string(parser->sh, &input, body.bytes, body.length);
			input.line = line;
			parser->in_document = true;
			word->parts = read_document_parts(parser);
			parser->in_document = false;
			input_pop(parser->sh);
		}
	}
}

/* --- redirections --- */

static void add_document(struct parser *parser, struct redirection *redirection, bool strip_tabs)
{
	struct document *document = parser_alloc(parser, sizeof(*document)),
			**end = &parser->documents;

	document->redirection = redirection;
	document->strip_tabs = strip_tabs;
	document->delimiter = read_delimiter(parser, &document->quoted);
	if (!document->delimiter)
		syntax_unexpected(parser);
	while (*end)
		end = &(*end)->next;
	*end = document;
	redirection->type = REDIRECT_DOCUMENT;
	/* Empty as long as it has no body; "$(cat <<END)" ends before its would begin. */
	redirection->word = parser_alloc(parser, sizeof(*redirection->word));
}

/* Behind the first character of the operator. Words are read by the parser. */
static void read_redirection(struct parser *parser, int operator, int fd)
{
	struct redirection *redirection = parser_alloc(parser, sizeof(*redirection));
	int c = get_joined(parser);

	redirection->fd = fd >= 0 ? fd : operator== '>';
	redirection->source = -2;
	parser->redirection = redirection;
	if (operator== '>') {
		redirection->type = c == '>'   ? REDIRECT_APPEND
				    : c == '|' ? REDIRECT_CLOBBER
				    : c == '&' ? REDIRECT_DUP_OUTPUT
					       : REDIRECT_OUTPUT;
		if (redirection->type == REDIRECT_OUTPUT)
			unget(parser, c);
		return;
	}
	if (c == '<') {
		c = get_joined(parser);
		if (c != '-')
			unget(parser, c);
		add_document(parser, redirection, c == '-');
		return;
	}
	redirection->type = c == '>'   ? REDIRECT_READ_WRITE
			    : c == '&' ? REDIRECT_DUP_INPUT
				       : REDIRECT_INPUT;
	if (redirection->type == REDIRECT_INPUT)
		unget(parser, c);
}

/* --- tokens --- */

static enum token read_word(struct parser *parser)
{
	struct word *word = parser_alloc(parser, sizeof(*word));
	struct part *part;
	int c;

	word->parts = part = read_word_parts(parser);
	parser->word = word;
	parser->plain = NULL;
	if (!part || part->next || part->type != PART_TEXT)
		return TOKEN_WORD;
	if (part->quoted) {
		word->literal = true;
		return TOKEN_WORD;
	}
	parser->plain = part->text;
	word->literal = part->text[strcspn(part->text, "*?[~")] == '\0';
	if (part->length == 1 && is_digit(part->text[0])) {
		c = input_peek(parser->sh);
		if (c == '<' || c == '>') {
			input_get(parser->sh);
			read_redirection(parser, c, part->text[0] - '0');
			return TOKEN_REDIRECTION;
		}
	}
	return TOKEN_WORD;
}

static enum token operator_token(struct parser *parser, int c, enum token one, enum token two)
{
	int next = get_joined(parser);

	if (next == c)
		return two;
	unget(parser, next);
	return one;
}

static enum token read_token(struct parser *parser)
{
	for (;;) {
		int c = get_joined(parser);

		switch (c) {
		case ' ':
		case '\t':
			continue;
		case '#':
			while (c != '\n' && c != INPUT_END)
				c = input_get(parser->sh);
			unget(parser, c);
			continue;
		case '\n':
			read_documents(parser);
			return TOKEN_NEWLINE;
		case INPUT_END:
			read_documents(parser);
			return TOKEN_END;
		case '&':
			return operator_token(parser, c, TOKEN_AMPERSAND, TOKEN_AND);
		case '|':
			return operator_token(parser, c, TOKEN_PIPE, TOKEN_OR);
		case ';':
			return operator_token(parser, c, TOKEN_SEMICOLON, TOKEN_DOUBLE_SEMICOLON);
		case '(':
			return TOKEN_OPEN;
		case ')':
			return TOKEN_CLOSE;
		case '<':
		case '>':
			read_redirection(parser, c, -1);
			return TOKEN_REDIRECTION;
		default:
			unget(parser, c);
			return read_word(parser);
		}
	}
}

enum token next_token(struct parser *parser)
{
	unsigned check = parser->check;
	unsigned i;

	do {
		if (parser->pushed_back)
			parser->pushed_back = false;
		else
			parser->token = read_token(parser);
	} while (parser->token == TOKEN_NEWLINE && (check & CHECK_NEWLINE));
	parser->check = 0;
	if (parser->token == TOKEN_WORD && parser->plain && (check & CHECK_KEYWORD)) {
		for (i = TOKEN_NOT; i <= TOKEN_CLOSE_BRACE; i++) {
			if (!strcmp(parser->plain, keywords[i])) {
				parser->token = (enum token)i;
				break;
			}
		}
	}
	return parser->token;
}
