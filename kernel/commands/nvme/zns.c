/* nvme zns id-ctrl, id-ns and changed-zone-list. */
#include "kernel/commands/nvme/zns.h"

#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/identify.h"
#include "kernel/commands/nvme/log.h"
#include "lib/endian.h"

static const struct nvme_option id_ctrl_options[] = {
	NVME_OUTPUT_OPTION(struct zns_options),
	NVME_OPTIONS_END,
};

static int id_ctrl_main(int argc, char **argv)
{
	struct zns_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_ctrl_options, &options);
	const struct nvme_identify_request request = {.cns = NVME_CNS_IOCS_CONTROLLER,
						      .csi = NVME_CSI_ZONED};

	nvme_print_structure(&nvme_identify_controller_zns_table,
			     nvme_identify_data(argv[0], target.controller, &request),
			     options.output, 0, "NVMe ZNS Identify Controller");
	return 0;
}

NVME_SUBCOMMAND(zns_id_ctrl, "zns id-ctrl", id_ctrl_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Zoned Namespace Controller, display structure",
		id_ctrl_options);

const struct nvme_identify_namespace_zns *zns_identify(const char *what,
						       const struct nvme_target *target,
						       uint32_t nsid, unsigned *formats,
						       unsigned *used)
{
	const struct nvme_identify_namespace *namespace = nvme_identify_data(
		what, target->controller,
		&(struct nvme_identify_request){.cns = NVME_CNS_NAMESPACE, .nsid = nsid});

	*formats = NVME_LBA_FORMATS(namespace) < NVME_ZONE_FORMATS_MAX ? NVME_LBA_FORMATS(namespace)
								       : NVME_ZONE_FORMATS_MAX;
	*used = NVME_FLBAS_INDEX(namespace->flbas, NVME_LBA_FORMATS(namespace));
	return nvme_identify_data(what, target->controller,
				  &(struct nvme_identify_request){.cns = NVME_CNS_IOCS_NAMESPACE,
								  .csi = NVME_CSI_ZONED,
								  .nsid = nsid});
}

static void show_bit(uint32_t value, unsigned bit, const char *text)
{
	value = value >> bit & 1;
	out("  [%u:%u] : %#x\t  %s: %s\n", bit, bit, value, text, value ? "Yes" : "No");
}

static void show_resources(uint32_t zeros_based, const char *text)
{
	if (zeros_based == NVME_ZONES_UNLIMITED)
		out("No %s Resource Limit\n", text);
	else
		out("%u\t%s Resources\n", zeros_based + 1, text);
}

/* In nvme-cli's words and order. */
static void show_decoded(const struct nvme_row *row, const void *id)
{
	uint32_t value = (uint32_t)get_le((const uint8_t *)id + row->offset, row->size);

	out("%-8s: ", row->name);
	switch (row->offset) {
	case offsetof(struct nvme_identify_namespace_zns, zoc):
		out("%u\tZone Operation Characteristics\n", value);
		show_bit(value, 1, "Zone Active Excursions");
		show_bit(value, 0, "Variable Zone Capacity");
		out("\n");
		break;
	case offsetof(struct nvme_identify_namespace_zns, ozcs):
		out("%u\tOptional Zoned Command Support\n", value);
		show_bit(value, 0, "Read Across Zone Boundaries");
		show_bit(value, 1, "Zone Random Write Area");
		break;
	case offsetof(struct nvme_identify_namespace_zns, mar):
		show_resources(value, "Active");
		break;
	case offsetof(struct nvme_identify_namespace_zns, mor):
		show_resources(value, "Open");
		break;
	case offsetof(struct nvme_identify_namespace_zns, zrwacap):
		out("%u\tZone Random Write Area Capability\n", value);
		show_bit(value, 0, "Explicit ZRWA Flush Operations");
		break;
	default:
		if (value || row->offset >= offsetof(struct nvme_identify_namespace_zns, numzrwa))
			out("%u\n", value);
		else
			out("Not Reported\n");
		break;
	}
}

