/*
 * nvme show-regs: the controller properties (NVM Express Base 2.0, Figure 35), named and decoded as
 * nvme-cli prints them. Three lines follow the specification where nvme-cli 2.3 does not:
 * CRTO.CRIMT, PMRSTS.NRDY, and CMBEBS, CMBSWTP and NSSD, which it leaves out.
 */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

enum offset {
	CAP = 0x00,
	VS = 0x08,
	INTMS = 0x0c,
	INTMC = 0x10,
	CC = 0x14,
	CSTS = 0x1c,
	NSSR = 0x20,
	AQA = 0x24,
	ASQ = 0x28,
	ACQ = 0x30,
	CMBLOC = 0x38,
	CMBSZ = 0x3c,
	BPINFO = 0x40,
	BPRSEL = 0x44,
	BPMBL = 0x48,
	CMBMSC = 0x50,
	CMBSTS = 0x58,
	CMBEBS = 0x5c,
	CMBSWTP = 0x60,
	NSSD = 0x64,
	CRTO = 0x68,
	PMRCAP = 0xe00,
	PMRCTL = 0xe04,
	PMRSTS = 0xe08,
	PMREBS = 0xe0c,
	PMRSWTP = 0xe10,
	PMRMSCL = 0xe14,
	PMRMSCU = 0xe18,
};

struct property {
	char label[9]; /* with the white space before the colon */
	uint16_t offset;
	uint8_t size;
	bool prefix;	  /* the value is printed with 0x */
	bool blank_after; /* an empty line behind the decoded form */
};

/* In nvme-cli's order. */
static const struct property properties[] = {
	{"cap     ", CAP, 8, false, true},     {"version ", VS, 4, false, true},
	{"cc      ", CC, 4, false, true},      {"csts    ", CSTS, 4, false, true},
	{"nssr    ", NSSR, 4, false, true},    {"crto    ", CRTO, 4, false, false},
	{"intms   ", INTMS, 4, false, true},   {"intmc   ", INTMC, 4, false, true},
	{"aqa     ", AQA, 4, false, true},     {"asq     ", ASQ, 8, false, true},
	{"acq     ", ACQ, 8, false, true},     {"cmbloc  ", CMBLOC, 4, false, true},
	{"cmbsz   ", CMBSZ, 4, false, true},   {"bpinfo  ", BPINFO, 4, false, false},
	{"bprsel  ", BPRSEL, 4, false, false}, {"bpmbl   ", BPMBL, 8, false, false},
	{"cmbmsc\t", CMBMSC, 8, false, true},  {"cmbsts\t", CMBSTS, 4, false, true},
	{"cmbebs  ", CMBEBS, 4, false, false}, {"cmbswtp ", CMBSWTP, 4, false, false},
	{"nssd    ", NSSD, 4, false, true},    {"pmrcap  ", PMRCAP, 4, false, false},
	{"pmrctl  ", PMRCTL, 4, false, false}, {"pmrsts  ", PMRSTS, 4, false, false},
	{"pmrebs  ", PMREBS, 4, false, false}, {"pmrswtp ", PMRSWTP, 4, false, false},
	{"pmrmscl\t", PMRMSCL, 4, true, true}, {"pmrmscu\t", PMRMSCU, 4, true, false},
};

/* How the bits of a field become what its line shows: a number, or one of several texts. */
enum meaning {
	NUMBER,
	PLUS_ONE,
	HALF,
	TIMES_500,
	POWER,	  /* of two */
	POWER_4,  /* times 4 */
	POWER_4K, /* times 4,096 */
	FALSE_TRUE,
	NO_YES,
	SUPPORT,
	SUPPORT_LOWER,
	SUPPORT_SMALL,
	COMMAND_SETS,
	DISABLED_ENABLED,
	SHUTDOWN,
	ARBITRATION,
	COMMAND_SET,
	SHUTDOWN_STATUS,
	ENFORCED,
	SIZE_UNIT,
	BOOT_READ,
	NOT,
	ELASTICITY_UNIT,
	MAY_SHALL,
	TIME_UNIT,
	READY,
	HEALTH,
	NOT_READY,
};

