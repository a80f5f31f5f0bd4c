/* Regular expressions: the tokens of a pattern, one by one. */
#include "lib/regex_compiler.h"
#include "lib/string.h"

static int peek(const struct regex_compiler *compiler, size_t ahead)
{
	return compiler->length - compiler->at > ahead
		       ? (unsigned char)compiler->pattern[compiler->at + ahead]
		       : -1;
}

/* What c means where it is special: behind a backslash in a basic expression, without one in an
 * extended one. */
static enum regex_token special(unsigned char c)
{
	switch (c) {
	case '|':
		return TOKEN_OR;
	case '(':
		return TOKEN_OPEN;
	case ')':
		return TOKEN_CLOSE;
	case '{':
		return TOKEN_INTERVAL;
	case '}':
		return TOKEN_INTERVAL_END;
	case '+':
		return TOKEN_PLUS;
	case '?':
		return TOKEN_QUESTION;
	default:
		return TOKEN_BYTE;
	}
}

/* What c means behind a backslash. */
static enum regex_token escaped(unsigned char c, bool extended, unsigned char *value)
{
	static const char names[] = "<>bB`'";
	static const uint8_t kinds[] = {ASSERT_WORD_BEGIN,   ASSERT_WORD_END,	ASSERT_WORD_EDGE,
					ASSERT_NO_WORD_EDGE, ASSERT_TEXT_BEGIN, ASSERT_TEXT_END};
	const char *found = memchr(names, c, sizeof(kinds));

	if (found) {
		*value = kinds[found - names];
		return TOKEN_ASSERT;
	}
	if (c == 'w' || c == 'W' || c == 's' || c == 'S')
		return TOKEN_CLASS;
	if (c >= '1' && c <= '9')
		return TOKEN_REFERENCE;
	return extended ? TOKEN_BYTE : special(c);
}

/* In a basic expression ^ and $ are anchors only at the ends of what they anchor. */
static bool dollar_is_anchor(const struct regex_compiler *compiler)
{
	int next = peek(compiler, 1);

	return (compiler->flags & REGEX_EXTENDED) || next < 0 ||
	       (next == '\\' && (peek(compiler, 2) == ')' || peek(compiler, 2) == '|'));
}

void regex_next_token(struct regex_compiler *compiler)
{
	bool extended = compiler->flags & REGEX_EXTENDED, here = compiler->anchors_here;
	int c = peek(compiler, 0);

	compiler->anchors_here = false;
	compiler->byte = (unsigned char)c;
	compiler->token = TOKEN_BYTE;
	if (c < 0) {
		compiler->token = TOKEN_END;
		return;
	}
	if (compiler->flags & REGEX_LITERAL) {
		compiler->at++;
		return;
	}
	switch (c) {
	case '\\':
		compiler->at++;
		c = peek(compiler, 0);
		if (c < 0) {
			compiler->token = TOKEN_BACKSLASH;
			return;
		}
		compiler->byte = (unsigned char)c;
		compiler->token = escaped((unsigned char)c, extended, &compiler->byte);
		break;
	case '.':
		compiler->token = TOKEN_ANY;
		break;
	case '[':
		compiler->token = TOKEN_BRACKET;
		break;
	case '*':
		compiler->token = TOKEN_STAR;
		break;
	case '^':
		if (!extended && !here && compiler->at > 0)
			break;
		compiler->token = TOKEN_ASSERT;
		compiler->byte = ASSERT_LINE_BEGIN;
		break;
	case '$':
		if (!dollar_is_anchor(compiler))
			break;
		compiler->token = TOKEN_ASSERT;
		compiler->byte = ASSERT_LINE_END;
		break;
	default:
		if (extended)
			compiler->token = special((unsigned char)c);
		break;
	}
	compiler->at++;
}
