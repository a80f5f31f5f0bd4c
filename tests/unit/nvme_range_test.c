/* Discard, Write Zeroes, Verify and FUA through the driver: only the blocks that were asked for
 * change, whatever limits the controller has. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/single.h"

#define ONCS   (SIM_ONCS_DSM | SIM_ONCS_WRITE_ZEROES | SIM_ONCS_VERIFY)
#define BLOCKS 1500
#define DSM    0x09
#define ZEROES 0x08
#define VERIFY 0x0c

static const struct sim_namespace_config three[] = {
	{.block_count = BLOCKS},
	{.block_count = BLOCKS, .block_shift = 12},
	{.block_count = BLOCKS},
};
static const struct sim_config offers_all = {
	.oncs = ONCS, .namespaces = three, .namespace_count = 3};

static uint64_t sent(const struct driver *driver, unsigned opcode)
{
	return sim_statistics(driver->sim)->commands[1][opcode];
}

static uint8_t pattern(uint32_t nsid, uint64_t offset)
{
	return (uint8_t)(1 + (offset * 31 + offset / 509 + nsid * 77) % 255); /* never 0 */
}

static void fill_all(struct driver *driver)
{
	for (uint32_t nsid = 1; nsid <= 3; nsid++) {
		size_t size = (size_t)BLOCKS << (nsid == 2 ? 12 : 9);
		uint8_t *bytes = malloc(size);

		for (size_t i = 0; i < size; i++)
			bytes[i] = pattern(nsid, i);
		sim_namespace_write(driver->sim, nsid, 0, BLOCKS, bytes);
		free(bytes);
	}
}

/* All blocks hold their pattern, but those [lba, lba + count) of a namespace, which are zero. */
static void compare_all(struct driver *driver, uint32_t changed, uint64_t lba, uint64_t count)
{
	for (uint32_t nsid = 1; nsid <= 3; nsid++) {
		unsigned shift = nsid == 2 ? 12 : 9;
		size_t size = (size_t)BLOCKS << shift;
		uint8_t *bytes = malloc(size);

		sim_namespace_read(driver->sim, nsid, 0, BLOCKS, bytes);
		for (size_t i = 0; i < size; i++) {
			bool zero =
				nsid == changed && i >> shift >= lba && i >> shift < lba + count;

			assert_int_equal(bytes[i], zero ? 0 : pattern(nsid, i));
		}
		free(bytes);
	}
}

static struct block_device *namespace(const struct driver *driver, uint32_t nsid)
{
	struct nvme_namespace *ns = nvme_namespace_first(driver->controller);

	while (ns->nsid != nsid)
		ns = ns->next;
	return &ns->block;
}

/* Where ranges begin and end, and how many commands and ranges they become. */
static void test_discard_limits(void **state)
{
	static const struct {
		unsigned ranges_limit, range_limit, discard_limit;
		uint64_t lba, count;
		unsigned commands, ranges;
	} rows[] = {
		{0, 0, 0, 0, BLOCKS, 1, 1},	{0, 0, 0, BLOCKS - 1, 1, 1, 1},
		{0, 1, 0, 3, 1, 1, 1},		{0, 1, 0, 3, 256, 1, 256},
		{0, 1, 0, 3, 257, 2, 257},	{0, 1, 0, 0, BLOCKS, 6, BLOCKS},
		{255, 1, 0, 0, 256, 2, 256},	{1, 1, 0, 7, 9, 9, 9},
		{1, 0, 0, 7, 900, 1, 1},	{3, 100, 0, 1, 1000, 4, 10},
		{0, 100, 250, 1, 1000, 4, 12},	{0, 0, 1, 5, 4, 4, 4},
		{16, 1499, 0, 0, BLOCKS, 1, 2}, {16, UINT32_MAX, 0, 0, BLOCKS, 1, 1},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = offers_all;
		uint32_t nsid = 1 + i % 3;
		struct driver driver;

		config.ranges_limit = rows[i].ranges_limit;
		config.range_limit = rows[i].range_limit;
		config.discard_limit = rows[i].discard_limit;
		driver_start(&driver, &config, NULL);
		fill_all(&driver);
		assert_int_equal(
			block_discard(namespace(&driver, nsid), rows[i].lba, rows[i].count), 0);
		compare_all(&driver, nsid, rows[i].lba, rows[i].count);
		assert_int_equal(sent(&driver, DSM), rows[i].commands);
		assert_int_equal(sim_statistics(driver.sim)->ranges, rows[i].ranges);
		driver_stop(&driver);
	}
}

