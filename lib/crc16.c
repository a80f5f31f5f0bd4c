/* CRC-16 of T10's Data Integrity Field. */
#include "lib/crc16.h"

#include <stdbool.h>

#define POLYNOMIAL 0x8bb7u

static uint16_t table[256];

static void make_table(void)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		unsigned crc = byte << 8;

		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc & 0x8000 ? POLYNOMIAL : 0);
		table[byte] = (uint16_t)crc;
	}
}

uint16_t crc16_t10(uint16_t crc, const void *data, size_t size)
{
	static bool made;
	const uint8_t *next = data;

	if (!made) {
		make_table();
		made = true;
	}
	while (size--)
		crc = (uint16_t)(crc << 8 ^ table[crc >> 8 ^ *next++]);
	return crc;
}
