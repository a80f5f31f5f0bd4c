/* dd: copies block by block. Semantics and messages are those of GNU dd (coreutils 9.1); products
 * may have more than two factors, as POSIX has it. */
#include "kernel/commands/dd/dd.h"

#include "kernel/commands/command.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"
#include "lib/errno.h"
#include "lib/string.h"

/* conv=fdatasync and conv=fsync, once. 0 or 1: the status. */
int dd_synchronize(struct dd_copy *copy)
{
	unsigned wanted = copy->options.conversions & (DD_FDATASYNC | DD_FSYNC);

	copy->options.conversions &= ~(unsigned)(DD_FDATASYNC | DD_FSYNC);
	if (!wanted)
		return 0;
	int error = file_sync(process_file(DD_OUTPUT));

	if (error == -EINTR)
		dd_check_interrupt(copy);

	/* what cannot be synchronised at all: fdatasync forgives it, the fsync that follows does
	 * not */
	if (error && wanted & DD_FDATASYNC && error != -EINVAL && error != -ENOSYS)
		complain_about("fdatasync failed for", copy->output_name, error);
	else if (error)
		complain_about("fsync failed for", copy->output_name, error);
	return error ? 1 : 0;
}

/* Writes out, closes, and prints the statistics. The exit status. */
int dd_finish(struct dd_copy *copy, int status, bool interrupted)
{
	if (!interrupted && dd_synchronize(copy))
		process_exit(1);
	/* the transfer is over when the data are where they belong */
	int error = process_set_file(DD_INPUT, NULL);

	if (error < 0)
		fail_about("closing input file", copy->input_name, error);
	error = process_set_file(DD_OUTPUT, NULL);
	if (error < 0 && !interrupted) {
		complain_about("closing output file", copy->output_name, error);
		status = 1;
	}
	dd_report(copy);
	return status;
}

_Noreturn void dd_quit(struct dd_copy *copy, int status)
{
	process_exit(dd_finish(copy, status, false));
}

void dd_check_interrupt(struct dd_copy *copy)
{
	thread_pause();
	if (process_interrupted())
		process_exit(dd_finish(copy, STATUS_SIGNAL + process_fatal_signal(), true));
}

/* Writes one block of the output, 0 or 1 after a message. Blocks that were put together count as
 * partial ones where only a part could be written. */
static int write_block(struct dd_copy *copy, const unsigned char *bytes, size_t size,
		       bool count_partial, const char *what)
{
	int error;
	size_t written = dd_write(copy, bytes, size, &error);

	if (written == size) {
		if (size == copy->options.output_size)
			copy->full_out++;
		else
			copy->partial_out++;
		return 0;
	}
	if (written && count_partial)
		copy->partial_out++;
	complain_about(what, copy->output_name, -error);
	return 1;
}

/* Collects output blocks of obs bytes. A whole block in bytes is written from where it is. */
static void put(void *context, const unsigned char *bytes, size_t size)
{
	struct dd_copy *copy = context;
	size_t block = (size_t)copy->options.output_size;

	while (size) {
		if (!copy->output_used && size >= block) {
			if (write_block(copy, bytes, block, true, "writing to"))
				dd_quit(copy, 1);
			bytes += block;
			size -= block;
			continue;
		}
		size_t now = block - copy->output_used;

		if (now > size)
			now = size;
		memcpy(copy->output + copy->output_used, bytes, now);
		copy->output_used += now;
		bytes += now;
		size -= now;
		if (copy->output_used == block) {
			copy->output_used = 0;
			if (write_block(copy, copy->output, block, true, "writing to"))
				dd_quit(copy, 1);
		}
	}
}

/* The size of what the count and the input's size leave to be copied; 0 where unknown. */
static uint64_t expected_total(struct dd_copy *copy)
{
	struct dd_options *options = &copy->options;
	struct file_stat stat;
	struct file *file = process_file(DD_INPUT);
	uint64_t total = 0, limit;

	if (file && copy->input_offset >= 0 && file_stat(file, &stat) == 0 &&
	    (stat.type == FILE_REGULAR || stat.type == FILE_BLOCK) &&
	    stat.size > (uint64_t)copy->input_offset)
		total = stat.size - (uint64_t)copy->input_offset;
	if (options->max_blocks != INT64_MAX &&
	    !__builtin_mul_overflow(options->max_blocks, options->input_size, &limit) &&
	    !__builtin_add_overflow(limit, options->max_bytes, &limit) && (!total || limit < total))
		total = limit;
	return total;
}

/* Reads a block and puts it right: its size, or below 0 for "the copy ends here" (*status says
 * how); -EAGAIN for "nothing to write, go on". */
