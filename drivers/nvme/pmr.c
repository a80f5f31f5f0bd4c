/* The Persistent Memory Region: switched on, read, and written so that it stays. */
#include "drivers/nvme/pmr.h"

#include "drivers/nvme/controller.h"
#include "lib/errno.h"
#include "lib/format.h"

#define BLOCK_SHIFT 9
#define READY_NS    (500 * NVME_NS_PER_MS) /* a unit of PMRTO; the others are minutes */
#define READY_MAX   255			   /* of them are waited for at most */

struct nvme_pmr {
	struct block_device block;
	struct nvme_controller *controller;
	char *memory;
	uint32_t capabilities; /* PMRCAP */
	unsigned health;
	bool registered;
};

/* Reads PMRSTS: what was written before has arrived, by one of the barriers that a region may have.
 * 0, -ENODEV, -EIO (not ready, or an error in what was written). */
static int check(struct nvme_pmr *pmr)
{
	uint32_t status = nvme_get32(&pmr->controller->registers, NVME_REG_PMRSTS);
	unsigned health = NVME_PMRSTS_HSTS(status);

	if (status == NVME_ALL_ONES)
		return -ENODEV;
	if (health != pmr->health)
		nvme_warning(pmr->controller, "persistent memory region: health status %u%s%s",
			     health, health < NVME_PMR_HEALTHS ? ": " : "",
			     health < NVME_PMR_HEALTHS ? nvme_pmr_health[health] : "");
	pmr->health = health;
	pmr->block.read_only = health == NVME_PMR_READ_ONLY;
	return status & NVME_PMRSTS_NRDY || NVME_PMRSTS_ERR(status) ? -EIO : 0;
}

static void pmr_submit(struct block_device *device, struct block_request *request)
{
	const struct nvme_cursor cursor = {request->segments, 0};
	enum block_operation operation = block_operation(request);
	struct nvme_pmr *pmr = device->driver_data;
	char *at = pmr->memory + (request->lba << BLOCK_SHIFT);

	if (operation == BLOCK_READ)
		nvme_cursor_scatter(cursor, at, request->count << BLOCK_SHIFT);
	if (operation == BLOCK_WRITE) {
		nvme_cursor_gather(cursor, at, request->count << BLOCK_SHIFT);
		nvme_write_barrier();
		/* The other barrier: a read of the region itself. */
		if (!(NVME_PMRCAP_PMRWBM(pmr->capabilities) & NVME_PMRWBM_STATUS))
			(void)*(volatile uint32_t *)at;
	}
	/* Behind the data, which a region that is not ready does not have. */
	request->error_lba = request->lba;
	block_complete(request, check(pmr));
}

/* Everything has been done by submit(). */
static unsigned pmr_poll(struct block_device *device)
{
	(void)device;
	return 0;
}

static const struct block_operations pmr_operations = {
	.submit = pmr_submit,
	.poll = pmr_poll,
};

/* What cannot be used of it; NULL: nothing, and it is there. */
static const char *find(struct nvme_controller *controller)
{
	uint32_t capabilities = nvme_get32(&controller->registers, NVME_REG_PMRCAP);
	unsigned bir = NVME_PMRCAP_BIR(capabilities);
	struct nvme_pmr *pmr;
	uint64_t size, bus;
	char *memory;

	if (bir < 2 || bir > 5 || !(NVME_PMRCAP_PMRWBM(capabilities) & NVME_PMRWBM_ANY))
		return "reserved values";
	memory = nvme_map_bar(controller->pci, bir, &size, &bus);
	if (!memory || size < 1u << BLOCK_SHIFT)
		return "its BAR is not there";
	pmr = nvme_alloc(sizeof(*pmr));
	if (!pmr)
		return "out of memory";
	*pmr = (struct nvme_pmr){
		.block = {.block_size = 1u << BLOCK_SHIFT,
			  .block_count = size >> BLOCK_SHIFT,
			  .transfer_max = controller->options.max_transfer,
			  .model = controller->model,
			  .serial = controller->serial_text,
			  .operations = &pmr_operations,
			  .driver_data = pmr},
		.controller = controller,
		.memory = memory,
		.capabilities = capabilities,
	};
	snprintf(pmr->block.name, sizeof(pmr->block.name), "%spmr", controller->name);
	controller->pmr = pmr;
	return NULL;
}

static const char *enable(struct nvme_pmr *pmr)
{
	const struct nvme_registers *registers = &pmr->controller->registers;
	uint64_t units = NVME_PMRCAP_PMRTO(pmr->capabilities), deadline;
	uint32_t status;

	if (NVME_PMRCAP_PMRTU(pmr->capabilities))
		units *= 120;
	if (units > READY_MAX)
		units = READY_MAX;
	nvme_set32(registers, NVME_REG_PMRCTL, NVME_PMRCTL_EN);
	deadline = nvme_time_ns() + (units + 1) * READY_NS;
	while ((status = nvme_get32(registers, NVME_REG_PMRSTS)) & NVME_PMRSTS_NRDY) {
		if (status == NVME_ALL_ONES)
			return "PMRSTS reads all ones";
		if (nvme_time_ns() >= deadline)
			return "it does not get ready";
		nvme_relax();
	}
	return check(pmr) ? "error in PMRSTS" : NULL;
}

void nvme_pmr_start(struct nvme_controller *controller)
{
	const char *why = NULL;
	struct nvme_pmr *pmr;

	if (!NVME_CAP_PMRS(controller->registers.cap))
		return;
	if (!controller->pmr)
		why = find(controller);
	pmr = controller->pmr;
	if (pmr)
		why = enable(pmr);
	if (why)
		nvme_warning(controller, "persistent memory region not used: %s", why);
	if (!pmr)
		return;
	pmr->block.gone = why != NULL;
	if (why || pmr->registered)
		return;
	pmr->registered = block_register(&pmr->block) == 0;
	nvme_info(controller, "%s: persistent memory region of %llu KiB", pmr->block.name,
		  (unsigned long long)(pmr->block.block_count >> 1));
}

void nvme_pmr_gone(struct nvme_controller *controller)
{
	if (controller->pmr)
		controller->pmr->block.gone = true;
}

void nvme_pmr_free(struct nvme_controller *controller)
{
	struct nvme_pmr *pmr = controller->pmr;

	if (!pmr)
		return;
	pmr->block.gone = true;
	pmr->block.model = pmr->block.serial = "";
	if (pmr->registered)
		block_unregister(&pmr->block);
	/* An open file still points here: it keeps finding a device that is gone. */
	if (!pmr->block.file_data)
		nvme_free(pmr);
}
