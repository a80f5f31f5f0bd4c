/* nvme security-send and security-recv. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/commands/nvme/nvme.h"

struct security {
	uint32_t nsid, size, length;
	uint16_t specific;
	uint8_t nvme_specific, protocol;
	bool raw;
	const char *file;
};

#define COMMON_OPTIONS                                                                    \
	NVME_NSID_OPTION(struct security),                                                \
		NVME_NUMBER(struct security, nvme_specific, "nssf", 'N',                  \
			    "NVMe Security Specific Field"),                              \
		NVME_NUMBER(struct security, protocol, "secp", 'p', "security protocol"), \
		NVME_NUMBER(struct security, specific, "spsp", 's', "security-protocol-specific")

static const struct nvme_option send_options[] = {
	COMMON_OPTIONS,
	NVME_TEXT(struct security, file, "FILE", "file", 'f', "the data; default stdin"),
	NVME_NUMBER(struct security, length, "tl", 't', "transfer length"),
	NVME_OPTIONS_END,
};

static const struct nvme_option receive_options[] = {
	COMMON_OPTIONS,
	NVME_NUMBER(struct security, size, "size", 'x', "size of buffer"),
	NVME_NUMBER(struct security, length, "al", 't', "allocation length"),
	NVME_FLAG(struct security, raw, "raw-binary", 'b', "output in binary format"),
	NVME_OPTIONS_END,
};

static struct nvme_command command_for(const struct security *security, uint8_t opcode)
{
	return (struct nvme_command){
		.opcode = opcode,
		.nsid = security->nsid,
		.cdw10 = security->nvme_specific |
			 (uint32_t)security->specific << NVME_SECURITY_SPSP_SHIFT |
			 (uint32_t)security->protocol << NVME_SECURITY_SECP_SHIFT,
		.cdw11 = security->length,
	};
}

static int send_main(int argc, char **argv)
{
	struct security security = {0};
	struct nvme_target target = nvme_arguments(argc, argv, send_options, &security);
	const struct nvme_command command = command_for(&security, NVME_ADMIN_SECURITY_SEND);
	void *data;

	if (!security.length)
		return nvme_refuse("--tl unspecified or zero");
	if (security.length % 4)
		err("WARNING: --tl not dword aligned; unaligned bytes may be truncated\n");
	data = nvme_io_buffer(argv[0], &target, "tl", security.length);
	/* What the file is short of is zero. */
	nvme_io_read(security.file, data, security.length);
	if (nvme_admin_run(&target,
			   &(struct nvme_passthrough){
				   .command = &command, .data = data, .size = security.length},
			   "security-send"))
		return 1;
	out("NVME Security Send Command Success\n");
	return 0;
}

NVME_SUBCOMMAND(security_send, "security-send", send_main, "DEVICE [OPTIONS]",
		"Submit a Security Send command, return results", send_options);

static int receive_main(int argc, char **argv)
{
	struct security security = {0};
	struct nvme_target target = nvme_arguments(argc, argv, receive_options, &security);
	const struct nvme_command command = command_for(&security, NVME_ADMIN_SECURITY_RECEIVE);
	struct nvme_passthrough sent = {.command = &command, .size = security.size};

	sent.data = nvme_io_buffer(argv[0], &target, "size", security.size);
	nvme_io_check_sizes(argv[0], &target, false, &sent, "size");
	if (nvme_admin_run(&target, &sent, "security receive"))
		return 1;
	out("NVME Security Receive Command Success\n");
	if (security.raw)
		out_bytes(sent.data, security.size);
	else
		nvme_dump(sent.data, security.size);
	return 0;
}

NVME_SUBCOMMAND(security_recv, "security-recv", receive_main, "DEVICE [OPTIONS]",
		"Submit a Security Receive command, return results", receive_options);
