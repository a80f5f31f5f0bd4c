/* dmesg: the kernel's log. */
#include "kernel/commands/command.h"
#include "kernel/log.h"

static const struct option no_options[] = {{NULL, 0, 0}};

static int dmesg_main(int argc, char **argv)
{
	char buffer[1024];
	size_t position = 0, size;
	struct getopt state = {0};

	if (getopt_next(&state, argc, argv, "", no_options) != -1)
		fail_usage(1);
	if (state.index < argc) {
		complain("bad usage");
		fail_usage(1);
	}
	while ((size = klog_read(&position, buffer, sizeof(buffer))) > 0)
		out_bytes(buffer, size);
	return 0;
}

COMMAND(dmesg, "", "Print the kernel's log",
	"What is printed on the console when it is logged, loglevel=N on the kernel command line\n"
	"decides: 3 errors, 4 warnings (the default), 6 information, 7 all.\n");