static void prefer(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		   size_t size)
{
	(void)context;
	if (queue || command[0] != 0x06 || command[40] != 0x00 || size < 4096)
		return;
	bytes[24] = 0x12; /* NSFEAT */
	bytes[36] = 3;	  /* NAWUPF */
	bytes[64] = 7;	  /* NPWG */
	bytes[68] = 15;	  /* NPDG */
	bytes[72] = 63;	  /* NOWS */
}

/* What is preferred is shown; ranges that are cut are whole units. */
static void test_preferences(void **state)
{
	struct sim_config config = offers_all;
	const struct block_limits *limits;
	struct driver driver;

	(void)state;
	config.hooks.data = prefer;
	config.range_limit = 50;
	config.ranges_limit = 4;
	config.write_zeroes_limit = 3;
	driver_start(&driver, &config, NULL);
	limits = &driver.device->limits;
	assert_int_equal(limits->physical_size, 4 * 512);
	assert_int_equal(limits->io_min, 8 * 512);
	assert_int_equal(limits->io_optimal, 64 * 512);
	assert_int_equal(limits->discard_granularity, 16 * 512);
	assert_int_equal(limits->discard_max, 50 * 512);
	assert_int_equal(limits->write_zeroes_max, 32768);
	assert_int_equal(limits->verify_max, 1 << 20);
	assert_true(limits->fua);
	fill_all(&driver);
	/* 5 to 48, 48 to 96, 96 to 144, 144 to 160 */
	assert_int_equal(block_discard(driver.device, 5, 155), 0);
	compare_all(&driver, 1, 5, 155);
	assert_int_equal(sent(&driver, DSM), 1);
	assert_int_equal(sim_statistics(driver.sim)->ranges, 4);
	driver_stop(&driver);

	driver_start(&driver, &offers_all, NULL);
	limits = &driver.device->limits;
	assert_int_equal(limits->physical_size, 512);
	assert_int_equal(limits->io_min, 512);
	assert_int_equal(limits->io_optimal, 0);
	assert_int_equal(limits->discard_granularity, 512);
	assert_int_equal(limits->discard_max, 512ull * UINT32_MAX);
	driver_stop(&driver);
}

/* WZSL and VSL count in 4 KiB; NLB ends at 65,536 blocks. Where they say nothing it is as with
 * reads, of 1 MiB: what a controller does block by block has to be done before a deadline, all that
 * is in flight of it. */
static void test_command_limits(void **state)
{
	static const struct {
		unsigned limit, shift;
		uint64_t count, commands;
	} rows[] = {
		{0, 9, 2048, 1}, {0, 9, 2049, 2},   {0, 12, 257, 2},
		{1, 9, 16, 1},	 {1, 9, 17, 2},	    {1, 12, 5, 3},
		{2, 14, 3, 3},	 {20, 9, 65536, 1}, {20, 9, 65537, 2},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_namespace_config large = {.block_count = 70000,
						     .block_shift = rows[i].shift};
		struct sim_config config = {.oncs = ONCS,
					    .write_zeroes_limit = rows[i].limit,
					    .verify_limit = rows[i].limit,
					    .namespaces = &large,
					    .namespace_count = 1};
		uint64_t marked[] = {2, 3, 2 + rows[i].count, 3 + rows[i].count};
		uint8_t *block = malloc(1u << rows[i].shift);
		struct driver driver;

		driver_start(&driver, &config, NULL);
		memset(block, 0x5a, 1u << rows[i].shift);
		for (unsigned m = 0; m < 4; m++)
			sim_namespace_write(driver.sim, 1, marked[m], 1, block);
		assert_int_equal(block_write_zeroes(driver.device, 3, rows[i].count, 0), 0);
		assert_int_equal(sent(&driver, ZEROES), rows[i].commands);
		assert_int_equal(block_verify(driver.device, 3, rows[i].count), 0);
		assert_int_equal(sent(&driver, VERIFY), rows[i].commands);
		for (unsigned m = 0; m < 4; m++) {
			sim_namespace_read(driver.sim, 1, marked[m], 1, block);
			assert_int_equal(block[0], m == 0 || m == 3 ? 0x5a : 0);
		}
		free(block);
		driver_stop(&driver);
	}
}

