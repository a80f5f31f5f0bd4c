/* cp: copies files and directories. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "lib/string.h"

static const struct option long_options[] = {
	{"recursive", 0, 'r'},	      {"force", 0, 'f'},
	{"no-clobber", 0, 'n'},	      {"verbose", 0, 'v'},
	{"target-directory", 1, 't'}, {"no-target-directory", 0, 'T'},
	{"archive", 0, 'a'},	      {NULL, 0, 0},
};

static int cp_main(int argc, char **argv)
{
	struct copy_options options = {0};
	struct getopt state = {0};
	int option;

	out_failure_waits();
	while ((option = getopt_next(&state, argc, argv, "aRrfnvpdt:T", long_options)) != -1) {
		switch (option) {
		case 'a':
		case 'r':
		case 'R':
			options.recursive = true;
			break;
		case 'f':
			options.force = true;
			break;
		case 'p':
		case 'd':
			break;
		default:
			copy_option(option, state.argument, &options);
		}
	}
	return copy_each(argv + state.index, argc - state.index, &options, copy_path);
}

COMMAND(cp, "[-rfnv] SOURCE... TARGET", "Copy files and directories",
	"  -r, -R, -a   directories with all that is in them\n"
	"  -f           remove a target that cannot be written, and try again\n"
	"  -n           leave files that are there alone\n"
	"  -v           say what is done\n"
	"  -t DIRECTORY copy into DIRECTORY; -T: the target is no directory to copy into\n"
	"Devices are read and written, not copied as such. -p and -d are accepted.\n");
