/* cat: files one after the other. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/format.h"

struct settings {
	bool number, number_nonblank, squeeze, ends, tabs, nonprinting;
	void *buffer;
	/* where the output stands, across files */
	uint64_t line;
	unsigned newlines; /* in a row */
	bool in_line;
	bool pending_return; /* a CR whose LF may follow */
	/* what standard output is */
	struct file_stat output;
	bool output_is_regular;
};

/* The whole buffer at once. */
static int copy_plain(int fd, const char *name, struct settings *settings)
{
	uint64_t done = 0;

	for (;;) {
		long count = process_read(fd, settings->buffer, INPUT_BUFFER);

		if (count < 0)
			return input_complain(name, count);
		if (count == 0)
			return 0;
		for (long at = 0; at < count;) {
			long written = process_write(1, (char *)settings->buffer + at,
						     (size_t)(count - at));

			if (written <= 0)
				fail(1, "write error: %s",
				     error_text(written ? (int)-written : ENOSPC));
			at += written;
		}
		done += (uint64_t)count;
		progress(done, 0);
	}
}

static void put_visible(const struct settings *settings, unsigned char c)
{
	if (c == '\t' && !settings->tabs) {
		out_char('\t');
		return;
	}
	if (settings->nonprinting && c >= 128) {
		out_bytes("M-", 2);
		c -= 128;
		if (c == '\t' || c == '\n') {
			out_char('^');
			out_char((char)(c + 64));
			return;
		}
	}
	if ((settings->nonprinting && c < 32) || (settings->tabs && c == '\t')) {
		out_char('^');
		out_char((char)(c + 64));
	} else if (settings->nonprinting && c == 127) {
		out_bytes("^?", 2);
	} else {
		out_char((char)c);
	}
}

static void put_return(struct settings *settings, bool before_newline)
{
	if (!settings->pending_return)
		return;
	settings->pending_return = false;
	out(before_newline ? "^M" : "\r");
}

static void put_byte(struct settings *settings, unsigned char c)
{
	if (c == '\n') {
		if (!settings->in_line && ++settings->newlines > 1 && settings->squeeze)
			return;
		if (!settings->in_line && settings->number && !settings->number_nonblank)
			out("%6llu\t", (unsigned long long)++settings->line);
		put_return(settings, true);
		if (settings->ends)
			out_char('$');
		out_char('\n');
		settings->in_line = false;
		return;
	}
	if (!settings->in_line && settings->number)
		out("%6llu\t", (unsigned long long)++settings->line);
	settings->newlines = 0;
	settings->in_line = true;
	put_return(settings, false);
	if (c == '\r' && settings->ends && !settings->nonprinting)
		settings->pending_return = true;
	else
		put_visible(settings, c);
}

static int cat_one(int fd, const char *name, void *context)
{
	struct settings *settings = context;
	struct file *file = process_file(fd);
	struct file_stat stat;
	struct input input;

	if (settings->output_is_regular && file && file_stat(file, &stat) == 0 &&
	    stat.type == FILE_REGULAR && stat.inode == settings->output.inode &&
	    file_seek(file, 0, SEEK_CUR) < (int64_t)stat.size) {
		complain("%s: input file is output file", quote_if_needed(name));
		return 1;
	}
	if (!settings->number && !settings->squeeze && !settings->ends && !settings->tabs &&
	    !settings->nonprinting)
		return copy_plain(fd, name, settings);
	input_start(&input, fd, name, settings->buffer);
	for (int c; (c = input_byte(&input)) >= 0;)
		put_byte(settings, (unsigned char)c);
	return input.failed;
}

static const struct option long_options[] = {
	{"number-nonblank", 0, 'b'},  {"number", 0, 'n'},    {"squeeze-blank", 0, 's'},
	{"show-nonprinting", 0, 'v'}, {"show-ends", 0, 'E'}, {"show-tabs", 0, 'T'},
	{"show-all", 0, 'A'},	      {NULL, 0, 0},
};

static int cat_main(int argc, char **argv)
{
	struct settings settings = {0};
	struct getopt state = {0};
	int option;

	while ((option = getopt_next(&state, argc, argv, "benstuvAET", long_options)) != -1) {
		switch (option) {
		case 'b':
			settings.number = settings.number_nonblank = true;
			break;
		case 'n':
			settings.number = true;
			break;
		case 's':
			settings.squeeze = true;
			break;
		case 'u':
			break;
		case 'A':
			settings.nonprinting = settings.ends = settings.tabs = true;
			break;
		case 'e':
			settings.nonprinting = settings.ends = true;
			break;
		case 'E':
			settings.ends = true;
			break;
		case 't':
			settings.nonprinting = settings.tabs = true;
			break;
		case 'T':
			settings.tabs = true;
			break;
		case 'v':
			settings.nonprinting = true;
			break;
		default:
			fail_usage(1);
		}
	}
	struct file *output = process_file(1);

	settings.output_is_regular = output && file_stat(output, &settings.output) == 0 &&
				     settings.output.type == FILE_REGULAR;
	settings.buffer = input_buffer();
	int status = input_for_each(argv + state.index, argc - state.index, cat_one, &settings);

	put_return(&settings, false);
	return status;
}

COMMAND(cat, "[-AbeEnstTuv] [FILE]...", "Write the FILEs one after the other",
	"  -n   number the lines; -b only those that are not empty\n"
	"  -s   at most one empty line in a row\n"
	"  -v   show control characters as ^X and bytes above 127 as M-X\n"
	"  -E   show $ at the end of each line; -T show tabs as ^I\n"
	"  -A   as -vET; -e as -vE; -t as -vT; -u is ignored\n"
	"Without FILE, or for -, reads standard input.\n");
