/* sync: brings data onto the medium. */
#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

static const struct option long_options[] = {
	{"data", 0, 'd'}, {"file-system", 0, 'f'}, {NULL, 0, 0}};

static int sync_main(int argc, char **argv)
{
	struct getopt state = {0};
	bool data = false, file_system = false;
	int option, status = 0;

	while ((option = getopt_next(&state, argc, argv, "df", long_options)) != -1) {
		if (option == '?')
			fail_usage(1);
		data |= option == 'd';
		file_system |= option == 'f';
	}
	if (data && file_system)
		fail(1, "cannot specify both --data and --file-system");
	if (data && state.index == argc)
		fail(1, "--data needs at least one argument");
	if (state.index == argc) {
		int error = files_sync_all();

		if (error == -EINTR)
			process_check_interrupt();
		if (error)
			fail(1, "error syncing: %s", error_text(-error));
		return 0;
	}
	for (int i = state.index; i < argc; i++) {
		struct file *file;
		int error = file_open(argv[i], O_RDONLY, 0, &file);

		if (error) {
			complain_about("error opening", argv[i], error);
			status = 1;
			continue;
		}
		error = file_sync(file);
		int close_error = file_close(file);

		if (error == -EINTR)
			process_check_interrupt();
		if (error || close_error) {
			complain("error syncing %s: %s", quote(argv[i]),
				 error_text(error ? -error : -close_error));
			status = 1;
		}
	}
	return status;
}

COMMAND(sync, "[-d|-f] [FILE]...", "Bring data onto the medium",
	"Writes back what is buffered of the FILEs, or of every device, and flushes the device.\n"
	"-d and -f change nothing; -d wants a FILE.\n");
