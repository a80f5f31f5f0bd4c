/* Numbers in byte arrays of any alignment, in either byte order. */
#pragma once

#include <stdint.h>

static inline uint16_t get_le16(const void *from)
{
	const uint8_t *byte = from;

	return (uint16_t)(byte[0] | byte[1] << 8);
}

static inline uint32_t get_le32(const void *from)
{
	const uint8_t *byte = from;

	return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static inline uint64_t get_le64(const void *from)
{
	return get_le32(from) | (uint64_t)get_le32((const uint8_t *)from + 4) << 32;
}

/* size: up to 8 bytes */
static inline uint64_t get_le(const void *from, unsigned size)
{
	const uint8_t *byte = from;
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)byte[i] << 8 * i;
	return value;
}

static inline uint32_t get_be32(const void *from)
{
	return __builtin_bswap32(get_le32(from));
}

static inline uint64_t get_be64(const void *from)
{
	return __builtin_bswap64(get_le64(from));
}

/* size: up to 8 bytes, as below */
static inline uint64_t get_be(const void *from, unsigned size)
{
	const uint8_t *byte = from;
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | byte[i];
	return value;
}

static inline void put_be(void *to, uint64_t value, unsigned size)
{
	uint8_t *byte = to;

	for (; size--; value >>= 8)
		byte[size] = (uint8_t)value;
}

static inline void put_le16(void *to, uint16_t value)
{
	uint8_t *byte = to;

	byte[0] = (uint8_t)value;
	byte[1] = (uint8_t)(value >> 8);
}

static inline void put_le32(void *to, uint32_t value)
{
	uint8_t *byte = to;

	byte[0] = (uint8_t)value;
	byte[1] = (uint8_t)(value >> 8);
	byte[2] = (uint8_t)(value >> 16);
	byte[3] = (uint8_t)(value >> 24);
}

static inline void put_le64(void *to, uint64_t value)
{
	put_le32(to, (uint32_t)value);
	put_le32((uint8_t *)to + 4, (uint32_t)(value >> 32));
}

static inline void put_be32(void *to, uint32_t value)
{
	put_le32(to, __builtin_bswap32(value));
}

static inline void put_be64(void *to, uint64_t value)
{
	put_le64(to, __builtin_bswap64(value));
}
