/* nvme get-feature and set-feature on a simulated controller whose features are made up: what is
 * sent, and how each is decoded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a macro fail(). */
#include "kernel/commands/command.h"

#include "drivers/nvme/spec/describe.h"
#include "tests/sim/driver.h"
#include "tests/unit/captured.h"

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct driver driver;

/* What the controller answers to Get and Set Features, once the test takes them. */
static struct {
	bool active;
	struct nvme_command command;
	unsigned count;
	uint32_t value, by_default;
	uint8_t bytes[4096];
} feature;

static void *take(void *context, uint16_t queue, const uint8_t command[64], size_t *size)
{
	(void)context;
	if (queue || !feature.active ||
	    (command[0] != NVME_ADMIN_GET_FEATURES && command[0] != NVME_ADMIN_SET_FEATURES))
		return NULL;
	memcpy(&feature.command, command, sizeof(feature.command));
	feature.count++;
	*size = nvme_feature_bytes(command[40], feature.command.cdw11,
				   command[0] == NVME_ADMIN_SET_FEATURES);
	if (NVME_BITS(feature.command.cdw10, 8, 3) == NVME_SELECT_CAPABILITIES)
		*size = 0;
	return feature.bytes;
}

static bool answer(void *context, uint16_t queue, uint8_t entry[16])
{
	uint32_t value = NVME_BITS(feature.command.cdw10, 8, 3) == NVME_SELECT_DEFAULT
				 ? feature.by_default
				 : feature.value;

	(void)context;
	if (!queue && feature.active)
		memcpy(entry, &value, sizeof(value));
	return true;
}

static int start(void **state)
{
	const struct sim_config config = {.tolerant = true,
					  .hooks = {.command = take, .completion = answer}};

	(void)state;
	memset(&feature, 0, sizeof(feature));
	driver_start(&driver, &config, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	feature.active = false;
	driver_stop(&driver);
	return 0;
}

static void run_with(const char *line, uint32_t value)
{
	feature.value = value;
	feature.count = 0;
	feature.active = true;
	run(line);
	feature.active = false;
}

static void test_every_dword_is_decoded(void **state)
{
	static const struct {
		unsigned id;
		uint32_t value;
		const char *text;
	} rows[] = {
		{0x01, 0x03020101,
		 "High Priority Weight   (HPW): 4\n\tMedium Priority Weight (MPW): 3\n\tLow "
		 "Priority Weight    (LPW): 2\n\tArbitration Burst       (AB): 2\n"},
		{0x01, 7, "(AB): No limit\n"},
		{0x02, 0x41,
		 "Workload Hint (WH): 2 - Heavy Sequential Writes\n\tPower State   "
		 "(PS): 1\n"},
		{0x02, 0xe0, "Workload Hint (WH): 7 - Reserved\n"},
		{0x04, 0x180150,
		 "Threshold Type Select         (THSEL): 1 - Under Temperature "
		 "Threshold\n\tThreshold Temperature Select (TMPSEL): 8 - "
		 "Temperature Sensor 8\n\tTemperature Threshold         (TMPTH): "
		 "63°C (336 Kelvin)\n"},
		{0x05, 0x10003,
		 "(DULBE): Enabled\n\tTime Limited Error Recovery                 "
		 "         (TLER): 300 ms\n"},
		{0x06, 1, "Volatile Write Cache Enable (WCE): Enabled\n"},
		{0x07, 0x30001,
		 "Allocated (NCQA): 4\n\tNumber of IO Submission Queues Allocated "
		 "(NSQA): 2\n"},
		{0x08, 0x0203,
		 "Aggregation Time     (TIME): 200 usec\n\tAggregation Threshold "
		 "(THR): 4\n"},
		{0x09, 0x10002, "Coalescing Disable (CD): True\n\tInterrupt Vector   (IV): 2\n"},
		{0x0a, 1, "Disable Normal (DN): True\n"},
		{0x0b, 0x80000101,
		 "Discovery Log Page Change Notices                         : Send async event\n"},
		{0x0b, 0x101,
		 "SMART / Health Critical Warnings                          : Send "
		 "async event\n"},
		{0x0c, 1, "Autonomous Power State Transition Enable (APSTE): Enabled\n"},
		{0x0d, 1, "Enable Host Memory (EHM): Enabled\n"},
		{0x0f, 5000, "Keep Alive Timeout (KATO) in milliseconds: 5000\n"},
		{0x10, 0x01500160,
		 "Thermal Management Temperature 1 (TMT1) : 336 Kelvin "
		 "(63°C)\n\tThermal Management Temperature 2 (TMT2) : 352 "
		 "Kelvin (79°C)\n"},
		{0x11, 1, "Non-Operational Power State Permissive Mode Enable (NOPPME): True\n"},
		{0x12, 0xf, "Read Recovery Level (RRL): 15\n"},
		{0x13, 1, "Predictable Latency Window Enabled: True\n"},
		{0x14, 2, "Window Select: Non-deterministic Window (NDWIN)\n"},
		{0x15, 0x20003,
		 "(LSIPI)  : 2\n\tLBA Status Information Report Interval (LSIRI): "
		 "3\n"},
		{0x17, 1, "No-Deallocate Response Mode (NODRM) : 1\n"},
		{0x18, 0x20003,
		 "Endurance Group Identifier (ENDGID): 3\n\tEndurance Group "
		 "Critical Warnings  : 2\n"},
		{0x19, 3, "I/O Command Set Profile: 3\n"},
		{0x1a, 1, "Spinup control feature Enabled: True\n"},
		{0x1d, 0x201,
		 "Flexible Direct Placement Enable (FDPE)       : Yes\n\tFlexible "
		 "Direct Placement Configuration Index : 2\n"},
		{0x80, 0x103, "Pre-boot Software Load Count (PBSLC): 3\n"},
		{0x82, 0xa,
		 "(RESPRE): True\n\tMask Reservation Released Notification   "
		 "(RESREL): False\n\tMask Registration Preempted Notification "
		 "(REGPRE): True\n"},
		{0x83, 1, "Persist Through Power Loss (PTPL): True\n"},
		{0x84, 2, "Namespace Write Protect: Write Protect Until Power Cycle\n"},
	};
	char line[80];

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		snprintf(line, sizeof(line), "nvme get-feature /dev/my_nvme0 -f %#x -H",
			 rows[i].id);
		run_with(line, rows[i].value);
		expect_status(0);
		expect_output(rows[i].text);
		assert_int_equal(feature.command.nsid, 0xffffffff);
		assert_int_equal(feature.command.cdw10, rows[i].id);
	}
	/* those without bits have data, or are nobody's */
	for (unsigned id = 1; id < 256; id++) {
		const struct nvme_feature_row *row = nvme_feature_row(id);

		assert_false(row && !row->bit_count && !row->size);
	}
}

