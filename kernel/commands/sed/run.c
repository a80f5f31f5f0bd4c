/* sed: running the script. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/sed.h"
#include "kernel/commands/support/expression.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/file.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

/* What a cycle appends when it ends: a text, or a file's content. */
struct appended {
	struct appended *next;
	const struct text *text;
	const char *file;
};

enum outcome { GOES_ON, CYCLE_ENDS, DELETED, RESTARTS, ENDS };

struct sed {
	struct script *script;
	char **files; /* still to be read */
	int count;
	bool in_place;
	const char *suffix;
	unsigned width;
	struct input input;
	bool open;	  /* input is */
	const char *name; /* of input */
	uint64_t number;  /* of the line */
	struct text pattern, hold, made;
	bool replaced; /* for t */
	struct regex *last_regex;
	struct appended *appended, **appended_end;
	bool missing_newline;
	struct text output; /* of -i */
	int status;
	int exit_status;
};

void sed_add(struct text *text, const void *bytes, size_t length)
{
	if (length > SPACE_LIMIT - text->length)
		fail(STATUS_PANIC, "line too long (%u MiB at most)", SPACE_LIMIT >> 20);
	if (text->length + length > text->room) {
		text->room = 2 * (text->length + length) + 32;
		text->bytes = process_realloc(text->bytes, text->room);
		if (!text->bytes)
			fail(STATUS_PANIC, "memory exhausted");
	}
	if (length)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
}

void sed_add_byte(struct text *text, char c)
{
	sed_add(text, &c, 1);
}

/* ---- output ---- */

static char line_end(const struct sed *sed)
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

static void put_missing_newline(struct sed *sed)
{
	char end = line_end(sed);

	if (sed->missing_newline)
		put(sed, &end, 1);
	sed->missing_newline = false;
}

static void put_text(struct sed *sed, const void *bytes, size_t length)
{
	put_missing_newline(sed);
	put(sed, bytes, length);
}

/* A line; without its end where the input had none. */
static void put_line(struct sed *sed, const char *bytes, size_t length)
{
	char end = line_end(sed);

	put_text(sed, bytes, length);
	if (sed->pattern.newline)
		put(sed, &end, 1);
	else
		sed->missing_newline = true;
}

static void write_all(int fd, const char *name, const char *bytes, size_t length)
{
	while (length) {
		long count = process_write(fd, bytes, length);

		if (count <= 0)
			fail(STATUS_PANIC, "couldn't write to %s: %s", name,
			     error_text(count ? (int)-count : EIO));
		bytes += count;
		length -= (size_t)count;
	}
}

static void put_written(struct sed *sed, struct written *file)
{
	char end = line_end(sed);

	if (file->fd == 1) {
		put_line(sed, sed->pattern.bytes, sed->pattern.length);
		return;
	}
	if (file->missing_newline)
		write_all(file->fd, file->name, &end, 1);
	write_all(file->fd, file->name, sed->pattern.bytes, sed->pattern.length);
	if (sed->pattern.newline)
		write_all(file->fd, file->name, &end, 1);
	file->missing_newline = !sed->pattern.newline;
}

/* That of i and c: a line. */
static void put_insertion(struct sed *sed, const struct text *text)
{
	char end = line_end(sed);

	if (!text->length)
		return;
	put_text(sed, text->bytes, text->length - 1);
	put(sed, &end, 1);
}

static void append(struct sed *sed, const struct text *text, const char *file)
{
	struct appended *appended = alloc_or_fail(sizeof(*appended));

	*appended = (struct appended){NULL, text, file};
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
		put_text(sed, buffer, (size_t)count);
	process_free(buffer);
	input_close(fd);
}

static void put_appended(struct sed *sed)
{
	while (sed->appended) {
		struct appended *appended = sed->appended;

		if (appended->text)
			put_text(sed, appended->text->bytes, appended->text->length);
		else
			put_file(sed, appended->file);
		sed->appended = appended->next;
		process_free(appended);
	}
	sed->appended_end = &sed->appended;
}

/* ---- input ---- */

/* The output of -i takes the file's place: written beside it first, so that nothing is lost where
 * there is no room. */
