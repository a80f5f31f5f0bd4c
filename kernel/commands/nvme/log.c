/* nvme smart-log, error-log and the other log pages that are one structure each. */
#include "kernel/commands/nvme/log.h"

#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "lib/format.h"
#include "lib/string.h"

void *nvme_read_log(const char *what, const struct nvme_target *target,
		    const struct nvme_log_request *request, size_t size)
{
	void *data = alloc_or_fail((size + 3) & ~(size_t)3);
	struct nvme_reply reply = {0};
	int error =
		nvme_log_page(target->controller, request, data, (size + 3) & ~(size_t)3, &reply);

	if (nvme_check(what, error, &reply))
		process_exit(1);
	return data;
}

int nvme_refuse(const char *why)
{
	err("%s\n", why);
	return 1;
}

const char *nvme_target_name(const struct nvme_target *target)
{
	for (struct nvme_namespace *namespace = nvme_namespace_first(target->controller);
	     namespace && target->nsid; namespace = namespace->next)
		if (namespace->nsid == target->nsid)
			return namespace->block.name;
	return nvme_name(target->controller);
}

static const struct nvme_option smart_log_options[] = {
	NVME_NSID_OPTION(struct log_options),
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	LOG_HUMAN_OPTION,
	NVME_OPTIONS_END,
};

/* With -H the critical warning, the first row, is an object of its bits. */
static void show_smart_json(const struct nvme_smart_log *log)
{
	static const char *const bits[] = {
		"available_spare", "temp_threshold", "reliability_degraded", "ro",
		"vmbu_failed",	   "pmr_ro",
	};
	const struct nvme_structure *table = &nvme_smart_log_table;
	struct json json = nvme_json_begin();

	json_object_begin(&json, "critical_warning");
	json_number(&json, "value", log->critical_warning);
	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		json_number(&json, bits[i], log->critical_warning >> i & 1);
	json_object_end(&json);
	for (unsigned i = 1; i < table->count; i++)
		nvme_show_json_row(&json, table, &table->rows[i], log);
	nvme_json_end(&json);
}

static int smart_log_main(int argc, char **argv)
{
	struct log_options options = {.nsid = NVME_NSID_ALL};
	struct nvme_target target = nvme_arguments(argc, argv, smart_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_SMART, .nsid = options.nsid};
	const struct nvme_smart_log *log = nvme_read_log(argv[0], &target, &request, sizeof(*log));

	if (options.output == NVME_OUTPUT_NORMAL)
		out("Smart Log for NVME device:%s namespace-id:%x\n", nvme_target_name(&target),
		    options.nsid);
	if (options.output == NVME_OUTPUT_JSON && options.human)
		show_smart_json(log);
	else
		nvme_print_data(&nvme_smart_log_table, log, options.output,
				options.human ? NVME_SHOW_BITS : 0);
	return 0;
}

NVME_SUBCOMMAND(smart_log, "smart-log", smart_log_main, "DEVICE [OPTIONS]",
		"Retrieve SMART Log, show it", smart_log_options);

static void show_errors(const struct nvme_error_log_entry *entries, unsigned count,
			const char *name)
{
	static const char line[] = ".................\n";

	out("Error Log Entries for device:%s entries:%u\n%s", name, count, line);
	for (unsigned i = 0; i < count; i++) {
		out(" Entry[%2u]   \n%s", i, line);
		nvme_show(&nvme_error_log_entry_table, &entries[i], 0);
		out("%s", line);
	}
}

static void show_errors_json(const struct nvme_error_log_entry *entries, unsigned count)
{
	struct json json = nvme_json_begin();

	json_array_begin(&json, "errors");
	for (unsigned i = 0; i < count; i++) {
		json_object_begin(&json, NULL);
		nvme_show_json(&json, &nvme_error_log_entry_table, &entries[i]);
		json_object_end(&json);
	}
	json_array_end(&json);
	nvme_json_end(&json);
}

