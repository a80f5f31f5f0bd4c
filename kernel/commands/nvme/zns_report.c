/* nvme zns report-zones and zone-mgmt-recv. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/zns.h"
#include "kernel/posix/process.h"

#define PIECE (64u << 10) /* of a report, or what the controller takes at once */

/* Sends Zone Management Receive for size bytes; ends the process where it fails. */
static void receive(const char *what, const struct nvme_target *target,
		    const struct zns_options *options, void *data, size_t size)
{
	const struct nvme_command command = {
		.opcode = NVME_IO_ZONE_MANAGEMENT_RECEIVE,
		.nsid = options->nsid,
		.cdw10 = (uint32_t)options->start,
		.cdw11 = (uint32_t)(options->start >> 32),
		.cdw12 = (uint32_t)(size / 4 - 1),
		.cdw13 = options->action | (uint32_t)options->state << NVME_ZONE_STATE_SHIFT |
			 (options->partial ? NVME_ZONE_PARTIAL : 0),
	};
	struct nvme_reply reply;
	int error = nvme_io_send(
		target, &(struct nvme_passthrough){
				.command = &command, .data = data, .size = size, .reply = &reply});

	if (nvme_check(what, error, &reply))
		process_exit(1);
}

static const char *state_name(unsigned state)
{
	static const char *const names[16] = {
		[NVME_ZONE_STATE_EMPTY] = "EMPTY",
		[NVME_ZONE_STATE_IMPLICITLY_OPEN] = "IMP_OPENED",
		[NVME_ZONE_STATE_EXPLICITLY_OPEN] = "EXP_OPENED",
		[NVME_ZONE_STATE_CLOSED] = "CLOSED",
		[NVME_ZONE_STATE_READ_ONLY] = "READONLY",
		[NVME_ZONE_STATE_FULL] = "FULL",
		[NVME_ZONE_STATE_OFFLINE] = "OFFLINE",
	};

	return names[state] ? names[state] : "Unknown State";
}

static const char *type_name(unsigned type)
{
	return type == NVME_ZONE_TYPE_WRITTEN ? "SEQWRITE_REQ" : "Unknown";
}

/* In nvme-cli's words, misspelt ones too. */
static void show_zone(const struct nvme_zone_descriptor *zone, size_t extension, bool verbose)
{
	unsigned attributes = zone->attributes;

	out("SLBA: %#-10llx WP: %#-10llx Cap: %#-10llx ", (unsigned long long)zone->start,
	    (unsigned long long)zone->write_pointer, (unsigned long long)zone->capacity);
	if (!verbose) {
		out("State: %#-4x Type: %#-4x Attrs: %#-4x AttrsInfo: %#-4x\n", zone->state,
		    zone->type, attributes, zone->attributes_info);
	} else {
		out("State: %-12s Type: %-14s\nAttrs: Zone Descriptor Extension is %sVaild\n",
		    state_name(NVME_ZONE_STATE(zone->state)), type_name(NVME_ZONE_TYPE(zone->type)),
		    attributes & NVME_ZA_EXTENSION_VALID ? "" : "Not ");
		if (attributes & NVME_ZA_RESET)
			out("       Reset Zone Recommended\n");
		if (attributes & NVME_ZA_FINISH)
			out("       Finish Zone Recommended\n");
		if (attributes & NVME_ZA_FINISHED)
			out("       Zone Finished by Controller\n");
	}
	if (extension && attributes & NVME_ZA_EXTENSION_VALID) {
		out("Extension Data: ");
		nvme_dump((const uint8_t *)(zone + 1), extension);
		out("..\n");
	}
}

static void show_zone_json(struct json *json, const struct nvme_zone_descriptor *zone,
			   size_t extension)
{
	const uint8_t *data = (const uint8_t *)(zone + 1);

	json_object_begin(json, NULL);
	json_number(json, "slba", zone->start);
	json_number(json, "wp", zone->write_pointer);
	json_number(json, "cap", zone->capacity);
	json_string(json, "state", state_name(NVME_ZONE_STATE(zone->state)));
	json_string(json, "type", type_name(NVME_ZONE_TYPE(zone->type)));
	json_number(json, "attrs", zone->attributes);
	if (extension && zone->attributes & NVME_ZA_EXTENSION_VALID) {
		json_array_begin(json, "ext_data");
		for (size_t i = 0; i < extension; i++)
			json_number(json, NULL, data[i]);
		json_array_end(json);
	} else if (extension) {
		json_string(json, "ext_data", "Not valid");
	}
	json_object_end(json);
}

static const struct nvme_option report_options[] = {
	NVME_NSID_OPTION(struct zns_options),
	ZNS_START("start-lba", 's', "first LBA of the zone to begin with"),
	NVME_NUMBER(struct zns_options, count, "descs", 'd', "number of descriptors (all)"),
	NVME_NUMBER(struct zns_options, state, "state", 'S', "state of zones to list"),
	NVME_OUTPUT_OPTION(struct zns_options),
	NVME_FLAG(struct zns_options, human, "verbose", 'v', "decode the fields"),
	NVME_FLAG_OF(struct zns_options, extended, 1, "extended", 'e', "with their extensions"),
	NVME_FLAG(struct zns_options, partial, "partial", 'p', "use the partial report"),
	NVME_OPTIONS_END,
};

