/* A function that lost what it was told, or has to: power states (PCI Power Management 1.2), resets
 * of a function alone (PCI Express 4.0, section 6.6.2; Advanced Features ECN), and what is put back
 * into its configuration space behind them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/pci/pci.h"

#define PCI_STATE_WORDS	  12 /* of the header: from the BARs on */
#define PCI_STATE_EXPRESS 4

/* What a reset forgets and its driver does not set up anew. MSI-X is left out: only its driver
 * knows when the table is in order again. */
struct pci_state {
	uint16_t command;
	uint32_t header[PCI_STATE_WORDS];
	uint16_t express[PCI_STATE_EXPRESS]; /* control registers of the PCI Express capability */
};

/* Puts the function into D0, where it is in another power state, with its configuration as it was.
 * 0; -EIO with a log line: it stays where it is. */
int pci_wake(struct pci_device *device);

void pci_save(struct pci_device *device, struct pci_state *state);
/* Wakes the function and writes back what is not as it was saved. Bus mastering is the driver's: it
 * stays as it is. 0; -ENODEV: it does not answer (behind a reset that may take a second), or is
 * another one; -EIO: it does not wake. */
int pci_restore(struct pci_device *device, const struct pci_state *state);

/* Resets the function, and nothing else, waits until it answers, a second at most, and restores it
 * with bus mastering off. 0, the errors of pci_restore(), -EOPNOTSUPP where it has no such reset.
 */
int pci_reset_function(struct pci_device *device, const struct pci_state *state);
