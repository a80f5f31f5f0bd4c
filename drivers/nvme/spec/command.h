/* Queue entries, opcodes, data pointers, and the fields of commands. */
#pragma once

/* SGL descriptor: Base, section 4.1.2 */
struct nvme_sgl_descriptor {
	uint64_t address;
	uint32_t length; /* bytes */
	uint8_t reserved[3];
	uint8_t identifier; /* type << 4 | subtype */
};
_Static_assert(sizeof(struct nvme_sgl_descriptor) == 16, "SGL descriptor");
_Static_assert(offsetof(struct nvme_sgl_descriptor, identifier) == 15, "SGL identifier");

#define NVME_SGL_DATA_BLOCK   0x00u
#define NVME_SGL_BIT_BUCKET   0x10u
#define NVME_SGL_SEGMENT      0x20u
#define NVME_SGL_LAST_SEGMENT 0x30u
#define NVME_SGL_KEYED	      0x40u
#define NVME_SGL_TRANSPORT    0x50u

/* Submission queue entry, common command format: Base, section 3.3.3.1, figures 86 to 88 */
struct nvme_command {
	uint8_t opcode;
	uint8_t flags; /* bits 1:0 FUSE, bits 7:6 PSDT */
	uint16_t cid;
	uint32_t nsid;
	uint32_t cdw2;
	uint32_t cdw3;
	uint64_t mptr;
	union {
		struct {
			uint64_t prp1;
			uint64_t prp2;
		};
		struct nvme_sgl_descriptor sgl;
	};
	uint32_t cdw10;
	uint32_t cdw11;
	uint32_t cdw12;
	uint32_t cdw13;
	uint32_t cdw14;
	uint32_t cdw15;
};
_Static_assert(sizeof(struct nvme_command) == 64, "submission queue entry");
_Static_assert(offsetof(struct nvme_command, cid) == 2, "CID");
_Static_assert(offsetof(struct nvme_command, nsid) == 4, "NSID");
_Static_assert(offsetof(struct nvme_command, mptr) == 16, "MPTR");
_Static_assert(offsetof(struct nvme_command, prp1) == 24, "PRP1");
_Static_assert(offsetof(struct nvme_command, prp2) == 32, "PRP2");
_Static_assert(offsetof(struct nvme_command, cdw10) == 40, "CDW10");
_Static_assert(offsetof(struct nvme_command, cdw15) == 60, "CDW15");

/* The opcode, with FUSE and PSDT 0: both bytes at once. */
static inline void nvme_command_set_opcode(struct nvme_command *command, uint8_t opcode)
{
	*(uint16_t *)command = opcode;
}

/* SLBA, of all commands that have one: CDW10 and CDW11. */
static inline void nvme_command_set_lba(struct nvme_command *command, uint64_t lba)
{
	command->cdw10 = (uint32_t)lba;
	command->cdw11 = (uint32_t)(lba >> 32);
}

/* Whether it has nothing where the usual reads and writes have nothing. */
static inline bool nvme_command_is_plain(const struct nvme_command *command)
{
	return !(command->cdw2 | command->cdw3 | command->mptr | command->cdw13 | command->cdw14 |
		 command->cdw15);
}

#define NVME_FLAGS_FUSE_FIRST  0x01u
#define NVME_FLAGS_FUSE_SECOND 0x02u
#define NVME_FLAGS_PSDT_SGL    0x40u /* SGL, metadata pointer is a buffer's address */
#define NVME_FLAGS_PSDT_SGL_MD 0x80u /* SGL, metadata pointer is an SGL segment's address */
#define NVME_FLAGS_PSDT_MASK   0xc0u
#define NVME_SQ_ENTRY_SHIFT    6
#define NVME_CQ_ENTRY_SHIFT    4
#define NVME_CID_NONE	       0xffffu
#define NVME_NSID_ALL	       0xffffffffu

