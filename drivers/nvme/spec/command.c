/* The table of the commands: Base, figures 138 and following; NVM, section 3; ZNS, section 3.4.
 * Which way the data of a command go its opcode's bits 1:0 say. */
#include "drivers/nvme/spec/spec.h"

#define PART(cdw, top, bottom, text)              \
	{                                         \
		text, cdw, top, bottom, NVME_PART \
	}
#define COUNT(cdw, top, bottom, text)                   \
	{                                               \
		text, cdw, top, bottom, NVME_PART_COUNT \
	}
#define BYTES(cdw, top, bottom, text)                   \
	{                                               \
		text, cdw, top, bottom, NVME_PART_BYTES \
	}
#define PARTS(list) .parts = (list), .part_count = sizeof(list) / sizeof((list)[0])

#define QUEUE	   PART(10, 15, 0, "qid"), PART(10, 31, 16, "qsize")
#define UUID_INDEX PART(14, 6, 0, "uuidx")
#define DIRECTIVE  PART(11, 7, 0, "doper"), PART(11, 15, 8, "dtype"), PART(11, 31, 16, "dspec")
#define SECURITY                                                                     \
	PART(10, 7, 0, "nssf"), PART(10, 15, 8, "spsp0"), PART(10, 23, 16, "spsp1"), \
		PART(10, 31, 24, "secp")
#define START	     PART(10, 31, 0, "slbal"), PART(11, 31, 0, "slbau")
#define PROTECTION   PART(12, 24, 24, "stc"), PART(12, 29, 26, "prinfo")
#define HOW	     PART(12, 30, 30, "fua"), PART(12, 31, 31, "lr")
#define WRITTEN_TAGS PART(14, 31, 0, "ilbrt"), PART(15, 15, 0, "lbat"), PART(15, 31, 16, "lbatm")
#define EXPECTED_TAGS \
	PART(14, 31, 0, "eilbrt"), PART(15, 15, 0, "elbat"), PART(15, 31, 16, "elbatm")

static const struct nvme_command_part delete_queue[] = {PART(10, 15, 0, "qid")};
static const struct nvme_command_part create_sq[] = {
	QUEUE,
	PART(11, 0, 0, "pc"),
	PART(11, 2, 1, "qprio"),
	PART(11, 31, 16, "cqid"),
	PART(12, 15, 0, "nvmsetid"),
};
static const struct nvme_command_part create_cq[] = {
	QUEUE,
	PART(11, 0, 0, "pc"),
	PART(11, 1, 1, "ien"),
	PART(11, 31, 16, "iv"),
};
static const struct nvme_command_part get_log_page[] = {
	PART(10, 7, 0, "lid"),	    PART(10, 14, 8, "lsp"),    PART(10, 15, 15, "rae"),
	COUNT(10, 31, 16, "numdl"), COUNT(11, 15, 0, "numdu"), PART(11, 31, 16, "lsi"),
	PART(12, 31, 0, "lpol"),    PART(13, 31, 0, "lpou"),   UUID_INDEX,
	PART(14, 23, 23, "ot"),	    PART(14, 31, 24, "csi"),
};
static const struct nvme_command_part identify[] = {
	PART(10, 7, 0, "cns"),
	PART(10, 31, 16, "cntid"),
	PART(11, 15, 0, "cnssid"),
	PART(11, 31, 24, "csi"),
	UUID_INDEX,
};
static const struct nvme_command_part abort_command[] = {
	PART(10, 15, 0, "sqid"),
	PART(10, 31, 16, "cid"),
};
static const struct nvme_command_part set_features[] = {
	PART(10, 7, 0, "fid"),
	PART(10, 31, 31, "sv"),
	UUID_INDEX,
};
static const struct nvme_command_part get_features[] = {
	PART(10, 7, 0, "fid"),
	PART(10, 10, 8, "sel"),
	UUID_INDEX,
};
static const struct nvme_command_part namespace_management[] = {
	PART(10, 3, 0, "sel"),
	PART(11, 31, 24, "csi"),
};
static const struct nvme_command_part firmware_commit[] = {
	PART(10, 2, 0, "fs"),
	PART(10, 5, 3, "ca"),
	PART(10, 31, 31, "bpid"),
};
static const struct nvme_command_part firmware_download[] = {
	COUNT(10, 31, 0, "numd"),
	PART(11, 31, 0, "ofst"),
};
static const struct nvme_command_part self_test[] = {PART(10, 3, 0, "stc")};
static const struct nvme_command_part namespace_attachment[] = {PART(10, 3, 0, "sel")};
static const struct nvme_command_part directive[] = {COUNT(10, 31, 0, "numd"), DIRECTIVE};
static const struct nvme_command_part virtualization[] = {
	PART(10, 3, 0, "act"),
	PART(10, 10, 8, "rt"),
	PART(10, 31, 16, "cntlid"),
	PART(11, 15, 0, "nr"),
};
static const struct nvme_command_part capacity_management[] = {
	PART(10, 3, 0, "oper"),
	PART(10, 31, 16, "elid"),
	PART(11, 31, 0, "capl"),
	PART(12, 31, 0, "capu"),
};
static const struct nvme_command_part lockdown[] = {
	PART(10, 3, 0, "scp"),
	PART(10, 4, 4, "prhbt"),
	PART(10, 6, 5, "ifc"),
	PART(10, 15, 8, "ofi"),
	UUID_INDEX,
};
static const struct nvme_command_part format_nvm[] = {
	PART(10, 3, 0, "lbafl"), PART(10, 4, 4, "mset"), PART(10, 7, 5, "pi"),
	PART(10, 8, 8, "pil"),	 PART(10, 11, 9, "ses"), PART(10, 13, 12, "lbafu"),
};
static const struct nvme_command_part security_send[] = {SECURITY, BYTES(11, 31, 0, "tl")};
static const struct nvme_command_part security_receive[] = {SECURITY, BYTES(11, 31, 0, "al")};
static const struct nvme_command_part sanitize[] = {
	PART(10, 2, 0, "sanact"),  PART(10, 3, 3, "ause"), PART(10, 7, 4, "owpass"),
	PART(10, 8, 8, "oipbp"),   PART(10, 9, 9, "ndas"), PART(10, 10, 10, "emvs"),
	PART(11, 31, 0, "ovrpat"),
};
static const struct nvme_command_part get_lba_status[] = {
	START,
	COUNT(12, 31, 0, "mndw"),
	PART(13, 15, 0, "rl"),
	PART(13, 31, 24, "atype"),
};

