/* What happens beside reads and writes: events and their logs, calls at the wrong moment, limits
 * that are asked for or given. */
#include "drivers/nvme/spec/spec.h"
#include "lib/errno.h"
#include "tests/sim/driver.h"
#include "tests/sim/nvme_platform.h"
#include "tests/unit/cmocka.h"

/* One comes; the requests for them have arrived by then. */
static void event(struct driver *driver, unsigned type, unsigned info, unsigned log_page)
{
	sim_advance(1 * MS);
	assert_true(sim_event(driver->sim, type, info, log_page));
}

/* All blocks, and then some at random. */
static void write_anew(struct block_device *device)
{
	struct model *model = model_create(device, 1);

	assert_int_equal(block_write(device, 0, device->block_count, model->bytes), 0);
	model_run(model, 30, 8, 8);
	model_end(model);
}

/* An event is told in words, and with its numbers. */
static void test_words(void **state)
{
	static const struct {
		unsigned type, info;
		const char *text;
	} rows[] = {
		{0, 0, "event: write to an invalid doorbell (type 0, information 00, log page 02)"},
		{0, 3, "event: persistent internal error (type 0, information 03, log page 02)"},
		{0, 9, "event: error (type 0, information 09, log page 02)"},
		{1, 1, "event: temperature threshold (type 1, information 01, log page 02)"},
		{1, 200, "event: health (type 1, information c8, log page 02)"},
		{2, 1, "event: firmware activation starting (type 2, information 01, log page 02)"},
		{2, 255, "event: notice (type 2, information ff, log page 02)"},
		{3, 0,
		 "event: normal NVM subsystem shutdown (type 3, information 00, log page 02)"},
		{5, 0, "event: vendor specific (type 5, information 00, log page 02)"},
		{6, 0, "event: I/O command set specific (type 6, information 00, log page 02)"},
		{7, 1, "event: vendor specific (type 7, information 01, log page 02)"},
	};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		event(&driver, rows[i].type, rows[i].info, 2);
		driver_idle(1000 * MS); /* a second has room for so many lines only */
		assert_logged(rows[i].text);
	}
	driver_stop(&driver);
}

static void tell_bad_news(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			  size_t size)
{
	(void)context;
	if (queue || command[0] != NVME_ADMIN_GET_LOG_PAGE)
		return;
	if (command[40] == NVME_LOG_SMART)
		*bytes = 0x3f;
	if (command[40] == NVME_LOG_ERROR)
		*(struct nvme_error_log_entry *)(void *)bytes = (struct nvme_error_log_entry){
			.error_count = 1, .sqid = 1, .cid = 7, .status = 0x281 << 1, .lba = 12345};
	assert_true(size >= 64);
}

/* What the log says that an event points at. */
static void test_logs(void **state)
{
	struct sim_config config = {.hooks = {.data = tell_bad_news}};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	event(&driver, 1, 0, NVME_LOG_SMART);
	driver_idle(50 * MS);
	assert_logged("critical warning 3f: spare space low temperature reliability degraded media "
		      "read-only volatile memory backup failed persistent memory region "
		      "unreliable");
	event(&driver, 0, 4, NVME_LOG_ERROR);
	driver_idle(50 * MS);
	assert_logged("error log: Unrecovered Read Error (sct 2 sc 81), queue 1, CID 0007, LBA "
		      "12345");
	driver_stop(&driver);

	/* A healthy one has nothing to tell. */
	driver_start(&driver, NULL, NULL);
	event(&driver, 1, 0, NVME_LOG_SMART);
	driver_idle(50 * MS);
	event(&driver, 0, 4, NVME_LOG_ERROR);
	driver_idle(50 * MS);
	assert_not_logged("critical warning");
	assert_not_logged("error log:");
	driver_stop(&driver);
}

#define ZONE 64u

static const struct sim_namespace_config zoned[] = {
	{.csi = NVME_CSI_ZONED, .block_count = 600 * ZONE, .zone_size = ZONE},
	{.csi = NVME_CSI_ZONED, .block_count = 8 * ZONE, .zone_size = ZONE},
	{.block_count = 64},
};

