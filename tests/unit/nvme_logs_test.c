/* nvme smart-log and the other subcommands that show log pages, on a simulated controller whose
 * pages are made up: what a device of QEMU does not have. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include "drivers/nvme/spec/spec.h"
#include "tests/sim/driver.h"
#include "tests/unit/captured.h"

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

static struct driver driver;

static bool many_formats, many_namespaces;

/* The 17th of 20 formats, with blocks of 4 KiB. */
static void format(struct nvme_identify_namespace *id)
{
	id->nlbaf = 19;
	id->flbas = 0x20;
	id->lbaf[16] = (struct nvme_lba_format){.data_size_shift = 12};
}

static void identify(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		     size_t size)
{
	struct nvme_identify_controller *id = (void *)bytes;

	(void)context, (void)size;
	if (many_formats && !queue && command[0] == NVME_ADMIN_IDENTIFY &&
	    command[40] == NVME_CNS_NAMESPACE)
		format((void *)bytes);
	if (queue || command[0] != NVME_ADMIN_IDENTIFY || command[40] != NVME_CNS_CONTROLLER)
		return;
	id->elpe = 2;
	id->nanagrpid = 2;
	id->mnan = many_namespaces ? 0 : 8;
	if (many_namespaces)
		id->nn = UINT32_MAX - 1;
	id->nsetidmax = 3;
	id->lpa |= NVME_LPA_DATA_AREA_4;
}

