/* dd's buffers, and how a block is read into them and written out. */
#include "kernel/commands/dd/dd.h"

#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/support/size.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

/* One read: bytes, 0 at the end, or a negative errno. */
static long read_once(struct dd_copy *copy, void *buffer, size_t size)
{
	long count;

	do {
		dd_check_interrupt(copy);
		count = process_read(DD_INPUT, buffer, size);
		/* behind a last partial block a direct read is misaligned: that is the end */
		if (count == -EINVAL && copy->previous_read > 0 &&
		    (size_t)copy->previous_read < size && copy->options.input_flags & O_DIRECT)
			count = 0;
	} while (count == -EINTR);
	if (count > 0 && copy->options.warn_partial_read) {
		if (copy->previous_read > 0 && (size_t)copy->previous_read < size) {
			if (copy->options.status != DD_STATUS_NONE)
				complain("warning: partial read (%ld byte%s); suggest "
					 "iflag=fullblock",
					 copy->previous_read, copy->previous_read == 1 ? "" : "s");
			copy->options.warn_partial_read = false;
		}
	}
	copy->previous_read = count;
	return count;
}

long dd_read(struct dd_copy *copy, void *buffer, size_t size)
{
	if (!(copy->options.input_flags & DD_FULLBLOCK))
		return read_once(copy, buffer, size);

	size_t done = 0;

	while (done < size) {
		long count = read_once(copy, (char *)buffer + done, size - done);

		if (count < 0)
			return count;
		if (count == 0)
			break;
		done += (size_t)count;
	}
	return (long)done;
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
	return size == 0 || (bytes[0] == 0 && bytes_same(bytes, bytes + 1, size - 1) == size - 1);
}

/* The last block of a direct copy, if it is a partial one, has to go through the buffer. */
static void leave_direct(struct dd_copy *copy)
{
	struct file *file = process_file(DD_OUTPUT);
	int result = file ? file_set_flags(file, file_get_flags(file) & ~O_DIRECT) : -EBADF;

	if (result < 0 && copy->options.status != DD_STATUS_NONE)
		complain("failed to turn off O_DIRECT: %s: %s", quote_if_needed(copy->output_name),
			 error_text(-result));
	/* it is meant to be on the medium like the others */
	copy->options.conversions |= DD_FSYNC;
}

/* Writes all of it; returns how much was written, *error says why not all. */
size_t dd_write(struct dd_copy *copy, const unsigned char *bytes, size_t size, int *error)
{
	size_t done = 0;

	*error = 0;
	if (copy->options.output_flags & O_DIRECT && size < copy->options.output_size)
		leave_direct(copy);
	while (done < size) {
		long count = 0;

		dd_check_interrupt(copy);
		copy->sought_last = false;
		if (copy->options.conversions & DD_SPARSE && is_zero(bytes, size)) {
			if (file_seek(process_file(DD_OUTPUT), (int64_t)size, SEEK_CUR) < 0) {
				copy->options.conversions &= ~(unsigned)DD_SPARSE;
			} else {
				copy->sought_last = true;
				count = (long)size;
			}
		}
		if (!count)
			count = process_write(DD_OUTPUT, bytes + done, size - done);
		if (count == -EINTR)
			continue;
		if (count <= 0) {
			*error = count ? (int)-count : ENOSPC;
			break;
		}
		done += (size_t)count;
	}
	copy->bytes_out += done;
	return done;
}

static void *allocate(uint64_t size, const char *which)
{
	char human[HUMAN_TEXT];
	void *buffer = NULL;

	/* a byte more: conversions need it */
	if (size < SIZE_MAX / 2)
		buffer = process_alloc_pages((size_t)size + 1);
	if (!buffer)
		fail(1, "memory exhausted by %s buffer of size %llu bytes (%s)", which,
		     (unsigned long long)size, size_human(human, size, 1024));
	return buffer;
}

void dd_allocate_input(struct dd_copy *copy)
{
	if (!copy->input)
		copy->input = allocate(copy->options.input_size, "input");
}

void dd_allocate_output(struct dd_copy *copy)
{
	if (copy->output)
		return;
	if (copy->options.conversions & DD_TWO_BUFFERS) {
		copy->output = allocate(copy->options.output_size, "output");
	} else {
		dd_allocate_input(copy);
		copy->output = copy->input;
	}
}
