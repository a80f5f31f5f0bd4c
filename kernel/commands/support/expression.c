/* Regular expressions in commands. */
#include "kernel/commands/support/expression.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

const struct regex_host process_regex_host = {process_alloc, process_free, process_check_interrupt};

bool expression_search(struct regex *regex, const char *text, size_t size, size_t from,
		       struct regex_match *matches, unsigned count, int status)
{
	int result = regex_search(regex, text, size, from, matches, count);

	if (result == -ENOMEM)
		fail(status, "memory exhausted");
	return result == 1;
}

void expression_check(const struct regex *regex, int status)
{
	if (regex->bare_class)
		fail(status, "character class syntax is [[:space:]], not [:space:]");
}

/* The length of the bracket expression at glob, 0 where there is none. */
static size_t bracket_length(const char *glob)
{
	const char *at = glob + 1;

	at += *at == '!' || *at == '^';
	at += *at == ']';
	for (; *at && *at != ']'; at++)
		if (*at == '[' && at[1] == ':' && strstr(at, ":]"))
			at = strstr(at, ":]") + 1;
	return *at ? (size_t)(at - glob) + 1 : 0;
}

const char *expression_from_glob(struct regex *regex, const char *glob, bool fold)
{
	char *text = alloc_or_fail(2 * strlen(glob) + 1), *to = text;

	while (*glob) {
		size_t length = *glob == '[' ? bracket_length(glob) : 0;

		if (length) {
			memcpy(to, glob, length);
			if (to[1] == '!')
				to[1] = '^';
			to += length;
			glob += length;
			continue;
		}
		if (*glob == '*' || *glob == '?') {
			*to++ = '.';
			if (*glob == '*')
				*to++ = '*';
		} else {
			if (*glob == '\\' && glob[1])
				glob++;
			if (strchr("\\[.*^$", *glob))
				*to++ = '\\';
			*to++ = *glob;
		}
		glob++;
	}
	const char *error =
		regex_compile(regex, text, (size_t)(to - text),
			      REGEX_WHOLE | (fold ? REGEX_FOLD : 0), &process_regex_host);

	process_free(text);
	return error;
}
