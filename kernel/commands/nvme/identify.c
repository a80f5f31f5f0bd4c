/*
 * nvme id-ctrl and id-ns: the Identify data structures (NVM Express Base 2.0, Figure 275; NVM
 * Command Set 1.0, Figure 97), field by field as nvme-cli prints them.
 */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

enum form {
	DECIMAL,
	HEX,
	TEXT,	/* as it is, trailing spaces too */
	STRING, /* up to its NUL */
	OUI,	/* three bytes, most significant last */
	UUID,
	HEX_BYTES /* every byte in two digits */
};

struct field {
	char name[10];
	uint16_t offset;
	uint16_t size; /* bytes; numbers are little endian, up to 16 */
	uint8_t form;
};

static const struct field controller_fields[] = {
	{"vid", 0, 2, HEX},
	{"ssvid", 2, 2, HEX},
	{"sn", 4, 20, TEXT},
	{"mn", 24, 40, TEXT},
	{"fr", 64, 8, TEXT},
	{"rab", 72, 1, DECIMAL},
	{"ieee", 73, 3, OUI},
	{"cmic", 76, 1, HEX},
	{"mdts", 77, 1, DECIMAL},
	{"cntlid", 78, 2, HEX},
	{"ver", 80, 4, HEX},
	{"rtd3r", 84, 4, HEX},
	{"rtd3e", 88, 4, HEX},
	{"oaes", 92, 4, HEX},
	{"ctratt", 96, 4, HEX},
	{"rrls", 100, 2, HEX},
	{"cntrltype", 111, 1, DECIMAL},
	{"fguid", 112, 16, UUID},
	{"crdt1", 128, 2, DECIMAL},
	{"crdt2", 130, 2, DECIMAL},
	{"crdt3", 132, 2, DECIMAL},
	{"nvmsr", 253, 1, DECIMAL},
	{"vwci", 254, 1, DECIMAL},
	{"mec", 255, 1, DECIMAL},
	{"oacs", 256, 2, HEX},
	{"acl", 258, 1, DECIMAL},
	{"aerl", 259, 1, DECIMAL},
	{"frmw", 260, 1, HEX},
	{"lpa", 261, 1, HEX},
	{"elpe", 262, 1, DECIMAL},
	{"npss", 263, 1, DECIMAL},
	{"avscc", 264, 1, HEX},
	{"apsta", 265, 1, HEX},
	{"wctemp", 266, 2, DECIMAL},
	{"cctemp", 268, 2, DECIMAL},
	{"mtfa", 270, 2, DECIMAL},
	{"hmpre", 272, 4, DECIMAL},
	{"hmmin", 276, 4, DECIMAL},
	{"tnvmcap", 280, 16, DECIMAL},
	{"unvmcap", 296, 16, DECIMAL},
	{"rpmbs", 312, 4, HEX},
	{"edstt", 316, 2, DECIMAL},
	{"dsto", 318, 1, DECIMAL},
	{"fwug", 319, 1, DECIMAL},
	{"kas", 320, 2, DECIMAL},
	{"hctma", 322, 2, HEX},
	{"mntmt", 324, 2, DECIMAL},
	{"mxtmt", 326, 2, DECIMAL},
	{"sanicap", 328, 4, HEX},
	{"hmminds", 332, 4, DECIMAL},
	{"hmmaxd", 336, 2, DECIMAL},
	{"nsetidmax", 338, 2, DECIMAL},
	{"endgidmax", 340, 2, DECIMAL},
	{"anatt", 342, 1, DECIMAL},
	{"anacap", 343, 1, DECIMAL},
	{"anagrpmax", 344, 4, DECIMAL},
	{"nanagrpid", 348, 4, DECIMAL},
	{"pels", 352, 4, DECIMAL},
	{"domainid", 356, 2, DECIMAL},
	{"megcap", 368, 16, DECIMAL},
	{"sqes", 512, 1, HEX},
	{"cqes", 513, 1, HEX},
	{"maxcmd", 514, 2, DECIMAL},
	{"nn", 516, 4, DECIMAL},
	{"oncs", 520, 2, HEX},
	{"fuses", 522, 2, HEX},
	{"fna", 524, 1, HEX},
	{"vwc", 525, 1, HEX},
	{"awun", 526, 2, DECIMAL},
	{"awupf", 528, 2, DECIMAL},
	{"icsvscc", 530, 1, DECIMAL},
	{"nwpc", 531, 1, DECIMAL},
	{"acwu", 532, 2, DECIMAL},
	{"ocfs", 534, 2, HEX},
	{"sgls", 536, 4, HEX},
	{"mnan", 540, 4, DECIMAL},
	{"maxdna", 544, 16, DECIMAL},
	{"maxcna", 560, 4, DECIMAL},
	{"subnqn", 768, 256, STRING},
	{"ioccsz", 1792, 4, DECIMAL},
	{"iorcsz", 1796, 4, DECIMAL},
	{"icdoff", 1800, 2, DECIMAL},
	{"fcatt", 1802, 1, HEX},
	{"msdbd", 1803, 1, DECIMAL},
	{"ofcs", 1804, 2, DECIMAL},
};

