#include "kernel/commands/command.h"
#include "kernel/commands/support/paths.h"
#include "drivers/block/block.h"
#include "kernel/posix/file.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/string.h"

struct settings {
	bool bytes, no_headings, paths;
	int name_width, number_width, size_width;
};

static const char *name_text(const struct settings *settings, const struct block_device *device)
{
	return settings->paths ? path_join("/dev", device->name) : device->name;
}

static const char *number_text(const struct block_device *device, char text[32])
{
	struct file_stat stat;

	text[0] = '\0';
	if (path_stat(path_join("/dev", device->name), &stat) == 0)
		snprintf(text, 32, "%3u:%-3u", stat.major, stat.minor);
	return text;
}

static const char *size_text(const struct settings *settings, const struct block_device *device,
			     char text[32])
{
	uint64_t size = device->block_count * device->block_size;

	if (settings->bytes)
		snprintf(text, 32, "%llu", (unsigned long long)size);
	else
		number_format_iec(size, text, 32);
	return text;
}

static void widen(int *width, const char *text)
{
	if ((int)strlen(text) > *width)
		*width = (int)strlen(text);
}

static void measure(struct settings *settings, const struct block_device *device)
{
	char text[32];

	widen(&settings->name_width, name_text(settings, device));
	widen(&settings->number_width, number_text(device, text));
	widen(&settings->size_width, size_text(settings, device, text));
}

static void print(const struct settings *settings, const struct block_device *device)
{
	char number[32], size[32];

	out("%-*s %*s  0 %*s %2d disk \n", settings->name_width, name_text(settings, device),
	    settings->number_width, number_text(device, number), settings->size_width,
	    size_text(settings, device, size), device->read_only);
}

static const struct option long_options[] = {{"bytes", 0, 'b'}, {"noheadings", 0, 'n'},
					     {"paths", 0, 'p'}, {"nodeps", 0, 'd'},
					     {"list", 0, 'l'},	{NULL, 0, 0}};

static struct block_device *find(const char *operand)
{
	struct file_stat stat;
	int error = path_stat(operand, &stat);
	struct block_device *device = NULL;

	if (!error && stat.type == FILE_BLOCK)
		device = block_find(path_last(operand));
	if (!device)
		complain("%s: not a block device", operand);
	return device;
}

static int lsblk_main(int argc, char **argv)
{
	struct settings settings = {.name_width = 4, .number_width = 7, .size_width = 5};
	struct block_device **devices, *device;
	struct getopt state = {0};
	int option, count = 0, status = 0;

	while ((option = getopt_next(&state, argc, argv, "abdlnp", long_options)) != -1) {
		if (option == 'b')
			settings.bytes = true;
		else if (option == 'n')
			settings.no_headings = true;
		else if (option == 'p')
			settings.paths = true;
		else if (option == '?')
			fail_usage(1);
	}
	for (device = block_first(); device; device = device->next)
		count++;
	if (argc - state.index > count)
		count = argc - state.index;
	devices = alloc_or_fail((size_t)(count + 1) * sizeof(struct block_device *));
	count = 0;
	if (state.index == argc) {
		for (device = block_first(); device; device = device->next)
			devices[count++] = device;
	} else {
		for (int i = state.index; i < argc; i++) {
			device = find(argv[i]);
			if (device)
				devices[count++] = device;
		}
		if (count < argc - state.index)
			status = count ? 64 : 32;
	}
	for (int i = 0; i < count; i++)
		measure(&settings, devices[i]);
	if (!settings.no_headings && count)
		out("%-*s %*s RM %*s RO TYPE MOUNTPOINTS\n", settings.name_width, "NAME",
		    settings.number_width, "MAJ:MIN", settings.size_width, "SIZE");
	for (int i = 0; i < count; i++)
		print(&settings, devices[i]);
	return status;
}

COMMAND(lsblk, "[-bnp] [DEVICE]...", "List block devices",
	"  -b   sizes in bytes; -n no heading; -p whole paths\n");
