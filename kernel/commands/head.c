#include "kernel/commands/command.h"
#include "kernel/commands/support/count.h"
#include "kernel/commands/support/input.h"
#include "kernel/files/file.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/string.h"

/* How much of the count a piece of input takes up: bytes of it, up to the last one that belongs to
 * the head. */
static size_t take(const unsigned char *bytes, size_t size, bool lines, uint64_t *left)
{
	if (!lines) {
		size_t taken = *left < size ? (size_t)*left : size;

		*left -= taken;
		return taken;
	}
	size_t at = 0;

	while (at < size && *left) {
		const unsigned char *end = memchr(bytes + at, '\n', size - at);

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
		size_t taken = take(buffer, (size_t)count, !options->bytes, &left);

		out_bytes(buffer, taken);
		/* what was read too much is the next reader's */
		if (taken < (size_t)count)
			file_seek(process_file(fd), -(int64_t)((size_t)count - taken), SEEK_CUR);
	}
	process_free(buffer);
	return status;
}

/* All but the last count: what cannot be among the last ones any more is printed; the rest is kept.
 */
static int head_all_but(int fd, const char *name, const struct count_options *options)
{
	unsigned char *kept = NULL;
	size_t start = 0, end = 0, room = 0;
	uint64_t held = 0; /* bytes or newlines kept */
	bool lines = !options->bytes;
	long count;

	for (;;) {
		if (room - end < INPUT_BUFFER) {
			if (kept)
				memmove(kept, kept + start, end - start);
			end -= start;
			start = 0;
			if (room - end < INPUT_BUFFER) {
				room = room ? room * 2 : 2 * INPUT_BUFFER;
				kept = process_realloc(kept, room);
				if (!kept)
					fail(1, "memory exhausted");
			}
		}
		count = process_read(fd, kept + end, INPUT_BUFFER);
		if (count <= 0)
			break;
		held += lines ? bytes_count(kept + end, (size_t)count, '\n') : (uint64_t)count;
		end += (size_t)count;

		uint64_t surplus = held > options->count ? held - options->count : 0;

		/* a last line may still lack its newline and is a line too */
		if (lines && surplus && kept[end - 1] == '\n')
			surplus--;
		held -= surplus;
		size_t taken = take(kept + start, surplus ? end - start : 0, lines, &surplus);

		out_bytes(kept + start, taken);
		start += taken;
	}
	if (lines && end > start) {
		uint64_t all = held + (kept[end - 1] != '\n');
		uint64_t surplus = all > options->count ? all - options->count : 0;

		out_bytes(kept + start,
			  take(kept + start, surplus ? end - start : 0, lines, &surplus));
	}
	process_free(kept);
	return count < 0 ? count_complain(name, count) : 0;
}

static int head_one(int fd, const char *name, const struct count_options *options)
{
	return options->signed_prefix ? head_all_but(fd, name, options)
				      : head_first(fd, name, options);
}

static int head_main(int argc, char **argv)
{
	struct count_options options;

	count_parse(argc, argv, '-', &options);
	return count_for_each(&options, head_one);
}

COMMAND(head, "[-qv] [-c [-]N] [-n [-]N] [FILE]...", "Write the first part of files",
	"  -n N   the first N lines (10), with -N all but the last N\n"
	"  -c N   the first N bytes, with -N all but the last N\n"
	"  -q     never headers with the files' names; -v always\n"
	"N takes the suffixes b=512 kB=1000 K=1024 MB, M, …\n");
