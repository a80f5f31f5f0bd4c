/* Standard output and standard error of the current process. */
#include "kernel/commands/command.h"

#include "kernel/commands/support/stdio.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define OUTPUT_BUFFER_SIZE 4096

_Static_assert(sizeof(struct stdio) <= PROCESS_ROOM, "it has to find room in each process");

struct stdio *stdio(void)
{
	return process_room();
}

/* All of it, or the first error. */
static int write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		struct file *file = process_file(fd);
		long count;

		/* A process that catches interrupts still prints after one. */
		process_check_interrupt();
		count = process_interrupted() && file ? file_write(file, bytes, size)
						      : process_write(fd, bytes, size);
		if (count == -EINTR)
			process_check_interrupt();
		if (count < 0)
			return (int)count;
		if (count == 0)
			return -EIO;
		bytes += count;
		size -= count;
	}
	return 0;
}

static int flush(void)
{
	struct stdio_output *output = &stdio()->output;
	size_t length = output->length;
	int error;

	if (!length)
		return output->error;
	/* Forgotten first: writing may end the process, and that flushes again. */
	output->length = 0;
	error = write_all(1, output->buffer, length);
	if (error && !output->error)
		output->error = error;
	return output->error;
}

static void flush_quietly(void)
{
	flush();
}

static int finish_output(int status)
{
	struct stdio *state = stdio();
	struct stdio_output *output = &state->output;

	progress_clear();
	if (!process_killed()) {
		int error = flush();

		if (error) {
			output->error = 0;
			complain("%s: %s", output->failure ? output->failure : "write error",
				 error_text(-error));
			status = output->failure_status ? output->failure_status : 1;
		}
	}
	if (state->messages_lost && state->command && !status)
		status = output->failure_status ? output->failure_status : 1;
	process_free(output->buffer);
	output->buffer = NULL;
	output->length = 0;
	return status;
}

static void begin_anew(void)
{
	struct stdio_output *output = &stdio()->output;

	output->mode = OUTPUT_UNKNOWN;
	output->error = 0;
	output->length = 0;
}

void stdio_attach(void)
{
	static const struct process_hooks hooks = {
		.finish = finish_output,
		.flush = flush_quietly,
		.redirected = begin_anew,
	};

	process_set_hooks(&hooks);
}

void out_failure(const char *message, int status)
{
	struct stdio_output *output = &stdio()->output;

	output->failure = message;
	output->failure_status = status;
}

void out_failure_waits(void)
{
	stdio()->output.ends = false;
}

/* Where nothing more can be written nothing more is to be done: finish_output() says why. */
static void end_if_failed(const struct stdio_output *output)
{
	if (output->error && output->ends)
		process_exit(1);
}

int out_flush(void)
{
	int error = flush();

	end_if_failed(&stdio()->output);
	return error;
}

void out_keep(void)
{
	struct stdio_output *output = &stdio()->output;

	out_flush();
	stdio_attach();
	process_free(output->buffer);
	output->buffer = process_alloc(OUTPUT_BUFFER_SIZE);
	output->kept = output->buffer ? OUTPUT_BUFFER_SIZE : 0;
	output->mode = OUTPUT_UNKNOWN; /* nobody but out_bytes() fills the buffer */
}

char *out_kept(size_t *length)
{
	struct stdio_output *output = &stdio()->output;
	char *text = output->kept ? output->buffer : NULL;

	*length = text ? output->length : 0;
	if (text) {
		output->buffer = NULL;
		output->length = output->kept = 0;
	}
	return text;
}

/* False: there is no room, and nothing is kept any more. */
static bool keep(struct stdio_output *output, const void *bytes, size_t size)
{
	while (size > output->kept - output->length) {
		char *larger = process_realloc(output->buffer, output->kept * 2);

		if (!larger) {
			flush();
			output->kept = 0;
			return false;
		}
		output->buffer = larger;
		output->kept *= 2;
	}
	memcpy(output->buffer + output->length, bytes, size);
	output->length += size;
	return true;
}

