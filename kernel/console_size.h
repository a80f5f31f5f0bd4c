/* How large the terminal is. Nobody on a serial line says so: the cursor is sent to the far corner,
 * and the terminal is asked where it is. The answer comes among what is typed, and is taken out of
 * that; nobody waits for it, and terminals that do not answer are taken for 80 by 24. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct console_size {
	unsigned columns, rows;
};

/* As the terminal answered; else columns= and lines= of the kernel command line, or 80 by 24. */
struct console_size console_size(void);

/* Asks. Nothing happens where nobody sits there, or columns= has said it. */
void console_size_ask(void);
/* Whether asking has been answered, the last time; true before the first. */
bool console_size_answers(void);

/* What was typed, without answers: as serial_read() and serial_readable(). For console.c. */
size_t console_size_read(char *bytes, size_t size);
bool console_size_readable(void);
/* What was held back goes as well. */
void console_size_discard(void);
