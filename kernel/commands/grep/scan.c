/* grep: the lines of a file. */
#include "kernel/commands/command.h"
#include "kernel/commands/grep/grep.h"
#include "kernel/commands/support/expression.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/errno.h"
#include "lib/string.h"

#define LINE_LIMIT (16 * 1024 * 1024) /* longer ones are refused */

struct line {
	const char *text;
	size_t length; /* with its end, where there is one */
	uint64_t number, offset;
};

/* A line that may come out as context of a later one: a copy. */
struct kept {
	struct kept *next;
	uint64_t number, offset;
	size_t length;
	char text[];
};

struct scan {
	struct grep *grep;
	int fd;
	const char *name;
	char *buffer;
	size_t start, end, room; /* what is there and not looked at yet */
	bool at_end;
	bool binary;		 /* a NUL was seen: ends lines, and lines are not shown */
	bool binary_hit;	 /* one would have been */
	uint64_t number, offset; /* of the line that comes next */
	uint64_t count;
	int width; /* of line numbers and offsets, for -T */
	struct kept *first, *last;
	uint64_t kept;
	uint64_t pending;  /* lines of context that are still due */
	uint64_t last_out; /* number of the line printed last, 0: none in this file */
	bool done;
};

/* ---- output ---- */

/* length: of what comes behind it. */
static void print_head(const struct scan *scan, const struct line *line, uint64_t offset,
		       size_t length, char separator)
{
	const struct grep *grep = scan->grep;

	if (grep->with_names) {
		out("%s", grep_name(grep, scan->name));
		out_char(grep->zero_names ? '\0' : separator);
	}
	if (grep->line_numbers)
		out("%*llu%c", scan->width, (unsigned long long)line->number, separator);
	if (grep->byte_offsets)
		out("%*llu%c", scan->width, (unsigned long long)offset, separator);
	if (grep->initial_tab && length &&
	    (grep->with_names || grep->line_numbers || grep->byte_offsets))
		out_char('\t');
}

static bool ends(const struct scan *scan, const struct line *line)
{
	return line->length && (line->text[line->length - 1] == scan->grep->end ||
				(scan->binary && line->text[line->length - 1] == '\0'));
}

static void print_matches(struct scan *scan, const struct line *line, char separator)
{
	struct grep *grep = scan->grep;
	size_t length = line->length - ends(scan, line), at = 0;
	struct regex_match match;

	while (at < length && !grep->nothing &&
	       expression_search(&grep->regex, line->text, length, at, &match, 1, STATUS_TROUBLE)) {
		if (match.start == length)
			break;
		if (match.end > match.start) {
			print_head(scan, line, line->offset + match.start, match.end - match.start,
				   separator);
			out_bytes(line->text + match.start, match.end - match.start);
			out_char(grep->end);
			at = match.end;
		} else {
			at = match.end + 1;
		}
	}
}

static void print_line(struct scan *scan, const struct line *line, char separator, bool matches)
{
	struct grep *grep = scan->grep;

	scan->last_out = line->number;
	grep->printed = true;
	if (grep->only_matching) {
		if (matches)
			print_matches(scan, line, separator);
		return;
	}
	print_head(scan, line, line->offset, line->length - ends(scan, line), separator);
	out_bytes(line->text, line->length);
	if (!ends(scan, line))
		out_char(grep->end);
	if (grep->line_buffered)
		out_flush();
}

/* ---- context ---- */

static void keep(struct scan *scan, const struct line *line)
{
	struct kept *kept;

	if ((uint64_t)scan->grep->before == scan->kept) {
		kept = scan->first;
		scan->first = kept->next;
		process_free(kept);
		scan->kept--;
	}
	kept = process_alloc(sizeof(*kept) + line->length);
	if (!kept)
		fail(STATUS_TROUBLE, "memory exhausted");
	*kept = (struct kept){
		.number = line->number, .offset = line->offset, .length = line->length};
	memcpy(kept->text, line->text, line->length);
	if (scan->kept++)
		scan->last->next = kept;
	else
		scan->first = kept;
	scan->last = kept;
}

