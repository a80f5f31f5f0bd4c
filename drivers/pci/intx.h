/* Pin-based interrupts: INTA# to INTD#, level triggered and shared by any number of functions (PCI
 * Local Bus Specification 3.0, section 2.2.6). Where a pin ends is what the firmware wrote into the
 * function's Interrupt Line: the number of the I/O APIC's input, which the MADT's overrides refine
 * (on QEMU's pc and q35 the chipset's interrupt router drives that input as well as the 8259's). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/pci/pci.h"

/* So many interrupts in a row that nobody knows are no accident: a function that has no driver
 * holds the line, and nothing else would ever run again. */
#define PCI_INTX_UNCLAIMED_MAX 1000

struct pci_intx {
	struct pci_intx *next; /* on the same line */
	struct pci_device *device;
	/* With interrupts off. Makes its function take the pin back (or mask itself) if it drives
	 * it; returns whether it did. */
	bool (*handler)(void *context);
	void *context;
	const char *name;
	struct pci_intx_line *line;
};

/* Lets the function use its pin and puts the handler on the line's list; name is kept as a pointer.
 * A line that had been switched off is on again. 0; -ENODEV: no pin, no line, or no I/O APIC;
 * -EBUSY: the line is somebody else's; -ENOSPC: no vector. */
int pci_intx_attach(struct pci_intx *intx, struct pci_device *device,
		    bool (*handler)(void *context), void *context, const char *name);
/* Takes the pin away from the function and the handler from the list; the last one masks the line.
 */
void pci_intx_detach(struct pci_intx *intx);

/* A line on which interrupts come and come that none of its handlers knows anything about (some
 * function without a driver drives it) is switched off, so that the rest of the machine can go on.
 * False then, with a log line the first time (as revive and detach have it): no interrupt comes any
 * more. Not from a handler. */
bool pci_intx_works(const struct pci_intx *intx);
/* Switches it on again. */
void pci_intx_revive(struct pci_intx *intx);
