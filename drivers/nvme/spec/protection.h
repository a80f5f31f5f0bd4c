/* Metadata of blocks, and end-to-end data protection: NVM, section 5.2. */
#pragma once

/* DPS of Identify Namespace: NVM, figure 97 */
#define NVME_DPS_TYPE(dps) NVME_BITS(dps, 0, 3) /* 1 to 3; 0: no protection information */
#define NVME_DPS_FIRST	   0x08u /* it is at the beginning of the metadata, not at the end */

/* Bits of an element of ELBAF, NVM, figure 100: those of the storage tag, and the format of
 * protection information */
#define NVME_ELBAF_STS(elbaf)	NVME_BITS(elbaf, 0, 7)
#define NVME_ELBAF_GUARD(elbaf) NVME_BITS(elbaf, 7, 2)
enum nvme_guard {
	NVME_GUARD_16,
	NVME_GUARD_32,
	NVME_GUARD_64,
	NVME_GUARD_RESERVED, /* none that is known */
};

/* PRINFO and Storage Tag Check, CDW12: NVM, figure 11 and section 5.2 */
#define NVME_RW_PRINFO_SHIFT 26
#define NVME_RW_PRACT	     0x20000000u
#define NVME_RW_PRCHK_GUARD  0x10000000u
#define NVME_RW_PRCHK_APP    0x08000000u /* application tag */
#define NVME_RW_PRCHK_REF    0x04000000u /* reference tag */
#define NVME_RW_STC	     0x01000000u
/* CDW15 beside them: the application tag, and which of its bits matter where it is checked */
#define NVME_RW_APP_TAG(tag, mask) ((uint32_t)(mask) << 16 | (uint16_t)(tag))

/* What belongs to each block beside its data. */
struct nvme_metadata_format {
	uint16_t size; /* bytes; 0: nothing does */
	bool extended; /* it follows the block's data; else it has a buffer of its own (MPTR) */
	bool first;    /* protection information is at its beginning */
	uint8_t type;  /* of protection, 0: none */
	uint8_t guard; /* enum nvme_guard */
	uint8_t storage_tag_bits;
};

/* Bytes of protection information: NVM, sections 5.2.1.1 to 5.2.1.3; 0 where the guard is not
 * known. */
static inline unsigned nvme_protection_size(unsigned guard)
{
	return guard == NVME_GUARD_16 ? 8 : guard < NVME_GUARD_RESERVED ? 16 : 0;
}

/* The tuples with 16 and 64 bits of guard, of which all numbers are big endian: NVM, sections
 * 5.2.1.1 and 5.2.1.3. Behind the application tag the high bits are the storage tag, the others the
 * reference tag. */
struct nvme_protection_16 {
	uint8_t guard[2];
	uint8_t application_tag[2];
	uint8_t tags[4];
};
_Static_assert(sizeof(struct nvme_protection_16) == 8, "protection information, 16b guard");

struct nvme_protection_64 {
	uint8_t guard[8];
	uint8_t application_tag[2];
	uint8_t tags[6];
};
_Static_assert(sizeof(struct nvme_protection_64) == 16, "protection information, 64b guard");

/* An application tag of all ones means that nothing is checked: of types 1 and 2, and of type 3
 * where the reference tag is all ones, too (NVM, section 5.2.3). */
#define NVME_APP_TAG_UNCHECKED 0xffffu
