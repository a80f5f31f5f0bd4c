/* nvme get-log, and the logs that are written to files: telemetry-log and boot-part-log. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/log.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"

struct get_log_options {
	uint64_t offset;
	uint32_t nsid;
	uint32_t size;
	uint32_t event;
	uint16_t lsi;
	uint8_t lid, lsp, uuid_index, csi;
	bool retain, by_index, raw;
};

static const struct nvme_option get_log_options[] = {
	NVME_NSID_OPTION(struct get_log_options),
	NVME_NUMBER(struct get_log_options, lid, "log-id", 'i', "identifier of the log"),
	NVME_NUMBER(struct get_log_options, size, "log-len", 'l', "how many bytes"),
	NVME_NUMBER(struct get_log_options, event, "aen", 'a',
		    "an event's result, for its log: 4096 bytes"),
	NVME_NUMBER(struct get_log_options, offset, "lpo", 'o', "log page offset: where to begin"),
	NVME_NUMBER(struct get_log_options, offset, "lpo", 'L', ""),
	NVME_NUMBER_OF(struct get_log_options, lsp, 7, "lsp", 's', "log specific field"),
	NVME_NUMBER(struct get_log_options, lsi, "lsi", 'S', "log specific identifier"),
	NVME_FLAG(struct get_log_options, retain, "rae", 'r', "retain the asynchronous event"),
	NVME_NUMBER_OF(struct get_log_options, uuid_index, 7, "uuid-index", 'U', "UUID index"),
	NVME_FLAG(struct get_log_options, raw, "raw-binary", 'b', "output in raw format"),
	NVME_NUMBER(struct get_log_options, csi, "csi", 'y', "command set identifier"),
	NVME_FLAG(struct get_log_options, by_index, "ot", 'O', "the offset is an index"),
	NVME_OPTIONS_END,
};

static int get_log_main(int argc, char **argv)
{
	struct get_log_options options = {.nsid = NVME_NSID_ALL, .lid = 0xff};
	struct nvme_target target = nvme_arguments(argc, argv, get_log_options, &options);
	struct nvme_log_request request = {
		.nsid = options.nsid,
		.lsi = options.lsi,
		.lid = options.lid,
		.lsp = options.lsp,
		.uuid_index = options.uuid_index,
		.csi = options.csi,
		.retain = options.retain,
		.by_index = options.by_index,
		.offset = options.offset,
		/* As few as can be: a page may end before what is asked for does, and whoever
		 * begins behind its end is refused. */
		.piece = nvme_transfer_max(target.controller),
	};
	uint32_t size = options.size;
	const void *log;

	if (options.event) {
		request.lid = NVME_EVENT_LOG(options.event);
		size = 4096;
	}
	if (!size)
		return nvme_refuse("non-zero log-len is required param");
	log = nvme_read_log(argv[0], &target, &request, size);
	if (options.raw) {
		out_bytes(log, size);
	} else {
		out("Device:%s log-id:%u namespace-id:%#x\n", nvme_target_name(&target),
		    request.lid, options.nsid);
		nvme_dump(log, size);
	}
	return 0;
}

NVME_SUBCOMMAND(get_log, "get-log", get_log_main, "DEVICE [OPTIONS]",
		"Generic NVMe get log, returns log in raw format", get_log_options);

static int open_output(const char *name)
{
	int fd = process_open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0)
		fail(1, "Failed to open output file %s: %s!", name, error_text(-fd));
	return fd;
}

static void write_output(int fd, const char *name, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	while (size) {
		long count = process_write(fd, bytes, size);

		if (count < 0)
			fail(1, "%s: %s", name, error_text((int)-count));
		bytes += count;
		size -= (size_t)count;
	}
}

/* A log page of any length into the file, some of it at a time; the last piece clears its event
 * unless that is retained. */
static void copy_output(const char *what, const struct nvme_target *target,
			struct nvme_log_request request, uint64_t size, int fd, const char *name)
{
	static const uint32_t most = 64 << 10;
	void *buffer = alloc_or_fail(most);
	bool retain = request.retain;

	for (uint64_t left = size; left;) {
		uint32_t count = left < most ? (uint32_t)left : most;
		struct nvme_reply reply = {0};
		int error;

		left -= count;
		request.retain = retain || left;
		error = nvme_log_page(target->controller, &request, buffer, count, &reply);
		if (nvme_check(what, error, &reply))
			process_exit(1);
		write_output(fd, name, buffer, count);
		request.offset += count;
	}
}

struct telemetry_options {
	const char *file;
	uint32_t generate;
	uint32_t area;
	bool controller;
};

static const struct nvme_option telemetry_options[] = {
	NVME_TEXT(struct telemetry_options, file, "FILE", "output-file", 'o',
		  "file to write, with the header"),
	NVME_TEXT(struct telemetry_options, file, "FILE", "output-file", 'O', ""),
	NVME_NUMBER(struct telemetry_options, generate, "host-generate", 'g',
		    "0: not a new report"),
	NVME_FLAG(struct telemetry_options, controller, "controller-init", 'c',
		  "the controller's own report"),
	NVME_NUMBER(struct telemetry_options, area, "data-area", 'd',
		    "up to this data area, 1 to 4; default 3"),
	NVME_OPTIONS_END,
};

