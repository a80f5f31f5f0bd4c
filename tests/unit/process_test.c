/* Processes, pipes, threads: what a command owns comes back, however it ends. */
#include "kernel/commands/command.h"
#include "kernel/console.h"
#include "kernel/posix/file.h"
#include "kernel/memory.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "tests/host/host.h"
#include "tests/unit/cmocka.h"

static char *arguments[] = {"test", NULL};
static struct memory_stats before;

static int run(int (*entry)(int argc, char **argv))
{
	struct memory_stats after;
	int status;

	memory_stats(&before);
	status = process_run(entry, 1, arguments);
	memory_stats(&after);
	assert_int_equal(before.used, after.used);
	assert_null(process_current());
	return status;
}

static struct file *open_file(const char *path, int flags)
{
	struct file *file;

	assert_int_equal(file_open(path, flags, 0644, &file), 0);
	return file;
}

/* The content of a file as text, which is then removed. */
static const char *text_of(const char *path)
{
	static char text[20000];
	struct file *file = open_file(path, O_RDONLY);
	long count = file_read(file, text, sizeof(text) - 1);

	assert_true(count >= 0);
	text[count] = '\0';
	file_close(file);
	path_unlink(path);
	return text;
}

static int leave_much(int argc, char **argv)
{
	char *memory = process_alloc(100);

	(void)argc, (void)argv;
	assert_true((uintptr_t)memory % 16 == 0);
	memset(memory, 1, 100);
	memory = process_realloc(memory, 100000);
	assert_int_equal(memory[99], 1);
	process_free(process_alloc(1));
	process_free(process_alloc_pages(5000));
	assert_true((uintptr_t)process_alloc_pages(100000) % PAGE_SIZE == 0);
	process_add_file(open_file("/dev/null", O_RDONLY));
	assert_int_equal(process_change_directory("/tmp"), 0);
	assert_string_equal(process_directory(), "/tmp");
	assert_string_equal(process_name(), "test");
	process_exit(300);
}

static void test_exit(void **state)
{
	(void)state;
	assert_int_equal(run(leave_much), 300 & 255);
}

static int child(int argc, char **argv)
{
	(void)argc, (void)argv;
	assert_string_equal(process_directory(), "/tmp");
	assert_int_equal(process_change_directory(".."), 0);
	assert_string_equal(process_directory(), "/");
	assert_non_null(process_file(5));
	process_set_file(5, NULL);
	out("child");
	return 3;
}

static int parent(int argc, char **argv)
{
	struct file *file = open_file("/tmp/out", O_WRONLY | O_CREAT | O_TRUNC);

	process_set_file(1, file_get(file));
	process_set_file(5, file);
	assert_int_equal(process_change_directory("/tmp"), 0);
	assert_int_equal(process_change_directory("/dev/null"), -ENOTDIR);
	assert_int_equal(process_change_directory("/nowhere"), -ENOENT);
	out("before ");
	assert_int_equal(process_run(child, argc, argv), 3);
	assert_string_equal(process_directory(), "/tmp");
	assert_non_null(process_file(5));
	out(" behind");
	return 0;
}

static void test_child(void **state)
{
	(void)state;
	assert_int_equal(process_run(parent, 1, arguments), 0);
	assert_string_equal(text_of("/tmp/out"), "before child behind");
}

static int many_files(int argc, char **argv)
{
	struct file *file = open_file("/dev/null", O_RDONLY);
	int fd;

	(void)argc, (void)argv;
	for (int i = 3; i < PROCESS_FILES_MAX; i++)
		assert_int_equal(process_add_file(file_get(file)), i);
	assert_int_equal(process_add_file(file), -EMFILE);
	assert_int_equal(process_set_file(7, NULL), 0);
	fd = process_add_file(file);
	assert_int_equal(fd, 7);
	assert_int_equal(process_set_file(PROCESS_FILES_MAX, file_get(file)), -EBADF);
	assert_int_equal(process_read(20, NULL, 0), -EBADF);
	assert_int_equal(process_write(-1, NULL, 0), -EBADF);
	return 0;
}

static void test_files(void **state)
{
	(void)state;
	assert_int_equal(run(many_files), 0);
}

static int never_ends(int argc, char **argv)
{
	char byte;

	(void)argc, (void)argv;
	process_set_file(0, open_file("/dev/zero", O_RDONLY));
	process_set_file(1, open_file("/tmp/out", O_WRONLY | O_CREAT));
	out("lost");
	for (unsigned i = 0; true; i++) {
		if (i == 1000)
			host_interrupt();
		process_read(0, &byte, 1);
		if (i > 1000)
			return 0;
	}
}

