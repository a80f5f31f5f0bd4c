/* Namespaces: formats, gaps, many of them, several controllers, and how they come and go. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

static void exercise(struct block_device *device)
{
	model_exercise(device, 1, 60, 20, 40);
}

static void test_lba_formats(void **state)
{
	(void)state;
	for (unsigned shift = 9; shift <= 14; shift++) {
		for (unsigned format = 0; format < 16; format += 5) {
			struct sim_namespace_config ns = {
				.block_shift = shift, .format = format, .block_count = 500};
			struct sim_config config = {.namespaces = &ns, .namespace_count = 1};
			struct driver driver;

			driver_start(&driver, &config, NULL);
			if (!driver.device || !block_first()) {
				/* blocks beyond a page may be refused, with a message */
				assert_true(shift > 12);
				assert_logged("LBA format");
			} else {
				assert_int_equal(driver.device->block_size, 1u << shift);
				assert_int_equal(driver.device->block_count, 500);
				exercise(driver.device);
			}
			driver_stop(&driver);
		}
	}
}

static void test_gaps(void **state)
{
	static const struct sim_namespace_config namespaces[] = {
		{.nsid = 2, .block_count = 100},
		{.nsid = 3, .inactive = true},
		{.nsid = 7, .block_count = 200, .block_shift = 12},
		{.nsid = 4000000, .block_count = 300},
	};
	struct sim_config config = {.namespaces = namespaces, .namespace_count = 4};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_string_equal(block_first()->name, "my_nvme0n2");
	assert_null(block_find("my_nvme0n1"));
	assert_null(block_find("my_nvme0n3"));
	assert_int_equal(block_find("my_nvme0n7")->block_count, 200);
	assert_int_equal(block_find("my_nvme0n7")->block_size, 4096);
	assert_int_equal(block_find("my_nvme0n4000000")->block_count, 300);
	exercise(block_find("my_nvme0n7"));
	exercise(block_find("my_nvme0n4000000"));
	driver_stop(&driver);
	assert_null(block_first());
}

/* Data that goes to one namespace stays out of the others. */
static void test_namespaces_are_separate(void **state)
{
	struct sim_config config = {.namespace_count = 3};
	uint8_t bytes[512], back[512];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 1; i <= 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "my_nvme0n%u", i);
		memset(bytes, (int)i, sizeof(bytes));
		assert_int_equal(block_write(block_find(name), 9, 1, bytes), 0);
	}
	for (unsigned i = 1; i <= 3; i++) {
		memset(bytes, (int)i, sizeof(bytes));
		sim_namespace_read(driver.sim, i, 9, 1, back);
		assert_memory_equal(bytes, back, 512);
	}
	driver_stop(&driver);
}

/* More than one page of the active list holds. */
static void test_many_namespaces(void **state)
{
	static const unsigned counts[] = {256, 1023, 1024};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct sim_config config = {.namespace_count = counts[i]};
		unsigned found = 0;
		struct driver driver;
		char name[32];

		driver_start(&driver, &config, NULL);
		for (struct block_device *device = block_first(); device; device = device->next)
			found++;
		assert_int_equal(found, counts[i]);
		snprintf(name, sizeof(name), "my_nvme0n%u", counts[i]);
		exercise(block_find(name));
		driver_stop(&driver);
	}
}

static void test_no_namespace(void **state)
{
	static const struct sim_namespace_config inactive = {.inactive = true};
	struct sim_config config = {.namespaces = &inactive, .namespace_count = 1};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_null(block_first());
	assert_int_equal(nvme_state(driver.controller), NVME_LIVE);
	driver_stop(&driver);
}

static void test_read_only(void **state)
{
	static const struct sim_namespace_config ns = {.read_only = true};
	struct sim_config config = {.namespaces = &ns, .namespace_count = 1};
	struct driver driver;
	uint8_t bytes[512] = {0};

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_true(driver.device->read_only);
	assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
	assert_int_equal(block_write(driver.device, 0, 1, bytes), -EROFS);
	driver_stop(&driver);
}

