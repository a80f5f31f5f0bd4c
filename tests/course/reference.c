/* A driver that passes every step of the course: what the grader is tested with. tests/course/
 * wrong.py makes the typical mistakes out of it. */
#include "course/driver.h"

#include "course/nvme.h"
#include "course/platform.h"

#define MS	    1000000ull
#define PAGE	    4096u
#define COMMAND_NS  (5000 * MS) /* what a command may take */
#define ABORT_NS    (1000 * MS) /* and then its Abort */
#define RETRIES	    3
#define IO_VECTOR   1
#define ADMIN_SIZE  16u
#define IO_SIZE_MAX 64u
#define IO_QUEUE    1

#define CC_EN	    0x1u
#define CC_IOSQES   (6u << 16)
#define CC_IOCQES   (4u << 20)
#define CSTS_RDY    0x1u
#define CSTS_CFS    0x2u
#define ALL_ONES    0xffffffffu
#define STATUS_DNR  0x4000u /* of the status without the phase */
#define STATUS_CODE 0x07ffu

struct queue {
	unsigned id, entries;
	struct sq_entry *sq;
	volatile struct cq_entry *cq;
	uint64_t sq_bus, cq_bus;
	unsigned tail, head;
	unsigned rung;	/* the tail that the controller knows */
	unsigned phase; /* of entries that are new */
};

/* A command of the I/O queue, by its CID. */
struct slot {
	struct driver_request *request; /* NULL: it is free */
	uint64_t deadline;
	bool aborting;
	unsigned tries;
	struct sq_entry command;
	uint64_t *list; /* a page for PRPs */
	uint64_t list_bus;
};

static struct {
	volatile char *bar;
	struct driver_found found;
	struct driver_controller controller;
	struct driver_namespace namespace;
	uint32_t nsid;
	struct queue admin, io;
	uint16_t next_cid;
	struct slot slots[IO_SIZE_MAX];
	unsigned status;
	bool interrupts;
	volatile bool noted; /* an interrupt came */
} nvme;

/*
 * Step 1
 */

static uint32_t get32(unsigned offset)
{
	return platform_read32(nvme.bar + offset);
}

static void set32(unsigned offset, uint32_t value)
{
	platform_write32(nvme.bar + offset, value);
}

static bool find_function(struct driver_found *found)
{
	for (unsigned device = 0; device < 32; device++)
		for (unsigned function = 0; function < 8; function++) {
			uint32_t id = platform_pci_read32(0, device, function, PCI_ID);

			if (id != (PCI_DEVICE_NVME << 16 | PCI_VENDOR_QEMU))
				continue;
			*found = (struct driver_found){.device = device, .function = function};
			return true;
		}
	return false;
}

static uint64_t read_bar0(const struct driver_found *found)
{
	uint32_t low = platform_pci_read32(0, found->device, found->function, PCI_BAR0);
	uint64_t address = low & ~0xfu;

	if ((low & 0x6) == 0x4)
		address |=
			(uint64_t)platform_pci_read32(0, found->device, found->function, PCI_BAR1)
			<< 32;
	return address;
}

int driver_find(struct driver_found *found)
{
	uint32_t command;
	uint64_t size;

	memset(&nvme, 0, sizeof(nvme));
	if (!find_function(found))
		return -ENODEV;
	command = platform_pci_read32(0, found->device, found->function, PCI_COMMAND);
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	platform_pci_write16(0, found->device, found->function, PCI_COMMAND, (uint16_t)command);

	found->bar0 = read_bar0(found);
	nvme.bar = platform_map(found->bar0, NVME_DOORBELLS);
	if (!nvme.bar)
		return -ENODEV;
	found->cap = platform_read64(nvme.bar + NVME_CAP);
	found->vs = get32(NVME_VS);
	if (found->vs == ALL_ONES)
		return -ENODEV;
	found->queue_entries = (found->cap & 0xffff) + 1;
	found->doorbell_stride = 4u << (found->cap >> 32 & 0xf);
	found->ready_ms = (found->cap >> 24 & 0xff) * 500;
	size = NVME_DOORBELLS + 4ull * found->doorbell_stride;
	nvme.bar = platform_map(found->bar0, size);
	if (!nvme.bar)
		return -ENODEV;
	nvme.found = *found;
	return 0;
}