static uint64_t reports(const struct driver *driver)
{
	return sim_statistics(driver->sim)->commands[1][NVME_IO_ZONE_MANAGEMENT_RECEIVE];
}

/* Zones that change by themselves are told where OAES has that; what was known of them is asked for
 * anew, of others not. */
static void test_zones(void **state)
{
	struct sim_config config = {.namespaces = zoned,
				    .namespace_count = 3,
				    .oaes = NVME_OAES_ZONES,
				    .events_limit = 3};
	uint8_t bytes[512] = {1};
	struct block_device *second;
	struct driver driver;
	uint64_t asked;

	(void)state;
	driver_start(&driver, &config, NULL);
	second = block_find("my_nvme0n2");
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(block_write(driver.device, i * ZONE, 1, bytes), 0);
	assert_int_equal(block_write(second, 0, 1, bytes), 0);
	asked = reports(&driver);
	sim_advance(1 * MS);
	sim_zone_change(driver.sim, 1, 1, SIM_ZONE_READ_ONLY);
	sim_zone_change(driver.sim, 2, 0, SIM_ZONE_OFFLINE);
	driver_idle(100 * MS);
	assert_logged("event: zone descriptor changed (type 2, information ef, log page bf)");
	assert_logged("namespace 1: 1 zones have changed, the first one at LBA 64");
	assert_logged("namespace 2: 1 zones have changed, the first one at LBA 0");
	assert_false(sim_event_waits(driver.sim, NVME_LOG_CHANGED_ZONES));
	/* Nothing is sent that the zone would refuse, which the simulation does not forgive. */
	assert_int_equal(block_write(driver.device, ZONE + 1, 1, bytes), -EROFS);
	assert_int_equal(block_write(second, 1, 1, bytes), -EIO);
	assert_logged("Zone Is Offline");
	assert_int_equal(reports(&driver), asked + 2);
	assert_int_equal(block_write(driver.device, 1, 1, bytes), 0);
	assert_int_equal(block_write(driver.device, 2 * ZONE + 1, 1, bytes), 0);
	assert_int_equal(reports(&driver), asked + 2);
	/* Its log is asked for again where it fails for once. */
	driver_add_fault_to(&driver, 0, SIM_STATUS, NVME_ADMIN_GET_LOG_PAGE, 0, 1,
			    NVME_SC_INTERNAL);
	sim_zone_change(driver.sim, 1, 2, SIM_ZONE_READ_ONLY);
	driver_idle(1000 * MS);
	assert_logged("namespace 1: 1 zones have changed, the first one at LBA 128");
	assert_int_equal(block_write(driver.device, 2 * ZONE + 2, 1, bytes), -EROFS);
	driver_stop(&driver);
}

static void test_many_zones(void **state)
{
	static struct nvme_changed_zones list = {.count = NVME_CHANGED_ZONES_ANY};
	struct sim_config config = {.namespaces = zoned,
				    .namespace_count = 3,
				    .oaes = NVME_OAES_ZONES,
				    .events_limit = 3};
	uint8_t bytes[512] = {1};
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_int_equal(block_write(driver.device, 0, 1, bytes), 0);
	sim_advance(1 * MS);
	sim_set_log(driver.sim, NVME_LOG_CHANGED_ZONES, &list, sizeof(list));
	sim_zone_change(driver.sim, 1, 0, SIM_ZONE_READ_ONLY);
	driver_idle(100 * MS);
	assert_logged("namespace 1: more zones have changed than the log has room for");
	assert_int_equal(block_write(driver.device, 1, 1, bytes), -EROFS);
	/* Of a namespace that is no zoned one, or none at all; and of zones that there are not. */
	list = (struct nvme_changed_zones){.count = 1, .zones = {UINT64_MAX}};
	assert_true(sim_event_of(driver.sim, NVME_EVENT_NOTICE, NVME_EVENT_NOTICE_ZONES,
				 NVME_LOG_CHANGED_ZONES, 1));
	driver_idle(100 * MS);
	assert_true(sim_event_of(driver.sim, NVME_EVENT_NOTICE, NVME_EVENT_NOTICE_ZONES,
				 NVME_LOG_CHANGED_ZONES, 3));
	driver_idle(100 * MS);
	assert_true(sim_event_of(driver.sim, NVME_EVENT_NOTICE, NVME_EVENT_NOTICE_ZONES,
				 NVME_LOG_CHANGED_ZONES, 77));
	driver_idle(100 * MS);
	driver_stop(&driver);

	/* It is not asked for where OAES does not have it. */
	config.oaes = 0;
	driver_start(&driver, &config, NULL);
	sim_advance(1 * MS);
	sim_zone_change(driver.sim, 1, 0, SIM_ZONE_READ_ONLY);
	driver_idle(100 * MS);
	assert_not_logged("zone descriptor changed");
	driver_stop(&driver);
}

