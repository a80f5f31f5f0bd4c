/* Virtual functions: switched on and off, found, and given addresses. What they are cannot be asked
 * of themselves: they answer all ones for vendor and device, and have neither BARs nor memory
 * decoding of their own (PCI Express Base Specification 4.0, sections 9.3.3 and 9.3.4). */
#include "drivers/pci/sriov.h"

#include "drivers/pci/bridge.h"
#include "drivers/pci/extended.h"
#include "kernel/log.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

/* The capability: offsets from its start (section 9.3.3) */
#define ID_SRIOV       0x10
#define CONTROL	       0x08
#define CONTROL_ENABLE 0x0001
#define CONTROL_MEMORY 0x0008 /* decoding, of all of them together */
#define CONTROL_ARI    0x0010 /* functions beyond 7 are reached; of the lowest function only */
#define INITIAL	       0x0c
#define TOTAL	       0x0e
#define COUNT	       0x10
#define OFFSET	       0x14
#define STRIDE	       0x16
#define DEVICE	       0x1a
#define PAGE_SIZES     0x1c
#define PAGE_SIZE      0x20
#define PAGE_SIZE_4K   1
#define BARS	       0x24
#define SIZE	       0x40
#define ENABLED_NS     (100 * NS_PER_MS) /* nobody looks at them before (section 9.3.3.3.1) */
#define DISABLED_NS    NS_PER_S		 /* nor are they gone before */

/* Alternative Routing-ID Interpretation: the device's, and the port's that leads to it */
#define ID_ARI		  0x0e
#define EXPRESS_CAP_2	  0x24
#define EXPRESS_CONTROL_2 0x28
#define FORWARDS_ARI	  0x20 /* of both */

/* The capability, 0 if there is none. */
static unsigned find(const struct pci_device *device)
{
	unsigned at = device->virtual ? 0 : pci_find_extended(device, ID_SRIOV);

	return at <= PCI_EXTENDED_SIZE - SIZE ? at : 0;
}

static uint16_t read(const struct pci_device *device, unsigned at, unsigned offset)
{
	return (uint16_t)pci_config_read(device, at + offset, 2);
}

static void write(const struct pci_device *device, unsigned at, unsigned offset, unsigned value)
{
	pci_config_write(device, at + offset, 2, value);
}

unsigned pci_sriov_total(const struct pci_device *device)
{
	unsigned at = find(device);

	return at ? read(device, at, TOTAL) : 0;
}

unsigned pci_sriov_count(const struct pci_device *device)
{
	unsigned at = find(device);

	return at && read(device, at, CONTROL) & CONTROL_ENABLE ? read(device, at, COUNT) : 0;
}

void pci_sriov_read_bars(struct pci_device *device)
{
	unsigned at = find(device);
	uint16_t control;

	if (!at)
		return;
	device->virtual_total = read(device, at, TOTAL);
	control = read(device, at, CONTROL);
	if (control & CONTROL_MEMORY)
		write(device, at, CONTROL, control & (uint16_t)~CONTROL_MEMORY);
	/* Their sizes follow from it. */
	if (!(control & CONTROL_ENABLE) &&
	    pci_config_read(device, at + PAGE_SIZES, 4) & PAGE_SIZE_4K)
		pci_config_write(device, at + PAGE_SIZE, 4, PAGE_SIZE_4K);
	for (unsigned i = 0; i < PCI_BARS;)
		i += pci_read_bar(device, at + BARS + 4 * i, PCI_BARS - i,
				  &device->virtual_bars[i]);
	if (control & CONTROL_MEMORY)
		write(device, at, CONTROL, control);
}

/* Addresses for those that have none; false where there is no room. */
static bool give_addresses(struct pci_device *device, unsigned at)
{
	uint16_t control = read(device, at, CONTROL);
	bool all = true;

	pci_bar(device, 0); /* has them sized */
	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *bar = &device->virtual_bars[i];

		if (!bar->size || bar->address)
			continue;
		if (control & CONTROL_MEMORY)
			write(device, at, CONTROL, control &= (uint16_t)~CONTROL_MEMORY);
		all &= pci_assign_virtual_bar(device, i, at + BARS + 4 * i) == 0;
	}
	return all;
}

/* Bus, slot and function of a virtual function, the number-th from 1, in 16 bits; 0 where no such
 * bus is reached (it would be a root complex). */
static uint16_t place_of(const struct pci_device *device, unsigned at, unsigned number)
{
	uint32_t place =
		(uint32_t)device->bus << 8 | (uint32_t)device->slot << 3 | device->function;
	const struct pci_device *bridge;

	place += read(device, at, OFFSET) + (number - 1) * read(device, at, STRIDE);
	if (place >> 8 == device->bus)
		return (uint16_t)place;
	bridge = pci_bridge_above(device);
	if (!bridge || place >> 8 > pci_read8(bridge, PCI_SUBORDINATE_BUS))
		return 0;
	return (uint16_t)place;
}

