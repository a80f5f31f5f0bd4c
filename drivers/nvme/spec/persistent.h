/* The Persistent Event log: Base, section 5.16.1.14. */
#pragma once

/* Log Specific Field: what is to become of the context that the log is read in */
enum nvme_persistent_action {
	NVME_PERSISTENT_READ,
	NVME_PERSISTENT_ESTABLISH, /* one, and read */
	NVME_PERSISTENT_RELEASE,
};

#define NVME_PELS_UNIT 65536u /* of PELS in Identify Controller: bytes */

/* Events follow. */
struct nvme_persistent_log {
	uint8_t lid;
	uint8_t reserved1[3];
	uint32_t tnev; /* events */
	uint64_t tll;  /* bytes */
	uint8_t rv;
	uint8_t reserved17;
	uint16_t lhl;
	uint64_t ts;
	uint8_t poh[16];
	uint64_t pcc;
	uint16_t vid;
	uint16_t ssvid;
	char sn[20];
	char mn[40];
	char subnqn[256];
	uint16_t gen_number;
	uint32_t rci;
	uint8_t reserved378[102];
	uint8_t seb[32]; /* types of events that there may be: bits */
} __attribute__((packed));
_Static_assert(sizeof(struct nvme_persistent_log) == 512, "persistent event log");

enum nvme_persistent_type {
	NVME_PERSISTENT_SMART = 0x01, /* struct nvme_smart_log */
	NVME_PERSISTENT_FIRMWARE,
	NVME_PERSISTENT_TIMESTAMP,
	NVME_PERSISTENT_POWER_ON,
	NVME_PERSISTENT_HARDWARE,
	NVME_PERSISTENT_NAMESPACE,
	NVME_PERSISTENT_FORMAT_START,
	NVME_PERSISTENT_FORMAT_END,
	NVME_PERSISTENT_SANITIZE_START,
	NVME_PERSISTENT_SANITIZE_END,
	NVME_PERSISTENT_FEATURE,
	NVME_PERSISTENT_TELEMETRY,
	NVME_PERSISTENT_THERMAL,
};
/* NULL where there is none. */
const char *nvme_persistent_name(unsigned type);

/* What each event begins with. EHL is its length less 3; then come VSIL bytes of the vendor's, and
 * the event's data, which are together EL bytes. */
struct nvme_persistent_event {
	uint8_t etype;
	uint8_t etype_rev;
	uint8_t ehl;
	uint8_t ehai;
	uint16_t cntlid;
	uint64_t ets;
	uint16_t pelpid;
	uint8_t reserved16[4];
	uint16_t vsil;
	uint16_t el;
} __attribute__((packed));
_Static_assert(sizeof(struct nvme_persistent_event) == 24, "persistent event");

struct nvme_persistent_firmware {
	char old_revision[8];
	char new_revision[8];
	uint8_t action;
	uint8_t slot;
	uint8_t sct;
	uint8_t sc;
	uint16_t vendor;
} __attribute__((packed));
_Static_assert(sizeof(struct nvme_persistent_firmware) == 22, "Firmware Commit event");

struct nvme_persistent_timestamp {
	uint64_t previous;
	uint64_t since_reset; /* milliseconds */
};
_Static_assert(sizeof(struct nvme_persistent_timestamp) == 16, "Timestamp Change event");

/* A revision of the firmware is in front of a list of these. */
struct nvme_persistent_reset {
	uint16_t cntlid;
	uint8_t firmware_activation;
	uint8_t operation;
	uint8_t reserved4[12];
	uint32_t power_cycle;
	uint64_t power_on; /* milliseconds */
	uint64_t timestamp;
} __attribute__((packed));
_Static_assert(sizeof(struct nvme_persistent_reset) == 36, "Power-on or Reset event");

struct nvme_persistent_namespace {
	uint32_t cdw10;
	uint8_t reserved4[4];
	uint64_t nsze;
	uint8_t reserved16[8];
	uint64_t ncap;
	uint8_t flbas;
	uint8_t dps;
	uint8_t nmic;
	uint8_t reserved35;
	uint32_t anagrpid;
	uint16_t nvmsetid;
	uint8_t reserved42[2];
	uint32_t nsid;
};
_Static_assert(sizeof(struct nvme_persistent_namespace) == 48, "Change Namespace event");

struct nvme_persistent_format_start {
	uint32_t nsid;
	uint8_t fna;
	uint8_t reserved5[3];
	uint32_t cdw10;
};
_Static_assert(sizeof(struct nvme_persistent_format_start) == 12, "Format NVM Start event");

struct nvme_persistent_format_end {
	uint32_t nsid;
	uint8_t progress; /* the smallest one */
	uint8_t status;
	uint16_t information;
	uint32_t status_field;
};
_Static_assert(sizeof(struct nvme_persistent_format_end) == 12, "Format NVM Completion event");

struct nvme_persistent_sanitize_start {
	uint32_t sanicap;
	uint32_t cdw10;
	uint32_t cdw11;
};
_Static_assert(sizeof(struct nvme_persistent_sanitize_start) == 12, "Sanitize Start event");

struct nvme_persistent_sanitize_end {
	uint16_t progress;
	uint16_t status;
	uint16_t information;
	uint8_t reserved6[2];
};
_Static_assert(sizeof(struct nvme_persistent_sanitize_end) == 8, "Sanitize Completion event");

struct nvme_persistent_thermal {
	uint8_t temperature; /* over the threshold: kelvin */
	uint8_t threshold;
};
_Static_assert(sizeof(struct nvme_persistent_thermal) == 2, "Thermal Excursion event");

extern const struct nvme_structure nvme_persistent_log_table, nvme_persistent_event_table,
	nvme_persistent_firmware_table, nvme_persistent_timestamp_table,
	nvme_persistent_reset_table, nvme_persistent_namespace_table,
	nvme_persistent_format_start_table, nvme_persistent_format_end_table,
	nvme_persistent_sanitize_start_table, nvme_persistent_sanitize_end_table,
	nvme_persistent_thermal_table;

/* How an event of the type is described: by its table, below a line of its own. table NULL: it is
 * not one structure, or unknown. */
struct nvme_persistent_description {
	const struct nvme_structure *table;
	const char *title;
};
struct nvme_persistent_description nvme_persistent_description(unsigned type);
/* A hardware error's code in words. */
const char *nvme_persistent_hardware_name(unsigned code);
