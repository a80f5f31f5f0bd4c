/* random_distribution=: which blocks are used more than others. Without floating point: powers are
 * made of logarithms with 32 binary places. */
#pragma once

#include "kernel/commands/fio/number.h"
#include "kernel/commands/fio/options.h"
#include "lib/prng.h"

struct fio_distribution {
	const struct fio_options *options;
	uint64_t count;	 /* of units */
	uint64_t offset; /* by which what is drawn is turned */
	/* With 32 binary places, and a sign where it can have one */
	uint64_t two;  /* zipf: the end of what gives the second unit */
	fio_wide zeta; /* the sum of all weights */
	__int128 eta;
	int64_t power; /* of what is drawn */
};

void fio_distribution_init(struct fio_distribution *distribution, const struct fio_options *options,
			   uint64_t count, uint64_t seed);
/* A unit, below count. */
uint64_t fio_distribution_draw(const struct fio_distribution *distribution, struct prng *prng);
