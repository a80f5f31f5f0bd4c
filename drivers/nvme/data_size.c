/* How much data a command moves between host and controller, as its own fields say. What it takes
 * from memory beyond what it was given is written all the same, or compared; what it returns beyond
 * that goes somewhere else. */
#include "drivers/nvme/controller.h"

static uint64_t dwords(uint32_t less_one)
{
	return ((uint64_t)less_one + 1) * 4;
}

/* The data structures of features: Base, section 5.27.1. 0 where there is none. */
static uint64_t feature_size(const struct nvme_command *command)
{
	switch (command->cdw10 & 0xff) {
	case NVME_FEATURE_LBA_RANGE:
		return ((command->cdw11 & 0x3f) + 1) * 64;
	case NVME_FEATURE_AUTO_POWER_STATE:
		return 256;
	case NVME_FEATURE_TIMESTAMP:
		return 8;
	case NVME_FEATURE_PREDICTABLE_LATENCY_CONFIG:
	case NVME_FEATURE_HOST_BEHAVIOR:
		return 512;
	case NVME_FEATURE_ENHANCED_CONTROLLER_METADATA:
	case NVME_FEATURE_CONTROLLER_METADATA:
	case NVME_FEATURE_NAMESPACE_METADATA:
		return 4096;
	case NVME_FEATURE_HOST_ID:
		return command->cdw11 & 1 ? 16 : 8; /* EXHID */
	default:
		return 0;
	}
}

static uint64_t admin_size(const struct nvme_command *command, uint64_t given)
{
	switch (command->opcode) {
	case NVME_ADMIN_IDENTIFY:
		return NVME_IDENTIFY_SIZE;
	case NVME_ADMIN_GET_LOG_PAGE:
		return dwords((command->cdw11 & 0xffff) << 16 | command->cdw10 >> 16);
	case NVME_ADMIN_SET_FEATURES:
		return feature_size(command);
	case NVME_ADMIN_NAMESPACE_MANAGEMENT: /* SEL: create; delete has none */
		return command->cdw10 & 0xf ? 0 : NVME_IDENTIFY_SIZE;
	case NVME_ADMIN_NAMESPACE_ATTACHMENT:
		return NVME_IDENTIFY_SIZE;
	case NVME_ADMIN_FIRMWARE_DOWNLOAD:
	case NVME_ADMIN_DIRECTIVE_RECEIVE:
		return dwords(command->cdw10);
	case NVME_ADMIN_DIRECTIVE_SEND: /* those that are defined have no data */
		return given ? dwords(command->cdw10) : 0;
	case NVME_ADMIN_SECURITY_SEND:
	case NVME_ADMIN_SECURITY_RECEIVE:
		return command->cdw11;
	case NVME_ADMIN_GET_LBA_STATUS:
		return dwords(command->cdw12);
	default:
		return given;
	}
}

/* As the namespace's command set has it. */
static uint64_t namespace_size(const struct nvme_namespace *ns, const struct nvme_command *command,
			       uint64_t given)
{
	if (ns->csi == NVME_CSI_KEY_VALUE)
		return command->cdw10; /* of Store and Retrieve: bytes */
	if (!ns->block_shift)
		return given;
	return (uint64_t)((command->cdw12 & 0xffff) + 1) << ns->block_shift;
}

static uint64_t blocks_size(struct nvme_controller *controller, const struct nvme_command *command,
			    uint64_t given)
{
	for (struct nvme_namespace *n = controller->namespaces; n; n = n->next)
		if (nvme_namespace_usable(n) && n->nsid == command->nsid)
			return namespace_size(n, command, given);
	/* One that cannot exist is for the controller to refuse. */
	if (command->nsid == 0 || command->nsid > controller->identify->nn)
		return given;
	nvme_error(controller, "namespace %u is not in use: the size of its blocks is not known",
		   command->nsid);
	return UINT64_MAX;
}

static uint64_t io_size(struct nvme_controller *controller, const struct nvme_command *command,
			uint64_t given)
{
	switch (command->opcode) {
	case NVME_IO_READ:
	case NVME_IO_WRITE:
	case NVME_IO_COMPARE:
	case NVME_IO_ZONE_APPEND:
		return blocks_size(controller, command, given);
	case NVME_IO_DATASET_MANAGEMENT:
		return ((command->cdw10 & 0xff) + 1) * sizeof(struct nvme_dsm_range);
	case NVME_IO_COPY: /* the odd descriptor formats have room for longer tags */
		return ((command->cdw12 & 0xff) + 1) *
		       (command->cdw12 & 0x100 ? 40 : sizeof(struct nvme_copy_range));
	case NVME_IO_RESERVATION_REGISTER:
	case NVME_IO_RESERVATION_ACQUIRE:
		return 16;
	case NVME_IO_RESERVATION_RELEASE:
		return 8;
	case NVME_IO_RESERVATION_REPORT:
		return dwords(command->cdw10);
	case NVME_IO_ZONE_MANAGEMENT_RECEIVE:
		return dwords(command->cdw12);
	default:
		return given;
	}
}

uint64_t nvme_data_size(struct nvme_controller *controller, bool io,
			const struct nvme_command *command, uint64_t given)
{
	return io ? io_size(controller, command, given) : admin_size(command, given);
}