/* For 0, 1, ...; an empty one and those behind the last are reserved. */
static const char *const texts[] = {
	[FALSE_TRUE] = "False|True",
	[NO_YES] = "No|Yes",
	[SUPPORT] = "Not Supported|Supported",
	[SUPPORT_LOWER] = "not supported|supported",
	[SUPPORT_SMALL] = "Not supported|Supported",
	[COMMAND_SETS] = "I/O Command Set is Supported|Only Admin Command Set Supported",
	[DISABLED_ENABLED] = "Disabled|Enabled",
	[SHUTDOWN] = "No notification; no effect|Normal shutdown notification|"
		     "Abrupt shutdown notification",
	[ARBITRATION] = "Round Robin|Weighted Round Robin with Urgent Priority Class||||||"
			"Vendor Specific",
	[COMMAND_SET] = "NVM Command Set||||||All supported I/O Command Sets|"
			"Admin Command Set only",
	[SHUTDOWN_STATUS] = "Normal operation (no shutdown has been requested)|"
			    "Shutdown processing occurring|Shutdown processing complete",
	[ENFORCED] = "Enforced|Not Enforced",
	[SIZE_UNIT] = "4 KB|64 KB|1 MB|16 MB|256 MB|4 GB|64 GB",
	[BOOT_READ] = "No Boot Partition read operation requested|"
		      "Boot Partition read in progress|"
		      "Boot Partition read completed successfully|"
		      "Error completing Boot Partition read",
	[NOT] = "NOT enabled|enabled",
	[ELASTICITY_UNIT] = "Bytes|One KB|One MB|One GB",
	[MAY_SHALL] = "MAY|SHALL",
	[TIME_UNIT] = "500 milliseconds|minutes|minutes|minutes",
	[READY] = "Disabled|READY",
	[HEALTH] = "Normal Operation|Restore Error|Read Only|Unreliable",
	[NOT_READY] = "READY|Not Ready",
};

/* Bits high:low of a property. In format @ is CMB or PMR, whichever the property belongs to; its
 * one conversion is for an unsigned long long or, where a text is meant, for that. */
struct field {
	const char *format;
	uint16_t property;
	uint8_t high, low;
	uint8_t meaning;
};

#define ELASTICITY(property)                                                                     \
	{"@ Elasticity Buffer Size Base  (@WBZ): %llx", property, 31, 8, NUMBER},                \
		{"Read Bypass Behavior                     : memory reads not conflicting with " \
		 "memory writes in the @ Elasticity Buffer %s bypass those memory writes",       \
		 property, 4, 4, MAY_SHALL},                                                     \
	{                                                                                        \
		"@ Elasticity Buffer Size Units (@SZU): %s", property, 3, 0, ELASTICITY_UNIT     \
	}
#define THROUGHPUT(property)                                                             \
	{"@ Sustained Write Throughput       (@SWTV): %llx", property, 31, 8, NUMBER},   \
	{                                                                                \
		"@ Sustained Write Throughput Units (@SWTU): %s/second", property, 3, 0, \
			ELASTICITY_UNIT                                                  \
	}

