/* uname: the system's name. */
#include "kernel/commands/command.h"
#include "lib/string.h"

struct part {
	char letter;
	const char *text;
};

/* in the order in which they are printed */
static const struct part parts[] = {
	{'s', "my_nvme"},	   {'n', "my_nvme"}, {'r', "1.0"},
	{'v', "NVMe test kernel"}, {'m', "x86_64"},  {'o', "my_nvme"},
};

static const struct option long_options[] = {{"all", 0, 'a'},
					     {"kernel-name", 0, 's'},
					     {"nodename", 0, 'n'},
					     {"kernel-release", 0, 'r'},
					     {"kernel-version", 0, 'v'},
					     {"machine", 0, 'm'},
					     {"operating-system", 0, 'o'},
					     {NULL, 0, 0}};

static int uname_main(int argc, char **argv)
{
	char wanted[16] = "";
	size_t count = 0;
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "asnrvmo", long_options)) != -1) {
		if (option == '?')
			fail_usage(1);
		if (option != 'a' && !strchr(wanted, option) && count < sizeof(wanted) - 1)
			wanted[count++] = (char)option;
		else if (option == 'a')
			memcpy(wanted, "snrvmo", count = sizeof("snrvmo") - 1);
	}
	if (state.index < argc)
		fail_extra_operand(argv[state.index]);
	if (!count)
		wanted[count++] = 's';
	const char *space = "";

	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (memchr(wanted, parts[i].letter, count)) {
			out("%s%s", space, parts[i].text);
			space = " ";
		}
	out_char('\n');
	return 0;
}

COMMAND(uname, "[-asnrvmo]", "Print the system's name",
	"  -s name, -n node name, -r release, -v version, -m machine, -o operating system;\n"
	"  -a all of them\n");
