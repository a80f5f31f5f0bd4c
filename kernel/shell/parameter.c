/* $x, ${x} and what their operators do. */
#include "kernel/shell/arena.h"
#include "kernel/shell/ast.h"
#include "kernel/shell/expand.h"
#include "kernel/shell/expansion.h"
#include "kernel/shell/name.h"
#include "kernel/shell/options.h"
#include "kernel/shell/parameter.h"
#include "kernel/shell/pattern.h"
#include "kernel/shell/state.h"
#include "kernel/shell/unwind.h"
#include "kernel/shell/variables.h"
#include "lib/format.h"
#include "lib/string.h"

static bool is_list(const char *name)
{
	return name[0] == '@' || name[0] == '*';
}

const char *parameter_value(struct shell *sh, const char *name, char *number, size_t number_size)
{
	uint64_t index = 0;
	const char *digit;

	if (is_name_start(name[0]))
		return variable_get(sh, name);
	switch (name[0]) {
	case '#':
		snprintf(number, number_size, "%d", sh->positional.count);
		return number;
	case '?':
		snprintf(number, number_size, "%d", sh->status);
		return number;
	case '$':
		snprintf(number, number_size, "%d", sh->process);
		return number;
	case '-':
		option_letters(sh, number);
		return number;
	case '!':
		snprintf(number, number_size, "%d", sh->background);
		return sh->background ? number : NULL;
	}
	for (digit = name; is_digit(*digit); digit++)
		if (index < 1u << 28)
			index = index * 10 + (unsigned)(*digit - '0');
	if (!index)
		return sh->positional.zero;
	return index <= (uint64_t)sh->positional.count ? sh->positional.values[index - 1] : NULL;
}

/* Between the parameters of "$*": the first character of IFS, a blank where IFS is unset. */
static size_t list_separator(struct shell *sh, char *separator)
{
	const char *ifs = variable_get(sh, "IFS");

	*separator = ifs ? ifs[0] : ' ';
	return *separator != '\0';
}

static char *join_list(struct shell *sh, size_t *length)
{
	struct text text;
	char separator;
	size_t separator_length = list_separator(sh, &separator);
	int i;

	text_init(&text, &sh->arena);
	for (i = 0; i < sh->positional.count; i++) {
		if (i)
			text_add(&text, &separator, separator_length);
		text_add(&text, sh->positional.values[i], strlen(sh->positional.values[i]));
	}
	text_finish(&text);
	*length = text.length;
	return text.bytes;
}

/* A list that is one string: "$*", and every one where nothing is split. */
static bool is_joined(const struct expansion *expansion, const struct part *part)
{
	return !expansion->fields || (part->text[0] == '*' && part->quoted);
}

static void expand_trimmed(struct expansion *expansion, const struct part *part, const char *value,
			   size_t length);

static void expand_list(struct expansion *expansion, const struct part *part)
{
	struct shell *sh = expansion->sh;
	size_t length;
	int i;

	if (is_joined(expansion, part)) {
		char *joined = join_list(sh, &length);

		expansion_add_value(expansion, joined, length, part->quoted);
		return;
	}
	for (i = 0; i < sh->positional.count; i++) {
		const char *value = sh->positional.values[i];

		if (i) {
			expansion_end_field(expansion);
			expansion->after_white = false;
		}
		if (part->operation >= PARAMETER_TRIM_SUFFIX)
			expand_trimmed(expansion, part, value, strlen(value));
		else
			expansion_add_value(expansion, value, strlen(value), part->quoted);
	}
}

/* With a long value and "*" in the pattern the tries take long: Ctrl-C ends them. */
static bool matches(struct shell *sh, const struct pattern *pattern, const char *text,
		    size_t length)
{
	shell_check_interrupt(sh);
	return pattern_match(pattern, text, length);
}

/* Where the text that matches the pattern begins (prefix: ends), or length (0) for no match. */
static size_t trim_point(struct shell *sh, const struct pattern *pattern, const char *value,
			 size_t length, enum parameter_operation operation)
{
	size_t i;

	switch (operation) {
	case PARAMETER_TRIM_PREFIX:
		for (i = 0; i <= length; i++)
			if (matches(sh, pattern, value, i))
				return i;
		return 0;
	case PARAMETER_TRIM_LONG_PREFIX:
		for (i = length + 1; i-- > 0;)
			if (matches(sh, pattern, value, i))
				return i;
		return 0;
	case PARAMETER_TRIM_SUFFIX:
		for (i = length + 1; i-- > 0;)
			if (matches(sh, pattern, value + i, length - i))
				return i;
		return length;
	default:
		for (i = 0; i <= length; i++)
			if (matches(sh, pattern, value + i, length - i))
				return i;
		return length;
	}
}

