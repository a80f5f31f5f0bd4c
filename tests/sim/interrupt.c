/* Interrupts of the simulated machine: the driver's handlers, and when they run. A controller
 * interrupts by messages, each vector with a mask and a pending bit, or by its pin; the pins of all
 * controllers are one level-triggered line. */
#include "drivers/nvme/transport/platform.h"
#include "tests/sim/internal.h"

#include <errno.h>
#include <string.h>

#define VECTORS	      2048
#define UNCLAIMED_MAX 1000 /* calls in a row that nobody knew of: the line is switched off */

static struct handler {
	struct sim_controller *sim;
	unsigned vector;
	bool (*handler)(void *context);
	void *context;
} handlers[VECTORS];

/* the line */
static bool line_held, line_off, line_running;

static struct handler *find(struct sim_controller *sim, unsigned vector)
{
	for (unsigned i = 0; i < VECTORS; i++)
		if (handlers[i].handler && handlers[i].sim == sim && handlers[i].vector == vector)
			return &handlers[i];
	return NULL;
}

static bool bit(const uint8_t *bits, unsigned vector)
{
	return bits[vector / 8] >> vector % 8 & 1;
}

static void set_bit(uint8_t *bits, unsigned vector, bool on)
{
	bits[vector / 8] &= (uint8_t) ~(1 << vector % 8);
	bits[vector / 8] |= (uint8_t)(on << vector % 8);
}

int nvme_interrupt_begin(struct nvme_pci *pci, bool messages)
{
	struct sim_controller *sim = (struct sim_controller *)pci;
	enum sim_interrupts kind = messages ? SIM_MESSAGES : SIM_PIN;

	if (messages ? sim->config.no_messages : sim->config.no_pin)
		return -ENODEV;
	if (sim->interrupts && sim->interrupts != kind)
		nvme_interrupt_end(pci);
	sim->interrupts = kind;
	sim->forgotten = false;
	if (!messages) {
		line_off = false;
		return 1;
	}
	return (int)(sim->config.interrupts < NVME_VECTORS_MAX ? sim->config.interrupts
							       : NVME_VECTORS_MAX);
}

void nvme_interrupt_end(struct nvme_pci *pci)
{
	struct sim_controller *sim = (struct sim_controller *)pci;

	for (unsigned i = 0; i < VECTORS; i++)
		if (handlers[i].sim == sim)
			handlers[i] = (struct handler){0};
	sim->interrupts = SIM_NO_INTERRUPTS;
	memset(sim->pending, 0, sizeof(sim->pending));
	memset(sim->masked, 0, sizeof(sim->masked));
	sim->all_masked = false;
}

int nvme_interrupt_register(struct nvme_pci *pci, unsigned vector, bool (*handler)(void *context),
			    void *context, const char *name)
{
	struct sim_controller *sim = (struct sim_controller *)pci;
	unsigned used = 0;

	(void)name;
	if (!sim->interrupts || find(sim, vector) ||
	    vector >= (sim->interrupts == SIM_PIN ? 1 : sim->config.interrupts))
		return -EINVAL;
	for (unsigned i = 0; i < VECTORS; i++)
		used += handlers[i].handler != NULL;
	if (sim->config.cpu_vectors && used >= sim->config.cpu_vectors)
		return -ENOSPC;
	for (unsigned i = 0; i < VECTORS; i++) {
		if (handlers[i].handler)
			continue;
		handlers[i] = (struct handler){sim, vector, handler, context};
		return 0;
	}
	return -ENOSPC;
}

void nvme_interrupt_unregister(struct nvme_pci *pci, unsigned vector)
{
	struct handler *handler = find((struct sim_controller *)pci, vector);

	if (handler)
		*handler = (struct handler){0};
}

void nvme_interrupt_mask(struct nvme_pci *pci, unsigned vector, bool mask)
{
	struct sim_controller *sim = (struct sim_controller *)pci;

	set_bit(sim->masked, vector, mask);
	if (!mask && sim_is_defective(sim, SIM_DEFECT_UNMASK_SENDS))
		set_bit(sim->pending, vector, true);
	sim_deliver(sim);
}

void nvme_interrupt_mask_function(struct nvme_pci *pci, bool mask)
{
	struct sim_controller *sim = (struct sim_controller *)pci;

	sim->all_masked = mask;
	if (!mask && sim_is_defective(sim, SIM_DEFECT_UNMASKS))
		memset(sim->masked, 0, sizeof(sim->masked));
	sim_deliver(sim);
}

bool nvme_interrupt_pending(struct nvme_pci *pci, unsigned vector)
{
	return sim_vector_pending((struct sim_controller *)pci, vector);
}

