/* The kernel command line. */
#include "kernel/console.h"
#include "kernel/machine.h"
#include "tests/unit/cmocka.h"

static unsigned warnings;

void klog(int level, const char *format, ...)
{
	(void)format;
	assert_int_equal(level, 4);
	warnings++;
}

static void words(void **state)
{
	(void)state;
	cmdline_init("  a b=1\tcc=x=y b=2 d='p  q'\"r's\" \"\" e\\ f=\\'\\\\ =g h=");
	assert_string_equal(cmdline_get("a"), "");
	assert_string_equal(cmdline_get("b"), "2"); /* the last one */
	assert_string_equal(cmdline_get("cc"), "x=y");
	assert_null(cmdline_get("c"));
	assert_string_equal(cmdline_get("d"), "p  qr's");
	assert_string_equal(cmdline_get("e f"), "'\\");
	assert_string_equal(cmdline_get("h"), "");
	assert_null(cmdline_get("nothing"));
	assert_string_equal(cmdline_text() + 2,
			    "a b=1\tcc=x=y b=2 d='p  q'\"r's\" \"\" e\\ f=\\'\\\\ =g h=");
	cmdline_init("");
	assert_null(cmdline_get("a"));
	cmdline_init("open='quote and \\");
	assert_string_equal(cmdline_get("open"), "quote and \\");
}

static void longest(void **state)
{
	static char line[5000];

	(void)state;
	for (size_t i = 0; i < sizeof(line) - 1; i++)
		line[i] = i % 2 ? ' ' : 'x';
	cmdline_init(line);
	assert_int_equal(strlen(cmdline_text()), 2047);
	assert_string_equal(cmdline_get("x"), "");
	memset(line, 'y', sizeof(line) - 1);
	line[1] = '=';
	cmdline_init(line);
	assert_int_equal(strlen(cmdline_get("y")), 2045);
}

static void numbers(void **state)
{
	(void)state;
	cmdline_init("a=10 b=0x10 c=010 d=-1 e=5x f= g=18446744073709551616 h");
	assert_int_equal(cmdline_get_number("a", 1, 0, 100), 10);
	assert_int_equal(cmdline_get_number("b", 1, 0, 100), 16);
	assert_int_equal(cmdline_get_number("c", 1, 0, 100), 8);
	assert_int_equal(cmdline_get_number("none", 7, 0, 5), 7);
	assert_int_equal(warnings, 0);
	assert_int_equal(cmdline_get_number("a", 1, 0, 9), 1);
	assert_int_equal(cmdline_get_number("a", 1, 11, 90), 1);
	assert_int_equal(cmdline_get_number("d", 1, 0, UINT64_MAX), 1);
	assert_int_equal(cmdline_get_number("e", 1, 0, 100), 1);
	assert_int_equal(cmdline_get_number("f", 1, 0, 100), 1);
	assert_int_equal(cmdline_get_number("g", 1, 0, UINT64_MAX), 1);
	assert_int_equal(cmdline_get_number("h", 1, 0, 100), 1);
	assert_int_equal(warnings, 7);
}

TESTS(cmocka_unit_test(words), cmocka_unit_test(longest), cmocka_unit_test(numbers))
