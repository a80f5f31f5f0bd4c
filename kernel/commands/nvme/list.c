/* nvme list: the namespaces that there are; with -v the subsystems and controllers as well. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/commands/nvme/subsystem.h"
#include "lib/format.h"
#include "lib/string.h"

static const char dashes[] = "--------------------------------------------------"
			     "--------------------------------------------------";

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
	if (nvme_namespace_is_disk(namespace)) {
		snprintf(text, size, "/dev/%s", namespace->block.name);
		return;
	}
	switch (namespace->csi) {
	case NVME_CSI_NVM:
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

/* The columns that a namespace has in each list. */
struct columns {
	char node[BLOCK_NAME_MAX + 8], usage[40], format[24];
};

static void format_columns(const struct nvme_namespace *namespace, struct columns *columns)
{
	char used[16], capacity[16];

	*columns = (struct columns){.usage = ""};
	format_node(namespace, columns->node, sizeof(columns->node));
	if (!namespace->block_shift)
		return;
	format_si(namespace->used << namespace->block_shift, used, sizeof(used));
	format_si(namespace->block.block_count << namespace->block_shift, capacity,
		  sizeof(capacity));
	snprintf(columns->usage, sizeof(columns->usage), "%s / %s", used, capacity);
	format_block_size(namespace->block.block_size, namespace->metadata.size, columns->format,
			  sizeof(columns->format));
}

static void each_namespace(void (*act)(struct nvme_namespace *namespace, void *context),
			   void *context)
{
	for (struct nvme_controller *controller = nvme_first(); controller;
	     controller = nvme_next(controller))
		for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
		     namespace = namespace->next)
			if (nvme_namespace_usable(namespace))
				act(namespace, context);
}

/* There are no generic devices: a namespace's own takes all commands. */
#define NO_GENERIC "-"

static void list_one(struct nvme_namespace *namespace, void *context)
{
	const struct nvme_identify_controller *identify = nvme_identify(namespace->controller);
	struct columns columns;

	(void)context;
	format_columns(namespace, &columns);
	out("%-21s %-21s %-20.20s %-40.40s %-9u %-26s %-16s %-8.8s\n", columns.node, NO_GENERIC,
	    identify->sn, identify->mn, namespace->nsid, columns.usage, columns.format,
	    identify->fr);
}

static void list_zoned(struct nvme_namespace *namespace, void *context)
{
	if (namespace->csi == NVME_CSI_ZONED)
		list_one(namespace, context);
}

static void list_text(void (*act)(struct nvme_namespace *namespace, void *context))
{
	out("%-21s %-21s %-20s %-40s %-9s %-26s %-16s %-8s\n", "Node", "Generic", "SN", "Model",
	    "Namespace", "Usage", "Format", "FW Rev");
	out("%.21s %.21s %.20s %.40s %.9s %.26s %.16s %.8s\n", dashes, dashes, dashes, dashes,
	    dashes, dashes, dashes, dashes);
	each_namespace(act, NULL);
}

static void list_subsystem(const struct nvme_subsystem *subsystem)
{
	const char *before = "";

	out("%-16s %-96s ", subsystem->name, subsystem->nqn);
	for (struct nvme_controller *controller = subsystem->first; controller;
	     controller = nvme_subsystem_next(controller)) {
		out("%s%s", before, nvme_name(controller));
		before = ", ";
	}
	out("\n");
}

static void list_controller(struct nvme_controller *controller,
			    const struct nvme_subsystem *subsystem)
{
	const struct nvme_identify_controller *identify = nvme_identify(controller);
	char address[NVME_ADDRESS_TEXT];
	const char *before = "";

	nvme_full_address(controller, address);
	out("%-8s %-20.20s %-40.40s %-8.8s %-6s %-14s %-16s ", nvme_name(controller), identify->sn,
	    identify->mn, identify->fr, "pcie", address, subsystem->name);
	for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
	     namespace = namespace->next) {
		if (!nvme_namespace_usable(namespace))
			continue;
		out("%s%s", before, namespace->block.name);
		before = ", ";
	}
	out("\n");
}

static void list_one_verbosely(struct nvme_namespace *namespace, void *context)
{
	struct columns columns;

	(void)context;
	format_columns(namespace, &columns);
	out("%-15s %-12s %-8u %-26s %-16s %s\n", columns.node, NO_GENERIC, namespace->nsid,
	    columns.usage, columns.format, nvme_name(namespace->controller));
}

static void list_verbosely(void)
{
	struct nvme_subsystem subsystem;

	out("%-16s %-96s %s\n", "Subsystem", "Subsystem-NQN", "Controllers");
	out("%.16s %.96s %.16s\n", dashes, dashes, dashes);
	for (bool more = nvme_subsystem_first(&subsystem); more;
	     more = nvme_subsystem_following(&subsystem))
		list_subsystem(&subsystem);
	out("\n%-8s %-20s %-40s %-8s %-6s %-14s %-16s %-16s\n", "Device", "SN", "MN", "FR",
	    "TxPort", "Address", "Subsystem", "Namespaces");
	out("%.8s %.20s %.40s %.8s %.6s %.14s %.16s %.16s\n", dashes, dashes, dashes, dashes,
	    dashes, dashes, dashes, dashes);
	for (bool more = nvme_subsystem_first(&subsystem); more;
	     more = nvme_subsystem_following(&subsystem))
		for (struct nvme_controller *controller = subsystem.first; controller;
		     controller = nvme_subsystem_next(controller))
			list_controller(controller, &subsystem);
	out("\n%-15s %-12s %-8s %-26s %-16s %-16s\n", "Device", "Generic", "NSID", "Usage",
	    "Format", "Controllers");
	out("%.15s %.12s %.8s %.26s %.16s %.16s\n", dashes, dashes, dashes, dashes, dashes, dashes);
	each_namespace(list_one_verbosely, NULL);
}

