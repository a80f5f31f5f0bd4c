/* nvme fdp: pages and lists that are made up, in the form of nvme-cli 2.3; what is sent. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/nvme/spec/spec.h"
#include "tests/sim/driver.h"
#include "tests/unit/captured.h"

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

static struct driver driver;
static struct {
	struct nvme_fdp_status header;
	struct nvme_fdp_handle_status handles[2];
} handles = {
	{.nruhsd = 2},
	{{.earutr = 30, .ruamw = 1 << 20},
	 {.pid = 0x101, .ruhid = 7, .earutr = UINT32_MAX, .ruamw = 1ull << 40}},
};
static uint8_t moved[512];
static uint32_t sent[16]; /* dwords of the last command that the hook has executed */

/* I/O Management, and the features of FDP. */
static void *execute(void *context, uint16_t queue, const uint8_t command[64], size_t *size)
{
	(void)context;
	if (queue ? command[0] != NVME_IO_MANAGEMENT_RECEIVE &&
			    command[0] != NVME_IO_MANAGEMENT_SEND
		  : (command[0] != NVME_ADMIN_SET_FEATURES &&
		     command[0] != NVME_ADMIN_GET_FEATURES) ||
			    (command[40] != NVME_FEATURE_FDP &&
			     command[40] != NVME_FEATURE_FDP_EVENTS))
		return NULL;
	memcpy(sent, command, sizeof(sent));
	if (command[0] == NVME_IO_MANAGEMENT_RECEIVE) {
		*size = ((size_t)sent[11] + 1) * 4;
		assert_in_range(*size, 4, sizeof(handles));
		return &handles;
	}
	*size = command[0] == NVME_IO_MANAGEMENT_SEND ? ((sent[10] >> 16) + 1) * 2
		: command[40] == NVME_FEATURE_FDP     ? 0
						      : sent[11] >> 16 & 0xff;
	memset(moved, 0xee, sizeof(moved));
	return moved;
}

