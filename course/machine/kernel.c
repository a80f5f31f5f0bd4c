/* The machine of the course in the kernel: the seam of course/platform.h over its primitives. */
#include "course/platform.h"

#include <stdarg.h>

#include "course/machine/guard.h"
#include "course/machine/observer.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/trace.h"
#include "drivers/pci/pci.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/panic.h"
#include "kernel/x86/time.h"
#include "lib/format.h"

#define LOG_LEVEL 4 /* that the console shows */

static struct nvme_pci pci;
static volatile char *bar;
static void (*interrupt_handler)(void);

static struct pci_device *find(unsigned bus, unsigned slot, unsigned function)
{
	struct pci_device *device = pci_first();

	while (device &&
	       (device->bus != bus || device->slot != slot || device->function != function))
		device = device->next;
	return device;
}

uint32_t platform_pci_read32(unsigned bus, unsigned device, unsigned function, unsigned offset)
{
	const struct pci_device *found = find(bus, device, function);

	return found && offset < PCI_CONFIG_SIZE ? pci_read32(found, offset & ~3u) : UINT32_MAX;
}

void platform_pci_write16(unsigned bus, unsigned device, unsigned function, unsigned offset,
			  uint16_t value)
{
	const struct pci_device *found = find(bus, device, function);

	if (!found || found->vendor != 0x1b36 || found->device != 0x0010)
		panic("platform_pci_write16(): %02x:%02x.%x is no NVMe controller of QEMU", bus,
		      device, function);
	if (offset < PCI_CONFIG_SIZE)
		pci_write16(found, offset & ~1u, value);
}

static void *memory_at(uint64_t bus, size_t size)
{
	return paging_mapped(bus) && paging_mapped(bus + size - 1) ? (void *)(uintptr_t)bus : NULL;
}

volatile void *platform_map(uint64_t address, uint64_t size)
{
	for (struct pci_device *device = pci_first(); device; device = device->next) {
		const struct pci_bar *found = pci_bar(device, 0);

		if (device->vendor != 0x1b36 || device->device != 0x0010 ||
		    address - found->address >= found->size ||
		    size > found->size - (address - found->address))
			continue;
		if (!bar) {
			bar = pci_map_bar(device, 0);
			if (!bar)
				return NULL;
			pci.device = device;
			device->driver = "course";
			observer_begin(bar, found->size, memory_at);
		}
		return bar + (address - found->address);
	}
	log_error("platform_map(): 0x%llx bytes at 0x%llx are not in BAR0 of an NVMe controller",
		  (unsigned long long)size, (unsigned long long)address);
	return NULL;
}

uint32_t platform_read32(const volatile void *address)
{
	uint32_t value = nvme_read32(address);

	course_check();
	observer_read(address, 4, value);
	return value;
}

uint64_t platform_read64(const volatile void *address)
{
	uint64_t value = nvme_read64(address);

	observer_read(address, 8, value);
	return value;
}

void platform_write32(volatile void *address, uint32_t value)
{
	observer_write(address, 4, value);
	nvme_write32(address, value);
}

void platform_write64(volatile void *address, uint64_t value)
{
	observer_write(address, 8, value);
	nvme_write64(address, value);
}

/* With a page before and a page behind that nobody can write to. */
void *platform_dma_alloc(size_t size, uint64_t *bus)
{
	size_t count = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	char *pages = pages_alloc(count + 2);

	if (!pages)
		return NULL;
	memset(pages + PAGE_SIZE, 0, count << PAGE_SHIFT);
	paging_guard(pages);
	paging_guard(pages + ((count + 1) << PAGE_SHIFT));
	*bus = (uintptr_t)pages + PAGE_SIZE;
	return pages + PAGE_SIZE;
}

void platform_dma_free(void *memory, size_t size)
{
	size_t count = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	char *pages = (char *)memory - PAGE_SIZE;

	if (!memory)
		return;
	if ((uintptr_t)memory % PAGE_SIZE || paging_mapped((uintptr_t)pages) ||
	    paging_mapped((uintptr_t)memory + (count << PAGE_SHIFT)))
		panic("platform_dma_free(): 0x%llx bytes at 0x%llx are not from "
		      "platform_dma_alloc()",
		      (unsigned long long)size, (unsigned long long)(uintptr_t)memory);
	paging_unguard(pages);
	paging_unguard(pages + ((count + 1) << PAGE_SHIFT));
	pages_free(pages, count + 2);
}

uint64_t platform_bus_address(const void *memory)
{
	return nvme_dma_address(memory);
}

void platform_write_barrier(void)
{
	nvme_write_barrier();
}

void platform_read_barrier(void)
{
	nvme_read_barrier();
}

uint64_t platform_time_ns(void)
{
	course_check();
	observer_look();
	return time_ns();
}

void platform_relax(void)
{
	course_check();
	observer_look();
	cpu_relax();
}

static bool interrupted(void *context)
{
	(void)context;
	if (nvme_tracing())
		nvme_trace->interrupt(bar, 1);
	interrupt_handler();
	return true;
}

int platform_interrupt_begin(unsigned vector, void (*handler)(void))
{
	int vectors = pci.device ? nvme_interrupt_begin(&pci, true) : -ENODEV;

	if (vectors < 0)
		return vectors;
	interrupt_handler = handler;
	return nvme_interrupt_register(&pci, vector, interrupted, NULL, "course");
}

void platform_interrupt_end(void)
{
	nvme_interrupt_end(&pci);
}

void platform_interrupt_wait(const volatile bool *noted, uint64_t deadline_ns)
{
	course_check();
	nvme_interrupt_wait(&pci, noted, deadline_ns);
	observer_look();
}

void platform_log(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	klog(LOG_LEVEL, "course: %s", text);
}
