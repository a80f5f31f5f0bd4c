/* Flexible Data Placement (Base 2.1, sections 5.1.12.1.28 to 31, 7.3, 7.4 and 8.1.10) in endurance
 * group 1, which has one configuration. A namespace's placement handles are as many reclaim unit
 * handles, from one of its own on. */
#include "tests/sim/internal.h"

#include <string.h>

#define GROUP	   1u  /* the endurance group */
#define UNIT	   256 /* blocks of a reclaim unit */
#define PIDS_MAX   4   /* of an update */
#define PLACEMENT  2u  /* DTYPE: Data Placement */
#define NOT_FULL   0x00
#define WRONG_PID  0x03
#define HOST_KINDS 0x80 /* types below are the host's events */

static const uint8_t types[] = {NOT_FULL, 0x01, 0x02, WRONG_PID, 0x80, 0x81};

bool sim_placement_is_on(const struct sim_controller *sim)
{
	return sim->config.placement.groups && !sim->config.placement.off;
}

void sim_placement_create(struct sim_controller *sim)
{
	for (unsigned handle = 0; handle < SIM_RECLAIM_HANDLES_MAX; handle++)
		for (unsigned group = 0; group < SIM_RECLAIM_GROUPS_MAX; group++)
			sim->reclaim[handle].left[group] = UNIT;
}

static unsigned pids_max(const struct sim_controller *sim)
{
	unsigned all = sim->config.placement.groups * sim->config.placement.handles;

	return all < PIDS_MAX ? all : PIDS_MAX;
}

/* A placement identifier is the reclaim group in bit 15, where there are two, and the placement
 * handle below. False: it has none of both. */
static bool parse(const struct sim_controller *sim, const struct sim_namespace *ns, uint16_t pid,
		  unsigned *handle, unsigned *group)
{
	bool two = sim->config.placement.groups > 1;

	*group = two ? pid >> 15 : 0;
	*handle = two ? pid & 0x7fff : pid;
	return *handle < ns->config.handles;
}

static struct sim_reclaim *reclaim_of(struct sim_controller *sim, const struct sim_namespace *ns,
				      unsigned handle)
{
	return &sim->reclaim[ns->config.first_handle + handle];
}

/* Bit of a type in what a handle has enabled; -1: there is no such type. */
static int bit_of(uint8_t type)
{
	for (unsigned i = 0; i < sizeof(types); i++)
		if (types[i] == type)
			return (int)i;
	return -1;
}

/* The oldest of 63 goes for the newest one. */
static void tell(struct sim_controller *sim, const struct sim_namespace *ns, uint8_t type,
		 uint16_t pid, unsigned handle, unsigned group)
{
	struct sim_placement_events *events = &sim->placement_events[type < HOST_KINDS];
	uint8_t *event;

	if (!(reclaim_of(sim, ns, handle)->told >> bit_of(type) & 1))
		return;
	if (events->count == SIM_PLACEMENT_EVENTS) {
		memmove(events->list, events->list + 1, sizeof(events->list) - 64);
		events->count--;
	}
	event = events->list[events->count++];
	memset(event, 0, 64);
	event[0] = type;
	event[1] = 7; /* PIV, NSIDV, LV */
	put16(event + 2, pid);
	put64(event + 4, (sim_now() / MS) & 0xffffffffffff);
	put32(event + 12, ns->config.nsid);
	put16(event + 32, (uint16_t)group);
	event[34] = (uint8_t)(ns->config.first_handle + handle);
}

/* ---- Write ---- */

unsigned sim_placement_check(const struct sim_controller *sim, const struct sim_command *command)
{
	unsigned type = dword(command, 12) >> 20 & 0xf;

	return sim_placement_is_on(sim) && type && type != PLACEMENT ? SIM_SC_FIELD
								     : SIM_SC_SUCCESS;
}

