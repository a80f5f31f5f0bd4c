/* Set Features and Get Features (Base 2.0, sections 5.27 and 5.15). */
#include "tests/sim/internal.h"

#include <string.h>

#define fail sim_fail

static unsigned number_of_queues(struct sim_controller *sim, struct sim_command *command,
				 uint64_t *result)
{
	uint32_t cdw11 = dword(command, 11);
	unsigned sqs = (cdw11 & 0xffff) + 1, cqs = (cdw11 >> 16) + 1;
	unsigned claimed = sim->config.queues_claimed;

	for (unsigned i = 1; i < SIM_QUEUES_MAX; i++)
		if (sim->cq[i].exists || (sim->sq[i] && sim->sq[i]->exists))
			return fail(sim, command, 0x00c, "Number of Queues after queues exist");
	if (sqs == 65536 || cqs == 65536)
		return fail(sim, command, SIM_SC_FIELD, "Number of Queues FFFFh");
	/* it may grant less or more than was asked for; it grants what it has */
	(void)sqs;
	(void)cqs;
	sim->features[0x07] = (claimed - 1) | (claimed - 1) << 16;
	sim->queues_set = true;
	*result = sim->features[0x07];
	return SIM_SC_SUCCESS;
}

/* A vector is configured after an I/O completion queue was created with it (5.27.1.7). */
static bool vector_in_use(const struct sim_controller *sim, unsigned vector)
{
	for (unsigned id = 1; id < SIM_QUEUES_MAX; id++)
		if (sim->cq[id].exists && sim->cq[id].interrupts && sim->cq[id].vector == vector)
			return true;
	return false;
}

/* Which command sets are used together: only one that is offered, and that no namespace which is
 * attached contradicts (5.27.1.21). */
static unsigned command_set_profile(struct sim_controller *sim, struct sim_command *command)
{
	uint32_t index = dword(command, 11);
	uint64_t sets = index < 512 ? sim_combination(sim, index) : 0;

	if ((sim->cc >> 4 & 7) != 6)
		return fail(sim, command, SIM_SC_FIELD, "command set profile, but CC.CSS is not 6");
	if (!sets)
		return fail(sim, command, SIM_SC_COMBINATION, "no such combination");
	for (unsigned i = 0; i < sim->namespace_count; i++)
		if (!sim->namespaces[i].config.inactive &&
		    !(sets >> sim->namespaces[i].config.csi & 1))
			return SIM_SC_COMBINATION;
	sim->features[0x19] = index;
	return SIM_SC_SUCCESS;
}

/* ---- Temperature ---- */

#define KELVIN	  310 /* of the composite temperature */
#define THRESHOLD 343

bool sim_is_hot(const struct sim_controller *sim)
{
	return KELVIN >= sim->features[0x04] || KELVIN <= sim->temperature_low;
}

/* Base, 5.27.1.3: only the composite temperature is there. */
static uint32_t *threshold(struct sim_controller *sim, uint32_t cdw11, bool set)
{
	unsigned sensor = cdw11 >> 16 & 0xf, kind = cdw11 >> 20 & 3;

	if (kind > 1 || (sensor && !(set && sensor == 0xf)))
		return NULL;
	return kind ? &sim->temperature_low : &sim->features[0x04];
}

static unsigned set_threshold(struct sim_controller *sim, const struct sim_command *command)
{
	uint32_t cdw11 = dword(command, 11), *value = threshold(sim, cdw11, true);
	bool before = sim_is_hot(sim);

	if (!value)
		return fail(sim, command, SIM_SC_FIELD, "temperature threshold");
	*value = cdw11 & 0xffff;
	if (!before && sim_is_hot(sim) && sim->features[0x0b] & 2)
		sim_event_occurs(sim, 1, 1, 0x02);
	return SIM_SC_SUCCESS;
}

/* ---- Timestamp ---- */

#define ORIGIN_SET 2 /* by Set Features */

static unsigned set_timestamp(struct sim_controller *sim, struct sim_command *command)
{
	uint8_t bytes[8];
	unsigned status = sim_transfer(sim, command, bytes, sizeof(bytes), false);

	if (status)
		return status;
	sim->timestamp = get64(bytes) & 0xffffffffffff;
	sim->timestamp_at = sim_now();
	sim->timestamp_origin = ORIGIN_SET;
	return SIM_SC_SUCCESS;
}

static unsigned get_timestamp(struct sim_controller *sim, struct sim_command *command)
{
	uint8_t bytes[8];

	put64(bytes, sim->timestamp + (sim_now() - sim->timestamp_at) / MS);
	bytes[6] = sim->timestamp_origin;
	bytes[7] = 0;
	return sim_transfer(sim, command, bytes, sizeof(bytes), true);
}