/*
 * Step 2
 */

/* One unit more than CAP.TO says: it may be 0. */
static uint64_t ready_deadline(void)
{
	return platform_time_ns() + (nvme.found.ready_ms + 500) * MS;
}

int driver_disable(void)
{
	uint64_t deadline = ready_deadline();
	uint32_t cc = get32(NVME_CC);

	if (cc == ALL_ONES)
		return -ENODEV;
	if (cc & CC_EN)
		set32(NVME_CC, cc & ~CC_EN);
	for (;;) {
		uint32_t csts = get32(NVME_CSTS);

		if (csts == ALL_ONES)
			return -ENODEV;
		if (!(csts & CSTS_RDY))
			return 0;
		if (platform_time_ns() > deadline)
			return -ETIMEDOUT;
		platform_relax();
	}
}

int driver_enable(void)
{
	uint64_t deadline = ready_deadline();

	set32(NVME_CC, CC_IOSQES | CC_IOCQES | CC_EN);
	for (;;) {
		uint32_t csts = get32(NVME_CSTS);

		if (csts == ALL_ONES)
			return -ENODEV;
		if (csts & CSTS_CFS)
			return -EIO;
		if (csts & CSTS_RDY)
			return 0;
		if (platform_time_ns() > deadline)
			return -ETIMEDOUT;
		platform_relax();
	}
}

/*
 * Step 3
 */

/* As the controller has a queue that it is told of. */
static void queue_clear(struct queue *queue)
{
	memset((void *)queue->cq, 0, queue->entries * sizeof(*queue->cq));
	queue->tail = queue->rung = queue->head = 0;
	queue->phase = 1;
}

static int queue_init(struct queue *queue, unsigned id, unsigned entries)
{
	if (!queue->sq) {
		queue->sq = platform_dma_alloc(entries * sizeof(*queue->sq), &queue->sq_bus);
		queue->cq = platform_dma_alloc(entries * sizeof(*queue->cq), &queue->cq_bus);
		if (!queue->sq || !queue->cq)
			return -ENOMEM;
		queue->id = id;
		queue->entries = entries;
	}
	queue_clear(queue);
	return 0;
}

static void queue_push(struct queue *queue, const struct sq_entry *command)
{
	queue->sq[queue->tail] = *command;
	queue->tail = (queue->tail + 1) % queue->entries;
}

static void queue_ring(const struct queue *queue)
{
	platform_write_barrier();
	set32(NVME_DOORBELLS + 2 * queue->id * nvme.found.doorbell_stride, queue->tail);
}

/* The next completion, if there is one. The caller gives the entry back: queue_ring_head(). */
static bool queue_take(struct queue *queue, struct cq_entry *entry)
{
	if ((queue->cq[queue->head].status & 1u) != queue->phase)
		return false;
	platform_read_barrier();
	*entry = queue->cq[queue->head];
	queue->head = (queue->head + 1) % queue->entries;
	if (queue->head == 0)
		queue->phase ^= 1;
	return true;
}

static void queue_ring_head(const struct queue *queue)
{
	set32(NVME_DOORBELLS + (2 * queue->id + 1) * nvme.found.doorbell_stride, queue->head);
}

int driver_admin_queue(void)
{
	int error = queue_init(&nvme.admin, 0, ADMIN_SIZE);

	if (error)
		return error;
	set32(NVME_AQA, (ADMIN_SIZE - 1) << 16 | (ADMIN_SIZE - 1));
	platform_write64(nvme.bar + NVME_ASQ, nvme.admin.sq_bus);
	platform_write64(nvme.bar + NVME_ACQ, nvme.admin.cq_bus);
	return 0;
}