void sim_placement_write(struct sim_controller *sim, const struct sim_command *command,
			 const struct sim_namespace *ns)
{
	uint64_t count = get16(command->entry + 48) + 1ull;
	bool placed = (dword(command, 12) >> 20 & 0xf) == PLACEMENT;
	uint16_t pid = placed ? (uint16_t)(dword(command, 13) >> 16) : 0;
	unsigned handle, group;
	uint32_t *left;

	if (!sim_placement_is_on(sim))
		return;
	if (!parse(sim, ns, pid, &handle, &group)) {
		tell(sim, ns, WRONG_PID, pid, 0, 0);
		handle = group = 0;
	}
	left = &reclaim_of(sim, ns, handle)->left[group];
	/* The next unit takes what this one has no room for. */
	*left = (uint32_t)((*left + UNIT - count % UNIT - 1) % UNIT + 1);
	sim->placed_bytes += count * ((1ull << ns->config.block_shift) + ns->config.metadata);
}

/* ---- I/O Management ---- */

static unsigned receive(struct sim_controller *sim, struct sim_command *command,
			const struct sim_namespace *ns)
{
	size_t size = 4 * ((size_t)dword(command, 11) + 1);
	uint8_t page[4096] = {0}, *entry = page + 16;

	if ((dword(command, 10) & 0xff) != 1 || size > sizeof(page))
		return SIM_SC_FIELD;
	for (unsigned handle = 0; handle < ns->config.handles; handle++)
		for (unsigned group = 0; group < sim->config.placement.groups; group++) {
			put16(entry, (uint16_t)(group << 15 | handle));
			put16(entry + 2, (uint16_t)(ns->config.first_handle + handle));
			put64(entry + 8, reclaim_of(sim, ns, handle)->left[group]);
			entry += 32;
		}
	put16(page + 14, (uint16_t)((entry - page) / 32));
	return sim_transfer(sim, command, page, size, true);
}

static unsigned update(struct sim_controller *sim, struct sim_command *command,
		       const struct sim_namespace *ns)
{
	unsigned count = (dword(command, 10) >> 16) + 1, handle, group, status;
	uint8_t pids[2 * PIDS_MAX];

	if ((dword(command, 10) & 0xff) != 1 || count > pids_max(sim))
		return SIM_SC_FIELD;
	status = sim_transfer(sim, command, pids, 2ull * count, false);
	if (status)
		return status;
	for (unsigned i = 0; i < count; i++)
		if (!parse(sim, ns, get16(pids + 2 * i), &handle, &group))
			return SIM_SC_FIELD;
	for (unsigned i = 0; i < count; i++) {
		parse(sim, ns, get16(pids + 2 * i), &handle, &group);
		if (reclaim_of(sim, ns, handle)->left[group] < UNIT)
			tell(sim, ns, NOT_FULL, get16(pids + 2 * i), handle, group);
		reclaim_of(sim, ns, handle)->left[group] = UNIT;
	}
	return SIM_SC_SUCCESS;
}

unsigned sim_placement_io(struct sim_controller *sim, struct sim_command *command,
			  const struct sim_namespace *ns)
{
	if (!sim_placement_is_on(sim))
		return SIM_SC_PLACEMENT_OFF | SIM_DNR;
	return command->entry[0] == SIM_IO_MANAGEMENT_RECEIVE ? receive(sim, command, ns)
							      : update(sim, command, ns);
}

/* ---- Features ---- */

unsigned sim_placement_get(struct sim_controller *sim, const struct sim_command *command,
			   uint64_t *result)
{
	const struct sim_namespace *ns = sim_find_namespace(sim, dword(command, 1));
	unsigned handle = dword(command, 11) & 0xffff;
	uint8_t list[2 * sizeof(types)];

	if ((uint8_t)dword(command, 10) == 0x1d) {
		*result = sim_placement_is_on(sim); /* with configuration 0 */
		return handle == GROUP ? SIM_SC_SUCCESS : SIM_SC_FIELD;
	}
	if (!ns)
		return SIM_SC_NAMESPACE;
	if (!sim_placement_is_on(sim))
		return SIM_SC_PLACEMENT_OFF;
	if (handle >= ns->config.handles)
		return SIM_SC_FIELD;
	for (unsigned i = 0; i < sizeof(types); i++) {
		list[2 * i] = types[i];
		list[2 * i + 1] = reclaim_of(sim, ns, handle)->told >> i & 1;
	}
	*result = sizeof(types);
	return sim_transfer(sim, command, list, sizeof(list), true);
}

