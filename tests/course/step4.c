/* Step 4: I/O queues, reads and writes, Flush. */
#include "tests/course/steps.h"

#include "tests/sim/internal.h"

#define PAGE	4096u
#define BLOCKS	2048u /* of namespace 1, if nothing else is said */
#define BUFFERS (2u << 20)

static uint8_t *buffer; /* page aligned; the machine knows of it */

static void start(void)
{
	start_io();
	buffer = aligned_alloc(PAGE, BUFFERS);
	memset(buffer, 0xee, BUFFERS);
	machine_buffer(buffer, BUFFERS);
}

static unsigned block_size(void)
{
	return setting->sim.namespaces ? 1u << setting->sim.namespaces[0].block_shift : 512;
}

/* What block number lba holds: something else in each. */
static void fill(uint8_t *bytes, uint64_t lba, uint64_t count, unsigned salt)
{
	for (uint64_t i = 0; i < count * block_size() / 8; i++) {
		uint64_t x = (lba * block_size() / 8 + i + 1) * 0x9e3779b97f4a7c15ull + salt;

		x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
		memcpy(bytes + 8 * i, &x, 8);
	}
}

/* The first block that differs is told. */
static void expect_blocks(const uint8_t *bytes, uint64_t lba, uint64_t count, unsigned salt,
			  const char *what)
{
	uint8_t *wanted = malloc(count * block_size());

	fill(wanted, lba, count, salt);
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *is = bytes + i * block_size(), *should = wanted + i * block_size();
		unsigned at = 0;

		while (at < block_size() && is[at] == should[at])
			at++;
		if (at < block_size())
			fail("%s: byte %u of block %llu (%llu of %llu) is %02x, and should be %02x",
			     what, at, (unsigned long long)(lba + i), (unsigned long long)i + 1,
			     (unsigned long long)count, is[at], should[at]);
	}
	free(wanted);
}

/* Reads blocks that the namespace holds into the buffer from that offset on. */
static void read_at(uint64_t lba, unsigned blocks, size_t offset)
{
	uint8_t *bytes = malloc((size_t)blocks * block_size());
	size_t end = offset + (size_t)blocks * block_size();

	fill(bytes, lba, blocks, 1);
	sim_namespace_write(sim, 1, lba, blocks, bytes);
	memset(buffer, 0xee, BUFFERS);
	CALL(driver_read(lba, blocks, buffer + offset));
	expect_blocks(buffer + offset, lba, blocks, 1, "what was read");
	expect(!offset || buffer[offset - 1] == 0xee, "the byte before the buffer was written");
	expect(buffer[end] == 0xee, "the byte behind the buffer was written");
	free(bytes);
}

static void write_at(uint64_t lba, unsigned blocks, size_t offset)
{
	uint8_t *bytes = calloc(blocks, block_size());

	fill(buffer + offset, lba, blocks, 2);
	CALL(driver_write(lba, blocks, buffer + offset));
	sim_namespace_read(sim, 1, lba, blocks, bytes);
	expect_blocks(bytes, lba, blocks, 2, "what was written");
	free(bytes);
}

static void expect_number_of_queues(void)
{
	const uint8_t *entry = machine_executed(0, SIM_SET_FEATURES);

	expect(entry, "no Set Features (09h) has come");
	expect(get32(entry + 40) == 7, "Set Features had dword 10 %08xh: Number of Queues is 07h",
	       get32(entry + 40));
}

/* How the queues are created is another check's. */
static void end_before_queues(unsigned queue, const uint8_t entry[64])
{
	if (queue || (entry[0] != SIM_CREATE_CQ && entry[0] != SIM_CREATE_SQ))
		return;
	expect_number_of_queues();
	pass();
}

static void test_number_of_queues(void)
{
	machine_before = end_before_queues;
	start();
	expect_number_of_queues();
}

static void expect_queue(const char *name, uint8_t opcode, unsigned entry_size)
{
	const uint8_t *entry = machine_executed(0, opcode);
	unsigned entries;

	expect(entry, "no Create I/O %s Queue (%02xh) has come", name, opcode);
	entries = (get32(entry + 40) >> 16) + 1;
	expect((get32(entry + 40) & 0xffff) == 1, "the I/O %s queue has ID %u: it should be 1",
	       name, get32(entry + 40) & 0xffff);
	expect(machine_owns(get64(entry + 24), (size_t)entries * entry_size),
	       "an I/O %s queue of %u entries at %llxh, where the driver has less memory than that",
	       name, entries, (unsigned long long)get64(entry + 24));
}

