/* The shell where dash cannot be asked: devices that fail, interrupts, the history, what the kernel
 * calls, and where dash is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include <cmocka.h>

#include "drivers/block/block.h"
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/history.h"
#include "kernel/shell/shell.h"
#include "tests/host/host.h"

#define OUTPUT	   "/output"
#define OUTPUT_MAX 8192

static struct block_device *disk;

/* Commands of the test's own. */
static int interrupt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	host_interrupt();
	return 0;
}
COMMAND(interrupt, "", "As if Ctrl-C were typed", "");

static int no_memory_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	host_fail_allocations(1);
	return 0;
}
COMMAND(no_memory, "", "From now on there is none", "");

/* Standard output and error: a file that is long enough, so that writing to it needs no memory. */
static int captured(int argc, char **argv)
{
	static const char zeroes[OUTPUT_MAX];
	struct file *file;
	int status;

	assert_int_equal(file_open(OUTPUT, O_RDWR | O_CREAT, 0644, &file), 0);
	assert_int_equal(file_write(file, zeroes, sizeof(zeroes)), sizeof(zeroes));
	file_seek(file, 0, SEEK_SET);
	process_set_file(2, file_get(file));
	process_set_file(1, file);
	process_set_file(0, NULL);
	status = argc == 2 ? shell_run_string(argv[1])
			   : shell_run_script(argv[1], argc - 2, argv + 2);
	shell_end_jobs();
	return status;
}

static const char *output(void)
{
	static char text[OUTPUT_MAX];
	struct file *file;

	assert_int_equal(file_open(OUTPUT, O_RDONLY, 0, &file), 0);
	assert_int_equal(file_read(file, text, sizeof(text)), sizeof(text));
	assert_int_equal(text[sizeof(text) - 1], '\0');
	file_close(file);
	path_unlink(OUTPUT);
	return text;
}

/* Runs the script; its status and all that it printed. */
static void expect(const char *script, int status, const char *printed)
{
	char *argv[] = {(char *)"test", (char *)script, NULL};
	int got;

	console_clear_interrupt();
	console_clear_insistence();
	got = process_run(captured, 2, argv);
	host_fail_allocations(0);
	assert_string_equal(output(), printed);
	assert_int_equal(got, status);
}

static void test_history(void **state)
{
	(void)state;
	history_clear();
	expect("history", 0, "");
	history_add("echo one", 8);
	history_add("echo two", 8);
	history_add("history", 7);
	expect("history", 0, "    1  echo one\n    2  echo two\n    3  history\n");
	expect("history 2; history 0; history 99", 0,
	       "    2  echo two\n    3  history\n"
	       "    1  echo one\n    2  echo two\n    3  history\n");
	expect("history x; echo $?", 0, "sh: 1: history: Illegal number: x\n2\n");
	expect("history -c; history", 0, "");
}

static void test_types(void **state)
{
	(void)state;
	expect("echo : >/tmp/s; type /tmp/s /tmp cat; rm /tmp/s", 0,
	       "/tmp/s is /tmp/s\n/tmp: not found\ncat is /bin/cat\n");
	expect("command -v cat /tmp; command -v /tmp; echo $?", 0, "/bin/cat\n127\n");
}

/* dash takes the pattern off the first argument only. */
static void test_trims_of_each_argument(void **state)
{
	(void)state;
	expect("set -- abc.c def.c 'g h.c'; for i in ${@%.c} \"${@%.c}\" ${*#?}; do echo \"<$i>\"; "
	       "done",
	       0, "<abc>\n<def>\n<g>\n<h>\n<abc>\n<def>\n<g h>\n<bc.c>\n<ef.c>\n<h.c>\n");
}

/* Where dash is killed by the division. */
static void test_smallest_number(void **state)
{
	(void)state;
	expect("x=-9223372036854775807; x=$((x-1)); echo $((x / -1)) $((x % -1)) $((-x)) $((x-1))",
	       0, "-9223372036854775808 0 -9223372036854775808 9223372036854775807\n");
}

