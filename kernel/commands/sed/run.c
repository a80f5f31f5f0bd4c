/* sed: running the script: its commands one after the other, cycle by cycle. */
#include "kernel/commands/command.h"
#include "kernel/commands/sed/run.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

enum outcome { GOES_ON, CYCLE_ENDS, DELETED, RESTARTS, ENDS };

static void exchange(struct sed *sed)
{
	struct sed_text text = sed->pattern;

	sed->pattern = sed->hold;
	sed->hold = text;
}

static void copy(const struct sed *sed, struct sed_text *to, const struct sed_text *from,
		 bool behind)
{
	if (behind)
		sed_add_byte(to, sed_line_end(sed));
	else
		to->length = 0;
	to->newline = from->newline;
	sed_add(to, from->bytes, from->length);
}

static enum outcome next_line(struct sed *sed, bool behind)
{
	if (sed_is_last(sed))
		return CYCLE_ENDS;
	if (behind)
		sed_add_byte(&sed->pattern, sed_line_end(sed));
	else if (!sed->script->quiet)
		sed_put_line(sed, sed->pattern.bytes, sed->pattern.length);
	if (!behind)
		sed->pattern.length = 0;
	if (!sed_read_line(sed))
		return ENDS;
	return GOES_ON;
}

static enum outcome delete_first(struct sed *sed)
{
	char *newline = sed->pattern.length
				? memchr(sed->pattern.bytes, sed_line_end(sed), sed->pattern.length)
				: NULL;
	size_t length;

	if (!newline)
		return DELETED;
	length = (size_t)(newline + 1 - sed->pattern.bytes);
	memmove(sed->pattern.bytes, newline + 1, sed->pattern.length - length);
	sed->pattern.length -= length;
	return RESTARTS;
}

/* Commands that end a cycle, or may. */
static enum outcome run_flow(struct sed *sed, struct sed_command *line)
{
	switch (line->name) {
	case 'c':
		if (!line->active || line->negated)
			sed_put_insertion(sed, &line->text);
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
			sed_put_line(sed, sed->pattern.bytes, sed->pattern.length);
		sed_put_missing_newline(sed);
		sed_put_appended(sed);
		/* fall through */
	case 'Q':
		sed->exit_status = (int)line->number;
		sed->script->quiet = true;
		sed->count = 0;
		return ENDS;
	}
	return GOES_ON;
}

static void run_edit(struct sed *sed, struct sed_command *line)
{
	struct sed_text *pattern = &sed->pattern;

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
		if (!sed_substitute(sed, line))
			break;
		sed->replaced = true;
		if (line->print)
			sed_put_line(sed, pattern->bytes, pattern->length);
		if (line->file)
			sed_put_written(sed, line->file);
		break;
	}
}

static void run_output(struct sed *sed, struct sed_command *line)
{
	switch (line->name) {
	case '=':
		sed_put_number(sed);
		break;
	case 'F':
		sed_put_word(sed, sed->name);
		break;
	case 'a':
		sed_append(sed, &line->text, NULL);
		break;
	case 'r':
		sed_append(sed, NULL, line->label);
		break;
	case 'i':
		sed_put_insertion(sed, &line->text);
		break;
	case 'l':
		sed_put_visible(sed,
				line->number == NONE_GIVEN ? sed->width : (unsigned)line->number);
		break;
	case 'p':
		sed_put_line(sed, sed->pattern.bytes, sed->pattern.length);
		break;
	case 'P':
		sed_put_first(sed);
		break;
	case 'w':
		sed_put_written(sed, line->file);
		break;
	}
}

/* Where the script goes on behind a jump, or behind line at. */
static size_t jump(struct sed *sed, struct sed_command *line, size_t at)
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
	struct sed_script *script = sed->script;
	size_t at = 0;

	while (at < script->count) {
		struct sed_command *line = &script->lines[at];
		bool selected = sed_is_selected(sed, line) != line->negated;
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

int sed_run(struct sed_script *script, char **files, int count, bool in_place, const char *suffix,
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
			if (!sed_read_line(sed))
				break;
		}
		outcome = run_script(sed);
		if (!script->quiet && (outcome == CYCLE_ENDS || outcome == ENDS))
			sed_put_line(sed, sed->pattern.bytes, sed->pattern.length);
		sed_put_appended(sed);
	}
	if (sed->open)
		sed_close_input(sed);
	return sed->exit_status ? sed->exit_status : sed->status;
}
