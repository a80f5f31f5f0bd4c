/* What drivers/nvme/transport/platform.h asks for that is more than a line: interrupts, other BARs.
 */
#include "drivers/nvme/transport/platform.h"

#include "kernel/x86/apic.h"
#include "kernel/x86/interrupts.h"
#include "lib/errno.h"

static bool (*interrupted_by)(void);

void nvme_platform_set_interrupted(bool (*interrupted)(void))
{
	interrupted_by = interrupted;
}

bool nvme_interrupted(void)
{
	return interrupted_by && interrupted_by();
}

void *nvme_map_bar(struct nvme_pci *pci, unsigned index, uint64_t *size, uint64_t *bus)
{
	volatile void *memory = index < PCI_BARS ? pci_map_bar(pci->device, index) : NULL;

	if (!memory)
		return NULL;
	*size = pci_bar(pci->device, index)->size;
	*bus = pci_bar(pci->device, index)->address;
	return (void *)(uintptr_t)memory;
}

static void message_interrupt(void *context)
{
	const struct nvme_vector_handler *handler = context;

	handler->handler(handler->context);
}

static void set_message(struct nvme_pci *pci, unsigned vector)
{
	uint64_t address;
	uint32_t data;

	msi_message((unsigned)pci->handlers[vector].vector, &address, &data);
	pci_msix_set(&pci->msix, vector, address, data);
	pci_msix_mask(&pci->msix, vector, false);
}

static int begin_messages(struct nvme_pci *pci)
{
	int error = pci->interrupts ? 0 : pci_msix_init(&pci->msix, pci->device);

	if (error)
		return error;
	pci->interrupts = NVME_PCI_MESSAGES;
	pci_msix_enable(&pci->msix);
	for (unsigned i = 0; i < NVME_VECTORS_MAX; i++)
		if (pci->handlers[i].handler)
			set_message(pci, i);
	return (int)(pci->msix.count < NVME_VECTORS_MAX ? pci->msix.count : NVME_VECTORS_MAX);
}

int nvme_interrupt_begin(struct nvme_pci *pci, bool messages)
{
	if (!apic_present())
		return -ENODEV;
	if (pci->interrupts && (pci->interrupts == NVME_PCI_MESSAGES) != messages)
		nvme_interrupt_end(pci);
	if (messages)
		return begin_messages(pci);
	if (!pci->interrupts && !pci->device->interrupt_pin)
		return -ENODEV;
	pci->interrupts = NVME_PCI_PIN;
	pci_intx_revive(&pci->intx);
	return 1;
}

void nvme_interrupt_end(struct nvme_pci *pci)
{
	for (unsigned i = 0; i < NVME_VECTORS_MAX; i++)
		nvme_interrupt_unregister(pci, i);
	if (pci->interrupts == NVME_PCI_MESSAGES)
		pci_msix_disable(&pci->msix);
	pci->interrupts = NVME_PCI_NO_INTERRUPTS;
}

int nvme_interrupt_register(struct nvme_pci *pci, unsigned vector, bool (*handler)(void *context),
			    void *context, const char *name)
{
	struct nvme_vector_handler *entry = &pci->handlers[vector];

	if (vector >= NVME_VECTORS_MAX || entry->handler || !pci->interrupts)
		return -EINVAL;
	if (pci->interrupts == NVME_PCI_PIN) {
		int error =
			vector ? -EINVAL
			       : pci_intx_attach(&pci->intx, pci->device, handler, context, name);

		if (!error)
			entry->handler = handler;
		return error;
	}
	if (vector >= pci->msix.count)
		return -EINVAL;
	entry->vector = interrupt_allocate_named(message_interrupt, entry, name);
	if (entry->vector < 0)
		return entry->vector;
	entry->context = context;
	entry->handler = handler;
	set_message(pci, vector);
	return 0;
}

void nvme_interrupt_unregister(struct nvme_pci *pci, unsigned vector)
{
	struct nvme_vector_handler *entry = &pci->handlers[vector];

	if (vector >= NVME_VECTORS_MAX || !entry->handler)
		return;
	if (pci->interrupts == NVME_PCI_PIN) {
		pci_intx_detach(&pci->intx);
	} else {
		pci_msix_mask(&pci->msix, vector, true);
		/* A read of the table waits for the write before it: no message comes after it. */
		(void)pci_msix_masked(&pci->msix, vector);
		interrupt_free(entry->vector);
	}
	*entry = (struct nvme_vector_handler){0};
}

static bool has_message(const struct nvme_pci *pci, unsigned vector)
{
	return pci->interrupts == NVME_PCI_MESSAGES && vector < pci->msix.count;
}

void nvme_interrupt_mask(struct nvme_pci *pci, unsigned vector, bool mask)
{
	if (!has_message(pci, vector))
		return;
	pci_msix_mask(&pci->msix, vector, mask);
	(void)pci_msix_masked(&pci->msix, vector); /* waits for the write */
}

void nvme_interrupt_mask_function(struct nvme_pci *pci, bool mask)
{
	if (has_message(pci, 0))
		pci_msix_mask_function(&pci->msix, mask);
}

bool nvme_interrupt_pending(struct nvme_pci *pci, unsigned vector)
{
	return has_message(pci, vector) && pci_msix_pending(&pci->msix, vector);
}

int nvme_interrupt_wait(struct nvme_pci *pci, const volatile bool *noted, uint64_t deadline_ns)
{
	if (pci->interrupts == NVME_PCI_PIN && !pci_intx_works(&pci->intx))
		return -EIO;
	/* With interrupts off from the last look on: what comes now stays pending and ends the
	 * halt at once. */
	cpu_interrupts_off();
	if (*noted) {
		cpu_interrupts_on();
	} else if (apic_timer_before(deadline_ns)) {
		cpu_interrupts_on_and_halt();
	} else {
		cpu_interrupts_on();
		cpu_relax();
	}
	return 0;
}
