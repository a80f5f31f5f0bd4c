/* Inside lib/regex*.c: what a pattern is compiled to. */
#pragma once

#include "lib/regex.h"

enum regex_operation {
	OP_BYTE,   /* takes the byte value */
	OP_SET,	   /* takes a byte out of sets[value] */
	OP_SPLIT,  /* goes on at x, and with less preference at y */
	OP_JUMP,   /* to x */
	OP_OPEN,   /* group value begins */
	OP_CLOSE,  /* group value ends; optional: see below */
	OP_ASSERT, /* goes on where assertion value holds */
	OP_MATCH,
};

enum regex_assertion {
	ASSERT_LINE_BEGIN,
	ASSERT_LINE_END,
	ASSERT_TEXT_BEGIN,
	ASSERT_TEXT_END,
	ASSERT_WORD_BEGIN,
	ASSERT_WORD_END,
	ASSERT_WORD_EDGE,
	ASSERT_NO_WORD_EDGE,
	ASSERT_NO_WORD_BEFORE,
	ASSERT_NO_WORD_BEHIND,
};

/* x and y count from the instruction itself, modulo 65536: code is copied as it is. */
struct regex_instruction {
	uint8_t operation;
	uint8_t optional; /* of OP_CLOSE: an empty repetition leaves the groups as they were */
	uint16_t value;
	uint16_t x, y;
};

#define SET_WORDS 4
struct regex_set {
	uint64_t words[SET_WORDS];
};

static inline bool set_has(const struct regex_set *set, unsigned char c)
{
	return set->words[c / 64] >> c % 64 & 1;
}

static inline void set_add(struct regex_set *set, unsigned char c)
{
	set->words[c / 64] |= 1ull << c % 64;
}

struct regex_program {
	struct regex_instruction *code;
	unsigned length, capacity;
	struct regex_set *sets;
	unsigned set_count, set_capacity;
	uint16_t assertions; /* bit per kind in use */
	bool optional;	     /* an OP_CLOSE is */
};

static inline bool is_word_byte(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

/* What assertions look at: the byte before and the byte behind, or that there is none. */
#define CONTEXT_WORD 1
#define CONTEXT_LINE 2 /* a line begins or ends here */
#define CONTEXT_TEXT 4 /* the text begins or ends here */
#define CONTEXTS     8

static inline unsigned context_of(unsigned char c, bool newline)
{
	return (is_word_byte(c) ? CONTEXT_WORD : 0) | (newline && c == '\n' ? CONTEXT_LINE : 0);
}

bool regex_holds(enum regex_assertion assertion, unsigned before, unsigned behind);

/* regex_bracket.c: the expression behind a '[' at *at, which moves behind its ']'. NULL or what is
 * wrong. *bare_class is raised for [:name:], whose bytes are a list. */
const char *regex_bracket(const char *pattern, size_t length, size_t *at, unsigned flags,
			  struct regex_set *set, bool *bare_class);
/* Adds the class called so; false if there is none. */
bool regex_class(const char *name, size_t length, bool fold, struct regex_set *set);
void regex_set_fold(struct regex_set *set);
void regex_set_negate(struct regex_set *set);

/* regex_compile.c, regex_automaton.c, regex_threads.c */
int regex_automaton_search(struct regex *regex, const unsigned char *text, size_t size,
			   size_t from);
void regex_automaton_free(struct regex *regex);
int regex_threads_search(struct regex *regex, const unsigned char *text, size_t size, size_t from,
			 struct regex_match *matches, unsigned count);
void regex_threads_free(struct regex *regex);
