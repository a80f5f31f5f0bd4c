/* How much data a command moves between host and controller, as its own fields say. What it takes
 * from memory beyond what it was given is written all the same, or compared; what it returns beyond
 * that goes somewhere else. */
#include "drivers/nvme/controller.h"

/* The one that a command is for; NULL where it is not in use. */
static const struct nvme_namespace *namespace_of(const struct nvme_controller *controller,
						 const struct nvme_command *command)
{
	for (const struct nvme_namespace *n = controller->namespaces.first; n; n = n->next)
		if (nvme_namespace_usable(n) && n->nsid == command->nsid)
			return n;
	return NULL;
}

/* As the namespace's command set has it. */
static uint64_t namespace_size(const struct nvme_namespace *ns, const struct nvme_command_row *row,
			       const struct nvme_command *command, uint64_t given)
{
	if (ns->csi == NVME_CSI_KEY_VALUE)
		return command->cdw10; /* of Store and Retrieve: bytes */
	if (!ns->block_shift)
		return given;
	return nvme_command_bytes(row, command, 1ull << ns->block_shift, &ns->metadata, given);
}

static uint64_t blocks_size(struct nvme_controller *controller, const struct nvme_command_row *row,
			    const struct nvme_command *command, uint64_t given)
{
	const struct nvme_namespace *ns = namespace_of(controller, command);

	if (ns)
		return namespace_size(ns, row, command, given);
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
	return nvme_command_bytes(row, command, 0, NULL, given);
}

uint64_t nvme_metadata_size(const struct nvme_controller *controller, bool io,
			    const struct nvme_command *command)
{
	const struct nvme_command_row *row = nvme_command_row(io, command->opcode);
	const struct nvme_namespace *ns = namespace_of(controller, command);

	return row && ns ? nvme_command_metadata_bytes(row, command, &ns->metadata) : 0;
}
