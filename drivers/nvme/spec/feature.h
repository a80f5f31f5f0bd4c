/* Features: identifiers, what their dword and their data say. */
#pragma once

struct nvme_row;

/* Feature identifiers: Base, section 5.27.1; NVM, section 4.1.3; 1Dh and 1Eh came with Flexible
 * Data Placement (TP4146) */
enum nvme_feature {
	NVME_FEATURE_ARBITRATION = 0x01,
	NVME_FEATURE_POWER_MANAGEMENT = 0x02,
	NVME_FEATURE_LBA_RANGE = 0x03,
	NVME_FEATURE_TEMPERATURE_THRESHOLD = 0x04,
	NVME_FEATURE_ERROR_RECOVERY = 0x05,
	NVME_FEATURE_VOLATILE_WRITE_CACHE = 0x06,
	NVME_FEATURE_NUMBER_OF_QUEUES = 0x07,
	NVME_FEATURE_INTERRUPT_COALESCING = 0x08,
	NVME_FEATURE_INTERRUPT_VECTOR = 0x09,
	NVME_FEATURE_WRITE_ATOMICITY = 0x0a,
	NVME_FEATURE_ASYNC_EVENT = 0x0b,
	NVME_FEATURE_AUTO_POWER_STATE = 0x0c,
	NVME_FEATURE_HOST_MEMORY_BUFFER = 0x0d,
	NVME_FEATURE_TIMESTAMP = 0x0e,
	NVME_FEATURE_KEEP_ALIVE = 0x0f,
	NVME_FEATURE_THERMAL_MANAGEMENT = 0x10,
	NVME_FEATURE_NON_OPERATIONAL_POWER = 0x11,
	NVME_FEATURE_READ_RECOVERY_LEVEL = 0x12,
	NVME_FEATURE_PREDICTABLE_LATENCY_CONFIG = 0x13,
	NVME_FEATURE_PREDICTABLE_LATENCY_WINDOW = 0x14,
	NVME_FEATURE_LBA_STATUS_ATTRIBUTES = 0x15,
	NVME_FEATURE_HOST_BEHAVIOR = 0x16,
	NVME_FEATURE_SANITIZE_CONFIG = 0x17,
	NVME_FEATURE_ENDURANCE_GROUP_EVENT = 0x18,
	NVME_FEATURE_IO_COMMAND_SET_PROFILE = 0x19,
	NVME_FEATURE_SPINUP_CONTROL = 0x1a,
	NVME_FEATURE_FDP = 0x1d,
	NVME_FEATURE_FDP_EVENTS = 0x1e,
	NVME_FEATURE_ENHANCED_CONTROLLER_METADATA = 0x7d,
	NVME_FEATURE_CONTROLLER_METADATA = 0x7e,
	NVME_FEATURE_NAMESPACE_METADATA = 0x7f,
	NVME_FEATURE_SOFTWARE_PROGRESS = 0x80,
	NVME_FEATURE_HOST_ID = 0x81,
	NVME_FEATURE_RESERVATION_NOTIFICATION = 0x82,
	NVME_FEATURE_RESERVATION_PERSISTENCE = 0x83,
	NVME_FEATURE_WRITE_PROTECT = 0x84,
};

/* What the specification says of a feature. bits: of CDW11 of Set Features, and of what Get
 * Features returns. */
struct nvme_feature_row {
	uint8_t id;
	uint8_t bit_count;
	uint16_t size; /* bytes of its data where nothing else matters to it; 0: none */
	const char *name;
	const struct nvme_row *bits;
};

/* NULL where there is no such feature. */
const struct nvme_feature_row *nvme_feature_row(unsigned feature);
/* Bytes of data that Set Features takes, or that Get Features returns at most. */
uint64_t nvme_feature_bytes(unsigned feature, uint32_t cdw11, bool set);
/* A type of FDP event in words; NULL: reserved. */
const char *nvme_fdp_event_name(unsigned type);

/* LBA Range Type: NVM, section 4.1.3.1 */
struct nvme_lba_range {
	uint8_t type;
	uint8_t attributes;
	uint8_t reserved2[14];
	uint64_t slba;
	uint64_t nlb;
	uint8_t guid[16];
	uint8_t reserved48[16];
};
_Static_assert(sizeof(struct nvme_lba_range) == 64, "LBA range type");
_Static_assert(offsetof(struct nvme_lba_range, guid) == 32, "LBA range GUID");
#define NVME_LBA_RANGES(dw)	   (NVME_BITS(dw, 0, 6) + 1)
#define NVME_LBA_RANGES_MAX	   64u
#define NVME_LBA_RANGE_OVERWRITTEN 0x1u /* attributes: it may be */
#define NVME_LBA_RANGE_HIDDEN	   0x2u

/* Number of Queues, CDW11 and completion DW0, both counts 0's based: Base, section 5.27.1.5 */
#define NVME_QUEUES(sqs, cqs) ((((uint32_t)(cqs)-1) << 16) | ((uint32_t)(sqs)-1))
#define NVME_QUEUES_SQS(dw)   (NVME_BITS(dw, 0, 16) + 1)
#define NVME_QUEUES_CQS(dw)   (NVME_BITS(dw, 16, 16) + 1)