static void replace_file(struct sed *sed)
{
	struct text other = {0};
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
		struct text kept = {0};

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

static void close_input(struct sed *sed)
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
		struct command_line *line = &sed->script->lines[i];

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

static bool is_last(struct sed *sed)
{
	if (has_more(sed))
		return false;
	if (sed->script->separate || sed->in_place)
		return true;
	while (sed->count) {
		if (sed->open)
			close_input(sed);
		if (!open_next(sed))
			return true;
		if (has_more(sed))
			return false;
	}
	return true;
}

/* The next line goes behind the pattern space. */
static bool read_line(struct sed *sed)
{
	struct input *input = &sed->input;
	char end = line_end(sed);

	put_appended(sed);
	sed->replaced = false;
	while (!has_more(sed)) {
		if (sed->open)
			close_input(sed);
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

/* ---- addresses ---- */

static struct regex *regex_of(struct sed *sed, struct regex *regex)
{
	if (!regex)
		regex = sed->last_regex;
	if (!regex)
		script_fail(&sed->script->last, "no previous regular expression");
	sed->last_regex = regex;
	return regex;
}

static bool matches(struct sed *sed, const struct address *address)
{
	switch (address->kind) {
	case ADDRESS_LINE:
		return sed->number == address->first;
	case ADDRESS_STEP:
		return sed->number >= address->first &&
		       (sed->number - address->first) % address->step == 0;
	case ADDRESS_LAST:
		return is_last(sed);
	case ADDRESS_REGEX:
		return expression_search(regex_of(sed, address->regex), sed->pattern.bytes,
					 sed->pattern.length, 0, NULL, 0, STATUS_PANIC);
	default:
		return true;
	}
}

/* The first line of a range: whether more are to come. */
static bool begins_range(struct sed *sed, struct command_line *line)
{
	uint64_t number = sed->number, step = line->to.first;

	switch (line->to.kind) {
	case ADDRESS_LINE:
		line->range_end = step;
		break;
	case ADDRESS_PLUS:
		line->range_end = step > UINT64_MAX - number ? UINT64_MAX : number + step;
		break;
	case ADDRESS_MODULO:
		line->range_end = step && number % step ? number + step - number % step : number;
		break;
	default:
		return true;
	}
	return line->range_end > number;
}

/* Whether a range begins here. One from a line on begins behind it, too, where that was passed
 * over, but once only. */
static bool is_beginning(struct sed *sed, const struct command_line *line)
{
	uint64_t number = sed->number;

	if (line->from.kind != ADDRESS_LINE)
		return matches(sed, &line->from);
	if (line->closed || number < line->from.first)
		return false;
	return line->to.kind != ADDRESS_LINE || number <= line->to.first ||
	       number == line->from.first;
}

static bool is_selected(struct sed *sed, struct command_line *line)
{
	bool by_number = line->to.kind != ADDRESS_REGEX && line->to.kind != ADDRESS_LAST;
	bool selected = true;

	if (line->to.kind == ADDRESS_NONE)
		return matches(sed, &line->from);
	if (line->active) {
		line->active = by_number ? sed->number < line->range_end : !matches(sed, &line->to);
		/* passed over; the last of +N and ~N lines is the one that comes instead */
		if (line->to.kind == ADDRESS_LINE && sed->number > line->range_end)
			selected = false;
	} else {
		if (!is_beginning(sed, line))
			return false;
		line->active = begins_range(sed, line);
	}
	line->closed = !line->active;
	return selected;
}

/* ---- commands ---- */

/* \L \U \E of a replacement, and \l \u for the next byte alone. */
struct letters {
	char all, next;
};

static void add_replaced(struct sed *sed, struct letters *letters, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char which = letters->next ? letters->next : letters->all;
		int c = (unsigned char)bytes[i];

		if (which == 'U' || which == 'u')
			c = to_upper(c);
		else if (which)
			c = to_lower(c);
		letters->next = 0;
		sed_add_byte(&sed->made, (char)c);
	}
}

static void add_replacement(struct sed *sed, const struct text *text,
			    const struct regex_match *found)
{
	struct letters letters = {0, 0};

	for (size_t at = 0; at < text->length; at++) {
		char c = text->bytes[at];
		int group = c == '&' ? 0 : -1;

		if (c == '\\' && at + 1 < text->length) {
			c = text->bytes[++at];
			if (is_digit((unsigned char)c))
				group = c - '0';
			else if (c == 'n')
				c = '\n';
			if (strchr("LUE", c) && c) {
				letters.all = c == 'E' ? 0 : c;
				letters.next = 0;
				continue;
			}
			if (c == 'l' || c == 'u') {
				letters.next = c;
				continue;
			}
		}
		if (group < 0)
			add_replaced(sed, &letters, &c, 1);
		else if (found[group].start != REGEX_NONE)
			add_replaced(sed, &letters, sed->pattern.bytes + found[group].start,
				     found[group].end - found[group].start);
	}
}

static bool substitute(struct sed *sed, struct command_line *line)
{
	struct regex *regex = regex_of(sed, line->regex);
	struct regex_match found[REGEX_GROUPS];
	struct text *pattern = &sed->pattern;
	size_t at = 0, last_end = REGEX_NONE;
	uint64_t count = 0;
	bool done = false;

	if (line->references > regex->groups)
		fail(STATUS_USAGE, "invalid reference \\%u on `s' command's RHS", line->references);
	sed->made.length = 0;
	while (at <= pattern->length &&
	       expression_search(regex, pattern->bytes, pattern->length, at, found,
				 line->references + 1, STATUS_PANIC)) {
		size_t start = found[0].start, end = found[0].end;
		bool empty = start == end;

		process_check_interrupt();
		sed_add(&sed->made, pattern->bytes + at, start - at);
		at = start;
		/* nothing right behind a match is no match of its own */
		if (!(empty && start == last_end) && ++count >= line->number) {
			add_replacement(sed, &line->text, found);
			done = true;
		} else {
			sed_add(&sed->made, pattern->bytes + start, end - start);
		}
		at = last_end = end;
		if (done && !line->global)
			break;
		if (empty) {
			if (at < pattern->length)
				sed_add_byte(&sed->made, pattern->bytes[at]);
			at++;
		}
	}
	if (!done)
		return false;
	if (at < pattern->length)
		sed_add(&sed->made, pattern->bytes + at, pattern->length - at);
	struct text made = sed->made;

	made.newline = pattern->newline;
	sed->made = *pattern;
	*pattern = made;
	return true;
}

static void put_word(struct sed *sed, const char *word)
{
	char end = line_end(sed);

	put_text(sed, word, strlen(word));
	put(sed, &end, 1);
}

/* l: what cannot be seen as escapes, in lines of a width. */
static void put_visible(struct sed *sed, unsigned width)
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
			put_word(sed, "\\");
			column = 0;
		}
		put_text(sed, text, strlen(text));
		column += (unsigned)strlen(text);
	}
	put_word(sed, "$");
}

