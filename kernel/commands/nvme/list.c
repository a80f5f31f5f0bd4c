/* nvme list */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/format.h"
#include "lib/string.h"

static const char dashes[] = "----------------------------------------";

/* Three significant columns with two decimals and an SI unit, as "268.44  MB"; plain bytes have no
 * unit letter. */
static void format_si(uint64_t value, char *text, size_t size)
{
	static const char units[] = " kMGTPE";
	unsigned unit = 0;
	uint64_t scale = 1;

	while (value / scale >= 1000 && units[unit + 1]) {
		scale *= 1000;
		unit++;
	}
	if (scale == 1) {
		snprintf(text, size, "%3llu.00   B", (unsigned long long)value);
	} else {
		/* Rounded to the nearest hundredth; scale / 100 is exact. */
		uint64_t hundredths = value / (scale / 100);

		hundredths += value % (scale / 100) >= scale / 200;
		snprintf(text, size, "%3llu.%02u  %cB", (unsigned long long)(hundredths / 100),
			 (unsigned)(hundredths % 100), units[unit]);
	}
}

/* A logical block size in powers of 1024: "512   B", "  4 KiB". */
static void format_block_size(unsigned bytes, unsigned metadata, char *text, size_t size)
{
	if (bytes >= 1 << 20)
		snprintf(text, size, "%3u MiB + %2u B", bytes >> 20, metadata);
	else if (bytes >= 1024)
		snprintf(text, size, "%3u KiB + %2u B", bytes / 1024, metadata);
	else
		snprintf(text, size, "%3u   B + %2u B", bytes, metadata);
}

/* One without a block device has in its place what it is. */
static void format_node(const struct nvme_namespace *namespace, char *text, size_t size)
{
	switch (namespace->csi) {
	case NVME_CSI_NVM:
		if (nvme_namespace_is_disk(namespace))
			snprintf(text, size, "/dev/%s", namespace->block.name);
		else
			snprintf(text, size, "(metadata)");
		break;
	case NVME_CSI_KEY_VALUE:
		snprintf(text, size, "(key value)");
		break;
	case NVME_CSI_ZONED:
		snprintf(text, size, "(zoned)");
		break;
	case NVME_CSI_NONE:
		snprintf(text, size, "(no command set)");
		break;
	default:
		snprintf(text, size, "(command set %02x)", namespace->csi);
		break;
	}
}

static void list_namespace(struct nvme_controller *controller, struct nvme_namespace *namespace)
{
	const struct nvme_identify_controller *identify = nvme_identify(controller);
	char node[BLOCK_NAME_MAX + 8], used[16], capacity[16], usage[40] = "", format[24] = "";

	format_node(namespace, node, sizeof(node));
	if (namespace->block_shift) {
		format_si(namespace->used << namespace->block_shift, used, sizeof(used));
		format_si(namespace->block.block_count << namespace->block_shift, capacity,
			  sizeof(capacity));
		snprintf(usage, sizeof(usage), "%s / %s", used, capacity);
		format_block_size(namespace->block.block_size, namespace->metadata.size, format,
				  sizeof(format));
	}
	out("%-21s %-20.20s %-40.40s %-9u %-26s %-16s %-8.8s\n", node, identify->sn, identify->mn,
	    namespace->nsid, usage, format, identify->fr);
}

static int list_main(int argc, char **argv)
{
	nvme_no_operand(argc, argv);
	out("%-21s %-20s %-40s %-9s %-26s %-16s %-8s\n", "Node", "SN", "Model", "Namespace",
	    "Usage", "Format", "FW Rev");
	out("%.21s %.20s %.40s %.9s %.26s %.16s %.8s\n", dashes, dashes, dashes, dashes, dashes,
	    dashes, dashes);
	for (struct nvme_controller *controller = nvme_first(); controller;
	     controller = nvme_next(controller))
		for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
		     namespace = namespace->next)
			if (nvme_namespace_usable(namespace))
				list_namespace(controller, namespace);
	return 0;
}

NVME_SUBCOMMAND(list, "list", list_main, "", "List all NVMe devices and namespaces on machine",
		nvme_no_options);
