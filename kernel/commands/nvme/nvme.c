/* nvme: the table of its subcommands, help and completion. */
#include "kernel/commands/nvme/nvme.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "lib/format.h"
#include "lib/string.h"

/* The linker's names for the ends of the table. */
extern const struct nvme_subcommand *const __start_nvme_subcommands[];
extern const struct nvme_subcommand *const __stop_nvme_subcommands[];

/* The first name behind another one in byte order; NULL behind the last. */
static const struct nvme_subcommand *next_after(const char *name)
{
	const struct nvme_subcommand *next = NULL;

	for (const struct nvme_subcommand *const *entry = __start_nvme_subcommands;
	     entry < __stop_nvme_subcommands; entry++)
		if (strcmp((*entry)->name, name) > 0 &&
		    (!next || strcmp((*entry)->name, next->name) < 0))
			next = *entry;
	return next;
}

static const struct nvme_subcommand *look_up(const char *name)
{
	for (const struct nvme_subcommand *const *entry = __start_nvme_subcommands;
	     entry < __stop_nvme_subcommands; entry++)
		if (strcmp(name, (*entry)->name) == 0)
			return *entry;
	return NULL;
}

/* Where a name belongs to a plugin, "zns report-zones", how long the plugin's name is; else 0. */
static size_t plugin_length(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank ? (size_t)(blank - name) : 0;
}

static bool in_plugin(const struct nvme_subcommand *subcommand, const char *plugin)
{
	size_t length = strlen(plugin);

	return plugin_length(subcommand->name) == length &&
	       strncmp(subcommand->name, plugin, length) == 0;
}

static bool is_plugin(const char *name)
{
	const struct nvme_subcommand *subcommand = next_after(name);

	return subcommand && in_plugin(subcommand, name);
}

/* Those of a plugin, or, where it is "", all that belong to none and the plugins. */
static void each_in(const char *plugin, void (*act)(const struct nvme_subcommand *, void *),
		    void *context)
{
	for (const struct nvme_subcommand *subcommand = next_after(""); subcommand;
	     subcommand = next_after(subcommand->name))
		if (in_plugin(subcommand, plugin))
			act(subcommand, context);
}

#define PLUGIN_MAX 16

/* The plugins, by name. */
static void each_plugin(void (*act)(const char *plugin, void *context), void *context)
{
	char plugin[PLUGIN_MAX] = "";

	for (const struct nvme_subcommand *subcommand = next_after(""); subcommand;
	     subcommand = next_after(subcommand->name)) {
		if (!plugin_length(subcommand->name) || in_plugin(subcommand, plugin))
			continue;
		snprintf(plugin, sizeof(plugin), "%.*s", (int)plugin_length(subcommand->name),
			 subcommand->name);
		act(plugin, context);
	}
}

static void print_one(const struct nvme_subcommand *subcommand, void *context)
{
	(void)context;
	out("  %-22s %s\n", subcommand->name, subcommand->summary);
}

static void print_plugin_name(const char *plugin, void *context)
{
	(void)context;
	out("  %-22s nvme %s help lists its commands\n", plugin, plugin);
}

static void print_subcommands(void)
{
	out("The commands are:\n");
	each_in("", print_one, NULL);
	each_plugin(print_plugin_name, NULL);
	out("\nDEVICE is a controller (/dev/my_nvme0) or a namespace (/dev/my_nvme0n1).\n"
	    "'nvme help COMMAND' or 'nvme COMMAND --help' lists its options.\n");
}

static void print_plugin(const char *plugin)
{
	out("The commands of nvme %s are:\n", plugin);
	each_in(plugin, print_one, NULL);
}

void nvme_print_help(const char *name)
{
	const struct nvme_subcommand *subcommand = look_up(name);

	if (!subcommand && is_plugin(name)) {
		print_plugin(name);
		return;
	}
	if (!subcommand)
		fail(1, "invalid sub-command %s", quote(name));
	out("Usage: nvme %s%s%s\n\n%s\n", name, subcommand->synopsis[0] ? " " : "",
	    subcommand->synopsis, subcommand->summary);
	nvme_print_options(subcommand->options);
}

/* "zns report-zones" of the two words, in memory of the process. */
static char *two_words(const char *first, const char *second)
{
	size_t size = strlen(first) + strlen(second) + 2;
	char *name = alloc_or_fail(size);

	snprintf(name, size, "%s %s", first, second);
	return name;
}

static int version_main(int argc, char **argv)
{
	nvme_no_operand(argc, argv);
	out("nvme version: names and forms as nvme-cli 2.3\n");
	return 0;
}

NVME_SUBCOMMAND(version, "version", version_main, "", "Shows the program version", nvme_no_options);

static int help_main(int argc, char **argv)
{
	int i = nvme_arguments_only(argc, argv, nvme_no_options, NULL);

	if (i == argc) {
		out("Usage: nvme COMMAND [DEVICE] [ARGS]...\n\n");
		print_subcommands();
	}
	while (i < argc) {
		const char *name = argv[i++];

		if (i < argc && is_plugin(name))
			name = two_words(name, argv[i++]);
		nvme_print_help(name);
	}
	return 0;
}

NVME_SUBCOMMAND(help, "help", help_main, "[COMMAND]...", "Display this help, or that of a command",
		nvme_no_options);

static int nvme_main(int argc, char **argv)
{
	const struct nvme_subcommand *subcommand;

	process_hold_devices();
	argc--;
	argv++;
	if (!argc) {
		print_subcommands();
		return 0;
	}
	if (strcmp(argv[0], "--version") == 0)
		return version_main(argc, argv);
	if (strcmp(argv[0], "-h") == 0)
		argv[0] = "help";
	if (is_plugin(argv[0])) {
		if (argc == 1 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
			print_plugin(argv[0]);
			return 0;
		}
		argv[1] = two_words(argv[0], argv[1]);
		argc--;
		argv++;
	}
	subcommand = look_up(argv[0]);
	if (!subcommand)
		fail(1, "invalid sub-command %s", quote(argv[0]));
	return subcommand->main(argc, argv);
}

static void offer_one(const struct nvme_subcommand *subcommand, void *context)
{
	struct completion *completion = context;
	size_t plugin = plugin_length(subcommand->name);

	completion->offer(completion, subcommand->name + (plugin ? plugin + 1 : 0));
}

static void offer_plugin(const char *plugin, void *context)
{
	struct completion *completion = context;

	completion->offer(completion, plugin);
}

static void nvme_complete(struct completion *completion)
{
	const struct nvme_subcommand *subcommand;
	const char *name = completion->argc > 1 ? completion->argv[1] : "";
	char both[48];

	completion->files = false;
	if (completion->argc == 1 || (completion->argc == 2 && strcmp(name, "help") == 0)) {
		each_in("", offer_one, completion);
		each_plugin(offer_plugin, completion);
		return;
	}
	if (is_plugin(name)) {
		if (completion->argc == 2) {
			each_in(name, offer_one, completion);
			return;
		}
		snprintf(both, sizeof(both), "%s %s", name, completion->argv[2]);
		name = both;
	}
	subcommand = look_up(name);
	if (subcommand && !nvme_complete_option(completion, subcommand->options) &&
	    strncmp(subcommand->synopsis, "DEVICE", 6) == 0)
		nvme_complete_device(completion);
}

COMMAND(nvme, "COMMAND [DEVICE] [ARGS]...", "Look at and steer NVMe controllers, as nvme-cli does",
	"", .describe = print_subcommands, .complete = nvme_complete);
