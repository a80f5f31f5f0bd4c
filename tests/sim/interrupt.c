/* Interrupts of the simulated machine: the driver's handlers, and when they run. */
#include "tests/sim/internal.h"
#include "tests/sim/platform.h"

#include <errno.h>

#define VECTORS 2048

static struct {
	struct nvme_pci *pci;
	unsigned vector;
	void (*handler)(void *context);
	void *context;
} handlers[VECTORS];

int nvme_interrupt_register(struct nvme_pci *pci, unsigned vector, void (*handler)(void *context),
			    void *context)
{
	for (unsigned i = 0; i < VECTORS; i++) {
		if (handlers[i].handler)
			continue;
		handlers[i].pci = pci;
		handlers[i].vector = vector;
		handlers[i].handler = handler;
		handlers[i].context = context;
		return 0;
	}
	return -ENOSPC;
}

void nvme_interrupt_unregister(struct nvme_pci *pci, unsigned vector)
{
	for (unsigned i = 0; i < VECTORS; i++)
		if (handlers[i].handler && handlers[i].pci == pci && handlers[i].vector == vector)
			handlers[i].handler = NULL;
}

static void call_handlers(struct sim_controller *sim, unsigned vector)
{
	sim->statistics.interrupts++;
	for (unsigned i = 0; i < VECTORS; i++)
		if (handlers[i].handler && handlers[i].vector == vector &&
		    (void *)handlers[i].pci == (void *)sim)
			handlers[i].handler(handlers[i].context);
}

void sim_signal(struct sim_controller *sim, const struct sim_cq *cq)
{
	if (cq->interrupts)
		sim->pending[cq->vector / 8] |= (uint8_t)(1 << cq->vector % 8);
}

void sim_deliver(struct sim_controller *sim)
{
	if (sim->delivering || sim->working)
		return;
	sim->delivering = true;
	for (unsigned vector = 0; vector < VECTORS; vector++) {
		if (!(sim->pending[vector / 8] >> vector % 8 & 1))
			continue;
		sim->pending[vector / 8] &= (uint8_t) ~(1 << vector % 8);
		call_handlers(sim, vector);
	}
	sim->delivering = false;
}
