/* The kernel command line: words "key" or "key=value", separated by blanks. Which words there are,
 * and what they take, stands in one table in cmdline.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum cmdline_kind {
	CMDLINE_FLAG,	/* no value */
	CMDLINE_TEXT,	/* any value */
	CMDLINE_NUMBER, /* min to max, in any C base */
	CMDLINE_PAIR,	/* two decimal numbers, each min to max, with a comma between */
	CMDLINE_CHOICE, /* one of choices */
	CMDLINE_LIST,	/* some of choices, with a comma between each two */
};

struct cmdline_word {
	const char *name;
	enum cmdline_kind kind;
	uint64_t min, max;
	const char *choices;	     /* with a blank between each two */
	const char *values;	     /* how the values are told, NULL where kind and range say it */
	const char *standard, *help; /* what goes without the word; one line */
};

/* Once, at start. */
void cmdline_init(const char *text);
const char *cmdline_text(void);
/* What the machine has may allow less than the table does: before cmdline_check(). */
void cmdline_limit(const char *key, uint64_t max);
/* Warns of every word that is unknown or whose value is none of its kind; they are ignored. */
void cmdline_check(void);

/* The value of a word: NULL when it is not there, or is none of its kind, "" when it has no value.
 * The value stays valid. The last of several counts. */
const char *cmdline_get(const char *key);
/* The same for words of kind NUMBER, or fallback. */
uint64_t cmdline_number(const char *key, uint64_t fallback);
/* The same for words of kind PAIR; false, and the numbers as they were, where there is none. */
bool cmdline_pair(const char *key, uint64_t numbers[2]);
/* Whether the value of a word of kind LIST has that item. */
bool cmdline_has(const char *key, const char *item);

/* The table, in the order in which it is to be shown; NULL behind the last word. */
const struct cmdline_word *cmdline_word_at(unsigned index);
#define CMDLINE_VALUES 64
/* What a word takes: "1 to 64", "poll, intx, msix", "" for a flag. Returns shown. */
const char *cmdline_values(const struct cmdline_word *word, char shown[CMDLINE_VALUES]);
