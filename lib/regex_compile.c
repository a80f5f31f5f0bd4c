/* Patterns to programs, in one pass and without recursion: code is written as the pattern is read.
 */
#include "lib/ctype.h"
#include "lib/regex_compiler.h"
#include "lib/string.h"

#define REPEAT_MAX 32767
#define DEPTH_MAX  1000 /* of parentheses in each other */

static const char BAD_REPEAT[] = "Invalid preceding regular expression";
static const char BAD_INTERVAL[] = "Invalid content of \\{\\}";

/* \w \W \s \S */
static void emit_class(struct regex_compiler *compiler, unsigned char name)
{
	struct regex_set set = {{0}};

	if (to_lower(name) == 'w') {
		regex_class("alnum", 5, false, &set);
		set_add(&set, '_');
	} else {
		regex_class("space", 5, false, &set);
	}
	if (is_upper(name))
		regex_set_negate(&set);
	regex_emit_set(compiler, &set);
}

/* ---- repetition ---- */

/* -1: there is no number; -2: what is there is none. Stops at what follows. */
static int interval_number(struct regex_compiler *compiler)
{
	int number = -1;

	for (;;) {
		regex_next_token(compiler);
		if (compiler->token == TOKEN_END)
			return -2;
		if (compiler->token == TOKEN_INTERVAL_END || compiler->byte == ',')
			return number;
		if (compiler->token != TOKEN_BYTE || !is_digit(compiler->byte) || number == -2)
			number = -2;
		else
			number = (number < 0 ? 0 : number * 10) + compiler->byte - '0';
		if (number > REPEAT_MAX)
			number = REPEAT_MAX + 1;
	}
}

/* What stands behind the '{': false where it is no interval, and is to be taken as text. */
static bool take_interval(struct regex_compiler *compiler, unsigned *least, int *most)
{
	size_t start = compiler->at;
	int first = interval_number(compiler), last = -2;
	bool comma = compiler->token == TOKEN_BYTE && compiler->byte == ',';

	if (first == -1 && !comma) {
		regex_fail(compiler, BAD_INTERVAL);
		return true;
	}
	if (first == -1)
		first = 0;
	if (first != -2)
		last = compiler->token == TOKEN_INTERVAL_END ? first
		       : comma				     ? interval_number(compiler)
							     : -2;
	if (last == -2) {
		if ((compiler->flags & REGEX_EXTENDED) && (compiler->flags & REGEX_LENIENT)) {
			compiler->at = start;
			return false;
		}
		regex_fail(compiler, compiler->token == TOKEN_END ? "Unmatched \\{" : BAD_INTERVAL);
	} else if ((last != -1 && first > last) || compiler->token != TOKEN_INTERVAL_END) {
		regex_fail(compiler, BAD_INTERVAL);
	} else if (first > REPEAT_MAX || last > REPEAT_MAX) {
		regex_fail(compiler, REGEX_TOO_BIG);
	}
	*least = first < 0 ? 0 : (unsigned)first;
	*most = last;
	return true;
}

/* Whatever repeats the code from start on. Simple ones in a row are one: a*+? is a*. */
static void take_repetitions(struct regex_compiler *compiler, unsigned start)
{
	bool strict = !(compiler->flags & (REGEX_LENIENT | REGEX_EXTENDED));
	bool none = false, many = false, any = false;

	for (unsigned count = 0;; count++) {
		enum regex_token token = compiler->token;
		unsigned least;
		int most;

		if (token != TOKEN_STAR && token != TOKEN_PLUS && token != TOKEN_QUESTION &&
		    token != TOKEN_INTERVAL)
			break;
		if (strict && count && (token == TOKEN_STAR || token == TOKEN_INTERVAL)) {
			regex_fail(compiler, BAD_REPEAT);
			break;
		}
		least = token == TOKEN_PLUS;
		most = token == TOKEN_QUESTION ? 1 : -1;
		if (token == TOKEN_INTERVAL && !take_interval(compiler, &least, &most)) {
			compiler->token = TOKEN_BYTE;
			compiler->byte = '{';
			break;
		}
		if (compiler->error)
			break;
		if (least <= 1 && (most == 1 || most == -1)) {
			any = true;
			none |= least == 0;
			many |= most == -1;
		} else {
			if (any)
				regex_repeat(compiler, start, !none, many ? -1 : 1);
			any = none = many = false;
			regex_repeat(compiler, start, least, most);
		}
		regex_next_token(compiler);
	}
	if (any)
		regex_repeat(compiler, start, !none, many ? -1 : 1);
}

/* ---- what the tokens come to ---- */

