/* Admin commands that a controller need not have: those of namespaces (Base 2.0, sections 5.21 to
 * 5.23), and the little that is here of others. */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

/* Which bit of OACS offers it; 0: it is always there, or another field offers it. */
unsigned sim_oacs_bit(uint8_t opcode)
{
	switch (opcode) {
	case SIM_SECURITY_SEND:
	case SIM_SECURITY_RECEIVE:
		return 0x0001;
	case SIM_FORMAT:
		return SIM_OACS_FORMAT;
	case SIM_FIRMWARE_COMMIT:
	case SIM_FIRMWARE_DOWNLOAD:
		return SIM_OACS_FIRMWARE;
	case SIM_NAMESPACE_MANAGEMENT:
	case SIM_NAMESPACE_ATTACHMENT:
		return SIM_OACS_NAMESPACES;
	case SIM_SELF_TEST:
		return SIM_OACS_SELF_TEST;
	case SIM_DIRECTIVE_SEND:
	case SIM_DIRECTIVE_RECEIVE:
		return SIM_OACS_DIRECTIVES;
	case SIM_VIRTUALIZATION:
		return SIM_OACS_VIRTUALIZATION;
	case SIM_DOORBELL_BUFFER:
		return SIM_OACS_DOORBELLS;
	default:
		return 0;
	}
}

bool sim_has_admin(const struct sim_controller *sim, uint8_t opcode)
{
	unsigned bit = sim_oacs_bit(opcode);

	switch (opcode) {
	case SIM_KEEP_ALIVE:
		return sim->config.keep_alive;
	case SIM_SANITIZE:
		return sim->config.sanitizes;
	default:
		if (bit)
			return sim->config.oacs & bit;
		return opcode <= SIM_EVENT_REQUEST && opcode != 0x03 && opcode != 0x07 &&
		       opcode != 0x0b;
	}
}

static uint64_t bytes_of(const struct sim_namespace_config *config, uint64_t blocks)
{
	return blocks << config->block_shift;
}

static unsigned create_namespace(struct sim_controller *sim, struct sim_command *command,
				 uint64_t *result)
{
	struct sim_namespace_config config = {.inactive = true};
	struct sim_namespace *ns = &sim->namespaces[sim->namespace_count];
	uint8_t page[4096];
	unsigned status = sim_transfer(sim, command, page, sizeof(page), false);

	if (status)
		return status;
	config.block_count = get64(page);
	config.capacity = get64(page + 8);
	config.format = page[26] & 0xf;
	config.protection = page[29];
	config.csi = dword(command, 11) >> 24;
	if (config.csi)
		return SIM_SC_IOCS_UNSUPPORTED;
	if (config.format > 3)
		return SIM_SC_FORMAT;
	config.block_shift = config.format & 1 ? 12 : 9;
	if (page[26] & 0x10 || config.protection)
		return SIM_SC_FORMAT; /* formats without metadata */
	if (!config.block_count || config.capacity > config.block_count)
		return SIM_SC_FIELD;
	if (config.capacity < config.block_count)
		return SIM_SC_THIN;
	if (config.block_count > 1u << 24 ||
	    bytes_of(&config, config.block_count) > sim->unallocated)
		return SIM_SC_NO_CAPACITY;
	for (config.nsid = 1; sim_find_namespace(sim, config.nsid);)
		config.nsid++;
	if (config.nsid > sim->nn || sim->namespace_count == sim->namespace_room)
		return SIM_SC_NO_NSID;
	sim->unallocated -= bytes_of(&config, config.block_count);
	memset(ns, 0, sizeof(*ns));
	ns->config = config;
	ns->store = sim_store_create(1u << config.block_shift);
	sim->namespace_count++;
	*result = config.nsid;
	return SIM_SC_SUCCESS;
}

static void delete_namespace(struct sim_controller *sim, struct sim_namespace *ns)
{
	sim->unallocated += bytes_of(&ns->config, ns->config.block_count);
	sim_store_destroy(ns->store);
	free(ns->zones);
	free(ns->zones_more);
	*ns = sim->namespaces[--sim->namespace_count];
}

