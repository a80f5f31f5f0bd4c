/* CRC-64 of the NVM Express 64b guard. */
#include "lib/crc64.h"

#include <stdbool.h>

#define POLYNOMIAL 0x9a6c9329ac4bc9b5u /* its bits the other way round */

static uint64_t table[256];

static void make_table(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		uint64_t crc = byte;

		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		table[byte] = crc;
	}
}

uint64_t crc64_nvme(uint64_t crc, const void *data, size_t size)
{
	static bool made;
	const uint8_t *next = data;

	if (!made) {
		make_table();
		made = true;
	}
	crc = ~crc;
	while (size--)
		crc = crc >> 8 ^ table[(crc ^ *next++) & 255];
	return ~crc;
}