static long next_block(struct dd_copy *copy, int *status)
{
	struct dd_options *options = &copy->options;
	unsigned set = options->conversions;
	size_t block = (size_t)options->input_size;
	int padding = set & (DD_BLOCK | DD_UNBLOCK) ? ' ' : 0;
	uint64_t blocks = copy->full_in + copy->partial_in;

	if (blocks >= options->max_blocks + !!options->max_bytes)
		return -1;
	if (set & DD_SYNC && set & DD_NOERROR)
		memset(copy->input, padding, block);

	long count = dd_read(copy, copy->input,
			     blocks >= options->max_blocks ? (size_t)options->max_bytes : block);

	if (count == 0)
		return -1;
	if (count < 0) {
		if (!(set & DD_NOERROR) || options->status != DD_STATUS_NONE)
			complain_about("error reading", copy->input_name, count);
		/* With noerror as well, where GNU dd ends with 0: a copy with holes is no success.
		 */
		*status = 1;
		if (!(set & DD_NOERROR))
			return -1;
		dd_report(copy);
		if (!dd_advance_after_error(copy, block - copy->partial)) {
			copy->input_seekable = false;
			copy->input_seek_error = ESPIPE;
		}
		if (!(set & DD_SYNC) || copy->partial)
			return -EAGAIN;
		/* the zeros that stand in the buffer replace what could not be read */
		count = 0;
	} else {
		dd_advance_input(copy, (uint64_t)count);
	}
	if ((size_t)count == block) {
		copy->full_in++;
		copy->partial = 0;
		return count;
	}
	copy->partial_in++;
	copy->partial = (size_t)count;
	if (!(set & DD_SYNC))
		return count;
	if (!(set & DD_NOERROR))
		memset(copy->input + count, padding, block - (size_t)count);
	return (long)block;
}

/* A file whose last block became a hole gets its size. */
static int extend_output(struct dd_copy *copy)
{
	struct file *file = process_file(DD_OUTPUT);
	struct file_stat stat;
	int error = file_stat(file, &stat);

	if (error) {
		complain_about("cannot fstat", copy->output_name, error);
		return 1;
	}
	int64_t at = file_seek(file, 0, SEEK_CUR);

	if (stat.type != FILE_REGULAR || at < 0 || (uint64_t)at <= stat.size)
		return 0;
	error = file_truncate(file, (uint64_t)at);
	if (!error)
		return 0;
	complain("failed to truncate to %lld bytes in output file %s: %s", (long long)at,
		 quote(copy->output_name), error_text(-error));
	return 1;
}

static int copy_blocks(struct dd_copy *copy)
{
	struct dd_options *options = &copy->options;
	int status = 0;

	dd_skip_input(copy);
	dd_seek_output(copy);
	if (!options->max_blocks && !options->max_bytes)
		return 0;
	dd_allocate_input(copy);
	dd_allocate_output(copy);
	dd_convert_init(&copy->convert, options, put, copy);
	copy->input_total = expected_total(copy);
	for (;;) {
		dd_show_progress(copy);
		long count = next_block(copy, &status);

		if (count == -EAGAIN)
			continue;
		if (count < 0)
			break;
		if (copy->input == copy->output) {
			if (write_block(copy, copy->input, (size_t)count, false, "error writing"))
				return 1;
		} else {
			dd_convert(&copy->convert, copy->input, (size_t)count);
		}
	}
	if (copy->input != copy->output)
		dd_convert_end(&copy->convert);
	if (copy->output_used) {
		size_t size = copy->output_used;

		copy->output_used = 0;
		if (write_block(copy, copy->output, size, true, "error writing"))
			return 1;
	}
	if (copy->sought_last && extend_output(copy))
		return 1;
	return status;
}

static void open_as(struct dd_copy *copy, int fd, const char *name, int flags)
{
	struct file *file;
	int error = file_open(name, flags & (DD_FULLBLOCK - 1), 0644, &file);

	(void)copy;
	if (error)
		fail_about("failed to open", name, error);
	process_set_file(fd, file);
}

static void add_flags(int fd, const char *name, int flags)
{
	struct file *file = process_file(fd);
	int error = file ? 0 : -EBADF;

	flags &= DD_FULLBLOCK - 1;
	if (!flags)
		return;
	if (!error) {
		int old = file_get_flags(file);
		struct file_stat stat;

		if (flags & O_DIRECTORY && file_stat(file, &stat) == 0 &&
		    stat.type != FILE_DIRECTORY)
			error = -ENOTDIR;
		else if ((old | flags) != old)
			error = file_set_flags(file, (old | flags) & ~O_DIRECTORY);
	}
	if (error)
		fail_about("setting flags for", name, error);
}

