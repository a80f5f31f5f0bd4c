/* nvme persistent-event-log: a page whose length and events it says itself, which is not believed.
 */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"
#include "drivers/nvme/spec/names.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/posix/process.h"
#include "lib/endian.h"
#include "lib/format.h"
#include "lib/string.h"

struct persistent {
	uint32_t size;
	uint8_t action, output;
};

static const struct nvme_option persistent_options[] = {
	NVME_NUMBER(struct persistent, action, "action", 'a',
		    "0 read, 1 establish context and read, 2 release it"),
	NVME_NUMBER(struct persistent, size, "log_len", 'l', "number of bytes to retrieve"),
	NVME_OUTPUT_OPTION(struct persistent),
	NVME_RAW_OPTION(struct persistent),
	NVME_OPTIONS_END,
};

/* An event as it lies in the log, of which all is there. */
struct event {
	const struct nvme_persistent_event *header;
	const uint8_t *data; /* behind the vendor's */
	size_t size;
};

/* The event at *offset, behind which that is afterwards; false where not all of one is there. */
static bool next_event(const uint8_t *log, size_t size, size_t *offset, struct event *event)
{
	size_t left = size - *offset, header, vendor, all;

	event->header = (const void *)(log + *offset);
	if (left < sizeof(*event->header))
		return false;
	header = event->header->ehl + 3u;
	all = header + event->header->el;
	if (left < all || header < sizeof(*event->header))
		return false;
	vendor = event->header->vsil < event->header->el ? event->header->vsil : event->header->el;
	event->data = log + *offset + header + vendor;
	event->size = event->header->el - vendor;
	*offset += all;
	return true;
}

/* The event's data as the structure has them, zeroes behind their end: to be freed. */
static void *as_structure(const struct event *event, const struct nvme_structure *table)
{
	uint8_t *bytes = alloc_or_fail(table->size);

	memset(bytes, 0, table->size);
	memcpy(bytes, event->data, event->size < table->size ? event->size : table->size);
	return bytes;
}

/* The revision of firmware that the data have there, as a number, and as text. */
static void revision(const struct event *event, size_t offset, char text[40])
{
	char bytes[9] = "";
	unsigned length = 0;

	if (event->size >= offset + 8)
		memcpy(bytes, event->data + offset, 8);
	while (bytes[length] > ' ' && bytes[length] < 0x7f)
		length++;
	snprintf(text, 40, "%llu (%.*s)", (unsigned long long)get_le64(bytes), (int)length, bytes);
}

static unsigned resets(const struct event *event)
{
	return event->size < 8
		       ? 0
		       : (unsigned)((event->size - 8) / sizeof(struct nvme_persistent_reset));
}

static const void *reset_at(const struct event *event, unsigned i)
{
	return event->data + 8 + i * sizeof(struct nvme_persistent_reset);
}

static void show_power_on(const struct event *event)
{
	char text[40];

	revision(event, 0, text);
	out("Firmware Revision: %s\nReset Information List: \n", text);
	for (unsigned i = 0; i < resets(event); i++)
		nvme_show(&nvme_persistent_reset_table, reset_at(event, i), 0);
}

/* A layout, and then command dwords from 10 on. */
static void show_feature(const struct event *event)
{
	uint8_t dwords[12] = {0};

	memcpy(dwords, event->data, event->size < sizeof(dwords) ? event->size : sizeof(dwords));
	out("Set Feature ID  :%#02x (%s),  value:%#08x\n", dwords[4], nvme_feature_name(dwords[4]),
	    get_le32(dwords + 8));
}

static void show_event(const struct event *event, const char *name)
{
	unsigned type = event->header->etype;
	struct nvme_persistent_description description = nvme_persistent_description(type);
	unsigned code = event->size < 2 ? 0 : get_le16(event->data);
	void *data;

	if (description.title)
		out("%s Entry: \n", description.title);
	if (type == NVME_PERSISTENT_SMART)
		out("Smart Log for NVME device:%s namespace-id:%x\n", name, NVME_NSID_ALL);
	if (description.table) {
		data = as_structure(event, description.table);
		nvme_show(description.table, data, 0);
		process_free(data);
		return;
	}
	if (type == NVME_PERSISTENT_POWER_ON)
		show_power_on(event);
	else if (type == NVME_PERSISTENT_HARDWARE)
		out("NVM Subsystem Hardware Error Event Code Entry: %u, %s\n", code,
		    nvme_persistent_hardware_name(code));
	else if (type == NVME_PERSISTENT_FEATURE)
		show_feature(event);
	else if (type == NVME_PERSISTENT_TELEMETRY)
		nvme_dump(event->data, event->size < 512 ? event->size : 512);
	else
		out("Reserved Event\n\n");
}

static void show_log(const struct nvme_persistent_log *log, const struct persistent *options,
		     const char *name)
{
	size_t offset = sizeof(*log);
	struct event event;

	nvme_show(&nvme_persistent_log_table, log, 0);
	out("\n\nPersistent Event Entries:\n");
	for (uint32_t i = 0; i < log->tnev; i++) {
		if (!next_event((const uint8_t *)log, options->size, &offset, &event))
			break;
		out("Event Number: %u\n", i);
		nvme_show(&nvme_persistent_event_table, event.header, 0);
		show_event(&event, name);
		out("\n");
	}
}

