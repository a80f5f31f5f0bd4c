/* Controller properties: Base, section 3.1.3, figure 35; doorbells: PCIe, section 3.1.2. */
#pragma once

/* All of them, from offset 0 of BAR0 */
struct nvme_properties {
	uint64_t cap;	/* Controller Capabilities */
	uint32_t vs;	/* Version */
	uint32_t intms; /* Interrupt Mask Set */
	uint32_t intmc; /* Interrupt Mask Clear */
	uint32_t cc;	/* Controller Configuration */
	uint8_t reserved18[4];
	uint32_t csts;	  /* Controller Status */
	uint32_t nssr;	  /* NVM Subsystem Reset */
	uint32_t aqa;	  /* Admin Queue Attributes */
	uint64_t asq;	  /* Admin Submission Queue Base Address */
	uint64_t acq;	  /* Admin Completion Queue Base Address */
	uint32_t cmbloc;  /* Controller Memory Buffer Location */
	uint32_t cmbsz;	  /* Controller Memory Buffer Size */
	uint32_t bpinfo;  /* Boot Partition Information */
	uint32_t bprsel;  /* Boot Partition Read Select */
	uint64_t bpmbl;	  /* Boot Partition Memory Buffer Location */
	uint64_t cmbmsc;  /* Controller Memory Buffer Memory Space Control */
	uint32_t cmbsts;  /* Controller Memory Buffer Status */
	uint32_t cmbebs;  /* Controller Memory Buffer Elasticity Buffer Size */
	uint32_t cmbswtp; /* Controller Memory Buffer Sustained Write Throughput */
	uint32_t nssd;	  /* NVM Subsystem Shutdown */
	uint32_t crto;	  /* Controller Ready Timeouts */
	uint8_t reserved6c[3476];
	uint32_t pmrcap;  /* Persistent Memory Region Capabilities */
	uint32_t pmrctl;  /* Persistent Memory Region Control */
	uint32_t pmrsts;  /* Persistent Memory Region Status */
	uint32_t pmrebs;  /* Persistent Memory Region Elasticity Buffer Size */
	uint32_t pmrswtp; /* Persistent Memory Region Sustained Write Throughput */
	uint32_t pmrmscl; /* Persistent Memory Region Memory Space Control Lower */
	uint32_t pmrmscu; /* Persistent Memory Region Memory Space Control Upper */
} __attribute__((packed));
_Static_assert(sizeof(struct nvme_properties) == 0xe1c, "properties");
_Static_assert(offsetof(struct nvme_properties, cc) == 0x14, "CC");
_Static_assert(offsetof(struct nvme_properties, aqa) == 0x24, "AQA");
_Static_assert(offsetof(struct nvme_properties, acq) == 0x30, "ACQ");
_Static_assert(offsetof(struct nvme_properties, cmbmsc) == 0x50, "CMBMSC");
_Static_assert(offsetof(struct nvme_properties, crto) == 0x68, "CRTO");
_Static_assert(offsetof(struct nvme_properties, pmrcap) == 0xe00, "PMRCAP");

/* Offsets into BAR0 */
#define NVME_REG(member) ((unsigned)offsetof(struct nvme_properties, member))
#define NVME_REG_CAP	 NVME_REG(cap)
#define NVME_REG_VS	 NVME_REG(vs)
#define NVME_REG_INTMS	 NVME_REG(intms)
#define NVME_REG_INTMC	 NVME_REG(intmc)
#define NVME_REG_CC	 NVME_REG(cc)
#define NVME_REG_CSTS	 NVME_REG(csts)
#define NVME_REG_NSSR	 NVME_REG(nssr)
#define NVME_REG_AQA	 NVME_REG(aqa)
#define NVME_REG_ASQ	 NVME_REG(asq)
#define NVME_REG_ACQ	 NVME_REG(acq)
#define NVME_REG_CMBLOC	 NVME_REG(cmbloc)
#define NVME_REG_CMBSZ	 NVME_REG(cmbsz)
#define NVME_REG_BPINFO	 NVME_REG(bpinfo)
#define NVME_REG_BPRSEL	 NVME_REG(bprsel)
#define NVME_REG_BPMBL	 NVME_REG(bpmbl)
#define NVME_REG_CMBMSC	 NVME_REG(cmbmsc)
#define NVME_REG_CMBSTS	 NVME_REG(cmbsts)
#define NVME_REG_CMBEBS	 NVME_REG(cmbebs)
#define NVME_REG_CMBSWTP NVME_REG(cmbswtp)
#define NVME_REG_NSSD	 NVME_REG(nssd)
#define NVME_REG_CRTO	 NVME_REG(crto)
#define NVME_REG_PMRCAP	 NVME_REG(pmrcap)
#define NVME_REG_PMRCTL	 NVME_REG(pmrctl)
#define NVME_REG_PMRSTS	 NVME_REG(pmrsts)
#define NVME_REG_PMREBS	 NVME_REG(pmrebs)
#define NVME_REG_PMRSWTP NVME_REG(pmrswtp)
#define NVME_REG_PMRMSCL NVME_REG(pmrmscl)
#define NVME_REG_PMRMSCU NVME_REG(pmrmscu)

