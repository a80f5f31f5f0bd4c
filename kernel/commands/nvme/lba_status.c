/* nvme get-lba-status */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"

struct lba_status_options {
	uint64_t start;
	uint32_t nsid, dwords, timeout_ms;
	uint16_t length;
	uint8_t action, output;
};

static const struct nvme_option lba_status_options[] = {
	NVME_NSID_OPTION(struct lba_status_options),
	NVME_SUFFIXED(struct lba_status_options, start, "start-lba", 's', "LBA of the first block"),
	NVME_NUMBER(struct lba_status_options, dwords, "max-dw", 'm',
		    "number of dwords to return, less one"),
	NVME_NUMBER(struct lba_status_options, action, "action", 'a', "action type"),
	NVME_NUMBER(struct lba_status_options, length, "range-len", 'l', "number of blocks"),
	NVME_NUMBER(struct lba_status_options, timeout_ms, "timeout", 't',
		    "timeout value, in milliseconds"),
	NVME_OUTPUT_OPTION(struct lba_status_options),
	NVME_OPTIONS_END,
};

static void print(const struct nvme_lba_status *status, size_t size)
{
	size_t room = size < sizeof(*status)
			      ? 0
			      : (size - sizeof(*status)) / sizeof(status->descriptors[0]);

	out("Number of LBA Status Descriptors(NLSD): %u\n", status->nlsd);
	out("Completion Condition(CMPC): %u\n", status->cmpc);
	if (status->cmpc == NVME_LBA_STATUS_FULL)
		out("\tCompleted due to transferring the amount of data specified in the MNDW "
		    "field\n");
	if (status->cmpc == NVME_LBA_STATUS_DONE)
		out("\tCompleted due to having performed the action\n"
		    "\tspecified in the Action Type field over the\n"
		    "\tnumber of logical blocks specified in the\n"
		    "\tRange Length field\n");
	/* The number is the device's. */
	for (size_t i = 0; i < status->nlsd && i < room; i++)
		out("{ DSLBA: 0x%016llu, NLB: 0x%08x, Status: 0x%02x }\n",
		    (unsigned long long)status->descriptors[i].dslba, status->descriptors[i].nlb,
		    status->descriptors[i].status);
}

static int lba_status_main(int argc, char **argv)
{
	struct lba_status_options options = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, lba_status_options, &options);
	struct nvme_command command = {
		.opcode = NVME_ADMIN_GET_LBA_STATUS,
		.nsid = nvme_io_nsid(&target, options.nsid),
		.cdw10 = (uint32_t)options.start,
		.cdw11 = (uint32_t)(options.start >> 32),
		.cdw12 = options.dwords,
		.cdw13 = options.length | (uint32_t)options.action << 24,
	};
	struct nvme_reply reply = {0};
	struct nvme_passthrough passthrough = {.command = &command,
					       .size = ((size_t)options.dwords + 1) * 4,
					       .timeout_ms = options.timeout_ms,
					       .reply = &reply};
	int error;

	if (!options.action) {
		err("action type (--action) has to be given\n");
		return 1;
	}
	passthrough.data = nvme_io_buffer(argv[0], &target, "max-dw, in bytes,", passthrough.size);
	error = nvme_admin_command(target.controller, &passthrough);
	if (nvme_check("get lba status", error, &reply))
		return 1;
	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(passthrough.data, passthrough.size);
	else
		print(passthrough.data, passthrough.size);
	return 0;
}

NVME_SUBCOMMAND(get_lba_status, "get-lba-status", lba_status_main, "DEVICE --action=NUM [OPTIONS]",
		"Submit a Get LBA Status command, return results", lba_status_options);
