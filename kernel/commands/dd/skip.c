/* dd's skip= and seek=. */
#include "kernel/commands/dd/dd.h"

#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

void dd_advance_input(struct dd_copy *copy, uint64_t by)
{
	if (copy->input_offset >= 0 &&
	    __builtin_add_overflow(copy->input_offset, by, &copy->input_offset))
		copy->input_offset = -1;
}

/* Goes blocks of size and then *rest bytes on in fd by seeking, or by reading where that cannot be.
 * Returns the blocks that could not be skipped, *rest the bytes. */
static uint64_t skip(struct dd_copy *copy, int fd, uint64_t blocks, uint64_t size, uint64_t *rest)
{
	const char *name = fd == DD_INPUT ? copy->input_name : copy->output_name;
	struct file *file = process_file(fd);
	int64_t offset, moved = 0;
	int64_t at = file ? file_seek(file, 0, SEEK_CUR) : -EBADF;
	bool too_large = __builtin_mul_overflow(blocks, size, &offset) ||
			 __builtin_add_overflow(offset, *rest, &offset);

	if (!too_large) {
		moved = at < 0 ? at : file_seek(file, offset, SEEK_CUR);
		if (moved >= 0) {
			struct file_stat stat;

			if (fd == DD_OUTPUT) {
				*rest = 0;
				return 0;
			}
			blocks = 0;
			/* behind the end: to the end, and what is left over */
			if (file_stat(file, &stat) == 0 && stat.type == FILE_REGULAR &&
			    (int64_t)stat.size - at < offset) {
				blocks = (uint64_t)(offset - (int64_t)stat.size) / size;
				offset = (int64_t)stat.size - at;
			}
			dd_advance_input(copy, (uint64_t)offset);
			return blocks;
		}
	}
	if (at >= 0 && file_seek(file, 0, SEEK_END) >= 0) {
		complain("%s: cannot %s: %s", quote_if_needed(name),
			 fd == DD_INPUT ? "skip" : "seek",
			 error_text(too_large ? EOVERFLOW : (int)-moved));
		dd_quit(copy, 1);
	}
	unsigned char *buffer;

	if (fd == DD_INPUT) {
		dd_allocate_input(copy);
		buffer = copy->input;
	} else {
		dd_allocate_output(copy);
		buffer = copy->output;
	}
	do {
		size_t want = blocks ? (size_t)size : (size_t)*rest;
		long count = fd == DD_INPUT ? dd_read(copy, buffer, want)
					    : process_read(DD_OUTPUT, buffer, want);

		if (count == -EINTR)
			dd_check_interrupt(copy);
		if (count < 0) {
			if (fd == DD_INPUT) {
				complain_about("error reading", name, count);
				if (copy->options.conversions & DD_NOERROR)
					dd_report(copy);
			} else {
				complain("%s: cannot seek: %s", quote_if_needed(name),
					 error_text(too_large ? EOVERFLOW : (int)-moved));
			}
			dd_quit(copy, 1);
		}
		if (count == 0)
			break;
		if (fd == DD_INPUT)
			dd_advance_input(copy, (uint64_t)count);
		if (blocks)
			blocks--;
		else
			*rest = 0;
	} while (blocks || *rest);
	return blocks;
}

void dd_skip_input(struct dd_copy *copy)
{
	struct dd_options *options = &copy->options;
	int64_t start = copy->input_offset;
	int64_t wanted;

	if (!options->skip_blocks && !options->skip_bytes)
		return;
	bool too_large =
		__builtin_mul_overflow(options->skip_blocks, options->input_size, &wanted) ||
		__builtin_add_overflow(wanted, options->skip_bytes, &wanted);
	uint64_t left = skip(copy, DD_INPUT, options->skip_blocks, options->input_size,
			     &options->skip_bytes);

	if ((left ||
	     (copy->input_offset >= 0 && (too_large || wanted != copy->input_offset - start))) &&
	    options->status != DD_STATUS_NONE)
		complain("%s: cannot skip to specified offset", quote_if_needed(copy->input_name));
}

void dd_seek_output(struct dd_copy *copy)
{
	struct dd_options *options = &copy->options;

	if (!options->seek_blocks && !options->seek_bytes)
		return;
	uint64_t bytes = options->seek_bytes;
	uint64_t blocks = skip(copy, DD_OUTPUT, options->seek_blocks, options->output_size, &bytes);

	/* what could not be sought is written */
	while (blocks || bytes) {
		size_t size = blocks ? (size_t)options->output_size : (size_t)bytes;
		uint64_t before = copy->bytes_out;
		int error;

		memset(copy->output, 0, size);
		bool complete = dd_write(copy, copy->output, size, &error) == size;

		copy->bytes_out = before;
		if (!complete) {
			complain_about("writing to", copy->output_name, -error);
			dd_quit(copy, 1);
		}
		if (blocks)
			blocks--;
		else
			bytes = 0;
	}
}

/* After a read error under conv=noerror: steps over the bytes that could not be read. */
bool dd_advance_after_error(struct dd_copy *copy, uint64_t by)
{
	int error = copy->input_seek_error;

	if (copy->input_seekable) {
		int64_t at = file_seek(process_file(DD_INPUT), 0, SEEK_CUR);

		dd_advance_input(copy, by);
		error = at < 0 ? (int)-at : 0;
		if (at >= 0) {
			if (copy->input_offset < 0)
				error = EOVERFLOW;
			else if (at == copy->input_offset)
				return true;
		}
		if (!error) {
			int64_t by_seek = copy->input_offset - at;

			if ((by_seek < 0 || (uint64_t)by_seek > by) &&
			    copy->options.status != DD_STATUS_NONE)
				complain("warning: invalid file offset after failed read");
			int64_t moved = file_seek(process_file(DD_INPUT), by_seek, SEEK_CUR);

			if (moved >= 0)
				return true;
			error = (int)-moved;
		}
	} else if (error == ESPIPE) {
		return true;
	}
	complain("%s: cannot seek: %s", quote_if_needed(copy->input_name), error_text(error));
	return false;
}
