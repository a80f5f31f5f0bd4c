/* nvme io-mgmt-recv and io-mgmt-send. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"

struct management {
	uint32_t nsid, size, timeout_ms;
	uint16_t specific;
	uint8_t operation;
	const char *data;
};

static const struct nvme_option management_options[] = {
	NVME_NSID_OPTION(struct management),
	NVME_NUMBER(struct management, specific, "mos", 's', "management operation specific"),
	NVME_NUMBER(struct management, operation, "mo", 'm', "management operation"),
	NVME_TEXT(struct management, data, "FILE", "data", 'd', "file of the data"),
	NVME_NUMBER(struct management, size, "data-len", 'l', "length of the data (bytes)"),
	NVME_NUMBER(struct management, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

static int run(int argc, char **argv, uint8_t opcode)
{
	struct management management = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, management_options, &management);
	struct nvme_command command = {
		.opcode = opcode,
		.nsid = nvme_io_nsid(&target, management.nsid),
		.cdw10 = management.operation | (uint32_t)management.specific << 16,
	};
	struct nvme_reply reply = {0};
	struct nvme_passthrough passthrough = {.command = &command,
					       .size = management.size,
					       .timeout_ms = management.timeout_ms,
					       .reply = &reply};
	bool receives = opcode == NVME_IO_MANAGEMENT_RECEIVE;
	int error, fd = 1;

	if (receives && (!management.size || management.size % 4))
		fail(1, "%s: data-len %u is no number of dwords", argv[0], management.size);
	if (receives)
		command.cdw11 = management.size / 4 - 1;
	passthrough.data = nvme_io_buffer(argv[0], &target, "data-len", management.size);
	nvme_io_check_sizes(argv[0], &target, true, &passthrough, "data-len");
	if (receives && management.data)
		fd = nvme_io_open_output(management.data);
	if (!receives &&
	    nvme_io_read(management.data, passthrough.data, management.size) < management.size)
		fail(1, "%s: %s has less than the %u bytes of data-len", argv[0],
		     management.data ? management.data : "standard input", management.size);
	error = nvme_io_send(&target, &passthrough);
	if (nvme_check(argv[0], error, &reply))
		return 1;
	out("%s: Success, mos:%u mo:%u nsid:%u\n", argv[0], management.specific,
	    management.operation, command.nsid);
	if (receives && management.data)
		nvme_io_write(fd, management.data, passthrough.data, management.size);
	else if (receives)
		nvme_dump(passthrough.data, management.size);
	return 0;
}

static int receive_main(int argc, char **argv)
{
	return run(argc, argv, NVME_IO_MANAGEMENT_RECEIVE);
}

NVME_SUBCOMMAND(io_mgmt_recv, "io-mgmt-recv", receive_main, "DEVICE [OPTIONS]",
		"I/O Management Receive", management_options);

static int send_main(int argc, char **argv)
{
	return run(argc, argv, NVME_IO_MANAGEMENT_SEND);
}

NVME_SUBCOMMAND(io_mgmt_send, "io-mgmt-send", send_main, "DEVICE [OPTIONS]", "I/O Management Send",
		management_options);
