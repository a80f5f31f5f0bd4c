/* Zoned namespaces as disks: what they tell of zones, writes in order, and what is refused before
 * it is sent. */
#include "drivers/nvme/spec/spec.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

#define ZONE	 64u
#define CAPACITY 48u
#define ZONES	 8u

static const struct sim_namespace_config zoned[] = {{
	.csi = NVME_CSI_ZONED,
	.block_count = ZONES * ZONE,
	.zone_size = ZONE,
	.zone_capacity = CAPACITY,
	.zones_open = 2,
	.zones_active = 3,
}};
static const struct sim_config config = {.namespaces = zoned, .namespace_count = 1};
static uint8_t bytes[ZONES * ZONE * 512], back[ZONES * ZONE * 512];

static uint64_t sent(const struct driver *driver, uint8_t opcode)
{
	return sim_statistics(driver->sim)->commands[1][opcode];
}

static void start(struct driver *driver, const struct sim_config *with)
{
	driver_start(driver, with, NULL);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i >> 9 ^ i * 7);
}

static struct block_zone report(struct driver *driver, uint64_t index)
{
	struct block_zone zone;

	assert_int_equal(block_zone_report(driver->device, index * ZONE, &zone, 1), 0);
	return zone;
}

static void test_description(void **state)
{
	struct block_zone zones[ZONES];
	struct driver driver;

	(void)state;
	start(&driver, &config);
	assert_ptr_equal(nvme_namespace_of(driver.device), nvme_namespace_first(driver.controller));
	assert_int_equal(driver.device->zones.size, ZONE);
	assert_int_equal(driver.device->zones.count, ZONES);
	assert_int_equal(driver.device->zones.max_open, 2);
	assert_int_equal(driver.device->zones.max_active, 3);
	assert_int_equal(driver.device->zones.append_max, 32768);
	assert_int_equal(block_zone_report(driver.device, 0, zones, ZONES), 0);
	for (unsigned i = 0; i < ZONES; i++) {
		assert_int_equal(zones[i].start, i * ZONE);
		assert_int_equal(zones[i].write_pointer, i * ZONE);
		assert_int_equal(zones[i].capacity, CAPACITY);
		assert_int_equal(zones[i].state, BLOCK_ZONE_IS_EMPTY);
	}
	assert_int_equal(block_zone_report(driver.device, 1, zones, 1), -EINVAL);
	assert_int_equal(block_zone_report(driver.device, 0, zones, ZONES + 1), -EINVAL);
	driver_finish(&driver);
}

/* More zones than one command reports, and a report that is not what it should be. */
static void test_long_report(void **state)
{
	static const struct sim_namespace_config many[] = {
		{.csi = NVME_CSI_ZONED, .block_count = 1600, .zone_size = 8}};
	static struct block_zone zones[200];
	struct driver driver;

	(void)state;
	start(&driver, &(struct sim_config){.namespaces = many, .namespace_count = 1});
	assert_int_equal(driver.device->zones.max_open, 0);
	assert_int_equal(block_write(driver.device, 1592, 3, bytes), 0);
	assert_int_equal(block_zone_report(driver.device, 0, zones, 200), 0);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(zones[i].start, i * 8);
	assert_int_equal(zones[199].write_pointer, 1595);
	driver_add_fault(&driver, SIM_CORRUPT, NVME_IO_ZONE_MANAGEMENT_RECEIVE, 0, 1, 0);
	assert_int_equal(block_zone_report(driver.device, 0, zones, 200), -EIO);
	assert_logged("report of the zone at LBA");
	driver_finish(&driver);
}

/* What the second descriptor of a report says instead. */
struct lie {
	uint8_t state; /* 0: as it is */
	bool empty;    /* without any capacity */
};

static void lie(void *context, uint16_t queue, const uint8_t command[64], uint8_t *data,
		size_t size)
{
	const struct lie *lie = context;
	uint64_t lba;

	memcpy(&lba, command + 40, sizeof(lba));
	if (!queue || command[0] != NVME_IO_ZONE_MANAGEMENT_RECEIVE || lba > ZONE)
		return;
	for (size_t at = sizeof(struct nvme_zone_report);
	     at + sizeof(struct nvme_zone_descriptor) <= size;
	     at += sizeof(struct nvme_zone_descriptor)) {
		struct nvme_zone_descriptor *zone = (void *)(data + at);

		if (zone->start != ZONE)
			continue;
		if (lie->state)
			zone->state = (uint8_t)(lie->state << 4);
		if (lie->empty)
			zone->capacity = 0;
	}
}

