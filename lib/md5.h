/* MD5 (RFC 1321): for comparing with what others wrote, not for security. */
#pragma once

#include <stdint.h>

#include "lib/block_hash.h"

#define MD5_SIZE 16

/* block_hash_update() in between. */
void md5_init(struct block_hash *hash);
void md5_final(struct block_hash *hash, uint8_t digest[MD5_SIZE]);