/* A limit below a block, and one that is no size at all. */
static void test_nonsense(void **state)
{
	struct sim_namespace_config large = {.block_shift = 14};
	struct sim_config config = {.oncs = ONCS,
				    .write_zeroes_limit = 1,
				    .verify_limit = 255,
				    .namespaces = &large,
				    .namespace_count = 1};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_int_equal(driver.device->limits.write_zeroes_max, 1 << 14);
	assert_int_equal(driver.device->limits.verify_max, 65536u << 14);
	driver_stop(&driver);
}

static void test_zeroes_and_neighbours(void **state)
{
	static const struct {
		uint64_t lba, count;
	} rows[] = {{0, 1}, {BLOCKS - 1, 1}, {0, BLOCKS}, {100, 17}, {700, 0}};

	(void)state;
	for (unsigned i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t lba = rows[i / 3].lba, count = rows[i / 3].count;
		struct sim_config config = offers_all;
		struct driver driver;

		config.write_zeroes_limit = i % 2;
		driver_start(&driver, &config, NULL);
		fill_all(&driver);
		assert_int_equal(block_write_zeroes(namespace(&driver, 1 + i % 3), lba, count, 0),
				 0);
		assert_int_equal(block_verify(namespace(&driver, 1 + i % 3), lba, count), 0);
		compare_all(&driver, 1 + i % 3, lba, count);
		driver_stop(&driver);
	}
}

static void assert_refused(struct driver *driver, int discard, int zeroes, int verify)
{
	assert_int_equal(block_discard(driver->device, 3, 5), discard);
	assert_int_equal(block_write_zeroes(driver->device, 3, 5, 0), zeroes);
	assert_int_equal(block_write_zeroes(driver->device, 3, 5, BLOCK_DEALLOCATE), zeroes);
	assert_int_equal(block_verify(driver->device, 3, 5), verify);
	if (discard)
		assert_int_equal(sent(driver, DSM), 0);
	if (zeroes)
		assert_int_equal(sent(driver, ZEROES), 0);
	if (verify)
		assert_int_equal(sent(driver, VERIFY), 0);
}

static void test_not_offered(void **state)
{
	static const unsigned offered[] = {0, SIM_ONCS_DSM, SIM_ONCS_WRITE_ZEROES, SIM_ONCS_VERIFY};
	struct driver driver;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct sim_config config = {.oncs = offered[i]};

		driver_start(&driver, &config, NULL);
		assert_refused(&driver, i == 1 ? 0 : -EOPNOTSUPP, i == 2 ? 0 : -EOPNOTSUPP,
			       i == 3 ? 0 : -EOPNOTSUPP);
		driver_stop(&driver);
	}
}

/* A limit says that the command is there, and that it takes no more: what goes beyond is refused.
 * One of the three of Dataset Management says nothing without the others. */