static uint64_t feature_bytes(const struct nvme_command *command, uint64_t given)
{
	(void)given;
	return nvme_feature_bytes(command->cdw10 & 0xff, command->cdw11, true);
}

/* SEL: create; delete has none */
static uint64_t management_bytes(const struct nvme_command *command, uint64_t given)
{
	(void)given;
	return NVME_BITS(command->cdw10, 0, 4) == NVME_NAMESPACE_CREATE ? NVME_IDENTIFY_SIZE : 0;
}

/* Those that are defined have no data. */
static uint64_t directive_bytes(const struct nvme_command *command, uint64_t given)
{
	return given ? ((uint64_t)command->cdw10 + 1) * 4 : 0;
}

/* Reclaim Unit Handle Update: as many placement identifiers as MOS says, 0's based */
static uint64_t io_management_bytes(const struct nvme_command *command, uint64_t given)
{
	(void)given;
	return (command->cdw10 & 0xff) == NVME_IO_MANAGEMENT_UPDATE
		       ? ((uint64_t)(command->cdw10 >> 16) + 1) * sizeof(uint16_t)
		       : 0;
}

/* The odd descriptor formats have room for longer tags. */
static uint64_t copy_bytes(const struct nvme_command *command, uint64_t given)
{
	(void)given;
	return ((command->cdw12 & 0xff) + 1) *
	       (command->cdw12 & 0x100 ? 40 : sizeof(struct nvme_copy_range));
}

#define ROW(code, text, ...)                                    \
	{                                                       \
		.opcode = (code), .name = (text), ##__VA_ARGS__ \
	}