/* Protected, and not any more, by a command that is passed through: the next write knows. */
static void test_write_protection(void **state)
{
	static const struct sim_namespace_config ns[] = {{.block_count = 16}, {.block_count = 16}};
	struct sim_config config = {.namespaces = ns, .namespace_count = 2, .write_protects = true};
	struct driver driver;
	struct block_device *other;
	uint8_t bytes[512] = {0};
	struct nvme_reply reply;

	(void)state;
	driver_start(&driver, &config, NULL);
	other = block_find("my_nvme0n2");
	assert_int_equal(block_write(driver.device, 0, 1, bytes), 0);
	for (unsigned i = 1; i <= 2; i++) {
		assert_int_equal(nvme_set_feature(driver.controller, NVME_FEATURE_WRITE_PROTECT,
						  false, 1, i, NULL, 0, &reply),
				 0);
		assert_true(driver.device->read_only);
		assert_false(other->read_only);
		assert_int_equal(block_write(driver.device, 0, 1, bytes), -EROFS);
		assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
	}
	assert_int_equal(nvme_set_feature(driver.controller, NVME_FEATURE_WRITE_PROTECT, false, 1,
					  0, NULL, 0, &reply),
			 0);
	assert_false(driver.device->read_only);
	assert_int_equal(block_write(driver.device, 0, 1, bytes), 0);
	driver_stop(&driver);
}

static void test_sizes(void **state)
{
	static const uint64_t counts[] = {
		1, 2, 7, 1ull << 32, (1ull << 32) + 1, 1ull << 35, INT64_MAX >> 9};
	uint8_t bytes[1024], back[1024];

	(void)state;
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct sim_namespace_config ns = {.block_count = counts[i]};
		struct sim_config config = {.namespaces = &ns, .namespace_count = 1};
		struct driver driver;

		driver_start(&driver, &config, NULL);
		assert_true(driver.device->block_count == counts[i]);
		memset(bytes, 0x5a, sizeof(bytes));
		assert_int_equal(block_write(driver.device, counts[i] - 1, 1, bytes), 0);
		sim_namespace_read(driver.sim, 1, counts[i] - 1, 1, back);
		assert_memory_equal(bytes, back, 512);
		assert_int_equal(block_write(driver.device, counts[i], 1, bytes), -ENOSPC);
		assert_int_equal(block_write(driver.device, counts[i] - 1, 2, bytes), -ENOSPC);
		assert_int_equal(block_read(driver.device, counts[i] - 1, 2, bytes), -EIO);
		assert_int_equal(block_read(driver.device, UINT64_MAX, 1, bytes), -EIO);
		driver_stop(&driver);
	}
}

#define CONTROLLERS 4

static void test_several_controllers(void **state)
{
	struct sim_controller *sims[CONTROLLERS];
	struct nvme_controller *controllers[CONTROLLERS];
	struct sim_config config = {.namespace_count = 4};
	uint8_t bytes[512], back[512];
	unsigned seen = 0;
	char name[32];

	(void)state;
	for (unsigned i = 0; i < CONTROLLERS; i++) {
		config.random = i;
		sims[i] = sim_create(&config);
		assert_int_equal(driver_attach(sims[i], NULL, &controllers[i]), 0);
		snprintf(name, sizeof(name), "my_nvme%u", i);
		assert_string_equal(nvme_name(controllers[i]), name);
		assert_ptr_equal(nvme_find(name), controllers[i]);
	}
	for (struct nvme_controller *c = nvme_first(); c; c = nvme_next(c))
		assert_ptr_equal(c, controllers[seen++]);
	assert_int_equal(seen, CONTROLLERS);
	for (unsigned i = 0; i < CONTROLLERS; i++) {
		memset(bytes, (int)i + 1, sizeof(bytes));
		snprintf(name, sizeof(name), "my_nvme%un3", i);
		assert_int_equal(block_write(block_find(name), 1, 1, bytes), 0);
	}
	for (unsigned i = 0; i < CONTROLLERS; i++) {
		memset(bytes, (int)i + 1, sizeof(bytes));
		sim_namespace_read(sims[i], 3, 1, 1, back);
		assert_memory_equal(bytes, back, 512);
	}
	/* the number of one that went is taken again */
	nvme_detach(controllers[1], true);
	assert_null(nvme_find("my_nvme1"));
	assert_null(block_find("my_nvme1n1"));
	sim_plug(sims[1]);
	assert_int_equal(driver_attach(sims[1], NULL, &controllers[1]), 0);
	assert_string_equal(nvme_name(controllers[1]), "my_nvme1");
	exercise(block_find("my_nvme1n2"));
	for (unsigned i = 0; i < CONTROLLERS; i++) {
		nvme_detach(controllers[i], i & 1);
		sim_destroy(sims[i]);
	}
	assert_int_equal(sim_allocations(), 0);
}

/* Formats with unique capabilities (NULBAF) follow those of NLBAF; from 17 in all on the index has
 * two more bits. */
static struct formats {
	uint8_t nlbaf, nulbaf, flbas;
	unsigned index; /* of the one with 4 KiB blocks */
} formats;