static void print_separator(struct scan *scan, uint64_t next)
{
	struct grep *grep = scan->grep;

	if ((grep->before < 0 && grep->after < 0) || !grep->printed || !grep->separator ||
	    (scan->last_out && next == scan->last_out + 1))
		return;
	out("%s\n", grep->separator);
}

static void print_selected(struct scan *scan, const struct line *line)
{
	struct grep *grep = scan->grep;

	print_separator(scan, scan->kept ? scan->first->number : line->number);
	while (scan->kept) {
		struct kept *kept = scan->first;
		struct line before = {kept->text, kept->length, kept->number, kept->offset};

		print_line(scan, &before, '-', grep->invert);
		scan->first = kept->next;
		scan->kept--;
		process_free(kept);
	}
	print_line(scan, line, ':', !grep->invert);
	scan->pending = grep->after > 0 ? (uint64_t)grep->after : 0;
}

/* ---- lines ---- */

static bool is_selected(struct scan *scan, const struct line *line)
{
	struct grep *grep = scan->grep;
	size_t length = line->length - ends(scan, line);

	return grep->invert !=
	       (!grep->nothing &&
		expression_search(&grep->regex, line->text, length, 0, NULL, 0, STATUS_TROUBLE));
}

static bool is_silent(const struct grep *grep)
{
	return grep->quiet || grep->list || grep->list_without || grep->count;
}

static void take_line(struct scan *scan, const struct line *line)
{
	struct grep *grep = scan->grep;
	bool silent = is_silent(grep) || scan->binary;

	if (scan->count < grep->most && is_selected(scan, line)) {
		scan->count++;
		grep->selected = true;
		if (!silent)
			print_selected(scan, line);
		if (scan->binary && !is_silent(grep))
			scan->binary_hit = grep->printed = true;
		if (grep->quiet || grep->list || grep->list_without || scan->binary_hit)
			scan->done = true;
	} else if (!silent && scan->pending) {
		scan->pending--;
		print_line(scan, line, '-', grep->invert);
	} else if (!silent && grep->before > 0) {
		keep(scan, line);
	}
	if (scan->count == grep->most && (silent || !scan->pending))
		scan->done = true;
}

/* Many NUL bytes in a row are many empty lines, which mostly are of no interest. */
static void skip_empty(struct scan *scan)
{
	size_t from = scan->start;

	if (!scan->binary || scan->grep->empty)
		return;
	while (scan->start < scan->end && scan->buffer[scan->start] == '\0')
		scan->start++;
	scan->offset += scan->start - from;
	scan->number += scan->start - from;
}

/* The end of the line that starts at from, behind its last byte; NULL where it is not there yet. */
static const char *line_end(const struct scan *scan, size_t from, size_t searched)
{
	const char *text = scan->buffer + from + searched;
	size_t size = scan->end - from - searched;
	const char *end = memchr(text, scan->grep->end, size);

	if (scan->binary) {
		const char *zero = memchr(text, '\0', end ? (size_t)(end - text) : size);

		end = zero ? zero : end;
	}
	return end ? end + 1 : NULL;
}

/* Lines that are there as a whole, and at the end of the file what is left. */
static void take_lines(struct scan *scan)
{
	while (!scan->done) {
		skip_empty(scan);
		if (scan->start == scan->end)
			break;
		const char *end = line_end(scan, scan->start, 0);

		if (!end && !scan->at_end)
			break;
		struct line line = {.text = scan->buffer + scan->start,
				    .number = ++scan->number,
				    .offset = scan->offset};

		line.length = end ? (size_t)(end - line.text) : scan->end - scan->start;
		scan->start += line.length;
		scan->offset += line.length;
		take_line(scan, &line);
	}
}

/* ---- reading ---- */