static const struct field fields[] = {
	{"Controller Ready With Media Support (CRWMS): %s", CAP, 59, 59, SUPPORT},
	{"Controller Ready Independent of Media Support (CRIMS): %s", CAP, 60, 60, SUPPORT},
	{"Controller Memory Buffer Supported (CMBS): The Controller Memory Buffer is %s", CAP, 57,
	 57, SUPPORT},
	{"Persistent Memory Region Supported (PMRS): The Persistent Memory Region is %s", CAP, 56,
	 56, SUPPORT},
	{"Memory Page Size Maximum         (MPSMAX): %llu bytes", CAP, 55, 52, POWER_4K},
	{"Memory Page Size Minimum         (MPSMIN): %llu bytes", CAP, 51, 48, POWER_4K},
	{"Boot Partition Support              (BPS): %s", CAP, 45, 45, NO_YES},
	{"Command Sets Supported              (CSS): NVM command set is %s", CAP, 37, 37, SUPPORT},
	{"                                           One or more I/O Command Sets are %s", CAP, 43,
	 43, SUPPORT},
	{"                                           %s", CAP, 44, 44, COMMAND_SETS},
	{"NVM Subsystem Reset Supported     (NSSRS): %s", CAP, 36, 36, NO_YES},
	{"Doorbell Stride                   (DSTRD): %llu bytes", CAP, 35, 32, POWER_4},
	{"Timeout                              (TO): %llu ms", CAP, 31, 24, TIMES_500},
	{"Arbitration Mechanism Supported     (AMS): Weighted Round Robin with Urgent Priority "
	 "Class is %s",
	 CAP, 17, 17, SUPPORT_LOWER},
	{"Contiguous Queues Required          (CQR): %s", CAP, 16, 16, NO_YES},
	{"Maximum Queue Entries Supported    (MQES): %llu", CAP, 15, 0, PLUS_ONE},
	{"Controller Ready Independent of Media Enable (CRIME): %s", CC, 24, 24, DISABLED_ENABLED},
	{"I/O Completion Queue Entry Size (IOCQES): %llu bytes", CC, 23, 20, POWER},
	{"I/O Submission Queue Entry Size (IOSQES): %llu bytes", CC, 19, 16, POWER},
	{"Shutdown Notification              (SHN): %s", CC, 15, 14, SHUTDOWN},
	{"Arbitration Mechanism Selected     (AMS): %s", CC, 13, 11, ARBITRATION},
	{"Memory Page Size                   (MPS): %llu bytes", CC, 10, 7, POWER_4K},
	{"I/O Command Set Selected           (CSS): %s", CC, 6, 4, COMMAND_SET},
	{"Enable                              (EN): %s", CC, 0, 0, NO_YES},
	{"Processing Paused               (PP): %s", CSTS, 5, 5, NO_YES},
	{"NVM Subsystem Reset Occurred (NSSRO): %s", CSTS, 4, 4, NO_YES},
	{"Shutdown Status               (SHST): %s", CSTS, 3, 2, SHUTDOWN_STATUS},
	{"Controller Fatal Status        (CFS): %s", CSTS, 1, 1, FALSE_TRUE},
	{"Ready                          (RDY): %s", CSTS, 0, 0, NO_YES},
	{"NVM Subsystem Reset Control (NSSRC): %llu", NSSR, 31, 0, NUMBER},
	{"CRIMT                               : %llu secs", CRTO, 31, 16, HALF},
	{"CRWMT                               : %llu secs", CRTO, 15, 0, HALF},
	{"Interrupt Vector Mask Set (IVMS): %llx", INTMS, 31, 0, NUMBER},
	{"Interrupt Vector Mask Clear (IVMC): %llx", INTMC, 31, 0, NUMBER},
	{"Admin Completion Queue Size (ACQS): %llu", AQA, 27, 16, PLUS_ONE},
	{"Admin Submission Queue Size (ASQS): %llu", AQA, 11, 0, PLUS_ONE},
	{"Admin Submission Queue Base (ASQB): %llx", ASQ, 63, 0, NUMBER},
	{"Admin Completion Queue Base (ACQB): %llx", ACQ, 63, 0, NUMBER},
	{"Offset                                                        (OFST): %#llx (See "
	 "cmbsz.szu for granularity)",
	 CMBLOC, 31, 12, NUMBER},
	{"CMB Queue Dword Alignment                                     (CQDA): %llu", CMBLOC, 8, 8,
	 NUMBER},
	{"CMB Data Metadata Mixed Memory Support                      (CDMMMS): %s", CMBLOC, 7, 7,
	 ENFORCED},
	{"CMB Data Pointer and Command Independent Locations Support (CDPCILS): %s", CMBLOC, 6, 6,
	 ENFORCED},
	{"CMB Data Pointer Mixed Locations Support                    (CDPMLS): %s", CMBLOC, 5, 5,
	 ENFORCED},
	{"CMB Queue Physically Discontiguous Support                   (CQPDS): %s", CMBLOC, 4, 4,
	 ENFORCED},
	{"CMB Queue Mixed Memory Support                               (CQMMS): %s", CMBLOC, 3, 3,
	 ENFORCED},
	{"Base Indicator Register                                        (BIR): %#llx", CMBLOC, 2,
	 0, NUMBER},
	{"Size                      (SZ): %llu", CMBSZ, 31, 12, NUMBER},
	{"Size Units               (SZU): %s", CMBSZ, 11, 8, SIZE_UNIT},
	{"Write Data Support       (WDS): Write Data and metadata transfer in Controller Memory "
	 "Buffer is %s",
	 CMBSZ, 4, 4, SUPPORT_SMALL},
	{"Read Data Support        (RDS): Read Data and metadata transfer in Controller Memory "
	 "Buffer is %s",
	 CMBSZ, 3, 3, SUPPORT_SMALL},
	{"PRP SGL List Support   (LISTS): PRP/SG Lists in Controller Memory Buffer is %s", CMBSZ, 2,
	 2, SUPPORT_SMALL},
	{"Completion Queue Support (CQS): Admin and I/O Completion Queues in Controller Memory "
	 "Buffer is %s",
	 CMBSZ, 1, 1, SUPPORT_SMALL},
	{"Submission Queue Support (SQS): Admin and I/O Submission Queues in Controller Memory "
	 "Buffer is %s",
	 CMBSZ, 0, 0, SUPPORT_SMALL},
	{"Active Boot Partition ID      (ABPID): %llu", BPINFO, 31, 31, NUMBER},
	{"Boot Read Status                (BRS): %s", BPINFO, 25, 24, BOOT_READ},
	{"Boot Partition Size            (BPSZ): %llu", BPINFO, 14, 0, NUMBER},
	{"Boot Partition Identifier      (BPID): %llu", BPRSEL, 31, 31, NUMBER},
	{"Boot Partition Read Offset    (BPROF): %llx", BPRSEL, 29, 10, NUMBER},
	{"Boot Partition Read Size      (BPRSZ): %llx", BPRSEL, 9, 0, NUMBER},
	{"Boot Partition Memory Buffer Base Address (BMBBA): %llx", BPMBL, 63, 0, NUMBER},
	{"Controller Base Address         (CBA): %llx", CMBMSC, 63, 12, NUMBER},
	{"Controller Memory Space Enable (CMSE): %llu", CMBMSC, 1, 1, NUMBER},
	{"Capabilities Registers Enabled  (CRE): CMBLOC and CMBSZ registers are %s", CMBMSC, 0, 0,
	 NOT},
	{"Controller Base Address Invalid (CBAI): %llu", CMBSTS, 0, 0, NUMBER},
	ELASTICITY(CMBEBS),
	THROUGHPUT(CMBSWTP),
	{"NVM Subsystem Shutdown Control (NSSC): %llu", NSSD, 31, 0, NUMBER},
	{"Controller Memory Space Supported                   (CMSS): Referencing PMR with host "
	 "supplied addresses is %s",
	 PMRCAP, 24, 24, SUPPORT},
	{"Persistent Memory Region Timeout                   (PMRTO): %llx", PMRCAP, 23, 16,
	 NUMBER},
	{"Persistent Memory Region Write Barrier Mechanisms (PMRWBM): %llx", PMRCAP, 13, 10,
	 NUMBER},
	{"Persistent Memory Region Time Units                (PMRTU): PMR time unit is %s", PMRCAP,
	 9, 8, TIME_UNIT},
	{"Base Indicator Register                              (BIR): %llx", PMRCAP, 7, 5, NUMBER},
	{"Write Data Support                                   (WDS): Write data to the PMR is %s",
	 PMRCAP, 4, 4, SUPPORT_LOWER},
	{"Read Data Support                                    (RDS): Read data from the PMR is %s",
	 PMRCAP, 3, 3, SUPPORT_LOWER},
	{"Enable (EN): PMR is %s", PMRCTL, 0, 0, READY},
	{"Controller Base Address Invalid (CBAI): %llx", PMRSTS, 12, 12, NUMBER},
	{"Health Status                   (HSTS): %s", PMRSTS, 11, 9, HEALTH},
	{"Not Ready                       (NRDY): The Persistent Memory Region is %s to process "
	 "PCI Express memory read and write requests",
	 PMRSTS, 8, 8, NOT_READY},
	{"Error                            (ERR): %llx", PMRSTS, 7, 0, NUMBER},
	ELASTICITY(PMREBS),
	THROUGHPUT(PMRSWTP),
	{"Controller Base Address         (CBA): %#llx", PMRMSCL, 31, 12, NUMBER},
	{"Controller Memory Space Enable (CMSE): %#llx", PMRMSCL, 1, 1, NUMBER},
	{"Controller Base Address         (CBA): %#llx", PMRMSCU, 31, 0, NUMBER},
};

