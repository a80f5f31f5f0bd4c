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
	NVME_LOG_DISCOVERY = 0x70,
	NVME_LOG_RESERVATION = 0x80,
	NVME_LOG_SANITIZE = 0x81,
	NVME_LOG_CHANGED_ZONES = 0xbf,
};

/* Get Log Page: Base, figures 197 to 201. The number of dwords is 0's based. */
#define NVME_LOG_LSP_SHIFT   8	       /* CDW10 */
#define NVME_LOG_RAE	     0x8000u   /* CDW10: retain the asynchronous event */
#define NVME_LOG_NUMDL_SHIFT 16	       /* CDW10; the upper 16 bits are CDW11's lower ones */
#define NVME_LOG_LSI_SHIFT   16	       /* CDW11 */
#define NVME_LOG_OT	     0x800000u /* CDW14: the offset is the index of an entry */
#define NVME_LOG_CSI_SHIFT   24	       /* CDW14 */

/* Log Page Attributes of Identify Controller: Base, figure 275 */
#define NVME_LPA_EXTENDED 0x04u /* offsets, and more than 4,096 dwords */

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
struct nvme_firmware_log {
	uint8_t afi; /* bits 2:0 active slot, bits 6:4 slot after the next reset */
	uint8_t reserved1[7];
	char frs[7][8]; /* slots 1 to 7, ASCII */
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
#define NVME_EFFECTS_CSUPP 0x1u
#define NVME_EFFECTS_LBCC  0x2u
#define NVME_EFFECTS_NCC   0x4u
#define NVME_EFFECTS_NIC   0x8u
#define NVME_EFFECTS_CCC   0x10u

/* Their tables */
struct nvme_structure;
extern const struct nvme_structure nvme_error_log_entry_table, nvme_smart_log_table;
