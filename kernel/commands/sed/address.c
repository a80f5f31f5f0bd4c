/* sed: reading the addresses of a command. */
#include "kernel/commands/sed/source.h"
#include "lib/ctype.h"

static struct sed_address take_regex_address(struct sed_source *source, int delimiter)
{
	struct sed_address address = {.kind = ADDRESS_REGEX};
	struct sed_text text = {0};
	unsigned flags = 0;

	if (delimiter == '\\')
		delimiter = sed_take(source);
	if (!sed_take_delimited(source, delimiter, SED_EXPRESSION, &text))
		sed_bad(source, "unterminated address regex");
	for (;;) {
		int c = sed_take_nonblank(source);

		if (c == 'I') {
			flags |= REGEX_FOLD;
		} else if (c == 'M') {
			flags |= REGEX_NEWLINE;
		} else {
			sed_put_back(source, c);
			break;
		}
	}
	address.regex = sed_compile(source, &text, flags);
	return address;
}

static struct sed_address take_address(struct sed_source *source, int c)
{
	struct sed_address address = {ADDRESS_NONE, 0, 0, NULL};

	if (c == '/' || c == '\\')
		return take_regex_address(source, c);
	if (c >= 0 && is_digit(c)) {
		address.kind = ADDRESS_LINE;
		address.first = sed_take_number(source, c);
		c = sed_take_nonblank(source);
		if (c != '~') {
			sed_put_back(source, c);
			return address;
		}
		address.step = sed_take_number(source, sed_take_nonblank(source));
		if (address.step)
			address.kind = ADDRESS_STEP;
	} else if (c == '+' || c == '~') {
		address.kind = c == '+' ? ADDRESS_PLUS : ADDRESS_MODULO;
		address.first = sed_take_number(source, sed_take_nonblank(source));
	} else if (c == '$') {
		address.kind = ADDRESS_LAST;
	}
	return address;
}

int sed_take_addresses(struct sed_source *source, struct sed_command *line, int c)
{
	line->from = take_address(source, c);
	if (line->from.kind == ADDRESS_PLUS || line->from.kind == ADDRESS_MODULO)
		sed_bad(source, "invalid usage of +N or ~N as first address");
	if (line->from.kind != ADDRESS_NONE) {
		c = sed_take_nonblank(source);
		if (c == ',') {
			line->to = take_address(source, sed_take_nonblank(source));
			if (line->to.kind == ADDRESS_NONE)
				sed_bad(source, "unexpected `,'");
			c = sed_take_nonblank(source);
		}
		if (line->from.kind == ADDRESS_LINE && line->from.first == 0) {
			if (line->to.kind != ADDRESS_REGEX)
				sed_bad(source, "invalid usage of line address 0");
			line->active = true;
		}
	}
	if (c == '!') {
		line->negated = true;
		c = sed_take_nonblank(source);
		if (c == '!')
			sed_bad(source, "multiple `!'s");
	}
	return c;
}