/* Which endurance groups have something to tell, a list says, and what, the log of each. */
static void test_endurance_groups(void **state)
{
	static struct {
		uint64_t count;
		uint16_t entries[252];
	} list = {.count = 2, .entries = {3, 7}};
	static const struct nvme_endurance_group_log log = {
		.critical_warning = 1, .available_spare = 9, .percentage_used = 97};
	struct sim_config config = {.oaes = NVME_OAES_ENDURANCE};
	struct driver driver;
	uint64_t reads;

	(void)state;
	driver_start(&driver, &config, NULL);
	sim_set_log(driver.sim, NVME_LOG_ENDURANCE_GROUP_EVENTS, &list, sizeof(list));
	sim_set_log(driver.sim, NVME_LOG_ENDURANCE_GROUP, &log, sizeof(log));
	event(&driver, NVME_EVENT_NOTICE, NVME_EVENT_NOTICE_ENDURANCE,
	      NVME_LOG_ENDURANCE_GROUP_EVENTS);
	driver_idle(200 * MS);
	assert_logged("event: endurance group event (type 2, information 06, log page 0f)");
	assert_logged("endurance group 3: critical warning 01, spare 9%, used 97%");
	assert_logged("endurance group 7: critical warning 01, spare 9%, used 97%");
	/* However many there are said to be. */
	list.count = UINT64_MAX;
	reads = sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_LOG_PAGE];
	event(&driver, NVME_EVENT_NOTICE, NVME_EVENT_NOTICE_ENDURANCE,
	      NVME_LOG_ENDURANCE_GROUP_EVENTS);
	driver_idle(2000 * MS);
	assert_in_range(sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_LOG_PAGE] - reads, 2,
			20);
	driver_stop(&driver);
}

/* An event that comes again and again does not fill the log, and the driver goes on. */
static void test_storm(void **state)
{
	struct sim_config config = {.namespaces = &(struct sim_namespace_config){.block_count = 64},
				    .namespace_count = 1};
	struct driver driver;
	unsigned lines = 0;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 1000; i++) {
		sim_event(driver.sim, 1, 0, NVME_LOG_SMART);
		driver_idle(2 * MS);
	}
	for (const char *at = sim_log(); (at = strstr(at, "event: ")); at++)
		lines++;
	assert_in_range(lines, 1, 100);
	driver_idle(2000 * MS);
	event(&driver, 1, 0, NVME_LOG_SMART);
	driver_idle(50 * MS);
	assert_logged("more messages like these");
	write_anew(driver.device);
	driver_stop(&driver);
}

/* A small namespace, and one with blocks that no bounce buffer of the small one's can hold. */
static const struct sim_namespace_config mixed[] = {
	{.nsid = 1, .block_count = 64},
	{.nsid = 2, .block_count = 64, .block_shift = 16, .inactive = true},
};
static const struct sim_config mixed_config = {.namespaces = mixed, .namespace_count = 2};

static void test_larger_blocks_come(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, &mixed_config, NULL);
	write_anew(driver.device);
	sim_namespace_attach(driver.sim, 2, true);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	write_anew(block_find("my_nvme0n2"));
	write_anew(driver.device);
	driver_stop(&driver);
}

static struct driver *calling;
static unsigned calls;