static int start(void **state)
{
	struct sim_config config = {.tolerant = true, .hooks = {.data = identify}};

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

static uint64_t commands(void)
{
	return sim_statistics(driver.sim)->commands[0][NVME_ADMIN_GET_LOG_PAGE];
}

/* An event behind the header: vendor bytes of the vendor's, and size bytes of data. */
static uint8_t *add_event(uint8_t *at, unsigned type, unsigned vendor, const void *data,
			  size_t size)
{
	struct nvme_persistent_event event = {.etype = (uint8_t)type,
					      .etype_rev = 1,
					      .ehl = sizeof(event) - 3,
					      .cntlid = 7,
					      .ets = 1000,
					      .vsil = (uint16_t)vendor,
					      .el = (uint16_t)(vendor + size)};

	memcpy(at, &event, sizeof(event));
	memset(at + sizeof(event), 0xee, vendor);
	memcpy(at + sizeof(event) + vendor, data, size);
	return at + sizeof(event) + vendor + size;
}

static void test_persistent_events(void **state)
{
	static _Alignas(8) uint8_t page[4096];
	struct nvme_persistent_log *log = (void *)page;
	const struct nvme_persistent_firmware firmware = {
		.old_revision = "1.0     ", .new_revision = "1.1", .action = 3, .slot = 2};
	const struct nvme_persistent_thermal thermal = {.temperature = 9, .threshold = 80};
	const struct nvme_persistent_namespace created = {.nsze = 4096, .nsid = 3};
	const struct nvme_smart_log smart = {.percentage_used = 77};
	struct {
		char revision[8];
		struct nvme_persistent_reset resets[2];
	} power = {"2.0", {{.cntlid = 1, .power_cycle = 5}, {.cntlid = 2}}};
	uint8_t *at = page + sizeof(*log);

	(void)state;
	memset(page, 0, sizeof(page));
	*log = (struct nvme_persistent_log){.lid = 0xd, .tnev = 8, .pcc = 4, .gen_number = 6};
	memcpy(log->sn, "serial", 6);
	log->seb[0] = 0x06;
	log->seb[1] = 0xff;
	at = add_event(at, NVME_PERSISTENT_FIRMWARE, 5, &firmware, sizeof(firmware));
	at = add_event(at, NVME_PERSISTENT_POWER_ON, 0, &power, sizeof(power));
	at = add_event(at, NVME_PERSISTENT_HARDWARE, 0, "\3\0\0", 4);
	at = add_event(at, NVME_PERSISTENT_NAMESPACE, 0, &created, sizeof(created));
	at = add_event(at, NVME_PERSISTENT_FEATURE, 0, "\2\0\0\0\4\0\0\0\x50\1\0", 12);
	at = add_event(at, NVME_PERSISTENT_SMART, 0, &smart, 16);
	at = add_event(at, 0x55, 0, "", 0);
	at = add_event(at, NVME_PERSISTENT_THERMAL, 0, &thermal, sizeof(thermal));
	log->tll = (size_t)(at - page);
	sim_set_log(driver.sim, NVME_LOG_PERSISTENT_EVENT, page, sizeof(page));
	run(LINE("persistent-event-log", "-a 1"));
	expect_exactly("Establishing Persistent Event Log Context\n");
	run(LINE("persistent-event-log", "-a 2"));
	expect_exactly("Releasing Persistent Event Log Context\n");
	run(LINE("persistent-event-log", "-a 0"));
	expect_status(0);
	expect_output("Persistent Event Log for device: my_nvme0\n"
		      "Action for Persistent Event Log: 0\nLog Identifier: 13\n"
		      "Total Number of Events: 8\nTotal Log Length : ");
	expect_output("Power On Hours (POH): 0\nPower Cycle Count: 4\n");
	expect_output("Serial Number (SN): serial\n");
	expect_output("Supported Events Bitmap: \n\tSupport SMART/Health Log Snapshot Event(0x1)\n"
		      "\tSupport Firmware Commit Event(0x2)\n"
		      "\tSupport Format NVM Completion Event(0x8)\n");
	expect_output("\tSupport Thermal Excursion Event(0xd)\n\n\nPersistent Event Entries:\n"
		      "Event Number: 0\nEvent Type: Firmware Commit Event(0x2)\n"
		      "Event Type Revision: 1\nEvent Header Length: 21\n"
		      "Event Header Additional Info: 0\nController Identifier: 7\n"
		      "Event Timestamp: 1000\nPort Identifier: 0\n"
		      "Vendor Specific Information Length: 5\nEvent Length: 27\n"
		      "FW Commit Event Entry: \n"
		      "Old Firmware Revision: 2314885530819505713 (1.0)\n"
		      "New Firmware Revision: 3223089 (1.1)\nFW Commit Action: 3\nFW Slot: 2\n");
	expect_output("Power On Reset Event Entry: \nFirmware Revision: 3157554 (2.0)\n"
		      "Reset Information List: \nController ID: 1\n");
	expect_output("Controller Power Cycle: 5\n");
	expect_output("Controller Timestamp: 0\nController ID: 2\n");
	expect_output("Event Length: 4\nNVM Subsystem Hardware Error Event Code Entry: 3, "
		      "PCIe Uncorrectable Fatal Error\n");
	expect_output("Change Namespace Event Entry: \nNamespace Management CDW10: 0\n"
		      "Namespace Size: 4096\n");
	expect_output("Set Feature Event Entry: \nSet Feature ID  :0x4 (Temperature Threshold),  "
		      "value:0x000150\n");
	/* Of 512 bytes there are 16. */
	expect_output("Smart Health Event Entry: \nSmart Log for NVME device:my_nvme0 "
		      "namespace-id:ffffffff\n");
	expect_output("Event Type: (null)\n");
	expect_output("Thermal Excursion Event Entry: \nOver Temperature: 9\nThreshold: 80\n");
	run(LINE("persistent-event-log", "-a 0 -o json"));
	expect_status(0);
	expect_output("\"bitmap_d\":\"Support Thermal Excursion Event(0xd)\"");
	expect_no_output("bitmap_3");
	expect_output("\"old_fw_rev\":\"2314885530819505713 (1.0)\"");
	expect_output("\"new_fw_rev\":\"3223089 (1.1)\"");
	expect_output("\"nss_hw_err_code\":3");
	expect_output("\"over_temp\":9");
	run(LINE("persistent-event-log", "-a 0 -b | wc -c; echo $?"));
	/* No event is shown of which the end is missing, whatever the log says. */
	run(LINE("persistent-event-log", "-a 0 -l 590 | grep -c 'Event Number'"));
	expect_exactly("1\n");
	run(LINE("persistent-event-log", "-a 0 -l 520 | grep -c 'Event Number'"));
	expect_exactly("0\n");
	run(LINE("persistent-event-log", "-a 0 -l 511"));
	expect_status(1);
	page[sizeof(*log) + offsetof(struct nvme_persistent_event, ehl)] = 0;
	log->tnev = UINT32_MAX;
	run(LINE("persistent-event-log", "-a 0 | grep -c 'Event Number'"));
	expect_exactly("0\n");
}

static void test_smart_and_errors(void **state)
{
	struct nvme_smart_log smart;
	struct nvme_error_log_entry entries[3] = {{.error_count = 2, .cid = 9}, {.error_count = 1}};

	(void)state;
	memset(&smart, 0xff, sizeof(smart));
	sim_set_log(driver.sim, NVME_LOG_SMART, &smart, sizeof(smart));
	sim_set_log(driver.sim, NVME_LOG_ERROR, entries, sizeof(entries));
	expect(LINE("smart-log", "-H"), 0,
	       "Smart Log for NVME device:my_nvme0 namespace-id:ffffffff\n"
	       "critical_warning\t\t\t: 0xff\n      Available Spare[0]             : 1\n");
	expect("nvme smart-log /dev/my_nvme0n1 -n 1 -o json", 0,
	       "\"power_on_hours\":\"340282366920938463463374607431768211455\",\n");
	expect("nvme smart-log my_nvme0n1", 0,
	       "Smart Log for NVME device:my_nvme0n1 namespace-id:ffffffff\n");
	expect(LINE("smart-log", "-b | wc -c"), 0, "512\n");
	/* no more than the controller keeps */
	expect(LINE("error-log", ""), 0, "Error Log Entries for device:my_nvme0 entries:3\n");
	expect(LINE("error-log", "-e 2 -o binary | wc -c"), 0, "128\n");
	expect(LINE("error-log", "-e 1 -o json"), 0,
	       "{\n  \"errors\":[\n    {\n      "
	       "\"error_count\":2,\n      \"sqid\":0,\n");
	expect(LINE("error-log", "--log-entries=0"), 1, "non-zero log-entries is required param\n");
}

static void test_smartctl(void **state)
{
	(void)state;
	expect("smartctl -i /dev/my_nvme0n1", 0, "Namespace 1 Formatted LBA Size:     512\n");
	many_formats = true;
	run("smartctl -i /dev/my_nvme0n1");
	many_formats = false;
	assert_non_null(strstr(output, "Namespace 1 Formatted LBA Size:     4096\n"));
}

static void test_firmware_and_namespaces(void **state)
{
	struct nvme_changed_namespaces_log *changed = calloc(1, sizeof(*changed));

	(void)state;
	expect(LINE("fw-log", ""), 0,
	       "Firmware Log for device:my_nvme0\nafi  : 0x1\nfrs1 : 0x2020202020302e31 "
	       "(1.0.....)\n");
	expect(LINE("fw-log", "-o json"), 0,
	       "{\n  \"my_nvme0\":{\n    \"Active Firmware Slot (afi)\":1,\n    \"Firmware Rev "
	       "Slot 1\":\"2314885530819505713 (1.0.....)\"\n  }\n}\n");
	expect(LINE("changed-ns-list-log", ""), 0, "more than 1024 ns changed\n");
	for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES; i++)
		changed->nsid[i] = i + 1;
	sim_set_log(driver.sim, NVME_LOG_CHANGED_NAMESPACES, changed, sizeof(*changed));
	expect(LINE("changed-ns-list-log", "| tail -n 1"), 0, "[1023]:0x400\n");
	changed->nsid[1] = 0;
	expect(LINE("changed-ns-list-log", "-o json"), 0,
	       "  \"my_nvme0\":{\n    \"[   1]\":\"0x1\"\n  }\n}\n");
	/* an event about it stays what it was */
	driver_idle(100 * MS);
	assert_true(sim_event(driver.sim, NVME_EVENT_NOTICE, NVME_EVENT_NOTICE_NAMESPACE,
			      NVME_LOG_CHANGED_NAMESPACES));
	expect(LINE("changed-ns-list-log", ""), 0, "[   0]:0x1\n");
	driver_idle(100 * MS);
	assert_false(sim_event_waits(driver.sim, NVME_LOG_CHANGED_NAMESPACES));
	free(changed);
}

