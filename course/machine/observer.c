/* The observer: queues as the controller sees them, out of what is written to registers. */
#include "course/machine/observer.h"

#include "drivers/nvme/transport/queue.h"
#include "drivers/nvme/transport/record.h"
#include "lib/string.h"

#define QUEUES 65

/* A queue pair: what the controller was told, and how far the observer has followed it. */
struct watched {
	struct nvme_queue queue; /* for the trace: its ID and doorbells */
	uint64_t sq_bus, cq_bus;
	unsigned sq_entries, cq_entries; /* 0: it is not there */
	unsigned sq_tail, cq_tail;
	unsigned phase;
};

static struct {
	volatile char *bar;
	struct nvme_registers registers;
	void *(*memory)(uint64_t bus, size_t size);
	uint32_t cc, aqa;
	uint64_t asq, acq;
	struct watched queues[QUEUES];
} observer;

static void *at(uint64_t bus, size_t size)
{
	return observer.memory(bus, size);
}

void observer_begin(volatile void *bar, uint64_t size, void *(*memory)(uint64_t bus, size_t size))
{
	memset(&observer, 0, sizeof(observer));
	observer.bar = bar;
	observer.memory = memory;
	observer.registers.bar = bar;
	observer.registers.size = size;
	nvme_record_controller(&observer.registers, "my_nvme0");
}

static void set_doorbells(void)
{
	uint64_t dstrd = NVME_CAP_DSTRD(observer.registers.cap);

	for (unsigned id = 0; id < QUEUES; id++) {
		struct nvme_queue *queue = &observer.queues[id].queue;

		queue->id = (uint16_t)id;
		queue->sq_doorbell =
			(volatile uint32_t *)(observer.bar + NVME_SQ_DOORBELL(id, dstrd));
		queue->cq_doorbell =
			(volatile uint32_t *)(observer.bar + NVME_CQ_DOORBELL(id, dstrd));
	}
}

static void create_sq(struct watched *watched, uint64_t bus, unsigned entries)
{
	watched->sq_bus = bus;
	watched->sq_entries = entries;
	watched->sq_tail = 0;
}

static void create_cq(struct watched *watched, uint64_t bus, unsigned entries)
{
	watched->cq_bus = bus;
	watched->cq_entries = entries;
	watched->cq_tail = 0;
	watched->phase = 1;
}

/* CC.EN becomes 1: the admin queues are there, and no others. */
static void enable(void)
{
	for (unsigned id = 0; id < QUEUES; id++)
		observer.queues[id].sq_entries = observer.queues[id].cq_entries = 0;
	set_doorbells();
	create_sq(&observer.queues[0], observer.asq, NVME_AQA_ASQS(observer.aqa) + 1);
	create_cq(&observer.queues[0], observer.acq, NVME_AQA_ACQS(observer.aqa) + 1);
}

static void follow_admin(const struct nvme_command *command)
{
	unsigned id = command->cdw10 & 0xffff, entries = (command->cdw10 >> 16) + 1;

	if (id == 0 || id >= QUEUES)
		return;
	if (command->opcode == NVME_ADMIN_CREATE_CQ)
		create_cq(&observer.queues[id], command->prp1, entries);
	else if (command->opcode == NVME_ADMIN_CREATE_SQ)
		create_sq(&observer.queues[id], command->prp1, entries);
	else if (command->opcode == NVME_ADMIN_DELETE_CQ)
		observer.queues[id].cq_entries = 0;
	else if (command->opcode == NVME_ADMIN_DELETE_SQ)
		observer.queues[id].sq_entries = 0;
}

/* A submission queue's doorbell is about to be written: what is new in the queue. */
static void follow_tail(struct watched *watched, uint32_t tail)
{
	while (tail < watched->sq_entries && watched->sq_tail != tail) {
		struct nvme_command *command =
			at(watched->sq_bus + 64ull * watched->sq_tail, sizeof(*command));

		if (!command)
			return;
		if (nvme_tracing())
			nvme_trace->command(&watched->queue, command);
		if (watched->queue.id == 0)
			follow_admin(command);
		watched->sq_tail = (watched->sq_tail + 1) % watched->sq_entries;
	}
}

static void follow_doorbell(uint64_t offset, uint32_t value)
{
	uint64_t stride = NVME_DOORBELL_STRIDE(NVME_CAP_DSTRD(observer.registers.cap));
	uint64_t index = (offset - NVME_REG_DOORBELLS) / stride;

	if ((offset - NVME_REG_DOORBELLS) % stride == 0 && index % 2 == 0 && index / 2 < QUEUES)
		follow_tail(&observer.queues[index / 2], value);
}

/* Part of a register, or all of it. */
static void set_part(uint64_t *whole, unsigned shift, unsigned width, uint64_t value)
{
	uint64_t mask = width == 8 ? UINT64_MAX : (uint64_t)UINT32_MAX << shift;

	*whole = (*whole & ~mask) | (value << shift & mask);
}

static void follow_register(uint64_t offset, unsigned width, uint64_t value)
{
	switch (offset) {
	case NVME_REG_AQA:
		observer.aqa = (uint32_t)value;
		break;
	case NVME_REG_ASQ:
	case NVME_REG_ASQ + 4:
		set_part(&observer.asq, offset == NVME_REG_ASQ ? 0 : 32, width, value);
		break;
	case NVME_REG_ACQ:
	case NVME_REG_ACQ + 4:
		set_part(&observer.acq, offset == NVME_REG_ACQ ? 0 : 32, width, value);
		break;
	case NVME_REG_CC:
		if (value & NVME_CC_EN && !(observer.cc & NVME_CC_EN))
			enable();
		observer.cc = (uint32_t)value;
		break;
	default:
		if (offset >= NVME_REG_DOORBELLS)
			follow_doorbell(offset, (uint32_t)value);
	}
}

void observer_read(const volatile void *address, unsigned width, uint64_t value)
{
	uint64_t offset = (uint64_t)((const volatile char *)address - observer.bar);

	/* The stride, for the recorder as well. */
	if (offset <= NVME_REG_CAP + 4) {
		set_part(&observer.registers.cap, 8 * (unsigned)offset, width, value);
		nvme_record_controller(&observer.registers, "my_nvme0");
	}
	if (nvme_tracing())
		nvme_trace->read(address, width, value);
}

void observer_write(const volatile void *address, unsigned width, uint64_t value)
{
	observer_look();
	follow_register((uint64_t)((const volatile char *)address - observer.bar), width, value);
	if (nvme_tracing())
		nvme_trace->write(address, width, value);
}

static void look(struct watched *watched)
{
	while (watched->cq_entries) {
		const volatile uint64_t *halves =
			at(watched->cq_bus + 16ull * watched->cq_tail, 16);
		struct nvme_queue_entry entry;

		if (!halves)
			return;
		entry.what = halves[1];
		if ((entry.what & NVME_ENTRY_PHASE) != (watched->phase ? NVME_ENTRY_PHASE : 0))
			return;
		entry.result = halves[0];
		if (nvme_tracing())
			nvme_trace->completion(&watched->queue, &entry);
		if (++watched->cq_tail == watched->cq_entries) {
			watched->cq_tail = 0;
			watched->phase ^= 1;
		}
	}
}

void observer_look(void)
{
	for (unsigned id = 0; id < QUEUES; id++)
		look(&observer.queues[id]);
}
