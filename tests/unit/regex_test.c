/* lib/regex.c: known answers, the GNU C library's answers to random patterns, cost and limits. */
#include <regex.h>
#include "lib/errno.h"
#include "lib/regex.h"
#include "tests/unit/cmocka.h"

static long allocations, allocations_left = -1;

static void *counted_alloc(size_t size)
{
	if (allocations_left == 0)
		return NULL;
	if (allocations_left > 0)
		allocations_left--;
	allocations++;
	return malloc(size);
}

static void counted_free(void *memory)
{
	allocations -= memory != NULL;
	free(memory);
}

static unsigned pauses;

static void count_pause(void)
{
	pauses++;
}

static const struct regex_host host = {counted_alloc, counted_free, count_pause};

/* ---- known answers ---- */

#define E REGEX_EXTENDED
#define F REGEX_FOLD
#define N REGEX_NEWLINE
#define L REGEX_LENIENT

/* places: "start,end" of the match and of each group, "-" for one that took no part; NULL: no
 * match. */
static void matches(unsigned flags, const char *pattern, const char *text, const char *places)
{
	struct regex regex;
	struct regex_match found[REGEX_GROUPS];
	char got[200] = "";
	const char *error = regex_compile(&regex, pattern, strlen(pattern), flags, &host);

	if (error)
		fail_msg("/%s/: %s", pattern, error);
	int result = regex_search(&regex, text, strlen(text), 0, found, REGEX_GROUPS);

	assert_int_equal(regex_search(&regex, text, strlen(text), 0, NULL, 0), result);
	for (unsigned i = 0; result == 1 && i <= regex.groups && i < REGEX_GROUPS; i++) {
		size_t used = strlen(got);

		if (found[i].start == REGEX_NONE)
			snprintf(got + used, sizeof(got) - used, "%s-", i ? " " : "");
		else
			snprintf(got + used, sizeof(got) - used, "%s%zu,%zu", i ? " " : "",
				 found[i].start, found[i].end);
	}
	regex_free(&regex);
	if (result != (places != NULL) || (places && strcmp(got, places) != 0))
		fail_msg("/%s/ flags %x on \"%s\": expected %s, got %s", pattern, flags, text,
			 places ? places : "no match", result == 1 ? got : "no match");
}