#define NPSS		 263
#define POWER_STATES	 2048
#define POWER_STATE_SIZE 32
#define POWER_STATES_MAX 32

static const struct field namespace_fields[] = {
	{"nsze", 0, 8, HEX},	    {"ncap", 8, 8, HEX},       {"nuse", 16, 8, HEX},
	{"nsfeat", 24, 1, HEX},	    {"nlbaf", 25, 1, DECIMAL}, {"flbas", 26, 1, HEX},
	{"mc", 27, 1, HEX},	    {"dpc", 28, 1, HEX},       {"dps", 29, 1, HEX},
	{"nmic", 30, 1, HEX},	    {"rescap", 31, 1, HEX},    {"fpi", 32, 1, HEX},
	{"dlfeat", 33, 1, DECIMAL}, {"nawun", 34, 2, DECIMAL}, {"nawupf", 36, 2, DECIMAL},
	{"nacwu", 38, 2, DECIMAL},  {"nabsn", 40, 2, DECIMAL}, {"nabo", 42, 2, DECIMAL},
	{"nabspf", 44, 2, DECIMAL}, {"noiob", 46, 2, DECIMAL}, {"nvmcap", 48, 16, DECIMAL},
};

/* Only where NSFEAT says that they are defined. */
static const struct field optimal_write_fields[] = {
	{"npwg", 64, 2, DECIMAL}, {"npwa", 66, 2, DECIMAL}, {"npdg", 68, 2, DECIMAL},
	{"npda", 70, 2, DECIMAL}, {"nows", 72, 2, DECIMAL},
};

static const struct field namespace_fields_behind[] = {
	{"mssrl", 74, 2, DECIMAL},     {"mcl", 76, 4, DECIMAL},	     {"msrc", 80, 1, DECIMAL},
	{"nulbaf", 81, 1, DECIMAL},    {"anagrpid", 92, 4, DECIMAL}, {"nsattr\t", 99, 1, DECIMAL},
	{"nvmsetid", 100, 2, DECIMAL}, {"endgid", 102, 2, DECIMAL},  {"nguid", 104, 16, HEX_BYTES},
	{"eui64", 120, 8, HEX_BYTES},
};

#define NSFEAT		24
#define NSFEAT_OPTPERF	0x10
#define NLBAF		25
#define FLBAS		26
#define NULBAF		81
#define LBA_FORMATS	128
#define LBA_FORMATS_MAX 64

