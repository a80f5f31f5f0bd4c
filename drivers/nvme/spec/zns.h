/* Zoned namespaces: ZNS 1.1. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* LBA format extension: figure 50 */
struct nvme_zone_format {
	uint64_t zsze; /* logical blocks */
	uint8_t zdes;  /* zone descriptor extension, in units of 64 bytes */
	uint8_t reserved9[7];
};
_Static_assert(sizeof(struct nvme_zone_format) == 16, "LBA format extension");

#define NVME_ZONE_FORMATS_MAX 64u

/* Identify Namespace, CNS 05h with CSI 02h: figure 48 */
struct nvme_identify_namespace_zns {
	uint16_t zoc;
	uint16_t ozcs;
	uint32_t mar; /* active zones, 0's based; all ones: any number */
	uint32_t mor; /* open zones, likewise */
	uint32_t rrl;
	uint32_t frl;
	uint32_t rrl1;
	uint32_t rrl2;
	uint32_t rrl3;
	uint32_t frl1;
	uint32_t frl2;
	uint32_t frl3;
	uint32_t numzrwa;
	uint16_t zrwafg;
	uint16_t zrwasz;
	uint8_t zrwacap;
	uint8_t reserved53[2763];
	struct nvme_zone_format lbafe[NVME_ZONE_FORMATS_MAX]; /* as Identify Namespace's lbaf */
	uint8_t vs[256];
};
_Static_assert(sizeof(struct nvme_identify_namespace_zns) == 4096, "ZNS Identify Namespace");
_Static_assert(offsetof(struct nvme_identify_namespace_zns, zrwacap) == 52, "ZRWACAP");
_Static_assert(offsetof(struct nvme_identify_namespace_zns, lbafe) == 2816, "LBAFE");

#define NVME_ZONES_UNLIMITED	 0xffffffffu /* of mar and mor */
#define NVME_ZONE_EXTENSION_UNIT 64u	     /* of zdes */
#define NVME_OZCS_RAZB		 0x1u	     /* Read takes blocks of several zones */
#define NVME_OZCS_ZRWA		 0x2u	     /* there are Zone Random Write Areas: TP4076 */
#define NVME_ZRWACAP_FLUSH	 0x1u	     /* which can be flushed explicitly */

/* Identify Controller, CNS 06h with CSI 02h: figure 52 */
struct nvme_identify_controller_zns {
	uint8_t zasl; /* Zone Append: 2^n pages of CAP.MPSMIN; 0: as MDTS */
	uint8_t reserved1[4095];
};
_Static_assert(sizeof(struct nvme_identify_controller_zns) == 4096, "ZNS Identify Controller");

/* Zone Management Send, CDW13: figure 33 */
enum nvme_zone_send {
	NVME_ZONE_CLOSE = 0x01,
	NVME_ZONE_FINISH = 0x02,
	NVME_ZONE_OPEN = 0x03,
	NVME_ZONE_RESET = 0x04,
	NVME_ZONE_OFFLINE = 0x05,
	NVME_ZONE_SET_EXTENSION = 0x10,
	NVME_ZONE_FLUSH_ZRWA = 0x11,
};
#define NVME_ZONE_ALL  0x100u /* SELALL */
#define NVME_ZONE_ZRWA 0x200u /* with a Zone Random Write Area (open) */

#define NVME_ZONE_PIREMAP 0x02000000u /* of Zone Append, CDW12: figure 21 */

/* Zone Management Receive, CDW13: figure 28 */
#define NVME_ZONE_REPORT	  0x00u
#define NVME_ZONE_REPORT_EXTENDED 0x01u
#define NVME_ZONE_STATE_SHIFT	  8	   /* ZRASF: which zones */
#define NVME_ZONE_PARTIAL	  0x10000u /* NZ: of those that are returned */

/* What stands before the descriptors: figure 36 */
struct nvme_zone_report {
	uint64_t nr_zones;
	uint8_t reserved8[56];
};
_Static_assert(sizeof(struct nvme_zone_report) == 64, "zone report");

/* Zone descriptor: figure 37; its extension follows in an extended report. */
struct nvme_zone_descriptor {
	uint8_t type;
	uint8_t state; /* bits 7:4 */
	uint8_t attributes;
	uint8_t attributes_info;
	uint8_t reserved4[4];
	uint64_t capacity;
	uint64_t start;
	uint64_t write_pointer;
	uint8_t reserved32[32];
};
_Static_assert(sizeof(struct nvme_zone_descriptor) == 64, "zone descriptor");
_Static_assert(offsetof(struct nvme_zone_descriptor, write_pointer) == 24, "zone write pointer");
#define NVME_ZONE_TYPE(type)	NVME_BITS(type, 0, 4)
#define NVME_ZONE_STATE(state)	NVME_BITS(state, 4, 4)
#define NVME_ZONE_TYPE_WRITTEN	0x2u  /* sequential write required: the only one there is */
#define NVME_ZA_RESET		0x04u /* reset is recommended */
#define NVME_ZA_FINISH		0x02u /* finish is recommended */
#define NVME_ZA_FINISHED	0x01u /* by the controller */
#define NVME_ZA_EXTENSION_VALID 0x80u
#define NVME_ZA_AREA_VALID	0x08u
/* Zone states: figure 37 */
enum nvme_zone_state {
	NVME_ZONE_STATE_EMPTY = 0x1,
	NVME_ZONE_STATE_IMPLICITLY_OPEN = 0x2,
	NVME_ZONE_STATE_EXPLICITLY_OPEN = 0x3,
	NVME_ZONE_STATE_CLOSED = 0x4,
	NVME_ZONE_STATE_READ_ONLY = 0xd,
	NVME_ZONE_STATE_FULL = 0xe,
	NVME_ZONE_STATE_OFFLINE = 0xf,
};

/* Changed Zone List, log page BFh: figure 44 */
#define NVME_CHANGED_ZONES_MAX 511u
#define NVME_CHANGED_ZONES_ANY 0xffffu
struct nvme_changed_zones {
	uint16_t count; /* FFFFh: more than there is room for */
	uint8_t reserved2[6];
	uint64_t zones[NVME_CHANGED_ZONES_MAX];
};
_Static_assert(sizeof(struct nvme_changed_zones) == 4096, "Changed Zone List");

/* Their tables */
struct nvme_structure;
extern const struct nvme_structure nvme_identify_namespace_zns_table,
	nvme_identify_controller_zns_table;