static void test_queues(void)
{
	start();
	expect_queue("Completion", SIM_CREATE_CQ, 16);
	expect_queue("Submission", SIM_CREATE_SQ, 64);
	expect(!(get32(machine_executed(0, SIM_CREATE_CQ) + 44) & 2),
	       "IEN (bit 1) is 1, and nobody has asked for interrupts");
	expect(sim_queue_size(sim, 1, true), "there is no I/O completion queue 1");
	expect(sim_queue_size(sim, 1, false), "there is no I/O submission queue 1");
}

static void test_read(void)
{
	start();
	read_at(3, 1, 0);
	read_at(0, 1, 0);
	read_at(BLOCKS - 1, 1, 0);
}

static void test_count(void)
{
	const uint8_t *entry;

	start();
	read_at(100, 4, 0);
	entry = machine_executed(1, SIM_READ);
	expect(get16(entry + 48) == 3, "a Read of 4 blocks had NLB %u, which counts from 0",
	       get16(entry + 48));
}

static void test_write(void)
{
	uint8_t neighbour[512];

	start();
	write_at(7, 1, 0);
	write_at(20, 3, 0);
	for (unsigned lba = 19; lba <= 23; lba += 4) {
		sim_namespace_read(sim, 1, lba, 1, neighbour);
		for (unsigned i = 0; i < sizeof(neighbour); i++)
			expect(!neighbour[i], "block %u beside those 3 at 20 was written", lba);
	}
}

static void test_far(void)
{
	start();
	read_at(0x123456789ull, 2, 0);
	write_at(0x200000005ull, 2, 0);
}

static void test_two_pages(void)
{
	start();
	read_at(8, 16, 0);
	write_at(8, 16, 0);
}

static void test_crossing(void)
{
	start();
	read_at(8, 8, 512);
	write_at(8, 8, 512);
	read_at(5, 1, PAGE - 4);
	write_at(5, 1, PAGE - 252);
}

static void test_list(void)
{
	start();
	read_at(16, 24, 0);
	read_at(16, 128, 0);
	write_at(16, 128, 0);
}

static void test_odd_list(void)
{
	start();
	for (size_t offset = 4; offset < PAGE; offset += 684) {
		read_at(40, 64, offset);
		write_at(40, 64, offset);
	}
}

static void test_mdts(void)
{
	start();
	read_at(1, 200, 0);
	write_at(1, 200, 1024);
	expect(sim_statistics(sim)->largest_transfer <= 8192, "a command moved %llu bytes",
	       (unsigned long long)sim_statistics(sim)->largest_transfer);
}

static void test_large(void)
{
	start();
	read_at(0, BLOCKS, 0);
	write_at(0, BLOCKS, 0);
}

static void test_range(void)
{
	start();
	CALL_FAILS(driver_read(BLOCKS, 1, buffer), EINVAL);
	CALL_FAILS(driver_write(BLOCKS - 1, 2, buffer), EINVAL);
	CALL_FAILS(driver_read(UINT64_MAX, 2, buffer), EINVAL);
	CALL_FAILS(driver_read(0, 0, buffer), EINVAL);
	expect(!machine_executed_count(1, SIM_READ) && !machine_executed_count(1, SIM_WRITE),
	       "a command was sent all the same");
}

static void test_blocks(void)
{
	start();
	read_at(3, 1, 0);
	write_at(5, 9, 512);
	read_at(5, 40, 0);
}

static void test_wrap(void)
{
	start();
	for (unsigned i = 0; i < 300; i++) {
		uint64_t lba = i * 7 % BLOCKS;

		if (i % 3)
			read_at(lba, 1, 0);
		else
			write_at(lba, 1, 0);
	}
}

static void test_flush(void)
{
	const uint8_t *entry;
	uint8_t bytes[512];

	start();
	fill(buffer, 9, 1, 3);
	CALL(driver_write(9, 1, buffer));
	CALL(driver_flush());
	entry = machine_executed(1, SIM_FLUSH);
	expect(entry, "no Flush (00h) has come");
	expect(get32(entry + 4) == 1, "Flush had NSID %u", get32(entry + 4));
	sim_power_cut(sim);
	sim_namespace_read(sim, 1, 9, 1, bytes);
	expect_blocks(bytes, 9, 1, 3, "behind a Flush and a power cut");
}

