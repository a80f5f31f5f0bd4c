/* Characters to tokens. Words come out in parts: text, quoted or not, and expansions. */
#include "kernel/shell/parser.h"
#include "lib/format.h"
#include "lib/string.h"

enum mode {
	MODE_WORD,
	MODE_DOUBLE,	   /* "…" */
	MODE_BRACE,	   /* ${x-…} */
	MODE_BRACE_DOUBLE, /* "${x-…}" */
	MODE_DOCUMENT,	   /* a here-document, or a prompt */
	MODE_ARITHMETIC,   /* $((…)) */
};

struct part_list {
	struct parser *parser;
	struct part *first, **end;
	struct text text;
	bool open; /* text belongs to an unfinished part */
	bool quoted;
};

static struct part *read_parts(struct parser *parser, enum mode mode);

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

static void *alloc(struct parser *parser, size_t size)
{
	return arena_zalloc(&parser->unit->arena, size);
}

/* The next character; backslash-newline pairs before it vanish. */
static int get_joined(struct parser *parser)
{
	int c;

	while ((c = input_get(parser->sh)) == '\\') {
		if (input_peek(parser->sh) != '\n')
			break;
		input_get(parser->sh);
	}
	return c;
}

static void unget(struct parser *parser, int c)
{
	if (c != INPUT_END)
		input_unget(parser->sh);
}

/* --- lists of parts --- */

static void list_close(struct part_list *list)
{
	struct part *part;

	if (!list->open)
		return;
	part = alloc(list->parser, sizeof(*part));
	part->type = PART_TEXT;
	part->quoted = list->quoted;
	part->length = list->text.length;
	part->text = text_finish(&list->text);
	*list->end = part;
	list->end = &part->next;
	list->open = false;
}

static void list_open(struct part_list *list, bool quoted)
{
	if (list->open && list->quoted == quoted)
		return;
	list_close(list);
	text_init(&list->text, &list->parser->unit->arena);
	list->open = true;
	list->quoted = quoted;
}

static void list_add_char(struct part_list *list, int c, bool quoted)
{
	list_open(list, quoted);
	text_add_char(&list->text, (char)c);
}

static void list_add_parts(struct part_list *list, struct part *parts)
{
	list_close(list);
	*list->end = parts;
	while (*list->end)
		list->end = &(*list->end)->next;
}

static struct part *list_add(struct part_list *list, enum part_type type, bool quoted)
{
	struct part *part = alloc(list->parser, sizeof(*part));

	part->type = (unsigned char)type;
	part->quoted = quoted;
	list_add_parts(list, part);
	return part;
}

/* --- quotes and expansions --- */

/* What is typed now is text, not commands. Returns what was set before. */
static bool set_literal(struct parser *parser, bool literal)
{
	bool before = parser->sh->input->literal;

	parser->sh->input->literal = literal;
	return before;
}

static void read_single_quoted(struct part_list *list)
{
	struct parser *parser = list->parser;
	bool literal = set_literal(parser, true);
	int c;

	list_open(list, true);
	while ((c = input_get(parser->sh)) != '\'') {
		if (c == INPUT_END)
			syntax_error(parser, "Unterminated quoted string");
		text_add_char(&list->text, (char)c);
	}
	set_literal(parser, literal);
}

static void read_double_quoted(struct part_list *list)
{
	bool literal = set_literal(list->parser, true);
	struct part *parts = read_parts(list->parser, MODE_DOUBLE);

	set_literal(list->parser, literal);

	if (parts)
		list_add_parts(list, parts);
	else
		list_open(list, true);
}

static void read_backquoted(struct part_list *list, bool quoted, enum mode mode)
{
	struct parser *parser = list->parser;
	struct text text;
	struct input input;
	struct part *part;
	int c;

	text_init(&text, &parser->unit->arena);
	while ((c = input_get(parser->sh)) != '`') {
		if (c == '\\') {
			c = input_get(parser->sh);
			if (c == '\n')
				continue;
			if (c != '\\' && c != '`' && c != '$' &&
			    (c != '"' || (mode != MODE_DOUBLE && mode != MODE_BRACE_DOUBLE)))
				text_add_char(&text, '\\');
		}
		if (c == INPUT_END)
			syntax_error(parser, "EOF in backquote substitution");
		text_add_char(&text, (char)c);
	}
	text_finish(&text);
	input_push_string(parser->sh, &input, text.bytes, text.length);
	part = list_add(list, PART_COMMAND, quoted);
	part->command = parse_substitution(parser, true);
	input_pop(parser->sh);
}

