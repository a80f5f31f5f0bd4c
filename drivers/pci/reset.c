/* Power states, resets, and the configuration of a function that has lost it. */
#include "drivers/pci/reset.h"

#include "kernel/log.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"

/* Power Management capability (PCI Power Management 1.2, section 3.2) */
#define PM_CONTROL	 0x04
#define PM_CONTROL_STATE 0x0003 /* 0 is D0 */
#define PM_CONTROL_PME	 0x8000 /* status, written back to be cleared */
#define PM_SIZE		 0x08
#define POWER_UP_NS	 (10 * NS_PER_MS) /* D3hot to D0, the longest (section 5.6.1) */

/* PCI Express capability (PCI Express 4.0, section 7.5.3) */
#define EXPRESS_DEVICE_CAP     0x04
#define DEVICE_CAP_RESET       (1u << 28) /* Function Level Reset */
#define EXPRESS_DEVICE_CONTROL 0x08
#define DEVICE_CONTROL_RESET   0x8000
#define EXPRESS_DEVICE_STATUS  0x0a
#define DEVICE_STATUS_PENDING  0x0020 /* transactions */
#define EXPRESS_SIZE	       0x34
#define EXPRESS_SIZE_1	       0x14 /* of version 1, in an endpoint */
#define EXPRESS_VERSION	       0x000f

/* Advanced Features capability */
#define ADVANCED_CAP	     0x02 /* the upper byte; the lower one is its length */
#define ADVANCED_CAP_RESET   0x0200
#define ADVANCED_CAP_PENDING 0x0100
#define ADVANCED_CONTROL     0x04 /* the lower byte; the upper one is its status */
#define ADVANCED_STATUS_BUSY 0x0100
#define ADVANCED_SIZE	     0x06

#define PENDING_NS (100 * NS_PER_MS)
#define RESET_NS   (100 * NS_PER_MS) /* section 6.6.2: nobody accesses it meanwhile */
#define ANSWER_NS  NS_PER_S	     /* section 6.6.1: then it is there, or broken */

/* While it is not ready a function answers nothing, or with this ID (section 2.3.2). */
#define VENDOR_NONE	 0xffff
#define VENDOR_NOT_READY 0x0001

/* A capability of which that many bytes are inside configuration space, 0 if there is none. */
static unsigned find(const struct pci_device *device, uint8_t id, unsigned size)
{
	unsigned offset = pci_find_capability(device, id);

	return offset <= PCI_CONFIG_SIZE - size ? offset : 0;
}

/* The power management control register, where it says another state than D0; else 0. */
static unsigned power_control(const struct pci_device *device, uint16_t *value)
{
	unsigned power = find(device, PCI_CAP_PM, PM_SIZE);
	uint16_t control = power ? pci_read16(device, power + PM_CONTROL) : 0;

	if (value)
		*value = control;
	return control & PM_CONTROL_STATE ? power + PM_CONTROL : 0;
}

static int to_d0(struct pci_device *device)
{
	uint16_t control;
	unsigned offset = power_control(device, &control);
	char name[8];

	if (!offset)
		return 0;
	control &= (uint16_t) ~(PM_CONTROL_STATE | PM_CONTROL_PME);
	pci_write16(device, offset, control);
	time_delay_ns(POWER_UP_NS);
	if (!power_control(device, NULL))
		return 0;
	log_error("pci %s: stays in a low power state", pci_name(device, name));
	return -EIO;
}

/* The PCI Express registers that are kept; 0 behind the last one. */
static unsigned express_register(const struct pci_device *device, unsigned express, unsigned index)
{
	static const uint8_t registers[PCI_STATE_EXPRESS] = {EXPRESS_DEVICE_CONTROL, 0x10, 0x28,
							     0x30};
	bool old = (pci_read16(device, express + 2) & EXPRESS_VERSION) < 2;
	unsigned offset = registers[index];

	return offset < (old ? EXPRESS_SIZE_1 : EXPRESS_SIZE) &&
			       express + offset <= PCI_CONFIG_SIZE - 2
		       ? express + offset
		       : 0;
}

void pci_save(struct pci_device *device, struct pci_state *state)
{
	unsigned express = find(device, PCI_CAP_PCIE, EXPRESS_SIZE_1);

	*state = (struct pci_state){.command = pci_read16(device, PCI_COMMAND)};
	for (unsigned i = 0; i < PCI_STATE_WORDS; i++)
		state->header[i] = pci_read32(device, PCI_BAR0 + 4 * i);
	for (unsigned i = 0; express && i < PCI_STATE_EXPRESS; i++) {
		unsigned offset = express_register(device, express, i);

		if (offset)
			state->express[i] = pci_read16(device, offset);
	}
}

