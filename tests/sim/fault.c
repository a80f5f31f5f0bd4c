/* Scripted faults: which command they strike. What they do stands where it happens, in queues.c. */
#include "tests/sim/internal.h"

#include <stdlib.h>

void sim_add_fault(struct sim_controller *sim, const struct sim_fault *fault)
{
	struct sim_fault_slot *slot = calloc(1, sizeof(*slot)), **end = &sim->faults;

	slot->fault = *fault;
	slot->skip = fault->skip;
	slot->left = fault->count ? fault->count : 1;
	while (*end)
		end = &(*end)->next;
	*end = slot;
}

void sim_clear_faults(struct sim_controller *sim)
{
	struct sim_fault_slot *next;

	for (; sim->faults; sim->faults = next) {
		next = sim->faults->next;
		free(sim->faults);
	}
}

unsigned sim_fault_hits(struct sim_controller *sim)
{
	return sim->fault_hits;
}

static bool matches(const struct sim_fault *fault, const struct sim_command *command)
{
	if (fault->queue != SIM_ANY && fault->queue != command->queue)
		return false;
	if (fault->opcode != SIM_ANY && fault->opcode != command->entry[0])
		return false;
	if (fault->lba_first || fault->lba_last) {
		uint64_t lba = get64(command->entry + 40), last = lba + get16(command->entry + 48);

		if (command->queue == 0 || command->entry[0] == SIM_FLUSH ||
		    command->entry[0] == SIM_DSM)
			return false;
		return lba <= fault->lba_last && last >= fault->lba_first;
	}
	return true;
}

bool sim_fault_find(struct sim_controller *sim, const struct sim_command *command,
		    struct sim_fault *fault)
{
	for (struct sim_fault_slot *slot = sim->faults; slot; slot = slot->next) {
		if (!slot->left || !matches(&slot->fault, command))
			continue;
		if (slot->skip) {
			slot->skip--;
			continue;
		}
		if (slot->left != SIM_FOREVER)
			slot->left--;
		sim->fault_hits++;
		*fault = slot->fault;
		return true;
	}
	return false;
}
