/* The console: the serial line as a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Writes bytes as they are, but LF as CR LF while the console is interactive. Never fails. */
void console_write(const char *bytes, size_t size);

/* Takes up to size bytes of what has been typed; waits for the first one.
 *
 * Raw (console_set_raw(true)): bytes as they come, no echo; 0 never.
 * Not raw, interactive: as a terminal in canonical mode. Bytes are echoed and kept until the line
 * is complete; Backspace, Ctrl-W (word), Ctrl-U (line), Ctrl-V (next byte as it is) and Ctrl-R
 * (show again) edit it, Enter gives LF. Ctrl-D hands over what there is: 0, end of file, at the
 * start of a line. A line beyond 4096 bytes comes in pieces. Not raw, not interactive: bytes as
 * they come, no echo; 0 never.
 *
 * -EINTR when not raw and the interrupt flag is up, or is raised while waiting. */
long console_read(char *bytes, size_t size);
/* Whether console_read() would give something at once, end of file included. */
bool console_readable(void);

/* Raw: Ctrl-C is an ordinary byte (the line editor reads it). Not raw (the default): Ctrl-C raises
 * the interrupt flag at once and throws away what was typed before it, also an unfinished line. */
void console_set_raw(bool raw);
bool console_is_raw(void);

/* Interactive: somebody sits there (no autorun script). Set once at start. */
void console_set_interactive(bool interactive);
bool console_is_interactive(void);

/* The interrupt flag, set by Ctrl-C outside raw mode; how often that was typed since the start. */
bool console_interrupted(void);
unsigned console_interrupts(void);
void console_clear_interrupt(void);
/* Whether it was typed time and again: who reads that has to end, whatever it does about a single
 * one. Until console_clear_insistence(). */
bool console_insists(void);
void console_clear_insistence(void);

/* Behind serial_init(): output works, and the log is printed. */
void console_init_output(void);
/* Starts input by interrupt, and takes loglevel= from the command line. */
void console_init(void);
