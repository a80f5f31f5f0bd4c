/* time: runs a command and shows how long it took. */
#include "kernel/x86/time.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "lib/string.h"

#define STACK_LEAST 12288 /* what a command may need */

static int time_main(int argc, char **argv)
{
	uint64_t start = time_ns();
	int status = 0;
	int first = 1;

	/* -p, POSIX's form, is the only one */
	while (first < argc && strcmp(argv[first], "-p") == 0)
		first++;
	if (first < argc) {
		const struct command *command = command_find(argv[first]);

		if (!command)
			fail(STATUS_NOT_FOUND, "%s: not found", argv[first]);
		if (thread_stack_left() < STACK_LEAST) /* "time time time …" */
			fail(STATUS_NOT_EXECUTABLE, "nested too deeply");
		status = command_run(command, argc - first, argv + first);
	}
	uint64_t hundredths = (time_ns() - start + 5 * NS_PER_MS) / (10 * NS_PER_MS);

	err("real %llu.%02u\n", (unsigned long long)(hundredths / 100),
	    (unsigned)(hundredths % 100));
	return status;
}

COMMAND(time, "[-p] COMMAND [OPERAND]...", "Run a command and show how long it took",
	"Prints the seconds on standard error, in the form of POSIX; there is no user and system\n"
	"time to be told apart. The status is the command's.\n");
