/* Pseudo-random numbers for tests: xoshiro256** of Blackman and Vigna, seeded by splitmix64. The
 * same seed gives the same numbers everywhere. Not for secrets: those come from kernel/random.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct prng {
	uint64_t state[4];
};

void prng_seed(struct prng *prng, uint64_t seed);
static inline uint64_t prng_next(struct prng *prng)
{
	uint64_t *s = prng->state, five = s[1] * 5, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = s[3] << 45 | s[3] >> 19;
	return (five << 7 | five >> 57) * 9;
}
/* Places, and turns to take, in few instructions: Knuth's linear congruence, of which the upper
 * bits are good. Uniform enough in 0 to bound - 1, by a multiplication: bound is far below 2^64. */
static inline uint64_t prng_quick_below(uint64_t *state, uint64_t bound)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint64_t)((unsigned __int128)*state * bound >> 64);
}

/* Uniform in 0 to bound - 1; 0 for bound 0. */
uint64_t prng_below(struct prng *prng, uint64_t bound);
void prng_fill(struct prng *prng, void *buffer, size_t size);