static void test_offered_by_limit(void **state)
{
	static const struct {
		unsigned oncs, verify, zeroes, ranges, range;
		uint64_t discard;
		int expected[3];
	} rows[] = {
		{0, 1, 0, 0, 0, 0, {-EOPNOTSUPP, -EOPNOTSUPP, 0}},
		{0, 0, 1, 0, 0, 0, {-EOPNOTSUPP, 0, -EOPNOTSUPP}},
		{0, 0, 0, 4, 10, 30, {0, -EOPNOTSUPP, -EOPNOTSUPP}},
		{0, 0, 0, 0, 10, 0, {-EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP}},
		{SIM_ONCS_VERIFY, 1, 1, 1, 1, 1, {0, 0, 0}},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.oncs = rows[i].oncs,
					    .verify_limit = rows[i].verify,
					    .write_zeroes_limit = rows[i].zeroes,
					    .ranges_limit = rows[i].ranges,
					    .range_limit = rows[i].range,
					    .discard_limit = rows[i].discard};
		struct driver driver;

		driver_start(&driver, &config, NULL);
		assert_int_equal(block_discard(driver.device, 3, 100), rows[i].expected[0]);
		assert_int_equal(block_write_zeroes(driver.device, 3, 100, 0), rows[i].expected[1]);
		assert_int_equal(block_verify(driver.device, 3, 100), rows[i].expected[2]);
		driver_stop(&driver);
	}
}

/* VSL counts the metadata that is moved behind each block: 63 blocks of 512 + 8 bytes are no more
 * than 32 KiB, 64 of 512 with metadata elsewhere. */
static void test_limit_with_metadata(void **state)
{
	(void)state;
	for (unsigned extended = 0; extended < 2; extended++) {
		struct sim_namespace_config with = {.metadata = 8, .extended = extended};
		struct sim_config config = {.oncs = SIM_ONCS_VERIFY,
					    .verify_limit = 3,
					    .namespaces = &with,
					    .namespace_count = 1};
		struct driver driver;

		driver_start(&driver, &config, NULL);
		assert_int_equal(driver.device->limits.verify_max, (extended ? 63 : 64) * 512);
		assert_int_equal(block_verify(driver.device, 3, 200), 0);
		driver_stop(&driver);
	}
}

/* MSSRL and MCL are blocks, MSRC is 0's based; without Copy they mean nothing. */
static void test_copy_limits(void **state)
{
	(void)state;
	for (unsigned offered = 0; offered < 2; offered++) {
		struct sim_namespace_config with = {
			.block_shift = 12, .mssrl = 65535, .mcl = UINT32_MAX, .msrc = 255};
		struct sim_config config = {.oncs = offered ? SIM_ONCS_COPY : 0,
					    .namespaces = &with,
					    .namespace_count = 1};
		const struct block_limits *limits;
		struct driver driver;

		driver_start(&driver, &config, NULL);
		limits = &driver.device->limits;
		assert_int_equal(limits->copy_range_max, offered ? 65535ull << 12 : 0);
		assert_int_equal(limits->copy_max, offered ? (uint64_t)UINT32_MAX << 12 : 0);
		assert_int_equal(limits->copy_ranges_max, offered ? 256 : 0);
		driver_stop(&driver);
	}
}

static void test_read_only(void **state)
{
	struct sim_namespace_config namespace = {.read_only = true};
	struct sim_config config = {.oncs = ONCS, .namespaces = &namespace, .namespace_count = 1};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_refused(&driver, -EROFS, -EROFS, 0);
	driver_stop(&driver);
}

/* Before I/O command sets there is nothing to ask; and one may refuse to answer. */
static void test_no_limits_said(void **state)
{
	struct sim_config config = offers_all;
	struct sim_fault fault = {.kind = SIM_STATUS,
				  .queue = 0,
				  .opcode = 0x06,
				  .skip = 3,
				  .status = 0x002 | SIM_DNR};
	struct driver driver;

	(void)state;
	config.cap = SIM_CAP_SEED;
	config.range_limit = 1;
	config.tolerant = true;
	driver_start(&driver, &config, NULL);
	assert_int_equal(driver.device->limits.discard_max, 512ull * UINT32_MAX);
	driver_stop(&driver);

	config = offers_all;
	fault.skip = 2; /* Identify Controller, I/O command sets */
	assert_int_equal(driver_try_with(&driver, &config, NULL, &fault), 0);
	assert_int_equal(driver.device->limits.discard_max, 512ull * UINT32_MAX);
	fill_all(&driver);
	assert_int_equal(block_discard(driver.device, 10, 100), 0);
	compare_all(&driver, 1, 10, 100);
	driver_stop(&driver);
}

