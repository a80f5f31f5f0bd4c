/* Namespaces of other command sets than NVM are no disks; and what tells namespaces apart. */
#include "drivers/nvme/spec/spec.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

static unsigned lines(const char *text)
{
	unsigned count = 0;

	for (const char *at = sim_log(); (at = strstr(at, text)); at++)
		count++;
	return count;
}

static const struct sim_namespace_config mixed[] = {
	{.nsid = 1},
	{.nsid = 2, .csi = NVME_CSI_ZONED, .block_shift = 12, .block_count = 500},
	{.nsid = 3, .csi = NVME_CSI_KEY_VALUE},
	{.nsid = 4, .csi = 0x07},
	{.nsid = 5, .csi = 0x3f},
};
static const struct sim_config mixed_config = {
	.namespaces = mixed, .namespace_count = 5, .tolerant = true};

static void test_others_are_no_disks(void **state)
{
	static const char *const said[] = {
		"namespace 2: zones are not supported (Invalid I/O Command Set): no block "
		"device, only commands passed through reach it",
		"namespace 3: Key Value command set (CSI 01): no block device",
		"namespace 4: Unknown command set (CSI 07): no block device",
		"namespace 5: Vendor Specific command set (CSI 3f): no block device",
	};
	struct driver driver;

	(void)state;
	driver_start(&driver, &mixed_config, NULL);
	assert_string_equal(driver.device->name, "my_nvme0n1");
	assert_ptr_equal(block_first(), driver.device);
	assert_null(driver.device->next);
	/* Each is said once, however often they are looked at. */
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_int_equal(nvme_reset(driver.controller), 0);
	for (unsigned i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		assert_int_equal(lines(said[i]), 1);
	assert_int_equal(lines("is gone"), 0);
	assert_ptr_equal(block_first(), driver.device);
	assert_works(&driver);
	driver_stop(&driver);
}

/* The simulated controller has no commands of other sets: that it was asked shows by its answer. */
static void test_commands_pass_through(void **state)
{
	static const struct {
		struct nvme_command command;
		size_t size;
		int error;
	} rows[] = {
		/* a block of 4096 bytes */
		{{.opcode = NVME_IO_READ, .nsid = 2}, 4096, -EOPNOTSUPP},
		{{.opcode = NVME_IO_READ, .nsid = 2}, 512, -EINVAL},
		{{.opcode = NVME_IO_ZONE_APPEND, .nsid = 2, .cdw12 = 1}, 8192, -EOPNOTSUPP},
		{{.opcode = NVME_IO_ZONE_APPEND, .nsid = 2, .cdw12 = 1}, 4096, -EINVAL},
		{{.opcode = NVME_IO_ZONE_MANAGEMENT_RECEIVE, .nsid = 2, .cdw12 = 1023},
		 4096,
		 -EOPNOTSUPP},
		/* a value of 100 bytes */
		{{.opcode = NVME_IO_READ, .nsid = 3, .cdw10 = 100}, 100, -EOPNOTSUPP},
		{{.opcode = NVME_IO_READ, .nsid = 3, .cdw10 = 100}, 96, -EINVAL},
		{{.opcode = NVME_IO_WRITE, .nsid = 4}, 512, -EOPNOTSUPP},
	};
	static uint8_t bytes[8192];
	struct driver driver;

	(void)state;
	driver_start(&driver, &mixed_config, NULL);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			nvme_io_command(driver.controller,
					&(struct nvme_passthrough){.command = &rows[i].command,
								   .data = bytes,
								   .size = rows[i].size}),
			rows[i].error);
	/* Their blocks are no requests' target, whoever holds on to one. */
	for (struct nvme_namespace *ns = nvme_namespace_first(driver.controller); ns; ns = ns->next)
		assert_int_equal(ns->block.gone, ns->csi != NVME_CSI_NVM);
	driver_stop(&driver);
}

