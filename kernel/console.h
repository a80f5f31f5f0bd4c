/* The console: the serial line as a terminal, and the kernel log. */
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

/* The interrupt flag, set by Ctrl-C outside raw mode. */
bool console_interrupted(void);
void console_clear_interrupt(void);

/* The kernel log: kept in a ring for dmesg, and printed. level as in syslog: 3 error, 4 warning, 6
 * information, 7 debug; printed when level <= the loglevel= of the command line (default 4). No
 * newline at the end of format. */
void klog(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...)	 klog(3, __VA_ARGS__)
#define log_warning(...) klog(4, __VA_ARGS__)
#define log_info(...)	 klog(6, __VA_ARGS__)
#define log_debug(...)	 klog(7, __VA_ARGS__)

/* Copies the log's text from *position on, one or more whole lines; returns its length, 0 at the
 * end. Start with *position = 0. Lines look like "[    0.001234] my_nvme0: …". */
size_t klog_read(size_t *position, char *buffer, size_t size);

/* Starts input by interrupt and takes loglevel= from the command line; lines that were logged
 * before it and that this level wants printed are printed now. Output and the log work earlier. */
void console_init(void);
