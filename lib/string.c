/* Memory and string functions in plain C: 64-bit words, no SSE, so that they may run before the
 * FPU is set up and in interrupt handlers. The memory functions move unaligned words freely, which
 * x86-64 allows. No "rep movs": QEMU's TCG takes four times as long for it as for these loops. */
#include "lib/string.h"
#include <stdbool.h>
#include <stdint.h>

/* Words at any address, of any type's memory. */
struct word16 {
	uint16_t value;
} __attribute__((packed, may_alias));
struct word32 {
	uint32_t value;
} __attribute__((packed, may_alias));
struct word64 {
	uint64_t value;
} __attribute__((packed, may_alias));

#define LOAD16(address)		 (((const struct word16 *)(address))->value)
#define LOAD32(address)		 (((const struct word32 *)(address))->value)
#define LOAD64(address)		 (((const struct word64 *)(address))->value)
#define STORE16(address, value_) (((struct word16 *)(address))->value = (value_))
#define STORE32(address, value_) (((struct word32 *)(address))->value = (value_))
#define STORE64(address, value_) (((struct word64 *)(address))->value = (value_))

/* Hides from the compiler how a pointer moves: else it sees that a loop is a memset() or a
 * strlen(), and makes the function call itself. */
#define HIDE(pointer) __asm__("" : "+r"(pointer))

#define BLOCK 64

/* Up to 64 bytes; every load comes before the first store, so the two may overlap in any way. */
static inline void copy_small(unsigned char *to, const unsigned char *from, size_t size)
{
	if (size >= 33) {
		const unsigned char *last = from + size - 32;
		uint64_t a = LOAD64(from), b = LOAD64(from + 8), c = LOAD64(from + 16),
			 d = LOAD64(from + 24), e = LOAD64(last), f = LOAD64(last + 8),
			 g = LOAD64(last + 16), h = LOAD64(last + 24);

		STORE64(to, a);
		STORE64(to + 8, b);
		STORE64(to + 16, c);
		STORE64(to + 24, d);
		to += size - 32;
		STORE64(to, e);
		STORE64(to + 8, f);
		STORE64(to + 16, g);
		STORE64(to + 24, h);
	} else if (size >= 17) {
		uint64_t a = LOAD64(from), b = LOAD64(from + 8), c = LOAD64(from + size - 16),
			 d = LOAD64(from + size - 8);

		STORE64(to, a);
		STORE64(to + 8, b);
		STORE64(to + size - 16, c);
		STORE64(to + size - 8, d);
	} else if (size >= 8) {
		uint64_t a = LOAD64(from), b = LOAD64(from + size - 8);

		STORE64(to, a);
		STORE64(to + size - 8, b);
	} else if (size >= 4) {
		uint32_t a = LOAD32(from), b = LOAD32(from + size - 4);

		STORE32(to, a);
		STORE32(to + size - 4, b);
	} else if (size >= 2) {
		uint16_t a = LOAD16(from), b = LOAD16(from + size - 2);

		STORE16(to, a);
		STORE16(to + size - 2, b);
	} else if (size) {
		*to = *from;
	}
}

static inline void copy_block(unsigned char *to, const unsigned char *from)
{
	uint64_t a = LOAD64(from), b = LOAD64(from + 8), c = LOAD64(from + 16),
		 d = LOAD64(from + 24), e = LOAD64(from + 32), f = LOAD64(from + 40),
		 g = LOAD64(from + 48), h = LOAD64(from + 56);

	STORE64(to, a);
	STORE64(to + 8, b);
	STORE64(to + 16, c);
	STORE64(to + 24, d);
	STORE64(to + 32, e);
	STORE64(to + 40, f);
	STORE64(to + 48, g);
	STORE64(to + 56, h);
}

/* Right for every overlap in which to is below from: a block is in registers before it is stored,
 * and stores stay below the next load. */
static inline void copy_forward(unsigned char *to, const unsigned char *from, size_t size)
{
	if (size >= 2 * BLOCK) {
		size_t head = -(uintptr_t)to % 8;

		copy_small(to, from, head);
		to += head;
		from += head;
		size -= head;
	}
	while (size > BLOCK) {
		copy_block(to, from);
		to += BLOCK;
		from += BLOCK;
		size -= BLOCK;
		HIDE(to);
		HIDE(from);
	}
	copy_small(to, from, size);
}