static void test_effects(void **state)
{
	static const char admin[] =
		"Admin Commands\nACS6     [Identify                        ] "
		"ffffffff  CSUPP+  LBCC+  NCC+  NIC+  CCC+  USS+  Reserved "
		"CSE\n\nVendor Specific Admin Commands\nACS192   [Unknown      "
		"                   ] 00020001  CSUPP+  LBCC-  NCC-  NIC-  CCC-  "
		"USS-  No other command for any namespace\n\nI/O Commands\n\n";
	struct nvme_commands_log *log = calloc(1, sizeof(*log));
	uint32_t numbers[1024] = {[0] = 1, [13] = 0x10003, [255] = 0xffffffff};

	(void)state;
	log->admin[6] = 0xffffffff;
	log->admin[0xc0] = 0x20001;
	sim_set_log(driver.sim, NVME_LOG_COMMANDS, log, sizeof(*log));
	sim_set_log(driver.sim, NVME_LOG_SUPPORTED, numbers, 1024);
	sim_set_log(driver.sim, NVME_LOG_FEATURES, numbers, 1024);
	sim_set_log(driver.sim, NVME_LOG_MI_COMMANDS, numbers, 4096);
	expect(LINE("effects-log", "-H"), 0, admin);
	expect(LINE("effects-log", "-c 9 -o json"), 0,
	       "[\n  {\n    \"command_set_identifier\":9,\n    \"admin_cmd_set\":{\n      \"ACS_6 "
	       "(Identify)\":4294967295,\n      \"ACS_192 (Unknown)\":131073\n");
	expect(LINE("effects-log", "-c 256"), 1, "invalid csi");
	expect(LINE("supported-log-pages", "-v"), 0,
	       "LID 0xd (Persistent Event Log), supports 0x10003\n  LSUPP is supported\n  IOS is "
	       "supported\n  Establish Context and Read 512 Bytes of Header is supported\n");
	expect(LINE("supported-log-pages", "-o json"), 0, "    {\n      \"lid_0x0 \":1\n    },\n");
	expect(LINE("fid-support-effects-log", "-H"), 0,
	       "FID ff -> Support Effects Log: ffffffff  FSUPP+  UDCC+  NCC+  NIC+  CCC+  USS+  "
	       "NAMESPACE SCOPE+  CONTROLLER SCOPE+  NVM SET SCOPE+  ENDURANCE GROUP SCOPE+  "
	       "DOMAIN SCOPE+  NVM Subsystem SCOPE+\n");
	expect(LINE("mi-cmd-support-effects-log", "-o json"), 0, "      \"mi_cmd_13\":65539\n");
	free(log);
}