static const struct nvme_command_row admin_commands[] = {
	ROW(NVME_ADMIN_DELETE_SQ, "Delete I/O Submission Queue", .effects = NVME_CHANGES_QUEUES,
	    PARTS(delete_queue)),
	ROW(NVME_ADMIN_CREATE_SQ, "Create I/O Submission Queue", .effects = NVME_CHANGES_QUEUES,
	    PARTS(create_sq)),
	ROW(NVME_ADMIN_GET_LOG_PAGE, "Get Log Page", .unit = 4, PARTS(get_log_page)),
	ROW(NVME_ADMIN_DELETE_CQ, "Delete I/O Completion Queue", .effects = NVME_CHANGES_QUEUES,
	    PARTS(delete_queue)),
	ROW(NVME_ADMIN_CREATE_CQ, "Create I/O Completion Queue", .effects = NVME_CHANGES_QUEUES,
	    PARTS(create_cq)),
	ROW(NVME_ADMIN_IDENTIFY, "Identify", .fixed = NVME_IDENTIFY_SIZE, PARTS(identify)),
	ROW(NVME_ADMIN_ABORT, "Abort", PARTS(abort_command)),
	ROW(NVME_ADMIN_SET_FEATURES, "Set Features", .bytes = feature_bytes, PARTS(set_features)),
	ROW(NVME_ADMIN_GET_FEATURES, "Get Features", PARTS(get_features)),
	ROW(NVME_ADMIN_ASYNC_EVENT_REQUEST, "Asynchronous Event Request", .effects = NVME_STAYS),
	ROW(NVME_ADMIN_NAMESPACE_MANAGEMENT, "Namespace Management", .bytes = management_bytes,
	    .effects = NVME_CHANGES_NAMESPACES, PARTS(namespace_management)),
	ROW(NVME_ADMIN_FIRMWARE_COMMIT, "Firmware Commit", PARTS(firmware_commit)),
	ROW(NVME_ADMIN_FIRMWARE_DOWNLOAD, "Firmware Image Download", .unit = 4,
	    PARTS(firmware_download)),
	ROW(NVME_ADMIN_DEVICE_SELF_TEST, "Device Self-test", PARTS(self_test)),
	ROW(NVME_ADMIN_NAMESPACE_ATTACHMENT, "Namespace Attachment", .fixed = NVME_IDENTIFY_SIZE,
	    .effects = NVME_CHANGES_NAMESPACES, PARTS(namespace_attachment)),
	ROW(NVME_ADMIN_KEEP_ALIVE, "Keep Alive"),
	ROW(NVME_ADMIN_DIRECTIVE_SEND, "Directive Send", .bytes = directive_bytes,
	    PARTS(directive)),
	ROW(NVME_ADMIN_DIRECTIVE_RECEIVE, "Directive Receive", .unit = 4, PARTS(directive)),
	ROW(NVME_ADMIN_VIRTUALIZATION_MANAGEMENT, "Virtualization Management",
	    PARTS(virtualization)),
	ROW(NVME_ADMIN_MI_SEND, "NVMe-MI Send"),
	ROW(NVME_ADMIN_MI_RECEIVE, "NVMe-MI Receive"),
	ROW(NVME_ADMIN_CAPACITY_MANAGEMENT, "Capacity Management",
	    .effects = NVME_CHANGES_NAMESPACES, PARTS(capacity_management)),
	ROW(NVME_ADMIN_LOCKDOWN, "Lockdown", PARTS(lockdown)),
	ROW(NVME_ADMIN_DOORBELL_BUFFER_CONFIG, "Doorbell Buffer Config",
	    .effects = NVME_CHANGES_QUEUES),
	ROW(NVME_ADMIN_FABRICS, "Fabrics Commands"),
	ROW(NVME_ADMIN_FORMAT_NVM, "Format NVM", .effects = NVME_CHANGES_NAMESPACES,
	    PARTS(format_nvm)),
	ROW(NVME_ADMIN_SECURITY_SEND, "Security Send", .unit = 1, PARTS(security_send)),
	ROW(NVME_ADMIN_SECURITY_RECEIVE, "Security Receive", .unit = 1, PARTS(security_receive)),
	ROW(NVME_ADMIN_SANITIZE, "Sanitize", .effects = NVME_CHANGES_NAMESPACES, PARTS(sanitize)),
	ROW(NVME_ADMIN_GET_LBA_STATUS, "Get LBA Status", .unit = 4, PARTS(get_lba_status)),
};

