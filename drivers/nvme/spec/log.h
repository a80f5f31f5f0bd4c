/* Log pages: Base, section 5.16. */
#pragma once

/* Log page identifiers: Base, figure 202 */
enum nvme_log_id {
	NVME_LOG_SUPPORTED = 0x00,
	NVME_LOG_ERROR = 0x01,
	NVME_LOG_SMART = 0x02,
	NVME_LOG_FIRMWARE = 0x03,
	NVME_LOG_CHANGED_NAMESPACES = 0x04,
	NVME_LOG_COMMANDS = 0x05,
	NVME_LOG_SELF_TEST = 0x06,
	NVME_LOG_TELEMETRY_HOST = 0x07,
	NVME_LOG_TELEMETRY_CONTROLLER = 0x08,
	NVME_LOG_ENDURANCE_GROUP = 0x09,
	NVME_LOG_PREDICTABLE_LATENCY = 0x0a,
	NVME_LOG_PREDICTABLE_LATENCY_EVENTS = 0x0b,
	NVME_LOG_ANA = 0x0c,
	NVME_LOG_PERSISTENT_EVENT = 0x0d,
	NVME_LOG_LBA_STATUS = 0x0e,
	NVME_LOG_ENDURANCE_GROUP_EVENTS = 0x0f,
	NVME_LOG_MEDIA_UNITS = 0x10,
	NVME_LOG_CAPACITY_CONFIGURATIONS = 0x11,
	NVME_LOG_FEATURES = 0x12,
	NVME_LOG_MI_COMMANDS = 0x13,
	NVME_LOG_LOCKDOWN = 0x14,
	NVME_LOG_BOOT_PARTITION = 0x15,
	NVME_LOG_ROTATIONAL_MEDIA = 0x16,
	NVME_LOG_FDP_CONFIGURATIONS = 0x20,
	NVME_LOG_FDP_USAGE = 0x21,
	NVME_LOG_FDP_STATISTICS = 0x22,
	NVME_LOG_FDP_EVENTS = 0x23,
	NVME_LOG_DISCOVERY = 0x70,
	NVME_LOG_RESERVATION = 0x80,
	NVME_LOG_SANITIZE = 0x81,
	NVME_LOG_CHANGED_ZONES = 0xbf,
	NVME_LOG_VENDOR = 0xc0, /* the first of them */
};

/* Get Log Page: Base, figures 197 to 201. The number of dwords is 0's based. */
#define NVME_LOG_LSP_SHIFT   8	       /* CDW10 */
#define NVME_LOG_RAE	     0x8000u   /* CDW10: retain the asynchronous event */
#define NVME_LOG_NUMDL_SHIFT 16	       /* CDW10; the upper 16 bits are CDW11's lower ones */
#define NVME_LOG_LSI_SHIFT   16	       /* CDW11 */
#define NVME_LOG_OT	     0x800000u /* CDW14: the offset is the index of an entry */
#define NVME_LOG_CSI_SHIFT   24	       /* CDW14 */

/* Log Page Attributes of Identify Controller: Base, figure 275 */
#define NVME_LPA_SMART	    0x01u /* SMART of each namespace */
#define NVME_LPA_EFFECTS    0x02u /* Commands Supported and Effects */
#define NVME_LPA_EXTENDED   0x04u /* offsets, and any number of dwords */
#define NVME_LOG_PLAIN_MAX  (4096 * 4) /* bytes without: 12 bits of dwords */

/* Supported Log Pages log: Base, section 5.16.1.1; a number of these for each of 256 pages */
#define NVME_LOG_LSUPP		     0x1u
#define NVME_LOG_IOS		     0x2u /* takes an offset that is an index */
#define NVME_LOG_LIDSP_SHIFT	     16	  /* about the page itself */
#define NVME_PERSISTENT_EVENT_HEADER 1u	  /* its context and header in one command */

/* Error Information log entry: Base, section 5.16.1.2 */
struct nvme_error_log_entry {
	uint64_t error_count; /* 0: entry not used */
	uint16_t sqid;
	uint16_t cid;
	uint16_t status; /* as in a completion, bit 0 the phase */
	uint16_t parameter_location;
	uint64_t lba;
	uint32_t nsid;
	uint8_t vendor;
	uint8_t trtype;
	uint8_t reserved30[2];
	uint64_t command_specific;
	uint16_t transport_specific;
	uint8_t reserved42[22];
};
_Static_assert(sizeof(struct nvme_error_log_entry) == 64, "error log entry");
_Static_assert(offsetof(struct nvme_error_log_entry, lba) == 16, "error log LBA");
_Static_assert(offsetof(struct nvme_error_log_entry, command_specific) == 32, "error log CS");

