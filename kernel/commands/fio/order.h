/* Where the next command goes: in order or at random, with each block once, and how large it is.
 * The same seed gives the same commands again, which is how they are verified. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kernel/commands/fio/distribution.h"
#include "kernel/commands/fio/options.h"
#include "lib/prng.h"

struct fio_order {
	const struct fio_options *options;
	uint64_t start, length; /* bytes of the file that are used */
	uint64_t unit;		/* the smallest size: what the map counts in */
	uint64_t units;
	bool random, mixed; /* reads and writes */
	bool fixed;	    /* all commands have the size of a unit */
	bool uniform; /* and go anywhere, in one direction: prng_quick_below(&quick, units) finds it
		       */
	enum fio_direction direction;	/* where they are not: of the first command, or of all */
	uint64_t sizes[FIO_DIRECTIONS]; /* of commands; 0: they are drawn */
	uint64_t steps[FIO_DIRECTIONS]; /* sizes there are between those of bsrange */
	uint64_t seed;
	struct fio_distribution distribution; /* where it is not uniform: units may come again */
	/* What rewinding sets back */
	uint64_t quick;			/* for prng_quick_below() */
	struct prng prng;		/* for the distribution */
	struct prng content;		/* what is written */
	uint64_t next[FIO_DIRECTIONS];	/* in order: where the next command is */
	uint64_t *map;			/* a bit for each unit that was used; NULL: none is kept */
	uint64_t trimmed, trimmed_size; /* trimwrite: what is to be written now; 0 bytes: nothing */
};

struct fio_place {
	enum fio_direction direction;
	uint64_t offset, size;
};

/* Words of the map that the order wants; 0: none. map and its memory are the caller's. */
uint64_t fio_order_init(struct fio_order *order, const struct fio_options *options, uint64_t start,
			uint64_t length, uint64_t seed);
/* From the first command on. */
void fio_order_rewind(struct fio_order *order);
/* A further pass over the file: other commands, where they are at random. */
void fio_order_again(struct fio_order *order);
/* False at the end of the pass. No division, where places are in order or uniform. */
bool fio_order_next(struct fio_order *order, struct fio_place *place);