static void test_self_test_and_sanitize(void **state)
{
	struct nvme_self_test_log self_test = {.operation = 2, .completion = 99};
	struct nvme_sanitize_log sanitize = {.progress = 0xffff, .status = 0x10a, .times = {1}};

	(void)state;
	memset(self_test.results, 0xff, sizeof(self_test.results));
	self_test.results[1] = (struct nvme_self_test_result){.status = 0x17,
							      .segment = 3,
							      .valid = 0xf,
							      .nsid = 1,
							      .failing_lba = UINT64_MAX,
							      .sct = 2,
							      .sc = 0x81};
	sim_set_log(driver.sim, NVME_LOG_SELF_TEST, &self_test, sizeof(self_test));
	sim_set_log(driver.sim, NVME_LOG_SANITIZE, &sanitize, sizeof(sanitize));
	expect(LINE("self-test-log", "-e 2"), 0,
	       "Current operation  : 0x2\nCurrent Completion : 99%\nSelf Test Result[0]:\n  "
	       "Operation Result             : 0xf\nSelf Test Result[1]:\n  Operation Result       "
	       "      : 0x7\n  Self Test Code               : 1\n  Segment Number               : "
	       "0x3\n");
	expect(LINE("self-test-log", "-v"), 0,
	       "  Failing LBA                  : 0xffffffffffffffff\n  Status Code Type           "
	       "  : 0x2\n  Status Code                  : 0x81 Unrecovered Read Error");
	expect(LINE("self-test-log", "-o json -e 1"), 0,
	       "    {\n      \"Self test result\":15\n    }\n  ]\n}\n");
	expect(LINE("self-test-log", "-o binary -e 100 | wc -c"), 0, "564\n");
	expect(LINE("sanitize-log", "-H"), 0,
	       "(SPROG) :  65535\t(99.998474%)\nSanitize Status                        (SSTAT) :  "
	       "0x2\n\t[2:0]\tSanitize in Progress.\n\t[7:3]\tNumber of completed passes if most "
	       "recent operation was overwrite:\t1\n\t  [8]\tGlobal Data Erased set:");
	sanitize.status = 7;
	sanitize.times[5] = UINT32_MAX;
	expect(LINE("sanitize-log", "-o json"), 0, "      \"status\":\"(7) Unknown\"\n    },\n");
	expect(LINE("sanitize-log", ""), 0,
	       "Estimated Time For Crypto Erase (No-Deallocate):  4294967295 (No time period "
	       "reported)\n");
}

