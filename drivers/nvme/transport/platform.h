/* All that the NVMe driver needs of a machine. In the kernel these are inline functions over its
 * primitives; on the host the same driver source is compiled, unchanged, against the simulated
 * controller of tests/sim. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * nvme_read32(const volatile void *address), nvme_write32(volatile void *address, uint32_t value):
 * one access to a controller property of exactly that width, in program order with each other. The
 * driver has no other; nvme_read8(), 16 and 64 and their writes are for who tries them.
 */
/*
 * void *nvme_dma_alloc(size_t size, uint64_t *bus): zeroed, contiguous, page aligned (4096); NULL
 * when memory is out. void nvme_dma_free(void *memory, size_t size).
 */
/*
 * uint64_t nvme_dma_address(const void *memory): the bus address of any memory that requests may
 * carry; pages that are adjacent in memory need not be adjacent on the bus, within a 4096-byte page
 * they are.
 */
/*
 * nvme_write_barrier(): what was stored to memory before is visible to the device before what is
 * stored after (submission queue entry before doorbell).
 */
/*
 * nvme_read_barrier(): what is loaded after is not older than what was loaded before (phase before
 * entry).
 */
/*
 * nvme_full_barrier(): stores before, loads after (shadow doorbell before EventIdx).
 */
/*
 * uint64_t nvme_time_ns(void): monotonic.
 */
/*
 * void nvme_relax(void): one turn of a waiting loop (pause; on the host the simulated time moves
 * on).
 */
/*
 * void *nvme_alloc(size_t size): zeroed driver state. void nvme_free(void *memory).
 */
/*
 * bool nvme_interrupted(void): somebody does not want to wait any longer (Ctrl-C).
 */
/*
 * void nvme_log(int level, const char *format, ...): one line for the kernel log, levels as in
 * kernel/log.h.
 */

struct nvme_pci;	     /* the controller's place in the machine */
#define NVME_VECTORS_MAX 65u /* admin queue and 64 I/O queues */

#include <nvme_platform.h> /* the kernel's, or the simulation's: the include path says which */

/* Memory of the function, behind the BAR with that index: mapped, how many bytes there are, and
 * their address on the bus, which nvme_dma_address() knows as well. NULL where there is none, or it
 * cannot be mapped. It stays the function's: it is not given back. */
void *nvme_map_bar(struct nvme_pci *pci, unsigned index, uint64_t *size, uint64_t *bus);

/* Interrupts, by message (MSI-X) or by the function's pin. */

/* Makes the function interrupt that way, with nothing registered yet. How many vectors it has (1
 * for the pin; at most NVME_VECTORS_MAX), or a negative errno where it cannot; again where it has
 * begun already: its hardware is set up anew, as after a reset that forgot it, and what is
 * registered stays. */
int nvme_interrupt_begin(struct nvme_pci *pci, bool messages);
/* Everything is unregistered and off. */
void nvme_interrupt_end(struct nvme_pci *pci);
/* From now on handler(context) is called when the vector interrupts, with interrupts off; it
 * returns whether its controller was the cause, which matters where the pin is shared. name stays
 * valid. 0, -EINVAL, -ENOSPC (the CPU has no vector left). */
int nvme_interrupt_register(struct nvme_pci *pci, unsigned vector, bool (*handler)(void *context),
			    void *context, const char *name);
void nvme_interrupt_unregister(struct nvme_pci *pci, unsigned vector);
/* Messages only: masks a vector that is registered, or the function, beside the masks of the
 * vectors; what comes while it is masked stays pending, and comes when it is not any more. The
 * function knows when this returns. */
void nvme_interrupt_mask(struct nvme_pci *pci, unsigned vector, bool mask);
void nvme_interrupt_mask_function(struct nvme_pci *pci, bool mask);
bool nvme_interrupt_pending(struct nvme_pci *pci, unsigned vector);
/* Halts until an interrupt (anybody's), or the deadline; not at all once *noted is true, which a
 * handler sets: one that comes between the last look and the halt ends the halt. 0, or -EIO when no
 * interrupt of this function can come any more (its line had to be switched off). */
int nvme_interrupt_wait(struct nvme_pci *pci, const volatile bool *noted, uint64_t deadline_ns);
