/* tr: GNU's, in the C locale. A set is a list of elements; translating walks two lists in step. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define BYTES 256

struct element {
	enum { RANGE, CLASS, EQUIVALENT, REPEAT } type; /* a byte is a range of itself */
	unsigned char first, last;			/* CLASS: its number */
	uint64_t count;					/* REPEAT: 0 as many as are needed */
};

struct set {
	struct element *elements;
	size_t count;
	uint64_t length;
	unsigned indefinite; /* how many [c*] */
	bool classes, equivalents, restricted;
	/* where next_byte() stands */
	size_t at;
	uint64_t within;
};

enum class { ALNUM, ALPHA, BLANK, CNTRL, DIGIT, GRAPH, LOWER, PRINT, PUNCT, SPACE, UPPER, XDIGIT };

static const char class_names[][8] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
				      "lower", "print", "punct", "space", "upper", "xdigit"};

#define CLASSES (sizeof(class_names) / sizeof(class_names[0]))

static bool is_in_class(enum class class, int c)
{
	bool (*const tests[CLASSES])(int) = {is_alnum, is_alpha, is_blank, is_cntrl,
					     is_digit, is_graph, is_lower, is_print,
					     is_punct, is_space, is_upper, is_xdigit};

	return tests[class](c);
}

/* A set as it was typed, without its backslashes. */
struct text {
	unsigned char *bytes;
	bool *escaped;
	size_t length;
};

static struct text unescape(const char *typed)
{
	static const char letters[] = "\\abfnrtv";
	static const char bytes[] = "\\\a\b\f\n\r\t\v";
	size_t size = strlen(typed) + 1;
	struct text text = {alloc_or_fail(size), alloc_or_fail(size * sizeof(bool)), 0};

	for (const char *at = typed; *at; text.length++) {
		unsigned value = (unsigned char)*at++;
		bool escaped = value == '\\' && *at;
		const char *found = escaped ? strchr(letters, *at) : NULL;

		if (value == '\\' && !*at)
			complain(
				"warning: an unescaped backslash at end of string is not portable");
		if (found) {
			value = (unsigned char)bytes[found - letters];
			at++;
		} else if (escaped && *at >= '0' && *at <= '7') {
			const char *digits = at;

			value = 0;
			while (at < digits + 3 && *at >= '0' && *at <= '7')
				value = value * 8 + (unsigned)(*at++ - '0');
			if (value > 255) {
				value /= 8;
				at--;
				complain("warning: the ambiguous octal escape \\%.3s is being\n"
					 "\tinterpreted as the 2-byte sequence \\0%.2s, %c",
					 digits, digits, *at);
			}
		} else if (escaped) {
			value = (unsigned char)*at++;
		}
		text.bytes[text.length] = (unsigned char)value;
		text.escaped[text.length] = escaped;
	}
	return text;
}

static bool is_plain(const struct text *text, size_t at, char c)
{
	return at < text->length && text->bytes[at] == (unsigned char)c && !text->escaped[at];
}

/* Bytes as messages show them: "a\n\001". */
static char *printable(const unsigned char *bytes, size_t size)
{
	static const char escaped[] = "\\\a\b\f\n\r\t\v";
	static const char letters[] = "\\abfnrtv";
	char *shown = alloc_or_fail(size * 4 + 1), *to = shown;

	for (size_t i = 0; i < size; i++) {
		const char *found = bytes[i] ? strchr(escaped, bytes[i]) : NULL;

		if (found)
			to += snprintf(to, 5, "\\%c", letters[found - escaped]);
		else
			to += snprintf(to, 5, is_print(bytes[i]) ? "%c" : "\\%03o", bytes[i]);
	}
	*to = '\0';
	return shown;
}

static void append(struct set *set, struct element element)
{
	set->elements[set->count++] = element;
}

static bool append_class(struct set *set, const unsigned char *name, size_t length)
{
	for (unsigned i = 0; i < CLASSES; i++)
		if (strlen(class_names[i]) == length && memcmp(class_names[i], name, length) == 0) {
			append(set, (struct element){CLASS, (unsigned char)i, 0, 0});
			return true;
		}
	return false;
}

/* "*123]" */
static bool is_star_and_digits(const struct text *text, size_t at)
{
	if (!is_plain(text, at, '*'))
		return false;
	for (at++; at < text->length && is_digit(text->bytes[at]);)
		at++;
	return is_plain(text, at, ']');
}

