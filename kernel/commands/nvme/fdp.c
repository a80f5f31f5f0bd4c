/* nvme fdp configs, usage, stats, events and status: pages whose lengths they say themselves, which
 * is not believed. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/commands/support/calendar.h"
#include "kernel/posix/process.h"

#define GROUP_OPTION \
	NVME_NUMBER(struct log_options, id, "endgrp-id", 'e', "endurance group identifier")

/* A list as JSON: how many there are, as the page has it, and the elements. */
static struct json list_begin(const char *count_key, uint64_t count, const char *key)
{
	struct json json = nvme_json_begin();

	json_number(&json, count_key, count);
	json_array_begin(&json, key);
	return json;
}

static void list_element(struct json *json, const struct nvme_structure *table, const void *data)
{
	json_object_begin(json, NULL);
	nvme_show_json(json, table, data);
	json_object_end(json);
}

static void list_end(struct json *json)
{
	json_array_end(json);
	nvme_json_end(json);
}

static const struct nvme_option configs_options[] = {
	GROUP_OPTION, LOG_OUTPUT_OPTION, LOG_RAW_OPTION, LOG_HUMAN_OPTION, NVME_OPTIONS_END,
};

/* room: bytes of the page from here on. */
static void show_configuration(const struct nvme_fdp_configuration *configuration, size_t room,
			       unsigned how)
{
	const struct nvme_fdp_handle *handles = (const void *)(configuration + 1);
	size_t most = (room - sizeof(*configuration)) / sizeof(*handles);

	nvme_show(&nvme_fdp_configuration_table, configuration, how);
	out("Reclaim Unit Handle List:\n");
	for (unsigned i = 0; i < configuration->nruh && i < most; i++)
		out("  [%u]: %sly Isolated\n", i,
		    handles[i].ruht == NVME_FDP_INITIALLY_ISOLATED ? "Initial" : "Persistent");
}

static void show_configurations(const struct nvme_fdp_configurations_log *log, size_t size,
				const struct log_options *options)
{
	const uint8_t *at = (const uint8_t *)(log + 1), *end = (const uint8_t *)log + size;
	const struct nvme_fdp_configuration *configuration;
	bool as_json = options->output == NVME_OUTPUT_JSON;
	struct json json;

	if (as_json)
		json = list_begin("n", log->last, "configs");
	for (unsigned i = 0; i <= log->last; i++, at += configuration->size) {
		configuration = (const void *)at;
		if ((size_t)(end - at) < sizeof(*configuration) ||
		    configuration->size < sizeof(*configuration) ||
		    configuration->size > (size_t)(end - at))
			break;
		if (as_json)
			list_element(&json, &nvme_fdp_configuration_table, configuration);
		else
			show_configuration(configuration, configuration->size,
					   options->human ? NVME_SHOW_BITS : 0);
	}
	if (as_json)
		list_end(&json);
}

static int configs_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, configs_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_FDP_CONFIGURATIONS,
						 .lsi = options.id};
	const struct nvme_fdp_configurations_log *log;
	size_t size = sizeof(*log);

	if (!options.id)
		return nvme_refuse("endurance group identifier required");
	log = nvme_read_log(argv[0], &target, &request, size);
	if (log->size > size)
		size = log->size;
	log = nvme_read_log(argv[0], &target, &request, size);
	if (options.output == NVME_OUTPUT_BINARY)
		out_bytes(log, size);
	else
		show_configurations(log, size, &options);
	return 0;
}

NVME_SUBCOMMAND(fdp_configs, "fdp configs", configs_main, "DEVICE [OPTIONS]", "List configurations",
		configs_options);

static const struct nvme_option group_options[] = {
	GROUP_OPTION,
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	NVME_OPTIONS_END,
};

static int usage_main(int argc, char **argv)
{
	static const char *const uses[] = {"Unused", "Host Specified", "Controller Specified"};
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, group_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_FDP_USAGE, .lsi = options.id};
	const struct nvme_fdp_usage_log *log =
		nvme_read_log(argv[0], &target, &request, sizeof(*log));
	unsigned count = log->nruh;
	size_t size = sizeof(*log) + count * sizeof(struct nvme_fdp_usage);
	const struct nvme_fdp_usage *handles;
	struct json json;

	log = nvme_read_log(argv[0], &target, &request, size);
	handles = (const void *)(log + 1);
	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(log, size);
		return 0;
	}
	if (options.output == NVME_OUTPUT_JSON)
		json = list_begin("nruh", count, "ruhus");
	for (unsigned i = 0; i < count; i++) {
		unsigned use = handles[i].ruha;

		if (options.output == NVME_OUTPUT_JSON)
			list_element(&json, &nvme_fdp_usage_table, &handles[i]);
		else
			out("Reclaim Unit Handle %u Attributes: 0x%x (%s)\n", i, use,
			    use < sizeof(uses) / sizeof(uses[0]) ? uses[use] : "Unknown");
	}
	if (options.output == NVME_OUTPUT_JSON)
		list_end(&json);
	return 0;
}

NVME_SUBCOMMAND(fdp_usage, "fdp usage", usage_main, "DEVICE [OPTIONS]",
		"Show reclaim unit handle usage", group_options);

static int stats_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, group_options, &options);
	const struct nvme_log_request request = {.lid = NVME_LOG_FDP_STATISTICS, .lsi = options.id};

	nvme_print_data(
		&nvme_fdp_statistics_log_table,
		nvme_read_log(argv[0], &target, &request, sizeof(struct nvme_fdp_statistics_log)),
		options.output, 0);
	return 0;
}

NVME_SUBCOMMAND(fdp_stats, "fdp stats", stats_main, "DEVICE [OPTIONS]", "Show statistics",
		group_options);

