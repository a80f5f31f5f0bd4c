/* Block devices of namespaces with metadata: every layout, protection information made and checked
 * by the driver and by the controller, and what is said of it when it is wrong. */
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/internal.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define FIRST 8u /* DPS: at the beginning of the metadata */

static const char *const words[] = {"driver", "controller", "off"};

static struct sim_config config_of(const struct sim_namespace_config *ns, unsigned count)
{
	return (struct sim_config){.namespaces = ns, .namespace_count = count, .sgl = true};
}

static unsigned tuple_size(const struct sim_namespace_config *ns)
{
	return !(ns->protection & 7) ? 0 : ns->guard ? 16 : 8;
}

static uint64_t big(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | *bytes++;
	return value;
}

/* What is in the metadata of a block that was written: a tuple, which the simulation has checked or
 * made, with the tags that are to be there, and zeroes beside it. */
static void assert_metadata(struct driver *driver, const struct sim_namespace_config *ns,
			    uint64_t lba)
{
	unsigned size = tuple_size(ns), guard = ns->guard ? 8 : 2, data = 1u << ns->block_shift;
	uint8_t block[4096 + 64], *metadata = block + data;
	unsigned at = ns->protection & FIRST ? 0 : ns->metadata - size;

	sim_namespace_read(driver->sim, 1, lba, 1, block);
	for (unsigned i = 0; i < ns->metadata; i++)
		if (i < at || i >= at + size)
			assert_int_equal(metadata[i], 0);
	if (!size)
		return;
	assert_int_equal(big(metadata + at + guard, 2), 0);
	assert_int_equal(big(metadata + at + guard + 2, size - guard - 2),
			 (ns->protection & 7) == 3 ? 0 : lba);
}

static void exercise(const struct sim_namespace_config *ns, enum nvme_pi pi)
{
	const struct nvme_options options = {.pi = pi,
					     .queues = ns->metadata == 16 ? 2 : 1,
					     .depth = 8,
					     .data = ns->block_shift == 9 ? NVME_DATA_AUTO
									  : NVME_DATA_SGL};
	struct sim_config config = config_of(ns, 1);
	uint8_t bytes[2 * 4096];
	struct driver driver;

	driver_start(&driver, &config, &options);
	if (!driver.device)
		fail_msg("%u + %u bytes, type %u, %s: no block device; log:\n%s",
			 1 << ns->block_shift, ns->metadata, ns->protection, words[pi], sim_log());
	model_exercise(driver.device, ns->metadata + ns->protection, 40, 8, 40);
	memset(bytes, 0x5a, sizeof(bytes));
	assert_int_equal(block_write(driver.device, 61, 2, bytes), 0);
	assert_metadata(&driver, ns, 62);
	driver_stop(&driver);
}

static void test_every_layout(void **state)
{
	static const unsigned sizes[] = {8, 16, 64};

	(void)state;
	for (unsigned row = 0; row < 2 * 3 * 2; row++) {
		struct sim_namespace_config ns = {.block_shift = row & 1 ? 12 : 9,
						  .metadata = sizes[row / 4],
						  .extended = row / 2 & 1,
						  .block_count = 64};

		exercise(&ns, NVME_PI_DRIVER);
		for (unsigned kind = 0; kind < 3 * 2 * 2; kind++) {
			ns.protection = (1 + kind % 3) | (kind / 3 & 1 ? FIRST : 0);
			ns.guard = kind / 6 * 2;
			if (ns.metadata < tuple_size(&ns))
				continue;
			for (enum nvme_pi pi = NVME_PI_DRIVER; pi <= NVME_PI_OFF; pi++)
				exercise(&ns, pi);
		}
	}
}

/* Storage tags take bits of the reference tag, up to all of them. */
static void test_storage_tags(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits <= 48; bits += 8) {
		struct sim_namespace_config ns = {.block_shift = 9,
						  .metadata = 16,
						  .protection = 1,
						  .guard = bits <= 32 && bits % 16 ? 0 : 2,
						  .storage_tag = bits,
						  .block_count = 600};
		struct sim_config config = config_of(&ns, 1);
		struct driver driver;

		for (enum nvme_pi pi = NVME_PI_DRIVER; pi <= NVME_PI_OFF; pi++) {
			driver_start(&driver, &config, &(struct nvme_options){.pi = pi});
			model_exercise(driver.device, bits, 20, 4, 400);
			driver_stop(&driver);
		}
	}
}

