/* What a slot goes through:
 *
 *            presence or attention button: power on, wait for the link, rescan the bus
 *     EMPTY ───────────────────────────────────────────────────────────────────────────> FULL
 *       ^                                                                                 │ │
 *       │  attention button: drivers let go, functions forgotten, power off               │ │
 *       ├─────────────────────────────────────────────────────────────────────────────────┘ │
 *       │  presence gone without asking: drivers let go of what is not there any more       │
 *       └───────────────────────────────────────────────────────────────────────────────────┘
 *
 * The events are polled: a look costs two accesses to configuration space. */
#include "drivers/pci/hotplug.h"

#include "drivers/pci/pci.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/time.h"

/* PCI Express capability, offsets from its start (section 7.5.3) */
#define EXPRESS_FLAGS	    0x02
#define EXPRESS_TYPE(flags) ((flags) >> 4 & 0xf)
#define EXPRESS_ROOT_PORT   4
#define EXPRESS_DOWNSTREAM  6
#define EXPRESS_SLOT	    0x0100 /* Slot Implemented */
#define EXPRESS_LINK_CAP    0x0c
#define LINK_CAP_ACTIVE	    (1u << 20) /* Data Link Layer Link Active Reporting */
#define EXPRESS_LINK_STATUS 0x12
#define LINK_STATUS_ACTIVE  0x2000
#define EXPRESS_SLOT_CAP    0x14
#define SLOT_CAP_POWER	    (1u << 1) /* Power Controller Present */
#define SLOT_CAP_HOT_PLUG   (1u << 6)
#define SLOT_CAP_SILENT	    (1u << 18) /* No Command Completed Support */
#define SLOT_CAP_NUMBER(c)  ((c) >> 19)
#define EXPRESS_SLOT_CTRL   0x18
#define SLOT_ATTENTION_OFF  0x00c0 /* its indicator; 0 is reserved */
#define SLOT_INDICATOR_ON   0x0100
#define SLOT_INDICATOR_OFF  0x0300
#define SLOT_POWER_OFF	    0x0400
#define EXPRESS_SLOT_STATUS 0x1a
#define SLOT_ATTENTION	    0x0001
#define SLOT_COMPLETED	    0x0010
#define SLOT_EVENTS	    0x011f /* written back to be cleared */
#define SLOT_OCCUPIED	    0x0040

#define COMMAND_TIMEOUT_NS NS_PER_S	     /* section 6.7.3.2 */
#define LOOK_NS		   (100 * NS_PER_US) /* between two looks */
#define SETTLE_NS	   (100 * NS_PER_MS) /* section 6.6.1: nobody looks at the device before */
#define LINK_TIMEOUT_NS	   NS_PER_S	     /* section 6.7.3.3 */
#define READY_TIMEOUT_NS   NS_PER_S	     /* section 6.6.1: then a function answers */

struct slot {
	struct pci_device *port;
	unsigned express; /* offset of the capability */
	unsigned number;
	bool full;
	struct slot *next;
};

static struct slot *slots;
static const struct pci_hotplug_actions *actions;

static uint16_t slot_read(const struct slot *slot, unsigned offset)
{
	return pci_read16(slot->port, slot->express + offset);
}

static void slot_write(const struct slot *slot, unsigned offset, uint16_t value)
{
	pci_write16(slot->port, slot->express + offset, value);
}

static unsigned slot_bus(const struct slot *slot)
{
	return pci_read8(slot->port, PCI_SECONDARY_BUS);
}

/* Waits until the port has carried out what was written to its slot control register, the next
 * write may not come before. */
static void wait_completed(const struct slot *slot)
{
	uint64_t deadline = time_ns() + COMMAND_TIMEOUT_NS;

	if (pci_read32(slot->port, slot->express + EXPRESS_SLOT_CAP) & SLOT_CAP_SILENT)
		return;
	while (!(slot_read(slot, EXPRESS_SLOT_STATUS) & SLOT_COMPLETED)) {
		if (time_ns() >= deadline) {
			log_warning("pci: slot %u: its port does not complete commands",
				    slot->number);
			return;
		}
		time_delay_ns(LOOK_NS);
	}
	slot_write(slot, EXPRESS_SLOT_STATUS, SLOT_COMPLETED);
}

/* With the indicators that go with it. Interrupts for slot events stay off: nobody takes them. */
static void set_power(const struct slot *slot, bool on)
{
	slot_write(slot, EXPRESS_SLOT_STATUS, SLOT_COMPLETED);
	slot_write(slot, EXPRESS_SLOT_CTRL,
		   SLOT_ATTENTION_OFF |
			   (on ? SLOT_INDICATOR_ON : SLOT_INDICATOR_OFF | SLOT_POWER_OFF));
	wait_completed(slot);
}

static bool is_powered(const struct slot *slot)
{
	uint32_t capabilities = pci_read32(slot->port, slot->express + EXPRESS_SLOT_CAP);

	return !(capabilities & SLOT_CAP_POWER) ||
	       !(slot_read(slot, EXPRESS_SLOT_CTRL) & SLOT_POWER_OFF);
}

