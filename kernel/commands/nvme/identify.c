/* nvme id-ctrl and id-ns, and how all of their family send Identify. */
#include "kernel/commands/nvme/identify.h"

#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"

static int send(struct nvme_controller *controller, const struct nvme_identify_request *request,
		void *data, struct nvme_reply *reply)
{
	struct nvme_command command = {
		.opcode = NVME_ADMIN_IDENTIFY,
		.nsid = request->nsid,
		.cdw10 = request->cns | (uint32_t)request->cntid << 16,
		.cdw11 = request->cns_specific | (uint32_t)request->csi << NVME_IDENTIFY_CSI_SHIFT,
		.cdw14 = request->uuid_index,
	};

	return nvme_admin_command(controller, &(struct nvme_passthrough){.command = &command,
									 .data = data,
									 .size = NVME_IDENTIFY_SIZE,
									 .reply = reply});
}

void *nvme_identify_data(const char *what, struct nvme_controller *controller,
			 const struct nvme_identify_request *request)
{
	void *data = alloc_or_fail(NVME_IDENTIFY_SIZE);
	struct nvme_reply reply = {0};
	int error = send(controller, request, data, &reply);

	if (nvme_check(what, error, &reply))
		process_exit(1);
	return data;
}

void *nvme_identify_attempt(struct nvme_controller *controller,
			    const struct nvme_identify_request *request)
{
	void *data = alloc_or_fail(NVME_IDENTIFY_SIZE);
	struct nvme_reply reply = {0};

	return send(controller, request, data, &reply) ? NULL : data;
}

struct identify_options {
	uint32_t nsid;
	uint8_t output;
	bool human, vendor, force;
};

static unsigned how(const struct identify_options *options)
{
	return (options->human ? NVME_SHOW_BITS : 0) | (options->vendor ? NVME_SHOW_VENDOR : 0);
}

#define VENDOR_OPTION                                                      \
	NVME_FLAG(struct identify_options, vendor, "vendor-specific", 'v', \
		  "dump the vendor's bytes as well"),                      \
		NVME_FLAG(struct identify_options, vendor, "vendor-specific", 'V', "")

static const struct nvme_option id_ctrl_options[] = {
	VENDOR_OPTION,
	NVME_OUTPUT_OPTION(struct identify_options),
	NVME_RAW_OPTION(struct identify_options),
	NVME_HUMAN_OPTION(struct identify_options),
	NVME_OPTIONS_END,
};

static int id_ctrl_main(int argc, char **argv)
{
	struct identify_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_ctrl_options, &options);
	struct nvme_identify_request request = {.cns = NVME_CNS_CONTROLLER};

	nvme_print_structure(&nvme_identify_controller_table,
			     nvme_identify_data(argv[0], target.controller, &request),
			     options.output, how(&options), "NVME Identify Controller");
	return 0;
}

NVME_SUBCOMMAND(id_ctrl, "id-ctrl", id_ctrl_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Controller", id_ctrl_options);

static const struct nvme_option id_ns_options[] = {
	NVME_NSID_OPTION(struct identify_options),
	NVME_FLAG(struct identify_options, force, "force", 0,
		  "this namespace even if it is not attached"),
	VENDOR_OPTION,
	NVME_OUTPUT_OPTION(struct identify_options),
	NVME_RAW_OPTION(struct identify_options),
	NVME_HUMAN_OPTION(struct identify_options),
	NVME_OPTIONS_END,
};

static int id_ns_main(int argc, char **argv)
{
	struct identify_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, id_ns_options, &options);
	struct nvme_identify_request request = {
		.cns = options.force ? NVME_CNS_ALLOCATED_NAMESPACE : NVME_CNS_NAMESPACE,
		.nsid = nvme_operand_nsid(&target, options.nsid),
	};

	nvme_print_structure(&nvme_identify_namespace_table,
			     nvme_identify_data(argv[0], target.controller, &request),
			     options.output, how(&options), "NVME Identify Namespace %u",
			     request.nsid);
	return 0;
}

NVME_SUBCOMMAND(id_ns, "id-ns", id_ns_main, "DEVICE [OPTIONS]",
		"Send NVMe Identify Namespace, display structure", id_ns_options);