static uint64_t number(const uint8_t *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

/* Prints a little-endian number of 16 bytes in decimal: nine digits at a time by long division. */
static void print_decimal128(const uint8_t *bytes)
{
	uint32_t words[4], groups[5];
	unsigned count = 0;

	for (unsigned i = 0; i < 4; i++)
		words[i] = (uint32_t)number(bytes + 4 * i, 4);
	do {
		uint64_t remainder = 0;

		for (unsigned i = 4; i-- > 0;) {
			uint64_t part = remainder << 32 | words[i];

			words[i] = (uint32_t)(part / 1000000000);
			remainder = part % 1000000000;
		}
		groups[count++] = (uint32_t)remainder;
	} while (words[0] | words[1] | words[2] | words[3]);
	out("%u", groups[--count]);
	while (count)
		out("%09u", groups[--count]);
}

static void print_value(const uint8_t *bytes, unsigned size, enum form form)
{
	switch (form) {
	case DECIMAL:
		if (size == 16)
			print_decimal128(bytes);
		else
			out("%llu", (unsigned long long)number(bytes, size));
		break;
	case HEX:
		out("%#llx", (unsigned long long)number(bytes, size));
		break;
	case TEXT:
	case STRING:
		out("%.*s", (int)size, (const char *)bytes);
		break;
	case OUI:
		out("%02x%02x%02x", bytes[2], bytes[1], bytes[0]);
		break;
	case UUID:
		for (unsigned i = 0; i < size; i++)
			out(i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", bytes[i]);
		break;
	case HEX_BYTES:
		for (unsigned i = 0; i < size; i++)
			out("%02x", bytes[i]);
		break;
	}
}

static void print_fields(const uint8_t *data, const struct field *fields, unsigned count, int width)
{
	for (unsigned i = 0; i < count; i++) {
		/* One of nvme-cli's names is padded by a tab. */
		out("%-*s: ", strchr(fields[i].name, '\t') ? 0 : width, fields[i].name);
		print_value(data + fields[i].offset, fields[i].size, fields[i].form);
		out("\n");
	}
}

#define PRINT_FIELDS(data, fields, width) \
	print_fields(data, fields, sizeof(fields) / sizeof((fields)[0]), width)

/* A power in the units of its scale: 1 is 0.0001 W, 2 is 0.01 W. */
static void print_power(unsigned power, unsigned scale)
{
	if (scale == 0)
		out("-");
	else if (scale == 1)
		out("%u.%04uW", power / 10000, power % 10000);
	else if (scale == 2)
		out("%u.%02uW", power / 100, power % 100);
	else
		out("reserved");
}

/* Power State Descriptor, Figure 276 */
static void print_power_state(unsigned index, const uint8_t *state)
{
	static const char *const workloads[] = {"-", "1MiB 32 RW, 30s idle", "80K 128KiB SW"};
	unsigned workload = state[22] & 7;

	out("ps %6u : mp:", index);
	print_power((unsigned)number(state, 2), state[3] & 1 ? 1 : 2);
	out(" %soperational enlat:%u exlat:%u rrt:%u rrl:%u\n", state[3] & 2 ? "non-" : "",
	    (unsigned)number(state + 4, 4), (unsigned)number(state + 8, 4), state[12], state[13]);
	out("            rwt:%u rwl:%u idle_power:", state[14], state[15]);
	print_power((unsigned)number(state + 16, 2), state[18] >> 6);
	out(" active_power:");
	print_power((unsigned)number(state + 20, 2), state[22] >> 6);
	out("\n            active_power_workload:%s\n",
	    workload < 3 ? workloads[workload] : "reserved");
}

void nvme_print_identify_controller(const uint8_t data[NVME_IDENTIFY_SIZE])
{
	unsigned last = data[NPSS] < POWER_STATES_MAX ? data[NPSS] : POWER_STATES_MAX - 1;

	out("NVME Identify Controller:\n");
	PRINT_FIELDS(data, controller_fields, 10);
	for (unsigned i = 0; i <= last; i++)
		print_power_state(i, data + POWER_STATES + i * POWER_STATE_SIZE);
}

void nvme_print_identify_namespace(uint32_t nsid, const uint8_t data[NVME_IDENTIFY_SIZE])
{
	unsigned last = (unsigned)data[NLBAF] + data[NULBAF];
	unsigned used = (data[FLBAS] & 0xfu) | (data[FLBAS] >> 1 & 0x30u);

	out("NVME Identify Namespace %u:\n", nsid);
	PRINT_FIELDS(data, namespace_fields, 8);
	if (data[NSFEAT] & NSFEAT_OPTPERF)
		PRINT_FIELDS(data, optimal_write_fields, 8);
	PRINT_FIELDS(data, namespace_fields_behind, 8);
	for (unsigned i = 0; i <= last && i < LBA_FORMATS_MAX; i++) {
		const uint8_t *format = data + LBA_FORMATS + 4 * i;

		out("lbaf %2u : ms:%-3u lbads:%-2u rp:%#x %s\n", i, (unsigned)number(format, 2),
		    format[2], format[3], i == used ? "(in use)" : "");
	}
}

#define IDENTIFY_NAMESPACE  0x00
#define IDENTIFY_CONTROLLER 0x01

struct identify_options {
	bool raw;
	uint64_t nsid;
	struct nvme_target target;
};

#define FORMAT_OPTIONS                                                 \
	{"output-format", 'o', "FMT", "output format: normal|binary"}, \
	{                                                              \
		"raw-binary", 'b', NULL, "show the structure's bytes"  \
	}

const struct nvme_option nvme_id_ctrl_options[] = {FORMAT_OPTIONS, {NULL, 0, NULL, NULL}};
const struct nvme_option nvme_id_ns_options[] = {
	{"namespace-id", 'n', "NUM", "identifier of desired namespace"},
	FORMAT_OPTIONS,
	{NULL, 0, NULL, NULL},
};

static struct identify_options parse_options(int argc, char **argv, const struct nvme_option *table)
{
	struct identify_options options = {0};
	struct getopt state = {0};
	int option;

	while ((option = nvme_next_option(&state, argc, argv, table)) != -1) {
		if (option == 'b')
			options.raw = true;
		else if (option == 'o')
			options.raw = nvme_is_binary(state.argument);
		else
			options.nsid = nvme_number("namespace-id", state.argument, UINT32_MAX);
	}
	options.target = nvme_operand(argc, argv, state.index);
	return options;
}

int nvme_id_ctrl_main(int argc, char **argv)
{
	struct identify_options options = parse_options(argc, argv, nvme_id_ctrl_options);
	uint8_t *data = alloc_or_fail(NVME_IDENTIFY_SIZE);
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(options.target.controller, IDENTIFY_CONTROLLER, 0, data,
					  &reply);

	if (nvme_check("id-ctrl", error, &reply))
		return 1;
	if (options.raw)
		out_bytes(data, NVME_IDENTIFY_SIZE);
	else
		nvme_print_identify_controller(data);
	return 0;
}

int nvme_id_ns_main(int argc, char **argv)
{
	struct identify_options options = parse_options(argc, argv, nvme_id_ns_options);
	uint32_t nsid = nvme_operand_nsid(&options.target, options.nsid);
	uint8_t *data = alloc_or_fail(NVME_IDENTIFY_SIZE);
	struct nvme_reply reply = {0};
	int error = nvme_identify_command(options.target.controller, IDENTIFY_NAMESPACE, nsid, data,
					  &reply);

	if (nvme_check("id-ns", error, &reply))
		return 1;
	if (options.raw)
		out_bytes(data, NVME_IDENTIFY_SIZE);
	else
		nvme_print_identify_namespace(nsid, data);
	return 0;
}