/* Many at once: they wait for one another's memory. */
static void test_many(void **state)
{
	struct sim_config config = offers_all;
	struct block_request requests[40];
	struct driver driver;

	(void)state;
	config.range_limit = 1;
	config.ranges_limit = 2;
	config.jitter_ns = 100000;
	driver_start(&driver, &config, NULL);
	fill_all(&driver);
	for (unsigned i = 0; i < 40; i++) {
		requests[i] = (struct block_request){.operation = i % 4 == 3 ? BLOCK_WRITE_ZEROES
									     : BLOCK_DISCARD,
						     .lba = 20 + 7 * i,
						     .count = 7};
		block_submit(driver.device, &requests[i]);
	}
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(block_wait(&requests[i]), 0);
	compare_all(&driver, 1, 20, 280);
	driver_stop(&driver);
}

static void test_failures(void **state)
{
	static const struct {
		unsigned operation, opcode;
		const char *line;
	} rows[] = {
		{BLOCK_DISCARD, DSM,
		 "Dataset Management LBA 1016+384: Attempted Write to Read Only Range"},
		{BLOCK_WRITE_ZEROES, ZEROES, "Write Zeroes LBA 1016+384: Attempted Write"},
		{BLOCK_VERIFY, VERIFY, "Verify LBA 1016+384: Attempted Write to Read Only Range"},
	};
	struct sim_config config = offers_all;
	struct driver driver;

	(void)state;
	config.range_limit = 192;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 3; i++) {
		struct block_request request = {
			.operation = rows[i].operation, .lba = 1016, .count = 384};

		sim_log_clear();
		driver_add_fault(&driver, SIM_STATUS, (int)rows[i].opcode, 0, 1, 0x182 | SIM_DNR);
		block_submit(driver.device, &request);
		assert_int_equal(block_wait(&request), -EROFS);
		assert_int_equal(request.status, 0x182);
		assert_int_equal(request.error_lba, 1016);
		assert_logged(rows[i].line);
	}
	fill_all(&driver);
	/* Late: aborted, and sent again; then over a reset. */
	driver_add_fault(&driver, SIM_LOSE, DSM, 0, 1, 0);
	assert_int_equal(block_discard(driver.device, 8, 200), 0);
	driver_add_fault(&driver, SIM_LOSE_HARD, DSM, 0, 1, 0);
	assert_int_equal(block_discard(driver.device, 208, 200), 0);
	compare_all(&driver, 1, 8, 400);
	driver_finish(&driver);
}

