/* clear: empties the screen. */
#include "kernel/commands/command.h"

static int clear_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	out("\033[H\033[2J\033[3J");
	return 0;
}

COMMAND(clear, "", "Clear the screen", "");