/* SMART / Health Information log: Base, section 5.16.1.3. 16-byte numbers are little endian. */
struct nvme_smart_log {
	uint8_t critical_warning;
	uint8_t temperature[2];	 /* kelvin */
	uint8_t available_spare; /* per cent */
	uint8_t available_spare_threshold;
	uint8_t percentage_used;
	uint8_t endurance_group_warning;
	uint8_t reserved7[25];
	uint8_t data_units_read[16]; /* thousands of 512 bytes */
	uint8_t data_units_written[16];
	uint8_t host_read_commands[16];
	uint8_t host_write_commands[16];
	uint8_t controller_busy_time[16]; /* minutes */
	uint8_t power_cycles[16];
	uint8_t power_on_hours[16];
	uint8_t unsafe_shutdowns[16];
	uint8_t media_errors[16];
	uint8_t error_log_entries[16];
	uint32_t warning_temperature_time; /* minutes */
	uint32_t critical_temperature_time;
	uint16_t temperature_sensor[8]; /* kelvin, 0 where there is none */
	uint32_t thermal_transitions[2];
	uint32_t thermal_time[2]; /* seconds */
	uint8_t reserved232[280];
};
_Static_assert(sizeof(struct nvme_smart_log) == 512, "SMART log");
_Static_assert(offsetof(struct nvme_smart_log, data_units_read) == 32, "data units read");
_Static_assert(offsetof(struct nvme_smart_log, error_log_entries) == 176, "error log entries");
_Static_assert(offsetof(struct nvme_smart_log, temperature_sensor) == 200, "temperature sensors");
_Static_assert(offsetof(struct nvme_smart_log, thermal_time) == 224, "thermal time");

#define NVME_SMART_SPARE       0x01u
#define NVME_SMART_TEMPERATURE 0x02u
#define NVME_SMART_RELIABILITY 0x04u
#define NVME_SMART_READ_ONLY   0x08u
#define NVME_SMART_BACKUP      0x10u
#define NVME_SMART_PMR	       0x20u

/* Firmware Slot Information log: Base, section 5.16.1.4 */
#define NVME_FIRMWARE_SLOTS 7
struct nvme_firmware_log {
	uint8_t afi; /* bits 2:0 active slot, bits 6:4 slot after the next reset */
	uint8_t reserved1[7];
	char frs[NVME_FIRMWARE_SLOTS][8]; /* from slot 1 on, ASCII */
	uint8_t reserved64[448];
};
_Static_assert(sizeof(struct nvme_firmware_log) == 512, "firmware slot log");
_Static_assert(offsetof(struct nvme_firmware_log, frs) == 8, "firmware slot 1");

/* Changed Namespace List log: Base, section 5.16.1.5; up to 1,024 NSIDs, a zero ends the list,
 * FFFFFFFFh first: more than 1,024 changed. */
struct nvme_changed_namespaces_log {
	uint32_t nsid[NVME_NAMESPACE_LIST_ENTRIES];
};
_Static_assert(sizeof(struct nvme_changed_namespaces_log) == 4096, "changed namespace list");

/* Commands Supported and Effects log: Base, section 5.16.1.6 */
struct nvme_commands_log {
	uint32_t admin[256];
	uint32_t io[256];
	uint8_t reserved2048[2048];
};
_Static_assert(sizeof(struct nvme_commands_log) == 4096, "commands supported and effects");
#define NVME_EFFECTS_CSUPP	  0x1u
#define NVME_EFFECTS_LBCC	  0x2u
#define NVME_EFFECTS_NCC	  0x4u
#define NVME_EFFECTS_NIC	  0x8u
#define NVME_EFFECTS_CCC	  0x10u
#define NVME_EFFECTS_CSE(effects) NVME_BITS(effects, 16, 3) /* what else may not be submitted */
#define NVME_EFFECTS_USS	  0x80000u

/* Scope of features and NVMe-MI commands: Base, sections 5.16.1.19 and 5.16.1.20, bits 31:20 */
#define NVME_EFFECTS_SCOPE_SHIFT 20