static unsigned write_protect(struct sim_controller *sim, struct sim_command *command)
{
	struct sim_namespace *ns = sim_find_namespace(sim, dword(command, 1));

	if (!ns)
		return fail(sim, command, SIM_SC_FIELD, "namespace that is write protected");
	ns->config.read_only = dword(command, 11) & 7;
	return SIM_SC_SUCCESS;
}

/* ---- All of them ---- */

/* Bits of the dword that mean something. */
static const uint32_t meaning[256] = {
	[0x01] = 0xffffff07, [0x02] = 0xff,    [0x04] = 0xffff, [0x05] = 0xffff,     [0x06] = 0x1,
	[0x08] = 0xffff,     [0x09] = 0x1ffff, [0x0a] = 0x1,	[0x0b] = 0xffffffff,
};

static bool has(const struct sim_controller *sim, uint8_t id)
{
	switch (id) {
	case 0x06:
		return sim->config.volatile_cache;
	case 0x0e:
		return sim->config.oncs & SIM_ONCS_TIMESTAMP;
	case 0x19:
		return sim->config.cap >> 43 & 1;
	case 0x84:
		return sim->config.write_protects;
	case 0x1d:
	case 0x1e:
		return sim->config.placement.groups;
	case 0x07:
	case 0x16:
		return true;
	default:
		return meaning[id];
	}
}

/* Each has its default value again, or the one that was saved (Base, figure 317). */
void sim_reset_features(struct sim_controller *sim)
{
	memset(sim->features, 0, sizeof(sim->features));
	memset(sim->host_behavior, 0, sizeof(sim->host_behavior));
	sim->features[0x04] = THRESHOLD;
	sim->features[0x06] = sim->config.volatile_cache;
	if (sim->has_saved)
		sim->features[sim->config.saveable] = sim->saved;
	sim->temperature_low = 0;
	sim->timestamp = 0;
	sim->timestamp_at = sim_now();
	sim->timestamp_origin = 0;
	for (unsigned i = 0; i < sim->namespace_count; i++) {
		sim->namespaces[i].recovery = 0;
		sim->namespaces[i].streams = (struct sim_streams){0};
	}
}

/* Error Recovery is of a namespace. */
static unsigned recovery(struct sim_controller *sim, const struct sim_command *command, bool set,
			 uint64_t *result)
{
	uint32_t nsid = dword(command, 1), cdw11 = dword(command, 11);
	struct sim_namespace *ns = sim_find_namespace(sim, nsid);

	if (!nsid || (nsid > sim->nn && nsid != 0xffffffff) || (nsid == 0xffffffff && !set))
		return fail(sim, command, SIM_SC_NAMESPACE, "NSID of Error Recovery");
	if (set && cdw11 & 0x10000 && (!ns || !ns->config.dulbe))
		return fail(sim, command, SIM_SC_FIELD, "DULBE is not supported");
	if (nsid == 0xffffffff) {
		for (unsigned i = 0; i < sim->namespace_count; i++)
			sim->namespaces[i].recovery = cdw11 & meaning[0x05];
		return SIM_SC_SUCCESS;
	}
	if (!ns || ns->config.inactive)
		return fail(sim, command, SIM_SC_FIELD, "inactive NSID");
	if (set)
		ns->recovery = cdw11 & (meaning[0x05] | 0x10000);
	else
		*result = ns->recovery;
	return SIM_SC_SUCCESS;
}