/* Completion queue entry: Base, section 3.3.3.2 */
struct nvme_completion {
	union {
		struct {
			uint32_t dw0; /* command specific */
			uint32_t dw1;
		};
		uint64_t result64;
	};
	uint16_t sq_head;
	uint16_t sq_id;
	uint16_t cid;
	uint16_t status; /* bit 0 phase; the rest is the status field, see status.h */
};
_Static_assert(sizeof(struct nvme_completion) == 16, "completion queue entry");
_Static_assert(offsetof(struct nvme_completion, sq_head) == 8, "SQHD");
_Static_assert(offsetof(struct nvme_completion, cid) == 12, "CID");
_Static_assert(offsetof(struct nvme_completion, status) == 14, "status");

/* Admin opcodes: Base, figure 138. Bits 1:0 tell the direction: 01b to the controller, 10b from it,
 * 11b both. */
enum nvme_admin_opcode {
	NVME_ADMIN_DELETE_SQ = 0x00,
	NVME_ADMIN_CREATE_SQ = 0x01,
	NVME_ADMIN_GET_LOG_PAGE = 0x02,
	NVME_ADMIN_DELETE_CQ = 0x04,
	NVME_ADMIN_CREATE_CQ = 0x05,
	NVME_ADMIN_IDENTIFY = 0x06,
	NVME_ADMIN_ABORT = 0x08,
	NVME_ADMIN_SET_FEATURES = 0x09,
	NVME_ADMIN_GET_FEATURES = 0x0a,
	NVME_ADMIN_ASYNC_EVENT_REQUEST = 0x0c,
	NVME_ADMIN_NAMESPACE_MANAGEMENT = 0x0d,
	NVME_ADMIN_FIRMWARE_COMMIT = 0x10,
	NVME_ADMIN_FIRMWARE_DOWNLOAD = 0x11,
	NVME_ADMIN_DEVICE_SELF_TEST = 0x14,
	NVME_ADMIN_NAMESPACE_ATTACHMENT = 0x15,
	NVME_ADMIN_KEEP_ALIVE = 0x18,
	NVME_ADMIN_DIRECTIVE_SEND = 0x19,
	NVME_ADMIN_DIRECTIVE_RECEIVE = 0x1a,
	NVME_ADMIN_VIRTUALIZATION_MANAGEMENT = 0x1c,
	NVME_ADMIN_MI_SEND = 0x1d,
	NVME_ADMIN_MI_RECEIVE = 0x1e,
	NVME_ADMIN_CAPACITY_MANAGEMENT = 0x20,
	NVME_ADMIN_LOCKDOWN = 0x24,
	NVME_ADMIN_DOORBELL_BUFFER_CONFIG = 0x7c,
	NVME_ADMIN_FABRICS = 0x7f,
	NVME_ADMIN_FORMAT_NVM = 0x80,
	NVME_ADMIN_SECURITY_SEND = 0x81,
	NVME_ADMIN_SECURITY_RECEIVE = 0x82,
	NVME_ADMIN_SANITIZE = 0x84,
	NVME_ADMIN_GET_LBA_STATUS = 0x86,
};

/* I/O opcodes: NVM, section 3 (figure 21), Base, section 7, and ZNS, section 3.4 */
enum nvme_io_opcode {
	NVME_IO_FLUSH = 0x00,
	NVME_IO_WRITE = 0x01,
	NVME_IO_READ = 0x02,
	NVME_IO_WRITE_UNCORRECTABLE = 0x04,
	NVME_IO_COMPARE = 0x05,
	NVME_IO_WRITE_ZEROES = 0x08,
	NVME_IO_DATASET_MANAGEMENT = 0x09,
	NVME_IO_VERIFY = 0x0c,
	NVME_IO_RESERVATION_REGISTER = 0x0d,
	NVME_IO_RESERVATION_REPORT = 0x0e,
	NVME_IO_RESERVATION_ACQUIRE = 0x11,
	NVME_IO_MANAGEMENT_RECEIVE = 0x12,
	NVME_IO_RESERVATION_RELEASE = 0x15,
	NVME_IO_COPY = 0x19,
	NVME_IO_MANAGEMENT_SEND = 0x1d,
	NVME_IO_ZONE_MANAGEMENT_SEND = 0x79,
	NVME_IO_ZONE_MANAGEMENT_RECEIVE = 0x7a,
	NVME_IO_ZONE_APPEND = 0x7d,
};