static void say_formats(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			size_t size)
{
	(void)context;
	if (queue || command[0] != 0x06 || command[40] != 0 || size != 4096)
		return;
	bytes[25] = formats.nlbaf;
	bytes[82] = formats.nulbaf;
	bytes[26] = formats.flbas;
	memset(bytes + 128, 0, 256);
	bytes[128 + 4 * formats.index + 2] = 12;
}

static void test_unique_formats(void **state)
{
	static const struct {
		struct formats formats;
		const char *refused;
	} rows[] = {
		{{3, 2, 0x04, 4}, NULL},
		{{3, 2, 0x05, 5}, NULL},
		{{3, 2, 0x06, 6}, "LBA format 6 is not among its 6 formats"},
		{{0, 63, 0x6f, 63}, NULL},
		{{3, 20, 0x21, 17}, NULL},
		{{3, 12, 0x21, 1}, NULL}, /* 16: the two bits mean nothing */
		{{3, 20, 0x2f, 31}, "LBA format 31 is not among its 24 formats"},
		{{255, 255, 0x6f, 63}, NULL},
	};
	struct sim_config config = {.hooks.data = say_formats};
	struct driver driver;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		formats = rows[i].formats;
		driver_start(&driver, &config, NULL);
		if (rows[i].refused) {
			assert_null(driver.device);
			assert_logged(rows[i].refused);
		} else {
			assert_int_equal(driver.device->block_size, 4096);
			assert_int_equal(nvme_namespace_of(driver.device)->format, formats.index);
		}
		driver_stop(&driver);
	}
}

/* One that is in use stays when its Identify fails for once. */
static void test_identify_fails_in_a_rescan(void **state)
{
	const struct sim_fault fault = {
		.kind = SIM_STATUS, .opcode = 0x06, .skip = 1, .status = 0x006 | 0x4000};
	struct sim_config config = {.namespace_count = 2};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	sim_add_fault(driver.sim, &fault);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_int_equal(sim_fault_hits(driver.sim), 1);
	for (struct block_device *device = block_first(); device; device = device->next)
		exercise(device);
	assert_non_null(block_find("my_nvme0n1"));
	assert_non_null(block_find("my_nvme0n2"));
	driver_stop(&driver);
}

static void test_resize_and_rescan(void **state)
{
	struct sim_config config = {.namespace_count = 3};
	struct driver driver;
	uint8_t bytes[512];

	(void)state;
	driver_start(&driver, &config, NULL);
	sim_namespace_attach(driver.sim, 2, false);
	sim_namespace_resize(driver.sim, 3, 4096);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_null(block_find("my_nvme0n2"));
	assert_int_equal(block_find("my_nvme0n3")->block_count, 4096);
	assert_int_equal(block_read(block_find("my_nvme0n3"), 4095, 1, bytes), 0);
	sim_namespace_attach(driver.sim, 2, true);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_non_null(block_find("my_nvme0n2"));
	assert_false(block_find("my_nvme0n2")->gone);
	exercise(block_find("my_nvme0n2"));
	driver_stop(&driver);
}

/* Requests of the others are shown to the controller at once, not at the next poll. */
static void test_gone_while_plugged(void **state)
{
	struct sim_config config = {.namespace_count = 2};
	uint8_t bytes[512];
	struct block_segment segment = {bytes, sizeof(bytes)};
	struct block_request request = {
		.operation = BLOCK_READ, .count = 1, .segments = &segment, .segment_count = 1};
	struct block_device *leaves;
	struct driver driver;
	uint64_t before;

	(void)state;
	driver_start(&driver, &config, NULL);
	leaves = block_find("my_nvme0n2");
	block_plug(leaves);
	sim_namespace_attach(driver.sim, 2, false);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_true(leaves->gone);
	block_unplug(leaves);
	before = sim_statistics(driver.sim)->doorbell_writes;
	block_submit(driver.device, &request);
	assert_int_equal(sim_statistics(driver.sim)->doorbell_writes, before + 1);
	assert_int_equal(block_wait(&request), 0);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_lba_formats), cmocka_unit_test(test_gaps),
      cmocka_unit_test(test_namespaces_are_separate), cmocka_unit_test(test_many_namespaces),
      cmocka_unit_test(test_no_namespace), cmocka_unit_test(test_read_only),
      cmocka_unit_test(test_write_protection), cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_several_controllers), cmocka_unit_test(test_unique_formats),
      cmocka_unit_test(test_identify_fails_in_a_rescan), cmocka_unit_test(test_resize_and_rescan),
      cmocka_unit_test(test_gone_while_plugged))
