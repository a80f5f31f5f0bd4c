/* What the parser makes of a command: nodes, words and their parts, all in one unit's arena. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum part_type { PART_TEXT, PART_PARAMETER, PART_COMMAND, PART_ARITHMETIC };

enum parameter_operation {
	PARAMETER_PLAIN,
	PARAMETER_BAD, /* ${x!}: an error when it is expanded */
	PARAMETER_LENGTH,
	PARAMETER_DEFAULT,
	PARAMETER_ASSIGN,
	PARAMETER_ERROR,
	PARAMETER_ALTERNATIVE,
	PARAMETER_TRIM_SUFFIX,
	PARAMETER_TRIM_LONG_SUFFIX,
	PARAMETER_TRIM_PREFIX,
	PARAMETER_TRIM_LONG_PREFIX,
};

struct part {
	struct part *next;
	unsigned char type;
	unsigned char operation;
	bool quoted; /* inside quotes: not split, its characters stand for themselves */
	bool colon;  /* ${x:-…}: null counts as unset */
	char *text;  /* PART_TEXT: the bytes; PART_PARAMETER: the name */
	size_t length;
	struct part *word;    /* behind the parameter's operator, or the arithmetic expression */
	struct node *command; /* PART_COMMAND */
};

struct word {
	struct word *next;
	struct part *parts; /* NULL: the empty word (of a here-document) */
	bool literal;	    /* one unquoted text that expands to itself */
};

enum redirection_type {
	REDIRECT_INPUT,	     /* < */
	REDIRECT_OUTPUT,     /* > */
	REDIRECT_CLOBBER,    /* >| */
	REDIRECT_APPEND,     /* >> */
	REDIRECT_READ_WRITE, /* <> */
	REDIRECT_DUP_INPUT,  /* <& */
	REDIRECT_DUP_OUTPUT, /* >& */
	REDIRECT_DOCUMENT,   /* << */
};

struct redirection {
	struct redirection *next;
	enum redirection_type type;
	int fd;
	struct word *word; /* file name, descriptor, or the document's body */
	int source;	   /* DUP: a literal descriptor, -1 for "-", -2 where the word gives it */
};

enum node_type {
	NODE_COMMAND,
	NODE_PIPELINE,
	NODE_AND_OR,
	NODE_NOT,
	NODE_SEQUENCE,
	NODE_SUBSHELL,
	NODE_GROUP,
	NODE_IF,
	NODE_WHILE,
	NODE_UNTIL,
	NODE_FOR,
	NODE_CASE,
	NODE_FUNCTION,
	NODE_BACKGROUND, /* list & */
};

struct case_item {
	struct case_item *next;
	struct word *patterns;
	struct node *body;
};

struct node {
	struct node *next; /* in a sequence, a pipeline or an AND-OR list */
	unsigned char type;
	bool is_or; /* this member of an AND-OR list follows || */
	int line;
	struct redirection *redirections;
	union {
		struct {
			struct word *assignments, *words;
		} command;
		struct node *list; /* PIPELINE, AND_OR, SEQUENCE, SUBSHELL, GROUP, BACKGROUND: the
				      members */
		struct {
			struct node *condition, *body, *otherwise;
		} branch; /* IF, WHILE, UNTIL */
		struct {
			char *variable;
			struct word *words;
			bool positional; /* without "in": over "$@" */
			struct node *body;
		} loop;
		struct {
			struct word *word;
			struct case_item *items;
		} choice;
		struct {
			char *name;
			struct node *body;
		} function;
	};
};