static int start(void **state)
{
	struct sim_config config = {.tolerant = true, .hooks = {.command = execute}};

	(void)state;
	driver_start(&driver, &config, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	driver_stop(&driver);
	return 0;
}

#define ROOM_FOR_VENDOR 8

/* Two, the first with three handles and what is the vendor's. */
static struct {
	struct nvme_fdp_configurations_log header;
	struct nvme_fdp_configuration first;
	struct nvme_fdp_handle first_handles[3];
	uint8_t vendor[ROOM_FOR_VENDOR];
	struct nvme_fdp_configuration second;
	struct nvme_fdp_handle second_handles[1];
} __attribute__((packed)) page;

static void make_page(void)
{
	memset(&page, 0, sizeof(page));
	page.header.last = 1;
	page.header.size = sizeof(page);
	page.first = (struct nvme_fdp_configuration){
		.size = 64 + 3 * 4 + ROOM_FOR_VENDOR,
		.fdpa = 0x95,
		.vss = ROOM_FOR_VENDOR,
		.nrg = 2,
		.nruh = 3,
		.maxpids = 7,
		.nnss = 256,
		.runs = 1 << 20,
		.erutl = 30,
	};
	page.first_handles[0].ruht = page.first_handles[2].ruht = NVME_FDP_INITIALLY_ISOLATED;
	page.first_handles[1].ruht = 2;
	page.second = (struct nvme_fdp_configuration){
		.size = 64 + 4, .nrg = 1, .nruh = 1, .nnss = 128, .runs = 1 << 24};
	page.second_handles[0].ruht = 3;
	sim_set_log(driver.sim, NVME_LOG_FDP_CONFIGURATIONS, &page, sizeof(page));
}

static void expect_all(const char *line, const char *text)
{
	run(line);
	assert_int_equal(status, 0);
	assert_string_equal(output, text);
}

static void test_configurations(void **state)
{
	(void)state;
	make_page();
	expect_all(LINE("fdp configs", "-e 1 -H"),
		   "FDP Attributes: 0x95\n"
		   "  [7:7] : 0x1\tFDP Configuration Valid\n"
		   "  [4:4] : 0x1\tFDP Volatile Write Cache Present\n"
		   "  [3:0] : 0x5\tReclaim Group Identifier Format\n"
		   "Vendor Specific Size: 8\n"
		   "Number of Reclaim Groups: 2\n"
		   "Number of Reclaim Unit Handles: 3\n"
		   "Number of Namespaces Supported: 256\n"
		   "Reclaim Unit Nominal Size: 1048576\n"
		   "Estimated Reclaim Unit Time Limit: 30\n"
		   "Reclaim Unit Handle List:\n"
		   "  [0]: Initially Isolated\n"
		   "  [1]: Persistently Isolated\n"
		   "  [2]: Initially Isolated\n"
		   "FDP Attributes: 0\n"
		   "  [7:7] : 0\tFDP Configuration Not Valid\n"
		   "  [4:4] : 0\tFDP Volatile Write Cache Not Present\n"
		   "  [3:0] : 0\tReclaim Group Identifier Format\n"
		   "Vendor Specific Size: 0\n"
		   "Number of Reclaim Groups: 1\n"
		   "Number of Reclaim Unit Handles: 1\n"
		   "Number of Namespaces Supported: 128\n"
		   "Reclaim Unit Nominal Size: 16777216\n"
		   "Estimated Reclaim Unit Time Limit: 0\n"
		   "Reclaim Unit Handle List:\n"
		   "  [0]: Persistently Isolated\n");
	expect_all(LINE("fdp configs", "--endgrp-id=1 -o json"),
		   "{\n  \"n\":1,\n  \"configs\":[\n"
		   "    {\n      \"fdpa\":149,\n      \"vss\":8,\n      \"nrg\":2,\n"
		   "      \"nruh\":3,\n      \"nnss\":256,\n      \"runs\":1048576,\n"
		   "      \"erutl\":30\n    },\n"
		   "    {\n      \"fdpa\":0,\n      \"vss\":0,\n      \"nrg\":1,\n"
		   "      \"nruh\":1,\n      \"nnss\":128,\n      \"runs\":16777216,\n"
		   "      \"erutl\":0\n    }\n  ]\n}\n");
	expect(LINE("fdp configs", "-e 1 -b | wc -c"), 0, "168\n");
	expect(LINE("fdp configs", ""), 1, "endurance group identifier required\n");
	expect(LINE("fdp configs", "-e 65536"), 1, "invalid endgrp-id '65536'");
	sim_set_log(driver.sim, NVME_LOG_FDP_CONFIGURATIONS, NULL, 0);
	expect(LINE("fdp configs", "-e 1"), 1, "NVMe status: Invalid Log Page");
}

static unsigned occurrences(const char *text)
{
	unsigned count = 0;

	for (const char *at = output; (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* Sizes and counts are the controller's. */
static void test_wrong_sizes(void **state)
{
	(void)state;
	make_page();
	page.header.last = UINT16_MAX;
	run(LINE("fdp configs", "-e 1"));
	assert_int_equal(occurrences("FDP Attributes"), 2);
	page.first.size = 63;
	run(LINE("fdp configs", "-e 1"));
	assert_int_equal(occurrences("FDP Attributes"), 0);
	make_page();
	page.second.size = 69;
	run(LINE("fdp configs", "-e 1"));
	assert_int_equal(occurrences("FDP Attributes"), 1);
	make_page();
	page.second.nruh = UINT16_MAX;
	run(LINE("fdp configs", "-e 1"));
	assert_int_equal(occurrences("Isolated"), 4);
	page.header.size = 3;
	run(LINE("fdp configs", "-e 1"));
	assert_int_equal(status, 0);
	assert_string_equal(output, "");
	page.header.size = UINT32_MAX;
	run(LINE("fdp configs", "-e 1"));
	assert_int_equal(status, 1);
}

static void test_usage(void **state)
{
	struct {
		struct nvme_fdp_usage_log header;
		struct nvme_fdp_usage handles[4];
	} log = {{.nruh = 4}, {{.ruha = 0}, {.ruha = 1}, {.ruha = 2}, {.ruha = 3}}};

	(void)state;
	sim_set_log(driver.sim, NVME_LOG_FDP_USAGE, &log, sizeof(log));
	expect_all(LINE("fdp usage", "-e 1"),
		   "Reclaim Unit Handle 0 Attributes: 0x0 (Unused)\n"
		   "Reclaim Unit Handle 1 Attributes: 0x1 (Host Specified)\n"
		   "Reclaim Unit Handle 2 Attributes: 0x2 (Controller Specified)\n"
		   "Reclaim Unit Handle 3 Attributes: 0x3 (Unknown)\n");
	expect(LINE("fdp usage", "-e 1 -o binary | wc -c"), 0, "40\n");
	log.header.nruh = 2;
	expect_all(LINE("fdp usage", "-e 1 -o json"),
		   "{\n  \"nruh\":2,\n  \"ruhus\":[\n    {\n      \"ruha\":0\n    },\n"
		   "    {\n      \"ruha\":1\n    }\n  ]\n}\n");
}

static void test_statistics(void **state)
{
	struct nvme_fdp_statistics_log log = {.hbmw = {0x39, 0x30}, .mbmw = {[12] = 16}};

	(void)state;
	sim_set_log(driver.sim, NVME_LOG_FDP_STATISTICS, &log, sizeof(log));
	expect_all(LINE("fdp stats", "-e 1"), "Host Bytes with Metadata Written (HBMW): 12345\n"
					      "Media Bytes with Metadata Written (MBMW): "
					      "1267650600228229401496703205376\n"
					      "Media Bytes Erased (MBE): 0\n");
	expect_all(LINE("fdp stats", "-e 1 -o json"),
		   "{\n  \"hbmw\":\"12345\",\n  \"mbmw\":\"1267650600228229401496703205376\",\n"
		   "  \"mbe\":\"0\"\n}\n");
	expect(LINE("fdp stats", "-e 1 -b | wc -c"), 0, "64\n");
}

/* The Log Specific Field asks for those of the host. */
static uint32_t log_dword;
static void keep_dword(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		       size_t size)
{
	(void)context, (void)bytes, (void)size;
	if (!queue && command[0] == NVME_ADMIN_GET_LOG_PAGE)
		memcpy(&log_dword, command + 40, sizeof(log_dword));
}

static void test_events(void **state)
{
	static struct nvme_fdp_events_log log;
	struct sim_config config = {.tolerant = true, .hooks = {.data = keep_dword}};
	struct nvme_fdp_reallocated reallocated = {.flags = 1, .nlbam = 9, .lba = 0x1234};

	(void)state;
	log.count = 4;
	log.events[0] = (struct nvme_fdp_event){
		.fdpef = 7, .pid = 5, .timestamp = 1700000000123, .nsid = 1, .rgid = 2, .ruhid = 3};
	log.events[1] = (struct nvme_fdp_event){.type = NVME_FDP_MEDIA_REALLOCATED,
						.timestamp = 3ull << 48 | 1700000000123};
	memcpy(log.events[1].specific, &reallocated, sizeof(reallocated));
	log.events[2] = log.events[1];
	log.events[2].timestamp = 0;
	log.events[2].specific[0] = 0;
	log.events[3] = (struct nvme_fdp_event){.type = 0x42, .fdpef = 1, .pid = UINT16_MAX};
	driver_start(&driver, &config, NULL);
	sim_set_log(driver.sim, NVME_LOG_FDP_EVENTS, &log, sizeof(log));
	expect_all(LINE("fdp events", "-e 1"),
		   "Event[0]\n"
		   "  Event Type: 0x0 (Reclaim Unit Not Fully Written)\n"
		   "  Event Timestamp: 1700000000123 (Tue Nov 14 22:13:20 2023 UTC)\n"
		   "  Placement Identifier (PID): 0x5\n"
		   "  Namespace Identifier (NSID): 1\n"
		   "  Reclaim Group Identifier: 2\n"
		   "  Reclaim Unit Handle Identifier 3\n\n"
		   "Event[1]\n"
		   "  Event Type: 0x80 (Media Reallocated)\n"
		   "  Event Timestamp: 1700000000123 (Tue Nov 14 22:13:20 2023 UTC)\n"
		   "  Number of LBAs Moved (NLBAM): 9\n"
		   "  Logical Block Address (LBA): 0x1234\n\n"
		   "Event[2]\n"
		   "  Event Type: 0x80 (Media Reallocated)\n"
		   "  Event Timestamp: 0 (Thu Jan  1 00:00:00 1970 UTC)\n"
		   "  Number of LBAs Moved (NLBAM): 9\n\n"
		   "Event[3]\n"
		   "  Event Type: 0x42 (Unknown)\n"
		   "  Event Timestamp: 0 (Thu Jan  1 00:00:00 1970 UTC)\n"
		   "  Placement Identifier (PID): 0xffff\n\n");
	assert_int_equal(log_dword >> NVME_LOG_LSP_SHIFT & 0x7f, 0);
	log.count = 2;
	expect_all(LINE("fdp events", "-e 1 -E -o json"),
		   "{\n  \"n\":2,\n  \"events\":[\n"
		   "    {\n      \"type\":0,\n      \"fdpef\":7,\n      \"pid\":5,\n"
		   "      \"timestamp\":1700000000123,\n      \"nsid\":1\n    },\n"
		   "    {\n      \"type\":128,\n      \"fdpef\":0,\n      \"pid\":0,\n"
		   "      \"timestamp\":846124930132091,\n      \"nsid\":0,\n      \"nlbam\":9,\n"
		   "      \"lba\":4660\n    }\n  ]\n}\n");
	assert_int_equal(log_dword >> NVME_LOG_LSP_SHIFT & 0x7f, NVME_FDP_HOST_EVENTS);
	/* No more than the page has room for. */
	log.count = UINT32_MAX;
	run(LINE("fdp events", "-e 1"));
	assert_int_equal(status, 0);
	assert_int_equal(occurrences("Event["), NVME_FDP_EVENTS_KEPT);
	expect(LINE("fdp events", "-e 1 -b | wc -c"), 0, "4096\n");
	driver_stop(&driver);
}

static void test_status(void **state)
{
	(void)state;
	expect_all("nvme fdp status /dev/my_nvme0n1",
		   "Placement Identifier 0; Reclaim Unit Handle Identifier 0\n"
		   "  Estimated Active Reclaim Unit Time Remaining (EARUTR): 30\n"
		   "  Reclaim Unit Available Media Writes (RUAMW): 1048576\n\n"
		   "Placement Identifier 257; Reclaim Unit Handle Identifier 7\n"
		   "  Estimated Active Reclaim Unit Time Remaining (EARUTR): 4294967295\n"
		   "  Reclaim Unit Available Media Writes (RUAMW): 1099511627776\n\n");
	assert_int_equal(sent[10], NVME_IO_MANAGEMENT_STATUS);
	expect(LINE("fdp status", "-n 1 -b | wc -c"), 0, "80\n");
	expect_all(LINE("fdp status", "-n 1 -o json"),
		   "{\n  \"nruhsd\":2,\n  \"ruhss\":[\n"
		   "    {\n      \"pid\":0,\n      \"ruhid\":0,\n      \"earutr\":30,\n"
		   "      \"ruamw\":1048576\n    },\n"
		   "    {\n      \"pid\":257,\n      \"ruhid\":7,\n      \"earutr\":4294967295,\n"
		   "      \"ruamw\":1099511627776\n    }\n  ]\n}\n");
	expect(LINE("fdp status", ""), 1, "");
	/* More than a command carries. */
	handles.header.nruhsd = UINT16_MAX;
	expect(LINE("fdp status", "-n 1"), 1, "nvme: ");
	handles.header.nruhsd = 2;
}

static void test_update(void **state)
{
	static const uint8_t expected[] = {1, 0, 0x10, 0, 0xff, 0xff, 0xee};

	(void)state;
	expect_all("nvme fdp update /dev/my_nvme0n1 -p 1,0x10,65535", "update: Success\n");
	assert_int_equal(sent[1], 1);
	assert_int_equal(sent[10], NVME_IO_MANAGEMENT_UPDATE | 2 << 16);
	assert_memory_equal(moved, expected, sizeof(expected));
	expect("nvme fdp update /dev/my_nvme0n1", 1, "no placement identifiers set\n");
	expect("nvme fdp update /dev/my_nvme0n1 -p 65536", 1, "invalid pids '65536'");
	expect("nvme fdp update /dev/my_nvme0n1 -p a", 1, "invalid pids 'a'");
	expect(LINE("fdp update", "-p 1"), 1, "");
}

static void test_set_events(void **state)
{
	static const uint8_t expected[] = {0, 3, 0x80, 0xee};

	(void)state;
	expect_all("nvme fdp set-events /dev/my_nvme0n1 -t 0,3,128 -e -p 2",
		   "set-events: Success\n");
	assert_int_equal(sent[1], 1);
	assert_int_equal(sent[10], NVME_FEATURE_FDP_EVENTS);
	assert_int_equal(sent[11], 3 << 16 | 2);
	assert_int_equal(sent[12], 1);
	assert_memory_equal(moved, expected, sizeof(expected));
	expect_all(LINE("fdp set-events", "-t 1 -s"), "set-events: Success\n");
	assert_int_equal(sent[1], NVME_NSID_ALL);
	assert_int_equal(sent[10], NVME_FEATURE_FDP_EVENTS | NVME_SET_FEATURES_SAVE);
	assert_int_equal(sent[12], 0);
	expect(LINE("fdp set-events", "-n 1"), 1, "no event types set\n");
	expect(LINE("fdp set-events", "-n 1 -t 256"), 1, "invalid event-types '256'");
}

static void test_feature(void **state)
{
	(void)state;
	expect_all(LINE("fdp feature", "-e 3 -c 2"),
		   "Success enabling Endurance Group: 3, FDP configuration index: 2\n");
	assert_int_equal(sent[10], NVME_FEATURE_FDP | NVME_SET_FEATURES_SAVE);
	assert_int_equal(sent[11], 3);
	assert_int_equal(sent[12], 0x201);
	expect_all(LINE("fdp feature", "-e 3 -d"),
		   "Success disabling Endurance Group: 3, FDP configuration index: 0\n");
	assert_int_equal(sent[12], 0);
	expect(LINE("fdp feature", "-e 3 -d -c 0"), 1,
	       "Cannot enable and disable at the same time\n");
	expect(LINE("fdp feature", "-c 256"), 1, "invalid enable-conf-idx '256'");
	sim_add_fault(driver.sim, &(struct sim_fault){.kind = SIM_RESULT,
						      .opcode = NVME_ADMIN_GET_FEATURES,
						      .value = 0x501});
	expect_all(LINE("fdp feature", "-e 3"),
		   "Endurance Group                               : 3\n"
		   "Flexible Direct Placement Enable (FDPE)       : Yes\n"
		   "Flexible Direct Placement Configuration Index : 5\n");
	assert_int_equal(sent[11], 3);
	assert_int_equal(sent[10], NVME_FEATURE_FDP);
}

#define FDP_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)
GROUP_TESTS(host_set_up, NULL, FDP_TEST(test_configurations), FDP_TEST(test_wrong_sizes),
	    FDP_TEST(test_usage), FDP_TEST(test_statistics), cmocka_unit_test(test_events),
	    FDP_TEST(test_status), FDP_TEST(test_update), FDP_TEST(test_set_events),
	    FDP_TEST(test_feature))
