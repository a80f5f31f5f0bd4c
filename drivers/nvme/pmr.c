/* The Persistent Memory Region: switched on, read, and written so that it stays. It may take
 * minutes to get ready: that is waited for by the requests that come before. */
#include "drivers/nvme/pmr.h"

#include "drivers/nvme/controller.h"
#include "lib/errno.h"
#include "lib/format.h"

#define BLOCK_SHIFT 9
#define READY_NS    (500 * NVME_NS_PER_MS) /* a unit of PMRTO; the others are minutes */

struct nvme_pmr {
	struct block_device block;
	struct nvme_controller *controller;
	char *memory;
	uint32_t capabilities; /* PMRCAP */
	unsigned health;
	bool registered;
	bool settled; /* it is ready, or is not waited for any more */
	int error;    /* of all requests: it cannot be used */
	uint64_t deadline_ns;
	struct block_request *waiting; /* for it to be ready, in their order */
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

static void carry_out(struct nvme_pmr *pmr, struct block_request *request)
{
	const struct nvme_cursor cursor = {request->segments, 0};
	enum block_operation operation = block_operation(request);
	char *at = pmr->memory + (request->lba << BLOCK_SHIFT);

	request->error_lba = request->lba;
	if (pmr->error) {
		block_complete(request, pmr->error);
		return;
	}
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
	block_complete(request, check(pmr));
}

/* Looks whether the wait for the region is over; says why it cannot be used, where it is so. */
static bool settle(struct nvme_pmr *pmr)
{
	const char *why = NULL;
	uint32_t status;

	if (pmr->settled)
		return true;
	status = nvme_get32(&pmr->controller->registers, NVME_REG_PMRSTS);
	if (status == NVME_ALL_ONES)
		why = "PMRSTS reads all ones";
	else if (status & NVME_PMRSTS_NRDY && nvme_time_ns() < pmr->deadline_ns)
		return false;
	else if (status & NVME_PMRSTS_NRDY)
		why = "it does not get ready";
	else if (check(pmr))
		why = "error in PMRSTS";
	if (why)
		nvme_warning(pmr->controller, "persistent memory region not used: %s", why);
	pmr->error = !why ? 0 : status == NVME_ALL_ONES ? -ENODEV : -EIO;
	pmr->settled = true;
	return true;
}

/* Carries out those that wait, each of which may bring another one; how many. */
static unsigned serve(struct nvme_pmr *pmr)
{
	unsigned served = 0;

	while (pmr->waiting && settle(pmr)) {
		struct block_request *request = pmr->waiting;

		pmr->waiting = request->next;
		carry_out(pmr, request);
		served++;
	}
	return served;
}

static void pmr_submit(struct block_device *device, struct block_request *request)
{
	struct nvme_pmr *pmr = device->driver_data;
	struct block_request **link = &pmr->waiting;

	if (!pmr->waiting && settle(pmr)) {
		carry_out(pmr, request);
		return;
	}
	while (*link)
		link = &(*link)->next;
	request->next = NULL;
	*link = request;
}

static unsigned pmr_poll(struct block_device *device)
{
	return serve(device->driver_data);
}

static void pmr_wait(struct block_device *device)
{
	(void)device;
	nvme_relax();
}

static void pmr_cancel(struct block_device *device, struct block_request *request)
{
	struct nvme_pmr *pmr = device->driver_data;

	for (struct block_request **link = &pmr->waiting; *link; link = &(*link)->next) {
		if (*link != request)
			continue;
		*link = request->next;
		block_complete(request, -EINTR);
		return;
	}
}

static const struct block_operations pmr_operations = {
	.submit = pmr_submit,
	.submit_usual = pmr_submit,
	.poll = pmr_poll,
	.wait = pmr_wait,
	.cancel = pmr_cancel,
};

/* No request succeeds before it is switched on again. */
static void give_up(struct nvme_pmr *pmr, int error)
{
	pmr->block.gone = true;
	pmr->settled = true;
	pmr->error = error;
	serve(pmr);
}

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

static void enable(struct nvme_pmr *pmr)
{
	uint64_t units = NVME_PMRCAP_PMRTO(pmr->capabilities);

	if (NVME_PMRCAP_PMRTU(pmr->capabilities))
		units *= 120;
	nvme_set32(&pmr->controller->registers, NVME_REG_PMRCTL, NVME_PMRCTL_EN);
	pmr->deadline_ns = nvme_time_ns() + (units + 1) * READY_NS;
	pmr->settled = false;
	pmr->error = 0;
}

void nvme_pmr_start(struct nvme_controller *controller)
{
	const char *why = NULL;
	struct nvme_pmr *pmr;

	if (!NVME_CAP_PMRS(controller->registers.cap))
		return;
	if (!controller->pmr)
		why = find(controller);
	if (why)
		nvme_warning(controller, "persistent memory region not used: %s", why);
	pmr = controller->pmr;
	if (!pmr)
		return;
	enable(pmr);
	pmr->block.gone = false;
	settle(pmr);
	/* With any other error it stays, and every request has that, whenever it is found. */
	if (pmr->error == -ENODEV)
		give_up(pmr, -ENODEV);
	serve(pmr);
	if (pmr->error || pmr->registered)
		return;
	pmr->registered = block_register(&pmr->block) == 0;
	nvme_info(controller, "%s: persistent memory region of %llu KiB", pmr->block.name,
		  (unsigned long long)(pmr->block.block_count >> 1));
}

void nvme_pmr_gone(struct nvme_controller *controller)
{
	if (controller->pmr)
		give_up(controller->pmr, -ENODEV);
}

void nvme_pmr_free(struct nvme_controller *controller)
{
	struct nvme_pmr *pmr = controller->pmr;

	if (!pmr)
		return;
	give_up(pmr, -ENODEV);
	pmr->block.model = pmr->block.serial = "";
	if (pmr->registered)
		block_unregister(&pmr->block);
	/* An open file still points here: it keeps finding a device that is gone. */
	if (!pmr->block.file_data)
		nvme_free(pmr);
}
