/* The list of functions: enumeration of every bus, BAR sizes, mapping. */
#include "drivers/pci/pci.h"

#include "drivers/pci/bridge.h"
#include "drivers/pci/extended.h"
#include "drivers/pci/sriov.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/paging.h"
#include "lib/format.h"
#include "lib/string.h"

#define SLOTS	  32
#define FUNCTIONS 8

/* More than any machine has, and few enough for a list: where buses answer alike, as without
 * decoding of their numbers, each would have them all. */
#define FUNCTIONS_MAX 2048

#define HEADER_MULTIFUNCTION 0x80
#define HEADER_BRIDGE	     1
#define CLASS_BRIDGE	     6

static struct pci_device *first_device;
static unsigned function_count;
static uint8_t roots[PCI_BUSES / 8]; /* a bit for each bus that no bridge leads to */
static bool roots_known;

static uint32_t position(const struct pci_device *device)
{
	return (uint32_t)device->bus << 8 | (uint32_t)device->slot << 3 | device->function;
}

struct pci_device *pci_first(void)
{
	return first_device;
}

char *pci_name(const struct pci_device *device, char *buffer)
{
	snprintf(buffer, 8, "%02x:%02x.%x", device->bus, device->slot & 0x1f, device->function & 7);
	return buffer;
}

/* Where the function is or belongs in the list, which is in the order of addresses. */
static struct pci_device **find_link(const struct pci_device *device)
{
	struct pci_device **link = &first_device;

	while (*link && position(*link) < position(device))
		link = &(*link)->next;
	return link;
}

void pci_remove(struct pci_device *device)
{
	struct pci_device **link = &first_device;

	while (*link && *link != device)
		link = &(*link)->next;
	if (*link)
		*link = device->next;
	for (struct pci_device *other = first_device; other; other = other->next)
		if (other->physical == device)
			other->physical = NULL;
	function_count--;
	kfree(device);
}

/* The size of a BAR is what stays zero when all ones are written to it (PCI 3.0, 6.2.5.1). */
unsigned pci_read_bar(struct pci_device *device, unsigned offset, unsigned left,
		      struct pci_bar *bar)
{
	uint32_t low = pci_config_read(device, offset, 4);
	uint32_t high = 0;
	uint64_t mask;

	bar->io = low & 1;
	bar->is_64bit = !bar->io && (low >> 1 & 3) == 2 && left > 1;
	bar->prefetchable = !bar->io && (low & 8);

	pci_config_write(device, offset, 4, UINT32_MAX);
	mask = pci_config_read(device, offset, 4);
	pci_config_write(device, offset, 4, low);
	if (bar->is_64bit) {
		high = pci_config_read(device, offset + 4, 4);
		pci_config_write(device, offset + 4, 4, UINT32_MAX);
		mask |= (uint64_t)pci_config_read(device, offset + 4, 4) << 32;
		pci_config_write(device, offset + 4, 4, high);
	} else if (mask) {
		mask |= (uint64_t)UINT32_MAX << 32;
		if (bar->io)
			mask |= 0xffff0000; /* the upper half of an I/O BAR may read as zero */
	}

	mask &= ~(uint64_t)(bar->io ? 0x3 : 0xf);
	bar->address = ((uint64_t)high << 32 | low) & ~(uint64_t)(bar->io ? 0x3 : 0xf);
	bar->size = mask ? ~mask + 1 : 0;
	/* What is no power of two, or not aligned to itself, is no BAR. */
	if (bar->size & (bar->size - 1) || bar->address & (bar->size - 1))
		bar->size = 0;
	return bar->is_64bit ? 2 : 1;
}

/*
 * Decoding is off meanwhile, so that the function does not answer at wrong addresses. That is why a
 * function's BARs are sized together and not before somebody asks: an emulator rebuilds its map of
 * the machine each time decoding changes, milliseconds for every function. Bridges of all kinds go
 * on: what is behind them is in use, and nobody accesses their own BARs, if they have any.
 */
static void read_bars(struct pci_device *device)
{
	unsigned count = device->header_type == HEADER_BRIDGE ? 2
			 : device->header_type		      ? 0
							      : PCI_BARS;
	uint16_t command = pci_read16(device, PCI_COMMAND);
	uint16_t decoding = command & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY);

	if (device->class_code >> 16 == CLASS_BRIDGE)
		decoding = 0;
	if (decoding)
		pci_write16(device, PCI_COMMAND, command & (uint16_t)~decoding);
	for (unsigned i = 0; i < count;)
		i += pci_read_bar(device, PCI_BAR0 + 4 * i, count - i, &device->bars[i]);
	if (decoding)
		pci_write16(device, PCI_COMMAND, command);
	if (count == PCI_BARS)
		pci_sriov_read_bars(device);
}

const struct pci_bar *pci_bar(struct pci_device *device, unsigned index)
{
	bool read = device->bars_read;

	device->bars_read = true;
	if (!read)
		read_bars(device);
	return &device->bars[index];
}

static void read_header(struct pci_device *device)
{
	uint32_t class_revision = pci_read32(device, PCI_REVISION);

	device->class_code = class_revision >> 8;
	device->revision = (uint8_t)class_revision;
	device->interrupt_line = pci_read8(device, PCI_INTERRUPT_LINE);
	device->interrupt_pin = pci_read8(device, PCI_INTERRUPT_PIN);
	if (device->header_type == 0) {
		device->subsystem_vendor = pci_read16(device, PCI_SUBSYSTEM_VENDOR);
		device->subsystem = pci_read16(device, PCI_SUBSYSTEM_ID);
	}
}