/* A slot that had metadata is clean for a command of a namespace without. */
static void test_neighbours(void **state)
{
	static const struct sim_namespace_config namespaces[] = {
		{.metadata = 16, .protection = 1, .guard = 2}, {.block_count = 2048}};
	struct sim_config config = config_of(namespaces, 2);
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &(struct nvme_options){.depth = 4});
	for (unsigned i = 0; i < 3; i++) {
		struct model *a = model_create(block_find("my_nvme0n1"), i);
		struct model *b = model_create(block_find("my_nvme0n2"), i);

		for (unsigned round = 0; round < 30; round++) {
			model_start(a, 4, 20);
			model_start(b, 4, 20);
			block_poll(driver.device);
		}
		model_finish(a, 10 * S);
		model_finish(b, 10 * S);
		model_destroy(a);
		model_destroy(b);
		block_write(block_find("my_nvme0n1"), 0, 1, (uint8_t[512]){0});
	}
	driver_stop(&driver);
}

/* What is written without being told: neither is there a tuple, nor is one looked for. */
static void test_never_written(void **state)
{
	const struct sim_namespace_config ns = {.metadata = 8, .protection = 3};
	struct sim_config config = config_of(&ns, 1);
	static uint8_t bytes[64 * 512], zero[64 * 512];
	struct driver driver;

	(void)state;
	for (enum nvme_pi pi = NVME_PI_DRIVER; pi <= NVME_PI_OFF; pi++) {
		driver_start(&driver, &config, &(struct nvme_options){.pi = pi});
		memset(bytes, 1, sizeof(bytes));
		assert_int_equal(block_read(driver.device, 100, 64, bytes), 0);
		assert_memory_equal(bytes, zero, sizeof(bytes));
		driver_stop(&driver);
	}
}

/* A model that gives blocks that were never written tuples of zeroes: they can be read, but where
 * there is something beside them the tuple is wrong, and other models have no such excuse. */
static void test_zero_tuples(void **state)
{
	const struct sim_namespace_config ns = {.metadata = 16, .protection = 1, .guard = 2};
	struct sim_config config = config_of(&ns, 1);
	static uint8_t bytes[64 * 512], block[512 + 16];
	struct driver driver;

	(void)state;
	config.zero_tuples = true;
	for (enum nvme_pi pi = NVME_PI_DRIVER; pi <= NVME_PI_CONTROLLER; pi++) {
		driver_start(&driver, &config,
			     &(struct nvme_options){.pi = pi, .quirks = NVME_QUIRK_ZERO_TUPLES});
		assert_int_equal(block_read(driver.device, 100, 64, bytes), 0);
		block[511] = 1;
		sim_namespace_write(driver.sim, 1, 120, 1, block);
		assert_int_equal(block_read(driver.device, 100, 64, bytes), -EIO);
		assert_logged("Read LBA 120 of namespace 1: guard 0h is not the data's ");
		block[511] = 0;
		block[512 + 9] = 1;
		sim_namespace_write(driver.sim, 1, 120, 1, block);
		assert_int_equal(block_read(driver.device, 100, 64, bytes), -EIO);
		driver_stop(&driver);
		driver_start(&driver, &config, &(struct nvme_options){.pi = pi});
		assert_int_equal(block_read(driver.device, 100, 64, bytes), -EIO);
		assert_logged("Read LBA 100 of namespace 1: guard 0h is not the data's ");
		driver_stop(&driver);
	}
}

/* Changes a byte of a stored block: at counts from the beginning of its data. */
static void corrupt(struct driver *driver, uint64_t lba, unsigned at)
{
	uint8_t block[512 + 64];

	sim_namespace_read(driver->sim, 1, lba, 1, block);
	block[at] ^= 0x10;
	sim_namespace_write(driver->sim, 1, lba, 1, block);
}

/* Reads count blocks from lba on; the error and its LBA. */
static int read_error(struct driver *driver, uint64_t lba, uint64_t count, uint64_t *error_lba,
		      uint16_t *status)
{
	uint8_t *bytes = malloc(count * 512);
	struct block_segment segment = {bytes, count * 512};
	struct block_request request = {.operation = BLOCK_READ,
					.lba = lba,
					.count = count,
					.segments = &segment,
					.segment_count = 1};
	int error;

	block_submit(driver->device, &request);
	error = block_wait(&request);
	*error_lba = request.error_lba;
	*status = request.status;
	free(bytes);
	return error;
}

/* A wrong byte, and which check fails. */
static const struct {
	unsigned at;
	uint16_t status;
	const char *text;
} wrongs[] = {
	{100, 0x282, "is not the data's"},
	{512, 0x282, "is not the data's"},
	{512 + 2, 0x283, "application tag 1000h is not the driver's 0h"},
	{512 + 7, 0x284, "reference tag 3f5h is not the block's 3e5h"},
};

/* Wherever in a request the block is, and however large that is: its own LBA is named, with both
 * values, whoever found it. */
