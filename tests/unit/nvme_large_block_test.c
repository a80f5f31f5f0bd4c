/* Logical blocks that are larger than what a command usually carries, or a bounce buffer holds. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/single.h"

#define BLOCKS 5

/* Writes all blocks, reads them one by one and together, from aligned memory and from odd. */
static void exercise(struct driver *driver, struct block_device *device)
{
	size_t size = (size_t)device->block_size * BLOCKS;
	uint8_t *bytes = malloc(size + 1), *back = malloc(size + 1);
	struct prng prng;

	assert_int_equal(device->block_count, BLOCKS);
	prng_seed(&prng, device->block_size);
	for (unsigned odd = 0; odd < 2; odd++) {
		uint32_t nsid = nvme_namespace_of(device)->nsid;

		prng_fill(&prng, bytes + odd, size);
		assert_int_equal(block_write(device, 0, BLOCKS, bytes + odd), 0);
		sim_namespace_read(driver->sim, nsid, 0, BLOCKS, back);
		assert_memory_equal(bytes + odd, back, size);
		memset(back, 0, size);
		assert_int_equal(block_read(device, 0, BLOCKS, back + odd), 0);
		assert_memory_equal(bytes + odd, back + odd, size);
		memset(back, 0, size);
		assert_int_equal(block_read(device, BLOCKS - 1, 1, back + odd), 0);
		assert_memory_equal(bytes + odd + size - size / BLOCKS, back + odd, size / BLOCKS);
	}
	free(bytes);
	free(back);
	assert_legal(driver);
}

static struct sim_namespace_config large(unsigned shift)
{
	return (struct sim_namespace_config){.block_shift = shift, .block_count = BLOCKS};
}

/* Up to the 4 MiB that the driver knows, as far as MDTS allows. */
static void test_sizes(void **state)
{
	static const struct nvme_options kinds[] = {
		{.queues = 2, .depth = 16},
		{.data = NVME_DATA_PRP, .depth = 2},
		{.data = NVME_DATA_SGL, .depth = 16},
		{.irq = NVME_IRQ_MSIX, .depth = 16, .max_transfer = 4 << 20},
	};

	(void)state;
	for (unsigned shift = 15; shift <= 22; shift++) {
		struct sim_namespace_config namespaces[] = {large(shift), {.block_count = 64}};
		struct sim_config config = {.namespaces = namespaces,
					    .namespace_count = 2,
					    .mdts = shift & 1 ? shift - 12 : 0,
					    .sgl = true};

		for (unsigned kind = 0; kind < 4; kind++) {
			struct driver driver;

			driver_start(&driver, &config, &kinds[kind]);
			assert_non_null(driver.device);
			assert_int_equal(driver.device->block_size, 1u << shift);
			assert_true(driver.device->transfer_max >= 1u << shift);
			assert_true(nvme_transfer_max(driver.controller) >= 1u << shift);
			exercise(&driver, driver.device);
			assert_int_equal(nvme_reset(driver.controller), 0);
			assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
			exercise(&driver, driver.device);
			driver.device = block_find("my_nvme0n2");
			model_exercise(driver.device, 1, 30, 8, 32);
			driver_stop(&driver);
		}
	}
}