/* "[:name:]" or "[=c=]" at at: what stands behind it, or at where it is none. */
static size_t parse_class(struct set *set, const struct text *text, size_t at)
{
	const unsigned char *name = text->bytes + at + 2;
	unsigned char kind = text->bytes[at + 1];
	size_t end = at + 2;

	while (end + 1 < text->length &&
	       !(is_plain(text, end, (char)kind) && is_plain(text, end + 1, ']')))
		end++;
	if (end + 1 >= text->length)
		return at;
	size_t length = end - at - 2;

	if (!length)
		fail(1, kind == ':' ? "missing character class name '[::]'"
				    : "missing equivalence class character '[==]'");
	if (kind == ':' && append_class(set, name, length))
		return end + 2;
	if (kind == '=' && length == 1) {
		append(set, (struct element){EQUIVALENT, *name, *name, 0});
		return end + 2;
	}
	/* "[:*5]…:]" repeats a colon */
	if (is_star_and_digits(text, at + 2))
		return at;
	if (kind == ':')
		fail(1, "invalid character class '%s'", printable(name, length));
	fail(1, "%s: equivalence class operand must be a single character",
	     printable(name, length));
}

/* "[c*N]" in the same way. */
static size_t parse_repeat(struct set *set, const struct text *text, size_t at)
{
	struct element element = {REPEAT, text->bytes[at + 1], 0, 0};
	size_t digits = at + 3, end = digits;
	bool valid = true;

	if (!is_plain(text, at + 2, '*'))
		return at;
	while (end < text->length && !text->escaped[end] && text->bytes[end] != ']')
		end++;
	if (!is_plain(text, end, ']'))
		return at;
	unsigned base = text->bytes[digits] == '0' ? 8 : 10;

	for (size_t i = digits; i < end; i++) {
		unsigned digit = text->bytes[i] - (unsigned)'0';

		valid &= digit < base &&
			 !__builtin_mul_overflow(element.count, base, &element.count) &&
			 !__builtin_add_overflow(element.count, digit, &element.count);
	}
	if (!valid || element.count > UINT64_MAX - 2)
		fail(1, "invalid repeat count '%s' in [c*n] construct",
		     printable(text->bytes + digits, end - digits));
	append(set, element);
	return end + 1;
}

static _Noreturn void fail_reversed(unsigned char first, unsigned char last)
{
	char a[5], b[5];

	snprintf(a, sizeof(a), is_print(first) ? "%c" : "\\%03o", first);
	snprintf(b, sizeof(b), is_print(last) ? "%c" : "\\%03o", last);
	fail(1, "range-endpoints of '%s-%s' are in reverse collating sequence order", a, b);
}

static void parse(const char *typed, struct set *set)
{
	struct text text = unescape(typed);
	size_t at = 0;

	*set = (struct set){.elements = alloc_or_fail((text.length + 1) * sizeof(struct element))};
	while (at < text.length) {
		const unsigned char *bytes = text.bytes + at;
		bool three = at + 2 < text.length;
		size_t behind = at;

		if (three && is_plain(&text, at, '[')) {
			if (is_plain(&text, at + 1, ':') || is_plain(&text, at + 1, '='))
				behind = parse_class(set, &text, at);
			if (behind == at)
				behind = parse_repeat(set, &text, at);
		}
		if (behind == at && three && is_plain(&text, at + 1, '-')) {
			if (bytes[0] > bytes[2])
				fail_reversed(bytes[0], bytes[2]);
			append(set, (struct element){RANGE, bytes[0], bytes[2], 0});
			behind = at + 3;
		}
		if (behind == at) {
			append(set, (struct element){RANGE, bytes[0], bytes[0], 0});
			behind++;
		}
		at = behind;
	}
}

static uint64_t element_length(const struct element *element)
{
	uint64_t length = 0;

	if (element->type == REPEAT)
		return element->count;
	if (element->type != CLASS)
		return element->last - element->first + 1u;
	for (int c = 0; c < BYTES; c++)
		length += is_in_class(element->first, c);
	return length;
}

static void measure(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct element *element = &set->elements[i];

		if (__builtin_add_overflow(set->length, element_length(element), &set->length) ||
		    set->length > UINT64_MAX - 2)
			fail(1, "too many characters in set");
		set->indefinite += element->type == REPEAT && !element->count;
		set->equivalents |= element->type == EQUIVALENT;
		set->classes |= element->type == CLASS;
		set->restricted |= element->type == CLASS && element->first != LOWER &&
				   element->first != UPPER;
	}
}

static void go_back(struct set *set)
{
	set->at = 0;
	set->within = 0;
}

/* The next byte of the set, -1 at its end. *element is what it is from; *starts where it is the
 * first one. */
