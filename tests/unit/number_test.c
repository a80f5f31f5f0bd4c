/* Numbers in text, both ways. */
#include "lib/number.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"

static void parses(const char *text, int base, int error, uint64_t expected)
{
	uint64_t value = 0x5555;

	if (number_parse(text, base, &value) != error || (error != -EINVAL && value != expected))
		fail_msg("\"%s\" base %d: expected %llu, got %llu", text, base,
			 (unsigned long long)expected, (unsigned long long)value);
}

static void test_parse(void **state)
{
	static const char *const wrong[] = {"",	    " ",   " 1",   "1 ",  "-1",	 "+1",
					    "x",    "0x",  "0xg",  "08",  "1a",	 "12.5",
					    "0x 1", "1e3", "\xb2", "--1", "0x1x"};
	size_t i;

	(void)state;
	parses("0", 0, 0, 0);
	parses("00", 0, 0, 0);
	parses("7", 0, 0, 7);
	parses("010", 0, 0, 8);
	parses("0x10", 0, 0, 16);
	parses("0XfF", 0, 0, 255);
	parses("010", 10, 0, 10);
	parses("0x1F", 16, 0, 31);
	parses("1f", 16, 0, 31);
	parses("0", 16, 0, 0);
	parses("0x10", 10, -EINVAL, 0);
	parses("101", 2, 0, 5);
	parses("102", 2, -EINVAL, 0);
	parses("zz", 36, 0, 35 * 36 + 35);
	parses("18446744073709551615", 0, 0, UINT64_MAX);
	parses("18446744073709551616", 0, -ERANGE, UINT64_MAX);
	parses("18446744073709551614", 10, 0, UINT64_MAX - 1);
	parses("99999999999999999999999999", 0, -ERANGE, UINT64_MAX);
	parses("99999999999999999999999999x", 0, -EINVAL, 0);
	parses("0xffffffffffffffff", 0, 0, UINT64_MAX);
	parses("0x10000000000000000", 0, -ERANGE, UINT64_MAX);
	parses("01777777777777777777777", 0, 0, UINT64_MAX);
	parses("02000000000000000000000", 0, -ERANGE, UINT64_MAX);
	parses("000000000000000000000000000000000001", 10, 0, 1);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		parses(wrong[i], 0, -EINVAL, 0);
}

static void test_parse_prefix(void **state)
{
	const char *text = "12,13", *end;
	uint64_t value;

	(void)state;
	assert_int_equal(number_parse_prefix(text, &end, 0, &value), 0);
	assert_int_equal(value, 12);
	assert_ptr_equal(end, text + 2);
	text = "0xz";
	assert_int_equal(number_parse_prefix(text, &end, 0, &value), 0);
	assert_int_equal(value, 0);
	assert_ptr_equal(end, text + 1);
	text = ",";
	assert_int_equal(number_parse_prefix(text, &end, 0, &value), -EINVAL);
	assert_ptr_equal(end, text);
	text = "99999999999999999999k";
	assert_int_equal(number_parse_prefix(text, &end, 0, &value), -ERANGE);
	assert_ptr_equal(end, text + 20);
}

static void parses_signed(const char *text, int error, int64_t expected)
{
	int64_t value = 0x5555;

	assert_int_equal(number_parse_signed(text, 0, &value), error);
	if (error != -EINVAL)
		assert_true(value == expected);
}

static void test_parse_signed(void **state)
{
	(void)state;
	parses_signed("0", 0, 0);
	parses_signed("-0", 0, 0);
	parses_signed("-1", 0, -1);
	parses_signed("+1", 0, 1);
	parses_signed("-0x10", 0, -16);
	parses_signed("9223372036854775807", 0, INT64_MAX);
	parses_signed("9223372036854775808", -ERANGE, INT64_MAX);
	parses_signed("-9223372036854775808", 0, INT64_MIN);
	parses_signed("-9223372036854775809", -ERANGE, INT64_MIN);
	parses_signed("99999999999999999999", -ERANGE, INT64_MAX);
	parses_signed("-99999999999999999999", -ERANGE, INT64_MIN);
	parses_signed("", -EINVAL, 0);
	parses_signed("-", -EINVAL, 0);
	parses_signed("+-1", -EINVAL, 0);
	parses_signed("- 1", -EINVAL, 0);
}

static void parses_size(const char *text, int error, uint64_t expected)
{
	uint64_t value = 0x5555;
	int result = number_parse_size(text, &value);

	if (result != error || (error != -EINVAL && value != expected))
		fail_msg("\"%s\": expected %d %llu, got %d %llu", text, error,
			 (unsigned long long)expected, result, (unsigned long long)value);
}

