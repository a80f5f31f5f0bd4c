/* Another driver for the course, written otherwise than the reference, up to step 4: one command at
 * a time, registers by halves, queues of unequal sizes, a bounce buffer. The grader takes it too.
 */
#include "course/driver.h"

#include "course/nvme.h"
#include "course/platform.h"

#define SECOND	    1000000000ull
#define SQ_ENTRIES  4
#define CQ_ENTRIES  8
#define BOUNCE_SIZE 16384u /* in a list of pages, all of the driver's own memory */

struct ring {
	struct sq_entry *sq;
	struct cq_entry *cq;
	uint64_t sq_bus, cq_bus;
	unsigned tail, head, phase, number;
};

static volatile uint8_t *registers;
static uint64_t cap;
static struct ring rings[2];
static uint16_t last_cid;
static uint8_t *page, *bounce;
static uint64_t page_bus, bounce_bus, *list, list_bus;
static uint32_t answer, namespace_id;
static struct driver_namespace geometry;
static size_t most;

static uint32_t in(unsigned at)
{
	return platform_read32(registers + at);
}

static void out(unsigned at, uint32_t value)
{
	platform_write32(registers + at, value);
}

static void out64(unsigned at, uint64_t value)
{
	out(at + 4, (uint32_t)(value >> 32));
	out(at, (uint32_t)value);
}

int driver_find(struct driver_found *found)
{
	uint32_t low, high = 0;
	unsigned at = 0;

	while (at < 256 && platform_pci_read32(0, at / 8, at % 8, 0) != 0x00101b36)
		at++;
	if (at == 256)
		return -ENODEV;
	*found = (struct driver_found){.bus = 0, .device = at / 8, .function = at % 8};
	low = platform_pci_read32(0, at / 8, at % 8, PCI_COMMAND);
	platform_pci_write16(0, at / 8, at % 8, PCI_COMMAND, (uint16_t)(low | 6));
	low = platform_pci_read32(0, at / 8, at % 8, PCI_BAR0);
	if (low & 4)
		high = platform_pci_read32(0, at / 8, at % 8, PCI_BAR1);
	found->bar0 = (uint64_t)high << 32 | (low & 0xfffffff0);
	registers = platform_map(found->bar0, 64);
	if (!registers)
		return -ENODEV;
	found->vs = in(NVME_VS);
	cap = in(NVME_CAP) | (uint64_t)in(NVME_CAP + 4) << 32;
	if (cap == UINT64_MAX)
		return -ENODEV;
	found->cap = cap;
	found->queue_entries = (uint16_t)cap + 1u;
	found->doorbell_stride = 1u << (2 + (cap >> 32 & 15));
	found->ready_ms = (uint8_t)(cap >> 24) * 500u;
	registers = platform_map(found->bar0, 0x1000 + 4 * found->doorbell_stride);
	return registers ? 0 : -ENODEV;
}

static int wait_ready(uint32_t wanted)
{
	uint64_t start = platform_time_ns(), most_ns = (1 + (cap >> 24 & 0xff)) * SECOND / 2;

	while (platform_time_ns() - start <= most_ns) {
		uint32_t status = in(NVME_CSTS);

		if (status == UINT32_MAX)
			return -ENODEV;
		if (wanted && status & 2)
			return -EIO;
		if ((status & 1) == wanted)
			return 0;
	}
	return -ETIMEDOUT;
}

int driver_disable(void)
{
	out(NVME_CC, 0);
	return wait_ready(0);
}

int driver_enable(void)
{
	out(NVME_CC, 0x00460000);
	out(NVME_CC, 0x00460001);
	return wait_ready(1);
}

static int make_ring(struct ring *ring)
{
	if (!ring->sq)
		ring->sq = platform_dma_alloc(SQ_ENTRIES * 64, &ring->sq_bus);
	if (!ring->cq)
		ring->cq = platform_dma_alloc(CQ_ENTRIES * 16, &ring->cq_bus);
	if (!ring->sq || !ring->cq)
		return -ENOMEM;
	memset(ring->cq, 0, CQ_ENTRIES * 16);
	ring->tail = ring->head = ring->phase = 0;
	ring->number = (unsigned)(ring - rings);
	return 0;
}

int driver_admin_queue(void)
{
	if (make_ring(&rings[0]))
		return -ENOMEM;
	if (!page)
		page = platform_dma_alloc(4096, &page_bus);
	if (!page)
		return -ENOMEM;
	out(NVME_AQA, (CQ_ENTRIES - 1) << 16 | (SQ_ENTRIES - 1));
	out64(NVME_ASQ, rings[0].sq_bus);
	out64(NVME_ACQ, rings[0].cq_bus);
	return 0;
}