static int next_byte(struct set *set, const struct element **from, bool *starts)
{
	*from = NULL;
	for (; set->at < set->count; set->at++, set->within = 0) {
		const struct element *element = &set->elements[set->at];

		*from = element;
		*starts = set->within == 0;
		if (element->type == REPEAT) {
			if ((set->within & 0xffff) == 0)
				process_check_interrupt();
			if (set->within++ < element->count)
				return element->first;
		} else if (element->type != CLASS) {
			if (element->first + set->within <= element->last)
				return (int)(element->first + set->within++);
		} else {
			/* within is one more than the byte given last */
			while (set->within < BYTES)
				if (is_in_class(element->first, (int)set->within++))
					return (int)set->within - 1;
		}
	}
	*from = NULL;
	return -1;
}

static void skip_element(struct set *set)
{
	set->at++;
	set->within = 0;
}

static bool is_case(const struct element *element)
{
	return element && element->type == CLASS &&
	       (element->first == LOWER || element->first == UPPER);
}

static void members(struct set *set, bool complement, bool in[BYTES])
{
	const struct element *from;
	bool starts;
	int c;

	memset(in, complement, BYTES);
	go_back(set);
	while ((c = next_byte(set, &from, &starts)) >= 0)
		in[c] = !complement;
}

/* [:lower:] and [:upper:] of the second set stand where the first one has one of them. They count
 * as one byte in both. */
static void check_cases(struct set *first, struct set *second)
{
	const struct element *a = NULL, *b = NULL;
	bool a_starts = true, b_starts = true;
	uint64_t first_length = first->length, second_length = second->length;

	go_back(first);
	go_back(second);
	while (next_byte(first, &a, &a_starts) >= 0 && next_byte(second, &b, &b_starts) >= 0) {
		if (!is_case(b))
			continue;
		if (!a_starts || !is_case(a))
			fail(1, "misaligned [:upper:] and/or [:lower:] construct");
		first_length -= element_length(a) - 1;
		second_length -= element_length(b) - 1;
		skip_element(first);
		skip_element(second);
	}
	if (!a && next_byte(second, &b, &b_starts) >= 0 && is_case(b) && b_starts)
		fail(1, "misaligned [:upper:] and/or [:lower:] construct");
	first->length = first_length;
	second->length = second_length;
}

/* The last byte of the second set stands for all that are missing. */
static void extend(struct set *set, uint64_t by)
{
	const struct element *last = set->count ? &set->elements[set->count - 1] : NULL;

	if (!last)
		fail(1, "when not truncating set1, string2 must be non-empty");
	if (last->type == CLASS)
		fail(1, "when translating with string1 longer than string2,\n"
			"the latter string must not end with a character class");
	append(set,
	       (struct element){REPEAT, last->type == RANGE ? last->last : last->first, 0, by});
	set->length += by;
}

static bool is_homogeneous(struct set *set)
{
	const struct element *from;
	bool starts;
	int first, c;

	go_back(set);
	first = next_byte(set, &from, &starts);
	while ((c = next_byte(set, &from, &starts)) >= 0)
		if (c != first)
			return false;
	return first >= 0;
}

struct settings {
	bool complement, delete, squeeze, truncate, translate;
};

static void check(struct set *first, struct set *second, const struct settings *settings)
{
	measure(first);
	if (settings->complement) {
		bool in[BYTES];

		members(first, true, in);
		first->length = 0;
		for (int c = 0; c < BYTES; c++)
			first->length += in[c];
	}
	if (first->indefinite)
		fail(1, "the [c*] repeat construct may not appear in string1");
	if (!second)
		return;
	measure(second);
	if (second->indefinite == 1 && first->length >= second->length) {
		for (size_t i = 0; i < second->count; i++)
			if (second->elements[i].type == REPEAT && !second->elements[i].count)
				second->elements[i].count = first->length - second->length;
		second->length = first->length;
	}
	if (second->indefinite > 1)
		fail(1, "only one [c*] repeat construct may appear in string2");
	if (!settings->translate) {
		if (second->indefinite)
			fail(1, "the [c*] construct may appear in string2 only when translating");
		return;
	}
	if (second->equivalents)
		fail(1, "[=c=] expressions may not appear in string2 when translating");
	if (second->restricted)
		fail(1, "when translating, the only character classes that may appear in\n"
			"string2 are 'upper' and 'lower'");
	if (!settings->complement && second->classes)
		check_cases(first, second);
	if (first->length > second->length && !settings->truncate)
		extend(second, first->length - second->length);
	if (settings->complement && first->classes &&
	    !(second->length == first->length && is_homogeneous(second)))
		fail(1, "when translating with complemented character classes,\n"
			"string2 must map all characters in the domain to one");
}