static void exchange(struct sed *sed)
{
	struct text text = sed->pattern;

	sed->pattern = sed->hold;
	sed->hold = text;
}

static void copy(const struct sed *sed, struct text *to, const struct text *from, bool behind)
{
	if (behind)
		sed_add_byte(to, line_end(sed));
	else
		to->length = 0;
	to->newline = from->newline;
	sed_add(to, from->bytes, from->length);
}

static enum outcome next_line(struct sed *sed, bool behind)
{
	if (is_last(sed))
		return CYCLE_ENDS;
	if (behind)
		sed_add_byte(&sed->pattern, line_end(sed));
	else if (!sed->script->quiet)
		put_line(sed, sed->pattern.bytes, sed->pattern.length);
	if (!behind)
		sed->pattern.length = 0;
	if (!read_line(sed))
		return ENDS;
	return GOES_ON;
}

static enum outcome delete_first(struct sed *sed)
{
	char *newline = sed->pattern.length
				? memchr(sed->pattern.bytes, line_end(sed), sed->pattern.length)
				: NULL;
	size_t length;

	if (!newline)
		return DELETED;
	length = (size_t)(newline + 1 - sed->pattern.bytes);
	memmove(sed->pattern.bytes, newline + 1, sed->pattern.length - length);
	sed->pattern.length -= length;
	return RESTARTS;
}

static void put_number(struct sed *sed)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)sed->number);
	put_word(sed, text);
}

static void put_first(struct sed *sed)
{
	struct text *pattern = &sed->pattern;
	char end = line_end(sed);
	char *newline = pattern->length ? memchr(pattern->bytes, end, pattern->length) : NULL;

	if (!newline) {
		put_line(sed, pattern->bytes, pattern->length);
		return;
	}
	put_text(sed, pattern->bytes, (size_t)(newline - pattern->bytes));
	put(sed, &end, 1);
}

