/* Structures and opcodes of the specification as libnvme declares them, where its headers are
 * installed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct reference_member {
	const char *name;
	size_t offset, size;
};

struct reference {
	const struct reference_member *members; /* NULL: the headers are not there */
	size_t count;
	size_t size;
};

extern const struct reference reference_controller, reference_power_state, reference_namespace,
	reference_lba_format, reference_properties;

struct reference_opcode {
	const char *name; /* this tree's */
	bool io;
	unsigned opcode;
};

extern const struct reference_opcode reference_opcodes[];
extern const size_t reference_opcode_count; /* 0: the headers are not there */
