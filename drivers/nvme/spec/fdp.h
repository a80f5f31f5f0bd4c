/* Flexible Data Placement: TP4146, which Base 2.1 has in its sections 5.1.12.1.28 to 31 and 7.3.
 * Its features are in feature.h. */
#pragma once

/* FDP Configurations, log page 20h: descriptors follow, each with its reclaim unit handles behind
 * it and room for the vendor behind these. */
struct nvme_fdp_configurations_log {
	uint16_t last; /* 0's based: how many there are */
	uint8_t version;
	uint8_t reserved3;
	uint32_t size; /* bytes of all */
	uint8_t reserved8[8];
};
_Static_assert(sizeof(struct nvme_fdp_configurations_log) == 16, "FDP configurations log");

struct nvme_fdp_configuration {
	uint16_t size; /* bytes of this descriptor */
	uint8_t fdpa;
	uint8_t vss;
	uint32_t nrg;
	uint16_t nruh;
	uint16_t maxpids; /* 0's based */
	uint32_t nnss;
	uint64_t runs; /* bytes */
	uint32_t erutl;
	uint8_t reserved28[36];
} __attribute__((packed)); /* at any address, with what the vendor has before it */
#define NVME_FDPA_VALID	     0x80u
#define NVME_FDPA_RGIF(fdpa) NVME_BITS(fdpa, 0, 4) /* high bits of an identifier: the group */
_Static_assert(sizeof(struct nvme_fdp_configuration) == 64, "FDP configuration descriptor");
_Static_assert(offsetof(struct nvme_fdp_configuration, runs) == 16, "reclaim unit size");

struct nvme_fdp_handle {
	uint8_t ruht;
	uint8_t reserved1[3];
};
_Static_assert(sizeof(struct nvme_fdp_handle) == 4, "reclaim unit handle descriptor");
#define NVME_FDP_INITIALLY_ISOLATED 1u /* ruht; 2: persistently */

/* Reclaim Unit Handle Usage, log page 21h; a descriptor for each handle follows */
struct nvme_fdp_usage_log {
	uint16_t nruh;
	uint8_t reserved2[6];
};
_Static_assert(sizeof(struct nvme_fdp_usage_log) == 8, "reclaim unit handle usage log");

struct nvme_fdp_usage {
	uint8_t ruha;
	uint8_t reserved1[7];
};
_Static_assert(sizeof(struct nvme_fdp_usage) == 8, "reclaim unit handle usage descriptor");

/* FDP Statistics, log page 22h: bytes */
struct nvme_fdp_statistics_log {
	uint8_t hbmw[16];
	uint8_t mbmw[16];
	uint8_t mbe[16];
	uint8_t reserved48[16];
};
_Static_assert(sizeof(struct nvme_fdp_statistics_log) == 64, "FDP statistics log");

/* FDP Events, log page 23h: those of the controller, or those of the host, oldest first. */
#define NVME_FDP_HOST_EVENTS	 1u /* Log Specific Field */
#define NVME_FDP_EVENTS_KEPT	 63u
#define NVME_FDP_EVENT_NOT_FULL	 0x00u /* types: a unit was left that had room, */
#define NVME_FDP_EVENT_WRONG_PID 0x03u /* Write with a placement identifier that there is not */
#define NVME_FDP_EVENT_OWN	 0x80u /* those from here on are the controller's */

struct nvme_fdp_event {
	uint8_t type;
	uint8_t fdpef;
	uint16_t pid;
	uint64_t timestamp; /* bits 47:0: ms since 1970 */
	uint32_t nsid;
	uint8_t specific[16];
	uint16_t rgid;
	uint8_t ruhid;
	uint8_t reserved35[5];
	uint8_t vs[24];
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct nvme_fdp_event) == 64, "FDP event");
_Static_assert(offsetof(struct nvme_fdp_event, specific) == 16, "what the type has of its own");
#define NVME_FDP_EVENT_PID	0x1u /* flags: pid is valid, */
#define NVME_FDP_EVENT_NSID	0x2u /* nsid, */
#define NVME_FDP_EVENT_LOCATION 0x4u /* rgid and ruhid */

struct nvme_fdp_events_log {
	uint32_t count;
	uint8_t reserved4[60];
	struct nvme_fdp_event events[NVME_FDP_EVENTS_KEPT];
};
_Static_assert(sizeof(struct nvme_fdp_events_log) == 4096, "FDP events log");

#define NVME_FDP_MEDIA_REALLOCATED 0x80u /* type, which has of its own: */
struct nvme_fdp_reallocated {
	uint8_t flags;
	uint8_t reserved1;
	uint16_t nlbam;
	uint64_t lba;
	uint8_t reserved12[4];
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct nvme_fdp_reallocated) == 16, "media reallocated");
#define NVME_FDP_REALLOCATED_LBA 0x1u /* flags: lba is valid */

/* Reclaim Unit Handle Status, of I/O Management Receive; a descriptor for each follows */
struct nvme_fdp_status {
	uint8_t reserved0[14];
	uint16_t nruhsd;
};
_Static_assert(sizeof(struct nvme_fdp_status) == 16, "reclaim unit handle status");

struct nvme_fdp_handle_status {
	uint16_t pid;
	uint16_t ruhid;
	uint32_t earutr;
	uint64_t ruamw; /* blocks */
	uint8_t reserved16[16];
};
_Static_assert(sizeof(struct nvme_fdp_handle_status) == 32,
	       "reclaim unit handle status descriptor");

/* Their tables */
struct nvme_structure;
extern const struct nvme_structure nvme_fdp_configurations_log_table, nvme_fdp_configuration_table,
	nvme_fdp_handle_table, nvme_fdp_usage_log_table, nvme_fdp_usage_table,
	nvme_fdp_statistics_log_table, nvme_fdp_event_table, nvme_fdp_reallocated_table,
	nvme_fdp_status_table, nvme_fdp_handle_status_table;
