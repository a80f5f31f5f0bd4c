/* Structures in text, as nvme-cli 2.3 prints them: what a device of QEMU never has. */
#include <stdarg.h>

#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "tests/unit/cmocka.h"

static char text[65536];
static size_t length;

void out(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	length += (size_t)vsnprintf(text + length, sizeof(text) - length, format, arguments);
	va_end(arguments);
	assert_true(length < sizeof(text));
}

void out_bytes(const void *bytes, size_t size)
{
	(void)bytes;
	out("%zu bytes", size);
}

void out_char(char c)
{
	out("%c", c);
}

static int begin(void **state)
{
	(void)state;
	length = 0;
	text[0] = '\0';
	return 0;
}

/* Whether the lines stand in the output, one behind the other, from the beginning of one on. */
#define assert_shown(lines)	assert_non_null(strstr(text, "\n" lines "\n"))
#define assert_not_shown(lines) assert_null(strstr(text, "\n" lines))

static void test_identify_controller(void **state)
{
	struct nvme_identify_controller *id = calloc(1, sizeof(*id));

	(void)state;
	id->vid = 0x1b36;
	memcpy(id->sn, "serial              ", 20);
	memcpy(id->ieee, "\x00\x54\x52", 3);
	memset(id->tnvmcap, 0xff, 16);
	id->npss = 1;
	id->psd[0] = (struct nvme_power_state){
		.mp = 2500, .enlat = 16, .exlat = 4, .idlp = 123, .ips = 0x40, .apws = 0x02};
	id->psd[1] = (struct nvme_power_state){
		.mp = 50, .flags = 3, .rrt = 1, .rwl = 2, .ips = 0xc0, .actp = 9, .apws = 0x87};
	nvme_show(&nvme_identify_controller_table, id, 0);
	assert_int_equal(strncmp(text, "vid       : 0x1b36\n", 19), 0);
	assert_shown("sn        : serial              ");
	assert_shown("ieee      : 525400");
	assert_shown("fguid     : 00000000-0000-0000-0000-000000000000");
	assert_shown("tnvmcap   : 340282366920938463463374607431768211455");
	assert_shown("ofcs      : 0\n"
		     "ps      0 : mp:25.00W operational enlat:16 exlat:4 rrt:0 rrl:0\n"
		     "            rwt:0 rwl:0 idle_power:0.0123W active_power:-\n"
		     "            active_power_workload:80K 128KiB SW\n"
		     "ps      1 : mp:0.0050W non-operational enlat:0 exlat:0 rrt:1 rrl:0\n"
		     "            rwt:0 rwl:2 idle_power:reserved active_power:0.09W\n"
		     "            active_power_workload:reserved");
	assert_not_shown("ps      2");
	begin(state);
	id->wctemp = 343;
	id->oncs = NVME_ONCS_VERIFY;
	nvme_show(&nvme_identify_controller_table, id, NVME_SHOW_BITS);
	assert_shown("tnvmcap   : 340282366920938463463374607431768211455\n"
		     "[127:0] : 340282366920938463463374607431768211455\n"
		     "\tTotal NVM Capacity (TNVMCAP)\n");
	assert_shown("wctemp    : 343\n"
		     " [15:0] : 70°C (343 Kelvin)\tWarning Composite Temperature Threshold "
		     "(WCTEMP)\n");
	assert_shown("  [7:0] : 1 (0's based)\tNumber of Power States Support (NPSS)");
	assert_shown("  [7:7] : 0x1\tVerify Supported\n  [6:6] : 0\tTimestamp Not Supported");
	assert_shown(" [15:8] : 0\tSGL Descriptor Threshold\n"
		     " [1:0]  : 0\tScatter-Gather Lists Not Supported\n\nmnan      : 0");
	begin(state);
	id->sgls = 0x20001;
	nvme_show(&nvme_identify_controller_table, id, NVME_SHOW_BITS);
	assert_shown(" [17:17]: 0x1\tByte-Aligned Contig. MD Buffer Supported");
	assert_shown("  [1:0] : 0x1\tScatter-Gather Lists Supported. No Dword alignment required.");
	free(id);
}

