/* Character classes against the C library's. */
#include "lib/ctype.h"
#include <ctype.h>
#include "tests/unit/cmocka.h"

static void test_all(void **state)
{
	int c;

	(void)state;
	for (c = -1; c < 256; c++) {
		assert_int_equal(is_digit(c), !!isdigit(c));
		assert_int_equal(is_upper(c), !!isupper(c));
		assert_int_equal(is_lower(c), !!islower(c));
		assert_int_equal(is_alpha(c), !!isalpha(c));
		assert_int_equal(is_alnum(c), !!isalnum(c));
		assert_int_equal(is_xdigit(c), !!isxdigit(c));
		assert_int_equal(is_space(c), !!isspace(c));
		assert_int_equal(is_blank(c), !!isblank(c));
		assert_int_equal(is_cntrl(c), !!iscntrl(c));
		assert_int_equal(is_print(c), !!isprint(c));
		assert_int_equal(is_graph(c), !!isgraph(c));
		assert_int_equal(is_punct(c), !!ispunct(c));
		assert_int_equal(to_upper(c), toupper(c));
		assert_int_equal(to_lower(c), tolower(c));
	}
	for (c = -128; c < 0; c++) {
		assert_false(is_digit(c) || is_alpha(c) || is_space(c) || is_cntrl(c) ||
			     is_print(c));
		assert_int_equal(to_upper(c), c);
	}
}

TESTS(cmocka_unit_test(test_all))
