/* The shell where something runs out: memory, the stack; and what must not run out in a long
 * session. What it computes is compared with dash in tests/system. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/shell/shell.h"
#include "kernel/thread.h"
#include "tests/host/host.h"
#include "tests/unit/cmocka.h"

/* A command of the test's own: the memory in use. */
static int memory_used_main(int argc, char **argv)
{
	struct memory_stats stats;

	(void)argc, (void)argv;
	memory_stats(&stats);
	out("%llu\n", (unsigned long long)stats.used);
	return 0;
}
COMMAND(memory_used, "", "Memory in use, in bytes", "");

/* And one after which so many allocations succeed. */
static int fail_after_main(int argc, char **argv)
{
	host_fail_allocations(argc > 1 ? strtoul(argv[1], NULL, 10) : 0);
	return 0;
}
COMMAND(fail_after, "N", "Let the N-th allocation and every later one fail", "");

static uint64_t used(void)
{
	struct memory_stats stats;

	memory_stats(&stats);
	return stats.used;
}

/* Standard output and error go nowhere. */
static int quietly(int argc, char **argv)
{
	struct file *file;

	(void)argc;
	int status;

	if (!file_open("/dev/null", O_WRONLY, 0, &file)) {
		process_set_file(2, file_get(file));
		process_set_file(1, file);
	}
	process_set_file(0, NULL);
	status = shell_run_string(argv[1]);
	shell_end_jobs();
	return status;
}

static int run_quietly(const char *script)
{
	char *argv[] = {"test", (char *)script, NULL};
	int status = process_run(quietly, 2, argv);

	return status;
}

/* --- a long session --- */

static const char *const everyday[] = {
	"x=$i",
	"x=$(echo $i)",
	"x=`echo $i`",
	"(:)",
	": | :",
	"echo a | cat | cat >/dev/null",
	"f() { :; }; f",
	"(f() { :; }; f)",
	"eval \"g() { echo $i; }\"; g >/dev/null",
	"h() { local a=$i b; set -- 1 2; return 3; }; h",
	"r() { [ $1 = 0 ] || r $(($1-1)); }; r 5",
	"cat <<E >/dev/null\n$i $(echo sub)\nE\n",
	"for j in 1 2 3; do break; done; while :; do break; done; for j do :; done",
	"case $i in 1*) ;; [a-z]|'x') ;; *) ;; esac",
	"set -- a b c; shift; set --",
	". /tmp/dot",
	"sh -c : x y",
	"sh /tmp/dot",
	"v=1 :; v=2 true; unset v",
	"{ :; } >/tmp/o 2>&1 </dev/null 3>&1",
	"exec 4>/tmp/o; exec 4>&-",
	"nosuch",
	"cat <nofile",
	"read q r </tmp/dot",
	"echo /d*/* ~ \"$@\" $* ${i#?} ${i%%[0-9]*} ${u:-w} ${#i} $((i*2)) >/dev/null",
	"command eval 'echo $((1/0))'",
	"command . /nosuch; command shift 9",
	"eval 'x=$((i+1))'; eval",
	"PS4='${u?}'; set -x; :; set +x; PS4='$('; set -x; :; set +x",
	"! false && { true || false; } ; if false; then :; elif true; then :; fi",
	"cd /tmp; cd ..; cd - >/dev/null; pwd >/dev/null",
	"type cd f nosuch >/dev/null; set >/dev/null; export e=$i; unset e",
	"seq 1000 | head -n 1 >/dev/null",
	"trap \"echo $i\" EXIT TERM; kill $$; trap - EXIT; (trap : EXIT; :); kill -0 1",
	"set -- -a b; OPTIND=1; while getopts a:b o; do :; done",
	"f() { echo $1; }; f a & wait $!; { : | : ; } & wait; (: &); sleep 0",
	"sleep 100 & kill $!; wait $!; jobs; (sleep 100 & kill $!); wait",
	"(exit 3); sh -c 'exit 4'; x=$(exit 5)",
	"sh -c 'fi'; sh -c 'echo \"'; sh -c 'echo ${u?}'; sh -c 'readonly z; z=1'",
};