/* Sends a command and waits for it. */
static int command(struct ring *ring, struct sq_entry entry)
{
	unsigned stride = 4u << (cap >> 32 & 15);
	uint64_t start = platform_time_ns();

	last_cid = (last_cid + 1) % 0xfff0;
	entry.cid = last_cid;
	memcpy(&ring->sq[ring->tail], &entry, sizeof(entry));
	if (++ring->tail == SQ_ENTRIES)
		ring->tail = 0;
	platform_write_barrier();
	out(0x1000 + stride * 2 * ring->number, ring->tail);
	while (platform_time_ns() - start < 6 * SECOND) {
		volatile struct cq_entry *next = &ring->cq[ring->head];
		uint16_t cid, status = next->status;

		if ((status & 1) == ring->phase) {
			platform_relax();
			continue;
		}
		platform_read_barrier();
		cid = next->cid;
		answer = next->dw0;
		if (++ring->head == CQ_ENTRIES) {
			ring->head = 0;
			ring->phase = !ring->phase;
		}
		out(0x1000 + stride * (2 * ring->number + 1), ring->head);
		if (cid == last_cid)
			return status & 0xffe ? -EIO : 0;
	}
	return -ETIMEDOUT;
}

static void trim(char *to, const uint8_t *from, unsigned length)
{
	to[length] = 0;
	memcpy(to, from, length);
	while (length-- && to[length] == ' ')
		to[length] = 0;
}

int driver_identify_controller(struct driver_controller *controller)
{
	int error =
		command(&rings[0], (struct sq_entry){.opcode = 6, .prp1 = page_bus, .cdw10 = 1});

	if (error)
		return error;
	trim(controller->serial, page + 4, 20);
	trim(controller->model, page + 24, 40);
	trim(controller->firmware, page + 64, 8);
	controller->namespaces = page[516] | page[517] << 8 | page[518] << 16;
	controller->transfer_max = page[77] ? 4096ull << page[77] : 0;
	controller->volatile_cache = page[525] & 1;
	most = BOUNCE_SIZE;
	if (controller->transfer_max && controller->transfer_max < most)
		most = controller->transfer_max;
	return 0;
}

int driver_identify_namespace(uint32_t nsid, struct driver_namespace *namespace)
{
	int error =
		command(&rings[0], (struct sq_entry){.opcode = 6, .nsid = nsid, .prp1 = page_bus});

	if (error)
		return error;
	namespace->blocks = 0;
	for (unsigned i = 8; i-- > 0;)
	namespace->blocks = namespace->blocks << 8 | page[i];
	namespace->block_size = 1u << page[130 + (page[26] & 15) * 4];
	geometry = *namespace;
	namespace_id = nsid;
	return 0;
}

int driver_io_queues(void)
{
	struct ring *ring = &rings[1];
	int error = make_ring(ring);

	if (!list)
		list = platform_dma_alloc(4096, &list_bus);
	if (!bounce)
		bounce = platform_dma_alloc(BOUNCE_SIZE, &bounce_bus);
	if (error || !list || !bounce)
		return -ENOMEM;
	for (unsigned i = 1; i < BOUNCE_SIZE / 4096; i++)
		list[i - 1] = bounce_bus + 4096 * i;
	error = command(&rings[0], (struct sq_entry){.opcode = 9, .cdw10 = 7, .cdw11 = 0x00030003});
	if (!error)
		error = command(&rings[0], (struct sq_entry){.opcode = 5,
							     .prp1 = ring->cq_bus,
							     .cdw10 = (CQ_ENTRIES - 1) << 16 | 1,
							     .cdw11 = 1});
	if (!error)
		error = command(&rings[0], (struct sq_entry){.opcode = 1,
							     .prp1 = ring->sq_bus,
							     .cdw10 = (SQ_ENTRIES - 1) << 16 | 1,
							     .cdw11 = 0x10001});
	return error;
}

static int move(uint8_t opcode, uint64_t lba, unsigned blocks, uint8_t *buffer)
{
	if (!blocks || lba + blocks > geometry.blocks || lba + blocks < lba)
		return -EINVAL;
	while (blocks) {
		unsigned count = (unsigned)(most / geometry.block_size);
		size_t size;
		int error;

		if (count > blocks)
			count = blocks;
		size = (size_t)count * geometry.block_size;
		if (opcode == IO_WRITE)
			memcpy(bounce, buffer, size);
		error = command(&rings[1],
				(struct sq_entry){.opcode = opcode,
						  .nsid = namespace_id,
						  .prp1 = bounce_bus,
						  .prp2 = size <= 4096	 ? 0
							  : size <= 8192 ? bounce_bus + 4096
									 : list_bus,
						  .cdw10 = (uint32_t)lba,
						  .cdw11 = (uint32_t)(lba >> 32),
						  .cdw12 = count - 1});
		if (error)
			return error;
		if (opcode == IO_READ)
			memcpy(buffer, bounce, size);
		lba += count;
		blocks -= count;
		buffer += size;
	}
	return 0;
}

int driver_read(uint64_t lba, unsigned blocks, void *buffer)
{
	return move(IO_READ, lba, blocks, buffer);
}

int driver_write(uint64_t lba, unsigned blocks, const void *buffer)
{
	return move(IO_WRITE, lba, blocks, (uint8_t *)(uintptr_t)buffer);
}

int driver_flush(void)
{
	return command(&rings[1], (struct sq_entry){.opcode = IO_FLUSH, .nsid = namespace_id});
}

int driver_interrupts(void)
{
	return -ENOSYS;
}

unsigned driver_status(void)
{
	return 0;
}

int driver_reset(void)
{
	return -ENOSYS;
}

int driver_submit(struct driver_request *request)
{
	(void)request;
	return -ENOSYS;
}

int driver_ring(void)
{
	return -ENOSYS;
}

int driver_poll(void)
{
	return -ENOSYS;
}