/* A zone may have no block that can be written; the others are reported, and it takes none. */
static void test_no_capacity(void **state)
{
	struct lie about = {.empty = true};
	struct sim_config with = config;
	struct block_zone zones[ZONES];
	struct driver driver;

	(void)state;
	with.hooks = (struct sim_hooks){.context = &about, .data = lie};
	start(&driver, &with);
	assert_int_equal(block_zone_report(driver.device, 0, zones, ZONES), 0);
	assert_int_equal(zones[0].capacity, CAPACITY);
	assert_int_equal(zones[1].capacity, 0);
	assert_int_equal(zones[1].write_pointer, ZONE);
	assert_int_equal(zones[2].capacity, CAPACITY);
	assert_int_equal(block_write(driver.device, ZONE, 1, bytes), -EIO);
	assert_logged("Write LBA 64+1 of namespace 1 is not sent: Zoned Boundary Error");
	about.state = SIM_ZONE_OFFLINE;
	assert_int_equal(report(&driver, 1).state, BLOCK_ZONE_IS_OFFLINE);
	assert_int_equal(block_write(driver.device, ZONE, 1, bytes), -EIO);
	about = (struct lie){0};
	assert_int_equal(block_write(driver.device, ZONE, 1, bytes), 0);
	driver_finish(&driver);
}

static void test_reserved_states(void **state)
{
	static const uint8_t reserved[] = {0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc};
	struct lie about = {0};
	struct sim_config with = config;
	struct block_zone zone;
	struct driver driver;

	(void)state;
	with.hooks = (struct sim_hooks){.context = &about, .data = lie};
	start(&driver, &with);
	for (unsigned i = 0; i < sizeof(reserved); i++) {
		about.state = reserved[i];
		sim_log_clear();
		assert_int_equal(block_zone_report(driver.device, ZONE, &zone, 1), -EIO);
		driver_idle(1000 * MS);
		assert_logged("report of the zone at LBA 64 is damaged");
		assert_int_equal(block_write(driver.device, ZONE, 1, bytes), -EIO);
		driver_idle(1000 * MS);
	}
	driver_finish(&driver);
}

/* A write whose completion is lost is sent again behind a reset. That its data had arrived is seen
 * by the zone's write pointer. */
static void test_repeated(void **state)
{
	struct sim_config with = config;
	struct block_segment segment = {bytes, (size_t)CAPACITY * 512};
	struct block_request request;
	struct driver driver;

	(void)state;
	with.tolerant = true;
	with.mdts = 1; /* 16 blocks */
	with.volatile_cache = true;
	start(&driver, &with);
	/* Of the first command, of one in between, of the last one, which fills the zone. */
	for (unsigned i = 0; i < 3; i++) {
		uint64_t flushes = sent(&driver, NVME_IO_FLUSH);

		request =
			(struct block_request){.operation = BLOCK_WRITE | (i == 1 ? BLOCK_FUA : 0),
					       .lba = i * ZONE,
					       .count = CAPACITY,
					       .segments = &segment,
					       .segment_count = 1};
		/* At an odd address they go through a buffer. */
		segment.address = bytes + (i == 2);
		driver_add_fault(&driver, SIM_WRONG_PHASE, NVME_IO_WRITE, i, 1, 0);
		block_submit(driver.device, &request);
		assert_int_equal(block_wait(&request), 0);
		assert_int_equal(report(&driver, i).state, BLOCK_ZONE_IS_FULL);
		assert_int_equal(block_read(driver.device, i * ZONE, CAPACITY, back), 0);
		assert_memory_equal(back, segment.address, (size_t)CAPACITY * 512);
		/* What was to be on the media may have been in the cache. */
		assert_int_equal(sent(&driver, NVME_IO_FLUSH) - flushes, i == 1);
	}
	assert_int_equal(statistics(&driver)->resets, 3);
	assert_logged("had arrived");
	driver_stop(&driver);
}

/* A write that is refused without being sent again, or whose zone says something else. */
static void test_not_repeated(void **state)
{
	struct sim_config with = config;
	struct driver driver;

	(void)state;
	with.tolerant = true;
	start(&driver, &with);
	driver_add_fault(&driver, SIM_STATUS, NVME_IO_WRITE, 0, 1,
			 NVME_SC_ZONE_INVALID_WRITE | SIM_DNR);
	assert_int_equal(block_write(driver.device, ZONE, 8, bytes), -EIO);
	assert_int_equal(block_write(driver.device, 0, 8, bytes), 0);
	driver_add_fault(&driver, SIM_WRONG_PHASE, NVME_IO_WRITE, 0, 1, 0);
	driver_add_fault(&driver, SIM_CORRUPT, NVME_IO_ZONE_MANAGEMENT_RECEIVE, 0, 1, 0);
	assert_int_equal(block_write(driver.device, 8, 8, bytes), -EIO);
	assert_logged("Write LBA 8+8: Zone Invalid Write");
	assert_int_equal(block_write(driver.device, 16, 8, bytes), 0);
	driver_stop(&driver);
}