static void test_longer_than_a_command(void **state)
{
	static const struct {
		unsigned shift, mdts;
		uint32_t max_transfer;
		const char *message;
	} rows[] = {
		{21, 8, 0, "blocks of 2097152 bytes are longer than a command may carry (MDTS 8)"},
		{17, 4, 4 << 20,
		 "blocks of 131072 bytes are longer than a command may carry (MDTS 4)"},
		{17, 0, 65536,
		 "blocks of 131072 bytes are longer than a command may carry (nvme.max_transfer "
		 "65536)"},
		{23, 0, 0, "blocks of 2^23 bytes are not supported"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_namespace_config namespaces[] = {large(rows[i].shift), {.nsid = 2}};
		struct sim_config config = {
			.namespaces = namespaces, .namespace_count = 2, .mdts = rows[i].mdts};
		struct nvme_options options = {.max_transfer = rows[i].max_transfer};
		struct driver driver;

		driver_start(&driver, &config, &options);
		assert_logged(rows[i].message);
		assert_null(block_find("my_nvme0n1"));
		assert_string_equal(driver.device->name, "my_nvme0n2");
		model_exercise(driver.device, 1, 30, 8, 32);
		driver_stop(&driver);
	}
}

/* Memory that does not suffice, at every possible place: it is left out, its neighbour works, and
 * it is used once there is enough. */
static void test_no_memory(void **state)
{
	struct sim_namespace_config namespaces[] = {{.nsid = 1}, large(21)};
	struct sim_config config = {.namespaces = namespaces, .namespace_count = 2};
	struct nvme_options options = {.queues = 3, .depth = 16};

	(void)state;
	namespaces[1].inactive = true;
	for (unsigned mib = 0; mib < 8; mib++) {
		struct driver driver;

		driver_start(&driver, &config, &options);
		sim_namespace_attach(driver.sim, 2, true);
		sim_limit_memory(sim_memory() + ((uint64_t)mib << 20));
		assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
		assert_int_equal(block_find("my_nvme0n2") != NULL, mib >= 7);
		if (mib < 7)
			assert_logged("namespace 2: no memory for blocks of 2097152 bytes");
		assert_works(&driver);
		sim_limit_memory(UINT64_MAX);
		assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
		exercise(&driver, block_find("my_nvme0n2"));
		driver_stop(&driver);
	}
}

/* It comes while commands are in flight whose lists are in use: it waits for them. */
static void test_comes_under_load(void **state)
{
	struct sim_namespace_config namespaces[] = {{.nsid = 1}, large(21)};
	struct sim_config config = {
		.namespaces = namespaces, .namespace_count = 2, .latency_ns = 50 * MS};
	static struct reads reads;
	struct driver driver;

	(void)state;
	namespaces[1].inactive = true;
	driver_start(&driver, &config, NULL);
	reads_start(&reads, &driver, 40);
	sim_namespace_attach(driver.sim, 2, true);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_null(block_find("my_nvme0n2"));
	reads_finish(&reads, 0);
	driver_idle(1 * S);
	assert_non_null(block_find("my_nvme0n2"));
	exercise(&driver, block_find("my_nvme0n2"));
	driver_stop(&driver);
}

/* A format under way makes blocks large: a command passed through carries one of them. */
static void test_commands_pass_through(void **state)
{
	const struct nvme_command read = {.opcode = 0x02, .nsid = 1, .cdw10 = 3};
	struct sim_namespace_config ns = {.block_count = BLOCKS};
	struct sim_config config = {.namespaces = &ns, .namespace_count = 1};
	static uint8_t bytes[2 << 20], expected[2 << 20];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	sim_namespace_format(driver.sim, 1, 21);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	driver.device = block_find("my_nvme0n1");
	exercise(&driver, driver.device);
	sim_namespace_read(driver.sim, 1, 3, 1, expected);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){.command = &read,
								    .data = bytes,
								    .size = sizeof(bytes)}),
			 0);
	assert_memory_equal(bytes, expected, sizeof(bytes));
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){.command = &read,
								    .data = bytes,
								    .size = sizeof(bytes) / 2}),
			 -EINVAL);
	driver_stop(&driver);
}

static const struct sim_namespace_config large_second[] = {{.block_count = 2048},
							   {.block_shift = 16, .inactive = true}};

/* No memory for the bounce buffers of a namespace with large blocks: its neighbour keeps those that
 * it has. */
static void test_no_memory_for_bounce_buffers(void **state)
{
	const struct sim_config config = {.namespace_count = 2, .namespaces = large_second};
	uint8_t bytes[1 + 512];
	struct driver driver;
	struct single one;

	(void)state;
	for (long after = 0; after < 6; after++) {
		driver_start(&driver, &config, NULL);
		sim_namespace_attach(driver.sim, 2, true);
		sim_fail_allocations(after);
		nvme_rescan_namespaces(driver.controller);
		sim_fail_allocations(-1);
		single_start(&one, driver.device, BLOCK_READ, 3, 1, bytes + 1);
		assert_int_equal(single_finish(&one, 60 * S), 0);
		assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
		assert_non_null(block_find("my_nvme0n2"));
		driver_stop(&driver);
	}
}

/* They are all in use while such a namespace comes: it waits, the controller works. */
static void test_bounce_buffers_in_use(void **state)
{
	const struct sim_config config = {.namespace_count = 2, .namespaces = large_second};
	uint8_t bytes[1 + 512], *large = malloc(1 + 65536);
	struct driver driver;
	struct single one;

	(void)state;
	driver_start(&driver, &config, NULL);
	driver_add_fault(&driver, SIM_LOSE, 0x02, 0, 1, 0);
	single_start(&one, driver.device, BLOCK_READ, 3, 1, bytes + 1);
	sim_namespace_attach(driver.sim, 2, true);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(nvme_state(driver.controller), NVME_LIVE);
	assert_int_equal(single_finish(&one, 60 * S), 0);
	for (unsigned n = 0; n < 50; n++) {
		nvme_poll_all();
		sim_advance(S / 1000);
	}
	assert_non_null(block_find("my_nvme0n2"));
	single_start(&one, block_find("my_nvme0n2"), BLOCK_READ, 3, 1, large + 1);
	assert_int_equal(single_finish(&one, 60 * S), 0);
	driver_stop(&driver);
	free(large);
}

TESTS(cmocka_unit_test(test_sizes), cmocka_unit_test(test_longer_than_a_command),
      cmocka_unit_test(test_no_memory), cmocka_unit_test(test_comes_under_load),
      cmocka_unit_test(test_commands_pass_through),
      cmocka_unit_test(test_no_memory_for_bounce_buffers),
      cmocka_unit_test(test_bounce_buffers_in_use))
