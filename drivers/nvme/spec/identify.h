/* Identify: Base, section 5.17; NVM, section 4.1.5. */
#pragma once

#define NVME_IDENTIFY_SIZE 4096u

/* CNS, CDW10 bits 7:0: Base, figure 273 */
enum nvme_cns {
	NVME_CNS_NAMESPACE = 0x00,
	NVME_CNS_CONTROLLER = 0x01,
	NVME_CNS_ACTIVE_NAMESPACES = 0x02, /* above CDW1.NSID, at most 1,024, ascending */
	NVME_CNS_DESCRIPTORS = 0x03,
	NVME_CNS_NVM_SETS = 0x04,
	NVME_CNS_IOCS_NAMESPACE = 0x05,
	NVME_CNS_IOCS_CONTROLLER = 0x06,
	NVME_CNS_IOCS_ACTIVE_NAMESPACES = 0x07,
	NVME_CNS_INDEPENDENT_NAMESPACE = 0x08,
	NVME_CNS_LBA_FORMAT = 0x09, /* NVM Command Set 1.0: its index is in CDW11 */
	NVME_CNS_IOCS_LBA_FORMAT = 0x0a,
	NVME_CNS_ALLOCATED_NAMESPACES = 0x10,
	NVME_CNS_ALLOCATED_NAMESPACE = 0x11,
	NVME_CNS_NAMESPACE_CONTROLLERS = 0x12,
	NVME_CNS_CONTROLLERS = 0x13,
	NVME_CNS_PRIMARY_CAPABILITIES = 0x14,
	NVME_CNS_SECONDARY_CONTROLLERS = 0x15,
	NVME_CNS_NAMESPACE_GRANULARITY = 0x16,
	NVME_CNS_UUIDS = 0x17,
	NVME_CNS_DOMAINS = 0x18,
	NVME_CNS_ENDURANCE_GROUPS = 0x19,
	NVME_CNS_IOCS_ALLOCATED_NAMESPACES = 0x1a,
	NVME_CNS_COMMAND_SETS = 0x1c,
};

/* CDW10 bits 31:16 where CNS is about a controller: the one that is asked */
#define NVME_CNTID_SELF		0xffff0000u
#define NVME_IDENTIFY_CSI_SHIFT 24 /* CDW11: CSI */

#define NVME_NAMESPACE_LIST_ENTRIES 1024u /* uint32_t each, a zero ends the list */

/* Power state descriptor: Base, figure 276 */
struct nvme_power_state {
	uint16_t mp; /* centiwatts, or 0.1 mW with NVME_POWER_MXPS */
	uint8_t reserved2;
	uint8_t flags;
	uint32_t enlat; /* microseconds, as exlat */
	uint32_t exlat;
	uint8_t rrt;
	uint8_t rrl;
	uint8_t rwt;
	uint8_t rwl;
	uint16_t idlp;
	uint8_t ips; /* bits 7:6: scale of idlp */
	uint8_t reserved19;
	uint16_t actp;
	uint8_t apws; /* bits 2:0 workload, bits 7:6 scale of actp */
	uint8_t reserved23[9];
};
_Static_assert(sizeof(struct nvme_power_state) == 32, "power state descriptor");
_Static_assert(offsetof(struct nvme_power_state, actp) == 20, "ACTP");
#define NVME_POWER_MXPS		  0x01u /* flags: scale of mp */
#define NVME_POWER_NOPS		  0x02u /* non-operational */
#define NVME_POWER_SCALE(byte)	  NVME_BITS(byte, 6, 2)
#define NVME_POWER_WORKLOAD(byte) NVME_BITS(byte, 0, 3)
#define NVME_POWER_STATES_MAX	  32u

