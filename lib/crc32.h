/* CRC-32 as in IEEE 802.3, zlib and POSIX ISO 3309: polynomial 0xEDB88320, reflected. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Goes on from crc (0 at the start), as zlib's crc32() does. */
uint32_t crc32(uint32_t crc, const void *data, size_t size);
