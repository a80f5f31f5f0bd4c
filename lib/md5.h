/* MD5 (RFC 1321): for comparing with what others wrote, not for security. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE 16

struct md5 {
	uint32_t state[4];
	uint64_t size;	   /* bytes so far */
	uint8_t block[64]; /* what does not fill a block yet */
};

void md5_init(struct md5 *hash);
void md5_update(struct md5 *hash, const void *data, size_t size);
void md5_final(struct md5 *hash, uint8_t digest[MD5_SIZE]);