static void test_nothing_is_left_behind(void **state)
{
	static char script[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(everyday) / sizeof(*everyday); i++) {
		uint64_t before = used();
		int status;

		snprintf(
			script, sizeof(script),
			"echo 'x=1; y() { :; }; return 2>/dev/null' >/tmp/dot; i=1000\n"
			"while [ $i -lt 2000 ]; do i=$((i+1)); [ $i = 1100 ] && u1=$(memory_used)\n"
			"%s\ndone; u2=$(memory_used); [ $((u2-u1)) -le 8192 ] || exit 77; exit 0",
			everyday[i]);
		status = run_quietly(script);
		if (status)
			fail_msg("%s: %s", status == 77 ? "memory grows" : "failed", everyday[i]);
		run_quietly("rm -f /tmp/dot /tmp/o");
		if (used() != before)
			fail_msg("%llu bytes are left: %s", (unsigned long long)(used() - before),
				 everyday[i]);
	}
}

/* --- out of memory --- */

static const char *const script_of_everything =
	"echo 'echo dot; return 3' >/tmp/dd\n"
	"x=abc; for i in 1 2; do y=$(echo $i | cat); f() { local z=1; echo $i; }\n"
	"eval \"g() { echo $i; }\"; (f) | cat; v=1 f; cat <<X\n$i\nX\n"
	"echo *; echo /d*/n*; . /tmp/dd; case $x in a*) ;; esac; read q </tmp/dd\n"
	"set -- $x $y; sh -c 'echo $0' a; exec 3>/tmp/dd; exec 3>&-; done\n"
	"{ echo a; } >/tmp/x 2>&1; command eval 'echo $((1/0))'; set; type f; history\n"
	"trap 'echo t' TERM EXIT; { f; echo $x | cat; } & wait $!; kill $$; kill -l; jobs; trap\n"
	"sleep 9 & kill $!; wait; set -- -a b; getopts a: o; PATH=.:$PATH; nosuch; type sh\n"
	"(echo ${u?bad}); printf 'echo a\\necho b\\n' | sh; cd /tmp; sh /tmp/dd; v=${w:=$x}\n";

static void test_out_of_memory(void **state)
{
	unsigned n, completed = 0;

	(void)state;
	/* Whichever allocation is the last to succeed. */
	for (n = 1; completed < 3; n++) {
		uint64_t before;

		run_quietly("rm -f /tmp/dd /tmp/x");
		before = used();
		host_fail_allocations(n);
		completed += run_quietly(script_of_everything) == 0;
		host_fail_allocations(0);
		run_quietly("rm -f /tmp/dd /tmp/x");
		if (used() != before)
			fail_msg("%llu bytes are left when allocation %u fails",
				 (unsigned long long)(used() - before), n);
		assert_true(n < 20000);
	}
	assert_true(n > 100);
	assert_int_equal(run_quietly("x=$(echo alive); [ $x = alive ] || exit 9"), 0);
}

/* The message about what could not be started may find a broken pipe, and end the shell: not before
 * what was started has ended. */
static void test_out_of_memory_and_nobody_listens(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 200; n++) {
		uint64_t before = used();

		host_fail_allocations(n);
		run_quietly("{ sleep 0.001; : | : | : | :; } 2>&1 | :; sleep 0.001; :");
		host_fail_allocations(0);
		run_quietly("sleep 0.001");
		if (used() != before)
			fail_msg("%llu bytes are left when allocation %u fails",
				 (unsigned long long)(used() - before), n);
	}
}

/* A new shell takes over the variables of the one that starts it. Running out of memory there is
 * its own end, not the other's. */
