/* Identify data and lists that no controller should give: refused, or used as far as they go. */
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* Identify data that lies, field by field. The driver refuses, or works within what is true. */
struct lie {
	unsigned cns; /* whose data */
	unsigned offset, size;
	uint64_t value;
	bool device; /* a block device appears all the same */
};

static void tell_lie(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		     size_t size)
{
	const struct lie *lie = context;

	if (queue == 0 && command[0] == 0x06 && command[40] == lie->cns && size == 4096)
		memcpy(bytes + lie->offset, &lie->value, lie->size);
}

static void test_identify_data_that_lies(void **state)
{
	static const struct lie lies[] = {
		{0x00, 0, 8, 0, false},		    /* NSZE 0 */
		{0x00, 0, 8, UINT64_MAX, false},    /* NSZE beyond 64 bits of bytes */
		{0x00, 8, 8, UINT64_MAX, true},	    /* NCAP above NSZE */
		{0x00, 26, 1, 0x0f, false},	    /* FLBAS beyond NLBAF */
		{0x00, 26, 1, 0xff, false},	    /* the same, all bits */
		{0x00, 25, 1, 0xff, true},	    /* NLBAF */
		{0x00, 130, 1, 0, false},	    /* LBADS 0 */
		{0x00, 130, 1, 8, false},	    /* LBADS 8 */
		{0x00, 130, 1, 255, false},	    /* LBADS 255 */
		{0x00, 130, 1, 64, false},	    /* LBADS 64 */
		{0x01, 77, 1, 255, true},	    /* MDTS 255 */
		{0x01, 77, 1, 63, true},	    /* MDTS 63 */
		{0x01, 516, 4, 0, true},	    /* NN 0 */
		{0x01, 516, 4, UINT32_MAX, true},   /* NN */
		{0x01, 512, 1, 0x77, false},	    /* SQES: 128 bytes required */
		{0x01, 513, 1, 0x55, false},	    /* CQES */
		{0x01, 512, 1, 0x00, true},	    /* SQES, not filled in */
		{0x01, 84, 4, UINT32_MAX, true},    /* RTD3R */
		{0x01, 258, 2, 0xffff, true},	    /* ACL, AERL */
		{0x02, 0, 4, UINT32_MAX, true},	    /* a list that is not in order */
		{0x02, 4, 4, 1, true},		    /* NSID 1 twice */
		{0x02, 0, 8, 0x100000002ull, true}, /* 2, 1 */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct sim_config config = {
			.tolerant = true,
			.hooks = {.context = (void *)(uintptr_t)&lies[i], .data = tell_lie}};
		struct driver driver;
		uint8_t bytes[512];
		int error = driver_try(&driver, &config, NULL);

		if (error)
			assert_null(driver.controller);
		if (lies[i].device && !error && block_find("my_nvme0n1")) {
			struct block_device *device = block_find("my_nvme0n1");

			assert_int_equal(device->block_size, 512);
			assert_int_equal(block_read(device, 0, 1, bytes), 0);
		}
		if (!lies[i].device && block_find("my_nvme0n1"))
			fail_msg("lie %u was believed; log:\n%s", i, sim_log());
		driver_stop(&driver);
	}
}

/* The format in use is not among those that there are, though its entry looks good. */
static void format_beyond_the_last(void *context, uint16_t queue, const uint8_t command[64],
				   uint8_t *bytes, size_t size)
{
	(void)context;
	if (queue == 0 && command[0] == 0x06 && command[40] == 0 && size == 4096) {
		bytes[25] = 3;
		bytes[26] = 4;
		bytes[128 + 4 * 4 + 2] = 9;
	}
}

static void test_format_beyond_the_last(void **state)
{
	struct sim_config config = {.hooks.data = format_beyond_the_last};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_null(block_first());
	assert_logged("LBA format 4 is not among its 4 formats");
	driver_stop(&driver);
}

/* Lists of namespaces that no controller should give. */
static uint32_t junk[4]; /* what they begin with; all 0: 1,024 new ones, a few times */

static void lie_in_list(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			size_t size)
{
	uint32_t *list = (uint32_t *)bytes, last;

	(void)context;
	if (queue || command[0] != 0x06 || command[40] != 2 || size != 4096)
		return;
	memcpy(&last, command + 4, 4);
	for (unsigned i = 0; i < 1024; i++)
		list[i] =
			junk[0] ? (i < 4 && !last ? junk[i] : 0) : (last < 4096 ? last + i + 1 : 0);
}

static void test_lists_that_lie(void **state)
{
	static const struct {
		uint32_t list[4];
		const char *message;
	} rows[] = {
		{{1, 1}, "active namespace list is damaged: 1 follows 1"},
		{{1, 3, 2}, "active namespace list is damaged: 2 follows 3"},
		{{1, 0xffffffff}, "active namespace list is damaged"},
		{{1, 0xfffffffe}, "active namespace list is damaged"},
		{{0}, "uses the first 1024 namespaces only"},
	};
	uint8_t bytes[512];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_config config = {.tolerant = true, .hooks.data = lie_in_list};
		struct driver driver;

		memcpy(junk, rows[i].list, sizeof(junk));
		driver_start(&driver, &config, NULL);
		assert_logged(rows[i].message);
		assert_non_null(driver.device);
		assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
		driver_stop(&driver);
	}
}

/* Before NVMe 1.1 there is no list; whatever NN says, the search ends. */
static void say_many(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		     size_t size)
{
	(void)context;
	if (queue == 0 && command[0] == 0x06 && command[40] == 1 && size == 4096)
		memcpy(bytes + 516, &(uint32_t){5000}, 4);
}

static void test_as_many_as_there_can_be(void **state)
{
	struct sim_config config = {.version = 0x10000, .tolerant = true, .hooks.data = say_many};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_logged("looks at the first 1024 of 5000 possible namespaces only");
	assert_non_null(driver.device);
	model_exercise(driver.device, 1, 60, 20, 40);
	driver_stop(&driver);
}

static void test_active_list_full_of_junk(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct sim_config config = {.tolerant = true, .random = seed};
		struct driver driver;
		struct sim_fault fault = {.kind = SIM_CORRUPT,
					  .queue = 0,
					  .opcode = 0x06,
					  .skip = (unsigned)seed % 4,
					  .count = SIM_FOREVER};

		sim_log_clear();
		memset(&driver, 0, sizeof(driver));
		driver.sim = sim_create(&config);
		sim_add_fault(driver.sim, &fault);
		driver_attach(driver.sim, NULL, &driver.controller);
		driver_stop(&driver);
	}
}

TESTS(cmocka_unit_test(test_identify_data_that_lies), cmocka_unit_test(test_format_beyond_the_last),
      cmocka_unit_test(test_lists_that_lie), cmocka_unit_test(test_as_many_as_there_can_be),
      cmocka_unit_test(test_active_list_full_of_junk))
