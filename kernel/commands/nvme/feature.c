/* nvme get-feature and set-feature */
#include "kernel/commands/nvme/feature.h"

#include "drivers/nvme/spec/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

#define SELECT_CHANGED 8 /* nvme-cli's own: what differs from its default */

struct feature {
	uint32_t nsid, size, cdw11, cdw12, timeout_ms;
	uint64_t value;
	uint8_t id, select, uuid_index, output;
	bool human, save;
	const char *file;
};

#define COMMON_OPTIONS                                                                            \
	NVME_NUMBER(struct feature, id, "feature-id", 'f', "feature identifier"),                 \
		NVME_NSID_OPTION(struct feature),                                                 \
		NVME_NUMBER(struct feature, size, "data-len", 'l', "length of the data (bytes)"), \
		NVME_NUMBER_OF(struct feature, uuid_index, 7, "uuid-index", 'U', "UUID index"),   \
		NVME_NUMBER(struct feature, timeout_ms, "timeout", 't', "")

static const struct nvme_option get_feature_options[] = {
	COMMON_OPTIONS,
	NVME_NUMBER(struct feature, select, "sel", 's', "0 current, 1 default, 2 saved, 3"),
	NVME_FLAG_OF(struct feature, select, SELECT_CHANGED, "changed", 'C', ""),
	NVME_NUMBER(struct feature, cdw11, "cdw11", 'c', "feature specific dword 11"),
	NVME_RAW_OPTION(struct feature),
	NVME_HUMAN_OPTION(struct feature),
	NVME_OPTIONS_END,
};

/* "%#0*x" of nvme-cli: 0 has no 0x. */
static void print_number(uint64_t value)
{
	out(value ? "0x%08llx" : "%08llx", (unsigned long long)value);
}

/* The namespace that is named, else all: the whole controller. */
static uint32_t namespace_of(const struct feature *feature, const struct nvme_target *target)
{
	if (feature->nsid)
		return feature->nsid;
	return target->nsid ? target->nsid : NVME_NSID_ALL;
}

/* What Get Features returned; data: NULL where there are none, else at least NVME_FEATURE_ROOM. */
struct got {
	uint32_t value;
	size_t size;
	uint8_t *data;
};

static int get(const struct feature *feature, const struct nvme_target *target, unsigned select,
	       struct got *got)
{
	struct nvme_command command = {
		.opcode = NVME_ADMIN_GET_FEATURES,
		.nsid = namespace_of(feature, target),
		.cdw10 = feature->id | select << NVME_GET_FEATURES_SELECT_SHIFT,
		.cdw11 = feature->cdw11,
		.cdw14 = feature->uuid_index,
	};
	struct nvme_reply reply = {0};
	size_t moved = nvme_feature_bytes(feature->id, feature->cdw11, false), room;
	int error;

	if (feature->id == NVME_FEATURE_FDP_EVENTS)
		command.cdw11 |= NVME_FDP_EVENTS_MAX << NVME_FDP_EVENTS_SHIFT;
	got->size = feature->size ? feature->size : moved;
	if (select == NVME_SELECT_CAPABILITIES)
		got->size = 0;
	room = got->size > NVME_FEATURE_ROOM ? got->size : NVME_FEATURE_ROOM;
	got->data = got->size ? nvme_io_buffer("get-feature", target, "data-len", room) : NULL;
	error = nvme_admin_command(target->controller,
				   &(struct nvme_passthrough){.command = &command,
							      .data = got->data,
							      .size = got->size ? room : 0,
							      .timeout_ms = feature->timeout_ms,
							      .reply = &reply});
	got->value = reply.result;
	return nvme_check("get-feature", error, &reply);
}

static void print_capabilities(uint32_t value)
{
	if (value & NVME_FEATURE_SAVEABLE)
		out("  Feature is saveable\n");
	if (value & NVME_FEATURE_PER_NAMESPACE)
		out("  Feature is per-namespace\n");
	if (value & NVME_FEATURE_CHANGEABLE)
		out("  Feature is changeable\n");
}

static void print(const struct feature *feature, const struct got *got)
{
	static const char *const selects[] = {
		"Current", "Default", "Saved",
		"Supported capabilities", [SELECT_CHANGED] = "Changed"};
	const char *select = selects[feature->select];

	if (feature->output == NVME_OUTPUT_BINARY && got->data) {
		out_bytes(got->data, got->size);
		return;
	}
	out("get-feature:0x%02x (%s), %s value:", feature->id, nvme_feature_name(feature->id),
	    select ? select : "Reserved");
	print_number(got->value);
	out("\n");
	if (feature->select == NVME_SELECT_CAPABILITIES)
		print_capabilities(got->value);
	else if (feature->human)
		nvme_show_feature(feature->id, got->value, got->data);
	else if (got->data)
		nvme_dump(got->data, got->size);
}

