/* The columns of lsblk: one row each, in util-linux' order of names, and ours. A row without a
 * function is a column that stays empty: no partitions, file systems or owners here. */
#include "kernel/commands/lsblk/columns.h"

#include "drivers/block/block.h"
#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "kernel/posix/file.h"
#include "lib/ctype.h"
#include "lib/format.h"
#include "lib/string.h"

#define READ_AHEAD_KIB 128 /* as Linux shows it */

static uint64_t zero(const struct block_device *device)
{
	(void)device;
	return 0;
}

static uint64_t read_ahead(const struct block_device *device)
{
	(void)device;
	return READ_AHEAD_KIB;
}

static uint64_t block_size(const struct block_device *device)
{
	return device->block_size;
}

static uint64_t physical_size(const struct block_device *device)
{
	return device->limits.physical_size;
}

static uint64_t io_min(const struct block_device *device)
{
	return device->limits.io_min;
}

static uint64_t io_optimal(const struct block_device *device)
{
	return device->limits.io_optimal;
}

/* Of a device that discards. */
static uint64_t discard_granularity(const struct block_device *device)
{
	return device->limits.discard_max ? device->limits.discard_granularity : 0;
}

static uint64_t discard_max(const struct block_device *device)
{
	return device->limits.discard_max;
}

static uint64_t boundary(const struct block_device *device)
{
	return device->limits.boundary;
}

static uint64_t zeroes_max(const struct block_device *device)
{
	return device->limits.write_zeroes_max;
}

static uint64_t verify_max(const struct block_device *device)
{
	return device->limits.verify_max;
}

static uint64_t copy_max(const struct block_device *device)
{
	return device->limits.copy_max;
}

static uint64_t copy_range_max(const struct block_device *device)
{
	return device->limits.copy_range_max;
}

static uint64_t copy_ranges_max(const struct block_device *device)
{
	return device->limits.copy_ranges_max;
}

static uint64_t size(const struct block_device *device)
{
	return device->block_count * device->block_size;
}

static uint64_t read_only(const struct block_device *device)
{
	return block_read_only(device);
}

static const char *name(const struct block_device *device)
{
	return device->name;
}

static const char *path(const struct block_device *device)
{
	return path_join("/dev", device->name);
}

static const char *node(const struct block_device *device)
{
	struct file_stat stat;
	char *text = alloc_or_fail(24);

	text[0] = '\0';
	if (path_stat(path(device), &stat) == 0)
		snprintf(text, 24, "%u:%u", stat.major, stat.minor);
	return text;
}

static const char *mode(const struct block_device *device)
{
	(void)device;
	return "brw-------";
}

static const char *model(const struct block_device *device)
{
	return device->model;
}

static const char *serial(const struct block_device *device)
{
	return device->serial;
}

static const char *type(const struct block_device *device)
{
	(void)device;
	return "disk";
}

static const char *state(const struct block_device *device)
{
	return device->gone ? "" : "live";
}

static const char *none(const struct block_device *device)
{
	(void)device;
	return "none";
}

static const char *transport(const struct block_device *device)
{
	(void)device;
	return "nvme";
}

static const char *subsystems(const struct block_device *device)
{
	(void)device;
	return "block:nvme:pci";
}

static const char *zoned(const struct block_device *device)
{
	return block_is_zoned(device) ? "host-managed" : "none";
}

static uint64_t zone_size(const struct block_device *device)
{
	return device->zones.size * device->block_size;
}

static uint64_t zone_granularity(const struct block_device *device)
{
	return block_is_zoned(device) ? device->block_size : 0;
}

static uint64_t zone_append(const struct block_device *device)
{
	return device->zones.append_max;
}

static uint64_t zone_count(const struct block_device *device)
{
	return device->zones.count;
}

static uint64_t zones_open(const struct block_device *device)
{
	return device->zones.max_open;
}

static uint64_t zones_active(const struct block_device *device)
{
	return device->zones.max_active;
}

