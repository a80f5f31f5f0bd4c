/* Controller properties: Base, section 3.1.3, figure 35; doorbells: PCIe, section 3.1.2. */
#pragma once

/* Offsets into BAR0 */
#define NVME_REG_CAP	 0x00u	/* 8 bytes: Controller Capabilities */
#define NVME_REG_VS	 0x08u	/* Version */
#define NVME_REG_INTMS	 0x0cu	/* Interrupt Mask Set */
#define NVME_REG_INTMC	 0x10u	/* Interrupt Mask Clear */
#define NVME_REG_CC	 0x14u	/* Controller Configuration */
#define NVME_REG_CSTS	 0x1cu	/* Controller Status */
#define NVME_REG_NSSR	 0x20u	/* NVM Subsystem Reset */
#define NVME_REG_AQA	 0x24u	/* Admin Queue Attributes */
#define NVME_REG_ASQ	 0x28u	/* 8 bytes: Admin Submission Queue Base Address */
#define NVME_REG_ACQ	 0x30u	/* 8 bytes: Admin Completion Queue Base Address */
#define NVME_REG_CMBLOC	 0x38u	/* Controller Memory Buffer Location */
#define NVME_REG_CMBSZ	 0x3cu	/* Controller Memory Buffer Size */
#define NVME_REG_BPINFO	 0x40u	/* Boot Partition Information */
#define NVME_REG_BPRSEL	 0x44u	/* Boot Partition Read Select */
#define NVME_REG_BPMBL	 0x48u	/* 8 bytes: Boot Partition Memory Buffer Location */
#define NVME_REG_CMBMSC	 0x50u	/* 8 bytes: Controller Memory Buffer Memory Space Control */
#define NVME_REG_CMBSTS	 0x58u	/* Controller Memory Buffer Status */
#define NVME_REG_CMBEBS	 0x5cu	/* Controller Memory Buffer Elasticity Buffer Size */
#define NVME_REG_CMBSWTP 0x60u	/* Controller Memory Buffer Sustained Write Throughput */
#define NVME_REG_NSSD	 0x64u	/* NVM Subsystem Shutdown */
#define NVME_REG_CRTO	 0x68u	/* Controller Ready Timeouts */
#define NVME_REG_PMRCAP	 0xe00u /* Persistent Memory Region Capabilities */
#define NVME_REG_PMRCTL	 0xe04u /* Persistent Memory Region Control */
#define NVME_REG_PMRSTS	 0xe08u /* Persistent Memory Region Status */
#define NVME_REG_PMREBS	 0xe0cu /* Persistent Memory Region Elasticity Buffer Size */
#define NVME_REG_PMRSWTP 0xe10u /* Persistent Memory Region Sustained Write Throughput */
#define NVME_REG_PMRMSCL 0xe14u /* Persistent Memory Region Memory Space Control Lower */
#define NVME_REG_PMRMSCU 0xe18u /* Persistent Memory Region Memory Space Control Upper */
#define NVME_REG_END	 0xe1cu /* behind the last property */

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

/* CMBLOC and CMBSZ, sections 3.1.3.11 and 3.1.3.12 */
#define NVME_CMBLOC_BIR(v)  NVME_BITS(v, 0, 3)
#define NVME_CMBLOC_OFST(v) NVME_BITS(v, 12, 20)
#define NVME_CMBSZ_SZU(v)   NVME_BITS(v, 8, 4)
#define NVME_CMBSZ_SZ(v)    NVME_BITS(v, 12, 20)