#define NVME_OPCODE_DIRECTION(opcode) ((opcode)&3u)
#define NVME_DIRECTION_NONE	      0u
#define NVME_DIRECTION_TO_DEVICE      1u
#define NVME_DIRECTION_FROM_DEVICE    2u
#define NVME_DIRECTION_BOTH	      3u

enum nvme_part_kind {
	NVME_PART,
	NVME_PART_COUNT, /* of units that the command moves, 0's based */
	NVME_PART_BYTES, /* the same, not 0's based */
};

/* A field of CDW10 to CDW15, named as in the specification. */
struct nvme_command_part {
	char name[9];
	uint8_t dword; /* 10 to 15 */
	uint8_t high, low;
	uint8_t kind;
};

#define NVME_UNIT_BLOCKS 0xff

/* effects */
#define NVME_CHANGES_NAMESPACES 0x01u /* which there are, their formats, or all they hold */
#define NVME_CHANGES_QUEUES	0x02u /* queues or doorbells: of whoever runs the controller */
#define NVME_STAYS		0x04u /* with the controller, until it has something to say */

/* What the specification says of a command. Bytes that it moves: fixed; or so many units as its
 * fields say; or what a function says; or, where there is none of it, what they are given. */
struct nvme_command_row {
	uint8_t opcode;
	const char *name;
	uint8_t csi; /* I/O: NVME_CSI_NVM also for what all command sets have */
	uint8_t effects;
	uint8_t unit; /* bytes, or NVME_UNIT_BLOCKS */
	uint8_t part_count;
	uint16_t fixed;
	uint64_t (*bytes)(const struct nvme_command *command, uint64_t given);
	const struct nvme_command_part *parts;
};

/* NULL where there is no such command. */
const struct nvme_command_row *nvme_command_row(bool io, unsigned opcode);
/* 0 where there is no such command. */
unsigned nvme_command_effects(bool io, const struct nvme_command *command);
/* Bytes of data that a command moves as its own fields say; given where they do not say it.
 * block_size, of the data in a block, and what else is in one matter to those only whose unit is
 * NVME_UNIT_BLOCKS. */
uint64_t nvme_command_bytes(const struct nvme_command_row *row, const struct nvme_command *command,
			    uint64_t block_size, const struct nvme_metadata_format *metadata,
			    uint64_t given);
/* Bytes that it moves between blocks and the metadata buffer. */
uint64_t nvme_command_metadata_bytes(const struct nvme_command_row *row,
				     const struct nvme_command *command,
				     const struct nvme_metadata_format *metadata);

/* I/O Management Send, management operation: Base, section 7.4 */
#define NVME_IO_MANAGEMENT_STATUS    0x01u /* receive: of reclaim unit handles */
#define NVME_IO_MANAGEMENT_UPDATE    0x01u /* send: of reclaim unit handles */
#define NVME_IO_MANAGEMENT_MOS_SHIFT 16	   /* CDW10: what the operation has of its own */

/* Create I/O Completion Queue: Base, section 5.4; CDW10 is size (0's based) << 16 | QID */
#define NVME_QUEUE_CDW10(qid, entries) ((((uint32_t)(entries)-1) << 16) | (uint16_t)(qid))
#define NVME_CREATE_CONTIGUOUS	       0x1u /* CDW11 of both */
#define NVME_CREATE_CQ_INTERRUPT       0x2u
#define NVME_CREATE_CQ_VECTOR_SHIFT    16
/* Create I/O Submission Queue: Base, section 5.5 */
#define NVME_CREATE_SQ_PRIORITY_SHIFT 1
#define NVME_CREATE_SQ_CQID_SHIFT     16

/* Abort: Base, section 5.1; completion DW0 bit 0 is set when the command was not aborted */
#define NVME_ABORT_CDW10(sqid, cid) ((uint32_t)(cid) << 16 | (uint16_t)(sqid))
#define NVME_ABORT_NOT_DONE	    0x1u

