/* How much data a command moves between host and controller, as its own fields say. What it takes
 * from memory beyond what it was given is written all the same, or compared; what it returns beyond
 * that goes somewhere else. */
#include "drivers/nvme/controller.h"

/* As the namespace's command set has it. */
static uint64_t namespace_size(const struct nvme_namespace *ns, const struct nvme_command_row *row,
			       const struct nvme_command *command, uint64_t given)
{
	if (ns->csi == NVME_CSI_KEY_VALUE)
		return command->cdw10; /* of Store and Retrieve: bytes */
	if (!ns->block_shift)
		return given;
	return nvme_command_bytes(row, command, 1ull << ns->block_shift, given);
}

static uint64_t blocks_size(struct nvme_controller *controller, const struct nvme_command_row *row,
			    const struct nvme_command *command, uint64_t given)
{
	for (struct nvme_namespace *n = controller->namespaces; n; n = n->next)
		if (nvme_namespace_usable(n) && n->nsid == command->nsid)
			return namespace_size(n, row, command, given);
	/* One that cannot exist is for the controller to refuse. */
	if (command->nsid == 0 || command->nsid > controller->identify->nn)
		return given;
	nvme_error(controller, "namespace %u is not in use: the size of its blocks is not known",
		   command->nsid);
	return UINT64_MAX;
}

uint64_t nvme_data_size(struct nvme_controller *controller, bool io,
			const struct nvme_command *command, uint64_t given)
{
	const struct nvme_command_row *row = nvme_command_row(io, command->opcode);

	if (!row)
		return given;
	if (row->unit == NVME_UNIT_BLOCKS)
		return blocks_size(controller, row, command, given);
	return nvme_command_bytes(row, command, 0, given);
}
