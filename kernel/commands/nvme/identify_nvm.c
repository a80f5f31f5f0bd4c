/* nvme nvm-id-ctrl, nvm-id-ns, cmdset-ind-id-ns and those about one LBA format: Identify data
 * structures beside id-ctrl's and id-ns's. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/identify.h"
#include "kernel/commands/nvme/nvme.h"

struct identify_nvm_options {
	uint32_t nsid;
	uint16_t cntlid;
	uint16_t format;
	uint8_t uuid_index;
	uint8_t output;
	bool human;
};

#define VERBOSE_OPTION \
	NVME_FLAG(struct identify_nvm_options, human, "verbose", 'v', "decode the fields")
#define UUID_OPTION \
	NVME_NUMBER_OF(struct identify_nvm_options, uuid_index, 7, "uuid-index", 'U', "UUID index")

static const struct nvme_option nvm_id_ctrl_options[] = {
	NVME_OUTPUT_OPTION(struct identify_nvm_options),
	NVME_OPTIONS_END,
};

static int nvm_id_ctrl_main(int argc, char **argv)
{
	struct identify_nvm_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, nvm_id_ctrl_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_IOCS_CONTROLLER,
						.csi = NVME_CSI_NVM};

	nvme_print_structure(&nvme_identify_controller_nvm_table,
			     nvme_identify_data(argv[0], target.controller, &request),
			     options.output, 0, "NVMe Identify Controller NVM");
	return 0;
}

NVME_SUBCOMMAND(nvm_id_ctrl, "nvm-id-ctrl", nvm_id_ctrl_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Controller NVM Command Set, display structure",
		nvm_id_ctrl_options);

static const struct nvme_option primary_options[] = {
	NVME_NUMBER(struct identify_nvm_options, cntlid, "cntlid", 'c', "controller identifier"),
	NVME_OUTPUT_OPTION(struct identify_nvm_options),
	NVME_HUMAN_OPTION(struct identify_nvm_options),
	NVME_OPTIONS_END,
};

static int primary_main(int argc, char **argv)
{
	struct identify_nvm_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, primary_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_PRIMARY_CAPABILITIES,
						.cntid = options.cntlid};

	nvme_print_structure(&nvme_primary_capabilities_table,
			     nvme_identify_data(argv[0], target.controller, &request),
			     options.output, options.human ? NVME_SHOW_BITS : 0,
			     "NVME Identify Primary Controller Capabilities");
	return 0;
}

NVME_SUBCOMMAND(primary_ctrl_caps, "primary-ctrl-caps", primary_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Primary Controller Capabilities", primary_options);

static const struct nvme_option independent_options[] = {
	NVME_NSID_OPTION(struct identify_nvm_options),
	NVME_RAW_OPTION(struct identify_nvm_options),
	NVME_OUTPUT_OPTION(struct identify_nvm_options),
	NVME_HUMAN_OPTION(struct identify_nvm_options),
	NVME_OPTIONS_END,
};

static int independent_main(int argc, char **argv)
{
	struct identify_nvm_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, independent_options, &options);
	struct nvme_identify_request request = {
		.cns = NVME_CNS_INDEPENDENT_NAMESPACE,
		.nsid = nvme_operand_nsid(&target, options.nsid),
	};

	nvme_print_structure(&nvme_identify_independent_namespace_table,
			     nvme_identify_data(argv[0], target.controller, &request),
			     options.output, options.human ? NVME_SHOW_BITS : 0,
			     "NVME Identify Command Set Independent Namespace %u", request.nsid);
	return 0;
}

NVME_SUBCOMMAND(cmdset_ind_id_ns, "cmdset-ind-id-ns", independent_main, "DEVICE [OPTIONS]",
		"I/O Command Set Independent Identify Namespace", independent_options);

/* How many extended LBA formats there are, and which is in use, stands in Identify Namespace. */
struct formats {
	unsigned count, used;
};

static struct formats formats_of(const struct nvme_identify_namespace *id)
{
	unsigned count = NVME_LBA_FORMATS(id);