static int open_output(struct dd_copy *copy)
{
	struct dd_options *options = &copy->options;
	unsigned set = options->conversions;
	bool truncates = !(set & DD_NOTRUNC);
	int64_t size;

	if ((__builtin_mul_overflow(options->seek_blocks, options->output_size, &size) ||
	     __builtin_add_overflow(size, options->seek_bytes, &size)) &&
	    truncates)
		fail(1,
		     "offset too large: cannot truncate to a length of seek=%llu (%llu-byte) "
		     "blocks",
		     (unsigned long long)options->seek_blocks,
		     (unsigned long long)options->output_size);

	int flags = options->output_flags | (set & DD_NOCREAT ? 0 : O_CREAT) |
		    (set & DD_EXCL ? O_EXCL : 0) |
		    (options->seek_blocks || !truncates ? 0 : O_TRUNC);

	open_as(copy, DD_OUTPUT, options->output,
		flags | (options->seek_blocks ? O_RDWR : O_WRONLY));
	if (!options->seek_blocks || !truncates)
		return 0;
	int error = file_truncate(process_file(DD_OUTPUT), (uint64_t)size);
	struct file_stat stat;

	if (!error || (file_stat(process_file(DD_OUTPUT), &stat) == 0 && stat.type != FILE_REGULAR))
		return 0;
	complain("failed to truncate to %lld bytes in output file %s: %s", (long long)size,
		 quote(options->output), error_text(-error));
	return 1;
}

static int dd_main(int argc, char **argv)
{
	struct dd_copy *copy = alloc_or_fail(sizeof(*copy));
	struct dd_options *options = &copy->options;
	int status = 0;

	memset(copy, 0, sizeof(*copy));
	dd_parse_operands(argc, argv, options);

	copy->input_name = options->input ? options->input : "standard input";
	if (options->input)
		open_as(copy, DD_INPUT, options->input, O_RDONLY | options->input_flags);
	else
		add_flags(DD_INPUT, copy->input_name, options->input_flags);
	struct file *input = process_file(DD_INPUT);
	int64_t offset = input ? file_seek(input, 0, SEEK_CUR) : -EBADF;

	copy->input_seekable = offset >= 0;
	copy->input_seek_error = offset < 0 ? (int)-offset : 0;
	copy->input_offset = offset < 0 ? 0 : offset;

	copy->output_name = options->output ? options->output : "standard output";
	if (options->output)
		status = open_output(copy);
	else
		add_flags(DD_OUTPUT, copy->output_name, options->output_flags);

	process_catch_interrupt(true);
	copy->start_ns = time_ns();
	copy->next_report_ns = copy->start_ns + NS_PER_S;
	if (copy_blocks(copy))
		status = 1;
	if (dd_synchronize(copy))
		status = 1;
	return dd_finish(copy, status, false);
}

COMMAND(dd, "[OPERAND]...", "Copy a file, converting and formatting it",
	"  if=FILE         read from FILE instead of standard input\n"
	"  of=FILE         write to FILE instead of standard output\n"
	"  bs=BYTES        read and write up to BYTES at a time (512); overrides ibs and obs\n"
	"  ibs=BYTES       read up to BYTES at a time\n"
	"  obs=BYTES       write BYTES at a time\n"
	"  cbs=BYTES       record size of conv=block and conv=unblock\n"
	"  count=N         copy only N input blocks\n"
	"  skip=N, iseek=N   skip N input blocks first\n"
	"  seek=N, oseek=N   skip N output blocks first\n"
	"  conv=CONVS      ascii ebcdic ibm block unblock lcase ucase sparse swab sync excl\n"
	"                  nocreat notrunc noerror fdatasync fsync, separated by commas\n"
	"  iflag=FLAGS, oflag=FLAGS\n"
	"                  append direct directory dsync sync fullblock nonblock noatime nocache\n"
	"                  noctty nofollow count_bytes skip_bytes seek_bytes\n"
	"  status=LEVEL    none, noxfer (no rate) or progress (statistics every second)\n"
	"conv=noerror goes on behind a read error; the status is 1 all the same (GNU dd: 0).\n"
	"N and BYTES may be followed by c=1 w=2 b=512 kB=1000 K=1024 MB=1000*1000 M=1024*1024\n"
	"xM=M, and so on for G T P E Z Y, KiB=K MiB=M; by xNUMBER to multiply; N by B: bytes\n"
	"instead of blocks. Ctrl-C prints the statistics and ends with status 130.\n");
