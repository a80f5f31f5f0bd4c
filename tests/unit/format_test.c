/* lib/format.c against the C library's snprintf() over all combinations of flags, widths,
 * precisions and length modifiers. */
#include <errno.h>
#include <limits.h>
#include "tests/unit/cmocka.h"
#include "tests/unit/renamed.h"

/* The formats are made at run time, or wrong on purpose. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

static unsigned long cases;

/* Compares text, length, and what a buffer that is too small holds. */
#define COMPARE(format, ...)                                                                    \
	do {                                                                                    \
		char expected[256], got[256];                                                   \
		size_t size;                                                                    \
		int length = snprintf(expected, sizeof(expected), format, __VA_ARGS__);         \
                                                                                                \
		memset(got, 0x55, sizeof(got));                                                 \
		if (lib_snprintf(got, sizeof(got), format, __VA_ARGS__) != length ||            \
		    strcmp(got, expected))                                                      \
			fail_msg("\"%s\": expected \"%s\" (%d), got \"%s\"", format, expected,  \
				 length, got);                                                  \
		for (size = 0; size < 12; size += 1 + cases % 4) {                              \
			memset(got, 0x55, sizeof(got));                                         \
			assert_int_equal(lib_snprintf(got, size, format, __VA_ARGS__), length); \
			if (size)                                                               \
				assert_int_equal(strncmp(got, expected, size - 1), 0);          \
			if (size && (size_t)length >= size)                                     \
				assert_int_equal(got[size - 1], 0);                             \
			assert_int_equal(got[size], 0x55);                                      \
		}                                                                               \
		cases++;                                                                        \
	} while (0)

static const char *const widths[] = {"", "1", "2", "7", "19", "23", "40"};
static const char *const precisions[] = {"", ".", ".0", ".1", ".2", ".6", ".17", ".25"};

/* The flags that the bits of mask choose. */
static const char *flag_text(unsigned mask, char text[8])
{
	static const char flags[] = "-+ #0";
	unsigned i;
	char *next = text;

	for (i = 0; i < 5; i++) {
		if (mask & 1u << i)
			*next++ = flags[i];
	}
	*next = '\0';
	return text;
}

/* Calls compare for every format that has these letters. */
static void each_format(const char *letters, const char *const *modifiers, size_t modifier_count,
			void (*compare)(const char *format, size_t modifier))
{
	unsigned mask;
	size_t width, precision, modifier;

	for (mask = 0; mask < 32; mask++) {
		for (width = 0; width < sizeof(widths) / sizeof(*widths); width++) {
			for (precision = 0; precision < sizeof(precisions) / sizeof(*precisions);
			     precision++) {
				for (modifier = 0; modifier < modifier_count; modifier++) {
					const char *letter;

					for (letter = letters; *letter; letter++) {
						char format[64], flags[8];

						snprintf(format, sizeof(format), "<%%%s%s%s%s%c>",
							 flag_text(mask, flags), widths[width],
							 precisions[precision], modifiers[modifier],
							 *letter);
						compare(format, modifier);
					}
				}
			}
		}
	}
}

static const uint64_t values[] = {0,
				  1,
				  7,
				  8,
				  9,
				  10,
				  42,
				  0x7f,
				  0x80,
				  0xff,
				  0x100,
				  0x7fff,
				  0x8000,
				  0xffff,
				  123456,
				  INT32_MAX,
				  0x80000000,
				  UINT32_MAX,
				  0x100000000,
				  0x0123456789abcdef,
				  INT64_MAX,
				  0x8000000000000000,
				  UINT64_MAX - 41,
				  UINT64_MAX};

static const char *const modifiers[] = {"", "hh", "h", "l", "ll", "z", "j", "t"};

static void compare_number(const char *format, size_t modifier)
{
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		if (modifier < 3)
			COMPARE(format, (int)values[i]);
		else
			COMPARE(format, values[i]);
	}
}

static void test_numbers(void **state)
{
	(void)state;
	each_format("diuxXo", modifiers, sizeof(modifiers) / sizeof(*modifiers), compare_number);
	print_message("%lu cases\n", cases);
}

static const char *const none[] = {""};

static void compare_string(const char *format, size_t modifier)
{
	(void)modifier;
	COMPARE(format, "");
	COMPARE(format, "a");
	COMPARE(format, "seventeen letters");
	COMPARE(format, "\xc3\xa4 and 100 %d");
	COMPARE(format, (char *)NULL);
}

