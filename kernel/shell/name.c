/* What the shell takes for a name, what no function can be called, and what is a number. */
#include "kernel/shell/name.h"
#include "lib/string.h"

#include <stdint.h>

bool is_name(const char *text, size_t length)
{
	size_t i;

	if (!length || !is_name_start(text[0]))
		return false;
	for (i = 1; i < length; i++)
		if (!is_name_char(text[i]))
			return false;
	return true;
}

bool is_special_builtin(const char *name)
{
	static const char *const names[] = {
		".",	 ":",	     "break",  "continue", "eval",  "exec", "exit",  "export",
		"local", "readonly", "return", "set",	   "shift", "trap", "unset",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool parse_count(const char *text, int *count)
{
	const char *digit = text;
	long value = 0;

	for (; is_digit(*digit) && value <= INT32_MAX; digit++)
		value = value * 10 + (*digit - '0');
	*count = (int)value;
	return digit != text && !*digit && value <= INT32_MAX;
}
