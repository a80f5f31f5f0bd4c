/* Directives (Base 2.0, section 8.7): Identify, streams, and that there is Data Placement. */
#include "tests/sim/internal.h"

#include <string.h>

#define IDENTIFY  0
#define STREAMS	  1
#define PLACEMENT 2

static unsigned allocated(const struct sim_controller *sim)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < sim->namespace_count; i++)
		sum += sim->namespaces[i].streams.allocated;
	return sum;
}

static void release(struct sim_streams *streams, unsigned index)
{
	streams->open_count--;
	memmove(streams->open + index, streams->open + index + 1,
		(streams->open_count - index) * sizeof(streams->open[0]));
}

static int find(const struct sim_streams *streams, uint16_t id)
{
	for (unsigned i = 0; i < streams->open_count; i++)
		if (streams->open[i] == id)
			return (int)i;
	return -1;
}

void sim_streams_write(struct sim_controller *sim, const struct sim_command *command,
		       struct sim_namespace *ns)
{
	struct sim_streams *streams = &ns->streams;
	uint16_t id = (uint16_t)(dword(command, 13) >> 16);
	unsigned most =
		streams->allocated ? streams->allocated : sim->config.streams - allocated(sim);

	if (!streams->enabled || (dword(command, 12) >> 20 & 0xf) != STREAMS || !id || !most ||
	    find(streams, id) >= 0)
		return;
	if (streams->open_count == most)
		release(streams, 0);
	streams->open[streams->open_count++] = id;
}

/* ---- Directive Receive ---- */

static unsigned identify(struct sim_controller *sim, struct sim_command *command,
			 const struct sim_namespace *ns, size_t size)
{
	uint8_t placement = sim_placement_is_on(sim) ? 1 << PLACEMENT : 0;
	uint8_t streams = sim->config.streams ? 1 << STREAMS : 0;
	uint8_t page[4096] = {[0] = 1 | placement | streams, [64] = placement};

	page[32] = (uint8_t)(1 | placement | (ns && ns->streams.enabled ? streams : 0));
	return sim_transfer(sim, command, page, size < sizeof(page) ? size : sizeof(page), true);
}

static unsigned parameters(struct sim_controller *sim, struct sim_command *command,
			   const struct sim_namespace *ns, size_t size)
{
	uint8_t page[32] = {0};

	put16(page, (uint16_t)sim->config.streams);
	put16(page + 2, (uint16_t)(sim->config.streams - allocated(sim)));
	put16(page + 4, (uint16_t)(ns->streams.allocated ? 0 : ns->streams.open_count));
	put32(page + 16, 8);
	put16(page + 20, 2);
	put16(page + 22, (uint16_t)ns->streams.allocated);
	put16(page + 24, (uint16_t)(ns->streams.allocated ? ns->streams.open_count : 0));
	return sim_transfer(sim, command, page, size < sizeof(page) ? size : sizeof(page), true);
}

static unsigned get_status(struct sim_controller *sim, struct sim_command *command,
			   const struct sim_namespace *ns, size_t size)
{
	uint8_t page[4096] = {0};

	put16(page, (uint16_t)ns->streams.open_count);
	for (unsigned i = 0; i < ns->streams.open_count; i++)
		put16(page + 2 + 2 * i, ns->streams.open[i]);
	return sim_transfer(sim, command, page, size < sizeof(page) ? size : sizeof(page), true);
}

static unsigned allocate(struct sim_controller *sim, const struct sim_command *command,
			 struct sim_namespace *ns, uint64_t *result)
{
	unsigned left = sim->config.streams - allocated(sim), wanted = dword(command, 12) & 0xffff;

	if (!left)
		return SIM_SC_STREAMS;
	ns->streams.allocated = wanted < left ? wanted : left;
	*result = ns->streams.allocated;
	return SIM_SC_SUCCESS;
}

unsigned sim_directive_receive(struct sim_controller *sim, struct sim_command *command,
			       uint64_t *result)
{
	uint32_t cdw11 = dword(command, 11);
	size_t size = 4 * ((size_t)dword(command, 10) + 1);
	struct sim_namespace *ns = sim_find_namespace(sim, dword(command, 1));
	unsigned type = cdw11 >> 8 & 0xff, operation = cdw11 & 0xff;

	if (type == IDENTIFY && operation == 1)
		return identify(sim, command, ns, size);
	if (type != STREAMS || !sim->config.streams || !ns)
		return SIM_SC_FIELD;
	if (operation == 1)
		return parameters(sim, command, ns, size);
	if (!ns->streams.enabled)
		return SIM_SC_FIELD;
	if (operation == 2)
		return get_status(sim, command, ns, size);
	return operation == 3 ? allocate(sim, command, ns, result) : SIM_SC_FIELD;
}

/* ---- Directive Send ---- */

unsigned sim_directive_send(struct sim_controller *sim, const struct sim_command *command)
{
	uint32_t cdw11 = dword(command, 11), cdw12 = dword(command, 12);
	struct sim_namespace *ns = sim_find_namespace(sim, dword(command, 1));
	unsigned type = cdw11 >> 8 & 0xff, operation = cdw11 & 0xff;
	int index;

	if (!ns || !sim->config.streams || type > STREAMS)
		return SIM_SC_FIELD;
	if (type == IDENTIFY) { /* Enable Directive */
		if (operation != 1 || (cdw12 >> 8 & 0xff) != STREAMS)
			return SIM_SC_FIELD;
		ns->streams = (struct sim_streams){.enabled = cdw12 & 1};
		return SIM_SC_SUCCESS;
	}
	if (!ns->streams.enabled || !operation || operation > 2)
		return SIM_SC_FIELD;
	index = find(&ns->streams, (uint16_t)(cdw11 >> 16));
	if (operation == 1 && index >= 0)
		release(&ns->streams, (unsigned)index);
	if (operation == 2)
		ns->streams.allocated = ns->streams.open_count = 0;
	return SIM_SC_SUCCESS;
}