/* Counts of what is not there end with the page. */
static void test_lists(void **state)
{
	struct {
		struct nvme_ana_log header;
		struct nvme_ana_group group;
		uint32_t nsids[16];
	} ana = {{5, 2, {0}}, {.id = 1, .nsid_count = UINT32_MAX, .state = 0x0f}, {7}};
	struct {
		struct nvme_lba_status_log header;
		struct nvme_lba_status_element element;
		struct nvme_lba_status_range ranges[2];
	} lba = {{.size = sizeof(lba), .element_count = 9},
		 {.nsid = 3, .range_count = 5},
		 {{UINT64_MAX, 1, {0}}, {2, 3, {0}}}};
	uint16_t events[8] = {2, 0, 0, 0, 1, 0xffff, 3};

	(void)state;
	sim_set_log(driver.sim, NVME_LOG_ANA, &ana, sizeof(ana));
	sim_set_log(driver.sim, NVME_LOG_LBA_STATUS, &lba, sizeof(lba));
	sim_set_log(driver.sim, NVME_LOG_PREDICTABLE_LATENCY_EVENTS, events, sizeof(events));
	expect(LINE("ana-log", ""), 0,
	       "grpid\t:\t1\nnnsids\t:\t4294967295\nchgcnt\t:\t0\nstate\t:\tchange\n\tnsid\t:"
	       "\t7\n");
	expect(LINE("ana-log", "-g -o json"), 0, "      \"state\":\"change\",\n");
	expect(LINE("lba-status-log", ""), 0,
	       "RSLBA[0]: 18446744073709551615\nRNLB[0]: 1\nRSLBA[1]: 2\nRNLB[1]: 3\n");
	lba.element.range_count = NVME_LBA_STATUS_ALL;
	lba.header.element_count = 1;
	expect(LINE("lba-status-log", "-o json"), 0,
	       "      \"nlrd\":4294967295,\n      \"ratype\":0,\n      \"descs\":[\n      ]\n");
	lba.header.size = 0;
	expect(LINE("lba-status-log", ""), 0, "LBA Status Log Page Length: 0\n");
	lba.header.size = UINT32_MAX;
	expect(LINE("lba-status-log", ""), 1, "emory");
	expect(LINE("pred-lat-event-agg-log", ""), 0,
	       "Number of Entries Available: 2\nEntry[1]: 1\nEntry[2]: 65535\n");
	expect(LINE("endurance-event-agg-log", "-e 0"), 1, "non-zero log-entries is required");
}

/* MNAN 0, and NN of all NSIDs: as much is read as the log has, of more than a page too. */
static void test_ana_of_many(void **state)
{
	static struct {
		struct nvme_ana_log header;
		struct nvme_ana_group group;
		uint32_t nsids[2000];
		struct nvme_ana_group last;
		uint32_t nsid;
	} ana = {.header.groups = 2,
		 .group = {.id = 1, .nsid_count = 2000, .state = 1},
		 .last = {.id = 2, .nsid_count = 1, .state = 3},
		 .nsid = 4711};
	struct sim_config config = {.tolerant = true, .hooks = {.data = identify}};

	(void)state;
	many_namespaces = true;
	driver_stop(&driver);
	driver_start(&driver, &config, NULL);
	many_namespaces = false;
	sim_set_log(driver.sim, NVME_LOG_ANA, &ana, sizeof(ana));
	expect(LINE("ana-log", "| tail -n 6"), 0,
	       "grpid\t:\t2\nnnsids\t:\t1\nchgcnt\t:\t0\nstate\t:\tinaccessible\n\tnsid\t:"
	       "\t4711\n");
	expect(LINE("ana-log", "-o binary | wc -c"), 0, "8084\n");
}

