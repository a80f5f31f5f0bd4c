/* How the terminal's size is learnt: answers are taken out of what is typed, and nothing else is.
 */
#include "kernel/console_size.h"

#include "drivers/serial/serial.h"
#include "kernel/cmdline.h"
#include "kernel/console.h"
#include "kernel/log.h"
#include "tests/unit/cmocka.h"

static const char *line; /* what comes in */
static size_t line_left;
static size_t asked;
static bool interactive = true;

size_t serial_read(char *bytes, size_t size)
{
	size_t count = line_left < size ? line_left : size;

	memcpy(bytes, line, count);
	line += count;
	line_left -= count;
	return count;
}

bool serial_readable(void)
{
	return line_left > 0;
}

void serial_write(const char *bytes, size_t size)
{
	(void)bytes;
	assert_true(size > 0);
	asked++;
}

bool console_is_interactive(void)
{
	return interactive;
}

void klog(int level, const char *format, ...)
{
	(void)level, (void)format;
}

static char got[256];
static size_t got_count;

static void receive_bytes(const char *bytes, size_t count, size_t at_once)
{
	line = bytes;
	line_left = count;
	while (console_size_readable()) {
		size_t taken = console_size_read(got + got_count, at_once);

		assert_true(taken > 0 && taken <= at_once);
		got_count += taken;
	}
	assert_int_equal(console_size_read(got + got_count, at_once), 0);
	assert_int_equal(line_left, 0);
}

/* What a reader gets of the bytes, however large its buffer is and however they come. */
static void expect(const char *bytes, const char *text, unsigned columns, unsigned rows)
{
	for (size_t at_once = 1; at_once < 20; at_once += 3)
		for (size_t split = 0; split <= strlen(bytes); split++) {
			got_count = 0;
			console_size_ask();
			receive_bytes(bytes, split, at_once);
			receive_bytes(bytes + split, strlen(bytes) - split, at_once);
			assert_int_equal(got_count, strlen(text));
			assert_memory_equal(got, text, got_count);
			assert_int_equal(console_size().columns, columns);
			assert_int_equal(console_size().rows, rows);
		}
}

static void test_default(void **state)
{
	(void)state;
	cmdline_init("");
	assert_int_equal(console_size().columns, 80);
	assert_int_equal(console_size().rows, 24);
	assert_true(console_size_answers());
	cmdline_init("columns=132 lines=50");
	assert_int_equal(console_size().columns, 132);
	assert_int_equal(console_size().rows, 50);
	/* Said is said; and where nobody sits nobody is asked. */
	console_size_ask();
	assert_int_equal(asked, 0);
	cmdline_init("");
	interactive = false;
	console_size_ask();
	assert_int_equal(asked, 0);
	interactive = true;
	got_count = 0;
	receive_bytes("\033[5;7Rx", 7, 3);
	assert_int_equal(got_count, 7);
	console_size_ask();
	assert_int_equal(asked, 1);
	assert_false(console_size_answers());
}

static void test_answers(void **state)
{
	(void)state;
	cmdline_init("");
	expect("\033[24;80R", "", 80, 24);
	expect("abc\033[50;132Rdef", "abcdef", 132, 50);
	assert_true(console_size_answers());
	/* Only one was asked for. */
	expect("\033[51;133R\033[5;7R", "\033[5;7R", 133, 51);
	expect("\033\033[1000;1000R", "\033", 1000, 1000);
	expect("\033[A\033[52;134R", "\033[A", 134, 52);
	expect("\033[53;135Rx", "x", 135, 53);
	/* A size that no screen has is an answer all the same. */
	expect("\033[1;1R", "", 135, 53);
	expect("\033[0;0Ry", "y", 135, 53);
	expect("\033[;RX", "X", 135, 53);
	expect("\033[10000;10R", "", 135, 53);
}

static void test_others(void **state)
{
	(void)state;
	expect("\033[99999999999999999999;10R", "\033[99999999999999999999;10R", 135, 53);
	expect("\033[10;10;10R", "\033[10;10;10R", 135, 53);
	expect("\033[10;10S", "\033[10;10S", 135, 53);
	expect("\033[200~paste\033[201~", "\033[200~paste\033[201~", 135, 53);
	expect("\033OA\033b\033[1;5C", "\033OA\033b\033[1;5C", 135, 53);
	expect("echo hello\r", "echo hello\r", 135, 53);
	/* What may be one is held, and goes when the line is thrown away. */
	console_size_ask();
	got_count = 0;
	receive_bytes("\033[12", 4, 8);
	assert_int_equal(got_count, 0);
	console_size_discard();
	receive_bytes("z", 1, 8);
	assert_int_equal(got_count, 1);
}

TESTS(cmocka_unit_test(test_default), cmocka_unit_test(test_answers), cmocka_unit_test(test_others))