static void test_identify_namespace(void **state)
{
	struct nvme_identify_namespace *id = calloc(1, sizeof(*id));

	(void)state;
	id->nlbaf = 15;
	id->nulbaf = 2;
	id->flbas = 0x21;
	id->nows = 7;
	id->lbaf[17] = (struct nvme_lba_format){8, 12, 2};
	nvme_show(&nvme_identify_namespace_table, id, 0);
	assert_shown("nulbaf  : 2");
	assert_shown("nsattr\t: 0");
	assert_shown("nvmcap  : 0\nmssrl   : 0");
	assert_shown("lbaf  1 : ms:0   lbads:0  rp:0 ");
	assert_shown("lbaf 17 : ms:8   lbads:12 rp:0x2 (in use)");
	assert_not_shown("lbaf 18");
	begin(state);
	nvme_show(&nvme_identify_namespace_table, id, NVME_SHOW_BITS);
	assert_shown("LBA Format 17 : Metadata Size: 8   bytes - Data Size: 4096 bytes - "
		     "Relative Performance: 0x2 Good (in use)");
	assert_shown("  [7:7] : 0\tFormat Progress Indicator Not Supported\n\ndlfeat  : 0");
	begin(state);
	id->nsfeat = 0x10;
	nvme_show(&nvme_identify_namespace_table, id, 0);
	assert_shown("npda    : 0\nnows    : 7\nmssrl   : 0");
	free(id);
}

static void show_properties(const struct nvme_properties *properties, unsigned how)
{
	const struct nvme_structure *table = &nvme_properties_table;

	begin(NULL);
	for (unsigned i = 0; i < table->count; i++)
		nvme_show_row(table, &table->rows[i], properties, how);
}

static void test_properties(void **state)
{
	struct nvme_properties *properties = calloc(1, sizeof(*properties));

	(void)state;
	properties->vs = 0x20001;
	properties->cc = 3 << 11 | 7 << 4;
	properties->cmbsz = 7 << 8;
	show_properties(properties, 0);
	assert_shown("version : 20001\nintms   : 0");
	assert_shown("cmbmsc\t: 0\ncmbsts\t: 0");
	show_properties(properties, NVME_SHOW_PLACE);
	assert_shown("014h 4  cc      : 1870");
	assert_shown("050h 8  cmbmsc\t: 0");
	show_properties(properties, NVME_SHOW_BITS);
	assert_shown("version : 20001\n\tNVMe specification 2.0\n\nintms   : 0");
	assert_shown("\tDoorbell Stride                   (DSTRD): 4 bytes");
	assert_shown(
		"\t                                           One or more I/O Command Sets are "
		"Not Supported");
	assert_shown("\tArbitration Mechanism Selected     (AMS): Reserved");
	assert_shown("\tI/O Command Set Selected           (CSS): Admin Command Set only");
	assert_shown("cmbloc  : 0\n\tController Memory Buffer feature is not supported\n\ncmbsz   "
		     ": 700");
	assert_shown("\tSize Units               (SZU): Reserved");
	assert_shown("\tPMR Elasticity Buffer Size Units (PMRSZU): Bytes\npmrswtp : 0");
	free(properties);
}

static void test_smart_log(void **state)
{
	struct nvme_smart_log *log = calloc(1, sizeof(*log));
	struct json json;

	(void)state;
	log->critical_warning = 0x21;
	log->temperature[1] = 1;
	log->available_spare = 100;
	memset(log->data_units_read, 0xff, 16);
	log->data_units_written[0] = 1;
	log->error_log_entries[8] = 1;
	log->critical_temperature_time = UINT32_MAX;
	log->temperature_sensor[1] = 1;
	log->temperature_sensor[7] = UINT16_MAX;
	nvme_show(&nvme_smart_log_table, log, NVME_SHOW_BITS);
	assert_int_equal(strncmp(text, "critical_warning\t\t\t: 0x21\n", 26), 0);
	assert_shown("      Available Spare[0]             : 1\n"
		     "      Temp. Threshold[1]             : 0");
	assert_shown("      Persistent Mem. RO[5]          : 1\n"
		     "temperature\t\t\t\t: -17°C (256 Kelvin)\n"
		     "available_spare\t\t\t\t: 100%");
	assert_shown("endurance group critical warning summary: 0");
	assert_shown("Data Units Read\t\t\t\t: 340282366920938463463374607431768211455 "
		     "(174224571863520.49 QB)\n"
		     "Data Units Written\t\t\t: 1 (512.00 kB)");
	assert_shown("num_err_log_entries\t\t\t: 18446744073709551616");
	assert_shown("Critical Composite Temperature Time\t: 4294967295\n"
		     "Temperature Sensor 2           : -272°C (1 Kelvin)\n"
		     "Temperature Sensor 8           : 65262°C (65535 Kelvin)\n"
		     "Thermal Management T1 Trans Count\t: 0");
	begin(state);
	nvme_show(&nvme_smart_log_table, log, 0);
	assert_not_shown("      ");
	begin(state);
	json = nvme_json_begin();
	nvme_show_json(&json, &nvme_smart_log_table, log);
	nvme_json_end(&json);
	assert_shown("  \"temperature\":256,\n  \"avail_spare\":100,");
	assert_shown("  \"critical_comp_time\":4294967295,\n  \"temperature_sensor_2\":1,");
	free(log);
}

