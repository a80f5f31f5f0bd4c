/* The simulated controller itself, driven by hand: a legal host passes, and each illegal thing that
 * a host can do is found. What is not found here could not fail a driver's test either. */
#include "tests/sim/controller.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define ENTRIES 8

struct host {
	struct sim_controller *sim;
	uint8_t *bar;
	unsigned stride;
	struct ring {
		uint8_t *sq, *cq;
		uint64_t sq_bus, cq_bus;
		unsigned tail, head;
		unsigned phase;
	} rings[2];
	uint8_t *data;
	uint64_t data_bus;
	uint16_t next_cid;
};

static void wait_csts(struct host *host, uint32_t ready)
{
	while ((nvme_read32(host->bar + 0x1c) & 1) != ready)
		nvme_relax();
}

static void put(uint8_t *entry, unsigned offset, uint64_t value, unsigned size)
{
	memcpy(entry + offset, &value, size);
}

static uint8_t *next_entry(struct host *host, unsigned queue, uint8_t opcode)
{
	struct ring *ring = &host->rings[queue];
	uint8_t *entry = ring->sq + 64 * ring->tail;

	memset(entry, 0, 64);
	entry[0] = opcode;
	put(entry, 2, ++host->next_cid, 2);
	ring->tail = (ring->tail + 1) % ENTRIES;
	return entry;
}

static void ring_tail(struct host *host, unsigned queue)
{
	nvme_write32(host->bar + 0x1000 + 2 * queue * host->stride, host->rings[queue].tail);
}

/* Waits for the next completion; its status, and the whole entry in done. */
static unsigned reap(struct host *host, unsigned queue, uint8_t done[16])
{
	struct ring *ring = &host->rings[queue];
	volatile uint8_t *entry = ring->cq + 16 * ring->head;

	for (unsigned turns = 0; (entry[14] & 1) != ring->phase; turns++) {
		assert_true(turns < 10000);
		nvme_relax();
	}
	for (unsigned i = 0; i < 16; i++)
		done[i] = entry[i];
	if (++ring->head == ENTRIES) {
		ring->head = 0;
		ring->phase = !ring->phase;
	}
	nvme_write32(host->bar + 0x1000 + (2 * queue + 1) * host->stride, ring->head);
	return (done[14] | done[15] << 8) >> 1;
}

static unsigned run(struct host *host, unsigned queue)
{
	uint8_t done[16];

	ring_tail(host, queue);
	return reap(host, queue, done);
}

static void create_queues(struct host *host)
{
	uint8_t *entry = next_entry(host, 0, 0x09);

	put(entry, 40, 7, 4);
	assert_int_equal(run(host, 0), 0);
	entry = next_entry(host, 0, 0x05);
	put(entry, 24, host->rings[1].cq_bus, 8);
	put(entry, 40, (ENTRIES - 1) << 16 | 1, 4);
	put(entry, 44, 1, 4);
	assert_int_equal(run(host, 0), 0);
	entry = next_entry(host, 0, 0x01);
	put(entry, 24, host->rings[1].sq_bus, 8);
	put(entry, 40, (ENTRIES - 1) << 16 | 1, 4);
	put(entry, 44, 1 << 16 | 1, 4);
	assert_int_equal(run(host, 0), 0);
}

static void start(struct host *host, const struct sim_config *config)
{
	memset(host, 0, sizeof(*host));
	host->sim = sim_create(config);
	host->bar = (uint8_t *)(uintptr_t)sim_bar(host->sim);
	host->stride = 4u << (nvme_read64(host->bar) >> 32 & 0xf);
	for (unsigned i = 0; i < 2; i++) {
		struct ring *ring = &host->rings[i];

		ring->sq = nvme_dma_alloc(64 * ENTRIES, &ring->sq_bus);
		ring->cq = nvme_dma_alloc(16 * ENTRIES, &ring->cq_bus);
		ring->phase = 1;
	}
	host->data = nvme_dma_alloc(8 * 4096, &host->data_bus);
	nvme_write32(host->bar + 0x24, (ENTRIES - 1) << 16 | (ENTRIES - 1));
	nvme_write64(host->bar + 0x28, host->rings[0].sq_bus);
	nvme_write64(host->bar + 0x30, host->rings[0].cq_bus);
	nvme_write32(host->bar + 0x14, 0x00460001);
	wait_csts(host, 1);
	create_queues(host);
	assert_string_equal(sim_violations(host->sim), "");
}

static void finish(struct host *host)
{
	for (unsigned i = 0; i < 2; i++) {
		nvme_dma_free(host->rings[i].sq, 64 * ENTRIES);
		nvme_dma_free(host->rings[i].cq, 16 * ENTRIES);
	}
	nvme_dma_free(host->data, 8 * 4096);
	sim_destroy(host->sim);
	assert_int_equal(sim_allocations(), 0);
}

