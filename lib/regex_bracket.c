/* Bracket expressions: [a-z], [^[:space:]], in the C locale. */
#include "lib/ctype.h"
#include "lib/regex_program.h"
#include "lib/string.h"

#define NAME_LENGTH_MAX 31 /* what the GNU C library takes for the name of a class */

static const char UNMATCHED[] = "Unmatched [, [^, [:, [., or [=";
static const char BAD_RANGE[] = "Invalid range end";

static const struct {
	const char *name;
	bool (*has)(int c);
} classes[] = {
	{"alnum", is_alnum}, {"alpha", is_alpha}, {"blank", is_blank}, {"cntrl", is_cntrl},
	{"digit", is_digit}, {"graph", is_graph}, {"lower", is_lower}, {"print", is_print},
	{"punct", is_punct}, {"space", is_space}, {"upper", is_upper}, {"xdigit", is_xdigit},
};

bool regex_class(const char *name, size_t length, bool fold, struct regex_set *set)
{
	unsigned i = 0;

	for (; i < sizeof(classes) / sizeof(*classes); i++)
		if (strlen(classes[i].name) == length && !memcmp(classes[i].name, name, length))
			break;
	if (i == sizeof(classes) / sizeof(*classes))
		return false;
	for (int c = 0; c < 256; c++)
		if (classes[i].has(c))
			set_add(set, (unsigned char)c);
	if (fold)
		regex_set_fold(set);
	return true;
}

void regex_set_fold(struct regex_set *set)
{
	for (int c = 'a'; c <= 'z'; c++)
		if (set_has(set, (unsigned char)c) || set_has(set, (unsigned char)to_upper(c))) {
			set_add(set, (unsigned char)c);
			set_add(set, (unsigned char)to_upper(c));
		}
}

void regex_set_negate(struct regex_set *set)
{
	for (unsigned i = 0; i < SET_WORDS; i++)
		set->words[i] = ~set->words[i];
}

struct bracket {
	const unsigned char *pattern;
	size_t length, at;
	unsigned flags;
	struct regex_set *set;
	bool plain; /* neither classes nor ranges so far */
};

/* A byte, or what stands between [: and :]. */
struct element {
	enum { ELEMENT_BYTE, ELEMENT_CLASS, ELEMENT_EQUIVALENCE, ELEMENT_COLLATING } kind;
	unsigned char byte;
	const unsigned char *name;
	size_t length;
};

static int peek(const struct bracket *bracket, size_t ahead)
{
	return bracket->length - bracket->at > ahead ? bracket->pattern[bracket->at + ahead] : -1;
}

/* Whether the '-' that comes next makes a range. Three in a row stand for one. */
static bool is_range(const struct bracket *bracket)
{
	return peek(bracket, 0) == '-' && !(peek(bracket, 1) == '-' && peek(bracket, 2) == '-');
}

static const char *take_name(struct bracket *bracket, struct element *element, int delimiter)
{
	bracket->at += 2;
	element->kind = delimiter == ':'   ? ELEMENT_CLASS
			: delimiter == '=' ? ELEMENT_EQUIVALENCE
					   : ELEMENT_COLLATING;
	element->name = bracket->pattern + bracket->at;
	for (element->length = 0;; element->length++, bracket->at++) {
		if (element->length > NAME_LENGTH_MAX || peek(bracket, 1) < 0)
			return UNMATCHED;
		if (peek(bracket, 0) == delimiter && peek(bracket, 1) == ']')
			break;
	}
	bracket->at += 2;
	element->byte = element->length ? element->name[0] : 0;
	return NULL;
}

/* hyphen: a '-' may stand for itself here. */
static const char *take_element(struct bracket *bracket, struct element *element, bool hyphen)
{
	int c = peek(bracket, 0), next = peek(bracket, 1);

	element->kind = ELEMENT_BYTE;
	if (c == '[' && (next == ':' || next == '=' || next == '.'))
		return take_name(bracket, element, next);
	if (is_range(bracket)) {
		if (!hyphen && next != ']')
			return BAD_RANGE;
	} else if (c == '-') {
		bracket->at += 2;
	}
	element->byte = (unsigned char)c;
	bracket->at++;
	return NULL;
}

