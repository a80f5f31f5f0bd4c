/* The columns of lsblk, under util-linux' names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block_device;

enum column_kind {
	COLUMN_TEXT, /* left aligned */
	COLUMN_NODE, /* the same; major and minor */
	COLUMN_LIST, /* the same; an array in JSON */
	COLUMN_NUMBER,
	COLUMN_SIZE, /* bytes; with a unit unless bytes are asked for */
	COLUMN_FLAG,
};

/* One of text and number; neither: nothing is known of it here. */
struct column {
	const char *name;
	enum column_kind kind;
	const char *(*text)(const struct block_device *device);
	uint64_t (*number)(const struct block_device *device);
};

extern const struct column columns[];
extern const size_t column_count;

/* By its name in any case; NULL if there is none. */
const struct column *column_find(const char *name, size_t length);
static inline bool column_right(const struct column *column)
{
	return column->kind >= COLUMN_NUMBER;
}
