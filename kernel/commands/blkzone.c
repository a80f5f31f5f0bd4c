/* blkzone: zones of block devices, in the words of util-linux. */
#include "drivers/block/block.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

#define SECTOR	     512
#define REPORT_ZONES 256 /* at once */

/* What the options chose. */
struct zones {
	struct block_device *device;
	const char *path;
	uint64_t offset, length, count; /* sectors, sectors, zones; 0: to the end */
	bool verbose;
	unsigned sectors; /* of a logical block */
};

static const char *state_name(unsigned state)
{
	static const char *const names[] = {"nw", "em", "oi", "oe", "cl", "x5", "x6", "x7",
					    "x8", "x9", "xA", "xB", "xC", "ro", "fu", "of"};

	return names[state & 0xf];
}

/* The chosen zones that lie in the device: the first block, and how many. */
static uint64_t first_lba(const struct zones *zones)
{
	return zones->offset / zones->sectors;
}

static uint64_t zone_count(const struct zones *zones)
{
	const struct block_zones *all = &zones->device->zones;
	uint64_t first = first_lba(zones) / all->size;
	uint64_t left = first < all->count ? all->count - first : 0;
	uint64_t length = all->size * zones->sectors;

	if (zones->length && zones->length / length < left)
		left = zones->length / length;
	return zones->count && zones->count < left ? zones->count : left;
}

static void print(const struct zones *zones, const struct block_zone *zone)
{
	const struct block_device *device = zones->device;
	unsigned sectors = zones->sectors;

	out("  start: 0x%09llx, len 0x%06llx, cap 0x%06llx, wptr 0x%06llx reset:%u non-seq:0, "
	    "zcond:%2u(%s) [type: 2(SEQ_WRITE_REQUIRED)]\n",
	    (unsigned long long)(zone->start * sectors),
	    (unsigned long long)(device->zones.size * sectors),
	    (unsigned long long)(zone->capacity * sectors),
	    (unsigned long long)((zone->write_pointer - zone->start) * sectors),
	    zone->reset_recommended, zone->state, state_name(zone->state));
}

/* Prints each, or only their capacity in sum. */
static int report_or_sum(const struct zones *zones, bool sum)
{
	struct block_zone *found = alloc_or_fail(REPORT_ZONES * sizeof(*found));
	uint64_t lba = first_lba(zones), left = zone_count(zones), capacity = 0, count;

	for (; left; left -= count, lba += count * zones->device->zones.size) {
		int error;

		count = left < REPORT_ZONES ? left : REPORT_ZONES;
		error = block_zone_report(zones->device, lba, found, count);
		if (error)
			fail(1, "%s: BLKREPORTZONE ioctl failed: %s", zones->path,
			     error_text(-error));
		if (zones->verbose)
			out("Found %llu zones from 0x%llx\n", (unsigned long long)count,
			    (unsigned long long)(lba * zones->sectors));
		for (uint64_t i = 0; i < count; i++) {
			if (!sum)
				print(zones, &found[i]);
			capacity += found[i].capacity * zones->sectors;
		}
	}
	if (sum)
		out("0x%09llx\n", (unsigned long long)capacity);
	return 0;
}

static const struct action {
	const char *name, *request;
	enum block_operation operation;
	bool sum;
} actions[] = {
	{"report", NULL, BLOCK_ZONE_REPORT, false},
	{"capacity", NULL, BLOCK_ZONE_REPORT, true},
	{"reset", "BLKRESETZONE", BLOCK_ZONE_RESET, false},
	{"open", "BLKOPENZONE", BLOCK_ZONE_OPEN, false},
	{"close", "BLKCLOSEZONE", BLOCK_ZONE_CLOSE, false},
	{"finish", "BLKFINISHZONE", BLOCK_ZONE_FINISH, false},
};

static int manage(const struct zones *zones, const struct action *action)
{
	uint64_t size = zones->device->zones.size * zones->sectors, count;
	int error;

	if (zones->offset % size)
		fail(1, "%s: offset %llu is not aligned to zone size %llu", zones->path,
		     (unsigned long long)zones->offset, (unsigned long long)size);
	if (zones->length % size)
		fail(1, "%s: number of sectors %llu is not aligned to zone size %llu", zones->path,
		     (unsigned long long)zones->length, (unsigned long long)size);
	count = zone_count(zones);
	error = block_zone_manage(zones->device, action->operation, first_lba(zones), count);
	if (error)
		fail(1, "%s: %s ioctl failed: %s", zones->path, action->request,
		     error_text(-error));
	if (zones->verbose)
		out("%s: successful %s of zones in range from %llu, to %llu\n", zones->path,
		    action->name, (unsigned long long)zones->offset,
		    (unsigned long long)(zones->offset + count * size));
	return 0;
}

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static uint64_t number(const char *what, const char *text)
{
	uint64_t value;

	if (number_parse(text, 0, &value))
		fail(1, "failed to parse %s: '%s': Invalid argument", what, text);
	return value;
}

static void parse(struct zones *zones, struct getopt *state, int argc, char **argv)
{
	static const struct option long_options[] = {{"offset", 1, 'o'},  {"length", 1, 'l'},
						     {"count", 1, 'c'},	  {"force", 0, 'f'},
						     {"verbose", 0, 'v'}, {NULL, 0, 0}};
	int option;

	while ((option = getopt_next(state, argc, argv, "o:l:c:fv", long_options)) != -1) {
		if (option == 'o')
			zones->offset = number("zone offset", state->argument);
		else if (option == 'l')
			zones->length = number("number of sectors", state->argument);
		else if (option == 'c')
			zones->count = number("number of zones", state->argument);
		else if (option == 'v')
			zones->verbose = true;
		else if (option == '?')
			fail_usage(1);
	}
	if (zones->length && zones->count)
		fail(1, "mutually exclusive arguments: --length --count");
}

static int blkzone_main(int argc, char **argv)
{
	struct zones zones = {.device = NULL};
	const struct action *action;
	struct getopt state = {0};
	struct file *file;
	int fd;

	if (argc < 2)
		fail(1, "no command specified");
	action = find_action(argv[1]);
	if (!action)
		fail(1, "%s is not valid command name", argv[1]);
	parse(&zones, &state, argc - 1, argv + 1);
	if (state.index == argc - 1)
		fail(1, "no device specified");
	zones.path = argv[1 + state.index];
	if (state.index != argc - 2)
		fail(1, "unexpected number of arguments");
	fd = process_open(zones.path, action->request ? O_RDWR : O_RDONLY, 0);
	if (fd < 0)
		fail(1, "cannot open %s: %s", zones.path, error_text(-fd));
	file = process_file(fd);
	zones.device = file_block_device(file);
	if (!zones.device)
		fail(1, "%s: not a block device", zones.path);
	if (!block_is_zoned(zones.device))
		fail(1, "%s: unable to determine zone size", zones.path);
	zones.sectors = zones.device->block_size / SECTOR;
	return action->request ? manage(&zones, action) : report_or_sum(&zones, action->sum);
}

static void blkzone_complete(struct completion *completion)
{
	if (completion->argc > 1)
		return;
	completion->files = false;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		completion->offer(completion, actions[i].name);
}

COMMAND(blkzone, "COMMAND [OPTION]... DEVICE", "Report and manage the zones of a block device",
	"Commands: report, capacity (in sum), reset, open, close, finish.\n"
	"  -o SECTOR    from this one on (512 bytes each)\n"
	"  -l SECTORS   so many at most; -c ZONES the same\n"
	"  -v           say more; -f nothing: no file system uses a device\n",
	.complete = blkzone_complete);
