/* The data of features, as nvme-cli prints them. */
#include "drivers/nvme/spec/describe.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/feature.h"
#include "kernel/commands/nvme/show.h"
#include "kernel/commands/support/calendar.h"
#include "lib/string.h"

static const char *lba_range_type(unsigned type)
{
	static const char *const names[] = {
		[1] = "Filesystem", [2] = "RAID", [3] = "Cache", [4] = "Page / Swap file"};

	if (type >= 0x80)
		return "Vendor Specific";
	return type < sizeof(names) / sizeof(names[0]) && names[type] ? names[type] : "Reserved";
}

void nvme_show_lba_ranges(const void *data, uint32_t value)
{
	const struct nvme_lba_range *range = data;

	for (unsigned i = 0; i < NVME_LBA_RANGES(value); i++, range++) {
		out("\ttype       : %#x - %s\n", range->type, lba_range_type(range->type));
		out("\tattributes : %#x - LBA range %s be overwritten, LBA range should be %s the "
		    "OS/EFI/BIOS\n",
		    range->attributes,
		    range->attributes & NVME_LBA_RANGE_OVERWRITTEN ? "may" : "should not",
		    range->attributes & NVME_LBA_RANGE_HIDDEN ? "hidden from" : "visible from");
		out("\tslba       : %#llx\n", (unsigned long long)range->slba);
		out("\tnlb        : %#llx\n\tguid       : ", (unsigned long long)range->nlb);
		for (unsigned j = 0; j < sizeof(range->guid); j++)
			out("%02x", range->guid[j]);
		out("\n");
	}
}

static void show_auto_power_state(const struct nvme_auto_power_state *data)
{
	static const char line[] = "\t.................\n";

	out("\tAuto PST Entries%s", line);
	for (unsigned i = 0; i < sizeof(data->entries) / sizeof(data->entries[0]); i++)
		out("\tEntry[%2u]   \n%s\tIdle Time Prior to Transition (ITPT): %u ms\n"
		    "\tIdle Transition Power State   (ITPS): %u\n%s",
		    i, line, NVME_AUTO_POWER_TIME(data->entries[i]),
		    NVME_AUTO_POWER_STATE(data->entries[i]), line);
}

static void show_host_memory_buffer(const struct nvme_host_memory_buffer *data)
{
	out("\tHost Memory Descriptor List Entry Count (HMDLEC): %u\n", data->hmdlec);
	out("\tHost Memory Descriptor List Address     (HMDLAU): 0x%x\n", data->hmdlau);
	out("\tHost Memory Descriptor List Address     (HMDLAL): 0x%x\n", data->hmdlal);
	out("\tHost Memory Buffer Size                  (HSIZE): %u\n", data->hsize);
}

static void show_timestamp(const struct nvme_timestamp *data)
{
	uint64_t ms = get_le(data->timestamp, sizeof(data->timestamp));
	bool stopped = data->attributes & NVME_TIMESTAMP_STOPPED;
	struct calendar calendar;

	calendar_from_seconds(ms / 1000, &calendar);
	out("\tThe timestamp is : %llu (%.3s %.3s %2u %02u:%02u:%02u %lld UTC)\n",
	    (unsigned long long)ms, calendar_days[calendar.week_day],
	    calendar_months[calendar.month - 1], calendar.day, calendar.hour, calendar.minute,
	    calendar.second, (long long)calendar.year);
	out("\tThe Timestamp field was initialized %s\n",
	    NVME_TIMESTAMP_ORIGIN(data->attributes) == 1
		    ? "with a Timestamp value using a Set Features command."
		    : "to ‘0’ by a Controller Level Reset.");
	out("\tThe controller %s the Timestamp value was initialized%s\n",
	    stopped ? "may have stopped counting during vendor specific intervals after"
		    : "counted time in milliseconds continuously since",
	    stopped ? "" : ".");
}

static void show_predictable_latency(const struct nvme_predictable_latency_config *data)
{
	out("\tEnable Event          :%04x\n", data->events);
	out("\tDTWIN Reads Threshold :%llu\n", (unsigned long long)data->dtwin_reads);
	out("\tDTWIN Writes Threshold:%llu\n", (unsigned long long)data->dtwin_writes);
	out("\tDTWIN Time Threshold  :%llu\n", (unsigned long long)data->dtwin_time);
}

/* nvme-cli shows 8 bytes of those that have 16. */
static void show_host_id(const uint8_t *id)
{
	char text[40];

	nvme_decimal128(id, text);
	out("\tHost Identifier (HOSTID):  %s\n", text);
}

/* Elements follow each other as their lengths say, as far as there is room. */
static void show_metadata(const struct nvme_host_metadata *data)
{
	size_t at = 0;

	out("\tNum Metadata Element Descriptors: %u\n", data->count);
	for (unsigned i = 0; i < data->count; i++) {
		const struct nvme_metadata_element *element = (const void *)&data->elements[at];
		size_t room = sizeof(data->elements) - at, length;

		if (room < sizeof(*element))
			return;
		length = get_le16(element->length);
		if (room - sizeof(*element) < length)
			return;
		out("\tElement[%-3u]:\n\t\tType	    : 0x%02x\n\t\tRevision : %u\n"
		    "\t\tLength   : %zu\n\t\tValue    : %.*s\n",
		    i, element->type, element->revision, length, (int)length, element->value);
		at += sizeof(*element) + length;
	}
}

static void show_fdp_events(const struct nvme_fdp_event_support *events, uint32_t count)
{
	for (unsigned i = 0; i < count && i < NVME_FDP_EVENTS_MAX; i++) {
		const char *name = nvme_fdp_event_name(events[i].type);

		out("\t%-53s: %sEnabled\n", name ? name : "Unknown",
		    events[i].attributes & 1 ? "" : "Not ");
	}
}

void nvme_show_feature(unsigned feature, uint32_t value, const void *data)
{
	const struct nvme_feature_row *row = nvme_feature_row(feature);
	const struct nvme_host_behavior *behavior = data;

	if (row)
		nvme_show_value(row->bits, row->bit_count, value);
	if (!data)
		return;
	switch (feature) {
	case NVME_FEATURE_LBA_RANGE:
		nvme_show_lba_ranges(data, value);
		break;
	case NVME_FEATURE_AUTO_POWER_STATE:
		show_auto_power_state(data);
		break;
	case NVME_FEATURE_HOST_MEMORY_BUFFER:
		show_host_memory_buffer(data);
		break;
	case NVME_FEATURE_TIMESTAMP:
		show_timestamp(data);
		break;
	case NVME_FEATURE_PREDICTABLE_LATENCY_CONFIG:
		show_predictable_latency(data);
		break;
	case NVME_FEATURE_HOST_BEHAVIOR:
		out("\tHost Behavior Support: %s\n", behavior->acre & 1 ? "True" : "False");
		break;
	case NVME_FEATURE_ENHANCED_CONTROLLER_METADATA:
	case NVME_FEATURE_CONTROLLER_METADATA:
	case NVME_FEATURE_NAMESPACE_METADATA:
		show_metadata(data);
		break;
	case NVME_FEATURE_HOST_ID:
		show_host_id(data);
		break;
	case NVME_FEATURE_FDP_EVENTS:
		show_fdp_events(data, value);
		break;
	}
}
