/* CRC-64 of the NVM Express 64b guard (NVM Command Set 1.0, section 5.2.1.3): polynomial
 * AD93D23594C93659h, reflected, inverted at both ends. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Goes on from crc (0 at the start). */
uint64_t crc64_nvme(uint64_t crc, const void *data, size_t size);
