/* The ChaCha20 block function of RFC 8439, section 2.3. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Sets up the sixteen words: constants, key, block counter, nonce (section 2.3; all little
 * endian). */
void chacha20_init(uint32_t state[16], const uint8_t key[32], uint32_t counter,
		   const uint8_t nonce[12]);

/* Sixty-four bytes of key stream for this state. The state stays; the caller counts state[12]
 * on. */
void chacha20_block(const uint32_t state[16], uint8_t out[64]);
