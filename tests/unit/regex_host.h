/* What lib/regex.c has of its host in tests: memory that is counted, and may run out; and
 * random numbers for patterns and texts. */
#pragma once

#include "lib/regex.h"

extern const struct regex_host regex_test_host;
extern long regex_allocations;	    /* that are not freed yet */
extern long regex_allocations_left; /* until memory is out; -1: never */
extern unsigned regex_pauses;	    /* how often the search offered to be interrupted */

extern uint64_t regex_seed;
unsigned regex_pick(unsigned below);