/* The text with this number in a list of them. */
static void choose(char *text, size_t size, const char *list, uint64_t number)
{
	size_t length = 0;

	while (number && *list)
		number -= *list++ == '|';
	while (list[length] && list[length] != '|')
		length++;
	if (length)
		snprintf(text, size, "%.*s", (int)length, list);
	else
		snprintf(text, size, "Reserved");
}

static unsigned long long shown(enum meaning meaning, unsigned long long bits)
{
	switch (meaning) {
	case PLUS_ONE:
		return bits + 1;
	case HALF:
		return bits / 2;
	case TIMES_500:
		return bits * 500;
	case POWER:
		return 1ull << bits;
	case POWER_4:
		return 4ull << bits;
	case POWER_4K:
		return 4096ull << bits;
	default:
		return bits;
	}
}

static void print_field(const struct field *field, uint64_t value)
{
	uint64_t bits = value >> field->low & UINT64_MAX >> (63 - (field->high - field->low));
	char format[160], text[64];
	size_t length = 0;

	for (const char *from = field->format; *from; from++) {
		if (*from == '@') {
			memcpy(format + length, field->property < PMRCAP ? "CMB" : "PMR", 3);
			length += 3;
		} else {
			format[length++] = *from;
		}
	}
	format[length] = '\0';
	out("\t");
	if (field->meaning < FALSE_TRUE) {
		out(format, shown(field->meaning, bits));
	} else {
		choose(text, sizeof(text), texts[field->meaning], bits);
		out(format, text);
	}
	out("\n");
}

