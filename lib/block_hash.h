/* What MD5 and SHA-256 have in common: data in steps of any size become blocks of 64 bytes, of
 * which the last ends with the length. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BLOCK_HASH_BLOCK 64

struct block_hash {
	void (*compress)(uint32_t *state, const uint8_t *block);
	uint32_t state[8];		 /* as many as the hash has */
	uint64_t size;			 /* bytes so far */
	uint8_t block[BLOCK_HASH_BLOCK]; /* what does not fill a block yet */
};

void block_hash_update(struct block_hash *hash, const void *data, size_t size);
/* Fills the last block: padding, and the length in bits, in the order of bytes of this hash. */
void block_hash_pad(struct block_hash *hash, const uint8_t length[8]);
