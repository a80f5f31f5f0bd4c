/* A shell that shares nothing with another one. */
#pragma once

struct shell;
struct node;

/* sh becomes what from is, and shares nothing with it: the copy of node. */
struct node *shell_copy(struct shell *sh, struct shell *from, const struct node *node);
