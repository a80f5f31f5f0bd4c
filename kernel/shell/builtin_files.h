/* What a name means to the shell, and where it is looked for. */
#pragma once

#include <stdbool.h>

struct shell;

/* echo, printf, test …: commands of their own here, built-ins in dash. */
bool is_builtin_in_dash(const char *name);
/* The next place where a path (the rest of PATH or CDPATH, or NULL) has the name, in the arena;
 * NULL behind the last one. */
const char *path_next(struct shell *sh, const char **path, const char *name);
/* type and command -v */
int describe_command(struct shell *sh, int argc, char **argv, bool verbose);