/* The SI prefix is that of what is counted, and the decimals are rounded, also up to the next. */
static void test_data_units(void **state)
{
	static const struct {
		uint64_t units;
		const char *shown;
	} cases[] = {
		{0, "0 (0.00 B)"},
		{1, "1 (512.00 kB)"},
		{2, "2 (1.02 MB)"},
		{12345, "12345 (6.32 GB)"},
		{1953124, "1953124 (1000.00 GB)"},
		{1953125, "1953125 (1.00 TB)"},
		{UINT64_MAX, "18446744073709551615 (9.44 YB)"},
	};
	struct nvme_smart_log *log = calloc(1, sizeof(*log));

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[80];

		begin(state);
		memcpy(log->data_units_read, &cases[i].units, 8);
		nvme_show(&nvme_smart_log_table, log, 0);
		snprintf(line, sizeof(line), "\nData Units Read\t\t\t\t: %s\n", cases[i].shown);
		assert_non_null(strstr(text, line));
	}
	free(log);
}

static void test_error_log_entry(void **state)
{
	struct nvme_error_log_entry entry = {.error_count = UINT64_MAX,
					     .cid = 0xabc,
					     .status = 0x8005,
					     .parameter_location = 0x28,
					     .trtype = 3};
	struct json json;

	nvme_show(&nvme_error_log_entry_table, &entry, 0);
	assert_int_equal(strncmp(text, "error_count\t: 18446744073709551615\n", 35), 0);
	assert_non_null(strstr(text, "\ncmdid\t\t: 0xabc\nstatus_field\t: 0x4002(Invalid Field in "
				     "Command: "));
	assert_shown("phase_tag\t: 0x1\nparm_err_loc\t: 0x28");
	assert_shown("trtype\t\t: TCP Transport error.\ncs\t\t: 0\ntrtype_spec_info: 0");
	begin(state);
	json = nvme_json_begin();
	nvme_show_json(&json, &nvme_error_log_entry_table, &entry);
	nvme_json_end(&json);
	assert_shown("  \"cmdid\":2748,\n  \"status_field\":16386,\n  \"phase_tag\":1,\n"
		     "  \"parm_error_location\":40,");
	assert_shown("  \"trtype\":3,");
}

/* Keys are the rows' names, or what KEY() says; what a condition keeps out of the text is not in
 * the JSON either. */
static void test_json(void **state)
{
	struct nvme_identify_namespace *id = calloc(1, sizeof(*id));
	struct json json;

	(void)state;
	id->nsze = UINT64_MAX;
	memset(id->nvmcap, 0xff, 16);
	id->eui64[7] = 0xab;
	json = nvme_json_begin();
	nvme_show_json(&json, &nvme_identify_namespace_table, id);
	nvme_json_end(&json);
	assert_int_equal(strncmp(text, "{\n  \"nsze\":18446744073709551615,\n", 33), 0);
	assert_shown("  \"nvmcap\":\"340282366920938463463374607431768211455\",");
	assert_shown("  \"eui64\":\"00000000000000ab\",");
	assert_not_shown("  \"npwg\"");
	assert_shown("  ]\n}");
	free(id);
}

static void test_json_of_parts(void **state)
{
	struct nvme_power_state power = {.mp = 7, .ips = 0x80, .apws = 0x42};
	struct json json = nvme_json_begin();

	(void)state;
	nvme_show_json(&json, &nvme_power_state_table, &power);
	nvme_json_end(&json);
	assert_shown("  \"max_power\":7,");
	assert_shown("  \"idle_power\":0,\n  \"idle_scale\":2,\n  \"active_power\":0,\n"
		     "  \"active_power_work\":2,\n  \"active_scale\":1\n}");
}

