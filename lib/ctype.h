/* Characters of ASCII, as <ctype.h> has them in the C locale. Any char may be given, also negative
 * ones. */
#pragma once

#include <stdbool.h>

static inline bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_upper(int c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool is_lower(int c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool is_alpha(int c)
{
	return is_upper(c) || is_lower(c);
}

static inline bool is_alnum(int c)
{
	return is_alpha(c) || is_digit(c);
}

static inline bool is_xdigit(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool is_blank(int c)
{
	return c == ' ' || c == '\t';
}

static inline bool is_cntrl(int c)
{
	return (c >= 0 && c < 32) || c == 127;
}

static inline bool is_print(int c)
{
	return c >= 32 && c < 127;
}

static inline bool is_graph(int c)
{
	return c > 32 && c < 127;
}

static inline bool is_punct(int c)
{
	return is_graph(c) && !is_alnum(c);
}

static inline int to_upper(int c)
{
	return is_lower(c) ? c - 'a' + 'A' : c;
}

static inline int to_lower(int c)
{
	return is_upper(c) ? c - 'A' + 'a' : c;
}
