/* CRC-32 as in IEEE 802.3, zlib and POSIX ISO 3309: polynomial 0xEDB88320, reflected. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Goes on from crc (0 at the start), as zlib's crc32() does. */
uint32_t crc32(uint32_t crc, const void *data, size_t size);

/* The CRC of POSIX's cksum: polynomial 04C11DB7h, not reflected. Goes on from crc (0 at the start);
 * crc32_posix_end() adds the number of bytes, as cksum wants it. */
uint32_t crc32_posix(uint32_t crc, const void *data, size_t size);
uint32_t crc32_posix_end(uint32_t crc, uint64_t size);
