/* nvme effects-log, supported-log-pages and the like: what a controller supports, a number for each
 * command, log page or feature. */
#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/log.h"
#include "lib/format.h"

/* Bits, and what they are called, with a sign behind for whether they are set. */
struct effect {
	uint32_t mask;
	const char *name;
};

static void show_effects(const struct effect *effects, uint32_t value)
{
	for (; effects->mask; effects++)
		out("  %s%c", effects->name, value & effects->mask ? '+' : '-');
}

#define EFFECTS_COMMON                                        \
	{NVME_EFFECTS_NCC, "NCC"}, {NVME_EFFECTS_NIC, "NIC"}, \
	{                                                     \
		NVME_EFFECTS_CCC, "CCC"                       \
	}
#define EFFECTS_SCOPE                                                      \
	{1u << NVME_EFFECTS_SCOPE_SHIFT, "NAMESPACE SCOPE"},               \
		{2u << NVME_EFFECTS_SCOPE_SHIFT, "CONTROLLER SCOPE"},      \
		{4u << NVME_EFFECTS_SCOPE_SHIFT, "NVM SET SCOPE"},         \
		{8u << NVME_EFFECTS_SCOPE_SHIFT, "ENDURANCE GROUP SCOPE"}, \
		{16u << NVME_EFFECTS_SCOPE_SHIFT, "DOMAIN SCOPE"},         \
	{                                                                  \
		32u << NVME_EFFECTS_SCOPE_SHIFT, "NVM Subsystem SCOPE"     \
	}

static const struct effect command_effects[] = {
	{NVME_EFFECTS_CSUPP, "CSUPP"},
	{NVME_EFFECTS_LBCC, "LBCC"},
	EFFECTS_COMMON,
	{NVME_EFFECTS_USS, "USS"},
	{0, NULL},
};
static const struct effect feature_effects[] = {
	{NVME_EFFECTS_CSUPP, "FSUPP"},
	{NVME_EFFECTS_LBCC, "UDCC"},
	EFFECTS_COMMON,
	{NVME_EFFECTS_USS, "USS"},
	EFFECTS_SCOPE,
	{0, NULL},
};
static const struct effect mi_effects[] = {
	{NVME_EFFECTS_CSUPP, "CSUPP"},
	{NVME_EFFECTS_LBCC, "UDCC"},
	EFFECTS_COMMON,
	EFFECTS_SCOPE,
	{0, NULL},
};

static const char *submission(uint32_t value)
{
	static const char *const texts[] = {"No command restriction",
					    "No other command for same namespace",
					    "No other command for any namespace"};
	unsigned restriction = NVME_EFFECTS_CSE(value);

	return restriction < sizeof(texts) / sizeof(texts[0]) ? texts[restriction] : "Reserved CSE";
}

/* The commands of one queue type from an opcode on. */
static void show_commands(const uint32_t *effects, bool io, unsigned from, unsigned to, bool human)
{
	for (unsigned opcode = from; opcode < to; opcode++) {
		uint32_t value = effects[opcode];
		const char *name = io ? nvme_io_name(opcode) : nvme_admin_name(opcode);

		if (!value)
			continue;
		out(io ? "IOCS%-5u[%-32s] %08x" : "ACS%-6u[%-32s] %08x", opcode,
		    from ? "Unknown" : name, value);
		if (human) {
			show_effects(command_effects, value);
			out("  %s", submission(value));
		}
		out("\n");
	}
}

static bool any(const uint32_t *effects, unsigned from, unsigned to)
{
	while (from < to && !effects[from])
		from++;
	return from < to;
}

#define OPCODES	     256
#define ADMIN_VENDOR 0xc0
#define IO_VENDOR    0x80

static void show_type(const char *type, const uint32_t *effects, bool io, bool human)
{
	unsigned vendor = io ? IO_VENDOR : ADMIN_VENDOR;

	out("%s Commands\n", type);
	show_commands(effects, io, 0, vendor, human);
	out("\n");
	if (!any(effects, vendor, OPCODES))
		return;
	out("Vendor Specific %s Commands\n", type);
	show_commands(effects, io, vendor, OPCODES, human);
	out("\n");
}

static void show_effects_log(unsigned csi, const struct nvme_commands_log *log, bool human)
{
	out("%s Command Set Log Page\n", csi == NVME_CSI_NVM	 ? "NVM"
					 : csi == NVME_CSI_ZONED ? "ZNS"
								 : "Unknown");
	for (unsigned i = 0; i < 80; i++)
		out("-");
	out("\n");
	show_type("Admin", log->admin, false, human);
	show_type("I/O", log->io, true, human);
}