static void show_event_json(struct json *json, const struct event *event)
{
	unsigned type = event->header->etype;
	const struct nvme_structure *table = nvme_persistent_description(type).table;
	char text[40];
	void *data;

	if (type == NVME_PERSISTENT_FIRMWARE) {
		revision(event, 0, text);
		json_string(json, "old_fw_rev", text);
		revision(event, 8, text);
		json_string(json, "new_fw_rev", text);
	}
	if (table) {
		data = as_structure(event, table);
		nvme_show_json(json, table, data);
		process_free(data);
	} else if (type == NVME_PERSISTENT_POWER_ON) {
		revision(event, 0, text);
		json_string(json, "fw_rev", text);
		json_array_begin(json, "reset_information");
		for (unsigned i = 0; i < resets(event); i++) {
			json_object_begin(json, NULL);
			nvme_show_json(json, &nvme_persistent_reset_table, reset_at(event, i));
			json_object_end(json);
		}
		json_array_end(json);
	} else if (type == NVME_PERSISTENT_HARDWARE) {
		json_number(json, "nss_hw_err_code", event->size < 2 ? 0 : get_le16(event->data));
	}
}

static void show_log_json(const struct nvme_persistent_log *log, const struct persistent *options)
{
	struct json json = nvme_json_begin();
	size_t offset = sizeof(*log);
	struct event event;
	const char *name;
	char key[16], text[64];

	nvme_show_json(&json, &nvme_persistent_log_table, log);
	for (unsigned type = 0; type < 8 * sizeof(log->seb); type++) {
		name = nvme_persistent_name(type);
		if (!name || !(log->seb[type / 8] >> type % 8 & 1))
			continue;
		snprintf(key, sizeof(key), "bitmap_%x", type);
		snprintf(text, sizeof(text), "Support %s", name);
		json_string(&json, key, text);
	}
	json_array_begin(&json, "list_of_event_entries");
	for (uint32_t i = 0; i < log->tnev; i++) {
		if (!next_event((const uint8_t *)log, options->size, &offset, &event))
			break;
		name = nvme_persistent_name(event.header->etype);
		json_object_begin(&json, NULL);
		json_number(&json, "event_number", i);
		json_string(&json, "event_type", name ? name : "Reserved");
		nvme_show_json(&json, &nvme_persistent_event_table, event.header);
		show_event_json(&json, &event);
		json_object_end(&json);
	}
	json_array_end(&json);
	nvme_json_end(&json);
}

/* As it says itself, but no more than PELS says that there may be. */
static uint32_t log_size(const struct nvme_target *target, const struct nvme_persistent_log *log)
{
	uint64_t most = (uint64_t)nvme_identify(target->controller)->pels * NVME_PELS_UNIT;

	if (!most || most > UINT32_MAX)
		most = UINT32_MAX;
	return (uint32_t)(log->tll < most ? log->tll : most);
}

static int persistent_main(int argc, char **argv)
{
	struct persistent options = {.action = 0xff};
	struct nvme_target target = nvme_arguments(argc, argv, persistent_options, &options);
	struct nvme_log_request request = {
		.nsid = NVME_NSID_ALL, .lid = NVME_LOG_PERSISTENT_EVENT, .lsp = options.action};
	const struct nvme_persistent_log *log, *now;

	log = nvme_read_log("persistent event log", &target, &request, sizeof(*log));
	if (options.action == NVME_PERSISTENT_RELEASE) {
		out("Releasing Persistent Event Log Context\n");
		return 0;
	}
	if (!options.size && options.action == NVME_PERSISTENT_ESTABLISH) {
		out("Establishing Persistent Event Log Context\n");
		return 0;
	}
	if (!options.size)
		options.size = log_size(&target, log);
	/* The context is there now, and only released before there is another one. */
	if (options.action == NVME_PERSISTENT_ESTABLISH)
		request.lsp = NVME_PERSISTENT_READ;
	if (options.size < sizeof(*log))
		return nvme_refuse("No log data can be shown with this log len at least 512 bytes "
				   "is required or can be 0 to read the complete log page after "
				   "context established");
	log = nvme_read_log("persistent event log", &target, &request, options.size);
	now = nvme_read_log("persistent event log", &target, &request, sizeof(*now));
	if (log->gen_number != now->gen_number) {
		out("Collected Persistent Event Log may be invalid, Re-read the log is required\n");
		return 0;
	}
	if (options.output == NVME_OUTPUT_BINARY) {
		out_bytes(log, options.size);
	} else if (options.output == NVME_OUTPUT_JSON) {
		show_log_json(log, &options);
	} else {
		out("Persistent Event Log for device: %s\nAction for Persistent Event Log: %u\n",
		    nvme_target_name(&target), request.lsp);
		show_log(log, &options, nvme_target_name(&target));
	}
	return 0;
}

NVME_SUBCOMMAND(persistent, "persistent-event-log", persistent_main, "DEVICE [OPTIONS]",
		"Retrieve Persistent Event Log, show it", persistent_options);