static void test_groups(void **state)
{
	struct nvme_endurance_group_log endurance;
	struct nvme_predictable_latency_log latency = {.dtwin_time_estimate = UINT64_MAX};
	struct nvme_reservation_log reservation = {.count = 0xabc, .type = 3, .nsid = UINT32_MAX};

	(void)state;
	memset(&endurance, 0xff, sizeof(endurance));
	sim_set_log(driver.sim, NVME_LOG_ENDURANCE_GROUP, &endurance, sizeof(endurance));
	sim_set_log(driver.sim, NVME_LOG_PREDICTABLE_LATENCY, &latency, sizeof(latency));
	sim_set_log(driver.sim, NVME_LOG_RESERVATION, &reservation, sizeof(reservation));
	expect(LINE("endurance-log", "-g 17"), 0,
	       "Group ID:11\ncritical warning\t: 255\navl_spare\t\t: 255\navl_spare_threshold\t: "
	       "255\npercent_used\t\t: 255%\nendurance_estimate\t: 34028236692093846346337460743176"
	       "8211455\n");
	expect(LINE("endurance-log", "-g 65536"), 1, "invalid group-id");
	expect(LINE("predictable-lat-log", "-o json -i 2"), 0,
	       "  \"dtwin_time_estimate\":18446744073709551615\n");
	expect(LINE("predictable-lat-log", ""), 0,
	       "NVM Set ID: 1\nStatus: 0\nEvent Type: 0\nDTWIN Reads Typical: 0\n");
	expect(LINE("resv-notif-log", ""), 0,
	       "Log Page Count\t\t\t\t: abc\nResv Notif Log Page Type\t: 3 (Reservation "
	       "Preempted)\n");
}

static void test_changed_zones(void **state)
{
	struct nvme_changed_zones list = {.count = 2, .zones = {256, UINT64_MAX}};

	(void)state;
	sim_set_log(driver.sim, NVME_LOG_CHANGED_ZONES, &list, sizeof(list));
	expect("nvme zns changed-zone-list /dev/my_nvme0n1", 0,
	       "NVMe Changed Zone List:\nnrzid:  2\nzid 000: 256\nzid 001: "
	       "18446744073709551615\n");
	expect("nvme zns changed-zone-list /dev/my_nvme0 -n 1 -r -o binary | wc -c", 0, "4096\n");
	list.count = 0xffff;
	sim_set_log(driver.sim, NVME_LOG_CHANGED_ZONES, &list, sizeof(list));
	expect("nvme zns changed-zone-list /dev/my_nvme0n1", 0,
	       "NVMe Changed Zone List:\nToo many zones have changed");
	assert_null(strstr(output, "zid"));
}

