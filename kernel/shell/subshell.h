/* What runs as a process of its own: subshells, pipelines, substitutions. */
#pragma once

#include <stdbool.h>

#include "kernel/shell/ast.h"
#include "kernel/shell/arena.h"

struct shell;

/* The command in the list, if there is one, behind which nothing of the list is left to do. */
const struct node *last_command(const struct node *list);
/* Before a node is run as a process: true where it is the shell's last, and nothing is to be done
 * afterwards, so that the process takes the shell's place. */
bool hand_over_to(struct shell *sh, const struct node *node);
int execute_subshell(struct shell *sh, struct node *node, unsigned flags);
int execute_pipeline(struct shell *sh, struct node *node, unsigned flags);
/* Runs the command and appends what it writes; trailing newlines are cut off. */
void execute_substitution(struct shell *sh, struct node *command, struct text *output);
/* Runs function(sh, arg) as a process, on a stack of its own where this one is short. */
int run_process(struct shell *sh, const char *name, int (*function)(void *arg), void *arg);
