/* Commands of every kind are run. */
#pragma once

#include "kernel/shell/ast.h"

struct shell;

#define EXECUTE_TESTED 1 /* -e does not look at the status */
int execute(struct shell *sh, struct node *node, unsigned flags);
