/* Words to fields: expansions, field splitting, globbing, quote removal in one pass. */
#include "kernel/shell/arena.h"
#include "kernel/shell/arithmetic.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/expand.h"
#include "kernel/shell/expansion.h"
#include "kernel/shell/fields.h"
#include "kernel/shell/glob.h"
#include "kernel/shell/parameter.h"
#include "kernel/shell/parser.h"
#include "kernel/shell/pattern.h"
#include "kernel/shell/state.h"
#include "kernel/shell/subshell.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/format.h"
#include "lib/string.h"

static void begin_field(struct expansion *expansion)
{
	text_init(&expansion->bytes, &expansion->sh->arena);
	expansion->quoted.length = 0;
	expansion->started = false;
	expansion->magic = false;
}

static void expansion_init(struct expansion *expansion, struct shell *sh, struct fields *fields)
{
	expansion->sh = sh;
	expansion->fields = fields;
	expansion->after_white = false;
	text_init(&expansion->quoted, &sh->arena);
	begin_field(expansion);
}

static void add(struct expansion *expansion, const char *bytes, size_t length, bool quoted)
{
	if (!length)
		return;
	text_add(&expansion->bytes, bytes, length);
	text_reserve(&expansion->quoted, length);
	memset(expansion->quoted.bytes + expansion->quoted.length, quoted, length);
	expansion->quoted.length += length;
}

static void add_unquoted(struct expansion *expansion, const char *bytes, size_t length)
{
	size_t i;

	if (!length)
		return;
	add(expansion, bytes, length, false);
	expansion->started = true;
	expansion->after_white = false;
	for (i = 0; i < length && !expansion->magic; i++)
		expansion->magic = bytes[i] == '*' || bytes[i] == '?' || bytes[i] == '[';
}

void expansion_add_quoted(struct expansion *expansion, const char *bytes, size_t length)
{
	add(expansion, bytes, length, true);
	expansion->started = true;
	expansion->after_white = false;
}

void expansion_end_field(struct expansion *expansion)
{
	struct shell *sh = expansion->sh;
	char *value;

	if (!expansion->started)
		return;
	value = text_finish(&expansion->bytes);
	if (expansion->magic && !sh->options.no_glob) {
		struct pattern pattern = {value, (unsigned char *)expansion->quoted.bytes,
					  expansion->bytes.length};

		if (!glob_expand(sh, &pattern, expansion->fields))
			fields_add(sh, expansion->fields, value);
	} else {
		fields_add(sh, expansion->fields, value);
	}
	begin_field(expansion);
}

static void add_split(struct expansion *expansion, const char *bytes, size_t length)
{
	const char *ifs = variable_get(expansion->sh, "IFS");
	size_t start = 0, i;

	if (!length)
		return;
	if (!ifs)
		ifs = " \t\n";
	for (i = 0; i < length; i++) {
		char c = bytes[i];
		bool white;

		if (!strchr(ifs, c))
			continue;
		add_unquoted(expansion, bytes + start, i - start);
		start = i + 1;
		white = c == ' ' || c == '\t' || c == '\n';
		if (white) {
			if (expansion->started) {
				expansion_end_field(expansion);
				expansion->after_white = true;
			}
		} else if (expansion->after_white) {
			expansion->after_white = false;
		} else {
			expansion->started = true; /* perhaps an empty field */
			expansion_end_field(expansion);
		}
	}
	add_unquoted(expansion, bytes + start, length - start);
}

void expansion_add_value(struct expansion *expansion, const char *bytes, size_t length, bool quoted)
{
	if (quoted)
		expansion_add_quoted(expansion, bytes, length);
	else if (expansion->fields)
		add_split(expansion, bytes, length);
	else
		add_unquoted(expansion, bytes, length);
}

/* The home directory that a tilde at the start of text stands for; its length in *used. */
static const char *tilde_home(struct expansion *expansion, const char *text, size_t length,
			      unsigned flags, bool last, size_t *used)
{
	size_t end = 1;

	while (end < length && text[end] != '/' && !((flags & EXPAND_COLONS) && text[end] == ':'))
		end++;
	if (end == length && !last)
		return NULL; /* the user's name is quoted or expanded */
	*used = end;
	if (end == 1)
		return variable_get(expansion->sh, "HOME");
	return end == 5 && !memcmp(text + 1, "root", 4) ? "/root" : NULL;
}

