/* The ChaCha20 block function of RFC 8439. */
#include "lib/chacha20.h"
#include "lib/endian.h"

static inline uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

/* Section 2.1. */
static inline void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 12);
	*a += *b;
	*d = rotate(*d ^ *a, 8);
	*c += *d;
	*b = rotate(*b ^ *c, 7);
}

void chacha20_init(uint32_t state[16], const uint8_t key[32], uint32_t counter,
		   const uint8_t nonce[12])
{
	static const char constants[] = "expand 32-byte k";
	unsigned i;

	for (i = 0; i < 4; i++)
		state[i] = get_le32(constants + 4 * i);
	for (i = 0; i < 8; i++)
		state[4 + i] = get_le32(key + 4 * i);
	state[12] = counter;
	for (i = 0; i < 3; i++)
		state[13 + i] = get_le32(nonce + 4 * i);
}

void chacha20_block(const uint32_t state[16], uint8_t out[64])
{
	uint32_t x[16];
	unsigned i;

	for (i = 0; i < 16; i++)
		x[i] = state[i];
	for (i = 0; i < 10; i++) {
		quarter_round(&x[0], &x[4], &x[8], &x[12]);
		quarter_round(&x[1], &x[5], &x[9], &x[13]);
		quarter_round(&x[2], &x[6], &x[10], &x[14]);
		quarter_round(&x[3], &x[7], &x[11], &x[15]);
		quarter_round(&x[0], &x[5], &x[10], &x[15]);
		quarter_round(&x[1], &x[6], &x[11], &x[12]);
		quarter_round(&x[2], &x[7], &x[8], &x[13]);
		quarter_round(&x[3], &x[4], &x[9], &x[14]);
	}
	for (i = 0; i < 16; i++)
		put_le32(out + 4 * i, x[i] + state[i]);
}
