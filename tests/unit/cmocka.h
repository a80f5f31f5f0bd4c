/* cmocka with the headers that it wants before it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A table of tests and its main(): TESTS(cmocka_unit_test(a), …). */
#define TESTS(...) GROUP_TESTS(NULL, NULL, __VA_ARGS__)
/* With functions that run before the first test and after the last one. */
#define GROUP_TESTS(set_up, tear_down, ...)                                   \
	int main(void)                                                        \
	{                                                                     \
		const struct CMUnitTest tests[] = {__VA_ARGS__};              \
		return cmocka_run_group_tests(tests, set_up, tear_down) != 0; \
	}
