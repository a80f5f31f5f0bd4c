/* Regular expressions in commands: memory is the process's, long searches end with Ctrl-C. */
#pragma once

#include "lib/regex.h"

extern const struct regex_host process_regex_host;

/* regex_search() that ends the process with status where memory is out. */
bool expression_search(struct regex *regex, const char *text, size_t size, size_t from,
		       struct regex_match *matches, unsigned count, int status);

/* Ends the process with status where [:name:] stands for [[:name:]]. */
void expression_check(const struct regex *regex, int status);

/* Compiles a file name pattern of the shell (* ? [...]); the name as a whole has to match. NULL or
 * what is wrong. */
const char *expression_from_glob(struct regex *regex, const char *glob, bool fold);
