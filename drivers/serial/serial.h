/* The first serial port: a 16550A at I/O port 0x3f8, IRQ 4, 115200 baud, 8 data bits, no parity, 1
 * stop bit. All works, doing nothing, where there is no such port. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sets the port up and keeps what it has received before. Output works from here on. */
void serial_init(void);
bool serial_present(void);

/* Writes by polling, from any context. A reader on the other side that does not read holds the
 * writer up, as on every terminal, but not for ever: after five minutes bytes are dropped until the
 * line moves again. */
void serial_write(const char *bytes, size_t size);
/* Writes only what the port takes at once: for interrupt handlers. */
void serial_write_now(const char *bytes, size_t size);
/* From now on (panic) no wait is longer than a second altogether. */
void serial_emergency(void);
/* Waits until the last byte has left, at most a tenth of a second. */
void serial_drain(void);

/* Turns on input by interrupt. filter, called from the interrupt handler (or by serial_read() where
 * interrupts do not work), sees each byte first and takes it out of the stream by returning false.
 * 0, or the negative errno that made it fall back to polling. */
int serial_start_input(bool (*filter)(uint8_t byte));
/* False where serial_readable() has to be called for input to move. */
bool serial_input_by_interrupt(void);

/* Takes up to size bytes of what was received. Never waits. When the buffer (64 KiB) is full the
 * port's own flow control stops the sender: nothing is lost. */
size_t serial_read(char *bytes, size_t size);
bool serial_readable(void);
/* Forgets what was received and not read. */
void serial_discard_input(void);
/* Bytes that the port itself lost (overrun). */
uint64_t serial_overruns(void);