/* Device Self-test log: Base, section 5.16.1.7 */
struct nvme_self_test_result {
	uint8_t status; /* bits 3:0 result, 7:4 which self-test */
	uint8_t segment;
	uint8_t valid;
	uint8_t reserved3;
	uint64_t power_on_hours;
	uint32_t nsid;
	uint64_t failing_lba;
	uint8_t sct;
	uint8_t sc;
	uint8_t vendor[2];
} __attribute__((packed));
_Static_assert(sizeof(struct nvme_self_test_result) == 28, "self-test result");

#define NVME_SELF_TEST_OPERATION(operation)   NVME_BITS(operation, 0, 4)  /* 0: none */
#define NVME_SELF_TEST_COMPLETION(completion) NVME_BITS(completion, 0, 7) /* per cent */
#define NVME_SELF_TEST_RESULTS		      20
#define NVME_SELF_TEST_RESULT(status)	      NVME_BITS(status, 0, 4)
#define NVME_SELF_TEST_CODE(status)	      NVME_BITS(status, 4, 4)
#define NVME_SELF_TEST_SEGMENT_FAILED	      7	 /* results: the segment is known */
#define NVME_SELF_TEST_UNUSED		      15 /* the entry says nothing */
#define NVME_SELF_TEST_NSID_VALID	      0x1u
#define NVME_SELF_TEST_LBA_VALID	      0x2u
#define NVME_SELF_TEST_SCT_VALID	      0x4u
#define NVME_SELF_TEST_SC_VALID		      0x8u

struct nvme_self_test_log {
	uint8_t operation;
	uint8_t completion;
	uint8_t reserved2[2];
	struct nvme_self_test_result results[NVME_SELF_TEST_RESULTS];
};
_Static_assert(sizeof(struct nvme_self_test_log) == 564, "self-test log");

/* Telemetry: Base, sections 5.16.1.8 and 5.16.1.9; blocks of 512 bytes follow, of data area 1 first
 */
#define NVME_TELEMETRY_BLOCK  512u
#define NVME_TELEMETRY_CREATE 1u /* Log Specific Field */
#define NVME_LPA_DATA_AREA_4  0x40u

struct nvme_telemetry_log {
	uint8_t lid;
	uint8_t reserved1[4];
	uint8_t ieee[3];
	uint16_t last_block[3]; /* of data areas 1 to 3 */
	uint8_t reserved14[2];
	uint32_t last_block_4;
	uint8_t reserved20[361];
	uint8_t host_generation;
	uint8_t controller_available;
	uint8_t controller_generation;
	uint8_t reason[128];
};
_Static_assert(sizeof(struct nvme_telemetry_log) == 512, "telemetry log");
_Static_assert(offsetof(struct nvme_telemetry_log, controller_available) == 382, "telemetry");

/* Endurance Group Information log: Base, section 5.16.1.10 */
struct nvme_endurance_group_log {
	uint8_t critical_warning;
	uint8_t reserved1[2];
	uint8_t available_spare;
	uint8_t available_spare_threshold;
	uint8_t percentage_used;
	uint8_t reserved6[26];
	uint8_t endurance_estimate[16]; /* thousands of million bytes */
	uint8_t data_units_read[16];
	uint8_t data_units_written[16];
	uint8_t media_units_written[16];
	uint8_t host_read_commands[16];
	uint8_t host_write_commands[16];
	uint8_t integrity_errors[16];
	uint8_t error_log_entries[16];
	uint8_t total_capacity[16];
	uint8_t unallocated_capacity[16];
	uint8_t reserved192[320];
};
_Static_assert(sizeof(struct nvme_endurance_group_log) == 512, "endurance group log");

/* Predictable Latency Per NVM Set log: Base, section 5.16.1.11 */
struct nvme_predictable_latency_log {
	uint8_t status;
	uint8_t reserved1;
	uint16_t event_type;
	uint8_t reserved4[28];
	uint64_t dtwin_reads_typical;
	uint64_t dtwin_writes_typical;
	uint64_t dtwin_time_maximum;
	uint64_t ndwin_time_minimum_high;
	uint64_t ndwin_time_minimum_low;
	uint8_t reserved72[56];
	uint64_t dtwin_reads_estimate;
	uint64_t dtwin_writes_estimate;
	uint64_t dtwin_time_estimate;
	uint8_t reserved152[360];
};
_Static_assert(sizeof(struct nvme_predictable_latency_log) == 512, "predictable latency log");