/* What was forced is there after a power cut. */
static void test_fua(void **state)
{
	struct sim_config config = offers_all;
	struct block_segment segments[2];
	struct block_request request = {.operation = BLOCK_WRITE | BLOCK_FUA,
					.lba = 8,
					.count = 40,
					.segments = segments,
					.segment_count = 2};
	const struct nvme_options forgetful = {.quirks = NVME_QUIRK_FUA_IGNORED};
	uint8_t bytes[40 * 512], back[40 * 512];
	struct driver driver;

	(void)state;
	config.volatile_cache = true;
	config.mdts = 1;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = pattern(9, i);
	segments[0] = (struct block_segment){bytes, 512};
	segments[1] = (struct block_segment){bytes + 512, sizeof(bytes) - 512};
	assert_int_equal(block_write(driver.device, 0, 40, bytes), 0);
	assert_int_equal(sim_statistics(driver.sim)->forced, 0);
	block_submit(driver.device, &request);
	assert_int_equal(block_wait(&request), 0);
	assert_true(sim_statistics(driver.sim)->forced >= 3);
	assert_int_equal(block_write_zeroes(driver.device, 48, 2, BLOCK_FUA), 0);
	sim_power_cut(driver.sim);
	sim_namespace_read(driver.sim, 1, 8, 40, back);
	assert_memory_equal(bytes, back, sizeof(bytes));
	nvme_reset(driver.controller);
	assert_false(driver.device->limits.fua_ignored);
	driver_stop(&driver);

	/* A model that ignores it is not believed, whose cache is there. */
	driver_start(&driver, &config, &forgetful);
	assert_true(driver.device->limits.fua && driver.device->limits.fua_ignored);
	driver_stop(&driver);
	config.volatile_cache = false;
	driver_start(&driver, &config, &forgetful);
	assert_true(driver.device->limits.fua && !driver.device->limits.fua_ignored);
	driver_stop(&driver);

	/* Without a cache there is nothing to force. */
	driver_start(&driver, &config, NULL);
	assert_true(driver.device->limits.fua);
	block_submit(driver.device, &request);
	assert_int_equal(block_wait(&request), 0);
	assert_int_equal(block_write_zeroes(driver.device, 48, 2, BLOCK_FUA), 0);
	assert_int_equal(sim_statistics(driver.sim)->forced, 0);
	sim_namespace_read(driver.sim, 1, 8, 40, back);
	assert_memory_equal(bytes, back, sizeof(bytes));
	driver_stop(&driver);
}

/* DEAC only where it is asked for and the namespace has it, and reads zeroes then. */
static void test_deallocate(void **state)
{
	static const struct {
		unsigned dlfeat, flags, deallocating;
	} rows[] = {{0x09, 0, 0},
		    {0x09, BLOCK_DEALLOCATE, 1},
		    {0x01, BLOCK_DEALLOCATE, 0},
		    {0x0a, BLOCK_DEALLOCATE, 0}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct sim_namespace_config namespaces[3];
		struct sim_config config = offers_all;
		struct driver driver;

		memcpy(namespaces, three, sizeof(three));
		namespaces[0].dlfeat = rows[i].dlfeat;
		config.namespaces = namespaces;
		driver_start(&driver, &config, NULL);
		fill_all(&driver);
		assert_int_equal(block_write_zeroes(driver.device, 4, 9, rows[i].flags), 0);
		assert_int_equal(sim_statistics(driver.sim)->deallocating, rows[i].deallocating);
		compare_all(&driver, 1, 4, 9);
		driver_stop(&driver);
	}
}

/* The simulation sees each command that lies across. */
static void test_boundary(void **state)
{
	static const unsigned boundaries[] = {1, 3, 8, 100, 65535};

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct sim_namespace_config namespace = {.boundary = boundaries[i]};
		struct sim_config config = {.namespaces = &namespace, .namespace_count = 1};
		struct driver driver;

		driver_start(&driver, &config, NULL);
		assert_int_equal(driver.device->limits.boundary, 512 * boundaries[i]);
		model_exercise(driver.device, i + 1, 300, 20, 64);
		driver_stop(&driver);
	}
}

TESTS(cmocka_unit_test(test_discard_limits), cmocka_unit_test(test_preferences),
      cmocka_unit_test(test_command_limits), cmocka_unit_test(test_nonsense),
      cmocka_unit_test(test_zeroes_and_neighbours), cmocka_unit_test(test_not_offered),
      cmocka_unit_test(test_offered_by_limit), cmocka_unit_test(test_limit_with_metadata),
      cmocka_unit_test(test_copy_limits), cmocka_unit_test(test_read_only),
      cmocka_unit_test(test_no_limits_said), cmocka_unit_test(test_many),
      cmocka_unit_test(test_failures), cmocka_unit_test(test_fua),
      cmocka_unit_test(test_deallocate), cmocka_unit_test(test_boundary))
