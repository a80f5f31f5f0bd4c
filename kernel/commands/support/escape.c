/* Backslash escapes, as dash's echo and printf know them. */
#include "kernel/commands/support/escape.h"

#include "lib/string.h"

static int octal(const char **text)
{
	int value = 0;

	for (int i = 0; i < 3 && **text >= '0' && **text <= '7'; i++)
		value = value * 8 + *(*text)++ - '0';
	return value & 0xff;
}

int escape_printf(const char **text)
{
	static const char letters[] = "\\abefnrtv";
	static const char bytes[] = "\\\a\b\033\f\n\r\t\v";
	char c = **text;
	const char *found = c ? strchr(letters, c) : NULL;

	if (c >= '0' && c <= '7')
		return octal(text);
	if (!found)
		return ESCAPE_NONE;
	++*text;
	return bytes[found - letters];
}

int escape_echo(const char **text)
{
	if (**text == 'c')
		return ESCAPE_STOP;
	if (**text == '0') {
		++*text;
		return octal(text);
	}
	return escape_printf(text);
}