static void call(struct block_request *request)
{
	struct nvme_controller *controller = calling->controller;
	uint8_t bytes[4096];

	assert_int_equal(request->error, 0);
	assert_int_equal(nvme_reset(controller), -EBUSY);
	assert_int_equal(nvme_subsystem_reset(controller), -EBUSY);
	assert_int_equal(nvme_rescan_namespaces(controller), -EBUSY);
	assert_int_equal(nvme_identify_command(controller, 1, 0, bytes, NULL), -EBUSY);
	assert_int_equal(nvme_poll_all(), 0);
	calls++;
}

/* Who is told of a completion cannot ask for what waits for others. */
static void test_called_from_a_completion(void **state)
{
	uint8_t bytes[512];
	const struct block_segment segment = {bytes, sizeof(bytes)};
	struct block_request request = {.operation = BLOCK_READ,
					.count = 1,
					.segments = &segment,
					.segment_count = 1,
					.done = call};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	calling = &driver;
	calls = 0;
	block_submit(driver.device, &request);
	assert_int_equal(block_wait(&request), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(nvme_reset(driver.controller), 0);
	assert_int_equal(block_read(driver.device, 0, 1, bytes), 0);
	driver_stop(&driver);
}

/* Options beyond what there is are taken as the nearest that there is. */
static void test_options(void **state)
{
	static const struct {
		struct nvme_options options;
		unsigned queues;
		uint32_t transfer_max;
	} rows[] = {
		{{.queues = 1000, .depth = 4, .max_transfer = 1}, 64, 4096},
		{{.max_transfer = 0xffffffff}, 1, 4u << 20},
		{{.max_transfer = 12345}, 1, 12288},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char address[] = "00:04.0";
		struct nvme_options options = rows[i].options;
		struct driver driver;

		options.address = address;
		driver_start(&driver, NULL, &options);
		address[0] = 'x';
		assert_string_equal(nvme_address(driver.controller), "00:04.0");
		assert_int_equal(nvme_queue_count(driver.controller), rows[i].queues);
		assert_int_equal(nvme_transfer_max(driver.controller), rows[i].transfer_max);
		driver_stop(&driver);
	}
}

static void test_blocks_longer_than_a_command(void **state)
{
	struct sim_config config = mixed_config;
	struct driver driver;

	(void)state;
	config.mdts = 1;
	driver_start(&driver, &config, NULL);
	sim_namespace_attach(driver.sim, 2, true);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_logged(
		"namespace 2: blocks of 65536 bytes are longer than a command may carry (MDTS "
		"1)");
	assert_null(block_find("my_nvme0n2"));
	write_anew(driver.device);
	driver_stop(&driver);
}

/* A list behind the first that is not empty. */
static void claim_more(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size)
{
	uint32_t nsid;

	(void)context;
	memcpy(&nsid, command + 4, 4);
	if (queue || command[0] != NVME_ADMIN_IDENTIFY || command[40] != 2 || nsid != 1024)
		return;
	for (uint32_t i = 0; i < size / 4; i++)
		memcpy(bytes + 4 * i, &(uint32_t){1025 + i}, 4);
}

static void test_too_many_namespaces(void **state)
{
	struct sim_config config = {.namespace_count = 1024, .hooks = {.data = claim_more}};
	struct driver driver;
	unsigned count = 0;

	(void)state;
	driver_start(&driver, &config, NULL);
	assert_logged("uses the first 1024 namespaces only");
	for (struct block_device *device = block_first(); device; device = device->next)
		count++;
	assert_int_equal(count, 1024);
	driver_stop(&driver);
}

static unsigned lines(const char *text)
{
	unsigned count = 0;

	for (const char *at = sim_log(); (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* What is to be said of each of a thousand namespaces is said of the first twenty in a second. */
static void test_namespaces_do_not_fill_the_log(void **state)
{
	static struct sim_namespace_config namespaces[1024];
	struct sim_config config = {.namespace_count = 1024, .namespaces = namespaces};
	struct driver driver;

	(void)state;
	for (unsigned i = 0; i < 1024; i++)
		namespaces[i].protection = i % 2; /* without room for it */
	driver_start(&driver, &config, NULL);
	assert_in_range(lines("is not supported"), 1, 40);
	sim_advance(2 * S);
	sim_log_clear();
	for (unsigned i = 0; i < 1024; i++)
		sim_namespace_attach(driver.sim, i + 1, false);
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_in_range(lines("is gone"), 1, 40);
	assert_null(block_first());
	sim_advance(2 * S);
	sim_log_clear();
	for (unsigned i = 0; i < 1024; i += 2) {
		sim_namespace_attach(driver.sim, i + 1, true);
		sim_namespace_resize(driver.sim, i + 1, 4096);
	}
	assert_int_equal(nvme_rescan_namespaces(driver.controller), 0);
	assert_in_range(lines("4096 blocks, were 2048"), 1, 40);
	assert_int_equal(lines("more messages like these"), 1);
	assert_in_range(lines("my_nvme0"), 2, 60);
	driver_stop(&driver);
}

static void test_whose_device(void **state)
{
	struct block_device other = {.name = "other"};
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	assert_ptr_equal(nvme_namespace_of(driver.device), nvme_namespace_first(driver.controller));
	assert_null(nvme_namespace_of(&other));
	driver_stop(&driver);
}

static void test_events_are_asked_for(void **state)
{
	struct driver driver;

	(void)state;
	driver_start(&driver, NULL, NULL);
	/* health, and namespaces because OAES offers them */
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){
			     "admin Set Features nsid 0 cdw10 0000000b cdw11 0000011f", NULL});
	driver_stop(&driver);
	/* and of the persistent memory region, where there is one */
	driver_start(&driver, &(struct sim_config){.cap = SIM_CAP_QEMU | 1ull << 56}, NULL);
	assert_order(sim_trace(driver.sim),
		     (const char *const[]){
			     "admin Set Features nsid 0 cdw10 0000000b cdw11 0000013f", NULL});
	driver_stop(&driver);
}

/* One that takes no health events still tells of namespaces, and the other way round. */
static void test_events_are_refused_in_part(void **state)
{
	static const char *const last[] = {"cdw11 00000100 -> 0000", "cdw11 0000001f -> 0000"};

	(void)state;
	for (unsigned refusals = 1; refusals <= 3; refusals++) {
		const struct sim_fault fault = {.kind = SIM_STATUS,
						.opcode = NVME_ADMIN_SET_FEATURES,
						.skip = 2,
						.count = refusals,
						.status = 0x002 | SIM_DNR};
		struct driver driver;

		assert_int_equal(driver_try_with(&driver, NULL, NULL, &fault), 0);
		if (refusals < 3)
			assert_order(sim_trace(driver.sim),
				     (const char *const[]){last[refusals - 1], NULL});
		else
			assert_logged("Set Features (Asynchronous Event Configuration): Invalid "
				      "Field in Command");
		assert_works(&driver);
		driver_stop(&driver);
	}
}

static unsigned told(const char *text)
{
	unsigned count = 0;

	for (const char *at = sim_log(); (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* Requests that fail for once are sent again. */
static void test_requests_fail_for_once(void **state)
{
	const struct sim_fault fault = {.kind = SIM_STATUS,
					.opcode = NVME_ADMIN_ASYNC_EVENT_REQUEST,
					.count = 4,
					.status = 0x006};
	struct sim_config config = {.events_limit = 3};
	struct driver driver;

	(void)state;
	assert_int_equal(driver_try_with(&driver, &config, NULL, &fault), 0);
	driver_idle(5 * S);
	assert_int_equal(sim_fault_hits(driver.sim), 4);
	event(&driver, 1, 1, NVME_LOG_SMART);
	driver_idle(1 * S);
	assert_int_equal(statistics(&driver)->events, 1);
	assert_logged("event: temperature threshold");
	assert_int_equal(told("no events will be told"), 0);
	driver_stop(&driver);
}

/* A controller that refuses them for ever is said so once, and asked a few times only. */
static void test_requests_are_refused(void **state)
{
	static const unsigned statuses[] = {0x001 | SIM_DNR, 0x001, 0x006, 0x105};

	(void)state;
	for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		const struct sim_fault fault = {.kind = SIM_STATUS,
						.opcode = NVME_ADMIN_ASYNC_EVENT_REQUEST,
						.count = SIM_FOREVER,
						.status = statuses[i]};
		struct sim_config config = {.events_limit = 3};
		struct driver driver;

		assert_int_equal(driver_try_with(&driver, &config, NULL, &fault), 0);
		driver_idle(60 * S);
		assert_int_equal(told("no events will be told: Asynchronous Event Request: "), 1);
		assert_in_range(sim_fault_hits(driver.sim), 1, 20);
		/* a reset is a new beginning, but says nothing new */
		assert_int_equal(nvme_reset(driver.controller), 0);
		driver_idle(60 * S);
		assert_int_equal(told("no events will be told"), 1);
		assert_in_range(sim_fault_hits(driver.sim), 2, 40);
		assert_works(&driver);
		driver_stop(&driver);
	}
}

/* One that takes fewer than it says: no word about it, and events come. */
static void test_fewer_requests_than_said(void **state)
{
	const struct sim_fault fault = {.kind = SIM_STATUS,
					.opcode = NVME_ADMIN_ASYNC_EVENT_REQUEST,
					.skip = 1,
					.count = SIM_FOREVER,
					.status = 0x105 | SIM_DNR};
	struct sim_config config = {.events_limit = 3};
	struct driver driver;

	(void)state;
	assert_int_equal(driver_try_with(&driver, &config, NULL, &fault), 0);
	driver_idle(10 * S);
	assert_int_equal(sim_fault_hits(driver.sim), 3);
	assert_int_equal(told("no events will be told"), 0);
	event(&driver, 1, 1, NVME_LOG_SMART);
	driver_idle(1 * S);
	assert_int_equal(statistics(&driver)->events, 1);
	driver_stop(&driver);
}

/* However many requests a controller takes, there is room in the admin queue for the rest. */
static void test_room_beside_event_requests(void **state)
{
	struct sim_config config = {.events_limit = 255, .abort_limit = 255};
	struct nvme_reply reply;
	struct driver driver;

	(void)state;
	driver_start(&driver, &config, NULL);
	for (unsigned i = 0; i < 50; i++) {
		sim_event(driver.sim, 1, 1, 2);
		driver_idle(20 * MS);
		assert_int_equal(
			nvme_get_feature(driver.controller, 0x04, 0, 0, 0, NULL, 0, &reply), 0);
	}
	assert_int_equal(nvme_reset(driver.controller), 0);
	write_anew(driver.device);
	driver_stop(&driver);
}

/* A controller that has nothing but events to tell does not keep the driver from its work. */
static void test_logs_are_read_at_a_rate(void **state)
{
	struct driver driver;
	uint64_t before;

	(void)state;
	driver_start(&driver, NULL, NULL);
	before = sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_LOG_PAGE];
	for (unsigned i = 0; i < 1000; i++) {
		sim_event(driver.sim, 1, 1, 2);
		driver_idle(100000);
	}
	assert_in_range(sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_LOG_PAGE] - before,
			5, 15);
	write_anew(driver.device);
	driver_stop(&driver);
}

TESTS(cmocka_unit_test(test_events_are_asked_for),
      cmocka_unit_test(test_events_are_refused_in_part),
      cmocka_unit_test(test_requests_fail_for_once), cmocka_unit_test(test_requests_are_refused),
      cmocka_unit_test(test_fewer_requests_than_said),
      cmocka_unit_test(test_room_beside_event_requests),
      cmocka_unit_test(test_logs_are_read_at_a_rate), cmocka_unit_test(test_words),
      cmocka_unit_test(test_logs), cmocka_unit_test(test_zones), cmocka_unit_test(test_many_zones),
      cmocka_unit_test(test_endurance_groups), cmocka_unit_test(test_storm),
      cmocka_unit_test(test_larger_blocks_come), cmocka_unit_test(test_called_from_a_completion),
      cmocka_unit_test(test_options), cmocka_unit_test(test_blocks_longer_than_a_command),
      cmocka_unit_test(test_too_many_namespaces),
      cmocka_unit_test(test_namespaces_do_not_fill_the_log), cmocka_unit_test(test_whose_device))
