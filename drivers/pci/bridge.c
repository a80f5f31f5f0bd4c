/* The bridges on the way to a function, found and switched on. */
#include "drivers/pci/bridge.h"

#include <stddef.h>

#include "drivers/pci/reset.h"

struct pci_device *pci_bridge_above(const struct pci_device *device)
{
	for (struct pci_device *bridge = pci_first(); bridge; bridge = bridge->next)
		if (bridge->header_type == 1 && bridge->bus != device->bus &&
		    pci_read8(bridge, PCI_SECONDARY_BUS) == device->bus)
			return bridge;
	return NULL;
}

unsigned pci_path(const struct pci_device *device, struct pci_device *path[PCI_PATH_MAX])
{
	struct pci_device *bridge = pci_bridge_above(device);
	unsigned count = 0;

	for (; bridge && count < PCI_PATH_MAX; bridge = pci_bridge_above(bridge))
		path[count++] = bridge;
	for (unsigned i = 0; i < count / 2; i++) {
		bridge = path[i];
		path[i] = path[count - 1 - i];
		path[count - 1 - i] = bridge;
	}
	return count;
}

void pci_open_path(const struct pci_device *device, uint16_t command)
{
	struct pci_device *path[PCI_PATH_MAX];
	unsigned count = pci_path(device, path);

	for (unsigned i = 0; i < count; i++) {
		uint16_t now;

		pci_wake(path[i]);
		now = pci_read16(path[i], PCI_COMMAND);
		if ((now & command) != command && now != 0xffff)
			pci_write16(path[i], PCI_COMMAND, now | command);
	}
}