const struct column columns[] = {
	{"ALIGNMENT", COLUMN_NUMBER, .number = zero},
	{"DISC-ALN", COLUMN_NUMBER, .number = zero},
	{"DAX", COLUMN_FLAG, .number = zero},
	{"DISC-GRAN", COLUMN_SIZE, .number = discard_granularity},
	{"DISC-MAX", COLUMN_SIZE, .number = discard_max},
	{"DISC-ZERO", COLUMN_FLAG, .number = zero},
	{"FSAVAIL", COLUMN_SIZE, NULL, NULL},
	{"FSROOTS", COLUMN_LIST, NULL, NULL},
	{"FSSIZE", COLUMN_SIZE, NULL, NULL},
	{"FSTYPE", COLUMN_TEXT, NULL, NULL},
	{"FSUSED", COLUMN_SIZE, NULL, NULL},
	{"FSUSE%", COLUMN_NUMBER, NULL, NULL},
	{"FSVER", COLUMN_TEXT, NULL, NULL},
	{"GROUP", COLUMN_TEXT, NULL, NULL},
	{"HCTL", COLUMN_TEXT, NULL, NULL},
	{"HOTPLUG", COLUMN_FLAG, .number = zero},
	{"KNAME", COLUMN_TEXT, .text = name},
	{"LABEL", COLUMN_TEXT, NULL, NULL},
	{"LOG-SEC", COLUMN_NUMBER, .number = block_size},
	{"MAJ:MIN", COLUMN_NODE, .text = node},
	{"MIN-IO", COLUMN_NUMBER, .number = io_min},
	{"MODE", COLUMN_TEXT, .text = mode},
	{"MODEL", COLUMN_TEXT, .text = model},
	{"NAME", COLUMN_TEXT, .text = name},
	{"OPT-IO", COLUMN_NUMBER, .number = io_optimal},
	{"OWNER", COLUMN_TEXT, NULL, NULL},
	{"PARTFLAGS", COLUMN_TEXT, NULL, NULL},
	{"PARTLABEL", COLUMN_TEXT, NULL, NULL},
	{"PARTTYPE", COLUMN_TEXT, NULL, NULL},
	{"PARTTYPENAME", COLUMN_TEXT, NULL, NULL},
	{"PARTUUID", COLUMN_TEXT, NULL, NULL},
	{"PATH", COLUMN_TEXT, .text = path},
	{"PHY-SEC", COLUMN_NUMBER, .number = physical_size},
	{"PKNAME", COLUMN_TEXT, NULL, NULL},
	{"PTTYPE", COLUMN_TEXT, NULL, NULL},
	{"PTUUID", COLUMN_TEXT, NULL, NULL},
	{"RA", COLUMN_NUMBER, .number = read_ahead},
	{"RAND", COLUMN_FLAG, .number = zero},
	{"REV", COLUMN_NUMBER, NULL, NULL},
	{"RM", COLUMN_FLAG, .number = zero},
	{"RO", COLUMN_FLAG, .number = read_only},
	{"ROTA", COLUMN_FLAG, .number = zero},
	{"RQ-SIZE", COLUMN_NUMBER, NULL, NULL},
	{"SCHED", COLUMN_TEXT, .text = none},
	{"SERIAL", COLUMN_TEXT, .text = serial},
	{"SIZE", COLUMN_SIZE, .number = size},
	{"START", COLUMN_NUMBER, NULL, NULL},
	{"STATE", COLUMN_TEXT, .text = state},
	{"SUBSYSTEMS", COLUMN_TEXT, .text = subsystems},
	{"MOUNTPOINT", COLUMN_TEXT, NULL, NULL},
	{"MOUNTPOINTS", COLUMN_LIST, NULL, NULL},
	{"TRAN", COLUMN_TEXT, .text = transport},
	{"TYPE", COLUMN_TEXT, .text = type},
	{"UUID", COLUMN_TEXT, NULL, NULL},
	{"VENDOR", COLUMN_TEXT, NULL, NULL},
	{"WSAME", COLUMN_SIZE, .number = zero},
	{"WWN", COLUMN_TEXT, NULL, NULL},
	{"ZONED", COLUMN_TEXT, .text = zoned},
	{"ZONE-SZ", COLUMN_SIZE, .number = zone_size},
	{"ZONE-WGRAN", COLUMN_SIZE, .number = zone_granularity},
	{"ZONE-APP", COLUMN_SIZE, .number = zone_append},
	{"ZONE-NR", COLUMN_NUMBER, .number = zone_count},
	{"ZONE-OMAX", COLUMN_NUMBER, .number = zones_open},
	{"ZONE-AMAX", COLUMN_NUMBER, .number = zones_active},
	/* Of our own: what util-linux does not know of */
	{"IO-BOUND", COLUMN_SIZE, .number = boundary},
	{"ZERO-MAX", COLUMN_SIZE, .number = zeroes_max},
	{"VERIFY-MAX", COLUMN_SIZE, .number = verify_max},
	{"COPY-MAX", COLUMN_SIZE, .number = copy_max},
	{"COPY-RANGE", COLUMN_SIZE, .number = copy_range_max},
	{"COPY-NR", COLUMN_NUMBER, .number = copy_ranges_max},
};
const size_t column_count = sizeof(columns) / sizeof(columns[0]);

static bool same(const char *name, const char *text, size_t length)
{
	if (strlen(name) != length)
		return false;
	for (; length; length--, name++, text++)
		if (*name != to_upper(*text))
			return false;
	return true;
}

const struct column *column_find(const char *text, size_t length)
{
	for (size_t i = 0; i < column_count; i++)
		if (same(columns[i].name, text, length))
			return &columns[i];
	return NULL;
}
