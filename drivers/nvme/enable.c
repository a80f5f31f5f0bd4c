/* The controller's own state: capabilities, disable, enable, shutdown (Base, sections 3.5 and 3.6).
 */
#include "drivers/nvme/controller.h"

#include "lib/errno.h"

#define UNIT_NS		(500 * NVME_NS_PER_MS) /* of CAP.TO and CRTO */
#define UNITS_MAX	255
#define SHUTDOWN_NS	(5000 * NVME_NS_PER_MS) /* whatever RTD3E says: 0 is not given */
#define SHUTDOWN_MAX_NS (60000 * NVME_NS_PER_MS)
#define ALL_ONES	0xffffffffu

/* Waits until (CSTS & mask) == value. -ENODEV: reads all ones; -EIO: fatal status (unless fatal is
 * among mask); -ETIMEDOUT. */
static int wait_status(struct nvme_controller *controller, uint32_t mask, uint32_t value,
		       bool fatal_matters, uint64_t timeout_ns)
{
	uint64_t deadline = nvme_time_ns() + timeout_ns;

	for (;;) {
		/* The clock first: what happens between the two still counts. */
		uint64_t now = nvme_time_ns();
		uint32_t csts = nvme_get32(controller, NVME_REG_CSTS);

		if (csts == ALL_ONES)
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

int nvme_read_capabilities(struct nvme_controller *controller)
{
	uint64_t cap = nvme_get64(controller, NVME_REG_CAP), units;
	uint32_t version = nvme_get32(controller, NVME_REG_VS);

	if ((uint32_t)cap == ALL_ONES || cap >> 32 == ALL_ONES || version == ALL_ONES) {
		nvme_error(controller, "registers read all ones: no controller there");
		return -ENODEV;
	}
	/* Neither may be 0: no controller has queues of one entry, or no version. */
	if (!cap && !version) {
		nvme_error(controller, "does not answer: its registers read 0");
		return -EIO;
	}
	controller->cap = cap;
	controller->version = version;
	if (NVME_CAP_MPSMIN(cap) > 0) {
		nvme_error(controller,
			   "needs memory pages of %u KiB at least (CAP.MPSMIN %u, CAP.MPSMAX %u); "
			   "only 4 KiB pages are supported",
			   4u << NVME_CAP_MPSMIN(cap), NVME_CAP_MPSMIN(cap), NVME_CAP_MPSMAX(cap));
		return -EOPNOTSUPP;
	}
	if (NVME_CAP_MQES(cap) == 0) {
		nvme_error(controller, "CAP.MQES 0 leaves no room for a queue");
		return -EOPNOTSUPP;
	}
	if (NVME_CQ_DOORBELL(0, NVME_CAP_DSTRD(cap)) + 4 > controller->bar_size) {
		nvme_error(controller,
			   "BAR0 of %llu bytes does not hold the admin doorbells (CAP.DSTRD %u)",
			   (unsigned long long)controller->bar_size, NVME_CAP_DSTRD(cap));
		return -EOPNOTSUPP;
	}
	units = NVME_CAP_TO(cap);
	if (NVME_CAP_CRMS(cap) & NVME_CAP_CRMS_CRWMS && NVME_REG_CRTO + 4 <= controller->bar_size) {
		uint32_t crto = nvme_get32(controller, NVME_REG_CRTO);

		if (crto != ALL_ONES && NVME_CRTO_CRWMT(crto) > units)
			units = NVME_CRTO_CRWMT(crto);
	}
	/* CRTO has room for nine hours; nobody waits for longer than CAP.TO can say. */
	if (units > UNITS_MAX)
		units = UNITS_MAX;
	/* One unit more: the field is rounded by who knows which rule, and 0 is seen in the wild.
	 */
	controller->ready_ns = (units + 1) * UNIT_NS;
	return 0;
}

int nvme_disable(struct nvme_controller *controller)
{
	uint32_t cc = nvme_get32(controller, NVME_REG_CC), csts;
	int error;

	if (cc == ALL_ONES)
		return -ENODEV;
	if (cc & NVME_CC_EN) {
		/* Section 3.1.3.5: EN is not cleared while the controller is on its way to ready,
		 * unless it fails or takes too long. One that was ready, and is not any more, is
		 * not on its way. */
		error = controller->was_ready
				? 0
				: wait_status(controller, NVME_CSTS_RDY, NVME_CSTS_RDY, true,
					      controller->ready_ns);
		if (error == -ENODEV)
			return error;
		controller->was_ready = false;
		nvme_set32(controller, NVME_REG_CC, cc & ~(NVME_CC_EN | NVME_CC_SHN_MASK));
	}
	error = wait_status(controller, NVME_CSTS_RDY, 0, false, controller->ready_ns);
	controller->stopped = error == 0;
	if (error == -ETIMEDOUT) {
		csts = nvme_get32(controller, NVME_REG_CSTS);
		nvme_error(controller, "does not stop: CSTS %08x %llu ms after CC.EN = 0", csts,
			   (unsigned long long)(controller->ready_ns / NVME_NS_PER_MS));
	}
	return error;
}

void nvme_silence(struct nvme_controller *controller)
{
	if (!controller->stopped && nvme_disable(controller) < 0 && controller->options.bus_master)
		controller->options.bus_master(controller->pci, false);
}

static uint32_t command_set(uint64_t cap)
{
	unsigned css = NVME_CAP_CSS(cap);

	/* All I/O command sets, where there may be several. Bit 7 comes last, though it should mean
	 * that there is none: there are models that set all of these bits. */
	if (css & NVME_CAP_CSS_IOCS)
		return NVME_CC_CSS_IOCS;
	/* None at all is what the course's controller says; it means the NVM command set. */
	if (css & NVME_CAP_CSS_NVM || css == 0)
		return NVME_CC_CSS_NVM;
	return css & NVME_CAP_CSS_ADMIN ? NVME_CC_CSS_ADMIN : NVME_CC_CSS_NVM;
}

int nvme_enable(struct nvme_controller *controller)
{
	struct nvme_queue *admin = &controller->channels[0]->queue;
	unsigned entries = admin->mask + 1u;
	int error;

	/* Not for MSI-X: Base, section 3.1.3.3. */
	if (controller->irq != NVME_IRQ_MSIX)
		nvme_set32(controller, NVME_REG_INTMS, 0xffffffff);
	nvme_set32(controller, NVME_REG_AQA, NVME_AQA(entries, entries));
	nvme_set64(controller, NVME_REG_ASQ, admin->sq_bus);
	nvme_set64(controller, NVME_REG_ACQ, admin->cq_bus);
	/* The entry sizes, 64 and 16 bytes, are those that every controller must take (SQES and
	 * CQES of Identify Controller), which is checked once it can be asked. */
	controller->cc = NVME_CC_EN | command_set(controller->cap) << NVME_CC_CSS_SHIFT |
			 NVME_SQ_ENTRY_SHIFT << NVME_CC_IOSQES_SHIFT |
			 NVME_CQ_ENTRY_SHIFT << NVME_CC_IOCQES_SHIFT;
	nvme_write_barrier();
	controller->stopped = controller->was_ready = false;
	nvme_set32(controller, NVME_REG_CC, controller->cc & ~NVME_CC_EN);
	nvme_set32(controller, NVME_REG_CC, controller->cc);
	error = wait_status(controller, NVME_CSTS_RDY, NVME_CSTS_RDY, true, controller->ready_ns);
	controller->was_ready = error == 0;
	if (error == -ETIMEDOUT)
		nvme_error(controller, "does not get ready: CSTS %08x %llu ms after CC.EN = 1",
			   nvme_get32(controller, NVME_REG_CSTS),
			   (unsigned long long)(controller->ready_ns / NVME_NS_PER_MS));
	else if (error == -EIO)
		nvme_error(controller, "fatal status while it was starting (CSTS %08x)",
			   nvme_get32(controller, NVME_REG_CSTS));
	return error;
}

int nvme_shut_down(struct nvme_controller *controller)
{
	uint32_t cc = nvme_get32(controller, NVME_REG_CC);
	uint64_t timeout = controller->identify->rtd3e * 1000ull; /* microseconds */
	int error;

	if (cc == ALL_ONES)
		return -ENODEV;
	if (!(cc & NVME_CC_EN))
		return 0;
	if (timeout < SHUTDOWN_NS)
		timeout = SHUTDOWN_NS;
	if (timeout > SHUTDOWN_MAX_NS)
		timeout = SHUTDOWN_MAX_NS;
	nvme_set32(controller, NVME_REG_CC, (cc & ~NVME_CC_SHN_MASK) | NVME_CC_SHN_NORMAL);
	error = wait_status(controller, NVME_CSTS_SHST_MASK, NVME_CSTS_SHST_COMPLETE, true,
			    timeout);
	if (error == -ETIMEDOUT)
		nvme_error(controller, "shutdown not finished after %llu ms",
			   (unsigned long long)(timeout / NVME_NS_PER_MS));
	return error;
}