/* Asynchronous Event Request: Base, section 5.2, completion DW0 */
#define NVME_EVENT_TYPE(dw0) NVME_BITS(dw0, 0, 3)
#define NVME_EVENT_INFO(dw0) NVME_BITS(dw0, 8, 8)
#define NVME_EVENT_LOG(dw0)  NVME_BITS(dw0, 16, 8)
enum nvme_event_type {
	NVME_EVENT_ERROR = 0,
	NVME_EVENT_SMART = 1,
	NVME_EVENT_NOTICE = 2,
	NVME_EVENT_IMMEDIATE = 3,
	NVME_EVENT_IO_COMMAND_SET = 6,
	NVME_EVENT_VENDOR = 7,
};
#define NVME_EVENT_ERROR_REGISTER   0x00u /* doorbell of a queue that is not there */
#define NVME_EVENT_ERROR_VALUE	    0x01u /* of a doorbell */
#define NVME_EVENT_NOTICE_NAMESPACE 0x00u
#define NVME_EVENT_NOTICE_FIRMWARE  0x01u
#define NVME_EVENT_NOTICE_TELEMETRY 0x02u
#define NVME_EVENT_NOTICE_ANA	    0x03u
#define NVME_EVENT_NOTICE_ENDURANCE 0x06u
#define NVME_EVENT_NOTICE_ZONES	    0xefu /* ZNS, section 4.1.1; the NSID is completion DW1 */

/* Read, Write, Compare …: NVM, section 3.2: CDW10/11 are the LBA, CDW12 bits 15:0 the blocks, 0's
 * based */
#define NVME_RW_BLOCKS_MAX	65536u
#define NVME_RW_BLOCKS(cdw12)	(NVME_BITS(cdw12, 0, 16) + 1)
#define NVME_RW_DIRECTIVE_SHIFT 20	    /* CDW12: DTYPE, 4 bits */
#define NVME_RW_SPECIFIC_SHIFT	16	    /* CDW13: DSPEC */
#define NVME_RW_LR		0x80000000u /* limited retry */
#define NVME_RW_FUA		0x40000000u /* force unit access */
#define NVME_WZ_DEAC		0x02000000u /* Write Zeroes: deallocate */

/* Dataset Management: NVM, section 3.2.3 */
struct nvme_dsm_range {
	uint32_t attributes;
	uint32_t blocks;
	uint64_t lba;
};
_Static_assert(sizeof(struct nvme_dsm_range) == 16, "DSM range");
_Static_assert(offsetof(struct nvme_dsm_range, lba) == 8, "DSM range LBA");
#define NVME_DSM_RANGES_MAX 256u
#define NVME_DSM_IDR	    0x1u /* CDW11: integral dataset for read */
#define NVME_DSM_IDW	    0x2u /* integral dataset for write */
#define NVME_DSM_AD	    0x4u /* deallocate */

/* Copy source range, descriptor formats 0 and, of any namespace, 2: NVM, section 3.2.2, and TP4130
 */
struct nvme_copy_range {
	uint32_t nsid; /* format 2 */
	uint32_t reserved4;
	uint64_t lba;
	uint16_t blocks; /* 0's based */
	uint16_t reserved1;
	uint32_t reserved2;
	uint32_t initial_reference_tag;
	uint16_t application_tag;
	uint16_t application_tag_mask;
};
_Static_assert(sizeof(struct nvme_copy_range) == 32, "copy source range");

/* The same, descriptor formats 1 and 3: room for 80 bits of tags, which are big endian. */
struct nvme_copy_range_wide {
	uint32_t nsid; /* format 3 */
	uint32_t reserved4;
	uint64_t lba;
	uint16_t blocks;
	uint8_t reserved18[8];
	uint8_t reference_tag[10];
	uint16_t application_tag;
	uint16_t application_tag_mask;
};
_Static_assert(sizeof(struct nvme_copy_range_wide) == 40, "copy source range, format 1");
_Static_assert(offsetof(struct nvme_copy_range_wide, reference_tag) == 26, "tags, format 1");
#define NVME_COPY_CDW12(ranges, format) (((ranges)-1u) | (uint32_t)(format) << 8)
#define NVME_COPY_PRINFOR_SHIFT		12

