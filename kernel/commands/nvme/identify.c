/* nvme id-ctrl and id-ns: the Identify data structures, field by field. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"

void nvme_print_identify_controller(const struct nvme_identify_controller *id)
{
	out("NVME Identify Controller:\n");
	nvme_show(&nvme_identify_controller_table, id);
}

void nvme_print_identify_namespace(uint32_t nsid, const struct nvme_identify_namespace *id)
{
	out("NVME Identify Namespace %u:\n", nsid);
	nvme_show(&nvme_identify_namespace_table, id);
}

struct identify_options {
	bool raw;
	uint64_t nsid;
	struct nvme_target target;
};

#define FORMAT_OPTIONS                                                 \
	{"output-format", 'o', "FMT", "output format: normal|binary"}, \
	{                                                              \
		"raw-binary", 'b', NULL, "show the structure's bytes"  \
	}

const struct nvme_option nvme_id_ctrl_options[] = {FORMAT_OPTIONS, {NULL, 0, NULL, NULL}};
const struct nvme_option nvme_id_ns_options[] = {
	{"namespace-id", 'n', "NUM", "identifier of desired namespace"},
	FORMAT_OPTIONS,
	{NULL, 0, NULL, NULL},
};

static struct identify_options parse_options(int argc, char **argv, const struct nvme_option *table)
{
	struct identify_options options = {0};
	struct getopt state = {0};
	int option;

	while ((option = nvme_next_option(&state, argc, argv, table)) != -1) {
		if (option == 'b')
			options.raw = true;
		else if (option == 'o')
			options.raw = nvme_is_binary(state.argument);
		else
			options.nsid = nvme_number("namespace-id", state.argument, UINT32_MAX);
	}
	options.target = nvme_operand(argc, argv, state.index);
	return options;
}

int nvme_id_ctrl_main(int argc, char **argv)
{
	struct identify_options options = parse_options(argc, argv, nvme_id_ctrl_options);
	struct nvme_identify_controller *id = alloc_or_fail(sizeof(*id));
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(options.target.controller, NVME_CNS_CONTROLLER, 0, id,
					  &reply);

	if (nvme_check("id-ctrl", error, &reply))
		return 1;
	if (options.raw)
		out_bytes(id, sizeof(*id));
	else
		nvme_print_identify_controller(id);
	return 0;
}

int nvme_id_ns_main(int argc, char **argv)
{
	struct identify_options options = parse_options(argc, argv, nvme_id_ns_options);
	uint32_t nsid = nvme_operand_nsid(&options.target, options.nsid);
	struct nvme_identify_namespace *id = alloc_or_fail(sizeof(*id));
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(options.target.controller, NVME_CNS_NAMESPACE, nsid, id,
					  &reply);

	if (nvme_check("id-ns", error, &reply))
		return 1;
	if (options.raw)
		out_bytes(id, sizeof(*id));
	else
		nvme_print_identify_namespace(nsid, id);
	return 0;
}
