/* Configuration space access and the capability list. */
#include "drivers/pci/pci.h"

#include "kernel/x86/port.h"

/* CONFIG_ADDRESS: bit 31 enable, bus 23:16, device 15:11, function 10:8, dword 7:2
 * (PCI 3.0, 3.2.2.3.2). */
#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc

#define CAPABILITIES_FROM 0x40 /* behind the standard header */

static uint16_t select_register(const struct pci_device *device, unsigned offset)
{
	uint32_t address = 1u << 31 | (uint32_t)device->bus << 16 | (uint32_t)device->slot << 11 |
			   (uint32_t)device->function << 8 | (offset & 0xfc);

	port_write32(CONFIG_ADDRESS, address);
	return (uint16_t)(CONFIG_DATA + (offset & 3));
}

uint8_t pci_read8(const struct pci_device *device, unsigned offset)
{
	return port_read8(select_register(device, offset));
}

uint16_t pci_read16(const struct pci_device *device, unsigned offset)
{
	return port_read16(select_register(device, offset));
}

uint32_t pci_read32(const struct pci_device *device, unsigned offset)
{
	return port_read32(select_register(device, offset));
}

void pci_write8(const struct pci_device *device, unsigned offset, uint8_t value)
{
	port_write8(select_register(device, offset), value);
}

void pci_write16(const struct pci_device *device, unsigned offset, uint16_t value)
{
	port_write16(select_register(device, offset), value);
}

void pci_write32(const struct pci_device *device, unsigned offset, uint32_t value)
{
	port_write32(select_register(device, offset), value);
}

bool pci_present(const struct pci_device *device)
{
	/* A virtual one has no vendor of its own, and needs the other. */
	if (device->virtual)
		return device->physical && pci_present(device->physical) &&
		       pci_read32(device, PCI_REVISION) != UINT32_MAX;
	return pci_read16(device, PCI_VENDOR_ID) == device->vendor;
}

/* A pointer that the device gave, or 0 where it cannot be one: the two low bits are reserved and
 * read as zero. */
static unsigned valid_pointer(unsigned pointer)
{
	pointer &= 0xfc;
	return pointer >= CAPABILITIES_FROM ? pointer : 0;
}

unsigned pci_next_capability(const struct pci_device *device, unsigned after)
{
	if (after)
		return valid_pointer(pci_read8(device, after + 1));
	if (!(pci_read16(device, PCI_STATUS) & PCI_STATUS_CAPABILITIES))
		return 0;
	return valid_pointer(pci_read8(device, PCI_CAPABILITY_POINTER));
}

unsigned pci_find_capability(const struct pci_device *device, uint8_t id)
{
	unsigned offset = pci_next_capability(device, 0);
	unsigned left = (PCI_CONFIG_SIZE - CAPABILITIES_FROM) / 4; /* a longer list is a loop */

	while (offset && left--) {
		if (pci_read8(device, offset) == id)
			return offset;
		offset = pci_next_capability(device, offset);
	}
	return 0;
}