static void test_wrong_blocks(void **state)
{
	static const struct {
		uint64_t lba, count;
	} reads[] = {{997, 1}, {990, 20}, {997, 700}, {300, 1000}};
	static uint8_t bytes[2048 * 512];

	(void)state;
	for (unsigned row = 0; row < 4 * 4 * 2 * 2; row++) {
		const struct sim_namespace_config ns = {
			.metadata = 8, .protection = 1, .extended = row / 16 & 1};
		enum nvme_pi pi = row / 32 ? NVME_PI_CONTROLLER : NVME_PI_DRIVER;
		struct sim_config config = config_of(&ns, 1);
		uint64_t lba = reads[row & 3].lba, count = reads[row & 3].count, error_lba;
		unsigned wrong = row / 4 & 3;
		struct driver driver;
		uint16_t status;

		driver_start(&driver, &config, &(struct nvme_options){.pi = pi});
		assert_int_equal(block_write(driver.device, 0, 2048, bytes), 0);
		corrupt(&driver, 997, wrongs[wrong].at);
		assert_int_equal(read_error(&driver, lba, count, &error_lba, &status), -EIO);
		assert_int_equal(error_lba, 997);
		assert_int_equal(status, wrongs[wrong].status);
		assert_logged("my_nvme0: Read LBA 997 of namespace 1: ");
		assert_logged(wrongs[wrong].text);
		/* its neighbours are well, and it is once it is written again */
		assert_int_equal(read_error(&driver, 0, 997, &error_lba, &status), 0);
		assert_int_equal(read_error(&driver, 998, 1050, &error_lba, &status), 0);
		assert_int_equal(block_write(driver.device, 997, 1, bytes), 0);
		assert_int_equal(read_error(&driver, lba, count, &error_lba, &status), 0);
		driver_stop(&driver);
	}
}

/* What nobody checks can be read whatever its tuple says. */
static void test_off(void **state)
{
	const struct sim_namespace_config ns = {.metadata = 8, .protection = 1};
	struct sim_config config = config_of(&ns, 1);
	uint8_t bytes[512] = {1}, back[512];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &(struct nvme_options){.pi = NVME_PI_OFF});
	assert_int_equal(block_write(driver.device, 7, 1, bytes), 0);
	for (unsigned at = 512; at < 520; at++)
		corrupt(&driver, 7, at);
	assert_int_equal(block_read(driver.device, 7, 1, back), 0);
	assert_memory_equal(bytes, back, 512);
	driver_stop(&driver);
}

/* Bytes that change between the controller and memory. */
static void test_changed_on_the_way(void **state)
{
	const struct sim_namespace_config ns = {
		.metadata = 64, .protection = 2, .guard = 2, .extended = true};
	struct sim_config config = config_of(&ns, 1);
	uint8_t bytes[512] = {0};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_int_equal(block_write(driver.device, 7, 1, bytes), 0);
	driver_add_fault(&driver, SIM_CORRUPT, SIM_READ, 0, 1, 0);
	assert_int_equal(block_read(driver.device, 7, 1, bytes), -EIO);
	assert_logged("Read LBA 7 of namespace 1: guard ");
	assert_int_equal(block_read(driver.device, 7, 1, bytes), 0);
	driver_stop(&driver);
}

/* A controller that sees a fault where there is none, when it is looked at again; and one whose
 * check of what is written fails, which only it can know of. */
static void test_checks_of_the_controller(void **state)
{
	const struct sim_namespace_config ns = {.metadata = 8, .protection = 1, .extended = true};
	struct sim_config config = config_of(&ns, 1);
	static uint8_t bytes[200 * 512], back[200 * 512];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, &(struct nvme_options){.pi = NVME_PI_CONTROLLER});
	memset(bytes, 0x77, sizeof(bytes));
	assert_int_equal(block_write(driver.device, 9, 200, bytes), 0);
	driver_add_fault(&driver, SIM_STATUS, SIM_READ, 0, 1, 0x282 | SIM_DNR);
	assert_int_equal(block_read(driver.device, 9, 200, back), 0);
	assert_memory_equal(bytes, back, sizeof(bytes));
	driver_add_fault(&driver, SIM_STATUS, SIM_WRITE, 0, 1, 0x284 | SIM_DNR);
	assert_int_equal(block_write(driver.device, 9, 8, bytes), -EIO);
	assert_logged("Write LBA 9+8: End-to-end Reference Tag Check Error (sct 2 sc 84)");
	/* while it reads them back something else happens */
	driver_add_fault(&driver, SIM_STATUS, SIM_READ, 0, 1, 0x282 | SIM_DNR);
	driver_add_fault(&driver, SIM_STATUS, SIM_READ, 2, 1, 0x281 | SIM_DNR);
	assert_int_equal(block_read(driver.device, 9, 200, back), -EIO);
	assert_logged("Unrecovered Read Error");
	assert_int_equal(block_read(driver.device, 9, 200, back), 0);
	driver_stop(&driver);
}

/* Nobody looks at tuples where there are none, or where they are not to be looked at, whatever the
 * controller says of them. */
