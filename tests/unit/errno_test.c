/* The words of errors. */
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

#define NUMBERS 43 /* in lib/errno.h, and 0 */

/* The C library has the same texts for the same numbers; what the kernel never returns has none. */
static void test_texts(void **state)
{
	char unknown[32];
	int error, nameless = 0;

	(void)state;
	for (error = -3; error < 300; error++) {
		snprintf(unknown, sizeof(unknown), "Unknown error %d", error);
		if (strcmp(error_text(error), unknown) == 0)
			nameless++;
		else
			assert_string_equal(error_text(error), strerror(error));
	}
	assert_int_equal(303 - nameless, NUMBERS);
	assert_string_equal(error_text(ENOSPC), "No space left on device");
	assert_string_equal(error_text(123456), "Unknown error 123456");
}

TESTS(cmocka_unit_test(test_texts))