static const struct nvme_command_part write_blocks[] = {
	START, COUNT(12, 15, 0, "nlb"), PART(12, 23, 20, "dtype"), PROTECTION,
	HOW,   PART(13, 7, 0, "dsm"),	PART(13, 31, 16, "dspec"), WRITTEN_TAGS,
};
static const struct nvme_command_part read_blocks[] = {
	START, COUNT(12, 15, 0, "nlb"), PROTECTION, HOW, PART(13, 7, 0, "dsm"), EXPECTED_TAGS,
};
static const struct nvme_command_part write_uncorrectable[] = {START, PART(12, 15, 0, "nlb")};
static const struct nvme_command_part compare[] = {
	START, COUNT(12, 15, 0, "nlb"), PROTECTION, HOW, EXPECTED_TAGS,
};
static const struct nvme_command_part write_zeroes[] = {
	START, PART(12, 15, 0, "nlb"), PROTECTION, PART(12, 25, 25, "deac"), HOW, WRITTEN_TAGS,
};
static const struct nvme_command_part dataset_management[] = {
	COUNT(10, 7, 0, "nr"),
	PART(11, 0, 0, "idr"),
	PART(11, 1, 1, "idw"),
	PART(11, 2, 2, "ad"),
};
static const struct nvme_command_part verify[] = {
	START, PART(12, 15, 0, "nlb"), PROTECTION, HOW, EXPECTED_TAGS,
};
static const struct nvme_command_part reservation_register[] = {
	PART(10, 2, 0, "rrega"),
	PART(10, 3, 3, "iekey"),
	PART(10, 31, 30, "cptpl"),
};
static const struct nvme_command_part reservation_report[] = {
	COUNT(10, 31, 0, "numd"),
	PART(11, 0, 0, "eds"),
};
static const struct nvme_command_part reservation_acquire[] = {
	PART(10, 2, 0, "racqa"),
	PART(10, 3, 3, "iekey"),
	PART(10, 15, 8, "rtype"),
};
static const struct nvme_command_part reservation_release[] = {
	PART(10, 2, 0, "rrela"),
	PART(10, 3, 3, "iekey"),
	PART(10, 15, 8, "rtype"),
};
static const struct nvme_command_part copy[] = {
	PART(10, 31, 0, "sdlbal"),   PART(11, 31, 0, "sdlbau"),
	PART(12, 7, 0, "nr"),	     PART(12, 11, 8, "desfmt"),
	PART(12, 15, 12, "prinfor"), PART(12, 23, 20, "dtype"),
	PART(12, 29, 26, "prinfow"), HOW,
	PART(13, 31, 16, "dspec"),   WRITTEN_TAGS,
};
static const struct nvme_command_part zone_management_send[] = {
	START,
	PART(13, 7, 0, "zsa"),
	PART(13, 8, 8, "selall"),
};
static const struct nvme_command_part zone_management_receive[] = {
	START,
	COUNT(12, 31, 0, "numd"),
	PART(13, 7, 0, "zra"),
	PART(13, 15, 8, "zrasf"),
	PART(13, 16, 16, "zraspf"),
};
static const struct nvme_command_part management_receive[] = {
	PART(10, 7, 0, "mo"),
	PART(10, 31, 16, "mos"),
	COUNT(11, 31, 0, "numd"),
};
static const struct nvme_command_part management_send[] = {
	PART(10, 7, 0, "mo"),
	PART(10, 31, 16, "mos"),
};
static const struct nvme_command_part zone_append[] = {
	START,
	COUNT(12, 15, 0, "nlb"),
	PART(12, 23, 20, "dtype"),
	PROTECTION,
	PART(12, 25, 25, "piremap"),
	HOW,
	PART(13, 31, 16, "dspec"),
	WRITTEN_TAGS,
};

