/* lib/regex.c against the GNU C library: random patterns, random texts. */
#include <regex.h>

#include "lib/errno.h"
#include "lib/regex.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/regex_host.h"

struct text {
	char bytes[4000];
	size_t length;
	bool extended;
};

static void put(struct text *text, const char *basic, const char *extended)
{
	const char *more = text->extended ? extended : basic;

	if (text->length + strlen(more) < sizeof(text->bytes)) {
		strcpy(text->bytes + text->length, more);
		text->length += strlen(more);
	}
}

/* Known differences are left out: an anchor within what repeats (the library's own forgets some
 * matches), an empty alternative within a repetition (there it does not end). */
static void generate(struct text *pattern, unsigned depth)
{
	static const char *const atoms[] = {
		"a",	 "b",	"c",   "ab", "ba",	     ".",   "[ab]", "[^a]",
		"[a-c]", "\\w", "\\W", "_",  "[[:alpha:]_]", "\\s", "[]b-]"};
	unsigned count = 1 + regex_pick(depth ? 3 : 4);

	while (count--) {
		if (regex_pick(5) == 0 && depth < 3) {
			put(pattern, "\\(", "(");
			generate(pattern, depth + 1);
			if (regex_pick(3) == 0) {
				put(pattern, "\\|", "|");
				generate(pattern, depth + 1);
			}
			put(pattern, "\\)", ")");
		} else {
			put(pattern, atoms[regex_pick(15)], atoms[regex_pick(15)]);
		}
		switch (regex_pick(12)) {
		case 0:
			put(pattern, "*", "*");
			break;
		case 1:
			put(pattern, "\\?", "?");
			break;
		case 2:
			put(pattern, "\\+", "+");
			break;
		case 3:
			put(pattern, "\\{1,3\\}", "{1,3}");
			break;
		case 4:
			put(pattern, "\\{2\\}", "{2}");
			break;
		}
	}
	if (depth == 0 && regex_pick(6) == 0) {
		put(pattern, "\\|", "|");
		generate(pattern, depth);
	}
}

static void put_garbage(struct text *pattern)
{
	static const char *const pieces[] = {
		"a", "b",   "\\",  "[",	  "]",	 "(",	")",	 "{",  "}",  "*",
		"+", "?",   "|",   "^",	  "$",	 ".",	"-",	 "[:", ":]", "[.a.]",
		"1", "\\(", "\\)", "\\{", "\\}", "\\|", "[=b=]", ",",  "^a"};

	for (unsigned count = 1 + regex_pick(8); count; count--) {
		const char *piece = pieces[regex_pick(sizeof(pieces) / sizeof(*pieces))];

		put(pattern, piece, piece);
	}
}

struct differences {
	unsigned long compared, groups, groups_differ;
};

static void compare_search(const struct text *pattern, const regex_t *theirs, struct regex *ours,
			   struct differences *differences)
{
	char text[16];
	regmatch_t expected[REGEX_GROUPS];
	struct regex_match got[REGEX_GROUPS];
	size_t length = regex_pick(sizeof(text));
	unsigned same = 0;

	/* another difference: there, a^b matches over a newline that is none to anchors */
	for (size_t i = 0; i < length; i++)
		text[i] = "aaabbbcc_d ABC\n"[regex_pick(ours->flags & REGEX_NEWLINE ? 15 : 14)];
	text[length] = '\0';
	bool match = regexec(theirs, text, REGEX_GROUPS, expected, 0) == 0;

	differences->compared++;
	if (regex_search(ours, text, length, 0, NULL, 0) != match ||
	    regex_search(ours, text, length, 0, got, REGEX_GROUPS) != match)
		fail_msg("/%s/ extended %d flags %x on \"%s\": match expected %d", pattern->bytes,
			 pattern->extended, ours->flags, text, match);
	if (!match)
		return;
	if ((size_t)expected[0].rm_so != got[0].start || (size_t)expected[0].rm_eo != got[0].end)
		fail_msg("/%s/ flags %x on \"%s\": expected %d,%d, got %zu,%zu", pattern->bytes,
			 ours->flags, text, expected[0].rm_so, expected[0].rm_eo, got[0].start,
			 got[0].end);
	for (unsigned i = 1; i < REGEX_GROUPS; i++)
		same += (size_t)expected[i].rm_so == got[i].start &&
			(size_t)expected[i].rm_eo == got[i].end;
	differences->groups++;
	differences->groups_differ += same != REGEX_GROUPS - 1;
}

static void test_against_libc(void **state)
{
	struct differences differences = {0};

	(void)state;
	for (unsigned number = 0; number < 4000; number++) {
		struct text pattern = {.extended = number % 2};
		unsigned flags = pattern.extended ? REGEX_EXTENDED | REGEX_UNPAIRED : 0;
		int libc_flags = pattern.extended ? REG_EXTENDED : 0;
		struct regex ours;
		regex_t theirs;

		regex_seed = number;
		regex_pick(2);
		if (number % 5 == 0) {
			put_garbage(&pattern);
		} else {
			put(&pattern, regex_pick(8) ? "" : "^", regex_pick(8) ? "" : "^");
			generate(&pattern, 0);
			put(&pattern, regex_pick(8) ? "" : "$", regex_pick(8) ? "" : "\\>");
		}
		if (regex_pick(4) == 0) {
			flags |= REGEX_FOLD;
			libc_flags |= REG_ICASE;
		}
		if (regex_pick(4) == 0) {
			flags |= REGEX_NEWLINE;
			libc_flags |= REG_NEWLINE;
		}
		bool refused_there = regcomp(&theirs, pattern.bytes, libc_flags) != 0;
		const char *error = regex_compile(&ours, pattern.bytes, pattern.length, flags,
						  &regex_test_host);

		if (refused_there != (error != NULL))
			fail_msg("/%s/ flags %x: refused there: %d, here: %s", pattern.bytes, flags,
				 refused_there, error ? error : "not");
		if (error)
			continue;
		assert_int_equal(theirs.re_nsub, ours.groups);
		for (unsigned i = 0; i < 10; i++)
			compare_search(&pattern, &theirs, &ours, &differences);
		regfree(&theirs);
		regex_free(&ours);
		assert_int_equal(regex_allocations, 0);
	}
	/* The library's groups in repetitions that can be empty, within others, are its own. */
	assert_true(differences.groups > 10000);
	assert_true(differences.groups_differ * 500 < differences.groups);
}

TESTS(cmocka_unit_test(test_against_libc))
