/* tail: the last part of files. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/count.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

static int copy_rest(int fd, const char *name, unsigned char *buffer)
{
	for (;;) {
		long count = process_read(fd, buffer, INPUT_BUFFER);

		if (count < 0)
			return count_complain(name, count);
		if (count == 0)
			return 0;
		out_bytes(buffer, (size_t)count);
	}
}

/* From byte or line count (1 is the first) on. */
static int tail_from(int fd, const char *name, const struct count_options *options)
{
	unsigned char *buffer = input_buffer();
	uint64_t skip = options->count ? options->count - 1 : 0;
	int status = 0;

	while (skip) {
		size_t room = options->bytes && skip < INPUT_BUFFER ? (size_t)skip : INPUT_BUFFER;
		long count = process_read(fd, buffer, room);

		if (count < 0)
			status = count_complain(name, count);
		if (count <= 0)
			break;
		if (options->bytes) {
			skip -= (uint64_t)count;
			continue;
		}
		size_t at = 0;

		while (skip && at < (size_t)count) {
			unsigned char *end = memchr(buffer + at, options->end, (size_t)count - at);

			at = end ? (size_t)(end - buffer) + 1 : (size_t)count;
			skip -= end != NULL;
		}
		out_bytes(buffer + at, (size_t)count - at);
	}
	if (!status)
		status = copy_rest(fd, name, buffer);
	process_free(buffer);
	return status;
}

/* The offset of the first of the last count lines of [start, end); negative errno. */
static int64_t find_lines(int fd, int64_t start, int64_t end, const struct count_options *options,
			  unsigned char *buffer)
{
	struct file *file = process_file(fd);
	uint64_t lines = options->count;
	int64_t position = end;

	if (!lines)
		return end;
	while (position > start) {
		size_t size =
			position - start < INPUT_BUFFER ? (size_t)(position - start) : INPUT_BUFFER;
		size_t filled = 0;

		position -= (int64_t)size;
		process_check_interrupt();
		while (filled < size) {
			long count = file_pread(file, buffer + filled, size - filled,
						(uint64_t)position + filled);

			if (count < 0)
				return count;
			if (count == 0)
				break;
			filled += (size_t)count;
		}
		for (size_t at = filled; at > 0; at--) {
			/* the newline that ends the last line starts none */
			if ((char)buffer[at - 1] != options->end || position + (int64_t)at == end)
				continue;
			if (--lines == 0)
				return position + (int64_t)at;
		}
	}
	return start;
}

static int tail_seekable(int fd, const char *name, const struct count_options *options,
			 int64_t start, int64_t end)
{
	unsigned char *buffer = input_buffer();
	int64_t from;

	if (end < start)
		end = start;
	if (options->bytes)
		from = options->count > (uint64_t)(end - start) ? start
								: end - (int64_t)options->count;
	else
		from = find_lines(fd, start, end, options, buffer);
	int status = 0;

	if (from < 0) {
		status = count_complain(name, (long)from);
	} else {
		file_seek(process_file(fd), from, SEEK_SET);
		status = copy_rest(fd, name, buffer);
	}
	process_free(buffer);
	return status;
}

static int tail_one(int fd, const char *name, const struct count_options *options)
{
	struct file *file = process_file(fd);
	struct file_stat stat;

	if (options->signed_prefix)
		return tail_from(fd, name, options);
	if (file && file_stat(file, &stat) == 0 &&
	    (stat.type == FILE_REGULAR || stat.type == FILE_BLOCK)) {
		int64_t start = file_seek(file, 0, SEEK_CUR);

		if (start >= 0)
			return tail_seekable(fd, name, options, start, (int64_t)stat.size);
	}
	return count_from_end(fd, name, options, false);
}

static int tail_main(int argc, char **argv)
{
	struct count_options options;

	count_parse(argc, argv, '+', &options);
	if (!options.count && !options.signed_prefix)
		return 0;
	return count_for_each(&options, tail_one);
}

COMMAND(tail, "[-qvz] [-c [+]N] [-n [+]N] [FILE]...", "Write the last part of files",
	"  -n N   the last N lines (10), with +N from line N on\n"
	"  -c N   the last N bytes, with +N from byte N on\n"
	"  -q     never headers with the files' names; -v always\n"
	"  -z     lines end with NUL\n"
	"N takes the suffixes b=512 kB=1000 K=1024 MB, M, …\n");