/* Where dash takes two negations in front of two words for one. */
static void test_two_negations(void **state)
{
	(void)state;
	expect("[ ! ! -n x ]; echo $?; [ ! ! -n '' ]; echo $?; test ! ! ! !; echo $?; test ! ! ! x",
	       1, "0\n1\n1\n");
}

static void test_output_that_fails(void **state)
{
	(void)state;
	expect("type cd >/dev/full; echo $?", 0,
	       "sh: 1: type: write error: No space left on device\n1\n");
	expect("set -o >/dev/full; echo $?", 0,
	       "sh: 1: set: write error: No space left on device\n2\n");
	expect("type cd >&-; echo $?", 0, "sh: 1: type: write error: Bad file descriptor\n1\n");
	/* Nobody reads: these end, and silently. */
	expect("while :; do type cd; done | head -n 1", 0, "cd is a shell builtin\n");
	expect("while :; do nosuch; done 2>&1 | head -n 1", 0, "sh: 1: nosuch: not found\n");
	/* No place for the message: the status tells. */
	expect("(nosuch) 2>&-; echo $?; nosuch 2>/dev/full; echo $?", 0, "127\n127\n");
}

/* What is written to a device fails when its buffer is written: at the last close. */
static void test_device_that_fails(void **state)
{
	(void)state;
	host_disk_set_bad(disk, 0, 127, false, true);
	expect("echo text >/dev/my_nvme0n1; echo $?", 0,
	       "sh: 1: /dev/my_nvme0n1: Input/output error\n1\n");
	expect("{ pwd; } >/dev/my_nvme0n1; echo $?", 0,
	       "sh: 1: /dev/my_nvme0n1: Input/output error\n1\n");
	expect("exec 3>/dev/my_nvme0n1; echo text >&3; exec 3>&-; echo $?", 0,
	       "sh: 1: close: Input/output error\n1\n");
	host_disk_set_bad(disk, 0, 127, true, false);
	expect("sh /dev/my_nvme0n1; echo $?", 0,
	       "/dev/my_nvme0n1: 1: cannot read the script: Input/output error\n0\n");
	host_disk_set_bad(disk, 1, 0, false, false);
}

static void test_interrupts(void **state)
{
	(void)state;
	expect("interrupt; echo no", 130, "");
	expect("f() { while :; do interrupt; echo no; done; }; f || echo no", 130, "");
	expect("(interrupt; echo no); echo no", 130, "");
	expect("{ sleep 100; } | { interrupt; read x; echo no; }", 130, "");
	expect("{ interrupt; sleep 100; } | sh; echo no", 130, "");
	expect("echo alive", 0, "alive\n");
}

/* A Ctrl-C ends the command that runs; then the shell does what it has been told. */
static void test_interrupts_with_an_action(void **state)
{
	(void)state;
	expect("trap 'echo got' INT; interrupt; echo $?; (interrupt; echo no); echo $?", 0,
	       "got\n0\ngot\n130\n");
	expect("trap 'echo got; exit 3' INT; while :; do interrupt; done", 3, "got\n");
	expect("trap '' INT; interrupt; echo $?; (interrupt; echo in); sh -c 'interrupt; echo sh'; "
	       "sleep 0; echo end",
	       0, "0\nin\nsh\nend\n");
	expect("trap 'echo got' INT; f() { trap 'return 4' INT; interrupt; echo no; }; f; echo $?",
	       0, "4\n");
	expect("trap 'echo got' INT; { sleep 100; } | { interrupt; read x; echo no; }; echo $?", 0,
	       "got\n130\n");
	expect("trap 'echo got' INT; x=$(interrupt; echo no); echo \"$? $x\"", 0, "got\n130 \n");
	expect("trap 'echo e' EXIT; interrupt; echo no", 130, "");
	/* A way out there is always. */
	expect("trap '' INT; while :; do interrupt; done", 130, "");
	expect("trap 'echo e' EXIT; trap 'interrupt; :' INT; while :; do interrupt; done", 130, "");
}