static void show_format(unsigned index, const struct nvme_zone_format *format, bool human,
			bool used)
{
	if (human)
		out("LBA Format Extension %2u : Zone Size: %#llx LBAs - Zone Descriptor Extension "
		    "Size: %u bytes%s\n",
		    index, (unsigned long long)format->zsze, format->zdes * 64,
		    used ? " (in use)" : "");
	else
		out("lbafe %2u: zsze:%#llx zdes:%u%s\n", index, (unsigned long long)format->zsze,
		    format->zdes, used ? " (in use)" : "");
}

static void show_id_ns_json(const struct nvme_identify_namespace_zns *id, unsigned formats)
{
	struct json json = nvme_json_begin();

	nvme_show_json(&json, &nvme_identify_namespace_zns_table, id);
	json_array_begin(&json, "lbafe");
	for (unsigned i = 0; i < formats; i++) {
		json_object_begin(&json, NULL);
		json_number(&json, "zsze", id->lbafe[i].zsze);
		json_number(&json, "zdes", id->lbafe[i].zdes);
		json_object_end(&json);
	}
	json_array_end(&json);
	nvme_json_end(&json);
}

static const struct nvme_option id_ns_options[] = {
	NVME_NSID_OPTION(struct zns_options),
	NVME_FLAG(struct zns_options, vendor, "vendor-specific", 'v',
		  "dump the vendor's bytes as well"),
	NVME_OUTPUT_OPTION(struct zns_options),
	NVME_HUMAN_OPTION(struct zns_options),
	NVME_OPTIONS_END,
};

static int id_ns_main(int argc, char **argv)
{
	struct zns_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_ns_options, &options);
	unsigned formats, used;
	const struct nvme_identify_namespace_zns *id = zns_identify(
		argv[0], &target, nvme_operand_nsid(&target, options.nsid), &formats, &used);

	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(id, sizeof(*id));
		return 0;
	}
	if (options.output == NVME_OUTPUT_JSON) {
		show_id_ns_json(id, formats);
		return 0;
	}
	out("ZNS Command Set Identify Namespace:\n");
	for (const struct nvme_row *row = nvme_identify_namespace_zns_table.rows;
	     row->kind == NVME_ROW_FIELD; row++)
		if (options.human)
			show_decoded(row, id);
		else
			nvme_show_row(&nvme_identify_namespace_zns_table, row, id, 0);
	for (unsigned i = 0; i < formats; i++)
		show_format(i, &id->lbafe[i], options.human, i == used);
	if (options.vendor) {
		out("vs[]    :\n");
		nvme_dump(id->vs, sizeof(id->vs));
	}
	return 0;
}

NVME_SUBCOMMAND(zns_id_ns, "zns id-ns", id_ns_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Zoned Namespace Namespace, display structure", id_ns_options);

static const struct nvme_option changed_options[] = {
	NVME_NSID_OPTION(struct zns_options),
	NVME_OUTPUT_OPTION(struct zns_options),
	NVME_FLAG(struct zns_options, retain, "rae", 'r', "retain the asynchronous event"),
	NVME_OPTIONS_END,
};

static int changed_main(int argc, char **argv)
{
	struct zns_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, changed_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_CHANGED_ZONES,
						 .nsid = nvme_operand_nsid(&target, options.nsid),
						 .retain = options.retain};
	const struct nvme_changed_zones *list =
		nvme_read_log(argv[0], &target, &request, sizeof(*list));

	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(list, sizeof(*list));
		return 0;
	}
	out("NVMe Changed Zone List:\n");
	if (list->count > NVME_CHANGED_ZONES_MAX) {
		out("Too many zones have changed to fit into the log. Use report zones for "
		    "changes.\n");
		return 0;
	}
	out("nrzid:  %u\n", list->count);
	for (unsigned i = 0; i < list->count; i++)
		out("zid %03u: %llu\n", i, (unsigned long long)list->zones[i]);
	return 0;
}

NVME_SUBCOMMAND(zns_changed_zone_list, "zns changed-zone-list", changed_main, "DEVICE [OPTIONS]",
		"Retrieve the changed zone list log", changed_options);