bool pci_insert(const struct pci_device *at)
{
	struct pci_device *device, **link = find_link(at);

	if ((*link && position(*link) == position(at)) || function_count == FUNCTIONS_MAX)
		return false;
	device = kzalloc(sizeof(*device));
	if (!device) {
		log_error("pci: %02x:%02x.%x left out: out of memory", at->bus, at->slot,
			  at->function);
		return false;
	}
	*device = *at;
	device->next = *link;
	*link = device;
	read_header(device);
	function_count++;
	return true;
}

/* Adds the function if it is there and new. Returns its multifunction bit, or -1 where nothing
 * answers. */
static int probe_function(unsigned bus, unsigned slot, unsigned function, unsigned *added)
{
	struct pci_device at = {
		.bus = (uint8_t)bus, .slot = (uint8_t)slot, .function = (uint8_t)function};
	uint32_t id = pci_read32(&at, PCI_VENDOR_ID);
	uint8_t header;

	if ((id & 0xffff) == 0xffff || (id & 0xffff) == 0)
		return -1;
	header = pci_read8(&at, PCI_HEADER_TYPE);
	at.vendor = (uint16_t)id;
	at.device = (uint16_t)(id >> 16);
	at.header_type = header & 0x7f;
	*added += pci_insert(&at);
	return header & HEADER_MULTIFUNCTION;
}

static unsigned scan_bus(unsigned bus)
{
	unsigned added = 0;

	for (unsigned slot = 0; slot < SLOTS; slot++) {
		int multifunction = probe_function(bus, slot, 0, &added);

		for (unsigned function = 1; multifunction > 0 && function < FUNCTIONS; function++)
			probe_function(bus, slot, function, &added);
	}
	return added;
}

static bool is_set(const uint8_t *buses, unsigned bus)
{
	return buses[bus / 8] >> bus % 8 & 1;
}

static void set(uint8_t *buses, unsigned bus)
{
	buses[bus / 8] |= (uint8_t)(1 << bus % 8);
}

/*
 * The buses behind bridges, which were numbered by the firmware. Every bus that a bridge names is
 * scanned once, so a bridge that names a bus twice or its own one cannot make this loop.
 */
static unsigned scan_bridges(uint8_t *scanned)
{
	unsigned added = 0;
	bool again = true;

	while (again) {
		again = false;
		for (struct pci_device *device = first_device; device; device = device->next) {
			unsigned bus;

			if (device->header_type != HEADER_BRIDGE)
				continue;
			bus = pci_read8(device, PCI_SECONDARY_BUS);
			if (is_set(scanned, bus))
				continue;
			set(scanned, bus);
			added += scan_bus(bus);
			again = true;
		}
	}
	return added;
}

unsigned pci_rescan(void)
{
	uint8_t scanned[PCI_BUSES / 8] = {0};
	unsigned added = 0;

	for (unsigned bus = 0; bus < PCI_BUSES; bus++) {
		if (!is_set(roots, bus))
			continue;
		set(scanned, bus);
		added += scan_bus(bus);
	}
	added += scan_bridges(scanned);
	for (unsigned bus = 0; !roots_known && bus < PCI_BUSES; bus++) {
		unsigned here = is_set(scanned, bus) ? 0 : scan_bus(bus);

		if (!here)
			continue;
		set(roots, bus);
		set(scanned, bus);
		added += here + scan_bridges(scanned);
	}
	roots_known = true;
	added += pci_sriov_scan();
	if (added && function_count == FUNCTIONS_MAX)
		log_warning("pci: more than %u functions: what comes behind them is left out",
			    FUNCTIONS_MAX);
	return added;
}

unsigned pci_search(void)
{
	roots_known = false;
	return pci_rescan();
}

unsigned pci_init(const uint8_t root_buses[PCI_BUSES / 8])
{
	unsigned count;

	roots_known = root_buses != NULL;
	if (root_buses)
		memcpy(roots, root_buses, sizeof(roots));
	else
		memset(roots, 0, sizeof(roots));
	set(roots, 0);
	count = pci_rescan();
	log_info("pci: %u functions%s", count,
		 root_buses ? "" : "; no table of root buses, so every bus was looked at");
	return count;
}

/* Memory decoding is for all memory BARs together: those that nobody gave an address would answer
 * at 0. Where there is no room for one, it is missed when it is needed. */
static void give_addresses(struct pci_device *device)
{
	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *bar = pci_bar(device, i);

		if (bar->size && !bar->io && !bar->address)
			pci_assign_bar(device, i);
	}
}

volatile void *pci_map_bar(struct pci_device *device, unsigned index)
{
	const struct pci_bar *bar = pci_bar(device, index);
	char name[8];
	int error;

	give_addresses(device);
	if (!bar->size || bar->io || !bar->address) {
		log_error("pci %s: BAR%u is %s", pci_name(device, name), index,
			  !bar->size ? "missing"
			  : bar->io  ? "in I/O space"
				     : "without an address, and none is free for it");
		return NULL;
	}
	error = paging_map_device(bar->address, bar->size);
	if (error) {
		log_error("pci %s: BAR%u at 0x%llx cannot be mapped (error %d)",
			  pci_name(device, name), index, (unsigned long long)bar->address, error);
		return NULL;
	}
	pci_open_path(device, PCI_COMMAND_MEMORY);
	pci_write16(device, PCI_COMMAND, pci_read16(device, PCI_COMMAND) | PCI_COMMAND_MEMORY);
	return (volatile void *)(uintptr_t)bar->address;
}

void pci_set_master(struct pci_device *device, bool on)
{
	uint16_t command = pci_read16(device, PCI_COMMAND);

	if (command == 0xffff) /* gone */
		return;
	if (on)
		pci_open_path(device, PCI_COMMAND_MASTER);
	pci_write16(device, PCI_COMMAND,
		    on ? command | PCI_COMMAND_MASTER : command & (uint16_t)~PCI_COMMAND_MASTER);
}
