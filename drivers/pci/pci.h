/* PCI: enumeration and configuration space through ports 0xCF8 and 0xCFC (PCI Local Bus
 * Specification 3.0, section 3.2.2.3.2). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_BARS	6
#define PCI_BUSES	256
#define PCI_VIRTUAL_MAX 65535u /* functions of one */

/* Configuration space offsets (PCI 3.0, section 6.1) */
#define PCI_VENDOR_ID		0x00
#define PCI_DEVICE_ID		0x02
#define PCI_COMMAND		0x04
#define PCI_COMMAND_IO		0x0001
#define PCI_COMMAND_MEMORY	0x0002
#define PCI_COMMAND_MASTER	0x0004
#define PCI_COMMAND_INTX_OFF	0x0400
#define PCI_STATUS		0x06
#define PCI_STATUS_CAPABILITIES 0x0010
#define PCI_REVISION		0x08
#define PCI_PROG_IF		0x09
#define PCI_SUBCLASS		0x0a
#define PCI_CLASS		0x0b
#define PCI_HEADER_TYPE		0x0e
#define PCI_BAR0		0x10
#define PCI_PRIMARY_BUS		0x18
#define PCI_SECONDARY_BUS	0x19
#define PCI_SUBORDINATE_BUS	0x1a
#define PCI_SUBSYSTEM_VENDOR	0x2c
#define PCI_SUBSYSTEM_ID	0x2e
#define PCI_ROM			0x30
#define PCI_CAPABILITY_POINTER	0x34
#define PCI_INTERRUPT_LINE	0x3c
#define PCI_INTERRUPT_PIN	0x3d

#define PCI_CAP_PM	 0x01
#define PCI_CAP_MSI	 0x05
#define PCI_CAP_PCIE	 0x10
#define PCI_CAP_MSIX	 0x11
#define PCI_CAP_ADVANCED 0x13

#define PCI_CONFIG_SIZE 256

struct pci_bar {
	uint64_t address; /* as firmware placed it, 0 if it did not */
	uint64_t size;	  /* bytes, 0 where there is no BAR */
	bool io, is_64bit, prefetchable;
};

struct pci_device {
	uint8_t bus, slot, function;
	uint8_t header_type; /* 0 device, 1 PCI bridge; the multifunction bit is cleared */
	uint16_t vendor, device;
	uint32_t class_code; /* class << 16 | subclass << 8 | programming interface */
	uint8_t revision;
	uint16_t subsystem_vendor, subsystem;
	uint8_t interrupt_line, interrupt_pin;
	struct pci_bar bars[PCI_BARS]; /* for pci_bar() */
	bool bars_read;
	/* Of a virtual function: its number, from 1, and whose it is (NULL: that has gone). 0, NULL
	 * for every other. sriov.c */
	uint16_t virtual;
	struct pci_device *physical;
	/* Of one that can have such: how many, and the BARs of the first of them. */
	uint16_t virtual_total;
	struct pci_bar virtual_bars[PCI_BARS];
	const char *driver; /* the name of the driver that is bound to it, NULL if none is */
	struct pci_device *next;
};

/* Enumerates the buses that begin at a host bridge and every bus behind a bridge. root_buses has a
 * bit for each of the former, bus 0 or not; NULL where nobody knows them: then every bus is looked
 * at, this time. Once at start, and again by pci_rescan(), which adds what is new and marks
 * nothing: functions that are gone answer all ones. Returns how many functions there are (were
 * added). */
unsigned pci_init(const uint8_t root_buses[PCI_BUSES / 8]);
unsigned pci_rescan(void);
/* The same, and looks at every bus, for what firmware did not tell of: 8,192 addresses. */
unsigned pci_search(void);
/* Functions in order of bus, slot, function. */
struct pci_device *pci_first(void);
/* Whether the function still answers with its vendor ID. */
bool pci_present(const struct pci_device *device);
/* Forgets a function that is gone. */
void pci_remove(struct pci_device *device);
/* Lists a copy of the function, whose header is read. False where there is one at that place, or no
 * room for more. */
bool pci_insert(const struct pci_device *at);

/* offset below 256, aligned to the access. A missing function reads all ones. */
uint8_t pci_read8(const struct pci_device *device, unsigned offset);
uint16_t pci_read16(const struct pci_device *device, unsigned offset);
uint32_t pci_read32(const struct pci_device *device, unsigned offset);
void pci_write8(const struct pci_device *device, unsigned offset, uint8_t value);
void pci_write16(const struct pci_device *device, unsigned offset, uint16_t value);
void pci_write32(const struct pci_device *device, unsigned offset, uint32_t value);

/* The offset of the first capability with this ID, 0 if none; a looping or misaligned list ends the
 * search. With id 0 and after 0 the first of all, after: the one behind that offset. */
unsigned pci_find_capability(const struct pci_device *device, uint8_t id);
unsigned pci_next_capability(const struct pci_device *device, unsigned after);

/* A base address register, index below PCI_BARS; size 0 where there is none. */
const struct pci_bar *pci_bar(struct pci_device *device, unsigned index);
/* Sizes the one at an offset of configuration space, which nobody decodes meanwhile; left:
 * registers up to the last one. Returns how many the BAR takes. */
unsigned pci_read_bar(struct pci_device *device, unsigned offset, unsigned left,
		      struct pci_bar *bar);

/* Where BARs can go on a root bus, and windows of bridges: addresses that nobody else uses. Empty
 * until it is said. */
void pci_set_hole(uint64_t start, uint64_t end);
/* Gives a memory BAR without an address one in the window of the bridge above, or in the hole. 0,
 * -EINVAL (no memory BAR), -ENOSPC. */
int pci_assign_bar(struct pci_device *device, unsigned index);
/* The same for one of its virtual functions' BARs, whose register is at an offset: room for all of
 * them. Nothing decodes it meanwhile. */
int pci_assign_virtual_bar(struct pci_device *device, unsigned index, unsigned offset);

/* Maps a memory BAR uncacheable and turns on memory decoding, in the bridges above as well; first
 * all memory BARs of the function that have no address get one, as far as there is room. Bus
 * mastering is the driver's to turn on, once it knows that the function does not go on with what
 * somebody else had it do. NULL with a log line if there is none or it neither has an address nor
 * can get one. */
volatile void *pci_map_bar(struct pci_device *device, unsigned bar);

/* Turns bus mastering on, in the bridges above as well, or off. */
void pci_set_master(struct pci_device *device, bool on);

/* "00:04.0" (bus, slot, function); buffer of at least 8 bytes. Returns it. */
char *pci_name(const struct pci_device *device, char *buffer);
