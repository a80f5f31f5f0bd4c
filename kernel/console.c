/* The serial line as a terminal. The log is in kernel/log.c, line editing in
 * kernel/console_line.c. */

#include "kernel/console.h"

#include <stdint.h>

#include "drivers/serial/serial.h"
#include "kernel/console_line.h"
#include "kernel/console_size.h"
#include "kernel/log.h"
#include "kernel/thread.h"
#include "kernel/x86/interrupts.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

#define CONTROL_C 0x03
#define CONTROL_V 0x16

/* So many times, one within this time of the other, is more than a wish. */
#define INSISTENCE    5
#define INSISTENCE_NS NS_PER_S

#define ECHO_BATCH 64 /* bytes written at once */

static bool raw, interactive;
static volatile bool interrupted;
static volatile unsigned interrupts, insistence; /* Ctrl-C in all, and in quick succession */
static volatile uint64_t interrupted_ns;
static volatile bool discard_line; /* Ctrl-C came: the unfinished line goes as well */

static unsigned column; /* of the terminal, as far as plain text moved it */

static void echo(const char *bytes, size_t size);
static struct console_line line;

/* Follows the terminal's cursor through what was written. */
static void track(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == '\n' || c == '\r')
			column = 0;
		else if (c == '\b')
			column -= column > 0;
		else if (c == '\t')
			column += 8 - column % 8;
		else if (c >= 0x20 && (c & 0xc0) != 0x80)
			column++;
	}
}

void console_write(const char *bytes, size_t size)
{
	track(bytes, size);
	while (size > 0) {
		const char *newline = interactive ? memchr(bytes, '\n', size) : NULL;
		size_t count = newline ? (size_t)(newline - bytes) : size;

		serial_write(bytes, count);
		if (newline) {
			serial_write("\r\n", 2);
			count++;
		}
		bytes += count;
		size -= count;
	}
}

static unsigned cursor_column(void)
{
	return column;
}

static char echo_batch[ECHO_BATCH];
static size_t echo_count;

static void echo_flush(void)
{
	console_write(echo_batch, echo_count);
	echo_count = 0;
}

static void echo(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (echo_count == ECHO_BATCH)
			echo_flush();
		echo_batch[echo_count++] = bytes[i];
	}
}

static void raise_interrupt(void)
{
	uint64_t now = time_ns();

	insistence = now - interrupted_ns < INSISTENCE_NS ? insistence + 1 : 1;
	interrupted_ns = now;
	interrupts++;
	interrupted = true;
	discard_line = true;
	serial_discard_input();
}

/* Sees every byte when it arrives, in the interrupt handler: Ctrl-C works however busy the rest
 * is. */
static bool filter(uint8_t byte)
{
	static bool literal; /* behind a Ctrl-V it is an ordinary byte */
	bool ordinary = literal || byte != CONTROL_C;

	literal = !literal && byte == CONTROL_V && interactive && !raw;
	if (raw || ordinary)
		return true;
	raise_interrupt();
	if (interactive)
		serial_write_now("^C", 2);
	return false;
}

/* Moves typed bytes into the line until it is complete. */
static void cook(void)
{
	char byte;

	while (!console_line_available(&line) && console_size_read(&byte, 1) == 1) {
		if (byte == CONTROL_C && !line.literal) { /* typed while the console was raw */
			raise_interrupt();
			echo("^C", 2);
			break;
		}
		if (line.length == 0)
			line.start_column = column;
		console_line_type(&line, byte);
	}
	echo_flush();
}

bool console_readable(void)
{
	if (discard_line) {
		discard_line = false;
		console_size_discard();
		console_line_reset(&line);
	}
	if (console_line_available(&line))
		return true;
	if (raw || !interactive)
		return console_size_readable();
	cook();
	return console_line_available(&line);
}

static bool interrupt_pending(void)
{
	return interrupted && !raw;
}

static bool input_or_interrupt(void *arg)
{
	(void)arg;
	/* The second look is for a Ctrl-C that was among the bytes. */
	return interrupt_pending() || console_readable() || interrupt_pending() ||
	       thread_attend_wanted();
}

long console_read(char *bytes, size_t size)
{
	if (size == 0)
		return 0;
	/* In a loop: what made the wait end may have been discarded by Ctrl-C since. */
	for (;;) {
		thread_attend();
		if (!thread_wait_until(input_or_interrupt, NULL, time_ns() + THREAD_ATTEND_NS))
			continue;
		if (interrupt_pending())
			return -EINTR;
		if (console_line_available(&line))
			return (long)console_line_take(&line, bytes, size);
		size_t count = raw || !interactive ? console_size_read(bytes, size) : 0;
		if (count > 0)
			return (long)count;
	}
}

void console_set_raw(bool on)
{
	raw = on;
	if (!on)
		return;
	/* What was typed and not yet read goes to the raw reader. */
	line.end_of_file = line.literal = false;
	if (line.length > 0)
		console_line_commit(&line);
}

bool console_is_raw(void)
{
	return raw;
}

void console_set_interactive(bool on)
{
	interactive = on;
}

bool console_is_interactive(void)
{
	return interactive;
}

bool console_interrupted(void)
{
	/* Without input interrupts somebody has to look at the port now and then. */
	if (!serial_input_by_interrupt())
		serial_readable();
	return interrupted;
}

unsigned console_interrupts(void)
{
	console_interrupted();
	return interrupts;
}

void console_clear_interrupt(void)
{
	interrupted = false;
}

bool console_insists(void)
{
	return insistence >= INSISTENCE;
}

void console_clear_insistence(void)
{
	insistence = 0;
}

static bool outside_interrupts(void)
{
	return !interrupt_running();
}

void console_init_output(void)
{
	static const struct log_sink sink = {
		.write = console_write,
		.column = cursor_column,
		.ready = outside_interrupts,
	};

	log_set_sink(&sink);
}

void console_init(void)
{
	line.echo = echo;
	int error;

	log_init();
	error = serial_start_input(filter);
	if (error)
		log_warning("serial: input without interrupts: %s", error_text(-error));
}