static void put(unsigned offset, const void *bytes, size_t size)
{
	memcpy(feature.bytes + offset, bytes, size);
}

static void test_data_are_decoded(void **state)
{
	const struct nvme_lba_range range = {.type = 2, .attributes = 3, .slba = 16, .nlb = 32};
	const struct nvme_host_memory_buffer buffer = {1, 2, 3, 4, {0}};
	const struct nvme_predictable_latency_config latency = {
		.events = 5, .dtwin_reads = 6, .dtwin_writes = 7, .dtwin_time = 8};

	(void)state;
	put(64, &range, sizeof(range));
	run_with("nvme get-feature /dev/my_nvme0n1 -f 3 -H", 1);
	expect_output("\tNumber of LBA Ranges (NUM): 2\n\ttype       : 0 - Reserved\n\tattributes "
		      ": 0 - LBA range should not be overwritten, LBA range should be visible "
		      "from the OS/EFI/BIOS\n\tslba       : 0\n");
	expect_output("\ttype       : 0x2 - RAID\n\tattributes : 0x3 - LBA range may be "
		      "overwritten, LBA range should be hidden from the OS/EFI/BIOS\n\tslba       "
		      ": 0x10\n\tnlb        : 0x20\n\tguid       : "
		      "00000000000000000000000000000000\n");
	assert_int_equal(feature.command.nsid, 1);
	put(0, "\x18\x07\0\0\0\0\0\0", 8);
	run_with("nvme get-feature /dev/my_nvme0 -f 0xc -H", 1);
	expect_output("\tAuto PST Entries\t.................\n\tEntry[ 0]   "
		      "\n\t.................\n\tIdle Time Prior to Transition (ITPT): 7 "
		      "ms\n\tIdle Transition Power State   (ITPS): 3\n");
	expect_output("\tEntry[31]   \n");
	put(0, &buffer, 16);
	run_with("nvme get-feature /dev/my_nvme0 -f 0xd -H", 0);
	expect_output("(HMDLEC): 4\n\tHost Memory Descriptor List Address     (HMDLAU): "
		      "0x3\n\tHost Memory Descriptor List Address     (HMDLAL): 0x2\n\tHost "
		      "Memory Buffer Size                  (HSIZE): 1\n");
	put(0, "\xb8\x3f\x7c\xfb\x5e\x01\x02", 8); /* 1507457777592 ms */
	run_with("nvme get-feature /dev/my_nvme0 -f 0xe -H", 0);
	expect_output("\tThe timestamp is : 1507457777592 (Sun Oct  8 10:16:17 2017 UTC)\n\tThe "
		      "Timestamp field was initialized with a Timestamp value using a Set "
		      "Features command.\n\tThe controller counted time in milliseconds "
		      "continuously since the Timestamp value was initialized.\n");
	feature.bytes[6] = 1;
	run_with("nvme get-feature /dev/my_nvme0 -f 0xe -H", 0);
	expect_output("\tThe Timestamp field was initialized to ‘0’ by a Controller Level "
		      "Reset.\n\tThe controller may have stopped counting during vendor specific "
		      "intervals after the Timestamp value was initialized\n");
	put(0, &latency, sizeof(latency));
	run_with("nvme get-feature /dev/my_nvme0 -f 0x13 -H", 0);
	expect_output("\tEnable Event          :0005\n\tDTWIN Reads Threshold :6\n\tDTWIN Writes "
		      "Threshold:7\n\tDTWIN Time Threshold  :8\n");
	put(0, "\1", 1);
	run_with("nvme get-feature /dev/my_nvme0 -f 0x16 -H", 0);
	expect_output("\tHost Behavior Support: True\n");
	put(0, "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0", 16);
	run_with("nvme get-feature /dev/my_nvme0 -f 0x81 -H", 0);
	expect_output("\tHost Identifier (HOSTID):  1\n");
	run_with("nvme get-feature /dev/my_nvme0 -f 0x81 -c 1 -H", 0);
	expect_output("\tHost Identifier (HOSTID):  18446744073709551617\n");
	put(0, "\0\1\x81\0", 4);
	run_with("nvme get-feature /dev/my_nvme0 -f 0x1e -c 3 -H", 2);
	expect_output("\tReclaim Unit Not Fully Written                       : "
		      "Enabled\n\tImplicitly Modified Reclaim Unit Handle              : Not "
		      "Enabled\n");
	assert_int_equal(feature.command.cdw11, 0xff0003);
	run_with("nvme get-feature /dev/my_nvme0 -f 0x1e -H", 0xffffffff);
	expect_status(0);
	put(0,
	    "\2\0\x0c\1\3\0"
	    "abc"
	    "\1\0\xff\x0f",
	    13); /* the second goes beyond the end */
	run_with("nvme get-feature /dev/my_nvme0 -f 0x7e -H", 0);
	expect_output("\tNum Metadata Element Descriptors: 2\n\tElement[0  ]:\n\t\tType	    : "
		      "0x0c\n\t\tRevision : 1\n\t\tLength   : 3\n\t\tValue    : abc\n");
	expect_no_output("Element[1");
}