/* Lists one, if it answers. */
static bool add(struct pci_device *device, unsigned at, unsigned number)
{
	uint16_t place = place_of(device, at, number);
	struct pci_device virtual = {
		.bus = (uint8_t)(place >> 8),
		.slot = place >> 3 & 0x1f,
		.function = place & 7,
		.vendor = device->vendor,
		.device = read(device, at, DEVICE),
		.virtual = (uint16_t)number,
		.physical = device,
		.bars_read = true,
	};

	if (!place || pci_read32(&virtual, PCI_REVISION) == UINT32_MAX)
		return false;
	for (unsigned i = 0; i < PCI_BARS; i++) {
		virtual.bars[i] = device->virtual_bars[i];
		if (virtual.bars[i].address)
			virtual.bars[i].address += (number - 1) * virtual.bars[i].size;
	}
	return pci_insert(&virtual);
}

static unsigned scan(struct pci_device *device)
{
	unsigned at = find(device), added = 0, count;
	uint16_t control;

	if (!at || !(read(device, at, CONTROL) & CONTROL_ENABLE))
		return 0;
	/* One that was reset has forgotten the addresses, whoever switched them on again. */
	pci_bar(device, 0);
	if (!(read(device, at, CONTROL) & CONTROL_MEMORY))
		pci_sriov_read_bars(device);
	if (!give_addresses(device, at))
		return 0;
	control = read(device, at, CONTROL);
	if (!(control & CONTROL_MEMORY))
		write(device, at, CONTROL, control | CONTROL_MEMORY);
	count = read(device, at, COUNT);
	if (count > device->virtual_total)
		count = device->virtual_total;
	for (unsigned i = 1; i <= count; i++)
		added += add(device, at, i);
	return added;
}

/* Those that are gone; with a function: its own, there or not. Who drives one forgets it. */
static void forget(const struct pci_device *physical)
{
	struct pci_device *next;

	for (struct pci_device *device = pci_first(); device; device = next) {
		next = device->next;
		if (device->virtual && !device->driver &&
		    (physical ? device->physical == physical : !pci_present(device)))
			pci_remove(device);
	}
}

unsigned pci_sriov_scan(void)
{
	unsigned added = 0;

	forget(NULL);
	for (struct pci_device *device = pci_first(); device; device = device->next)
		if (!device->virtual)
			added += scan(device);
	return added;
}

/* Has the port above pass on what is for functions beyond 7 of its one device. */
static void forward(struct pci_device *device, unsigned at)
{
	struct pci_device *port = pci_bridge_above(device);
	unsigned express = port ? pci_find_capability(port, PCI_CAP_PCIE) : 0;

	if (!express || express + EXPRESS_CONTROL_2 > PCI_CONFIG_SIZE - 2 ||
	    !pci_find_extended(device, ID_ARI) ||
	    !(pci_read32(port, express + EXPRESS_CAP_2) & FORWARDS_ARI))
		return;
	pci_write16(port, express + EXPRESS_CONTROL_2,
		    pci_read16(port, express + EXPRESS_CONTROL_2) | FORWARDS_ARI);
	if (!device->slot && !device->function)
		write(device, at, CONTROL, read(device, at, CONTROL) | CONTROL_ARI);
}

int pci_sriov_enable(struct pci_device *device, unsigned count)
{
	unsigned at = find(device), total = pci_sriov_total(device);
	char name[8];

	if (!count || count > total || read(device, at, INITIAL) > total)
		return -ERANGE;
	if (read(device, at, CONTROL) & CONTROL_ENABLE)
		return -EBUSY;
	pci_bar(device, 0);
	pci_sriov_read_bars(device);
	if (!give_addresses(device, at))
		return -ENOSPC;
	forward(device, at);
	/* Where the last one is may follow from how many there are. */
	write(device, at, COUNT, count);
	if (!place_of(device, at, count)) {
		write(device, at, COUNT, 0);
		return -ENOSPC;
	}
	pci_open_path(device, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	write(device, at, CONTROL, read(device, at, CONTROL) | CONTROL_ENABLE | CONTROL_MEMORY);
	time_delay_ns(ENABLED_NS);
	if (!pci_sriov_scan()) {
		pci_sriov_disable(device);
		return -EIO;
	}
	log_info("pci %s: %u virtual functions", pci_name(device, name), count);
	return 0;
}

void pci_sriov_disable(struct pci_device *device)
{
	unsigned at = find(device);
	uint16_t control;

	forget(device);
	if (!at || !pci_present(device))
		return;
	control = read(device, at, CONTROL);
	if (!(control & CONTROL_ENABLE))
		return;
	write(device, at, CONTROL, control & (uint16_t) ~(CONTROL_ENABLE | CONTROL_MEMORY));
	time_delay_ns(DISABLED_NS);
	write(device, at, COUNT, 0);
}
