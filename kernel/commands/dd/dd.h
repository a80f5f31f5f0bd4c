/* dd's parts: operands (operands.c), conversions (convert.c), skipping and seeking (skip.c),
 * reading and writing blocks (block.c), statistics (report.c), and the copy (dd.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* conv= */
enum {
	DD_ASCII = 1 << 0,
	DD_EBCDIC = 1 << 1,
	DD_IBM = 1 << 2,
	DD_BLOCK = 1 << 3,
	DD_UNBLOCK = 1 << 4,
	DD_LCASE = 1 << 5,
	DD_UCASE = 1 << 6,
	DD_SWAB = 1 << 7,
	DD_NOERROR = 1 << 8,
	DD_NOTRUNC = 1 << 9,
	DD_SYNC = 1 << 10,
	DD_TWO_BUFFERS = 1 << 11, /* no bs=, or a conversion that changes bytes: reblocks */
	DD_NOCREAT = 1 << 12,
	DD_EXCL = 1 << 13,
	DD_FDATASYNC = 1 << 14,
	DD_FSYNC = 1 << 15,
	DD_SPARSE = 1 << 16,
};

/* iflag= and oflag=: the file flags (kernel/posix/file.h), and these of dd's own */
enum {
	DD_FULLBLOCK = 1 << 24,
	DD_COUNT_BYTES = 1 << 25,
	DD_SKIP_BYTES = 1 << 26,
	DD_SEEK_BYTES = 1 << 27,
	DD_NOCACHE = 1 << 28,
	DD_IGNORED = 1 << 29, /* noatime, noctty, nofollow, nolinks: nothing to do here */
};

enum dd_status { DD_STATUS_DEFAULT, DD_STATUS_NONE, DD_STATUS_NOXFER, DD_STATUS_PROGRESS };

/* What the operands ask for. Counts are whole blocks and the bytes behind them. */
struct dd_options {
	const char *input, *output; /* NULL where standard input and output are meant */
	uint64_t input_size, output_size, record_size; /* ibs, obs, cbs */
	unsigned conversions;
	int input_flags, output_flags;
	enum dd_status status;
	uint64_t skip_blocks, skip_bytes; /* of input_size */
	uint64_t seek_blocks, seek_bytes; /* of output_size */
	uint64_t max_blocks, max_bytes;	  /* of input_size; max_blocks INT64_MAX: no limit */
	bool warn_partial_read;
};

/* Ends the process with status 1 on what makes no sense. */
void dd_parse_operands(int argc, char **argv, struct dd_options *options);

struct dd_convert {
	unsigned conversions;
	uint64_t record_size;
	uint64_t column;	 /* in the current record or line */
	uint64_t pending_spaces; /* unblock: spaces that may be trailing ones */
	uint64_t truncated;	 /* records */
	int saved_byte; /* swab: the first of a pair whose second is still to come, or -1 */
	bool translates;
	unsigned char newline, space; /* as the table turns them out */
	unsigned char table[256];
	void (*output)(void *context, const unsigned char *bytes, size_t size);
	void *context;
};

void dd_convert_init(struct dd_convert *convert, const struct dd_options *options,
		     void (*output)(void *context, const unsigned char *bytes, size_t size),
		     void *context);
/* Converts bytes in place, hands what comes out to output(). One byte behind bytes is used too. */
void dd_convert(struct dd_convert *convert, unsigned char *bytes, size_t size);
/* The end of the input: what is still held back goes out. */
void dd_convert_end(struct dd_convert *convert);

#define DD_INPUT  0 /* descriptors */
#define DD_OUTPUT 1

struct dd_copy {
	const char *input_name, *output_name;
	unsigned char *input, *output; /* the same buffer where nothing is reblocked */
	size_t output_used;

	uint64_t full_in, partial_in, full_out, partial_out, bytes_out;
	uint64_t start_ns, next_report_ns;
	int progress_width; /* of the status=progress line that stands on the console */

	size_t partial; /* bytes of the last block read, if it was a partial one */
	long previous_read;
	bool input_seekable;
	int input_seek_error;
	int64_t input_offset;
	uint64_t input_total; /* bytes to come where that is known, for the progress shown */
	bool sought_last;     /* the last block became a hole: the file may have to be extended */

	struct dd_options options;
	struct dd_convert convert;
};

/* The statistics on standard error, as status= wants them. */
void dd_report(struct dd_copy *copy);
/* What has to be shown during the copy. */
void dd_show_progress(struct dd_copy *copy);

/* conv=fdatasync and conv=fsync, once. 0 or 1: the status. */
int dd_synchronize(struct dd_copy *copy);
/* Writes out, closes, and prints the statistics. The exit status. */
int dd_finish(struct dd_copy *copy, int status, bool interrupted);
_Noreturn void dd_quit(struct dd_copy *copy, int status);
/* Ends the process after Ctrl-C. */
void dd_check_interrupt(struct dd_copy *copy);

/* One read, or with fullblock a whole block: bytes, 0 at the end, or a negative errno. */
long dd_read(struct dd_copy *copy, void *buffer, size_t size);
/* Writes all of it; returns how much was written, *error (positive) says why not all. */
size_t dd_write(struct dd_copy *copy, const unsigned char *bytes, size_t size, int *error);
void dd_allocate_input(struct dd_copy *copy);
void dd_allocate_output(struct dd_copy *copy);

void dd_advance_input(struct dd_copy *copy, uint64_t by);
/* skip= and seek=. */
void dd_skip_input(struct dd_copy *copy);
void dd_seek_output(struct dd_copy *copy);
/* After a read error under conv=noerror: steps over the bytes that could not be read. */
bool dd_advance_after_error(struct dd_copy *copy, uint64_t by);
