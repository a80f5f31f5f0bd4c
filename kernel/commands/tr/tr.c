/* tr: GNU's, in the C locale. Translating walks two sets in step. */
#include "kernel/commands/command.h"
#include "kernel/commands/support/input.h"
#include "kernel/commands/tr/tr.h"
#include "kernel/posix/process.h"
#include "lib/ctype.h"
#include "lib/errno.h"

struct settings {
	bool complement, delete, squeeze, truncate, translate;
};

/* [:lower:] and [:upper:] of the second set stand where the first one has one of them. They count
 * as one byte in both. */
static void check_cases(struct tr_set *first, struct tr_set *second)
{
	const struct tr_element *a = NULL, *b = NULL;
	bool a_starts = true, b_starts = true;
	uint64_t first_length = first->length, second_length = second->length;

	tr_go_back(first);
	tr_go_back(second);
	while (tr_next_byte(first, &a, &a_starts) >= 0 &&
	       tr_next_byte(second, &b, &b_starts) >= 0) {
		if (!tr_is_case(b))
			continue;
		if (!a_starts || !tr_is_case(a))
			fail(1, "misaligned [:upper:] and/or [:lower:] construct");
		first_length -= tr_element_length(a) - 1;
		second_length -= tr_element_length(b) - 1;
		tr_skip_element(first);
		tr_skip_element(second);
	}
	if (!a && tr_next_byte(second, &b, &b_starts) >= 0 && tr_is_case(b) && b_starts)
		fail(1, "misaligned [:upper:] and/or [:lower:] construct");
	first->length = first_length;
	second->length = second_length;
}

/* The last byte of the second set stands for all that are missing. */
static void extend(struct tr_set *set, uint64_t by)
{
	const struct tr_element *last = set->count ? &set->elements[set->count - 1] : NULL;

	if (!last)
		fail(1, "when not truncating set1, string2 must be non-empty");
	if (last->type == TR_CLASS)
		fail(1, "when translating with string1 longer than string2,\n"
			"the latter string must not end with a character class");
	tr_append(set,
		  (struct tr_element){TR_REPEAT, last->type == TR_RANGE ? last->last : last->first,
				      0, by});
	set->length += by;
}

static bool is_homogeneous(struct tr_set *set)
{
	const struct tr_element *from;
	bool starts;
	int first, c;

	tr_go_back(set);
	first = tr_next_byte(set, &from, &starts);
	while ((c = tr_next_byte(set, &from, &starts)) >= 0)
		if (c != first)
			return false;
	return first >= 0;
}

static void check(struct tr_set *first, struct tr_set *second, const struct settings *settings)
{
	tr_measure(first);
	if (settings->complement) {
		bool in[TR_BYTES];

		tr_members(first, true, in);
		first->length = 0;
		for (int c = 0; c < TR_BYTES; c++)
			first->length += in[c];
	}
	if (first->indefinite)
		fail(1, "the [c*] repeat construct may not appear in string1");
	if (!second)
		return;
	tr_measure(second);
	if (second->indefinite == 1 && first->length >= second->length) {
		for (size_t i = 0; i < second->count; i++)
			if (second->elements[i].type == TR_REPEAT && !second->elements[i].count)
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

/* Changes what is translated in a table of all bytes as they are. */
static void make_table(struct tr_set *first, struct tr_set *second, const struct settings *settings,
		       unsigned char table[TR_BYTES])
{
	const struct tr_element *a, *b;
	bool starts, in[TR_BYTES];
	int from, to;

	if (settings->complement) {
		tr_members(first, true, in);
		tr_go_back(second);
		for (int c = 0; c < TR_BYTES; c++)
			if (in[c] && (to = tr_next_byte(second, &b, &starts)) >= 0)
				table[c] = (unsigned char)to;
		return;
	}
	tr_go_back(first);
	tr_go_back(second);
	while ((from = tr_next_byte(first, &a, &starts)) >= 0 &&
	       (to = tr_next_byte(second, &b, &starts)) >= 0) {
		if (!tr_is_case(b)) {
			table[from] = (unsigned char)to;
			continue;
		}
		for (int c = 0; a->first != b->first && c < TR_BYTES; c++)
			if (tr_is_in_class(a->first, c))
				table[c] = (unsigned char)(b->first == TR_UPPER ? to_upper(c)
										: to_lower(c));
		tr_skip_element(first);
		tr_skip_element(second);
	}
}

static void copy(const unsigned char table[TR_BYTES], const bool *deleted, const bool *squeezed)
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
	struct tr_set first, second;
	bool in_first[TR_BYTES], in_second[TR_BYTES];
	unsigned char table[TR_BYTES];
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
	tr_parse(operands[0], &first);
	if (two)
		tr_parse(operands[1], &second);
	check(&first, two ? &second : NULL, &settings);
	for (int c = 0; c < TR_BYTES; c++)
		table[c] = (unsigned char)c;
	if (settings.translate)
		make_table(&first, &second, &settings, table);
	tr_members(&first, settings.complement, in_first);
	if (two)
		tr_members(&second, false, in_second);
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