static void test_matches(void **state)
{
	(void)state;
	matches(0, "", "abc", "0,0");
	matches(0, "b", "abc", "1,2");
	matches(0, "x", "abc", NULL);
	matches(0, ".", "", NULL);
	/* leftmost, then longest */
	matches(E, "a|ab|abc", "xabcd", "1,4");
	matches(E, "x*", "axx", "0,0");
	matches(E, "bc|abc", "abc", "0,3");
	matches(E, "(a|ab)(c|bcd)", "abcd", "0,4 0,1 1,4");
	matches(E, "xyz|yz|z", "xyz", "0,3");
	/* repetition */
	matches(E, "ab*c+d?", "xabbccde", "1,7");
	matches(E, "a{2}", "aaa", "0,2");
	matches(E, "a{2,}", "aaaa", "0,4");
	matches(E, "a{,2}", "aaa", "0,2");
	matches(E, "a{0}b", "ab", "1,2");
	matches(E, "(ab){1,2}c", "abababc", "2,7 4,6");
	matches(E, "a**", "aa", "0,2");
	matches(E, "(a+?)*", "aaa", "0,3 0,3");
	matches(0, "a\\{2,3\\}", "aaaa", "0,3");
	matches(0, "a\\+b\\?", "caab", "1,4");
	matches(0, "a+b?", "aab a+b?", "4,8");
	matches(0, "a{1}(b)|c", "a{1}(b)|c", "0,9");
	/* anchors, where they are ones */
	matches(0, "^ab$", "ab", "0,2");
	matches(0, "^b", "ab", NULL);
	matches(0, "a^b", "a^b", "0,3");
	matches(0, "a$b", "a$b", "0,3");
	matches(E, "a^b", "a^b", NULL);
	matches(0, "\\(^a\\)", "aa", "0,1 0,1");
	matches(0, "x\\(a$\\)", "xa", "0,2 1,2");
	matches(0, "b\\|^a", "ab", "0,1");
	matches(0, "a\\|^b$", "b", "0,1");
	matches(0, "*a", "*a", "0,2");
	matches(0, "\\(*a\\)", "*a", "0,2 0,2");
	matches(0, "^*a", "*a", "0,2");
	matches(E, "a|^b|c$", "bc", "0,1");
	matches(0, "^$", "", "0,0");
	matches(N, "^b$", "a\nb\nc", "2,3");
	matches(0, "^b$", "a\nb\nc", NULL);
	matches(N, "a.b", "a\nb", NULL);
	matches(0, "a.b", "a\nb", "0,3");
	matches(N, "a[^x]b", "a\nb", NULL);
	matches(N, "\\`b", "a\nb", NULL);
	matches(N, "a\\'", "a\nba", "3,4");
	/* words */
	matches(0, "\\<b", "ab b", "3,4");
	matches(0, "b\\>", "ba b", "3,4");
	matches(0, "\\bcat\\b", "concat cat", "7,10");
	matches(0, "\\Bcat", "cat concat", "7,10");
	matches(0, "\\w\\+", "-- a_1 ", "3,6");
	matches(0, "\\W\\+", "ab -- c", "2,6");
	matches(E, "\\s+\\S", "ab \t c", "2,6");
	matches(REGEX_WORD, "cat", "concat cats cat", "12,15");
	matches(REGEX_WORD, "ca*t*", "concat ca caats", "7,9");
	matches(REGEX_WHOLE | E, "a|ab", "ab", "0,2");
	matches(REGEX_WHOLE, "a", "ab", NULL);
	matches(REGEX_ANCHORED, "b\\|a", "ab", "0,1");
	matches(REGEX_ANCHORED, "b", "ab", NULL);
	/* groups */
	matches(E, "((a)(b)?)c", "ac", "0,2 0,1 0,1 -");
	matches(E, "(a)|b", "b", "0,1 -");
	matches(E, "(a*)*", "b", "0,0 0,0");
	matches(E, "(a*)+", "b", "0,0 0,0");
	matches(E, "(a|b)*", "abab", "0,4 3,4");
	matches(E, "()", "a", "0,0 0,0");
	matches(E, "(|a)b", "ab", "0,2 0,1");
	matches(E, "a(b|)c", "ac", "0,2 1,1");
	matches(0, "\\(a*\\)\\(a*\\)", "aaa", "0,3 0,3 3,3");
	matches(0, "\\(.*\\)/\\(.*\\)", "a/b/c", "0,5 0,3 4,5");
	/* case */
	matches(F, "aBc", "xAbC", "1,4");
	matches(F, "[a-c]x", "BX", "0,2");
	matches(F, "[^a]", "Ab", "1,2");
	matches(F, "[[:upper:]]", "a", "0,1");
	/* text as it is */
	matches(REGEX_LITERAL, "a.*[", "xa.*[", "1,5");
	matches(REGEX_LITERAL, "\\", "a\\", "1,2");
	matches(REGEX_LITERAL | F, "a.b", "A.B", "0,3");
	matches(REGEX_LITERAL | REGEX_LINES, "b\nabc\nbcd", "abcd", "0,3");
	matches(REGEX_LITERAL | REGEX_LINES, "b\nabc\nab\nabc\n\nabd", "xabd", "0,0");
	matches(REGEX_LITERAL | REGEX_LINES, "b\nabc\nab\nabc\nabd", "xabd", "1,4");
	matches(REGEX_LITERAL | REGEX_LINES, "b\nabc\nab\nabc\nabd", "xabe", "1,3");
	matches(REGEX_LITERAL | REGEX_LINES | F, "aB\nAbc\nABCD\nb", "xABCE", "1,4");
	matches(REGEX_LITERAL | REGEX_LINES | REGEX_WHOLE, "a\nab", "ab", "0,2");
	matches(REGEX_LINES | E, "(a\\)|x)\n(b)", "b", "0,1 - 0,1");
	matches(REGEX_LINES, "a\n", "b", "0,0");
	/* leniency */
	matches(L, "a**", "aa", "0,2");
	matches(L, "\\{1", "{1", "0,2");
	matches(E | L, "*a|+b", "b", "0,1");
	matches(E | L, "a{1", "a{1", "0,3");
	matches(E | L, "a{1,2", "a{1,2", "0,5");
	matches(E | L, "a{x}", "a{x}", "0,4");
	matches(E | REGEX_UNPAIRED, "a)", "a)", "0,2");
	matches(REGEX_EMPTY_RANGES, "[z-a]", "m", NULL);
}

