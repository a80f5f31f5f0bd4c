/* tee: standard input to standard output and to files. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

#define OUTPUTS_MAX PROCESS_FILES_MAX

struct output {
	int fd;
	const char *name;
};

/* After Ctrl-C (with -i) a file is still read to its end, and a pipe until those have ended that
 * write to it, which Ctrl-C makes them do. Where nothing would ever end it is the end. */
static long read_input(void *buffer, size_t size)
{
	struct file *file = process_file(0);
	long count = process_read(0, buffer, size);
	struct file_stat stat;

	if (count != -EINTR)
		return count;
	if (file_stat(file, &stat) || (stat.type != FILE_PIPE && stat.type != FILE_REGULAR))
		return 0;
	do
		count = file_read(file, buffer, size);
	while (count == -EINTR);
	return count;
}

/* Writes all; a negative errno. */
static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		struct file *file = process_file(fd);
		long written;

		process_check_interrupt();
		written = process_interrupted() && file ? file_write(file, bytes, size)
							: process_write(fd, bytes, size);
		if (written == -EINTR)
			continue;
		if (written == -EPIPE)
			process_exit(STATUS_BROKEN_PIPE);
		if (written <= 0)
			return written ? (int)written : -ENOSPC;
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

static const struct option long_options[] = {
	{"append", 0, 'a'}, {"ignore-interrupts", 0, 'i'}, {NULL, 0, 0}};

static int tee_main(int argc, char **argv)
{
	struct output outputs[OUTPUTS_MAX] = {{1, "standard output"}};
	unsigned count = 1;
	bool append = false, catches = false;
	struct getopt state = {0};
	int option, status = 0;

	while ((option = getopt_next(&state, argc, argv, "ai", long_options)) != -1) {
		if (option == 'a')
			append = true;
		else if (option == 'i')
			catches = true;
		else
			fail_usage(1);
	}
	for (int i = state.index; i < argc; i++) {
		int flags = O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
		int result = count < OUTPUTS_MAX ? process_open(argv[i], flags, 0644) : -EMFILE;

		if (result < 0)
			status = input_complain(argv[i], result);
		else
			outputs[count++] = (struct output){result, argv[i]};
	}
	process_catch_interrupt(catches);
	char *buffer = input_buffer();
	unsigned working = count;
	long size = 0;

	while (working && (size = read_input(buffer, INPUT_BUFFER)) > 0) {
		for (unsigned i = 0; i < count; i++) {
			if (outputs[i].fd < 0)
				continue;
			int error = write_all(outputs[i].fd, buffer, (size_t)size);

			if (!error)
				continue;
			status = input_complain(outputs[i].name, error);
			outputs[i].fd = -1;
			working--;
		}
	}
	if (size < 0)
		status = input_complain("read error", size);
	for (unsigned i = 1; i < count; i++) {
		int error = outputs[i].fd < 0 ? 0 : process_set_file(outputs[i].fd, NULL);

		if (error < 0)
			status = input_complain(outputs[i].name, error);
	}
	return status;
}

COMMAND(tee, "[-ai] [FILE]...", "Copy standard input to standard output and to FILEs",
	"  -a   append to the FILEs\n"
	"  -i   go on after Ctrl-C\n");
