/* The kernel log's side towards the console; klog() itself is declared in kernel/console.h. */
#pragma once

/* Takes loglevel= from the command line and prints what it wants of the lines until now. */
void log_init(void);

/* Where the terminal's cursor is: a log line begins at 0. */
unsigned console_column(void);