static void test_brackets(void **state)
{
	(void)state;
	matches(0, "[abc]", "xb", "1,2");
	matches(0, "[^abc]", "abx", "2,3");
	matches(0, "[]a]", "]", "0,1");
	matches(0, "[^]a]", "]ab", "2,3");
	matches(0, "[a-]", "-", "0,1");
	matches(0, "[-a]", "-", "0,1");
	matches(0, "[---]", "-", "0,1");
	matches(0, "[a\\]", "\\", "0,1");
	matches(0, "[a^]", "^", "0,1");
	matches(0, "[[]", "[", "0,1");
	matches(0, "[[a]", "[", "0,1");
	matches(0, "[*.$]", "$", "0,1");
	matches(0, "[[.-.]x]", "-", "0,1");
	matches(0, "[[=a=]b]", "a", "0,1");
	matches(0, "[[.a.]-c]", "b", "0,1");
	matches(0, "[[:digit:]x]*", "12x4a", "0,4");
	matches(0, "[^[:space:][:punct:]]", ". ;a", "3,4");
	matches(0, "[[:alnum:]_-]*", "a-b_1.", "0,5");
	matches(0, "[\x01-\xff]*", "a\xfe\x80z", "0,4");
}

static void refused(unsigned flags, const char *pattern, const char *expected)
{
	struct regex regex;
	const char *error = regex_compile(&regex, pattern, strlen(pattern), flags, &host);

	if (!error)
		regex_free(&regex);
	if (!error || strcmp(error, expected) != 0)
		fail_msg("/%s/ flags %x: expected \"%s\", got \"%s\"", pattern, flags, expected,
			 error ? error : "no error");
	assert_int_equal(allocations, 0);
}

static void test_errors(void **state)
{
	(void)state;
	refused(0, "a[b", "Unmatched [, [^, [:, [., or [=");
	refused(0, "[[:alpha:", "Unmatched [, [^, [:, [., or [=");
	refused(0, "[a-", "Unmatched [, [^, [:, [., or [=");
	refused(0, "[", "Invalid regular expression");
	refused(0, "[b-a]", "Invalid range end");
	refused(0, "[a-c-e]", "Invalid range end");
	refused(0, "[[:alpha:]-z]", "Invalid range end");
	refused(F, "[_-a]", "Invalid range end");
	refused(0, "[[:foo:]]", "Invalid character class name");
	refused(0, "[[.foo.]]", "Invalid collation character");
	refused(0, "\\(a", "Unmatched ( or \\(");
	refused(E, "(a", "Unmatched ( or \\(");
	refused(0, "a\\)", "Unmatched ) or \\)");
	refused(E, "a)", "Unmatched ) or \\)");
	refused(0, "a\\", "Trailing backslash");
	refused(E, "*a", "Invalid preceding regular expression");
	refused(E, "a|+b", "Invalid preceding regular expression");
	refused(E, "^*", "Invalid preceding regular expression");
	refused(0, "a**", "Invalid preceding regular expression");
	refused(0, "\\{1\\}", "Invalid preceding regular expression");
	refused(0, "a\\{1", "Unmatched \\{");
	refused(0, "a\\{x\\}", "Invalid content of \\{\\}");
	refused(0, "a\\{3,2\\}", "Invalid content of \\{\\}");
	refused(E, "a{}", "Invalid content of \\{\\}");
	refused(0, "a\\{32768\\}", "Regular expression too big");
	refused(E, "a{1,1000}{1,1000}", "Regular expression too big");
	refused(E, "((((((a{1,99}){1,99}){1,99}){1,99}){1,99}){1,99}){1,99}",
		"Regular expression too big");
	refused(0, "\\1", "Invalid back reference");
	refused(0, "\\(a\\1\\)", "Invalid back reference");
	refused(0, "\\(a\\)\\1", "Back references are not supported");
	refused(E, "(a)\\1(", "Unmatched ( or \\(");
	refused(REGEX_LINES, "\\(a\nb\\)", "Unmatched ( or \\(");
	refused(REGEX_LINES, "\\(a\\)\n\\1", "Invalid back reference");
}