/* Predictable Latency Event Aggregate, Endurance Group Event Aggregate: Base, sections 5.16.1.12
 * and 5.16.1.16 */
struct nvme_aggregate_log {
	uint64_t count;
	uint16_t entries[];
};
_Static_assert(sizeof(struct nvme_aggregate_log) == 8, "event aggregate log");

/* Asymmetric Namespace Access log: Base, section 5.16.1.13; descriptors follow, NSIDs follow each
 */
#define NVME_ANA_GROUPS_ONLY 1u /* Log Specific Field */
struct nvme_ana_log {
	uint64_t change_count;
	uint16_t groups;
	uint8_t reserved10[6];
};
_Static_assert(sizeof(struct nvme_ana_log) == 16, "ANA log");
struct nvme_ana_group {
	uint32_t id;
	uint32_t nsid_count;
	uint64_t change_count;
	uint8_t state; /* bits 3:0 */
	uint8_t reserved17[15];
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct nvme_ana_group) == 32, "ANA group descriptor");

/* LBA Status Information log: Base, section 5.16.1.15; elements follow, ranges follow each */
struct nvme_lba_status_log {
	uint32_t size; /* bytes of all */
	uint32_t element_count;
	uint32_t unrecoverable_estimate;
	uint8_t reserved12[2];
	uint16_t generation;
};
_Static_assert(sizeof(struct nvme_lba_status_log) == 16, "LBA status log");
#define NVME_LBA_STATUS_ALL 0xffffffffu
struct nvme_lba_status_element {
	uint32_t nsid;
	uint32_t range_count; /* NVME_LBA_STATUS_ALL: of all the namespace, and none follows */
	uint8_t action;
	uint8_t reserved9[7];
};
_Static_assert(sizeof(struct nvme_lba_status_element) == 16, "LBA status namespace element");
struct nvme_lba_status_range {
	uint64_t lba;
	uint32_t count;
	uint8_t reserved12[4];
};
_Static_assert(sizeof(struct nvme_lba_status_range) == 16, "LBA range descriptor");

/* Boot Partition log: Base, section 5.16.1.22; the partition follows */
struct nvme_boot_partition_log {
	uint8_t lid;
	uint8_t reserved1[3];
	uint32_t info; /* bit 31: the active one; bits 14:0: its size in 128 KiB */
	uint8_t reserved8[8];
};
_Static_assert(sizeof(struct nvme_boot_partition_log) == 16, "boot partition log");
#define NVME_BOOT_PARTITION_SIZE(info)	 NVME_BITS(info, 0, 15)
#define NVME_BOOT_PARTITION_ACTIVE(info) NVME_BITS(info, 31, 1)
#define NVME_BOOT_PARTITION_UNIT	 (128u << 10)

/* Reservation Notification log: Base, section 5.16.1.24 */
struct nvme_reservation_log {
	uint64_t count;
	uint8_t type;
	uint8_t available;
	uint8_t reserved10[2];
	uint32_t nsid;
	uint8_t reserved16[48];
};
_Static_assert(sizeof(struct nvme_reservation_log) == 64, "reservation notification log");

/* Sanitize Status log: Base, section 5.16.1.25 */
struct nvme_sanitize_log {
	uint16_t progress; /* 65,536ths */
	uint16_t status;   /* bits 2:0 state, 7:3 passes, 8 global data erased */
	uint32_t cdw10;
	uint32_t times[6]; /* seconds: overwrite, block erase, crypto erase; without deallocation */
	uint8_t reserved32[480];
};
_Static_assert(sizeof(struct nvme_sanitize_log) == 512, "sanitize status log");
#define NVME_SANITIZE_STATE(status)  NVME_BITS(status, 0, 3)
#define NVME_SANITIZE_PASSES(status) NVME_BITS(status, 3, 5)
#define NVME_SANITIZE_ERASED(status) NVME_BITS(status, 8, 1)
#define NVME_SANITIZE_RUNS	     2u

/* Their tables */
struct nvme_structure;
extern const struct nvme_structure nvme_error_log_entry_table, nvme_smart_log_table,
	nvme_endurance_group_log_table, nvme_predictable_latency_log_table,
	nvme_reservation_log_table;