static void show_type_json(struct json *json, const char *key, const uint32_t *effects, bool io)
{
	json_object_begin(json, key);
	for (unsigned opcode = 0; opcode < OPCODES; opcode++) {
		bool vendor = opcode >= (io ? IO_VENDOR : ADMIN_VENDOR);
		char name[64];

		if (!effects[opcode])
			continue;
		snprintf(name, sizeof(name), "%s_%u (%s)", io ? "IOCS" : "ACS", opcode,
			 vendor ? "Unknown"
			 : io	? nvme_io_name(opcode)
				: nvme_admin_name(opcode));
		json_number(json, name, effects[opcode]);
	}
	json_object_end(json);
}

static void show_effects_json(struct json *json, unsigned csi, const struct nvme_commands_log *log)
{
	json_object_begin(json, NULL);
	json_number(json, "command_set_identifier", csi);
	show_type_json(json, "admin_cmd_set", log->admin, false);
	show_type_json(json, "io_cmd_set", log->io, true);
	json_object_end(json);
}

static const struct nvme_option effects_log_options[] = {
	LOG_OUTPUT_OPTION,
	LOG_HUMAN_OPTION,
	LOG_RAW_OPTION,
	NVME_NUMBER_OF(struct log_options, csi, 8, "csi", 'c', "command set identifier"),
	NVME_OPTIONS_END,
};

/* Without -c, the page of each command set that nvme-cli knows and CAP.CSS has. */
static unsigned command_sets(const struct nvme_target *target, int given, uint8_t csi[2])
{
	unsigned count = 0;
	uint64_t cap = 0;

	if (given >= 0) {
		csi[0] = (uint8_t)given;
		return 1;
	}
	if (nvme_property(target->controller, NVME_REG_CAP, 8, &cap))
		fail(1, "%s does not answer", nvme_name(target->controller));
	if (NVME_CAP_CSS(cap) & NVME_CAP_CSS_IOCS)
		csi[count++] = NVME_CSI_ZONED;
	if (NVME_CAP_CSS(cap) & NVME_CAP_CSS_NVM)
		csi[count++] = NVME_CSI_NVM;
	return count;
}

static int effects_log_main(int argc, char **argv)
{
	struct log_options options = {.csi = -1};
	struct nvme_target target = nvme_arguments(argc, argv, effects_log_options, &options);
	const struct nvme_commands_log *logs[2];
	struct json json;
	uint8_t csi[2];
	unsigned count = command_sets(&target, options.csi, csi);

	/* what is shown last is read first */
	for (unsigned i = count; i-- > 0;) {
		const struct nvme_log_request request = {
			.lid = NVME_LOG_COMMANDS, .nsid = NVME_NSID_ALL, .csi = csi[i]};

		logs[i] = nvme_read_log(argv[0], &target, &request, sizeof(*logs[i]));
	}
	if (options.output == NVME_OUTPUT_JSON)
		json = nvme_json_list_begin();
	for (unsigned i = 0; i < count; i++) {
		if (options.output == NVME_OUTPUT_BINARY)
			out_bytes(logs[i], sizeof(*logs[i]));
		else if (options.output == NVME_OUTPUT_JSON)
			show_effects_json(&json, csi[i], logs[i]);
		else
			show_effects_log(csi[i], logs[i], options.human);
	}
	if (options.output == NVME_OUTPUT_JSON)
		nvme_json_list_end(&json);
	return 0;
}

NVME_SUBCOMMAND(effects_log, "effects-log", effects_log_main, "DEVICE [OPTIONS]",
		"Retrieve Command Effects Log, show it", effects_log_options);

/* Pages of 256 numbers, of which those that are not 0 are shown. */
#define NUMBERS 256

static void show_numbers_json(const char *key, const char *format, const uint32_t *numbers)
{
	struct json json = nvme_json_begin();

	json_array_begin(&json, key);
	for (unsigned i = 0; i < NUMBERS; i++) {
		char name[24];

		if (!numbers[i])
			continue;
		snprintf(name, sizeof(name), format, i);
		json_object_begin(&json, NULL);
		json_number(&json, name, numbers[i]);
		json_object_end(&json);
	}
	json_array_end(&json);
	nvme_json_end(&json);
}

static const struct nvme_option supported_log_pages_options[] = {
	LOG_OUTPUT_OPTION,
	LOG_VERBOSE_OPTION,
	NVME_OPTIONS_END,
};