static void test_from(void **state)
{
	struct regex regex;
	struct regex_match match;

	(void)state;
	assert_null(regex_compile(&regex, "\\<a\\|^b", 7, 0, &host));
	assert_int_equal(regex_search(&regex, "aaba a", 6, 1, &match, 1), 1);
	assert_int_equal(match.start, 5);
	assert_int_equal(regex_search(&regex, "aaba a", 6, 6, &match, 1), 0);
	assert_int_equal(regex_search(&regex, "aaba a", 6, 7, &match, 1), 0);
	assert_int_equal(regex_search(&regex, "ba", 2, 0, &match, 1), 1);
	assert_int_equal(match.end, 1);
	regex_free(&regex);
	/* more groups than there were before, and more than the pattern has */
	struct regex_match three[3];

	assert_null(regex_compile(&regex, "\\(a\\)", 5, 0, &host));
	assert_int_equal(regex_search(&regex, "ba", 2, 0, &match, 1), 1);
	assert_int_equal(regex_search(&regex, "ba", 2, 0, three, 3), 1);
	assert_int_equal(three[1].start, 1);
	assert_true(three[2].start == REGEX_NONE && three[2].end == REGEX_NONE);
	assert_int_equal(regex_search(&regex, "", (size_t)UINT32_MAX, 0, NULL, 0), -EFBIG);
	regex_free(&regex);
	regex_free(&regex);
}

/* NUL is a byte like any other, in patterns and in texts. */
static void test_nul(void **state)
{
	struct regex regex;
	struct regex_match match;

	(void)state;
	assert_null(regex_compile(&regex, "a\0[\0x]", 6, 0, &host));
	assert_int_equal(regex_search(&regex, "ab\0a\0\0", 6, 0, &match, 1), 1);
	assert_int_equal(match.start, 3);
	assert_int_equal(match.end, 6);
	regex_free(&regex);
}

/* ---- against the GNU C library ---- */

static uint64_t seed;

