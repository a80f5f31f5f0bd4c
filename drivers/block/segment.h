/* A piece of memory: what requests, and PRP and SGL lists, are made of. */
#pragma once

#include <stddef.h>

struct block_segment {
	void *address;
	size_t size; /* bytes, any size and alignment */
};
