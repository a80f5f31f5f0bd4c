/* What commands have in common: options, quoting. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/prng.h"
#include "tests/host/host.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/getopt_reference.h"

static char *program[] = {"prog", NULL};

/* getopt */

static const struct reference_option reference_options[] = {
	{"all", 0, 'a'},    {"almost", 0, 'A'},	 {"bytes", 1, 'b'}, {"color", 2, 'c'},
	{"colour", 2, 'c'}, {"all-of-it", 0, 1}, {NULL, 0, 0},
};
static const struct option options[] = {
	{"all", 0, 'a'},    {"almost", 0, 'A'},	 {"bytes", 1, 'b'}, {"color", 2, 'c'},
	{"colour", 2, 'c'}, {"all-of-it", 0, 1}, {NULL, 0, 0},
};
static struct prng random_state;

static void compare_once(uint64_t seed)
{
	static const char *const words[] = {
		"-a",	   "-ab",	"-b",	 "-b3",	    "-abc",   "-c",	  "-cx",
		"-x",	   "--",	"-",	 "file",    "--all",  "--al",	  "--almost",
		"--b",	   "--bytes=4", "--col", "--color", "--co=x", "--all=no", "--wrong",
		"--bytes", "",		"-axb",	 "--al=x",  "-;",     "another",  "--all-of"};
	static const char *const shorts[] = {"ab:c::", "+ab:c::", "ab:c::"};
	char *ours[12] = {"prog"}, *theirs[12] = {"prog"};
	const char *short_options = shorts[prng_below(&random_state, 3)];
	bool with_long = prng_below(&random_state, 4);
	int argc = 1 + (int)prng_below(&random_state, 9);
	struct getopt state = {0};
	struct file *messages;
	static char text[4096];
	long length;

	for (int i = 1; i < argc; i++)
		ours[i] = theirs[i] =
			(char *)words[prng_below(&random_state, sizeof(words) / sizeof(words[0]))];
	assert_int_equal(file_open("/tmp/err", O_RDWR | O_CREAT | O_TRUNC, 0644, &messages), 0);
	process_set_file(2, messages);
	reference_getopt_start();
	for (;;) {
		char *argument;
		int index, expected;

		expected =
			reference_getopt(argc, theirs, short_options,
					 with_long ? reference_options : NULL, &argument, &index);
		if (getopt_next(&state, argc, ours, short_options, with_long ? options : NULL) !=
		    expected)
			fail_msg("seed %llu: result", (unsigned long long)seed);
		assert_int_equal(state.index, index);
		if (expected == -1)
			break;
		if (expected != '?')
			assert_ptr_equal(state.argument, argument);
	}
	for (int i = 0; i < argc; i++)
		assert_ptr_equal(ours[i], theirs[i]);
	length = file_pread(messages, text, sizeof(text) - 1, 0);
	text[length] = '\0';
	assert_string_equal(text, reference_getopt_messages());
}

static int compare_many(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (uint64_t seed = 1; seed <= 2000; seed++) {
		prng_seed(&random_state, seed);
		compare_once(seed);
	}
	return 0;
}

static void test_getopt(void **state)
{
	(void)state;
	assert_int_equal(process_run(compare_many, 1, program), 0);
}

/* Quoting: what coreutils 9.1 print in the C locale */

static int quote_names(int argc, char **argv)
{
	static const struct {
		const char *name, *needed, *always;
	} cases[] = {
		{"a", "a", "'a'"},
		{"", "''", "''"},
		{"a b", "'a b'", "'a b'"},
		{"a:b", "'a:b'", "'a:b'"},
		{"it's", "\"it's\"", "\"it's\""},
		{"it's $1", "'it'\\''s $1'", "'it'\\''s $1'"},
		{"a\nb", "'a'$'\\n''b'", "'a'$'\\n''b'"},
		{"\n", "''$'\\n'", "''$'\\n'"},
		{"a\x01\x02", "'a'$'\\001\\002'", "'a'$'\\001\\002'"},
		{"\xc3\xbc", "''$'\\303\\274'", "''$'\\303\\274'"},
		{"~a", "'~a'", "'~a'"},
		{"a~#", "a~#", "'a~#'"},
		{"#", "'#'", "'#'"},
		{"{", "'{'", "'{'"},
		{"{a}", "{a}", "'{a}'"},
		{"a\\b", "'a\\b'", "'a\\b'"},
		{"a*?[", "'a*?['", "'a*?['"},
		{"a'\n", "'a'\\'''$'\\n'", "'a'\\'''$'\\n'"},
		{"-n", "-n", "'-n'"},
		{"a=b", "'a=b'", "'a=b'"},
		{"a,b@c%d+e", "a,b@c%d+e", "'a,b@c%d+e'"},
	};

	(void)argc, (void)argv;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(quote_if_needed(cases[i].name), cases[i].needed);
		assert_string_equal(quote(cases[i].name), cases[i].always);
	}
	assert_string_equal(quote_text("a'b\\\n\x01"), "'a\\'b\\\\\\n\\001'");
	return 0;
}

static void test_quote(void **state)
{
	(void)state;
	assert_int_equal(process_run(quote_names, 1, program), 0);
}

/* Random names against ls, which quotes like coreutils' messages but for the colon. */
static int quote_like_ls(int argc, char **argv)
{
	static const char alphabet[] = "ab'\"\\ \n\t$~#{}:=*?!\x01\x7f\xc3-";
	char base[] = "/tmp/support_test.XXXXXX", command[128], line[256];

	(void)argc, (void)argv;
	assert_non_null(mkdtemp(base));
	for (unsigned i = 0; i < 60; i++) {
		char name[16] = "", path[64];
		size_t length = 1 + prng_below(&random_state, 6);
		bool odd = false;
		FILE *file;

		/* coreutils 9.1 loses count of its quotes where a name has a single quote and ends
		 * in an escape: only one of the two at a time. */
		for (size_t j = 0; j < length; j++) {
			char c = alphabet[prng_below(&random_state, sizeof(alphabet) - 1)];

			odd = odd || c < ' ' || c > '~';
			name[j] = odd && c == '\'' ? 'c' : c;
		}
		if (odd)
			for (char *at = name; (at = strchr(at, '\''));)
				*at = 'c';
		snprintf(path, sizeof(path), "%s/%s", base, name);
		file = fopen(path, "w");
		assert_non_null(file);
		fclose(file);
		snprintf(command, sizeof(command),
			 "LC_ALL=C ls -A --quoting-style=shell-escape-always %s", base);
		file = popen(command, "r");
		assert_non_null(file);
		length = fread(line, 1, sizeof(line) - 1, file);
		line[length ? length - 1 : 0] = '\0';
		pclose(file);
		assert_string_equal(quote(name), line);
		remove(path);
	}
	remove(base);
	return 0;
}

static void test_quote_like_ls(void **state)
{
	(void)state;
	prng_seed(&random_state, 5);
	assert_int_equal(process_run(quote_like_ls, 1, program), 0);
}

GROUP_TESTS(host_set_up, NULL, cmocka_unit_test(test_getopt), cmocka_unit_test(test_quote),
	    cmocka_unit_test(test_quote_like_ls))
