/* The fuzzer of the device: what it does to a controller, one operation after the other.
 *
 * The controller writes to memory as commands tell it to, so every address that it can ever come
 * across is one of these: in S, memory that holds nothing but such addresses; in D, memory that is
 * never taken for commands, lists or data to be written; in BAR0; in the first MiB, which nobody
 * uses; or where there is no memory. What is written to the blocks comes from S, and only what is
 * read from the blocks goes to S: however wrong a list is, nothing else is reached. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/conformance/conformance.h"

#define FUZZ_PAGES	16u /* of S and of D */
#define FUZZ_SIZE	(FUZZ_PAGES * 4096u)
#define FUZZ_SLACK	(1u << 20) /* bytes behind each, for SGLs that are longer */
#define FUZZ_OPERATIONS 2000u	   /* of a round, unless told */
/* The last pages of S: lists and SGL segments whose addresses are in D. */
#define FUZZ_DIRTY_PRPS (FUZZ_PAGES - 2)
#define FUZZ_DIRTY_SGL	(FUZZ_PAGES - 1)
#define FUZZ_ADMIN	0u /* the queues that no operation touches but by commands */
#define FUZZ_IO		1u
#define FUZZ_WILD	2u /* the first of those that operations create and delete */
#define FUZZ_WILD_COUNT 4u
#define FUZZ_WILD_SIZE	16u /* entries */

enum fuzz_base {
	FUZZ_ABSOLUTE,
	FUZZ_S,
	FUZZ_D,
	FUZZ_BAR, /* BAR0 on the bus */
};

/* An address by its place. */
struct fuzz_pointer {
	uint8_t base; /* enum fuzz_base */
	uint64_t offset;
};

enum fuzz_kind {
	FUZZ_PUT,     /* 8 bytes at an offset into S: a pointer */
	FUZZ_COMMAND, /* an entry into a submission queue */
	FUZZ_RING,    /* its doorbell */
	FUZZ_SQ_DOORBELL,
	FUZZ_CQ_DOORBELL,
	FUZZ_READ, /* a register */
	FUZZ_WRITE,
	FUZZ_WAIT,  /* until what is outstanding has ended, or is late */
	FUZZ_RESET, /* CC.EN = 0 and 1, with everything made anew */
	FUZZ_KINDS,
};

struct fuzz_operation {
	uint8_t kind; /* enum fuzz_kind */
	uint8_t width;
	uint16_t queue;
	uint32_t offset; /* of a register; into S */
	struct fuzz_pointer value;
	struct nvme_command command; /* without CID and pointers */
	struct fuzz_pointer mptr, prp1, prp2;
};

/* What it is about. */
struct fuzz {
	struct ct *ct;
	struct prng prng;
	bool wild; /* registers, doorbells and queues of the fuzzer's own as well: then completions
		      mean nothing */
	bool destroys;
	uint8_t *s, *d;
	uint64_t area; /* blocks at the beginning of each namespace that are written */
	unsigned wild_tail[FUZZ_WILD_COUNT];
	/* made, and not yet carried out */
	struct fuzz_operation made[24];
	unsigned made_count, made_next;
	struct fuzz_counts {
		uint64_t operations, commands, doorbells, registers;
	} counts;
};

/* The next operation of a round. */
struct fuzz_operation fuzz_next(struct fuzz *fuzz);
/* An operation as a line without its end, and back; false: it is none. */
void fuzz_print(const struct fuzz_operation *operation, char *text, size_t size);
bool fuzz_parse(const char *text, struct fuzz_operation *operation);

struct fuzz_options {
	uint64_t seed;
	uint64_t seconds; /* 0: as many rounds as there are */
	uint64_t rounds, first_round;
	unsigned operations; /* of a round */
	bool destroys;	     /* Format NVM, Sanitize, Namespace Management too */
	bool print;	     /* the operations of first_round, and nothing is done */
	/* The next line of a script to repeat; NULL: none. NULL at its end. */
	const char *(*line)(void *context);
	void *context;
};

/* Fuzzes a claimed controller; says what it finds by lines "FOUND: kind: ...". 0, or a negative
 * errno where it could not begin. */
int fuzz_run(const struct nvme_claim *claim, const struct fuzz_options *options,
	     const struct ct_host *host, unsigned *found);
