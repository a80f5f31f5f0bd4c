/* What lib/regex.c costs, and where it ends: steps, states, depth, memory. */
#include "lib/errno.h"
#include "lib/regex.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/regex_host.h"

/* Steps of a search for the place of a match in a text of so many "a". */
static uint64_t cost(const char *pattern, unsigned flags, size_t length)
{
	struct regex regex;
	struct regex_match found[REGEX_GROUPS];
	char *text = malloc(length + 1);

	memset(text, 'a', length);
	assert_null(regex_compile(&regex, pattern, strlen(pattern), flags, &regex_test_host));
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
	assert_true(regex_pauses > 0);
}

/* As many texts as one likes: what a search costs depends on the text that is searched. */
static void test_many_literals(void **state)
{
	static char pattern[40000], text[20000];
	struct regex_match match;
	struct regex regex;
	size_t length = 0;

	(void)state;
	regex_seed = 7;
	for (unsigned i = 0; i < 4000; i++)
		length +=
			(size_t)snprintf(pattern + length, sizeof(pattern) - length, "%s%c%c%c%u",
					 i ? "\n" : "", 'a' + regex_pick(26), 'a' + regex_pick(26),
					 'a' + regex_pick(26), regex_pick(100));
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + regex_pick(26));
	for (unsigned flags = 0; flags <= REGEX_FOLD; flags += REGEX_FOLD) {
		assert_null(regex_compile(&regex, pattern, length,
					  REGEX_LITERAL | REGEX_LINES | flags, &regex_test_host));
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
	regex_seed = 5;
	for (size_t i = 0; i < length; i++)
		text[i] = regex_pick(2) ? 'a' : 'b';
	assert_null(
		regex_compile(&regex, pattern, strlen(pattern), REGEX_EXTENDED, &regex_test_host));
	assert_int_equal(regex_search(&regex, text, length, 0, NULL, 0), 0);
	text[length - 1] = 'c';
	text[length - 16] = 'a';
	assert_int_equal(regex_search(&regex, text, length, 0, NULL, 0), 1);
	assert_int_equal(regex_search(&regex, text, length, 0, &match, 1), 1);
	assert_int_equal(match.start, 0);
	assert_int_equal(match.end, length);
	regex_free(&regex);

	pattern = "\\(a\\{0,15000\\}\\)b";
	assert_null(regex_compile(&regex, pattern, strlen(pattern), 0, &regex_test_host));
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
		const char *error = regex_compile(&regex, pattern, 2 * depth + 1, REGEX_EXTENDED,
						  &regex_test_host);

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

		regex_allocations_left = left;
		const char *error =
			regex_compile(&regex, pattern, strlen(pattern), 0, &regex_test_host);

		if (error) {
			assert_string_equal(error, "Memory exhausted");
		} else {
			int result = regex_search(&regex, "aaxaxbx", 7, 0, found, 2);

			done = result == 1;
			if (!done)
				assert_int_equal(result, -ENOMEM);
			regex_allocations_left = -1;
			/* it can be tried again */
			assert_int_equal(regex_search(&regex, "aaxaxbx", 7, 0, found, 2), 1);
			regex_free(&regex);
		}
		assert_int_equal(regex_allocations, 0);
	}
	regex_allocations_left = -1;
}

TESTS(cmocka_unit_test(test_linear), cmocka_unit_test(test_many_literals),
      cmocka_unit_test(test_many_states), cmocka_unit_test(test_deep),
      cmocka_unit_test(test_no_memory))
