/* rm: removes files and directories. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "lib/string.h"

static bool is_dot(const char *path)
{
	const char *last = path_last(path);

	return strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
}

static bool is_root(const char *path)
{
	char *absolute = alloc_or_fail(PATH_MAX);

	return path_absolute(path, absolute, PATH_MAX) == 0 && strcmp(absolute, "/") == 0;
}

static const struct option long_options[] = {
	{"recursive", 0, 'r'}, {"force", 0, 'f'}, {"dir", 0, 'd'},
	{"verbose", 0, 'v'},   {NULL, 0, 0},
};

static int rm_main(int argc, char **argv)
{
	struct remove_options options = {0};
	struct getopt state = {0};
	int option, status = 0;

	out_failure_waits();
	while ((option = getopt_next(&state, argc, argv, "dfrRv", long_options)) != -1) {
		if (option == 'r' || option == 'R')
			options.recursive = true;
		else if (option == 'f')
			options.force = true;
		else if (option == 'd')
			options.directories = true;
		else if (option == 'v')
			options.verbose = true;
		else
			fail_usage(1);
	}
	if (state.index == argc && !options.force)
		fail_missing_operand();
	for (int i = state.index; i < argc; i++) {
		if (options.recursive && is_dot(argv[i])) {
			complain("refusing to remove '.' or '..' directory: skipping %s",
				 quote(argv[i]));
			status = 1;
		} else if (options.recursive && is_root(argv[i])) {
			complain("it is dangerous to operate recursively on %s",
				 strcmp(argv[i], "//") ? "'/'" : "'//' (same as '/')");
			complain("use --no-preserve-root to override this failsafe");
			status = 1;
		} else {
			status |= remove_path(argv[i], &options);
		}
	}
	return status;
}

COMMAND(rm, "[-dfrv] FILE...", "Remove files and directories",
	"  -r, -R   directories with all that is in them\n"
	"  -d       empty directories\n"
	"  -f       no complaint about files that are not there\n"
	"  -v       say what is done\n");
