/* Configuration space through memory: a page for each function (PCI Express Base 4.0,
 * section 7.2.2). Only the page of one function is mapped at a time, when somebody asks. */
#include "drivers/pci/extended.h"

#include "kernel/x86/paging.h"

#define PAGE_OF(device)                                                   \
	((uint64_t)(device)->bus << 20 | (uint64_t)(device)->slot << 15 | \
	 (uint64_t)(device)->function << 12)

static uint64_t ecam, mapped;
static uint8_t ecam_first_bus, ecam_last_bus;

void pci_set_ecam(uint64_t address, uint8_t first_bus, uint8_t last_bus)
{
	ecam = address;
	mapped = 0;
	ecam_first_bus = first_bus;
	ecam_last_bus = last_bus;
}

/* NULL where there is no way to it; also where the page is not the function's: a firmware's table
 * that is wrong may lead to the registers of anything. */
static volatile void *map(const struct pci_device *device, unsigned offset)
{
	uint64_t page = ecam + PAGE_OF(device);

	if (!ecam || device->bus < ecam_first_bus || device->bus > ecam_last_bus)
		return NULL;
	if (page != mapped) {
		if (page % PCI_EXTENDED_SIZE || paging_map_device(page, PCI_EXTENDED_SIZE))
			return NULL;
		if (*(volatile uint32_t *)(uintptr_t)page != pci_read32(device, PCI_VENDOR_ID))
			return NULL;
	}
	mapped = page;
	return (volatile uint8_t *)(uintptr_t)page + offset;
}

unsigned pci_config_size(const struct pci_device *device)
{
	/* Conventional functions have no more, and answer with ones there. */
	if (!pci_find_capability(device, PCI_CAP_PCIE) ||
	    pci_config_read(device, PCI_EXTENDED_FROM, 4) == UINT32_MAX)
		return PCI_CONFIG_SIZE;
	return PCI_EXTENDED_SIZE;
}

unsigned pci_find_extended(const struct pci_device *device, uint16_t id)
{
	unsigned at = PCI_EXTENDED_FROM, left = pci_config_size(device) / 4;

	while (at >= PCI_EXTENDED_FROM && left--) {
		uint32_t header = pci_config_read(device, at, 4);

		if (!header || header == UINT32_MAX || at >= pci_config_size(device))
			break;
		if ((header & 0xffff) == id)
			return at;
		at = header >> 20 & 0xffc;
	}
	return 0;
}

uint32_t pci_config_read(const struct pci_device *device, unsigned offset, unsigned width)
{
	volatile void *at;

	if (offset < PCI_CONFIG_SIZE)
		return width == 1   ? pci_read8(device, offset)
		       : width == 2 ? pci_read16(device, offset)
				    : pci_read32(device, offset);
	at = map(device, offset);
	if (!at)
		return UINT32_MAX >> (32 - 8 * width);
	return width == 1   ? *(volatile uint8_t *)at
	       : width == 2 ? *(volatile uint16_t *)at
			    : *(volatile uint32_t *)at;
}

void pci_config_write(const struct pci_device *device, unsigned offset, unsigned width,
		      uint32_t value)
{
	volatile void *at = offset < PCI_CONFIG_SIZE ? NULL : map(device, offset);

	if (offset < PCI_CONFIG_SIZE && width == 1)
		pci_write8(device, offset, (uint8_t)value);
	else if (offset < PCI_CONFIG_SIZE && width == 2)
		pci_write16(device, offset, (uint16_t)value);
	else if (offset < PCI_CONFIG_SIZE)
		pci_write32(device, offset, value);
	else if (at && width == 1)
		*(volatile uint8_t *)at = (uint8_t)value;
	else if (at && width == 2)
		*(volatile uint16_t *)at = (uint16_t)value;
	else if (at)
		*(volatile uint32_t *)at = value;
}