unsigned sim_placement_set(struct sim_controller *sim, const struct sim_command *command)
{
	const struct sim_namespace *ns = sim_find_namespace(sim, dword(command, 1));
	unsigned handle = dword(command, 11) & 0xffff, count = dword(command, 11) >> 16 & 0xff;
	bool enable = dword(command, 12) & 1;
	uint8_t list[256];
	unsigned status;

	if ((uint8_t)dword(command, 10) == 0x1d) {
		if (handle != GROUP)
			return SIM_SC_FIELD;
		return sim->namespace_count && dword(command, 12) != sim_placement_is_on(sim)
			       ? SIM_SC_SEQUENCE
			       : SIM_SC_SUCCESS;
	}
	if (!ns)
		return SIM_SC_NAMESPACE;
	if (!sim_placement_is_on(sim))
		return SIM_SC_PLACEMENT_OFF;
	if (handle >= ns->config.handles)
		return SIM_SC_FIELD;
	status = sim_transfer(sim, command, list, count, false);
	for (unsigned i = 0; i < count && !status; i++)
		if (bit_of(list[i]) < 0)
			status = SIM_SC_FIELD;
	for (unsigned i = 0; i < count && !status; i++) {
		uint8_t bit = (uint8_t)(1 << bit_of(list[i])), *told;

		told = &reclaim_of(sim, ns, handle)->told;
		*told = enable ? *told | bit : *told & ~bit;
	}
	return status;
}

/* ---- Log pages ---- */

static size_t configurations(const struct sim_controller *sim, uint8_t log[4096])
{
	unsigned handles = sim->config.placement.handles, groups = sim->config.placement.groups;
	size_t size = (64 + 4 * handles + 7) & ~7ull;
	uint8_t *entry = log + 16;

	put32(log + 4, (uint32_t)(16 + size));
	put16(entry, (uint16_t)size);
	entry[2] = 0x80 | (groups > 1); /* valid; RGIF */
	put32(entry + 4, groups);
	put16(entry + 8, (uint16_t)handles);
	put16(entry + 10, (uint16_t)(pids_max(sim) - 1));
	put32(entry + 12, SIM_NAMESPACES_MAX);
	put64(entry + 16, UNIT * 512);
	for (unsigned i = 0; i < handles; i++)
		entry[64 + 4 * i] = 1; /* initially isolated */
	return 16 + size;
}

static size_t usage(const struct sim_controller *sim, uint8_t log[4096])
{
	put16(log, (uint16_t)sim->config.placement.handles);
	for (unsigned i = 0; i < sim->namespace_count; i++) {
		const struct sim_namespace_config *ns = &sim->namespaces[i].config;

		for (unsigned handle = 0; handle < ns->handles; handle++)
			log[8 + 8 * (ns->first_handle + handle)] = 1; /* as the host wants it */
	}
	return 8 + 8ull * sim->config.placement.handles;
}

unsigned sim_placement_log(struct sim_controller *sim, const struct sim_command *command,
			   uint8_t log[4096], size_t *size)
{
	uint8_t id = (uint8_t)dword(command, 10);
	const struct sim_placement_events *events =
		&sim->placement_events[dword(command, 10) >> 8 & 1];

	if (dword(command, 11) >> 16 != GROUP)
		return SIM_SC_FIELD;
	if (id != 0x20 && !sim_placement_is_on(sim))
		return SIM_SC_PLACEMENT_OFF;
	switch (id) {
	case 0x20:
		*size = configurations(sim, log);
		break;
	case 0x21:
		*size = usage(sim, log);
		break;
	case 0x22:
		put64(log, sim->placed_bytes);
		put64(log + 16, sim->placed_bytes);
		*size = 64;
		break;
	default:
		put32(log, events->count);
		memcpy(log + 64, events->list, sizeof(events->list));
		*size = 4096;
	}
	return SIM_SC_SUCCESS;
}
