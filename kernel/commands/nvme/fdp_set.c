/* nvme fdp update, set-events and feature. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/log.h"

#define HANDLES_MAX 256 /* as nvme-cli */

struct fdp_options {
	uint32_t nsid;
	uint16_t handle, group;
	int16_t index; /* -1: not given */
	const char *list;
	bool enable, disable, save;
};

static const struct nvme_option update_options[] = {
	NVME_NSID_OPTION(struct fdp_options),
	NVME_TEXT(struct fdp_options, list, "LIST", "pids", 'p',
		  "placement identifiers, with commas"),
	NVME_OPTIONS_END,
};

static int update_main(int argc, char **argv)
{
	struct fdp_options options = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, update_options, &options);
	const struct nvme_list *list = nvme_parse_list("pids", options.list, 16, HANDLES_MAX);
	struct nvme_command command = {
		.opcode = NVME_IO_MANAGEMENT_SEND,
		.cdw10 = NVME_IO_MANAGEMENT_UPDATE | (list->count - 1) << 16,
	};
	struct nvme_passthrough passthrough = {.command = &command, .size = 2 * list->count};
	uint16_t *handles;

	if (!list->count)
		return nvme_refuse("no placement identifiers set");
	command.nsid = nvme_io_nsid(&target, options.nsid);
	passthrough.data = handles = nvme_io_buffer(argv[0], &target, "pids", passthrough.size);
	for (unsigned i = 0; i < list->count; i++)
		handles[i] = (uint16_t)list->values[i];
	return nvme_io_run(&target, &passthrough, argv[0], "update: Success");
}

NVME_SUBCOMMAND(fdp_update, "fdp update", update_main, "DEVICE [OPTIONS]",
		"Update a reclaim unit handle", update_options);

static const struct nvme_option set_events_options[] = {
	NVME_NSID_OPTION(struct fdp_options),
	NVME_NUMBER(struct fdp_options, handle, "placement-handle", 'p', "placement handle"),
	NVME_FLAG(struct fdp_options, enable, "enable", 'e', "enable them, else disable"),
	NVME_FLAG(struct fdp_options, save, "save", 's', "keep it over resets and power cycles"),
	NVME_TEXT(struct fdp_options, list, "LIST", "event-types", 't',
		  "types of events, with commas"),
	NVME_OPTIONS_END,
};

/* Set Features; the exit status. */
static int set(const char *what, const struct nvme_target *target, struct nvme_command *command,
	       void *data, size_t size)
{
	struct nvme_reply reply = {0};
	int error;

	command->opcode = NVME_ADMIN_SET_FEATURES;
	error = nvme_admin_command(
		target->controller,
		&(struct nvme_passthrough){
			.command = command, .data = data, .size = size, .reply = &reply});
	return nvme_check(what, error, &reply);
}

static int set_events_main(int argc, char **argv)
{
	struct fdp_options options = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, set_events_options, &options);
	const struct nvme_list *list =
		nvme_parse_list("event-types", options.list, 8, NVME_FDP_EVENTS_MAX);
	struct nvme_command command = {
		.nsid = options.nsid  ? options.nsid
			: target.nsid ? target.nsid
				      : NVME_NSID_ALL,
		.cdw10 = NVME_FEATURE_FDP_EVENTS | (options.save ? NVME_SET_FEATURES_SAVE : 0),
		.cdw11 = options.handle | list->count << NVME_FDP_EVENTS_SHIFT,
		.cdw12 = options.enable,
	};
	uint8_t *types = nvme_io_buffer(argv[0], &target, "event-types", list->count);

	if (!list->count)
		return nvme_refuse("no event types set");
	for (unsigned i = 0; i < list->count; i++)
		types[i] = (uint8_t)list->values[i];
	if (set(argv[0], &target, &command, types, list->count))
		return 1;
	out("set-events: Success\n");
	return 0;
}

NVME_SUBCOMMAND(fdp_set_events, "fdp set-events", set_events_main, "DEVICE [OPTIONS]",
		"Enable or disable events", set_events_options);

static const struct nvme_option feature_options[] = {
	NVME_NUMBER(struct fdp_options, group, "endgrp-id", 'e', "endurance group identifier"),
	NVME_NUMBER_OF(struct fdp_options, index, 8, "enable-conf-idx", 'c',
		       "enable this configuration"),
	NVME_FLAG(struct fdp_options, disable, "disable", 'd', "disable the configuration in use"),
	NVME_OPTIONS_END,
};

static int show_feature(const char *what, const struct nvme_target *target, uint16_t group)
{
	struct nvme_reply reply = {0};
	int error;

	out("Endurance Group                               : %u\n", group);
	error = nvme_get_feature(target->controller, NVME_FEATURE_FDP, NVME_SELECT_CURRENT,
				 NVME_NSID_ALL, group, NULL, 0, &reply);
	if (nvme_check(what, error, &reply))
		return 1;
	out("Flexible Direct Placement Enable (FDPE)       : %s\n"
	    "Flexible Direct Placement Configuration Index : %u\n",
	    reply.result & NVME_FDP_ENABLE ? "Yes" : "No", NVME_FDP_INDEX(reply.result));
	return 0;
}

static int feature_main(int argc, char **argv)
{
	struct fdp_options options = {.index = -1};
	struct nvme_target target = nvme_arguments(argc, argv, feature_options, &options);
	struct nvme_command command = {
		.nsid = NVME_NSID_ALL,
		.cdw10 = NVME_FEATURE_FDP | NVME_SET_FEATURES_SAVE,
		.cdw11 = options.group,
		.cdw12 = options.disable ? 0
					 : (uint32_t)options.index << NVME_FDP_INDEX_SHIFT |
						   NVME_FDP_ENABLE,
	};

	if (options.index >= 0 && options.disable)
		return nvme_refuse("Cannot enable and disable at the same time");
	if (options.index < 0 && !options.disable)
		return show_feature(argv[0], &target, options.group);
	if (set(argv[0], &target, &command, NULL, 0))
		return 1;
	out("Success %s Endurance Group: %u, FDP configuration index: %u\n",
	    options.disable ? "disabling" : "enabling", options.group,
	    options.disable ? 0 : (unsigned)options.index);
	return 0;
}

NVME_SUBCOMMAND(fdp_feature, "fdp feature", feature_main, "DEVICE [OPTIONS]",
		"Show, enable or disable FDP configuration", feature_options);
