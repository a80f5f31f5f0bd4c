/* What the lexer and the parser share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/shell/ast.h"

struct shell;

enum token {
	TOKEN_END,
	TOKEN_NEWLINE,
	TOKEN_SEMICOLON,
	TOKEN_AMPERSAND,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_PIPE,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_DOUBLE_SEMICOLON,
	TOKEN_REDIRECTION,
	TOKEN_WORD,
	/* reserved words */
	TOKEN_NOT,
	TOKEN_CASE,
	TOKEN_DO,
	TOKEN_DONE,
	TOKEN_ELIF,
	TOKEN_ELSE,
	TOKEN_ESAC,
	TOKEN_FI,
	TOKEN_FOR,
	TOKEN_IF,
	TOKEN_IN,
	TOKEN_THEN,
	TOKEN_UNTIL,
	TOKEN_WHILE,
	TOKEN_OPEN_BRACE,
	TOKEN_CLOSE_BRACE,
};

#define CHECK_KEYWORD 1 /* the next word may be a reserved one */
#define CHECK_NEWLINE 2 /* newlines before the next token are skipped */

struct document {
	struct document *next;
	struct redirection *redirection;
	char *delimiter;
	bool quoted;	 /* taken as it is */
	bool strip_tabs; /* <<- */
};

struct parser {
	struct shell *sh;
	struct unit *unit;
	enum token token; /* the last one */
	bool pushed_back;
	bool in_document;
	unsigned check;
	struct word *word; /* TOKEN_WORD */
	const char *plain; /* its text where it is unquoted and has no expansions, else NULL */
	struct redirection *redirection; /* TOKEN_REDIRECTION */
	struct document *documents;	 /* whose bodies come behind the next newline */
};

/* --- words.c --- */

void *parser_alloc(struct parser *parser, size_t size); /* cleared, in the unit's arena */
/* The next character; backslash-newline pairs before it vanish. */
int get_joined(struct parser *parser);
void unget(struct parser *parser, int c);
/* What is typed now is text, not commands. Returns what was set before. */
bool set_literal(struct parser *parser, bool literal);
/* The parts up to the end of the word; of the whole input, as in double quotes. */
struct part *read_word_parts(struct parser *parser);
struct part *read_document_parts(struct parser *parser);

/* --- lexer.c --- */

enum token next_token(struct parser *parser);
/* The list inside $(…) up to its ")", and inside `…` up to the end of the input. */
struct node *parse_substitution(struct parser *parser, bool backquoted);
const char *keyword_text(enum token token);

/* --- syntax_error.c: "Syntax error: …", then the script ends --- */

_Noreturn void syntax_error(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* "TOKEN unexpected", the last one read; with what was expected in its place. */
_Noreturn void syntax_unexpected(struct parser *parser);
_Noreturn void syntax_expected(struct parser *parser, enum token token);

/* --- for all who run commands --- */

enum parse_result { PARSE_COMMAND, PARSE_NOTHING, PARSE_END };
/* One complete command of the current input, up to a newline. Syntax errors are raised. */
enum parse_result parse_command(struct shell *sh, struct unit *unit, struct node **node);
/* Text as a word in double quotes (PS1, PS4, here-documents). */
struct part *parse_quoted_text(struct shell *sh, struct unit *unit, const char *text);