void out_bytes(const void *bytes, size_t size)
{
	struct stdio_output *output = &stdio()->output;

	if (!size)
		return;
	end_if_failed(output);
	if (output->kept && keep(output, bytes, size))
		return;
	stdio_attach();
	if (output->mode == OUTPUT_UNKNOWN) {
		struct file *file = process_file(1);

		output->mode = file && file_is_console(file) ? OUTPUT_BY_LINE : OUTPUT_BY_BLOCK;
	}
	if (!output->buffer)
		output->buffer = process_alloc(OUTPUT_BUFFER_SIZE); /* freed however it ends */
	if (size > OUTPUT_BUFFER_SIZE - output->length)
		out_flush();
	if (!output->buffer || size >= OUTPUT_BUFFER_SIZE) {
		int error = write_all(1, bytes, size);

		if (error && !output->error)
			output->error = error;
		end_if_failed(output);
		return;
	}
	memcpy(output->buffer + output->length, bytes, size);
	output->length += size;
	if (output->mode == OUTPUT_BY_LINE && memchr(bytes, '\n', size))
		out_flush();
}

void out_char(char c)
{
	struct stdio_output *output = &stdio()->output;

	if (output->mode == OUTPUT_BY_BLOCK && output->buffer &&
	    output->length < OUTPUT_BUFFER_SIZE)
		output->buffer[output->length++] = c;
	else
		out_bytes(&c, 1);
}

/* Formats into buffer, or into memory of the process where that is too small (*owned, to be freed).
 * Without memory the text is cut. */
static const char *format_text(char *buffer, size_t size, char **owned, size_t *length,
			       const char *format, va_list args)
{
	va_list again;
	int needed;

	va_copy(again, args);
	needed = vsnprintf(buffer, size, format, args);
	*owned = NULL;
	*length = needed < 0 ? 0 : (size_t)needed;
	if (*length >= size) {
		*owned = process_alloc(*length + 1);
		if (*owned)
			vsnprintf(*owned, *length + 1, format, again);
		else
			*length = size - 1;
	}
	va_end(again);
	return *owned ? *owned : buffer;
}

void out(const char *format, ...)
{
	char buffer[512], *owned;
	const char *text;
	size_t length;
	va_list args;

	va_start(args, format);
	text = format_text(buffer, sizeof(buffer), &owned, &length, format, args);
	va_end(args);
	out_bytes(text, length);
	process_free(owned);
}

/* Messages go out even when Ctrl-C was typed: past the checks of process_write(). */
static void write_error(const char *text, size_t length)
{
	struct file *file = process_file(2);

	while (file && length) {
		long count = file_write(file, text, length);

		if (count <= 0)
			break;
		text += count;
		length -= count;
	}
	if (length)
		stdio()->messages_lost = true;
}

static void write_message(const char *before, const char *format, va_list args, const char *behind)
{
	char buffer[512], line[768], *owned;
	const char *text;
	size_t length;
	int needed;

	text = format_text(buffer, sizeof(buffer), &owned, &length, format, args);
	flush();
	/* In one write where possible: parts of a pipeline then do not mix within a line. */
	needed = snprintf(line, sizeof(line), "%s%s%.*s%s", before ? before : "",
			  before ? ": " : "", (int)length, text, behind ? behind : "");
	if (!owned && needed >= 0 && (size_t)needed < sizeof(line)) {
		write_error(line, (size_t)needed);
		return;
	}
	if (before) {
		write_error(before, strlen(before));
		write_error(": ", 2);
	}
	write_error(text, length);
	if (behind)
		write_error(behind, strlen(behind));
	process_free(owned);
}

void err(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(NULL, format, args, NULL);
	va_end(args);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(process_name(), format, args, "\n");
	va_end(args);
}

int complain_about(const char *what, const char *name, long error)
{
	if (error == -EINTR)
		process_check_interrupt();
	complain("%s %s: %s", what, quote(name), error_text((int)-error));
	return 1;
}

void fail_about(const char *what, const char *name, long error)
{
	process_exit(complain_about(what, name, error));
}

void fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(process_name(), format, args, "\n");
	va_end(args);
	process_exit(status);
}

void fail_usage(int status)
{
	err("Try '%s --help' for more information.\n", process_name());
	process_exit(status);
}

void fail_missing_operand(void)
{
	complain("missing operand");
	fail_usage(1);
}

void fail_extra_operand(const char *operand)
{
	complain("extra operand %s", quote_text(operand));
	fail_usage(1);
}

void *alloc_or_fail(size_t size)
{
	void *memory = process_alloc(size);

	if (!memory)
		fail(1, "memory exhausted");
	return memory;
}