/* Until the link is up and something answers behind it. */
static bool wait_ready(const struct slot *slot)
{
	struct pci_device first = {.bus = (uint8_t)slot_bus(slot)};
	uint64_t deadline = time_ns() + LINK_TIMEOUT_NS;
	uint32_t link = pci_read32(slot->port, slot->express + EXPRESS_LINK_CAP);

	while (link & LINK_CAP_ACTIVE &&
	       !(slot_read(slot, EXPRESS_LINK_STATUS) & LINK_STATUS_ACTIVE)) {
		if (time_ns() >= deadline)
			return false;
		time_delay_ns(LOOK_NS);
	}
	time_delay_ns(SETTLE_NS);
	deadline = time_ns() + READY_TIMEOUT_NS;
	while (pci_read16(&first, PCI_VENDOR_ID) == 0xffff) {
		if (time_ns() >= deadline)
			return false;
		time_delay_ns(LOOK_NS);
	}
	return true;
}

void pci_hotplug_forget(const struct pci_device *port)
{
	struct slot **link = &slots;

	while (*link) {
		struct slot *slot = *link;

		if (slot->port != port) {
			link = &slot->next;
			continue;
		}
		*link = slot->next;
		kfree(slot);
	}
}

static bool is_behind(const struct slot *slot, const struct pci_device *device)
{
	/* A virtual function may be on the next bus. */
	if (device->physical)
		device = device->physical;
	return device->bus == slot_bus(slot) && device != slot->port;
}

static void let_go_of(const struct slot *slot, bool there, bool virtual)
{
	struct pci_device *next;

	for (struct pci_device *device = pci_first(); device; device = next) {
		next = device->next;
		if (!is_behind(slot, device) || (virtual && !device->virtual))
			continue;
		actions->leaving(device, there);
		pci_hotplug_forget(device);
		pci_remove(device);
	}
}

/* Lets go of the functions behind the slot; there: they can still be talked to. Virtual ones need
 * the others, and go first. */
static void let_go(const struct slot *slot, bool there)
{
	let_go_of(slot, there, true);
	let_go_of(slot, there, false);
}

static void fill(struct slot *slot)
{
	slot->full = true;
	if (!is_powered(slot))
		set_power(slot, true);
	if (!wait_ready(slot)) {
		log_error("pci: slot %u: what was put in does not answer", slot->number);
		return;
	}
	log_info("pci: slot %u: device put in", slot->number);
	if (pci_rescan())
		actions->arrived();
}

static void empty(struct slot *slot, bool there)
{
	slot->full = false;
	log_info("pci: slot %u: device %s", slot->number, there ? "is asked to leave" : "is gone");
	let_go(slot, there);
	set_power(slot, false);
}

static bool answers(const struct slot *slot)
{
	unsigned bus = slot_bus(slot);

	for (struct pci_device *device = pci_first(); device; device = device->next)
		if (device->bus == bus && pci_present(device))
			return true;
	return false;
}

static void look(struct slot *slot)
{
	uint16_t status = slot_read(slot, EXPRESS_SLOT_STATUS);
	bool occupied = status & SLOT_OCCUPIED;

	if (status == 0xffff) /* the port itself went */
		return;
	if (status & SLOT_EVENTS)
		slot_write(slot, EXPRESS_SLOT_STATUS, status & SLOT_EVENTS);
	/* Without an event too: presence counts, and an event may have been cleared by the firmware
	 * that was there before. Where ACPI does the hot-plugging QEMU says that nothing is present
	 * in any slot; what answers is there all the same. */
	if (slot->full && !occupied && !answers(slot))
		empty(slot, false);
	else if (slot->full && status & SLOT_ATTENTION)
		empty(slot, true);
	else if (!slot->full && occupied && (is_powered(slot) || status & SLOT_EVENTS))
		fill(slot);
}

void pci_hotplug_poll(void)
{
	for (struct slot *slot = slots; slot; slot = slot->next)
		look(slot);
}

/* The slot of a port, if it is one that devices come to and leave. */
static bool find_slot(struct pci_device *port, struct slot *slot)
{
	unsigned express = pci_find_capability(port, PCI_CAP_PCIE);
	uint16_t flags;
	uint32_t capabilities;

	if (!express || express > 0x100 - 0x1c)
		return false;
	flags = pci_read16(port, express + EXPRESS_FLAGS);
	if ((EXPRESS_TYPE(flags) != EXPRESS_ROOT_PORT &&
	     EXPRESS_TYPE(flags) != EXPRESS_DOWNSTREAM) ||
	    !(flags & EXPRESS_SLOT))
		return false;
	capabilities = pci_read32(port, express + EXPRESS_SLOT_CAP);
	slot->port = port;
	slot->express = express;
	slot->number = SLOT_CAP_NUMBER(capabilities);
	return capabilities & SLOT_CAP_HOT_PLUG;
}

unsigned pci_hotplug_init(const struct pci_hotplug_actions *what)
{
	unsigned count = 0;

	actions = what;
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		struct slot found = {0}, *slot;

		if (!find_slot(device, &found))
			continue;
		slot = kmalloc(sizeof(*slot));
		if (!slot) {
			log_error("pci: slot %u is not watched: out of memory", found.number);
			continue;
		}
		*slot = found;
		slot->next = slots;
		slots = slot;
		/* What the firmware saw is in the list already. */
		for (struct pci_device *other = pci_first(); other; other = other->next)
			slot->full |= other != device && other->bus == slot_bus(slot);
		slot_write(slot, EXPRESS_SLOT_STATUS, SLOT_EVENTS);
		count++;
	}
	return count;
}