/* The host did something illegal, and the simulation says so with this text. */
static void assert_violation(struct host *host, const char *text)
{
	if (!strstr(sim_violations(host->sim), text))
		fail_msg("expected '%s' in: %s", text, sim_violations(host->sim));
	sim_take_violations(host->sim);
}

static uint8_t *rw(struct host *host, uint8_t opcode, uint64_t lba, unsigned blocks, uint64_t prp1,
		   uint64_t prp2)
{
	uint8_t *entry = next_entry(host, 1, opcode);

	put(entry, 4, 1, 4);
	put(entry, 24, prp1, 8);
	put(entry, 32, prp2, 8);
	put(entry, 40, lba, 8);
	put(entry, 48, blocks - 1, 2);
	return entry;
}

static void test_write_and_read(void **state)
{
	struct host host;
	uint8_t back[1024];

	(void)state;
	start(&host, NULL);
	for (unsigned i = 0; i < 1024; i++)
		host.data[i] = (uint8_t)(i * 7);
	rw(&host, 0x01, 5, 2, host.data_bus, 0);
	assert_int_equal(run(&host, 1), 0);
	sim_namespace_read(host.sim, 1, 5, 2, back);
	assert_memory_equal(back, host.data, 1024);
	memset(host.data, 0, 1024);
	rw(&host, 0x02, 5, 2, host.data_bus + 512, 0);
	assert_int_equal(run(&host, 1), 0);
	assert_memory_equal(back, host.data + 512, 1024);
	finish(&host);
}

static void test_illegal_commands(void **state)
{
	struct host host;
	uint8_t *entry;

	(void)state;
	start(&host, &(struct sim_config){.mdts = 2});
	rw(&host, 0x02, 2047, 2, host.data_bus, 0);
	assert_int_equal(run(&host, 1) & 0x7ff, 0x080);
	assert_violation(&host, "LBA 2047+2");
	rw(&host, 0x02, UINT64_MAX, 2, host.data_bus, 0);
	assert_int_equal(run(&host, 1) & 0x7ff, 0x080);
	assert_violation(&host, "LBA 1844");
	rw(&host, 0x02, 0, 1, host.data_bus + 2, 0);
	assert_int_equal(run(&host, 1) & 0x7ff, 0x013);
	assert_violation(&host, "not dword aligned");
	rw(&host, 0x02, 0, 16, host.data_bus, host.data_bus + 4096 + 8);
	assert_int_equal(run(&host, 1) & 0x7ff, 0x013);
	assert_violation(&host, "PRP2");
	rw(&host, 0x02, 0, 1, host.data_bus, host.data_bus + 4096);
	assert_int_equal(run(&host, 1), 0);
	assert_violation(&host, "PRP2 100");
	rw(&host, 0x02, 0, 33, host.data_bus, host.data_bus);
	assert_int_equal(run(&host, 1) & 0x7ff, 0x002);
	assert_violation(&host, "beyond MDTS");
	rw(&host, 0x02, 0, 16, host.data_bus + 7 * 4096, host.data_bus + 8 * 4096);
	run(&host, 1);
	assert_violation(&host, "nobody's memory");
	rw(&host, 0x02, 0, 1, (uintptr_t)host.data, 0);
	run(&host, 1);
	assert_violation(&host, "nobody's memory");
	entry = rw(&host, 0x02, 0, 1, host.data_bus, 0);
	entry[1] = 0x04;
	run(&host, 1);
	assert_violation(&host, "reserved bits");
	entry = rw(&host, 0x02, 0, 1, host.data_bus, 0);
	entry[4] = 9;
	assert_int_equal(run(&host, 1) & 0x7ff, 0x00b);
	assert_violation(&host, "namespace 9");
	rw(&host, 0x99, 0, 1, host.data_bus, 0);
	assert_int_equal(run(&host, 1) & 0x7ff, 0x001);
	assert_violation(&host, "not supported");
	entry = rw(&host, 0x02, 0, 1, host.data_bus, 0);
	put(entry, 8, 1, 4);
	run(&host, 1);
	assert_violation(&host, "reserved dword 2");
	finish(&host);
}

