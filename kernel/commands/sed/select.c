/* sed: which lines a command is for. */
#include "kernel/commands/sed/run.h"
#include "kernel/commands/support/expression.h"

struct regex *sed_regex_of(struct sed *sed, struct regex *regex)
{
	if (!regex)
		regex = sed->last_regex;
	if (!regex)
		sed_script_fail(&sed->script->last, "no previous regular expression");
	sed->last_regex = regex;
	return regex;
}

static bool matches(struct sed *sed, const struct sed_address *address)
{
	switch (address->kind) {
	case ADDRESS_LINE:
		return sed->number == address->first;
	case ADDRESS_STEP:
		return sed->number >= address->first &&
		       (sed->number - address->first) % address->step == 0;
	case ADDRESS_LAST:
		return sed_is_last(sed);
	case ADDRESS_REGEX:
		return expression_search(sed_regex_of(sed, address->regex), sed->pattern.bytes,
					 sed->pattern.length, 0, NULL, 0, STATUS_PANIC);
	default:
		return true;
	}
}

/* The first line of a range: whether more are to come. */
static bool begins_range(struct sed *sed, struct sed_command *line)
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
static bool is_beginning(struct sed *sed, const struct sed_command *line)
{
	uint64_t number = sed->number;

	if (line->from.kind != ADDRESS_LINE)
		return matches(sed, &line->from);
	if (line->closed || number < line->from.first)
		return false;
	return line->to.kind != ADDRESS_LINE || number <= line->to.first ||
	       number == line->from.first;
}

bool sed_is_selected(struct sed *sed, struct sed_command *line)
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
