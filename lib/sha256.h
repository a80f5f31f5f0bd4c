/* SHA-256 (FIPS 180-4). */
#pragma once

#include <stdint.h>

#include "lib/block_hash.h"

#define SHA256_SIZE 32

/* block_hash_update() in between. */
void sha256_init(struct block_hash *hash);
void sha256_final(struct block_hash *hash, uint8_t digest[SHA256_SIZE]);
