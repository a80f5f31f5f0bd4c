/* Blocks of a namespace with metadata, in memory as they are to be on the media: for the groups
 * that look at metadata and at protection information. */
#pragma once

#include "tests/conformance/conformance.h"

#define SPACE_BLOCKS  4u
#define SPACE_LBA     8u
#define SPACE_APP_TAG 0x1234u
#define ALL_CHECKS    (NVME_RW_PRCHK_GUARD | NVME_RW_PRCHK_APP | NVME_RW_PRCHK_REF)

struct space {
	struct ct_namespace *ns;
	unsigned tuple, guard; /* bytes of protection information and of its guard; 0: none */
	size_t at;	       /* of the tuple in the metadata */
	size_t data, metadata; /* of a block */
	uint8_t *bytes;	       /* the data, with metadata where it is extended */
	uint8_t *apart;	       /* the metadata where it is not */
};

/* A protection check, the bit that asks for it and the status of one that fails. */
enum space_check { SPACE_GUARD, SPACE_APP, SPACE_REF };
struct space_check_of {
	uint32_t check;
	uint16_t status;
};
extern const struct space_check_of space_checks[3];

/* A namespace with metadata, with protection information or without, and blocks for it, their
 * tuples right. Skips the case where there is none. */
void space_begin(struct ct *ct, struct space *s, bool protected);
/* The same with one bit of the third block's tuple another. */
void space_spoil(struct ct *ct, struct space *s, enum space_check which);

uint8_t *space_data(const struct space *s, unsigned i);
uint8_t *space_metadata(const struct space *s, unsigned i);
/* The tuple that belongs to a block. */
void space_make_tuple(const struct space *s, unsigned i, uint8_t *tuple);
/* The checks that its type knows. */
uint32_t space_all_checks(const struct space *s);

/* A command for the blocks with these bits in CDW12 and tags that are right. */
struct nvme_command space_command(struct ct *ct, const struct space *s, unsigned opcode,
				  uint32_t cdw12);
struct ct_answer space_send(struct ct *ct, const struct space *s, unsigned opcode, uint32_t cdw12);
/* What the blocks hold, without a check, in memory of its own. */
struct space space_read(struct ct *ct, const struct space *s);
void space_same(struct ct *ct, const struct space *wanted, const struct space *got);
/* Each block's tuple is the one that belongs to what the block holds. */
void space_expect_tuples(struct ct *ct, const struct space *got);
/* Blocks that are written as space_spoil() leaves them: the command, called NAME, fails with that
 * check and not with the others. */
void space_expect_check(struct ct *ct, unsigned opcode, const char *name, enum space_check which);