static const struct nvme_option events_options[] = {
	GROUP_OPTION,
	NVME_FLAG_OF(struct log_options, field, NVME_FDP_HOST_EVENTS, "host-events", 'E',
		     "events of the host"),
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	NVME_OPTIONS_END,
};

static void show_event(const struct nvme_fdp_event *event, unsigned index)
{
	const char *name = nvme_fdp_event_name(event->type);
	const struct nvme_fdp_reallocated *moved = (const void *)event->specific;
	uint64_t ms = event->timestamp & UINT64_MAX >> 16;
	struct calendar date;

	calendar_from_seconds(ms / 1000, &date);
	out("Event[%u]\n  Event Type: 0x%x (%s)\n", index, event->type, name ? name : "Unknown");
	out("  Event Timestamp: %llu (%.3s %.3s %2u %02u:%02u:%02u %lld UTC)\n",
	    (unsigned long long)ms, calendar_days[date.week_day], calendar_months[date.month - 1],
	    date.day, date.hour, date.minute, date.second, (long long)date.year);
	if (event->fdpef & NVME_FDP_EVENT_PID)
		out("  Placement Identifier (PID): 0x%x\n", event->pid);
	if (event->fdpef & NVME_FDP_EVENT_NSID)
		out("  Namespace Identifier (NSID): %u\n", event->nsid);
	if (event->type == NVME_FDP_MEDIA_REALLOCATED) {
		nvme_show(&nvme_fdp_reallocated_table, moved, 0);
		if (moved->flags & NVME_FDP_REALLOCATED_LBA)
			out("  Logical Block Address (LBA): 0x%llx\n",
			    (unsigned long long)moved->lba);
	}
	if (event->fdpef & NVME_FDP_EVENT_LOCATION)
		out("  Reclaim Group Identifier: %u\n  Reclaim Unit Handle Identifier %u\n",
		    event->rgid, event->ruhid);
	out("\n");
}

static int events_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, events_options, &options);
	const struct nvme_log_request request = {
		.lid = NVME_LOG_FDP_EVENTS, .lsi = options.id, .lsp = options.field};
	const struct nvme_fdp_events_log *log;
	struct json json;

	log = nvme_read_log(argv[0], &target, &request, sizeof(*log));
	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(log, sizeof(*log));
		return 0;
	}
	if (options.output == NVME_OUTPUT_JSON)
		json = list_begin("n", log->count, "events");
	for (unsigned i = 0; i < log->count && i < NVME_FDP_EVENTS_KEPT; i++) {
		const struct nvme_fdp_event *event = &log->events[i];

		if (options.output != NVME_OUTPUT_JSON) {
			show_event(event, i);
			continue;
		}
		json_object_begin(&json, NULL);
		nvme_show_json(&json, &nvme_fdp_event_table, event);
		if (event->type == NVME_FDP_MEDIA_REALLOCATED)
			nvme_show_json(&json, &nvme_fdp_reallocated_table, event->specific);
		json_object_end(&json);
	}
	if (options.output == NVME_OUTPUT_JSON)
		list_end(&json);
	return 0;
}

NVME_SUBCOMMAND(fdp_events, "fdp events", events_main, "DEVICE [OPTIONS]",
		"List events affecting reclaim units and media usage", events_options);

static const struct nvme_option status_options[] = {
	NVME_NSID_OPTION(struct log_options),
	LOG_OUTPUT_OPTION,
	LOG_RAW_OPTION,
	NVME_OPTIONS_END,
};

/* Reclaim Unit Handle Status, size bytes of it; ends the process where it fails. */
static const struct nvme_fdp_status *receive(const char *what, const struct nvme_target *target,
					     uint32_t nsid, size_t size)
{
	const struct nvme_command command = {
		.opcode = NVME_IO_MANAGEMENT_RECEIVE,
		.nsid = nsid,
		.cdw10 = NVME_IO_MANAGEMENT_STATUS,
		.cdw11 = (uint32_t)(size / 4 - 1),
	};
	struct nvme_reply reply = {0};
	struct nvme_passthrough passthrough = {.command = &command, .size = size, .reply = &reply};
	int error;

	passthrough.data = nvme_io_buffer(what, target, "status", size);
	error = nvme_io_send(target, &passthrough);
	if (nvme_check(what, error, &reply))
		process_exit(1);
	return passthrough.data;
}

static int status_main(int argc, char **argv)
{
	struct log_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, status_options, &options);
	uint32_t nsid = nvme_io_nsid(&target, options.nsid);
	const struct nvme_fdp_status *status =
		receive(argv[0], &target, nsid, sizeof(struct nvme_fdp_status));
	unsigned count = status->nruhsd;
	size_t size = sizeof(*status) + count * sizeof(struct nvme_fdp_handle_status);
	const struct nvme_fdp_handle_status *handles;
	struct json json;

	status = receive(argv[0], &target, nsid, size);
	handles = (const void *)(status + 1);
	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(status, size);
		return 0;
	}
	if (options.output == NVME_OUTPUT_JSON)
		json = list_begin("nruhsd", count, "ruhss");
	for (unsigned i = 0; i < count; i++) {
		if (options.output == NVME_OUTPUT_JSON) {
			list_element(&json, &nvme_fdp_handle_status_table, &handles[i]);
			continue;
		}
		out("Placement Identifier %u; Reclaim Unit Handle Identifier %u\n", handles[i].pid,
		    handles[i].ruhid);
		nvme_show(&nvme_fdp_handle_status_table, &handles[i], 0);
		out("\n");
	}
	if (options.output == NVME_OUTPUT_JSON)
		list_end(&json);
	return 0;
}

NVME_SUBCOMMAND(fdp_status, "fdp status", status_main, "DEVICE [OPTIONS]",
		"Show reclaim unit handle status", status_options);
