/* What drivers/nvme/transport/platform.h asks for, on a bare machine: RAM is identity mapped,
 * memory is given out and never back, and nobody interrupts or logs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/limit/machine.h"

static inline uint8_t nvme_read8(const volatile void *address)
{
	return *(const volatile uint8_t *)address;
}

static inline void nvme_write8(volatile void *address, uint8_t value)
{
	*(volatile uint8_t *)address = value;
}

static inline uint16_t nvme_read16(const volatile void *address)
{
	return *(const volatile uint16_t *)address;
}

static inline void nvme_write16(volatile void *address, uint16_t value)
{
	*(volatile uint16_t *)address = value;
}

static inline uint32_t nvme_read32(const volatile void *address)
{
	return *(const volatile uint32_t *)address;
}

static inline void nvme_write32(volatile void *address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static inline uint64_t nvme_read64(const volatile void *address)
{
	return *(const volatile uint64_t *)address;
}

static inline void nvme_write64(volatile void *address, uint64_t value)
{
	*(volatile uint64_t *)address = value;
}

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

/* As in the kernel: x86 keeps the order but for a store before a load. */
static inline void nvme_write_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline void nvme_read_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline void nvme_full_barrier(void)
{
	__asm__ volatile("mfence" : : : "memory");
}

static inline uint64_t nvme_time_ns(void)
{
	return machine_tsc(); /* for deadlines alone: some nanoseconds each */
}

static inline void nvme_relax(void)
{
	__asm__ volatile("pause");
}
