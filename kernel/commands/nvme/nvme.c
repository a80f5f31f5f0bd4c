/* nvme: dispatch to the subcommands, and what they share. */
#include "kernel/commands/nvme/nvme.h"

#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/number.h"
#include "lib/string.h"

#define DEVICE_PREFIX "/dev/"

static int version_main(int argc, char **argv);
static int help_main(int argc, char **argv);

static const struct nvme_subcommand subcommands[] = {
	{"list", nvme_list_main, "", "List all NVMe devices and namespaces on machine",
	 nvme_no_options},
	{"list-ns", nvme_list_ns_main, "DEVICE", "Send NVMe Identify List, display structure",
	 nvme_no_options},
	{"id-ctrl", nvme_id_ctrl_main, "DEVICE [OPTIONS]", "Send NVMe Identify Controller",
	 nvme_id_ctrl_options},
	{"id-ns", nvme_id_ns_main, "DEVICE [OPTIONS]",
	 "Send NVMe Identify Namespace, display structure", nvme_id_ns_options},
	{"show-regs", nvme_show_regs_main, "DEVICE [OPTIONS]",
	 "Shows the controller registers or properties", nvme_show_regs_options},
	{"admin-passthru", nvme_admin_passthru_main, "DEVICE --opcode=NUM [OPTIONS]",
	 "Submit an arbitrary admin command, return results", nvme_passthru_options},
	{"io-passthru", nvme_io_passthru_main, "DEVICE --opcode=NUM [OPTIONS]",
	 "Submit an arbitrary IO command, return results", nvme_passthru_options},
	{"reset", nvme_reset_main, "DEVICE", "Resets the controller", nvme_no_options},
	{"subsystem-reset", nvme_subsystem_reset_main, "DEVICE", "Resets the subsystem",
	 nvme_no_options},
	{"ns-rescan", nvme_ns_rescan_main, "DEVICE", "Rescans the NVME namespaces",
	 nvme_no_options},
	{"rescan", nvme_rescan_main, "", "Looks for controllers that came or went",
	 nvme_no_options},
	{"version", version_main, "", "Shows the program version", nvme_no_options},
	{"help", help_main, "[COMMAND]", "Display this help, or that of a command",
	 nvme_no_options},
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_subcommands(void)
{
	out("The commands are:\n");
	for (unsigned i = 0; i < SUBCOMMANDS; i++)
		out("  %-16s %s\n", subcommands[i].name, subcommands[i].summary);
	out("\nDEVICE is a controller (/dev/my_nvme0) or a namespace (/dev/my_nvme0n1).\n"
	    "'nvme help COMMAND' or 'nvme COMMAND --help' lists its options.\n");
}

static const struct nvme_subcommand *look_up(const char *name)
{
	for (unsigned i = 0; i < SUBCOMMANDS; i++)
		if (strcmp(name, subcommands[i].name) == 0)
			return &subcommands[i];
	return NULL;
}

static const struct nvme_subcommand *find(const char *name)
{
	const struct nvme_subcommand *subcommand = look_up(name);

	if (!subcommand)
		fail(1, "invalid sub-command %s", quote(name));
	return subcommand;
}

void nvme_print_help(const char *name)
{
	const struct nvme_subcommand *subcommand = find(name);

	out("Usage: nvme %s%s%s\n\n%s\n", name, subcommand->synopsis[0] ? " " : "",
	    subcommand->synopsis, subcommand->summary);
	nvme_print_options(subcommand->options);
}

static int version_main(int argc, char **argv)
{
	nvme_no_operand(argc, argv);
	out("nvme version: names and forms as nvme-cli 2.3\n");
	return 0;
}

static int help_main(int argc, char **argv)
{
	struct getopt state = {0};

	nvme_next_option(&state, argc, argv, nvme_no_options);
	if (state.index == argc) {
		out("Usage: nvme COMMAND [DEVICE] [ARGS]...\n\n");
		print_subcommands();
	}
	for (int i = state.index; i < argc; i++)
		nvme_print_help(argv[i]);
	return 0;
}

static void nvme_complete(struct completion *completion)
{
	const struct nvme_subcommand *subcommand;

	completion->files = false;
	if (completion->argc == 1 || strcmp(completion->argv[1], "help") == 0) {
		for (unsigned i = 0; i < SUBCOMMANDS; i++)
			completion->offer(completion, subcommands[i].name);
		return;
	}
	subcommand = look_up(completion->argv[1]);
	if (subcommand && !nvme_complete_option(completion, subcommand->options) &&
	    strncmp(subcommand->synopsis, "DEVICE", 6) == 0)
		nvme_complete_device(completion);
}

static int nvme_main(int argc, char **argv)
{
	process_hold_devices();
	if (argc < 2) {
		print_subcommands();
		return 1;
	}
	if (strcmp(argv[1], "--version") == 0)
		return version_main(argc - 1, argv + 1);
	if (strcmp(argv[1], "-h") == 0)
		argv[1] = "help";
	return find(argv[1])->main(argc - 1, argv + 1);
}

COMMAND(nvme, "COMMAND [DEVICE] [ARGS]...", "Look at and steer NVMe controllers, as nvme-cli does",
	"", .describe = print_subcommands, .complete = nvme_complete);

/* The controller part of a name such as my_nvme0n1, and its namespace. */
static bool find_target(const char *name, struct nvme_target *target)
{
	struct block_device *device = block_find(name);
	struct nvme_namespace *namespace = device ? nvme_namespace_of(device) : NULL;

	if (namespace) {
		target->controller = namespace->controller;
		target->nsid = namespace->nsid;
		return true;
	}
	target->controller = nvme_find(name);
	target->nsid = 0;
	return target->controller;
}

/* What a path below /dev names there; anything else as it is. */
static const char *device_name(const char *operand)
{
	char *path = alloc_or_fail(PATH_MAX);

	if (!strchr(operand, '/') || path_absolute(operand, path, PATH_MAX) ||
	    strncmp(path, DEVICE_PREFIX, strlen(DEVICE_PREFIX)) != 0)
		return operand;
	return path + strlen(DEVICE_PREFIX);
}

_Noreturn static void fail_no_device(const char *operand)
{
	struct file_stat stat;
	int error = path_stat(operand, &stat);

	if (error)
		fail(1, "%s: %s", operand, error_text(-error));
	if (stat.type != FILE_CHARACTER && stat.type != FILE_BLOCK)
		fail(1, "%s is not a block or character device", operand);
	fail(1, "%s: %s", operand, error_text(ENOTTY));
}

struct nvme_target nvme_operand(int argc, char **argv, int index)
{
	struct nvme_target target;
	const char *name;

	if (index >= argc)
		fail(1, "%s: missing device", argv[0]);
	if (index + 1 < argc)
		fail(1, "%s: extra operand %s", argv[0], quote(argv[index + 1]));
	name = device_name(argv[index]);
	if (!find_target(name, &target))
		fail_no_device(argv[index]);
	return target;
}

void nvme_no_operand(int argc, char **argv)
{
	struct getopt state = {0};

	nvme_next_option(&state, argc, argv, nvme_no_options);
	if (state.index < argc)
		fail(1, "%s: extra operand %s", argv[0], quote(argv[state.index]));
}

uint32_t nvme_operand_nsid(const struct nvme_target *target, uint64_t nsid)
{
	if (!nsid)
		nsid = target->nsid;
	if (!nsid)
		fail(1, "a namespace is needed: name one (%sn1) or give its number with -n",
		     nvme_name(target->controller));
	return (uint32_t)nsid;
}

uint64_t nvme_number(const char *what, const char *text, uint64_t max)
{
	uint64_t value;

	if (number_parse(text, 0, &value) || value > max)
		fail(1, "invalid %s %s", what, quote(text));
	return value;
}

bool nvme_is_binary(const char *format)
{
	bool binary = strcmp(format, "binary") == 0;

	if (!binary && strcmp(format, "normal") != 0)
		fail(1, "invalid output format %s: normal or binary", quote(format));
	return binary;
}

void nvme_dump(const uint8_t *bytes, size_t size)
{
	out("       0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n");
	for (size_t line = 0; line < size; line += 16) {
		size_t count = size - line < 16 ? size - line : 16;

		out("%04zx:", line);
		for (size_t i = 0; i < count; i++)
			out(" %02x", bytes[line + i]);
		out("%*s\"", (int)(3 * (16 - count)) + 1, "");
		for (size_t i = 0; i < count; i++)
			out_char(bytes[line + i] > ' ' && bytes[line + i] < 0x7f
					 ? (char)bytes[line + i]
					 : '.');
		out("\"\n");
	}
}