static char *read_parameter_name(struct parser *parser, int c, bool braces)
{
	struct text name;

	text_init(&name, &parser->unit->arena);
	if (is_name_start(c)) {
		do {
			text_add_char(&name, (char)c);
			c = get_joined(parser);
		} while (is_name_char(c));
		unget(parser, c);
	} else if (is_digit(c) && braces) {
		do {
			text_add_char(&name, (char)c);
			c = get_joined(parser);
		} while (is_digit(c));
		unget(parser, c);
	} else {
		text_add_char(&name, (char)c);
	}
	return text_finish(&name);
}

static bool is_special_parameter(int c)
{
	return c > 0 && strchr("@*#?-$!", c);
}

static void skip_bad_substitution(struct parser *parser, struct part *part, bool quoted)
{
	part->operation = PARAMETER_BAD;
	part->word = read_parts(parser, quoted ? MODE_BRACE_DOUBLE : MODE_BRACE);
}

/* Behind "${NAME": the operator and its word. */
static void read_operator(struct parser *parser, struct part *part, bool quoted)
{
	static const char operators[] = "-=?+";
	const char *found;
	int c = get_joined(parser);

	if (c == '}') {
		part->operation = PARAMETER_PLAIN;
		return;
	}
	if (c == '%' || c == '#') {
		int second = get_joined(parser);

		part->operation = c == '%' ? PARAMETER_TRIM_SUFFIX : PARAMETER_TRIM_PREFIX;
		if (second == c)
			part->operation++;
		else
			unget(parser, second);
		part->word = read_parts(parser, MODE_BRACE);
		return;
	}
	if (c == ':') {
		part->colon = true;
		c = get_joined(parser);
	}
	found = c > 0 ? strchr(operators, c) : NULL;
	if (!found) {
		if (c == '\n') /* not counted, as in dash */
			parser->sh->input->line--;
		else
			unget(parser, c);
		skip_bad_substitution(parser, part, quoted);
		return;
	}
	part->operation = (unsigned char)(PARAMETER_DEFAULT + (found - operators));
	part->word = read_parts(parser, quoted ? MODE_BRACE_DOUBLE : MODE_BRACE);
}

static void read_braces(struct part_list *list, bool quoted)
{
	struct parser *parser = list->parser;
	struct part *part = list_add(list, PART_PARAMETER, quoted);
	int c = get_joined(parser);

	if (c == '#') {
		int next = get_joined(parser);

		/* "${#}", "${#-…}" are about $#; "${#x}" and "${#-}" are lengths */
		if (is_name_start(next) || is_digit(next) || is_special_parameter(next)) {
			int after;

			part->text = read_parameter_name(parser, next, true);
			after = get_joined(parser);
			if (after == '}') {
				part->operation = PARAMETER_LENGTH;
				return;
			}
			unget(parser, after);
			if (is_name_char(next) || (next != '#' && !strchr("-?", next))) {
				skip_bad_substitution(parser, part, quoted);
				return;
			}
			unget(parser, next); /* "${#-word}", "${#?}", "${##pattern}" */
			part->text = arena_copy(&parser->unit->arena, "#", 1);
			read_operator(parser, part, quoted);
			return;
		}
		unget(parser, next);
		part->text = arena_copy(&parser->unit->arena, "#", 1);
		read_operator(parser, part, quoted);
		return;
	}
	if (!is_name_char(c) && !is_special_parameter(c)) {
		unget(parser, c);
		part->text = arena_copy(&parser->unit->arena, "", 0);
		skip_bad_substitution(parser, part, quoted);
		return;
	}
	part->text = read_parameter_name(parser, c, true);
	read_operator(parser, part, quoted);
}

static void read_dollar(struct part_list *list, bool quoted)
{
	struct parser *parser = list->parser;
	struct part *part;
	int c = get_joined(parser);

	if (c == '(') {
		c = get_joined(parser);
		if (c == '(') {
			part = list_add(list, PART_ARITHMETIC, quoted);
			part->word = read_parts(parser, MODE_ARITHMETIC);
			return;
		}
		unget(parser, c);
		part = list_add(list, PART_COMMAND, quoted);
		part->command = parse_substitution(parser, false);
	} else if (c == '{') {
		read_braces(list, quoted);
	} else if (is_name_char(c) || is_special_parameter(c)) {
		part = list_add(list, PART_PARAMETER, quoted);
		part->text = read_parameter_name(parser, c, false);
	} else {
		unget(parser, c);
		list_add_char(list, '$', quoted);
	}
}

