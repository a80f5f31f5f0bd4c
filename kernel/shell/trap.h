/* Actions for signals and for the end. */
#pragma once

#include <stdbool.h>

struct shell;

/* Runs the actions of the signals that have come; $? is as before, but where one returns from the
 * function that runs: the status then. */
int traps_run(struct shell *sh);
/* A subshell begins with what its parent ignores. */
void traps_inherit(struct shell *sh, const struct shell *parent);
/* The action for EXIT; the status that the shell ends with. */
int traps_exit(struct shell *sh, int status);
/* Whether any signal, or the end, has an action. */
bool traps_are_set(const struct shell *sh);