/* Namespace Management and Namespace Attachment: Base, sections 5.23 and 5.22; CDW10. Which
 * controllers the latter is about is in a Controller List. */
#define NVME_NAMESPACE_CREATE	 0u
#define NVME_NAMESPACE_DELETE	 1u
#define NVME_NAMESPACE_CSI_SHIFT 24 /* CDW11 of Create */
#define NVME_NAMESPACE_ATTACH	 0u
#define NVME_NAMESPACE_DETACH	 1u

/* Format NVM: Base, section 5.14; CDW10 */
#define NVME_FORMAT_LBAF(index) (NVME_BITS(index, 0, 4) | NVME_BITS(index, 4, 2) << 12)
#define NVME_FORMAT_MSET_SHIFT	4
#define NVME_FORMAT_PI_SHIFT	5
#define NVME_FORMAT_PIL_SHIFT	8
#define NVME_FORMAT_SES_SHIFT	9
#define NVME_FORMAT_SES(cdw10)	NVME_BITS(cdw10, 9, 3)

/* Sanitize: Base, section 5.24; CDW10; CDW11 is what is written */
enum {
	NVME_SANITIZE_EXIT_FAILURE = 1,
	NVME_SANITIZE_BLOCK_ERASE,
	NVME_SANITIZE_OVERWRITE,
	NVME_SANITIZE_CRYPTO_ERASE,
};
#define NVME_SANITIZE_AUSE	   0x008u
#define NVME_SANITIZE_OWPASS_SHIFT 4
#define NVME_SANITIZE_OIPBP	   0x100u
#define NVME_SANITIZE_NDAS	   0x200u
#define NVME_SANITIZE_EMVS	   0x400u

/* Firmware Commit: Base, section 5.12; CDW10, and completion DW0 */
#define NVME_FIRMWARE_ACTION_SHIFT 3
#define NVME_FIRMWARE_BPID_SHIFT   31
enum {
	NVME_FIRMWARE_BOOT_PARTITION = 6, /* replaces it */
	NVME_FIRMWARE_BOOT_ACTIVATE = 7,
};

/* Device Self-test: Base, section 5.9; CDW10 */
enum {
	NVME_SELF_TEST_SHORT = 0x1,
	NVME_SELF_TEST_EXTENDED = 0x2,
	NVME_SELF_TEST_ABORT = 0xf,
};

/* Directives: Base, section 8.8; CDW11 is the operation, the type << 8 and what is specific << 16
 */
enum nvme_directive {
	NVME_DIRECTIVE_IDENTIFY = 0,
	NVME_DIRECTIVE_STREAMS = 1,
	NVME_DIRECTIVE_PLACEMENT = 2, /* TP4146 */
};
#define NVME_DIRECTIVE_CDW11(oper, type, spec) \
	((uint32_t)(oper) | (uint32_t)(type) << 8 | (uint32_t)(spec) << 16)
#define NVME_DIRECTIVE_TARGET_SHIFT 8 /* CDW12 of Enable Directive */
enum {
	NVME_DIRECTIVE_SEND_ENABLE = 1,
	NVME_DIRECTIVE_RECEIVE_PARAMETERS = 1, /* of both types */
	NVME_STREAMS_SEND_RELEASE_ID = 1,
	NVME_STREAMS_SEND_RELEASE = 2,
	NVME_STREAMS_RECEIVE_STATUS = 2,
	NVME_STREAMS_RECEIVE_ALLOCATE = 3,
};

/* Capacity Management: Base, section 5.3; CDW10; completion DW0 of what creates is its identifier
 */
enum {
	NVME_CAPACITY_CREATE_GROUP = 1,
	NVME_CAPACITY_CREATE_SET = 3,
};
#define NVME_CAPACITY_ELEMENT_SHIFT 16