static void read_backslash(struct part_list *list, enum mode mode)
{
	struct parser *parser = list->parser;
	int c = input_get(parser->sh);

	if (c == '\n')
		return;
	if (mode == MODE_WORD || mode == MODE_BRACE) {
		if (c == INPUT_END)
			list_add_char(list, '\\', true);
		else
			list_add_char(list, c, true);
		return;
	}
	if (c == '$' || c == '`' || c == '\\' || (c == '"' && mode != MODE_DOCUMENT) ||
	    (c == '}' && mode == MODE_BRACE_DOUBLE)) {
		list_add_char(list, c, true);
		return;
	}
	list_add_char(list, '\\', true);
	unget(parser, c);
}

/* Whether c ends the parts that are being read; it is consumed then, but for MODE_WORD. */
static bool is_end(struct parser *parser, enum mode mode, int c, int *depth)
{
	switch (mode) {
	case MODE_WORD:
		if (c != INPUT_END && !strchr(" \t\n;&|<>()", c))
			return false;
		unget(parser, c);
		return true;
	case MODE_DOUBLE:
		if (c == INPUT_END)
			syntax_error(parser, "Unterminated quoted string");
		return c == '"';
	case MODE_BRACE:
	case MODE_BRACE_DOUBLE:
		if (c == INPUT_END && mode == MODE_BRACE_DOUBLE && !parser->in_document)
			syntax_error(parser, "Unterminated quoted string");
		if (c == INPUT_END)
			syntax_error(parser, "Missing '}'");
		return c == '}';
	case MODE_DOCUMENT:
		return c == INPUT_END;
	case MODE_ARITHMETIC:
		if (c == INPUT_END)
			syntax_error(parser, "Missing '))'");
		if (c == '(')
			++*depth;
		if (c != ')')
			return false;
		if (--*depth >= 0)
			return false;
		c = get_joined(parser);
		if (c == ')')
			return true;
		unget(parser, c); /* one too many is the evaluation's to complain about */
		*depth = 0;
		return false;
	}
	return true;
}

static struct part *read_parts(struct parser *parser, enum mode mode)
{
	struct part_list list = {.parser = parser};
	bool quoted = mode != MODE_WORD && mode != MODE_BRACE;
	int depth = 0;

	shell_check_stack(parser->sh);
	list.end = &list.first;
	for (;;) {
		int c = input_get(parser->sh);

		if (is_end(parser, mode, c, &depth))
			break;
		if (c == '\\')
			read_backslash(&list, mode);
		else if (c == '$')
			read_dollar(&list, quoted);
		else if (c == '`')
			read_backquoted(&list, quoted, mode);
		else if (c == '"' && mode != MODE_DOCUMENT && mode != MODE_ARITHMETIC)
			read_double_quoted(&list);
		else if (c == '\'' && !quoted)
			read_single_quoted(&list);
		else
			list_add_char(&list, c, quoted);
	}
	list_close(&list);
	return list.first;
}

struct part *parse_quoted_text(struct shell *sh, struct unit *unit, const char *text)
{
	struct parser parser = {.sh = sh, .unit = unit};
	struct input input;
	struct part *parts;

	input_push_string(sh, &input, text, strlen(text));
	parts = read_parts(&parser, MODE_DOCUMENT);
	input_pop(sh);
	return parts;
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
		struct word *word = alloc(parser, sizeof(*word));
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
			word->parts = alloc(parser, sizeof(*word->parts));
			word->parts->type = PART_TEXT;
			word->parts->quoted = true;
			word->parts->text = body.bytes;
			word->parts->length = body.length;
		} else {
			struct input input;

			input_push_string(parser->sh, &input, body.bytes, body.length);
			input.line = line;
			parser->in_document = true;
			word->parts = read_parts(parser, MODE_DOCUMENT);
			parser->in_document = false;
			input_pop(parser->sh);
		}
		document->redirection->word = word;
	}
}

/* --- redirections --- */

static void add_document(struct parser *parser, struct redirection *redirection, bool strip_tabs)
{
	struct document *document = alloc(parser, sizeof(*document)), **end = &parser->documents;

	document->redirection = redirection;
	document->strip_tabs = strip_tabs;
	document->delimiter = read_delimiter(parser, &document->quoted);
	if (!document->delimiter)
		syntax_error(parser, "%s unexpected",
			     parser->token == TOKEN_NEWLINE ? "newline" : "end of file");
	while (*end)
		end = &(*end)->next;
	*end = document;
	redirection->type = REDIRECT_DOCUMENT;
}

/* Behind the first character of the operator. Words are read by the parser. */
static void read_redirection(struct parser *parser, int operator, int fd)
{
	struct redirection *redirection = alloc(parser, sizeof(*redirection));
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
	struct word *word = alloc(parser, sizeof(*word));
	struct part *part;
	int c;

	word->parts = part = read_parts(parser, MODE_WORD);
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
