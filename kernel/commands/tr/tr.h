/* Inside tr: a set is a list of elements, which is walked byte by byte. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TR_BYTES 256

/* A byte is a range of itself. */
enum tr_type { TR_RANGE, TR_CLASS, TR_EQUIVALENT, TR_REPEAT };

struct tr_element {
	enum tr_type type;
	unsigned char first, last; /* TR_CLASS: its number */
	uint64_t count;		   /* TR_REPEAT: 0 as many as are needed */
};

struct tr_set {
	struct tr_element *elements;
	size_t count;
	uint64_t length;
	unsigned indefinite; /* how many [c*] */
	bool classes, equivalents, restricted;
	/* where tr_next_byte() stands */
	size_t at;
	uint64_t within;
};

enum tr_class {
	TR_ALNUM,
	TR_ALPHA,
	TR_BLANK,
	TR_CNTRL,
	TR_DIGIT,
	TR_GRAPH,
	TR_LOWER,
	TR_PRINT,
	TR_PUNCT,
	TR_SPACE,
	TR_UPPER,
	TR_XDIGIT
};

/* parse.c: makes *set what was typed. Ends the process where that is none. */
void tr_parse(const char *typed, struct tr_set *set);

/* set.c */

/* There has to be room for the element. */
void tr_append(struct tr_set *set, struct tr_element element);
/* [:name:]; false where there is none of that name. */
bool tr_append_class(struct tr_set *set, const unsigned char *name, size_t length);
bool tr_is_in_class(enum tr_class class, int c);
/* How many bytes it stands for; 0 for [c*]. */
uint64_t tr_element_length(const struct tr_element *element);
/* The length of the set, and what is in it. Ends the process where it is too long. */
void tr_measure(struct tr_set *set);
void tr_go_back(struct tr_set *set);
/* The next byte of the set, -1 at its end. *from is the element that it is from; *starts where it
 * is the first one. */
int tr_next_byte(struct tr_set *set, const struct tr_element **from, bool *starts);
void tr_skip_element(struct tr_set *set);
/* [:lower:] or [:upper:]; NULL is neither. */
bool tr_is_case(const struct tr_element *element);
/* Which bytes are in the set, or are not. */
void tr_members(struct tr_set *set, bool complement, bool in[TR_BYTES]);
