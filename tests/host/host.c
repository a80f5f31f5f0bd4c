/* The kernel's primitives on Linux: memory, time, console, log, machine, randomness. See host.h. */
#include "tests/host/host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "kernel/cmdline.h"
#include "kernel/console.h"
#include "kernel/console_size.h"
#include "kernel/log.h"
#include "kernel/posix/file.h"
#include "kernel/shutdown.h"
#include "kernel/x86/panic.h"
#include "kernel/x86/power.h"
#include "kernel/random.h"
#include "kernel/thread.h"
#include "kernel/x86/thread_stack.h"
#include "kernel/x86/time.h"

/* Time */

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t time_ns(void)
{
	static uint64_t start;

	if (!start)
		start = clock_now() - 1;
	return clock_now() - start;
}

uint64_t time_wall_s(void)
{
	return (uint64_t)time(NULL);
}

void time_delay_ns(uint64_t ns)
{
	uint64_t end = time_ns() + ns;

	while (time_ns() < end)
		;
}

void thread_halt(uint64_t deadline)
{
	(void)deadline;
	poll(NULL, 0, 1);
}

/* Console: standard input and output */

static bool interactive;
static volatile sig_atomic_t interrupted, interrupts, insistence_start;
static struct termios saved_terminal;
static bool terminal_saved;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
	interrupts++;
}

void host_interrupt(void)
{
	interrupted = 1;
	interrupts++;
}

void console_write(const char *bytes, size_t size)
{
	while (size) {
		ssize_t count = write(STDOUT_FILENO, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return;
		bytes += count;
		size -= (size_t)count;
	}
}

struct console_size console_size(void)
{
	return (struct console_size){(unsigned)cmdline_number("columns", 80),
				     (unsigned)cmdline_number("lines", 24)};
}

void console_size_ask(void)
{
}

bool console_size_answers(void)
{
	return false;
}

bool console_readable(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&input, 1, 0) > 0;
}

static bool input_or_interrupt(void *arg)
{
	(void)arg;
	return interrupted || console_readable();
}

long console_read(char *bytes, size_t size)
{
	for (;;) {
		ssize_t count;

		thread_wait(input_or_interrupt, NULL);
		if (interrupted)
			return -EINTR;
		count = read(STDIN_FILENO, bytes, size);
		if (count >= 0)
			return count;
		if (errno != EINTR)
			return 0;
	}
}

static void restore_terminal(void)
{
	if (terminal_saved)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved_terminal);
}

void console_set_raw(bool raw)
{
	struct termios terminal;

	if (!terminal_saved)
		return;
	/* Not raw is what the host's own terminal does. */
	terminal = saved_terminal;
	if (raw) {
		terminal.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
		terminal.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN | ISIG);
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
}

void console_set_interactive(bool is)
{
	interactive = is;
}

bool console_is_interactive(void)
{
	return interactive;
}

bool console_interrupted(void)
{
	return interrupted;
}

unsigned console_interrupts(void)
{
	return (unsigned)interrupts;
}

bool console_insists(void)
{
	return interrupts - insistence_start >= 5;
}

void console_clear_insistence(void)
{
	insistence_start = interrupts;
}

void console_clear_interrupt(void)
{
	interrupted = 0;
}

/* Log */

static char log_text[65536];
static size_t log_length;

void klog(int level, const char *format, ...)
{
	const char *shown = getenv("HOST_LOG");
	uint64_t now = time_ns();
	char line[512];
	va_list args;
	int length;

	length = snprintf(line, sizeof(line) - 1, "[%5llu.%06llu] ",
			  (unsigned long long)(now / NS_PER_S),
			  (unsigned long long)(now % NS_PER_S / NS_PER_US));
	va_start(args, format);
	vsnprintf(line + length, sizeof(line) - 1 - (size_t)length, format, args);
	va_end(args);
	strcat(line, "\n");
	if (log_length + strlen(line) <= sizeof(log_text)) {
		memcpy(log_text + log_length, line, strlen(line));
		log_length += strlen(line);
	}
	if (level <= (shown ? atoi(shown) : 3))
		fputs(line, stderr);
}

size_t klog_read(size_t *position, char *buffer, size_t size)
{
	size_t count = log_length - *position;

	if (count > size)
		count = size;
	memcpy(buffer, log_text + *position, count);
	*position += count;
	return count;
}

/* Machine */

int shutdown_prepare(void)
{
	return files_sync_all();
}

_Noreturn void power_off(int status)
{
	fflush(NULL);
	exit(status);
}

_Noreturn void power_reset(void)
{
	power_off(0);
}

void host_set_cmdline(const char *text)
{
	cmdline_init(text);
	cmdline_check();
}

/* Randomness */

void random_bytes(void *buffer, size_t size)
{
	static uint64_t state;
	const char *seed = getenv("HOST_SEED");
	unsigned char *to = buffer;

	if (seed && !state)
		state = strtoull(seed, NULL, 0) * 2 + 1;
	for (size_t i = 0; i < size; i++) {
		if (!seed) {
			size_t piece = size - i < 256 ? size - i : 256;

			if (getentropy(to + i, piece))
				abort();
			i += piece - 1;
			continue;
		}
		state = state * 6364136223846793005ull + 1442695040888963407ull;
		to[i] = (unsigned char)(state >> 56);
	}
}

void host_init(void)
{
	const char *text = getenv("HOST_MEMORY");
	struct sigaction action = {.sa_handler = on_interrupt};

	thread_init();
	if (text)
		host_set_memory_limit(strtoull(text, NULL, 0));
	text = getenv("HOST_ALLOC_FAIL");
	if (text)
		host_fail_allocations(strtoull(text, NULL, 0));
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    tcgetattr(STDIN_FILENO, &saved_terminal) == 0) {
		terminal_saved = true;
		interactive = true;
		atexit(restore_terminal);
		console_set_raw(false);
	}
}