/* Commands that end a cycle, or may. */
static enum outcome run_flow(struct sed *sed, struct command_line *line)
{
	switch (line->name) {
	case 'c':
		if (!line->active || line->negated)
			put_insertion(sed, &line->text);
		return DELETED;
	case 'd':
		return DELETED;
	case 'D':
		return delete_first(sed);
	case 'n':
		return next_line(sed, false);
	case 'N':
		return next_line(sed, true);
	case 'q':
		if (!sed->script->quiet)
			put_line(sed, sed->pattern.bytes, sed->pattern.length);
		put_missing_newline(sed);
		put_appended(sed);
		/* fall through */
	case 'Q':
		sed->exit_status = (int)line->number;
		sed->script->quiet = true;
		sed->count = 0;
		return ENDS;
	}
	return GOES_ON;
}

static void run_edit(struct sed *sed, struct command_line *line)
{
	struct text *pattern = &sed->pattern;

	switch (line->name) {
	case 'g':
	case 'G':
		copy(sed, pattern, &sed->hold, line->name == 'G');
		break;
	case 'h':
	case 'H':
		copy(sed, &sed->hold, pattern, line->name == 'H');
		break;
	case 'x':
		exchange(sed);
		break;
	case 'z':
		pattern->length = 0;
		break;
	case 'y':
		for (size_t i = 0; i < pattern->length; i++)
			pattern->bytes[i] = (char)line->map[(unsigned char)pattern->bytes[i]];
		break;
	case 's':
		if (!substitute(sed, line))
			break;
		sed->replaced = true;
		if (line->print)
			put_line(sed, pattern->bytes, pattern->length);
		if (line->file)
			put_written(sed, line->file);
		break;
	}
}

static void run_output(struct sed *sed, struct command_line *line)
{
	switch (line->name) {
	case '=':
		put_number(sed);
		break;
	case 'F':
		put_word(sed, sed->name);
		break;
	case 'a':
		append(sed, &line->text, NULL);
		break;
	case 'r':
		append(sed, NULL, line->label);
		break;
	case 'i':
		put_insertion(sed, &line->text);
		break;
	case 'l':
		put_visible(sed, line->number == NONE_GIVEN ? sed->width : (unsigned)line->number);
		break;
	case 'p':
		put_line(sed, sed->pattern.bytes, sed->pattern.length);
		break;
	case 'P':
		put_first(sed);
		break;
	case 'w':
		put_written(sed, line->file);
		break;
	}
}

/* Where the script goes on behind a jump, or behind line at. */
static size_t jump(struct sed *sed, struct command_line *line, size_t at)
{
	bool jumps = line->name == 'b' || (line->name == 't' && sed->replaced) ||
		     (line->name == 'T' && !sed->replaced);

	if (line->name != 'b')
		sed->replaced = false;
	process_check_interrupt();
	return jumps ? line->target : at + 1;
}

static enum outcome run_script(struct sed *sed)
{
	struct script *script = sed->script;
	size_t at = 0;

	while (at < script->count) {
		struct command_line *line = &script->lines[at];
		bool selected = is_selected(sed, line) != line->negated;
		enum outcome outcome;

		if (line->name == '{') {
			at = selected ? at + 1 : line->target;
			continue;
		}
		if (!selected) {
			at++;
			continue;
		}
		if (line->name == 'b' || line->name == 't' || line->name == 'T') {
			at = jump(sed, line, at);
			continue;
		}
		outcome = run_flow(sed, line);
		if (outcome != GOES_ON)
			return outcome;
		run_edit(sed, line);
		run_output(sed, line);
		at++;
	}
	return CYCLE_ENDS;
}

int sed_run(struct script *script, char **files, int count, bool in_place, const char *suffix,
	    unsigned width)
{
	static char *standard[] = {"-"};
	struct sed *sed = alloc_or_fail(sizeof(*sed));
	enum outcome outcome = CYCLE_ENDS;

	memset(sed, 0, sizeof(*sed));
	sed->script = script;
	sed->files = count ? files : standard;
	sed->count = count ? count : 1;
	sed->in_place = in_place;
	sed->suffix = suffix;
	sed->width = width;
	sed->appended_end = &sed->appended;
	sed->hold.newline = true;
	sed->input.buffer = input_buffer();
	while (outcome != ENDS) {
		if (outcome != RESTARTS) {
			sed->pattern.length = 0;
			if (!read_line(sed))
				break;
		}
		outcome = run_script(sed);
		if (!script->quiet && (outcome == CYCLE_ENDS || outcome == ENDS))
			put_line(sed, sed->pattern.bytes, sed->pattern.length);
		put_appended(sed);
	}
	if (sed->open)
		close_input(sed);
	return sed->exit_status ? sed->exit_status : sed->status;
}
