#include "drivers/block/block.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SECTOR	    512
#define CACHE_BLOCK 4096 /* what the file layer reads and writes at once */

static uint64_t size_of(const struct block_device *device)
{
	return device->block_count * device->block_size;
}

static uint64_t get_size64(const struct block_device *device)
{
	return size_of(device);
}

static uint64_t get_sectors(const struct block_device *device)
{
	return size_of(device) / SECTOR;
}

static uint64_t get_block_size(const struct block_device *device)
{
	return device->block_size;
}

static uint64_t get_buffer_size(const struct block_device *device)
{
	return device->block_size > CACHE_BLOCK ? device->block_size : CACHE_BLOCK;
}

static uint64_t get_read_only(const struct block_device *device)
{
	return device->read_only;
}

static uint64_t get_max_sectors(const struct block_device *device)
{
	return device->transfer_max / SECTOR;
}

static const struct query {
	const char *option, *request, *text; /* --getsz has neither in util-linux */
	uint64_t (*get)(const struct block_device *device);
} queries[] = {
	{"--getro", "BLKROGET", "get read-only", get_read_only},
	{"--getss", "BLKSSZGET", "get logical block (sector) size", get_block_size},
	{"--getpbsz", "BLKPBSZGET", "get physical block (sector) size", get_block_size},
	{"--getiomin", "BLKIOMIN", "get minimum I/O size", get_block_size},
	{"--getbsz", "BLKBSZGET", "get blocksize", get_buffer_size},
	{"--getsize", "BLKGETSIZE", "get 32-bit sector count (deprecated, use --getsz)",
	 get_sectors},
	{"--getsize64", "BLKGETSIZE64", "get size in bytes", get_size64},
	{"--getsz", NULL, NULL, get_sectors},
	{"--getmaxsect", "BLKSECTGET", "get max sectors per request", get_max_sectors},
	{"--flushbufs", "BLKFLSBUF", "flush buffers", NULL},
	{NULL, NULL, NULL, NULL},
};

static const struct query *find_query(const char *option)
{
	for (const struct query *query = queries; query->option; query++)
		if (strcmp(query->option, option) == 0)
			return query;
	return NULL;
}

static bool is_mode(const char *word)
{
	return strcmp(word, "-v") == 0 || strcmp(word, "-q") == 0;
}

static void run_queries(struct file *file, char **words, int count)
{
	struct block_device *device = file_block_device(file);
	bool verbose = false;

	for (int i = 0; i < count; i++) {
		if (is_mode(words[i])) {
			verbose = words[i][1] == 'v';
			continue;
		}
		const struct query *query = find_query(words[i]);

		if (!query) {
			complain("Unknown command: %s", words[i]);
			fail_usage(1);
		}
		if (!device && !query->request)
			fail(1, "could not get device size");
		if (!device)
			fail(1, "ioctl error on %s: %s", query->request, error_text(ENOTTY));
		if (!query->get) {
			int error = file_sync(file);

			if (error)
				fail(1, "ioctl error on %s: %s", query->request,
				     error_text(-error));
			if (verbose)
				out("%s succeeded.\n", query->text);
			continue;
		}
		if (verbose && query->text)
			out("%s: ", query->text);
		out("%llu\n", (unsigned long long)query->get(device));
	}
}

static void report_heading(void)
{
	out("RO    RA   SSZ   BSZ        StartSec            Size   Device\n");
}

static int report(const char *path)
{
	int fd = process_open(path, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0) {
		complain("cannot open %s: %s", path, error_text(-fd));
		return 1;
	}
	struct block_device *device = file_block_device(process_file(fd));

	if (device)
		out("%s %5u %5u %5u %15s %15llu   %s\n", device->read_only ? "ro" : "rw", 256,
		    device->block_size, (unsigned)get_buffer_size(device), "0",
		    (unsigned long long)size_of(device), path);
	else
		complain("ioctl error on %s", path);
	process_set_file(fd, NULL);
	return 0;
}

static int blockdev_main(int argc, char **argv)
{
	int first, status = 0;

	if (argc < 2) {
		complain("not enough arguments");
		fail_usage(1);
	}
	if (strcmp(argv[1], "--report") == 0) {
		report_heading();
		for (int i = 2; i < argc; i++)
			status |= report(argv[i]);
		if (argc == 2)
			for (struct block_device *device = block_first(); device;
			     device = device->next)
				status |= report(path_join("/dev", device->name));
		return status;
	}
	for (first = 1; first < argc && argv[first][0] == '-'; first++)
		if (!is_mode(argv[first]) && !find_query(argv[first])) {
			complain("Unknown command: %s", argv[first]);
			fail_usage(1);
		}
	if (first == argc) {
		complain("no device specified");
		fail_usage(1);
	}
	for (int i = first; i < argc; i++) {
		int fd = process_open(argv[i], O_RDONLY, 0);

		if (fd < 0) {
			complain("cannot open %s: %s", argv[i], error_text(-fd));
			status = 1;
			continue;
		}
		run_queries(process_file(fd), argv + 1, first - 1);
		process_set_file(fd, NULL);
	}
	return status;
}

COMMAND(blockdev, "[-v] COMMAND... DEVICE... | --report [DEVICE]...", "Ask about block devices",
	"  --getsize64   size in bytes; --getsz, --getsize in sectors of 512 bytes\n"
	"  --getss, --getpbsz   logical and physical block size; --getbsz the buffer's\n"
	"  --getro       1 if it is read-only; --getiomin, --getmaxsect limits of a request\n"
	"  --flushbufs   write back what is buffered, and flush the device\n"
	"  --report      a table of all of it; -v names with the values\n");
