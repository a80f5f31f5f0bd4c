/* What a fuzz target takes its decisions from: numbers from the front of the input for what it
 * does, and from the back for what it is answered, so that a change to the one leaves the other
 * alone. An exhausted input gives zeroes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *front, *back;
};

static inline bool input_is_empty(const struct input *input)
{
	return input->front == input->back;
}

static inline size_t input_left(const struct input *input)
{
	return (size_t)(input->back - input->front);
}

/* size bytes (up to 8) from the front, little endian. */
static inline uint64_t input_take(struct input *input, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size && !input_is_empty(input); i++)
		value |= (uint64_t)*input->front++ << 8 * i;
	return value;
}

/* The same from the back. */
static inline uint64_t input_take_back(struct input *input, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size && !input_is_empty(input); i++)
		value |= (uint64_t) * --input->back << 8 * i;
	return value;
}