/* Doorbells: SQyTDBL at 1000h + 2y * stride, CQyHDBL at 1000h + (2y + 1) * stride, the stride
 * 2^(2 + CAP.DSTRD) bytes. */
#define NVME_REG_DOORBELLS	     0x1000u
#define NVME_DOORBELL_STRIDE(dstrd)  (4ull << (dstrd))
#define NVME_SQ_DOORBELL(qid, dstrd) (NVME_REG_DOORBELLS + 2ull * (qid)*NVME_DOORBELL_STRIDE(dstrd))
#define NVME_CQ_DOORBELL(qid, dstrd) \
	(NVME_REG_DOORBELLS + (2ull * (qid) + 1) * NVME_DOORBELL_STRIDE(dstrd))

/* CAP, section 3.1.3.1 */
#define NVME_CAP_MQES(cap)                                                                         \
	NVME_BITS(cap, 0, 16)			   /* maximum queue entries, 0's based, at least 1 \
						    */
#define NVME_CAP_CQR(cap)    NVME_BITS(cap, 16, 1) /* queues must be contiguous */
#define NVME_CAP_AMS(cap)    NVME_BITS(cap, 17, 2) /* arbitration: bit 0 weighted round robin */
#define NVME_CAP_TO(cap)     NVME_BITS(cap, 24, 8) /* units of 500 ms */
#define NVME_CAP_DSTRD(cap)  NVME_BITS(cap, 32, 4) /* doorbell stride 2^(2 + DSTRD) */
#define NVME_CAP_NSSRS(cap)  NVME_BITS(cap, 36, 1) /* NVM subsystem reset supported */
#define NVME_CAP_CSS(cap)    NVME_BITS(cap, 37, 8) /* command sets */
#define NVME_CAP_BPS(cap)    NVME_BITS(cap, 45, 1) /* boot partitions */
#define NVME_CAP_CPS(cap)    NVME_BITS(cap, 46, 2) /* controller power scope */
#define NVME_CAP_MPSMIN(cap) NVME_BITS(cap, 48, 4) /* 2^(12 + MPSMIN) */
#define NVME_CAP_MPSMAX(cap) NVME_BITS(cap, 52, 4) /* 2^(12 + MPSMAX) */
#define NVME_CAP_PMRS(cap)   NVME_BITS(cap, 56, 1) /* persistent memory region */
#define NVME_CAP_CMBS(cap)   NVME_BITS(cap, 57, 1) /* controller memory buffer */
#define NVME_CAP_NSSS(cap)   NVME_BITS(cap, 58, 1) /* NVM subsystem shutdown */
#define NVME_CAP_CRMS(cap)   NVME_BITS(cap, 59, 2) /* controller ready modes */
#define NVME_CAP_CSS_NVM     0x01u		   /* NVM command set */
#define NVME_CAP_CSS_IOCS    0x40u		   /* I/O command sets, CNS 1Ch */
#define NVME_CAP_CSS_ADMIN   0x80u		   /* no I/O command set */
#define NVME_CAP_CRMS_CRWMS  0x1u		   /* ready with media */
#define NVME_CAP_CRMS_CRIMS  0x2u		   /* ready independent of media */

/* VS, section 3.1.3.2 */
#define NVME_VERSION(major, minor, tertiary) ((uint32_t)(major) << 16 | (minor) << 8 | (tertiary))
#define NVME_VS_MAJOR(vs)		     NVME_BITS(vs, 16, 16)
#define NVME_VS_MINOR(vs)		     NVME_BITS(vs, 8, 8)
#define NVME_VS_TERTIARY(vs)		     NVME_BITS(vs, 0, 8)

/* CC, section 3.1.3.5 */
#define NVME_CC_EN	     0x00000001u
#define NVME_CC_CSS_SHIFT    4
#define NVME_CC_CSS_NVM	     0u
#define NVME_CC_CSS_IOCS     6u
#define NVME_CC_CSS_ADMIN    7u
#define NVME_CC_MPS_SHIFT    7
#define NVME_CC_AMS_SHIFT    11
#define NVME_CC_SHN_MASK     0x0000c000u
#define NVME_CC_SHN_NORMAL   0x00004000u
#define NVME_CC_SHN_ABRUPT   0x00008000u
#define NVME_CC_IOSQES_SHIFT 16
#define NVME_CC_IOCQES_SHIFT 20
#define NVME_CC_CRIME	     0x01000000u
#define NVME_CC_CSS(cc)	     NVME_BITS(cc, 4, 3)
#define NVME_CC_MPS(cc)	     NVME_BITS(cc, 7, 4)
#define NVME_CC_AMS(cc)	     NVME_BITS(cc, 11, 3)
#define NVME_CC_SHN(cc)	     NVME_BITS(cc, 14, 2)
#define NVME_CC_IOSQES(cc)   NVME_BITS(cc, 16, 4)
#define NVME_CC_IOCQES(cc)   NVME_BITS(cc, 20, 4)

