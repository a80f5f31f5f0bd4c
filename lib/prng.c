/* Pseudo-random numbers for tests: xoshiro256**. */
#include "lib/prng.h"
#include "lib/endian.h"
#include "lib/string.h"

void prng_seed(struct prng *prng, uint64_t seed)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		uint64_t z = seed += 0x9e3779b97f4a7c15;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		prng->state[i] = z ^ z >> 31;
	}
}

uint64_t prng_below(struct prng *prng, uint64_t bound)
{
	uint64_t value, uneven;

	if (!bound)
		return 0;
	/* Values below 2^64 mod bound would make the small results more frequent. */
	uneven = -bound % bound;
	do {
		value = prng_next(prng);
	} while (value < uneven);
	return value % bound;
}

void prng_fill(struct prng *prng, void *buffer, size_t size)
{
	uint8_t *next = buffer;
	uint8_t word[8];

	for (; size >= sizeof(word); size -= sizeof(word), next += sizeof(word))
		put_le64(next, prng_next(prng));
	if (size) {
		put_le64(word, prng_next(prng));
		memcpy(next, word, size);
	}
}