static int note_status(uint16_t status)
{
	if (!(status & STATUS_CODE))
		return 0;
	nvme.status = status & STATUS_CODE;
	return -EIO;
}

/* Sends an admin command and waits; answer may be NULL. */
static int admin(struct sq_entry *command, uint32_t *answer)
{
	uint64_t deadline = platform_time_ns() + COMMAND_NS;
	struct cq_entry entry;

	command->cid = nvme.next_cid++ & 0x7fff;
	queue_push(&nvme.admin, command);
	queue_ring(&nvme.admin);
	for (;;) {
		while (queue_take(&nvme.admin, &entry)) {
			queue_ring_head(&nvme.admin);
			if (entry.cid != command->cid)
				continue;
			if (answer)
				*answer = entry.dw0;
			return note_status(entry.status >> 1);
		}
		if (get32(NVME_CSTS) == ALL_ONES)
			return -ENODEV;
		if (platform_time_ns() > deadline)
			return -ETIMEDOUT;
		platform_relax();
	}
}

/* The caller frees *page. */
static int identify(unsigned cns, uint32_t nsid, uint8_t **page)
{
	struct sq_entry command = {.opcode = ADMIN_IDENTIFY, .nsid = nsid, .cdw10 = cns};
	int error;

	*page = platform_dma_alloc(PAGE, &command.prp1);
	if (!*page)
		return -ENOMEM;
	error = admin(&command, NULL);
	/* What was not answered may still be written there. */
	if (error && error != -ETIMEDOUT)
		platform_dma_free(*page, PAGE);
	return error;
}

static void copy_text(char *to, const uint8_t *from, size_t size)
{
	memcpy(to, from, size);
	while (size && to[size - 1] == ' ')
		size--;
	to[size] = 0;
}

int driver_identify_controller(struct driver_controller *controller)
{
	uint8_t *page;
	int error = identify(IDENTIFY_CONTROLLER, 0, &page);

	if (error)
		return error;
	memset(controller, 0, sizeof(*controller));
	copy_text(controller->serial, page + 4, 20);
	copy_text(controller->model, page + 24, 40);
	copy_text(controller->firmware, page + 64, 8);
	if (page[77])
		controller->transfer_max = (size_t)PAGE << page[77];
	memcpy(&controller->namespaces, page + 516, 4);
	controller->volatile_cache = page[525] & 1;
	platform_dma_free(page, PAGE);
	nvme.controller = *controller;
	return 0;
}

int driver_identify_namespace(uint32_t nsid, struct driver_namespace *namespace)
{
	uint8_t *page;
	int error = identify(IDENTIFY_NAMESPACE, nsid, &page);

	if (error)
		return error;
	memcpy(&namespace->blocks, page, 8);
	namespace->block_size = 1u << page[128 + 4 * (page[26] & 0xf) + 2];
	platform_dma_free(page, PAGE);
	nvme.namespace = *namespace;
	nvme.nsid = nsid;
	return 0;
}

/*
 * Steps 4 to 7: everything goes through slots, of which a read or a write that waits has one at a
 * time.
 */

static void note_interrupt(void)
{
	nvme.noted = true;
}

int driver_interrupts(void)
{
	nvme.interrupts = platform_interrupt_begin(IO_VECTOR, note_interrupt) == 0;
	return 0;
}

static int create_queues(void)
{
	struct sq_entry features = {.opcode = ADMIN_SET_FEATURES,
				    .cdw10 = FEATURE_NUMBER_OF_QUEUES,
				    .cdw11 = 0 << 16 | 0};
	struct sq_entry cq = {.opcode = ADMIN_CREATE_IO_CQ,
			      .prp1 = nvme.io.cq_bus,
			      .cdw10 = (nvme.io.entries - 1) << 16 | IO_QUEUE,
			      .cdw11 = 1};
	struct sq_entry sq = {.opcode = ADMIN_CREATE_IO_SQ,
			      .prp1 = nvme.io.sq_bus,
			      .cdw10 = (nvme.io.entries - 1) << 16 | IO_QUEUE,
			      .cdw11 = IO_QUEUE << 16 | 1};
	int error = admin(&features, NULL);

	if (nvme.interrupts)
		cq.cdw11 |= IO_VECTOR << 16 | 2;
	if (!error)
		error = admin(&cq, NULL);
	if (!error)
		error = admin(&sq, NULL);
	return error;
}

