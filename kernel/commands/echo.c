/* echo: its operands. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/escape.h"
#include "lib/string.h"

static int echo_main(int argc, char **argv)
{
	int first = argc > 1 && strcmp(argv[1], "-n") == 0 ? 2 : 1;

	for (int i = first; i < argc; i++) {
		const char *text = argv[i];

		if (i > first)
			out_char(' ');
		while (*text) {
			char c = *text++;
			int byte = c == '\\' ? escape_echo(&text) : c;

			if (byte == ESCAPE_STOP)
				return 0;
			out_char(byte == ESCAPE_NONE ? c : (char)byte);
		}
	}
	if (first == 1)
		out_char('\n');
	return 0;
}

COMMAND(echo, "[-n] [STRING]...", "Write the STRINGs and a newline",
	"  -n   no newline; only as the first operand\n"
	"Backslash escapes are interpreted, as in dash: \\\\ \\a \\b \\e \\f \\n \\r \\t \\v,\n"
	"\\0NNN (octal), and \\c, which ends the output.\n");