struct report {
	const struct zns_options *chosen;
	struct json json;
	size_t extension; /* bytes of each */
};

static void show_piece(struct report *report, const void *entries, uint64_t count)
{
	const uint8_t *at = entries;
	size_t size = sizeof(struct nvme_zone_descriptor) + report->extension;

	for (; count; count--, at += size) {
		const struct nvme_zone_descriptor *zone = (const void *)at;

		if (report->chosen->output == NVME_OUTPUT_JSON)
			show_zone_json(&report->json, zone, report->extension);
		else if (report->chosen->output == NVME_OUTPUT_NORMAL)
			show_zone(zone, report->extension, report->chosen->human);
		else
			out_bytes(zone, size);
	}
}

static int report_main(int argc, char **argv)
{
	struct zns_options options = {.count = UINT32_MAX}, whole;
	struct nvme_target target = nvme_arguments(argc, argv, report_options, &options);
	uint32_t most = nvme_transfer_max(target.controller);
	struct report report = {.chosen = &options};
	struct nvme_zone_report *header;
	unsigned formats, used;
	uint64_t zone_size, total, left, room;
	size_t size, piece = most < PIECE ? most : PIECE;

	options.nsid = nvme_io_nsid(&target, options.nsid);
	const struct nvme_identify_namespace_zns *id =
		zns_identify(argv[0], &target, options.nsid, &formats, &used);

	options.action = options.extended ? NVME_ZONE_REPORT_EXTENDED : NVME_ZONE_REPORT;
	report.extension = options.extended && used < formats ? id->lbafe[used].zdes * 64u : 0;
	zone_size = used < formats ? id->lbafe[used].zsze : 0;
	size = sizeof(struct nvme_zone_descriptor) + report.extension;
	room = (piece - sizeof(*header)) / size;
	if (!zone_size || !room)
		fail(1, "%s: the zones of this format cannot be reported", argv[0]);
	header = nvme_io_buffer(argv[0], &target, "report", piece);
	/* As nvme-cli: how many there are in all, from the first one on. */
	whole = options;
	whole.start = 0;
	whole.partial = false;
	whole.action = NVME_ZONE_REPORT;
	receive(argv[0], &target, &whole, header, sizeof(*header));
	total = header->nr_zones;
	if (options.output == NVME_OUTPUT_JSON) {
		report.json = nvme_json_begin();
		json_number(&report.json, "nr_zones", total);
		json_array_begin(&report.json, "zone_list");
	} else if (options.output == NVME_OUTPUT_NORMAL) {
		out("nr_zones: %llu\n", (unsigned long long)total);
	}
	for (left = total < options.count ? total : options.count; left;) {
		uint64_t count = left < room ? left : room;
		const struct nvme_zone_descriptor *last;

		receive(argv[0], &target, &options, header, sizeof(*header) + count * size);
		if (header->nr_zones < count)
			left = count = header->nr_zones;
		if (!count)
			break;
		show_piece(&report, header + 1, count);
		last = (const void *)((const uint8_t *)(header + 1) + (count - 1) * size);
		/* What ascends ends, whatever the controller says. */
		if (last->start < options.start)
			break;
		options.start = last->start + zone_size;
		left -= count;
	}
	if (options.output == NVME_OUTPUT_JSON) {
		json_array_end(&report.json);
		nvme_json_end(&report.json);
	}
	return 0;
}

NVME_SUBCOMMAND(zns_report_zones, "zns report-zones", report_main, "DEVICE [OPTIONS]",
		"Report zones associated to a Zoned Namespace", report_options);

static const struct nvme_option recv_options[] = {
	NVME_OUTPUT_OPTION(struct zns_options),
	NVME_NSID_OPTION(struct zns_options),
	ZNS_START("start-lba", 's', "first LBA of the zone"),
	NVME_NUMBER(struct zns_options, action, "zra", 'z', "Zone Receive Action"),
	NVME_NUMBER(struct zns_options, state, "zrasf", 'S', "its specific field"),
	NVME_FLAG(struct zns_options, partial, "partial", 'p', "partial report"),
	NVME_NUMBER(struct zns_options, size, "data-len", 'l', "length of the data (bytes)"),
	NVME_OPTIONS_END,
};

/* nvme-cli 2.3 says no more of the data than that they came. */
static int recv_main(int argc, char **argv)
{
	struct zns_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, recv_options, &options);

	options.nsid = nvme_io_nsid(&target, options.nsid);
	if (!options.size || options.size % 4)
		fail(1, "%s: data-len %u is no number of dwords", argv[0], options.size);
	receive(argv[0], &target, &options,
		nvme_io_buffer(argv[0], &target, "data-len", options.size), options.size);
	out("zone-mgmt-recv: Success, action:%u zone:%llx nsid:%u\n", options.action,
	    (unsigned long long)options.start, options.nsid);
	return 0;
}

NVME_SUBCOMMAND(zns_zone_mgmt_recv, "zns zone-mgmt-recv", recv_main, "DEVICE [OPTIONS]",
		"Send the zone management receive command", recv_options);
