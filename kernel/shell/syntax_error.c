/* What the parser says of a script that it cannot understand. */
#include "kernel/shell/input.h"
#include "kernel/shell/parser.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/format.h"

static const char *token_text(enum token token)
{
	static const char *const names[] = {
		[TOKEN_END] = "end of file",
		[TOKEN_NEWLINE] = "newline",
		[TOKEN_SEMICOLON] = "\";\"",
		[TOKEN_AMPERSAND] = "\"&\"",
		[TOKEN_AND] = "\"&&\"",
		[TOKEN_OR] = "\"||\"",
		[TOKEN_PIPE] = "\"|\"",
		[TOKEN_OPEN] = "\"(\"",
		[TOKEN_CLOSE] = "\")\"",
		[TOKEN_DOUBLE_SEMICOLON] = "\";;\"",
		[TOKEN_REDIRECTION] = "redirection",
		[TOKEN_WORD] = "word",
	};

	return names[token];
}

void syntax_error(struct parser *parser, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	parser->sh->line = parser->sh->input ? parser->sh->input->line : 1;
	shell_error(parser->sh, "Syntax error: %s", text);
}

static void describe(enum token token, char *text, size_t size)
{
	if (keyword_text(token))
		snprintf(text, size, "\"%s\"", keyword_text(token));
	else
		snprintf(text, size, "%s", token_text(token));
}

void syntax_unexpected(struct parser *parser)
{
	char found[24];

	describe(parser->token, found, sizeof(found));
	syntax_error(parser, "%s unexpected", found);
}

void syntax_expected(struct parser *parser, enum token token)
{
	char found[24], wanted[24];

	describe(parser->token, found, sizeof(found));
	describe(token, wanted, sizeof(wanted));
	syntax_error(parser, "%s unexpected (expecting %s)", found, wanted);
}