static const char *add_range(struct bracket *bracket, const struct element *first,
			     const struct element *last)
{
	bool fold = bracket->flags & REGEX_FOLD;
	int low = first->byte, high = last->byte;

	if (first->kind == ELEMENT_CLASS || last->kind == ELEMENT_CLASS ||
	    first->kind == ELEMENT_EQUIVALENCE || last->kind == ELEMENT_EQUIVALENCE)
		return BAD_RANGE;
	if ((first->kind == ELEMENT_COLLATING && first->length != 1) ||
	    (last->kind == ELEMENT_COLLATING && last->length != 1))
		return "Invalid collation character";
	/* The GNU C library compares the ends in upper case then: [_-a] is refused. */
	if (!(bracket->flags & REGEX_EMPTY_RANGES) &&
	    (fold ? to_upper(low) > to_upper(high) : low > high))
		return BAD_RANGE;
	for (int c = low; c <= high; c++)
		set_add(bracket->set, (unsigned char)c);
	return NULL;
}

static const char *add_element(struct bracket *bracket, const struct element *element)
{
	if (element->kind == ELEMENT_CLASS)
		return regex_class((const char *)element->name, element->length,
				   bracket->flags & REGEX_FOLD, bracket->set)
			       ? NULL
			       : "Invalid character class name";
	if (element->kind != ELEMENT_BYTE && element->length != 1)
		return "Invalid collation character";
	set_add(bracket->set, element->byte);
	return NULL;
}

/* What comes between the brackets, behind a '^'. */
static const char *take_list(struct bracket *bracket)
{
	const char *error;

	for (bool first = true;; first = false) {
		struct element element, last;

		error = take_element(bracket, &element, first);
		if (error)
			return error;
		if (peek(bracket, 0) < 0 && element.kind != ELEMENT_CLASS &&
		    element.kind != ELEMENT_EQUIVALENCE)
			return UNMATCHED;
		bool range = element.kind != ELEMENT_CLASS && element.kind != ELEMENT_EQUIVALENCE &&
			     is_range(bracket);

		if (range && peek(bracket, 1) < 0)
			return UNMATCHED;
		if (range && peek(bracket, 1) != ']') {
			bracket->at++;
			bracket->plain = false;
			error = take_element(bracket, &last, true);
			if (!error)
				error = add_range(bracket, &element, &last);
		} else {
			bracket->plain &= element.kind == ELEMENT_BYTE;
			error = add_element(bracket, &element);
		}
		if (error)
			return error;
		if (peek(bracket, 0) < 0)
			return UNMATCHED;
		if (peek(bracket, 0) == ']')
			break;
	}
	bracket->at++;
	return NULL;
}

/* Whether a list that was all bytes has ":name:". */
static bool is_bare_class(const char *list, size_t length)
{
	bool name = false;

	for (size_t i = 0; i < length; i++)
		name |= list[i] != ':';
	return name && list[0] == ':' && list[length - 1] == ':';
}

const char *regex_bracket(const char *pattern, size_t length, size_t *at, unsigned flags,
			  struct regex_set *set, bool *bare_class)
{
	struct bracket bracket = {(const unsigned char *)pattern, length, *at, flags, set, true};
	bool negated = peek(&bracket, 0) == '^';
	const char *error;
	size_t start;

	memset(set, 0, sizeof(*set));
	bracket.at += negated;
	start = bracket.at;
	if (peek(&bracket, 0) < 0)
		return "Invalid regular expression";
	error = take_list(&bracket);
	if (error)
		return error;
	*bare_class |= bracket.plain && is_bare_class(pattern + start, bracket.at - 1 - start);
	if (flags & REGEX_FOLD)
		regex_set_fold(set);
	if (negated && (flags & REGEX_NEWLINE))
		set_add(set, '\n');
	if (negated)
		regex_set_negate(set);
	*at = bracket.at;
	return NULL;
}