static unsigned slot_count(void)
{
	return nvme.io.entries - 1;
}

int driver_io_queues(void)
{
	unsigned entries = IO_SIZE_MAX;
	int error;

	if (entries > nvme.found.queue_entries)
		entries = nvme.found.queue_entries;
	error = queue_init(&nvme.io, IO_QUEUE, entries);
	for (unsigned i = 0; i < entries && !error; i++) {
		struct slot *slot = &nvme.slots[i];

		if (!slot->list)
			slot->list = platform_dma_alloc(PAGE, &slot->list_bus);
		if (!slot->list)
			error = -ENOMEM;
	}
	return error ? error : create_queues();
}

/* The data pointer of a command, and its list. */
static void set_pages(struct slot *slot, char *buffer, size_t size)
{
	size_t first = PAGE - (uintptr_t)buffer % PAGE;
	unsigned pages;

	slot->command.prp1 = platform_bus_address(buffer);
	if (size <= first)
		return;
	buffer += first;
	pages = (unsigned)((size - first + PAGE - 1) / PAGE);
	if (pages == 1) {
		slot->command.prp2 = platform_bus_address(buffer);
		return;
	}
	for (unsigned i = 0; i < pages; i++)
		slot->list[i] = platform_bus_address(buffer + (size_t)i * PAGE);
	slot->command.prp2 = slot->list_bus;
}

static struct slot *free_slot(void)
{
	for (unsigned i = 0; i < slot_count(); i++)
		if (!nvme.slots[i].request)
			return &nvme.slots[i];
	return NULL;
}

static void push(struct slot *slot)
{
	slot->deadline = platform_time_ns() + COMMAND_NS;
	slot->aborting = false;
	queue_push(&nvme.io, &slot->command);
}

static int start(struct driver_request *request, uint8_t opcode)
{
	struct slot *slot = free_slot();

	request->done = false;
	request->error = 0;
	if (!slot)
		return -EAGAIN;
	slot->request = request;
	slot->tries = 1;
	slot->command = (struct sq_entry){
		.opcode = opcode, .cid = (uint16_t)(slot - nvme.slots), .nsid = nvme.nsid};
	if (request->blocks) {
		slot->command.cdw10 = (uint32_t)request->lba;
		slot->command.cdw11 = (uint32_t)(request->lba >> 32);
		slot->command.cdw12 = request->blocks - 1;
		set_pages(slot, request->buffer,
			  (size_t)request->blocks * nvme.namespace.block_size);
	}
	push(slot);
	return 0;
}

static void finish(struct slot *slot, int error)
{
	slot->request->error = error;
	slot->request->done = true;
	slot->request = NULL;
}

int driver_submit(struct driver_request *request)
{
	const struct driver_namespace *namespace = &nvme.namespace;

	if (!request->blocks || request->lba >= namespace->blocks ||
	    request->blocks > namespace->blocks - request->lba ||
	    (size_t)request->blocks * namespace->block_size > DRIVER_PART)
		return -EINVAL;
	return start(request, request->write ? IO_WRITE : IO_READ);
}

int driver_ring(void)
{
	if (nvme.io.tail == nvme.io.rung)
		return 0;
	nvme.io.rung = nvme.io.tail;
	queue_ring(&nvme.io);
	return 0;
}

/* A completion, whose CID is not believed. Whether a request is done. */
static bool complete(const struct cq_entry *entry)
{
	uint16_t status = entry->status >> 1;
	struct slot *slot;
	int error;

	if (entry->cid >= slot_count() || !nvme.slots[entry->cid].request)
		return false;
	slot = &nvme.slots[entry->cid];
	error = note_status(status);
	if (error && slot->aborting)
		error = -ETIMEDOUT;
	if (error == -EIO && !(status & STATUS_DNR) && slot->tries < RETRIES) {
		slot->tries++;
		push(slot);
		driver_ring();
		return false;
	}
	finish(slot, error);
	return true;
}