/* Identify Controller, CNS 01h: Base, figure 275. Names as nvme-cli prints them. */
struct nvme_identify_controller {
	uint16_t vid;
	uint16_t ssvid;
	char sn[20]; /* ASCII, padded with blanks, as mn and fr */
	char mn[40];
	char fr[8];
	uint8_t rab;
	uint8_t ieee[3];
	uint8_t cmic;
	uint8_t mdts; /* 2^MDTS units of CAP.MPSMIN, 0 no limit */
	uint16_t cntlid;
	uint32_t ver;
	uint32_t rtd3r;
	uint32_t rtd3e; /* microseconds */
	uint32_t oaes;
	uint32_t ctratt;
	uint16_t rrls;
	uint8_t reserved102[9];
	uint8_t cntrltype;
	uint8_t fguid[16];
	uint16_t crdt1; /* Command Retry Delay Times, 100 ms */
	uint16_t crdt2;
	uint16_t crdt3;
	uint8_t reserved134[119];
	uint8_t nvmsr;
	uint8_t vwci;
	uint8_t mec;
	uint16_t oacs;
	uint8_t acl;  /* concurrent Aborts, 0's based */
	uint8_t aerl; /* outstanding Asynchronous Event Requests, 0's based */
	uint8_t frmw;
	uint8_t lpa;
	uint8_t elpe; /* error log entries, 0's based */
	uint8_t npss; /* power states, 0's based */
	uint8_t avscc;
	uint8_t apsta;
	uint16_t wctemp; /* kelvin */
	uint16_t cctemp;
	uint16_t mtfa;
	uint32_t hmpre;
	uint32_t hmmin;
	uint8_t tnvmcap[16]; /* bytes */
	uint8_t unvmcap[16];
	uint32_t rpmbs;
	uint16_t edstt;
	uint8_t dsto;
	uint8_t fwug;
	uint16_t kas;
	uint16_t hctma;
	uint16_t mntmt;
	uint16_t mxtmt;
	uint32_t sanicap;
	uint32_t hmminds;
	uint16_t hmmaxd;
	uint16_t nsetidmax;
	uint16_t endgidmax;
	uint8_t anatt;
	uint8_t anacap;
	uint32_t anagrpmax;
	uint32_t nanagrpid;
	uint32_t pels;
	uint16_t domainid;
	uint8_t reserved358[10];
	uint8_t megcap[16];
	uint8_t reserved384[128];
	uint8_t sqes; /* bits 3:0 required, bits 7:4 maximum, as powers of two */
	uint8_t cqes;
	uint16_t maxcmd;
	uint32_t nn;
	uint16_t oncs;
	uint16_t fuses;
	uint8_t fna;
	uint8_t vwc; /* bit 0: volatile write cache present */
	uint16_t awun;
	uint16_t awupf;
	uint8_t icsvscc;
	uint8_t nwpc;
	uint16_t acwu;
	uint16_t ocfs;
	uint32_t sgls;
	uint32_t mnan;
	uint8_t maxdna[16];
	uint32_t maxcna;
	uint8_t reserved564[204];
	char subnqn[256];
	uint8_t reserved1024[768];
	uint32_t ioccsz;
	uint32_t iorcsz;
	uint16_t icdoff;
	uint8_t fcatt;
	uint8_t msdbd;
	uint16_t ofcs;
	uint8_t dctype; /* of a discovery controller */
	uint8_t reserved1807[241];
	struct nvme_power_state psd[NVME_POWER_STATES_MAX];
	uint8_t vs[1024];
};
_Static_assert(sizeof(struct nvme_identify_controller) == 4096, "Identify Controller");
_Static_assert(offsetof(struct nvme_identify_controller, mdts) == 77, "MDTS");
_Static_assert(offsetof(struct nvme_identify_controller, ver) == 80, "VER");
_Static_assert(offsetof(struct nvme_identify_controller, cntrltype) == 111, "CNTRLTYPE");
_Static_assert(offsetof(struct nvme_identify_controller, crdt1) == 128, "CRDT1");
_Static_assert(offsetof(struct nvme_identify_controller, oacs) == 256, "OACS");
_Static_assert(offsetof(struct nvme_identify_controller, wctemp) == 266, "WCTEMP");
_Static_assert(offsetof(struct nvme_identify_controller, tnvmcap) == 280, "TNVMCAP");
_Static_assert(offsetof(struct nvme_identify_controller, rpmbs) == 312, "RPMBS");
_Static_assert(offsetof(struct nvme_identify_controller, sanicap) == 328, "SANICAP");
_Static_assert(offsetof(struct nvme_identify_controller, anatt) == 342, "ANATT");
_Static_assert(offsetof(struct nvme_identify_controller, megcap) == 368, "MEGCAP");
_Static_assert(offsetof(struct nvme_identify_controller, sqes) == 512, "SQES");
_Static_assert(offsetof(struct nvme_identify_controller, nn) == 516, "NN");
_Static_assert(offsetof(struct nvme_identify_controller, vwc) == 525, "VWC");
_Static_assert(offsetof(struct nvme_identify_controller, sgls) == 536, "SGLS");
_Static_assert(offsetof(struct nvme_identify_controller, subnqn) == 768, "SUBNQN");
_Static_assert(offsetof(struct nvme_identify_controller, ioccsz) == 1792, "IOCCSZ");
_Static_assert(offsetof(struct nvme_identify_controller, psd) == 2048, "PSD");
_Static_assert(offsetof(struct nvme_identify_controller, vs) == 3072, "vendor specific");