static void test_selections_and_forms(void **state)
{
	(void)state;
	run_with("nvme get-feature /dev/my_nvme0 -f 4", 0);
	expect_exactly("get-feature:0x04 (Temperature Threshold), Current value:00000000\n");
	run_with("nvme get-feature /dev/my_nvme0 -f 6 -s 3 -H", 7);
	expect_exactly("get-feature:0x06 (Volatile Write Cache), Supported capabilities "
		       "value:0x00000007\n  Feature is saveable\n  Feature is per-namespace\n  "
		       "Feature is changeable\n");
	assert_int_equal(feature.command.cdw10, 0x306);
	run_with("nvme get-feature /dev/my_nvme0 -f 6 -s 2 -U 5 -n 3 -c 0x77", 1);
	expect_exactly("get-feature:0x06 (Volatile Write Cache), Saved value:0x00000001\n");
	assert_int_equal(feature.command.cdw10, 0x206);
	assert_int_equal(feature.command.cdw11, 0x77);
	assert_int_equal(feature.command.cdw14, 5);
	assert_int_equal(feature.command.nsid, 3);
	put(0, "12345678", 8);
	run_with("nvme get-feature /dev/my_nvme0 -f 0xe -b", 0);
	expect_exactly("12345678");
	run_with("nvme get-feature /dev/my_nvme0 -f 0xe -l 4", 0);
	expect_output("\n0000: 31 32 33 34 ");
	/* changed: what differs from its default */
	feature.by_default = 5;
	run_with("nvme get-feature /dev/my_nvme0 -f 4 -s 8", 6);
	expect_exactly("get-feature:0x04 (Temperature Threshold), Changed value:0x00000006\n");
	assert_int_equal(feature.count, 2);
	run_with("nvme get-feature /dev/my_nvme0 -f 4 --changed", 5);
	expect_exactly("");
	run_with("nvme get-feature /dev/my_nvme0 -f 4 -s 9", 0);
	expect_exactly("invalid 'select' param:9\n");
	expect_status(1);
	assert_int_equal(feature.count, 0);
	run("nvme get-feature /dev/my_nvme0 -f 0x55");
	expect_status(1);
	expect_output("NVMe status: Invalid Field in Command");
}

