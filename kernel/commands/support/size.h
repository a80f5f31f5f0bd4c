/* Numbers with multiplier suffixes as the GNU commands read them, and sizes as they print them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIZE_OK	      0
#define SIZE_OVERFLOW 1 /* more than UINT64_MAX; *value is then UINT64_MAX */
#define SIZE_SUFFIX   2 /* something stands behind the number; *end is there */
#define SIZE_INVALID  4 /* no number at all */

/* Reads white space, an optional '+', digits (base as for strtoul) and one suffix out of those
 * listed in suffixes: b c w k K m M g G t T P E Z Y. A '0' in the list lets kB and KiB follow the
 * letter; a suffix on its own means one of it. Returns SIZE_OVERFLOW and SIZE_SUFFIX or'ed, or
 * SIZE_INVALID. */
int size_scan(const char *text, const char **end, int base, const char *suffixes, uint64_t *value);

/* The whole of text has to be such a number: 0, -EINVAL or -ERANGE (value is then UINT64_MAX). */
int size_parse(const char *text, const char *suffixes, uint64_t *value);

#define HUMAN_TEXT 24
/* "1.0 MB", "91 TiB", "512 B": rounded to nearest, as dd writes them. Returns text. */
char *size_human(char text[HUMAN_TEXT], uint64_t bytes, unsigned base);
/* "1.0M", "512", "91T": powers of 1024 rounded up, as ls -h and free -h write them. */
char *size_human_short(char text[HUMAN_TEXT], uint64_t bytes);