static int get_feature_main(int argc, char **argv)
{
	struct feature feature = {.id = 0};
	struct nvme_target target = nvme_arguments(argc, argv, get_feature_options, &feature);
	struct got got, by_default;

	if (feature.select > SELECT_CHANGED) {
		err("invalid 'select' param:%u\n", feature.select);
		return 1;
	}
	if (get(&feature, &target, feature.select & (SELECT_CHANGED - 1), &got))
		return 1;
	if (feature.select == SELECT_CHANGED) {
		if (get(&feature, &target, NVME_SELECT_DEFAULT, &by_default))
			return 1;
		if (got.value == by_default.value &&
		    (!got.data || !memcmp(got.data, by_default.data, got.size)))
			return 0;
	}
	print(&feature, &got);
	return 0;
}

NVME_SUBCOMMAND(get_feature, "get-feature", get_feature_main, "DEVICE --feature-id=NUM [OPTIONS]",
		"Get feature and show the resulting value", get_feature_options);

static const struct nvme_option set_feature_options[] = {
	COMMON_OPTIONS,
	NVME_SUFFIXED(struct feature, value, "value", 'v', "new value of the feature"),
	NVME_SUFFIXED(struct feature, value, "value", 'V', ""),
	NVME_NUMBER(struct feature, cdw12, "cdw12", 'c', "feature specific dword 12"),
	NVME_TEXT(struct feature, file, "FILE", "data", 'd',
		  "file of the data, else standard input"),
	NVME_FLAG(struct feature, save, "save", 's', "keep it over resets and power cycles"),
	NVME_OPTIONS_END,
};

/* The data that go with the command: a timestamp may be given as the value. */
static void *provide(const struct feature *feature, const struct nvme_target *target, size_t size)
{
	uint8_t *data = nvme_io_buffer("set-feature", target, "data-len", size);
	size_t filled;

	if (!data)
		return NULL;
	if (feature->id == NVME_FEATURE_TIMESTAMP && feature->value) {
		memcpy(data, &feature->value, sizeof(((struct nvme_timestamp *)0)->timestamp));
		return data;
	}
	filled = nvme_io_read(feature->file, data, size);
	if (filled < size)
		fail(1, "set-feature: %s has only %zu of the %zu bytes of data",
		     feature->file ? feature->file : "standard input", filled, size);
	return data;
}

static int set_feature_main(int argc, char **argv)
{
	struct feature feature = {.id = 0};
	struct nvme_target target = nvme_arguments(argc, argv, set_feature_options, &feature);
	struct nvme_command command = {.opcode = NVME_ADMIN_SET_FEATURES};
	struct nvme_passthrough passthrough = {.command = &command,
					       .timeout_ms = feature.timeout_ms};
	struct nvme_reply reply = {0};
	int error;

	if (!feature.id) {
		err("feature-id required param\n");
		return 1;
	}
	if (feature.value >> (feature.id == NVME_FEATURE_TIMESTAMP ? 48 : 32))
		fail(1, "set-feature: value %#llx is too large", (unsigned long long)feature.value);
	command.nsid = namespace_of(&feature, &target);
	command.cdw10 = feature.id | (feature.save ? NVME_SET_FEATURES_SAVE : 0);
	command.cdw11 = feature.id == NVME_FEATURE_TIMESTAMP ? 0 : (uint32_t)feature.value;
	command.cdw12 = feature.cdw12;
	command.cdw14 = feature.uuid_index;
	if (nvme_reserved_for_driver(&command))
		fail(1, "set-feature: only the driver may lend memory to a controller (feature %#x)",
		     feature.id);
	passthrough.size =
		feature.size ? feature.size : nvme_feature_bytes(feature.id, command.cdw11, true);
	nvme_io_check_sizes("set-feature", &target, false, &passthrough, "data-len");
	passthrough.data = provide(&feature, &target, passthrough.size);
	passthrough.reply = &reply;
	error = nvme_admin_command(target.controller, &passthrough);
	if (nvme_check("set-feature", error, &reply))
		return 1;
	out("set-feature:0x%02x (%s), value:", feature.id, nvme_feature_name(feature.id));
	print_number(feature.value);
	out(", cdw12:");
	print_number(feature.cdw12);
	out(", save:%#x\n", feature.save);
	if (feature.id == NVME_FEATURE_LBA_STATUS_ATTRIBUTES)
		nvme_show_feature(feature.id, reply.result, NULL);
	if (passthrough.data && feature.id == NVME_FEATURE_LBA_RANGE)
		nvme_show_lba_ranges(passthrough.data, command.cdw11);
	else if (passthrough.data)
		nvme_dump(passthrough.data, passthrough.size);
	return 0;
}

NVME_SUBCOMMAND(set_feature, "set-feature", set_feature_main, "DEVICE --feature-id=NUM [OPTIONS]",
		"Set a feature and show the resulting value", set_feature_options);
