/* MSI-X: interrupts by message, a vector for each cause (PCI Local Bus Specification 3.0, section
 * 6.8.2). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/pci/pci.h"

#define PCI_MSIX_VECTORS_MAX 2048u

struct pci_msix {
	struct pci_device *device;
	volatile uint32_t *table;	  /* 4 words for each vector */
	const volatile uint32_t *pending; /* a bit for each */
	unsigned capability;		  /* offset */
	unsigned count;			  /* of vectors */
	uint32_t reserved;		  /* bits that are set in some vector's control */
};

/* Finds the capability and maps its table and pending bits; changes nothing yet. 0; -ENODEV: the
 * function has none; -EINVAL with a log line: table or pending bits are not inside a memory BAR;
 * -ENOMEM. */
int pci_msix_init(struct pci_msix *msix, struct pci_device *device);
/* Turns MSI-X on, with every vector masked, and the pin off. */
void pci_msix_enable(struct pci_msix *msix);
/* Masks every vector and turns MSI-X off. The pin stays off. */
void pci_msix_disable(struct pci_msix *msix);

/* Lets a vector (below count) interrupt by that message; masked afterwards. */
void pci_msix_set(struct pci_msix *msix, unsigned vector, uint64_t address, uint32_t data);
/* What comes while a vector is masked stays pending and comes when it is unmasked. */
void pci_msix_mask(struct pci_msix *msix, unsigned vector, bool mask);
bool pci_msix_masked(const struct pci_msix *msix, unsigned vector);
bool pci_msix_pending(const struct pci_msix *msix, unsigned vector);
/* All vectors at once, whatever their own masks. */
void pci_msix_mask_function(struct pci_msix *msix, bool mask);
