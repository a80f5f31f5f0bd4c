#include "lib/errno.h"
#include "tests/unit/cmocka.h"

/* The C library has the same texts for the same numbers. */
static void test_texts(void **state)
{
	int error;

	(void)state;
	for (error = -3; error < 300; error++)
		assert_string_equal(error_text(error), strerror(error));
	assert_string_equal(error_text(ENOSPC), "No space left on device");
	assert_string_equal(error_text(123456), "Unknown error 123456");
}

TESTS(cmocka_unit_test(test_texts))