/* Room for more behind what is there: false where a line is longer than can be. */
static bool make_room(struct scan *scan)
{
	size_t left = scan->end - scan->start;

	if (left >= LINE_LIMIT)
		return false;
	memmove(scan->buffer, scan->buffer + scan->start, left);
	scan->start = 0;
	scan->end = left;
	if (scan->room - left >= INPUT_BUFFER)
		return true;
	size_t room = 2 * scan->room;
	char *buffer = process_alloc(room);

	if (!buffer)
		fail(STATUS_TROUBLE, "memory exhausted");
	memcpy(buffer, scan->buffer, left);
	process_free(scan->buffer);
	scan->buffer = buffer;
	scan->room = room;
	return true;
}

/* false at the end, or where nothing more can be read. */
static bool read_more(struct scan *scan)
{
	struct grep *grep = scan->grep;

	if (!make_room(scan)) {
		complain("%s: line too long (%u MiB at most)", grep_name(grep, scan->name),
			 LINE_LIMIT >> 20);
		grep->trouble = true;
		return false;
	}
	long count = process_read(scan->fd, scan->buffer + scan->end, INPUT_BUFFER);

	if (count < 0)
		grep_complain(grep, grep_name(grep, scan->name), count);
	if (count <= 0) {
		scan->at_end = true;
		return false;
	}
	if (!grep->text && grep->end && !scan->binary &&
	    memchr(scan->buffer + scan->end, '\0', (size_t)count))
		scan->binary = true;
	scan->end += (size_t)count;
	return true;
}

static void scan_all(struct scan *scan)
{
	struct grep *grep = scan->grep;
	size_t searched = 0; /* of a line that is not there as a whole */

	if (!grep->most)
		return;
	do {
		bool more = read_more(scan);

		if (!more && !scan->at_end)
			return;
		if (scan->binary && grep->skip_binary)
			return;
		/* looked for in the new bytes only: a long line is not searched again and again */
		if (more && !line_end(scan, scan->start, searched)) {
			searched = scan->end - scan->start;
			continue;
		}
		take_lines(scan);
		searched = scan->end - scan->start;
	} while (!scan->done && !scan->at_end);
}

static void report(struct scan *scan)
{
	struct grep *grep = scan->grep;
	const char *name = grep_name(grep, scan->name);

	if (grep->count && !grep->quiet && !grep->list && !grep->list_without) {
		if (grep->with_names) {
			out("%s", name);
			out_char(grep->zero_names ? '\0' : ':');
		}
		out("%llu\n", (unsigned long long)scan->count);
	}
	if (!grep->quiet && ((grep->list && scan->count) || (grep->list_without && !scan->count))) {
		out("%s", name);
		out_char(grep->zero_names ? '\0' : '\n');
	}
	if (scan->binary_hit)
		complain("%s: binary file matches", name);
}

/* As many digits as the size of the file has. */
static int number_width(int fd)
{
	struct file_stat stat;
	int width = 0;

	if (file_stat(process_file(fd), &stat) == 0 && stat.type == FILE_REGULAR)
		for (; stat.size; stat.size /= 10)
			width++;
	return width;
}

void grep_scan(struct grep *grep, int fd, const char *name)
{
	struct scan scan = {.grep = grep, .fd = fd, .name = name, .room = 2 * INPUT_BUFFER};

	scan.buffer = process_alloc(scan.room);
	if (!scan.buffer)
		fail(STATUS_TROUBLE, "memory exhausted");
	if (grep->initial_tab)
		scan.width = number_width(fd);
	scan_all(&scan);
	/* what was read too much is the next reader's */
	if (fd == 0 && scan.done && scan.end > scan.start)
		file_seek(process_file(fd), -(int64_t)(scan.end - scan.start), SEEK_CUR);
	report(&scan);
	while (scan.kept--) {
		struct kept *next = scan.first->next;

		process_free(scan.first);
		scan.first = next;
	}
	process_free(scan.buffer);
}
