/* The line that shows how far long work is. */
#include "kernel/commands/command.h"

#include "kernel/commands/support/stdio.h"
#include "kernel/console.h"
#include "kernel/console_size.h"
#include "kernel/posix/console_file.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/x86/time.h"
#include "lib/format.h"
#include "lib/string.h"

#define FIRST_AFTER_NS (1 * NS_PER_S)
#define INTERVAL_NS    (250 * NS_PER_MS)
#define LINE_MAX       160

/* Whose line stands on the console: the parts of a pipeline share it. */
static struct stdio_progress *shown;

void progress_clear(void)
{
	struct stdio *state = stdio();

	if (state && shown == &state->progress)
		console_file_end_transient();
}

static void line_gone(void)
{
	shown = NULL;
}

bool progress_is_due(void)
{
	struct stdio *state = stdio();
	struct stdio_progress *progress;
	uint64_t now;

	if (!state || state->progress.off)
		return false;
	progress = &state->progress;
	now = time_ns();
	if (!progress->started) {
		struct file *file = process_file(2);

		stdio_attach();
		progress->started = true;
		progress->next_ns = process_start_ns() + FIRST_AFTER_NS;
		if (!progress->since_ns)
			progress->since_ns = process_start_ns();
		if (!file || !file_is_console(file) || !console_is_interactive() ||
		    process_in_background()) {
			progress->off = true;
			return false;
		}
	}
	if (now < progress->next_ns || (shown && shown != progress))
		return false;
	progress->next_ns = now + INTERVAL_NS;
	return true;
}

static void draw(struct stdio_progress *progress, const char *format, va_list args)
{
	char line[LINE_MAX];
	/* It must not wrap: one cell at the right stays free. */
	unsigned columns = process_columns() ? process_columns() : console_size().columns;
	size_t size = columns < sizeof(line) ? columns : sizeof(line);
	int length = snprintf(line, size, "%s: ", process_name());

	if (length >= 0 && (size_t)length < size)
		vsnprintf(line + length, size - (size_t)length, format, args);
	/* What was printed so far stands above the line. */
	if (!shown)
		out_flush();
	console_file_transient(line, line_gone);
	shown = progress;
}

static void draw_text(struct stdio_progress *progress, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void draw_text(struct stdio_progress *progress, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	draw(progress, format, args);
	va_end(args);
}

/* "300 MiB", "1.5 GiB" */
static const char *size_text(uint64_t bytes, char *buffer, size_t size)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	unsigned unit = 0;
	uint64_t tenths = 0;

	while (bytes >= 1024 && unit < 6) {
		tenths = bytes % 1024 * 10 / 1024;
		bytes /= 1024;
		unit++;
	}
	if (bytes < 10 && unit > 0)
		snprintf(buffer, size, "%u.%u %s", (unsigned)bytes, (unsigned)tenths, units[unit]);
	else
		snprintf(buffer, size, "%u %s", (unsigned)bytes, units[unit]);
	return buffer;
}

void progress(uint64_t done, uint64_t total)
{
	struct stdio *state = stdio();
	struct stdio_progress *progress;
	char done_text[16], total_text[16], rate_text[16];
	uint64_t milliseconds, rate;

	if (!state)
		return;
	progress = &state->progress;
	/* The next of several files. */
	if (done < progress->done)
		progress->since_ns = time_ns();
	progress->done = done;
	if (!progress_is_due())
		return;
	milliseconds = (time_ns() - progress->since_ns) / NS_PER_MS;
	rate = milliseconds ? done / milliseconds * 1000 + done % milliseconds * 1000 / milliseconds
			    : 0;
	size_text(done, done_text, sizeof(done_text));
	size_text(rate, rate_text, sizeof(rate_text));
	if (total)
		draw_text(progress, "%s of %s (%u %%), %s/s", done_text,
			  size_text(total, total_text, sizeof(total_text)),
			  done >= total ? 100u
					: (unsigned)(total > UINT64_MAX / 100 ? done / (total / 100)
									      : done * 100 / total),
			  rate_text);
	else
		draw_text(progress, "%s, %s/s", done_text, rate_text);
}

void progress_text(const char *format, ...)
{
	struct stdio *state = stdio();
	va_list args;

	if (!state)
		return;
	va_start(args, format);
	draw(&state->progress, format, args);
	va_end(args);
}