#define NVME_OACS_SECURITY	 0x0001u
#define NVME_OACS_FORMAT	 0x0002u
#define NVME_OACS_FIRMWARE	 0x0004u
#define NVME_OACS_NAMESPACES	 0x0008u
#define NVME_OACS_SELF_TEST	 0x0010u
#define NVME_OACS_DIRECTIVES	 0x0020u
#define NVME_OACS_MI		 0x0040u
#define NVME_OACS_VIRTUALIZATION 0x0080u
#define NVME_OACS_DOORBELLS	 0x0100u
#define NVME_OACS_LBA_STATUS	 0x0200u
#define NVME_OACS_LOCKDOWN	 0x0400u

#define NVME_CTRATT_ELBAS 0x00008000u /* CNS 05h tells of the NVM command set's formats */
#define NVME_CTRATT_FDP	  0x00080000u /* Flexible Data Placement: TP4146 */

#define NVME_OAES_NAMESPACE 0x00000100u
#define NVME_OAES_FIRMWARE  0x00000200u
#define NVME_OAES_ENDURANCE 0x00004000u
#define NVME_OAES_ZONES	    0x08000000u /* ZNS, section 4.1.5 */

#define NVME_ONCS_COMPARE	      0x0001u
#define NVME_ONCS_WRITE_UNCORRECTABLE 0x0002u
#define NVME_ONCS_DSM		      0x0004u
#define NVME_ONCS_WRITE_ZEROES	      0x0008u
#define NVME_ONCS_SAVE		      0x0010u
#define NVME_ONCS_RESERVATIONS	      0x0020u
#define NVME_ONCS_TIMESTAMP	      0x0040u
#define NVME_ONCS_VERIFY	      0x0080u
#define NVME_ONCS_COPY		      0x0100u

#define NVME_FNA_FORMAT_ALL 0x01u /* Format NVM is for all namespaces whatever its NSID */
#define NVME_FNA_ERASE_ALL  0x02u /* the same where it erases securely */

#define NVME_VWC_PRESENT 0x01u
#define NVME_VWC_BROADCAST(vwc) \
	NVME_BITS(vwc, 1, 2) /* 2: Flush takes no NSID FFFFFFFFh, 3: it does */
#define NVME_SGLS_SUPPORT(sgls)	  NVME_BITS(sgls, 0, 2)
#define NVME_SGLS_ANY		  1u /* any alignment and length */
#define NVME_SGLS_DWORDS	  2u /* whole dwords */
#define NVME_SGLS_THRESHOLD(sgls) NVME_BITS(sgls, 8, 8)
#define NVME_CNTRLTYPE_IO	  1u
#define NVME_CNTRLTYPE_DISCOVERY  2u
#define NVME_CNTRLTYPE_ADMIN	  3u