	return (struct formats){
		.count = count < NVME_LBA_FORMATS_MAX ? count : NVME_LBA_FORMATS_MAX,
		.used = NVME_FLBAS_INDEX(id->flbas, count),
	};
}

static void print_elbaf(uint32_t elbaf, bool human)
{
	static const char *const guards[] = {"16b Guard", "32b Guard", "64b Guard", "Reserved"};
	unsigned pif = NVME_ELBAF_GUARD(elbaf), sts = NVME_ELBAF_STS(elbaf);

	if (human)
		out("Protection Information Format: %s(%u) - Storage Tag Size (MSB): %-2u",
		    guards[pif], pif, sts);
	else
		out("pif:%u lbads:%-2u", pif, sts);
}

static void print_elbafs(const struct nvme_identify_namespace_nvm *id, struct formats formats,
			 bool human)
{
	for (unsigned i = 0; i < formats.count; i++) {
		out("%s %2u : ", human ? "Extended LBA Format" : "elbaf", i);
		print_elbaf(id->elbaf[i], human);
		out(" %s\n", i == formats.used ? "(in use)" : "");
	}
}

/* Of a namespace, or what all of one format have: without the mask of a namespace, its first row.
 */
static void json_namespace_nvm(const struct nvme_identify_namespace_nvm *id, struct formats formats,
			       bool of_format)
{
	const struct nvme_structure *table = &nvme_identify_namespace_nvm_table;
	struct json json = nvme_json_begin();

	for (unsigned i = of_format; i < table->count; i++)
		nvme_show_json_row(&json, table, &table->rows[i], id);
	json_array_begin(&json, "elbafs");
	for (unsigned i = 0; i < formats.count; i++) {
		json_object_begin(&json, NULL);
		nvme_show_json(&json, &nvme_elbaf_table, &id->elbaf[i]);
		json_object_end(&json);
	}
	json_array_end(&json);
	nvme_json_end(&json);
}

static void show_namespace_nvm(const struct nvme_identify_namespace_nvm *id, struct formats formats,
			       const struct identify_nvm_options *options)
{
	if (options->output == NVME_OUTPUT_BINARY)
		out_bytes(id, sizeof(*id));
	else if (options->output == NVME_OUTPUT_JSON)
		json_namespace_nvm(id, formats, false);
	else {
		nvme_print_structure(&nvme_identify_namespace_nvm_table, id, NVME_OUTPUT_NORMAL,
				     options->human ? NVME_SHOW_BITS : 0,
				     "NVMe NVM Identify Namespace %u", options->nsid);
		print_elbafs(id, formats, options->human);
	}
}

static const struct nvme_option nvm_id_ns_options[] = {
	NVME_NSID_OPTION(struct identify_nvm_options),
	UUID_OPTION,
	NVME_OUTPUT_OPTION(struct identify_nvm_options),
	VERBOSE_OPTION,
	NVME_OPTIONS_END,
};

static int nvm_id_ns_main(int argc, char **argv)
{
	struct identify_nvm_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, nvm_id_ns_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_NAMESPACE};
	struct formats formats;

	options.nsid = nvme_operand_nsid(&target, options.nsid);
	request.nsid = options.nsid;
	formats = formats_of(nvme_identify_data(argv[0], target.controller, &request));
	request.cns = NVME_CNS_IOCS_NAMESPACE;
	request.csi = NVME_CSI_NVM;
	request.uuid_index = options.uuid_index;
	show_namespace_nvm(nvme_identify_data(argv[0], target.controller, &request), formats,
			   &options);
	return 0;
}

NVME_SUBCOMMAND(nvm_id_ns, "nvm-id-ns", nvm_id_ns_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Namespace NVM Command Set, display structure",
		nvm_id_ns_options);

/* What Identify Namespace says of one format: the fields that do not belong to a namespace. */
static bool of_format(const struct nvme_row *row)
{
	switch (row->offset) {
	case offsetof(struct nvme_identify_namespace, nlbaf):
	case offsetof(struct nvme_identify_namespace, mc):
	case offsetof(struct nvme_identify_namespace, dpc):
	case offsetof(struct nvme_identify_namespace, nulbaf):
	case offsetof(struct nvme_identify_namespace, lbaf):
		return row->kind == NVME_ROW_FIELD || row->kind == NVME_ROW_ARRAY;
	default:
		return false;
	}
}

