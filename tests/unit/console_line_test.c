/* The editing of a line on the console. */
#include "kernel/console_line.h"
#include "tests/unit/cmocka.h"

static char shown[16384];
static size_t shown_count;

static void echo(const char *bytes, size_t size)
{
	assert_true(size <= sizeof(shown) - 1 - shown_count);
	memcpy(shown + shown_count, bytes, size);
	shown_count += size;
	shown[shown_count] = '\0';
}

static struct console_line line = {.echo = echo};

static void start(void)
{
	console_line_reset(&line);
	line.start_column = 0;
	shown_count = 0;
	shown[0] = '\0';
}

static void type(const char *text)
{
	for (; *text; text++)
		console_line_type(&line, *text);
}

/* Types text into a new line: what can be read then, and what the terminal was sent. */
static void check(const char *typed, const char *expected, const char *expected_echo)
{
	char bytes[CONSOLE_LINE_MAX + 1];
	size_t count;

	start();
	type(typed);
	assert_true(console_line_available(&line));
	count = console_line_take(&line, bytes, CONSOLE_LINE_MAX);
	bytes[count] = '\0';
	assert_string_equal(bytes, expected);
	assert_string_equal(shown, expected_echo);
	assert_false(console_line_available(&line));
}

static void test_plain(void **state)
{
	(void)state;
	check("hello\r", "hello\n", "hello\n");
	check("\n", "\n", "\n");
	start();
	type("not yet");
	assert_false(console_line_available(&line));
}

static void test_editing(void **state)
{
	(void)state;
	check("ab\x7f"
	      "c\r",
	      "ac\n", "ab\b \bc\n");
	check("\x7f\bx\r", "x\n", "x\n");
	check("ab\x15"
	      "c\r",
	      "c\n", "ab\b \b\b \bc\n");
	check("a bc  \x17z\r", "a z\n", "a bc  \b \b\b \b\b \b\b \bz\n");
	check("\xc3\xa4\x7fx\r", "x\n", "\xc3\xa4\b \bx\n");
	/* a stray continuation byte has no width */
	check("a\x80\x7f\r", "\n", "a\x80\b \b\n");
	check("ab\x12\r", "ab\n", "ab^R\nab\n");
}

static void test_columns(void **state)
{
	(void)state;
	check("ab\t\x7f"
	      "c\r",
	      "abc\n", "ab\t\b\b\b\b\b\bc\n");
	check("a\x01\x7f\x7f\r", "\n", "a^A\b \b\b \b\b \b\n");
	start();
	line.start_column = 6;
	type("\t\x7f");
	assert_string_equal(shown, "\t\b\b");
}

static void test_end_of_file(void **state)
{
	char bytes[8];

	(void)state;
	check("part\x04", "part", "part");
	start();
	type("\x04");
	assert_true(console_line_available(&line));
	assert_int_equal(console_line_take(&line, bytes, sizeof(bytes)), 0);
	assert_false(console_line_available(&line));
	type("a\r");
	assert_int_equal(console_line_take(&line, bytes, sizeof(bytes)), 2);
}

static void test_literal(void **state)
{
	(void)state;
	check("\x16\x04\x16\x7f\r", "\x04\x7f\n", "^D^?\n");
	check("\x16\r\r", "\r\n", "^M\n");
}

static void test_in_pieces(void **state)
{
	char bytes[CONSOLE_LINE_MAX];

	(void)state;
	start();
	type("abcdef\r");
	assert_int_equal(console_line_take(&line, bytes, 4), 4);
	assert_true(console_line_available(&line));
	assert_int_equal(console_line_take(&line, bytes, 4), 3);
	assert_memory_equal(bytes, "ef\n", 3);

	start();
	for (unsigned i = 0; i < CONSOLE_LINE_MAX; i++) {
		assert_false(console_line_available(&line));
		console_line_type(&line, 'x');
	}
	assert_true(console_line_available(&line));
	assert_int_equal(console_line_take(&line, bytes, sizeof(bytes)), CONSOLE_LINE_MAX);
	type("y\r");
	assert_int_equal(console_line_take(&line, bytes, sizeof(bytes)), 2);
}

TESTS(cmocka_unit_test(test_plain), cmocka_unit_test(test_editing), cmocka_unit_test(test_columns),
      cmocka_unit_test(test_end_of_file), cmocka_unit_test(test_literal),
      cmocka_unit_test(test_in_pieces))
