/* The Controller Memory Buffer: where it is, and what it may hold. */
#include "drivers/nvme/cmb.h"

#include "drivers/nvme/controller.h"
#include "lib/errno.h"
#include "lib/format.h"

/* What is wrong with what CMBLOC and CMBSZ say; NULL: nothing, and it is mapped. */
static const char *map(struct nvme_controller *controller)
{
	const struct nvme_registers *registers = &controller->registers;
	struct nvme_cmb *cmb = &controller->cmb;
	unsigned bir = NVME_CMBLOC_BIR(cmb->location);
	uint64_t unit, offset, size, bus;
	char *bar;

	if (!NVME_CMBSZ_SZ(cmb->cmbsz))
		return "there is none";
	if (bir == 1 || bir > 5 || NVME_CMBSZ_SZU(cmb->cmbsz) > NVME_CMBSZ_SZU_MAX)
		return "reserved values";
	cmb->uses = controller->options.cmb & cmb->cmbsz;
	if (!cmb->uses)
		return "it takes nothing of what nvme.cmb= asks for";
	unit = NVME_CMBSZ_UNIT(cmb->cmbsz);
	offset = NVME_CMBLOC_OFST(cmb->location) * unit;
	/* The registers' BAR has the doorbells as well. */
	if (bir == 0 && offset < NVME_SQ_DOORBELL(controller->options.queues + 1,
						  NVME_CAP_DSTRD(registers->cap)))
		return "it is where the doorbells are";
	bar = nvme_map_bar(controller->pci, bir, &size, &bus);
	if (!bar || offset >= size)
		return "it is not inside its BAR";
	/* It ends where the BAR does: section 3.1.3.12. */
	size -= offset;
	if (size > NVME_CMBSZ_SZ(cmb->cmbsz) * unit)
		size = NVME_CMBSZ_SZ(cmb->cmbsz) * unit;
	if ((bus + offset) & (NVME_PAGE_SIZE - 1))
		return "its address is not that of a page";
	cmb->memory = bar + offset;
	cmb->bus = bus + offset;
	cmb->size = size & ~(uint64_t)(NVME_PAGE_SIZE - 1);
	return NULL;
}

static const char *enable(struct nvme_controller *controller)
{
	const struct nvme_registers *registers = &controller->registers;
	bool hidden = NVME_CAP_CMBS(registers->cap);
	struct nvme_cmb *cmb = &controller->cmb;
	uint32_t location, size;
	const char *why = NULL;

	if (hidden)
		nvme_set64(registers, NVME_REG_CMBMSC, NVME_CMBMSC_CRE);
	location = nvme_get32(registers, NVME_REG_CMBLOC);
	size = nvme_get32(registers, NVME_REG_CMBSZ);
	if (!cmb->tried) {
		cmb->tried = true;
		cmb->location = location;
		cmb->cmbsz = size;
		why = map(controller);
	} else if (location != cmb->location || size != cmb->cmbsz) {
		why = "it is not where it was";
	}
	/* One of before revision 1.4 is at its PCI address at all times. */
	if (why || !hidden)
		return why;
	/* The upper half first: with the lower one the address comes into force. */
	nvme_set32(registers, NVME_REG_CMBMSC + 4, (uint32_t)(cmb->bus >> 32));
	nvme_set32(registers, NVME_REG_CMBMSC,
		   (uint32_t)cmb->bus | NVME_CMBMSC_CRE | NVME_CMBMSC_CMSE);
	return nvme_get32(registers, NVME_REG_CMBSTS) & NVME_CMBSTS_CBAI ? "its address is refused"
									 : NULL;
}

int nvme_cmb_enable(struct nvme_controller *controller)
{
	struct nvme_cmb *cmb = &controller->cmb;
	const char *why;

	if (!controller->options.cmb || (cmb->tried && !cmb->memory))
		return 0;
	why = enable(controller);
	if (!why)
		return 0;
	nvme_controller_log(controller, cmb->first ? NVME_LOG_ERR : NVME_LOG_WARNING,
			    "controller memory buffer not used: %s (CMBLOC %08x, CMBSZ %08x)", why,
			    cmb->location, cmb->cmbsz);
	if (cmb->first)
		return -EIO;
	if (NVME_CAP_CMBS(controller->registers.cap))
		nvme_set64(&controller->registers, NVME_REG_CMBMSC, 0);
	cmb->memory = NULL;
	cmb->uses = 0;
	return 0;
}

/* "submission queues, lists and data" */
static void name_uses(unsigned uses, char *text, size_t size)
{
	static const struct {
		unsigned bits, uses;
		const char *name;
	} names[] = {
		{NVME_CMBSZ_SQS, NVME_CMBSZ_SQS, "submission queues"},
		{NVME_CMBSZ_LISTS, NVME_CMBSZ_LISTS, "lists"},
		{NVME_CMBSZ_DATA, NVME_CMBSZ_DATA, "data"},
		{NVME_CMBSZ_DATA, NVME_CMBSZ_RDS, "data of reads"},
		{NVME_CMBSZ_DATA, NVME_CMBSZ_WDS, "data of writes"},
	};
	size_t length = 0;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]) && length < size; i++) {
		if ((uses & names[i].bits) != names[i].uses)
			continue;
		uses &= ~names[i].bits;
		length += (size_t)snprintf(text + length, size - length, "%s%s",
					   !length ? ""
					   : uses  ? ", "
						   : " and ",
					   names[i].name);
	}
}

void nvme_cmb_introduce(struct nvme_controller *controller)
{
	const struct nvme_cmb *cmb = &controller->cmb;
	uint64_t used = nvme_cmb_used(cmb);
	char uses[48];

	if (!cmb->memory)
		return;
	name_uses(cmb->uses, uses, sizeof(uses));
	nvme_info(controller, "controller memory buffer: %llu of %llu KiB used for %s%s",
		  (unsigned long long)(used >> 10), (unsigned long long)(cmb->size >> 10), uses,
		  cmb->full ? "; there is no room for all" : "");
}
