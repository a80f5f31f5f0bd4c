/* CRC-16 of T10's Data Integrity Field: polynomial 8BB7h, not reflected, from zero. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Goes on from crc (0 at the start). */
uint16_t crc16_t10(uint16_t crc, const void *data, size_t size);