/* Of requests that are started together, each larger than a command, too. */
static void test_writes_in_order(void **state)
{
	struct sim_config slow = config;
	struct block_segment segments[6];
	struct block_request requests[6];
	struct driver driver;

	(void)state;
	slow.mdts = 1; /* 16 blocks */
	slow.jitter_ns = 1 * MS;
	start(&driver, &slow);
	for (unsigned i = 0; i < 6; i++) {
		uint64_t lba = i / 2 * ZONE + i % 2 * CAPACITY / 2;

		segments[i] = (struct block_segment){bytes + lba * 512, (size_t)CAPACITY / 2 * 512};
		requests[i] = (struct block_request){.operation = BLOCK_WRITE,
						     .lba = lba,
						     .count = CAPACITY / 2,
						     .segments = &segments[i],
						     .segment_count = 1};
		block_submit(driver.device, &requests[i]);
	}
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(block_wait(&requests[i]), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(report(&driver, i).state, BLOCK_ZONE_IS_FULL);
		assert_int_equal(block_read(driver.device, i * ZONE, CAPACITY, back), 0);
		assert_memory_equal(back, bytes + i * ZONE * 512, CAPACITY * 512);
	}
	/* each zone was asked for once, and three times above */
	assert_int_equal(sent(&driver, NVME_IO_ZONE_MANAGEMENT_RECEIVE), 6);
	/* A read reaches over zones, whose commands do not. */
	assert_int_equal(block_read(driver.device, 0, 3 * ZONE, back), 0);
	assert_memory_equal(back + ZONE * 512, bytes + ZONE * 512, CAPACITY * 512);
	driver_finish(&driver);
}

static void test_refused(void **state)
{
	static const struct {
		uint64_t lba, count;
		int error;
		uint16_t status;
		const char *text;
	} rows[] = {
		{ZONE, 0, 0, 0, ""},
		{1, 1, -EIO, NVME_SC_ZONE_INVALID_WRITE,
		 "Write LBA 1+1 of namespace 1 is not sent"},
		{0, CAPACITY + 1, -EIO, NVME_SC_ZONE_BOUNDARY, "Zoned Boundary Error"},
		{ZONE + 4, 4, -EIO, NVME_SC_ZONE_INVALID_WRITE, "write pointer 72"},
		{ZONE + 9, 1, -EIO, NVME_SC_ZONE_INVALID_WRITE, ""},
		{2 * ZONE, 1, -EIO, NVME_SC_ZONE_FULL, "Zone Is Full"},
		{3 * ZONE, 1, -EROFS, NVME_SC_ZONE_READ_ONLY, "Zone Is Read Only"},
		{4 * ZONE, 1, -EIO, NVME_SC_ZONE_OFFLINE, "Zone Is Offline"},
		{ZONES * ZONE, 1, -ENOSPC, 0, ""},
	};
	struct driver driver;
	uint64_t writes;

	(void)state;
	start(&driver, &config);
	assert_int_equal(block_write(driver.device, ZONE, 8, bytes), 0);
	assert_int_equal(block_zone_manage(driver.device, BLOCK_ZONE_FINISH, 2 * ZONE, 1), 0);
	sim_zone_set(driver.sim, 1, 3, SIM_ZONE_READ_ONLY);
	sim_zone_set(driver.sim, 1, 4, SIM_ZONE_OFFLINE);
	writes = sent(&driver, NVME_IO_WRITE);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct block_segment segment = {bytes, rows[i].count * 512};
		struct block_request request = {.operation = BLOCK_WRITE,
						.lba = rows[i].lba,
						.count = rows[i].count,
						.segments = &segment,
						.segment_count = 1};

		sim_log_clear();
		block_submit(driver.device, &request);
		assert_int_equal(block_wait(&request), rows[i].error);
		assert_int_equal(request.status, rows[i].status);
		assert_int_equal(request.error_lba, rows[i].lba);
		assert_logged(rows[i].text);
	}
	assert_int_equal(sent(&driver, NVME_IO_WRITE), writes);
	assert_int_equal(block_write(driver.device, ZONE + 8, 8, bytes), 0);
	driver_finish(&driver);
}

