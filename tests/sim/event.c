/* Asynchronous events (Base 2.0, section 5.2). */
#include "tests/sim/internal.h"

#include <stdlib.h>

unsigned sim_event_request(struct sim_controller *sim, struct sim_command *command)
{
	if (sim->event_count > sim->config.events_limit)
		return sim_fail(sim, command, SIM_SC_EVENT_LIMIT, "too many event requests");
	sim->events[sim->event_count++] = command;
	/* What happened while there was no request */
	for (unsigned type = 0; type < SIM_EVENT_TYPES; type++)
		if (sim->event_pending >> type & 1) {
			sim->event_pending &= ~(1u << type);
			sim_complete(sim, sim->events[--sim->event_count], SIM_SC_SUCCESS,
				     sim->event_result[type]);
			break;
		}
	return SIM_SC_NONE;
}

bool sim_event_abort(struct sim_controller *sim, uint16_t cid)
{
	for (unsigned i = 0; i < sim->event_count; i++)
		if (sim->events[i]->cid == cid) {
			struct sim_command *there = sim->events[i];

			sim->events[i] = sim->events[--sim->event_count];
			sim_complete(sim, there, SIM_SC_ABORTED, 0);
			return true;
		}
	return false;
}

bool sim_event(struct sim_controller *sim, unsigned type, unsigned info, unsigned log_page)
{
	return sim_event_of(sim, type, info, log_page, 0);
}

bool sim_event_of(struct sim_controller *sim, unsigned type, unsigned info, unsigned log_page,
		  uint32_t nsid)
{
	if (!sim->event_count)
		return false;
	sim->event_waits[log_page / 64 % 4] |= 1ull << log_page % 64;
	sim_complete(sim, sim->events[--sim->event_count], SIM_SC_SUCCESS,
		     type | info << 8 | log_page << 16 | (uint64_t)nsid << 32);
	sim_deliver(sim);
	return true;
}

void sim_event_occurs(struct sim_controller *sim, unsigned type, unsigned info, unsigned log_page)
{
	/* One of a type, until its log page was read */
	if (sim->event_masked >> type & 1) {
		if (sim_is_defective(sim, SIM_DEFECT_KEEPS_EVENTS))
			sim->event_kept |= 1u << type;
		return;
	}
	sim->event_masked |= 1u << type;
	sim->event_result[type] = type | info << 8 | log_page << 16;
	if (!sim_event(sim, type, info, log_page))
		sim->event_pending |= 1u << type;
}

void sim_event_clear(struct sim_controller *sim, unsigned log_page)
{
	for (unsigned type = 0; type < SIM_EVENT_TYPES; type++)
		if (sim->event_masked >> type & 1 && sim->event_result[type] >> 16 == log_page) {
			sim->event_masked &= ~(1u << type);
			sim->event_pending &= ~(1u << type);
		}
	sim->event_waits[log_page / 64 % 4] &= ~(1ull << log_page % 64);
	for (unsigned type = 0; type < SIM_EVENT_TYPES; type++)
		if (sim->event_kept >> type & 1 && sim->event_result[type] >> 16 == log_page) {
			sim->event_kept &= ~(1u << type);
			sim_event_occurs(sim, type, sim->event_result[type] >> 8 & 0xff, log_page);
		}
}
