/* Numbers in text, as people type them and as they like to read them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Parses the whole of text as an unsigned number. base 0 takes 0x, 0 and decimal as in C, 2 to 36
 * that base (16 with or without 0x). 0, -EINVAL (not a number, something behind it) or -ERANGE
 * (above UINT64_MAX; *value is then UINT64_MAX). No sign, no white space. */
int number_parse(const char *text, int base, uint64_t *value);

/* The same for a signed number: one '-' or '+' may stand before it. -ERANGE leaves the nearest
 * value that there is. */
int number_parse_signed(const char *text, int base, int64_t *value);

/* Parses as much of text as is a number, *end behind it (text itself when there is none, with
 * -EINVAL). */
int number_parse_prefix(const char *text, const char **end, int base, uint64_t *value);

/* A decimal number as GNU dd takes it: with one of the suffixes c=1 w=2 b=512, k K M G T P E Z Y R
 * Q (powers of 1024, also as KiB …; powers of 1000 as kB …), a 'B' behind it all (which dd takes
 * for "bytes, not blocks" and changes nothing here), and products: "2x512". A suffix without a
 * number stands for 1 of it. A product with 0 is 0, whatever the other factor. Results as above. */
int number_parse_size(const char *text, uint64_t *value);

/* Human-readable sizes as lsblk writes them: powers of 1024, one decimal unless it is 0: "512B",
 * "64M", "1.5G". Returns buffer. */
char *number_format_iec(uint64_t bytes, char *buffer, size_t size);
