/* crc32: CRC-32 checksums, as zlib and zip have them. */
#include "lib/crc32.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"

struct settings {
	void *buffer;
	bool names;
};

static int crc32_one(int fd, const char *name, void *context)
{
	struct settings *settings = context;
	uint32_t crc = 0;
	uint64_t done = 0;
	long count;

	while ((count = process_read(fd, settings->buffer, INPUT_BUFFER)) > 0) {
		crc = crc32(crc, settings->buffer, (size_t)count);
		done += (uint64_t)count;
		progress(done, 0);
	}
	if (count < 0)
		return input_complain(name, count);
	if (settings->names)
		out("%08x\t%s\n", crc, name);
	else
		out("%08x\n", crc);
	return 0;
}

static const struct option no_options[] = {{NULL, 0, 0}};

static int crc32_main(int argc, char **argv)
{
	struct getopt state = {0};

	if (getopt_next(&state, argc, argv, "", no_options) != -1)
		fail_usage(1);
	struct settings settings = {input_buffer(), argc - state.index > 1};

	return input_for_each(argv + state.index, argc - state.index, crc32_one, &settings);
}

COMMAND(crc32, "[FILE]...", "Print CRC-32 checksums, as zlib and zip have them",
	"With several FILEs each sum is followed by the name. Without FILE, or for -, reads\n"
	"standard input.\n");
