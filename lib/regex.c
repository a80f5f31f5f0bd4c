/* Searching: first whether there is a match, then, if asked, where. */
#include "lib/regex.h"

#include "lib/errno.h"
#include "lib/regex_program.h"
#include "lib/string.h"

bool regex_holds(enum regex_assertion assertion, unsigned before, unsigned behind)
{
	bool word_before = before & CONTEXT_WORD, word_behind = behind & CONTEXT_WORD;

	switch (assertion) {
	case ASSERT_LINE_BEGIN:
		return before & (CONTEXT_LINE | CONTEXT_TEXT);
	case ASSERT_LINE_END:
		return behind & (CONTEXT_LINE | CONTEXT_TEXT);
	case ASSERT_TEXT_BEGIN:
		return before & CONTEXT_TEXT;
	case ASSERT_TEXT_END:
		return behind & CONTEXT_TEXT;
	case ASSERT_WORD_BEGIN:
		return !word_before && word_behind;
	case ASSERT_WORD_END:
		return word_before && !word_behind;
	case ASSERT_WORD_EDGE:
		return word_before != word_behind;
	case ASSERT_NO_WORD_EDGE:
		return word_before == word_behind;
	case ASSERT_NO_WORD_BEFORE:
		return !word_before;
	default:
		return !word_behind;
	}
}

int regex_search(struct regex *regex, const char *text, size_t size, size_t from,
		 struct regex_match *matches, unsigned count)
{
	const unsigned char *bytes = (const unsigned char *)text;
	int found;

	if (size >= UINT32_MAX)
		return -EFBIG;
	if (from > size)
		return 0;
	found = regex_automaton_search(regex, bytes, size, from);
	if (found <= 0 || !matches)
		return found;
	return regex_threads_search(regex, bytes, size, from, matches,
				    count < REGEX_GROUPS ? count : REGEX_GROUPS);
}

void regex_free(struct regex *regex)
{
	if (regex->program) {
		regex_automaton_free(regex);
		regex_threads_free(regex);
		regex->host.free(regex->program->sets);
		regex->host.free(regex->program->code);
		regex->host.free(regex->program);
	}
	memset(regex, 0, sizeof(*regex));
}
