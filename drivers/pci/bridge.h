/* The bridges between a function and its host bridge (PCI-to-PCI Bridge Architecture Specification
 * 1.2). */
#pragma once

#include <stdint.h>

#include "drivers/pci/pci.h"

#define PCI_PATH_MAX 32 /* bridges on top of each other */

/* The bridge that leads to the function's bus; NULL on a root bus. */
struct pci_device *pci_bridge_above(const struct pci_device *device);
/* All of them, from the host bridge down to the function; bridges that name each other as their
 * buses end the search. Returns how many there are. */
unsigned pci_path(const struct pci_device *device, struct pci_device *path[PCI_PATH_MAX]);
/* Wakes them and sets bits of their command registers, from the host bridge down: what is above is
 * open before something comes from below. */
void pci_open_path(const struct pci_device *device, uint16_t command);
