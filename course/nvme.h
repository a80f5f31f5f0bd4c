/* What the controller and the driver say to each other: NVM Express Base Specification 2.0, and the
 * NVM Command Set Specification 1.0. Names are those of the specification; the bits within are the
 * driver's to know. */
#pragma once

#include <stdint.h>

/* PCI: the controller of QEMU, and the class code of one (mass storage, non-volatile memory, NVM
 * Express) */
#define PCI_VENDOR_QEMU	   0x1b36
#define PCI_DEVICE_NVME	   0x0010
#define PCI_CLASS_NVME	   0x010802
#define PCI_ID		   0x00 /* device ID in bits 31:16, vendor ID in bits 15:0 */
#define PCI_COMMAND	   0x04
#define PCI_COMMAND_MEMORY 0x0002
#define PCI_COMMAND_MASTER 0x0004
#define PCI_CLASS	   0x08 /* class code in bits 31:8, revision in bits 7:0 */
#define PCI_BAR0	   0x10
#define PCI_BAR1	   0x14

/* Properties, by offset into BAR0 (figure 35) */
#define NVME_CAP       0x00 /* 8 bytes: Controller Capabilities */
#define NVME_VS	       0x08 /* Version */
#define NVME_INTMS     0x0c /* Interrupt Mask Set */
#define NVME_INTMC     0x10 /* Interrupt Mask Clear */
#define NVME_CC	       0x14 /* Controller Configuration */
#define NVME_CSTS      0x1c /* Controller Status */
#define NVME_NSSR      0x20 /* NVM Subsystem Reset */
#define NVME_AQA       0x24 /* Admin Queue Attributes */
#define NVME_ASQ       0x28 /* 8 bytes: Admin Submission Queue Base Address */
#define NVME_ACQ       0x30 /* 8 bytes: Admin Completion Queue Base Address */
#define NVME_DOORBELLS 0x1000

/* Admin commands (figure 138) */
#define ADMIN_DELETE_IO_SQ 0x00
#define ADMIN_CREATE_IO_SQ 0x01
#define ADMIN_DELETE_IO_CQ 0x04
#define ADMIN_CREATE_IO_CQ 0x05
#define ADMIN_IDENTIFY	   0x06
#define ADMIN_ABORT	   0x08
#define ADMIN_SET_FEATURES 0x09

/* I/O commands of the NVM command set */
#define IO_FLUSH 0x00
#define IO_WRITE 0x01
#define IO_READ	 0x02

#define IDENTIFY_NAMESPACE	 0x00 /* CNS */
#define IDENTIFY_CONTROLLER	 0x01
#define FEATURE_NUMBER_OF_QUEUES 0x07 /* FID */

/* Submission queue entry, common command format */
struct sq_entry {
	uint8_t opcode;
	uint8_t flags; /* FUSE in bits 1:0, PSDT in bits 7:6: 0 */
	uint16_t cid;
	uint32_t nsid;
	uint32_t cdw2;
	uint32_t cdw3;
	uint64_t mptr;
	uint64_t prp1;
	uint64_t prp2;
	uint32_t cdw10;
	uint32_t cdw11;
	uint32_t cdw12;
	uint32_t cdw13;
	uint32_t cdw14;
	uint32_t cdw15;
};
_Static_assert(sizeof(struct sq_entry) == 64, "submission queue entry");

/* Completion queue entry */
struct cq_entry {
	uint32_t dw0; /* what the command answers */
	uint32_t dw1;
	uint16_t sq_head;
	uint16_t sq_id;
	uint16_t cid;
	uint16_t status; /* bit 0: phase; bits 8:1 SC, 11:9 SCT, 13:12 CRD, 14 M, 15 DNR */
};
_Static_assert(sizeof(struct cq_entry) == 16, "completion queue entry");