/* LBA format: NVM, figure 98 */
struct nvme_lba_format {
	uint16_t metadata_size;	      /* bytes per block */
	uint8_t data_size_shift;      /* 2^n bytes, 9 and up; 0: format not available */
	uint8_t relative_performance; /* bits 1:0, 0 best */
};
_Static_assert(sizeof(struct nvme_lba_format) == 4, "LBA format");

#define NVME_LBA_FORMATS_MAX 64u

/* Identify Namespace, CNS 00h: NVM, figure 97. Names as nvme-cli prints them. */
struct nvme_identify_namespace {
	uint64_t nsze; /* logical blocks */
	uint64_t ncap;
	uint64_t nuse;
	uint8_t nsfeat;
	uint8_t nlbaf; /* LBA formats, 0's based */
	uint8_t flbas;
	uint8_t mc;
	uint8_t dpc;
	uint8_t dps;
	uint8_t nmic;
	uint8_t rescap;
	uint8_t fpi;
	uint8_t dlfeat;
	uint16_t nawun;
	uint16_t nawupf;
	uint16_t nacwu;
	uint16_t nabsn;
	uint16_t nabo;
	uint16_t nabspf;
	uint16_t noiob; /* logical blocks */
	uint8_t nvmcap[16];
	uint16_t npwg;
	uint16_t npwa;
	uint16_t npdg;
	uint16_t npda;
	uint16_t nows;
	uint16_t mssrl;
	uint32_t mcl;
	uint8_t msrc;
	uint8_t reserved81;
	uint8_t nulbaf; /* LBA formats behind those of NLBAF, with unique capabilities */
	uint8_t reserved83[9];
	uint32_t anagrpid;
	uint8_t reserved96[3];
	uint8_t nsattr;
	uint16_t nvmsetid;
	uint16_t endgid;
	uint8_t nguid[16];
	uint8_t eui64[8];
	struct nvme_lba_format lbaf[NVME_LBA_FORMATS_MAX];
	uint8_t vs[3712];
};
_Static_assert(sizeof(struct nvme_identify_namespace) == 4096, "Identify Namespace");
_Static_assert(offsetof(struct nvme_identify_namespace, flbas) == 26, "FLBAS");
_Static_assert(offsetof(struct nvme_identify_namespace, dps) == 29, "DPS");
_Static_assert(offsetof(struct nvme_identify_namespace, noiob) == 46, "NOIOB");
_Static_assert(offsetof(struct nvme_identify_namespace, mcl) == 76, "MCL");
_Static_assert(offsetof(struct nvme_identify_namespace, nulbaf) == 82, "NULBAF");
_Static_assert(offsetof(struct nvme_identify_namespace, anagrpid) == 92, "ANAGRPID");
_Static_assert(offsetof(struct nvme_identify_namespace, nsattr) == 99, "NSATTR");
_Static_assert(offsetof(struct nvme_identify_namespace, nguid) == 104, "NGUID");
_Static_assert(offsetof(struct nvme_identify_namespace, lbaf) == 128, "LBAF");
_Static_assert(offsetof(struct nvme_identify_namespace, vs) == 384, "vendor specific");

/* How many formats there are in all: 1 to 511, but the table has room for 64 */
#define NVME_LBA_FORMATS(id) ((id)->nlbaf + 1u + (id)->nulbaf)
/* Index of the format in use: bits 3:0, and bits 6:5 above them where there are more than 16 */
#define NVME_FLBAS_INDEX(flbas, formats) \
	(NVME_BITS(flbas, 0, 4) | ((formats) > 16 ? NVME_BITS(flbas, 5, 2) << 4 : 0))