static const struct nvme_option error_log_options[] = {
	NVME_NUMBER(struct log_options, entries, "log-entries", 'e',
		    "number of entries to retrieve"),
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	NVME_OPTIONS_END,
};

static int error_log_main(int argc, char **argv)
{
	struct log_options options = {.entries = 64};
	struct nvme_target target = nvme_arguments(argc, argv, error_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_ERROR, .nsid = NVME_NSID_ALL};
	unsigned most = nvme_identify(target.controller)->elpe + 1u;
	unsigned count = options.entries < most ? options.entries : most;
	const struct nvme_error_log_entry *entries;

	if (!count)
		return nvme_refuse("non-zero log-entries is required param");
	entries = nvme_read_log(argv[0], &target, &request, count * sizeof(*entries));
	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(entries, count * sizeof(*entries));
	else if (options.output == NVME_OUTPUT_JSON)
		show_errors_json(entries, count);
	else
		show_errors(entries, count, nvme_target_name(&target));
	return 0;
}

NVME_SUBCOMMAND(error_log, "error-log", error_log_main, "DEVICE [OPTIONS]",
		"Retrieve Error Log, show it", error_log_options);

static const struct nvme_option plain_log_options[] = {
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	NVME_OPTIONS_END,
};

/* A slot's revision as a number, and as text. */
static void revision_text(const char revision[8], uint64_t *number, char text[9])
{
	memcpy(number, revision, sizeof(*number));
	for (unsigned i = 0; i < 8; i++)
		text[i] = (char)(revision[i] > ' ' && revision[i] < 0x7f ? revision[i] : '.');
	text[8] = '\0';
}

static void show_firmware(const struct nvme_firmware_log *log, const char *name)
{
	out("Firmware Log for device:%s\nafi  : %#x\n", name, log->afi);
	for (unsigned i = 0; i < NVME_FIRMWARE_SLOTS; i++) {
		uint64_t number;
		char text[9];

		revision_text(log->frs[i], &number, text);
		if (number)
			out("frs%u : %#llx (%s)\n", i + 1, (unsigned long long)number, text);
	}
}

static void show_firmware_json(const struct nvme_firmware_log *log, const char *name)
{
	struct json json = nvme_json_begin();

	json_object_begin(&json, name);
	json_number(&json, "Active Firmware Slot (afi)", log->afi);
	for (unsigned i = 0; i < NVME_FIRMWARE_SLOTS; i++) {
		char key[24], text[9], both[40];
		uint64_t number;

		revision_text(log->frs[i], &number, text);
		if (!number)
			continue;
		snprintf(key, sizeof(key), "Firmware Rev Slot %u", i + 1);
		snprintf(both, sizeof(both), "%llu (%s)", (unsigned long long)number, text);
		json_string(&json, key, both);
	}
	json_object_end(&json);
	nvme_json_end(&json);
}

static int fw_log_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, plain_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_FIRMWARE, .nsid = NVME_NSID_ALL};
	const struct nvme_firmware_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));

	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(log, sizeof(*log));
	else if (options.output == NVME_OUTPUT_JSON)
		show_firmware_json(log, nvme_target_name(&target));
	else
		show_firmware(log, nvme_target_name(&target));
	return 0;
}

NVME_SUBCOMMAND(fw_log, "fw-log", fw_log_main, "DEVICE [OPTIONS]", "Retrieve FW Log, show it",
		plain_log_options);

/* In JSON the list is numbered from 1, and a level deeper. */
static void show_changed_json(const struct nvme_changed_namespaces_log *log, const char *name)
{
	struct json json = nvme_json_begin();

	json_string(&json, "Changed Namespace List Log", name);
	json_object_begin(&json, name);
	for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES && log->nsid[i]; i++) {
		char key[16], nsid[16];

		snprintf(key, sizeof(key), "[%4u]", i + 1);
		snprintf(nsid, sizeof(nsid), "%#x", log->nsid[i]);
		json_string(&json, key, nsid);
	}
	json_object_end(&json);
	nvme_json_end(&json);
}