static unsigned namespace_management(struct sim_controller *sim, struct sim_command *command,
				     uint64_t *result)
{
	uint32_t nsid = dword(command, 1);
	struct sim_namespace *ns = sim_find_namespace(sim, nsid);

	switch (dword(command, 10) & 0xf) {
	case 0:
		return create_namespace(sim, command, result);
	case 1:
		if (nsid == 0xffffffff) {
			while (sim->namespace_count)
				delete_namespace(sim, &sim->namespaces[0]);
			return SIM_SC_SUCCESS;
		}
		if (!nsid || nsid > sim->nn)
			return SIM_SC_NAMESPACE;
		if (!ns)
			return SIM_SC_FIELD;
		delete_namespace(sim, ns);
		return SIM_SC_SUCCESS;
	default:
		return SIM_SC_FIELD;
	}
}

static unsigned attach_to(struct sim_controller *sim, struct sim_namespace *ns, unsigned cntlid,
			  bool attach)
{
	bool other = cntlid == SIM_OTHER_CNTLID && sim->config.other_controller;
	bool attached = other ? ns->elsewhere : !ns->config.inactive;

	if (cntlid != SIM_CNTLID && !other)
		return SIM_SC_CONTROLLER_LIST;
	if (attached == attach)
		return attach ? SIM_SC_ATTACHED : SIM_SC_NOT_ATTACHED;
	if (attach && !ns->config.shared && (!ns->config.inactive || ns->elsewhere))
		return SIM_SC_PRIVATE;
	if (other)
		ns->elsewhere = attach;
	else
		ns->config.inactive = !attach;
	return SIM_SC_SUCCESS;
}

static unsigned namespace_attachment(struct sim_controller *sim, struct sim_command *command)
{
	uint32_t nsid = dword(command, 1);
	struct sim_namespace *ns = sim_find_namespace(sim, nsid);
	unsigned select = dword(command, 10) & 0xf, status;
	uint8_t list[4096];

	if (select > 1)
		return SIM_SC_FIELD;
	if (!nsid || (nsid > sim->nn && nsid != 0xffffffff))
		return SIM_SC_NAMESPACE;
	if (!ns)
		return SIM_SC_FIELD;
	status = sim_transfer(sim, command, list, sizeof(list), false);
	if (!status && (!get16(list) || get16(list) > 2))
		status = SIM_SC_CONTROLLER_LIST;
	for (unsigned i = 0; !status && i < get16(list); i++)
		status = attach_to(sim, ns, get16(list + 2 + 2 * i), !select);
	return status;
}

unsigned sim_optional(struct sim_controller *sim, struct sim_command *command, uint64_t *result)
{
	uint32_t cdw10 = dword(command, 10);

	switch (command->entry[0]) {
	case SIM_NAMESPACE_MANAGEMENT:
		return namespace_management(sim, command, result);
	case SIM_NAMESPACE_ATTACHMENT:
		return namespace_attachment(sim, command);
	case SIM_DIRECTIVE_RECEIVE:
		return sim_directive_receive(sim, command, result);
	case SIM_DIRECTIVE_SEND:
		return sim_directive_send(sim, command);
	case SIM_VIRTUALIZATION:
		return sim_virtualization(sim, command, result);
	case SIM_KEEP_ALIVE:
		return SIM_SC_SUCCESS;
	case SIM_FIRMWARE_COMMIT: /* there is one slot */
		return (cdw10 & 7) > 1 ? SIM_SC_FIRMWARE_SLOT : SIM_SC_FIRMWARE_IMAGE;
	case SIM_SELF_TEST: /* an abort finds none */
		return (cdw10 & 0xf) == 0xf ? SIM_SC_SUCCESS : SIM_SC_FIELD;
	default: /* nothing that it takes */
		return SIM_SC_FIELD;
	}
}