static void test_get_log(void **state)
{
	uint8_t page[10000];
	uint64_t before;

	(void)state;
	for (size_t i = 0; i < sizeof(page); i++)
		page[i] = (uint8_t)(i % 251);
	sim_set_log(driver.sim, 0xc0, page, sizeof(page));
	expect(LINE("get-log", "-i 0xc0 -l 9999 -b > /a; wc -c < /a; tail -c 1 /a | od -An -tu1"),
	       0, "9999\n 209\n");
	expect(LINE("get-log", "-i 0xc0 -l 3 -o 4096"), 0,
	       "Device:my_nvme0 log-id:192 namespace-id:0xffffffff\n       0  1  2  3  4  5  6  7  "
	       "8  9  a  b  c  d  e  f\n0000: 50 51 52      ");
	expect(LINE("get-log", "-a 0x20000 | head -n 1"), 0, "log-id:2 ");
	expect(LINE("get-log", "-i 0xbe -l 4"), 1, "NVMe status: Invalid Log Page");
	/* behind the end of a page nothing is asked for by itself */
	expect(LINE("get-log", "-i 3 -l 5000 -b | wc -c"), 0, "5000\n");
	before = commands();
	expect(LINE("get-log", "-i 0xc0"), 1, "non-zero log-len is required param\n");
	expect(LINE("get-log", "-i 0xc0 -l 4 -o 2"), 1, "Invalid argument");
	expect(LINE("get-log", "-i 256 -l 4"), 1, "invalid log-id");
	expect(LINE("get-log", "-i 2 -l 4 -s 128"), 1, "invalid lsp");
	expect(LINE("get-log", "-i 2 -l 4 -U 128"), 1, "invalid uuid-index");
	expect(LINE("get-log", "-i 2 -l 4 -S 65536"), 1, "invalid lsi");
	assert_int_equal(commands(), before);
}

static void test_files(void **state)
{
	uint8_t telemetry[6 * 512] = {0};
	struct nvme_telemetry_log *header = (void *)telemetry;
	uint8_t *boot = calloc(1, 16 + (128 << 10));

	(void)state;
	header->last_block[0] = 1;
	header->last_block[1] = 2;
	header->last_block[2] = 4;
	header->last_block_4 = 5;
	sim_set_log(driver.sim, NVME_LOG_TELEMETRY_HOST, telemetry, sizeof(telemetry));
	sim_set_log(driver.sim, NVME_LOG_TELEMETRY_CONTROLLER, telemetry, sizeof(telemetry));
	expect(LINE("telemetry-log", "-o /t && wc -c < /t"), 0, "2560\n");
	expect(LINE("telemetry-log", "-o /t -d 1 -g 0 && wc -c < /t"), 0, "1024\n");
	expect(LINE("telemetry-log", "-o /t -d 4 && wc -c < /t"), 0, "3072\n");
	expect(LINE("telemetry-log", "-o /t -c && wc -c < /t"), 0,
	       "Warning: Telemetry Controller-Initiated Data Not Available.\n512\n");
	header->controller_available = 1;
	expect(LINE("telemetry-log", "-o /t -c -d 2 && wc -c < /t"), 0, "1536\n");
	header->last_block[2] = 0;
	expect(LINE("telemetry-log", "-o /t"), 1, "no telemetry data block");
	sim_set_log(driver.sim, NVME_LOG_TELEMETRY_HOST, NULL, 0);
	expect(LINE("telemetry-log", "-o /t"), 1, "Failed to acquire telemetry log 16649!\n");
	expect(LINE("telemetry-log", ""), 1, "Please provide an output file!\n");
	expect(LINE("telemetry-log", "-o /t -d 5"), 1, "Invalid data area parameter - 5\n");
	expect(LINE("telemetry-log", "-o /none/t"), 1, "No such file or directory");
	boot[0] = 0x15;
	boot[4] = 1;
	boot[7] = 0x80;
	boot[16 + (128 << 10) - 1] = 'e';
	sim_set_log(driver.sim, NVME_LOG_BOOT_PARTITION, boot, 16 + (128 << 10));
	expect(LINE("boot-part-log", "-f /b && wc -c < /b && tail -c 1 /b"), 0,
	       "Log ID: 21\nBoot Partition Size: 1 KiB\nActive BPID: 1\nData flushed into file "
	       "/b\n131072\ne");
	expect(LINE("boot-part-log", ""), 1, "Please provide an output file!\n");
	free(boot);
}

#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)
GROUP_TESTS(host_set_up, NULL, LOG_TEST(test_smart_and_errors), LOG_TEST(test_smartctl),
	    LOG_TEST(test_firmware_and_namespaces), LOG_TEST(test_effects),
	    LOG_TEST(test_self_test_and_sanitize), LOG_TEST(test_lists), LOG_TEST(test_ana_of_many),
	    LOG_TEST(test_groups), LOG_TEST(test_get_log), LOG_TEST(test_changed_zones),
	    LOG_TEST(test_files), LOG_TEST(test_persistent_events))
