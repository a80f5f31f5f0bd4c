/* The line editor with keys of every kind: what the line becomes, and whether a terminal then shows
 * it. The terminal is terminal.c; the kernel's parts are of this file's own. */
#include "kernel/console.h"
#include "kernel/console_size.h"
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/shell/editor.h"
#include "kernel/shell/history.h"
#include "kernel/shell/input.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/errno.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/editor_screen.h"
#include "tests/unit/terminal.h"

#define LEFT	   "\033[D"
#define RIGHT	   "\033[C"
#define UP	   "\033[A"
#define DOWN	   "\033[B"
#define HOME	   "\033[H"
#define END	   "\033[F"
#define DELETE	   "\033[3~"
#define WORD_LEFT  "\033[1;5D"
#define WORD_RIGHT "\033[1;5C"
#define ALT(key)   "\033" key

static unsigned assumed_columns = 80;

static unsigned seed = 1;

static unsigned pick(unsigned count)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % count;
}

/* --- the keyboard, and the rest of the machine --- */

static const char *keys;
static size_t keys_left;
static bool one_by_one; /* as somebody types: nothing waits */
static bool raw;
static bool resized; /* now and then, while somebody types */

bool console_readable(void)
{
	return keys_left && !one_by_one;
}

static void check_screen(void);

long console_read(char *bytes, size_t size)
{
	assert_true(raw && size);
	if (!console_readable())
		check_screen();
	if (!keys_left)
		return -1;
	if (resized && pick(8) == 0)
		assumed_columns = 20 + pick(61);
	keys_left--;
	*bytes = *keys++;
	return 1;
}

void console_set_raw(bool is)
{
	raw = is;
}

bool console_is_interactive(void)
{
	return true;
}

struct console_size console_size(void)
{
	return (struct console_size){assumed_columns, 24};
}

void console_size_ask(void)
{
}

bool console_size_answers(void)
{
	return true;
}

unsigned process_columns(void)
{
	return 0;
}

void *process_alloc(size_t size)
{
	return malloc(size);
}

void *process_realloc(void *old, size_t size)
{
	return realloc(old, size);
}

void process_free(void *memory)
{
	free(memory);
}

void *kmalloc(size_t size)
{
	return malloc(size);
}

void *krealloc(void *old, size_t size)
{
	return realloc(old, size);
}

void kfree(void *memory)
{
	free(memory);
}

struct file *process_file(int fd)
{
	return fd ? NULL : (struct file *)&keys;
}

bool file_is_console(struct file *file)
{
	return file != NULL;
}

long process_read(int fd, void *buffer, size_t size)
{
	(void)fd, (void)buffer, (void)size;
	return -1;
}

long process_write(int fd, const void *buffer, size_t size)
{
	(void)fd, (void)buffer;
	return (long)size;
}

static struct editor *edited;

void cleanup_push(struct shell *sh, struct cleanup *cleanup,
		  void (*run)(struct shell *, struct cleanup *))
{
	cleanup->outer = sh->cleanups;
	cleanup->run = run;
	sh->cleanups = cleanup;
	edited = (struct editor *)cleanup;
}

void cleanup_pop(struct shell *sh)
{
	struct cleanup *cleanup = sh->cleanups;

	sh->cleanups = cleanup->outer;
	cleanup->run(sh, cleanup);
	edited = NULL;
}

static unsigned completions;

static void complete(struct editor *editor, bool again)
{
	(void)again;
	completions++;
	editor_insert(editor, "<tab>", 5);
}

/* --- what the screen should show --- */

static void check_screen(void)
{
	if (edited && edited->prompt_shown)
		editor_screen_check(edited, assumed_columns);
}

/* --- tests --- */

static struct input input;
static struct shell shell = {.input = &input};
static char last_line[1 << 18];

/* The editor's result for these keys; the line is in last_line. */
static long type_keys(const char *bytes, size_t length)
{
	char *line = NULL;
	size_t capacity = 0;
	long result;

	keys = bytes;
	keys_left = length;
	result = editor_read_line(&shell, "my_nvme# ", complete, &line, &capacity);
	if (result >= 0) {
		assert_true((size_t)result < sizeof(last_line));
		if (result)
			memcpy(last_line, line, (size_t)result);
		last_line[result] = '\0';
	}
	free(line);
	assert_false(raw);
	return result;
}

static void expect_once(const char *typed, const char *line)
{
	terminal_reset();
	assert_int_equal(type_keys(typed, strlen(typed)), strlen(line));
	assert_string_equal(last_line, line);
	assert_int_equal(keys_left, 0);
}