/* Bits in brackets, as nvme-cli has them: reserved ones only where they are set, a column of its
 * own, a line that another field makes valid, and an array that is written in words. */
static void show_element(nvme_print *print, const void *element)
{
	print("%u percent", *(const uint8_t *)element);
}

static void show_nothing(nvme_print *print, const void *structure)
{
	(void)print, (void)structure;
}

static unsigned one(const void *structure)
{
	(void)structure;
	return 1;
}

struct four {
	uint8_t bits, other, array, vs;
};
static const struct nvme_row byte_rows[] = {{.name = "b", .size = 1}};
static const struct nvme_structure byte_table = {.rows = byte_rows, .count = 1, .size = 1};
static const struct nvme_array byte_array = {
	.element = &byte_table, .count = one, .decoded = show_element, .decoded_name = "Part"};
static const struct nvme_row four_rows[] = {
	FIELD(struct four, bits, HEX, .flags = NVME_ROW_GAP),
	SUPPORT(7, "Flush"),
	RESERVED_RANGE(6, 4),
	RESERVED_RANGE(3, 3, .name = " [3:3] :"),
	RANGE_OF(2, 1, "%s of them", "None", "One"),
	RANGE(0, 0, "%llu %%", POWER),
	FIELD(struct four, other, DECIMAL),
	RANGE(7, 0, "Entries", ZEROS_BASED, .name = " [7:0]:"),
	PROSE(show_nothing),
	RANGE(7, 0, "Warm", KELVIN),
	RANGE(7, 0, "All", NUMBER, WHEN(struct four, bits, 0x80)),
	ARRAY(struct four, array, "part", &byte_array),
	VENDOR(struct four, vs),
};
static const struct nvme_structure table = STRUCTURE(struct four, four_rows, 6);

static void test_ranges(void **state)
{
	struct four four = {.bits = 0x85, .array = 7, .vs = 'x'};

	(void)state;
	nvme_print_structure(&table, &four, NVME_OUTPUT_NORMAL, NVME_SHOW_BITS, "Four %u", 4);
	assert_string_equal(text, "Four 4:\n"
				  "bits  : 0x85\n"
				  "  [7:7] : 0x1\tFlush Supported\n"
				  "  [2:1] : 0x2\tReserved of them\n"
				  "  [0:0] : 0x1\t2 %\n"
				  "\n"
				  "other : 0\n"
				  " [7:0]: 0 (0's based)\tEntries\n"
				  "  [7:0] : -273°C (0 Kelvin)\tWarm\n"
				  "  [7:0] : 0\tAll\n"
				  "Part 0 : 7 percent\n");
	begin(state);
	four.bits = 0x18;
	nvme_print_structure(&table, &four, NVME_OUTPUT_NORMAL, NVME_SHOW_BITS | NVME_SHOW_VENDOR,
			     "Four");
	assert_shown("  [7:7] : 0\tFlush Not Supported\n"
		     "  [6:4] : 0x1\tReserved\n"
		     " [3:3] : 0x1\tReserved\n"
		     "  [2:1] : 0\tNone of them");
	assert_not_shown("  [7:0] : 0\tAll");
	assert_shown("vs[]:\n       0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n"
		     "0000: 78                                               \"x\"");
	begin(state);
	nvme_print_structure(&table, &four, NVME_OUTPUT_BINARY, 0, "Four");
	assert_string_equal(text, "4 bytes");
	begin(state);
	nvme_print_structure(&table, &four, NVME_OUTPUT_JSON, NVME_SHOW_BITS, "Four");
	assert_string_equal(text, "{\n  \"bits\":24,\n  \"other\":0,\n  \"part\":[\n    {\n"
				  "      \"b\":7\n    }\n  ]\n}\n");
}

TESTS(cmocka_unit_test_setup(test_identify_controller, begin),
      cmocka_unit_test_setup(test_identify_namespace, begin),
      cmocka_unit_test_setup(test_smart_log, begin), cmocka_unit_test(test_data_units),
      cmocka_unit_test_setup(test_error_log_entry, begin), cmocka_unit_test_setup(test_json, begin),
      cmocka_unit_test_setup(test_json_of_parts, begin), cmocka_unit_test_setup(test_ranges, begin),
      cmocka_unit_test(test_properties))