static void show_supported(const uint32_t *pages, bool human)
{
	for (unsigned lid = 0; lid < NUMBERS; lid++) {
		uint32_t value = pages[lid];

		if (!value)
			continue;
		out("LID 0x%x (%s), supports %#x\n", lid,
		    lid < NVME_LOG_VENDOR ? nvme_log_name(lid) : "Unknown", value);
		if (!human) {
			out("\n");
			continue;
		}
		out("  LSUPP is %ssupported\n  IOS is %ssupported\n",
		    value & NVME_LOG_LSUPP ? "" : "not ", value & NVME_LOG_IOS ? "" : "not ");
		if (lid == NVME_LOG_PERSISTENT_EVENT)
			out("  Establish Context and Read 512 Bytes of Header is %ssupported\n",
			    value >> NVME_LOG_LIDSP_SHIFT & NVME_PERSISTENT_EVENT_HEADER ? ""
											 : "not ");
	}
}

static int supported_log_pages_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target =
		nvme_arguments(argc, argv, supported_log_pages_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_SUPPORTED, .nsid = NVME_NSID_ALL};
	const uint32_t *pages =
		nvme_read_log(argv[0], &target, &request, NUMBERS * sizeof(uint32_t));

	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(pages, NUMBERS * sizeof(uint32_t));
	} else if (options.output == NVME_OUTPUT_JSON) {
		/* nvme-cli 2.3 aborts here; as 2.16 has it */
		show_numbers_json("supported_logs", "lid_0x%x ", pages);
	} else {
		out("Support Log Pages Details for %s:\n", nvme_target_name(&target));
		show_supported(pages, options.human);
	}
	return 0;
}

NVME_SUBCOMMAND(supported_log_pages, "supported-log-pages", supported_log_pages_main,
		"DEVICE [OPTIONS]", "Retrieve the Supported Log pages details, show it",
		supported_log_pages_options);

static const struct nvme_option support_effects_options[] = {
	LOG_OUTPUT_OPTION,
	LOG_HUMAN_OPTION,
	NVME_OPTIONS_END,
};

/* The pages of features and of NVMe-MI commands, which differ in what they are called. */
struct support_effects {
	uint8_t lid;
	uint16_t size;
	const char *title, *line, *key, *name;
	const struct effect *effects;
};

static int support_effects(int argc, char **argv, const struct support_effects *about)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, support_effects_options, &options);
	const struct nvme_log_request request = {.lid = about->lid};
	const uint32_t *numbers = nvme_read_log(argv[0], &target, &request, about->size);

	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(numbers, about->size);
		return 0;
	}
	if (options.output == NVME_OUTPUT_JSON) {
		show_numbers_json(about->key, about->name, numbers);
		return 0;
	}
	out("%s Support%s Effects Log for device: %s\nAdmin Command Set\n", about->title,
	    about->lid == NVME_LOG_FEATURES ? "s" : "", nvme_target_name(&target));
	for (unsigned i = 0; i < NUMBERS; i++) {
		if (!numbers[i])
			continue;
		out("%s %02x -> Support Effects Log: %08x", about->line, i, numbers[i]);
		if (options.human)
			show_effects(about->effects, numbers[i]);
		out("\n");
	}
	return 0;
}

static int fid_support_effects_log_main(int argc, char **argv)
{
	static const struct support_effects about = {NVME_LOG_FEATURES,
						     NUMBERS * sizeof(uint32_t),
						     "FID",
						     "FID",
						     "fid_support",
						     "fid_%u",
						     feature_effects};

	return support_effects(argc, argv, &about);
}

NVME_SUBCOMMAND(fid_support_effects_log, "fid-support-effects-log", fid_support_effects_log_main,
		"DEVICE [OPTIONS]", "Retrieve FID Support and Effects log, show it",
		support_effects_options);

static int mi_cmd_support_effects_log_main(int argc, char **argv)
{
	static const struct support_effects about = {
		NVME_LOG_MI_COMMANDS, 4096,	   "MI Commands", "MI CMD",
		"mi_command_support", "mi_cmd_%u", mi_effects};

	return support_effects(argc, argv, &about);
}

NVME_SUBCOMMAND(mi_cmd_support_effects_log, "mi-cmd-support-effects-log",
		mi_cmd_support_effects_log_main, "DEVICE [OPTIONS]",
		"Retrieve MI Command Support and Effects log, show it", support_effects_options);
