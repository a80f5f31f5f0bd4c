/* CRC-32 as in IEEE 802.3. */
#include "lib/crc32.h"
#include <stdbool.h>
#include "lib/endian.h"

#define POLYNOMIAL 0xedb88320u

/* tables[n][b]: what byte b does to the CRC when n more bytes follow it ("slicing by 8"). Made at
 * the first use: that is quicker than reading eight kilobytes from the boot medium. */
static uint32_t tables[8][256];

static void make_tables(void)
{
	unsigned byte, i;

	for (byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		tables[0][byte] = crc;
	}
	for (i = 1; i < 8; i++) {
		for (byte = 0; byte < 256; byte++) {
			uint32_t crc = tables[i - 1][byte];

			tables[i][byte] = crc >> 8 ^ tables[0][crc & 255];
		}
	}
}

uint32_t crc32(uint32_t crc, const void *data, size_t size)
{
	static bool made;
	const uint8_t *next = data;

	if (!made) {
		make_tables();
		made = true;
	}
	crc = ~crc;
	for (; size >= 8; size -= 8, next += 8) {
		uint32_t low = get_le32(next) ^ crc, high = get_le32(next + 4);

		crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^
		      tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^ tables[3][high & 255] ^
		      tables[2][high >> 8 & 255] ^ tables[1][high >> 16 & 255] ^
		      tables[0][high >> 24];
	}
	while (size--)
		crc = crc >> 8 ^ tables[0][(crc ^ *next++) & 255];
	return ~crc;
}

#define POSIX_POLYNOMIAL 0x04c11db7u

uint32_t crc32_posix(uint32_t crc, const void *data, size_t size)
{
	static uint32_t table[256];
	static bool made;
	const uint8_t *next = data;

	for (unsigned byte = 0; !made && byte < 256; byte++) {
		uint32_t rest = byte << 24;

		for (unsigned bit = 0; bit < 8; bit++)
			rest = rest << 1 ^ (rest >> 31 ? POSIX_POLYNOMIAL : 0);
		table[byte] = rest;
	}
	made = true;
	while (size--)
		crc = crc << 8 ^ table[crc >> 24 ^ *next++];
	return crc;
}

uint32_t crc32_posix_end(uint32_t crc, uint64_t size)
{
	for (; size; size >>= 8) {
		uint8_t byte = (uint8_t)size;

		crc = crc32_posix(crc, &byte, 1);
	}
	return ~crc;
}