static int catches(int argc, char **argv)
{
	char byte;

	(void)argc, (void)argv;
	process_catch_interrupt(true);
	process_set_file(0, open_file("/dev/zero", O_RDONLY));
	process_set_file(1, open_file("/tmp/out", O_WRONLY | O_CREAT));
	out("kept ");
	host_interrupt();
	assert_int_equal(process_read(0, &byte, 1), -EINTR);
	assert_int_equal(process_write(1, &byte, 1), -EINTR);
	assert_true(process_interrupted());
	out("too");
	assert_int_equal(out_flush(), 0);
	return 5;
}

static int complains(int argc, char **argv)
{
	(void)argc, (void)argv;
	process_set_file(2, open_file("/tmp/out", O_WRONLY | O_CREAT | O_TRUNC));
	host_interrupt();
	return complain_about("error reading", "file", -EINTR);
}

static void test_interrupt(void **state)
{
	(void)state;
	assert_int_equal(process_run(never_ends, 1, arguments), STATUS_INTERRUPTED);
	console_clear_interrupt();
	assert_string_equal(text_of("/tmp/out"), "");
	assert_int_equal(process_run(catches, 1, arguments), 5);
	console_clear_interrupt();
	assert_string_equal(text_of("/tmp/out"), "kept too");
	assert_int_equal(process_run(complains, 1, arguments), STATUS_INTERRUPTED);
	console_clear_interrupt();
	assert_string_equal(text_of("/tmp/out"), "");
}

static int to_full(int argc, char **argv)
{
	(void)argc, (void)argv;
	process_set_file(1, open_file("/dev/full", O_WRONLY));
	process_set_file(2, open_file("/tmp/err", O_WRONLY | O_CREAT));
	out("text");
	return 0;
}

static int to_closed(int argc, char **argv)
{
	(void)argc, (void)argv;
	process_set_file(1, NULL);
	process_set_file(2, open_file("/tmp/err", O_WRONLY | O_CREAT));
	out("text");
	return 0;
}

static void test_write_error(void **state)
{
	(void)state;
	assert_int_equal(process_run(to_full, 1, arguments), 1);
	assert_string_equal(text_of("/tmp/err"), "test: write error: No space left on device\n");
	assert_int_equal(process_run(to_closed, 1, arguments), 1);
	assert_string_equal(text_of("/tmp/err"), "test: write error: Bad file descriptor\n");
}

static int messages(int argc, char **argv)
{
	static char long_text[3000];

	(void)argc, (void)argv;
	process_set_file(1, open_file("/tmp/out", O_WRONLY | O_CREAT));
	process_set_file(2, file_get(process_file(1)));
	out("one %d\n", 1);
	complain("two %s", "2");
	out_char('3');
	out_bytes("4\n", 2);
	err("five\n");
	memset(long_text, 'x', sizeof(long_text) - 1);
	out("%s%s\n", long_text, long_text);
	complain("%s", long_text);
	for (int i = 0; i < 6000; i++)
		out_char('y');
	(fail)(7, "end");
}

static void test_messages(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(process_run(messages, 1, arguments), 7);
	text = text_of("/tmp/out");
	assert_int_equal(strlen(text), 6 + 12 + 3 + 5 + 5999 - 1 + 1 + 6 + 2999 + 1 + 6000 + 10);
	assert_memory_equal(text, "one 1\ntest: two 2\n34\nfive\nxxx", 29);
	assert_string_equal(text + strlen(text) - 12, "yytest: end\n");
}

/* Pipes */

static struct file *ends[2];
static uint64_t moved;

static int writer(int argc, char **argv)
{
	char bytes[10000];

	(void)argc, (void)argv;
	process_set_file(1, ends[1]);
	for (unsigned i = 0; i < 100; i++) {
		memset(bytes, (int)i, sizeof(bytes));
		for (size_t done = 0; done < sizeof(bytes);) {
			long count = process_write(1, bytes + done, sizeof(bytes) - done);

			assert_true(count > 0);
			done += (size_t)count;
		}
	}
	return 0;
}

static int reader(int argc, char **argv)
{
	char bytes[7777];
	long count;

	(void)argc, (void)argv;
	process_set_file(0, ends[0]);
	while ((count = process_read(0, bytes, sizeof(bytes))) > 0) {
		for (long i = 0; i < count; i++)
			assert_int_equal(bytes[i], (char)((moved + (uint64_t)i) / 10000));
		moved += (uint64_t)count;
	}
	assert_int_equal(count, 0);
	return 0;
}

static int reader_stops(int argc, char **argv)
{
	char byte;

	(void)argc, (void)argv;
	process_set_file(0, ends[0]);
	assert_int_equal(process_read(0, &byte, 1), 1);
	return 0;
}

struct part {
	int (*entry)(int argc, char **argv);
	int status;
};

