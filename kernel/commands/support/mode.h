/* How ls -l and stat show a file's type and permissions. */
#pragma once

#include "kernel/posix/file.h"

#define MODE_TEXT 11
/* "-rw-r--r--". Returns text. */
char *mode_text(const struct file_stat *stat, char text[MODE_TEXT]);
/* "regular empty file", "block special file", … as stat's %F. */
const char *mode_type_name(const struct file_stat *stat);