/* nvme-cli hands out areas 1 to 3 whichever of them is asked for; these end where they end. */
static uint64_t telemetry_size(const struct nvme_telemetry_log *log, unsigned area)
{
	uint64_t last = area == 4 ? log->last_block_4 : log->last_block[area - 1];

	return (last + 1) * NVME_TELEMETRY_BLOCK;
}

static int telemetry_log_main(int argc, char **argv)
{
	struct telemetry_options options = {.generate = 1, .area = 3};
	struct nvme_target target = nvme_arguments(argc, argv, telemetry_options, &options);
	struct nvme_log_request request = {
		.nsid = NVME_NSID_ALL,
		.lid = options.controller ? NVME_LOG_TELEMETRY_CONTROLLER : NVME_LOG_TELEMETRY_HOST,
		.lsp = options.generate && !options.controller ? NVME_TELEMETRY_CREATE : 0,
		.retain = options.controller,
	};
	struct nvme_telemetry_log *log = alloc_or_fail(sizeof(*log));
	struct nvme_reply reply = {0};
	int fd, error;

	if (!options.file)
		return nvme_refuse("Please provide an output file!");
	if (!options.area || options.area > 4)
		fail(1, "Invalid data area parameter - %u", options.area);
	if (options.area == 4 && !(nvme_identify(target.controller)->lpa & NVME_LPA_DATA_AREA_4))
		fail(1, "Data area 4 unsupported, bit 6 of Log Page Attributes not set");
	fd = open_output(options.file);
	error = nvme_log_page(target.controller, &request, log, sizeof(*log), &reply);
	if (nvme_check(argv[0], error, &reply)) {
		if (reply.status)
			err("Failed to acquire telemetry log %u!\n", reply.status);
		return 1;
	}
	if (options.controller && !log->controller_available) {
		out("Warning: Telemetry Controller-Initiated Data Not Available.\n");
		write_output(fd, options.file, log, sizeof(*log));
		return 0;
	}
	if (telemetry_size(log, options.area) == sizeof(*log))
		fail(1, "no telemetry data block");
	request.lsp = 0;
	copy_output(argv[0], &target, request, telemetry_size(log, options.area), fd, options.file);
	return 0;
}

NVME_SUBCOMMAND(telemetry_log, "telemetry-log", telemetry_log_main, "DEVICE [OPTIONS]",
		"Retrieve FW Telemetry log write to file", telemetry_options);

struct boot_part_options {
	const char *file;
	uint8_t lsp;
	uint8_t output;
};

static const struct nvme_option boot_part_options[] = {
	NVME_NUMBER_OF(struct boot_part_options, lsp, 7, "lsp", 's', "log specific field"),
	NVME_TEXT(struct boot_part_options, file, "FILE", "output-file", 'f',
		  "file for the boot partition"),
	NVME_OUTPUT_OPTION(struct boot_part_options),
	NVME_OPTIONS_END,
};

static void show_boot_partition(const struct nvme_boot_partition_log *log, enum nvme_output output,
				const char *name)
{
	unsigned size = NVME_BOOT_PARTITION_SIZE(log->info);
	unsigned active = NVME_BOOT_PARTITION_ACTIVE(log->info);

	if (output == NVME_OUTPUT_BINARY) {
		out_bytes(log, sizeof(*log));
	} else if (output == NVME_OUTPUT_JSON) {
		struct json json = nvme_json_begin();

		json_number(&json, "count", log->lid);
		json_number(&json, "abpid", active);
		json_number(&json, "bpsz", size);
		nvme_json_end(&json);
	} else {
		out("Boot Partition Log for device: %s\nLog ID: %u\nBoot Partition Size: %u KiB\n"
		    "Active BPID: %u\n",
		    name, log->lid, size, active);
	}
}

static int boot_part_log_main(int argc, char **argv)
{
	struct boot_part_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, boot_part_options, &options);
	struct nvme_log_request request = {.lid = NVME_LOG_BOOT_PARTITION, .lsp = options.lsp};
	const struct nvme_boot_partition_log *log;
	int fd;

	if (!options.file)
		return nvme_refuse("Please provide an output file!");
	fd = open_output(options.file);
	log = nvme_read_log(argv[0], &target, &request, sizeof(*log));
	show_boot_partition(log, options.output, nvme_target_name(&target));
	request.offset = sizeof(*log);
	copy_output(argv[0], &target, request,
		    (uint64_t)NVME_BOOT_PARTITION_SIZE(log->info) * NVME_BOOT_PARTITION_UNIT, fd,
		    options.file);
	out("Data flushed into file %s\n", options.file);
	return 0;
}

NVME_SUBCOMMAND(boot_part_log, "boot-part-log", boot_part_log_main, "DEVICE [OPTIONS]",
		"Retrieve Boot Partition Log, show it", boot_part_options);