static void run_part(void *arg)
{
	struct part *part = arg;

	part->status = process_run(part->entry, 1, arguments);
}

static void run_pipeline(struct part *left, struct part *right)
{
	struct thread *threads[2];

	assert_int_equal(file_pipe(&ends[0], &ends[1]), 0);
	assert_int_equal(thread_create(&threads[0], run_part, left), 0);
	assert_int_equal(thread_create(&threads[1], run_part, right), 0);
	thread_join(threads[0]);
	thread_join(threads[1]);
}

static int pipelines(int argc, char **argv)
{
	struct part left = {writer, -1}, right = {reader, -1};

	(void)argc, (void)argv;
	run_pipeline(&left, &right);
	assert_int_equal(left.status, 0);
	assert_int_equal(right.status, 0);
	assert_int_equal(moved, 1000000);
	right.entry = reader_stops;
	run_pipeline(&left, &right);
	assert_int_equal(left.status, STATUS_BROKEN_PIPE);
	assert_int_equal(right.status, 0);
	return 0;
}

static void test_pipes(void **state)
{
	(void)state;
	assert_int_equal(run(pipelines), 0);
}

static void test_pipe_details(void **state)
{
	char bytes[70000];

	(void)state;
	assert_int_equal(file_pipe(&ends[0], &ends[1]), 0);
	assert_int_equal(file_set_flags(ends[0], O_NONBLOCK), 0);
	assert_int_equal(file_set_flags(ends[1], O_NONBLOCK), 0);
	assert_int_equal(file_read(ends[0], bytes, 10), -EAGAIN);
	assert_int_equal(file_write(ends[1], bytes, sizeof(bytes)), 65536);
	assert_int_equal(file_write(ends[1], bytes, 1), -EAGAIN);
	assert_int_equal(file_read(ends[0], bytes, 100), 100);
	/* A small write is not split. */
	assert_int_equal(file_write(ends[1], bytes, 4096), -EAGAIN);
	assert_int_equal(file_write(ends[1], bytes, 5000), 100);
	assert_int_equal(file_seek(ends[0], 0, SEEK_SET), -ESPIPE);
	assert_int_equal(file_pread(ends[0], bytes, 1, 0), -ESPIPE);
	assert_int_equal(file_read(ends[1], bytes, 1), -EBADF);
	assert_int_equal(file_write(ends[0], bytes, 1), -EBADF);
	assert_int_equal(file_close(ends[0]), 0);
	assert_int_equal(file_write(ends[1], bytes, 1), -EPIPE);
	assert_int_equal(file_close(ends[1]), 0);
}

static int open_and_exit(int argc, char **argv)
{
	int fd = process_open("/dev/null", O_RDONLY, 0);
	struct file_stat stat;

	(void)argc, (void)argv;
	assert_true(fd >= 0 && process_file(fd) != NULL);
	assert_int_equal(process_open("/tmp/missing", O_RDONLY, 0), -ENOENT);
	while ((fd = process_open("/dev/null", O_RDONLY, 0)) >= 0)
		;
	assert_int_equal(fd, -EMFILE);
	/* What cannot be had is left alone. */
	assert_int_equal(process_open("/tmp/kept", O_WRONLY | O_CREAT | O_TRUNC, 0644), -EMFILE);
	assert_int_equal(process_open("/tmp/missing", O_WRONLY | O_CREAT, 0644), -EMFILE);
	assert_int_equal(path_stat("/tmp/kept", &stat), 0);
	assert_int_equal(stat.size, 4);
	assert_int_equal(path_stat("/tmp/missing", &stat), -ENOENT);
	process_exit(3);
}

/* The last output finds the pipe broken: that ends the process a second time. */
static int print_to_nobody(int argc, char **argv)
{
	struct file *read_end, *write_end;

	(void)argc, (void)argv;
	assert_int_equal(file_pipe(&read_end, &write_end), 0);
	process_set_file(1, write_end);
	file_close(read_end);
	out("buffered");
	return 0;
}

static void test_nothing_is_kept(void **state)
{
	(void)state;
	assert_int_equal(files_add("/tmp/kept", "kept", 4), 0);
	assert_int_equal(run(open_and_exit), 3);
	assert_int_equal(path_unlink("/tmp/kept"), 0);
	assert_int_equal(run(print_to_nobody), STATUS_BROKEN_PIPE);
}

GROUP_TESTS(host_set_up, NULL, cmocka_unit_test(test_exit), cmocka_unit_test(test_child),
	    cmocka_unit_test(test_files), cmocka_unit_test(test_interrupt),
	    cmocka_unit_test(test_write_error), cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_pipes), cmocka_unit_test(test_pipe_details),
	    cmocka_unit_test(test_nothing_is_kept))
