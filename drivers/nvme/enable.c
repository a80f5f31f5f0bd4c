/* The controller enabled, disabled and shut down: what the driver chooses and accepts there, and
 * what it says when that fails. */
#include "drivers/nvme/enable.h"

#include "drivers/nvme/controller.h"
#include "lib/errno.h"

#define SHUTDOWN_NS	(5000 * NVME_NS_PER_MS) /* whatever RTD3E says: 0 is not given */
#define SHUTDOWN_MAX_NS (60000 * NVME_NS_PER_MS)

int nvme_read_capabilities(struct nvme_controller *controller)
{
	struct nvme_registers *registers = &controller->registers;
	int error = nvme_registers_read(registers);
	uint64_t cap = registers->cap;

	if (error) {
		nvme_error(controller, error == -ENODEV
					       ? "registers read all ones: no controller there"
					       : "does not answer: its registers read 0");
		return error;
	}
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
	if (!nvme_has_doorbells(registers, 0)) {
		nvme_error(controller,
			   "BAR0 of %llu bytes does not hold the admin doorbells (CAP.DSTRD %u)",
			   (unsigned long long)registers->size, NVME_CAP_DSTRD(cap));
		return -EOPNOTSUPP;
	}
	return 0;
}

/* What a half of a reset ended with. */
static void say_late(struct nvme_controller *controller, const char *what, unsigned enable)
{
	nvme_error(controller, "%s: CSTS %08x %llu ms after CC.EN = %u", what,
		   nvme_get32(&controller->registers, NVME_REG_CSTS),
		   (unsigned long long)(controller->registers.ready_ns / NVME_NS_PER_MS), enable);
}

int nvme_disable(struct nvme_controller *controller)
{
	int error = nvme_registers_disable(&controller->registers);

	if (error == -ETIMEDOUT)
		say_late(controller, "does not stop", 0);
	return error;
}

void nvme_silence(struct nvme_controller *controller)
{
	if (!controller->registers.stopped && nvme_disable(controller) < 0 &&
	    controller->options.bus_master)
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
	struct nvme_registers *registers = &controller->registers;
	int error;

	/* Not for MSI-X: Base, section 3.1.3.3. */
	if (controller->interrupts.irq != NVME_IRQ_MSIX)
		nvme_set32(registers, NVME_REG_INTMS, 0xffffffff);
	/* The entry sizes, 64 and 16 bytes, are those that every controller must take (SQES and
	 * CQES of Identify Controller), which is checked once it can be asked. */
	error = nvme_registers_enable(registers, &controller->channels[0]->queue,
				      command_set(registers->cap) << NVME_CC_CSS_SHIFT |
					      NVME_SQ_ENTRY_SHIFT << NVME_CC_IOSQES_SHIFT |
					      NVME_CQ_ENTRY_SHIFT << NVME_CC_IOCQES_SHIFT);
	if (error == -ETIMEDOUT)
		say_late(controller, "does not get ready", 1);
	else if (error == -EIO)
		nvme_error(controller, "fatal status while it was starting (CSTS %08x)",
			   nvme_get32(registers, NVME_REG_CSTS));
	return error;
}

int nvme_shut_down(struct nvme_controller *controller)
{
	uint64_t timeout_ns = controller->identify->rtd3e * 1000ull; /* microseconds */
	int error;

	if (timeout_ns < SHUTDOWN_NS)
		timeout_ns = SHUTDOWN_NS;
	if (timeout_ns > SHUTDOWN_MAX_NS)
		timeout_ns = SHUTDOWN_MAX_NS;
	error = nvme_registers_shut_down(&controller->registers, timeout_ns);
	if (error == -ETIMEDOUT)
		nvme_error(controller, "shutdown not finished after %llu ms",
			   (unsigned long long)(timeout_ns / NVME_NS_PER_MS));
	return error;
}
