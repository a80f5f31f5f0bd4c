/* nvme id-ctrl and id-ns: the Identify data structures, field by field. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"

void nvme_print_identify_controller(const struct nvme_identify_controller *id, unsigned how)
{
	out("NVME Identify Controller:\n");
	nvme_show(&nvme_identify_controller_table, id, how);
}

void nvme_print_identify_namespace(uint32_t nsid, const struct nvme_identify_namespace *id,
				   unsigned how)
{
	out("NVME Identify Namespace %u:\n", nsid);
	nvme_show(&nvme_identify_namespace_table, id, how);
}

static void print_json(const struct nvme_structure *structure, const void *data)
{
	struct json json = nvme_json_begin();

	nvme_show_json(&json, structure, data);
	nvme_json_end(&json);
}

struct identify_options {
	uint32_t nsid;
	uint8_t output;
};

static const struct nvme_option id_ctrl_options[] = {
	NVME_OUTPUT_OPTION(struct identify_options),
	NVME_RAW_OPTION(struct identify_options),
	NVME_OPTIONS_END,
};

static int id_ctrl_main(int argc, char **argv)
{
	struct identify_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_ctrl_options, &options);
	struct nvme_identify_controller *id = alloc_or_fail(sizeof(*id));
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(target.controller, NVME_CNS_CONTROLLER, 0, id, &reply);

	if (nvme_check("id-ctrl", error, &reply))
		return 1;
	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(id, sizeof(*id));
	else if (options.output == NVME_OUTPUT_JSON)
		print_json(&nvme_identify_controller_table, id);
	else
		nvme_print_identify_controller(id, 0);
	return 0;
}

NVME_SUBCOMMAND(id_ctrl, "id-ctrl", id_ctrl_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Controller", id_ctrl_options);

static const struct nvme_option id_ns_options[] = {
	NVME_NSID_OPTION(struct identify_options),
	NVME_OUTPUT_OPTION(struct identify_options),
	NVME_RAW_OPTION(struct identify_options),
	NVME_OPTIONS_END,
};

static int id_ns_main(int argc, char **argv)
{
	struct identify_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_ns_options, &options);
	uint32_t nsid = nvme_operand_nsid(&target, options.nsid);
	struct nvme_identify_namespace *id = alloc_or_fail(sizeof(*id));
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(target.controller, NVME_CNS_NAMESPACE, nsid, id, &reply);

	if (nvme_check("id-ns", error, &reply))
		return 1;
	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(id, sizeof(*id));
	else if (options.output == NVME_OUTPUT_JSON)
		print_json(&nvme_identify_namespace_table, id);
	else
		nvme_print_identify_namespace(nsid, id, 0);
	return 0;
}

NVME_SUBCOMMAND(id_ns, "id-ns", id_ns_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Namespace, display structure", id_ns_options);
