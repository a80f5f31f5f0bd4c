/* What drivers/nvme/transport/platform.h asks for, on a bare machine: RAM is identity mapped,
 * memory is given out and never back, and nobody interrupts or logs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/nvme/transport/kernel/nvme_access.h"
#include "tests/bench/limit/machine.h"

static inline void *nvme_dma_alloc(size_t size, uint64_t *bus)
{
	void *memory = machine_pages(size);

	*bus = (uintptr_t)memory;
	return memory;
}

static inline void nvme_dma_free(void *memory, size_t size)
{
	(void)memory;
	(void)size;
}

static inline uint64_t nvme_time_ns(void)
{
	return machine_tsc(); /* for deadlines alone: some nanoseconds each */
}

static inline void nvme_relax(void)
{
	__asm__ volatile("pause");
}