static void begin_branch(struct regex_compiler *compiler, struct regex_group *group)
{
	group->branch = regex_emit(compiler, OP_JUMP, 0);
	compiler->anchors_here = true;
}

static void begin_group(struct regex_compiler *compiler, unsigned number)
{
	struct regex_group *group = &compiler->stack[++compiler->depth];

	*group = (struct regex_group){
		.start = compiler->program->length, .number = number, .first = true};
	if (number && number < REGEX_GROUPS)
		regex_emit(compiler, OP_OPEN, number);
	begin_branch(compiler, group);
}

void regex_jump_to_end(struct regex_compiler *compiler, struct regex_group *group)
{
	unsigned at = regex_emit(compiler, OP_JUMP, 0);

	if (compiler->error)
		return;
	compiler->program->code[at].y = (uint16_t)group->jumps;
	group->jumps = at;
}

/* An alternative is about to begin where the code ends now. An empty branch before all others is
 * tried after the second one, as the GNU C library does. */
static void next_branch(struct regex_compiler *compiler, struct regex_group *group)
{
	unsigned length = compiler->program->length;
	bool empty = length == group->branch + 1;

	if (compiler->error)
		return;
	if (group->first && empty) {
		group->first = false;
		group->empty_first = true;
		compiler->anchors_here = true;
		return;
	}
	regex_jump_to_end(compiler, group);
	regex_split(compiler, group->branch, group->branch + 1, length + 1);
	if (group->empty_first) {
		group->empty_first = false;
		if (!empty) {
			begin_branch(compiler, group);
			next_branch(compiler, group);
			return;
		}
	}
	group->first = false;
	begin_branch(compiler, group);
}

/* The number of the instruction where the group's code starts. */
static unsigned end_group(struct regex_compiler *compiler)
{
	struct regex_group *group = &compiler->stack[compiler->depth];
	unsigned jumps;

	if (group->empty_first)
		next_branch(compiler, group);
	jumps = group->jumps;
	while (jumps && !compiler->error) {
		unsigned previous = compiler->program->code[jumps].y;

		regex_jump(compiler, jumps, compiler->program->length);
		jumps = previous;
	}
	compiler->anchors_here = false;
	if (group->number && group->number < REGEX_GROUPS) {
		regex_emit(compiler, OP_CLOSE, group->number);
		compiler->completed |= 1u << group->number;
	}
	return group->start;
}

static void take_unpaired(struct regex_compiler *compiler)
{
	if (compiler->flags & REGEX_UNPAIRED)
		compiler->token = TOKEN_BYTE;
	else
		regex_fail(compiler, "Unmatched ) or \\)");
}

/* A repetition with nothing before it. */
static void take_stray_repetition(struct regex_compiler *compiler)
{
	bool extended = compiler->flags & REGEX_EXTENDED;
	bool lenient = compiler->flags & REGEX_LENIENT;

	if (!lenient && (extended || compiler->token == TOKEN_INTERVAL))
		regex_fail(compiler, BAD_REPEAT);
	else if (!extended)
		compiler->token = TOKEN_BYTE;
	else
		regex_next_token(compiler);
	/* The GNU C library passes over the repetition only, and takes (*) for an open group. */
	if (extended && compiler->token == TOKEN_CLOSE)
		take_unpaired(compiler);
}

static void take_bracket(struct regex_compiler *compiler)
{
	struct regex_set set;
	const char *error = regex_bracket(compiler->pattern, compiler->length, &compiler->at,
					  compiler->flags, &set, &compiler->regex->bare_class);

	if (error)
		regex_fail(compiler, error);
	else
		regex_emit_set(compiler, &set);
}

/* One byte's worth of code, and what repeats it. */
static void take_atom(struct regex_compiler *compiler)
{
	unsigned start = compiler->program->length;

	if (compiler->token == TOKEN_ANY)
		regex_emit_any(compiler);
	else if (compiler->token == TOKEN_BRACKET)
		take_bracket(compiler);
	else if (compiler->token == TOKEN_CLASS)
		emit_class(compiler, compiler->byte);
	else
		regex_emit_byte(compiler, compiler->byte);
	if (compiler->error)
		return;
	regex_next_token(compiler);
	take_repetitions(compiler, start);
}

static void take_close(struct regex_compiler *compiler)
{
	if (compiler->depth > 1) {
		unsigned start = end_group(compiler);

		compiler->depth--;
		regex_next_token(compiler);
		take_repetitions(compiler, start);
	} else {
		take_unpaired(compiler);
	}
}

