/* What the shell takes for a name, what no function can be called, and what is a number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

bool is_name(const char *text, size_t length);
static inline bool is_name_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static inline bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}
static inline bool is_name_char(int c)
{
	return is_name_start(c) || is_digit(c);
}

/* One of the built-ins whose errors end a script and whose prefix assignments stay: a word of the
 * language, no function can be called so. */
bool is_special_builtin(const char *name);
/* Decimal digits, up to INT32_MAX; false: anything else. */
bool parse_count(const char *text, int *count);
