/* nvme capacity-mgmt and lockdown. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/file.h"

struct capacity {
	uint32_t low, high, timeout_ms;
	uint16_t element;
	uint8_t operation;
};

static const struct nvme_option capacity_options[] = {
	NVME_NUMBER(struct capacity, operation, "operation", 'o', "what is to be done: 0 to 4"),
	NVME_NUMBER(struct capacity, operation, "operation", 'O', ""),
	NVME_NUMBER(struct capacity, element, "element-id", 'i',
		    "of a group, set or configuration"),
	NVME_NUMBER(struct capacity, low, "cap-lower", 'l', "capacity (bytes), bits 31:0"),
	NVME_NUMBER(struct capacity, high, "cap-upper", 'u', "capacity (bytes), bits 63:32"),
	NVME_NUMBER(struct capacity, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

static int capacity_main(int argc, char **argv)
{
	struct capacity options = {.operation = 0xff, .element = 0xffff};
	struct nvme_target target = nvme_arguments(argc, argv, capacity_options, &options);
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_CAPACITY_MANAGEMENT,
		.cdw10 = options.operation | (uint32_t)options.element
						     << NVME_CAPACITY_ELEMENT_SHIFT,
		.cdw11 = options.low,
		.cdw12 = options.high,
	};
	struct nvme_reply reply = {0};

	if (options.operation > 0xf) {
		err("invalid operation field: %u\n", options.operation);
		return 1;
	}
	/* Namespaces may go. */
	files_sync_all();
	if (nvme_admin_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .timeout_ms = options.timeout_ms,
						      .reply = &reply},
			   "capacity management"))
		return 1;
	out("Capacity Management Command is Success\n");
	if (options.operation == NVME_CAPACITY_CREATE_GROUP)
		out("Created Element Identifier for Endurance Group is: %u\n", reply.result);
	else if (options.operation == NVME_CAPACITY_CREATE_SET)
		out("Created Element Identifier for NVM Set is: %u\n", reply.result);
	return 0;
}

NVME_SUBCOMMAND(capacity_mgmt, "capacity-mgmt", capacity_main, "DEVICE [OPTIONS]",
		"Submit Capacity Management Command, return results", capacity_options);

struct lockdown {
	uint32_t timeout_ms;
	uint8_t what, interface, prohibit, scope, uuid_index;
};

static const struct nvme_option lockdown_options[] = {
	NVME_NUMBER(struct lockdown, what, "ofi", 'o', "opcode or feature identifier"),
	NVME_NUMBER(struct lockdown, what, "ofi", 'O', ""),
	NVME_NUMBER(struct lockdown, interface, "ifc", 'f', "which interfaces: 0 to 3"),
	NVME_NUMBER(struct lockdown, prohibit, "prhbt", 'p', "1: prohibit, 0: allow"),
	NVME_NUMBER(struct lockdown, scope, "scp", 's', "what ofi is: 0 to 15"),
	NVME_NUMBER(struct lockdown, uuid_index, "uuid", 'U', "UUID index"),
	NVME_NUMBER(struct lockdown, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

static int refuse(const char *what, unsigned value)
{
	err("invalid %s settings:%u\n", what, value);
	return 1;
}

static int lockdown_main(int argc, char **argv)
{
	struct lockdown options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, lockdown_options, &options);
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_LOCKDOWN,
		.cdw10 = options.scope |
			 (uint32_t)options.prohibit << NVME_LOCKDOWN_PROHIBIT_SHIFT |
			 (uint32_t)options.interface << NVME_LOCKDOWN_INTERFACE_SHIFT |
			 (uint32_t)options.what << NVME_LOCKDOWN_OFI_SHIFT,
		.cdw14 = options.uuid_index,
	};

	if (options.interface > 3)
		return refuse("interface", options.interface);
	if (options.prohibit > 1)
		return refuse("prohibit", options.prohibit);
	if (options.scope > 15)
		return refuse("scope", options.scope);
	if (options.uuid_index > 127)
		return refuse("UUID index", options.uuid_index);
	if (nvme_admin_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .timeout_ms = options.timeout_ms},
			   "lockdown"))
		return 1;
	out("Lockdown Command is Successful\n");
	return 0;
}

NVME_SUBCOMMAND(lockdown, "lockdown", lockdown_main, "DEVICE [OPTIONS]",
		"Submit a Lockdown command,return result", lockdown_options);