static void test_out_of_memory_in_a_new_shell(void **state)
{
	char script[300];

	(void)state;
	for (unsigned n = 1; n < 60; n++) {
		uint64_t before = used();

		snprintf(script, sizeof(script),
			 "i=0; while [ $i -lt 600 ]; do i=$((i+1)); eval v$i=; done\n"
			 "{ { fail_after %u; sh -c :; } </dev/null; } </dev/null; exit 5",
			 n);
		assert_int_equal(run_quietly(script), 5);
		host_fail_allocations(0);
		if (used() != before)
			fail_msg("%llu bytes are left when allocation %u fails",
				 (unsigned long long)(used() - before), n);
	}
}

/* 1 would say that the files differ. */
static void test_cmp_without_memory(void **state)
{
	char script[100];

	(void)state;
	assert_int_equal(run_quietly("echo same >/tmp/a; echo same >/tmp/b"), 0);
	for (unsigned n = 1; n < 40; n++) {
		int status;

		snprintf(script, sizeof(script), "fail_after %u; cmp /tmp/a /tmp/b; exit $?", n);
		status = run_quietly(script);
		host_fail_allocations(0);
		if (status != 0 && status != 2 && status != STATUS_NOT_EXECUTABLE)
			fail_msg("status %d when allocation %u fails", status, n);
	}
	assert_int_equal(run_quietly("rm /tmp/a /tmp/b"), 0);
}

static void test_memory_hogs(void **state)
{
	static const char *const hogs[] = {
		"x=$(while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done)",
		"x=a; while :; do x=$x$x; done",
		"i=0; while :; do i=$((i+1)); eval \"v$i=$i\"; done",
		"i=0; while :; do i=$((i+1)); eval \"f$i() { echo $i; }\"; done",
		"set -- a b c; while :; do set -- \"$@\" \"$@\"; done",
		"x=$(cat /dev/urandom)",
		"f() { echo $1; f $1$1$1; }; f abc",
	};
	uint64_t before = used();

	(void)state;
	for (size_t i = 0; i < sizeof(hogs) / sizeof(*hogs); i++) {
		/* A subshell dies of it with a message; the shell around it goes on. */
		char script[300];

		host_set_memory_limit(before + (4u << 20));
		snprintf(script, sizeof(script), "(%s) >/dev/null; [ $? = 2 ]", hogs[i]);
		if (run_quietly(script))
			fail_msg("not stopped: %s", hogs[i]);
		host_set_memory_limit(256u << 20);
	}
	assert_int_equal(used(), before);
}

/* --- out of stack --- */

static char *repeat(const char *begin, const char *open, const char *middle, const char *close,
		    const char *end, size_t count)
{
	size_t size = strlen(begin) + strlen(middle) + strlen(end) +
		      count * (strlen(open) + strlen(close)) + 1;
	char *text = malloc(size), *next = text;

	next = stpcpy(next, begin);
	for (size_t i = 0; i < count; i++)
		next = stpcpy(next, open);
	next = stpcpy(next, middle);
	for (size_t i = 0; i < count; i++)
		next = stpcpy(next, close);
	strcpy(next, end);
	return text;
}