static void test_checks_that_nobody_asked_for(void **state)
{
	static const struct sim_namespace_config namespaces[] = {{.metadata = 4},
								 {.metadata = 4, .extended = true},
								 {.metadata = 8, .protection = 1}};
	uint8_t bytes[512];
	struct driver driver;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct sim_config config = config_of(&namespaces[i], 1);
		enum nvme_pi pi = i == 2 ? NVME_PI_OFF : NVME_PI_CONTROLLER;

		driver_start(&driver, &config, &(struct nvme_options){.pi = pi});
		driver_add_fault(&driver, SIM_STATUS, SIM_READ, 0, 1, 0x282 | SIM_DNR);
		assert_int_equal(block_read(driver.device, 9, 1, bytes), -EIO);
		assert_logged("Read LBA 9+1: End-to-end Guard Check Error (sct 2 sc 82)");
		assert_int_equal(block_read(driver.device, 9, 1, bytes), 0);
		driver_stop(&driver);
	}
}

/* Lost commands, resets and a full queue, as for any other namespace. */
static void test_faults(void **state)
{
	(void)state;
	for (unsigned row = 0; row < 2 * 3; row++) {
		const struct sim_namespace_config ns = {
			.metadata = 8, .protection = 1, .extended = row & 1};
		struct sim_config config = config_of(&ns, 1);
		struct driver driver;
		struct model *model;

		driver_start(&driver, &config,
			     &(struct nvme_options){.pi = (enum nvme_pi)(row / 2),
						    .depth = 8,
						    .timeout_ms = 1000});
		model = model_create(driver.device, row);
		driver_add_fault(&driver, SIM_STATUS, SIM_ANY, 5, 2, 0x006);
		driver_add_fault(&driver, SIM_LOSE, SIM_READ, 7, 1, 0);
		driver_add_fault(&driver, SIM_LOSE_HARD, SIM_WRITE, 9, 1, 0);
		model_run(model, 60, 20, 100);
		model_start(model, 20, 100);
		assert_int_equal(nvme_reset(driver.controller), 0);
		model_finish(model, 600 * S);
		model_end(model);
		driver_stop(&driver);
	}
}

/* What the driver cannot work with has no block device, and its neighbour has one. */
static void test_unsupported(void **state)
{
	static const struct sim_namespace_config namespaces[] = {
		{.metadata = 8192},
		{.metadata = 16, .protection = 4},
		{.metadata = 16, .protection = 1, .guard = 1},
		{.metadata = 8, .protection = 1, .guard = 2},
		{.protection = 1},
		{.metadata = 8, .protection = 1, .storage_tag = 33},
		{.metadata = 8},
	};
	static const char *const texts[] = {
		"namespace 1: so much metadata is not supported",
		"namespace 2: this type of protection information is not supported",
		"namespace 3: this guard of protection information is not supported",
		"namespace 4: protection information without room for it is not supported",
		"namespace 5: protection information without room for it is not supported",
		"namespace 6: such a long storage tag is not supported",
	};
	struct sim_config config = config_of(namespaces, 7);
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 6; i++)
		assert_logged(texts[i]);
	assert_string_equal(block_first()->name, "my_nvme0n7");
	assert_null(block_first()->next);
	driver_stop(&driver);
}

/* Where memory does not suffice the namespace is left out, and the others stay. */
static void test_no_memory(void **state)
{
	static const struct sim_namespace_config namespaces[] = {{.block_count = 64},
								 {.metadata = 8}};
	struct sim_config config = config_of(namespaces, 2);
	struct driver driver;
	uint64_t used;

	(void)state;
	driver_start(&driver, &(struct sim_config){.sgl = true}, NULL);
	used = sim_memory();
	driver_stop(&driver);
	sim_limit_memory(used + 4096);
	driver_start(&driver, &config, NULL);
	sim_limit_memory(UINT64_MAX);
	assert_logged("namespace 2: no memory for its metadata");
	assert_non_null(block_find("my_nvme0n1"));
	assert_null(block_find("my_nvme0n2"));
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_non_null(block_find("my_nvme0n2"));
	model_exercise(block_find("my_nvme0n2"), 1, 20, 8, 40);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_every_layout), cmocka_unit_test(test_storage_tags),
      cmocka_unit_test(test_neighbours), cmocka_unit_test(test_never_written),
      cmocka_unit_test(test_zero_tuples), cmocka_unit_test(test_wrong_blocks),
      cmocka_unit_test(test_off), cmocka_unit_test(test_changed_on_the_way),
      cmocka_unit_test(test_checks_of_the_controller),
      cmocka_unit_test(test_checks_that_nobody_asked_for), cmocka_unit_test(test_faults),
      cmocka_unit_test(test_unsupported), cmocka_unit_test(test_no_memory))