static void test_strings(void **state)
{
	(void)state;
	each_format("s", none, 1, compare_string);
}

static void compare_char(const char *format, size_t modifier)
{
	(void)modifier;
	COMPARE(format, 'x');
	COMPARE(format, 0x141);
}

static void test_chars(void **state)
{
	char got[8];

	(void)state;
	each_format("c", none, 1, compare_char);
	assert_int_equal(lib_snprintf(got, sizeof(got), "a%cb", 0), 3);
	assert_memory_equal(got, "a\0b", 4);
}

static void compare_pointer(const char *format, size_t modifier)
{
	(void)modifier;
	COMPARE(format, (void *)NULL);
	COMPARE(format, (void *)0x1234);
	COMPARE(format, (void *)UINTPTR_MAX);
}

static void test_pointers(void **state)
{
	(void)state;
	each_format("p", none, 1, compare_pointer);
}

static void test_stars(void **state)
{
	int width, precision;

	(void)state;
	for (width = -12; width <= 12; width++) {
		for (precision = -3; precision <= 12; precision++) {
			COMPARE("%*.*d|", width, precision, -77);
			COMPARE("%0*.*x|", width, precision, 0xbeef);
			COMPARE("%*.*s|", width, precision, "stars");
			COMPARE("%-*d|", width, 5);
			COMPARE("%.*u|", precision, 0u);
		}
	}
}

/* A string need not end within the precision. */
static void test_string_without_end(void **state)
{
	char *text = malloc(3), got[8];

	(void)state;
	memcpy(text, "abc", 3);
	assert_int_equal(lib_snprintf(got, sizeof(got), "%.3s", text), 3);
	assert_string_equal(got, "abc");
	free(text);
}

static void test_mixed(void **state)
{
	(void)state;
	COMPARE("%s: Read LBA %llu+%u: %s (sct %x sc %02x)\n", "my_nvme0", 4096ull, 8u,
		"Unrecovered Read Error", 2, 0x81);
	COMPARE("100%% of %zu, %hhu, %5c|%-5c|%%", (size_t)123, 300, 'a', 'b');
	COMPARE("%d %ld %lld %d %ld %lld %d %ld", 1, 2l, 3ll, 4, 5l, 6ll, 7, 8l);
	COMPARE("%08x %-8x %8x %#10x", 1, 2, 3, 4);
	COMPARE("%y %d", 5);
	COMPARE("%%", 5);
}

/* A conversion that is cut off is shown as it stands, where the C library gives up. */
static void test_cut_off(void **state)
{
	static const char *const texts[] = {"%", "text%", "%5", "%-08.3ll", "%%%", "%.*"};
	char got[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *expected = strcmp(texts[i], "%%%") ? texts[i] : "%%";

		assert_int_equal(lib_snprintf(got, sizeof(got), texts[i], 5), strlen(expected));
		assert_string_equal(got, expected);
	}
}

static void test_too_long(void **state)
{
	char got[16];

	(void)state;
	assert_int_equal(lib_snprintf(got, sizeof(got), "%*d", INT_MAX, 5), INT_MAX);
	assert_int_equal(lib_snprintf(NULL, 0, "%2147483647d", 5), INT_MAX);
	assert_int_equal(lib_snprintf(got, sizeof(got), "x%*d", INT_MAX, 5), -1);
	assert_int_equal(lib_snprintf(got, sizeof(got), "%2147483648d", 5), -1);
	assert_int_equal(lib_snprintf(got, sizeof(got), "%.2147483648d", 5), -1);
	assert_int_equal(lib_snprintf(got, sizeof(got), "%99999999999999999999d", 5), -1);
	assert_int_equal(lib_snprintf(got, sizeof(got), "%*d", INT_MIN, 5), -1);
	assert_int_equal(lib_snprintf(got, sizeof(got), "%.*d", INT_MIN, 5), 1);
}

TESTS(cmocka_unit_test(test_numbers), cmocka_unit_test(test_strings), cmocka_unit_test(test_chars),
      cmocka_unit_test(test_pointers), cmocka_unit_test(test_stars),
      cmocka_unit_test(test_string_without_end), cmocka_unit_test(test_mixed),
      cmocka_unit_test(test_cut_off), cmocka_unit_test(test_too_long))