static void test_deep_nesting(void **state)
{
	static const struct {
		const char *begin, *open, *middle, *close, *end;
		unsigned fits; /* that deep it works */
	} rows[] = {
		{"", "(", "true", ")", "", 10},
		{"", "{ ", "true", ";}", "", 10},
		{"", "if true; then ", "true", "; fi", "", 10},
		{"", "if ", "true", "; then true; fi", "", 10},
		{"", "until ", "true", "; do :; done", "", 10},
		{"", "for i in 1; do ", "true", "; done", "", 10},
		{"", "case a in a) ", "true", ";; esac", "", 10},
		{"[ a = ", "$(echo ", "a", ")", " ]", 10},
		{"[ a = ", "\"$(echo ", "a", ")\"", " ]", 10},
		{"[ a = ", "${x-", "a", "}", " ]", 10},
		{"[ a = ", "\"${x-", "a", "}\"", " ]", 10},
		{"[ 1 = $((", "(", "1", ")", ")) ]", 10},
		{"[ -1 = $((-", "- -", "1", "", ")) ]", 10},
		{"[ 1 = $((", "1?", "1", ":0", ")) ]", 10},
		{"[ 2 = $((", "x=", "2", "", ")) ]", 10},
		{"", "f() { ", "true", ";}", "", 10},
		{"", "eval ", "true", "", "", 10},
		{"", "command ", "true", "", "", 1000},
		{"", "true && ", "true", "", "", 100000},
		{"", "true | ", "true", "", "", 50},
		{"", "true; ", "true", "", "", 100000},
		{"", "! { ", "true", ";}", "", 10},
		{"", "exec ", "true", "", "", 10},
		{"", "time ", "true", "", "", 10},
		{"test ", "\\( ", "-n a", " \\)", "", 10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = repeat(rows[i].begin, rows[i].open, rows[i].middle, rows[i].close,
				    rows[i].end, rows[i].fits);
		uint64_t before = used();

		if (run_quietly(text))
			fail_msg("%u times %s", rows[i].fits, rows[i].open);
		free(text);
		text = repeat(rows[i].begin, rows[i].open, rows[i].middle, rows[i].close,
			      rows[i].end, 20000);
		if (rows[i].fits < 20000 && rows[i].fits != 50) {
			int status = run_quietly(text);

			if (status > 2 && status != STATUS_NOT_EXECUTABLE)
				fail_msg("%d: 20000 times %s", status, rows[i].open);
		}
		free(text);
		assert_int_equal(used(), before);
	}
}

static void test_recursion(void **state)
{
	static const char *const rows[] = {
		"f() { f; }; f",
		"f() { (f); }; f",
		"f() { x=$(f); return $?; }; f",
		"f() { f | cat; }; f; exit 2",
		"f() { eval f; }; f",
		"f() { if true; then { f; }; fi; }; f",
		"echo '. /tmp/loop' >/tmp/loop; . /tmp/loop",
	};
	uint64_t before = used();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (run_quietly(rows[i]) != 2)
			fail_msg("%s", rows[i]);
	run_quietly("rm -f /tmp/loop");
	assert_int_equal(used(), before);
}

/* --- large things --- */

static void test_large(void **state)
{
	size_t size = 1 << 20;
	char *word = malloc(size + 100), *text;

	(void)state;
	memset(word, 'x', size);
	word[size] = '\0';
	text = repeat("x=", word, "; [ ${#x} = 1048576 ]", "", "", 1);
	assert_int_equal(run_quietly(text), 0);
	free(text);
	text = repeat("x='", word, "'; y=\"$x\"$x; [ ${#y} = 2097152 ]", "", "", 1);
	assert_int_equal(run_quietly(text), 0);
	free(text);
	/* a name that is not found is named in full */
	text = repeat("", word, "", "", "", 1);
	assert_int_equal(run_quietly(text), STATUS_NOT_FOUND);
	free(text);
	text = repeat("set -- ", "word ", "; [ $# = 200000 ]", "", "", 200000);
	assert_int_equal(run_quietly(text), 0);
	free(text);
	text = repeat("x=$(cat <<E\n", "0123456789abcde\n", "E\n); [ ${#x} = 1599999 ]", "", "",
		      100000);
	assert_int_equal(run_quietly(text), 0);
	free(text);
	free(word);
}

static int set_up(void **state)
{
	setenv("HOST_LOG", "0", 0);
	return host_set_up(state);
}

GROUP_TESTS(set_up, NULL, cmocka_unit_test(test_nothing_is_left_behind),
	    cmocka_unit_test(test_out_of_memory),
	    cmocka_unit_test(test_out_of_memory_and_nobody_listens),
	    cmocka_unit_test(test_out_of_memory_in_a_new_shell),
	    cmocka_unit_test(test_cmp_without_memory), cmocka_unit_test(test_memory_hogs),
	    cmocka_unit_test(test_deep_nesting), cmocka_unit_test(test_recursion),
	    cmocka_unit_test(test_large))