static void add_text(struct expansion *expansion, const struct part *part, unsigned flags,
		     bool first)
{
	const char *text = part->text;
	bool may_be_tilde = first && (flags & EXPAND_TILDE);
	bool equals = !first || !(flags & EXPAND_ASSIGNMENT);
	size_t start = 0, i, used;

	if (!memchr(text, '~', part->length))
		flags &= ~(unsigned)(EXPAND_TILDE | EXPAND_COLONS);
	for (i = 0; (flags & (EXPAND_TILDE | EXPAND_COLONS)) && i < part->length; i++) {
		const char *home = NULL;

		if (text[i] == '~' && may_be_tilde)
			home = tilde_home(expansion, text + i, part->length - i, flags, !part->next,
					  &used);
		may_be_tilde =
			(flags & EXPAND_COLONS) && (text[i] == ':' || (text[i] == '=' && !equals));
		equals |= text[i] == '=';
		if (!home)
			continue;
		add_unquoted(expansion, text + start, i - start);
		if (*home)
			expansion_add_quoted(expansion, home, strlen(home));
		start = i + used;
		i = start - 1;
	}
	if ((flags & EXPAND_SPLIT_TEXT) && expansion->fields)
		add_split(expansion, text + start, part->length - start);
	else
		add_unquoted(expansion, text + start, part->length - start);
}

static void expand_command(struct expansion *expansion, const struct part *part)
{
	struct shell *sh = expansion->sh;
	struct text output;

	text_init(&output, &sh->arena);
	execute_substitution(sh, part->command, &output);
	expansion_add_value(expansion, output.bytes, output.length, part->quoted);
}

static void expand_arithmetic(struct expansion *expansion, const struct part *part)
{
	struct shell *sh = expansion->sh;
	char number[NUMBER_TEXT_MAX];
	int length;

	length = snprintf(number, sizeof(number), "%lld",
			  (long long)arithmetic_evaluate(sh, expand_document(sh, part->word)));
	expansion_add_value(expansion, number, (size_t)length, part->quoted);
}

void expand_parts(struct expansion *expansion, struct part *parts, unsigned flags)
{
	struct part *part;

	shell_check_stack(expansion->sh);
	for (part = parts; part; part = part->next) {
		switch ((enum part_type)part->type) {
		case PART_TEXT:
			if (part->quoted)
				expansion_add_quoted(expansion, part->text, part->length);
			else
				add_text(expansion, part, flags, part == parts);
			break;
		case PART_PARAMETER:
			expand_parameter(expansion, part, flags);
			break;
		case PART_COMMAND:
			expand_command(expansion, part);
			break;
		case PART_ARITHMETIC:
			expand_arithmetic(expansion, part);
			break;
		}
	}
}

void expand_word(struct shell *sh, struct word *word, struct fields *fields)
{
	struct expansion expansion;

	if (word->literal) {
		fields_add(sh, fields,
			   arena_copy(&sh->arena, word->parts->text, word->parts->length));
		return;
	}
	expansion_init(&expansion, sh, fields);
	expand_parts(&expansion, word->parts, EXPAND_TILDE);
	expansion_end_field(&expansion);
}

void expand_words(struct shell *sh, struct word *words, struct fields *fields)
{
	for (; words; words = words->next)
		expand_word(sh, words, fields);
}

static char *expand_to_string(struct shell *sh, struct part *parts, unsigned flags)
{
	struct expansion expansion;

	expansion_init(&expansion, sh, NULL);
	expand_parts(&expansion, parts, flags);
	return text_finish(&expansion.bytes);
}

char *expand_string(struct shell *sh, struct part *parts)
{
	return expand_to_string(sh, parts, EXPAND_TILDE);
}

char *expand_document(struct shell *sh, struct part *parts)
{
	return expand_to_string(sh, parts, 0);
}

char *expand_assignment(struct shell *sh, struct word *word)
{
	return expand_to_string(sh, word->parts, EXPAND_COLONS | EXPAND_ASSIGNMENT);
}

void expand_pattern(struct shell *sh, struct part *parts, struct pattern *pattern)
{
	struct expansion expansion;

	expansion_init(&expansion, sh, NULL);
	expand_parts(&expansion, parts, EXPAND_TILDE);
	pattern->bytes = text_finish(&expansion.bytes);
	pattern->quoted = (unsigned char *)expansion.quoted.bytes;
	pattern->length = expansion.bytes.length;
}

/* --- prompts --- */

struct prompt_frame {
	struct cleanup cleanup;
	struct unit *unit;
	bool trace;
};

static void end_prompt(struct shell *sh, struct cleanup *cleanup)
{
	struct prompt_frame *frame = (struct prompt_frame *)cleanup;

	sh->options.trace = frame->trace;
	if (frame->unit)
		unit_put(sh, frame->unit);
}

const char *expand_prompt(struct shell *sh, const char *prompt)
{
	struct prompt_frame frame = {.unit = NULL, .trace = sh->options.trace};
	const char *volatile text = "";
	struct handler handler;
	int status = sh->status;

	cleanup_push(sh, &frame.cleanup, end_prompt);
	sh->options.trace = false; /* of what the prompt runs */
	handler_push(sh, &handler);
	/* Nothing is raised, also where memory is out: the next prompt would be in want of as much,
	 * and nobody could type anything any more. */
	if (!setjmp(handler.jump)) {
		text = arena_copy(&sh->arena, prompt, strlen(prompt));
		frame.unit = unit_new(sh);
		text = expand_document(sh, parse_quoted_text(sh, frame.unit, text));
	}
	handler_pop(sh, &handler);
	sh->status = status;
	cleanup_pop(sh);
	return text;
}
