/* The table is made of the first link by tools/symbols.awk. The functions lie one behind the other:
 * the first one's address and the size of each but the last, which ends with the text. Behind the
 * sizes are the names, each with its NUL. */
#include "kernel/x86/symbols.h"

#include <stddef.h>

#include "boot/layout.h"
#include "lib/string.h"

struct symbols {
	uint32_t count, first;
	uint16_t sizes[];
};

extern const struct symbols __start_symbols;
extern const char __stop_symbols[];

const char *symbol_find(uint64_t address, uint64_t *offset)
{
	const struct symbols *table = &__start_symbols;

	if ((const char *)table == __stop_symbols || address < table->first ||
	    address >= (uintptr_t)text_end)
		return NULL;

	const uint32_t steps = table->count - 1;
	const char *name = (const char *)&table->sizes[steps];
	uint64_t start = table->first;
	for (uint32_t i = 0; i < steps && address - start >= table->sizes[i]; i++) {
		start += table->sizes[i];
		name += strlen(name) + 1;
	}
	*offset = address - start;
	return name;
}
