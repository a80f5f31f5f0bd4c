/* The part of drivers/nvme/transport/platform.h that takes an x86 CPU and nothing of the kernel:
 * accesses to the controller, and barriers. Stores are seen in their order and so are loads, by
 * devices as by other CPUs (Intel SDM volume 3, section 9.2.2), which leaves only the compiler to
 * be held back, except where a store must come before a load. */
#pragma once

#include <stdint.h>

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
