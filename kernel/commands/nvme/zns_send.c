/* nvme zns reset-zone and its like, zone-mgmt-send and zone-append. */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/zns.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"

/* Zone Management Send, with options->size bytes out of a file. The result; ends the process where
 * it fails. */
static uint32_t manage(const char *what, const struct nvme_target *target,
		       struct zns_options *options)
{
	struct nvme_command command = {
		.opcode = NVME_IO_ZONE_MANAGEMENT_SEND,
		.nsid = options->nsid,
		.cdw10 = (uint32_t)options->start,
		.cdw11 = (uint32_t)(options->start >> 32),
		.cdw13 = options->action | (options->all ? NVME_ZONE_ALL : 0) |
			 (options->option ? NVME_ZONE_ZRWA : 0),
	};
	struct nvme_reply reply;
	struct nvme_passthrough passthrough = {.command = &command,
					       .size = options->size,
					       .timeout_ms = options->timeout_ms,
					       .reply = &reply};
	int error;

	passthrough.data = nvme_io_buffer(what, target, "data-len", options->size);
	if (options->size &&
	    nvme_io_read(options->data, passthrough.data, options->size) < options->size)
		fail(1, "%s: %s has less than %u bytes", what,
		     options->data ? options->data : "standard input", options->size);
	error = nvme_io_send(target, &passthrough);
	if (nvme_check(what, error, &reply))
		process_exit(1);
	return reply.result;
}

#define START	   ZNS_START("start-lba", 's', "first LBA of the zone")
#define SELECT_ALL NVME_FLAG(struct zns_options, all, "select-all", 'a', "all zones")
#define DATA	   NVME_TEXT(struct zns_options, data, "FILE", "data", 'd', "file of the data")

#define ZRWA                                                \
	NVME_FLAG(struct zns_options, option, "zrwaa", 'r', \
		  "allocate a Zone Random Write Area to it")

static const struct nvme_option zone_options[] = {
	NVME_NSID_OPTION(struct zns_options), START, SELECT_ALL, ZNS_TIMEOUT, NVME_OPTIONS_END,
};

static const struct nvme_option open_options[] = {
	NVME_NSID_OPTION(struct zns_options),
	START,
	ZRWA,
	SELECT_ALL,
	ZNS_TIMEOUT,
	NVME_OPTIONS_END,
};

static const struct nvme_option extension_options[] = {
	NVME_NSID_OPTION(struct zns_options), START, ZRWA, DATA, ZNS_TIMEOUT, NVME_OPTIONS_END,
};

static const struct nvme_option flush_options[] = {
	NVME_NSID_OPTION(struct zns_options),
	ZNS_START("lba", 'l', "LBA up to which it is flushed"),
	ZNS_TIMEOUT,
	NVME_OPTIONS_END,
};

/* Bytes of a zone's descriptor extension; ends the process where it has none. */
static uint32_t extension_size(const char *what, const struct nvme_target *target, uint32_t nsid)
{
	unsigned formats, used;
	const struct nvme_identify_namespace_zns *id =
		zns_identify(what, target, nsid, &formats, &used);

	if (used >= formats || !id->lbafe[used].zdes)
		fail(1, "%s: zones have no descriptor extension in this format", what);
	return id->lbafe[used].zdes * 64u;
}

/* name: behind "zns " */
static int act(int argc, char **argv, const struct nvme_option *table, enum nvme_zone_send action,
	       const char *name)
{
	struct zns_options options = {.action = (uint8_t)action};
	struct nvme_target target = nvme_arguments(argc, argv, table, &options);
	unsigned long long start = options.start;
	uint32_t result;

	options.nsid = nvme_io_nsid(&target, options.nsid);
	if (action == NVME_ZONE_SET_EXTENSION)
		options.size = extension_size(argv[0], &target, options.nsid);
	result = manage(argv[0], &target, &options);
	if (action >= NVME_ZONE_SET_EXTENSION)
		out("%s: Success, %s:%llx nsid:%u\n", name,
		    action == NVME_ZONE_FLUSH_ZRWA ? "lba" : "zone", start, options.nsid);
	else if (action == NVME_ZONE_OPEN)
		out("zns-%s: Success zone slba:%llx nsid:%u\n", name, start, options.nsid);
	else
		out("zns-%s: Success, action:%u zone:%llx all:%u zcapc:%u nsid:%u\n", name, action,
		    start, options.all, result & 1, options.nsid);
	return 0;
}

#define ACTION(word, name, table, action, summary)           \
	static int word##_main(int argc, char **argv)        \
	{                                                    \
		return act(argc, argv, table, action, name); \
	}                                                    \
	NVME_SUBCOMMAND(zns_##word, "zns " name, word##_main, "DEVICE [OPTIONS]", summary, table)

ACTION(reset, "reset-zone", zone_options, NVME_ZONE_RESET, "Reset one or more zones");
ACTION(close, "close-zone", zone_options, NVME_ZONE_CLOSE, "Close one or more zones");
ACTION(finish, "finish-zone", zone_options, NVME_ZONE_FINISH, "Finish one or more zones");
ACTION(open, "open-zone", open_options, NVME_ZONE_OPEN, "Open one or more zones");
ACTION(offline, "offline-zone", zone_options, NVME_ZONE_OFFLINE, "Offline one or more zones");
ACTION(extension, "set-zone-desc", extension_options, NVME_ZONE_SET_EXTENSION,
       "Attach zone descriptor extension data to a zone");
ACTION(flush, "zrwa-flush-zone", flush_options, NVME_ZONE_FLUSH_ZRWA,
       "Flush LBAs associated with a ZRWA to a zone");

static const struct nvme_option send_options[] = {
	NVME_NSID_OPTION(struct zns_options),
	START,
	NVME_FLAG(struct zns_options, option, "zsaso", 'o', "action specific option"),
	SELECT_ALL,
	NVME_NUMBER(struct zns_options, action, "zsa", 'z', "zone send action"),
	NVME_NUMBER(struct zns_options, size, "data-len", 'l', "length of the data (bytes)"),
	DATA,
	ZNS_TIMEOUT,
	NVME_OPTIONS_END,
};

static int send_main(int argc, char **argv)
{
	struct zns_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, send_options, &options);

	options.nsid = nvme_io_nsid(&target, options.nsid);
	manage(argv[0], &target, &options);
	out("zone-mgmt-send: Success, action:%u zone:%llx all:%u nsid:%u\n", options.action,
	    (unsigned long long)options.start, options.all, options.nsid);
	return 0;
}

