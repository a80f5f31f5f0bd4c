/* Function names for backtraces. */
#pragma once

#include <stdint.h>

/* The function that holds address, and how far into it address is; NULL outside the kernel's text
 * or in a kernel without its table. */
const char *symbol_find(uint64_t address, uint64_t *offset);
