/* I/O command sets (Base, section 2.1 and figure 274): which of them a controller is to use, and
 * which one a namespace has. The driver itself speaks NVM and ZNS; that of another
 * namespace is known so that it is not taken for a disk. */
#include "drivers/nvme/command_set.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"
#include "drivers/nvme/spec/names.h"
#include "lib/string.h"

/* Of all combinations the one with the most command sets, if possible with the NVM command set
 * among them. Returns its index; *sets is 0 if there is none at all. */
static unsigned best_combination(const uint64_t *combinations, uint64_t *sets)
{
	unsigned best = 0, most = 0;

	*sets = 0;
	for (unsigned i = 0; i < NVME_COMMAND_SET_COMBINATIONS; i++) {
		unsigned count = 0;

		for (uint64_t left = combinations[i]; left; left &= left - 1)
			count++;
		if (combinations[i] & 1ull << NVME_CSI_NVM)
			count += 64;
		if (count <= most)
			continue;
		most = count;
		best = i;
		*sets = combinations[i];
	}
	return best;
}

int nvme_select_command_sets(struct nvme_controller *controller)
{
	uint64_t *combinations = (uint64_t *)(void *)controller->namespaces.identify;
	struct nvme_command command = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.cdw10 = NVME_FEATURE_IO_COMMAND_SET_PROFILE,
	};
	const char *what = "Identify I/O Command Set";
	struct nvme_reply reply;
	int error;

	controller->command_sets = 0;
	if (NVME_CC_CSS(controller->registers.cc) != NVME_CC_CSS_IOCS)
		return 0;
	error = nvme_admin_identify(controller, NVME_CNS_COMMAND_SETS | NVME_CNTID_SELF, 0,
				    combinations, &reply);
	if (!error) {
		command.cdw11 = best_combination(combinations, &controller->command_sets);
		if (!controller->command_sets) {
			nvme_warning(controller, "%s: there is no combination of them", what);
			return 0;
		}
		what = "Set Features (I/O Command Set Profile)";
		error = nvme_admin_with_retries(controller, &command, 0, &reply);
	}
	if (!error)
		return 0;
	if (!nvme_answered(&reply))
		return error;
	/* It goes on with those that it has selected now. */
	controller->command_sets = 0;
	nvme_warning(controller, "%s: %s", what, nvme_status_name(reply.status));
	return 0;
}

/* Takes one descriptor in. false: it contradicts the specification or itself. */
static bool take_descriptor(const struct nvme_namespace_descriptor *descriptor,
			    struct nvme_namespace *ns)
{
	switch (descriptor->nidt) {
	case NVME_NIDT_EUI64:
		if (descriptor->nidl != sizeof(ns->eui64))
			return false;
		memcpy(ns->eui64, descriptor->nid, sizeof(ns->eui64));
		return true;
	case NVME_NIDT_NGUID:
		if (descriptor->nidl != sizeof(ns->nguid))
			return false;
		memcpy(ns->nguid, descriptor->nid, sizeof(ns->nguid));
		return true;
	case NVME_NIDT_UUID:
		if (descriptor->nidl != sizeof(ns->uuid))
			return false;
		memcpy(ns->uuid, descriptor->nid, sizeof(ns->uuid));
		return true;
	case NVME_NIDT_CSI:
		if (descriptor->nidl != 1 ||
		    (ns->csi != NVME_CSI_NONE && ns->csi != descriptor->nid[0]))
			return false;
		ns->csi = descriptor->nid[0];
		return true;
	default: /* of a later version */
		return true;
	}
}

/* false: what follows somewhere in the list is not to be had. */
static bool take_descriptors(const uint8_t *list, struct nvme_namespace *ns)
{
	size_t at = 0;

	while (at + sizeof(struct nvme_namespace_descriptor) <= NVME_IDENTIFY_SIZE) {
		const struct nvme_namespace_descriptor *descriptor = (const void *)(list + at);

		if (!descriptor->nidl)
			return true; /* the end of the list, whatever the rest says */
		at += sizeof(*descriptor) + descriptor->nidl;
		if (at > NVME_IDENTIFY_SIZE || !take_descriptor(descriptor, ns))
			return false;
	}
	return true;
}

/* The command set where nothing says it. */
static uint8_t assumed_command_set(const struct nvme_controller *controller)
{
	/* No other one is enabled. */
	if (NVME_CC_CSS(controller->registers.cc) == NVME_CC_CSS_NVM ||
	    controller->command_sets == 1ull << NVME_CSI_NVM)
		return NVME_CSI_NVM;
	return NVME_CSI_NONE;
}

int nvme_identify_descriptors(struct nvme_controller *controller, uint32_t nsid,
			      struct nvme_namespace *ns, struct nvme_reply *reply)
{
	uint8_t *list = (uint8_t *)controller->namespaces.identify;
	int error;

	memset(reply, 0, sizeof(*reply));
	ns->csi = NVME_CSI_NONE;
	if (controller->registers.version >= NVME_VERSION(1, 3, 0) ||
	    NVME_CC_CSS(controller->registers.cc) == NVME_CC_CSS_IOCS) {
		error = nvme_admin_identify(controller, NVME_CNS_DESCRIPTORS, nsid, list, reply);
		if (error && !nvme_answered(reply))
			return error;
		if (!error && !take_descriptors(list, ns)) {
			nvme_warning_limited(controller,
					     "namespace %u: its list of identifiers is damaged",
					     nsid);
			ns->csi = NVME_CSI_NONE;
		}
	}
	if (ns->csi == NVME_CSI_NONE)
		ns->csi = assumed_command_set(controller);
	return 0;
}