/* What is known of a zone may be wrong: somebody else has reset it, or written to it. */
static void test_other_users(void **state)
{
	const struct nvme_command reset = {.opcode = NVME_IO_ZONE_MANAGEMENT_SEND,
					   .nsid = 1,
					   .cdw13 = NVME_ZONE_RESET},
				  write = {.opcode = NVME_IO_WRITE, .nsid = 1};
	struct sim_config tolerant = config;
	struct driver driver;

	(void)state;
	tolerant.tolerant = true;
	start(&driver, &tolerant);
	assert_int_equal(block_write(driver.device, 0, 8, bytes), 0);
	assert_int_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &reset}),
		0);
	assert_int_equal(block_write(driver.device, 0, 8, bytes), 0);
	assert_int_equal(block_zone_manage(driver.device, BLOCK_ZONE_RESET, 0, 1), 0);
	assert_int_equal(nvme_io_command(driver.controller,
					 &(struct nvme_passthrough){
						 .command = &write, .data = bytes, .size = 512}),
			 0);
	assert_int_equal(block_write(driver.device, 1, 8, bytes), 0);
	/* Known wrongly: the controller refuses, and then it is asked. */
	assert_int_equal(
		nvme_io_command(driver.controller, &(struct nvme_passthrough){.command = &reset}),
		0);
	assert_int_equal(block_write(driver.device, 9, 1, bytes), -EIO);
	assert_int_equal(block_write(driver.device, 0, 1, bytes), 0);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(block_write(driver.device, 1, 1, bytes), 0);
	driver_stop(&driver);
}

/* Two zones may be open and three active; those that a write has opened make room. */
static void test_limits(void **state)
{
	struct sim_config tolerant = config;
	struct driver driver;

	(void)state;
	tolerant.tolerant = true;
	start(&driver, &tolerant);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(block_write(driver.device, i * ZONE, 1, bytes), 0);
	assert_int_equal(report(&driver, 0).state, BLOCK_ZONE_IS_CLOSED);
	assert_int_equal(block_write(driver.device, 3 * ZONE, 1, bytes), -EIO);
	assert_logged("Write LBA 192+1: Too Many Active Zones");
	assert_int_equal(block_zone_manage(driver.device, BLOCK_ZONE_RESET, 0, 1), 0);
	assert_int_equal(block_write(driver.device, 3 * ZONE, 1, bytes), 0);
	assert_int_equal(block_zone_manage(driver.device, BLOCK_ZONE_OPEN, ZONE, 3), -EIO);
	assert_logged("Too Many Open Zones");
	assert_int_equal(report(&driver, 1).state, BLOCK_ZONE_IS_EXPLICITLY_OPEN);
	assert_int_equal(block_zone_manage(driver.device, BLOCK_ZONE_CLOSE, ZONE, 1), 0);
	assert_int_equal(report(&driver, 1).state, BLOCK_ZONE_IS_CLOSED);
	assert_int_equal(block_zone_manage(driver.device, BLOCK_ZONE_RESET, 0, ZONES), 0);
	for (unsigned i = 0; i < ZONES; i++)
		assert_int_equal(report(&driver, i).state, BLOCK_ZONE_IS_EMPTY);
	assert_int_equal(block_zone_manage(driver.device, BLOCK_ZONE_RESET, 1, 1), -EINVAL);
	driver_stop(&driver);
}

/* Whatever becomes of the controller or of who waits, each write ends once. */
static void test_ends(void **state)
{
	static struct block_request requests[40];
	struct block_segment segment = {bytes, 512};
	struct driver driver;

	(void)state;
	start(&driver, &config);
	for (unsigned i = 0; i < 40; i++) {
		requests[i] = (struct block_request){.operation = BLOCK_WRITE,
						     .lba = i,
						     .count = 1,
						     .segments = &segment,
						     .segment_count = 1};
		block_submit(driver.device, &requests[i]);
	}
	block_cancel(&requests[0]);
	block_cancel(&requests[39]);
	block_cancel(&requests[20]);
	assert_int_equal(block_wait(&requests[39]), -EINTR);
	assert_int_equal(block_wait(&requests[20]), -EINTR);
	sim_remove(driver.sim);
	for (unsigned i = 0; i < 40; i++)
		assert_int_not_equal(block_wait(&requests[i]), 0);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_description), cmocka_unit_test(test_long_report),
      cmocka_unit_test(test_no_capacity), cmocka_unit_test(test_reserved_states),
      cmocka_unit_test(test_repeated), cmocka_unit_test(test_not_repeated),
      cmocka_unit_test(test_writes_in_order), cmocka_unit_test(test_refused),
      cmocka_unit_test(test_other_users), cmocka_unit_test(test_limits),
      cmocka_unit_test(test_ends))