/* Interrupt Coalescing, CDW11: 7:0 completions less one, 15:8 time in 100 us; Interrupt Vector
 * Configuration, CDW11: 15:0 vector (of an I/O completion queue that exists), bit 16 set: not
 * coalesced: Base, sections 5.27.1.6 and 5.27.1.7 */

/* Autonomous Power State Transition: Base, section 5.27.1.9; one for each power state */
struct nvme_auto_power_state {
	uint64_t entries[32];
};
_Static_assert(sizeof(struct nvme_auto_power_state) == 256, "autonomous transitions");
#define NVME_AUTO_POWER_STATE(entry) NVME_BITS(entry, 3, 5)
#define NVME_AUTO_POWER_TIME(entry)  NVME_BITS(entry, 8, 24) /* ms idle before */

/* Host Memory Buffer, CDW11, and as Get Features returns it: Base, section 5.27.1.10 */
#define NVME_HOST_MEMORY_ENABLE 0x1u /* EHM */
struct nvme_host_memory_buffer {
	uint32_t hsize;
	uint32_t hmdlal;
	uint32_t hmdlau;
	uint32_t hmdlec;
	uint8_t reserved16[4080];
};
_Static_assert(sizeof(struct nvme_host_memory_buffer) == 4096, "host memory buffer");

/* Timestamp: Base, section 5.27.1.11 */
struct nvme_timestamp {
	uint8_t timestamp[6]; /* ms since 1970 */
	uint8_t attributes;
	uint8_t reserved7;
};
_Static_assert(sizeof(struct nvme_timestamp) == 8, "timestamp");
#define NVME_TIMESTAMP_STOPPED		  0x1u /* attributes: the clock may have stood still */
#define NVME_TIMESTAMP_ORIGIN(attributes) NVME_BITS(attributes, 1, 3) /* 1: Set Features */

/* Predictable Latency Mode Config: Base, section 5.27.1.16 */
struct nvme_predictable_latency_config {
	uint16_t events;
	uint8_t reserved2[30];
	uint64_t dtwin_reads;
	uint64_t dtwin_writes;
	uint64_t dtwin_time;
	uint8_t reserved56[456];
};
_Static_assert(sizeof(struct nvme_predictable_latency_config) == 512, "predictable latency");
_Static_assert(offsetof(struct nvme_predictable_latency_config, dtwin_reads) == 32, "thresholds");

/* Host Behavior Support: Base, figure 332 */
struct nvme_host_behavior {
	uint8_t acre;	/* the host observes CRD */
	uint8_t etdas;	/* extended telemetry data area 4 */
	uint8_t lbafee; /* extended LBA formats */
	uint8_t reserved3;
	uint16_t cdfe; /* Copy descriptor formats from 2 on, by their bits: TP4130 */
	uint8_t reserved6[506];
};
_Static_assert(sizeof(struct nvme_host_behavior) == 512, "Host Behavior Support");

/* Asynchronous Event Configuration, CDW11: Base, section 5.27.1.8 */
#define NVME_ASYNC_SMART     0x0000001fu /* critical warnings, as in the SMART log */
#define NVME_ASYNC_PMR	     0x00000020u /* the one about the persistent memory region */
#define NVME_ASYNC_NAMESPACE 0x00000100u
#define NVME_ASYNC_FIRMWARE  0x00000200u
#define NVME_ASYNC_ENDURANCE 0x00004000u
#define NVME_ASYNC_ZONES     0x08000000u /* ZNS, section 4.1.3 */

/* Enhanced Controller, Controller and Namespace Metadata: Base, section 5.27.1 */
struct nvme_metadata_element {
	uint8_t type;
	uint8_t revision;
	uint8_t length[2]; /* little endian, and at any address */
	char value[];
};
_Static_assert(sizeof(struct nvme_metadata_element) == 4, "metadata element");
struct nvme_host_metadata {
	uint8_t count;
	uint8_t reserved1;
	uint8_t elements[4094];
};
_Static_assert(sizeof(struct nvme_host_metadata) == 4096, "host metadata");

/* Host Identifier, CDW11: it has 16 bytes */
#define NVME_HOST_ID_EXTENDED 0x1u

/* Flexible Data Placement: CDW11 of both is the endurance group; CDW12 of Set Features and
 * completion DW0 of Get Features */
#define NVME_FDP_ENABLE	     0x1u
#define NVME_FDP_INDEX_SHIFT 8
#define NVME_FDP_INDEX(dw)   NVME_BITS(dw, NVME_FDP_INDEX_SHIFT, 8)

/* FDP Events: Get Features returns so many of these (completion DW0); CDW11 has room for how many,
 * Set Features takes a byte for each. */
struct nvme_fdp_event_support {
	uint8_t type;
	uint8_t attributes; /* bit 0: it is told */
};
_Static_assert(sizeof(struct nvme_fdp_event_support) == 2, "FDP event");
#define NVME_FDP_EVENTS_SHIFT 16
#define NVME_FDP_EVENTS_MAX   255u
