/* Addresses for BARs that the firmware did not see: those of functions that came later. They are
 * taken from the memory window of the bridge above, which the firmware left wide enough. */
#include "drivers/pci/pci.h"

#include "kernel/log.h"
#include "lib/errno.h"

#define MEMORY_BASE  0x20
#define MEMORY_LIMIT 0x22

static struct pci_device *bridge_above(const struct pci_device *device)
{
	for (struct pci_device *bridge = pci_first(); bridge; bridge = bridge->next)
		if (bridge->header_type == 1 && bridge->bus != device->bus &&
		    pci_read8(bridge, PCI_SECONDARY_BUS) == device->bus)
			return bridge;
	return NULL;
}

/* The end of a memory BAR on the same bus that lies in [start, end), 0 if there is none. */
static uint64_t taken_until(const struct pci_device *device, uint64_t start, uint64_t end)
{
	for (struct pci_device *other = pci_first(); other; other = other->next) {
		if (other->bus != device->bus)
			continue;
		for (unsigned i = 0; i < PCI_BARS; i++) {
			const struct pci_bar *bar = pci_bar(other, i);

			if (!bar->io && bar->size && bar->address && bar->address < end &&
			    start < bar->address + bar->size)
				return bar->address + bar->size;
		}
	}
	return 0;
}

int pci_assign_bar(struct pci_device *device, unsigned index)
{
	struct pci_bar *bar = &device->bars[index];
	struct pci_device *bridge = bridge_above(device);
	uint64_t address, limit, past;
	char name[8];

	if (!pci_bar(device, index)->size || bar->io)
		return -EINVAL;
	if (!bridge)
		return -ENOSPC;
	/* PCI-to-PCI Bridge Architecture Specification 1.2, section 3.2.5.8: bits 31:20 */
	address = (uint64_t)(pci_read16(bridge, MEMORY_BASE) & 0xfff0) << 16;
	limit = ((uint64_t)(pci_read16(bridge, MEMORY_LIMIT) & 0xfff0) << 16) + 0x100000;
	for (;;) {
		address = (address + bar->size - 1) & ~(bar->size - 1);
		if (!address || address > limit || bar->size > limit - address)
			return -ENOSPC;
		past = taken_until(device, address, address + bar->size);
		if (!past)
			break;
		address = past;
	}
	pci_write32(device, PCI_BAR0 + 4 * index, (uint32_t)address);
	if (bar->is_64bit)
		pci_write32(device, PCI_BAR0 + 4 * index + 4, (uint32_t)(address >> 32));
	bar->address = address;
	log_info("pci %s: BAR%u at 0x%llx", pci_name(device, name), index,
		 (unsigned long long)address);
	return 0;
}
