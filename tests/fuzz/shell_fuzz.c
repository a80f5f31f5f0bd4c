/* The shell, its editor and the commands with any script: the first byte says how it gets there
 * (-c, standard input, typed at the prompt) and which allocations fail. Whatever it is, it ends: by
 * itself or by Ctrl-C; nothing else is left behind. */
#include <stdlib.h>
#include <string.h>

#include "kernel/shell/shell.h"
#include "tests/fuzz/machine.h"
#include "tests/host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	char *argv[] = {(char *)"sh",	   (char *)"-c", NULL, (char *)"name",
			(char *)"one two", (char *)"",	 NULL};
	char *text;
	unsigned how;

	if (!started)
		machine_start();
	started = true;
	if (size < 1)
		return 0;
	how = data[0];
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	machine_begin(text, size - 1, how % 4 >= 2);
	/* One script in eight runs out of memory somewhere. */
	if (how >= 224)
		host_fail_allocations(30 + (how - 224) * (how - 224));
	if (how % 4 == 0) {
		argv[2] = text;
		machine_run(shell_main, 6, argv);
	} else {
		argv[1] = how % 4 == 1 ? (char *)"-s" : NULL;
		machine_run(shell_main, how % 4 == 1 ? 2 : 1, argv);
	}
	shell_end_jobs();
	machine_end();
	free(text);
	return 0;
}
