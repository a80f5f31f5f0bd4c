/* lib/regex.c: known answers. */
#include "lib/errno.h"
#include "lib/regex.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/regex_host.h"

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
	const char *error =
		regex_compile(&regex, pattern, strlen(pattern), flags, &regex_test_host);

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
	const char *error =
		regex_compile(&regex, pattern, strlen(pattern), flags, &regex_test_host);

	if (!error)
		regex_free(&regex);
	if (!error || strcmp(error, expected) != 0)
		fail_msg("/%s/ flags %x: expected \"%s\", got \"%s\"", pattern, flags, expected,
			 error ? error : "no error");
	assert_int_equal(regex_allocations, 0);
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
	assert_null(regex_compile(&regex, "\\<a\\|^b", 7, 0, &regex_test_host));
	assert_int_equal(regex_search(&regex, "aaba a", 6, 1, &match, 1), 1);
	assert_int_equal(match.start, 5);
	assert_int_equal(regex_search(&regex, "aaba a", 6, 6, &match, 1), 0);
	assert_int_equal(regex_search(&regex, "aaba a", 6, 7, &match, 1), 0);
	assert_int_equal(regex_search(&regex, "ba", 2, 0, &match, 1), 1);
	assert_int_equal(match.end, 1);
	regex_free(&regex);
	/* more groups than there were before, and more than the pattern has */
	struct regex_match three[3];

	assert_null(regex_compile(&regex, "\\(a\\)", 5, 0, &regex_test_host));
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
	assert_null(regex_compile(&regex, "a\0[\0x]", 6, 0, &regex_test_host));
	assert_int_equal(regex_search(&regex, "ab\0a\0\0", 6, 0, &match, 1), 1);
	assert_int_equal(match.start, 3);
	assert_int_equal(match.end, 6);
	regex_free(&regex);
}

TESTS(cmocka_unit_test(test_matches), cmocka_unit_test(test_brackets),
      cmocka_unit_test(test_errors), cmocka_unit_test(test_from), cmocka_unit_test(test_nul))
