/* touch: sets the time of files, and makes them. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

/* Setting its size to what it is sets the time. */
static int set_time(struct file *file)
{
	struct file_stat stat;
	int error = file_stat(file, &stat);

	if (!error && stat.type == FILE_REGULAR)
		error = file_truncate(file, stat.size);
	return error;
}

/* Makes the file if it is not there. */
static int touch_one(const char *path, bool create)
{
	bool standard = strcmp(path, "-") == 0; /* standard output's file */
	struct file *file = standard ? process_file(1) : NULL;
	struct file_stat stat;
	int error = standard ? 0 : path_stat(path, &stat), open_error = 0;

	if (error == -ENOENT && !create)
		return 0;
	if (!standard && !error && stat.type != FILE_REGULAR)
		return 0;
	if (!standard && (!error || create))
		open_error = file_open(path, O_WRONLY | O_CREAT, 0666, &file);
	if (open_error && open_error != -EISDIR)
		return complain_about("cannot touch", path, open_error);
	if (!error && !open_error)
		error = file ? set_time(file) : -EBADF;
	else if (!open_error && file)
		error = 0; /* made just now */
	if (file && !standard)
		file_close(file);
	return error ? complain_about("setting times of", path, error) : 0;
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
	"FILE - is the file that standard output goes to.\n"
	"Files have one time: -a and -m are accepted and change nothing.\n");
