/* What MD5 and SHA-256 have in common. */
#include "lib/block_hash.h"

#include "lib/string.h"

void block_hash_update(struct block_hash *hash, const void *data, size_t size)
{
	const uint8_t *next = data;
	size_t filled = hash->size % BLOCK_HASH_BLOCK;

	hash->size += size;
	if (filled) {
		size_t missing = BLOCK_HASH_BLOCK - filled;

		if (size < missing) {
			memcpy(hash->block + filled, next, size);
			return;
		}
		memcpy(hash->block + filled, next, missing);
		hash->compress(hash->state, hash->block);
		next += missing;
		size -= missing;
	}
	for (; size >= BLOCK_HASH_BLOCK; size -= BLOCK_HASH_BLOCK) {
		hash->compress(hash->state, next);
		next += BLOCK_HASH_BLOCK;
	}
	if (size)
		memcpy(hash->block, next, size);
}

void block_hash_pad(struct block_hash *hash, const uint8_t length[8])
{
	static const uint8_t padding[BLOCK_HASH_BLOCK] = {0x80};
	size_t filled = hash->size % BLOCK_HASH_BLOCK;
	size_t end = filled < BLOCK_HASH_BLOCK - 8 ? BLOCK_HASH_BLOCK : 2 * BLOCK_HASH_BLOCK;

	block_hash_update(hash, padding, end - 8 - filled);
	block_hash_update(hash, length, 8);
}
