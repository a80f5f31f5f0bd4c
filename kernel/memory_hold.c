/* Memory that a device may still write to, or read from, although its owner has gone: it is not
 * given out again before the device is done with it. Nearly always there is none. */
#include "kernel/memory.h"

static struct memory_hold *holds;

void memory_hold(struct memory_hold *hold, const void *start, size_t size)
{
	hold->start = (uintptr_t)start;
	hold->end = hold->start + size;
	hold->freed = NULL;
	hold->next = holds;
	holds = hold;
}

static struct memory_hold *find(uintptr_t start, size_t size)
{
	for (struct memory_hold *hold = holds; hold; hold = hold->next)
		if (start < hold->end && hold->start < start + size)
			return hold;
	return NULL;
}

bool memory_is_held(const void *memory, size_t size)
{
	return holds && find((uintptr_t)memory, size);
}

bool memory_keep(void *memory, size_t size, size_t pages)
{
	struct memory_hold *hold = holds ? find((uintptr_t)memory, size) : NULL;

	if (!hold)
		return false;
	/* What is held lies inside of one allocation, so there is only one to remember; should
	 * there be another it is lost, which harms less than to give it out. */
	if (!hold->freed) {
		hold->freed = memory;
		hold->freed_pages = pages;
	}
	return true;
}

void memory_unhold(struct memory_hold *hold)
{
	struct memory_hold **link = &holds;

	while (*link != hold)
		link = &(*link)->next;
	*link = hold->next;
	if (hold->freed && hold->freed_pages)
		pages_free(hold->freed, hold->freed_pages);
	else
		kfree(hold->freed);
}