static void test_illegal_queue_use(void **state)
{
	struct host host;
	uint8_t *entry;

	(void)state;
	start(&host, NULL);
	nvme_write32(host.bar + 0x1008, ENTRIES);
	assert_violation(&host, "tail 8 of 8");
	nvme_write32(host.bar + 0x100c, 3);
	assert_violation(&host, "head 0 to 3, but tail is 0");
	nvme_write32(host.bar + 0x1010, 0);
	assert_violation(&host, "queue 2, which is not there");
	nvme_write32(host.bar + 0x1008, 0);
	assert_violation(&host, "written again");
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	put(host.rings[1].sq + 64, 2, host.next_cid - 1, 2);
	ring_tail(&host, 1);
	assert_violation(&host, "already outstanding");
	nvme_write32(host.bar + 0x1008, 1);
	assert_violation(&host, "runs over head 0 of 8");
	sim_advance(1000000);
	entry = next_entry(&host, 0, 0x01);
	put(entry, 24, host.rings[1].sq_bus + 64, 8);
	put(entry, 40, (ENTRIES - 1) << 16 | 2, 4);
	put(entry, 44, 1 << 16 | 1, 4);
	assert_int_equal(run(&host, 0) & 0x7ff, 0x013);
	assert_violation(&host, "not page aligned");
	entry = next_entry(&host, 0, 0x05);
	put(entry, 24, host.rings[1].cq_bus, 8);
	put(entry, 40, (ENTRIES - 1) << 16 | 2, 4);
	put(entry, 44, 1, 4);
	assert_int_not_equal(run(&host, 0), 0);
	assert_violation(&host, "has its phase set");
	entry = next_entry(&host, 0, 0x04);
	put(entry, 40, 1, 4);
	assert_int_equal(run(&host, 0) & 0x7ff, 0x10c);
	assert_violation(&host, "has a submission queue");
	finish(&host);
}

static void test_illegal_property_use(void **state)
{
	struct host host;

	(void)state;
	start(&host, NULL);
	nvme_write32(host.bar + 0x24, 0x70007);
	assert_violation(&host, "AQA written while CC.EN is 1");
	nvme_read64(host.bar + 0x18);
	assert_violation(&host, "8-byte read");
	nvme_write32(host.bar + 0x00, 1);
	assert_violation(&host, "write of CAP");
	nvme_read32(host.bar + 0x1000);
	assert_violation(&host, "read of a doorbell");
	nvme_write32(host.bar + 0x20, 0x4e564d65);
	assert_violation(&host, "NSSRS is 0");
	nvme_write32(host.bar + 0x14, 0);
	nvme_write32(host.bar + 0x14, 0x00460001);
	assert_violation(&host, "CC.EN set while CSTS.RDY is 1");
	nvme_write32(host.bar + 0x14, 0);
	wait_csts(&host, 0);
	nvme_write32(host.bar + 0x14, 0x00460001);
	nvme_write32(host.bar + 0x14, 0);
	assert_violation(&host, "CC.EN cleared before");
	wait_csts(&host, 0);
	nvme_write32(host.bar + 0x1000, 1);
	assert_violation(&host, "not ready");
	finish(&host);
}

static void test_faults(void **state)
{
	struct host host;
	uint8_t done[16];
	uint16_t lost;

	(void)state;
	start(&host, NULL);
	sim_add_fault(host.sim, &(struct sim_fault){.kind = SIM_STATUS,
						    .queue = 1,
						    .opcode = 0x02,
						    .skip = 1,
						    .status = 0x281 | SIM_DNR});
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	assert_int_equal(run(&host, 1), 0);
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	assert_int_equal(run(&host, 1), 0x4281);
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	assert_int_equal(run(&host, 1), 0);
	sim_add_fault(host.sim,
		      &(struct sim_fault){.kind = SIM_DUPLICATE, .queue = 1, .opcode = SIM_ANY});
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	assert_int_equal(run(&host, 1), 0);
	assert_int_equal(reap(&host, 1, done), 0);
	assert_int_equal(done[12] | done[13] << 8, host.next_cid);
	sim_add_fault(host.sim,
		      &(struct sim_fault){
			      .kind = SIM_WRONG_SQID, .queue = 1, .opcode = SIM_ANY, .value = 77});
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	ring_tail(&host, 1);
	reap(&host, 1, done);
	assert_int_equal(done[10], 77);
	sim_add_fault(host.sim, &(struct sim_fault){.kind = SIM_LOSE, .queue = 1, .opcode = 2});
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	lost = host.next_cid;
	ring_tail(&host, 1);
	sim_advance(10000000000);
	put(next_entry(&host, 0, 0x08), 40, (uint32_t)lost << 16 | 1, 4);
	assert_int_equal(run(&host, 0), 0);
	assert_int_equal(reap(&host, 1, done), 0x007);
	sim_add_fault(host.sim, &(struct sim_fault){.kind = SIM_FATAL, .queue = 1, .opcode = 2});
	rw(&host, 0x02, 0, 1, host.data_bus, 0);
	ring_tail(&host, 1);
	sim_advance(1000000);
	assert_int_equal(nvme_read32(host.bar + 0x1c), 3);
	sim_remove(host.sim);
	assert_int_equal(nvme_read32(host.bar + 0x1c), 0xffffffff);
	assert_true(nvme_read64(host.bar) == UINT64_MAX);
	assert_int_equal(sim_fault_hits(host.sim), 5);
	finish(&host);
}

