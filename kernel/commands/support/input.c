/* What commands that read files have in common. */
#include "kernel/commands/support/input.h"

#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

int input_complain(const char *name, long error)
{
	if (error == -EINTR)
		process_check_interrupt();
	complain("%s: %s", quote_if_needed(name), error_text((int)-error));
	return 1;
}

int input_open(const char *name)
{
	struct file *file;

	if (strcmp(name, "-") == 0)
		return 0;
	int result = file_open(name, O_RDONLY, 0, &file);

	if (result == 0) {
		result = process_add_file(file);
		if (result < 0)
			file_close(file);
	}
	if (result < 0)
		input_complain(name, result);
	return result;
}

void input_close(int fd)
{
	if (fd > 0)
		process_set_file(fd, NULL);
}

int input_for_each(char **operands, int count, int (*each)(int fd, const char *name, void *context),
		   void *context)
{
	static char *standard[] = {"-"};
	int status = 0;

	if (!count) {
		operands = standard;
		count = 1;
	}
	for (int i = 0; i < count; i++) {
		int fd = input_open(operands[i]);

		if (fd < 0) {
			status = 1;
			continue;
		}
		if (each(fd, operands[i], context))
			status = 1;
		input_close(fd);
	}
	return status;
}

void *input_buffer(void)
{
	void *buffer = process_alloc_pages(INPUT_BUFFER);

	if (!buffer)
		fail(1, "memory exhausted");
	return buffer;
}

void input_start(struct input *input, int fd, const char *name, void *buffer)
{
	memset(input, 0, sizeof(*input));
	input->fd = fd;
	input->name = name;
	input->end_of_line = '\n';
	input->buffer = buffer ? buffer : input_buffer();
}

bool input_fill(struct input *input)
{
	long count = process_read(input->fd, input->buffer, INPUT_BUFFER);

	input->at = input->end = 0;
	if (count < 0) {
		if (!input->failed && !input->quiet)
			input_complain(input->name, count);
		input->error = count;
		input->failed = true;
		return false;
	}
	input->end = (size_t)count;
	return count > 0;
}

static void line_room(struct input *input, size_t size)
{
	if (size <= input->line_size)
		return;
	size_t room = size < 128 ? 256 : size * 2;
	char *line = process_realloc(input->line, room);

	if (!line)
		fail(1, "memory exhausted");
	input->line = line;
	input->line_size = room;
}

char *input_line(struct input *input, size_t *length, bool *complete)
{
	size_t used = 0;
	bool newline = false;

	if (input->at == input->end && !input_fill(input))
		return NULL;
	do {
		unsigned char *start = input->buffer + input->at;
		size_t rest = input->end - input->at;
		unsigned char *end = memchr(start, input->end_of_line, rest);
		size_t now = end ? (size_t)(end - start) : rest;

		line_room(input, used + now + 1);
		memcpy(input->line + used, start, now);
		used += now;
		input->at += now + (end != NULL);
		newline = end != NULL;
	} while (!newline && input_fill(input));
	input->line[used] = '\0';
	*length = used;
	if (complete)
		*complete = newline;
	return input->line;
}

struct word {
	uint64_t value;
} __attribute__((packed, may_alias));

#define LOW_BITS 0x7f7f7f7f7f7f7f7full
#define ONES	 0x0101010101010101ull

size_t bytes_count(const void *bytes, size_t size, unsigned char c)
{
	const unsigned char *at = bytes;
	const uint64_t pattern = ONES * c;
	size_t total = 0;

	while (size >= 8) {
		/* up to 255 words in parallel counters of a byte each */
		size_t words = size / 8 < 255 ? size / 8 : 255;
		uint64_t counters = 0;

		size -= words * 8;
		for (; words; words--, at += 8) {
			uint64_t x = ((const struct word *)at)->value ^ pattern;

			/* 1 in each byte of x that is zero */
			counters += ~(((x & LOW_BITS) + LOW_BITS) | x | LOW_BITS) >> 7;
		}
		for (; counters; counters >>= 8)
			total += counters & 0xff;
	}
	while (size--)
		total += *at++ == c;
	return total;
}

size_t bytes_same(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;
	size_t at = 0;

	for (; at + 32 <= size; at += 32) {
		const struct word *p = (const struct word *)(x + at);
		const struct word *q = (const struct word *)(y + at);

		if ((p[0].value ^ q[0].value) | (p[1].value ^ q[1].value) |
		    (p[2].value ^ q[2].value) | (p[3].value ^ q[3].value))
			break;
	}
	while (at < size && x[at] == y[at])
		at++;
	return at;
}
