/* Inside lib/regex_compile.c and what it calls: a pattern on its way to a program. */
#pragma once

#include "lib/regex_program.h"

#define REGEX_TOO_BIG	"Regular expression too big"
#define REGEX_NO_MEMORY "Memory exhausted"

enum regex_token {
	TOKEN_END,
	TOKEN_BYTE,
	TOKEN_ANY,
	TOKEN_BRACKET,
	TOKEN_CLASS, /* \w \W \s \S */
	TOKEN_ASSERT,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_OR,
	TOKEN_STAR,
	TOKEN_PLUS,
	TOKEN_QUESTION,
	TOKEN_INTERVAL,
	TOKEN_INTERVAL_END,
	TOKEN_REFERENCE,
	TOKEN_BACKSLASH, /* the pattern's last byte */
};

/* A pair of parentheses that is open, or the pattern as a whole. */
struct regex_group {
	unsigned start;	 /* of its code, its OP_OPEN included */
	unsigned branch; /* the slot before the branch that is being read */
	unsigned jumps;	 /* the last of the jumps to its end, each of which has the one before it
			    in y; 0 for none */
	unsigned number;
	bool empty_first; /* its first branch was empty: tried after the second */
	bool first;	  /* the first branch is being read */
};

struct regex_compiler {
	struct regex *regex;
	struct regex_program *program;
	const char *pattern;
	size_t length, at; /* of the line that is being read */
	unsigned flags;
	enum regex_token token;
	unsigned char byte;	   /* of the token */
	bool anchors_here;	   /* ^ is an anchor here, wherever that is */
	unsigned completed;	   /* bit per group that a back reference may name */
	bool reference;		   /* one is named */
	struct regex_group *stack; /* 0: all patterns, 1: one of them, then the open groups */
	unsigned depth;
	const char *error;
};

/* The first error counts. */
static inline void regex_fail(struct regex_compiler *compiler, const char *error)
{
	if (!compiler->error)
		compiler->error = error;
}

/* regex_code.c. Nothing is written once there is an error. */

/* The instruction's place; 0 where there is an error. */
unsigned regex_emit(struct regex_compiler *compiler, enum regex_operation operation,
		    unsigned value);
void regex_emit_byte(struct regex_compiler *compiler, unsigned char c);
void regex_emit_any(struct regex_compiler *compiler);
void regex_emit_set(struct regex_compiler *compiler, const struct regex_set *set);
void regex_emit_assertion(struct regex_compiler *compiler, enum regex_assertion assertion);
/* Makes the instruction a split that leads to x, or else to y. */
void regex_split(struct regex_compiler *compiler, unsigned at, unsigned x, unsigned y);
void regex_jump(struct regex_compiler *compiler, unsigned at, unsigned to);
/* The code from start on, least to most times; most -1: without limit. */
void regex_repeat(struct regex_compiler *compiler, unsigned start, unsigned least, int most);

/* regex_token.c: the next token and its byte; the place goes behind it. */
void regex_next_token(struct regex_compiler *compiler);

/* regex_compile.c: the branch just written leads to the group's end. */
void regex_jump_to_end(struct regex_compiler *compiler, struct regex_group *group);

/* regex_literals.c: the lines of text, as they are, as branches of the group. */
void regex_take_literals(struct regex_compiler *compiler, struct regex_group *group,
			 const char *text, size_t length);
