/* A command with words: assignments, redirections, and who runs it. */
#pragma once

#include "kernel/shell/ast.h"

struct shell;

int execute_simple(struct shell *sh, struct node *node, unsigned flags); /* NODE_COMMAND */
/* argv as a simple command; functions are passed over. */
int execute_arguments(struct shell *sh, int argc, char **argv);
