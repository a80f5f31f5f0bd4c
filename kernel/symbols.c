/* The table is made of the first link by tools/symbols.awk: a count and the first function's
 * address; how far the next one is behind each; 128 pairs of characters; the names, each with its
 * NUL, in which a character above 127 stands for a pair, which may be made of such again. */
#include "kernel/symbols.h"

#include <stddef.h>

#include "boot/layout.h"

#define NAME_SIZE 64 /* longer ones are cut */
#define PAIRS	  128

struct symbols {
	uint32_t count, first;
	uint16_t steps[];
};

extern const struct symbols __start_symbols;
extern const char __stop_symbols[];

static char name[NAME_SIZE];

/* Writes what c stands for at name[length]; the new length. */
static size_t expand(const uint8_t *pairs, uint8_t c, size_t length)
{
	if (c >= PAIRS) {
		length = expand(pairs, pairs[2 * (c - PAIRS)], length);
		return expand(pairs, pairs[2 * (c - PAIRS) + 1], length);
	}
	if (length < NAME_SIZE - 1)
		name[length++] = (char)c;
	return length;
}

const char *symbol_find(uint64_t address, uint64_t *offset)
{
	const struct symbols *table = &__start_symbols;

	if ((const char *)table == __stop_symbols || address < table->first ||
	    address >= (uintptr_t)text_end)
		return NULL;

	uint32_t index = 0;
	uint64_t start = table->first;
	while (index + 1 < table->count && address >= start + table->steps[index])
		start += table->steps[index++];

	const uint8_t *pairs = (const uint8_t *)&table->steps[table->count];
	const uint8_t *from = pairs + 2 * PAIRS;
	for (uint32_t i = 0; i < index; i++) {
		while (*from++)
			;
	}
	size_t length = 0;
	for (; *from; from++)
		length = expand(pairs, *from, length);
	name[length] = '\0';
	*offset = address - start;
	return name;
}