static void decode(const struct property *property, uint64_t value)
{
	if (property->offset == VS)
		out("\tNVMe specification %u.%u\n", (unsigned)value >> 16,
		    (unsigned)value >> 8 & 0xff);
	if (!value && (property->offset == CMBLOC || property->offset == CMBSZ)) {
		out("\tController Memory Buffer feature is not supported\n");
		return;
	}
	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].property == property->offset)
			print_field(&fields[i], value);
}

void nvme_print_properties(const uint8_t copy[NVME_PROPERTIES_SIZE], bool human, bool offsets)
{
	for (unsigned i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		const struct property *property = &properties[i];
		uint64_t value = 0;

		for (unsigned byte = 0; byte < property->size; byte++)
			value |= (uint64_t)copy[property->offset + byte] << 8 * byte;
		if (offsets)
			out("%03xh %u  ", property->offset, property->size);
		out("%s: ", property->label);
		if (property->prefix)
			out("%#llx\n", (unsigned long long)value);
		else
			out("%llx\n", (unsigned long long)value);
		if (!human)
			continue;
		decode(property, value);
		if (property->blank_after)
			out("\n");
	}
}

/* In the widths that the properties have; what is behind the end of BAR0 reads as zero. */
static void copy_properties(struct nvme_controller *controller, uint8_t copy[NVME_PROPERTIES_SIZE])
{
	memset(copy, 0, NVME_PROPERTIES_SIZE);
	for (unsigned i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		const struct property *property = &properties[i];
		uint64_t value = 0;
		int error = nvme_property(controller, property->offset, property->size, &value);

		if (error == -ENODEV)
			fail(1, "show-regs: %s: %s", nvme_name(controller), error_text(ENODEV));
		memcpy(copy + property->offset, &value, property->size);
	}
}

const struct nvme_option nvme_show_regs_options[] = {
	{"output-format", 'o', "FMT", "output format: normal|binary"},
	{"human-readable", 'H', NULL, "show the fields of each property"},
	{"verbose", 'v', NULL, "show offsets and sizes as well"},
	{NULL, 0, NULL, NULL},
};

int nvme_show_regs_main(int argc, char **argv)
{
	bool human = false, offsets = false, binary = false;
	struct getopt state = {0};
	uint8_t *copy = alloc_or_fail(NVME_PROPERTIES_SIZE);
	int option;

	while ((option = nvme_next_option(&state, argc, argv, nvme_show_regs_options)) != -1) {
		if (option == 'H')
			human = true;
		else if (option == 'v')
			offsets = true;
		else
			binary = nvme_is_binary(state.argument);
	}
	copy_properties(nvme_operand(argc, argv, state.index).controller, copy);
	if (binary)
		out_bytes(copy, NVME_PROPERTIES_SIZE);
	else
		nvme_print_properties(copy, human, offsets);
	return 0;
}
