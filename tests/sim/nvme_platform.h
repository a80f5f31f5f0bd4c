/* The machine that drivers/nvme/transport/platform.h asks for, simulated on the host: MMIO goes to
 * the controllers of tests/sim/controller.h, bus addresses differ from memory addresses (adjacent
 * pages are not adjacent on the bus), and time only moves when somebody waits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint32_t nvme_read32(const volatile void *address);
void nvme_write32(volatile void *address, uint32_t value);
uint8_t nvme_read8(const volatile void *address);
void nvme_write8(volatile void *address, uint8_t value);
uint16_t nvme_read16(const volatile void *address);
void nvme_write16(volatile void *address, uint16_t value);
uint64_t nvme_read64(const volatile void *address);
void nvme_write64(volatile void *address, uint64_t value);

void *nvme_dma_alloc(size_t size, uint64_t *bus);
void nvme_dma_free(void *memory, size_t size);
uint64_t nvme_dma_address(const void *memory);

static inline void nvme_write_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void nvme_read_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void nvme_full_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

uint64_t nvme_time_ns(void);
bool nvme_interrupted(void);
void nvme_relax(void);

void *nvme_alloc(size_t size);
void nvme_free(void *memory);

void nvme_log(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