static int changed_ns_list_log_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, plain_log_options, &options);
	const struct nvme_log_request request = {
		.lid = NVME_LOG_CHANGED_NAMESPACES, .nsid = NVME_NSID_ALL, .retain = true};
	const struct nvme_changed_namespaces_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));

	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(log, sizeof(*log));
	else if (options.output == NVME_OUTPUT_JSON)
		show_changed_json(log, nvme_target_name(&target));
	else if (log->nsid[0] == NVME_NSID_ALL)
		out("more than %u ns changed\n", NVME_NAMESPACE_LIST_ENTRIES);
	else
		for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES && log->nsid[i]; i++)
			out("[%4u]:%#x\n", i, log->nsid[i]);
	return 0;
}

NVME_SUBCOMMAND(changed_ns_list_log, "changed-ns-list-log", changed_ns_list_log_main,
		"DEVICE [OPTIONS]", "Retrieve Changed Namespace List, show it", plain_log_options);

static const struct nvme_option endurance_log_options[] = {
	LOG_OUTPUT_OPTION,
	NVME_NUMBER(struct log_options, id, "group-id", 'g', "the endurance group identifier"),
	NVME_OPTIONS_END,
};

static int endurance_log_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, endurance_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_ENDURANCE_GROUP,
						 .lsi = options.id};
	const struct nvme_endurance_group_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));

	if (options.output == NVME_OUTPUT_NORMAL)
		out("Endurance Group Log for NVME device:%s Group ID:%x\n",
		    nvme_target_name(&target), options.id);
	nvme_print_data(&nvme_endurance_group_log_table, log, options.output, 0);
	return 0;
}

NVME_SUBCOMMAND(endurance_log, "endurance-log", endurance_log_main, "DEVICE [OPTIONS]",
		"Retrieve Endurance Group Log, show it", endurance_log_options);

static const struct nvme_option predictable_lat_log_options[] = {
	NVME_NUMBER(struct log_options, id, "nvmset-id", 'i', "NVM Set Identifier"),
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	NVME_OPTIONS_END,
};

static int predictable_lat_log_main(int argc, char **argv)
{
	struct log_options options = {.id = 1};
	struct nvme_target target =
		nvme_arguments(argc, argv, predictable_lat_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_PREDICTABLE_LATENCY,
						 .lsi = options.id};
	const struct nvme_predictable_latency_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));

	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(log, sizeof(*log));
	} else if (options.output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		json_number(&json, "nvmset_id", options.id);
		nvme_show_json(&json, &nvme_predictable_latency_log_table, log);
		nvme_json_end(&json);
	} else {
		out("Predictable Latency Per NVM Set Log for device: %s\n"
		    "Predictable Latency Per NVM Set Log for NVM Set ID: %u\n",
		    nvme_target_name(&target), options.id);
		nvme_show(&nvme_predictable_latency_log_table, log, 0);
		out("\n\n");
	}
	return 0;
}

NVME_SUBCOMMAND(predictable_lat_log, "predictable-lat-log", predictable_lat_log_main,
		"DEVICE [OPTIONS]", "Retrieve Predictable Latency per NVM Set Log, show it",
		predictable_lat_log_options);

static const struct nvme_option resv_notif_log_options[] = {
	LOG_OUTPUT_OPTION,
	NVME_OPTIONS_END,
};

static int resv_notif_log_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, resv_notif_log_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_RESERVATION,
						 .nsid = NVME_NSID_ALL};
	const struct nvme_reservation_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));

	if (options.output == NVME_OUTPUT_NORMAL)
		out("Reservation Notif Log for device: %s\n", nvme_target_name(&target));
	nvme_print_data(&nvme_reservation_log_table, log, options.output, 0);
	return 0;
}

NVME_SUBCOMMAND(resv_notif_log, "resv-notif-log", resv_notif_log_main, "DEVICE [OPTIONS]",
		"Retrieve Reservation Notification Log, show it", resv_notif_log_options);
