/* Addresses for BARs that the firmware did not give one: those of functions that came later, or all
 * where it gives none (QEMU's qboot). They are taken from the memory window of the bridge above,
 * which the firmware left wide enough; on a root bus, and for a bridge without a window, from the
 * hole that the memory map leaves for devices. */
#include "drivers/pci/bridge.h"
#include "drivers/pci/extended.h"
#include "drivers/pci/pci.h"
#include "kernel/log.h"
#include "lib/errno.h"

/* PCI-to-PCI Bridge Architecture Specification 1.2, sections 3.2.5.8 and 3.2.5.9: bits 31:20 of the
 * first and the last address are bits 15:4 of these. */
#define MEMORY_BASE	      0x20
#define MEMORY_LIMIT	      0x22
#define PREFETCHABLE_BASE     0x24
#define PREFETCHABLE_LIMIT    0x26
#define PREFETCHABLE_BASE_64  0x28
#define PREFETCHABLE_LIMIT_64 0x2c
#define WINDOW_UNIT	      0x100000u
#define WINDOW_SIZE	      (2 * WINDOW_UNIT) /* of those opened here: as SeaBIOS does for a slot */

struct window {
	uint64_t start, end; /* end not included; none where start is 0 or not below end */
};

static struct window hole;

void pci_set_hole(uint64_t start, uint64_t end)
{
	hole = (struct window){start, end};
}

static bool is_open(const struct window *window)
{
	return window->start && window->start < window->end;
}

static struct window memory_window(const struct pci_device *bridge)
{
	return (struct window){
		(uint64_t)(pci_read16(bridge, MEMORY_BASE) & 0xfff0) << 16,
		((uint64_t)(pci_read16(bridge, MEMORY_LIMIT) & 0xfff0) << 16) + WINDOW_UNIT,
	};
}

static struct window prefetchable_window(const struct pci_device *bridge)
{
	uint16_t base = pci_read16(bridge, PREFETCHABLE_BASE);
	struct window window = {
		(uint64_t)(base & 0xfff0) << 16,
		(uint64_t)(pci_read16(bridge, PREFETCHABLE_LIMIT) & 0xfff0) << 16,
	};

	if ((base & 0xf) == 1) {
		window.start |= (uint64_t)pci_read32(bridge, PREFETCHABLE_BASE_64) << 32;
		window.end |= (uint64_t)pci_read32(bridge, PREFETCHABLE_LIMIT_64) << 32;
	}
	window.end += WINDOW_UNIT;
	return window;
}

/* Where what lies in [start, end) ends, if it reaches into the range; else 0. */
static uint64_t reaches(uint64_t start, uint64_t end, const struct window *what)
{
	return is_open(what) && what->start < end && start < what->end ? what->end : 0;
}

/* The end of something that lies in [start, end): a memory BAR of any function, or a window of a
 * bridge that is not among those above. 0 if there is nothing. */
static uint64_t taken_until(uint64_t start, uint64_t end, struct pci_device *const *path,
			    unsigned count)
{
	for (struct pci_device *other = pci_first(); other; other = other->next) {
		struct window used[2];
		bool above = other->header_type != 1;
		uint64_t until = 0;

		for (unsigned i = 0; i < PCI_BARS && !until; i++) {
			const struct pci_bar *bar = pci_bar(other, i);
			const struct pci_bar *virtual = &other->virtual_bars[i];

			used[0] = (struct window){bar->address, bar->address + bar->size};
			used[1] = (struct window){virtual->address,
						  virtual->address +
							  virtual->size * other->virtual_total};
			if (!bar->io && bar->size)
				until = reaches(start, end, &used[0]);
			if (!until)
				until = reaches(start, end, &used[1]);
		}
		for (unsigned i = 0; i < count; i++)
			above |= path[i] == other;
		if (!above) {
			used[0] = memory_window(other);
			used[1] = prefetchable_window(other);
			for (unsigned i = 0; i < 2 && !until; i++)
				until = reaches(start, end, &used[i]);
		}
		if (until)
			return until;
	}
	return 0;
}

/* A free place in the space, aligned to alignment (a power of two); 0 if there is none. */
static uint64_t find_place(const struct window *space, uint64_t size, uint64_t alignment,
			   struct pci_device *const *path, unsigned count)
{
	uint64_t address = space->start, past;

