/* head: the first part of files. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/count.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

/* How much of the count a piece of input takes up: bytes of it, up to the last one that belongs to
 * the head. */
static size_t take(const unsigned char *bytes, size_t size, const struct count_options *options,
		   uint64_t *left)
{
	if (options->bytes) {
		size_t taken = *left < size ? (size_t)*left : size;

		*left -= taken;
		return taken;
	}
	size_t at = 0;

	while (at < size && *left) {
		const unsigned char *end = memchr(bytes + at, options->end, size - at);

		if (!end)
			return size;
		at = (size_t)(end - bytes) + 1;
		--*left;
	}
	return at;
}

static int head_first(int fd, const char *name, const struct count_options *options)
{
	unsigned char *buffer = input_buffer();
	uint64_t left = options->count;
	int status = 0;

	while (left) {
		size_t room = !options->bytes || left > INPUT_BUFFER ? INPUT_BUFFER : (size_t)left;
		long count = process_read(fd, buffer, room);

		if (count < 0)
			status = count_complain(name, count);
		if (count <= 0)
			break;
		size_t taken = take(buffer, (size_t)count, options, &left);

		out_bytes(buffer, taken);
		/* what was read too much is the next reader's */
		if (taken < (size_t)count)
			file_seek(process_file(fd), -(int64_t)((size_t)count - taken), SEEK_CUR);
	}
	process_free(buffer);
	return status;
}

static int head_one(int fd, const char *name, const struct count_options *options)
{
	return options->signed_prefix ? count_from_end(fd, name, options, true)
				      : head_first(fd, name, options);
}

static int head_main(int argc, char **argv)
{
	struct count_options options;

	count_parse(argc, argv, '-', &options);
	return count_for_each(&options, head_one);
}

COMMAND(head, "[-qvz] [-c [-]N] [-n [-]N] [FILE]...", "Write the first part of files",
	"  -n N   the first N lines (10), with -N all but the last N\n"
	"  -c N   the first N bytes, with -N all but the last N\n"
	"  -q     never headers with the files' names; -v always\n"
	"  -z     lines end with NUL\n"
	"N takes the suffixes b=512 kB=1000 K=1024 MB, M, …\n");
