/* What sort compares by: keys, and how the text of one is ordered. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sort_order {
	bool skip_start, skip_end; /* b: blanks before the key's ends do not count */
	bool dictionary, printable, fold, reverse;
	bool numeric, human, month, version;
};

struct sort_key {
	struct sort_order order;
	uint64_t first_field, first_byte; /* from 0 */
	uint64_t last_field, last_byte;	  /* last_byte 0: to the end of that field */
	bool to_end;			  /* of the line */
	bool ordered;			  /* has letters of its own */
	struct sort_key *next;
};

#define SORT_BLANKS (-1)

/* Takes one of the ordering letters "bdfhiMnrV"; false for another one. A key's b belongs to one of
 * its ends, the option's to both. */
bool sort_order_letter(struct sort_order *order, char letter, bool start, bool end);
/* "2,3.4n": ends the process where it is none. */
struct sort_key *sort_key_parse(const char *text);
/* Ends the process where two of the orders exclude each other. */
void sort_order_check(const struct sort_order *order);

/* The part of a line that a key means. separator is a byte, or SORT_BLANKS. */
void sort_key_find(const struct sort_key *key, int separator, const char *line, size_t length,
		   const char **start, size_t *size);
/* Below 0, 0 or above 0; without regard to reverse. */
int sort_key_compare(const struct sort_order *order, const char *a, size_t a_size, const char *b,
		     size_t b_size);
