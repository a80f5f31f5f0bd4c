/* Sets of address ranges, kept in order. */
#include "kernel/memory_map.h"

#include "kernel/memory.h"
#include "lib/string.h"

#define PAGE_MASK (~(uint64_t)(PAGE_SIZE - 1))

/* Makes room for one more span at index. */
static bool insert(struct memory_map *map, unsigned index)
{
	if (map->count == MEMORY_MAP_MAX)
		return false;
	memmove(&map->spans[index + 1], &map->spans[index],
		(map->count - index) * sizeof(map->spans[0]));
	map->count++;
	return true;
}

static void drop(struct memory_map *map, unsigned index, unsigned count)
{
	memmove(&map->spans[index], &map->spans[index + count],
		(map->count - index - count) * sizeof(map->spans[0]));
	map->count -= count;
}

void memory_map_add(struct memory_map *map, uint64_t start, uint64_t end)
{
	unsigned first = 0, last;

	if (start > PAGE_MASK) /* no whole page behind it */
		return;
	start = (start + PAGE_SIZE - 1) & PAGE_MASK;
	end &= PAGE_MASK;
	if (start >= end)
		return;

	while (first < map->count && map->spans[first].end < start)
		first++;
	/* [first, last) touch the new span and are merged with it. */
	for (last = first; last < map->count && map->spans[last].start <= end; last++)
		;
	if (last == first) {
		if (insert(map, first))
			map->spans[first] = (struct memory_span){start, end};
		return;
	}
	if (start < map->spans[first].start)
		map->spans[first].start = start;
	if (end < map->spans[last - 1].end)
		end = map->spans[last - 1].end;
	map->spans[first].end = end;
	drop(map, first + 1, last - first - 1);
}

void memory_map_remove(struct memory_map *map, uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	start &= PAGE_MASK;
	end = end > PAGE_MASK ? UINT64_MAX : (end + PAGE_SIZE - 1) & PAGE_MASK;

	for (unsigned i = 0; i < map->count;) {
		struct memory_span *span = &map->spans[i];

		if (span->end <= start || span->start >= end) {
			i++;
		} else if (span->start < start && span->end > end) {
			/* A hole in the middle. With no room for two, the rest behind it is lost.
			 */
			uint64_t rest_end = span->end;

			span->end = start;
			if (insert(map, i + 1))
				map->spans[i + 1] = (struct memory_span){end, rest_end};
			return;
		} else if (span->start < start) {
			span->end = start;
			i++;
		} else if (span->end > end) {
			span->start = end;
			i++;
		} else {
			drop(map, i, 1);
		}
	}
}

bool memory_map_touches(const struct memory_map *map, uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < map->count; i++) {
		if (map->spans[i].start < end && map->spans[i].end > start)
			return true;
	}
	return false;
}