/* CSTS, section 3.1.3.6 */
#define NVME_CSTS_RDY		0x01u
#define NVME_CSTS_CFS		0x02u
#define NVME_CSTS_SHST_MASK	0x0cu
#define NVME_CSTS_SHST_OCCURING 0x04u
#define NVME_CSTS_SHST_COMPLETE 0x08u
#define NVME_CSTS_NSSRO		0x10u
#define NVME_CSTS_PP		0x20u
#define NVME_CSTS_ST		0x40u
#define NVME_CSTS_SHST(csts)	NVME_BITS(csts, 2, 2)

#define NVME_NSSR_RESET 0x4e564d65u /* "NVMe", section 3.1.3.7 */

/* AQA, section 3.1.3.8: both sizes 0's based, 2 to 4096 entries */
#define NVME_AQA_ASQS(aqa) NVME_BITS(aqa, 0, 12)
#define NVME_AQA_ACQS(aqa) NVME_BITS(aqa, 16, 12)
#define NVME_AQA(sq_entries, cq_entries) \
	((((uint32_t)(cq_entries)-1) << 16) | ((uint32_t)(sq_entries)-1))
#define NVME_ADMIN_QUEUE_MAX 4096u

/* CRTO, section 3.1.3.21: units of 500 ms */
#define NVME_CRTO_CRWMT(crto) NVME_BITS(crto, 0, 16)
#define NVME_CRTO_CRIMT(crto) NVME_BITS(crto, 16, 16)

/* CMBLOC and CMBSZ, sections 3.1.3.11 and 3.1.3.12: offset and size in units of 4 KiB << 4 * SZU */
#define NVME_CMBLOC_BIR(v)  NVME_BITS(v, 0, 3)
#define NVME_CMBLOC_CDPMLS  0x20u /* a command's list and data need not both be there */
#define NVME_CMBLOC_CDPCILS 0x40u /* lists may be there for commands that are not */
#define NVME_CMBLOC_OFST(v) NVME_BITS(v, 12, 20)
#define NVME_CMBSZ_SQS	    0x01u /* what may be there: submission queues */
#define NVME_CMBSZ_CQS	    0x02u /* completion queues */
#define NVME_CMBSZ_LISTS    0x04u /* PRP lists and SGL segments */
#define NVME_CMBSZ_RDS	    0x08u /* data to the host */
#define NVME_CMBSZ_WDS	    0x10u /* data from the host */
#define NVME_CMBSZ_DATA	    (NVME_CMBSZ_RDS | NVME_CMBSZ_WDS)
#define NVME_CMBSZ_SZU(v)   NVME_BITS(v, 8, 4)
#define NVME_CMBSZ_SZU_MAX  6u
#define NVME_CMBSZ_SZ(v)    NVME_BITS(v, 12, 20)
#define NVME_CMBSZ_UNIT(v)  (4096ull << 4 * NVME_CMBSZ_SZU(v))

/* CMBMSC and CMBSTS, sections 3.1.3.16 and 3.1.3.17. The address (CBA) is whole pages of 4 KiB. */
#define NVME_CMBMSC_CRE	 0x1u /* CMBLOC and CMBSZ can be read */
#define NVME_CMBMSC_CMSE 0x2u /* the controller answers to the address */
#define NVME_CMBSTS_CBAI 0x1u /* but the address is none for it */

/* PMRCAP, PMRCTL and PMRSTS, sections 3.1.3.22 to 3.1.3.24. The region is all of its BAR. */
#define NVME_PMRCAP_BIR(v)    NVME_BITS(v, 5, 3)  /* 2 to 5 */
#define NVME_PMRCAP_PMRTU(v)  NVME_BITS(v, 8, 2)  /* of PMRTO: 0 500 ms, 1 minutes */
#define NVME_PMRCAP_PMRWBM(v) NVME_BITS(v, 10, 4) /* what makes what was written persistent */
#define NVME_PMRWBM_READ      0x1u		  /* a read of the region */
#define NVME_PMRWBM_STATUS    0x2u		  /* a read of PMRSTS */
#define NVME_PMRWBM_ANY	      0x3u
#define NVME_PMRCAP_PMRTO(v)  NVME_BITS(v, 16, 8)
#define NVME_PMRCTL_EN	      0x1u
#define NVME_PMRSTS_ERR(v)    NVME_BITS(v, 0, 8)
#define NVME_PMRSTS_NRDY      0x100u
#define NVME_PMRSTS_HSTS(v)   NVME_BITS(v, 9, 3)
#define NVME_PMR_READ_ONLY    2u /* of HSTS */
#define NVME_PMR_HEALTHS      4u
extern const char *const nvme_pmr_health[NVME_PMR_HEALTHS];

/* Their table */
struct nvme_structure;
extern const struct nvme_structure nvme_properties_table;