static void finish_all(int error)
{
	for (unsigned i = 0; i < slot_count(); i++)
		if (nvme.slots[i].request)
			finish(&nvme.slots[i], error);
}

unsigned driver_status(void)
{
	return nvme.status;
}

int driver_reset(void)
{
	int error = driver_disable();

	if (!error)
		error = driver_admin_queue();
	if (!error)
		error = driver_enable();
	if (!error)
		error = driver_io_queues();
	finish_all(-ETIMEDOUT);
	return error;
}

static void send_abort(const struct slot *slot)
{
	struct sq_entry command = {.opcode = ADMIN_ABORT,
				   .cdw10 = (uint32_t)slot->command.cid << 16 | IO_QUEUE};

	admin(&command, NULL);
}

/* A command's time is over. */
static void expire(struct slot *slot)
{
	uint32_t csts = get32(NVME_CSTS);

	if (csts == ALL_ONES) {
		finish_all(-ENODEV);
	} else if (csts & CSTS_CFS || slot->aborting) {
		driver_reset();
	} else {
		slot->aborting = true;
		slot->deadline = platform_time_ns() + ABORT_NS;
		send_abort(slot);
	}
}

int driver_poll(void)
{
	struct cq_entry entry;
	unsigned done = 0;
	bool any = false;
	uint64_t now;

	while (queue_take(&nvme.io, &entry)) {
		any = true;
		done += complete(&entry);
	}
	if (any) {
		queue_ring_head(&nvme.io);
		return (int)done;
	}
	now = platform_time_ns();
	for (unsigned i = 0; i < slot_count(); i++)
		if (nvme.slots[i].request && now > nvme.slots[i].deadline)
			expire(&nvme.slots[i]);
	return 0;
}

static int wait_for(const struct driver_request *request)
{
	driver_ring();
	for (;;) {
		nvme.noted = false;
		driver_poll();
		if (request->done)
			return request->error;
		if (nvme.interrupts)
			platform_interrupt_wait(&nvme.noted, platform_time_ns() + COMMAND_NS);
		else
			platform_relax();
	}
}

static void submit_waiting(struct driver_request *request, uint8_t opcode)
{
	while (start(request, opcode) == -EAGAIN) {
		driver_ring();
		driver_poll();
		platform_relax();
	}
}

static int transfer(uint8_t opcode, uint64_t lba, unsigned blocks, char *buffer)
{
	const struct driver_namespace *namespace = &nvme.namespace;
	size_t part = DRIVER_PART;

	if (!blocks || lba >= namespace->blocks || blocks > namespace->blocks - lba)
		return -EINVAL;
	if (nvme.controller.transfer_max && nvme.controller.transfer_max < part)
		part = nvme.controller.transfer_max;
	if (namespace->block_size > part)
		return -EIO;
	while (blocks) {
		struct driver_request request = {.lba = lba, .blocks = blocks, .buffer = buffer};
		int error;

		if (blocks > part / namespace->block_size)
			request.blocks = (unsigned)(part / namespace->block_size);
		submit_waiting(&request, opcode);
		error = wait_for(&request);
		if (error)
			return error;
		lba += request.blocks;
		blocks -= request.blocks;
		buffer += (size_t)request.blocks * namespace->block_size;
	}
	return 0;
}

int driver_read(uint64_t lba, unsigned blocks, void *buffer)
{
	return transfer(IO_READ, lba, blocks, buffer);
}

int driver_write(uint64_t lba, unsigned blocks, const void *buffer)
{
	return transfer(IO_WRITE, lba, blocks, (char *)(uintptr_t)buffer);
}

int driver_flush(void)
{
	struct driver_request request = {.blocks = 0};

	submit_waiting(&request, IO_FLUSH);
	return wait_for(&request);
}