static void expect_line(const char *typed, const char *line)
{
	for (int pass = 0; pass < 2; pass++) {
		one_by_one = pass == 1;
		expect_once(typed, line);
	}
}

static void test_keys(void **state)
{
	static const struct {
		const char *keys, *line;
	} rows[] = {
		{"echo hello\r", "echo hello"},
		{"echo hello\n", "echo hello"},
		{"\r", ""},
		{"helo" LEFT "l\r", "hello"},
		{"helo\002l\r", "hello"},
		{"ello" HOME "h\r", "hello"},
		{"ello\001h\005!\r", "hello!"},
		{"hello" LEFT LEFT RIGHT "\177\r", "helo"},
		{"hello" LEFT LEFT "\006\010\r", "helo"},
		{"hello" HOME DELETE "j\r", "jello"},
		{"hello" HOME "\004\r", "ello"},
		{"one two three" WORD_LEFT WORD_LEFT "x" WORD_RIGHT "y\r", "one xtwoy three"},
		{"one two three" ALT("b") ALT("b") ALT("d") ALT("f") "z\r", "one  threez"},
		{"one two" ALT("\177") "1\r", "one 1"},
		{"one/two  \027x\r", "x"},
		{"one two\025three\r", "three"},
		{"one two" LEFT LEFT LEFT "\013\r", "one "},
		{"one two" LEFT LEFT LEFT "\013" HOME "\031 \r", "two one "},
		{"one two\027\031\031\r", "one twotwo"},
		{"ab\024\r", "ba"},
		{"abc" LEFT "\024\r", "acb"},
		{"\024a\024\r", "a"},
		{"a\026\001b\r", "a\001b"},
		{"a\026\tb\r", "a\tb"},
		{"\ta\r", "\ta"},
		{"a\t\r", "a<tab>"},
		{"a" ALT("x") "\033[99~\033[5;6R\r", "a"},
		{"\033OHa\033OFb\033OD\033OCc\r", "abc"},
		{"\033[1~a\033[4~b\033[7~c\033[8~d\r", "cabd"},
		{"a\007b\r", "ab"},
		{"a\034b\r", "ab"},
		{"\303\244\303\266" LEFT "\177x\r", "x\303\266"},
		{"\355\225\234\352\270\200" LEFT "y" LEFT LEFT DELETE "\r", "y\352\270\200"},
		{"\377\200a" LEFT LEFT LEFT "b\r", "b\377\200a"},
		{"\303\244b\024\r", "b\303\244"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_line(rows[i].keys, rows[i].line);
}

static void test_ends(void **state)
{
	(void)state;
	terminal_reset();
	assert_int_equal(type_keys("\004", 1), -1);
	terminal_reset();
	assert_int_equal(type_keys("", 0), -1);
	terminal_reset();
	assert_int_equal(type_keys("abc\003", 4), -EINTR);
	assert_int_equal(type_keys(DELETE "a\r", strlen(DELETE) + 2), 1); /* Delete is not Ctrl-D */
	/* a CR LF is one end of a line */
	assert_int_equal(type_keys("a\r", 2), 1);
	assert_int_equal(type_keys("\nb\r", 3), 1);
	assert_string_equal(last_line, "b");
}

static void expect_history(const char *const *lines, const char *typed, const char *line)
{
	for (int pass = 0; pass < 2; pass++) {
		history_clear();
		for (const char *const *old = lines; *old; old++)
			history_add(*old, strlen(*old));
		one_by_one = pass == 1;
		expect_once(typed, line);
	}
}

static void test_history(void **state)
{
	static const char *const lines[] = {"echo one", "echo two words", NULL};
	static const char *const repeated[] = {"a", "a", " ", "", "b", "b", NULL};

	(void)state;
	expect_history(lines, UP "\r", "echo two words");
	expect_history(lines, UP UP "\r", "echo one");
	expect_history(lines, UP UP UP UP "\r", "echo one");
	expect_history(lines, "half" UP UP UP DOWN DOWN "\r", "half");
	expect_history(lines, UP "!" UP DOWN DOWN DOWN "x\r", "x");
	expect_history(lines, "x " ALT(".") "\r", "x words");
	expect_history(lines, "x" ALT(".") ALT(".") ALT(".") "\r", "xone");
	expect_history(lines, "\022on\r", "echo one");
	expect_history(lines, "\022echo\022" END "!\r", "echo one!");
	expect_history(lines, "mine\022two\007\r", "mine");
	expect_history(lines, "\022zzz\177\177\177\177one" HOME "x\r", "xecho one");
	expect_history(lines, "\022\r", "");
	expect_history(repeated, UP UP "\r", "a");
	assert_int_equal(history_count(), 3);
}

static void test_history_is_bounded(void **state)
{
	static char line[1000];
	size_t length;

	(void)state;
	history_clear();
	for (unsigned i = 0; i < 3000; i++) {
		int size = snprintf(line, sizeof(line), "%0*u", 1 + (int)(i * 7 % 900), i);

		history_add(line, (size_t)size);
	}
	assert_in_range(history_count(), 100, 500);
	assert_int_equal(history_first_number() + history_count(), 3001);
	assert_string_equal(history_get(0, &length), line);
	assert_null(history_get(history_count(), &length));
	history_clear();
	assert_null(history_get(0, &length));
}

static void test_paste(void **state)
{
	(void)state;
	terminal_reset();
	one_by_one = false;
	completions = 0;
	/* bracketed: no key has a meaning in it but the end of a line */
	assert_int_equal(type_keys("a\033[200~\tb\003c\nsecond\033[201~ tail\r", 32), 5);
	assert_string_equal(last_line, "a\tb\003c");
	assert_int_equal(type_keys(keys, keys_left), 11);
	assert_string_equal(last_line, "second tail");
	assert_false(shell.pasting);
	/* in a here-document a tab is a tab */
	input.literal = true;
	assert_int_equal(type_keys("a\tb\r", 4), 3);
	input.literal = false;
	assert_int_equal(completions, 0);
}

/* A paste must not cost more than its length: every byte is drawn once. */
static void test_long_line(void **state)
{
	static char typed[200001];

	(void)state;
	memset(typed, 'x', sizeof(typed) - 1);
	typed[sizeof(typed) - 1] = '\r';
	terminal_reset();
	one_by_one = false;
	assert_int_equal(type_keys(typed, sizeof(typed)), sizeof(typed) - 1);
	assert_true(terminal.written < sizeof(typed) + sizeof(typed) / 40 + 100);
}

/* Any keys in any order: the screen always shows the line. */
static void test_random_keys(void **state)
{
	static const char *const choices[] = {
		"a",	     "b ",
		"/",	     "word",
		"\303\244",  "\355\225\234",
		"\t",	     "\026\t",
		"\026\001",  "\001",
		"\002",	     "\004",
		"\005",	     "\006",
		"\010",	     "\013",
		"\016",	     "\020",
		"\024",	     "\025",
		"\027",	     "\031",
		"\177",	     LEFT,
		RIGHT,	     UP,
		DOWN,	     HOME,
		END,	     DELETE,
		WORD_LEFT,   WORD_RIGHT,
		ALT("b"),    ALT("d"),
		ALT("f"),    ALT("."),
		ALT("\177"), "\022w",
		"\007",	     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	};
	static char typed[2000];

	(void)state;
	for (unsigned round = 0; round < 50; round++) {
		size_t length = 0;

		typed[length++] = 'x'; /* Ctrl-D may not end it at once */
		for (unsigned count = 1 + pick(60); count; count--) {
			const char *key = choices[pick(sizeof(choices) / sizeof(*choices))];

			if (!strcmp(key, "\004"))
				key = RIGHT LEFT DELETE;
			memcpy(typed + length, key, strlen(key));
			length += strlen(key);
		}
		typed[length++] = '\r';
		terminal_reset();
		one_by_one = pick(2);
		resized = pick(2);
		assumed_columns = 20 + pick(61);
		if (getenv("EDITOR_TEST_KEYS")) {
			for (size_t i = 0; i < length; i++)
				fprintf(stderr, typed[i] < ' ' ? "\\%03o" : "%c", typed[i]);
			fprintf(stderr, " %u %d\n", assumed_columns, one_by_one);
		}
		assert_true(type_keys(typed, length) >= 0);
	}
	assumed_columns = 80;
	resized = false;
}

static int tear_down(void **state)
{
	(void)state;
	history_clear();
	return 0;
}

GROUP_TESTS(NULL, tear_down, cmocka_unit_test(test_keys), cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_history), cmocka_unit_test(test_history_is_bounded),
	    cmocka_unit_test(test_paste), cmocka_unit_test(test_long_line),
	    cmocka_unit_test(test_random_keys))
