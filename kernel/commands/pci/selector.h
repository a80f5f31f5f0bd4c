/* Which functions are meant: the selectors of lspci and setpci, as pciutils reads them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pci_device;

struct pci_selector {
	int domain, bus, slot, function; /* -1: any */
	int vendor, device, interface;
	int class, class_mask;
};

#define PCI_SELECT_ALL ((struct pci_selector){-1, -1, -1, -1, -1, -1, -1, -1, 0})

/* [[[domain]:]bus]:][slot][.[function]]; [vendor]:[device][:class[:interface]]. False where it is
 * none. */
bool pci_select_slot(struct pci_selector *selector, const char *text);
bool pci_select_id(struct pci_selector *selector, const char *text);
bool pci_selected(const struct pci_selector *selector, const struct pci_device *device);
/* Offers the places of all functions. */
struct completion;
void pci_complete_slot(struct completion *completion);
