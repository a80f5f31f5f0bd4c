/* Regular expressions: basic and extended ones of POSIX with the GNU extensions \+ \? \| \< \> \b
 * \B \w \W \s \S \` \', over bytes as in the C locale; leftmost-longest matches.
 *
 * Cost: a search takes time linear in the text for every pattern: nothing is tried twice. Whether
 * there is a match is answered by a deterministic automaton that is built as far as the text needs
 * it; where it is, and its groups, by running all threads of the pattern's program side by side.
 * Memory is bounded: a pattern has at most REGEX_PROGRAM_MAX instructions (repetition copies what
 * it repeats: a{1,1000}{1,1000} is "Regular expression too big"), the automaton is thrown away and
 * begun anew when it has filled its tables.
 *
 * Limits: texts below 4 GiB. Back references are refused, as nothing linear can match them. Of
 * several ways to make the same longest match, groups report the one that the GNU C library takes:
 * the first alternative and the longest repetition, from the left. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGEX_GROUPS	  10 /* the whole match and \1 to \9 */
#define REGEX_PROGRAM_MAX 65000
#define REGEX_NONE	  SIZE_MAX

/* Flags of regex_compile(). */
#define REGEX_EXTENDED 0x01 /* else a basic one */
#define REGEX_FOLD     0x02 /* upper and lower case are the same */
#define REGEX_LITERAL  0x04 /* no special characters at all */
#define REGEX_LINES    0x08 /* each line of the pattern is a pattern of its own; any may match */
#define REGEX_NEWLINE  0x10 /* ^ and $ match at newlines, . and [^a] match no newline */
#define REGEX_WORD     0x20 /* no word constituent stands before or behind the match */
#define REGEX_WHOLE    0x40 /* the match is the whole text */
/* As grep and expr: a repetition with nothing to repeat is no error (an ordinary character in a
 * basic expression, ignored in an extended one), nor is a**; an extended {x is ordinary text. */
#define REGEX_LENIENT	   0x80
#define REGEX_EMPTY_RANGES 0x100 /* [z-a] is empty and no error, as in expr */
#define REGEX_ANCHORED	   0x400 /* a match starts where the text does */
#define REGEX_UNPAIRED	   0x200 /* an unmatched ) in an extended expression is an ordinary one */

/* What a regular expression needs of the place where it runs. */
struct regex_host {
	void *(*alloc)(size_t size);
	void (*free)(void *memory);
	/* Called now and then during a long search; may leave it for good (memory is then lost
	 * unless it goes by itself). NULL: nothing to do. */
	void (*pause)(void);
};

struct regex_match {
	size_t start, end; /* REGEX_NONE: the group took no part */
};

struct regex {
	struct regex_host host;
	unsigned flags;
	unsigned groups; /* pairs of parentheses */
	bool bare_class; /* [:name:] stands in the pattern, which is a list of bytes */
	uint64_t steps;	 /* work done by searches so far, for tests of its linearity */
	struct regex_program *program;
	struct regex_automaton *automaton; /* made by the first search */
	struct regex_threads *threads;	   /* made by the first search for a place */
};

/* NULL, or what is wrong with the pattern, in the words of the GNU C library; nothing is to be
 * freed then. The pattern is not needed any more. */
const char *regex_compile(struct regex *regex, const char *pattern, size_t length, unsigned flags,
			  const struct regex_host *host);

/* Looks for the first match in text that starts at from or behind; what stands before from is
 * context for ^ \< \b and the like. 1, 0 where there is none, -ENOMEM, -EFBIG (4 GiB). matches:
 * NULL where its place does not matter (fastest), else count elements (up to REGEX_GROUPS): the
 * match, then groups. */
int regex_search(struct regex *regex, const char *text, size_t size, size_t from,
		 struct regex_match *matches, unsigned count);

/* All zero is fine, too. */
void regex_free(struct regex *regex);
