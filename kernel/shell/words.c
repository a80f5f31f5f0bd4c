/* Words in parts: text, quoted or not, and expansions. */
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/input.h"
#include "kernel/shell/name.h"
#include "kernel/shell/parser.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
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

void *parser_alloc(struct parser *parser, size_t size)
{
	return arena_zalloc(&parser->unit->arena, size);
}

int get_joined(struct parser *parser)
{
	int c;

	while ((c = input_get(parser->sh)) == '\\') {
		if (input_peek(parser->sh) != '\n')
			break;
		input_get(parser->sh);
	}
	return c;
}

void unget(struct parser *parser, int c)
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
	part = parser_alloc(list->parser, sizeof(*part));
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
	struct part *part = parser_alloc(list->parser, sizeof(*part));

	part->type = (unsigned char)type;
	part->quoted = quoted;
	list_add_parts(list, part);
	return part;
}

/* --- quotes and expansions --- */

bool set_literal(struct parser *parser, bool literal)
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

/* "$@": the only quoted words that may come to nothing at all. */
static bool is_all_parameters(const struct part *part)
{
	return !part->next && part->operation == PARAMETER_PLAIN && part->text[0] == '@';
}

static void read_double_quoted(struct part_list *list)
{
	bool literal = set_literal(list->parser, true);
	struct part *parts = read_parts(list->parser, MODE_DOUBLE);

	set_literal(list->parser, literal);
	if (!parts || (parts->type == PART_PARAMETER && !is_all_parameters(parts)))
		list_open(list, true);
	if (parts)
		list_add_parts(list, parts);
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

/* As dash has it, a newline here is eaten and not counted. */
static void unget_uncounted(struct parser *parser, int c)
{
	if (c == '\n')
		parser->sh->input->line--;
	else
		unget(parser, c);
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
		unget_uncounted(parser, c);
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
		unget_uncounted(parser, c);
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

struct part *read_word_parts(struct parser *parser)
{
	return read_parts(parser, MODE_WORD);
}

struct part *read_document_parts(struct parser *parser)
{
	return read_parts(parser, MODE_DOCUMENT);
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
