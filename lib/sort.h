/* Sorting in place. */
#pragma once

#include <stddef.h>

/* As qsort() of C: compare gives below 0, 0 or above 0. At most about 2 n log2 n comparisons
 * whatever the input, no recursion, no memory. Equal elements may change places. */
void sort(void *base, size_t count, size_t size, int (*compare)(const void *a, const void *b));
