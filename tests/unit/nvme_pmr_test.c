/* The Persistent Memory Region as a block device: it is waited for, what is written to it stays,
 * and what it says of itself is heard. */
#include "drivers/nvme/spec/spec.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* PMRCAP: BAR 2, time-out in units of 500 ms */
#define CAPABILITIES(wbm, timeout) (2u << 5 | (wbm) << 10 | (timeout) << 16)
#define SIZE			   65536u
#define HEALTH(status)		   ((status) << 9)

static struct block_device *start(struct driver *driver, const struct sim_pmr *pmr)
{
	driver_start(driver, &(struct sim_config){.cap = SIM_CAP_QEMU | 1ull << 36, .pmr = *pmr},
		     NULL);
	return block_find("my_nvme0pmr");
}

static void test_what_is_written_stays(void **state)
{
	static uint8_t written[SIZE], read[SIZE];
	struct prng prng;

	(void)state;
	prng_seed(&prng, 1);
	prng_fill(&prng, written, SIZE);
	for (unsigned wbm = 1; wbm <= 3; wbm++) {
		struct driver driver;
		struct block_device *device =
			start(&driver, &(struct sim_pmr){CAPABILITIES(wbm, 4), SIZE, 1500 * MS});

		assert_non_null(device);
		assert_int_equal(device->block_size, 512);
		assert_int_equal(device->block_count, SIZE / 512);
		assert_int_equal(block_write(device, 0, SIZE / 512, written), 0);
		assert_int_equal(block_write(device, 5, 2, written), 0);
		memcpy(read, written, SIZE);
		memcpy(read + 5 * 512, written, 2 * 512);
		if (wbm & 2)
			assert_memory_equal(sim_pmr_durable(driver.sim), read, SIZE);
		assert_int_equal(block_flush(device), 0);
		assert_int_equal(block_read(device, 1, 100, read), 0);
		assert_memory_equal(read, written + 512, 4 * 512);
		assert_memory_equal(read + 4 * 512, written, 2 * 512);
		assert_memory_equal(read + 6 * 512, written + 7 * 512, 94 * 512);
		assert_int_equal(block_discard(device, 0, 1), -EOPNOTSUPP);
		assert_int_equal(block_write(device, SIZE / 512, 1, written), -ENOSPC);
		driver_finish(&driver);
		assert_null(block_find("my_nvme0pmr"));
	}
}

/* A reset that switches it off, and one that does not. */
static void test_resets(void **state)
{
	struct driver driver;
	uint8_t block[512], read[512];
	struct block_device *device =
		start(&driver, &(struct sim_pmr){CAPABILITIES(2, 1), SIZE, 400 * MS});

	(void)state;
	memset(block, 0x5a, sizeof(block));
	assert_int_equal(block_write(device, 3, 1, block), 0);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(block_read(device, 3, 1, read), 0);
	assert_int_equal(nvme_subsystem_reset(driver.controller), 0);
	assert_int_equal(block_read(device, 3, 1, read), 0);
	assert_memory_equal(block, read, sizeof(block));
	/* Somebody switches it off, and a reset on. */
	assert_int_equal(nvme_set_property(driver.controller, NVME_REG_PMRCTL, 4, 0), 0);
	assert_int_equal(block_read(device, 3, 1, read), -EIO);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(block_write(device, 3, 1, read), 0);
	sim_remove(driver.sim);
	assert_int_equal(block_read(device, 3, 1, read), -ENODEV);
	driver_stop(&driver);
}

