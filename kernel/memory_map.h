/* Sets of address ranges, kept in order, apart from each other, and page aligned. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MEMORY_MAP_MAX 320

struct memory_span {
	uint64_t start, end; /* bytes, end not included */
};

struct memory_map {
	unsigned count;
	struct memory_span spans[MEMORY_MAP_MAX];
};

/* Adds the whole pages of [start, end). What does not fit any more is left out. */
void memory_map_add(struct memory_map *map, uint64_t start, uint64_t end);
/* Takes out every page that [start, end) touches. */
void memory_map_remove(struct memory_map *map, uint64_t start, uint64_t end);
/* Whether any byte of [start, end) is in the map. */
bool memory_map_touches(const struct memory_map *map, uint64_t start, uint64_t end);
