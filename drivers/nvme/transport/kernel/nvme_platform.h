/* What drivers/nvme/transport/platform.h asks for, out of the kernel's primitives. RAM is identity
 * mapped and coherent with the devices, so an address is its own bus address. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/transport/kernel/nvme_access.h"
#include "drivers/pci/intx.h"
#include "drivers/pci/msix.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/reset.h"
#include "kernel/log.h"
#include "kernel/x86/cpu.h"
#include "kernel/memory.h"
#include "kernel/x86/time.h"
#include "lib/string.h"

struct nvme_vector_handler {
	bool (*handler)(void *context);
	void *context;
	int vector; /* of the CPU */
};

/* The controller's place in the machine. */
struct nvme_pci {
	struct pci_device *device;
	struct pci_state state; /* as it was when its driver got it */
	enum { NVME_PCI_NO_INTERRUPTS, NVME_PCI_PIN, NVME_PCI_MESSAGES } interrupts;
	struct pci_msix msix;
	struct pci_intx intx;
	struct nvme_vector_handler handlers[NVME_VECTORS_MAX];
};

static inline void *nvme_dma_alloc(size_t size, uint64_t *bus)
{
	size_t pages = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	void *memory = pages_alloc(pages);

	if (memory) {
		memset(memory, 0, pages << PAGE_SHIFT);
		*bus = (uintptr_t)memory;
	}
	return memory;
}

static inline void nvme_dma_free(void *memory, size_t size)
{
	pages_free(memory, (size + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

static inline uint64_t nvme_dma_address(const void *memory)
{
	return (uintptr_t)memory;
}

static inline uint64_t nvme_time_ns(void)
{
	return time_ns();
}

/* Who says whether somebody does not want to wait any longer, handed in because drivers know no
 * console. Nobody at first. */
void nvme_platform_set_interrupted(bool (*interrupted)(void));
bool nvme_interrupted(void);

static inline void nvme_relax(void)
{
	cpu_relax();
}

static inline void *nvme_alloc(size_t size)
{
	return kzalloc(size);
}

static inline void nvme_free(void *memory)
{
	kfree(memory);
}

#define nvme_log(level, ...) klog(level, __VA_ARGS__)