static void test_jobs_and_interrupts(void **state)
{
	(void)state;
	/* Not what runs in the background, but the wait for it. */
	expect("{ sleep 0.05; echo job; } & interrupt; echo no", 130, "");
	expect("trap : INT; { sleep 0.05; echo job; } & interrupt; wait; echo $?", 0, "job\n0\n");
	expect("trap 'echo got' INT; { sleep 0.05; echo job; } & { sleep 0.01; interrupt; } & "
	       "wait; echo $?; wait; echo $?",
	       0, "got\n130\njob\n0\n");
	expect("sleep 100 & kill %1; wait %1; echo $?", 0, "Terminated\n143\n");
	expect("while :; do :; done & yes >/dev/null & dd if=/dev/zero of=/dev/null 2>/dev/null & "
	       "sleep 0.01; kill %1 %2 %3; wait %1 %2 %3; echo $?",
	       0, "Terminated\nTerminated\nTerminated\n143\n");
	expect("sleep 0.01 & fg; echo $?; fg", 2, "\n0\nsh: 1: fg: No current job\n");
}

/* A message that there is no room to put together is cut, and is a message all the same. */
static void test_messages_without_memory(void **state)
{
	char script[1000], name[301], printed[1000];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(script, sizeof(script), "f() { %s; }; f; no_memory; f", name);
	snprintf(printed, sizeof(printed),
		 "sh: 1: %s: not found\nsh: 1: %.247s\nsh: 1: Out of space\n", name, name);
	expect("no_memory; nosuch", 127, "sh: 1: nosuch: not found\n");
	expect(script, 2, printed);
	expect("no_memory; : $(echo)", 2, "sh: 1: Pipe call failed\n");
}

static void test_here_document_without_tmp(void **state)
{
	(void)state;
	expect("cd /; rmdir /tmp; cat <<E; ls -a / | head -n 3; mkdir /tmp\ntext $((1+1))\nE\n", 0,
	       "text 2\n.\n..\ndev\n");
}

/* What the kernel calls for the script that it was started with. */
static void test_script(void **state)
{
	char *argv[] = {(char *)"test", (char *)"/tmp/script", (char *)"a b", (char *)"c", NULL};

	(void)state;
	expect("echo 'echo \"$0|$1|$2|$#\"; exit 7' >/tmp/script", 0, "");
	assert_int_equal(process_run(captured, 4, argv), 7);
	assert_string_equal(output(), "/tmp/script|a b|c|2\n");
	path_unlink("/tmp/script");
	assert_int_equal(process_run(captured, 4, argv), 2);
	assert_string_equal(output(), "sh: 0: cannot open /tmp/script: No such file\n");
	argv[1] = (char *)"/tmp";
	assert_int_equal(process_run(captured, 4, argv), 2);
	assert_string_equal(output(), "sh: 0: cannot open /tmp: Is a directory\n");
}

static void test_command_line(void **state)
{
	(void)state;
	expect("sh -c; echo $?", 0, "sh: 0: -c requires an argument\n2\n");
	expect("sh -q; echo $?; sh -o nosuch; echo $?", 0,
	       "sh: 0: Illegal option -q\n2\nsh: 0: Illegal option -o nosuch\n2\n");
	expect("sh -ec 'false; echo no'; echo $?; echo 'echo $0 $1' | sh -s one", 0, "1\nsh one\n");
	expect("sh /tmp; echo $?; . /tmp; echo no", 2,
	       "sh: 0: cannot open /tmp: Is a directory\n2\n"
	       "sh: 1: .: cannot open /tmp: Is a directory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_trims_of_each_argument),
		cmocka_unit_test(test_two_negations),
		cmocka_unit_test(test_smallest_number),
		cmocka_unit_test(test_output_that_fails),
		cmocka_unit_test(test_device_that_fails),
		cmocka_unit_test(test_interrupts_with_an_action),
		cmocka_unit_test(test_jobs_and_interrupts),
		cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_messages_without_memory),
		cmocka_unit_test(test_here_document_without_tmp),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_command_line),
	};

	setenv("HOST_LOG", "0", 0);
	host_init();
	if (files_init())
		return 1;
	disk = host_disk_memory(512, 128);
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
