/* sed: the lines that come in, file by file, and the files that -i replaces. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/run.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

/* The output of -i takes the file's place: written beside it first, so that nothing is lost where
 * there is no room. */
static void replace_file(struct sed *sed)
{
	struct sed_text other = {0};
	struct file_stat stat = {.mode = 0644};
	int fd, error;

	path_stat(sed->name, &stat);
	sed_add(&other, sed->name, strlen(sed->name));
	sed_add(&other, ".sed", 5);
	fd = process_open(other.bytes, O_WRONLY | O_CREAT | O_EXCL, stat.mode);
	if (fd < 0)
		fail(STATUS_PANIC, "couldn't open temporary file %s: %s", other.bytes,
		     error_text(-fd));
	size_t at = 0;

	while (at < sed->output.length) {
		long count = process_write(fd, sed->output.bytes + at, sed->output.length - at);

		if (count <= 0) {
			path_unlink(other.bytes);
			fail(STATUS_PANIC, "couldn't write to %s: %s", other.bytes,
			     error_text(count ? (int)-count : EIO));
		}
		at += (size_t)count;
	}
	process_set_file(fd, NULL);
	if (sed->suffix) {
		struct sed_text kept = {0};

		sed_add(&kept, sed->name, strlen(sed->name));
		sed_add(&kept, sed->suffix, strlen(sed->suffix) + 1);
		error = path_rename(sed->name, kept.bytes);
		if (error)
			fail(STATUS_PANIC, "cannot rename %s: %s", sed->name, error_text(-error));
	}
	error = path_rename(other.bytes, sed->name);
	if (error)
		fail(STATUS_PANIC, "cannot rename %s: %s", other.bytes, error_text(-error));
	process_free(other.bytes);
	sed->output.length = 0;
}

void sed_close_input(struct sed *sed)
{
	if (sed->in_place)
		replace_file(sed);
	input_close(sed->input.fd);
	sed->open = false;
	if (sed->in_place)
		sed->missing_newline = false;
}

/* Files on their own count their lines, and begin their ranges and the hold space, anew. */
static void begin_lines(struct sed *sed)
{
	sed->number = 0;
	sed->hold.length = 0;
	for (size_t i = 0; i < sed->script->count; i++) {
		struct sed_command *line = &sed->script->lines[i];

		line->closed = false;
		line->active = line->from.kind == ADDRESS_LINE && line->from.first == 0;
	}
}

/* Opens the next file that can be read; false where there is none. */
static bool open_next(struct sed *sed)
{
	while (sed->count) {
		const char *name = *sed->files++;
		struct file_stat stat;
		int fd = 0;

		sed->count--;
		if (strcmp(name, "-") != 0 || sed->in_place)
			fd = process_open(name, O_RDONLY, 0);
		if (fd < 0) {
			complain("can't read %s: %s", name, error_text(-fd));
			sed->status = STATUS_INPUT;
			continue;
		}
		if (sed->in_place &&
		    (file_stat(process_file(fd), &stat) != 0 || stat.type != FILE_REGULAR)) {
			complain("couldn't edit %s: not a regular file", name);
			sed->status = STATUS_PANIC;
			input_close(fd);
			continue;
		}
		void *buffer = sed->input.buffer;

		input_start(&sed->input, fd, name, buffer);
		sed->name = name;
		sed->open = true;
		if (sed->script->separate || sed->in_place)
			begin_lines(sed);
		return true;
	}
	return false;
}

/* Whether there is more in the file that is open. */
static bool has_more(struct sed *sed)
{
	struct input *input = &sed->input;
	long count;

	if (!sed->open)
		return false;
	if (input->at < input->end)
		return true;
	count = process_read(input->fd, input->buffer, INPUT_BUFFER);
	input->at = 0;
	input->end = count > 0 ? (size_t)count : 0;
	if (count < 0 && !input->failed) {
		complain("read error on %s: %s", strcmp(sed->name, "-") ? sed->name : "stdin",
			 error_text((int)-count));
		input->failed = true;
		sed->status = STATUS_INPUT;
		if (count == -EISDIR)
			return false;
		process_exit(STATUS_PANIC);
	}
	return count > 0;
}

bool sed_is_last(struct sed *sed)
{
	if (has_more(sed))
		return false;
	if (sed->script->separate || sed->in_place)
		return true;
	while (sed->count) {
		if (sed->open)
			sed_close_input(sed);
		if (!open_next(sed))
			return true;
		if (has_more(sed))
			return false;
	}
	return true;
}

bool sed_read_line(struct sed *sed)
{
	struct input *input = &sed->input;
	char end = sed_line_end(sed);

	sed_put_appended(sed);
	sed->replaced = false;
	while (!has_more(sed)) {
		if (sed->open)
			sed_close_input(sed);
		if (!open_next(sed))
			return false;
	}
	sed->pattern.newline = false;
	while (!sed->pattern.newline && has_more(sed)) {
		unsigned char *start = input->buffer + input->at;
		unsigned char *found = memchr(start, end, input->end - input->at);
		size_t length = found ? (size_t)(found - start) : input->end - input->at;

		sed_add(&sed->pattern, start, length);
		input->at += length + (found != NULL);
		sed->pattern.newline = found != NULL;
	}
	sed->number++;
	return true;
}