static void test_volatile_cache(void **state)
{
	struct host host;
	uint8_t back[512];
	unsigned kept = 0;

	(void)state;
	start(&host, &(struct sim_config){.volatile_cache = true});
	memset(host.data, 0xaa, 512);
	rw(&host, 0x01, 0, 1, host.data_bus, 0);
	assert_int_equal(run(&host, 1), 0);
	put(next_entry(&host, 1, 0x00), 4, 1, 4);
	assert_int_equal(run(&host, 1), 0);
	for (unsigned i = 1; i < 64; i++) {
		rw(&host, 0x01, i, 1, host.data_bus, 0);
		assert_int_equal(run(&host, 1), 0);
	}
	sim_power_cut(host.sim);
	for (unsigned i = 0; i < 64; i++) {
		sim_namespace_read(host.sim, 1, i, 1, back);
		assert_true(back[0] == 0 || back[0] == 0xaa);
		if (i == 0)
			assert_int_equal(back[0], 0xaa);
		kept += back[0] != 0;
	}
	assert_in_range(kept, 10, 54);
	finish(&host);
}

static void test_strides(void **state)
{
	(void)state;
	for (unsigned dstrd = 0; dstrd < 16; dstrd++) {
		struct sim_config config = {.cap = sim_cap(15, true, 10, dstrd, 1, 0, 0)};
		struct host host;

		start(&host, &config);
		rw(&host, 0x02, 0, 1, host.data_bus, 0);
		assert_int_equal(run(&host, 1), 0);
		finish(&host);
	}
}

/* With DULBE what was deallocated, or never written, is no block for those that read it; Write
 * Uncorrectable has a status of its own. Write Zeroes writes, where it is not asked to deallocate.
 */
static void test_blocks_that_cannot_be_read(void **state)
{
	static const struct sim_namespace_config namespaces[] = {
		{.block_count = 64, .dulbe = true, .dlfeat = 9, .mssrl = 8, .mcl = 8}};
	static const uint8_t readers[] = {0x02, 0x05, 0x0c}; /* Read, Compare, Verify */
	struct host host;
	uint8_t *entry;

	(void)state;
	start(&host,
	      &(struct sim_config){.namespaces = namespaces,
				   .namespace_count = 1,
				   .oncs = SIM_ONCS_COMPARE | SIM_ONCS_UNCORRECT | SIM_ONCS_VERIFY |
					   SIM_ONCS_WRITE_ZEROES | SIM_ONCS_COPY});
	entry = next_entry(&host, 0, 0x09);
	put(entry, 4, 1, 4);
	put(entry, 40, 5, 4);
	put(entry, 44, 0x10000, 4);
	assert_int_equal(run(&host, 0), 0);
	memset(host.data, 0, 512);
	rw(&host, 0x08, 1, 1, 0, 0); /* Write Zeroes */
	assert_int_equal(run(&host, 1), 0);
	put(rw(&host, 0x08, 2, 1, 0, 0), 48, 1 << 25, 4); /* with DEAC */
	assert_int_equal(run(&host, 1), 0);
	rw(&host, 0x04, 3, 1, 0, 0); /* Write Uncorrectable */
	assert_int_equal(run(&host, 1), 0);
	for (unsigned i = 0; i < sizeof(readers); i++) {
		static const unsigned statuses[] = {0x287, 0, 0x287, 0x281};

		for (unsigned lba = 0; lba < 4; lba++) {
			rw(&host, readers[i], lba, 1, readers[i] == 0x0c ? 0 : host.data_bus, 0);
			assert_int_equal(run(&host, 1) & 0x7ff, statuses[lba]);
		}
	}
	/* Copy of block 2 to 8. */
	memset(host.data, 0, 32);
	host.data[8] = 2;
	put(rw(&host, 0x19, 8, 1, host.data_bus, 0), 48, 0, 4);
	assert_int_equal(run(&host, 1) & 0x7ff, 0x287);
	sim_take_violations(host.sim);
	finish(&host);
}

TESTS(cmocka_unit_test(test_write_and_read), cmocka_unit_test(test_illegal_commands),
      cmocka_unit_test(test_illegal_queue_use), cmocka_unit_test(test_illegal_property_use),
      cmocka_unit_test(test_faults), cmocka_unit_test(test_volatile_cache),
      cmocka_unit_test(test_strides), cmocka_unit_test(test_blocks_that_cannot_be_read))
