/* Command lines on the host's kernel, with what they print and their status. */
#pragma once

#include <string.h>

#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/shell/shell.h"
#include "tests/host/host.h"
#include "tests/unit/cmocka.h"

#define OUTPUT	   "/output"
#define OUTPUT_MAX 65536

static int status;
static char output[OUTPUT_MAX + 1];

static int captured(int argc, char **argv)
{
	struct file *file;
	long size;

	(void)argc;
	assert_int_equal(file_open(OUTPUT, O_RDWR | O_CREAT | O_TRUNC, 0644, &file), 0);
	process_set_file(2, file_get(file));
	process_set_file(1, file_get(file));
	status = shell_run_string(argv[1]);
	file_seek(file, 0, SEEK_SET);
	size = file_read(file, output, OUTPUT_MAX);
	assert_in_range(size, 0, OUTPUT_MAX - 1);
	output[size] = '\0';
	process_set_file(1, NULL);
	process_set_file(2, NULL);
	file_close(file);
	path_unlink(OUTPUT);
	return 0;
}

static inline void run(const char *line)
{
	char *argv[] = {(char *)"test", (char *)line, NULL};

	assert_int_equal(host_run(captured, 2, argv), 0);
}

/* The status, and what stands somewhere in the output. */
static inline void expect(const char *line, int expected, const char *text)
{
	run(line);
	if (status != expected || !strstr(output, text))
		fail_msg("%s: expected status %d and\n%s\ngot %d and\n%s", line, expected, text,
			 status, output);
}

/* A line of nvme about the first controller. */
#define LINE(command, rest) "nvme " command " /dev/my_nvme0 " rest

static inline void expect_status(int expected)
{
	if (status != expected)
		fail_msg("expected status %d, got %d:\n%s", expected, status, output);
}

static inline void expect_output(const char *text)
{
	if (!strstr(output, text))
		fail_msg("expected '%s' in:\n%s", text, output);
}

static inline void expect_no_output(const char *text)
{
	if (strstr(output, text))
		fail_msg("expected no '%s' in:\n%s", text, output);
}

/* All of it. */
static inline void expect_exactly(const char *text)
{
	if (strcmp(output, text) != 0)
		fail_msg("expected '%s', got '%s'", text, output);
}