static void make_table(struct set *first, struct set *second, const struct settings *settings,
		       unsigned char table[BYTES])
{
	const struct element *a, *b;
	bool starts, in[BYTES];
	int from, to;

	for (int c = 0; c < BYTES; c++)
		table[c] = (unsigned char)c;
	if (settings->complement) {
		members(first, true, in);
		go_back(second);
		for (int c = 0; c < BYTES; c++)
			if (in[c] && (to = next_byte(second, &b, &starts)) >= 0)
				table[c] = (unsigned char)to;
		return;
	}
	go_back(first);
	go_back(second);
	while ((from = next_byte(first, &a, &starts)) >= 0 &&
	       (to = next_byte(second, &b, &starts)) >= 0) {
		if (!is_case(b)) {
			table[from] = (unsigned char)to;
			continue;
		}
		for (int c = 0; a->first != b->first && c < BYTES; c++)
			if (is_in_class(a->first, c))
				table[c] = (unsigned char)(b->first == UPPER ? to_upper(c)
									     : to_lower(c));
		skip_element(first);
		skip_element(second);
	}
}

static void copy(const unsigned char table[BYTES], const bool *deleted, const bool *squeezed)
{
	unsigned char *buffer = input_buffer();
	int last = -1;
	long count;

	while ((count = process_read(0, buffer, INPUT_BUFFER)) > 0) {
		size_t kept = 0;

		for (long i = 0; i < count; i++) {
			unsigned char c = buffer[i];

			if (deleted && deleted[c])
				continue;
			c = table[c];
			if (squeezed && c == last && squeezed[c])
				continue;
			last = c;
			buffer[kept++] = c;
		}
		out_bytes(buffer, kept);
	}
	if (count < 0)
		fail(1, "read error: %s", error_text((int)-count));
}

static const struct option long_options[] = {{"complement", 0, 'c'},
					     {"delete", 0, 'd'},
					     {"squeeze-repeats", 0, 's'},
					     {"truncate-set1", 0, 't'},
					     {NULL, 0, 0}};

/* Ends the process where there are too few operands or too many. */
static void check_operands(char **operands, int count, const struct settings *settings)
{
	int least = 1 + (settings->delete == settings->squeeze);
	int most = 1 + (settings->delete <= settings->squeeze);

	if (!count)
		fail_missing_operand();
	if (count < least) {
		complain("missing operand after %s", quote_text(operands[count - 1]));
		err(settings->squeeze
			    ? "Two strings must be given when both deleting and squeezing "
			      "repeats.\n"
			    : "Two strings must be given when translating.\n");
		fail_usage(1);
	}
	if (count > most) {
		complain("extra operand %s", quote_text(operands[most]));
		if (count == 2)
			err("Only one string may be given when deleting without squeezing "
			    "repeats.\n");
		fail_usage(1);
	}
}

static int tr_main(int argc, char **argv)
{
	struct settings settings = {0};
	struct getopt state = {0};
	struct set first, second;
	bool in_first[BYTES], in_second[BYTES];
	unsigned char table[BYTES];
	int option;

	while ((option = getopt_next(&state, argc, argv, "+cCdst", long_options)) != -1) {
		switch (option) {
		case 'c':
		case 'C':
			settings.complement = true;
			break;
		case 'd':
			settings.delete = true;
			break;
		case 's':
			settings.squeeze = true;
			break;
		case 't':
			settings.truncate = true;
			break;
		default:
			fail_usage(1);
		}
	}
	char **operands = argv + state.index;
	bool two = argc - state.index == 2;

	check_operands(operands, argc - state.index, &settings);
	settings.translate = two && !settings.delete;
	parse(operands[0], &first);
	if (two)
		parse(operands[1], &second);
	check(&first, two ? &second : NULL, &settings);
	for (int c = 0; c < BYTES; c++)
		table[c] = (unsigned char)c;
	if (settings.translate)
		make_table(&first, &second, &settings, table);
	members(&first, settings.complement, in_first);
	if (two)
		members(&second, false, in_second);
	copy(table, settings.delete ? in_first : NULL,
	     !settings.squeeze ? NULL
	     : two	       ? in_second
			       : in_first);
	return 0;
}

COMMAND(tr, "[-cdst] SET1 [SET2]", "Replace, delete or squeeze bytes",
	"Copies standard input to standard output with the bytes of SET1 replaced by those of "
	"SET2.\n"
	"  -c, -C   SET1 is every byte that is not in it\n"
	"  -d       delete the bytes of SET1\n"
	"  -s       one for several in a row of those in the last SET\n"
	"  -t       cut SET1 to the length of SET2, instead of repeating the last byte of SET2\n"
	"Sets have bytes, \\NNN \\\\ \\a \\b \\f \\n \\r \\t \\v, ranges A-Z, [C*N] (N times C, or "
	"as often as\n"
	"needed without N), [:CLASS:] and [=C=].\n");
