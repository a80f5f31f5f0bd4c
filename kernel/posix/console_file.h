/* The console as a file: /dev/console and /dev/tty. */
#pragma once

#include <stdbool.h>

struct file;
struct file_operations;

extern const struct file_operations console_file_operations;

bool is_console_file(const struct file *file);

/* Shows a line in place of the one shown before; whatever is written to the file next takes it
 * away first and calls gone() before. */
void console_file_transient(const char *line, void (*gone)(void));
void console_file_end_transient(void);
