/* MSI-X: the table of vectors in a function's BAR. */
#include "drivers/pci/msix.h"

#include "kernel/log.h"
#include "kernel/x86/paging.h"
#include "lib/errno.h"

/* Offsets in the capability (PCI 3.0, figure 6-11) */
#define CONTROL	       0x02
#define CONTROL_COUNT  0x07ff /* less one */
#define CONTROL_MASK   0x4000 /* the whole function */
#define CONTROL_ENABLE 0x8000
#define TABLE	       0x04
#define PENDING	       0x08
#define BIR	       0x07 /* of both: which BAR; the rest is the offset in it */
#define SIZE	       0x0c

/* Words of a table entry (PCI 3.0, section 6.8.2.7 and following) */
enum { ADDRESS_LOW, ADDRESS_HIGH, DATA, VECTOR_CONTROL, ENTRY_WORDS };
#define VECTOR_MASKED 1u

/* The memory behind a BIR and offset, if size bytes of it are inside the BAR. */
static int map(struct pci_device *device, uint32_t where, uint64_t size, const char *what,
	       volatile void **memory)
{
	unsigned index = where & BIR;
	uint64_t offset = where & ~(uint32_t)BIR;
	const struct pci_bar *bar = index < PCI_BARS ? pci_bar(device, index) : NULL;
	char name[8];
	int error;

	if (!bar || !bar->size || bar->io || offset >= bar->size || size > bar->size - offset) {
		log_error("pci %s: MSI-X: the %s (%llu bytes at 0x%llx) is not inside BAR%u%s",
			  pci_name(device, name), what, (unsigned long long)size,
			  (unsigned long long)offset, index,
			  !bar || !bar->size ? ", which is missing"
			  : bar->io	     ? ", which is in I/O space"
					     : "");
		return -EINVAL;
	}
	if (!bar->address && pci_assign_bar(device, index) < 0) {
		log_error("pci %s: MSI-X: no address is free for BAR%u (%llu bytes), which has the "
			  "%s",
			  pci_name(device, name), index, (unsigned long long)bar->size, what);
		return -EINVAL;
	}
	error = paging_map_device(bar->address + offset, size);
	if (!error)
		*memory = (volatile void *)(uintptr_t)(bar->address + offset);
	return error;
}

static uint16_t control(const struct pci_msix *msix)
{
	return pci_read16(msix->device, msix->capability + CONTROL);
}

static void set_control(struct pci_msix *msix, uint16_t value)
{
	pci_write16(msix->device, msix->capability + CONTROL, value);
}

int pci_msix_init(struct pci_msix *msix, struct pci_device *device)
{
	unsigned capability = pci_find_capability(device, PCI_CAP_MSIX);
	volatile void *table, *pending;
	int error;

	if (!capability || capability > 0x100 - SIZE)
		return -ENODEV;
	msix->device = device;
	msix->capability = capability;
	msix->reserved = UINT32_MAX; /* any, until it is known */
	msix->count = (control(msix) & CONTROL_COUNT) + 1u;
	error = map(device, pci_read32(device, capability + TABLE),
		    msix->count * ENTRY_WORDS * sizeof(uint32_t), "table", &table);
	if (!error)
		error = map(device, pci_read32(device, capability + PENDING),
			    (msix->count + 63) / 64 * sizeof(uint64_t),
			    "bit array of pending interrupts", &pending);
	if (error)
		return error;
	msix->table = table;
	msix->pending = pending;
	pci_write16(device, PCI_COMMAND, pci_read16(device, PCI_COMMAND) | PCI_COMMAND_MEMORY);
	return 0;
}

void pci_msix_enable(struct pci_msix *msix)
{
	uint16_t value = control(msix) & (uint16_t) ~(CONTROL_MASK | CONTROL_ENABLE);
	uint16_t command = pci_read16(msix->device, PCI_COMMAND);

	pci_write16(msix->device, PCI_COMMAND, command | PCI_COMMAND_INTX_OFF);
	/* The function's mask holds back what the table says before it is in order. */
	set_control(msix, value | CONTROL_MASK | CONTROL_ENABLE);
	msix->reserved = 0;
	for (unsigned i = 0; i < msix->count; i++)
		msix->reserved |= msix->table[ENTRY_WORDS * i + VECTOR_CONTROL] & ~VECTOR_MASKED;
	for (unsigned i = 0; i < msix->count; i++)
		pci_msix_mask(msix, i, true);
	set_control(msix, value | CONTROL_ENABLE);
}

void pci_msix_disable(struct pci_msix *msix)
{
	uint16_t value = control(msix);

	if (value == 0xffff) /* gone */
		return;
	for (unsigned i = 0; i < msix->count; i++)
		pci_msix_mask(msix, i, true);
	set_control(msix, value & (uint16_t) ~(CONTROL_MASK | CONTROL_ENABLE));
}

void pci_msix_set(struct pci_msix *msix, unsigned vector, uint64_t address, uint32_t data)
{
	volatile uint32_t *entry = msix->table + ENTRY_WORDS * vector;

	/* An entry is not changed while it may be used (PCI 3.0, section 6.8.3.2). */
	pci_msix_mask(msix, vector, true);
	entry[ADDRESS_LOW] = (uint32_t)address;
	entry[ADDRESS_HIGH] = (uint32_t)(address >> 32);
	entry[DATA] = data;
}

void pci_msix_mask(struct pci_msix *msix, unsigned vector, bool mask)
{
	volatile uint32_t *word = &msix->table[ENTRY_WORDS * vector + VECTOR_CONTROL];

	/* The other bits are reserved, to be left as they are (PCI 3.0, section 6.8.2.9). Where
	 * none is set, as in every table so far, that needs no read, which would take as long
	 * again. */
	*word = (msix->reserved ? *word & ~VECTOR_MASKED : 0) | (mask ? VECTOR_MASKED : 0);
}

bool pci_msix_masked(const struct pci_msix *msix, unsigned vector)
{
	return msix->table[ENTRY_WORDS * vector + VECTOR_CONTROL] & VECTOR_MASKED;
}

bool pci_msix_pending(const struct pci_msix *msix, unsigned vector)
{
	return msix->pending[vector / 32] >> vector % 32 & 1;
}

void pci_msix_mask_function(struct pci_msix *msix, bool mask)
{
	uint16_t value = control(msix);

	if (value != 0xffff)
		set_control(msix, mask ? value | CONTROL_MASK : value & (uint16_t)~CONTROL_MASK);
}
