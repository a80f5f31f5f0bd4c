/* Memory and random numbers for lib/regex.c in tests. */
#include "tests/unit/regex_host.h"

#include <stdlib.h>

long regex_allocations;
long regex_allocations_left = -1;

static void *counted_alloc(size_t size)
{
	if (regex_allocations_left == 0)
		return NULL;
	if (regex_allocations_left > 0)
		regex_allocations_left--;
	regex_allocations++;
	return malloc(size);
}

static void counted_free(void *memory)
{
	regex_allocations -= memory != NULL;
	free(memory);
}

unsigned regex_pauses;

static void count_pause(void)
{
	regex_pauses++;
}

const struct regex_host regex_test_host = {counted_alloc, counted_free, count_pause};

uint64_t regex_seed;

unsigned regex_pick(unsigned below)
{
	regex_seed = regex_seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(regex_seed >> 33) % below;
}