NVME_SUBCOMMAND(zns_zone_mgmt_send, "zns zone-mgmt-send", send_main, "DEVICE [OPTIONS]",
		"Send the zone management send command", send_options);

static const struct nvme_option append_options[] = {
	NVME_NSID_OPTION(struct zns_options),
	ZNS_START("zslba", 's', "first LBA of the zone"),
	NVME_SUFFIXED(struct zns_options, data_size, "data-size", 'z', "size of the data in bytes"),
	NVME_SUFFIXED(struct zns_options, metadata_size, "metadata-size", 'y',
		      "size of the metadata in bytes"),
	DATA,
	NVME_TEXT(struct zns_options, metadata, "FILE", "metadata", 'M', "file of the metadata"),
	NVME_FLAG(struct zns_options, limited_retry, "limited-retry", 'l',
		  "limit media access attempts"),
	NVME_FLAG(struct zns_options, force, "force-unit-access", 'f',
		  "commit data before it completes"),
	NVME_SUFFIXED(struct zns_options, ref_tag, "ref-tag", 'r', "reference tag of PI"),
	NVME_NUMBER(struct zns_options, app_mask, "app-tag-mask", 'm',
		    "mask of the application tag"),
	NVME_NUMBER(struct zns_options, app_tag, "app-tag", 'a', "application tag of PI"),
	NVME_NUMBER_OF(struct zns_options, prinfo, 4, "prinfo", 'p', "PI action and checks"),
	NVME_FLAG(struct zns_options, piremap, "piremap", 'P', "remap tags of PI (type 1)"),
	NVME_FLAG(struct zns_options, latency, "latency", 't', "say how long it took"),
	NVME_OPTIONS_END,
};

static int append_main(int argc, char **argv)
{
	struct zns_options options = {0};
	struct nvme_target target = nvme_arguments(argc, argv, append_options, &options);
	uint32_t nsid = nvme_io_nsid(&target, options.nsid);
	const struct nvme_namespace *ns = nvme_io_namespace(&target, nsid);
	uint32_t block = ns ? ns->block.block_size : 512;
	struct nvme_blocks blocks = {
		.nsid = nsid,
		.start = options.start,
		.prinfo = options.prinfo,
		.app_tag = options.app_tag,
		.app_mask = options.app_mask,
		.ref_tag = options.ref_tag,
		.limited_retry = options.limited_retry,
		.force_unit_access = options.force,
	};
	struct nvme_command command = {.opcode = NVME_IO_ZONE_APPEND};
	struct nvme_reply reply = {0};
	struct nvme_passthrough passthrough = {.command = &command, .reply = &reply};
	uint64_t begun;
	int error;

	if (ns && ns->metadata.extended && !(options.prinfo & 8))
		block += ns->metadata.size;
	if (!options.data_size) {
		err("Append data size not provided\n");
		return 1;
	}
	if (options.data_size % block || options.data_size / block > NVME_RW_BLOCKS_MAX) {
		err("Data size:%#llx not aligned to lba size:%#x\n",
		    (unsigned long long)options.data_size, block);
		return 1;
	}
	blocks.count = (uint16_t)(options.data_size / block - 1);
	nvme_blocks_fill(&blocks, &target, &command);
	command.cdw12 |= options.piremap ? NVME_ZONE_PIREMAP : 0;
	passthrough.size = options.data_size;
	passthrough.metadata_size = options.metadata_size;
	passthrough.data = nvme_io_buffer(argv[0], &target, "data-size", options.data_size);
	passthrough.metadata =
		nvme_io_buffer(argv[0], &target, "metadata-size", options.metadata_size);
	nvme_io_check_sizes(argv[0], &target, true, &passthrough, "data-size");
	if (nvme_io_read(options.data, passthrough.data, passthrough.size) < passthrough.size ||
	    (options.metadata_size &&
	     nvme_io_read(options.metadata, passthrough.metadata, passthrough.metadata_size) <
		     passthrough.metadata_size))
		fail(1, "%s: the data or metadata given are too short", argv[0]);
	nvme_io_settle_files(&target);
	begun = time_ns();
	error = nvme_io_command(target.controller, &passthrough);
	if (options.latency)
		out(" latency: zone append: %llu us\n",
		    (unsigned long long)((time_ns() - begun) / NS_PER_US));
	if (nvme_check(argv[0], error, &reply))
		return 1;
	out("Success appended data to LBA %llx\n",
	    (unsigned long long)reply.result_high << 32 | reply.result);
	return 0;
}

NVME_SUBCOMMAND(zns_zone_append, "zns zone-append", append_main, "DEVICE [OPTIONS]",
		"Append data and metadata (if applicable) to a zone", append_options);
