/* blockdev: limits and states of block devices, in the words of util-linux. */
#include "drivers/block/block.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

#define SECTOR	    512
#define READ_AHEAD  256	 /* sectors, as Linux says */
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

static uint64_t get_physical_size(const struct block_device *device)
{
	return device->limits.physical_size;
}

static uint64_t get_io_min(const struct block_device *device)
{
	return device->limits.io_min;
}

static uint64_t get_io_optimal(const struct block_device *device)
{
	return device->limits.io_optimal;
}

static uint64_t get_buffer_size(const struct block_device *device)
{
	return device->block_size > CACHE_BLOCK ? device->block_size : CACHE_BLOCK;
}

static uint64_t get_read_only(const struct block_device *device)
{
	return block_read_only(device);
}

static uint64_t get_max_sectors(const struct block_device *device)
{
	return device->transfer_max / SECTOR;
}

static uint64_t get_nothing(const struct block_device *device)
{
	(void)device;
	return 0;
}

static uint64_t get_zone_size(const struct block_device *device)
{
	return device->zones.size * device->block_size / SECTOR;
}

static uint64_t get_read_ahead(const struct block_device *device)
{
	(void)device;
	return READ_AHEAD;
}

static int flush(struct file *file)
{
	return file_sync(file);
}

static int lock(struct file *file)
{
	block_lock(file_block_device(file), true);
	return 0;
}

static int unlock(struct file *file)
{
	block_lock(file_block_device(file), false);
	return 0;
}

/* There are no partitions. */
static int read_partitions(struct file *file)
{
	(void)file;
	return 0;
}

static const struct query {
	const char *option, *request, *text; /* --getsz has neither in util-linux */
	uint64_t (*get)(const struct block_device *device);
	int (*act)(struct file *file); /* instead: 0 or a negative errno */
} queries[] = {
	{"--setro", "BLKROSET", "set read-only", NULL, lock},
	{"--setrw", "BLKROSET", "set read-write", NULL, unlock},
	{"--getdiscardzeroes", "BLKDISCARDZEROES", "get discard zeroes support status", get_nothing,
	 NULL},
	{"--getioopt", "BLKIOOPT", "get optimal I/O size", get_io_optimal, NULL},
	{"--getalignoff", "BLKALIGNOFF", "get alignment offset in bytes", get_nothing, NULL},
	{"--getra", "BLKRAGET", "get readahead", get_read_ahead, NULL},
	{"--getfra", "BLKFRAGET", "get filesystem readahead", get_read_ahead, NULL},
	{"--getzonesz", "BLKGETZONESZ", "get zone size", get_zone_size, NULL},
	{"--rereadpt", "BLKRRPART", "reread partition table", NULL, read_partitions},
	{"--getro", "BLKROGET", "get read-only", get_read_only, NULL},
	{"--getss", "BLKSSZGET", "get logical block (sector) size", get_block_size, NULL},
	{"--getpbsz", "BLKPBSZGET", "get physical block (sector) size", get_physical_size, NULL},
	{"--getiomin", "BLKIOMIN", "get minimum I/O size", get_io_min, NULL},
	{"--getbsz", "BLKBSZGET", "get blocksize", get_buffer_size, NULL},
	{"--getsize", "BLKGETSIZE", "get 32-bit sector count (deprecated, use --getsz)",
	 get_sectors, NULL},
	{"--getsize64", "BLKGETSIZE64", "get size in bytes", get_size64, NULL},
	{"--getsz", NULL, NULL, get_sectors, NULL},
	{"--getmaxsect", "BLKSECTGET", "get max sectors per request", get_max_sectors, NULL},
	{"--flushbufs", "BLKFLSBUF", "flush buffers", NULL, flush},
	{NULL, NULL, NULL, NULL, NULL},
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
			int error = query->act(file);

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
		out("%s %5u %5u %5u %15s %15llu   %s\n", block_read_only(device) ? "ro" : "rw",
		    READ_AHEAD, device->block_size, (unsigned)get_buffer_size(device), "0",
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
	"  --getro       1 if it is read-only; --setro, --setrw make it so, or not\n"
	"  --getiomin, --getioopt, --getmaxsect, --getalignoff   limits of a request; --getra,\n"
	"                --getfra read-ahead; --getzonesz a zone; --getdiscardzeroes 0\n"
	"  --flushbufs   write back what is buffered, and flush the device; --rereadpt nothing\n"
	"  --report      a table of all of it; -v names with the values\n");
