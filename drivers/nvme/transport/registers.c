/* A controller's registers: capabilities, disable, enable, shutdown. */
#include "drivers/nvme/transport/registers.h"

#include "drivers/nvme/transport/queue.h"
#include "drivers/nvme/transport/record.h"
#include "lib/errno.h"

#define UNIT_NS	  500000000ull /* of CAP.TO and CRTO */
#define UNITS_MAX 255

/* Waits until (CSTS & mask) == value. -ENODEV: reads all ones; -EIO: fatal status, where that
 * matters; -ETIMEDOUT. */
static int wait_status(const struct nvme_registers *registers, uint32_t mask, uint32_t value,
		       bool fatal_matters, uint64_t timeout_ns)
{
	uint64_t deadline = nvme_time_ns() + timeout_ns;

	for (;;) {
		/* The clock first: what happens between the two still counts. */
		uint64_t now = nvme_time_ns();
		uint32_t csts = nvme_get32(registers, NVME_REG_CSTS);

		if (csts == NVME_ALL_ONES)
			return -ENODEV;
		if ((csts & mask) == value)
			return 0;
		if (fatal_matters && (csts & NVME_CSTS_CFS))
			return -EIO;
		if (now >= deadline)
			return -ETIMEDOUT;
		nvme_relax();
	}
}

/* The longest that CSTS.RDY may take, by CAP.TO and CRTO. */
static uint64_t ready_time(const struct nvme_registers *registers)
{
	uint64_t cap = registers->cap, units = NVME_CAP_TO(cap);

	if (NVME_CAP_CRMS(cap) & NVME_CAP_CRMS_CRWMS && NVME_REG_CRTO + 4 <= registers->size) {
		uint32_t crto = nvme_get32(registers, NVME_REG_CRTO);

		if (crto != NVME_ALL_ONES && NVME_CRTO_CRWMT(crto) > units)
			units = NVME_CRTO_CRWMT(crto);
	}
	/* CRTO has room for nine hours; nobody waits for longer than CAP.TO can say. */
	if (units > UNITS_MAX)
		units = UNITS_MAX;
	/* One unit more: the field is rounded by who knows which rule, and 0 is seen in the wild.
	 */
	return (units + 1) * UNIT_NS;
}

uint64_t nvme_bar_read_as(const volatile void *address, unsigned width)
{
	uint64_t value;

	switch (width) {
	case 1:
		value = nvme_read8(address);
		break;
	case 2:
		value = nvme_read16(address);
		break;
	case 8:
		value = nvme_read64(address);
		break;
	default:
		return nvme_bar_read(address);
	}
	if (nvme_tracing())
		nvme_trace->read(address, width, value);
	return value;
}

void nvme_bar_write_as(volatile void *address, unsigned width, uint64_t value)
{
	if (nvme_tracing())
		nvme_trace->write(address, width, value);
	switch (width) {
	case 1:
		nvme_write8(address, (uint8_t)value);
		break;
	case 2:
		nvme_write16(address, (uint16_t)value);
		break;
	case 8:
		nvme_write64(address, value);
		break;
	default:
		nvme_write32(address, (uint32_t)value);
	}
}

int nvme_registers_read(struct nvme_registers *registers)
{
	uint64_t cap;
	uint32_t version;

	nvme_record_controller(registers, NULL);
	cap = nvme_get64(registers, NVME_REG_CAP);
	version = nvme_get32(registers, NVME_REG_VS);
	if ((uint32_t)cap == NVME_ALL_ONES || cap >> 32 == NVME_ALL_ONES ||
	    version == NVME_ALL_ONES)
		return -ENODEV;
	/* Neither may be 0: no controller has queues of one entry, or no version. */
	if (!cap && !version)
		return -EIO;
	registers->cap = cap;
	registers->version = version;
	nvme_record_controller(registers, NULL);
	registers->ready_ns = ready_time(registers);
	return 0;
}

int nvme_registers_disable(struct nvme_registers *registers)
{
	uint32_t cc = nvme_get32(registers, NVME_REG_CC);
	int error;

	if (cc == NVME_ALL_ONES)
		return -ENODEV;
	if (cc & NVME_CC_EN) {
		/* Section 3.1.3.5: EN is not cleared while the controller is on its way to ready,
		 * unless it fails or takes too long. One that was ready, and is not any more, is
		 * not on its way. */
		error = registers->was_ready ? 0
					     : wait_status(registers, NVME_CSTS_RDY, NVME_CSTS_RDY,
							   true, registers->ready_ns);
		if (error == -ENODEV)
			return error;
		registers->was_ready = false;
		nvme_set32(registers, NVME_REG_CC, cc & ~(NVME_CC_EN | NVME_CC_SHN_MASK));
	}
	error = wait_status(registers, NVME_CSTS_RDY, 0, false, registers->ready_ns);
	registers->stopped = error == 0;
	return error;
}

int nvme_registers_enable(struct nvme_registers *registers, const struct nvme_queue *admin,
			  uint32_t cc)
{
	unsigned entries = admin->mask + 1u;
	int error;

	nvme_set32(registers, NVME_REG_AQA, NVME_AQA(entries, entries));
	nvme_set64(registers, NVME_REG_ASQ, admin->sq_bus);
	nvme_set64(registers, NVME_REG_ACQ, admin->cq_bus);
	registers->cc = cc | NVME_CC_EN;
	registers->stopped = registers->was_ready = false;
	nvme_write_barrier();
	nvme_set32(registers, NVME_REG_CC, cc & ~NVME_CC_EN);
	nvme_set32(registers, NVME_REG_CC, registers->cc);
	error = wait_status(registers, NVME_CSTS_RDY, NVME_CSTS_RDY, true, registers->ready_ns);
	registers->was_ready = error == 0;
	return error;
}

int nvme_registers_shut_down(struct nvme_registers *registers, uint64_t timeout_ns)
{
	uint32_t cc = nvme_get32(registers, NVME_REG_CC);

	if (cc == NVME_ALL_ONES)
		return -ENODEV;
	if (!(cc & NVME_CC_EN))
		return 0;
	nvme_set32(registers, NVME_REG_CC, (cc & ~NVME_CC_SHN_MASK) | NVME_CC_SHN_NORMAL);
	return wait_status(registers, NVME_CSTS_SHST_MASK, NVME_CSTS_SHST_COMPLETE, true,
			   timeout_ns);
}
