/* A controller's registers, and its way from one state to another (Base, sections 3.5 and 3.6).
 * Says nothing and decides nothing: errors are returned, and whoever calls knows what to make of
 * them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/nvme/transport/trace.h"

#define NVME_ALL_ONES 0xffffffffu /* what a controller that is not there reads */

struct nvme_registers {
	volatile char *bar; /* BAR0, mapped */
	uint64_t size;	    /* its bytes */
	uint64_t cap;
	uint32_t version;
	uint32_t cc;	   /* as written with EN */
	uint64_t ready_ns; /* the longest that RDY may take */
	bool stopped;	   /* it took CC.EN = 0: it does no DMA any more */
	bool was_ready;	   /* since CC.EN = 1 */
};

struct nvme_queue;

/* Reads CAP, VS and CRTO into registers that have bar and size, of which the recorder knows then
 * (record.h). 0, -ENODEV (they read all ones),
 * -EIO (all zero). */
int nvme_registers_read(struct nvme_registers *registers);
/* CC.EN = 0, and waits for CSTS.RDY = 0. 0, -ENODEV, -ETIMEDOUT. */
int nvme_registers_disable(struct nvme_registers *registers);
/* Makes a queue pair the admin queues, and enables the controller with that CC. 0, -ENODEV,
 * -ETIMEDOUT, -EIO (fatal status). */
int nvme_registers_enable(struct nvme_registers *registers, const struct nvme_queue *admin,
			  uint32_t cc);
/* An orderly shutdown (CC.SHN) of an enabled controller. 0, -ENODEV, -ETIMEDOUT, -EIO. */
int nvme_registers_shut_down(struct nvme_registers *registers, uint64_t timeout_ns);

/* One access to BAR0. */
static inline uint32_t nvme_bar_read(const volatile void *address)
{
	uint32_t value = nvme_read32(address);

	if (nvme_tracing())
		nvme_trace->read(address, 4, value);
	return value;
}

static inline void nvme_bar_write(volatile void *address, uint32_t value)
{
	if (nvme_tracing())
		nvme_trace->write(address, 4, value);
	nvme_write32(address, value);
}

/* The same in another width, in bytes: 1, 2, 4 or 8. */
uint64_t nvme_bar_read_as(const volatile void *address, unsigned width);
void nvme_bar_write_as(volatile void *address, unsigned width, uint64_t value);

static inline uint32_t nvme_get32(const struct nvme_registers *registers, uint32_t offset)
{
	return nvme_bar_read(registers->bar + offset);
}

static inline void nvme_set32(const struct nvme_registers *registers, uint32_t offset,
			      uint32_t value)
{
	nvme_bar_write(registers->bar + offset, value);
}

/* 64-bit properties, in two halves, the low one first. A host may use a property's native width or
 * aligned 32-bit accesses (Base, section 3.1), and some controllers and hypervisors know only the
 * latter. None is in use while it is read or written, so nothing comes between the halves. */
static inline uint64_t nvme_get64(const struct nvme_registers *registers, uint32_t offset)
{
	uint32_t low = nvme_get32(registers, offset);

	return (uint64_t)nvme_get32(registers, offset + 4) << 32 | low;
}

static inline void nvme_set64(const struct nvme_registers *registers, uint32_t offset,
			      uint64_t value)
{
	nvme_set32(registers, offset, (uint32_t)value);
	nvme_set32(registers, offset + 4, (uint32_t)(value >> 32));
}

/* Doorbells, of queues that need not be there: for nvme_bar_write(). */
static inline volatile uint32_t *nvme_sq_doorbell(const struct nvme_registers *registers,
						  unsigned id)
{
	return (volatile uint32_t *)(registers->bar +
				     NVME_SQ_DOORBELL(id, NVME_CAP_DSTRD(registers->cap)));
}

static inline volatile uint32_t *nvme_cq_doorbell(const struct nvme_registers *registers,
						  unsigned id)
{
	return (volatile uint32_t *)(registers->bar +
				     NVME_CQ_DOORBELL(id, NVME_CAP_DSTRD(registers->cap)));
}

/* Whether both doorbells of a queue pair are inside BAR0. */
static inline bool nvme_has_doorbells(const struct nvme_registers *registers, unsigned id)
{
	return NVME_CQ_DOORBELL(id, NVME_CAP_DSTRD(registers->cap)) + 4 <= registers->size;
}
