/* What stands in $((…)). */
#pragma once

#include <stdint.h>

struct shell;

int64_t arithmetic_evaluate(struct shell *sh, const char *expression);
