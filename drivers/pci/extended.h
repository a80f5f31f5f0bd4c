/* All of configuration space, also what only memory leads to: the 4,096 bytes of a PCI Express
 * function (PCI Express Base Specification 4.0, section 7.2.2). */
#pragma once

#include <stdint.h>

#include "drivers/pci/pci.h"

#define PCI_EXTENDED_SIZE 4096
#define PCI_EXTENDED_FROM PCI_CONFIG_SIZE /* where extended capabilities begin */

/* The address where configuration space of bus 0 would be, and for which buses it is there. address
 * 0: it is nowhere. */
void pci_set_ecam(uint64_t address, uint8_t first_bus, uint8_t last_bus);
/* How much of a function's can be read: PCI_CONFIG_SIZE or PCI_EXTENDED_SIZE. */
unsigned pci_config_size(const struct pci_device *device);
/* The offset of the first extended capability with this ID, 0 if there is none; a looping list ends
 * the search. */
unsigned pci_find_extended(const struct pci_device *device, uint16_t id);
/* width bytes (1, 2 or 4) at an offset below PCI_EXTENDED_SIZE that is aligned to them. All ones,
 * and no write, where there is no way to it. */
uint32_t pci_config_read(const struct pci_device *device, unsigned offset, unsigned width);
void pci_config_write(const struct pci_device *device, unsigned offset, unsigned width,
		      uint32_t value);
