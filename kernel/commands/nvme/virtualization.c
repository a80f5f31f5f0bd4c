/* nvme virt-mgmt: the resources that a primary controller shares out, and its secondary controllers
 * on line or off. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/file.h"

struct virtualization {
	uint16_t controller, count;
	uint8_t type, action;
};

static const struct nvme_option virtualization_options[] = {
	NVME_NUMBER(struct virtualization, controller, "cntlid", 'c', "Controller Identifier"),
	NVME_NUMBER_OF(struct virtualization, type, 3, "rt", 'r', "0: queues, 1: interrupts"),
	NVME_NUMBER_OF(struct virtualization, action, 4, "act", 'a', "action: 1, 7, 8 or 9"),
	NVME_NUMBER(struct virtualization, count, "nr", 'n', "number of resources"),
	NVME_OPTIONS_END,
};

static int virtualization_main(int argc, char **argv)
{
	struct virtualization options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, virtualization_options, &options);
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_VIRTUALIZATION_MANAGEMENT,
		.cdw10 = options.action | (uint32_t)options.type << NVME_VIRTUALIZATION_RT_SHIFT |
			 (uint32_t)options.controller << NVME_VIRTUALIZATION_CNTLID_SHIFT,
		.cdw11 = options.count,
	};
	bool offline = options.action == NVME_VIRTUALIZATION_OFFLINE;
	struct nvme_reply reply = {0};
	int error;

	/* It does not take anything any more then. */
	if (offline)
		files_sync_all();
	error = nvme_admin_command(
		target.controller,
		&(struct nvme_passthrough){.command = &command, .reply = &reply});
	if (nvme_check("virt-mgmt", error, &reply))
		return 1;
	if (offline || options.action == NVME_VIRTUALIZATION_ONLINE)
		nvme_rescan();
	out("success, Number of Controller Resources Modified (NRM):%#x\n", reply.result);
	return 0;
}

NVME_SUBCOMMAND(virtualization, "virt-mgmt", virtualization_main, "DEVICE [OPTIONS]",
		"Manage Flexible Resources between Primary and Secondary Controller",
		virtualization_options);
