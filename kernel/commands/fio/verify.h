/* Blocks that say what they hold: written with a header as fio has it, and checked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/commands/fio/options.h"

#define FIO_DIGEST_MAX 32

struct fio_verify_failure {
	const char *what;      /* "md5", "pattern", or NULL: the header is wrong */
	const char *header;    /* which of its fields */
	uint64_t offset, size; /* of the part that is wrong */
	unsigned digest_size;
	uint8_t expected[FIO_DIGEST_MAX], received[FIO_DIGEST_MAX];
};

/* Fills a block that goes to offset; seed and number are told in its headers. */
void fio_verify_fill(const struct fio_options *options, void *buffer, size_t size, uint64_t offset,
		     uint64_t seed, uint16_t number);
/* Whether it is such a block; failure says where it is not. */
bool fio_verify_check(const struct fio_options *options, const void *buffer, size_t size,
		      uint64_t offset, struct fio_verify_failure *failure);
/* Fills buffer with the block as it was written, as one of the headers in what was received tells
 * it; false where none does. */
bool fio_verify_again(const struct fio_options *options, const void *received, size_t size,
		      uint64_t offset, void *buffer);
/* The bytes of a header of this kind; what a block has to be larger than. */
size_t fio_verify_header_size(enum fio_verify verify);
/* CRC-32C as fio has it: not inverted at the end. */
uint32_t fio_crc32c(const void *data, size_t size);