#define NVME_FLBAS(index)     (NVME_BITS(index, 0, 4) | NVME_BITS(index, 4, 2) << 5)
#define NVME_NSFEAT_ATOMIC    0x02u /* nawun, nawupf and nacwu are defined */
#define NVME_NSFEAT_DULBE     0x04u /* Error Recovery may have DULBE set */
#define NVME_NSFEAT_OPTPERF   0x10u /* npwg, npwa, npdg, npda and nows are defined */
#define NVME_FLBAS_EXTENDED   0x10u /* metadata at the end of each block's data */
#define NVME_NSATTR_PROTECTED 0x01u /* write protected */
#define NVME_NMIC_SHARED      0x01u /* several controllers may have it */
/* Deallocate Logical Block Features: what deallocated blocks are read as, and whether Write Zeroes
 * takes DEAC */
#define NVME_DLFEAT_READS(dlfeat) NVME_BITS(dlfeat, 0, 3)
#define NVME_DLFEAT_ZEROES	  1u
#define NVME_DLFEAT_DEAC	  0x08u

/* Identify Namespace of the NVM command set, CNS 05h with CSI 00h: NVM, figure 100 */
struct nvme_identify_namespace_nvm {
	uint64_t lbstm; /* storage tag mask */
	uint8_t pic;
	uint8_t reserved9[3];
	uint32_t elbaf[NVME_LBA_FORMATS_MAX]; /* drivers/nvme/spec/protection.h */
	uint8_t reserved268[3828];
};
_Static_assert(sizeof(struct nvme_identify_namespace_nvm) == 4096, "NVM Identify Namespace");
_Static_assert(offsetof(struct nvme_identify_namespace_nvm, elbaf) == 12, "ELBAF");

/* I/O Command Set specific Identify Controller, CNS 06h of the NVM command set: NVM, figure 101 */
struct nvme_identify_controller_nvm {
	uint8_t vsl;
	uint8_t wzsl;
	uint8_t wusl;
	uint8_t dmrl;
	uint32_t dmrsl;
	uint64_t dmsl;
	uint8_t reserved16[4080];
};
_Static_assert(sizeof(struct nvme_identify_controller_nvm) == 4096, "Identify Controller, NVM");
_Static_assert(offsetof(struct nvme_identify_controller_nvm, dmsl) == 8, "DMSL");

/* Namespace identification descriptor, CNS 03h: Base, figure 277 */
struct nvme_namespace_descriptor {
	uint8_t nidt;
	uint8_t nidl; /* bytes of nid */
	uint8_t reserved[2];
	uint8_t nid[];
};
_Static_assert(sizeof(struct nvme_namespace_descriptor) == 4, "namespace descriptor");
enum nvme_nidt {
	NVME_NIDT_EUI64 = 1, /* 8 bytes */
	NVME_NIDT_NGUID = 2, /* 16 */
	NVME_NIDT_UUID = 3,  /* 16 */
	NVME_NIDT_CSI = 4,   /* 1 */
};

/* I/O Command Set Independent Identify Namespace, CNS 08h: Base, figure 280 */
struct nvme_identify_independent_namespace {
	uint8_t nsfeat;
	uint8_t nmic;
	uint8_t rescap;
	uint8_t fpi;
	uint32_t anagrpid;
	uint8_t nsattr;
	uint8_t reserved9;
	uint16_t nvmsetid;
	uint16_t endgid;
	uint8_t nstat;
	uint8_t reserved15[4081];
};
_Static_assert(sizeof(struct nvme_identify_independent_namespace) == 4096, "Identify, CNS 08h");
_Static_assert(offsetof(struct nvme_identify_independent_namespace, nstat) == 14, "NSTAT");

/* NVM Set List, CNS 04h: Base, figure 278 */
struct nvme_nvm_set {
	uint16_t nvmsetid;
	uint16_t endgid;
	uint8_t reserved4[4];
	uint32_t rr4kt; /* 100 ns */
	uint32_t ows;	/* bytes */
	uint8_t tnvmsetcap[16];
	uint8_t unvmsetcap[16];
	uint8_t reserved48[80];
};
_Static_assert(sizeof(struct nvme_nvm_set) == 128, "NVM Set Attributes Entry");
#define NVME_NVM_SETS_MAX 31u
struct nvme_nvm_set_list {
	uint8_t nid;
	uint8_t reserved1[127];
	struct nvme_nvm_set ent[NVME_NVM_SETS_MAX];
};
_Static_assert(sizeof(struct nvme_nvm_set_list) == 4096, "NVM Set List");