static void test_memory(void)
{
	size_t before;

	start();
	read_at(0, 64, 0);
	before = machine_dma();
	for (unsigned i = 0; i < 30; i++)
		read_at(i, 64, 0);
	expect(machine_dma() <= before,
	       "30 more reads, and the driver has %zu bytes of DMA memory, before %zu",
	       machine_dma(), before);
}

static void test_slow(void)
{
	const struct sim_fault slow = {
		.kind = SIM_DELAY, .queue = 1, .opcode = SIM_READ, .value = 3 * S};

	start();
	sim_add_fault(sim, &slow);
	read_at(11, 8, 0);
}

static void test_random(void)
{
	uint64_t random = 1;

	start();
	for (unsigned i = 0; i < 300; i++) {
		uint64_t lba;
		unsigned blocks;

		random = random * 6364136223846793005ull + 1442695040888963407ull;
		lba = (random >> 33) % BLOCKS;
		blocks = 1 + (unsigned)(random >> 50) % 300;
		if (blocks > BLOCKS - lba)
			blocks = (unsigned)(BLOCKS - lba);
		if (random >> 20 & 1)
			read_at(lba, blocks, random >> 40 & 0xffc);
		else
			write_at(lba, blocks, random >> 40 & 0xffc);
	}
}

#define SEED .sim.cap = SIM_CAP_SEED

static const struct sim_namespace_config far_blocks[] = {
	{.nsid = 1, .block_count = 0x300000000ull, .block_shift = 9}};
static const struct sim_namespace_config large_blocks[] = {
	{.nsid = 1, .block_count = 1024, .block_shift = 12, .format = 1}};

#define ONE(list) .namespace_count = 1, .namespaces = list

#define NVM(section) "NVM Command Set 1.0, section " section

static const struct check checks[] = {
	CHECK("4.1", "asks for queues by Set Features", "5.27.1.5", test_number_of_queues),
	CHECK("4.2", "creates the completion queue, then the submission queue", "3.3.1.1",
	      test_queues),
	CHECK("4.3", "no more entries than CAP.MQES says", "3.1.3.1", test_queues, SEED),
	CHECK("4.4", "reads a block", NVM("3.2.4"), test_read),
	CHECK("4.5", "NLB counts from 0", NVM("3.2.4"), test_count),
	CHECK("4.6", "writes blocks, and no others", NVM("3.2.6"), test_write),
	CHECK("4.7", "all 64 bits of SLBA", NVM("3.2.4"), test_far, .sim = {ONE(far_blocks)}),
	CHECK("4.8", "two pages: PRP2 is the second one's address", "4.1.1", test_two_pages),
	CHECK("4.9", "a buffer that crosses a page", "4.1.1", test_crossing),
	CHECK("4.10", "three pages and more: PRP2 is a list's address", "4.1.1", test_list),
	CHECK("4.11", "a list for a buffer that begins in a page", "4.1.1", test_odd_list),
	CHECK("4.12", "no command of more than MDTS", "5.17.2.1", test_mdts, .sim.mdts = 1),
	CHECK("4.13", "1 MiB at once", "4.1.1", test_large),
	CHECK("4.14", "-EINVAL beyond the end, and for no blocks", NVM("3.2.4"), test_range),
	CHECK("4.15", "blocks of 4,096 bytes", NVM("4.1.5.1"), test_blocks,
	      .sim = {ONE(large_blocks)}),
	CHECK("4.16", "300 commands: the I/O queues wrap", "3.3.3.2", test_wrap),
	CHECK("4.17", "the same on the course's controller", "3.3.3.2", test_wrap, SEED),
	CHECK("4.18", "Flush: what was written survives a power cut", "7.1", test_flush,
	      .sim.volatile_cache = true),
	CHECK("4.19", "waits for a command that takes 3 s", "3.3.1.2", test_slow),
	CHECK("4.20", "needs no more memory with each command", "4.1.1", test_memory),
	CHECK("4.21", "300 reads and writes of all sizes, MDTS 5", "4.1.1", test_random,
	      .sim = {.mdts = 5, .jitter_ns = 50 * US}),
};

const struct step step4 = STEP("4-io.md", checks);