/* A field of Identify without the blanks behind it. */
static void json_padded(struct json *json, const char *key, const char *text, uint32_t size)
{
	while (size && text[size - 1] == ' ')
		size--;
	json_text(json, key, text, size);
}

static void json_sizes(struct json *json, const struct nvme_namespace *namespace)
{
	json_number(json, "UsedBytes", namespace->used << namespace->block_shift);
	json_number(json, "MaximumLBA", namespace->block.block_count);
	json_number(json, "PhysicalSize", namespace->block.block_count << namespace->block_shift);
	json_number(json, "SectorSize", namespace->block.block_size);
}

static void json_one(struct nvme_namespace *namespace, void *context)
{
	const struct nvme_identify_controller *identify = nvme_identify(namespace->controller);
	struct json *json = context;
	struct columns columns;

	format_node(namespace, columns.node, sizeof(columns.node));
	json_object_begin(json, NULL);
	json_number(json, "NameSpace", namespace->nsid);
	json_string(json, "DevicePath", columns.node);
	json_padded(json, "Firmware", identify->fr, sizeof(identify->fr));
	json_padded(json, "ModelNumber", identify->mn, sizeof(identify->mn));
	json_padded(json, "SerialNumber", identify->sn, sizeof(identify->sn));
	json_sizes(json, namespace);
	json_object_end(json);
}

static void json_namespaces(struct json *json, struct nvme_controller *controller)
{
	json_array_begin(json, "Namespaces");
	for (struct nvme_namespace *namespace = nvme_namespace_first(controller); namespace;
	     namespace = namespace->next) {
		if (!nvme_namespace_usable(namespace))
			continue;
		json_object_begin(json, NULL);
		json_string(json, "NameSpace", namespace->block.name);
		json_number(json, "NSID", namespace->nsid);
		json_sizes(json, namespace);
		json_object_end(json);
	}
	json_array_end(json);
}

static void json_controller(struct json *json, struct nvme_controller *controller)
{
	const struct nvme_identify_controller *identify = nvme_identify(controller);
	char address[NVME_ADDRESS_TEXT];

	nvme_full_address(controller, address);
	json_object_begin(json, NULL);
	json_string(json, "Controller", nvme_name(controller));
	json_padded(json, "SerialNumber", identify->sn, sizeof(identify->sn));
	json_padded(json, "ModelNumber", identify->mn, sizeof(identify->mn));
	json_padded(json, "Firmware", identify->fr, sizeof(identify->fr));
	json_string(json, "Transport", "pcie");
	json_string(json, "Address", address);
	json_namespaces(json, controller);
	json_array_begin(json, "Paths");
	json_array_end(json);
	json_object_end(json);
}

static void json_verbosely(struct json *json)
{
	struct nvme_subsystem subsystem;

	json_object_begin(json, NULL);
	json_string(json, "HostNQN", NVME_HOST_NQN);
	json_array_begin(json, "Subsystems");
	for (bool more = nvme_subsystem_first(&subsystem); more;
	     more = nvme_subsystem_following(&subsystem)) {
		json_object_begin(json, NULL);
		json_string(json, "Subsystem", subsystem.name);
		json_string(json, "SubsystemNQN", subsystem.nqn);
		json_array_begin(json, "Controllers");
		for (struct nvme_controller *controller = subsystem.first; controller;
		     controller = nvme_subsystem_next(controller))
			json_controller(json, controller);
		json_array_end(json);
		json_array_begin(json, "Namespaces");
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

struct list_options {
	uint8_t output;
	bool verbose;
};

static const struct nvme_option list_options[] = {
	NVME_OUTPUT_OPTION(struct list_options),
	NVME_FLAG(struct list_options, verbose, "verbose", 'v',
		  "subsystems and controllers as well"),
	NVME_OPTIONS_END,
};

static int list_main(int argc, char **argv)
{
	struct list_options options = {0};

	/* nvme-cli takes a device as well, and lists all. */
	nvme_arguments_optional(argc, argv, list_options, &options);
	if (options.output == NVME_OUTPUT_BINARY)
		fail(1, "list: there is no binary form of it");
	if (options.output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		json_array_begin(&json, "Devices");
		if (options.verbose)
			json_verbosely(&json);
		else
			each_namespace(json_one, &json);
		json_array_end(&json);
		nvme_json_end(&json);
	} else if (options.verbose) {
		list_verbosely();
	} else {
		list_text(list_one);
	}
	return 0;
}

NVME_SUBCOMMAND(list, "list", list_main, "[DEVICE] [OPTIONS]",
		"List all NVMe devices and namespaces on machine", list_options);

static int zns_list_main(int argc, char **argv)
{
	struct list_options options = {0};

	/* nvme-cli takes -o as well, and has this form only. */
	nvme_arguments_optional(argc, argv, list_options, &options);
	list_text(list_zoned);
	return 0;
}

NVME_SUBCOMMAND(zns_list, "zns list", zns_list_main, "[OPTIONS]",
		"List all NVMe devices with Zoned Namespace Command Set support", list_options);
