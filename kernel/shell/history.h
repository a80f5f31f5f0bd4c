/* The lines that were typed. */
#pragma once

#include <stddef.h>

void history_add(const char *line, size_t length);
/* index counts back: 0 is the newest; NULL beyond the oldest. */
const char *history_get(unsigned index, size_t *length);
unsigned history_count(void);
unsigned history_first_number(void);
void history_clear(void);
