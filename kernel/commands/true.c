/* true and false. */
#include "kernel/commands/command.h"

static int true_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int false_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

COMMAND(true, "", "Do nothing, with status 0", "");
COMMAND(false, "", "Do nothing, with status 1", "");