static void show_format(const void *id, const struct identify_nvm_options *options)
{
	const struct nvme_structure *table = &nvme_identify_namespace_table;
	unsigned how = NVME_SHOW_UNUSED | (options->human ? NVME_SHOW_BITS : 0);
	struct json json;

	if (options->output == NVME_OUTPUT_BINARY) {
		out_bytes(id, table->size);
		return;
	}
	if (options->output == NVME_OUTPUT_JSON)
		json = nvme_json_begin();
	else
		out("NVMe Identify Namespace for LBA format[%u]:\n", options->format);
	for (unsigned i = 0; i < table->count; i++) {
		if (!of_format(&table->rows[i]))
			continue;
		if (options->output == NVME_OUTPUT_JSON)
			nvme_show_json_row(&json, table, &table->rows[i], id);
		else
			nvme_show_row(table, &table->rows[i], id, how);
	}
	if (options->output == NVME_OUTPUT_JSON)
		nvme_json_end(&json);
}

static const struct nvme_option lba_format_options[] = {
	NVME_NUMBER(struct identify_nvm_options, format, "lba-format-index", 'i',
		    "index of the LBA format"),
	UUID_OPTION,
	VERBOSE_OPTION,
	NVME_OUTPUT_OPTION(struct identify_nvm_options),
	NVME_OPTIONS_END,
};

static void *format_data(const char *what, unsigned cns, struct nvme_controller *controller,
			 const struct identify_nvm_options *options)
{
	struct nvme_identify_request request = {
		.cns = (uint8_t)cns,
		.cns_specific = options->format,
		.csi = NVME_CSI_NVM,
		.uuid_index = options->uuid_index,
	};

	return nvme_identify_data(what, controller, &request);
}

static int lba_format_main(int argc, char **argv)
{
	struct identify_nvm_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, lba_format_options, &options);

	show_format(format_data(argv[0], NVME_CNS_LBA_FORMAT, target.controller, &options),
		    &options);
	return 0;
}

NVME_SUBCOMMAND(id_ns_lba_format, "id-ns-lba-format", lba_format_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Namespace for the specified LBA Format index",
		lba_format_options);

static void show_format_nvm(const struct nvme_identify_namespace_nvm *id, struct formats formats,
			    const struct identify_nvm_options *options)
{
	const struct nvme_structure *table = &nvme_identify_namespace_nvm_table;

	if (options->output == NVME_OUTPUT_BINARY) {
		out_bytes(id, sizeof(*id));
		return;
	}
	if (options->output == NVME_OUTPUT_JSON) {
		json_namespace_nvm(id, formats, true);
		return;
	}
	out("NVMe NVM Identify Namespace for LBA format[%u]:\n", options->format);
	for (unsigned i = 1; i < table->count; i++)
		nvme_show_row(table, &table->rows[i], id, options->human ? NVME_SHOW_BITS : 0);
	print_elbafs(id, formats, options->human);
}

static int lba_format_nvm_main(int argc, char **argv)
{
	struct identify_nvm_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, lba_format_options, &options);
	const struct nvme_identify_request request = {.cns = NVME_CNS_NAMESPACE,
						      .nsid = NVME_NSID_ALL};
	const void *id = nvme_identify_attempt(target.controller, &request);
	struct formats formats = {.count = id ? formats_of(id).count : 1, .used = UINT32_MAX};

	show_format_nvm(format_data(argv[0], NVME_CNS_IOCS_LBA_FORMAT, target.controller, &options),
			formats, &options);
	return 0;
}

NVME_SUBCOMMAND(nvm_id_ns_lba_format, "nvm-id-ns-lba-format", lba_format_nvm_main,
		"DEVICE [OPTIONS]",
		"Send NVMe Identify Namespace NVM Command Set for the specified LBA Format index",
		lba_format_options);
