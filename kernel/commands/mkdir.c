/* mkdir: makes directories. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

static int make(const char *path, unsigned mode, bool verbose)
{
	int error = path_mkdir(path, mode);

	if (!error && verbose)
		out("mkdir: created directory %s\n", quote(path));
	return error;
}

/* Every directory on the way, too. *failed names the one that could not be made. */
static int make_all(char *path, unsigned usual, unsigned mode, bool verbose, const char **failed)
{
	char *slash = path;

	*failed = path;
	while ((slash = strchr(slash + strspn(slash, "/"), '/'))) {
		if (!slash[strspn(slash, "/")])
			break;
		*slash = '\0';
		int error = path_is_directory(path) ? 0 : make(path, usual, verbose);

		if (error)
			return error == -EEXIST ? -ENOTDIR : error;
		*slash = '/';
	}
	return path_is_directory(path) ? 0 : make(path, mode, verbose);
}

static const struct option long_options[] = {
	{"parents", 0, 'p'}, {"verbose", 0, 'v'}, {"mode", 1, 'm'}, {NULL, 0, 0}};

static int mkdir_main(int argc, char **argv)
{
	bool parents = false, verbose = false;
	/* The mask is for the usual mode alone, not for the one of -m. */
	unsigned usual = 0777 & ~process_file_mask(), mode = usual;
	struct getopt state = {0};
	int option, status = 0;

	process_set_file_mask(0);
	out_failure_waits();
	while ((option = getopt_next(&state, argc, argv, "pvm:", long_options)) != -1) {
		if (option == 'p') {
			parents = true;
		} else if (option == 'v') {
			verbose = true;
		} else if (option == 'm') {
			const char *text = state.argument;

			if (!*text || strlen(text) > 4 || text[strspn(text, "01234567")])
				fail(1, "invalid mode %s", quote_text(text));
			for (mode = 0; *text; text++)
				mode = mode * 8 + (unsigned)(*text - '0');
		} else {
			fail_usage(1);
		}
	}
	if (state.index == argc)
		fail_missing_operand();
	for (int i = state.index; i < argc; i++) {
		const char *failed = argv[i];
		int error = parents ? make_all(argv[i], usual, mode, verbose, &failed)
				    : make(argv[i], mode, verbose);

		if (error) {
			complain("cannot create directory %s: %s", quote_text(failed),
				 error_text(-error));
			status = 1;
		}
	}
	return status;
}

COMMAND(mkdir, "[-pv] [-m MODE] DIRECTORY...", "Make directories",
	"  -p        make the directories on the way too; no error for one that is there\n"
	"  -m MODE   permissions, in octal\n"
	"  -v        say what is done\n");
