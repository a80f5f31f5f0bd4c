/* The positional parameters, and where getopts stands in them. */
#include "kernel/posix/process.h"
#include "kernel/shell/positional.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "lib/string.h"

void options_restart(struct positional *positional, int index)
{
	positional->option_index = index;
	positional->option_offset = NO_OFFSET;
}

void positional_set(struct shell *sh, int argc, char **argv)
{
	size_t size = (size_t)argc * sizeof(char *);
	char **values, *bytes;
	int i;

	for (i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	values = process_alloc(size ? size : 1);
	if (!values)
		shell_out_of_memory(sh);
	bytes = (char *)(values + argc);
	for (i = 0; i < argc; i++) {
		size = strlen(argv[i]) + 1;
		memcpy(bytes, argv[i], size);
		values[i] = bytes;
		bytes += size;
	}
	if (sh->positional.owned)
		process_free(sh->positional.values);
	sh->positional.values = values;
	sh->positional.count = argc;
	sh->positional.owned = true;
	options_restart(&sh->positional, 1);
}