/* The state that was saved, but bus mastering. */
static void put_back(struct pci_device *device, const struct pci_state *state, uint16_t master)
{
	const uint16_t decoding = PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	uint16_t now = pci_read16(device, PCI_COMMAND);
	uint16_t command = (state->command & (uint16_t)~PCI_COMMAND_MASTER) | master;
	unsigned express = find(device, PCI_CAP_PCIE, EXPRESS_SIZE_1);

	for (unsigned i = 0; i < PCI_STATE_WORDS; i++) {
		if (pci_read32(device, PCI_BAR0 + 4 * i) == state->header[i])
			continue;
		/* Not at addresses that are half written. */
		if (now & decoding)
			pci_write16(device, PCI_COMMAND, now &= (uint16_t)~decoding);
		pci_write32(device, PCI_BAR0 + 4 * i, state->header[i]);
	}
	for (unsigned i = 0; express && i < PCI_STATE_EXPRESS; i++) {
		unsigned offset = express_register(device, express, i);

		if (offset && pci_read16(device, offset) != state->express[i])
			pci_write16(device, offset, state->express[i]);
	}
	if (now != command)
		pci_write16(device, PCI_COMMAND, command);
}

int pci_wake(struct pci_device *device)
{
	struct pci_state state;
	int error;

	if (!power_control(device, NULL))
		return 0;
	/* Configuration space can be read in every state but D3cold, where nothing answers; what is
	 * in it may be lost on the way up. */
	pci_save(device, &state);
	error = to_d0(device);
	if (!error)
		put_back(device, &state, state.command & PCI_COMMAND_MASTER);
	return error;
}

int pci_restore(struct pci_device *device, const struct pci_state *state)
{
	int error;

	if (!pci_present(device))
		return -ENODEV;
	error = to_d0(device);
	if (!error)
		put_back(device, state, pci_read16(device, PCI_COMMAND) & PCI_COMMAND_MASTER);
	return error;
}

static void wait_answer(const struct pci_device *device)
{
	uint64_t deadline = time_ns() + ANSWER_NS;

	for (;;) {
		uint64_t now = time_ns();
		uint16_t vendor = pci_read16(device, PCI_VENDOR_ID);

		if (device->virtual ? pci_present(device)
				    : vendor != VENDOR_NONE && vendor != VENDOR_NOT_READY)
			return;
		if (now >= deadline)
			return;
		time_delay_ns(NS_PER_MS);
	}
}

/* Waits while bits are set in a status register. */
static void wait_clear(const struct pci_device *device, unsigned offset, uint16_t bits)
{
	uint64_t deadline = time_ns() + PENDING_NS;

	while (pci_read16(device, offset) & bits && time_ns() < deadline)
		time_delay_ns(NS_PER_MS);
}

int pci_reset_function(struct pci_device *device, const struct pci_state *state)
{
	unsigned express = find(device, PCI_CAP_PCIE, EXPRESS_SIZE_1);
	unsigned advanced = find(device, PCI_CAP_ADVANCED, ADVANCED_SIZE);

	if (!pci_present(device))
		return -ENODEV;
	if (express && !(pci_read32(device, express + EXPRESS_DEVICE_CAP) & DEVICE_CAP_RESET))
		express = 0;
	if (advanced && (pci_read16(device, advanced + ADVANCED_CAP) &
			 (ADVANCED_CAP_RESET | ADVANCED_CAP_PENDING)) !=
				(ADVANCED_CAP_RESET | ADVANCED_CAP_PENDING))
		advanced = 0;
	if (!express && !advanced)
		return -EOPNOTSUPP;
	/* What is still on its way would come after the reset, unasked for. */
	pci_write16(device, PCI_COMMAND, PCI_COMMAND_INTX_OFF);
	if (express) {
		wait_clear(device, express + EXPRESS_DEVICE_STATUS, DEVICE_STATUS_PENDING);
		pci_write16(device, express + EXPRESS_DEVICE_CONTROL,
			    pci_read16(device, express + EXPRESS_DEVICE_CONTROL) |
				    DEVICE_CONTROL_RESET);
	} else {
		wait_clear(device, advanced + ADVANCED_CONTROL, ADVANCED_STATUS_BUSY);
		pci_write16(device, advanced + ADVANCED_CONTROL, 1);
	}
	time_delay_ns(RESET_NS);
	wait_answer(device);
	return pci_restore(device, state);
}