static void expand_trimmed(struct expansion *expansion, const struct part *part, const char *value,
			   size_t length)
{
	struct pattern pattern;
	size_t point;

	/* The value may change while the pattern is expanded (${x%${x:=1}}): keep it. */
	value = arena_copy(&expansion->sh->arena, value, length);
	expand_pattern(expansion->sh, part->word, &pattern);
	point = trim_point(expansion->sh, &pattern, value, length, part->operation);
	if (part->operation == PARAMETER_TRIM_PREFIX ||
	    part->operation == PARAMETER_TRIM_LONG_PREFIX)
		expansion_add_value(expansion, value + point, length - point, part->quoted);
	else
		expansion_add_value(expansion, value, point, part->quoted);
}

static _Noreturn void unset_error(struct shell *sh, const struct part *part)
{
	const char *text = "parameter not set";

	if (part->operation == PARAMETER_ERROR && part->word)
		shell_error(sh, "%s: %s", part->text, expand_string(sh, part->word));
	shell_error(sh, "%s: %s%s", part->text, text,
		    part->operation == PARAMETER_ERROR && part->colon ? " or null" : "");
}

static void expand_word_of(struct expansion *expansion, const struct part *part, unsigned flags)
{
	if (part->word)
		expand_parts(expansion, part->word,
			     part->quoted
				     ? 0
				     : EXPAND_TILDE | EXPAND_SPLIT_TEXT | (flags & EXPAND_COLONS));
	else if (part->quoted)
		expansion_add_quoted(expansion, "", 0);
}

static void assign_default(struct expansion *expansion, const struct part *part)
{
	struct shell *sh = expansion->sh;
	char *value;

	if (!is_name_start(part->text[0]))
		shell_error(sh, "%s: bad variable name", part->text);
	value = expand_string(sh, part->word);
	variable_set(sh, part->text, value);
	expansion_add_value(expansion, value, strlen(value), part->quoted);
}

void expand_parameter(struct expansion *expansion, struct part *part, unsigned flags)
{
	struct shell *sh = expansion->sh;
	char number[NUMBER_TEXT_MAX];
	const char *value;
	size_t length = 0;
	bool list, null;

	if (part->operation == PARAMETER_BAD)
		shell_error(sh, "Bad substitution");
	list = is_list(part->text);
	if (list)
		value = join_list(sh, &length); /* set, even where it is empty */
	else
		value = parameter_value(sh, part->text, number, sizeof(number));
	if (value && !list)
		length = strlen(value);
	/* As in dash, what parts several parameters counts, also where it is no character. */
	null = !length && (!list || sh->positional.count < 2 || is_joined(expansion, part) ||
			   part->operation == PARAMETER_ALTERNATIVE);

	switch ((enum parameter_operation)part->operation) {
	case PARAMETER_DEFAULT:
		if (!value || (part->colon && null)) {
			expand_word_of(expansion, part, flags);
			return;
		}
		break;
	case PARAMETER_ALTERNATIVE:
		if (value && !(part->colon && null))
			expand_word_of(expansion, part, flags);
		else if (part->quoted)
			expansion_add_quoted(expansion, "", 0);
		return;
	case PARAMETER_ASSIGN:
		if (!value || (part->colon && null)) {
			assign_default(expansion, part);
			return;
		}
		break;
	case PARAMETER_ERROR:
		if (!value || (part->colon && null))
			unset_error(sh, part);
		break;
	default:
		if (!value && !list && sh->options.unset_is_error)
			unset_error(sh, part);
		break;
	}
	if (part->operation == PARAMETER_LENGTH) {
		snprintf(number, sizeof(number), "%zu", length);
		expansion_add_value(expansion, number, strlen(number), part->quoted);
	} else if (part->operation >= PARAMETER_TRIM_SUFFIX &&
		   (!list || is_joined(expansion, part))) {
		expand_trimmed(expansion, part, value ? value : "", length);
	} else if (list) {
		expand_list(expansion, part);
	} else {
		expansion_add_value(expansion, value ? value : "", length, part->quoted);
	}
}