static void take_token(struct regex_compiler *compiler)
{
	switch (compiler->token) {
	case TOKEN_OR:
		next_branch(compiler, &compiler->stack[compiler->depth]);
		regex_next_token(compiler);
		break;
	case TOKEN_OPEN:
		if (compiler->depth == DEPTH_MAX) {
			regex_fail(compiler, REGEX_TOO_BIG);
			break;
		}
		begin_group(compiler, ++compiler->regex->groups);
		regex_next_token(compiler);
		break;
	case TOKEN_CLOSE:
		take_close(compiler);
		break;
	case TOKEN_STAR:
	case TOKEN_PLUS:
	case TOKEN_QUESTION:
	case TOKEN_INTERVAL:
		take_stray_repetition(compiler);
		break;
	case TOKEN_ASSERT:
		regex_emit_assertion(compiler, compiler->byte);
		regex_next_token(compiler);
		break;
	case TOKEN_REFERENCE:
		if (compiler->completed >> (compiler->byte - '0') & 1) {
			compiler->reference = true;
			take_atom(compiler);
		} else {
			regex_fail(compiler, "Invalid back reference");
		}
		break;
	case TOKEN_BACKSLASH:
		regex_fail(compiler, "Trailing backslash");
		break;
	default:
		take_atom(compiler);
		break;
	}
}

/* A pattern, or one of several: a branch of the whole. */
static void take_pattern(struct regex_compiler *compiler)
{
	compiler->completed = 0;
	compiler->at = 0;
	begin_group(compiler, 0);
	regex_next_token(compiler);
	while (compiler->token != TOKEN_END && !compiler->error)
		take_token(compiler);
	if (compiler->depth > 1)
		regex_fail(compiler, "Unmatched ( or \\(");
	if (!compiler->error)
		end_group(compiler);
	compiler->depth = 0;
}

/* The pattern, or where lines are patterns each of them as a branch of the whole. */
static void take_patterns(struct regex_compiler *compiler, const char *pattern, size_t length)
{
	for (;;) {
		const char *newline = compiler->flags & REGEX_LINES && length
					      ? memchr(pattern, '\n', length)
					      : NULL;

		compiler->pattern = pattern;
		compiler->length = newline ? (size_t)(newline - pattern) : length;
		take_pattern(compiler);
		if (!newline || compiler->error)
			break;
		length -= compiler->length + 1;
		pattern = newline + 1;
		next_branch(compiler, &compiler->stack[0]);
	}
}

static void take_all(struct regex_compiler *compiler, const char *pattern, size_t length)
{
	struct regex_group *whole = &compiler->stack[0];
	unsigned flags = compiler->flags;

	if (flags & REGEX_WORD)
		regex_emit_assertion(compiler, ASSERT_NO_WORD_BEFORE);
	if (flags & REGEX_WHOLE)
		regex_emit_assertion(compiler, ASSERT_LINE_BEGIN);
	if (flags & REGEX_ANCHORED)
		regex_emit_assertion(compiler, ASSERT_TEXT_BEGIN);
	*whole = (struct regex_group){.first = true};
	begin_branch(compiler, whole);
	if ((flags & REGEX_LITERAL) && (flags & REGEX_LINES))
		regex_take_literals(compiler, whole, pattern, length);
	else
		take_patterns(compiler, pattern, length);
	if (compiler->error)
		return;
	end_group(compiler);
	if (flags & REGEX_WORD)
		regex_emit_assertion(compiler, ASSERT_NO_WORD_BEHIND);
	if (flags & REGEX_WHOLE)
		regex_emit_assertion(compiler, ASSERT_LINE_END);
	regex_emit(compiler, OP_MATCH, 0);
	/* Only said of patterns that are right otherwise. */
	if (compiler->reference)
		regex_fail(compiler, "Back references are not supported");
}

const char *regex_compile(struct regex *regex, const char *pattern, size_t length, unsigned flags,
			  const struct regex_host *host)
{
	struct regex_compiler compiler = {.regex = regex, .flags = flags};

	memset(regex, 0, sizeof(*regex));
	regex->host = *host;
	regex->flags = flags;
	regex->program = host->alloc(sizeof(*regex->program));
	compiler.program = regex->program;
	compiler.stack = host->alloc((DEPTH_MAX + 1) * sizeof(*compiler.stack));
	if (regex->program)
		memset(regex->program, 0, sizeof(*regex->program));
	if (regex->program && compiler.stack)
		take_all(&compiler, pattern, length);
	else
		regex_fail(&compiler, REGEX_NO_MEMORY);
	host->free(compiler.stack);
	if (compiler.error)
		regex_free(regex);
	return compiler.error;
}
