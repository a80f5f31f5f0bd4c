/* sed: the command s. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/run.h"
#include "kernel/commands/support/expression.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/string.h"

/* \L \U \E of a replacement, and \l \u for the next byte alone. */
struct letters {
	char all, next;
};

static void add_replaced(struct sed *sed, struct letters *letters, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char which = letters->next ? letters->next : letters->all;
		int c = (unsigned char)bytes[i];

		if (which == 'U' || which == 'u')
			c = to_upper(c);
		else if (which)
			c = to_lower(c);
		letters->next = 0;
		sed_add_byte(&sed->made, (char)c);
	}
}

static void add_replacement(struct sed *sed, const struct sed_text *text,
			    const struct regex_match *found)
{
	struct letters letters = {0, 0};

	for (size_t at = 0; at < text->length; at++) {
		char c = text->bytes[at];
		int group = c == '&' ? 0 : -1;

		if (c == '\\' && at + 1 < text->length) {
			c = text->bytes[++at];
			if (is_digit((unsigned char)c))
				group = c - '0';
			else if (c == 'n')
				c = '\n';
			if (strchr("LUE", c) && c) {
				letters.all = c == 'E' ? 0 : c;
				letters.next = 0;
				continue;
			}
			if (c == 'l' || c == 'u') {
				letters.next = c;
				continue;
			}
		}
		if (group < 0)
			add_replaced(sed, &letters, &c, 1);
		else if (found[group].start != REGEX_NONE)
			add_replaced(sed, &letters, sed->pattern.bytes + found[group].start,
				     found[group].end - found[group].start);
	}
}

bool sed_substitute(struct sed *sed, struct sed_command *line)
{
	struct regex *regex = sed_regex_of(sed, line->regex);
	struct regex_match found[REGEX_GROUPS];
	struct sed_text *pattern = &sed->pattern;
	size_t at = 0, last_end = REGEX_NONE;
	uint64_t count = 0;
	bool done = false;

	if (line->references > regex->groups)
		fail(STATUS_USAGE, "invalid reference \\%u on `s' command's RHS", line->references);
	sed->made.length = 0;
	while (at <= pattern->length &&
	       expression_search(regex, pattern->bytes, pattern->length, at, found,
				 line->references + 1, STATUS_PANIC)) {
		size_t start = found[0].start, end = found[0].end;
		bool empty = start == end;

		process_check_interrupt();
		sed_add(&sed->made, pattern->bytes + at, start - at);
		/* nothing right behind a match is no match of its own */
		if (!(empty && start == last_end) && ++count >= line->number) {
			add_replacement(sed, &line->text, found);
			done = true;
		} else {
			sed_add(&sed->made, pattern->bytes + start, end - start);
		}
		at = last_end = end;
		if (done && !line->global)
			break;
		if (empty) {
			if (at < pattern->length)
				sed_add_byte(&sed->made, pattern->bytes[at]);
			at++;
		}
	}
	if (!done)
		return false;
	if (at < pattern->length)
		sed_add(&sed->made, pattern->bytes + at, pattern->length - at);
	struct sed_text made = sed->made;

	made.newline = pattern->newline;
	sed->made = *pattern;
	*pattern = made;
	return true;
}
