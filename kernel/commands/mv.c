/* mv: renames files, or moves them into a directory. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "lib/errno.h"
#include "lib/string.h"

static int move(const char *from, const char *to, const struct copy_options *options)
{
	struct file_stat source, target;
	int error = path_stat(from, &source);

	if (error) {
		complain_about("cannot stat", from, error);
		return 1;
	}
	error = path_stat(to, &target);
	bool exists = error == 0;

	if (error && error != -ENOENT)
		return complain_about("cannot stat", to, error);

	if (exists && options->no_clobber)
		return 0;
	if (exists && target.inode == source.inode && target.type == source.type) {
		complain("%s and %s are the same file", quote(from), quote(to));
		return 1;
	}
	if (exists && source.type == FILE_DIRECTORY && target.type != FILE_DIRECTORY) {
		complain("cannot overwrite non-directory %s with directory %s", quote(to),
			 quote(from));
		return 1;
	}
	if (exists && source.type != FILE_DIRECTORY && target.type == FILE_DIRECTORY) {
		complain("cannot overwrite directory %s with non-directory", quote(to));
		return 1;
	}
	error = path_rename(from, to);
	if (error == -EISDIR && source.type != FILE_DIRECTORY)
		error = -ENOTDIR;
	if (error == -EINVAL && source.type == FILE_DIRECTORY) {
		complain("cannot move %s to a subdirectory of itself, %s", quote(from), quote(to));
		return 1;
	}
	if (error) {
		complain("cannot move %s to %s: %s", quote(from), quote(to), error_text(-error));
		return 1;
	}
	if (options->verbose)
		out("renamed %s -> %s\n", quote(from), quote(to));
	return 0;
}

static const struct option long_options[] = {
	{"force", 0, 'f'},
	{"no-clobber", 0, 'n'},
	{"verbose", 0, 'v'},
	{"target-directory", 1, 't'},
	{"no-target-directory", 0, 'T'},
	{NULL, 0, 0},
};

static int mv_main(int argc, char **argv)
{
	struct copy_options options = {0};
	struct getopt state = {0};
	int option;

	out_failure_waits();
	while ((option = getopt_next(&state, argc, argv, "fnvt:T", long_options)) != -1) {
		if (option == 'f')
			options.no_clobber = false;
		else
			copy_option(option, state.argument, &options);
	}
	return copy_each(argv + state.index, argc - state.index, &options, move);
}

COMMAND(mv, "[-fnv] SOURCE... TARGET", "Rename files, or move them into a directory",
	"  -n   leave files that are there alone; -f do not\n"
	"  -v   say what is done\n"
	"  -t DIRECTORY move into DIRECTORY; -T: the target is no directory to move into\n");
