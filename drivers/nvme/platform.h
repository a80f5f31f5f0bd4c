/* All that the NVMe driver needs of a machine. In the kernel these are inline functions over its
 * primitives; on the host the same driver source is compiled, unchanged, against the simulated
 * controller of tests/sim. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * nvme_read32(const volatile void *address), nvme_write32(volatile void *address, uint32_t value),
 * nvme_read64(), nvme_write64(): one access to a controller property of exactly that width, in
 * program order with each other.
 *
 * void *nvme_dma_alloc(size_t size, uint64_t *bus): zeroed, contiguous, page aligned (4096); NULL
 * when memory is out. void nvme_dma_free(void *memory, size_t size) uint64_t nvme_dma_address(const
 * void *memory): the bus address of any memory that requests may carry; pages that are adjacent in
 * memory need not be adjacent on the bus, within a 4096-byte page they are.
 *
 * nvme_write_barrier(): what was stored to memory before is visible to the device before what is
 * stored after (submission queue entry before doorbell). nvme_read_barrier(): what is loaded after
 * is not older than what was loaded before (phase before entry). nvme_full_barrier(): stores
 * before, loads after (shadow doorbell before EventIdx).
 *
 * uint64_t nvme_time_ns(void): monotonic. void nvme_relax(void): one turn of a waiting loop (pause;
 * on the host the simulated time moves on). int nvme_random(void *buffer, size_t size) is not
 * needed and not here.
 *
 * void *nvme_alloc(size_t size): zeroed driver state. void nvme_free(void *memory).
 *
 * Interrupts (used once the driver takes them; polling works without):
 * int nvme_interrupt_register(struct nvme_pci *pci, unsigned vector, void (*handler)(void
 * *context), void *context) void nvme_interrupt_unregister(struct nvme_pci *pci, unsigned vector)
 * void nvme_interrupt_wait(uint64_t deadline_ns): halts until an interrupt or the deadline.
 *
 * void nvme_log(int level, const char *format, ...): one line for the kernel log, levels as in
 * kernel/console.h.
 */

#if defined(MY_NVME_SIM)
#include "tests/sim/platform.h"
#else
#include "kernel/nvme_platform.h"
#endif
