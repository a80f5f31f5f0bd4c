/* Operands and options of commands. The input is records, separated by 1Eh bytes: the first byte
 * chooses the command, the rest are its words, separated by newlines. dd's are parsed as dd does
 * it, and what comes out is checked. The commands run with a small file, /tmp/f, and a block device
 * to work on. */
#include <stdlib.h>
#include <string.h>

#include "kernel/commands/command.h"
#include "kernel/commands/dd/dd.h"
#include "kernel/posix/file.h"
#include "tests/fuzz/machine.h"

#define WORDS_MAX 24
#define SEPARATOR 0x1e

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
	"dd",	   "dd",	"cmp",	"head",	    "tail",  "seq",  "truncate", "wc",
	"hexdump", "printf",	"test", "blockdev", "date",  "ls",   "stat",	 "[",
	"sleep",   "sha256sum", "yes",	"lsblk",    "grep",  "tr",   "cut",	 "uniq",
	"sort",	   "od",	"xxd",	"md5sum",   "cksum", "expr", "sed",
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static int parse(int argc, char **argv)
{
	struct dd_options options;

	dd_parse_operands(argc, argv, &options);
	check(options.input_size >= 1 && options.input_size < INT64_MAX);
	check(options.output_size >= 1 && options.output_size < INT64_MAX);
	check(options.skip_bytes < options.input_size && options.seek_bytes < options.output_size);
	check(options.max_bytes < options.input_size && options.max_blocks <= INT64_MAX);
	check(options.skip_blocks <= INT64_MAX && options.seek_blocks <= INT64_MAX);
	return 0;
}

static void run(const char *record, size_t size)
{
	char *argv[WORDS_MAX + 1];
	const struct command *command;
	unsigned which = (unsigned char)record[0];
	char *text = malloc(size), *at;
	int argc = 1;

	memcpy(text, record + 1, size - 1);
	text[size - 1] = '\0';
	argv[0] = (char *)(uintptr_t)names[which % (sizeof(names) / sizeof(names[0]))];
	for (at = text; at && argc < WORDS_MAX; argc++) {
		argv[argc] = at;
		at = strchr(at, '\n');
		if (at)
			*at++ = '\0';
	}
	argv[argc] = NULL;
	machine_begin("typed\n", 6, false);
	files_add("/tmp/f", "one two\nthree\n\0\377 last", 21);
	command = command_find(argv[0]);
	if (which == 0)
		machine_run(parse, argc, argv);
	else if (command)
		command_run(command, argc, argv);
	machine_end();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	const char *at = (const char *)data, *end = at + size;

	if (!started)
		machine_start();
	started = true;
	while (at < end) {
		const char *separator = memchr(at, SEPARATOR, (size_t)(end - at));
		const char *next = separator ? separator : end;

		if (next > at)
			run(at, (size_t)(next - at));
		at = next + 1;
	}
	return 0;
}
