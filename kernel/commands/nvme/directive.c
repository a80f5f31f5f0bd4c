/* nvme dir-send and dir-receive. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/endian.h"
#include "lib/string.h"

struct directive {
	uint32_t nsid, size, timeout_ms;
	uint16_t specific, enable, resources;
	uint8_t type, target, operation;
	bool human, raw;
	const char *file;
};

#define COMMON_OPTIONS                                                                            \
	NVME_NSID_OPTION(struct directive),                                                       \
		NVME_NUMBER(struct directive, size, "data-len", 'l', "length of the data"),       \
		NVME_NUMBER(struct directive, type, "dir-type", 'D', "0 identify, 1 streams"),    \
		NVME_NUMBER(struct directive, specific, "dir-spec", 'S', "directive specific"),   \
		NVME_NUMBER(struct directive, operation, "dir-oper", 'O', "directive operation"), \
		NVME_FLAG(struct directive, human, "human-readable", 'H', "decode the fields"),   \
		NVME_FLAG(struct directive, raw, "raw-binary", 'b', "show the data as they are"), \
		NVME_NUMBER(struct directive, timeout_ms, "timeout", 't', "")

static const struct nvme_option send_options[] = {
	COMMON_OPTIONS,
	NVME_NUMBER(struct directive, target, "target-dir", 'T', "the type to be enabled"),
	NVME_NUMBER(struct directive, enable, "endir", 'e', "1: enable, 0: disable"),
	NVME_TEXT(struct directive, file, "FILE", "input-file", 'i', "the data; default stdin"),
	NVME_OPTIONS_END,
};

static const struct nvme_option receive_options[] = {
	COMMON_OPTIONS,
	NVME_NUMBER(struct directive, resources, "req-resource", 'r', "streams requested"),
	NVME_OPTIONS_END,
};

/* Says what is wrong with type and operation; returns 1. */
static int refuse(const struct directive *directive)
{
	static const char *const names[] = {
		[NVME_DIRECTIVE_IDENTIFY] = "Identify", [NVME_DIRECTIVE_STREAMS] = "Streams"};

	if (directive->type > NVME_DIRECTIVE_STREAMS)
		return nvme_refuse("invalid directive type");
	err("invalid directive operations for %s Directives\n", names[directive->type]);
	return 1;
}

/* Data that a command moves are dwords: it says how many, less one. */
static struct nvme_command command_for(const struct directive *directive, uint8_t opcode)
{
	return (struct nvme_command){
		.opcode = opcode,
		.nsid = directive->nsid,
		.cdw10 = directive->size >= 4 ? directive->size / 4 - 1 : 0,
		.cdw11 = NVME_DIRECTIVE_CDW11(directive->operation, directive->type,
					      directive->specific),
	};
}

static int send_main(int argc, char **argv)
{
	struct directive directive = {.nsid = 1, .enable = 1};
	struct nvme_target target = nvme_arguments(argc, argv, send_options, &directive);
	struct nvme_command command = command_for(&directive, NVME_ADMIN_DIRECTIVE_SEND);
	struct nvme_reply reply = {0};
	struct nvme_passthrough sent = {.command = &command,
					.size = directive.size,
					.timeout_ms = directive.timeout_ms,
					.reply = &reply};

	if (directive.type == NVME_DIRECTIVE_IDENTIFY &&
	    directive.operation == NVME_DIRECTIVE_SEND_ENABLE) {
		if (!directive.target)
			return nvme_refuse("target-dir required param");
		command.cdw12 = (uint32_t)directive.target << NVME_DIRECTIVE_TARGET_SHIFT |
				directive.enable;
	} else if (directive.type != NVME_DIRECTIVE_STREAMS ||
		   (directive.operation != NVME_STREAMS_SEND_RELEASE_ID &&
		    directive.operation != NVME_STREAMS_SEND_RELEASE)) {
		return refuse(&directive);
	}
	sent.data = nvme_io_buffer(argv[0], &target, "data-len", directive.size);
	nvme_io_check_sizes(argv[0], &target, false, &sent, "data-len");
	if (directive.size)
		nvme_io_read(directive.file, sent.data, directive.size);
	if (nvme_admin_run(&target, &sent, "dir-send"))
		return 1;
	out("dir-send: type %#x, operation %#x, spec_val %#x, nsid %#x, result %#x \n",
	    directive.type, directive.operation, directive.specific, directive.nsid, reply.result);
	if (directive.size && directive.raw)
		out_bytes(sent.data, directive.size);
	else if (directive.size)
		nvme_dump(sent.data, directive.size);
	return 0;
}