/* As GNU dd 9.1 takes them. */
static void test_size_suffixes(void **state)
{
	static const char units[] = "KMGTPE";
	uint64_t binary = 1, decimal = 1;
	char text[16];
	unsigned i;

	(void)state;
	parses_size("0", 0, 0);
	parses_size("512", 0, 512);
	parses_size("3c", 0, 3);
	parses_size("3w", 0, 6);
	parses_size("3b", 0, 1536);
	parses_size("3k", 0, 3072);
	parses_size("3kB", 0, 3000);
	parses_size("3kiB", 0, 3072);
	for (i = 0; units[i]; i++) {
		binary *= 1024;
		decimal *= 1000;
		snprintf(text, sizeof(text), "7%c", units[i]);
		parses_size(text, 0, 7 * binary);
		snprintf(text, sizeof(text), "7%ciB", units[i]);
		parses_size(text, 0, 7 * binary);
		snprintf(text, sizeof(text), "7%cB", units[i]);
		parses_size(text, 0, 7 * decimal);
	}
	for (i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "1%c", "ZYRQ"[i]);
		parses_size(text, -ERANGE, UINT64_MAX);
		snprintf(text, sizeof(text), "0%cB", "ZYRQ"[i]);
		parses_size(text, 0, 0);
	}
	/* "bytes" behind it all */
	parses_size("5B", 0, 5);
	parses_size("5cB", 0, 5);
	parses_size("5bB", 0, 2560);
	/* a suffix stands for one of it */
	parses_size("k", 0, 1024);
	parses_size("MB", 0, 1000000);
	parses_size("b", 0, 512);
	parses_size("010", 0, 10);
}

static void test_size_products(void **state)
{
	(void)state;
	parses_size("2x512", 0, 1024);
	parses_size("2x3x5x7", 0, 210);
	parses_size("1kx1k", 0, 1 << 20);
	parses_size("2Bx3b", 0, 3072);
	parses_size("0x10", 0, 0);
	parses_size("00x10", 0, 0);
	parses_size("0x99999999999999999999", 0, 0);
	parses_size("99999999999999999999x0", 0, 0);
	parses_size("1Qx0", 0, 0);
	parses_size("4294967296x4294967295", 0, 0xffffffff00000000);
	parses_size("4294967296x4294967296", -ERANGE, UINT64_MAX);
	parses_size("16E", -ERANGE, UINT64_MAX);
	parses_size("15E", 0, 15ull << 60);
	parses_size("18446744073709551615", 0, UINT64_MAX);
	parses_size("18446744073709551616", -ERANGE, UINT64_MAX);
	parses_size("18446744073709551615c", 0, UINT64_MAX);
	parses_size("9223372036854775808w", -ERANGE, UINT64_MAX);
	parses_size("18446744073709551kB", 0, 18446744073709551000ull);
	parses_size("18446744073709552kB", -ERANGE, UINT64_MAX);
}

static void test_size_wrong(void **state)
{
	static const char *const wrong[] = {
		"",	"x",   "1x",  "x1",   "1xx1",  "1X2", "-1",
		"+1",	"1 k", "1kk", "1kBB", "1KiBB", "1BB", "B",
		"1g",	"1m",  "1t",  "1q",   "1Ki",   "1i",  "1iB",
		"1.5k", "0xg", "1kx", "1K2",  "k1",    "1bb", "99999999999999999999z",
		"iB",	"1cK", "12,3"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		parses_size(wrong[i], -EINVAL, 0);
}

static void formats(uint64_t bytes, const char *expected)
{
	char text[16];

	assert_ptr_equal(number_format_iec(bytes, text, sizeof(text)), text);
	assert_string_equal(text, expected);
}

static void test_format_iec(void **state)
{
	(void)state;
	formats(0, "0B");
	formats(1, "1B");
	formats(512, "512B");
	formats(1023, "1023B");
	formats(1024, "1K");
	formats(1025, "1K");
	formats(1074, "1K");
	formats(1075, "1K");
	formats(1076, "1.1K");
	formats(1536, "1.5K");
	formats(64 << 20, "64M");
	formats((1 << 20) - 1, "1024K");
	formats((1 << 20) - 52, "1023.9K");
	formats(3ull << 29, "1.5G");
	formats(16ull << 40, "16T");
	formats(1ull << 50, "1P");
	formats(5ull << 59, "2.5E");
	formats(UINT64_MAX, "16E");
	formats((1ull << 60) - 1, "1024P");
	formats((1ull << 60) + (1ull << 59), "1.5E");
}

TESTS(cmocka_unit_test(test_parse), cmocka_unit_test(test_parse_prefix),
      cmocka_unit_test(test_parse_signed), cmocka_unit_test(test_size_suffixes),
      cmocka_unit_test(test_size_products), cmocka_unit_test(test_size_wrong),
      cmocka_unit_test(test_format_iec))
