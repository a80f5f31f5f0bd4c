/* The table is made of the first link by tools/symbols.awk: the number of functions and the first
 * one's address; what each of 256 codes stands for; how far each next function is behind (7 bits a
 * byte, the low ones first, bit 7: more follow); the names in codes. A code stands for two others,
 * or, after a 0, for one character, of which NUL ends a name. */
#include "kernel/x86/symbols.h"

#include <stdbool.h>
#include <stddef.h>

#include "boot/layout.h"

#define NAME_SIZE 64 /* longer ones are cut */

struct symbols {
	uint32_t count, first;
	uint8_t codes[256][2];
	uint8_t steps[];
};

extern const struct symbols __start_symbols;
extern const char __stop_symbols[];

static struct {
	unsigned skip; /* names before it */
	bool complete;
	size_t length;
	char name[NAME_SIZE];
} found;

static void expand(const struct symbols *table, uint8_t code)
{
	const uint8_t *meaning = table->codes[code];

	if (meaning[0]) {
		expand(table, meaning[0]);
		expand(table, meaning[1]);
	} else if (found.skip) {
		found.skip -= !meaning[1];
	} else if (!meaning[1]) {
		found.complete = true;
	} else if (!found.complete && found.length < NAME_SIZE - 1) {
		found.name[found.length++] = (char)meaning[1];
	}
}

static const uint8_t *next_step(const uint8_t *from, uint32_t *step)
{
	unsigned shift = 0;

	*step = 0;
	do {
		*step |= (*from & 0x7fu) << shift;
		shift += 7;
	} while (*from++ & 0x80);
	return from;
}

const char *symbol_find(uint64_t address, uint64_t *offset)
{
	const struct symbols *table = &__start_symbols;

	if ((const char *)table == __stop_symbols || address < table->first ||
	    address >= (uintptr_t)text_end)
		return NULL;

	const uint8_t *from = table->steps;
	uint64_t start = table->first, next = start;
	uint32_t step;
	found.skip = 0;
	for (uint32_t i = 1; i < table->count; i++) {
		from = next_step(from, &step);
		next += step;
		if (next <= address) {
			start = next;
			found.skip = i;
		}
	}
	found.complete = false;
	found.length = 0;
	while (!found.complete)
		expand(table, *from++);
	found.name[found.length] = '\0';
	*offset = address - start;
	return found.name;
}