static const struct nvme_command_row io_commands[] = {
	ROW(NVME_IO_FLUSH, "Flush"),
	ROW(NVME_IO_WRITE, "Write", .unit = NVME_UNIT_BLOCKS, PARTS(write_blocks)),
	ROW(NVME_IO_READ, "Read", .unit = NVME_UNIT_BLOCKS, PARTS(read_blocks)),
	ROW(NVME_IO_WRITE_UNCORRECTABLE, "Write Uncorrectable", PARTS(write_uncorrectable)),
	ROW(NVME_IO_COMPARE, "Compare", .unit = NVME_UNIT_BLOCKS, PARTS(compare)),
	ROW(NVME_IO_WRITE_ZEROES, "Write Zeroes", PARTS(write_zeroes)),
	ROW(NVME_IO_DATASET_MANAGEMENT, "Dataset Management", .unit = sizeof(struct nvme_dsm_range),
	    PARTS(dataset_management)),
	ROW(NVME_IO_VERIFY, "Verify", PARTS(verify)),
	ROW(NVME_IO_RESERVATION_REGISTER, "Reservation Register", .fixed = 16,
	    PARTS(reservation_register)),
	ROW(NVME_IO_RESERVATION_REPORT, "Reservation Report", .unit = 4, PARTS(reservation_report)),
	ROW(NVME_IO_RESERVATION_ACQUIRE, "Reservation Acquire", .fixed = 16,
	    PARTS(reservation_acquire)),
	ROW(NVME_IO_RESERVATION_RELEASE, "Reservation Release", .fixed = 8,
	    PARTS(reservation_release)),
	ROW(NVME_IO_MANAGEMENT_RECEIVE, "I/O Management Receive", .unit = 4,
	    PARTS(management_receive)),
	ROW(NVME_IO_MANAGEMENT_SEND, "I/O Management Send", .bytes = io_management_bytes,
	    PARTS(management_send)),
	ROW(NVME_IO_COPY, "Copy", .bytes = copy_bytes, PARTS(copy)),
	ROW(NVME_IO_ZONE_MANAGEMENT_SEND, "Zone Management Send", .csi = NVME_CSI_ZONED,
	    PARTS(zone_management_send)),
	ROW(NVME_IO_ZONE_MANAGEMENT_RECEIVE, "Zone Management Receive", .csi = NVME_CSI_ZONED,
	    .unit = 4, PARTS(zone_management_receive)),
	ROW(NVME_IO_ZONE_APPEND, "Zone Append", .csi = NVME_CSI_ZONED, .unit = NVME_UNIT_BLOCKS,
	    PARTS(zone_append)),
};

const struct nvme_command_row *nvme_command_row(bool io, unsigned opcode)
{
	const struct nvme_command_row *rows = io ? io_commands : admin_commands;
	size_t count = io ? sizeof(io_commands) / sizeof(io_commands[0])
			  : sizeof(admin_commands) / sizeof(admin_commands[0]);

	for (size_t i = 0; i < count; i++)
		if (rows[i].opcode == opcode)
			return &rows[i];
	return NULL;
}

unsigned nvme_command_effects(bool io, const struct nvme_command *command)
{
	const struct nvme_command_row *row = nvme_command_row(io, command->opcode);

	return row ? row->effects : 0;
}

/* What the fields that say how much say together, the first of them has the lowest bits. */
static uint64_t units(const struct nvme_command_row *row, const struct nvme_command *command)
{
	const uint32_t *dwords = (const void *)command;
	uint64_t value = 0;
	unsigned shift = 0, more = 0;

	for (unsigned i = 0; i < row->part_count; i++) {
		const struct nvme_command_part *part = &row->parts[i];
		unsigned width = part->high - part->low + 1u;

		if (part->kind == NVME_PART)
			continue;
		value |= (uint64_t)NVME_BITS(dwords[part->dword], part->low, width) << shift;
		shift += width;
		more = part->kind == NVME_PART_COUNT;
	}
	return value + more;
}

/* With PRACT the controller adds protection information, or takes it away. Where there is nothing
 * else in the metadata these are not moved at all: NVM, sections 5.2.2.1 and 5.2.2.2. */
static bool moves_metadata(const struct nvme_command *command,
			   const struct nvme_metadata_format *metadata)
{
	return !(command->cdw12 & NVME_RW_PRACT) || !metadata->type ||
	       command->opcode == NVME_IO_COMPARE ||
	       metadata->size != nvme_protection_size(metadata->guard);
}

uint64_t nvme_command_bytes(const struct nvme_command_row *row, const struct nvme_command *command,
			    uint64_t block_size, const struct nvme_metadata_format *metadata,
			    uint64_t given)
{
	if (row->bytes)
		return row->bytes(command, given);
	if (row->fixed)
		return row->fixed;
	if (!row->unit)
		return given;
	if (row->unit != NVME_UNIT_BLOCKS)
		return units(row, command) * row->unit;
	if (metadata->extended && moves_metadata(command, metadata))
		block_size += metadata->size;
	return units(row, command) * block_size;
}

uint64_t nvme_command_metadata_bytes(const struct nvme_command_row *row,
				     const struct nvme_command *command,
				     const struct nvme_metadata_format *metadata)
{
	if (row->unit != NVME_UNIT_BLOCKS || metadata->extended ||
	    !moves_metadata(command, metadata))
		return 0;
	return units(row, command) * metadata->size;
}
