/* tr: sets: what is in them, byte by byte. */
#include "kernel/commands/command.h"
#include "kernel/commands/tr/tr.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/string.h"

static const char class_names[][8] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
				      "lower", "print", "punct", "space", "upper", "xdigit"};

#define CLASSES (sizeof(class_names) / sizeof(class_names[0]))

bool tr_is_in_class(enum tr_class class, int c)
{
	bool (*const tests[CLASSES])(int) = {is_alnum, is_alpha, is_blank, is_cntrl,
					     is_digit, is_graph, is_lower, is_print,
					     is_punct, is_space, is_upper, is_xdigit};

	return tests[class](c);
}

void tr_append(struct tr_set *set, struct tr_element element)
{
	set->elements[set->count++] = element;
}

bool tr_append_class(struct tr_set *set, const unsigned char *name, size_t length)
{
	for (unsigned i = 0; i < CLASSES; i++)
		if (strlen(class_names[i]) == length && memcmp(class_names[i], name, length) == 0) {
			tr_append(set, (struct tr_element){TR_CLASS, (unsigned char)i, 0, 0});
			return true;
		}
	return false;
}

uint64_t tr_element_length(const struct tr_element *element)
{
	uint64_t length = 0;

	if (element->type == TR_REPEAT)
		return element->count;
	if (element->type != TR_CLASS)
		return element->last - element->first + 1u;
	for (int c = 0; c < TR_BYTES; c++)
		length += tr_is_in_class(element->first, c);
	return length;
}

void tr_measure(struct tr_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct tr_element *element = &set->elements[i];

		if (__builtin_add_overflow(set->length, tr_element_length(element), &set->length) ||
		    set->length > UINT64_MAX - 2)
			fail(1, "too many characters in set");
		set->indefinite += element->type == TR_REPEAT && !element->count;
		set->equivalents |= element->type == TR_EQUIVALENT;
		set->classes |= element->type == TR_CLASS;
		set->restricted |= element->type == TR_CLASS && element->first != TR_LOWER &&
				   element->first != TR_UPPER;
	}
}

void tr_go_back(struct tr_set *set)
{
	set->at = 0;
	set->within = 0;
}

int tr_next_byte(struct tr_set *set, const struct tr_element **from, bool *starts)
{
	for (; set->at < set->count; set->at++, set->within = 0) {
		const struct tr_element *element = &set->elements[set->at];

		*from = element;
		*starts = set->within == 0;
		if (element->type == TR_REPEAT) {
			if ((set->within & 0xffff) == 0)
				process_check_interrupt();
			if (set->within++ < element->count)
				return element->first;
		} else if (element->type != TR_CLASS) {
			if (element->first + set->within <= element->last)
				return (int)(element->first + set->within++);
		} else {
			/* within is one more than the byte given last */
			while (set->within < TR_BYTES)
				if (tr_is_in_class(element->first, (int)set->within++))
					return (int)set->within - 1;
		}
	}
	*from = NULL;
	return -1;
}

void tr_skip_element(struct tr_set *set)
{
	set->at++;
	set->within = 0;
}

bool tr_is_case(const struct tr_element *element)
{
	return element && element->type == TR_CLASS &&
	       (element->first == TR_LOWER || element->first == TR_UPPER);
}

void tr_members(struct tr_set *set, bool complement, bool in[TR_BYTES])
{
	const struct tr_element *from;
	bool starts;
	int c;

	memset(in, complement, TR_BYTES);
	tr_go_back(set);
	while ((c = tr_next_byte(set, &from, &starts)) >= 0)
		in[c] = !complement;
}
