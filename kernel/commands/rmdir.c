/* rmdir: removes empty directories. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "lib/errno.h"
#include "lib/string.h"

struct settings {
	bool parents, verbose, ignore_full;
};

static int remove_one(const char *path, const struct settings *settings, const char *what)
{
	if (settings->verbose)
		out("rmdir: removing directory, %s\n", quote(path));
	int error = path_rmdir(path);

	if (!error || (settings->ignore_full && error == -ENOTEMPTY))
		return error ? -1 : 0;
	complain("failed to remove %s%s: %s", what, quote(path), error_text(-error));
	return 1;
}

static const struct option long_options[] = {{"parents", 0, 'p'},
					     {"verbose", 0, 'v'},
					     {"ignore-fail-on-non-empty", 0, 'i'},
					     {NULL, 0, 0}};

static int rmdir_main(int argc, char **argv)
{
	struct settings settings = {0};
	struct getopt state = {0};
	int option, status = 0;

	out_failure_waits();
	while ((option = getopt_next(&state, argc, argv, "pv", long_options)) != -1) {
		if (option == 'p')
			settings.parents = true;
		else if (option == 'v')
			settings.verbose = true;
		else if (option == 'i')
			settings.ignore_full = true;
		else
			fail_usage(1);
	}
	if (state.index == argc)
		fail_missing_operand();
	for (int i = state.index; i < argc; i++) {
		char *path = argv[i];
		int result = remove_one(path, &settings, "");

		while (result == 0 && settings.parents) {
			char *slash = strrchr(path, '/');

			while (slash && slash > path && !slash[1]) {
				*slash = '\0';
				slash = strrchr(path, '/');
			}
			if (!slash || slash == path)
				break;
			*slash = '\0';
			result = remove_one(path, &settings, "directory ");
		}
		status |= result > 0;
	}
	return status;
}

COMMAND(rmdir, "[-pv] DIRECTORY...", "Remove empty directories",
	"  -p   and then the directories on the way to it\n"
	"  -v   say what is done\n"
	"  --ignore-fail-on-non-empty   no complaint about directories that are not empty\n");