/* Lockdown: Base, section 5.19; CDW10; CDW14 is the UUID's index */
#define NVME_LOCKDOWN_PROHIBIT_SHIFT  4
#define NVME_LOCKDOWN_INTERFACE_SHIFT 5
#define NVME_LOCKDOWN_OFI_SHIFT	      8

/* Security Send and Receive: Base, sections 5.25 and 5.26; CDW10 */
#define NVME_SECURITY_SPSP_SHIFT 8
#define NVME_SECURITY_SECP_SHIFT 24

/* Virtualization Management: Base, section 5.28; CDW10 */
#define NVME_VIRTUALIZATION_RT_SHIFT	 8
#define NVME_VIRTUALIZATION_CNTLID_SHIFT 16
enum {
	NVME_VIRTUALIZATION_PRIMARY = 1, /* how many flexible resources the primary one keeps */
	NVME_VIRTUALIZATION_OFFLINE = 7,
	NVME_VIRTUALIZATION_ASSIGN = 8,
	NVME_VIRTUALIZATION_ONLINE = 9,
};

/* Reservations: Base, sections 7.2 to 7.5; CDW10 of those that change one */
#define NVME_RESERVATION_IEKEY	     0x8u
#define NVME_RESERVATION_TYPE_SHIFT  8
#define NVME_RESERVATION_CPTPL_SHIFT 30
struct nvme_reservation_entry {
	uint16_t cntlid;
	uint8_t rcsts;
	uint8_t reserved3[5];
	uint64_t hostid;
	uint64_t rkey;
};
_Static_assert(sizeof(struct nvme_reservation_entry) == 24, "registered controller");
struct nvme_reservation_entry_extended {
	uint16_t cntlid;
	uint8_t rcsts;
	uint8_t reserved3[5];
	uint64_t rkey;
	uint8_t hostid[16];
	uint8_t reserved32[32];
};
_Static_assert(sizeof(struct nvme_reservation_entry_extended) == 64,
	       "registered controller, extended");
struct nvme_reservation_status {
	uint32_t gen;
	uint8_t rtype;
	uint8_t regctl[2]; /* little endian */
	uint8_t reserved7[2];
	uint8_t ptpls;
	uint8_t reserved10[14];
	struct nvme_reservation_entry entries[];
};
_Static_assert(sizeof(struct nvme_reservation_status) == 24, "reservation status");
/* With extended entries they begin here. */
#define NVME_RESERVATION_EXTENDED_HEADER 64u

/* Get LBA Status: NVM, section 4.2.1 */
struct nvme_lba_status_descriptor {
	uint64_t dslba;
	uint32_t nlb;
	uint8_t reserved12;
	uint8_t status;
	uint8_t reserved14[2];
};
_Static_assert(sizeof(struct nvme_lba_status_descriptor) == 16, "LBA status descriptor");
struct nvme_lba_status {
	uint32_t nlsd; /* descriptors */
	uint8_t cmpc;
	uint8_t reserved5[3];
	struct nvme_lba_status_descriptor descriptors[];
};
_Static_assert(sizeof(struct nvme_lba_status) == 8, "LBA status");
#define NVME_LBA_STATUS_FULL 1 /* CMPC: as much as MNDW allows */
#define NVME_LBA_STATUS_DONE 2 /* all that was asked for */

/* Doorbell Buffer Config: Base, section 5.8; PRP1 the shadow doorbells, PRP2 the EventIdx; layout
 * in both as the doorbells in BAR0. */

/* Set Features and Get Features: Base, sections 5.27 and 5.15; features are in feature.h */
#define NVME_SET_FEATURES_SAVE	       0x80000000u /* CDW10 */
#define NVME_GET_FEATURES_SELECT_SHIFT 8	   /* CDW10: enum nvme_select */
enum nvme_select {
	NVME_SELECT_CURRENT,
	NVME_SELECT_DEFAULT,
	NVME_SELECT_SAVED,
	NVME_SELECT_CAPABILITIES, /* completion DW0: the bits that follow */
};
#define NVME_FEATURE_SAVEABLE	   0x1u
#define NVME_FEATURE_PER_NAMESPACE 0x2u
#define NVME_FEATURE_CHANGEABLE	   0x4u
