/* What expand.c and parameter.c share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/fields.h"

struct shell;

/* An expansion on its way: the field that grows, and the finished ones. */
struct expansion {
	struct shell *sh;
	struct fields *fields; /* NULL: everything becomes one string */
	struct text bytes;
	struct text quoted; /* for each byte: 1 stands for itself, 0 may be a pattern */
	bool started;	    /* the field exists, even if it is empty */
	bool magic;	    /* it has pattern characters that are not quoted */
	bool after_white;   /* IFS white space ended the last field: a separator may follow */
};

#define EXPAND_TILDE	  1 /* "~" at the start */
#define EXPAND_COLONS	  2 /* and behind each ":" of an assignment */
#define EXPAND_ASSIGNMENT 4 /* and behind its first "=" */
#define EXPAND_SPLIT_TEXT 8 /* unquoted text is split, too (the word of ${x-word}) */

void expand_parts(struct expansion *expansion, struct part *parts, unsigned flags);
/* flags: those of the word that it is in. */
void expand_parameter(struct expansion *expansion, struct part *part, unsigned flags);
/* Adds bytes that stand for themselves. */
void expansion_add_quoted(struct expansion *expansion, const char *bytes, size_t length);
/* Adds the result of an expansion: quoted, or to be split. */
void expansion_add_value(struct expansion *expansion, const char *bytes, size_t length,
			 bool quoted);
/* Ends the field if there is one. */
void expansion_end_field(struct expansion *expansion);
