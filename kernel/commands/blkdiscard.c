/* blkdiscard: discards the blocks of a device, or makes them zero, in the words of util-linux. */
#include "drivers/block/block.h"
#include "kernel/commands/command.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"

struct settings {
	uint64_t offset, length, step;
	enum { DISCARD, SECURE, ZEROES } action;
	bool verbose, force;
};

static uint64_t parse(const char *what, const char *text)
{
	const char *end;
	uint64_t value;
	int result = size_scan(text, &end, 0, "0kKmMgGtTPEZY", &value);

	if (result & ~SIZE_OVERFLOW)
		fail(1, "failed to parse %s: '%s': %s", what, text, error_text(EINVAL));
	if (result)
		fail(1, "failed to parse %s: '%s': %s", what, text, error_text(ERANGE));
	return value;
}

static const struct option long_options[] = {
	{"force", 0, 'f'},  {"offset", 1, 'o'},	 {"length", 1, 'l'},  {"step", 1, 'p'},
	{"secure", 0, 's'}, {"zeroout", 0, 'z'}, {"verbose", 0, 'v'}, {NULL, 0, 0}};

static const char *parse_arguments(struct settings *settings, int argc, char **argv)
{
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "fl:o:p:svz", long_options)) != -1)
		switch (option) {
		case 'f':
			settings->force = true;
			break;
		case 'l':
			settings->length = parse("length", state.argument);
			break;
		case 'o':
			settings->offset = parse("offset", state.argument);
			break;
		case 'p':
			settings->step = parse("step", state.argument);
			break;
		case 's':
			settings->action = SECURE;
			break;
		case 'v':
			settings->verbose = true;
			break;
		case 'z':
			settings->action = ZEROES;
			break;
		default:
			fail_usage(1);
		}
	if (state.index == argc)
		fail(1, "no device specified");
	if (state.index + 1 < argc) {
		complain("unexpected number of arguments");
		fail_usage(1);
	}
	return argv[state.index];
}

static void clear(const struct settings *settings, struct file *file, const char *path,
		  uint64_t offset, uint64_t length)
{
	static const char *const requests[] = {
		[DISCARD] = "BLKDISCARD", [SECURE] = "BLKSECDISCARD", [ZEROES] = "BLKZEROOUT"};
	int error;

	if (settings->action == ZEROES)
		error = file_zero(file, offset, length);
	else if (settings->action == DISCARD)
		error = file_discard(file, offset, length);
	else
		error = -EOPNOTSUPP; /* NVMe has no such command */
	if (error)
		fail(1, "%s: %s ioctl failed: %s", path, requests[settings->action],
		     error_text(-error));
}

static int blkdiscard_main(int argc, char **argv)
{
	struct settings settings = {.length = UINT64_MAX};
	const char *path = parse_arguments(&settings, argc, argv);
	int fd = process_open(path, O_RDWR, 0);
	const struct block_device *device;
	uint64_t end, size, piece;

	if (fd < 0)
		fail(1, "cannot open %s: %s", path, error_text(-fd));
	device = file_block_device(process_file(fd));
	if (!device)
		fail(1, "%s: not a block device", path);
	size = device->block_count * device->block_size;
	if (settings.offset % device->block_size)
		fail(1, "%s: offset %llu is not aligned to sector size %u", path,
		     (unsigned long long)settings.offset, device->block_size);
	if (settings.offset > size)
		fail(1, "%s: offset is greater than device size", path);
	end = settings.length < size - settings.offset ? settings.offset + settings.length : size;
	piece = settings.step ? settings.step : end - settings.offset;
	if (piece % device->block_size)
		fail(1, "%s: length %llu is not aligned to sector size %u", path,
		     (unsigned long long)piece, device->block_size);
	if (settings.force)
		complain("Operation forced, data will be lost!");
	for (uint64_t at = settings.offset; at < end; at += piece) {
		if (piece > end - at)
			piece = end - at;
		clear(&settings, process_file(fd), path, at, piece);
		process_check_interrupt();
	}
	if (settings.verbose && end > settings.offset)
		out("%s: %s %llu bytes from the offset %llu\n", path,
		    settings.action == ZEROES ? "Zero-filled" : "Discarded",
		    (unsigned long long)(end - settings.offset),
		    (unsigned long long)settings.offset);
	return 0;
}

COMMAND(blkdiscard, "[-fsvz] [-o OFFSET] [-l LENGTH] [-p STEP] DEVICE",
	"Discard the blocks of a device",
	"  -o, -l   from this offset, so many bytes (1K, 1KB, 1MiB, …); else all\n"
	"  -p       so many bytes at once\n"
	"  -z       zeroes instead; -s is refused: no device here discards securely\n"
	"  -v       say what was done; -f as told by scripts: nothing is checked either way\n");
