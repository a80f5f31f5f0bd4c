/* What is printed of a controller, whatever it says: Identify data, properties, names of codes; and
 * the commands that show it (nvme list, id-ctrl, id-ns, list-ns, show-regs, the log pages, lsblk)
 * on a simulated controller that hands over the input as its data. */
#include <stdlib.h>
#include <string.h>

#include "drivers/nvme/spec/names.h"
#include "drivers/nvme/nvme.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/feature.h"
#include "kernel/commands/nvme/nvme.h"
#include "lib/string.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/machine.h"
#include "tests/sim/controller.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct input in;
static uint8_t page[NVME_IDENTIFY_SIZE] __attribute__((aligned(8)));

/* No PCI here. */
unsigned nvme_rescan(void)
{
	return 0;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* A page of input: up to 8 pieces at any place, the rest is one byte over and over. */
static void fill(uint8_t *bytes, size_t size)
{
	memset(bytes, (int)input_take(&in, 1), size);
	for (unsigned pieces = (unsigned)input_take(&in, 1) % 9; pieces; pieces--) {
		size_t at = input_take(&in, 2) % size, length = input_take(&in, 1) % 64;

		for (; length && at < size; length--)
			bytes[at++] = (uint8_t)input_take(&in, 1);
	}
}

static void check_names(void)
{
	for (unsigned i = 0; i < 8; i++) {
		unsigned code = (unsigned)input_take(&in, 2);

		check(*nvme_admin_name(code) && *nvme_io_name(code) && *nvme_status_name(code) &&
		      *nvme_feature_name(code) && *nvme_log_name(code));
		check(nvme_status_errno(code) <= 0);
	}
}

static void lie(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
		size_t size)
{
	(void)context, (void)queue;
	if ((command[0] == 2 || command[0] == 6) && input_take(&in, 1) & 1)
		for (unsigned pieces = (unsigned)input_take(&in, 1) % 9; pieces; pieces--) {
			size_t at = input_take(&in, 2) % size, length = input_take(&in, 1) % 32;

			for (; length && at < size; length--)
				bytes[at++] = (uint8_t)input_take(&in, 1);
		}
}

static uint64_t change(void *context, unsigned offset, uint64_t value)
{
	bool *on = context;

	/* not what starting depends on */
	return *on || offset > 0x30 ? value ^ input_take_back(&in, 8) : value;
}

static void command(const char *name, ...)
{
	char *argv[8] = {(char *)(uintptr_t)name};
	int argc = 1;
	va_list args;

	va_start(args, name);
	while ((argv[argc] = va_arg(args, char *)))
		argc++;
	va_end(args);
	command_run(command_find(name), argc, argv);
}

/* Each structure with a table. */
static const struct nvme_structure *const tables[] = {
	&nvme_identify_controller_table,
	&nvme_power_state_table,
	&nvme_identify_namespace_table,
	&nvme_lba_format_table,
	&nvme_error_log_entry_table,
	&nvme_smart_log_table,
	&nvme_endurance_group_log_table,
	&nvme_predictable_latency_log_table,
	&nvme_reservation_log_table,
	&nvme_identify_controller_nvm_table,
	&nvme_identify_namespace_nvm_table,
	&nvme_identify_independent_namespace_table,
	&nvme_primary_capabilities_table,
	&nvme_secondary_controller_list_table,
	&nvme_nvm_set_list_table,
	&nvme_granularity_list_table,
	&nvme_uuid_list_table,
	&nvme_domain_list_table,
	&nvme_properties_table,
	&nvme_fdp_configurations_log_table,
	&nvme_fdp_configuration_table,
	&nvme_fdp_handle_table,
	&nvme_fdp_usage_log_table,
	&nvme_fdp_usage_table,
	&nvme_fdp_statistics_log_table,
	&nvme_fdp_event_table,
	&nvme_fdp_reallocated_table,
	&nvme_fdp_status_table,
	&nvme_fdp_handle_status_table,
	&nvme_streams_parameters_table,
	&nvme_persistent_log_table,
	&nvme_persistent_event_table,
	&nvme_persistent_firmware_table,
	&nvme_persistent_timestamp_table,
	&nvme_persistent_reset_table,
	&nvme_persistent_namespace_table,
	&nvme_persistent_format_start_table,
	&nvme_persistent_format_end_table,
	&nvme_persistent_sanitize_start_table,
	&nvme_persistent_sanitize_end_table,
	&nvme_persistent_thermal_table,
	&nvme_domain_table,
	&nvme_elbaf_table,
	&nvme_granularity_table,
	&nvme_identify_controller_zns_table,
	&nvme_identify_namespace_zns_table,
	&nvme_nvm_set_table,
	&nvme_secondary_controller_table,
	&nvme_uuid_entry_table,
};

/* One of the subcommands that show log pages: counts and lengths of all kinds in them. */
static void show_log(struct sim_controller *sim)
{
	static const char *const names[] = {
		"smart-log",
		"error-log",
		"fw-log",
		"changed-ns-list-log",
		"endurance-log",
		"predictable-lat-log",
		"resv-notif-log",
		"effects-log",
		"self-test-log",
		"sanitize-log",
		"ana-log",
		"lba-status-log",
		"persistent-event-log",
		"supported-log-pages",
		"fid-support-effects-log",
		"mi-cmd-support-effects-log",
		"pred-lat-event-agg-log",
		"endurance-event-agg-log",
	};
	static const char *const placements[] = {"configs", "usage", "stats", "events"};
	static const char *const outputs[] = {"normal", "json", "binary"};

	fill(page, sizeof(page));
	for (unsigned lid = 0; lid < 256; lid++)
		sim_set_log(sim, (uint8_t)lid, page, sizeof(page));
	command("nvme", names[input_take(&in, 1) % (sizeof(names) / sizeof(names[0]))],
		"/dev/my_nvme0", "-o", outputs[input_take(&in, 1) % 3], NULL);
	command("nvme", "fdp", placements[input_take(&in, 1) % 4], "/dev/my_nvme0", "--endgrp-id=1",
		"-o", outputs[input_take(&in, 1) % 3], NULL);
	command("nvme", "telemetry-log", "/dev/my_nvme0", "-o", "/t", NULL);
	command("nvme", "boot-part-log", "/dev/my_nvme0", "-f", "/t", NULL);
	command("rm", "-f", "/t", NULL);
}

/* Subcommands whose lists are the page of input. */
static const char *const lists[] = {"list-ctrl",      "list-endgrp",	   "id-nvmset",
				    "list-secondary", "id-ns-granularity", "id-uuid",
				    "id-domain",      "id-ns-lba-format",  "nvm-id-ns-lba-format"};
static const struct sim_identify answers[] = {
	{NVME_CNS_CONTROLLERS, page},
	{NVME_CNS_ENDURANCE_GROUPS, page},
	{NVME_CNS_NVM_SETS, page},
	{NVME_CNS_SECONDARY_CONTROLLERS, page},
	{NVME_CNS_NAMESPACE_GRANULARITY, page},
	{NVME_CNS_UUIDS, page},
	{NVME_CNS_DOMAINS, page},
	{NVME_CNS_LBA_FORMAT, page},
	{NVME_CNS_IOCS_LBA_FORMAT, page},
	{0, NULL},
};

/* One of the subcommands that show what a namespace, or a command set, says. */
static void show_namespace(void)
{
#define NAMESPACE "/dev/my_nvme0n1"
	static const char *const lines[][4] = {
		{"nvm-id-ns", NAMESPACE},
		{"nvm-id-ctrl", NAMESPACE},
		{"cmdset-ind-id-ns", NAMESPACE},
		{"id-iocs", NAMESPACE},
		{"primary-ctrl-caps", NAMESPACE},
		{"resv-report", NAMESPACE},
		{"get-lba-status", NAMESPACE, "-m4096", "-a16"},
		{"zns", "id-ctrl", NAMESPACE},
		{"zns", "id-ns", NAMESPACE},
		{"zns", "report-zones", NAMESPACE},
		{"zns", "changed-zone-list", NAMESPACE},
		{"fdp", "status", NAMESPACE},
		{"dir-receive", NAMESPACE, "-O1", "-H"},
		{"dir-receive", NAMESPACE, "-D1", "-HO2"},
	};
	const char *const *words = lines[input_take(&in, 1) % (sizeof(lines) / sizeof(lines[0]))];

	command("nvme", words[0], words[1], words[2], words[3], NULL);
}

static void show_controller(void)
{
	bool changing = false;
	struct sim_config config = {
		.tolerant = true,
		.namespace_count = 2,
		.identify = answers,
		.hooks = {.context = &changing, .data = lie, .property = change},
	};
	struct nvme_options options = {
		.depth = 4, .max_transfer = 4096, .timeout_ms = 20, .admin_timeout_ms = 20};
	struct nvme_controller *controller;
	struct sim_controller *sim;

	fill(page, sizeof(page));
	sim_start_again();
	sim_log_clear();
	sim = sim_create(&config);
	if (nvme_attach(sim_bar(sim), sim_bar_size(sim), (struct nvme_pci *)sim, &options,
			&controller) == 0) {
		command("nvme", "list", NULL);
		command("lsblk", "-O", NULL);
		command("smartctl", "-a", "/dev/my_nvme0n1", NULL);
		command("nvme", "id-ctrl", "/dev/my_nvme0", NULL);
		command("nvme", "id-ns", "/dev/my_nvme0", "-n", "1", NULL);
		command("nvme", "list-ns", "/dev/my_nvme0", NULL);
		for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
			command("nvme", lists[i], "/dev/my_nvme0", "-o",
				input_take(&in, 1) & 1 ? "json" : "normal", NULL);
		command("nvme", "ns-descs", "/dev/my_nvme0", "-n", "1", NULL);
		command("nvme", "list-subsys", NULL);
		command("nvme", "list", "-v", NULL);
		changing = input_take(&in, 1) & 1;
		command("nvme", "show-regs", "/dev/my_nvme0", "-H", NULL);
		changing = false;
		command("nvme", "admin-passthru", "/dev/my_nvme0", "--opcode=6", "--data-len=4096",
			"-r", NULL);
		show_log(sim);
		show_namespace();
		nvme_detach(controller, true);
	}
	check(sim_allocations() == 0);
	sim_take_violations(sim);
	sim_destroy(sim);
}

static int run(int argc, char **argv)
{
	unsigned kind = (unsigned)input_take(&in, 1);

	(void)argc, (void)argv;
	switch (kind % 5) {
	case 0:
		fill(page, sizeof(page));
		nvme_print_structure(&nvme_identify_controller_table, page, kind >> 5 & 3, kind & 7,
				     "page");
		break;
	case 1:
		fill(page, sizeof(page));
		nvme_print_structure(
			tables[input_take(&in, 1) % (sizeof(tables) / sizeof(tables[0]))], page,
			kind >> 5 & 3, kind & 7, "page");
		break;
	case 2:
		fill(page, sizeof(struct nvme_properties));
		nvme_print_properties((void *)page, (kind & 64 ? NVME_SHOW_BITS : 0) |
							    (kind & 128 ? NVME_SHOW_PLACE : 0));
		break;
	case 3:
		check_names();
		nvme_dump(page, input_take(&in, 2) % sizeof(page));
		fill(page, sizeof(page));
		nvme_show_feature((unsigned)input_take(&in, 1), (uint32_t)input_take(&in, 4), page);
		break;
	default:
		show_controller();
		break;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	char *argv[] = {(char *)"decode", NULL};

	if (!started)
		machine_start();
	started = true;
	in = (struct input){data, data + size};
	memset(page, 0, sizeof(page));
	machine_begin("", 0, false);
	machine_run(run, 1, argv);
	machine_end();
	return 0;
}