/* Primary Controller Capabilities, CNS 14h: Base, figure 282 */
struct nvme_primary_capabilities {
	uint16_t cntlid;
	uint16_t portid;
	uint8_t crt;
	uint8_t reserved5[27];
	uint32_t vqfrt;
	uint32_t vqrfa;
	uint16_t vqrfap;
	uint16_t vqprt;
	uint16_t vqfrsm;
	uint16_t vqgran;
	uint8_t reserved48[16];
	uint32_t vifrt;
	uint32_t virfa;
	uint16_t virfap;
	uint16_t viprt;
	uint16_t vifrsm;
	uint16_t vigran;
	uint8_t reserved80[4016];
};
_Static_assert(sizeof(struct nvme_primary_capabilities) == 4096, "Primary Capabilities");
_Static_assert(offsetof(struct nvme_primary_capabilities, vifrt) == 64, "VIFRT");

/* Controller List, CNS 12h and 13h, and what Namespace Attachment takes: Base, section 3.1.2 */
#define NVME_CONTROLLER_LIST_MAX 2047u
struct nvme_controller_list {
	uint16_t count;
	uint16_t controllers[NVME_CONTROLLER_LIST_MAX];
};
_Static_assert(sizeof(struct nvme_controller_list) == 4096, "Controller List");

/* What a host says of a namespace to be created, CSI 00h: Base, figure 314; NVM, section 4.1.6.
 * Places are those of Identify Namespace. */
struct nvme_namespace_create {
	uint64_t nsze; /* logical blocks */
	uint64_t ncap;
	uint8_t reserved16[10];
	uint8_t flbas;
	uint8_t reserved27[2];
	uint8_t dps;
	uint8_t nmic;
	uint8_t reserved31[61];
	uint32_t anagrpid;
	uint8_t reserved96[4];
	uint16_t nvmsetid;
	uint16_t endgid;
	uint8_t reserved104[280];
	uint64_t lbstm;
	uint8_t reserved392[3704];
};
_Static_assert(sizeof(struct nvme_namespace_create) == NVME_IDENTIFY_SIZE, "Namespace Management");
_Static_assert(offsetof(struct nvme_namespace_create, flbas) == 26, "FLBAS of a new one");
_Static_assert(offsetof(struct nvme_namespace_create, dps) == 29, "DPS of a new one");
_Static_assert(offsetof(struct nvme_namespace_create, anagrpid) == 92, "ANAGRPID of a new one");
_Static_assert(offsetof(struct nvme_namespace_create, nvmsetid) == 100, "NVMSETID of a new one");
_Static_assert(offsetof(struct nvme_namespace_create, lbstm) == 384, "LBSTM of a new one");

/* Secondary Controller List, CNS 15h: Base, figure 283 */
struct nvme_secondary_controller {
	uint16_t scid;
	uint16_t pcid;
	uint8_t scs; /* bit 0: online */
	uint8_t reserved5[3];
	uint16_t vfn;
	uint16_t nvq;
	uint16_t nvi;
	uint8_t reserved14[18];
};
_Static_assert(sizeof(struct nvme_secondary_controller) == 32, "Secondary Controller Entry");
#define NVME_SECONDARY_ONLINE	       0x01u
#define NVME_SECONDARY_CONTROLLERS_MAX 127u
struct nvme_secondary_controller_list {
	uint8_t num;
	uint8_t reserved1[31];
	struct nvme_secondary_controller sc_entry[NVME_SECONDARY_CONTROLLERS_MAX];
};
_Static_assert(sizeof(struct nvme_secondary_controller_list) == 4096, "Secondary Controller List");