	if (!is_open(space) || size > space->end)
		return 0;
	for (;;) {
		address = (address + alignment - 1) & ~(alignment - 1);
		if (!address || address > space->end - size || address < space->start)
			return 0;
		past = taken_until(address, address + size, path, count);
		if (!past)
			return address;
		if (past <= address)
			return 0;
		address = past;
	}
}

/* Gives the bridge a window in the space above it; its other one is closed where it begins at 0: it
 * would take RAM for itself. */
static bool open_window(struct pci_device *bridge, struct window *space, uint64_t size,
			struct pci_device *const *path, unsigned count)
{
	struct window old = prefetchable_window(bridge);
	uint64_t window_size = WINDOW_SIZE, start;
	char name[8];

	/* A power of two: it is aligned to itself. */
	while (window_size && window_size < size)
		window_size <<= 1;
	size = window_size;
	start = size ? find_place(space, size, size, path, count) : 0;
	if (!start)
		return false;
	*space = (struct window){start, start + size};
	pci_write16(bridge, MEMORY_BASE, (uint16_t)(start >> 16));
	pci_write16(bridge, MEMORY_LIMIT, (uint16_t)((space->end - WINDOW_UNIT) >> 16));
	if (!old.start) {
		pci_write16(bridge, PREFETCHABLE_BASE, 0xfff0);
		pci_write16(bridge, PREFETCHABLE_LIMIT, 0);
	}
	log_info("pci %s: window at 0x%llx", pci_name(bridge, name), (unsigned long long)start);
	return true;
}

/* An address for size bytes behind the function's bridges, aligned to alignment; 0 if there is no
 * room. */
static uint64_t place(const struct pci_device *device, uint64_t size, uint64_t alignment)
{
	struct pci_device *path[PCI_PATH_MAX];
	unsigned count = pci_path(device, path);
	struct window space = hole;

	for (unsigned i = 0; i < count; i++) {
		struct window window = memory_window(path[i]);

		if (is_open(&window))
			space = window;
		else if (!open_window(path[i], &space, size, path, count))
			return 0;
	}
	return find_place(&space, size, alignment, path, count);
}

/* Half written it is another one: nobody decodes it then. */
static void write_address(const struct pci_device *device, unsigned offset, struct pci_bar *bar,
			  uint64_t address)
{
	pci_config_write(device, offset, 4, (uint32_t)address);
	if (bar->is_64bit)
		pci_config_write(device, offset + 4, 4, (uint32_t)(address >> 32));
	bar->address = address;
}

int pci_assign_bar(struct pci_device *device, unsigned index)
{
	struct pci_bar *bar = &device->bars[index];
	uint64_t address;
	uint16_t command;
	char name[8];

	if (!pci_bar(device, index)->size || bar->io)
		return -EINVAL;
	address = place(device, bar->size, bar->size);
	if (!address)
		return -ENOSPC;
	command = pci_read16(device, PCI_COMMAND);
	if (command & PCI_COMMAND_MEMORY)
		pci_write16(device, PCI_COMMAND, command & (uint16_t)~PCI_COMMAND_MEMORY);
	write_address(device, PCI_BAR0 + 4 * index, bar, address);
	if (command & PCI_COMMAND_MEMORY)
		pci_write16(device, PCI_COMMAND, command);
	log_info("pci %s: BAR%u at 0x%llx", pci_name(device, name), index,
		 (unsigned long long)address);
	return 0;
}

int pci_assign_virtual_bar(struct pci_device *device, unsigned index, unsigned offset)
{
	struct pci_bar *bar = &device->virtual_bars[index];
	uint64_t address;
	char name[8];

	if (!bar->size || bar->io)
		return -EINVAL;
	if (bar->size > UINT64_MAX / PCI_VIRTUAL_MAX)
		return -ENOSPC;
	address = place(device, bar->size * device->virtual_total, bar->size);
	if (!address)
		return -ENOSPC;
	write_address(device, offset, bar, address);
	log_info("pci %s: BAR%u of its virtual functions at 0x%llx", pci_name(device, name), index,
		 (unsigned long long)address);
	return 0;
}