static void test_what_is_set(void **state)
{
	(void)state;
	run_with("nvme set-feature /dev/my_nvme0 -f 4 -v 0x150 -c 3 -U 2", 0);
	expect_exactly("set-feature:0x04 (Temperature Threshold), value:0x00000150, "
		       "cdw12:0x00000003, save:0\n");
	expect_status(0);
	assert_int_equal(feature.command.cdw10, 0x04);
	assert_int_equal(feature.command.cdw11, 0x150);
	assert_int_equal(feature.command.cdw12, 3);
	assert_int_equal(feature.command.cdw14, 2);
	assert_int_equal(feature.command.nsid, 0xffffffff);
	run_with("nvme set-feature /dev/my_nvme0n1 -f 5 -V 1k -s", 0);
	expect_exactly("set-feature:0x05 (Error Recovery), value:0x00000400, cdw12:00000000, "
		       "save:0x1\n");
	assert_int_equal(feature.command.cdw10, 0x80000005);
	assert_int_equal(feature.command.nsid, 1);
	run_with("nvme set-feature /dev/my_nvme0 -f 0xe -v 0x123456789abc", 0);
	expect_output("value:0x123456789abc, cdw12:00000000, save:0\n");
	assert_memory_equal(feature.bytes, "\xbc\x9a\x78\x56\x34\x12\0", 8);
	assert_int_equal(feature.command.cdw11, 0);
	run_with("printf 12345678 > d; nvme set-feature /dev/my_nvme0 -f 0x81 -d d", 0);
	expect_output("\"12345678\"\n");
	assert_memory_equal(feature.bytes, "12345678", 8);
	run_with("head -c 64 /dev/zero | nvme set-feature /dev/my_nvme0n1 -f 3", 0);
	expect_output("\ttype       : 0 - Reserved\n");
	run_with("nvme set-feature /dev/my_nvme0 -f 0x15", 0x20003);
	expect_output("(LSIPI)  : 2\n");
	run("nvme set-feature /dev/my_nvme0 -f 4 -v 300; nvme get-feature /dev/my_nvme0 -f 4 -H");
	expect_output("(300 Kelvin)");
	run("nvme set-feature /dev/my_nvme0 -f 4 -s");
	expect_status(1);
	expect_output("NVMe status: Feature Identifier Not Saveable");
}

static void test_bad_input_sends_nothing(void **state)
{
	static const struct {
		const char *line, *text;
	} rows[] = {
		{"set-feature /dev/my_nvme0 -v 1", "feature-id required param\n"},
		{"set-feature /dev/my_nvme0 -f 4 -v 0x100000000",
		 "value 0x100000000 is too large\n"},
		{"set-feature /dev/my_nvme0 -f 0xe -v 0x1000000000000", "is too large\n"},
		{"set-feature /dev/my_nvme0 -f 0xd -v 1",
		 "only the driver may lend memory to a controller (feature 0xd)\n"},
		{"set-feature /dev/my_nvme0 -f 256", "invalid feature-id '256'\n"},
		{"set-feature /dev/my_nvme0 -f 4 -U 128", "invalid uuid-index '128'\n"},
		{"set-feature /dev/my_nvme0 -f 0x81 -d nowhere", "nowhere: No such file"},
		{"set-feature /dev/my_nvme0 -f 0x81 < /dev/null",
		 "standard input has only 0 of the 8 bytes of data\n"},
		{"set-feature /dev/my_nvme0 -f 0x16 -l 64 < /dev/null",
		 "Set Features moves 512 bytes by its own fields, data-len is 64\n"},
		{"get-feature /dev/my_nvme0 -f 1 -l 0xffffffff", "in one command"},
		{"get-feature /dev/my_nvme7 -f 1", "No such file or directory\n"},
		{"get-feature", "missing device\n"},
	};
	char line[120];

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		snprintf(line, sizeof(line), "nvme %s", rows[i].line);
		run_with(line, 0);
		expect_status(1);
		expect_output(rows[i].text);
		assert_ptr_equal(strchr(output, '\n'), output + strlen(output) - 1);
		assert_int_equal(feature.count, 0);
	}
}

#define FEATURE_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
GROUP_TESTS(host_set_up, NULL, FEATURE_TEST(test_every_dword_is_decoded),
	    FEATURE_TEST(test_data_are_decoded), FEATURE_TEST(test_selections_and_forms),
	    FEATURE_TEST(test_what_is_set), FEATURE_TEST(test_bad_input_sends_nothing))
