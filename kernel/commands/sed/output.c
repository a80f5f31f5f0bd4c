/* sed: what comes out, on standard output, as the new content of a file that -i edits, and to the
 * files of w. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/run.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

char sed_line_end(const struct sed *sed)
{
	return sed->script->null_data ? '\0' : '\n';
}

static void put(struct sed *sed, const void *bytes, size_t length)
{
	if (sed->in_place && sed->open)
		sed_add(&sed->output, bytes, length);
	else
		out_bytes(bytes, length);
}

void sed_put_missing_newline(struct sed *sed)
{
	char end = sed_line_end(sed);

	if (sed->missing_newline)
		put(sed, &end, 1);
	sed->missing_newline = false;
}

void sed_put_text(struct sed *sed, const void *bytes, size_t length)
{
	sed_put_missing_newline(sed);
	put(sed, bytes, length);
}

void sed_put_line(struct sed *sed, const char *bytes, size_t length)
{
	char end = sed_line_end(sed);

	sed_put_text(sed, bytes, length);
	if (sed->pattern.newline)
		put(sed, &end, 1);
	else
		sed->missing_newline = true;
}

static void write_all(const struct sed_written *file, const char *bytes, size_t length)
{
	if (file->fd == 1) { /* in order with all else that goes there */
		out_bytes(bytes, length);
		return;
	}
	while (length) {
		long count = process_write(file->fd, bytes, length);

		if (count <= 0)
			fail(STATUS_PANIC, "couldn't write to %s: %s", file->name,
			     error_text(count ? (int)-count : EIO));
		bytes += count;
		length -= (size_t)count;
	}
}

void sed_put_written(struct sed *sed, struct sed_written *file)
{
	char end = sed_line_end(sed);

	if (file->missing_newline)
		write_all(file, &end, 1);
	write_all(file, sed->pattern.bytes, sed->pattern.length);
	if (sed->pattern.newline)
		write_all(file, &end, 1);
	file->missing_newline = !sed->pattern.newline;
}

void sed_put_insertion(struct sed *sed, const struct sed_text *text)
{
	char end = sed_line_end(sed);

	if (!text->length)
		return;
	sed_put_text(sed, text->bytes, text->length - 1);
	put(sed, &end, 1);
}

void sed_put_word(struct sed *sed, const char *word)
{
	char end = sed_line_end(sed);

	sed_put_text(sed, word, strlen(word));
	put(sed, &end, 1);
}

void sed_put_number(struct sed *sed)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)sed->number);
	sed_put_word(sed, text);
}

void sed_put_first(struct sed *sed)
{
	struct sed_text *pattern = &sed->pattern;
	char end = sed_line_end(sed);
	char *newline = pattern->length ? memchr(pattern->bytes, end, pattern->length) : NULL;

	if (!newline) {
		sed_put_line(sed, pattern->bytes, pattern->length);
		return;
	}
	sed_put_text(sed, pattern->bytes, (size_t)(newline - pattern->bytes));
	put(sed, &end, 1);
}

/* l: what cannot be seen as escapes, in lines of a width. */
void sed_put_visible(struct sed *sed, unsigned width)
{
	static const char names[] = "\\abfnrtv", bytes[] = "\\\a\b\f\n\r\t\v";
	unsigned column = 0;

	for (size_t i = 0; i < sed->pattern.length; i++) {
		unsigned char c = (unsigned char)sed->pattern.bytes[i];
		const char *found = c ? strchr(bytes, c) : NULL;
		char text[5] = {(char)c};

		if (found)
			snprintf(text, sizeof(text), "\\%c", names[found - bytes]);
		else if (!is_print(c))
			snprintf(text, sizeof(text), "\\%03o", c);
		if (width > 1 && column + strlen(text) > width - 1) {
			sed_put_word(sed, "\\");
			column = 0;
		}
		sed_put_text(sed, text, strlen(text));
		column += (unsigned)strlen(text);
	}
	sed_put_word(sed, "$");
}

void sed_append(struct sed *sed, const struct sed_text *text, const char *file)
{
	struct sed_appended *appended = alloc_or_fail(sizeof(*appended));

	*appended = (struct sed_appended){NULL, text, file};
	*sed->appended_end = appended;
	sed->appended_end = &appended->next;
}

static void put_file(struct sed *sed, const char *name)
{
	char *buffer;
	long count;
	int fd = strcmp(name, "/dev/stdin") ? process_open(name, O_RDONLY, 0) : 0;

	if (fd < 0)
		return;
	buffer = input_buffer();
	while ((count = process_read(fd, buffer, INPUT_BUFFER)) > 0)
		sed_put_text(sed, buffer, (size_t)count);
	process_free(buffer);
	input_close(fd);
}

void sed_put_appended(struct sed *sed)
{
	while (sed->appended) {
		struct sed_appended *appended = sed->appended;

		sed_put_missing_newline(sed);
		if (appended->text)
			sed_put_text(sed, appended->text->bytes, appended->text->length);
		else
			put_file(sed, appended->file);
		sed->appended = appended->next;
		process_free(appended);
	}
	sed->appended_end = &sed->appended;
}
