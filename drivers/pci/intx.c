/* Pin-based interrupts: lines that functions share, and those that nobody answers. */
#include "drivers/pci/intx.h"

#include <stddef.h>

#include "kernel/x86/apic.h"
#include "kernel/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/interrupts.h"
#include "lib/errno.h"
#include "lib/format.h"

#define LINES	     16
#define LINE_UNKNOWN 0xff /* in Interrupt Line: not connected */

struct pci_intx_line {
	struct pci_intx *first;
	uint8_t irq;
	int vector;
	unsigned unclaimed; /* in a row */
	volatile bool off;
	bool reported;
	char name[32]; /* "irq 11: my_nvme0, my_nvme1" */
};

static struct pci_intx_line lines[LINES];

static void line_interrupt(void *context)
{
	struct pci_intx_line *line = context;
	bool claimed = false;

	for (struct pci_intx *intx = line->first; intx; intx = intx->next)
		claimed |= intx->handler(intx->context);
	if (claimed) {
		line->unclaimed = 0;
	} else if (++line->unclaimed >= PCI_INTX_UNCLAIMED_MAX && !line->off) {
		line->off = true;
		ioapic_mask(line->irq);
	}
}

static void name_line(struct pci_intx_line *line)
{
	int length = snprintf(line->name, sizeof(line->name), "irq %u:", line->irq);

	for (struct pci_intx *intx = line->first; intx; intx = intx->next) {
		if (length >= (int)sizeof(line->name))
			return;
		length += snprintf(line->name + length, sizeof(line->name) - (size_t)length,
				   "%s %s", intx == line->first ? "" : ",", intx->name);
	}
}

/* The line with a vector and a route; NULL and *error where that is impossible. */
static struct pci_intx_line *open_line(uint8_t irq, int *error)
{
	struct pci_intx_line *line = NULL;

	for (unsigned i = 0; i < LINES; i++) {
		if (lines[i].first && lines[i].irq == irq)
			return &lines[i];
		if (!lines[i].first && !line)
			line = &lines[i];
	}
	*error = -ENOSPC;
	if (!line)
		return NULL;
	*line = (struct pci_intx_line){.irq = irq};
	line->vector = interrupt_allocate_named(line_interrupt, line, line->name);
	if (line->vector < 0)
		return NULL;
	/* PCI: level, active low, unless an override of the MADT knows better. */
	*error = ioapic_route(irq, (unsigned)line->vector, true, true);
	if (*error) {
		interrupt_free(line->vector);
		return NULL;
	}
	return line;
}

static void allow_pin(struct pci_device *device, bool allow)
{
	uint16_t command = pci_read16(device, PCI_COMMAND);

	if (command == 0xffff) /* gone */
		return;
	pci_write16(device, PCI_COMMAND,
		    allow ? command & (uint16_t)~PCI_COMMAND_INTX_OFF
			  : command | PCI_COMMAND_INTX_OFF);
}

/* Not from the handler: the console may be in the middle of a line there. */
static void report(struct pci_intx_line *line)
{
	if (line->off && !line->reported)
		log_warning(
			"pci: irq %u: %u interrupts that no driver knows of; it is switched off",
			line->irq, line->unclaimed);
	line->reported = line->off;
}

int pci_intx_attach(struct pci_intx *intx, struct pci_device *device,
		    bool (*handler)(void *context), void *context, const char *name)
{
	struct pci_intx_line *line;
	uint64_t flags;
	int error;

	if (!device->interrupt_pin || device->interrupt_line == LINE_UNKNOWN ||
	    !device->interrupt_line)
		return -ENODEV;
	line = open_line(device->interrupt_line, &error);
	if (!line)
		return error;
	*intx = (struct pci_intx){line->first, device, handler, context, name, line};
	flags = cpu_interrupts_save();
	line->first = intx;
	name_line(line);
	cpu_interrupts_restore(flags);
	allow_pin(device, true);
	pci_intx_revive(intx);
	return 0;
}

void pci_intx_detach(struct pci_intx *intx)
{
	struct pci_intx_line *line = intx->line;
	uint64_t flags;

	if (!line)
		return;
	report(line);
	allow_pin(intx->device, false);
	flags = cpu_interrupts_save();
	for (struct pci_intx **link = &line->first; *link; link = &(*link)->next)
		if (*link == intx) {
			*link = intx->next;
			break;
		}
	name_line(line);
	if (!line->first) {
		ioapic_mask(line->irq);
		interrupt_free(line->vector);
	}
	cpu_interrupts_restore(flags);
	intx->line = NULL;
}

bool pci_intx_works(const struct pci_intx *intx)
{
	struct pci_intx_line *line = intx->line;

	if (!line)
		return false;
	report(line);
	return !line->off;
}

void pci_intx_revive(struct pci_intx *intx)
{
	struct pci_intx_line *line = intx->line;

	if (!line)
		return;
	report(line);
	line->unclaimed = 0;
	line->off = line->reported = false;
	/* Its configuration may have been put back to what it was before. */
	allow_pin(intx->device, true);
	ioapic_unmask(line->irq);
}