bool sim_line_works(struct nvme_pci *pci)
{
	return ((struct sim_controller *)pci)->interrupts != SIM_PIN || !line_off;
}

static bool call(struct sim_controller *sim, unsigned vector)
{
	struct handler *handler = find(sim, vector);

	if (!handler) {
		sim->statistics.spurious++;
		return false;
	}
	sim->statistics.interrupts++;
	return handler->handler(handler->context);
}

void sim_signal(struct sim_controller *sim, struct sim_cq *cq)
{
	if (!cq->interrupts)
		return;
	if (sim->interrupts == SIM_MESSAGES)
		set_bit(sim->pending, cq->vector, true);
	else
		cq->raised = true;
}

static bool drives_line(const struct sim_controller *sim)
{
	bool masked = sim->intms & 1 && !sim_is_defective(sim, SIM_DEFECT_NO_MASK);

	if (sim->interrupts != SIM_PIN || sim->gone || masked ||
	    sim_is_defective(sim, SIM_DEFECT_NO_PIN))
		return false;
	for (unsigned i = 0; i < SIM_QUEUES_MAX; i++)
		if ((sim->cq[i].exists || sim_is_defective(sim, SIM_DEFECT_KEEPS_PIN)) &&
		    sim->cq[i].raised)
			return true;
	return false;
}

static bool line_is_driven(void)
{
	bool driven = line_held;

	for (struct sim_controller *sim = sim_first(); sim; sim = sim->next)
		driven = driven || drives_line(sim);
	return driven;
}

/* Every handler on the line. Returns whether one of them knew why. */
static bool call_line(void)
{
	bool claimed = false;

	for (struct sim_controller *sim = sim_first(); sim; sim = sim->next)
		if (sim->interrupts == SIM_PIN)
			claimed |= call(sim, 0);
	return claimed;
}

static void deliver_line(void)
{
	unsigned unclaimed = 0, times = 0;

	if (line_running)
		return;
	line_running = true;
	while (!line_off && line_is_driven()) {
		unclaimed = call_line() ? 0 : unclaimed + 1;
		if (unclaimed >= UNCLAIMED_MAX)
			line_off = true;
		if (++times >= 1000 * UNCLAIMED_MAX) {
			sim_violation(sim_first(), "the line never goes quiet");
			line_off = true;
		}
	}
	line_running = false;
}

static bool holds_back(const struct sim_controller *sim, unsigned vector)
{
	bool masked = sim->all_masked && !sim_is_defective(sim, SIM_DEFECT_NO_FUNCTION_MASK);

	masked |= bit(sim->masked, vector);
	for (unsigned i = 0; i < VECTORS && sim_is_defective(sim, SIM_DEFECT_MASKS_ALL); i++)
		masked |= bit(sim->masked, i);
	return bit(sim->held, vector) || (masked && !sim_is_defective(sim, SIM_DEFECT_NO_MASK));
}

static void deliver_messages(struct sim_controller *sim)
{
	for (unsigned vector = 0; vector < VECTORS; vector++) {
		uint64_t word;

		memcpy(&word, sim->pending + vector / 64 * 8, 8);
		if (!word)
			vector |= 63; /* none of these 64 */
		if (sim->forgotten || !bit(sim->pending, vector))
			continue;
		if (holds_back(sim, vector)) {
			if (sim_is_defective(sim, SIM_DEFECT_DROPS_MASKED))
				set_bit(sim->pending, vector, false);
			continue;
		}
		set_bit(sim->pending, vector, false);
		call(sim, vector);
	}
}

void sim_deliver(struct sim_controller *sim)
{
	if (sim->delivering || sim->working)
		return;
	sim->delivering = true;
	if (sim->interrupts == SIM_MESSAGES)
		deliver_messages(sim);
	else if (sim->interrupts == SIM_PIN)
		deliver_line();
	sim->delivering = false;
}

void sim_interrupt(struct sim_controller *sim, unsigned vector)
{
	if (sim->interrupts == SIM_PIN) {
		call_line();
		return;
	}
	set_bit(sim->pending, vector, true);
	sim_deliver(sim);
}

void sim_hold_vector(struct sim_controller *sim, unsigned vector, bool hold)
{
	set_bit(sim->held, vector, hold);
	sim_deliver(sim);
}

bool sim_vector_pending(struct sim_controller *sim, unsigned vector)
{
	return bit(sim->pending, vector);
}

unsigned sim_handlers(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < VECTORS; i++)
		count += handlers[i].handler != NULL;
	return count;
}

void sim_hold_line(bool hold)
{
	line_held = hold;
	if (hold)
		deliver_line();
}
