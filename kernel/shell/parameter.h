/* The values of parameters: $x, $1, $#. */
#pragma once

#include <stddef.h>

struct shell;

/* The value of parameter name ("x", "1", "#", "?" …), NULL where unset; not for @ and *. */
const char *parameter_value(struct shell *sh, const char *name, char *number, size_t number_size);
#define NUMBER_TEXT_MAX 24
