/* Commands as text. */
#pragma once

#include "kernel/shell/arena.h"

struct shell;
struct node;

/* The node as a command line (node_text.c). */
void text_add_node(struct shell *sh, struct text *text, const struct node *node);
