/* truncate: sets the size of files. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

struct change {
	char mode; /* '=', or one of "+-<>/%" before the number */
	uint64_t size;
	bool blocks; /* -o: sizes count I/O blocks */
};

static void parse_size(const char *text, struct change *change)
{
	const char *number = text;

	while (is_space(*number))
		number++;
	change->mode = *number && strchr("<>/%+-", *number) ? *number++ : '=';
	while (is_space(*number))
		number++;
	/* a suffix on its own is one of it, but not behind a sign */
	int error = is_digit(*number) || !strchr("+-", change->mode)
			    ? size_parse(number, "EgGkKmMPtTYZ0", &change->size)
			    : -EINVAL;

	if (!error && change->size > INT64_MAX)
		error = -ERANGE;
	if (error)
		fail(1, "Invalid number: %s%s%s", quote_text(text), error == -ERANGE ? ": " : "",
		     error == -ERANGE ? error_text(EOVERFLOW) : "");
	if ((change->mode == '/' || change->mode == '%') && change->size == 0)
		fail(1, "division by zero");
}

/* The size that old becomes; false where it is too large. */
static bool new_size(const struct change *change, uint64_t old, uint64_t by, uint64_t *size)
{
	uint64_t rest;

	switch (change->mode) {
	case '<':
		*size = old < by ? old : by;
		break;
	case '>':
		*size = old > by ? old : by;
		break;
	case '/':
		*size = old - old % by;
		break;
	case '%':
		rest = old % by;
		if (__builtin_add_overflow(old, rest ? by - rest : 0, size))
			return false;
		break;
	case '+':
		if (__builtin_add_overflow(old, by, size))
			return false;
		break;
	case '-':
		*size = old > by ? old - by : 0;
		break;
	default:
		*size = by;
	}
	return *size <= INT64_MAX;
}

static int truncate_one(const char *path, const struct change *change, const uint64_t *reference,
			bool create)
{
	struct file *file;
	struct file_stat stat;
	int fd = process_open(path, create ? O_WRONLY | O_CREAT : O_WRONLY, 0644), error;

	if (fd == -ENOENT && !create)
		return 0;
	if (fd < 0) {
		complain("cannot open %s for writing: %s", quote(path), error_text(-fd));
		return 1;
	}
	file = process_file(fd);
	uint64_t by = change->size, size = 0;
	int status = 1;

	error = file_stat(file, &stat);
	if (error)
		complain_about("cannot fstat", path, error);
	else if (change->blocks && __builtin_mul_overflow(by, stat.block_size, &by))
		complain("overflow in %llu * %u byte blocks for file %s",
			 (unsigned long long)change->size, stat.block_size, quote(path));
	else if (!new_size(change, reference ? *reference : stat.size, by, &size))
		complain("overflow extending size of file %s", quote(path));
	else if ((error = file_truncate(file, size)))
		complain("failed to truncate %s at %llu bytes: %s", quote(path),
			 (unsigned long long)size, error_text(-error));
	else
		status = 0;
	process_set_file(fd, NULL);
	return status;
}

static const struct option long_options[] = {{"no-create", 0, 'c'},
					     {"io-blocks", 0, 'o'},
					     {"reference", 1, 'r'},
					     {"size", 1, 's'},
					     {NULL, 0, 0}};

static int truncate_main(int argc, char **argv)
{
	struct change change = {.mode = 0};
	const char *reference = NULL;
	bool create = true;
	struct getopt state = {0};
	int option, status = 0;

	while ((option = getopt_next(&state, argc, argv, "cor:s:", long_options)) != -1) {
		if (option == 'c')
			create = false;
		else if (option == 'o')
			change.blocks = true;
		else if (option == 'r')
			reference = state.argument;
		else if (option == 's')
			parse_size(state.argument, &change);
		else
			fail_usage(1);
	}
	if (!reference && !change.mode) {
		complain("you must specify either '--size' or '--reference'");
		fail_usage(1);
	}
	if (reference && change.mode == '=') {
		complain("you must specify a relative '--size' with '--reference'");
		fail_usage(1);
	}
	if (change.blocks && !change.mode) {
		complain("'--io-blocks' was specified but '--size' was not");
		fail_usage(1);
	}
	if (state.index == argc) {
		complain("missing file operand");
		fail_usage(1);
	}
	struct file_stat stat;
	int error = reference ? path_stat(reference, &stat) : 0;

	if (error)
		fail_about("cannot stat", reference, error);
	/* "-r FILE" alone: that size, plus nothing */
	if (!change.mode)
		change.mode = '+';
	for (int i = state.index; i < argc; i++)
		status |= truncate_one(argv[i], &change, reference ? &stat.size : NULL, create);
	return status;
}

COMMAND(truncate, "[-co] -s SIZE | -r FILE FILE...", "Set the size of files",
	"  -s SIZE   the size; +N and -N by N more or less, <N at most, >N at least,\n"
	"            /N down and %N up to a multiple of N\n"
	"  -r FILE   the size of FILE\n"
	"  -c        make no files; -o SIZE counts I/O blocks\n"
	"Numbers take the suffixes K=1024 KB=1000 M, MB, …\n");
