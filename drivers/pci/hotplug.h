/* Hot-plug slots of PCI Express root and downstream ports (PCI Express Base Specification 4.0,
 * section 6.7; registers in section 7.5.3). In QEMU a slot is
 *     -device pcie-root-port,id=port0,chassis=1
 * and with -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off it is handled here and not by
 * ACPI. */
#pragma once

#include <stdbool.h>

struct pci_device;

struct pci_hotplug_actions {
	/* The function is about to leave, or (there: false) has left: who drives it lets go of it.
	 */
	void (*leaving)(struct pci_device *device, bool there);
	/* Functions were added to the list. */
	void (*arrived)(void);
};

/* Looks for slots among the functions that there are, powers on those with something in them.
 * actions is kept as a pointer. Returns how many slots there are. */
unsigned pci_hotplug_init(const struct pci_hotplug_actions *actions);

/* Looks at every slot: a device that came is powered on and listed; one that is to leave, by
 * attention button, is let go of and its slot powered off; one that left without asking is let go
 * of. To be called a few times a second where nothing is in flight on this stack. */
void pci_hotplug_poll(void);

/* A function goes from the list: it is a slot's port no longer. */
void pci_hotplug_forget(const struct pci_device *port);
