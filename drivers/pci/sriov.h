/* Single Root I/O Virtualization: virtual functions, which a physical function brings up and takes
 * down (PCI Express Base Specification 4.0, chapter 9). */
#pragma once

#include <stdint.h>

#include "drivers/pci/pci.h"

/* How many virtual functions the function can have; 0 for one without the capability, or without a
 * way to it. */
unsigned pci_sriov_total(const struct pci_device *device);
/* How many are switched on. */
unsigned pci_sriov_count(const struct pci_device *device);

/* Switches count of them on, gives their BARs addresses, and lists those that answer. 0; -ERANGE
 * (none, or more than there can be), -EBUSY (some are on already), -ENOSPC (no addresses, or no
 * bus, for them), -EIO (none answers: they are off again). */
int pci_sriov_enable(struct pci_device *device, unsigned count);
/* Switches them off and forgets them. Whoever drove one has let go of it before. */
void pci_sriov_disable(struct pci_device *device);

/* Lists the virtual functions that are on and not listed yet, whoever switched them on, and forgets
 * those that are gone and nobody drives. Returns how many were added. */
unsigned pci_sriov_scan(void);

/* Sizes the BARs of the function's virtual functions, for pci_bar(). */
void pci_sriov_read_bars(struct pci_device *device);