/* The combination with most command sets is selected, with NVM rather than without. */
static void test_combinations(void **state)
{
	static const struct {
		uint64_t combinations[4];
		unsigned index;
	} rows[] = {{{1}, 0}, {{1, 7, 5}, 1}, {{0x6, 0x1e, 0x5}, 2}, {{5, 3}, 0}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.combinations = rows[i].combinations};
		struct driver driver;
		char words[64];

		driver_start(&driver, &config, NULL);
		snprintf(words, sizeof(words), "Set Features nsid 0 cdw10 00000019 cdw11 %08x -> 0",
			 rows[i].index);
		assert_order(sim_trace(driver.sim), (const char *const[]){words, NULL});
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* One that may not be selected, or none: a line, and the namespaces say themselves what they are.
 */
static void test_combination_is_refused(void **state)
{
	static const uint64_t combinations[] = {1, 3, 0}, none[] = {0};
	struct sim_config config = mixed_config;
	struct driver driver;

	(void)state;
	config.combinations = combinations;
	driver_start(&driver, &config, NULL);
	assert_logged("Set Features (I/O Command Set Profile): I/O Command Set Combination "
		      "Rejected");
	assert_null(block_find("my_nvme0n2"));
	assert_works(&driver);
	driver_stop(&driver);

	config.combinations = none;
	driver_start(&driver, &config, NULL);
	assert_logged("Identify I/O Command Set: there is no combination of them");
	assert_works(&driver);
	driver_stop(&driver);
}

static bool asked(const struct driver *driver, const char *words)
{
	return strstr(sim_trace(driver->sim), words);
}

/* Controllers from before there were others are asked for nothing that they do not know. */
static void test_one_command_set(void **state)
{
	static const uint64_t caps[] = {SIM_CAP_SEED, 0x000000200f0107ff};
	static const uint32_t versions[] = {0x10000, 0x10200, 0x10300, 0x20000};

	(void)state;
	for (unsigned c = 0; c < 2; c++) {
		for (unsigned v = 0; v < 4; v++) {
			struct sim_config config = {.cap = caps[c], .version = versions[v]};
			struct driver driver;

			driver_start(&driver, &config, NULL);
			assert_true(asked(&driver, "write CC 00460001"));
			assert_false(asked(&driver, "1c cdw11"));
			assert_false(asked(&driver, "cdw10 00000019"));
			assert_int_equal(asked(&driver, "Identify nsid 1 cdw10 00000003"), v >= 2);
			assert_works(&driver);
			driver_stop(&driver);
		}
	}
}

static void test_no_command_set(void **state)
{
	struct sim_config config = {.cap = sim_cap(63, true, 20, 0, 0x80, 0, 0)};
	uint8_t page[4096];
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_true(asked(&driver, "write CC 00460071"));
	assert_logged("takes admin commands only");
	assert_null(block_first());
	assert_int_equal(nvme_identify_command(driver.controller, 1, 0, page, NULL), 0);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(nvme_identify_command(driver.controller, 1, 0, page, NULL), 0);
	driver_stop(&driver);
}

/* Descriptors of namespace 1 as a test wants them: the beginning, then what fills the rest. */
static struct list {
	uint8_t bytes[48];
	uint8_t filler; /* NIDL of descriptors of an unknown type; 0: the list ends */
} list;

static void tell_descriptors(void *context, uint16_t queue, const uint8_t command[64],
			     uint8_t *bytes, size_t size)
{
	(void)context;
	if (queue || command[0] != NVME_ADMIN_IDENTIFY || command[40] != 3 || command[4] != 1)
		return;
	assert_int_equal(size, 4096);
	memset(bytes, 0, size);
	memcpy(bytes, list.bytes, sizeof(list.bytes));
	for (size_t at = 48; list.filler && at + 4 <= size; at += 4u + list.filler) {
		bytes[at] = 0x55;
		bytes[at + 1] = list.filler;
	}
}

static void test_descriptors_that_lie(void **state)
{
	static const struct {
		struct list list;
		bool disk, damaged;
	} rows[] = {
		{{{4, 1, 0, 0, 0}, 0}, true, false},
		{{{4, 1, 0, 0, 2}, 0}, false, false},
		{{{0x77, 3, 0, 0, 1, 2, 3, 4, 1, 0, 0, 0}, 0}, true, false}, /* unknown type */
		{{{4, 1, 0, 0, 0, 4, 1, 0, 0, 0}, 0}, true, false},	     /* said twice */
		{{{0}, 0}, false, false},				     /* not said */
		{{{0x55, 44}, 250}, false, true},			     /* past the end */
		{{{0x55, 44}, 249}, false, false},			     /* to its very end */
		/* Whatever has no length is the end, and what is behind it does not count. */
		{{{4, 0}, 0}, false, false},
		{{{3, 0, 0, 0, 4, 1, 0, 0, 0}, 0}, false, false},
		{{{4, 1, 0, 0, 0, 0x33, 0, 0, 0, 4, 1, 0, 0, 2}, 250}, true, false},
		{{{4, 2, 0, 0, 0, 0}, 0}, false, true}, /* not a CSI's length */
		{{{4, 1, 0, 0, 0, 3, 255}, 0}, false, true},
		{{{4, 1, 0, 0, 0, 1, 16}, 0}, false, true},
		{{{4, 1, 0, 0, 0, 2, 8}, 0}, false, true},
		{{{4, 1, 0, 0, 0, 4, 1, 0, 0, 2}, 0}, false, true}, /* contradicts itself */
	};
	struct sim_config config = mixed_config;

	(void)state;
	config.hooks.data = tell_descriptors;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;

		list = rows[i].list;
		driver_start(&driver, &config, NULL);
		if ((block_find("my_nvme0n1") != NULL) != rows[i].disk)
			fail_msg("row %u; log:\n%s", i, sim_log());
		assert_int_equal(lines("namespace 1: its list of identifiers is damaged"),
				 rows[i].damaged);
		assert_int_equal(lines("namespace 1 does not say its command set: no block device"),
				 !rows[i].disk && lines("namespace 1: zones") == 0);
		driver_stop(&driver);
	}
	/* Where only the NVM command set is selected, it can be no other one. */
	config.namespace_count = 1;
	for (unsigned i = 4; i < 7; i++) {
		struct driver driver;

		list = rows[i].list;
		driver_start(&driver, &config, NULL);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* A list that is refused for once says nothing of a namespace that is in use; before that, nobody
 * knows what it is. */
static void test_descriptors_are_refused(void **state)
{
	const struct sim_fault fault = {
		.kind = SIM_STATUS, .opcode = NVME_ADMIN_IDENTIFY, .skip = 1, .status = 0x4006};
	struct sim_config config = mixed_config;
	struct driver driver;

	(void)state;
	config.namespace_count = 2;
	/* an NGUID and an EUI-64 that stand nowhere else */
	list = (struct list){{4,  1,  0,  0,  0,  2,  16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
			      11, 12, 13, 14, 15, 16, 1,  8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8},
			     0};
	config.hooks.data = tell_descriptors;
	driver_start(&driver, &config, NULL);
	sim_add_fault(driver.sim, &fault);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_int_equal(sim_fault_hits(driver.sim), 1);
	assert_int_equal(lines("is gone"), 0);
	assert_works(&driver);
	driver_stop(&driver);

	config.hooks.data = NULL;
	config.namespaces = (const struct sim_namespace_config[]){{.nsid = 1}, {.csi = 2}};
	assert_int_equal(driver_try_with(&driver, &config, NULL,
					 &(struct sim_fault){.kind = SIM_STATUS,
							     .opcode = NVME_ADMIN_IDENTIFY,
							     .skip = 3,
							     .count = 2,
							     .status = 0x4006}),
			 0);
	assert_int_equal(sim_fault_hits(driver.sim), 2);
	assert_logged("namespace 1 does not say its command set: no block device");
	assert_null(block_first());
	/* asked again it is known */
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_non_null(block_find("my_nvme0n1"));
	driver_stop(&driver);
}

/* A namespace with another UUID, or command set, is another one, though its size and NSID are not
 * others. */
static void test_told_apart(void **state)
{
	static const uint8_t uuid[] = {3, 16, 0,  0,  1,  2,  3,  4,  5, 6, 7, 8,
				       9, 10, 11, 12, 13, 14, 15, 16, 4, 1, 0, 0};
	struct sim_config config = mixed_config;

	(void)state;
	config.hooks.data = tell_descriptors;
	for (unsigned changed = 0; changed < 3; changed++) {
		struct block_device *device;
		struct driver driver;
		uint8_t bytes[512];

		memset(&list, 0, sizeof(list));
		memcpy(list.bytes, uuid, sizeof(uuid));
		driver_start(&driver, &config, NULL);
		device = driver.device;
		if (changed == 1)
			list.bytes[19] ^= 1;
		else if (changed == 2)
			list.bytes[24] = 2;
		assert_int_equal(nvme_reset(driver.controller), 0);
		assert_int_equal(block_read(device, 0, 1, bytes), changed ? -ENODEV : 0);
		assert_int_equal(device->gone, changed != 0);
		if (changed == 1) {
			assert_ptr_not_equal(block_find("my_nvme0n1"), device);
			assert_int_equal(block_read(block_find("my_nvme0n1"), 0, 1, bytes), 0);
		} else if (changed == 2) {
			assert_null(block_find("my_nvme0n1"));
			assert_logged("namespace 1: zones are not supported");
		}
		driver_stop(&driver);
	}
}

TESTS(cmocka_unit_test(test_others_are_no_disks), cmocka_unit_test(test_commands_pass_through),
      cmocka_unit_test(test_combinations), cmocka_unit_test(test_combination_is_refused),
      cmocka_unit_test(test_one_command_set), cmocka_unit_test(test_no_command_set),
      cmocka_unit_test(test_descriptors_that_lie), cmocka_unit_test(test_descriptors_are_refused),
      cmocka_unit_test(test_told_apart))