/* The mirror image, for to above from. */
static inline void copy_backward(unsigned char *to, const unsigned char *from, size_t size)
{
	while (size > BLOCK) {
		size -= BLOCK;
		copy_block(to + size, from + size);
		HIDE(size);
	}
	copy_small(to, from, size);
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	copy_forward(to, from, size);
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	if ((uintptr_t)to - (uintptr_t)from >= size)
		copy_forward(to, from, size);
	else
		copy_backward(to, from, size);
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	unsigned char *next = to, *end = next + size;
	uint64_t word = (unsigned char)byte * 0x0101010101010101ull;

	if (size < 8) {
		while (next < end) {
			*next++ = (unsigned char)byte;
			HIDE(next);
		}
		return to;
	}
	/* The first and the last word may overlap what the loop fills. */
	STORE64(next, word);
	STORE64(end - 8, word);
	next += 8 - (uintptr_t)next % 8;
	while ((size_t)(end - next) >= BLOCK && next < end) {
		STORE64(next, word);
		STORE64(next + 8, word);
		STORE64(next + 16, word);
		STORE64(next + 24, word);
		STORE64(next + 32, word);
		STORE64(next + 40, word);
		STORE64(next + 48, word);
		STORE64(next + 56, word);
		next += BLOCK;
		HIDE(next);
	}
	while (end - next >= 8) {
		STORE64(next, word);
		next += 8;
		HIDE(next);
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;

	/* What is alike goes quickly; where the difference is, the loop below finds out. */
	while (size >= 32) {
		uint64_t difference = (LOAD64(x) ^ LOAD64(y)) | (LOAD64(x + 8) ^ LOAD64(y + 8)) |
				      (LOAD64(x + 16) ^ LOAD64(y + 16)) |
				      (LOAD64(x + 24) ^ LOAD64(y + 24));

		if (difference)
			break;
		x += 32;
		y += 32;
		size -= 32;
		HIDE(x);
		HIDE(y);
	}
	while (size >= 8) {
		uint64_t v = LOAD64(x), w = LOAD64(y);

		if (v != w) {
			/* The first byte in memory decides: make it the most significant one. */
			return __builtin_bswap64(v) < __builtin_bswap64(w) ? -1 : 1;
		}
		x += 8;
		y += 8;
		size -= 8;
		HIDE(x);
		HIDE(y);
	}
	while (size--) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
		x++;
		y++;
		HIDE(x);
	}
	return 0;
}

#define ONES  0x0101010101010101ull
#define HIGHS 0x8080808080808080ull

void *memchr(const void *s, int byte, size_t size)
{
	const unsigned char *next = s;
	uint64_t pattern = (unsigned char)byte * ONES;

	/* Size may reach beyond the end of memory when the byte is surely there: an aligned word
	 * does not reach into a page that none of the bytes up to there lies in. */
	while (size && (uintptr_t)next % 8) {
		if (*next == (unsigned char)byte)
			return (void *)next;
		next++;
		size--;
		HIDE(next);
	}
	while (size >= 8) {
		/* A byte of difference is zero where the byte is found. The lowest marked one is
		 * right; marks above it may be wrong. */
		uint64_t difference = LOAD64(next) ^ pattern;
		uint64_t marks = (difference - ONES) & ~difference & HIGHS;

		if (marks)
			return (void *)(next + __builtin_ctzll(marks) / 8);
		next += 8;
		size -= 8;
		HIDE(next);
	}
	while (size--) {
		if (*next == (unsigned char)byte)
			return (void *)next;
		next++;
		HIDE(next);
	}
	return NULL;
}

void *memrchr(const void *s, int byte, size_t size)
{
	const unsigned char *next = (const unsigned char *)s + size;

	while (size--) {
		if (*--next == (unsigned char)byte)
			return (void *)next;
		HIDE(next);
	}
	return NULL;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end) {
		end++;
		HIDE(end);
	}
	return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
	const char *end = s;

	while (max-- && *end) {
		end++;
		HIDE(end);
	}
	return (size_t)(end - s);
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t max)
{
	for (; max; max--, a++, b++) {
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	while (*s != (char)c) {
		if (!*s++)
			return NULL;
		HIDE(s);
	}
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	return memrchr(s, c, strlen(s) + 1);
}

char *strstr(const char *haystack, const char *needle)
{
	size_t size = strlen(needle);

	if (!size)
		return (char *)haystack;
	while ((haystack = strchr(haystack, *needle))) {
		if (!strncmp(haystack, needle, size))
			return (char *)haystack;
		haystack++;
	}
	return NULL;
}

/* The length of the start of s whose characters are all in the set, or all not in it. */
static size_t span(const char *s, const char *set, bool in_set)
{
	const char *end = s;

	while (*end && (strchr(set, *end) != NULL) == in_set)
		end++;
	return (size_t)(end - s);
}

size_t strspn(const char *s, const char *accept)
{
	return span(s, accept, true);
}

size_t strcspn(const char *s, const char *reject)
{
	return span(s, reject, false);
}
