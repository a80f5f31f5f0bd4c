/* Patterns of file names, case and ${x#pattern}. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A pattern: bytes, and which of them stand for themselves. */
struct pattern {
	char *bytes;
	unsigned char *quoted;
	size_t length;
};

bool pattern_match(const struct pattern *pattern, const char *text, size_t length);