static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

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
	unsigned count = 1 + pick(depth ? 3 : 4);

	while (count--) {
		if (pick(5) == 0 && depth < 3) {
			put(pattern, "\\(", "(");
			generate(pattern, depth + 1);
			if (pick(3) == 0) {
				put(pattern, "\\|", "|");
				generate(pattern, depth + 1);
			}
			put(pattern, "\\)", ")");
		} else {
			put(pattern, atoms[pick(15)], atoms[pick(15)]);
		}
		switch (pick(12)) {
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
	if (depth == 0 && pick(6) == 0) {
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

	for (unsigned count = 1 + pick(8); count; count--) {
		const char *piece = pieces[pick(sizeof(pieces) / sizeof(*pieces))];

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
	size_t length = pick(sizeof(text));
	unsigned same = 0;

	/* another difference: there, a^b matches over a newline that is none to anchors */
	for (size_t i = 0; i < length; i++)
		text[i] = "aaabbbcc_d ABC\n"[pick(ours->flags & REGEX_NEWLINE ? 15 : 14)];
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

		seed = number;
		pick(2);
		if (number % 5 == 0) {
			put_garbage(&pattern);
		} else {
			put(&pattern, pick(8) ? "" : "^", pick(8) ? "" : "^");
			generate(&pattern, 0);
			put(&pattern, pick(8) ? "" : "$", pick(8) ? "" : "\\>");
		}
		if (pick(4) == 0) {
			flags |= REGEX_FOLD;
			libc_flags |= REG_ICASE;
		}
		if (pick(4) == 0) {
			flags |= REGEX_NEWLINE;
			libc_flags |= REG_NEWLINE;
		}
		bool refused_there = regcomp(&theirs, pattern.bytes, libc_flags) != 0;
		const char *error =
			regex_compile(&ours, pattern.bytes, pattern.length, flags, &host);

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
		assert_int_equal(allocations, 0);
	}
	/* The library's groups in repetitions that can be empty, within others, are its own. */
	assert_true(differences.groups > 10000);
	assert_true(differences.groups_differ * 500 < differences.groups);
}

/* ---- cost and limits ---- */

/* Steps of a search for the place of a match in a text of so many "a". */
static uint64_t cost(const char *pattern, unsigned flags, size_t length)
{
	struct regex regex;
	struct regex_match found[REGEX_GROUPS];
	char *text = malloc(length + 1);

	memset(text, 'a', length);
	assert_null(regex_compile(&regex, pattern, strlen(pattern), flags, &host));
	regex_search(&regex, text, length, 0, NULL, 0);
	text[length] = 'z';
	regex_search(&regex, text, length + 1, 0, found, REGEX_GROUPS);
	uint64_t steps = regex.steps;

	regex_free(&regex);
	free(text);
	return steps;
}

static void test_linear(void **state)
{
	static const char *const patterns[] = {"(a*)*b",
					       "(a|a)*b",
					       "(a|aa)+$",
					       "(.*)(.*)(.*)(.*)(.*)x",
					       "a*a*a*a*a*a*a*a*a*b|z",
					       "(((a?){3}){3}){3}z",
					       "(a+)+(b|z)",
					       "((a|b)*a(a|b){9})*z",
					       "a?a?a?a?a?a?a?a?a?a?aaaaaaaaaa",
					       "(x|a*y|z)"};

	(void)state;
	for (unsigned i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		uint64_t once = cost(patterns[i], REGEX_EXTENDED, 2000);
		uint64_t twice = cost(patterns[i], REGEX_EXTENDED, 4000);

		if (twice > 2 * once + 100000)
			fail_msg("/%s/: %llu steps for 2000 bytes, %llu for 4000", patterns[i],
				 (unsigned long long)once, (unsigned long long)twice);
	}
	assert_true(pauses > 0);
}

/* As many texts as one likes: what a search costs depends on the text that is searched. */
static void test_many_literals(void **state)
{
	static char pattern[40000], text[20000];
	struct regex_match match;
	struct regex regex;
	size_t length = 0;

	(void)state;
	seed = 7;
	for (unsigned i = 0; i < 4000; i++)
		length += (size_t)snprintf(pattern + length, sizeof(pattern) - length, "%s%c%c%c%u",
					   i ? "\n" : "", 'a' + pick(26), 'a' + pick(26),
					   'a' + pick(26), pick(100));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + pick(26));
	for (unsigned flags = 0; flags <= REGEX_FOLD; flags += REGEX_FOLD) {
		assert_null(regex_compile(&regex, pattern, length,
					  REGEX_LITERAL | REGEX_LINES | flags, &host));
		memcpy(text + sizeof(text) - 20, pattern, 4);
		assert_int_equal(regex_search(&regex, text, sizeof(text) - 20, 0, NULL, 0), 0);
		assert_true(regex.steps < sizeof(text) * 3000);
		memcpy(text + sizeof(text) - 20, pattern, strcspn(pattern, "\n"));
		assert_int_equal(regex_search(&regex, text, sizeof(text), 0, &match, 1), 1);
		assert_int_equal(match.start, sizeof(text) - 20);
		regex_free(&regex);
	}
}

/* An automaton that needs more states than there is room for, and one that is as large as they get.
 */
static void test_many_states(void **state)
{
	struct regex regex;
	struct regex_match match;
	const char *pattern = "(a|b)*a(a|b){14}c";
	size_t length = 60000;
	char *text = malloc(length);

	(void)state;
	seed = 5;
	for (size_t i = 0; i < length; i++)
		text[i] = pick(2) ? 'a' : 'b';
	assert_null(regex_compile(&regex, pattern, strlen(pattern), REGEX_EXTENDED, &host));
	assert_int_equal(regex_search(&regex, text, length, 0, NULL, 0), 0);
	text[length - 1] = 'c';
	text[length - 16] = 'a';
	assert_int_equal(regex_search(&regex, text, length, 0, NULL, 0), 1);
	assert_int_equal(regex_search(&regex, text, length, 0, &match, 1), 1);
	assert_int_equal(match.start, 0);
	assert_int_equal(match.end, length);
	regex_free(&regex);

	pattern = "\\(a\\{0,15000\\}\\)b";
	assert_null(regex_compile(&regex, pattern, strlen(pattern), 0, &host));
	memset(text, 'a', length);
	text[14990] = 'b';
	assert_int_equal(regex_search(&regex, text, 15000, 0, NULL, 0), 1);
	text[14990] = 'a';
	assert_int_equal(regex_search(&regex, text, 100, 0, NULL, 0), 0);
	regex_free(&regex);
	free(text);
}

static void test_deep(void **state)
{
	char pattern[4003];
	struct regex regex;

	(void)state;
	for (unsigned depth = 900; depth <= 2000; depth += 1100) {
		memset(pattern, '(', depth);
		pattern[depth] = 'a';
		memset(pattern + depth + 1, ')', depth);
		const char *error =
			regex_compile(&regex, pattern, 2 * depth + 1, REGEX_EXTENDED, &host);

		if (depth < 1000) {
			assert_null(error);
			assert_int_equal(regex_search(&regex, "ba", 2, 0, NULL, 0), 1);
			regex_free(&regex);
		} else {
			assert_string_equal(error, "Regular expression too big");
		}
	}
}

static void test_no_memory(void **state)
{
	const char *pattern = "\\([[:alpha:]]*x\\)\\{3\\}y*";
	bool done = false;

	(void)state;
	for (long left = 0; !done; left++) {
		struct regex regex;
		struct regex_match found[2];

		allocations_left = left;
		const char *error = regex_compile(&regex, pattern, strlen(pattern), 0, &host);

		if (error) {
			assert_string_equal(error, "Memory exhausted");
		} else {
			int result = regex_search(&regex, "aaxaxbx", 7, 0, found, 2);

			done = result == 1;
			if (!done)
				assert_int_equal(result, -ENOMEM);
			allocations_left = -1;
			/* it can be tried again */
			assert_int_equal(regex_search(&regex, "aaxaxbx", 7, 0, found, 2), 1);
			regex_free(&regex);
		}
		assert_int_equal(allocations, 0);
	}
	allocations_left = -1;
}

TESTS(cmocka_unit_test(test_matches), cmocka_unit_test(test_brackets),
      cmocka_unit_test(test_errors), cmocka_unit_test(test_from), cmocka_unit_test(test_nul),
      cmocka_unit_test(test_against_libc), cmocka_unit_test(test_linear),
      cmocka_unit_test(test_many_literals), cmocka_unit_test(test_many_states),
      cmocka_unit_test(test_deep), cmocka_unit_test(test_no_memory))