unsigned sim_set_features(struct sim_controller *sim, struct sim_command *command, uint64_t *result)
{
	uint32_t nsid = dword(command, 1), cdw10 = dword(command, 10), cdw11 = dword(command, 11);
	uint8_t id = (uint8_t)cdw10, behavior[512];
	unsigned status;

	if (cdw10 & 0x7fffff00)
		sim_violation(sim, "Set Features: dword 10 is %08x", cdw10);
	if (!has(sim, id))
		return fail(sim, command, SIM_SC_FIELD, "feature is not supported");
	if (cdw10 >> 31 && id != sim->config.saveable)
		return fail(sim, command, SIM_SC_NOT_SAVEABLE, "feature is not saveable");
	if (id != 0x05 && id != 0x1e && id != 0x84 && nsid && nsid != 0xffffffff)
		return fail(sim, command, nsid > sim->nn ? SIM_SC_NAMESPACE : SIM_SC_NOT_NAMESPACE,
			    "feature is not of a namespace");
	switch (id) {
	case 0x02:
		if (cdw11 & 0x1f)
			return fail(sim, command, SIM_SC_FIELD, "there is one power state");
		break;
	case 0x04:
		if (cdw10 >> 31)
			sim->saved = cdw11 & meaning[id];
		sim->has_saved |= cdw10 >> 31;
		return set_threshold(sim, command);
	case 0x05:
		return recovery(sim, command, true, result);
	case 0x06:
		if (!(cdw11 & 1) && sim->features[id])
			for (unsigned i = 0; i < sim->namespace_count; i++)
				sim_store_flush(sim->namespaces[i].store);
		break;
	case 0x07:
		return number_of_queues(sim, command, result);
	case 0x0b: /* only critical warnings that there are; bit 5 is about CAP.PMRS */
		if (cdw11 & 0xff & ~(0x1fu | (sim->config.cap >> 56 & 1) << 5))
			return fail(sim, command, SIM_SC_FIELD, "reserved critical warning");
		if (cdw11 >> 8 & ~((sim->config.oaes | 0x100) >> 8))
			return fail(sim, command, SIM_SC_FIELD, "notice that OAES does not have");
		break;
	case 0x08:
	case 0x09:
		if (sim->config.no_coalescing)
			return SIM_SC_NOT_CHANGEABLE;
		if (id == 0x09 && (!vector_in_use(sim, cdw11 & 0xffff) || cdw11 >> 17))
			return fail(sim, command, SIM_SC_FIELD,
				    "no I/O completion queue has the interrupt vector");
		sim_trace_add(sim, "feature %02x set to %08x", id, cdw11);
		break;
	case 0x0e:
		return set_timestamp(sim, command);
	case 0x19:
		return command_set_profile(sim, command);
	case 0x1d:
	case 0x1e:
		return sim_placement_set(sim, command);
	case 0x84:
		return write_protect(sim, command);
	case 0x16: /* Host Behavior Support: 512 bytes, of which byte 0 is ACRE */
		status = sim_transfer(sim, command, behavior, sizeof(behavior), false);
		if (!status && (behavior[0] > 1 || behavior[1] > 1 || behavior[2] > 1))
			return fail(sim, command, SIM_SC_FIELD, "Host Behavior Support");
		if (!status) { /* ACRE, ETDAS, LBAFEE, CDFE */
			memcpy(sim->host_behavior, behavior, 3);
			sim->host_behavior[4] = behavior[4] & sim->config.copy_formats & 0xc;
		}
		return status;
	default:
		break;
	}
	sim->features[id] = cdw11 & meaning[id];
	return SIM_SC_SUCCESS;
}

static uint32_t default_of(const struct sim_controller *sim, uint8_t id, uint32_t cdw11)
{
	switch (id) {
	case 0x04:
		return cdw11 >> 20 & 3 ? 0 : THRESHOLD;
	case 0x06:
		return sim->config.volatile_cache;
	case 0x07:
		return (sim->config.queues - 1) | (sim->config.queues - 1) << 16;
	default:
		return 0;
	}
}

unsigned sim_get_features(struct sim_controller *sim, struct sim_command *command, uint64_t *result)
{
	uint32_t cdw10 = dword(command, 10), cdw11 = dword(command, 11);
	uint8_t id = (uint8_t)cdw10;
	unsigned select = cdw10 >> 8 & 7;

	if (!has(sim, id))
		return fail(sim, command, SIM_SC_FIELD, "feature is not supported");
	if (select > 3)
		return fail(sim, command, SIM_SC_FIELD, "select");
	if (select == 3) {
		*result = (sim->config.no_coalescing && (id == 0x08 || id == 0x09) ? 0 : 4) |
			  (id == sim->config.saveable && id) |
			  (id == 0x05 || id == 0x1e || id == 0x84 ? 2 : 0);
		return SIM_SC_SUCCESS;
	}
	if (id == 0x04 && !threshold(sim, cdw11, false))
		return fail(sim, command, SIM_SC_FIELD, "temperature threshold");
	if (id == 0x0e)
		return get_timestamp(sim, command);
	if (id == 0x1d || id == 0x1e)
		return sim_placement_get(sim, command, result);
	if (id == 0x16)
		return sim_transfer(sim, command, sim->host_behavior, 512, true);
	if (id == 0x05 && !select)
		return recovery(sim, command, false, result);
	if (id == 0x09) { /* of the vector that is asked for */
		*result = cdw11 & 0xffff;
		if (!select && *result == (sim->features[id] & 0xffff))
			*result = sim->features[id];
		return SIM_SC_SUCCESS;
	}
	/* The default is where nothing is saved. */
	if (select == 2 && sim->has_saved && id == sim->config.saveable) {
		*result = sim->saved;
		return SIM_SC_SUCCESS;
	}
	*result = select || id == 0x07 ? default_of(sim, id, cdw11)
		  : id == 0x04	       ? *threshold(sim, cdw11, false)
				       : sim->features[id];
	return SIM_SC_SUCCESS;
}