NVME_SUBCOMMAND(dir_send, "dir-send", send_main, "DEVICE [OPTIONS]",
		"Submit a Directive Send command, return results", send_options);

/* Bytes that a command returns whose length was not given. -1: there is no such operation. */
static int default_size(const struct directive *directive)
{
	if (directive->type == NVME_DIRECTIVE_IDENTIFY &&
	    directive->operation == NVME_DIRECTIVE_RECEIVE_PARAMETERS)
		return sizeof(struct nvme_directive_parameters);
	if (directive->type != NVME_DIRECTIVE_STREAMS)
		return -1;
	switch (directive->operation) {
	case NVME_DIRECTIVE_RECEIVE_PARAMETERS:
		return sizeof(struct nvme_streams_parameters);
	case NVME_STREAMS_RECEIVE_STATUS:
		return 128 << 10;
	case NVME_STREAMS_RECEIVE_ALLOCATE:
		return 0;
	default:
		return -1;
	}
}

static void show_types(const char *title, const char *yes, const char *no, uint8_t bits)
{
	out("\tDirective %s \n\t\tIdentify Directive  : %s\n\t\tStream Directive    : %s\n", title,
	    bits & 1 ? yes : no, bits & 2 ? yes : no);
}

static void show_streams(const uint8_t *status, uint32_t size)
{
	unsigned count = get_le16(status);

	out("\tOpen Stream Count  : %u\n", count);
	for (unsigned i = 1; i <= count && 2 * i + 2 <= size; i++)
		out("\tStream Identifier %.6u : %u\n", i, get_le16(status + 2 * i));
}

/* data is as long as what it is, whatever was read of it. */
static void show_fields(const struct directive *directive, const void *data, uint32_t result)
{
	const struct nvme_directive_parameters *parameters = data;

	if (directive->type == NVME_DIRECTIVE_IDENTIFY) {
		show_types("support", "supported", "not supported", parameters->supported[0]);
		show_types("status", "enabled", "disabled", parameters->enabled[0]);
	} else if (directive->operation == NVME_DIRECTIVE_RECEIVE_PARAMETERS) {
		nvme_show(&nvme_streams_parameters_table, data, 0);
	} else if (directive->operation == NVME_STREAMS_RECEIVE_STATUS) {
		show_streams(data, directive->size);
	} else {
		out("\tNamespace Streams Allocated (NSA): %u\n", result & 0xffff);
	}
}

static int receive_main(int argc, char **argv)
{
	struct directive directive = {.nsid = 1};
	struct nvme_target target = nvme_arguments(argc, argv, receive_options, &directive);
	int size = default_size(&directive);
	struct nvme_command command;
	struct nvme_reply reply = {0};
	struct nvme_passthrough sent = {
		.command = &command, .timeout_ms = directive.timeout_ms, .reply = &reply};

	if (size < 0)
		return refuse(&directive);
	if (!directive.size)
		directive.size = (uint32_t)size;
	command = command_for(&directive, NVME_ADMIN_DIRECTIVE_RECEIVE);
	if (directive.type == NVME_DIRECTIVE_STREAMS &&
	    directive.operation == NVME_STREAMS_RECEIVE_ALLOCATE)
		command.cdw12 = directive.resources;
	/* There is no number for none: a dword at least. */
	sent.size = directive.size < 4 ? 4 : directive.size;
	sent.data = nvme_io_buffer(argv[0], &target, "data-len",
				   directive.human && sent.size < (uint32_t)size ? (uint32_t)size
										 : sent.size);
	if (nvme_admin_run(&target, &sent, "dir-receive"))
		return 1;
	if (directive.raw) {
		out_bytes(sent.data, directive.size);
		return 0;
	}
	out("dir-receive: type:%#x operation:%#x spec:%#x nsid:%#x result:%#x\n", directive.type,
	    directive.operation, directive.specific, directive.nsid, reply.result);
	if (directive.human)
		show_fields(&directive, sent.data, reply.result);
	else if (directive.size)
		nvme_dump(sent.data, directive.size);
	return 0;
}

NVME_SUBCOMMAND(dir_receive, "dir-receive", receive_main, "DEVICE [OPTIONS]",
		"Submit a Directive Receive command, return results", receive_options);