/* Namespace Granularity List, CNS 16h: NVM, figure 103 */
struct nvme_granularity {
	uint64_t nszegran; /* bytes */
	uint64_t ncapgran;
};
_Static_assert(sizeof(struct nvme_granularity) == 16, "Namespace Granularity Descriptor");
#define NVME_GRANULARITIES_MAX 16u
struct nvme_granularity_list {
	uint32_t attributes;
	uint8_t num_descriptors; /* 0's based */
	uint8_t reserved5[27];
	struct nvme_granularity entry[NVME_GRANULARITIES_MAX];
	uint8_t reserved288[3808];
};
_Static_assert(sizeof(struct nvme_granularity_list) == 4096, "Namespace Granularity List");

/* UUID List, CNS 17h: Base, figure 285; a UUID of zeroes ends it */
struct nvme_uuid_entry {
	uint8_t header; /* bits 1:0: what the UUID is associated with */
	uint8_t reserved1[15];
	uint8_t uuid[16];
};
_Static_assert(sizeof(struct nvme_uuid_entry) == 32, "UUID List Entry");
#define NVME_UUID_ASSOCIATION(header) NVME_BITS(header, 0, 2)
#define NVME_UUIDS_MAX		      127u
struct nvme_uuid_list {
	uint8_t reserved0[32];
	struct nvme_uuid_entry entry[NVME_UUIDS_MAX];
};
_Static_assert(sizeof(struct nvme_uuid_list) == 4096, "UUID List");

/* Domain List, CNS 18h: Base, figure 287 */
struct nvme_domain {
	uint16_t dom_id;
	uint8_t reserved2[14];
	uint8_t dom_cap[16];
	uint8_t unalloc_dom_cap[16];
	uint8_t max_egrp_dom_cap[16];
	uint8_t reserved64[64];
};
_Static_assert(sizeof(struct nvme_domain) == 128, "Domain Attributes Entry");
#define NVME_DOMAINS_MAX 31u
struct nvme_domain_list {
	uint8_t num;
	uint8_t reserved1[127];
	struct nvme_domain domain_attr[NVME_DOMAINS_MAX];
};
_Static_assert(sizeof(struct nvme_domain_list) == 4096, "Domain List");

/* Controller List, CNS 12h and 13h, and Endurance Group List, CNS 19h: Base, figures 137, 288 */
#define NVME_IDENTIFIERS_MAX 2047u
struct nvme_identifier_list {
	uint16_t num;
	uint16_t identifier[NVME_IDENTIFIERS_MAX];
};
_Static_assert(sizeof(struct nvme_identifier_list) == 4096, "Controller List");

/* Command Set Identifiers: Base, figure 274 */
enum nvme_csi {
	NVME_CSI_NVM = 0x00,
	NVME_CSI_KEY_VALUE = 0x01,
	NVME_CSI_ZONED = 0x02,
	NVME_CSI_LOCAL_MEMORY = 0x03,
	NVME_CSI_PROGRAMS = 0x04,
	NVME_CSI_NONE = 0xff, /* the driver's own: not known */
};

/* I/O Command Set combinations, CNS 1Ch: Base, section 5.17.2.21: uint64_t each, a bit for each
 * command set by its identifier; 0: no more of them */
#define NVME_COMMAND_SET_COMBINATIONS 512u

/* Their tables */
struct nvme_structure;
extern const struct nvme_structure nvme_identify_controller_table, nvme_power_state_table,
	nvme_identify_namespace_table, nvme_lba_format_table, nvme_identify_controller_nvm_table,
	nvme_identify_namespace_nvm_table, nvme_elbaf_table,
	nvme_identify_independent_namespace_table, nvme_primary_capabilities_table,
	nvme_secondary_controller_table, nvme_secondary_controller_list_table, nvme_nvm_set_table,
	nvme_nvm_set_list_table, nvme_granularity_table, nvme_granularity_list_table,
	nvme_uuid_entry_table, nvme_uuid_list_table, nvme_domain_table, nvme_domain_list_table;
