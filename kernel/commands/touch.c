#include "kernel/commands/command.h"
#include "kernel/files/file.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Makes the file if it is not there; setting its size to what it is sets the time. */
static int touch_one(const char *path, bool create)
{
	struct file *file;
	struct file_stat stat;
	int error = path_stat(path, &stat);

	if (error == -ENOENT && !create)
		return 0;
	if (!error && stat.type != FILE_REGULAR)
		return 0;
	if (!error || error == -ENOENT) {
		error = file_open(path, O_WRONLY | O_CREAT, 0644, &file);
		if (!error) {
			error = file_stat(file, &stat);
			if (!error)
				error = file_truncate(file, stat.size);
			file_close(file);
		}
	}
	if (!error)
		return 0;
	complain_about("cannot touch", path, error);
	return 1;
}

static const struct option long_options[] = {{"no-create", 0, 'c'}, {NULL, 0, 0}};

static int touch_main(int argc, char **argv)
{
	bool create = true;
	struct getopt state = {0};
	int option, status = 0;

	while ((option = getopt_next(&state, argc, argv, "acm", long_options)) != -1) {
		if (option == 'c')
			create = false;
		else if (option == '?')
			fail_usage(1);
	}
	if (state.index == argc) {
		complain("missing file operand");
		fail_usage(1);
	}
	for (int i = state.index; i < argc; i++)
		status |= touch_one(argv[i], create);
	return status;
}

COMMAND(touch, "[-c] FILE...", "Set the time of files, making those that are not there",
	"  -c   make none\n"
	"Files have one time: -a and -m are accepted and change nothing.\n");
