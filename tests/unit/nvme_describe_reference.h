/* The structures of the specification as libnvme declares them, where its headers are installed. */
#pragma once

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