static void test_what_is_none(void **state)
{
	static const struct {
		struct sim_pmr pmr;
		const char *why;
	} rows[] = {
		{{CAPABILITIES(0, 1), SIZE, 0}, "reserved values"},
		{{CAPABILITIES(4, 1), SIZE, 0}, "reserved values"},
		{{CAPABILITIES(2, 1) & ~0x20u & ~0x40u, SIZE, 0}, "reserved values"},
		{{CAPABILITIES(2, 1) | 7u << 5, SIZE, 0}, "reserved values"},
		{{CAPABILITIES(2, 1), 511, 0}, "its BAR is not there"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;

		assert_null(start(&driver, &rows[i].pmr));
		assert_logged("persistent memory region not used: ");
		assert_logged(rows[i].why);
		driver_finish(&driver);
	}
}

/* Neither the start nor a reset waits for it: the first request does, and says why it fails. */
static void test_never_ready(void **state)
{
	uint64_t begun = nvme_time_ns();
	struct driver driver;
	uint8_t block[512];
	struct block_device *device =
		start(&driver, &(struct sim_pmr){CAPABILITIES(2, 255), SIZE, 1000 * S});

	(void)state;
	assert_non_null(device);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_in_range(nvme_time_ns() - begun, 0, 1 * S);
	assert_not_logged("not used");
	begun = nvme_time_ns();
	assert_int_equal(block_read(device, 0, 1, block), -EIO);
	assert_in_range(nvme_time_ns() - begun, 120 * S, 129 * S);
	assert_logged("persistent memory region not used: it does not get ready\n");
	sim_log_clear();
	begun = nvme_time_ns();
	assert_int_equal(block_write(device, 0, 1, block), -EIO);
	assert_in_range(nvme_time_ns() - begun, 0, 1 * S);
	assert_not_logged("not used");
	driver_finish(&driver);
}

/* However long it says: a unit may be a minute. */
static void test_ready_after_minutes(void **state)
{
	uint64_t begun = nvme_time_ns();
	struct driver driver;
	uint8_t block[512];
	struct block_device *device =
		start(&driver, &(struct sim_pmr){CAPABILITIES(2, 20) | 1u << 8, SIZE, 600 * S});

	(void)state;
	assert_int_equal(block_read(device, 0, 1, block), 0);
	assert_in_range(nvme_time_ns() - begun, 599 * S, 610 * S);
	driver_finish(&driver);
}

/* An error has one errno, whether a reset finds it or a request. */
static void test_error_behind_a_reset(void **state)
{
	struct driver driver;
	uint8_t block[512];
	struct block_device *device =
		start(&driver, &(struct sim_pmr){CAPABILITIES(2, 1), SIZE, 0});

	(void)state;
	sim_pmr_status(driver.sim, 0x21);
	assert_int_equal(block_read(device, 0, 1, block), -EIO);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_logged("persistent memory region not used: error in PMRSTS\n");
	assert_int_equal(block_read(device, 0, 1, block), -EIO);
	assert_false(device->gone);
	sim_pmr_status(driver.sim, 0);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(block_read(device, 0, 1, block), 0);
	driver_finish(&driver);
}

/* Requests that wait for it: cancelled, and failed by its controller's end. */
static void test_waiting(void **state)
{
	struct block_request requests[3];
	struct driver driver;
	uint8_t block[512];
	const struct block_segment segment = {block, sizeof(block)};
	struct block_device *device =
		start(&driver, &(struct sim_pmr){CAPABILITIES(2, 255), SIZE, 1000 * S});

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		requests[i] = (struct block_request){.operation = BLOCK_READ,
						     .lba = i,
						     .count = 1,
						     .segments = &segment,
						     .segment_count = 1};
		block_submit(device, &requests[i]);
		assert_false(requests[i].complete);
	}
	block_cancel(&requests[1]);
	assert_true(requests[1].complete);
	assert_int_equal(requests[1].error, -EINTR);
	driver_stop(&driver);
	assert_true(requests[0].complete && requests[2].complete);
	assert_int_equal(requests[0].error, -ENODEV);
	assert_int_equal(requests[2].error, -ENODEV);
}

static uint64_t gone(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	return offset == NVME_REG_PMRSTS ? UINT32_MAX : value;
}

/* Registers of ones are not those of a region that will be ready in two minutes. */
static void test_gone_meanwhile(void **state)
{
	const struct sim_config config = {.cap = SIM_CAP_QEMU | 1ull << 36,
					  .pmr = {CAPABILITIES(2, 255), SIZE, 0},
					  .hooks.property = gone};
	uint64_t begun = nvme_time_ns();
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_in_range(nvme_time_ns() - begun, 0, 1 * S);
	assert_null(block_find("my_nvme0pmr"));
	assert_logged("persistent memory region not used: PMRSTS reads all ones\n");
	driver_finish(&driver);
}

static void test_health(void **state)
{
	struct driver driver;
	uint8_t block[512] = {0};
	struct block_device *device =
		start(&driver, &(struct sim_pmr){CAPABILITIES(2, 1), SIZE, 0});

	(void)state;
	sim_pmr_status(driver.sim, HEALTH(3));
	assert_int_equal(block_write(device, 0, 1, block), 0);
	assert_logged("4 my_nvme0: persistent memory region: health status 3: Unreliable\n");
	sim_log_clear();
	assert_int_equal(block_write(device, 0, 1, block), 0);
	assert_not_logged("health");
	sim_pmr_status(driver.sim, HEALTH(2));
	assert_int_equal(block_read(device, 0, 1, block), 0);
	assert_logged("Read Only");
	assert_int_equal(block_write(device, 0, 1, block), -EROFS);
	sim_pmr_status(driver.sim, HEALTH(7));
	assert_int_equal(block_read(device, 0, 1, block), 0);
	assert_logged("health status 7\n");
	/* What was written before has not arrived. */
	sim_pmr_status(driver.sim, 0x21);
	assert_int_equal(block_write(device, 0, 1, block), -EIO);
	sim_pmr_status(driver.sim, 0);
	assert_int_equal(block_write(device, 0, 1, block), 0);
	driver_finish(&driver);
}

TESTS(cmocka_unit_test(test_what_is_written_stays), cmocka_unit_test(test_resets),
      cmocka_unit_test(test_what_is_none), cmocka_unit_test(test_gone_meanwhile),
      cmocka_unit_test(test_never_ready), cmocka_unit_test(test_waiting),
      cmocka_unit_test(test_health), cmocka_unit_test(test_ready_after_minutes),
      cmocka_unit_test(test_error_behind_a_reset))
